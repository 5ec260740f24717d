/* The head's desk on a phone without scripts: a teacher's lessons, a substitution, back as the timetable has it. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { credentials, sql } from '../support/kabinet.mjs';
import { visitorOf } from '../support/pages.mjs';

const login = credentials.staff.find((s) => s.role === 'head').login;
/* A lesson ahead that nobody changed, with its teacher; none in the summer holidays. */
const [[lesson, teacher, day] = []] = sql(`select l.id, l.staff_id, l.day from school.lesson l join school.class k on k.id = l.class_id
  join auth.staff h on h.school_id = k.school_id and h.login = '${login}' join school.school s on s.id = k.school_id
  where l.day > timezone(s.time_zone, now())::date and l.was_staff_id is null and l.was_subject_id is null and not l.is_cancelled and l.note = '' order by l.day, l.number limit 1`);
let browser;

before(async () => { browser = await launchBrowser(); });
after(() => browser?.close());

test('a substitution on a phone, without scripts', { skip: !lesson && 'no lessons ahead' }, async () => {
  const context = await newContext(browser, { viewport: { width: 360, height: 740 }, javaScriptEnabled: false, storageState: stateOf(await visitorOf('head')) });
  const page = await newPage(context);
  await page.goto('/staff/head/substitutions');
  await page.selectOption('#teacher', teacher);
  await page.fill('#from', day);
  await page.fill('#to', day);
  await page.click('form.filter button');
  await page.focus(`a[href="/staff/head/lesson?id=${lesson}"]`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('main[data-page=head-lesson]');
  const free = await page.locator('#teacher option:not([disabled])').nth(1).getAttribute('value');
  await page.selectOption('#teacher', free);
  await page.fill('#note', 'Учитель на курсах');
  await page.focus('button[value=replace]');
  await page.keyboard.press('Enter');
  await page.waitForURL(/done=head-replace/);
  assert.match(await page.textContent('main'), /Замена назначена.*По расписанию вёл/s);
  assert.deepEqual(sql(`select staff_id, was_staff_id, note from school.lesson where id = ${lesson}`), [[free, teacher, 'Учитель на курсах']]);
  await page.focus('button[value=restore]');
  await page.keyboard.press('Enter');
  await page.waitForURL(/done=head-restore/);
  assert.deepEqual(sql(`select staff_id, was_staff_id, note from school.lesson where id = ${lesson}`), [[teacher, null, '']]);
  assert.deepEqual(page.complaints, []);
  await context.close();
});
