/*
 * worker.js -- lets the teacher's journal open without a network. Served as /staff/worker.js, never from a browser's cache.
 *
 * What it keeps: static files, whose names change with their content, and the journal's own pages as they were last seen. Those
 * pages hold names of pupils, and a phone is lost more easily than a class register: so they are thrown away when the teacher
 * logs out, when the server says that the session has ended (the way to /staff/login), and when they are older than 12 hours -
 * a working day. Pages of other desks are not kept at all. What was entered and not yet sent is not here but in the queue of
 * journal.js: it holds numbers, no names of pupils, and outlives a logout.
 */
'use strict';

const PAGES = 'journal-pages';
const STATIC = 'journal-static';
const KEEP_MS = 12 * 60 * 60 * 1000;
const NETWORK_MS = 6000;          /* a network that says nothing for so long is as good as none, when there is a page at hand */

const isOld = (answer) => !(Date.now() - Number(answer.headers.get('x-kept-at')) < KEEP_MS);

async function sweep() {
  const pages = await caches.open(PAGES);
  for (const request of await pages.keys()) {
    const answer = await pages.match(request);
    if (!answer || isOld(answer))
      await pages.delete(request);
  }
}

/* A page by its address, whatever was just done there. */
function nameOf(request) {
  const url = new URL(request.url);
  url.searchParams.delete('done');
  return url.pathname + url.search;
}

async function keep(request, answer) {
  const pages = await caches.open(PAGES);
  await pages.put(nameOf(request), new Response(await answer.blob(), { headers: {
    'content-type': answer.headers.get('content-type'), 'content-security-policy': answer.headers.get('content-security-policy') ?? '',
    'x-kept-at': String(Date.now()) } }));
}

async function kept(request) {
  const answer = await (await caches.open(PAGES)).match(nameOf(request));
  return answer && !isOld(answer) ? answer : null;
}

const nothing = () => new Response('<!DOCTYPE html><html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  '<title>Нет сети</title><body><h1>Нет сети</h1><p>Эта страница ещё не открывалась в этом телефоне сегодня. Введённое раньше ' +
  'сохранено и отправится само.</p><p><a href="/staff/journal">Мои уроки</a></p>', { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' } });

async function page(event) {
  const network = fetch(event.request).then((answer) => {
    if (answer.ok && answer.type === 'basic')
      event.waitUntil(keep(event.request, answer.clone()));
    if (answer.status >= 502 && answer.status <= 504)
      throw new Error('the server is away');
    return answer;
  });
  network.catch(() => {});
  const old = await kept(event.request);
  try {
    return await (old ? Promise.race([network, new Promise((resolve, reject) => setTimeout(reject, NETWORK_MS))]) : network);
  } catch {
    return old ?? nothing();
  }
}

async function file(request) {
  const files = await caches.open(STATIC);
  const old = await files.match(request);
  if (old)
    return old;
  const answer = await fetch(request);
  if (answer.ok)
    await files.put(request, answer.clone());
  return answer;
}

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(Promise.all([self.clients.claim(), sweep(), caches.delete(STATIC)])));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin)
    return;
  if (request.mode === 'navigate' && (url.pathname === '/staff/logout' || url.pathname === '/staff/login'))
    event.waitUntil(caches.delete(PAGES));
  else if (request.method === 'GET' && request.mode === 'navigate' && /^\/staff\/journal(\/(?!file)|$)/.test(url.pathname))
    event.respondWith(page(event));
  else if (request.method === 'GET' && url.pathname.startsWith('/static/'))
    event.respondWith(file(request));
});
