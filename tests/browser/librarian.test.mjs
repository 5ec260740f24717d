/* A queue at the library's desk, by keyboard and scanner alone: readers, copies, a mistake undone, a copy somebody else has; labels that a scanner reads; a sheet on paper. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { clear, holderOf, lend, librarian, makeBook, makeReaders, stateOf as stateOfCopy } from '../support/librarian.mjs';
import { endCard, giveCard } from '../support/reader.mjs';
import { loggedInStaff } from '../support/visitor.mjs';

const books = [], folder = mkdtempSync(path.join(tmpdir(), 'labels-'));
const book = (options) => { const made = makeBook(options); books.push(made); return made; };
let browser, storageState, readers, uid;

before(async () => {
  readers = makeReaders(3);
  uid = giveCard(readers[0].idn);
  browser = await launchBrowser();
  storageState = stateOf(await loggedInStaff(librarian()));
});
after(async () => {
  await browser?.close();      // first: an open browser would keep this process for ever
  endCard(uid);
  clear(books);
  rmSync(folder, { recursive: true });
});

async function inContext(options, body) {
  const context = await newContext(browser, { storageState, ...options });
  try {
    const page = await newPage(context);
    await body(page);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
}
/* What a scanner sends: the code and Enter, into whatever has the focus. The page that answers is another one. */
async function scan(page, code) {
  await page.locator('#find:focus').waitFor();
  const before = await page.locator('main input[name=key]').first().inputValue();
  await page.keyboard.type(`${code}\n`);
  await page.locator(`main input[name=key]:not([value="${before}"])`).first().waitFor({ state: 'attached' });
}
const result = (page) => page.locator('.ct-result').first().innerText();
const tabTo = async (page, target, most = 40) => {
  for (let i = 0; i <= most; i++) {
    if (await target.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail('the keyboard does not get there');
};

for (const viewport of [{ width: 1024, height: 768 }, { width: 360, height: 740 }])
  test(`a queue of readers, ${viewport.width} px, by keyboard alone`, () => inContext({ viewport }, async (page) => {
    const [first, second, third] = readers, { copies: [one] } = book(), { copies: [two] } = book(), { copies: [three] } = book();
    lend(three, third);
    await page.goto('/staff/library');
    await scan(page, uid);
    assert.equal(await page.locator('#reader-title').innerText(), first.name);
    await scan(page, one.barcode);
    assert.match(await result(page), /выдано/i);
    await scan(page, two.barcode);
    assert.match(await result(page), /выдано/i);
    assert.deepEqual([holderOf(one), holderOf(two)], [first.id, first.id]);

    await scan(page, second.account);                        // the next one in the queue
    assert.equal(await page.locator('#reader-title').innerText(), second.name);
    await scan(page, three.barcode);
    assert.match(await result(page), new RegExp(`на руках у другого[^]*${third.name}`, 'i'));
    const swap = page.getByRole('button', { name: 'Принять и выдать этому читателю' });
    await page.locator('#find:focus').waitFor();
    await tabTo(page, swap);
    await page.keyboard.press('Enter');
    await page.locator('.ct-result.good').waitFor();
    assert.equal(holderOf(three), second.id);

    const undo = page.getByRole('button', { name: /^Отменить/ });
    assert.equal(await undo.count(), 1, 'the last one alone');
    await page.locator('#find:focus').waitFor();
    await tabTo(page, undo, 3);                              // beside what it undoes
    await page.keyboard.press('Enter');
    await page.getByText('Отменено: выдано').waitFor();
    assert.equal(holderOf(three), undefined);

    await scan(page, '');                                    // an empty Enter: done with him
    assert.equal(await page.locator('#reader-title').count(), 0);
    for (const copy of [one, two]) {
      await scan(page, copy.barcode);
      assert.match(await result(page), /принято/i);
      assert.equal(stateOfCopy(copy), 'in');
    }
    const box = await page.locator('#find').boundingBox();
    assert.ok(box.y + box.height < viewport.height, 'the field is in sight');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is to be scrolled sideways');
  }));

test('the same without scripts', () => inContext({ viewport: { width: 1024, height: 768 }, javaScriptEnabled: false }, async (page) => {
  const [first] = readers, { copies: [copy] } = book();
  await page.goto('/staff/library');
  for (const [code, words] of [[first.idn, null], [copy.barcode, 'выдано'], ['', null], [copy.barcode, 'принято']]) {
    await page.locator('#find:focus').waitFor();
    await page.keyboard.type(`${code}\n`);
    if (words) await page.locator('.ct-what', { hasText: words }).waitFor();
    else await page.locator('#reader-title').waitFor({ state: code ? 'attached' : 'detached' });
  }
  assert.equal(stateOfCopy(copy), 'in');
}));

test('labels are read by a scanner, and a sheet is 24 of them', () => inContext({ viewport: { width: 1280, height: 900 }, deviceScaleFactor: 3 }, async (page) => {      // as fine as a printer
  const made = book({ copies: 25 });
  const read = async (what, name) => {
    const file = path.join(folder, `${name}.png`);
    await what.screenshot({ path: file });
    return execFileSync('zbarimg', ['--quiet', '--raw', '-Sean13.enable', '-Scode128.enable', file], { encoding: 'utf8' }).trim().split('\n').sort();
  };
  await page.goto(`/staff/library/labels?title=${made.id}`);
  assert.deepEqual(await read(page.locator('.labels li').first(), 'label'), [made.copies[0].barcode]);
  await page.goto(`/staff/library/cards?class=${readers[0].classId}`);
  const [card] = await read(page.locator('.labels li', { hasText: `20${readers[0].account}` }), 'card');
  assert.equal(card.slice(0, 12), `20${readers[0].account}`);
  await page.goto('/staff/library');
  await scan(page, card);
  assert.equal(await page.locator('#reader-title').innerText(), readers[0].name, 'the printed card opens its reader');

  await page.goto(`/staff/library/labels?title=${made.id}`);
  await page.emulateMedia({ media: 'print' });
  const file = path.join(folder, 'sheet.pdf');
  await page.pdf({ path: file, preferCSSPageSize: true });
  assert.equal(readFileSync(file, 'latin1').match(/\/Type \/Page\b(?!s)/g).length, 1, 'one sheet');
  const boxes = await page.locator('.labels li').evaluateAll((list) => list.map((li) => li.getBoundingClientRect()).map(({ width, height }) => [Math.round(width / 96 * 25.4), Math.round(height / 96 * 25.4)]));
  assert.equal(boxes.length, 24);
  assert.ok(boxes.every(([width, height]) => width === 70 && height === 37), JSON.stringify(boxes[0]));
}));
