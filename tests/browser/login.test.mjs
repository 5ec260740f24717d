/* Coming in and going out: by code, by password, with and without scripts; what a stranger is told. */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { activeCabinets, baseURL, launchBrowser, logIn, newContext, newPage, readCredentials, updateCabinet } from '../support/browser.mjs';

let browser;
before(async () => { browser = await launchBrowser(); });
after(() => browser?.close());

async function inContext(options, body) {
  const context = await newContext(browser, options);
  try {
    await body(await newPage(context), context);
  } finally {
    await context.close();
  }
}

async function tryToLogIn(page, login, password) {
  await page.goto('/login');
  await page.fill('#login', login);
  await page.fill('#password', password);
  await page.click('main button[type=submit]');
}

test('the first login: code, password, a confirmed device, and the code is spent', async (t) => {
  const cabinet = readCredentials().cabinets.find((c) => c.code && !c.password);
  if (!cabinet)
    return t.skip('every code of this demo is spent; ./scripts/demo reset makes new ones');
  const password = 'облако над тихой рекой';

  await inContext({}, async (page, context) => {
    await page.goto('/login');
    await page.click('text=Первый вход по коду');
    await page.fill('#login', cabinet.idn);
    await page.fill('#code', cabinet.code);
    await page.fill('#password', password);
    await page.fill('#password2', password + '!');
    await page.click('main button[type=submit]');
    assert.match(await page.textContent('#password2-error'), /\S/, 'two different passwords are refused');
    assert.equal(await page.inputValue('#login'), cabinet.idn, 'the name is kept');
    assert.equal(await page.inputValue('#password'), '', 'the password is not');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'password2', 'the person stands at the field to mend');

    await page.fill('#code', cabinet.code);
    await page.fill('#password', password);
    await page.fill('#password2', password);
    await page.click('main button[type=submit]');
    await page.waitForSelector('main[data-page=home]');
    updateCabinet(cabinet.idn, { code: null, password });
    assert.match(await page.textContent('.note[role=status]'), /Пароль задан/);
    assert.equal(await page.textContent('.top .who .idn'), cabinet.idn);
    const cookies = await context.cookies();
    for (const name of ['__Host-session', '__Host-device']) {
      const cookie = cookies.find((c) => c.name === name);
      assert.ok(cookie?.secure && cookie.httpOnly && cookie.sameSite === 'Lax', `${name} is Secure, HttpOnly, SameSite=Lax`);
    }
    assert.deepEqual(page.complaints, []);
  });

  await inContext({}, async (page) => {
    await page.goto('/login/first');
    await page.fill('#login', cabinet.idn);
    await page.fill('#code', cabinet.code);
    await page.fill('#password', password);
    await page.fill('#password2', password);
    await page.click('main button[type=submit]');
    assert.match(await page.textContent('.note[role=alert]'), /\S/, 'the code does not work twice');
    await logIn(page, { idn: cabinet.idn, password });
  });
});

for (const javaScriptEnabled of [true, false]) {
  test(`by password and out again, scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => inContext({ javaScriptEnabled }, async (page) => {
    const cabinet = activeCabinets()[0];
    await logIn(page, cabinet);
    assert.match(await page.textContent('.top .who'), /Добр(ое|ый|ой) \S+, кабинет ученика/);
    await page.click('.top .leave button');
    await page.waitForSelector('main[data-page=login]');
    assert.match(await page.textContent('.note[role=status]'), /Вы вышли/);
    await page.goto('/');
    assert.equal(await page.locator('main').getAttribute('data-page'), 'login', 'the cabinet is closed');
    assert.deepEqual(page.complaints, []);
  }));
}

test('the account number opens the same cabinet, in any case of letters the ИДН too', () => inContext({}, async (page) => {
  const cabinet = activeCabinets()[0];
  await logIn(page, { ...cabinet, login: cabinet.account });
  assert.equal(await page.textContent('.top .who .idn'), cabinet.idn);
  await page.click('.top .leave button');
  await logIn(page, { ...cabinet, login: ` ${cabinet.idn.toLowerCase()} ` });
  assert.equal(await page.textContent('.top .who .idn'), cabinet.idn);
}));

test('an unknown name and a wrong password are told in the same words', () => inContext({}, async (page) => {
  await tryToLogIn(page, 'ZZZZZZZZZZ', 'не тот пароль');
  const unknown = await page.textContent('.note[role=alert]');
  await tryToLogIn(page, activeCabinets()[0].idn, 'не тот пароль');
  assert.equal(await page.textContent('.note[role=alert]'), unknown);
  assert.equal(await page.inputValue('#password'), '', 'a password is never sent back');
  assert.deepEqual(page.complaints, []);
}));

test('a link into the cabinet leads there after the login, and never to another site', () => inContext({}, async (page) => {
  const cabinet = activeCabinets()[0];
  await page.goto('/finance/slip?amount=700');
  assert.equal(await page.locator('main').getAttribute('data-page'), 'login');
  await page.fill('#login', cabinet.idn);
  await page.fill('#password', cabinet.password);
  await page.click('main button[type=submit]');
  await page.waitForURL((url) => url.pathname.startsWith('/finance/slip'));
  await page.click('.top .leave button');
  for (const next of ['https://example.org/', '//example.org/', '/\\example.org/']) {
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    if (await page.locator('#login').count() === 0)
      continue;                                        /* refused as bad input: as good */
    await page.fill('#login', cabinet.idn);
    await page.fill('#password', cabinet.password);
    await page.click('main button[type=submit]');
    await page.waitForSelector('.top .who');
    assert.equal(new URL(page.url()).origin, new URL(baseURL).origin);
    await page.click('.top .leave button');
  }
}));

test('a password can be shown while it is typed', () => inContext({}, async (page) => {
  await page.goto('/login');
  await page.fill('#password', 'тайна');
  await page.click('.secret button');
  assert.equal(await page.getAttribute('#password', 'type'), 'text');
  assert.match(await page.textContent('.secret button'), /^Скрыть/);
  await page.click('.secret button');
  assert.equal(await page.getAttribute('#password', 'type'), 'password');
}));

test('a pupil comes in by a code of the parent\'s, sees no money, and can be shut out', () => inContext({}, async (parent) => {
  const cabinet = activeCabinets().at(-1);
  await logIn(parent, cabinet);
  const child = await parent.textContent('.top .who .idn');
  await parent.goto('/settings');
  await parent.click('section[aria-labelledby=pupil-title] button');
  await parent.waitForSelector('main[data-page=pupil]');
  const [login, code] = await parent.$$eval('.facts .idn', (cells) => cells.map((cell) => cell.textContent.trim()));
  assert.equal(login, `${child}-0`);
  await parent.goto('/settings');
  assert.ok(!(await parent.content()).includes(code), 'the code is shown once');

  await inContext({}, async (pupil) => {
    const password = 'жёлтый зонт и три кота';
    await pupil.goto('/login/first');
    await pupil.fill('#login', login);
    await pupil.fill('#code', code.toLowerCase());
    await pupil.fill('#password', password);
    await pupil.fill('#password2', password);
    await pupil.click('main button[type=submit]');
    await pupil.waitForSelector('main[data-page=home]');
    assert.match(await pupil.textContent('.mode'), /Ученик/);
    assert.equal(await pupil.textContent('.top .who .idn'), child);
    assert.equal(await pupil.locator('data.money').count(), 0, 'no money on the first page');
    assert.equal(await pupil.locator('.side a[href^="/finance"]').count(), 0);
    assert.equal((await pupil.goto('/finance')).status(), 403);
    assert.equal((await pupil.goto('/finance/statement.csv')).status(), 403);
    await pupil.goto('/settings');
    assert.equal(await pupil.locator('section[aria-labelledby=children-title]').count(), 0);

    await parent.reload();
    await parent.click('text=Закрыть вход');
    await parent.waitForSelector('.note[role=status]');
    await pupil.goto('/');
    assert.equal(await pupil.getAttribute('main', 'data-page'), 'login', 'the pupil is out at once');
    assert.deepEqual(pupil.complaints, []);
  });
  assert.deepEqual(parent.complaints, []);
}));

test('a changed password lets nobody else stay', () => inContext({}, async (here) => {
  const cabinet = activeCabinets().at(-1);
  const change = async (page, old, password) => {
    await page.goto('/settings/password');
    await page.fill('#old', old);
    await page.fill('#password', password);
    await page.fill('#password2', password);
    await page.click('main button[type=submit]');
  };
  await logIn(here, cabinet);
  await inContext({}, async (there) => {
    await logIn(there, cabinet);
    await change(here, 'не тот пароль', 'семь ветров в поле');
    assert.match(await here.textContent('#old-error'), /\S/, 'the old one must be right');
    await change(here, cabinet.password, 'семь ветров в поле');
    await here.waitForSelector('.note[role=status]');
    await there.goto('/');
    assert.equal(await there.getAttribute('main', 'data-page'), 'login', 'the other session ended');
    await logIn(there, { ...cabinet, password: 'семь ветров в поле' });
  });
  await change(here, 'семь ветров в поле', cabinet.password);
  await here.waitForSelector('.note[role=status]');
  assert.deepEqual(here.complaints, []);
}));
