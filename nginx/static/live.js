/*
 * live.js -- what stands in [data-live] changes by itself: the guard's monitor, the canteen's numbers. Rests in a hidden
 * tab; when the server does not answer, asks ever more seldom and says in [data-lost] that what is shown is old.
 */
'use strict';

const live = document.querySelector('[data-live]');
const lost = document.querySelector('[data-lost]');
const PERIOD_MS = 2500, PATIENCE_MS = 10000, SLOWEST_MS = 60000;
let failures = 0, timer = null;

/* Somebody who reads the list by keyboard or marks a line is not disturbed. */
const isHeld = () => live.contains(document.activeElement) || (getSelection().toString() !== '' && live.contains(getSelection().anchorNode));

async function refresh() {
  timer = null;
  try {
    const answer = await fetch(live.dataset.live, { signal: AbortSignal.timeout(PATIENCE_MS), credentials: 'same-origin' });
    if (answer.redirected || answer.status === 401 || answer.status === 403) {
      location.reload();              /* the session is over: the page goes to the door */
      return;
    }
    if (!answer.ok)
      throw new Error(String(answer.status));
    const words = await answer.text();
    if (!isHeld())
      live.replaceChildren(...new DOMParser().parseFromString(words, 'text/html').body.childNodes);
    failures = 0;
  } catch {
    failures++;
  }
  lost.hidden = failures < 2;
  plan();
}

function plan() {
  if (timer === null && !document.hidden)
    timer = setTimeout(refresh, Math.min(PERIOD_MS * 2 ** failures, SLOWEST_MS));
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    clearTimeout(timer);
    timer = null;
  } else if (timer === null) {
    refresh();
  }
});
plan();
