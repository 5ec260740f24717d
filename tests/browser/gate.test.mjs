/* The guard's monitor in a browser: it moves by itself, rests when nobody looks, says when it is old; and works without scripts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { credentials, sql } from '../support/kabinet.mjs';
import { Reader, endCard, giveCard, hex } from '../support/reader.mjs';
import { loggedInStaff } from '../support/visitor.mjs';

const [[idn, name]] = sql(`select p.idn, people.pupil_name(p.id) from school.pupil p join school.school s on s.id = p.school_id
  where s.region || s.number = '027039' and p.state = 'active' order by p.account offset 15 limit 1`);
let browser, storageState, reader, uid;

before(async () => {
  browser = await launchBrowser();
  storageState = stateOf(await loggedInStaff(credentials.staff.find((s) => s.role === 'guard')));
  reader = new Reader();
  uid = giveCard(idn);
});
after(async () => {
  endCard(uid);
  reader.retire();
  await browser?.close();
});

async function inContext(options, body) {
  const context = await newContext(browser, { storageState, ...options });
  try {
    await body(await newPage(context), context);
  } finally {
    await context.close();
  }
}
const first = (page) => page.locator('.gate-log li').first();

test('a tap at the door appears by itself', () => inContext({}, async (page) => {
  await page.goto('/staff/gate');
  await reader.tell({ uid });
  await first(page).getByText(name).waitFor({ timeout: 8000 });
  assert.match(await first(page).textContent(), /вход/);
  await reader.tell({ uid: hex(4) });
  await page.locator('.gate-log li.refused').first().getByText('такой карты в школе нет').waitFor({ timeout: 8000 });
  await page.fill('#find', 'половина сло');
  await reader.tell({ uid, direction: 'out' });
  await first(page).getByText('выход').waitFor({ timeout: 8000 });
  assert.equal(await page.inputValue('#find'), 'половина сло', 'what is being typed stays');
  assert.deepEqual(page.complaints, []);
}));

test('rests in a hidden tab; without the server it says so, asks more seldom, and comes back', () => inContext({}, async (page) => {
  let asked = 0, isDown = false;
  await page.route('**/staff/gate/live', (route) => {
    asked++;
    return isDown ? route.abort() : route.continue();
  });
  await page.goto('/staff/gate');
  await page.waitForResponse('**/staff/gate/live');
  const hide = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await hide(true);
  const before = asked;
  await page.waitForTimeout(4000);
  assert.equal(asked, before, 'a hidden tab asks nothing');
  isDown = true;
  await hide(false);
  await page.locator('#gate-lost').waitFor({ state: 'visible', timeout: 15000 });
  isDown = false;
  await page.locator('#gate-lost').waitFor({ state: 'hidden', timeout: 20000 });
  assert.ok(page.complaints.every((words) => /gate\/live/.test(words)), page.complaints.join());
}));

test('an ended session leads to the door', () => inContext({}, async (page, context) => {
  await page.goto('/staff/gate');
  await context.clearCookies();
  await page.waitForURL(/\/staff\/login/, { timeout: 10000 });
}));

for (const javaScriptEnabled of [true, false]) {
  test(`a pass without a card on a tablet, scripts ${javaScriptEnabled ? 'on' : 'off'}`,
    () => inContext({ javaScriptEnabled, viewport: { width: 768, height: 1024 } }, async (page) => {
      const note = `забыл ${hex(2)}`;
      await page.goto('/staff/gate');
      await page.fill('#find', name);
      await page.press('#find', 'Enter');
      await page.locator('.gate-found label', { hasText: name }).first().click();
      await page.fill('#note', note);
      await page.click('button[name=direction][value=in]');
      await page.waitForSelector('.note[role=status]:visible');
      assert.match(await page.textContent('.note.good'), /Вход отмечен/);
      assert.ok((await first(page).textContent()).includes(note));
      await page.goto('/staff/gate/inside');
      const box = page.locator('.muster label', { hasText: name }).first();
      await box.click();
      assert.ok(await box.locator('input').isChecked(), 'seen at the assembly point');
      assert.deepEqual(page.complaints, []);
    }));
}
