/* The till in a browser: keyboard only, by card as a reader types it, the list, the buffet, a mistake taken back; at a desk, on a tablet, on a phone. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { children, lunch, moneyOf, order, restore, school, topUp } from '../support/canteen.mjs';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { endCard, giveCard } from '../support/reader.mjs';
import { loggedInStaff } from '../support/visitor.mjs';

let browser, storageState, all, uid, meal, menu, title;

before(async () => {
  ({ meal, menu, title } = lunch());
  all = children(3);
  for (const child of all) topUp(child, 60000);
  uid = giveCard(all[0].idn);
  browser = await launchBrowser();
  storageState = stateOf(await loggedInStaff(credentials.staff.find((s) => s.login === 'canteen.039')));
});
after(async () => {
  await browser?.close();      // first: an open browser would keep this process for ever
  endCard(uid);
  restore(all);
});

async function inContext(options, body) {
  const context = await newContext(browser, { storageState, ...options });
  try {
    const page = await newPage(context);
    await body(page, context);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
}
/* What is typed before the browser has moved the focus into the page's field would be lost. */
const typed = async (page, keys, field = '#find') => {
  await page.locator(`${field}:focus`).waitFor();
  await page.keyboard.type(keys);
};
const result = (page) => page.locator('.ct-result').first().innerText();

for (const [where, viewport] of [['1024 px', { width: 1024, height: 768 }], ['a tablet', { width: 768, height: 1024 }]])
  for (const javaScriptEnabled of [true, false])
    test(`serving by keyboard alone, ${where}, scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => inContext({ viewport, javaScriptEnabled }, async (page) => {
      const [child, other] = all;
      order(child, menu);
      await page.goto('/staff/canteen/serve');
      await page.locator(`input[name=meal][value="${meal}"]`).focus();
      await page.keyboard.press('Space');
      await page.keyboard.press('Enter');
      await page.waitForURL(/meal=/);
      await typed(page, uid + '\n');
      await page.locator('.ct-result.good').waitFor();
      assert.match(await result(page), new RegExp(`${child.name}[^]*${title}[^]*Списано`));
      assert.ok(!page.url().includes(uid));
      await typed(page, uid + '\n');
      await page.locator('.ct-result.bad').waitFor();
      assert.match(await result(page), /Уже выдано/);
      await typed(page, other.account + '\n');
      await page.locator('.ct-offers').waitFor();
      assert.match(await result(page), /Не заказано/);
      await page.locator('.ct-offers button', { hasText: title }).focus();
      await page.keyboard.press('Enter');
      await page.locator('.ct-result.good').waitFor();
      for (const one of [child, other]) {
        const link = page.locator('.ct-recent li', { hasText: one.name }).getByRole('link', { name: /Отменить/ }).first();
        await link.focus();
        await page.keyboard.press('Enter');
        await page.waitForURL(/undo/);
        await typed(page, 'нажато по ошибке\n', 'input');
        await page.getByText('деньги вернулись на счёт').waitFor();
      }
      assert.equal(moneyOf(child)[1], 0);
      const box = await page.locator('#find').boundingBox();
      assert.ok(box.y + box.height < viewport.height, 'the field is in sight');
    }));

test('a class by list with ticks', () => inContext({ viewport: { width: 1024, height: 768 } }, async (page) => {
  const child = all[2];
  order(child, menu);
  await page.goto(`/staff/canteen/list?meal=${meal}&class=${child.classId}`);
  const row = page.locator('.ct-list li', { hasText: child.name });
  assert.ok(await row.locator('input').isChecked(), 'who has ordered is ticked');
  for (const tick of await page.locator('.ct-list input:checked').all())
    if ((await tick.getAttribute('name')) !== `pupil_${child.id}`) await tick.uncheck();
  await page.getByRole('button', { name: 'Выдать отмеченным' }).click();
  await page.getByText('Выдано: 1.').waitFor();
  assert.match(await row.innerText(), /✓ выдано/);
}));

test('the buffet: who, what, the sum, the sale', () => inContext({ viewport: { width: 768, height: 1024 } }, async (page) => {
  const child = all[1], [balance] = moneyOf(child);
  const [[dish, price]] = sql(`select id, buffet_kop from canteen.dish where school_id = ${school} and buffet_kop is not null and not is_retired order by id limit 1`);
  await page.goto('/staff/canteen/buffet');
  await typed(page, child.account + '\n');
  await page.getByRole('heading', { name: child.name }).waitFor();
  await page.locator(`input[name=n_${dish}]`).fill('2');
  await page.keyboard.press('Enter');
  await page.getByText('Проверьте и продайте').waitFor();
  await page.locator('button:focus').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.ct-result.good').waitFor();
  assert.equal(moneyOf(child)[0], balance - 2 * price);
  await page.locator('#find:focus').waitFor();   /* ready for the next one */
}));

test('the numbers change by themselves', () => inContext({}, async (page) => {
  await page.goto('/staff/canteen');
  const ordered = () => page.locator('.ct-live .tiles dd').first().innerText();
  const before = await ordered(), id = order(all[0], menu);
  for (let i = 0; i < 40 && await ordered() === before; i++) await page.waitForTimeout(250);
  assert.equal(Number(await ordered()), Number(before) + 1);
  value(`select canteen.end_order(${id}, 'cancelled', 'test', 'проба')`);
}));

test('a phone of 320 px scrolls no page sideways', () => inContext({ viewport: { width: 320, height: 640 } }, async (page) => {
  for (const path of ['', '/serve', `/serve?meal=${meal}&pupil=${all[1].id}`, `/buffet?pupil=${all[1].id}`, `/list?meal=${meal}&class=${all[1].classId}`, '/menu', '/dishes', '/rules']) {
    await page.goto(`/staff/canteen${path}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), path);
  }
}));
