/* /library as a parent uses it on a phone: found in spite of a typing error, held, suspended, prolonged, forgotten - with and without scripts. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { value } from '../support/kabinet.mjs';
import { clean, giveBack, lend, makeReader, makeTitle, setDue, today } from '../support/library.mjs';

const phone = { viewport: { width: 360, height: 740 } };
let browser, mine, other, storageState;

before(async () => {
  browser = await launchBrowser();
  mine = makeReader('039', 3);
  other = makeReader('039', 4);
  storageState = stateOf(mine.parent);
});
after(async () => {
  for (const reader of [mine, other]) if (reader) clean(reader.id);
  await browser?.close();
});

async function onPage(options, body) {
  for (const { id } of [mine, other]) clean(id);
  const context = await newContext(browser, { storageState, ...phone, ...options });
  try {
    const page = await newPage(context);
    await body(page);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
}
const row = (page, title) => page.locator('.things > li', { hasText: title });
const said = (page, words) => page.waitForSelector(`.note[role=status]:has-text("${words}")`);

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';

  test(`a book is found by a word with a typing error, held, and waited for, ${how}`, () => onPage({ javaScriptEnabled }, async (page) => {
    const word = `гиппопотам${Math.random().toString().slice(2).replace(/\d/g, (d) => 'абвгдежзик'[d]).slice(0, 6)}`;
    const book = makeTitle({ title: `Проверка ${word}` });
    lend(book.copies[0], other.id);
    await page.goto('/library');
    await page.fill('#q', word.replace('потам', 'птам'));
    await page.click('button:text("Найти")');
    await page.waitForSelector(`text=Показано по «${word}»`);
    await page.click(`a:text("${book.title}")`);
    await page.click('button:text("Забронировать")');
    await said(page, 'Вы в очереди');
    assert.match(await row(page, book.title).innerText(), /вы 1-й в очереди/);
    await page.click('summary:text("Пропустить вперёд других")');
    await page.fill('input[name=till]', value(`select date '${today()}' + 10`));
    await page.click('button:text("Приостановить")');
    await said(page, 'приостановлено');
    assert.match(await row(page, book.title).innerText(), /приостановлено до/);
    giveBack(book.copies[0]);
    await page.click('button:has-text("Снова ждать")');
    await said(page, 'снова ждёте');
    assert.match(await row(page, book.title).innerText(), /ждёт вас/);
    await page.click('button:has-text("Отказаться")');
    await said(page, 'отказались');
    assert.equal(await row(page, book.title).count(), 0);
    assert.equal(value(`select state from library.copy where id = ${book.copies[0].id}`), 'in');
  }));

  test(`one book and then all are prolonged, ${how}`, () => onPage({ javaScriptEnabled }, async (page) => {
    const books = [makeTitle(), makeTitle()], loans = books.map(({ copies: [copy] }) => lend(copy, mine.id)), day = today();
    loans.forEach((loan) => setDue(loan, 1));
    const due = (loan) => Number(value(`select due_day - date '${day}' from library.loan where id = ${loan}`));
    await page.goto('/');
    await page.click('#books-due a');
    await row(page, books[0].title).locator('button').click();
    await said(page, 'Продлено');
    assert.deepEqual(loans.map(due), [15, 1]);
    await page.click('button:text("Продлить все, что можно")');
    await said(page, 'Продлено');
    assert.deepEqual(loans.map(due), [29, 15]);
    assert.match(await row(page, books[0].title).innerText(), /продлить больше нельзя/);
    assert.equal(await row(page, books[0].title).locator('button').count(), 0);
    await page.goto('/');
    assert.equal(await page.locator('#books-due').count(), 0);
  }));

  test(`what was read is forgotten after a question, ${how}`, () => onPage({ javaScriptEnabled }, async (page) => {
    const book = makeTitle();
    lend(book.copies[0], mine.id);
    giveBack(book.copies[0]);
    await page.goto('/library');
    await page.click('a:text("Что прочитано")');
    assert.equal(await row(page, book.title).count(), 1);
    await page.click('a:text("Не помнить")');
    await page.click('a:text("Оставить как есть")');
    assert.equal(await row(page, book.title).count(), 1);
    await page.click('a:text("Не помнить")');
    await page.click('button:text("Стереть и не помнить")');
    await said(page, 'Прочитанное стёрто');
    assert.equal(await row(page, book.title).count(), 0);
    await page.click('button:text("Запоминать с этого дня")');
    await said(page, 'С этого дня');
  }));
}

test('обходной лист on paper: the certificate alone', () => onPage({ viewport: { width: 794, height: 1123 } }, async (page) => {
  const book = makeTitle();
  lend(book.copies[0], mine.id);
  await page.emulateMedia({ media: 'print' });
  await page.goto('/library/discharge');
  assert.match(await page.locator('.certificate').innerText(), new RegExp(`Не сдано: 1 книга[\\s\\S]*${book.title}`));
  assert.equal(await page.locator('.button:visible, .back:visible, .side:visible').count(), 0);
}));

test('the card fits a telephone, its code large enough to be read', () => onPage({}, async (page) => {
  await page.goto('/library/card');
  const box = await page.locator('svg.qr').boundingBox();
  assert.ok(box.width >= 160 && box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
  assert.ok((await page.locator('main').innerText()).includes(mine.account));
}));
