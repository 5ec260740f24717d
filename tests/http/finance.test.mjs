// Финансы: the balance is what the registries brought, to the kopeck; statement, CSV, slip.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { balanceOf, loggedIn, sumsOf, wordsOf } from '../support/visitor.mjs';

const wide = 'from=2020-01-01&to=2099-12-31';
const has = (idn) => Number(value(`select count(*) from ledger.posting p join ledger.account a on a.id = p.account_id
  join school.pupil u on u.id = a.pupil_id where u.idn = :'idn'`, { variables: { idn } }));

/** Rows of a `;` CSV with quotes, by RFC 4180. */
function parseCsv(text) {
  const rows = [];
  let row = [], cell = '', quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ';') row.push(cell), cell = '';
    else if (c === '\r' && text[i + 1] === '\n') row.push(cell), rows.push(row), row = [], cell = '', i++;
    else cell += c;
  }
  assert.equal(cell + row.join(''), '', 'the last line has its end');
  return rows;
}
const kopecks = (text) => {
  assert.match(text, /^-?\d+,\d\d$/);
  return Number(text.replace(',', ''));
};

describe('finance', () => {
  const rich = credentials.cabinets.filter((c) => c.password).sort((a, b) => has(b.idn) - has(a.idn))[0];
  let parent;
  before(async () => { parent = await loggedIn(rich); });

  test('the balance is the sum of what the registries brought', async () => {
    for (const c of credentials.cabinets.filter((c) => c.password)) {
      const brought = Number(value(`select coalesce(sum(r.transfer_kop), 0) from bank.registry_row r
        where r.account = :'account' and r.outcome in ('posted', 'reversal')`, { variables: { account: c.account } }));
      const others = Number(value(`select coalesce(sum(p.amount_kop), 0) from ledger.posting p join ledger.account a on a.id = p.account_id
        join school.pupil u on u.id = a.pupil_id where u.account = :'account'
        and not exists (select from bank.registry_row r where r.entry_id = p.entry_id)`, { variables: { account: c.account } }));
      const visitor = await loggedIn(c);
      if (new RegExp(`кабинет ученика[\\s\\S]*?${c.idn}`).test((await visitor.get('/')).text) === false)
        assert.equal((await visitor.fill('/', { idn: c.idn }, { action: '/child' })).status, 303);
      for (const page of ['/', '/finance']) assert.equal(balanceOf(await visitor.get(page)), brought + others, `${c.account} on ${page}`);
    }
  });

  test('the demo has imported payments', () => {
    assert.ok(Number(value(`select count(*) from bank.registry`)) >= 2);
    assert.ok(Number(value(`select count(*) from bank.registry_row where outcome = 'posted'`)) >= 10);
    assert.ok(has(rich.idn) > 0);
    assert.equal(value(`select coalesce(sum(amount_kop), 0) from ledger.posting`), '0', 'all accounts sum to zero');
  });

  test('the CSV: BOM, `;`, decimal comma, every line, a running balance', async () => {
    const answer = await parent.get(`/finance/statement.csv?${wide}`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /^text\/csv; ?charset=utf-8$/i);
    assert.equal(answer.headers['content-disposition'], "attachment; filename=\"statement.csv\"; filename*=UTF-8''statement.csv");
    assert.deepEqual([...answer.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    const [head, ...all] = parseCsv(answer.bytes.subarray(3).toString());
    const rows = all.filter(([first]) => !first.startsWith('#'));
    assert.ok(all.slice(rows.length).every((row) => row.length === 1), 'what proves it comes after the lines, a cell each');
    const at = (words) => head.findIndex((cell) => words.test(cell));
    const [sum, left] = [at(/сумма/i), at(/остаток|баланс/i)];
    assert.ok(sum >= 0 && left >= 0, head.join());
    assert.equal(rows.length, has(rich.idn));
    let balance = 0;
    for (const row of rows) {
      assert.equal(row.length, head.length);
      balance += kopecks(row[sum]);
      assert.equal(kopecks(row[left]), balance);
      for (const cell of row) assert.ok(!/^[=+@\t]/.test(cell), 'no spreadsheet formula');
    }
    assert.equal(balance, balanceOf(await parent.get('/finance')));
  });

  test('the statement pages through every line, newest first, once', async () => {
    const [[wanted]] = sql(`select count(*) from ledger.posting p join ledger.entry e on e.id = p.entry_id
      join ledger.account a on a.id = p.account_id join school.pupil u on u.id = a.pupil_id
      where u.idn = :'idn'`, { variables: { idn: rich.idn } });
    const seen = new Set();
    let url = `/finance?${wide}`, lines = 0, pages = 0;
    while (url && pages++ < 100) {
      const answer = await parent.get(url);
      assert.equal(answer.status, 200, url);
      for (const [, id] of answer.text.matchAll(/\/finance\/entry\?id=(\d+)/g)) seen.add(id);
      lines++;
      const next = /href="(\/finance\?[^"]*\bbefore=\d+[^"]*)"/.exec(answer.text);
      url = next ? next[1].replaceAll('&amp;', '&') : null;
    }
    assert.ok(lines >= 1);
    assert.equal(seen.size, Number(wanted), 'every line is reachable');
  });

  test('a period that holds nothing says so; a filter keeps the sums true', async () => {
    const empty = await parent.get('/finance?from=2001-01-01&to=2001-01-31');
    assert.equal(empty.status, 200);
    assert.ok(!/\/finance\/entry\?id=/.test(empty.text));
    const all = await parent.get(`/finance?${wide}`);
    assert.ok(sumsOf(all).includes(balanceOf(all)));
    const backwards = await parent.get('/finance?from=2026-02-01&to=2026-01-01');
    assert.equal(backwards.status, 422);
  });

  test('periods at the ends of the calendar are answered, or refused in words', async () => {
    for (const query of ['to=1900-01-01', 'from=1900-01-01', 'to=2199-12-31', 'from=2199-12-31', 'from=1900-01-01&to=2199-12-31']) {
      for (const path of ['/finance', '/finance/statement.csv']) {
        assert.equal((await parent.get(`${path}?${query}`)).status, 200, `${path}?${query}`);
      }
    }
    for (const query of ['to=1899-12-31', 'from=2200-01-01', 'from=0001-01-01', 'to=9999-12-31', 'to=0000-00-00']) {
      const { status } = await parent.get(`/finance?${query}`);
      assert.ok(status === 400 || status === 422, `${query}: ${status}`);
    }
  });

  test('where a top-up came from', async () => {
    const id = value(`select max(r.entry_id) from bank.registry_row r join ledger.posting p on p.entry_id = r.entry_id
      join ledger.account a on a.id = p.account_id join school.pupil u on u.id = a.pupil_id where u.idn = :'idn'`, { variables: { idn: rich.idn } });
    const answer = await parent.get(`/finance/entry?id=${id}`);
    assert.equal(answer.status, 200);
    const [[operation, sum]] = sql(`select r.operation, r.transfer_kop from bank.registry_row r where r.entry_id = :'id'`, { variables: { id } });
    assert.ok(sumsOf(answer).includes(Number(sum)));
    assert.ok(wordsOf(answer).includes(operation.split(':').pop()), 'the bank\'s operation number');
    for (const bad of ['0', '-1', 'x', '1e2', '99999999999999999999', '']) {
      const { status } = await parent.get(`/finance/entry?id=${bad}`);
      assert.ok([400, 404].includes(status), `${bad}: ${status}`);
    }
  });

  test('the slip carries the payee, the account and a QR code that a bank\'s app can read', async () => {
    const answer = await parent.get('/finance/slip?amount=1500,50');
    assert.equal(answer.status, 200);
    const words = wordsOf(answer);
    for (const text of [rich.account, credentials.bank.account, credentials.bank.inn]) assert.ok(words.includes(text), text);
    const read = readQr(answer.text);
    assert.match(read, /^ST00012\|Name=/);
    const fields = Object.fromEntries(read.split('|').slice(1).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
    assert.equal(fields.PersonalAcc, credentials.bank.account);
    assert.equal(fields.PayeeINN, credentials.bank.inn);
    assert.equal(fields.PersAcc, rich.account);
    assert.equal(fields.Sum, '150050');
    assert.ok(fields.Purpose.includes(rich.account));
    assert.equal(fields.ChildFio, undefined, 'the cabinet is anonymous');
    assert.ok(!readQr((await parent.get('/finance/slip')).text).includes('Sum='));
  });

  test('sums as people type them', async () => {
    for (const [typed, sum] of [['1500', 150000], ['1 500,5', 150050], ['0.01', 1], ['9999999,99', 999999999]]) {
      const answer = await parent.get(`/finance/slip?amount=${encodeURIComponent(typed)}`);
      assert.equal(answer.status, 200, typed);
      assert.match(readQr(answer.text), new RegExp(`\\|Sum=${sum}(\\||$)`), typed);
    }
    for (const typed of ['0', '-5', 'сто', '1,234', '1e3', '1500,555', '99999999999999'])
      assert.equal((await parent.get(`/finance/slip?amount=${encodeURIComponent(typed)}`)).status, 422, typed);
  });
});

// Draws the SVG's strokes (runs of dark modules, one module high) as a bitmap and lets zbar read it, as a phone would.
function readQr(html) {
  const svg = /<svg[^>]*class="qr"[\s\S]*?<\/svg>/.exec(html)[0];
  const modules = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)[1]);
  const scale = 4, size = modules * scale;
  const pixels = Buffer.alloc(size * size, 255);
  let x = 0, y = 0;
  for (const [, command, n] of /\sd="([^"]*)"/.exec(svg)[1].matchAll(/([Mmh])([\d. -]+)/g)) {
    const [dx, dy] = n.split(' ').map(Number);
    if (command === 'M') [x, y] = [dx, Math.floor(dy)];
    else if (command === 'm') x += dx;
    else {
      for (let row = y * scale; row < (y + 1) * scale; row++) pixels.fill(0, row * size + x * scale, row * size + (x + dx) * scale);
      x += dx;
    }
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kabinet-qr-'));
  try {
    const file = path.join(folder, 'qr.pgm');
    writeFileSync(file, Buffer.concat([Buffer.from(`P5 ${size} ${size} 255\n`), pixels]));
    return execFileSync('zbarimg', ['-q', '--raw', file], { encoding: 'utf8' }).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
