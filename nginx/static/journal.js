/*
 * journal.js -- the teacher's journal on a phone with a bad network. The pages work without it as plain forms.
 *
 * The queue. A form with data-journal is stored in IndexedDB before anything is sent; then the stored forms go out in their
 * order, one at a time, and each leaves the store only when the server has said that it is done. Every form carries a key, and
 * the server does a key once (site.once), so an answer that was lost costs nothing: the form goes out again under its key and
 * has no second effect. A network that fails leaves the form where it is; a refusal moves it to the list of the refused, with
 * the server's words; a session that has ended stops the queue until the teacher has logged in again. A form belongs to who
 * filled it in: on a shared phone nobody sends another's.
 *
 * A form says what its page had seen (`seen`). What is entered again while the first form has not been tried yet takes its place;
 * once it may have reached the server, the new one has seen it: after each submit `seen` is made anew from what was entered.
 *
 * The worker (worker.js) keeps the pages of today, so that the journal opens without a network.
 */
'use strict';

const RETRY_MS = [2000, 5000, 15000, 30000, 60000];
const ANSWER_MS = 20000;          /* longer than the server takes: what hangs is a network that is gone */
const PAGES = 'journal-pages';    /* the same names as in worker.js */
const STATIC = 'journal-static';

const forms = [...document.querySelectorAll('form[data-journal]')];
const board = document.querySelector('[data-journal="queue"]');
const me = board?.dataset.me ?? '';

/* ---- the store --------------------------------------------------------------------------------------------------- */

const store = new Promise((resolve, reject) => {
  const request = indexedDB.open('journal', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('queue', { keyPath: 'id', autoIncrement: true });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
store.catch(() => {});

/* Resolves when the transaction is on the disk, not merely asked for. */
async function inStore(mode, work) {
  const database = await store;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction('queue', mode, { durability: 'strict' });
    const request = work(transaction.objectStore('queue'));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}
const allEntries = () => inStore('readonly', (queue) => queue.getAll());
const keepEntry = (entry) => inStore('readwrite', (queue) => queue.put(entry));
const dropEntry = (id) => inStore('readwrite', (queue) => queue.delete(id));

/* Looks at an entry and changes it in one step, so that sending, entering anew and taking back never cross: `change` gets the entry
 * (undefined: it is gone) and answers the new one, null to delete it, undefined to leave it. Answers what `change` answered. */
async function changeEntry(id, change) {
  const database = await store;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction('queue', 'readwrite', { durability: 'strict' });
    const queue = transaction.objectStore('queue');
    let answer;
    queue.get(id).onsuccess = (event) => {
      answer = change(event.target.result);
      if (answer === null)
        queue.delete(id);
      else if (answer !== undefined)
        queue.put(answer);
    };
    transaction.oncomplete = () => resolve(answer);
    transaction.onabort = () => reject(transaction.error);
  });
}

/* ---- forms ------------------------------------------------------------------------------------------------------- */

/* Which thing a form is about, so that what waits is found again when the page is opened anew. */
const PASSING = new Set(['csrf', 'key', 'seen', 'shown', 'roll_seen', 'work_seen', 'work_key', 'at']);
const identity = (form) => [new URL(form.action).pathname, ...[...form.querySelectorAll('input[type="hidden"]')]
  .filter((field) => !PASSING.has(field.name)).map((field) => `${field.name}=${field.value}`)].join(' ');

const scopes = new Map();
let plainCode = '0';
for (const code of document.querySelectorAll('[data-code]')) {
  scopes.set(code.dataset.code, code.dataset.scope);
  if (code.dataset.plain)
    plainCode = code.dataset.code;
}

/* What a form says, as the server would write it into `seen`. */
function stateOf(form) {
  const value = (name) => form.elements[name]?.value.trim() ?? '';
  switch (form.dataset.journal) {
  case 'roll':
    return [...form.querySelectorAll('select')].map((select) => {
      const pupil = select.name.slice('how_'.length);
      const code = select.value || (form.elements[`absent_${pupil}`].checked ? '0' : '');
      const timed = ['late', 'left'].includes(scopes.get(code));
      return code && `${pupil}:${code}:${timed ? value(`minutes_${pupil}`) : ''}`;
    }).filter(Boolean).join(',');
  case 'marks':
  case 'finals':
    return [...form.querySelectorAll('[name^="mark_"]')].filter((input) => input.value.trim())
      .map((input) => `${input.name.slice('mark_'.length)}=${input.value.trim().split(/[\s,;+]+/).join(' ')}`).join(';');
  case 'theme': return value('theme');
  case 'homework': return value('task');
  case 'mark': return value('value');
  default: return null;
  }
}

/* From now on the form changes what has just been entered. */
function goOnFrom(form) {
  const state = stateOf(form);
  if (state === null)
    return;
  form.elements.seen.value = state;
  if (form.elements.shown)
    form.elements.shown.value = state;
  if (form.elements.work_seen)
    form.elements.work_seen.value = '';
  for (const input of form.querySelectorAll('[type="file"]'))
    input.value = '';
}

const fieldsOf = (form) => [...new FormData(form)].filter(([, value]) => typeof value === 'string' || value.size > 0);

/* Puts what was entered back into a form. */
function fill(form, fields) {
  const values = new Map(fields.filter(([name, value]) => typeof value === 'string' && !PASSING.has(name)));
  for (const field of form.elements) {
    if (!field.name || field.type === 'hidden' || field.type === 'file')
      continue;
    if (field.type === 'checkbox')
      field.checked = values.has(field.name);
    else if (values.has(field.name))
      field.value = values.get(field.name);
  }
  form.dispatchEvent(new Event('filled'));
}

const untouched = new Map(forms.map((form) => [form, { fields: fieldsOf(form), seen: form.elements.seen?.value,
  shown: form.elements.shown?.value }]));

/* What waits of the same form and was never tried is replaced: the parents shall not read of a change that nobody saw. */
async function placeOf(form, entry) {
  const hasFiles = (one) => one.fields.some(([, value]) => typeof value !== 'string');
  const last = (await allEntries()).filter((one) => one.me === me && one.form === entry.form && !one.refusal).pop();
  if (!last || stateOf(form) === null || hasFiles(last) || hasFiles(entry))
    return null;
  return changeEntry(last.id, (now) => {
    if (!now || now.attempts || now.refusal)
      return undefined;
    const had = new Map(now.fields);
    const past = ['seen', 'shown', 'work_seen', 'roll_seen'].filter((name) => had.has(name));
    return { ...entry, id: now.id, supersedes: now.supersedes ?? entry.supersedes,
      fields: entry.fields.map(([name, value]) => [name, past.includes(name) ? had.get(name) : value]) };
  });
}

async function enqueue(form, submitter) {
  /* The page's key is for its first form; what is entered later is another deed. */
  if (form.elements.key && form.dataset.used)
    form.elements.key.value = crypto.randomUUID();
  form.dataset.used = '1';
  if (form.elements.at)
    form.elements.at.value = String(Date.now());
  const entry = {
    me, url: new URL(form.action).pathname, kind: form.dataset.journal, form: identity(form),
    words: form.dataset.words ?? submitter?.textContent.trim() ?? '', page: location.pathname + location.search,
    multipart: form.enctype === 'multipart/form-data', fields: fieldsOf(form).filter(([name]) => name !== 'csrf'),
    key: form.elements.key?.value ?? form.elements.act?.value ?? '', at: Date.now(), attempts: 0, refusal: null,
  };
  if (form.dataset.supersedes) {
    entry.supersedes = Number(form.dataset.supersedes);
    delete form.dataset.supersedes;
  }
  const place = await placeOf(form, entry);
  entry.id = place?.id ?? await keepEntry(entry);
  sentAt = 0;
  form.dataset.last = String(entry.id);
  goOnFrom(form);
  return entry;
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

const LOGIN = '/staff/login';
let mustLogIn = false, retry = 0, timer = 0, sentAt = 0;

/* Answers the page as text and as a document: it may be kept for later. */
async function ask(path, options = {}) {
  const answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS), ...options });
  const text = await answer.text();
  return { answer, page: new DOMParser().parseFromString(text, 'text/html') };
}

/* The token of the session of now: the page at hand may be from the worker's store, or older than a new login. */
async function freshToken() {
  const { answer, page } = await ask('/staff/journal');
  if (new URL(answer.url).pathname === LOGIN) {
    mustLogIn = true;
    return null;
  }
  if (!answer.ok)
    throw new Error(`the journal answers ${answer.status}`);
  if (page.querySelector('[data-journal="queue"]')?.dataset.me !== me) {
    mustLogIn = true;      /* somebody else is in, and this page is an old one of ours */
    return null;
  }
  return page.querySelector('input[name="csrf"]').value;
}

const wordsOf = (page) => ['main .note.bad', 'main .error', '.oops p:not(.status)', 'main h1 + p'].flatMap((part) => [...page.querySelectorAll(part)])
  .map((part) => part.textContent.trim()).filter(Boolean)[0] ?? 'Сервер этого не принял.';

/* true: the server has it, or will never take it; the next one may go. */
async function send(waiting, csrf) {
  const entry = await changeEntry(waiting.id, (now) => now && { ...now, attempts: now.attempts + 1 });
  if (!entry)
    return true;
  const body = entry.multipart ? new FormData() : new URLSearchParams();
  for (const [name, value] of [...entry.fields, ['csrf', csrf]])
    body.append(name, value);
  const { answer, page } = await ask(entry.url, { method: 'POST', body });
  if (new URL(answer.url).pathname === LOGIN) {
    mustLogIn = true;
    return false;
  }
  if (answer.ok && answer.redirected) {
    await dropEntry(entry.id);
    if (entry.supersedes)
      await dropEntry(entry.supersedes);
    waiting.doneAt = answer.url;
    return true;
  }
  if (answer.status >= 500 || answer.status === 429 || answer.ok)
    throw new Error(`answer ${answer.status}`);
  entry.refusal = { status: answer.status, words: wordsOf(page) };
  await keepEntry(entry);
  await rebase(entry);
  return true;
}

/* What was refused never happened: forms entered on top of it have seen what it had seen. */
async function rebase(refused) {
  const had = new Map(refused.fields);
  const past = ['seen', 'shown', 'work_seen'].filter((name) => had.has(name));
  for (const later of await allEntries()) {
    if (later.me !== refused.me || later.form !== refused.form || later.refusal || later.id < refused.id)
      continue;
    later.fields = later.fields.map(([name, value]) => [name, past.includes(name) ? had.get(name) : value]);
    await keepEntry(later);
  }
  const form = forms.find((one) => identity(one) === refused.form);
  if (form && form.dataset.last === String(refused.id)) {
    for (const name of past)
      form.elements[name].value = had.get(name);
    form.dataset.supersedes = String(refused.id);
  }
}

/* Pages of a lesson that changed are kept as they are now. */
async function refreshKept(sent) {
  if (!sent.length || !('caches' in window))
    return;
  const pages = await caches.open(PAGES);
  const ids = new Set(sent.flatMap((entry) => entry.fields).filter(([name]) => name === 'id').map(([, value]) => value));
  for (const request of await pages.keys()) {
    const url = new URL(request.url);
    if (ids.has(url.searchParams.get('id')))
      await keepPage(url.pathname + url.search);
  }
  if (await pages.match('/staff/journal'))
    await keepPage('/staff/journal');
}

async function flushNow(own, sent) {
  mustLogIn = false;
  for (;;) {
    const entry = (await allEntries()).find((one) => one.me === me && !one.refusal);
    if (!entry)
      break;
    const csrf = await freshToken();
    if (csrf === null || !await send(entry, csrf))
      return null;
    if (own && entry.id === own.id)
      own.doneAt = entry.doneAt;
    if (entry.doneAt) {
      sent.push(entry);
      sentAt = Date.now();
    }
    await show();
  }
  retry = 0;
  return own?.doneAt ?? null;
}

/* Sends what waits, one tab at a time; answers where the own form led to, when that one got through. */
async function flush(own = null) {
  clearTimeout(timer);
  const sent = [];
  let led = null;
  try {
    if (!me)
      return null;
    led = navigator.locks ? await navigator.locks.request('journal-queue', () => flushNow(own, sent)) : await flushNow(own, sent);
  } catch {
    timer = setTimeout(flush, RETRY_MS[Math.min(retry++, RETRY_MS.length - 1)]);
  }
  await show();
  refreshKept(sent).catch(() => {});
  return led;
}

/* ---- what the teacher sees of it --------------------------------------------------------------------------------- */

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const clock = (at) => new Date(at).toLocaleTimeString('ru-RU', { hour: '2-digit', minute: '2-digit' });
const button = (words, act) => {
  const made = element('button', { type: 'button', className: 'button quiet', textContent: words });
  made.addEventListener('click', act);
  return made;
};

/* Takes back what still waits. What may have reached the server is undone there, after it. */
async function takeBack(entry) {
  const form = forms.find((one) => identity(one) === entry.form);
  let isOut = false;
  await changeEntry(entry.id, (now) => {
    isOut = Boolean(now) && !now.attempts;
    return isOut ? null : undefined;
  });
  if (isOut) {
    if (form) {
      const earlier = (await allEntries()).filter((one) => one.me === me && one.form === entry.form && !one.refusal).pop();
      fill(form, (earlier ?? untouched.get(form)).fields);
      if (earlier)
        goOnFrom(form);
      else
        for (const name of ['seen', 'shown'])
          if (form.elements[name])
            form.elements[name].value = untouched.get(form)[name];
    }
  } else {
    const { id, ...same } = entry;
    await keepEntry({ ...same, url: '/staff/journal/undo', kind: 'undo', form: `undo ${entry.key}`, multipart: false,
      words: `Отмена: ${entry.words}`, fields: [['act', entry.key]], attempts: 0, refusal: null, at: Date.now() });
    flush();
  }
  show();
}

function waitingList(entries) {
  return element('ul', {}, ...entries.map((entry) => element('li', {},
    element('div', { textContent: `${entry.words}, ${clock(entry.at)}` }),
    ['roll', 'theme', 'marks', 'homework'].includes(entry.kind) || !entry.attempts
      ? button('Отменить', () => takeBack(entry)) : '')));
}

function refusedList(entries) {
  return element('ul', {}, ...entries.map((entry) => element('li', {},
    element('div', {}, element('b', { textContent: `${entry.words}, ${clock(entry.at)}` }), element('br'), entry.refusal.words),
    element('a', { className: 'button quiet', href: `${entry.page}#refused-${entry.id}`, textContent: 'Открыть' }),
    button('Удалить', async () => {
      await dropEntry(entry.id);
      show();
    }))));
}

const one = (n, few) => (n % 10 === 1 && n % 100 !== 11 ? few[0] : [2, 3, 4].includes(n % 10) && ![12, 13, 14].includes(n % 100) ? few[1] : few[2]);

async function show() {
  if (!board)
    return;
  const entries = await allEntries().catch(() => []);
  const waiting = entries.filter((entry) => entry.me === me && !entry.refusal);
  const refused = entries.filter((entry) => entry.me === me && entry.refusal);
  const others = entries.filter((entry) => entry.me !== me).length;
  const notes = [];
  if (waiting.length) {
    const note = element('div', { className: 'note' }, element('b', {
      textContent: `${one(waiting.length, ['Ждёт отправки', 'Ждут отправки', 'Ждут отправки'])}: ${waiting.length}. ${
        mustLogIn ? 'Сеанс закончился.' : navigator.onLine ? 'Отправляю…' : 'Сети нет: отправлю, как только появится.'}` }));
    if (mustLogIn)
      note.append(element('a', { className: 'button', href: `${LOGIN}?next=${encodeURIComponent(location.pathname + location.search)}`,
        textContent: 'Войти и отправить' }));
    note.append(waitingList(waiting));
    note.dataset.waiting = waiting.length;
    notes.push(note);
  } else if (sentAt) {
    notes.push(element('p', { className: 'note good', textContent: `Отправлено в ${clock(sentAt)}: больше ничего не ждёт.` }));
  } else if (!navigator.onLine) {
    notes.push(element('p', { className: 'note', textContent: 'Сети нет. Работайте дальше: введённое сохранится в телефоне и отправится само.' }));
  }
  if (refused.length) {
    const note = element('div', { className: 'note bad' }, element('b', { textContent: `Не принято: ${refused.length}` }), refusedList(refused));
    note.dataset.refused = refused.length;
    notes.push(note);
  }
  if (others)
    notes.push(element('p', { className: 'note', textContent: `В этом телефоне ждут отправки записи другого учителя: ${others}. Они уйдут, когда он войдёт.` }));
  board.replaceChildren(...notes);
  board.hidden = notes.length === 0;
  for (const form of forms)
    form.classList.toggle('j-waits', waiting.some((entry) => entry.form === identity(form)));
}

/* A work that waits to be made keeps its name. */
function keepWorkKey(form, entry) {
  const workKey = entry.fields.find(([name]) => name === 'work_key');
  if (workKey && form.elements.work_key)
    form.elements.work_key.value = workKey[1];
}

/* «Открыть» of what was refused: what was entered stands in the form again, over what the server says now. */
async function reopen() {
  const id = Number(/^#refused-(\d+)$/.exec(location.hash)?.[1] ?? 0);
  const entry = (await allEntries()).find((one) => one.id === id && one.me === me && one.refusal);
  const form = entry && forms.find((one) => identity(one) === entry.form);
  if (!form)
    return;
  fill(form, entry.fields);
  keepWorkKey(form, entry);
  form.dataset.supersedes = String(id);
  form.prepend(element('p', { className: 'note', textContent: `Это было введено в ${clock(entry.at)} и не принято. Сравните и сохраните ещё раз.` }));
  form.scrollIntoView();
}

/* A page that is opened again shows what waits, not what the server last knew. */
async function restore() {
  const waiting = (await allEntries()).filter((entry) => entry.me === me && !entry.refusal);
  for (const form of forms) {
    if (form.elements.work_key)
      form.elements.work_key.value = crypto.randomUUID();      /* an old page of the worker's is another new work */
    const last = waiting.filter((entry) => entry.form === identity(form)).pop();
    if (!last || stateOf(form) === null)
      continue;
    form.dataset.used = '1';
    form.dataset.last = String(last.id);
    fill(form, last.fields);
    goOnFrom(form);
    keepWorkKey(form, last);
  }
}

/* ---- the roll, and the keys for marks ---------------------------------------------------------------------------- */

for (const form of forms.filter((one) => one.dataset.journal === 'roll')) {
  const roster = form.querySelector('.j-roster');
  const count = form.querySelector('[data-journal="count"]');
  const rows = [...roster.children].map((row) => ({ row, tick: row.querySelector('[type="checkbox"]'), how: row.querySelector('select') }));
  const titles = new Map([...document.querySelectorAll('[data-code]')].map((code) => [code.dataset.code, code.textContent.replace(/;$/, '')]));
  const refresh = () => {
    for (const { row, how } of rows)
      row.classList.toggle('timed', ['late', 'left'].includes(scopes.get(how.value)));
    const absent = rows.filter(({ tick }) => tick.checked).length;
    if (count)
      count.textContent = absent ? `: нет ${absent} из ${rows.length}` : ': все здесь';
  };
  roster.classList.add('has-script');
  for (const { tick, how } of rows) {
    for (const option of how.options)
      option.textContent = titles.get(option.value) ?? option.textContent;
    /* Two controls say one thing: they never disagree. */
    tick.addEventListener('change', () => {
      if (tick.checked !== (scopes.get(how.value) === 'absent'))
        how.value = '';
      refresh();
    });
    how.addEventListener('change', () => {
      if (how.value)
        tick.checked = scopes.get(how.value) === 'absent';
      refresh();
    });
  }
  form.addEventListener('filled', refresh);
  refresh();
  form.querySelector('[data-journal="gate"]')?.addEventListener('click', (event) => {
    event.preventDefault();
    for (const { row, tick, how } of rows)
      if (row.dataset.gate === 'never' && !how.value)
        tick.checked = true;
    refresh();
  });
}

/* On a touch screen marks are typed with the thumb: keys of ours instead of the whole keyboard, and on to the next name. */
if (matchMedia('(pointer: coarse)').matches) {
  for (const list of document.querySelectorAll('.j-marks-list')) {
    const inputs = [...list.querySelectorAll('input.j-mark')];
    let current = null, joins = false;
    const press = (key) => {
      const i = inputs.indexOf(current);
      if (i < 0)
        return;
      if (key === '⌫') {
        current.value = current.value.trim().split(' ').slice(0, -1).join(' ');
      } else if (key === '+') {
        joins = true;
        return;
      } else {
        current.value = joins && current.value ? `${current.value} ${key}` : key;
        joins = false;
        inputs[i + 1]?.focus();
      }
    };
    const pad = element('div', { className: 'j-pad', hidden: true }, ...['5', '4', '3', '2', '1', '⌫', 'н/а', 'осв', 'зач', 'нз', '.', '+'].map((key) => {
      const made = element('button', { type: 'button', textContent: key });
      made.setAttribute('aria-label', { '⌫': 'Стереть', '.': 'Точка', '+': 'Ещё одна оценка' }[key] ?? key);
      made.addEventListener('pointerdown', (event) => event.preventDefault());    /* the focus stays in the field */
      made.addEventListener('click', () => press(key));
      return made;
    }));
    if (!inputs.length)
      continue;
    list.after(pad);
    for (const input of inputs) {
      input.inputMode = 'none';
      input.addEventListener('focus', () => {
        current = input;
        joins = false;
        pad.hidden = false;
        input.scrollIntoView({ block: 'center' });
      });
    }
  }
}

/* ---- pages for the time without a network ------------------------------------------------------------------------ */

async function keepPage(address) {
  const answer = await fetch(address, { credentials: 'same-origin', cache: 'no-store' });
  if (!answer.ok || answer.redirected)
    return;
  const text = await answer.text();
  const pages = await caches.open(PAGES);
  await pages.put(address, new Response(text, { headers: { 'content-type': 'text/html; charset=utf-8',
    'content-security-policy': answer.headers.get('content-security-policy') ?? '', 'x-kept-at': String(Date.now()) } }));
}

/* This page, what it is made of, and - from the list of today - each lesson with its tabs: before the bell, not after the fall. */
async function keepForLater() {
  if (!('caches' in window) || !navigator.onLine || !me || navigator.connection?.saveData)
    return;
  const parts = [...document.querySelectorAll('link[href*="/static/"], script[src*="/static/"], use')]
    .map((part) => (part.getAttribute('href') ?? part.getAttribute('src')).split('#')[0]);
  const files = await caches.open(STATIC);
  await Promise.all([...new Set(parts)].map(async (path) => await files.match(path) || files.add(path)));
  const here = new URL(location.href);
  here.searchParams.delete('done');
  const page = location.pathname + here.search;
  if (!navigator.serviceWorker?.controller)
    await keepPage(page);
  if (page !== '/staff/journal')
    return;
  const pages = await caches.open(PAGES);
  for (const link of document.querySelectorAll('a[data-journal="lesson"]')) {
    const id = new URL(link.href).searchParams.get('id');
    for (const wanted of [`/staff/journal/lesson?id=${id}`, `/staff/journal/marks?id=${id}`, `/staff/journal/marks?id=${id}&work=0`, `/staff/journal/homework?id=${id}`])
      if (!await pages.match(wanted))
        await keepPage(wanted);
  }
}

/* ---- begin ------------------------------------------------------------------------------------------------------- */

for (const form of forms) {
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented)
      return;
    event.preventDefault();
    const submitter = event.submitter;
    enqueue(form, submitter).then(async (entry) => {
      await show();
      const led = await flush(entry);
      /* As without a script: the page after the form says that it is done. */
      if (led)
        location.assign(led);
    }, () => form.submit())          /* no store in this browser: the plain form is better than nothing */
      .finally(() => delete form.dataset.sent);
  });
}

/* Whoever leaves should know that something stays behind. */
for (const form of document.querySelectorAll('form[action="/staff/logout"]')) {
  form.addEventListener('submit', (event) => {
    if (Number(board?.querySelector('[data-waiting]')?.dataset.waiting ?? 0) > 0 &&
        !confirm('Не всё отправлено. Записи останутся в этом телефоне и уйдут, когда вы войдёте снова. Выйти?')) {
      event.preventDefault();
      delete form.dataset.sent;
    }
  });
}

addEventListener('online', () => flush());
addEventListener('offline', () => show());
addEventListener('pageshow', (event) => event.persisted && flush());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && flush());

restore().then(reopen).catch(() => {}).then(() => flush()).then(() => keepForLater()).catch(() => {});
if ('serviceWorker' in navigator)
  navigator.serviceWorker.register('/staff/worker.js', { scope: '/staff/' }).catch(() => {});
