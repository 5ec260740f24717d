// Anonymity: the names of the demo's people stand in the schema `people` and nowhere else - no page, no log line, no other
// table, no dump of what the programs keep.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { cabinet, forgetAttempts, home, programRoles, routes, sql, value } from '../support/kabinet.mjs';
import { Visitor, loggedIn } from '../support/visitor.mjs';

// Surnames tell enough: the demo's are invented words that mean nobody and nothing else. A stem catches every case ending.
const stems = sql(`select distinct lower(left(last_name, greatest(6, char_length(last_name) - 2))) from people.person`).map(([name]) => name);
const found = (text) => {
  const lower = text.toLowerCase();
  return stems.filter((stem) => lower.includes(stem));
};

describe('anonymity', () => {
  before(forgetAttempts);
  after(() => assert.deepEqual(sql('select id, detail from ledger.violations'), []));

  test('the demo has names to look for, and this search finds them', () => {
    assert.ok(stems.length >= 10, stems.join());
    const [[name]] = sql(`select last_name from people.person limit 1`);
    assert.ok(found(`… ${name.toUpperCase()} …`).length >= 1);
    assert.deepEqual(found('Личный кабинет школьника'), []);
  });

  test('no page shows a name', async () => {
    const parent = await loggedIn(cabinet());
    const stranger = new Visitor();
    const pages = [...routes.filter(({ method }) => method === 'GET').map(({ path }) => path), '/no-such-page',
      '/finance?from=2020-01-01&to=2099-12-31', '/finance?print=1', '/finance/statement.csv?from=2020-01-01&to=2099-12-31',
      '/finance/slip?amount=100'];
    assert.ok(pages.length >= 18);
    const entries = (await parent.get('/finance?from=2020-01-01&to=2099-12-31')).text.matchAll(/\/finance\/entry\?id=\d+/g);
    for (const [url] of entries) pages.push(url);
    for (const page of pages) {
      for (const visitor of [parent, stranger]) {
        const answer = await visitor.get(page);
        assert.deepEqual(found(answer.text + JSON.stringify(answer.headers)), [], page);
      }
    }
  });

  test('no log has a name', () => {
    const folder = path.join(home, 'log');
    const logs = readdirSync(folder);
    assert.ok(logs.includes('finance.log') && logs.includes('postgresql.log') && logs.includes('nginx-access.log'));
    for (const name of logs) assert.deepEqual(found(readFileSync(path.join(folder, name), 'utf8')), [], name);
  });

  test('no table outside `people` has a name', () => {
    const tables = sql(`select format('%I.%I', n.nspname, c.relname), n.nspname = 'people'
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'sqitch')`);
    let inPeople = 0;
    for (const [table, isPeople] of tables) {
      const pattern = stems.join('|');
      const count = Number(value(`select count(*) from ${table} t where lower(t::text) ~ :'pattern'`, { variables: { pattern } }));
      if (isPeople === 't') inPeople += count;
      else assert.equal(count, 0, table);
    }
    assert.ok(inPeople > 10, 'the search does find them in people');
  });

  test('no program\'s role may use the schema', () => {
    const roles = programRoles();
    assert.ok(roles.length >= 5);
    for (const role of roles)
      assert.equal(value(`select has_schema_privilege('${role}', 'people', 'usage')`), 'f', role);
  });
});
