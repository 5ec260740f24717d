/* Who looked at the child's data, as a parent reads it; what was done at the school, as its administrator finds it. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { activeCabinets, launchBrowser, newContext, newPage, openSession, stateOf } from '../support/browser.mjs';
import { visitorOf } from '../support/pages.mjs';

let browser, family, desk;
before(async () => {
  browser = await launchBrowser();
  family = await openSession(browser, activeCabinets()[0]);
  desk = stateOf(await visitorOf('admin'));
});
after(() => browser?.close());

async function inContext(options, body) {
  const context = await newContext(browser, options);
  try {
    await body(await newPage(context), context);
  } finally {
    await context.close();
  }
}

for (const javaScriptEnabled of [true, false]) {
  const scripts = `scripts ${javaScriptEnabled ? 'on' : 'off'}`;

  test(`a parent sees who looked, older ones and lists of the school, ${scripts}`, () => inContext({ storageState: family, javaScriptEnabled }, async (page) => {
    await page.goto('/views');
    assert.ok(await page.locator('.tiles dt').count() > 0, 'counts by role');
    const newest = await page.locator('tbody tr').first().innerText();
    await page.click('a[rel=next]');
    assert.notEqual(await page.locator('tbody tr').first().innerText(), newest, 'older ones');
    await page.click('a[rel=prev]');
    assert.equal(await page.locator('tbody tr').first().innerText(), newest, 'and back');
    await page.click('.chips a:has-text("Списки всей школы")');
    assert.match(await page.locator('main').innerText(), /охрана/);
    await page.fill('#from', '2020-01-01');
    await page.fill('#to', '2020-01-02');
    await page.click('.filter button[type=submit]');
    assert.match(await page.locator('.empty').innerText(), /списков всей школы никто не открывал/);
  }));

  test(`an administrator narrows the list, ${scripts}`, () => inContext({ storageState: desk, javaScriptEnabled }, async (page) => {
    await page.goto('/staff/audit');
    const all = await page.locator('tbody tr').count();
    assert.equal(all, 40, 'a page');
    await page.selectOption('#area', 'entry');
    await page.click('.filter button[type=submit]');
    assert.ok(!(await page.locator('tbody').allInnerTexts()).join(' ').includes('просмотр:'), 'no views among the logins');
    await page.fill('#idn', 'I2222ZZZZ2');
    await page.click('.filter button[type=submit]');
    assert.match(await page.locator('#idn-error').innerText(), /Такого ИДН в школе нет/);
    await page.click('text=Сбросить');
    assert.equal(await page.locator('tbody tr').count(), 40);
  }));
}
