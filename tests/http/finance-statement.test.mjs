// Sealed days: an exported statement is proven by the published seals alone, and whatever is changed in it is named.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { credentials, source, sql, value } from '../support/kabinet.mjs';
import { loggedIn } from '../support/visitor.mjs';

const home = process.env.KABINET_HOME ?? path.join(source, 'build/demo');
const seals = path.join(home, 'seals/seals.txt');
const folder = mkdtempSync(path.join(os.tmpdir(), 'kabinet-statement-'));

/** The same lines with another at that place, or without one; -1 is the last. */
const withLine = (lines, at, line) => lines.map((was, i) => (i === (at + lines.length) % lines.length ? line : was));
const without = (lines, at) => lines.filter((_, i) => i !== at);

/** { code, words } of scripts/verify-statement. */
function verify(text, { file = seals, env = {} } = {}) {
  const name = path.join(folder, 'statement.csv');
  writeFileSync(name, text);
  const run = spawnSync(path.join(source, 'scripts/verify-statement'), [...(file ? ['--seals', file] : []), name],
    { encoding: 'utf8', env: { ...process.env, ...env } });
  return { code: run.status, words: run.stdout + run.stderr };
}

describe('sealed days', () => {
  const has = (idn) => Number(value(`select count(*) from ledger.posting p join ledger.account a on a.id = p.account_id
    join school.pupil u on u.id = a.pupil_id where u.idn = :'idn'`, { variables: { idn } }));
  const movedOn = (idn, day) => value(`select exists (select from ledger.posting p join ledger.account a on a.id = p.account_id
    join school.pupil u on u.id = a.pupil_id where u.idn = :'idn' and p.day = :'day')`, { variables: { idn, day } }) === 't';
  const [[first, last]] = sql('select min(day), max(day) from ledger.seal');
  /* The account that moves most of those that the first sealed day knows. */
  const rich = credentials.cabinets.filter((c) => c.password && movedOn(c.idn, first)).sort((a, b) => has(b.idn) - has(a.idn))[0];
  let parent, whole;

  const download = async (query) => {
    const answer = await parent.get(`/finance/statement.csv?${query}`);
    assert.equal(answer.status, 200, query);
    return answer.bytes.toString();
  };
  /** The file in three parts: heads, lines, end. */
  const parts = (text) => {
    const rows = text.split('\r\n').slice(0, -1);
    const end = rows.findIndex((row) => row.startsWith('#'));
    return [rows[0], rows.slice(1, end), rows.slice(end)];
  };
  const joined = (head, lines, end) => [head, ...lines, ...end].join('\r\n') + '\r\n';
  const versionOf = (line) => line.split(';').at(-4);

  before(async () => {
    parent = await loggedIn(rich);
    whole = await download(`from=${first}&to=${last}`);
  });
  after(() => rmSync(folder, { recursive: true }));

  test('the seals are published, and are those of the database', () => {
    assert.equal(readFileSync(seals, 'utf8').trim(), sql('select ledger.seal_lines()').map(([line]) => line).join('\n'));
    const copy = path.join(folder, 'seals.txt');
    const append = () => spawnSync(path.join(source, 'scripts/seals'), ['--append', copy],
      { encoding: 'utf8', env: { ...process.env, KABINET_DB: credentials.database } });
    const all = readFileSync(seals, 'utf8');
    for (const part of ['', all.slice(0, 1000), all]) {
      writeFileSync(copy, part);
      assert.equal(append().status, 0);
      assert.equal(readFileSync(copy, 'utf8'), all);
    }
    const forged = all.replace(/\d(?= [0-9a-f]{64} )/, (digit) => String(9 - Number(digit)));
    for (const other of [forged, `${all}x`]) {
      writeFileSync(copy, other);
      const { status, stderr } = append();
      assert.equal(status, 1);
      assert.match(stderr, /ALARM/);
      assert.equal(readFileSync(copy, 'utf8'), other, 'nothing is written');
    }
  });

  test('a statement is genuine, whatever its period', async () => {
    assert.ok(parts(whole)[1].length > 10, 'the demo has lines');
    const day = (back) => value(`select :'last'::date - :'back'::integer`, { variables: { last, back } });
    for (const query of [`from=${first}&to=${last}`, `from=${day(20)}&to=${day(3)}`, `from=${day(9)}&to=${day(9)}`, `from=${day(0)}&to=${day(0)}`,
      'from=2020-01-01&to=2099-12-31', '', `from=${day(5)}`, `from=${day(-1)}`, `from=2020-01-01&to=${first}`]) {
      const { code, words } = verify(await download(query));
      assert.equal(code, 0, `${query}: ${words}`);
      assert.match(words, /^Выписка подлинная: счёт \d{10}, с /);
      if (query === '') assert.match(words, /ещё не запечатаны/);
    }
  });

  test('where the seals are: --seals, KABINET_SEALS, KABINET_HOME', () => {
    assert.equal(verify(whole, { file: null, env: { KABINET_SEALS: seals } }).code, 0);
    assert.equal(verify(whole, { file: null, env: { KABINET_SEALS: '', KABINET_HOME: home } }).code, 0);
    assert.equal(verify(whole, { file: path.join(folder, 'none') }).code, 2);
    const bad = path.join(folder, 'bad.txt');
    const lines = readFileSync(seals, 'utf8').split('\n');
    for (const broken of [without(lines, 2), withLine(lines, 3, lines[4]), withLine(lines, 0, lines[0].replace(/^..../, '2025'))]) {
      writeFileSync(bad, broken.join('\n'));
      const { code, words } = verify(whole, { file: bad });
      assert.equal(code, 2);
      assert.match(words, /Файл печатей, строка \d+/);
    }
    writeFileSync(bad, lines.slice(0, -3).join('\n') + '\n');
    const { code, words } = verify(whole, { file: bad });
    assert.equal(code, 2);
    assert.match(words, /нет печати за/);
  });

  test('a changed kopeck, a dropped line, two lines swapped: named', () => {
    const [head, lines, end] = parts(whole);
    const expectNamed = (changed, version) => {
      const { code, words } = verify(joined(head, changed, end));
      assert.equal(code, 1, words);
      assert.match(words, new RegExp(`^Строка № ${version} `), words);
    };
    for (let i = 0; i < lines.length; i += i < 5 ? 1 : 7) {
      const version = versionOf(lines[i]);
      expectNamed(withLine(lines, i, lines[i].replace(/(\d),(\d)(\d);/, (_, a, b, c) => `${a},${b}${9 - c};`)), version);
      expectNamed(withLine(lines, i, lines[i].replace(/;/, ';x')), version);
      expectNamed(without(lines, i), version);
      if (i + 1 < lines.length) expectNamed(withLine(withLine(lines, i, lines[i + 1]), i + 1, lines[i]), version);
    }
    expectNamed(lines.slice(0, -1), versionOf(lines.at(-1)));
  });

  test('another account, period or end; a foreign proof', async () => {
    const [head, lines, end] = parts(whole);
    for (const [at, from, to] of [[0, /счёт \d{9}/, 'счёт 123456789'], [0, /с \d{4}/, 'с 2031'], [0, /по \d{4}/, 'по 2031'], [-2, /\d\d, звено/, '99, звено']]) {
      const row = end.at(at).replace(from, to);
      assert.notEqual(row, end.at(at));
      assert.equal(verify(joined(head, lines, withLine(end, at, row))).code, 1, row);
    }
    const other = await download(`from=${first}&to=${value(`select :'last'::date - 1`, { variables: { last } })}`);
    const proof = end.findLastIndex((row) => row.startsWith('# Доказательство'));
    const foreign = parts(other)[2].findLast((row) => row.startsWith('# Доказательство')).replace(/за [\d-]+/, `за ${last}`);
    const { code, words } = verify(joined(head, lines, withLine(end, proof, foreign)));
    assert.equal(code, 1);
    assert.match(words, /не ведёт к опубликованной печати/);
  });

  test('what cannot be told', async () => {
    const filtered = await download(`from=${first}&to=${last}&kind=meal`);
    assert.match(filtered, /\r\n# Показаны не все строки/);
    assert.match(verify(filtered).words, /не все строки/);
    for (const text of [filtered, '', 'x', whole.slice(0, whole.length / 2), whole.slice(3), whole.replace('Сумма', 'Сума'), whole.replace(/\r\n/g, '\n')])
      assert.equal(verify(text).code, 2);
    assert.equal(verify(Buffer.from(whole, 'utf8').fill(0xff, 200, 201)).code, 2);
    assert.equal(spawnSync(path.join(source, 'scripts/verify-statement'), [path.join(folder, 'none.csv')]).status, 2);
    assert.equal(spawnSync(path.join(source, 'scripts/verify-statement'), []).status, 2);
  });

  test('without the database: no program of the check knows it', () => {
    const libraries = execFileSync('ldd', [path.join(source, 'build/release/scripts/verify-statement')], { encoding: 'utf8' });
    assert.ok(!/libpq/.test(libraries));
  });
});
