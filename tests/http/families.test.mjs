// The token wall: a family sees its own children, whatever it sends, and a program's role sees nothing without a token.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cabinet, credentials, programRoles, programs, questionsOf, routes, sql, value } from '../support/kabinet.mjs';
import { Visitor, balanceOf, csrfOf, loggedIn, wordsOf } from '../support/visitor.mjs';

// Children of the login by which `cabinet` logs in.
const childrenOf = (idn) => sql(`select p.idn from school.pupil p join auth.access a on a.pupil_id = p.id
  where a.login_id = (select a.login_id from auth.access a join school.pupil p on p.id = a.pupil_id where p.idn = :'idn' and a.ordinal = 1)
  order by p.idn`, { variables: { idn } }).map(([child]) => child);
const tokenOf = (visitor) => visitor.cookies.get('__Host-session');

/** The SQLSTATE of a statement, '' when it works. */
function sqlstate(statement, options) {
  try {
    sql(`\\set VERBOSITY sqlstate\n${statement}`, options);
    return '';
  } catch (error) {
    return /ERROR:\s+([0-9A-Z]{5})/.exec(String(error.stderr))?.[1] ?? String(error.stderr);
  }
}

describe('families', () => {
  const big = cabinet((c) => childrenOf(c.idn).length > 1);
  const other = cabinet((c) => !childrenOf(big.idn).includes(c.idn));
  let mine, theirs;
  before(async () => {
    mine = await loggedIn(big);
    theirs = await loggedIn(other);
  });

  test('a login with several children switches between them, and stays', async () => {
    for (const idn of childrenOf(big.idn)) {
      assert.equal((await mine.fill('/', { idn }, { action: '/child' })).status, 303);
      const words = (await mine.get('/')).text.replace(/<[^>]*>/g, '');
      assert.match(words, new RegExp(`кабинет ученика\\s+${idn}`));
      const [[account, balance]] = sql(`select p.account, b.balance_kop from school.pupil p
        join ledger.account a on a.pupil_id = p.id join ledger.balance b on b.account_id = a.id where p.idn = :'idn'`, { variables: { idn } });
      const finance = await mine.get('/finance');
      assert.equal(balanceOf(finance), Number(balance));
      assert.ok(wordsOf(finance).includes(account));
    }
  });

  test('another family\'s child is not found, and the one on show stays', async () => {
    const shown = /кабинет ученика[\s\S]*?(I[0-9A-Z]{9})/.exec((await mine.get('/')).text)[1];
    for (const idn of [other.idn, 'I222222222', 'x', '', `${other.idn}' or '1'='1`, 'И'.repeat(10)]) {
      const { status } = await mine.fill('/', { idn }, { action: '/child' });
      assert.ok([400, 403, 404].includes(status), `${idn}: ${status}`);
    }
    assert.equal(/кабинет ученика[\s\S]*?(I[0-9A-Z]{9})/.exec((await mine.get('/')).text)[1], shown);
  });

  test('another family\'s payment: 404, the same as one that does not exist', async () => {
    const entry = value(`select p.entry_id from ledger.posting p join ledger.account a on a.id = p.account_id
      join school.pupil u on u.id = a.pupil_id where u.idn = :'idn' limit 1`, { variables: { idn: other.idn } });
    assert.ok(entry, 'the other family has a payment');
    assert.equal((await theirs.get(`/finance/entry?id=${entry}`)).status, 200, 'they see it');
    const [foreign, absent] = [await mine.get(`/finance/entry?id=${entry}`), await mine.get('/finance/entry?id=999999999')];
    assert.equal(foreign.status, 404);
    assert.equal(absent.status, 404);
    assert.equal(wordsOf(foreign).replace(/[0-9a-f]{32}/, ''), wordsOf(absent).replace(/[0-9a-f]{32}/, ''));
  });

  test('no page of ours has an ИДН or account of another family', async () => {
    const ours = new Set(childrenOf(big.idn));
    const accounts = new Set(sql('select idn, account from school.pupil').filter(([idn]) => ours.has(idn)).map(([, account]) => account));
    for (const { path } of routes.filter(({ method, access }) => method === 'GET' && access.includes('parent'))) {
      const { text } = await mine.get(path);
      for (const [idn] of text.matchAll(/\bI[2-9A-HJKMNP-Z]{9}\b/g)) assert.ok(ours.has(idn), `${path} shows ${idn}`);
      for (const c of credentials.cabinets) if (!accounts.has(c.account)) assert.ok(!text.includes(c.account), `${path} shows ${c.account}`);
    }
  });

  test('programs\' roles cannot read one table', () => {
    const tables = sql(`select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm') and n.nspowner = 'kabinet_owner'::regrole`);
    assert.ok(tables.length > 20);
    const roles = programRoles();
    for (const program of [...programs, 'import']) assert.ok(roles.includes(`kabinet_${program}`), program);
    const tried = `do $$ declare t text; begin foreach t in array '{${tables.map(([table]) => table).join()}}'::text[] loop
      begin execute 'select from ' || t || ' limit 1'; raise exception '% may be read', t; exception when insufficient_privilege then null; end; end loop; end $$`;
    for (const role of roles) assert.deepEqual(sql(tried, { role }), [], role);
  });

  test('no function of ours is executable by everybody', () => {
    assert.deepEqual(sql(`select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspowner = 'kabinet_owner'::regrole and has_function_privilege('public', p.oid, 'execute')`), []);
  });

  test('as the role of finance: with a parent\'s token, that parent\'s child alone; without, nothing', () => {
    const variables = { token: tokenOf(theirs) };
    const role = 'kabinet_finance';
    const [[account]] = sql(`select account from cabinet.finance_balance(:'token')`, { role, variables });
    assert.equal(account, other.account);
    const everyone = sql(`select distinct v.idn from cabinet.visitor(:'token') v`, { role, variables }).map(([idn]) => idn).sort();
    assert.deepEqual(everyone, childrenOf(other.idn));
    for (const token of ['', 'x', 'A'.repeat(43), tokenOf(theirs).toLowerCase(), `${tokenOf(theirs)} `]) {
      for (const call of [`cabinet.finance_balance(:'token')`, `cabinet.finance_payee(:'token')`, `cabinet.finance_kinds(:'token')`,
        `cabinet.finance_statement(:'token', null, null, null, 10, null)`, `cabinet.finance_totals(:'token', null, null, null)`,
        `cabinet.finance_entry(:'token', 1)`])
        assert.equal(sqlstate(`select * from ${call}`, { role, variables: { token } }), 'KB401', `${call} with «${token}»`);
    }
    assert.equal(sqlstate('select * from cabinet.finance_balance(null)', { role }), 'KB401');
  });

  test('a program may not use another program\'s functions', () => {
    const variables = { token: tokenOf(mine) };
    const roles = programRoles();
    for (const role of roles.filter((role) => role !== 'kabinet_finance'))
      assert.equal(sqlstate(`select * from cabinet.finance_balance(:'token')`, { role, variables }), '42501', role);
    for (const role of roles.filter((role) => !['kabinet_login', 'kabinet_settings'].includes(role)))
      assert.equal(sqlstate(`select * from cabinet.login_begin('x', 'password', '', '192.0.2.1')`, { role }), '42501', role);
  });

  test('a program\'s role may execute what the program asks, and nothing else', () => {
    for (const program of programs) {
      const granted = sql(`select distinct format('%I.%I', n.nspname, p.proname) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspowner = 'kabinet_owner'::regrole and has_function_privilege('kabinet_${program}', p.oid, 'execute')`);
      assert.deepEqual(granted.map(([name]) => name).sort(), questionsOf(program), program);
    }
  });

  test('an ended session is none: idle 30 minutes, or 12 hours old', async () => {
    for (const change of [`last_used_at = now() - interval '30 min 1 s'`, `started_at = now() - interval '12 h 1 s'`]) {
      const visitor = await loggedIn(other);
      assert.equal((await visitor.get('/finance')).status, 200);
      sql(`update auth.session set ${change} where token_hash = sha256(:'token')`, { variables: { token: tokenOf(visitor) } });
      const answer = await visitor.get('/finance');
      assert.equal(answer.status, 303, change);
      assert.match(answer.headers.location, /^\/login/);
    }
  });

  test('a session in use is written down at most every 5 minutes', async () => {
    const visitor = await loggedIn(other);
    const used = () => value(`select last_used_at from auth.session where token_hash = sha256(:'token')`, { variables: { token: tokenOf(visitor) } });
    const first = used();
    await visitor.get('/');
    assert.equal(used(), first);
    sql(`update auth.session set last_used_at = now() - interval '6 min' where token_hash = sha256(:'token')`, { variables: { token: tokenOf(visitor) } });
    const late = used();
    await visitor.get('/');
    await visitor.get('/');
    assert.notEqual(used(), late);
  });

  test('a child is added by its own code, not by another\'s', async () => {
    const page = await mine.get('/settings/child');
    const answer = await mine.submit('/settings/child', { login: other.idn, code: 'AAAAAAAAAA', csrf: csrfOf(page) });
    assert.equal(answer.status, 422);
    assert.equal((await new Visitor().get('/settings/child')).status, 303);
  });
});
