/*
 * Every page, as every visitor may meet it: narrow, dark, in high contrast, in large letters, without scripts.
 * Each must be valid HTML, free of axe's findings, silent in the console, and fit.
 */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { HtmlValidate } from 'html-validate';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { allPages, visitorOf } from '../support/pages.mjs';

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

/* Beside the pages that the programs have: what is wrong, and what is not there. */
const odd = [{ path: '/nothing-here', role: 'parent' }, { path: '/finance/slip?amount=x', role: 'parent' },
  { path: '/staff/nothing-here', role: 'teacher' }];

let browser, pages;
const states = new Map();

before(async () => {
  browser = await launchBrowser();
  pages = [...(await allPages()).filter(({ isFile }) => !isFile), ...odd];
  for (const role of new Set(pages.map((page) => page.role)))
    states.set(role, role === null ? undefined : stateOf(await visitorOf(role)));
});
after(() => browser?.close());

/* Runs `check` on every page as those see it who may, each in a window of his own. */
async function onEveryPage(t, options, check) {
  const windows = new Map();
  for (const [role, storageState] of states)
    windows.set(role, await newPage(await newContext(browser, { ...options, storageState })));
  try {
    for (const { path, role } of pages) {
      await t.test(`${path}, ${role ?? 'a stranger'}`, async () => {
        const page = windows.get(role);
        const answer = await page.goto(path);
        await check(page, answer, path);
        assert.deepEqual(page.complaints.splice(0), []);
      });
    }
  } finally {
    await Promise.all([...windows.values()].map((page) => page.context().close()));
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
  assert.match(title, path.startsWith('/staff') ? /^.+ · Рабочее место$/ : /^.+ · Личный кабинет$/);
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
  for (const { path, role } of pages.filter(({ path }) => !path.includes('print='))) {
    await t.test(`${path}, ${role ?? 'a stranger'}`, async () => {
      const context = await newContext(browser, { storageState: states.get(role) });
      const page = await newPage(context);
      const network = await context.newCDPSession(page);
      let transferred = 0, isWhole = false;
      page.once('load', () => { isWhole = true; });
      await network.send('Network.enable');
      network.on('Network.loadingFinished', (event) => { if (!isWhole) transferred += event.encodedDataLength; });
      /* Until the page stands there whole; what the journal then keeps for a day without network is another matter. */
      const answer = await page.goto(path, { waitUntil: 'load' });
      assert.ok((await answer.body()).length <= 30 * 1024, `${(await answer.body()).length} bytes of HTML`);
      assert.ok(transferred > 1024 && transferred <= 60 * 1024, `${transferred} bytes over the wire`);
      await context.close();
    });
  }
});
