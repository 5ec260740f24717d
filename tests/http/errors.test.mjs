// What is wrong with a request is said by its status, in Russian, with the request id - and never by echoing markup.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cabinet } from '../support/kabinet.mjs';
import { Visitor, csrfOf, loggedIn, wordsOf } from '../support/visitor.mjs';

const hostile = `"><script>alert(1)</script>&amp;'`;

function assertErrorPage(answer, status) {
  assert.equal(answer.status, status);
  assert.match(answer.headers['content-type'], /^text\/html/);
  assert.match(answer.text, /<main[^>]* data-page="error"/);
  assert.match(wordsOf(answer), /[а-яё]{3,}/i, 'a sentence in Russian');
  assert.ok(answer.text.includes(answer.headers['x-request-id']), 'the request id stands on the page');
  assert.ok(!answer.text.includes('<script>alert'), 'nothing is echoed as markup');
  assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
}

describe('errors', () => {
  let parent;
  before(async () => { parent = await loggedIn(cabinet()); });

  test('404: no such page, for strangers and visitors', async () => {
    for (const visitor of [new Visitor(), parent]) {
      for (const path of ['/no-such-page', '/finance/no-such', '/login/no-such', '/settings/no-such', '/%D1%84', '/staff/no-such'])
        assertErrorPage(await visitor.get(path), 404);
    }
  });

  test('404: no such static file, and no list of them', async () => {
    for (const path of ['/static/no-such.css', '/static/', '/static/../kabinet.conf', '/static/manifest/x', '/errors/413.html'])
      assertErrorPage(await parent.get(path), 404);
  });

  test('405: a method that a page does not have', async () => {
    assertErrorPage(await parent.request('DELETE', '/'), 405);
    assertErrorPage(await parent.request('PUT', '/finance'), 405);
    assertErrorPage(await parent.get('/logout'), 405);
    assertErrorPage(await parent.request('OPTIONS', '/login'), 405);
  });

  test('400: a query that no page of ours would make', async () => {
    for (const query of ['from=2026-02-30', 'from=yesterday', 'to=%D1%84', 'before=-1', 'before=1e3', 'before=9999999999999999999',
      'from=2026-01-01&from=2026-01-02', 'kind=%ff%fe', 'kind=%00', 'from=%zz', 'from=2026-01-01%0d%0aSet-Cookie:x=1'])
      assertErrorPage(await parent.get(`/finance?${query}`), 400);
  });

  test('400: too many fields, too long a query', async () => {
    assertErrorPage(await parent.get(`/finance?${Array.from({ length: 257 }, (_, i) => `f${i}=1`).join('&')}`), 400);
    assertErrorPage(await parent.get(`/finance?kind=${'x'.repeat(2100)}`), 400);
  });

  test('400 or 414 or 431: a header line beyond nginx\'s limit', async () => {
    const answer = await parent.get(`/finance?kind=${'x'.repeat(9000)}`);
    assert.ok([400, 414, 431].includes(answer.status), String(answer.status));
    const cookie = await parent.get('/', { headers: { cookie: 'x='.padEnd(20000, 'y') } });
    assert.ok([400, 431, 494].includes(cookie.status), String(cookie.status));
  });

  test('413: a body beyond 64 KiB', async () => {
    const visitor = new Visitor();
    const csrf = csrfOf(await visitor.get('/login'));
    assertErrorPage(await visitor.submit('/login', { login: 'x'.repeat(70000), password: 'x', csrf }), 413);
  });

  test('400: a body of another type, a broken body', async () => {
    const visitor = new Visitor();
    const csrf = csrfOf(await visitor.get('/login'));
    for (const [type, body] of [['application/json', JSON.stringify({ csrf })], ['multipart/form-data; boundary=x', '--x--'],
      ['text/plain', `csrf=${csrf}`]]) {
      const answer = await visitor.request('POST', '/login',
        { headers: { 'content-type': type, 'sec-fetch-site': 'same-origin' }, body });
      assert.ok([400, 415].includes(answer.status), `${type}: ${answer.status}`);
    }
    const broken = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    for (const body of [`csrf=${csrf}&login=%zz&password=x`, `csrf=${csrf}&login=%ff&password=x`,
      `csrf=${csrf}&login=a&login=b&password=x`, `csrf=${csrf}&login=a%00b&password=x`])
      assertErrorPage(await visitor.request('POST', '/login', { headers: broken, body }), 400);
  });

  test('another family\'s entry, and one that does not exist, are both 404', async () => {
    assertErrorPage(await parent.get('/finance/entry?id=999999999'), 404);
  });

  test('hostile words in a form come back escaped', async () => {
    const visitor = new Visitor();
    const answer = await visitor.login(hostile, 'wrong password');
    assert.ok([400, 422].includes(answer.status), String(answer.status));
    assert.ok(!answer.text.includes('<script>alert'));
    const amount = await parent.get(`/finance/slip?amount=${encodeURIComponent('"><b>1')}`);
    assert.equal(amount.status, 422);
    assert.ok(!amount.text.includes('"><b>1'));
    assert.ok(amount.text.includes('&quot;&gt;&lt;b&gt;1'));
  });

  test('hostile queries never come back as markup', async () => {
    for (const path of ['/login?next=', '/login?done=', '/?done=', '/finance?kind=', '/settings?done=', '/announcements?before=']) {
      const answer = await parent.get(path + encodeURIComponent(hostile));
      assert.ok(answer.status < 500, `${path}: ${answer.status}`);
      assert.ok(!answer.text.includes('<script>alert'), path);
    }
  });

  test('`next` never leaves the site', async () => {
    const { idn, password } = cabinet();
    for (const next of ['https://example.org/', '//example.org/', '/\\example.org', '\\\\example.org', 'javascript:alert(1)',
      '/%0d%0aLocation:https://example.org', '/x\r\nSet-Cookie: a=b']) {
      const visitor = new Visitor();
      const answer = await visitor.login(idn, password, { next });
      assert.ok([303, 400].includes(answer.status), `${next}: ${answer.status}`);
      if (answer.status !== 303) continue;
      assert.match(answer.headers.location, /^\/(?![/\\])/, next);
      assert.ok(!/[\r\n]/.test(answer.headers.location));
    }
  });

  test('hostile cookies are as good as none', async () => {
    const session = parent.cookies.get('__Host-session');
    const headers = ['__Host-session=', '__Host-session=x', `__Host-session=${'A'.repeat(43)}`, `__Host-session=${session}x`,
      `__Host-session="${session}"`, `__Host-session=${session}; __Host-session=${'A'.repeat(43)}`, `__host-session=${session}`,
      `Session=${session}`, ';;;=;=;', '='.repeat(3000), `__Host-session=${"' or 1=1 --"}`, '__Host-session=%00%ff',
      '__Host-look=<script>.x.y; __Host-device=\'"><b>'];
    for (const cookie of headers) {
      const answer = await new Visitor().get('/', { headers: { cookie } });
      assert.ok([303, 400].includes(answer.status), `${cookie.slice(0, 60)}: ${answer.status}`);
    }
    const look = await new Visitor().get('/login', { headers: { cookie: '__Host-look="><script>alert(1)</script>.xl.high' } });
    assert.equal(look.status, 200);
    assert.ok(!look.text.includes('<script>alert'));
  });

  test('the Host header makes no link', async () => {
    const answer = await parent.get('/', { headers: { host: 'evil.example' } });
    assert.ok(!answer.text.includes('evil.example'));
    const away = await new Visitor().get('/finance', { headers: { host: 'evil.example' } });
    assert.ok(!(away.headers.location ?? '').includes('evil.example'));
  });
});
