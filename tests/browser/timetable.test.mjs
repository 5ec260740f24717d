/* Расписание as a family meets it: a phone, the keyboard, no scripts; a calendar's address and its end. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { activeCabinets, launchBrowser, newContext, newPage, openSession } from '../support/browser.mjs';
import { send } from '../support/visitor.mjs';
import { base, sql } from '../support/kabinet.mjs';

const phone = { viewport: { width: 320, height: 700 }, javaScriptEnabled: false };
let browser, cabinet, storageState, day, lesson;

before(async () => {
  browser = await launchBrowser();
  cabinet = activeCabinets()[0];
  storageState = await openSession(browser, cabinet);
  [[day]] = sql(`select d::date from generate_series(current_date + 30, current_date + 36, interval '1 day') d where extract(isodow from d) = 3`);
  [[lesson]] = sql(`insert into school.lesson (class_id, day, number, subject_id, staff_id, room, was_subject_id, note)
    select p.class_id, '${day}', 0, min(j.id), min(f.id), '5', max(j.id), 'Замена для проверки' from school.pupil p
      join school.subject j on j.school_id = p.school_id join auth.staff f on f.school_id = p.school_id
     where p.idn = '${cabinet.idn}' group by p.class_id
    on conflict (class_id, day, number, subgroup_id) do update set note = excluded.note, was_subject_id = excluded.was_subject_id returning id`);
});
after(async () => {
  if (lesson) sql(`delete from school.lesson where id = '${lesson}'`);
  await browser?.close();
});

async function onPage(path, options, body) {
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
const fits = async (page) => {
  const [wide, narrow] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(wide <= narrow, `${wide} > ${narrow}`);
};

test('a substitution is told in words, not by colour alone', () => onPage(`/timetable?day=${day}`, { ...phone, javaScriptEnabled: true }, async (page) => {
  const item = page.locator('.tt-item.changed').first();
  assert.match(await item.innerText(), /замена/);
  assert.match(await item.innerText(), /Было по расписанию/);
  await fits(page);
}));

test('from week to day to calendar, without scripts', () => onPage('/timetable', phone, async (page) => {
  assert.ok(await page.locator('.now').isVisible());
  const first = await page.textContent('.tt-steps h2');
  await page.click('[rel=next]');
  assert.notEqual(await page.textContent('.tt-steps h2'), first);
  await page.click('[rel=prev]');
  await page.waitForURL(/week=/);
  await page.focus('.tt-day h3 a >> nth=0');
  await page.keyboard.press('Enter');
  await page.waitForURL(/day=/);
  assert.equal(await page.locator('.tt-day').count(), 1);
  await page.click('.chips a:has-text("Календарь")');
  await page.waitForSelector('main[data-page=timetable-calendar]');
  assert.equal(await page.locator('.tt-sheet th').count(), 7);
}));

test('subscribe with the keyboard, read the calendar, revoke it', () => onPage('/timetable/subscriptions', phone, async (page) => {
  const before = await page.locator('form[action="/timetable/unsubscribe"]').count();
  await page.focus('input[name=kind][value=lessons]');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.isChecked('input[name=kind][value=homework]'), true);
  await page.keyboard.press('Enter');
  await page.waitForSelector('main[data-page=timetable-address]');
  assert.match(await page.textContent('main'), /Адрес показан один раз/);
  await fits(page);
  const address = await page.inputValue('#address');
  assert.match(await page.getAttribute('a:has-text("Открыть в календаре")', 'href'), /^webcal:\/\//);
  const path = address.slice(base.origin.length);
  assert.equal((await send('GET', path)).status, 200);
  await page.click('text=К подпискам');
  assert.equal(await page.locator('form[action="/timetable/unsubscribe"]').count(), before + 1);
  await page.locator('li:has-text("Домашние задания") button').last().click();
  await page.waitForURL(/done=calendar-off/);
  assert.match(await page.textContent('[role=status]'), /Подписка отключена/);
  assert.equal((await send('GET', path)).status, 404);
}));

test('paper: every day of the week, no navigation', () => onPage(`/timetable?week=${day}&print=1`, {}, async (page) => {
  await page.emulateMedia({ media: 'print' });
  assert.ok(await page.locator('.tt-day').count() >= 6);
  assert.equal(await page.locator('.side').isVisible(), false);
  assert.equal(await page.locator('.now').count(), 0);
}));
