/* /security as a parent uses it on a phone: the day at the gate, a lost card, the word for the guard - with and without scripts. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { cabinet, sql, value } from '../support/kabinet.mjs';
import { loggedIn } from '../support/visitor.mjs';

const phone = { viewport: { width: 360, height: 740 } };
const one = cabinet((c) => c.note === 'один ребёнок');
let browser, storageState, pupil;

before(async () => {
  browser = await launchBrowser();
  storageState = stateOf(await loggedIn(one));
  pupil = value(`select id from school.pupil where idn = '${one.idn}'`);
  clean();
});
after(async () => {
  clean();
  await browser?.close();
});

function clean() {
  sql(`delete from gate.permit where pupil_id = ${pupil} and body like 'браузер%';
    update gate.card set ended_at = coalesce(ended_at, now()) where pupil_id = ${pupil} and tail = 'BEEF'`);
}

async function onPage(options, body) {
  const context = await newContext(browser, { storageState, ...phone, ...options });
  try {
    const page = await newPage(context);
    await body(page);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';

  test(`a lost card is blocked in three taps, ${how}`, () => onPage({ javaScriptEnabled }, async (page) => {
    clean();
    const card = value(`insert into gate.card (school_id, pupil_id, uid_hash, tail)
      select p.school_id, p.id, gate.card_hash('04' || upper(substr(md5(random()::text), 1, 8))), 'BEEF' from school.pupil p where p.id = ${pupil} returning id`);
    await page.goto('/');
    if (javaScriptEnabled) await page.click('.side summary');
    else await page.locator('.side summary').click();
    await page.click('.sheet a[href="/security"]');
    await page.click(`a[href="/security/card?id=${card}"]`);
    await page.click('text=Не блокировать');
    assert.equal(value(`select blocked_at is null from gate.card where id = ${card}`), 't');
    await page.click(`a[href="/security/card?id=${card}"]`);
    await page.click('button:text("Заблокировать")');
    await page.waitForSelector('.note[role=status]');
    assert.match(await page.locator('#cards').innerText(), /…BEEF\s+заблокирована/);
    assert.equal(value(`select blocked_at is null from gate.card where id = ${card}`), 'f');
  }));

  test(`the guard is told and untold, ${how}`, () => onPage({ javaScriptEnabled }, async (page) => {
    clean();
    const day = value(`select d::date from generate_series(current_date + 3, current_date + 9, '1 day') d where extract(isodow from d) < 6 limit 1`);
    await page.goto('/security');
    await page.click('text=Уйдёт раньше или придёт позже');
    await page.check('[name=kind][value=late]');
    await page.fill('#day', day);
    await page.fill('#at', '10:15');
    await page.fill('#body', 'браузер: к зубному');
    await page.click('main button[type=submit]');
    await page.waitForSelector('.note[role=status]');
    const row = page.locator('li', { hasText: 'браузер: к зубному' });
    assert.match(await row.innerText(), /Придёт позже: к 10:15/);
    await row.locator('button').click();
    await page.waitForSelector('text=Отозвано');
    assert.match(await page.locator('li', { hasText: 'браузер: к зубному' }).innerText(), /отозвано/);
  }));
}

test('on paper the period, without buttons', () => onPage({ viewport: { width: 794, height: 1123 } }, async (page) => {
  await page.emulateMedia({ media: 'print' });
  await page.goto('/security');
  assert.equal(await page.locator('.filter:visible, .chips:visible, .button:visible').count(), 0);
  assert.ok(await page.locator('.gate-day:visible').count() > 0);
}));
