// Pages as a browser gets them: status, headers, frame, one round trip.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cabinet, eventually, logSize, logText, routes } from '../support/kabinet.mjs';
import { Visitor, loggedIn, send, wordsOf } from '../support/visitor.mjs';

const pages = {
  home: [['/', 'home'], ['/announcements', 'announcements'], ['/rules', 'rules']],
  finance: [['/finance', 'finance'], ['/finance/slip', 'slip'], ['/finance/slip?amount=1500,50', 'slip'],
    ['/finance?from=2020-01-01&to=2030-12-31', 'finance'], ['/finance?print=1', 'finance']],
  settings: [['/settings', 'settings'], ['/settings/child', 'child'], ['/settings/password', 'password'],
    ['/devices', 'devices']],
};

const policy = {
  'content-security-policy': /^default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;.*form-action 'self'.*frame-ancestors 'none'$/,
  'strict-transport-security': /max-age=\d{8}/,
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^same-origin$/,
  'permissions-policy': /camera=\(\)/,
};

function assertPageHeaders(answer) {
  for (const [name, wanted] of Object.entries(policy)) assert.match(answer.headers[name] ?? '', wanted, name);
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.match(answer.headers['content-type'], /^text\/html; ?charset=utf-8$/i);
  assert.match(answer.headers['x-request-id'], /^[0-9a-f]{32}$/);
}

describe('pages', () => {
  let parent;
  before(async () => { parent = await loggedIn(cabinet()); });

  for (const [program, list] of Object.entries(pages)) {
    for (const [path, name] of list) {
      test(`${path} is a page of ${program}`, async () => {
        const from = logSize(program);
        const answer = await parent.get(path);
        assert.equal(answer.status, 200);
        assertPageHeaders(answer);
        assert.match(answer.text, new RegExp(`<main[^>]* data-page="${name}"`));
        assert.match(answer.text, /<html lang="ru"/);
        assert.ok(!/<script(?![^>]*\bsrc=)/.test(answer.text), 'no inline script');
        assert.ok(!/<style|\sstyle="|\son[a-z]+="/.test(answer.text), 'no inline style or handler');
        if (!path.includes('print=1'))   // a statement for paper is as long as it is
          assert.ok(answer.bytes.length <= 30 * 1024, `${answer.bytes.length} bytes of HTML`);
        assert.ok(!/[{}]/.test(answer.text.replace(/<script[\s\S]*?<\/script>/g, '')), 'no mark of a template is left');

        const id = answer.headers['x-request-id'];
        const line = new RegExp(`^.*\\brequest\\b.*request=${id}.*$|^.*request=${id}.*\\bround_trips=.*$`, 'm');
        await eventually(() => line.test(logText(program, from)), `${program} logs request ${id}`);
        const [logged] = line.exec(logText(program, from));
        assert.ok(Number(/round_trips=(\d+)/.exec(logged)[1]) <= 1, logged);
      });

      test(`HEAD ${path} has the same headers and no body`, async () => {
        const answer = await parent.request('HEAD', path);
        assert.equal(answer.status, 200);
        assert.equal(answer.bytes.length, 0);
        assertPageHeaders(answer);
      });
    }
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

  test('who has no session is sent to /login and then back', async () => {
    const stranger = new Visitor();
    const closed = routes.filter(({ method, access }) => method === 'GET' && !access.includes('anyone') && access.includes('parent'))
      .map(({ path }) => path);
    assert.ok(closed.length >= 9);
    for (const path of [...closed, '/finance/slip?amount=100']) {
      const answer = await stranger.get(path);
      assert.equal(answer.status, 303, path);
      const target = new URL(answer.headers.location, 'https://x');
      assert.equal(target.pathname, '/login');
      if (path !== '/') assert.equal(target.searchParams.get('next') ?? '', path, 'the page asked for is kept, with its query');
    }
  });

  test('a stranger may read the rules, the look and the doors', async () => {
    const open = routes.filter(({ method, path, access }) => method === 'GET' && access.includes('anyone') && path !== '/health');
    assert.ok(open.length >= 4);
    for (const { path } of open) {
      const answer = await new Visitor().get(path);
      assert.equal(answer.status, 200, path);
      assertPageHeaders(answer);
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
