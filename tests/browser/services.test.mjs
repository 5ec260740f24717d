/* Paid services without scripts: the head makes a service and a group, the teacher writes a lesson off and takes one of it back. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { balance, plainPupils, setFree, tutors, violations } from '../support/desk.mjs';
import { credentials, value } from '../support/kabinet.mjs';
import { loggedInStaff } from '../support/visitor.mjs';

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, javaScriptEnabled: false };
const member = credentials.staff.find((s) => s.role === 'teacher');
const name = `Лепка ${randomUUID().slice(0, 6)}`;
let browser, mine, pupils;
before(async () => {
  browser = await launchBrowser();
  mine = tutors().find((t) => t.school === value(`select school_id from auth.staff where login = '${member.login}'`));
  pupils = plainPupils(mine.class, 3);
  for (const { id } of pupils) setFree(id, 50000);
  setFree(pupils[1].id, 100);
});
after(() => browser?.close());

test('the head: a service in the price list, a group, pupils of a class at once', async () => {
  const head = await loggedInStaff(credentials.staff.find((s) => s.role === 'head'));
  const context = await newContext(browser, { javaScriptEnabled: false, storageState: stateOf(head) });
  const page = await newPage(context);
  try {
    await page.goto('/staff/services/prices');
    await page.click('text=Новая услуга');
    await page.fill('#title', name);
    await page.fill('#price', '350,50');
    await page.click('form.form button[type=submit]');
    await page.waitForURL(/done=service-price/);
    assert.match(await page.locator('.d-list li', { hasText: name }).innerText(), /350,50/);

    await page.goto('/staff/services/group');
    await page.selectOption('#service', { label: name });
    await page.fill('#title', 'дневная');
    await page.selectOption('#teacher', value(`select id from auth.staff where login = '${member.login}'`));
    await page.click('form.form button[type=submit]');
    await page.waitForURL(/done=service-team/);
    await page.click('text=Добавить учеников');
    await page.selectOption('#class', mine.class);
    await page.click('form.filter button');
    for (const { id } of pupils) await page.check(`[name=p_${id}]`);
    await page.click('form.form button[type=submit]');
    await page.waitForURL(/done=service-members/);
    assert.match(await page.textContent('main'), /3 ученика/);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
});

test('the teacher on a phone: a lesson in which one has no money, one taken back, the month', async () => {
  const teacher = await loggedInStaff(member);
  const context = await newContext(browser, { ...phone, storageState: stateOf(teacher) });
  const page = await newPage(context);
  const had = pupils.map(({ id }) => balance(id));
  try {
    await page.goto('/staff/services');
    await page.locator('.things li', { hasText: name }).locator('.button').click();
    await page.click('text=Отметить всех');
    assert.equal(await page.locator('.d-list input:checked').count(), 3);
    await page.click('.j-save button');
    await page.waitForURL(/\/staff\/services\/confirm/);
    assert.match(await page.locator('section', { hasText: 'Кому не будет списано' }).innerText(), new RegExp(`${pupils[1].name}[^]*недостаточно денег`));
    await page.click('form[method=post] .button.wide');
    await page.waitForURL(/\/staff\/services\/batch\?id=\d+&done=write-off/);
    assert.deepEqual(pupils.map(({ id }, i) => had[i] - balance(id)), [35050, 0, 35050]);
    await page.locator('.d-list li', { hasText: pupils[0].name }).locator('a').click();
    await page.fill('#why', 'Заболел');
    await page.click('form[method=post] .button.wide');
    await page.waitForURL(/done=refund/);
    assert.equal(balance(pupils[0].id), had[0]);
    await page.click('text=По месяцам');
    const words = (await page.locator('main').innerText()).replace(/\s+/g, ' ');
    assert.match(words, /Списаний 1 На сумму 350,50 ₽ Возвращено 1/);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    assert.deepEqual(page.complaints, []);
    assert.deepEqual(violations(), []);
  } finally {
    await context.close();
  }
});
