/*
 * An appeal from a parent's phone to its end: written with a photo, found at the desk, noted, answered by template, opened again with the reason,
 * answered again, closed with a rating that the desk's figures show. And one that nobody answers: the term passes on a calendar with a day off
 * in it, the job escalates it, the head has it on a list of its own.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { familyOf, makeAppeal, schoolOf, stateOf as stateOfAppeal, word } from '../support/appeals-desk.mjs';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { cabinet, credentials, script, sql, value } from '../support/kabinet.mjs';
import { loggedIn, loggedInStaff } from '../support/visitor.mjs';

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true };
const desk = { viewport: { width: 1024, height: 768 } };
const photo = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082', 'hex');
const me = credentials.staff.find((s) => s.role === 'support'), school = schoolOf(me.login);
const pageOf = (id) => `/staff/appeals/appeal?id=${id}`;

let browser, family, support, home;
const open = async (visitor, options) => newPage(await newContext(browser, { ...options, storageState: stateOf(visitor) }));
before(async () => {
  browser = await launchBrowser();
  const child = cabinet(({ idn }) => value(`select school_id from school.pupil where idn = '${idn}'`) === school);
  const parent = await loggedIn(child);
  if (!(await parent.get('/')).text.includes(`<b class="idn">${child.idn}</b>`)) await parent.fill('/', { idn: child.idn }, { action: '/child' });
  family = await open(parent, phone);
  support = await open(await loggedInStaff(me), desk);
  home = { child };
});
after(() => browser?.close());

/** The figures of the category on the desk's page: { total, reopened, rated }. */
const figures = async () => {
  await support.goto('/staff/appeals/figures');
  const [total] = await support.locator('tr:has(th:text-is("Работа кабинета")) td.num').allInnerTexts();
  return { total: Number(total), reopened: Number(value(`select count(*) from appeal.appeal a where a.school_id = ${school} and a.rating = 4`)) };
};

test('from a phone to a rating, through an answer that was none', async () => {
  const subject = `Не открывается ${word()}`, was = await figures();

  await family.goto('/appeals/new');
  await family.locator('label:has(input[value=cabinet])').click();
  await family.getByRole('button', { name: 'Дальше' }).click();
  await family.fill('#subject', subject);
  await family.fill('#body', 'Страница дневника пустая, снимок приложили.');
  await family.setInputFiles('#files', { name: 'Экран телефона.png', mimeType: 'image/png', buffer: photo });
  await family.locator('main form.form button[type=submit]').last().click();
  await family.waitForURL(/\/appeals\/appeal\?.*done=appeal-sent/);
  const id = value(`select id from appeal.appeal where subject = '${subject}'`);
  assert.equal(value(`select p.idn from appeal.appeal a join school.pupil p on p.id = a.pupil_id where a.id = ${id}`), home.child.idn);
  assert.equal(await family.evaluate(() => document.documentElement.scrollWidth), 360);

  /* The desk finds it by a word in another form, takes it, and writes what the family is not to read. */
  await support.goto('/staff/appeals');
  await support.fill('#find', `открываться ${subject.split(' ').at(-1)}`);
  await support.getByRole('button', { name: 'Найти' }).click();
  await support.locator('.s-list a', { hasText: subject }).click();
  await support.waitForURL(new RegExp(`appeal\\?id=${id}$`));
  const [download] = await Promise.all([support.waitForEvent('download'), support.locator('.s-thread .family a').click()]);
  assert.equal(download.suggestedFilename(), 'Экран телефона.png');
  await support.getByRole('button', { name: 'Взять в работу' }).click();
  await support.waitForURL(/done=appeal-take/);
  await support.fill('#note', 'Проверить старый браузер, семью не пугать.');
  await support.getByRole('button', { name: 'Записать заметку' }).click();
  await support.waitForURL(/done=appeal-note/);
  assert.match(await support.locator('.s-thread .note').innerText(), /семья не видит.*семью не пугать/s);
  await support.selectOption('#template', { label: 'Обновите страницу' });
  await support.getByRole('button', { name: 'Подставить' }).click();
  await support.waitForURL(/template=\d+/);
  assert.match(await support.inputValue('#body'), /Обновите страницу один раз/);
  await support.getByRole('button', { name: 'Отправить ответ' }).click();
  await support.waitForURL(/done=appeal-answer/);

  await family.goto(`/appeals/appeal?id=${id}`);
  let words = await family.locator('main').innerText();
  assert.match(words, /Обновите страницу один раз/);
  assert.ok(!/пугать|Заметка|support\.039/.test(words), 'no note, nobody\'s name');
  await family.fill('#body', 'Обновили, всё так же пусто.');
  await family.getByRole('button', { name: 'Открыть снова и отправить' }).click();
  await family.waitForURL(/done=appeal-again/);

  /* It is back in the queue of those opened again, and with who had it. */
  await support.goto('/staff/appeals?state=reopened&who=mine');
  await support.locator('.s-list a', { hasText: subject }).click();
  assert.match(await support.locator('.s-thread').innerText(), /всё так же пусто/);
  await support.fill('#body', 'Исправили: теперь открывается и в старых браузерах.');
  await support.getByRole('button', { name: 'Отправить ответ' }).click();
  await support.waitForURL(/done=appeal-answer/);

  await family.goto(`/appeals/appeal?id=${id}`);
  await family.locator('label:has(input[name=rating][value="4"])').click();
  await family.fill('#words', 'Со второго раза');
  await family.getByRole('button', { name: 'Да, вопрос решён' }).click();
  await family.waitForURL(/done=appeal-closed/);
  assert.equal(stateOfAppeal(id), 'closed');

  await support.goto(pageOf(id));
  assert.match(await support.locator('.s-rating').innerText(), /4 из 5\s+Со второго раза/);
  assert.equal(await support.locator('#body').count(), 0, 'closed: no form to answer');
  const now = await figures();
  assert.deepEqual(now, { total: was.total + 1, reopened: was.reopened + 1 });
  assert.deepEqual([...family.complaints, ...support.complaints], []);
});

test('the term passes, a day off moves it, the job escalates, the head sees it', async () => {
  const subject = `Без ответа ${word()}`, id = makeAppeal(familyOf(school).access, { category: 'meals', subject });
  /* Sent on the last day whose thirty working days are over by today. */
  const [[day, last]] = sql(`select d::date, appeal.working_days_on(${school}, d::date, 30) from school.school s,
    generate_series(timezone(s.time_zone, now())::date - 90, timezone(s.time_zone, now())::date, interval '1 day') d
    where s.id = ${school} and appeal.working_days_on(${school}, d::date, 30) < timezone(s.time_zone, now())::date order by 1 desc limit 1`);
  sql(`begin; alter table appeal.appeal disable trigger registered_once;
    update appeal.appeal a set sent_at = timezone(s.time_zone, timestamp '${day} 12:00') from school.school s where s.id = a.school_id and a.id = ${id};
    alter table appeal.appeal enable trigger registered_once;
    select appeal.move(appeal.lock(${id}), 'registered', 'canteen', null, (select id from auth.staff where school_id = ${school} and 'canteen' = any (roles) limit 1), '');
    insert into school.day_off (school_id, day, title) values (${school}, '${last}', 'проверка'); commit`);
  const isEscalated = () => value(`select escalated_at is not null from appeal.appeal where id = ${id}`) === 't';
  try {
    assert.ok(value(`select answer_by from appeal.appeal where id = ${id}`) > last, 'a day off does not count');
    assert.equal((await script('jobs', 'run', 'appeals')).code, 0);
    assert.ok(!isEscalated(), 'so there is a day left');
  } finally {
    sql(`delete from school.day_off where school_id = ${school} and day = '${last}' and title = 'проверка'`);
  }
  assert.equal(value(`select answer_by from appeal.appeal where id = ${id}`), last);
  assert.equal((await script('jobs', 'run', 'appeals')).code, 0);
  assert.ok(isEscalated());

  const head = await open(await loggedInStaff(credentials.staff.find((s) => s.role === 'head' && schoolOf(s.login) === school)), desk);
  await head.goto('/staff/appeals');
  await head.locator('.s-tiles a', { hasText: 'Переданы вам' }).click();
  await head.locator('.s-list .late a', { hasText: subject }).click();
  assert.match(await head.locator('main').innerText(), /Срок прошёл: .* обращение передано завучу/);
  await head.fill('#body', 'Разобрались: мармит починили.');
  await head.getByRole('button', { name: 'Отправить ответ' }).click();
  await head.waitForURL(/done=appeal-answer/);
  assert.equal(stateOfAppeal(id), 'answered');
  assert.equal(value(`select is_late from appeal.appeal where id = ${id}`), 't', 'late it was, for the figures');
  assert.deepEqual(head.complaints, []);
});
