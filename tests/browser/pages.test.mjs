/*
 * Every page, as every visitor may meet it: narrow, dark, in high contrast, in large letters, without scripts.
 * Each must be valid HTML, free of axe's findings, silent in the console, and fit.
 */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { HtmlValidate } from 'html-validate';
import { activeCabinets, launchBrowser, newContext, newPage, openSession } from '../support/browser.mjs';

const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    'no-trailing-whitespace': 'off',
    'require-sri': 'off',                /* static files come from the same origin */
    'tel-non-breaking': 'off',           /* the phones are data; .num keeps them on one line */
    'attribute-boolean-style': 'off',
    'long-title': 'off',
    'valid-id': ['error', { relaxed: true }],
    'prefer-native-element': 'error',
  },
});

const forStrangers = ['/login', '/login/first', '/rules', '/settings', '/login?done=logout'];
const forParents = ['/', '/announcements', '/finance', '/finance?print=1', '/finance?from=2020-01-01&to=2020-01-02',
  '/finance/slip', '/finance/slip?amount=1500,50', '/finance/slip?amount=x', '/devices', '/settings', '/settings/child',
  '/settings/password', '/rules', '/nothing-here'];

let browser, session, paths;

before(async () => {
  browser = await launchBrowser();
  session = await openSession(browser, activeCabinets()[0]);
  const context = await newContext(browser, { storageState: session });
  const page = await newPage(context);
  await page.goto('/finance?print=1');
  const entry = await page.locator('.statement .what a').first().getAttribute('href');
  await context.close();
  paths = [...forStrangers.map((path) => ({ path })), ...[...forParents, entry].map((path) => ({ path, storageState: session }))];
});
after(() => browser?.close());

/* Runs `check` on every page, as strangers and as a parent see it, in one window each. */
async function onEveryPage(t, options, check) {
  const page = {};
  for (const who of ['stranger', 'parent'])
    page[who] = await newPage(await newContext(browser, { ...options, storageState: who === 'parent' ? session : undefined }));
  try {
    for (const { path, storageState } of paths) {
      const who = storageState ? 'parent' : 'stranger';
      await t.test(`${path}, a ${who}`, async () => {
        const answer = await page[who].goto(path);
        await check(page[who], answer, path);
        assert.deepEqual(page[who].complaints.splice(0), []);
      });
    }
  } finally {
    await Promise.all(Object.values(page).map((p) => p.context().close()));
  }
}

/* What axe has against a page; `tags` narrow its rules. */
async function axeFindings(page, tags) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((values) => window.axe.run({
    resultTypes: ['violations'], ...(values && { runOnly: { type: 'tag', values } }),
  }), tags);
  return violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 120)}`);
}

/* What sticks out to the right of the window, although nothing scrolls it on purpose. */
const sidewaysOverflow = () => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width)
    return [];
  return [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > width + 0.5)
    .map((e) => e.outerHTML.slice(0, 120)).slice(0, 5);
};

/* What is meant to be pressed and is smaller than 44 by 44; links within running text are exempt. */
const smallTargets = () => [...document.querySelectorAll('a, button, select, summary, input:not([type=hidden])')].filter((e) => {
  const target = ['radio', 'checkbox'].includes(e.type) ? e.closest('label') ?? e : e;
  const box = target.getBoundingClientRect();
  const isSeen = box.width > 1 && box.height > 1 && !e.matches('.unseen, .skip') && getComputedStyle(e).visibility === 'visible';
  return isSeen && getComputedStyle(target).display !== 'inline' && (box.height < 43.5 || box.width < 43.5);
}).map((e) => e.outerHTML.slice(0, 120));

const titles = new Map();

test('light: axe, valid HTML, one h1, a title of its own', (t) => onEveryPage(t, { look: 'light.m.normal' }, async (page, answer, path) => {
  assert.deepEqual(await axeFindings(page), []);
  const report = await validator.validateString(await answer.text());
  assert.deepEqual(report.results.flatMap((r) => r.messages.map((m) => `${m.line}: ${m.ruleId}: ${m.message}`)), []);
  assert.equal(await page.locator('h1').count(), 1);
  assert.equal(await page.getAttribute('html', 'lang'), 'ru');
  const name = await page.getAttribute('main', 'data-page');
  const title = await page.title();
  assert.match(title, /^.+ · Личный кабинет$/);
  assert.equal(titles.get(title) ?? name, name, `${title} is the title of two pages`);
  titles.set(title, name);
}));

test('dark: axe', (t) => onEveryPage(t, { look: 'dark.m.normal' }, async (page) => {
  assert.deepEqual(await axeFindings(page), []);
}));

/* The document is the same in high contrast, only its colours differ. */
for (const look of ['light.m.high', 'dark.l.high']) {
  test(`high contrast: axe on colours: ${look}`, (t) => onEveryPage(t, { look }, async (page) => {
    assert.deepEqual(await axeFindings(page, ['cat.color', 'wcag2aaa']), []);
  }));
}

for (const look of ['light.m.normal', 'light.xl.high']) {
  test(`fits 320 px, targets are large: ${look}`, (t) => onEveryPage(t, { look, viewport: { width: 320, height: 640 } }, async (page) => {
    assert.deepEqual(await page.evaluate(sidewaysOverflow), []);
    assert.deepEqual(await page.evaluate(smallTargets), []);
    if (look === 'light.m.normal')
      assert.deepEqual(await axeFindings(page), []);
  }));
}

test('without scripts every page says the same', (t) => onEveryPage(t, { javaScriptEnabled: false }, async (page) => {
  assert.equal(await page.locator('main h1').count(), 1);
  assert.ok(await page.locator('main').getAttribute('data-page'));
  assert.equal(await page.locator('.needs-script:visible').count(), 0);
}));

test('a page is at most 30 KB, the first visit 60 KB compressed', async (t) => {
  for (const { path, storageState } of paths.filter(({ path }) => !path.includes('print='))) {
    await t.test(path, async () => {
      const context = await newContext(browser, { storageState });
      const page = await newPage(context);
      const network = await context.newCDPSession(page);
      let transferred = 0;
      await network.send('Network.enable');
      network.on('Network.loadingFinished', (event) => { transferred += event.encodedDataLength; });
      const answer = await page.goto(path, { waitUntil: 'networkidle' });
      assert.ok((await answer.body()).length <= 30 * 1024, `${(await answer.body()).length} bytes of HTML`);
      assert.ok(transferred > 1024 && transferred <= 60 * 1024, `${transferred} bytes over the wire`);
      await context.close();
    });
  }
});
