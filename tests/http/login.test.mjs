// The door: password, code, PIN, logout, devices and sessions, and what strangers may find out.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { FastCGI, params } from '../support/fastcgi.mjs';
import { cabinet, credentials, forgetAttempts, logText, pause, socketOf, sql, sqlBeside, updateCabinet, value } from '../support/kabinet.mjs';
import { Visitor, csrfOf, loggedIn, wordsOf } from '../support/visitor.mjs';

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
const family = cabinet();
const others = cabinet((c) => c.password !== family.password);   // of another login
const nobody = 'I22222222Z';

/** The page without what differs from request to request. */
const constant = (answer) => answer.text.replace(/[0-9a-f]{32,64}/g, '#').replaceAll(family.idn, 'NAME').replaceAll(nobody, 'NAME');

describe('login', () => {
  beforeEach(forgetAttempts);
  after(forgetAttempts);

  test('by ИДН and by account, in any case and with Cyrillic look-alikes', async () => {
    const cyrillic = family.idn.replace(/[ABEKMHOPCTX]/g, (letter) => 'АВЕКМНОРСТХ'['ABEKMHOPCTX'.indexOf(letter)]);
    for (const name of [family.idn, family.account, family.idn.toLowerCase(), ` ${family.idn} `, cyrillic]) {
      const visitor = new Visitor();
      const answer = await visitor.login(name, family.password);
      assert.equal(answer.status, 303, name);
      assert.equal(answer.headers.location, '/');
      assert.equal((await visitor.get('/')).status, 200);
    }
  });

  test('a new token at each login; the database holds only its hash', async () => {
    const visitor = await loggedIn(family);
    const token = visitor.cookies.get('__Host-session');
    assert.match(token, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(value(`select count(*) from auth.session where token_hash = sha256(:'token')`, { variables: { token } }), '1');
    assert.equal((await visitor.login(family.idn, family.password)).status, 303);
    assert.notEqual(visitor.cookies.get('__Host-session'), token);
    assert.equal(value(`select count(*) from auth.session where token_hash = sha256(:'token')`, { variables: { token } }), '0',
      'the session before is over');
  });

  test('a token that the visitor brings is never taken over', async () => {
    const visitor = new Visitor();
    const planted = 'P'.repeat(43);
    visitor.cookies.set('__Host-session', planted);
    await visitor.login(family.idn, family.password);
    assert.notEqual(visitor.cookies.get('__Host-session'), planted);
    assert.equal((await visitor.get('/')).status, 200);
    assert.equal(value(`select count(*) from auth.session where token_hash = sha256(:'planted')`, { variables: { planted } }), '0');
  });

  test('logout ends the session on the server too', async () => {
    const visitor = await loggedIn(family);
    const kept = visitor.cookieHeader();
    const answer = await visitor.logout();
    assert.equal(answer.status, 303);
    assert.ok(!visitor.cookies.has('__Host-session'));
    assert.equal((await new Visitor().get('/', { headers: { cookie: kept } })).status, 303);
  });

  test('unknown account and wrong password: the same words', async () => {
    const wrong = await new Visitor().login(family.idn, 'wrong password');
    const unknown = await new Visitor().login(nobody, 'wrong password');
    assert.equal(wrong.status, 422);
    assert.equal(unknown.status, 422);
    assert.equal(constant(wrong), constant(unknown));
    assert.deepEqual(Object.keys(wrong.headers).sort(), Object.keys(unknown.headers).sort());
    assert.match(wordsOf(wrong), /Неверный логин или пароль/);
  });

  test('unknown account and wrong password: the same time', async () => {
    const times = { [family.idn]: [], [nobody]: [] };
    for (let i = 0; i < 9; i++) {
      for (const name of Object.keys(times)) {
        forgetAttempts();
        const answer = await new Visitor().login(name, 'wrong password');
        assert.equal(answer.status, 422);
        times[name].push(answer.ms);
      }
    }
    const [known, unknown] = Object.values(times).map(median);
    // A missing scrypt would be a factor of ten; the machine's noise is not.
    assert.ok(Math.abs(known - unknown) < 0.35 * Math.max(known, unknown), `${known.toFixed(0)} ms and ${unknown.toFixed(0)} ms`);
  });

  test('an unknown account and a known one run into the same budget with the same words', async () => {
    const seen = {};
    for (const name of [family.idn, nobody]) {
      forgetAttempts();
      let answer;
      for (let i = 0; i < 12; i++) {
        answer = await new Visitor().login(name, `guess ${i}`);
        if (answer.status === 429) break;
        assert.equal(answer.status, 422);
      }
      assert.equal(answer.status, 429, name);
      seen[name] = constant(answer).replace(/\d+/g, '#');
    }
    assert.equal(seen[family.idn], seen[nobody]);
  });

  test('a used-up name budget does not lock the family\'s own confirmed device out', async () => {
    const mine = new Visitor();
    assert.equal((await mine.login(family.idn, family.password, { remember: '1' })).status, 303);
    assert.ok(mine.cookies.has('__Host-device'));
    await mine.logout();
    for (let i = 0; i < 12; i++)
      if ((await new Visitor().login(family.idn, `guess ${i}`)).status === 429) break;
    assert.equal((await new Visitor().login(family.idn, family.password)).status, 429, 'a stranger waits');
    assert.equal((await mine.login(family.idn, family.password)).status, 303, 'the family does not');
  });

  test('the PIN is good on a confirmed device alone', async () => {
    const stranger = await new Visitor().login(family.idn, family.pin);
    assert.equal(stranger.status, 422);
    const mine = new Visitor();
    await mine.login(family.idn, family.password, { remember: '1' });
    await mine.logout();
    assert.equal((await mine.login(family.idn, family.pin)).status, 303);
    assert.equal((await mine.get('/')).status, 200);
    const foreign = new Visitor();
    foreign.cookies.set('__Host-device', mine.cookies.get('__Host-device'));
    assert.equal((await foreign.login(others.idn, others.pin)).status, 422, 'nor on another family\'s device');
  });

  test('a device taken off the list has no PIN any more', async () => {
    const mine = new Visitor();
    await mine.login(family.idn, family.password, { remember: '1' });
    const page = await mine.get('/devices');
    const row = /<form\b(?:(?!<\/form>)[\s\S])*?action="\/devices\/revoke"[\s\S]*?<\/form>/.exec(page.text)
      ?? /<form[^>]*action="\/devices\/revoke"[\s\S]*?<\/form>/.exec(page.text);
    assert.ok(row, 'the list offers to take devices off');
    for (const [, id] of page.text.matchAll(/action="\/devices\/revoke"[\s\S]*?name="id"[^>]*value="([0-9a-f-]{36})"/g))
      assert.equal((await mine.submit('/devices/revoke', { id, csrf: csrfOf(page) })).status, 303);
    await mine.logout();
    assert.notEqual((await mine.login(family.idn, family.pin)).status, 303);
  });

  test('10 000 sprayed PIN guesses over many accounts and networks hit the global budget', async () => {
    const socket = socketOf('login');
    const visit = 'A'.repeat(43);
    const cookie = `__Host-visit=${visit}; __Host-device=${'D'.repeat(43)}`;
    const page = await new FastCGI(socket).begin(params('GET', '/login', { HTTP_COOKIE: cookie })).endBody().answer;
    const csrf = csrfOf(page);
    const counts = {};
    const guess = async (i) => {
      const body = new URLSearchParams({ csrf, login: String(270390000 + i).padStart(10, '0'), password: '1234' }).toString();
      const { status } = await new FastCGI(socket).begin(params('POST', '/login', { HTTP_COOKIE: cookie,
        CONTENT_TYPE: 'application/x-www-form-urlencoded', CONTENT_LENGTH: body.length, HTTP_SEC_FETCH_SITE: 'same-origin',
        REMOTE_ADDR: `10.${i >> 8 & 255}.${i & 255}.9` })).body(body).endBody().answer;
      counts[status] = (counts[status] ?? 0) + 1;
    };
    // Failures beyond the free ones cost scrypt each: the level is set near its end, the rest is honest work.
    sql(`update auth.budget b set level = p.free - 20, at = now() from auth.policy p where p.kind = b.kind and b.kind = 'global'`);
    for (let i = 0; i < 10000; i += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => guess(i + k)));
    assert.equal(counts[303] ?? 0, 0, 'nobody got in');
    assert.ok((counts[422] ?? 0) <= 100, `only a few guesses were compared at all: ${JSON.stringify(counts)}`);
    assert.ok(counts[429] >= 9000, JSON.stringify(counts));
    assert.equal(Object.keys(counts).every((status) => ['422', '429'].includes(status)), true, JSON.stringify(counts));
  });

  test('who changes the password stays in; every other session ends', async () => {
    const user = others;
    const [mine, other] = [await loggedIn(user), new Visitor()];
    await other.login(user.idn, user.password, { remember: '1' });
    const token = mine.cookies.get('__Host-session');
    const changed = 'четыре слова новый пароль';
    try {
      const wrong = await mine.fill('/settings/password', { old: 'not it', password: changed, password2: changed });
      assert.equal(wrong.status, 422);
      const twice = await mine.fill('/settings/password', { old: user.password, password: changed, password2: `${changed}!` });
      assert.equal(twice.status, 422);
      const answer = await mine.fill('/settings/password', { old: user.password, password: changed, password2: changed });
      assert.equal(answer.status, 303);
      assert.notEqual(mine.cookies.get('__Host-session'), token);
      assert.equal((await mine.get('/')).status, 200);
      assert.equal((await other.get('/')).status, 303);
      assert.equal((await other.login(user.idn, user.pin)).status, 422, 'other devices are not confirmed any more');
      assert.equal((await new Visitor().login(user.idn, user.password)).status, 422, 'the old password is dead');
      assert.equal((await new Visitor().login(user.idn, changed)).status, 303);
    } finally {
      forgetAttempts();
      const back = await (await loggedIn({ ...user, password: changed })).fill('/settings/password',
        { old: changed, password: user.password, password2: user.password });
      assert.equal(back.status, 303);
    }
  });

  test('sessions can be ended one by one and all others at once', async () => {
    const [mine, one, two] = [await loggedIn(family), await loggedIn(family), await loggedIn(family)];
    const answer = await mine.fill('/devices', {}, { action: '/devices/end-others' });
    assert.equal(answer.status, 303);
    assert.equal((await mine.get('/')).status, 200);
    for (const other of [one, two]) assert.equal((await other.get('/')).status, 303);
    const stranger = await loggedIn(others);
    const foreign = value(`select s.id from auth.session s where token_hash = sha256(:'token')`,
      { variables: { token: stranger.cookies.get('__Host-session') } });
    assert.equal((await mine.fill('/devices', { id: foreign }, { action: '/devices/end' })).status, 404, 'not one of ours');
    assert.equal((await stranger.get('/')).status, 200);
    for (const id of ['x', '', '00000000-0000-0000-0000-00000000000'])
      assert.ok([400, 404].includes((await mine.fill('/devices', { id }, { action: '/devices/end' })).status), id);
  });

  test('the first login: wrong code, weak passwords, then the right one, once', async () => {
    const fresh = credentials.cabinets.findLast((c) => c.code);   // the first ones are left to the browser tests
    assert.ok(fresh, 'a cabinet with an unspent code');
    const good = 'сиреневый трамвай 39';
    const first = (fields) => new Visitor().fill('/login/first', { login: fresh.idn, code: fresh.code, password: good, password2: good, ...fields });
    assert.equal((await first({ code: 'AAAAAAAAAA' })).status, 422);
    for (const password of ['', 'short', '12345678', fresh.idn, 'x'.repeat(201)])
      assert.ok([400, 422].includes((await first({ password, password2: password })).status), password.slice(0, 20));
    assert.equal((await first({ password2: 'another one' })).status, 422);
    assert.equal((await new Visitor().login(fresh.idn, fresh.code)).status, 422, 'a code is no password');

    forgetAttempts();
    // Two at once: one of them wins.
    const visitors = [new Visitor(), new Visitor()];
    const answers = await Promise.all(visitors.map((visitor) => visitor.fill('/login/first',
      { login: fresh.idn, code: fresh.code, password: good, password2: good })));
    assert.equal(answers.filter(({ status }) => status === 303).length, 1, answers.map(({ status }) => status).join());
    const winner = visitors[answers.findIndex(({ status }) => status === 303)];
    updateCabinet(fresh.idn, { code: null, password: good });
    assert.equal((await winner.get('/')).status, 200);
    assert.ok(winner.cookies.has('__Host-device'), 'its browser is a confirmed device');
    assert.equal((await first({})).status, 422, 'the code is spent');
    assert.equal((await new Visitor().login(fresh.account, good)).status, 303);
  });

  test('a code is spent once, even by two who spend it at the same moment', async () => {
    const variables = { idn: others.idn };
    sql(`with a as (insert into auth.access (pupil_id, ordinal, may_finance)
           select p.id, 0, false from school.pupil p where p.idn = :'idn' on conflict (pupil_id, ordinal) do update set login_id = null
           returning id)
         select auth.set_code(a.id, '\\x00112233445566778899aabbccddeeff', 15, sha256('code'), interval '1 day') from a`, { variables });
    const begin = () => value(`select b.attempt from cabinet.login_begin(:'idn' || '-0', 'code', '', '192.0.2.1') b`, { variables });
    const finish = (attempt, token) => `select f.outcome from cabinet.login_first('${attempt}', sha256('code'),
      '\\x00112233445566778899aabbccddeeff', 15, sha256('password'), '${token}', null, 'test') f`;
    const attempts = [begin(), begin()];
    try {
      const first = sqlBeside(`begin; ${finish(attempts[0], 'first')}; select pg_sleep(1); commit`);
      await pause(500);
      const second = sqlBeside(finish(attempts[1], 'second'));
      assert.match(await first, /^ok$/m);
      assert.match(await second, /^wrong$/m);
      assert.equal(value(`select count(*) from auth.session where token_hash = sha256('second')`), '0');
    } finally {
      sql(`with a as (update auth.access a set login_id = null from school.pupil p, auth.access was
             where p.id = a.pupil_id and p.idn = :'idn' and a.ordinal = 0 and was.id = a.id returning was.login_id)
           delete from auth.login l using a where l.id = a.login_id`, { variables });
    }
  });

  test('a session begun with a PIN reads, and changes nothing that would outlast it', async () => {
    const mine = new Visitor();
    await mine.login(family.idn, family.password, { remember: '1' });
    await mine.logout();
    assert.equal((await mine.login(family.idn, family.pin)).status, 303);
    assert.equal((await mine.get('/finance')).status, 200);
    for (const [page, fields, action] of [
      ['/settings', {}, '/settings/pupil'], ['/settings', {}, '/settings/pupil/end'],
      ['/settings/child', { login: nobody, code: 'AAAAAAAAAA' }, '/settings/child'],
      ['/settings/password', { old: family.password, password: 'другой длинный пароль', password2: 'другой длинный пароль' }, '/settings/password'],
    ]) {
      const answer = await mine.fill(page, fields, { action });
      assert.equal(answer.status, 422, action);
      assert.match(wordsOf(answer), /войдите с паролем/, action);
    }
  });

  test('new codes for the pupil have a budget', async () => {
    const parent = await loggedIn(family);
    sql(`insert into auth.budget (kind, key, level, blocked_until)
         select 'pupil', int8send(a.login_id), 11, now() + interval '1 min'
           from auth.access a join school.pupil p on p.id = a.pupil_id where p.idn = :'idn' and a.ordinal = 1
         on conflict (kind, key) do update set blocked_until = excluded.blocked_until`, { variables: { idn: family.idn } });
    const answer = await parent.fill('/settings', {}, { action: '/settings/pupil' });
    assert.equal(answer.status, 429);
    assert.match(answer.text, /role="alert"/);
  });

  test('the pupil\'s own login reads, without money', async () => {
    const parent = await loggedIn(family);
    const given = await parent.fill('/settings', {}, { action: '/settings/pupil' });
    assert.equal(given.status, 200);
    const words = wordsOf(given);
    const [name] = /I[2-9A-HJKMNP-Z]{9}-0/.exec(words);
    const [code] = /\b[0-9A-Z]{5}-[0-9A-Z]{5}\b/.exec(words.replaceAll(name, ' '));
    const pupil = new Visitor();
    const password = 'зелёный велосипед 7';
    assert.equal((await pupil.fill('/login/first', { login: name, code, password, password2: password })).status, 303);
    const front = await pupil.get('/');
    assert.equal(front.status, 200);
    assert.match(front.text.replace(/<[^>]*>/g, ''), /«Ученик»/);
    assert.ok(!/id="balance"/.test(front.text), 'no balance');
    for (const path of ['/finance', '/finance/statement.csv', '/finance/slip', '/finance/entry?id=1', '/settings/child'])
      assert.equal((await pupil.get(path)).status, 403, path);
    assert.equal((await pupil.fill('/settings', {}, { action: '/settings/pupil' })).status, 403);
    assert.equal((await parent.fill('/settings', {}, { action: '/settings/pupil/end' })).status, 303);
    assert.equal((await pupil.get('/')).status, 303, 'taken back: the pupil\'s session is over');
  });

  test('no secret reaches the logs', async () => {
    for (const name of ['login', 'settings', 'nginx-access', 'nginx-error', 'postgresql']) {
      const text = logText(name);
      for (const c of credentials.cabinets) {
        if (c.password) assert.ok(!text.includes(c.password), `${name}: a password`);
        if (c.code) assert.ok(!text.includes(c.code), `${name}: a code`);
      }
    }
  });
});
