/* Питание on a phone without scripts: a week is ordered by one form, a day of it cancelled, another set meal taken instead; limits; by keyboard. */
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launchBrowser, newContext, newPage, openSession } from '../support/browser.mjs';
import { sql, value } from '../support/kabinet.mjs';
import { freeOf, keeper, offersOf, payingCabinet } from '../support/meals.mjs';

const phone = { viewport: { width: 320, height: 640 }, hasTouch: true, javaScriptEnabled: false };
let browser, session, own, restore, week;
before(async () => {
  browser = await launchBrowser();
  own = payingCabinet();
  restore = keeper(own.pupil);
  const offers = offersOf(own.pupil).filter((o) => o.pay > 0), meal = offers[0].meal;
  week = { monday: offers[0].monday, meal, offers: offers.filter((o) => o.monday === offers[0].monday && o.meal === meal) };
  session = await openSession(browser, own);
  /* The login may have more children: the one with the money is on show. */
  const context = await newContext(browser, { storageState: session }), page = await newPage(context);
  await page.goto('/meals');
  const other = page.locator(`.children button[value="${own.idn}"]:not([aria-current])`);
  if (await other.count()) await other.click();
  await context.close();
});
after(async () => {
  restore?.();
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
const sums = (page, selector) => page.$$eval(`${selector} data.money`, (all) => all.map((one) => Number(one.value)));
const fits = async (page) => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scroll');
const held = () => Number(value(`select count(*) from canteen.meal_order where pupil_id = ${own.pupil} and state = 'ordered'
  and day between '${week.monday}' and date '${week.monday}' + 6 and meal_id = (select meal_id from canteen.complex c join canteen.menu m on m.complex_id = c.id where m.id = ${week.offers[0].menu})`));

test('a week is ordered by one form, and one day of it cancelled', () => onPage(`/meals?week=${week.monday}`, async (page) => {
  const free = freeOf(own.pupil), before = held();
  await fits(page);
  await page.getByRole('link', { name: `${week.meal}: вся неделя` }).click();
  const ticked = await page.locator('.m-order input:checked').count();
  assert.equal(ticked, new Set(week.offers.map((o) => o.day)).size, 'a tick for each day');
  await page.getByRole('button', { name: 'Заказать отмеченное' }).click();
  await page.waitForSelector('main[data-page=meals-order]');
  await fits(page);
  const [asked, spare] = await sums(page, '.totals');
  assert.equal(spare, free);
  assert.equal((await sums(page, '.m-lines > li > .num > :not(.small), .m-lines > li > .num')).length > 0, true);
  await page.locator('main form button').click();
  await page.waitForSelector('.note.good[role=status]');
  assert.equal(freeOf(own.pupil), free - asked, 'held to the kopeck');
  assert.equal(held(), before + ticked);
  await page.getByRole('link', { name: new RegExp(`^Отменить ${week.meal}`) }).first().click();
  await page.waitForSelector('main[data-page=meals-cancel]');
  await fits(page);
  const [, back] = await sums(page, 'main');
  await page.getByRole('button', { name: 'Отменить заказ' }).click();
  await page.waitForSelector('.note.good[role=status]');
  assert.equal(freeOf(own.pupil), free - asked + back);
  assert.equal(held(), before + ticked - 1);
}));

test('the back button and a second press order nothing twice', () => onPage(`/meals?week=${week.monday}`, async (page) => {
  await page.locator('.m-order input[type=checkbox]').first().check();
  await page.getByRole('button', { name: 'Заказать отмеченное' }).click();
  await page.waitForSelector('main[data-page=meals-order]');
  await page.locator('main form button').click();
  await page.waitForSelector('.note.good[role=status]');
  const free = freeOf(own.pupil), count = held();
  await page.goBack();
  const again = page.locator('main form button');
  if (await again.count()) await again.click();
  await page.waitForLoadState();
  assert.equal(freeOf(own.pupil), free);
  assert.equal(held(), count);
}));

test('a dish tells what is in it, by keyboard', () => onPage(`/meals?day=${week.offers[0].day}`, async (page) => {
  await fits(page);
  const dish = page.locator('.m-dish summary').first();
  await dish.focus();
  await page.keyboard.press('Enter');
  assert.match(await page.locator('.m-dish[open]').innerText(), /Состав|Белки/);
  assert.ok((await dish.boundingBox()).height >= 44);
}));

test('limits and allergens are kept, what is wrong comes back as typed', () => onPage('/meals/limits', async (page) => {
  await fits(page);
  await page.fill('#limit-buffet', 'сто');
  await page.getByRole('button', { name: 'Сохранить лимиты' }).click();
  assert.match(await page.textContent('#limit-buffet-error'), /Сумма/);
  assert.equal(await page.inputValue('#limit-buffet'), 'сто');
  await page.fill('#limit-buffet', '150,50');
  await page.getByRole('button', { name: 'Сохранить лимиты' }).click();
  await page.waitForSelector('.note.good[role=status]');
  assert.equal(await page.inputValue('#limit-buffet'), '150,50');
  assert.equal(value(`select daily_kop from canteen.spending_limit where pupil_id = ${own.pupil} and kind = 'buffet'`), '15050');
  await page.getByLabel('кунжут').check();
  await page.getByRole('button', { name: 'Сохранить аллергены' }).click();
  await page.waitForSelector('.note.good[role=status]');
  assert.ok(await page.getByLabel('кунжут').isChecked());
  sql(`update canteen.ban set lifted_at = now() where pupil_id = ${own.pupil} and lifted_at is null`);
  await page.goto('/meals/buffet');
  await fits(page);
  const before = Number(sql(`select count(*) from canteen.ban where pupil_id = ${own.pupil} and lifted_at is null`)[0][0]);
  await page.locator('.m-buffet button[name=dish]').first().click();
  await page.waitForSelector('.note.good[role=status]');
  assert.equal(await page.locator('#bans .things li').count(), before + 1);
}));

test('a standing order shows its price before it is made', () => onPage('/meals/standing', async (page) => {
  sql(`update canteen.standing set ended_at = now() where pupil_id = ${own.pupil} and ended_at is null`);
  await page.locator('[name=choice]').first().check();
  await page.fill('#days', '5');
  await page.getByRole('button', { name: 'Посчитать' }).click();
  await page.waitForSelector('#estimate-title');
  await fits(page);
  const [each, all] = await sums(page, '.totals');
  assert.ok(all <= each * 5 && all >= 0);
  await page.getByRole('button', { name: 'Оформить абонемент' }).click();
  await page.waitForSelector('main[data-page=meals-plan]');
  await fits(page);
  await page.getByRole('button', { name: /^Завершить/ }).first().click();
  await page.waitForSelector('.note.good[role=status]');
  assert.equal(value(`select count(*) from canteen.standing where pupil_id = ${own.pupil} and ended_at is null`), '0');
}));

test('the week on paper is the menu alone', () => onPage(`/meals?week=${week.monday}`, async (page) => {
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.m-money:visible, .m-go:visible, .side:visible, .m-cancel:visible, .m-order input:visible').count(), 0);
  const sets = await page.locator('.m-set').count();
  assert.ok(sets > 0);
  assert.equal(await page.locator('.m-set:visible').count(), sets, 'all of them');
}, { viewport: { width: 794, height: 1120 } }));
