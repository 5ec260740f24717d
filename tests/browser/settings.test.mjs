/* Whose cabinet, what look, which devices: what a visitor sets; and the keyboard. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { activeCabinets, launchBrowser, logIn, newContext, newPage, openSession } from '../support/browser.mjs';

let browser, storageState;
before(async () => {
  browser = await launchBrowser();
  storageState = await openSession(browser, activeCabinets()[0]);
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

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const fontSize = (page) => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));

for (const javaScriptEnabled of [true, false]) {
  test(`the look is chosen once for all pages, scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => inContext({ storageState, javaScriptEnabled }, async (page) => {
    await page.goto('/settings');
    const light = javaScriptEnabled ? await background(page) : '';
    const size = javaScriptEnabled ? await fontSize(page) : 0;
    await page.check('[name=theme][value=dark]');
    await page.check('[name=size][value=xl]');
    await page.check('[name=contrast][value=high]');
    await page.click('text=Сохранить');
    await page.waitForSelector('.note[role=status]');
    await page.goto('/finance');
    const html = page.locator('html');
    assert.deepEqual([await html.getAttribute('data-theme'), await html.getAttribute('data-size'), await html.getAttribute('data-contrast')],
      ['dark', 'xl', 'high']);
    if (javaScriptEnabled) {
      assert.notEqual(await background(page), light);
      assert.equal(await background(page), 'rgb(0, 0, 0)');
      assert.ok(await fontSize(page) > 1.4 * size);
    }
    await page.goto('/settings');
    assert.ok(await page.isChecked('[name=theme][value=dark]'), 'the panel shows what is chosen');
    assert.deepEqual(page.complaints, []);
  }));
}

test('a stranger may choose the look too, before any login', () => inContext({}, async (page) => {
  await page.goto('/settings');
  await page.check('[name=size][value=l]');
  await page.click('text=Сохранить');
  await page.goto('/login');
  assert.equal(await page.getAttribute('html', 'data-size'), 'l');
}));

test('the theme follows the system until one is chosen', async () => {
  const seen = [];
  for (const colorScheme of ['light', 'dark'])
    await inContext({ colorScheme }, async (page) => {
      await page.goto('/login');
      seen.push(await background(page));
    });
  assert.notEqual(seen[0], seen[1]);
});

/* The cabinet of a login with several children, or nothing. */
async function findFamily() {
  for (const cabinet of activeCabinets()) {
    const state = await openSession(browser, cabinet);
    const context = await newContext(browser, { storageState: state });
    const page = await newPage(context);
    await page.goto('/');
    const isFamily = await page.locator('.children button').count() > 1;
    await context.close();
    if (isFamily)
      return state;
  }
  return null;
}

for (const javaScriptEnabled of [true, false]) {
  test(`one login, several children, scripts ${javaScriptEnabled ? 'on' : 'off'}`, async () => {
    const family = await findFamily();
    assert.ok(family, 'the demo has a family with two children');
    await inContext({ storageState: family, javaScriptEnabled }, async (page) => {
      await page.goto('/finance');
      const first = await page.textContent('.top .who .idn');
      const account = await page.textContent('.account header .num');
      const other = page.locator('.children button:not([aria-current])').first();
      const second = await other.getAttribute('value');
      await other.click();
      await page.waitForSelector(`.children [aria-current][value=${second}]`);
      assert.equal(await page.textContent('.top .who .idn'), second);
      await page.goto('/finance');
      assert.notEqual(await page.textContent('.account header .num'), account, 'another child, another account');
      await page.click(`.children button[value=${first}]`);
      await page.waitForSelector(`.children [aria-current][value=${first}]`);
      await page.goto('/finance');
      assert.equal(await page.textContent('.account header .num'), account);
      assert.deepEqual(page.complaints, []);
    });
  });
}

test('a session on another device is seen and can be ended', () => inContext({}, async (here) => {
  const cabinet = activeCabinets()[0];
  await logIn(here, cabinet, { remember: true });
  await inContext({}, async (there) => {
    await logIn(there, cabinet);
    await here.goto('/devices');
    assert.equal(await here.locator('section[aria-labelledby=sessions-title] .tag').count(), 1, 'this session is marked');
    await here.click('text=Завершить все, кроме этого');
    await here.waitForSelector('.note[role=status]');
    assert.equal(await here.locator('section[aria-labelledby=sessions-title] .things li').count(), 1);
    await there.goto('/finance');
    assert.equal(await there.getAttribute('main', 'data-page'), 'login', 'the other one is out');
  });
  assert.match(await here.textContent('section[aria-labelledby=attempts-title]'), /вошли/);
  storageState = await openSession(browser, cabinet);          /* the shared session was ended with the others */
}));

test('a PIN opens the cabinet on a confirmed device alone, and no more once it is forgotten', () => inContext({}, async (page, context) => {
  const cabinet = activeCabinets().find((c) => c.pin);
  const tryPin = async () => {
    await context.clearCookies({ name: '__Host-session' });
    await page.goto('/login');
    await page.fill('#login', cabinet.idn);
    await page.fill('#password', cabinet.pin);
    await page.click('main button[type=submit]');
    return page.getAttribute('main', 'data-page');
  };
  assert.equal(await tryPin(), 'login', 'a device nobody confirmed');
  await logIn(page, cabinet, { remember: true });
  assert.equal(await tryPin(), 'home');

  await page.goto('/devices');
  const devices = page.locator('section[aria-labelledby=devices-title] .things li');
  const mine = devices.filter({ has: page.locator('.tag') });
  assert.equal(await mine.count(), 1, 'this device is marked');
  const count = await devices.count();
  await mine.locator('button').click();
  await page.waitForSelector('.note[role=status]');
  assert.equal(await devices.count(), count - 1);
  assert.equal(await tryPin(), 'login');
}));

test('on a phone «Ещё» opens the rest without scripts and closes by Escape with them', async () => {
  const viewport = { width: 360, height: 740 };
  await inContext({ storageState, viewport, javaScriptEnabled: false }, async (page) => {
    await page.goto('/');
    assert.ok(!await page.isVisible('.sheet'));
    await page.click('.side summary');
    await page.click('.sheet >> text=Настройки');
    assert.equal(await page.getAttribute('main', 'data-page'), 'settings');
  });
  await inContext({ storageState, viewport }, async (page) => {
    await page.goto('/');
    await page.click('.side summary');
    assert.ok(await page.isVisible('.sheet'));
    await page.keyboard.press('Escape');
    assert.ok(!await page.isVisible('.sheet'));
  });
});

test('the tab bar does not cover the end of a page', () => inContext({ storageState, viewport: { width: 360, height: 740 } }, async (page) => {
  await page.goto('/finance');
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  const [link, bar] = await page.evaluate(() => [[...document.querySelectorAll('.foot a')].pop().getBoundingClientRect().bottom,
    document.querySelector('.side').getBoundingClientRect().top]);
  assert.ok(link <= bar, `the last link ends at ${link}, the bar begins at ${bar}`);
}));

/* What has the focus, in words: its text, or its label. */
const focused = (page) => page.evaluate(() => {
  const e = document.activeElement;
  return (e.id && document.querySelector(`label[for="${e.id}"]`)?.textContent) || e.textContent.trim();
});

test('the keyboard: skip link first, then everything in the order of reading, and the focus is seen', () => inContext({ storageState }, async (page) => {
  await page.goto('/');
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'К содержанию');
  assert.ok(await page.evaluate(() => document.activeElement.getBoundingClientRect().left >= 0), 'the skip link is on the screen');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  /* What comes first depends on the day's notes; all of it is in the content, in its order, and seen, until the statement. */
  const seen = [];
  while (seen.at(-1) !== 'Выписка') {
    assert.ok(seen.length < 20, seen.join(', '));
    assert.ok(await page.evaluate(() => document.activeElement.closest('main') !== null));
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
    seen.push(await focused(page));
    if (seen.at(-1) !== 'Выписка') await page.keyboard.press('Tab');
  }
  assert.equal(seen.at(-2), 'Пополнить');
  await page.keyboard.press('Enter');
  await page.waitForSelector('main[data-page=finance]');
  const order = [];
  for (let i = 0; i < 50; i++) {
    await page.keyboard.press('Tab');
    order.push(await focused(page));
  }
  const wanted = ['К содержанию', 'Выход', 'Главная', 'Финансы', 'Пополнить', 'CSV', 'С', 'По', 'Что показать', 'Показать'];
  assert.deepEqual(order.filter((word, i) => wanted.includes(word) && order.indexOf(word) === i), wanted);
}));
