// Bad days: clients that leave, workers and servers that die, programs asked to end in the middle of a request.
// Named to run last: these tests restart what the others use.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FastCGI, ask, params } from '../support/fastcgi.mjs';
import { cabinet, credentials, environment, eventually, forgetAttempts, home, logSize, logText, pause, processes, script, socketOf, sql, value }
  from '../support/kabinet.mjs';
import { Visitor, balanceOf, csrfOf, loggedIn, send } from '../support/visitor.mjs';

const form = 'application/x-www-form-urlencoded';
const violations = () => sql('select id, detail from ledger.violations');

describe('bad days', () => {
  let parent;
  before(async () => {
    forgetAttempts();
    parent = await loggedIn(cabinet());
  });
  after(() => assert.deepEqual(violations(), [], 'ledger.violations is empty'));

  // Many visitors at once for a while; answers what they saw.
  async function crowd(milliseconds, during) {
    const seen = [], end = Date.now() + milliseconds;
    const one = async (visitor, target) => {
      while (Date.now() < end) {
        const answer = await visitor.get(target).catch((error) => ({ status: 0, text: String(error), headers: {} }));
        seen.push({ target, ...answer });
        if (answer.status !== 200) await pause(50);
      }
    };
    const visitors = ['/', '/finance', '/devices', '/', '/finance', '/announcements'].map((target) => one(parent, target));
    await during();
    await Promise.all(visitors);
    return seen;
  }

  function assertNoTrace(seen) {
    for (const { status, text, target } of seen) {
      assert.ok([200, 503].includes(status), `${target}: ${status} ${text.slice(0, 300)}`);
      assert.ok(!/libpq|PQ[a-z]+|SQLSTATE|server closed|terminating|FATAL|ERROR:|\.c:\d+/.test(text), `${target} shows ${text.slice(0, 500)}`);
    }
  }

  test('PostgreSQL is restarted under load: the next request works, nobody sees a trace', async () => {
    const seen = await crowd(6000, async () => {
      await pause(1000);
      const { code, stderr } = await script('demo', 'restart', 'postgresql');
      assert.equal(code, 0, stderr);
    });
    assertNoTrace(seen);
    assert.ok(seen.some(({ status }) => status === 200), 'somebody was served');
    for (const { headers } of seen.filter(({ status }) => status === 503)) assert.match(headers['retry-after'] ?? '', /^\d+$/);
    for (const target of ['/', '/finance', '/devices', '/login', '/health']) {
      for (let i = 0; i < 6; i++) assert.equal((await parent.get(target)).status, 200, target);
    }
  });

  test('every connection is killed: reads are repeated, and visitors notice nothing', async () => {
    const before = balanceOf(await parent.get('/finance'));
    for (let i = 0; i < 5; i++) {
      sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename like 'kabinet\\_%'`);
      for (const target of ['/', '/finance', '/devices'])
        assert.equal((await parent.get(target)).status, 200, target);
    }
    assert.equal(balanceOf(await parent.get('/finance')), before);
  });

  test('without PostgreSQL: 503 with Retry-After and the request id, /health says so', async () => {
    const { code } = await script('demo', 'restart', 'postgresql');
    assert.equal(code, 0);
    sql('alter role kabinet_home connection limit 0');
    try {
      sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'kabinet_home'`);
      const answer = await parent.get('/');
      assert.equal(answer.status, 503);
      assert.match(answer.headers['retry-after'], /^\d+$/);
      assert.ok(answer.text.includes(answer.headers['x-request-id']));
      assert.equal((await send('GET', '/health')).status, 503);
    } finally {
      sql('alter role kabinet_home connection limit -1');
    }
    await eventually(async () => (await parent.get('/')).status === 200, '/ works again');
  });

  test('workers are killed: the master starts others, the next request works', async () => {
    const from = logSize('finance');
    const old = processes('finance');
    assert.ok(old.workers.length >= 1);
    for (const pid of old.workers) process.kill(pid, 'SIGKILL');
    assert.equal((await parent.get('/finance')).status, 200);
    await eventually(() => processes('finance').workers.length === old.workers.length, 'as many workers as before');
    assert.equal(processes('finance').master, old.master);
    assert.ok(processes('finance').workers.every((pid) => !old.workers.includes(pid)));
    assert.match(logText('finance', from), /worker-died/);
  });

  // A program of its own, with one worker, on a socket of its own.
  async function startProgram(name) {
    const folder = mkdtempSync(path.join(home, 'run', 't-'));
    const socket = path.join(folder, 's');
    const role = `${credentials.database} user=kabinet_${name}`;
    const child = spawn('spawn-fcgi', ['-n', '-s', socket, '-M', '0660', '--', path.join(home, 'app/cgi-bin', name)], {
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', KABINET_DB: role, KABINET_TEMPLATES: path.join(home, 'app/templates'),
        KABINET_STATIC_MANIFEST: path.join(home, 'app/static/manifest'), KABINET_BASE_URL: 'https://localhost',
        KABINET_WORKERS: '1', KABINET_LOG_REQUESTS: '1', KABINET_PEPPER: environment.KABINET_PEPPER,
        ASAN_OPTIONS: process.env.ASAN_OPTIONS ?? '', UBSAN_OPTIONS: 'print_stacktrace=1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (chunk) => { log += chunk; });
    const exit = once(child, 'exit');
    await eventually(() => existsSync(socket) && /started/.test(log), `${name} starts: ${log}`);
    return { child, exit, socket, log: () => log, remove: () => rmSync(folder, { recursive: true }) };
  }

  test('SIGTERM in the middle of a request: it is answered, then exit 0', async () => {
    const program = await startProgram('login');
    const visit = 'A'.repeat(43);
    const page = await ask(program.socket, params('GET', '/login', { HTTP_COOKIE: `__Host-visit=${visit}` }));
    const body = new URLSearchParams({ csrf: csrfOf(page), login: 'I222222222', password: 'nobody is there' }).toString();
    const request = new FastCGI(program.socket).begin(params('POST', '/login', {
      HTTP_COOKIE: `__Host-visit=${visit}`, CONTENT_TYPE: form, CONTENT_LENGTH: body.length,
      HTTP_SEC_FETCH_SITE: 'same-origin', REMOTE_ADDR: '192.0.2.77' }));
    request.body(body.slice(0, 20));
    await pause(300);
    program.child.kill('SIGTERM');
    await pause(300);
    assert.equal(program.child.exitCode, null, 'it waits for the request in hand');
    request.body(body.slice(20)).endBody();
    const answer = await request.answer;
    assert.equal(answer.status, 422);
    assert.ok(answer.ended);
    const [code, signal] = await program.exit;
    assert.deepEqual([code, signal], [0, null], program.log());
    program.remove();
  });

  test('SIGTERM while idle: exit 0 at once', async () => {
    const program = await startProgram('home');
    program.child.kill('SIGTERM');
    const [code, signal] = await program.exit;
    assert.deepEqual([code, signal], [0, null], program.log());
    program.remove();
  });

  test('a body cut short changes nothing, and the worker lives on', async () => {
    const program = await startProgram('settings');
    const cookie = parent.cookieHeader();
    const csrf = csrfOf(await ask(program.socket, params('GET', '/settings', { HTTP_COOKIE: cookie })));
    const sessions = value('select count(*) from auth.session');
    const body = `csrf=${csrf}`;
    const variables = params('POST', '/devices/end-others', { HTTP_COOKIE: cookie, CONTENT_TYPE: form,
      HTTP_SEC_FETCH_SITE: 'same-origin', CONTENT_LENGTH: body.length + 10 });
    assert.equal((await ask(program.socket, variables, body)).status, 400);
    new FastCGI(program.socket).begin(variables).body(body).hangUp();
    new FastCGI(program.socket).begin(params('GET', '/devices', { HTTP_COOKIE: cookie })).endBody().hangUp();
    new FastCGI(program.socket).raw('GET / HTTP/1.1\r\n\r\n').hangUp();
    new FastCGI(program.socket).hangUp();
    const alive = await ask(program.socket, params('GET', '/settings', { HTTP_COOKIE: cookie }));
    assert.equal(alive.status, 200);
    assert.equal(value('select count(*) from auth.session'), sessions, 'no session was ended');
    assert.ok(!/worker-died|AddressSanitizer|runtime error/.test(program.log()), program.log());
    program.child.kill('SIGTERM');
    assert.deepEqual(await program.exit, [0, null]);
    program.remove();
  });

  test('lengths that nginx would never announce: 400', async () => {
    const program = await startProgram('login');
    for (const length of ['-1', '1e3', '0x10', '65537', '99999999999999999999', ' 5', '5 ', 'x']) {
      const answer = await ask(program.socket, params('POST', '/login', { CONTENT_TYPE: form, CONTENT_LENGTH: length,
        HTTP_SEC_FETCH_SITE: 'same-origin' }), 'csrf=');
      assert.ok([400, 413].includes(answer.status), `${length}: ${answer.status}`);
    }
    program.child.kill('SIGTERM');
    assert.deepEqual(await program.exit, [0, null]);
    program.remove();
  });

  test('a program without its templates, its pepper or its socket says why and does not start', async () => {
    const folder = mkdtempSync(path.join(home, 'run', 't-'));
    const good = { PATH: process.env.PATH, KABINET_DB: `${credentials.database} user=kabinet_login`,
      KABINET_TEMPLATES: path.join(home, 'app/templates'), KABINET_STATIC_MANIFEST: path.join(home, 'app/static/manifest'),
      KABINET_PEPPER: environment.KABINET_PEPPER, KABINET_BASE_URL: 'https://localhost' };
    const program = path.join(home, 'app/cgi-bin/login');
    for (const bad of [{ KABINET_TEMPLATES: '/nonexistent' }, { KABINET_PEPPER: '/nonexistent' }, { KABINET_STATIC_MANIFEST: '/nonexistent' }]) {
      const child = spawn('spawn-fcgi', ['-n', '-s', path.join(folder, Object.keys(bad)[0]), '--', program],
        { stdio: ['ignore', 'ignore', 'pipe'], env: { ...good, ...bad } });
      let log = '';
      child.stderr.on('data', (chunk) => { log += chunk; });
      const [code] = await once(child, 'exit');
      assert.equal(code, 1, log);
      assert.match(log, /nonexistent/, 'and says why');
    }
    const child = spawn(program, [], { stdio: ['ignore', 'ignore', 'pipe'], env: good });
    const [code] = await once(child, 'exit');
    assert.equal(code, 2, 'fd 0 is no socket: usage');
    rmSync(folder, { recursive: true });
  });

  test('nginx speaks for a section that is down', async () => {
    const { master } = processes('home');
    process.kill(master, 'SIGTERM');
    await eventually(() => !existsSync(`/proc/${master}`), 'home ends');
    assert.equal((await script('demo', 'status')).code, 3);
    const answer = await parent.get('/');
    assert.equal(answer.status, 502);
    assert.match(answer.text, /ненадолго недоступен/);
    assert.ok(answer.text.includes(answer.headers['x-request-id']));
    assert.match(answer.headers['retry-after'], /^\d+$/);
    assert.equal((await script('demo', 'restart', 'programs')).code, 0);
    assert.equal((await parent.get('/')).status, 200);
    assert.equal((await script('demo', 'status')).code, 0);
  });

  test('a session that ends while its page is open', async () => {
    const visitor = await loggedIn(cabinet());
    const csrf = csrfOf(await visitor.get('/settings'));
    sql(`update auth.session set last_used_at = now() - interval '31 min' where token_hash = sha256(:'token')`,
      { variables: { token: visitor.cookies.get('__Host-session') } });
    assert.equal((await visitor.get('/finance')).status, 303);
    const posted = await visitor.submit('/devices/end-others', { csrf });
    assert.ok([303, 403].includes(posted.status));
    assert.equal((await new Visitor().get('/finance')).status, 303);
  });
});
