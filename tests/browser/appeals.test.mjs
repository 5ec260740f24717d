/* Обращения on a phone without scripts: written with a photo, answered, not content, content and rated; on paper. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { launchBrowser, newContext, newPage, openSession, readCredentials } from '../support/browser.mjs';
import { answer, registerSince } from '../support/appeals.mjs';

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, javaScriptEnabled: false };
const photo = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
let browser, session, undo, id;
before(async () => {
  undo = registerSince();
  browser = await launchBrowser();
  session = await openSession(browser, readCredentials().cabinets.filter((c) => c.password)[0]);
});
after(async () => {
  undo?.();
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
const fits = async (page) => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);

test('written with a photo, it gets a number', () => onPage('/appeals', async (page) => {
  await page.click('text=Написать обращение');
  await page.check('[name=category][value=meals]');
  await page.click('text=Дальше');
  assert.match(await page.textContent('.answers'), /До какого часа можно отменить обед/, 'what was answered before comes first');
  await page.fill('#subject', 'Холодный завтрак');
  await page.fill('#body', 'Третий день подряд завтрак холодный.');
  await page.setInputFiles('#files', [{ name: 'завтрак.png', mimeType: 'image/png', buffer: photo }]);
  await page.click('main form.form button[type=submit]');
  await page.waitForURL(/done=appeal-sent/);
  id = new URL(page.url()).searchParams.get('id');
  assert.match(await page.textContent('#about-title'), /№ \d{6}-\d{4}\/\d+/);
  assert.match(await page.textContent('.thread'), /Вы.*Третий день подряд завтрак холодный.*завтрак\.png/s);
  assert.match(await page.textContent('.facts'), /столовая.*ответят до \d+/s);
  await fits(page);
}));

test('a file of another kind is refused, and the text stays', () => onPage('/appeals/new?category=other', async (page) => {
  await page.fill('#subject', 'Куртка');
  await page.fill('#body', 'Осталась в гардеробе');
  await page.setInputFiles('#files', [{ name: 'фото.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload="alert(1)">') }]);
  await page.click('main form.form button[type=submit]');
  assert.notEqual((await page.textContent('#files-error')).trim(), '');
  assert.equal(await page.inputValue('#subject'), 'Куртка');
  assert.equal(await page.inputValue('#body'), 'Осталась в гардеробе');
  await fits(page);
}));

test('an answer is told of, opened, and not enough', async () => {
  answer(id, 'Мармит починили, завтрак будет горячим.');
  await onPage('/', async (page) => {
    assert.match(await page.textContent('#unread-appeals'), /Прочитать/);
    await page.click('#unread-appeals a');
    await page.goto('/appeals');
    const mine = page.locator('.appeals li', { hasText: 'Холодный завтрак' });
    assert.match(await mine.innerText(), /новый ответ/);
    await mine.locator('button').click();
    await page.waitForURL(new RegExp(`id=${id}#thread$`));
    assert.match(await page.textContent('.thread .desk'), /столовая.*Мармит починили/s);
    assert.equal(await page.locator('text=Пришёл новый ответ').count(), 0);
    await page.fill('#body', 'Сегодня опять холодный.');
    await page.click('text=Открыть снова и отправить');
    await page.waitForURL(/done=appeal-again/);
    assert.match(await page.textContent('main'), /открыто снова/);
  });
});

test('what came meanwhile is shown before the words are sent again', () => onPage(`/appeals/appeal?id=${id}`, async (page) => {
  await page.fill('#body', 'Добавлю ещё фото позже.');
  answer(id, 'Заменили мармит совсем.');
  await page.click('main form.form[action="/appeals/add"] button[type=submit]');
  assert.match(await page.textContent('[role=alert]'), /Пока вы писали, пришёл ответ/);
  assert.match(await page.textContent('.thread'), /Заменили мармит совсем/);
  assert.equal(await page.inputValue('#body'), 'Добавлю ещё фото позже.');
}));

test('content, it is closed with a mark', () => onPage(`/appeals/appeal?id=${id}`, async (page) => {
  await page.check('[name=rating][value="5"]');
  await page.fill('#words', 'Спасибо, теперь горячий');
  await page.click('text=Да, вопрос решён');
  await page.waitForURL(/done=appeal-closed/);
  assert.match(await page.textContent('.facts'), /5 из 5.*Спасибо, теперь горячий/s);
}));

test('on paper there are the words and no buttons', () => onPage(`/appeals/appeal?id=${id}&print=1`, async (page) => {
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.button:visible, nav:visible, form:visible').count(), 0);
  assert.match(await page.innerText('main'), /Отправлено.*Дан ответ.*Открыто снова.*Закрыто.*Третий день подряд.*Сегодня опять.*Заменили мармит/s);
}, { viewport: { width: 800, height: 1000 } }));
