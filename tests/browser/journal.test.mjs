/* The teacher's journal on a phone: taps, a network that comes and goes, and all of it without scripts. */
import { test, before, beforeEach, after } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { baseURL, launchBrowser, logInStaff, newContext, newPage } from '../support/browser.mjs';
import { eventually, sql, value } from '../support/kabinet.mjs';
import { actsOf, announcedAbsent, classSize, codes, colleague, freshLesson, marksOf, pupils, rollOf, staff, subject, teacher, today } from '../support/journal.mjs';

let browser, storageState, lesson;
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const pageOf = (name, id = lesson.id) => `/staff/journal/${name}?id=${id}`;
const [first, second, third] = pupils;

async function logInAgain() {
  const context = await newContext(browser);
  await logInStaff(await newPage(context), teacher);
  storageState = await context.storageState();
  await context.close();
}
before(async () => {
  browser = await launchBrowser();
  await logInAgain();
});
after(() => browser?.close());
beforeEach(() => { lesson = freshLesson(); });

async function inPhone(options, body) {
  const context = await newContext(browser, { ...phone, storageState, ...options });
  try {
    const page = await newPage(context);
    page.setDefaultTimeout(10000);
    await body(page, context);
  } finally {
    await context.close();
  }
}

/* The worker has the page, and keeps what is opened from now on. */
async function withWorker(page) {
  await page.goto('/staff/journal');
  await eventually(() => page.evaluate(() => navigator.serviceWorker.controller !== null), 'the worker is in charge');
}
const tapName = (page, pupil) => page.locator(`label:has([name="absent_${pupil.id}"])`).tap();
const save = (page, form) => page.locator(`form[data-journal="${form}"] [type=submit]`).tap();
const isSent = (page) => page.waitForSelector('[data-waiting]', { state: 'detached' });
const waits = (page, n) => page.waitForSelector(`[data-waiting="${n}"]`);

test('a class is marked in fewer than 30 taps', () => inPhone({}, async (page) => {
  assert.ok(pupils.length >= 20, `a class worth counting: ${pupils.length}`);
  await page.goto(pageOf('lesson'));
  let taps = 0;
  for (const pupil of pupils.slice(0, 5)) {
    await tapName(page, pupil);
    taps++;
  }
  await tapName(page, pupils[4]);      /* a slip, and back */
  assert.match(await page.textContent('form[data-journal=roll] [type=submit]'), new RegExp(`нет ${4 + announcedAbsent} из ${classSize}`));
  await save(page, 'roll');
  taps += 2;
  await page.waitForSelector('.note.good');
  assert.ok(taps < 30);
  assert.deepEqual(rollOf(lesson.id), Object.fromEntries(pupils.slice(0, 4).map((pupil) => [pupil.id, 'н'])));
  assert.equal(value(`select roll_by from school.lesson where id = ${lesson.id}`), staff);
  const small = await page.$$eval('main a, main button, main .name, main select, main input:not([type=hidden], [type=checkbox])', (all) => all
    .filter((one) => one.offsetParent && !one.closest('.small')).map((one) => [one.textContent.trim() || one.name, one.getBoundingClientRect().height]).filter(([, height]) => height < 43.9));
  assert.deepEqual(small, [], 'a thumb hits everything');
  assert.deepEqual(page.complaints, []);
}));

test('late by minutes, ill, and the two controls agree', () => inPhone({}, async (page) => {
  await page.goto(pageOf('lesson'));
  const choose = (pupil, letter) => page.selectOption(`[name=how_${pupil.id}]`, codes[letter]);
  await choose(first, 'о');
  await page.fill(`[name=minutes_${first.id}]`, '12');
  await choose(second, 'б');
  assert.ok(await page.isChecked(`[name=absent_${second.id}]`), 'who is ill is absent');
  await tapName(page, third);
  await choose(third, 'о');
  assert.ok(!await page.isChecked(`[name=absent_${third.id}]`), 'who came late is here');
  await save(page, 'roll');
  await page.waitForSelector('.note.good');
  assert.deepEqual(rollOf(lesson.id), { [first.id]: 'о 12', [second.id]: 'б', [third.id]: 'о' });
  await tapName(page, second);
  await save(page, 'roll');
  await eventually(() => rollOf(lesson.id)[second.id] === undefined, 'the sick one came');
}));

test('offline in the middle of a class, reloaded, more entered, back online: all of it once', () => inPhone({}, async (page, context) => {
  const title = `без сети ${randomUUID().slice(0, 8)}`;
  await withWorker(page);
  await page.goto(pageOf('marks') + '&work=0');
  await page.goto(pageOf('lesson'));
  await context.setOffline(true);
  await tapName(page, first);
  await tapName(page, second);
  await save(page, 'roll');
  await waits(page, 1);
  await page.reload();
  assert.equal(await page.textContent('h1'), await page.locator('h1').textContent(), 'the page is there without a network');
  await waits(page, 1);
  assert.ok(await page.isChecked(`[name=absent_${first.id}]`), 'and shows what was entered');
  await tapName(page, second);         /* on second thoughts */
  await tapName(page, third);
  await save(page, 'roll');
  await waits(page, 1);                /* in place of the one that nobody has seen */
  await page.fill('#theme', 'Линейные уравнения');
  await save(page, 'theme');
  await waits(page, 2);
  await page.goto(pageOf('marks') + '&work=0');
  await page.fill('#work_title', title);
  await page.fill(`#mark_${first.id}`, '5 4');
  await page.fill(`#mark_${third.id}`, '3');
  await save(page, 'marks');
  await waits(page, 3);
  await page.reload();
  await waits(page, 3);
  await page.fill(`#mark_${third.id}`, '4');
  await save(page, 'marks');
  await page.waitForTimeout(200);
  await waits(page, 3);
  assert.deepEqual(actsOf(lesson.id), [], 'nothing got through');
  await context.setOffline(false);
  await isSent(page);
  assert.deepEqual(rollOf(lesson.id), { [first.id]: 'н', [third.id]: 'н' });
  assert.equal(value(`select theme from school.lesson where id = ${lesson.id}`), 'Линейные уравнения');
  assert.deepEqual(marksOf(lesson.id, title), { [first.id]: '5 4', [third.id]: '4' });
  assert.equal(value(`select count(*) from school.work where lesson_id = ${lesson.id} and title = '${title}'`), '1', 'one work');
  assert.equal(value(`select count(*) from school.mark m join school.work w on w.id = m.work_id where w.title = '${title}'`), '3', 'three marks');
  assert.deepEqual(actsOf(lesson.id), ['roll', 'theme', 'marks'], 'each once, in order');
  await page.goto(pageOf('lesson'));
  await page.reload();
  await page.waitForTimeout(500);
  assert.equal(value(`select count(*) from school.mark_change c join school.work w on w.id = c.work_id where w.title = '${title}'`), '0', 'nobody reads of a change');
  assert.equal(actsOf(lesson.id).length, 3, 'and nothing comes again');
}));

test('the answer is lost on the way: sent twice, done once', () => inPhone({ serviceWorkers: 'block' }, async (page) => {
  let posts = 0;
  await page.route('**/staff/journal/*', async (route) => {
    if (route.request().method() !== 'POST')
      return route.continue();
    posts++;
    if (posts > 1)
      return route.continue();
    await route.fetch({ maxRedirects: 0 });      /* the server has done it */
    return route.abort('connectionreset');
  });
  const title = `потеряно ${randomUUID().slice(0, 8)}`;
  await page.goto(pageOf('marks') + '&work=0');
  await page.fill('#work_title', title);
  await page.fill(`#mark_${first.id}`, '5');
  await save(page, 'marks');
  await page.waitForSelector('text=больше ничего не ждёт');
  assert.equal(posts, 2);
  assert.equal(value(`select count(*) from school.work where lesson_id = ${lesson.id} and title = '${title}'`), '1');
  assert.deepEqual(actsOf(lesson.id), ['marks']);
}));

test('tried, the answer lost, then changed: the second goes on from the first', () => inPhone({ serviceWorkers: 'block' }, async (page) => {
  let isLost = true, posts = 0;
  await page.route('**/staff/journal/**', async (route) => {
    if (route.request().method() !== 'POST' || !isLost)
      return isLost && posts > 0 ? route.abort('connectionreset') : route.continue();
    posts++;
    await route.fetch({ maxRedirects: 0 });
    return route.abort('connectionreset');
  });
  await page.goto(pageOf('lesson'));
  await tapName(page, first);
  await tapName(page, second);
  await save(page, 'roll');
  await waits(page, 1);
  await eventually(() => actsOf(lesson.id).length === 1, 'it reached the server');
  await tapName(page, second);
  await tapName(page, third);
  await save(page, 'roll');
  await waits(page, 2);
  isLost = false;
  await isSent(page);
  assert.deepEqual(rollOf(lesson.id), { [first.id]: 'н', [third.id]: 'н' });
  assert.deepEqual(actsOf(lesson.id), ['roll', 'roll']);
}));

test('the session ends while something waits: log in, and it goes on', () => inPhone({}, async (page, context) => {
  await withWorker(page);
  await page.goto(pageOf('lesson'));
  await context.setOffline(true);
  await tapName(page, first);
  await save(page, 'roll');
  await waits(page, 1);
  sql(`delete from auth.staff_session where staff_id = ${staff}`);
  try {
    await context.setOffline(false);
    await page.locator('text=Войти и отправить').tap();
    await page.fill('#login', teacher.login);
    await page.fill('#password', teacher.password);
    await page.click('main button[type=submit]');
    await page.waitForSelector('main[data-page=journal-lesson]');
    await isSent(page);
    assert.deepEqual(rollOf(lesson.id), { [first.id]: 'н' });
    assert.deepEqual(actsOf(lesson.id), ['roll']);
  } finally {
    await logInAgain();
  }
}));

test('somebody else was faster: refused in words, kept, opened again, decided', () => inPhone({}, async (page, context) => {
  await withWorker(page);
  await page.goto(pageOf('lesson'));
  await context.setOffline(true);
  await tapName(page, first);
  await save(page, 'roll');
  await waits(page, 1);
  sql(`update school.lesson set roll_at = now(), roll_by = ${colleague} where id = ${lesson.id}`);
  await context.setOffline(false);
  await page.waitForSelector('[data-refused="1"]');
  assert.match(await page.textContent('[data-refused]'), /отметил другой учитель/);
  assert.deepEqual(rollOf(lesson.id), {}, 'nothing was overwritten');
  await page.goto('/staff/journal');
  await page.waitForSelector('[data-refused="1"]');
  await page.locator('[data-refused] >> text=Открыть').tap();
  await page.waitForSelector('text=не принято. Сравните');
  assert.ok(await page.isChecked(`[name=absent_${first.id}]`), 'what was entered is there');
  await save(page, 'roll');
  await page.waitForURL(/done=journal-roll/);
  assert.deepEqual(rollOf(lesson.id), { [first.id]: 'н' });
  await isSent(page);
}));

test('a mark that is none is refused, and mended in place without losing the others', () => inPhone({}, async (page) => {
  const title = `описка ${randomUUID().slice(0, 8)}`;
  await page.goto(pageOf('marks') + '&work=0');
  await page.fill('#work_title', title);
  await page.fill(`#mark_${first.id}`, '6');
  await page.fill(`#mark_${second.id}`, '5');
  await save(page, 'marks');
  await page.waitForSelector('[data-refused="1"]');
  assert.match(await page.textContent('[data-refused]'), /Не оценка/);
  await page.fill(`#mark_${first.id}`, '4');
  await save(page, 'marks');
  await page.waitForURL(/done=journal-marks/);
  assert.deepEqual(marksOf(lesson.id, title), { [first.id]: '4', [second.id]: '5' });
  await isSent(page);
}));

test('undo: what waits is taken out of the queue, what was sent is put back', () => inPhone({}, async (page, context) => {
  await withWorker(page);
  await page.goto(pageOf('lesson'));
  await tapName(page, first);
  await save(page, 'roll');
  await page.waitForURL(/done=journal-roll/);
  await context.setOffline(true);
  await tapName(page, second);
  await save(page, 'roll');
  await waits(page, 1);
  await page.locator('[data-waiting] >> text=Отменить').tap();
  await isSent(page);
  assert.ok(!await page.isChecked(`[name=absent_${second.id}]`), 'as it was');
  await context.setOffline(false);
  await page.reload();
  assert.deepEqual(rollOf(lesson.id), { [first.id]: 'н' });
  await page.locator('form[data-journal=undo] button').tap();
  await page.waitForURL(/done=journal-undone/);
  assert.deepEqual(rollOf(lesson.id), {});
  assert.equal(value(`select roll_at is null from school.lesson where id = ${lesson.id}`), 't', 'not taken at all');
}));

test('a thumb types marks by the keys of the page, name after name', () => inPhone({}, async (page) => {
  const title = `клавиши ${randomUUID().slice(0, 8)}`;
  await page.goto(pageOf('marks') + '&work=0');
  await page.fill('#work_title', title);
  await page.locator(`#mark_${first.id}`).tap();
  const press = (key) => page.locator('.j-pad button', { hasText: new RegExp(`^${key}$`) }).tap();
  await press('5');
  await press('4');
  await press('н/а');
  await page.locator(`#mark_${first.id}`).tap();
  await press('\\+');
  await press('3');
  await save(page, 'marks');
  await page.waitForURL(/done=journal-marks/);
  assert.deepEqual(marksOf(lesson.id, title), { [first.id]: '5 3', [second.id]: '4', [third.id]: 'н/а' });
}));

test('the pages leave the phone at logout; the list of what waits does not', () => inPhone({}, async (page) => {
  const context = page.context();
  await context.clearCookies();
  await logInStaff(page, teacher);
  await withWorker(page);
  await page.goto(pageOf('lesson'));
  const kept = () => page.evaluate(async () => (await (await caches.open('journal-pages')).keys()).length);
  await eventually(async () => await kept() > 0, 'a page is kept');
  await page.locator('.side .more summary').tap();
  await page.locator('.sheet form button').tap();
  await page.waitForSelector('main[data-page=staff-login]');
  await eventually(async () => await kept() === 0, 'no page with names is left');
}));

test('the journal can be installed', () => inPhone({}, async (page, context) => {
  await page.goto('/staff/journal');
  const address = await page.getAttribute('link[rel=manifest]', 'href');
  const manifest = await (await context.request.get(baseURL + address)).json();
  assert.equal(manifest.name, 'Журнал учителя');
  assert.equal(manifest.start_url, '/staff/journal');
  assert.equal(manifest.scope, '/staff/');
  for (const icon of manifest.icons)
    assert.equal((await context.request.get(baseURL + icon.src)).status(), 200);
}));

test('a theme and a name are words, not markup', () => inPhone({}, async (page) => {
  const evil = '<img src=x onerror="document.title=1">\'"&';
  const person = value(`select u.person_id from people.pupil u where u.pupil_id = ${first.id}`);
  const name = value(`select last_name from people.person where id = ${person}`);
  sql(`update people.person set last_name = :'evil' where id = ${person}`, { variables: { evil } });
  try {
    await page.goto(pageOf('lesson'));
    await page.fill('#theme', evil);
    await save(page, 'theme');
    await page.waitForURL(/done=journal-theme/);
    assert.equal(await page.inputValue('#theme'), evil);
    for (const path of ['/staff/journal', pageOf('lesson'), pageOf('marks'), pageOf('homework')]) {
      await page.goto(path);
      assert.equal(await page.locator('main img').count(), 0, path);
      assert.notEqual(await page.title(), '1');
    }
    assert.deepEqual(page.complaints, []);
  } finally {
    sql(`update people.person set last_name = :'name' where id = ${person}`, { variables: { name } });
  }
}));

test('without scripts: the roll, the theme, marks, homework with a file, an answer, undo', () => inPhone({ javaScriptEnabled: false }, async (page) => {
  const title = `бумажный ${randomUUID().slice(0, 8)}`;
  /* The same word twice in a row is the same address: the page before must be left first. */
  const done = async (word) => {
    await page.waitForURL(new RegExp(`done=${word}`));
    await page.evaluate(() => history.replaceState(null, '', location.pathname + location.search.replace(/[?&]done=[a-z-]*/, '')));
  };
  await page.goto(pageOf('lesson'));
  await page.check(`[name=absent_${first.id}]`);
  await page.fill(`[name=minutes_${second.id}]`, '');
  await save(page, 'roll');
  await done('journal-roll');
  assert.deepEqual(rollOf(lesson.id), { [first.id]: 'н' });
  /* The button that saves stays at the foot of the window, over the rows that stand there. */
  await page.locator(`[name=absent_${first.id}]`).evaluate((box) => box.scrollIntoView({ block: 'center' }));
  await page.uncheck(`[name=absent_${first.id}]`);
  await save(page, 'roll');
  await done('journal-roll');
  assert.deepEqual(rollOf(lesson.id), {});
  await page.fill('#theme', 'Без скриптов');
  await save(page, 'theme');
  await done('journal-theme');
  await page.goto(pageOf('marks') + '&work=0');
  await page.fill('#work_title', title);
  await page.fill(`#mark_${first.id}`, '7');
  await page.fill(`#mark_${second.id}`, '4');
  await save(page, 'marks');
  assert.match(await page.textContent('.note.bad'), /Не оценка/);
  assert.equal(await page.inputValue(`#mark_${second.id}`), '4', 'what was typed stays');
  await page.fill(`#mark_${first.id}`, '5');
  await save(page, 'marks');
  await done('journal-marks');
  await page.fill(`#mark_${first.id}`, '3');
  await save(page, 'marks');
  assert.match(await page.textContent('.note.bad'), /почему меняете/);
  await page.fill('#reason', 'ошибка при вводе');
  await save(page, 'marks');
  await done('journal-marks');
  assert.deepEqual(marksOf(lesson.id, title), { [first.id]: '3', [second.id]: '4' });
  await page.locator('.j-more').first().tap();
  assert.match(await page.textContent('section[aria-labelledby=history-title]'), /5 → 3 ошибка при вводе/);
  await page.goto(pageOf('homework') + `&target=${lesson.next}`);
  await page.fill('#task', '№ 5, 6');
  await page.setInputFiles('#files', { name: 'задача.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64') });
  await save(page, 'homework');
  await done('journal-homework');
  assert.equal(value(`select task from school.homework where lesson_id = ${lesson.next}`), '№ 5, 6');
  assert.equal(await page.locator('a[href*="/staff/journal/file"]').textContent(), 'задача.png');
  await page.locator('form[data-journal=undo] button').tap();
  await done('journal-undone');
  assert.equal(value(`select count(*) from school.homework where lesson_id = ${lesson.next}`), '0');
  assert.equal(value(`select subject_id || ' ' || day from school.lesson where id = ${lesson.id}`), `${subject} ${today}`);
}));
