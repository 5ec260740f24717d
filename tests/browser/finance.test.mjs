/* The account: balance, statement, CSV, paper, the slip and its QR code. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activeCabinets, kopecks, launchBrowser, newContext, newPage, openSession } from '../support/browser.mjs';

let browser, cabinet, storageState, folder;
before(async () => {
  browser = await launchBrowser();
  cabinet = activeCabinets()[0];
  storageState = await openSession(browser, cabinet);
  folder = mkdtempSync(join(tmpdir(), 'kabinet-'));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await browser?.close();
});

async function onPage(path, body, options = {}) {
  const context = await newContext(browser, { storageState, ...options });
  const page = await newPage(context);
  try {
    await page.goto(path);
    await body(page, context);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
}

/* The statement's lines, newest first: { day, sum, rest }. */
const readLines = (page) => page.$$eval('.statement tbody tr:not(.day)', (rows) => rows.map((row) => ({
  day: row.querySelector('time').dateTime.slice(0, 10),
  title: row.querySelector('.what').textContent.trim(),
  sum: Number(row.querySelector('.amount data').value),
  rest: Number(row.querySelector('.rest data').value),
})));
const readTotals = (page) => page.$$eval('.totals data', (sums) => sums.map((sum) => Number(sum.value)));

test('the balance is the same on both pages and is that of the newest line', async () => {
  let balance;
  await onPage('/', async (page) => {
    balance = await kopecks(page, '#balance');
    assert.match(await page.textContent('#balance'), /^−?\d{1,3}(\u00a0\d{3})*,\d\d\u00a0₽$/);
    assert.match(await page.textContent('.as-of'), /^данные на \d\d\.\d\d\.\d{4} \d\d:\d\d$/);
    assert.match(await page.textContent('.account header'), new RegExp(cabinet.account));
  });
  await onPage('/finance', async (page) => {
    assert.equal(await kopecks(page, '#balance'), balance);
    const lines = await readLines(page);
    assert.ok(lines.length > 0, 'the demo has payments');
    assert.equal(lines[0].rest, balance);
  });
});

test('each line leads to the next, and the totals are theirs', () => onPage('/finance?print=1', async (page) => {
  const lines = await readLines(page);
  for (let i = 0; i + 1 < lines.length; i++)
    assert.equal(lines[i].rest - lines[i].sum, lines[i + 1].rest, `line ${i}`);
  const [opening, received, spent, closing] = await readTotals(page);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  assert.equal(received, sum(lines.map((l) => l.sum).filter((s) => s > 0)));
  assert.equal(spent, sum(lines.map((l) => l.sum).filter((s) => s < 0)));
  assert.equal(opening + received + spent, closing);
}));

test('the filter keeps the days asked for', () => onPage('/finance?print=1', async (page) => {
  const all = await readLines(page);
  const day = all[Math.floor(all.length / 2)].day;
  await page.goto('/finance');
  await page.fill('#from', day);
  await page.fill('#to', day);
  await page.click('.filter button');
  await page.waitForURL(/from=/);
  assert.deepEqual(await readLines(page), all.filter((line) => line.day === day));
  assert.equal(await page.inputValue('#from'), day);
}));

test('the filter keeps the kind asked for', () => onPage('/finance', async (page) => {
  const kind = await page.$eval('#kind', (select) => select.options[1]?.value);
  assert.ok(kind, 'there are kinds to choose from');
  const from = await page.inputValue('#from');
  const to = await page.inputValue('#to');
  await page.selectOption('#kind', kind);
  await page.click('.filter button');
  await page.waitForURL(/kind=/);
  assert.equal(await page.inputValue('#kind'), kind);
  assert.equal(await page.inputValue('#from'), from);
  assert.equal(await page.inputValue('#to'), to);
}));

test('a period without operations says so and shows no invented line', () => onPage('/finance?from=2020-01-01&to=2020-01-02', async (page) => {
  assert.match(await page.textContent('.empty'), /операций не было/);
  assert.equal(await page.locator('.statement').count(), 0);
}));

test('the CSV holds the lines of the page', () => onPage('/finance?print=1', async (page) => {
  const lines = await readLines(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=CSV')]);
  const path = join(folder, 'statement.csv');
  await download.saveAs(path);
  const bytes = readFileSync(path);
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'begins with a BOM, for spreadsheets');
  const rows = bytes.subarray(3).toString('utf8').split(/\r?\n/).filter((row) => row).map((row) => row.split(';'));
  const sums = rows.map((row) => row.map((cell) => /^-?\d+,\d\d$/.test(cell) ? Number(cell.replace(',', '')) : null).filter((n) => n !== null));
  const body = sums.filter((row) => row.length >= 2);
  assert.deepEqual(body.map((row) => row.slice(-2)).sort(), lines.map((l) => [l.sum, l.rest]).sort());
}));

test('a top-up says where it came from', () => onPage('/finance?print=1', async (page) => {
  const line = (await readLines(page)).find((l) => l.sum > 0);
  await page.locator('.statement tr', { has: page.locator('.from', { hasText: /реестр/i }) }).locator('.what a').first().click();
  await page.waitForSelector('main[data-page=entry]');
  assert.ok(line);
  const facts = await page.$$eval('.facts > div', (rows) => Object.fromEntries(rows.map((r) => [r.querySelector('dt').textContent, r.querySelector('dd').textContent.trim()])));
  for (const name of ['Банк', 'Реестр', 'Номер операции банка', 'Когда заплачено', 'Внесено', 'Комиссия банка'])
    assert.match(facts[name] ?? '', /\S/, name);
  assert.ok(await kopecks(page, '.sum') > 0);
}));

test('another account\'s operation is not found', () => onPage('/', async (page) => {
  const answer = await page.goto('/finance/entry?id=999999999');
  assert.equal(answer.status(), 404);
  assert.match(await page.textContent('main'), /[0-9a-f]{32}/, 'the request id is shown');
}));

const pageCount = (pdf) => pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g).length;

test('on paper the statement is light and without the frame', () => onPage('/finance?print=1', async (page) => {
  assert.ok(pageCount(await page.pdf({ preferCSSPageSize: true })) >= 1);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.side:visible, .foot:visible, .leave:visible, .filter:visible').count(), 0);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  assert.ok(await page.locator('.period:visible').count() === 1, 'the period is printed');
}, { look: 'dark.m.normal' }));

test('the slip is one sheet with both halves, also from a phone in the dark', () => onPage('/finance/slip?amount=1500,50', async (page) => {
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.slip-part:visible').count(), 2);
  assert.equal(pageCount(await page.pdf({ preferCSSPageSize: true })), 1);
}, { look: 'dark.m.normal', viewport: { width: 360, height: 740 } }));

/* Decodes the picture as a bank's application would: from pixels. */
async function decode(page) {
  const path = join(folder, 'qr.png');
  await page.locator('.qr').screenshot({ path });
  return execFileSync('zbarimg', ['--quiet', '--raw', '-Sbinary', path]).toString('utf8').trim();
}

for (const [look, width] of [['light.m.normal', 1280], ['dark.m.high', 320]]) {
  test(`the QR code holds the payment by ГОСТ Р 56042-2014: ${look}, ${width} px`, () => onPage('/finance/slip?amount=1500,50', async (page) => {
    const [head, ...pairs] = (await decode(page)).split('|');
    assert.equal(head, 'ST00012');
    const keys = pairs.map((pair) => pair.split('=')[0]);
    assert.deepEqual(keys.slice(0, 5), ['Name', 'PersonalAcc', 'BankName', 'BIC', 'CorrespAcc']);
    const value = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
    assert.match(value.PersonalAcc, /^\d{20}$/);
    assert.match(value.BIC, /^\d{9}$/);
    assert.equal(value.PersAcc, cabinet.account);
    assert.ok(value.Purpose.includes(cabinet.account), 'the purpose repeats the account');
    assert.equal(value.Sum, '150050');
    assert.match(await page.textContent('.slip'), new RegExp(value.PersonalAcc));
  }, { look, viewport: { width, height: 900 }, deviceScaleFactor: 2 }));
}

test('without a sum the payer chooses it', () => onPage('/finance/slip', async (page) => {
  assert.ok(!(await decode(page)).includes('Sum='));
  await page.fill('#amount', 'сто рублей');
  await page.click('.filter button');
  assert.match(await page.textContent('#amount-error'), /\S/);
  assert.equal(await page.inputValue('#amount'), 'сто рублей');
  await page.fill('#amount', '1 234,5');
  await page.click('.filter button');
  await page.waitForFunction(() => !document.querySelector('#amount-error').textContent);
  assert.match(await decode(page), /\|Sum=123450(\||$)/);
}, { deviceScaleFactor: 2 }));

test('a transfer asks before it moves anything, by keyboard and on the smallest phone', () => onPage('/finance/transfer', async (page) => {
  const free = await kopecks(page, '.lead');
  assert.ok(free > 100);
  await page.locator('.choices input').first().check();
  await page.fill('#amount', '1');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=Перевести 1,00');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await page.click('main button:has-text("Перевести")');
  await page.waitForSelector('main[data-page=entry]');
  assert.equal(await kopecks(page, '.sum'), -100);
  assert.equal(await page.textContent('#who'), 'вы');
  await page.goto('/finance/transfer');
  assert.equal(await kopecks(page, '.lead'), free - 100);
}, { viewport: { width: 320, height: 640 } }));

test('a request for money back holds it until it is taken back', () => onPage('/finance/withdraw', async (page) => {
  const free = await kopecks(page, '.lead');
  await page.fill('#amount', '20,50');
  await page.fill('#bik', '044 525 225');
  await page.fill('#account20', '1');
  await page.check('[name=checked]');
  await page.click('main button:has-text("Подать заявку")');
  assert.match(await page.textContent('#account20-error'), /двадцать цифр/);
  assert.equal(await page.inputValue('#amount'), '20,50');
  const digits = (key) => `40817810${key}00000001234`;
  const good = [...'0123456789'].map(digits).find((a) => [...`225${a}`].reduce((s, d, i) => s + Number(d) * [7, 1, 3][i % 3], 0) % 10 === 0);
  await page.fill('#account20', good.replace(/(.{4})/g, '$1 ').trim());
  await page.check('[name=checked]');
  await page.click('main button:has-text("Подать заявку")');
  await page.waitForSelector('text=ждёт решения');
  await page.goto('/finance');
  assert.equal(await kopecks(page, '#free b'), free - 2050);
  assert.match(await page.textContent('#holds'), /Выплата на счёт …1234/);
  await page.goto('/finance/withdraw');
  await page.click('main button:has-text("Отозвать")');
  await page.waitForSelector('text=отозвана вами');
  assert.equal(await kopecks(page, '.lead'), free);
}));

test('receipt and certificate are a sheet each, light, without buttons', () => onPage('/finance?print=1', async (page) => {
  const entry = await page.locator('.statement .what a').first().getAttribute('href');
  for (const path of [`${entry}&print=1`, '/finance/certificate']) {
    await page.goto(path);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.side:visible, .foot:visible, .button:visible, .chips:visible').count(), 0, path);
    assert.ok(pageCount(await page.pdf({ preferCSSPageSize: true })) <= (path.includes('entry') ? 1 : 2), path);
    assert.match(await page.textContent('article h2'), /№ \s*\d/);
  }
}, { look: 'dark.m.normal' }));
