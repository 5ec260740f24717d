/* Посещаемость on a phone without scripts: the calendar by keyboard, chart and table agree, a missed day is explained with a file. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { launchBrowser, newContext, newPage, openSession, readCredentials } from '../support/browser.mjs';
import { cabinetsWith, missedDay, plus } from '../support/attendance.mjs';
import { value } from '../support/kabinet.mjs';

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, javaScriptEnabled: false };
let browser, session, made;
before(async () => {
  browser = await launchBrowser();
  const child = cabinetsWith()[0];
  made = missedDay(child.idn);
  session = await openSession(browser, child);
  /* The login may have more children: the one made for the test is on show. */
  const context = await newContext(browser, { storageState: session });
  const page = await newPage(context);
  const other = page.locator(`.children button[value="${readCredentials().cabinets.find((c) => c.idn === child.idn).idn}"]:not([aria-current])`);
  await page.goto('/attendance');
  if (await other.count()) await other.click();
  await context.close();
});
after(async () => {
  made?.undo();
  await browser?.close();
});

async function onPage(path, body, options = phone) {
  const context = await newContext(browser, { storageState: session, ...options });
  const page = await newPage(context);
  try {
    await page.goto(path);
    await body(page);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
}

test('a day of the calendar opens by keyboard and is told in words', () => onPage('/attendance', async (page) => {
  const cell = page.locator('.heat td:not(.outside) a').first();
  const number = Number.parseInt((await cell.innerText()).trim(), 10);
  await cell.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/day=/);
  assert.match(await page.textContent('#day-title'), new RegExp(`\\b${number} `));
  assert.equal(await page.locator('.heat [aria-current]').count(), 1);
  for (const text of await page.locator('.heat td:not(.outside) a').allTextContents())
    assert.match(text, /все уроки|весь день|часть уроков|опоздание|не отмечено|впереди|нет уроков/, 'a cell says its state without colour');
}));

test('the chart has a bar for each week of the table', () => onPage('/attendance', async (page) => {
  const terms = await page.locator('.chips a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  let weeks = 0;
  for (const term of terms) {
    await page.goto(term);
    const shares = await page.locator('.weeks tbody td:last-child').allTextContents();
    const heights = await page.locator('.bars rect').evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute('height'))));
    assert.deepEqual(heights, shares.map((share) => Math.floor(Number(share.replace(/[^\d,]/g, '').replace(',', '.')))), term);
    weeks += heights.length;
  }
  assert.ok(weeks > 4, 'the demo has weeks');
}));

test('a missed lesson is explained with a file, and the explanation can be taken back', () => onPage(`/attendance?day=${made.day}`, async (page) => {
  assert.match(await page.textContent('#day'), /причина не названа/);
  await page.goto(`/attendance/excuse?kind=absence&first=${made.day}&last=${made.day}`);
  assert.equal(await page.inputValue('#first'), made.day);
  await page.check('[name=reason][value=ill]');
  await page.fill('#body', 'Болел горлом, справка приложена');
  await page.setInputFiles('#file', { name: 'справка.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') });
  await page.click('main form.form button[type=submit]');
  await page.waitForURL(/done=excuse-sent/);
  assert.match(await page.textContent('[role=status]'), /Отправлено классному руководителю/);
  const mine = page.locator('#excuses li', { hasText: 'Болел горлом, справка приложена' });
  assert.match(await mine.innerText(), /Ждёт ответа/);
  assert.match(await mine.locator('a.file').innerText(), /справка\.pdf/);
  await mine.locator('button').click();
  await page.waitForURL(/done=excuse-back/);
  assert.match(await page.locator('#excuses li', { hasText: 'Болел горлом, справка приложена' }).innerText(), /Отозвано/);
}));

test('a date out of reach comes back in words with what was typed', () => onPage('/attendance/excuse', async (page) => {
  await page.locator('main form.form').evaluate((form) => { form.noValidate = true; });
  await page.fill('#first', plus(made.today, 40));
  await page.check('[name=reason][value=excused]');
  await page.fill('#body', 'Соревнования');
  await page.click('main form.form button[type=submit]');
  assert.match(await page.textContent('[role=alert]'), /не дальше чем до/);
  assert.equal(await page.inputValue('#body'), 'Соревнования');
  assert.equal(await page.inputValue('#first'), plus(made.today, 40));
}, { viewport: { width: 1280, height: 900 } }));

test('on paper there are the lists and no buttons', () => onPage('/attendance?print=1', async (page) => {
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.button:visible, nav:visible, form:visible').count(), 0);
  assert.ok(await page.locator('.heat:visible').count());
}));

/* Seven columns: the narrowest the calendar gets. */
for (const look of ['light.m.normal', 'light.xl.high']) {
  test(`lessons on a Sunday: the days are as large as ever: ${look}`, async () => {
    const sunday = value(`select max(d)::date from school.term t join school.year y on y.id = t.year_id,
      generate_series(t.first_day, least(t.last_day, date '${made.today}' - 2), interval '1 day') d
      where y.school_id = ${made.school} and extract(isodow from d) = 7`);
    const extra = missedDay(cabinetsWith()[0].idn, (Date.parse(made.today) - Date.parse(sunday)) / 86400000);
    try {
      await onPage(`/attendance?day=${sunday}`, async (page) => {
        assert.equal(await page.locator('.heat thead th').count(), 8);
        const sizes = await page.locator('.heat td a').evaluateAll((all) => all.map((a) => a.getBoundingClientRect()).map((b) => Math.min(b.width, b.height)));
        assert.ok(Math.min(...sizes) >= 44, `${Math.min(...sizes)} px`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
      }, { look, viewport: { width: 320, height: 640 } });
    } finally {
      extra.undo();
    }
  });
}
