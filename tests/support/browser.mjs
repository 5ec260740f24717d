/*
 * browser.mjs -- Debian's Chromium, driven by playwright-core, against a running demo; what every browser test needs.
 *
 * A page made here remembers what the browser complained about - errors of scripts, refusals of the content
 * security policy, answers that failed - and `complaints` must be empty at the end of every test that looks at it.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { base, home } from './kabinet.mjs';

export const baseURL = base.origin;

const credentialsPath = path.join(home, 'credentials.json');
export const readCredentials = () => JSON.parse(readFileSync(credentialsPath, 'utf8'));

/* Writes down what a test has spent, as the next run would trip over it. */
export function updateCabinet(idn, change) {
  const all = readCredentials();
  Object.assign(all.cabinets.find((cabinet) => cabinet.idn === idn), change);
  writeFileSync(`${credentialsPath}.new`, JSON.stringify(all, null, 2) + '\n', { mode: 0o600 });
  renameSync(`${credentialsPath}.new`, credentialsPath);
}

/* Cabinets that can be opened by a password. */
export const activeCabinets = () => readCredentials().cabinets.filter((cabinet) => cabinet.password);

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
      '--ignore-certificate-errors'],      /* ignoreHTTPSErrors does not reach the fetching of service workers */
  });
}

/* Seldom Chromium itself stops answering, and playwright waits for ever: the file ends, and the check runs it once more. */
async function answerOf(promise) {
  const timer = setTimeout(() => {
    console.log('# the browser does not answer');
    process.exit(1);
  }, 60000);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/* `look` is the cookie of the settings page: theme.size.contrast. The demo's certificate is checked by the HTTP tests. */
export async function newContext(browser, { look, ...options } = {}) {
  const context = await answerOf(browser.newContext({
    baseURL, ignoreHTTPSErrors: true, locale: 'ru-RU', viewport: { width: 1280, height: 900 }, ...options,
  }));
  const close = context.close.bind(context);
  context.close = () => answerOf(close());
  if (look)
    await context.addCookies([{ name: '__Host-look', value: look, url: baseURL, secure: true, httpOnly: true, sameSite: 'Lax' }]);
  return context;
}

export async function newPage(context) {
  const page = await answerOf(context.newPage());
  page.complaints = [];
  page.on('console', (message) => {
    /* «Failed to load» is told below, without the page itself: the tests mean its 404 and 422. */
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource'))
      page.complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && response.request().resourceType() !== 'document')
      page.complaints.push(`${response.status()}: ${response.url()}`);
  });
  page.on('pageerror', (error) => page.complaints.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText !== 'net::ERR_ABORTED')      /* a download, or a page left while it was loading */
      page.complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  return page;
}

export async function logIn(page, cabinet, { remember = false } = {}) {
  await page.goto('/login');
  await page.fill('#login', cabinet.login ?? cabinet.idn);
  await page.fill('#password', cabinet.password);
  if (remember)
    await page.check('[name=remember]');
  await page.click('main button[type=submit]');
  await page.waitForSelector('main[data-page=home]');
}

/* A session of this cabinet to be shared by many contexts: { storageState } for newContext(). */
export async function openSession(browser, cabinet) {
  const context = await newContext(browser);
  await logIn(await newPage(context), cabinet);
  const storageState = await context.storageState();
  await context.close();
  return storageState;
}

/* The same at a desk: a member of credentials.json's staff[]. */
export async function logInStaff(page, member) {
  await page.goto('/staff/login');
  await page.fill('#login', member.login);
  await page.fill('#password', member.password);
  await page.click('main button[type=submit]');
  await page.waitForSelector('main[data-page=staff]');
}

/* A session that a visitor of the HTTP tests has, in a browser. */
export const stateOf = (visitor) => ({
  origins: [],
  cookies: [...visitor.cookies].map(([name, value]) => ({
    name, value, domain: base.hostname, path: '/', expires: -1, httpOnly: true, secure: true, sameSite: 'Lax',
  })),
});

/* The kopecks of the first sum below a selector, as a number that is exact. */
export const kopecks = async (page, selector) => Number(await page.locator(`${selector} data.money, data.money${selector}`).first().getAttribute('value'));
