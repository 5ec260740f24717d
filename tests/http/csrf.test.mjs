// A POST counts only when it comes from our own page: by its token, and by what the browser says of its origin.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { base, cabinet, routes } from '../support/kabinet.mjs';
import { Visitor, csrfOf, loggedIn } from '../support/visitor.mjs';

const theme = { theme: 'dark', size: 'l', contrast: 'high' };

describe('CSRF', () => {
  let parent, token;
  before(async () => {
    parent = await loggedIn(cabinet());
    token = csrfOf(await parent.get('/settings'));
  });
  const post = (fields, headers) => parent.submit('/settings/look', { ...theme, ...fields }, { headers });

  test('with the token from our own page: 303', async () => {
    assert.equal((await post({ csrf: token })).status, 303);
  });
  test('no token: 403', async () => {
    assert.equal((await post({})).status, 403);
  });
  test('an empty, a made-up, a changed token: 403', async () => {
    const changed = (token[0] === '0' ? '1' : '0') + token.slice(1);
    for (const csrf of ['', '0'.repeat(token.length), changed, token.slice(1), `${token}0`, 'x'.repeat(5000)]) {
      const { status } = await post({ csrf });
      assert.ok([400, 403].includes(status), `${csrf.slice(0, 70)}: ${status}`);
    }
  });
  test('another visitor\'s token: 403', async () => {
    const csrf = csrfOf(await (await loggedIn(cabinet())).get('/settings'));
    assert.equal((await post({ csrf })).status, 403);
  });
  test('a stranger\'s token for the form of another stranger: 403', async () => {
    const csrf = csrfOf(await new Visitor().get('/login'));
    const other = new Visitor();
    await other.get('/login');
    assert.equal((await other.submit('/login', { login: 'x', password: 'y', csrf })).status, 403);
  });
  test('Sec-Fetch-Site cross-site, same-site or none: 403, even with the token', async () => {
    for (const site of ['cross-site', 'same-site', 'none', 'SAME-ORIGIN', ''.padEnd(10, 'x')])
      assert.equal((await post({ csrf: token }, { 'sec-fetch-site': site })).status, 403, site);
  });
  test('an older browser: its Origin decides', async () => {
    const without = async (origin) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      if (origin !== null) headers.origin = origin;
      return (await parent.request('POST', '/settings/look',
        { headers, body: new URLSearchParams({ ...theme, csrf: token }).toString() })).status;
    };
    assert.equal(await without(base.origin), 303);
    for (const origin of ['https://example.org', 'null', `${base.origin}.example.org`, base.origin.replace('https', 'http'),
      `https://localhost:${Number(base.port) + 1}`])
      assert.equal(await without(origin), 403, origin);
  });
  test('each page masks the token anew', async () => {
    const again = csrfOf(await parent.get('/settings'));
    assert.notEqual(again, token);
    assert.equal((await post({ csrf: again })).status, 303);
  });
  test('every POST refuses to work without the token', async () => {
    // A device has no session that a stranger's page could ride on: its messages are signed.
    const posts = routes.filter(({ method, access }) => method === 'POST' && !access.includes('device'));
    assert.ok(posts.length >= 12);
    for (const { path } of posts)
      assert.equal((await parent.submit(path, { idn: cabinet().idn })).status, 403, path);
    assert.equal((await parent.get('/')).status, 200, 'and nobody was logged out');
  });
});
