/* The diary as a family meets it: a phone without scripts, the sheet of paper, the chart, a corrected mark, an answer with a file. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { giveMark, lessonDay } from '../support/diary.mjs';
import { value } from '../support/kabinet.mjs';
import { activeCabinets, launchBrowser, newContext, newPage, openSession } from '../support/browser.mjs';

const phone = { viewport: { width: 360, height: 740 }, javaScriptEnabled: false };
let browser, storageState, past, next;
before(async () => {
  browser = await launchBrowser();
  const cabinet = activeCabinets()[0];
  storageState = await openSession(browser, cabinet);
  past = lessonDay(cabinet.idn, -1);
  next = lessonDay(cabinet.idn, 1);
});
after(async () => {
  past?.undo();
  next?.undo();
  await browser?.close();
});

async function onPage(path, options, body) {
  const context = await newContext(browser, { storageState, ...options });
  const page = await newPage(context);
  try {
    await page.goto(path);
    await body(page);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
}

test('a week on a phone without scripts: turned over, ticked, signed', () => onPage(`/diary?week=${past.day}`, phone, async (page) => {
  const id = `h${past.homework[0]}`;
  await page.click(`#${id} button`);
  await page.waitForURL(new RegExp(`#${id}$`));
  assert.equal(await page.getAttribute(`#${id} button`, 'name'), 'untick');
  assert.ok(await page.locator(`#${id}`).evaluate((e) => e.getBoundingClientRect().top < innerHeight), 'the person stays where he was');
  await page.click(`#${id} button`);
  assert.equal(await page.getAttribute(`#${id} button`, 'name'), 'tick');
  await page.click('#sign button');
  assert.match(await page.textContent('#sign'), /Неделя подписана/);
  const first = await page.inputValue('#jump');
  await page.click('[rel=next]');
  assert.equal((Date.parse(await page.inputValue('#jump')) - Date.parse(first)) / 86400000, 7);
  await page.click('[rel=prev]');
  assert.equal(await page.inputValue('#jump'), first);
  await page.click('.days h2 a');
  assert.match(page.url(), /\?day=/);
  await page.click('text=Вся неделя');
  assert.equal(await page.inputValue('#jump'), first);
}));

test('a mark is on the page a moment later; corrected, old and new are there', async () => {
  giveMark(past, 3, { reason: 'первая' });
  const open = (path, check) => onPage(path, { viewport: { width: 360, height: 740 } }, check);
  await open(`/diary?day=${past.day}`, async (page) => assert.equal(await page.locator('.marks .m3', { hasText: '3' }).count() > 0, true));
  giveMark(past, 5, { reason: 'пересчитано' });
  await open(`/diary?day=${past.day}`, async (page) => {
    const lesson = page.locator('.lessons > li', { has: page.locator(`#h${past.homework[0]}`) });
    assert.equal((await lesson.locator('.mark').first().textContent()).trim()[0], '5');
    assert.match(await lesson.textContent(), /исправлена/);
  });
  const term = value(`select school.term_on(${past.class}, '${past.day}')`);
  if (term)
    await open(`/diary/marks?term=${term}`, async (page) => assert.match(await page.textContent('#changes'), /3[^]*→[^]*5[^]*пересчитано/));
});

test('what is needed and what would be are plain forms', () => onPage('/diary/marks', phone, async (page) => {
  const subjects = page.locator('.averages td:first-child > a');
  if (await subjects.count() === 0) return;     /* before the first term of a year */
  await subjects.first().click();
  await page.fill('#goal', '4,99');
  await page.click('#target button');
  assert.match(page.url(), /goal=4%2C99/);
  assert.match(await page.textContent('#target'), /До 4,99 не хватает|уже есть/);
  await page.selectOption('#m1', '5');
  await page.fill('#w1', '10');
  await page.click('#imagine button');
  assert.match(await page.textContent('#imagine'), /Станет\s+\d,\d\d/);
  assert.equal(await page.inputValue('#w1'), '10', 'the form keeps what was imagined');
}));

test('the chart has a name, a description and the same numbers in a table', () => onPage('/diary/marks', {}, async (page) => {
  if (await page.locator('.chart').count() === 0) return;     /* no marks in this term yet */
  const points = await page.locator('.chart circle').count();
  const rows = await page.$$eval('.weeks tbody tr', (all) => all.map((row) => row.lastElementChild.textContent));
  assert.equal(points, rows.length);
  assert.equal(await page.textContent('.chart .last'), rows.at(-1));
  assert.match(await page.textContent('.chart desc'), new RegExp(`С ${rows[0]} до ${rows.at(-1)}`));
  const heights = await page.$$eval('.chart circle', (all) => all.map((c) => Number(c.getAttribute('cy'))));
  const numbers = rows.map((row) => Number(row.replace(',', '.')));
  for (let i = 0; i < rows.length; i++)
    assert.ok(Math.abs(heights[i] - (18 + (5 - Math.max(numbers[i], 2)) * 44)) <= 1.5, `${rows[i]} stands at ${heights[i]}`);
}));

const sheets = async (page) => (await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type \/Page\b/g)?.length;

test('one week is one sheet of A4', () => onPage(`/diary?week=${past.day}&print=1`, {}, async (page) => {
  assert.equal(await sheets(page), 1);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.isVisible('.side'), false);
  assert.match(await page.textContent('.sheet-of-week'), /Подпись классного руководителя/);
}));

/* The weeks that schools have, at their fullest: days × lessons, long words in each row. */
test('the fullest weeks stay one sheet of A4', () => onPage(`/diary?week=${past.day}&print=1`, {}, async (page) => {
  for (const [days, lessons] of [[6, 6], [6, 8], [6, 12], [7, 6], [7, 8], [7, 12]]) {
    await page.$eval('.sheet-days', (sheet, [dayCount, lessonCount]) => {
      const table = [...sheet.children].find((t) => t.querySelector('td:nth-child(4)')).cloneNode(true);
      const row = table.querySelector('tbody tr:has(td:nth-child(4))').cloneNode(true);
      row.cells[1].firstElementChild.textContent = 'Основы безопасности и защиты Родины';
      row.cells[2].firstElementChild.textContent = '§ 12, вопросы 1–4 устно; № 345, 346, 351 письменно; повторить правило на стр. 20…';
      row.cells[3].textContent = '5 4 н';
      table.tBodies[0].replaceChildren(...Array.from({ length: lessonCount }, () => row.cloneNode(true)));
      sheet.replaceChildren(...Array.from({ length: dayCount }, () => table.cloneNode(true)));
    }, [days, lessons]);
    assert.equal(await sheets(page), 1, `${days} days of ${lessons} lessons`);
  }
}));

test('an answer with two files is handed in from a phone without scripts', () => onPage(`/diary/answer?homework=${next.homework[0]}`, phone, async (page) => {
  await page.fill('#body', 'Решение\nна двух страницах');
  await page.setInputFiles('#files', [{ name: 'раз.png', mimeType: 'image/png', buffer: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex') },
    { name: 'два.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') }]);
  await page.click('text=Сдать >> nth=-1');
  assert.match(await page.textContent('main'), /Ответ сдан/);
  assert.deepEqual((await page.locator('.news .file').allTextContents()).map((t) => t.trim().split(/\s/)[0]).sort(), ['два.pdf', 'раз.png']);
  await page.fill('#body', 'ещё');
  await page.setInputFiles('#files', { name: 'зло.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload=alert(1)>') });
  await page.click('text=Сдать >> nth=-1');
  assert.ok((await page.textContent('#files-error')).length > 0);
  assert.equal(await page.inputValue('#body'), 'ещё');
}));
