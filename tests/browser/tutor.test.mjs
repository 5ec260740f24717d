/* The class tutor's meals on a phone without scripts: a class is written off, one child has no money; a mistake is given back. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { balance, makeMeal, plainPupils, setFree, tutors, violations } from '../support/desk.mjs';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { loggedInStaff } from '../support/visitor.mjs';

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, javaScriptEnabled: false };
let browser, mine, tutor, pupils, meal;
before(async () => {
  browser = await launchBrowser();
  [mine] = tutors();
  tutor = await loggedInStaff(mine);
  pupils = plainPupils(mine.class, 6);
  meal = makeMeal(mine.class, 9900);
  for (const { id } of pupils) setFree(id, 25000);
  setFree(pupils[2].id, 9899);
  for (const { id } of pupils.slice(0, 2))
    sql(`select canteen.place_order(${id}, ${meal.menu}, 'staff', null, 'test', false)`);
});
after(() => browser?.close());

test('a class is written off: said before, refused by name, the rest go through; one of them is given back', async () => {
  const context = await newContext(browser, { ...phone, storageState: stateOf(tutor) });
  const page = await newPage(context);
  const had = pupils.map(({ id }) => balance(id)), poor = pupils[2];
  try {
    await page.goto(`/staff/tutor?class=${mine.class}`);
    await page.selectOption('#menu', meal.menu);
    await page.click('form.filter button');
    await page.waitForURL(new RegExp(`menu=${meal.menu}`));
    assert.equal(await page.locator('.d-list input:checked').count(), 2, 'who ordered is ticked');
    for (const { id } of pupils.slice(2)) await page.check(`[name=p_${id}]`);
    await page.click('.j-save button');
    await page.waitForURL(/\/staff\/tutor\/confirm/);
    const said = await page.locator('main').innerText();
    assert.match(said, /5 ученикам/);
    assert.match(said.replace(/\s/g, ' '), /495,00 ₽/);
    assert.match(await page.locator('section', { hasText: 'Кому не будет списано' }).innerText(), new RegExp(`${poor.name}[^]*недостаточно денег`));
    assert.deepEqual(pupils.map(({ id }) => balance(id)), had, 'nothing has happened yet');

    await page.click('a.back');
    assert.equal(await page.locator('.d-list input:checked').count(), 6, 'the ticks came back');
    await page.click('.j-save button');
    await page.click('form[method=post] .button.wide');
    await page.waitForURL(/\/staff\/tutor\/batch\?id=\d+&done=write-off/);
    assert.match(await page.textContent('[role=status]'), /проведено/);
    assert.match(await page.locator('section', { hasText: 'Кому не списано' }).innerText(), new RegExp(poor.name));
    assert.deepEqual(pupils.map(({ id }, i) => had[i] - balance(id)), [9900, 9900, 0, 9900, 9900, 9900]);
    const result = page.url();

    await page.locator('.d-list li', { hasText: pupils[3].name }).locator('a').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/staff\/tutor\/refund/);
    await page.fill('#why', 'Не был в столовой');
    await page.click('form[method=post] .button.wide');
    await page.waitForURL(/\/staff\/tutor\/paid\?.*done=refund/);
    assert.match(await page.locator('.d-list li', { hasText: 'Не был в столовой' }).innerText(), new RegExp(pupils[3].name));
    assert.equal(balance(pupils[3].id), had[3]);
    await page.goto(result);
    assert.match(await page.locator('.d-list li', { hasText: pupils[3].name }).innerText(), /возвращено/);
    assert.deepEqual(page.complaints, []);
    assert.deepEqual(violations(), []);
  } finally {
    await context.close();
  }
});

test('nobody ticked: words, and the list again; pages fit a phone of 320 px', async () => {
  const context = await newContext(browser, { ...phone, viewport: { width: 320, height: 640 }, storageState: stateOf(tutor) });
  const page = await newPage(context);
  try {
    const empty = makeMeal(mine.class, 100);
    await page.goto(`/staff/tutor?class=${mine.class}&menu=${empty.menu}`);
    await page.click('.j-save button');
    assert.match(await page.textContent('[role=alert]'), /хотя бы одного/);
    const batch = value(`select id from canteen.write_off where menu_id = ${meal.menu}`);
    for (const path of ['/staff/tutor', '/staff/tutor/paid', `/staff/tutor/batch?id=${batch}`,
      `/staff/tutor/confirm?class=${mine.class}&menu=${empty.menu}&p_${pupils[2].id}=1`]) {
      await page.goto(path);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, path);
    }
  } finally {
    await context.close();
  }
});

test('the head prints who has told nothing', async () => {
  const head = await loggedInStaff(credentials.staff.find((s) => s.role === 'head'));
  const context = await newContext(browser, { storageState: stateOf(head) });
  const page = await newPage(context);
  try {
    await page.goto('/staff/tutor/counts');
    assert.equal(await page.textContent('h1'), 'Кто не подал питание');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('nav:visible, form:visible, .button:visible').count(), 0);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
});
