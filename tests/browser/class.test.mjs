/* The class tutor on a phone without scripts: a family's excuse is accepted, and the family sees it; a reason is changed. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { cabinetsWith, codesOf, missedDay, sendExcuse } from '../support/attendance.mjs';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { loggedIn, loggedInStaff } from '../support/visitor.mjs';

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, javaScriptEnabled: false };
let browser, made, parent, tutor;
before(async () => {
  browser = await launchBrowser();
  const taught = credentials.staff.filter((s) => s.role === 'tutor').map(({ login }) => `'${login}'`).join();
  const child = cabinetsWith(`p.class_id in (select k.id from school.class k join auth.staff f on f.id = k.tutor_id where f.login in (${taught}))`).at(-1);
  made = missedDay(child.idn, 2);
  const [[login]] = sql(`select f.login from auth.staff f join school.class k on k.tutor_id = f.id where k.id = ${made.class}`);
  tutor = await loggedInStaff(credentials.staff.find((s) => s.login === login));
  parent = await loggedIn(child);
  if (!(await parent.get('/attendance')).text.includes(`<b class="idn">${child.idn}</b>`))
    await parent.fill('/', { idn: child.idn }, { action: '/child' });
});
after(async () => {
  made?.undo();
  await browser?.close();
});

test('an excuse is accepted with an answer, and the family reads it', async () => {
  const words = `Лечили зуб, ${made.day}`;
  assert.equal((await sendExcuse(parent, made.day, { body: words })).answer.status, 303);
  const context = await newContext(browser, { ...phone, storageState: stateOf(tutor) });
  const page = await newPage(context);
  try {
    await page.goto(`/staff/class?class=${made.class}`);
    const mine = page.locator('#excuses li.waits', { hasText: words });
    await mine.locator('textarea').fill('Принято, спасибо');
    await mine.locator('button[value=accept]').click();
    await page.waitForURL(/done=excuse-yes/);
    assert.match(await page.textContent('[role=status]'), /принято/);
    assert.deepEqual(codesOf(made), [['absent', 'ill', 'excuse'], ['absent', 'ill', 'excuse']]);
    assert.match(await page.locator('#excuses li', { hasText: words }).innerText(), /Принято/);

    const home = await newPage(await newContext(browser, { ...phone, storageState: stateOf(parent) }));
    await home.goto(`/attendance?day=${made.day}`);
    assert.match(await home.textContent('#day'), /болезнь/);
    assert.match(await home.locator('#excuses li', { hasText: words }).innerText(), /Принято.*Принято, спасибо/s);
    assert.deepEqual(home.complaints, []);
    await home.context().close();

    await page.goto(`/staff/class?class=${made.class}&day=${made.day}`);
    await page.locator(`.c-grid a[href*="lesson=${made.lessons[0]}&pupil=${made.pupil}"]`).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/staff\/class\/reason/);
    await page.locator('[name=code]:not(:checked)').last().press('Space');
    await page.fill('#note', 'по словам отца');
    await page.click('main form.form button[type=submit]');
    await page.waitForURL(/done=reason/);
    assert.equal(codesOf(made)[0][2], 'tutor');
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
});

test('the week scrolls inside its frame, and prints whole', async () => {
  const context = await newContext(browser, { ...phone, storageState: stateOf(tutor) });
  const page = await newPage(context);
  try {
    await page.goto(`/staff/class/week?class=${made.class}&day=${made.day}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    assert.equal(await page.locator('.c-week tbody tr').count(), Number(value(`select count(*) from school.enrolment where class_id = ${made.class}
      and first_day <= '${made.day}' and (last_day is null or last_day >= '${made.day}')`)));
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('nav:visible, form:visible, .button:visible').count(), 0);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
});
