// The door of the desks: who comes in, who does not, what is told, and that the two audiences are strangers to each other.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { cabinet, forgetAttempts, script, value } from '../support/kabinet.mjs';
import { Visitor, csrfOf, loggedIn, loggedInStaff, wordsOf } from '../support/visitor.mjs';

describe('staff', () => {
  const login = `test-${process.pid}-${Date.now() % 100000}`;
  let member;

  before(async () => {
    const made = await script('staff', 'add', login, '--school', '027039', '--name', 'Несуразова Аксинья Титовна', '--roles', 'head,guard');
    assert.equal(made.code, 0, made.stderr);
    member = { login, password: made.stdout.trim().split('\n').at(-1) };
    assert.match(member.password, /^[2-9a-z]{4}(-[2-9a-z]{4}){2}$/);
  });
  beforeEach(forgetAttempts);
  after(() => script('staff', 'leave', login));

  test('the way in: the door, the desks, the way out', async () => {
    const visitor = new Visitor();
    const sent = await visitor.get('/staff');
    assert.equal(sent.headers.location, '/staff/login');
    const answer = await visitor.fill('/staff/login', { ...member, login: ` ${login.toUpperCase()} ` });
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, '/staff');
    const [cookie] = answer.headers['set-cookie'].filter((line) => line.startsWith('__Host-staff='));
    for (const word of [/; Path=\/(;|$)/, /; Secure(;|$)/, /; HttpOnly(;|$)/, /; SameSite=Lax(;|$)/]) assert.match(cookie, word);

    const desks = await visitor.get('/staff');
    assert.match(desks.text, /Несуразова Аксинья Титовна/);
    assert.match(wordsOf(desks), /Учебная часть.*Вход в школу/);
    assert.doesNotMatch(wordsOf(desks), /Журнал(?! обращений)|Мой класс/, 'only the desks of these roles');
    for (const [path, is] of [['/staff/head', true], ['/staff/gate', true], ['/staff/journal', false], ['/staff/class', false]])
      assert.equal(desks.text.includes(`href="${path}"`), is, `${path} in the menu`);

    const out = await visitor.fill('/staff', {}, { action: '/staff/logout' });
    assert.equal(out.headers.location, '/staff/login?done=staff-logout');
    assert.equal(visitor.cookies.has('__Host-staff'), false);
    visitor.cookies.set('__Host-staff', /=([^;]*)/.exec(cookie)[1]);
    assert.match((await visitor.get('/staff')).headers.location, /^\/staff\/login\?done=staff-expired$/, 'the session is over on the server too');
  });

  test('a wrong password and a name that nobody has: the same words', async () => {
    const words = [];
    for (const fields of [{ login, password: 'not-the-one' }, { login: 'nobody-at-all', password: 'not-the-one' }]) {
      const answer = await new Visitor().fill('/staff/login', fields);
      assert.equal(answer.status, 422);
      assert.equal(answer.text.includes(fields.password), false, 'a password is never shown again');
      words.push(wordsOf(answer));
    }
    assert.equal(words[0], words[1]);
    assert.match(words[0], /Неверное имя входа или пароль/);
    const empty = wordsOf(await new Visitor().fill('/staff/login', { login: '', password: '' }));
    assert.match(empty, /Введите имя входа/);
    assert.match(empty, /Введите пароль/);
  });

  test('who fails again and again has to wait', async () => {
    const visitor = new Visitor();
    let answer;
    for (let i = 0; i < 9 && answer?.status !== 429; i++) answer = await visitor.fill('/staff/login', { login, password: `no-${i}` });
    assert.equal(answer.status, 429);
    assert.match(wordsOf(answer), /Слишком много попыток. Повторите через/);
  });

  test('after logging in one is where one wanted to go, on this site alone', async () => {
    const places = { '/staff/head?day=2026-11-24': '/staff/head?day=2026-11-24', '//example.org/': '/staff', '/\\example.org': '/staff',
      'https://example.org/': '/staff', '/staff/head\r\nX: 1': null, '/x?a=<b>': '/staff' };
    for (const [next, wanted] of Object.entries(places)) {
      const answer = await new Visitor().fill('/staff/login', { ...member, next });
      if (wanted === null) assert.equal(answer.status, 400, next);
      else assert.equal(answer.headers.location, wanted, next);
    }
  });

  test('a session of the cabinet is none at a desk, and the other way round', async () => {
    const parent = await loggedIn(cabinet());
    parent.cookies.set('__Host-staff', parent.cookies.get('__Host-session'));
    assert.match((await parent.get('/staff')).headers.location ?? '', /^\/staff\/login/);
    const colleague = await loggedInStaff(member);
    colleague.cookies.set('__Host-session', colleague.cookies.get('__Host-staff'));
    assert.match((await colleague.get('/finance')).headers.location ?? '', /^\/login/);
  });

  test('both at once in one browser; each form belongs to its own session', async () => {
    const both = await loggedIn(cabinet());
    await both.fill('/staff/login', member);
    assert.equal((await both.get('/finance')).status, 200);
    assert.equal((await both.get('/staff')).status, 200);
    const foreign = csrfOf(await both.get('/finance'));
    assert.equal((await both.submit('/staff/logout', { csrf: foreign })).status, 403, 'a token of the cabinet is none here');
    assert.equal((await both.get('/staff')).status, 200, 'and nothing has happened');
    assert.equal((await both.fill('/staff', {}, { action: '/staff/logout' })).status, 303);
    assert.equal((await both.get('/finance')).status, 200, 'the cabinet stays open');
  });

  test('a colleague who leaves is out at once', async () => {
    const other = `${login}-b`;
    const made = await script('staff', 'add', other, '--school', '027039', '--name', 'Тридевяткин Пров', '--roles', 'teacher');
    const visitor = await loggedInStaff({ login: other, password: made.stdout.trim().split('\n').at(-1) });
    assert.equal((await visitor.get('/staff')).status, 200);
    assert.equal((await script('staff', 'leave', other)).code, 0);
    assert.match((await visitor.get('/staff')).headers.location, /done=staff-expired/);
    assert.equal(value(`select count(*) from auth.staff_session s join auth.staff f on f.id = s.staff_id where f.login = '${other}'`), '0');
  });

  test('the tool says what it does not do', async () => {
    for (const args of [['add', login, '--school', '027039', '--name', 'Двойников Лев', '--roles', 'head'],
      ['add', 'Большой', '--school', '027039', '--name', 'Двойников Лев', '--roles', 'head'],
      ['add', `${login}-c`, '--school', '027039', '--name', 'Двойников Лев', '--roles', 'king'],
      ['add', `${login}-c`, '--school', '999999', '--name', 'Двойников Лев', '--roles', 'head'],
      ['passwd', 'nobody-at-all'], ['leave', 'nobody-at-all']]) {
      const answer = await script('staff', ...args);
      assert.equal(answer.code, 1, args.join(' '));
      assert.match(answer.stderr, /staff-account: [А-Я]/);
      assert.equal(answer.stdout, '');
    }
    for (const args of [[], ['add', 'x'], ['dance', login], ['list', 'a', 'b']])
      assert.equal((await script('staff', ...args)).code, 2, args.join(' '));
  });
});
