// Pages as a browser gets them: status, headers, frame, one round trip.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { cabinet, eventually, logSize, logText, routes, source } from '../support/kabinet.mjs';
import { allPages, visitorOf } from '../support/pages.mjs';
import { Visitor, loggedIn, send, wordsOf } from '../support/visitor.mjs';

const policy = {
  'content-security-policy': /^default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;.*form-action 'self'.*frame-ancestors 'none'$/,
  'strict-transport-security': /max-age=\d{8}/,
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^same-origin$/,
  'permissions-policy': /camera=\(\)/,
};

const isPage = (answer) => /^text\/html; ?charset=utf-8$/i.test(answer.headers['content-type']);

// What is no page (a table for programs, a calendar, a file) may be kept by whoever asked for it.
function assertHeaders(answer) {
  for (const [name, wanted] of Object.entries(policy)) assert.match(answer.headers[name] ?? '', wanted, name);
  if (isPage(answer)) assert.equal(answer.headers['cache-control'], 'no-store');
  assert.match(answer.headers['x-request-id'], /^[0-9a-f]{32}$/);
}

function assertPage(answer, path) {
  const [, name] = /<main[^>]* data-page="([a-z-]+)"/.exec(answer.text) ?? [];
  assert.ok(existsSync(`${source}/templates/${name}.html`), `data-page="${name}" names the template`);
  assert.match(answer.text, /<html lang="ru"/);
  assert.ok(!/<script(?![^>]*\bsrc=)/.test(answer.text), 'no inline script');
  assert.ok(!/<style|\sstyle="|\son[a-z]+="/.test(answer.text), 'no inline style or handler');
  if (!path.includes('print=1'))   // what is for paper is as long as it is
    assert.ok(answer.bytes.length <= 30 * 1024, `${answer.bytes.length} bytes of HTML`);
  assert.ok(!/[{}]/.test(answer.text.replace(/<script[\s\S]*?<\/script>/g, '')), 'no mark of a template is left');
}

// Pages take one round trip at most, whoever comes; the log says so (KABINET_LOG_REQUESTS).
async function assertOneRoundTrip(program, from, id) {
  const line = new RegExp(`^.*request=${id}.*\\bround_trips=.*$`, 'm');
  await eventually(() => line.test(logText(program, from)), `${program} logs request ${id}`);
  const [logged] = line.exec(logText(program, from));
  assert.ok(Number(/round_trips=(\d+)/.exec(logged)[1]) <= 1, logged);
}

const pages = await allPages();

describe('pages', () => {
  let parent;
  before(async () => { parent = await loggedIn(cabinet()); });

  test('every program with pages is among them', () => {
    assert.ok(pages.length >= 15);
    const programs = new Set(routes.filter(({ method, access }) => method === 'GET' && !access.includes('device')).map((r) => r.program));
    assert.deepEqual([...programs].filter((program) => !pages.some((page) => page.program === program)), []);
  });

  for (const { path, program, role } of pages) {
    test(`GET ${path} by ${role ?? 'a stranger'}: a page of ${program}`, async () => {
      const visitor = role === null ? new Visitor() : await visitorOf(role);
      const from = logSize(program);
      const answer = await visitor.get(path);
      assert.equal(answer.status, 200, 'a route that needs parameters has its example in tests/support/pages.mjs');
      assertHeaders(answer);
      if (isPage(answer)) assertPage(answer, path);
      await assertOneRoundTrip(program, from, answer.headers['x-request-id']);

      const head = await visitor.request('HEAD', path);
      assert.equal(head.status, 200);
      assert.equal(head.bytes.length, 0);
      assertHeaders(head);
    });
  }

  test('a page with data takes exactly one round trip', async () => {
    for (const [program, path] of [['home', '/'], ['finance', '/finance'], ['settings', '/devices']]) {
      const from = logSize(program);
      const id = (await parent.get(path)).headers['x-request-id'];
      const line = new RegExp(`request=${id}.* round_trips=1\\b|round_trips=1\\b.*request=${id}`);
      await eventually(() => line.test(logText(program, from)), `${path}: round_trips=1 in the log of ${program}`);
    }
  });

  test('the frame greets by ИДН and says the mode', async () => {
    const words = (await parent.get('/')).text.replace(/<[^>]*>/g, '');
    assert.match(words, new RegExp(`(Доброе утро|Добрый день|Добрый вечер|Доброй ночи), кабинет ученика\\s+${cabinet().idn}`));
    assert.match(words, /«Родитель»/);
  });

  test('Главная has the balance, statistics, announcements and contacts', async () => {
    const answer = await parent.get('/');
    assert.match(answer.text, /<data\b[^>]*id="balance"/);
    assert.match(wordsOf(answer), /Статистика.*Качество знаний.*Пропущено занятий.*в т\. ч\. по НУП/);
    assert.match(wordsOf(answer), /Объявления/);
  });

  test('who has no session is sent to the audience\'s door and then back', async () => {
    const stranger = new Visitor();
    const closed = pages.filter(({ role, path }) => role !== null && !pages.some((other) => other.role === null && other.path === path));
    assert.ok(closed.length >= 9);
    for (const { path, role } of closed) {
      const [door, first] = ['parent', 'pupil'].includes(role) ? ['/login', '/'] : ['/staff/login', '/staff'];
      const answer = await stranger.get(path);
      assert.equal(answer.status, 303, path);
      const target = new URL(answer.headers.location, 'https://x');
      assert.equal(target.pathname, door, path);
      const next = target.searchParams.get('next') ?? '';
      const asked = new URLSearchParams(path.split('?')[1]);
      asked.delete('done');                              /* was said once */
      assert.deepEqual([...new URLSearchParams(next.split('?')[1])], [...asked], 'with its query');
      assert.equal(next.split('?')[0], path === first ? '' : path.split('?')[0], 'the page asked for is kept');
    }
  });

  test('/health says ok', async () => {
    const answer = await send('GET', '/health');
    assert.equal(answer.status, 200);
    assert.equal(answer.text.trim(), 'ok');
  });

  test('static files are immutable, compressed and of the right type', async () => {
    const page = await new Visitor().get('/login');
    const links = [...page.text.matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map((m) => m[1]);
    assert.ok(links.length >= 3, 'the page has static files');
    const types = { css: /^text\/css/, js: /^text\/javascript/, svg: /^image\/svg\+xml/, png: /^image\/png/,
      webmanifest: /^application\/manifest\+json/ };
    for (const link of new Set(links)) {
      const answer = await send('GET', link, { headers: { 'accept-encoding': 'gzip' } });
      assert.equal(answer.status, 200, link);
      assert.match(link, /\.[0-9a-f]{8}\.[a-z]+$/);
      assert.match(answer.headers['cache-control'], /max-age=31536000, immutable/, link);
      assert.match(answer.headers['content-type'], types[link.split('.').pop()], link);
      assert.match(answer.headers['content-security-policy'] ?? '', /default-src 'none'/, link);
      if (!link.endsWith('.png')) assert.equal(answer.headers['content-encoding'], 'gzip', link);
    }
  });

  test('the first visit weighs at most 60 KB over the wire', async () => {
    const accept = { headers: { 'accept-encoding': 'gzip' } };
    const page = await new Visitor().get('/login');
    let bytes = (await new Visitor().get('/login', accept)).bytes.length;
    for (const link of new Set([...page.text.matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map((m) => m[1])))
      bytes += (await send('GET', link, accept)).bytes.length;
    assert.ok(bytes <= 60 * 1024, `${bytes} bytes`);
  });

  test('cookies are __Host-, Secure, HttpOnly, SameSite=Lax', async () => {
    const visitor = new Visitor();
    const seen = [...(await visitor.get('/login')).headers['set-cookie'] ?? []];
    const { idn, password } = cabinet();
    seen.push(...(await visitor.login(idn, password)).headers['set-cookie'] ?? []);
    assert.ok(seen.some((line) => line.startsWith('__Host-session=')), 'a session cookie was set');
    for (const line of seen) {
      assert.match(line, /^__Host-[a-z]+=/);
      for (const word of [/; Path=\/(;|$)/, /; Secure(;|$)/, /; HttpOnly(;|$)/, /; SameSite=Lax(;|$)/]) assert.match(line, word);
      assert.ok(!/; Domain=/i.test(line));
    }
  });
});
