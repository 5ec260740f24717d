// Paid services over HTTPS: the teacher's groups, a lesson written off only where there is money, taken back on its day; the head's prices,
// groups and members.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { balance, formOf, makeTeam, plainPupils, setFree, tutors, violations } from '../support/desk.mjs';
import { cabinet, credentials, sql, value } from '../support/kabinet.mjs';
import { loggedIn, loggedInStaff, sumsOf, wordsOf } from '../support/visitor.mjs';

describe('services', () => {
  const [mine] = tutors();
  const head = { ...credentials.staff.find((s) => s.role === 'head') };
  const schoolOf = (login) => value(`select school_id from auth.staff where login = '${login}'`);
  const teachers = credentials.staff.filter((s) => ['teacher', 'tutor'].includes(s.role) && schoolOf(s.login) === mine.school);
  const member = teachers.find((s) => s.login !== mine.login) ?? mine;
  const pupils = plainPupils(mine.class, 4), [rich, poor, free, extra] = pupils;
  let teacher, tutor, boss, team;
  before(async () => {
    teacher = await loggedInStaff(member);
    tutor = await loggedInStaff(mine);
    boss = await loggedInStaff(head);
    team = makeTeam(member.login, 30000, [rich, poor, free], { [free.id]: 100 });
    setFree(rich.id, 100000);
    setFree(poor.id, 29999);
    setFree(free.id, 0);
  });
  const ticks = (list) => Object.fromEntries(list.map(({ id }) => [`p_${id}`, '1']));
  const confirmPath = (list, day = mine.today) => `/staff/services/confirm?${new URLSearchParams({ team: team.team, day, ...ticks(list) })}`;
  const write = (visitor, list, { csrf, key }, day = mine.today) =>
    visitor.submit('/staff/services/write-off', { csrf, key, team: team.team, day, ...ticks(list) });

  test('the teacher\'s groups, and who is in one, without a balance', async () => {
    assert.match(wordsOf(await teacher.get('/staff/services')), new RegExp(`${team.title}.*3 ученика.*300,00 ₽ за занятие`));
    const words = wordsOf(await teacher.get(`/staff/services/team?id=${team.team}`));
    for (const { name } of [rich, poor, free]) assert.match(words, new RegExp(name));
    assert.ok(!/скидка|Изменить|Добавить/.test(words), 'what is the head\'s');
    const lesson = await teacher.get(`/staff/services/lesson?team=${team.team}`);
    assert.deepEqual([...new Set(sumsOf(lesson))].sort((a, b) => a - b), [0, 30000], 'prices, no balances');
    assert.match(wordsOf(lesson), new RegExp(`${poor.name}.*На лицевом счёте недостаточно денег\\.`));
    assert.equal((lesson.text.match(/ checked/g) ?? []).length, 0);
    assert.equal((await teacher.get(`/staff/services/lesson?team=${team.team}&all=1`)).text.match(/ checked/g).length, 3);
    assert.equal((await teacher.get(`/staff/services/lesson?team=${team.team}&class=${mine.class}`)).text.match(/ checked/g).length, 3, 'a whole class');
  });

  test('a lesson: said before, refused by name, the rest go through, once for a form', async () => {
    const page = await teacher.get(confirmPath([rich, poor, free]));
    assert.match(wordsOf(page), /Будет списано 2 ученикам На сумму 300,00 ₽ Будет отказано 1/);
    const form = formOf(page), had = [rich, poor, free].map(({ id }) => balance(id));
    const answer = await write(teacher, [rich, poor, free], form);
    assert.equal(answer.status, 303);
    assert.match(answer.headers.location, /^\/staff\/services\/batch\?id=\d+&done=write-off$/);
    assert.equal((await write(teacher, [free, poor, rich], form)).headers.location, answer.headers.location, 'the same form again');
    assert.equal((await write(teacher, [rich], form)).status, 409, 'another body under the key');
    const words = wordsOf(await teacher.get(answer.headers.location));
    assert.match(words, new RegExp(`Списано 2 ученикам на 300,00 ₽ Отказано 1.*Кому не списано ${poor.name}, .* На лицевом счёте недостаточно денег\\. Кому списано`));
    assert.ok(!words.includes('299,99'), 'a teacher learns no balance');
    assert.deepEqual([rich, poor, free].map(({ id }, i) => had[i] - balance(id)), [30000, 0, 0]);
    assert.equal((await write(teacher, [rich], { ...form, key: randomUUID() })).status, 303, 'the same lesson in a second form');
    assert.equal(balance(rich.id), had[0] - 30000, 'charges nobody again');
    assert.deepEqual(violations(), []);
  });

  test('the teacher takes his own back on its day, once; later the tutor refunds', async () => {
    const id = value(`select id from service.charge where team_id = ${team.team} and pupil_id = ${rich.id} and undone_at is null`), had = balance(rich.id);
    const page = await teacher.get(`/staff/services/undo?id=${id}`);
    assert.match(wordsOf(page), new RegExp(`${rich.name}.*На счёт вернётся 300,00 ₽`));
    const fields = { ...formOf(page), id };
    assert.equal((await boss.get(`/staff/services/undo?id=${id}`)).status, 404, 'not the head');
    assert.equal((await tutor.get(`/staff/services/undo?id=${id}`)).status, member.login === mine.login ? 200 : 404);
    assert.equal((await teacher.submit('/staff/services/undo', { ...fields, why: '' })).status, 422);
    for (let i = 0; i < 2; i++) assert.equal((await teacher.submit('/staff/services/undo', { ...fields, why: 'Не был' })).status, 303);
    assert.equal((await teacher.submit('/staff/services/undo', { ...fields, why: 'Другое' })).status, 409, 'another body under its key');
    assert.equal((await teacher.submit('/staff/services/undo', { ...fields, key: randomUUID(), why: 'Не был' })).status, 422, 'once is all');
    assert.equal(balance(rich.id), had + 30000);

    const form = formOf(await teacher.get(confirmPath([rich])));
    assert.equal((await write(teacher, [rich], form)).status, 303);
    const next = value(`select id from service.charge where team_id = ${team.team} and pupil_id = ${rich.id} and undone_at is null`);
    sql(`set session_replication_role = replica; update service.charge set at = at - interval '1 day' where id = ${next}`);
    assert.match(wordsOf(await teacher.get(`/staff/services/undo?id=${next}`)), /возвращает классный руководитель/);
    assert.equal((await teacher.submit('/staff/services/undo', { ...form, id: next, key: randomUUID(), why: 'Поздно' })).status, 422);
    const refund = await tutor.get(`/staff/tutor/refund?kind=service&id=${next}`);
    assert.match(wordsOf(refund), new RegExp(team.title));
    assert.equal((await tutor.submit('/staff/tutor/refund', { ...formOf(refund), kind: 'service', id: next, why: 'Занятия не было' })).status, 303);
    assert.equal(balance(rich.id), had + 30000);
    assert.deepEqual(violations(), []);
  });

  test('a month with its totals, and as a table', async () => {
    const form = formOf(await teacher.get(confirmPath([rich])));
    await write(teacher, [rich], form);
    const words = wordsOf(await teacher.get(`/staff/services/history?team=${team.team}`));
    assert.match(words, /Списаний 2 На сумму 300,00 ₽ Возвращено 2/);
    const csv = await teacher.get(`/staff/services.csv?team=${team.team}`);
    assert.ok(csv.headers['content-disposition'].endsWith(encodeURIComponent('Платные услуги.csv')));
    assert.doesNotMatch(csv.text, /\d\d:\d\d:\d\d\./, 'times to the second');
    const rows = csv.text.trimEnd().split('\r\n');
    assert.equal(rows.length, 5, 'heads and four charges');
    assert.equal(rows.filter((row) => row.includes(rich.name) && row.includes(';300,00;') && row.includes('возвращено')).length, 2);
    assert.match(wordsOf(await teacher.get(`/staff/services/history?team=${team.team}&month=2020-02`)), /февраль 2020.*не списывали/);
    assert.equal((await teacher.get(`/staff/services/history?team=${team.team}&month=2020-13`)).status, 400);
  });

  test('the head: a service, its price, a group, pupils of a class at once, an end', async () => {
    const name = `Танцы ${randomUUID().slice(0, 6)}`;
    const form = formOf(await boss.get('/staff/services/price'));
    for (const price of ['', 'много', '0', '100000,01', '-5'])
      assert.equal((await boss.submit('/staff/services/price', { ...form, id: '', title: name, unit: 'занятие', price })).status, 422, price);
    const refused = await boss.submit('/staff/services/price', { ...form, id: '', title: name, unit: 'занятие', price: 'много' });
    assert.match(refused.text, /value="много"/, 'what was typed stays');
    for (let i = 0; i < 2; i++) assert.equal((await boss.submit('/staff/services/price', { ...form, id: '', title: name, unit: 'занятие', price: '450,50' })).status, 303);
    const [[id, price]] = sql(`select id, price_kop from service.service where title = '${name}'`);
    assert.equal(price, '45050');
    assert.match((await boss.get(`/staff/services/price?id=${id}`)).text, /value="450,50"/);
    const group = formOf(await boss.get('/staff/services/group'));
    const staff = value(`select id from auth.staff where login = '${member.login}'`);
    const made = await boss.submit('/staff/services/group', { ...group, id: '', service: id, title: 'вечер', teacher: staff });
    assert.equal(made.status, 303);
    const teamId = /id=(\d+)/.exec(made.headers.location)[1];
    const page = await boss.get(`/staff/services/members?team=${teamId}&class=${mine.class}&all=1`);
    assert.ok(page.text.match(/ checked/g).length >= 10, 'the whole class');
    const adding = { ...formOf(page), team: teamId, class: mine.class, from: mine.today, to: '', waiver: '50', ...ticks([rich, extra]) };
    for (let i = 0; i < 2; i++) assert.equal((await boss.submit('/staff/services/members', adding)).status, 303);
    assert.deepEqual(sql(`select pupil_id, waiver, last_day from service.member where team_id = ${teamId} order by pupil_id`),
      [rich.id, extra.id].sort((a, b) => a - b).map((p) => [p, '50', null]));
    assert.equal((await boss.submit('/staff/services/members', { ...adding, key: randomUUID(), waiver: '101' })).status, 400);
    assert.match(wordsOf(await boss.get(`/staff/services/team?id=${teamId}`)), /скидка 50 %/);
    const who = value(`select id from service.member where team_id = ${teamId} and pupil_id = ${extra.id}`);
    const end = await boss.get(`/staff/services/member?team=${teamId}&id=${who}`);
    assert.equal((await boss.submit('/staff/services/member', { csrf: formOf(end).csrf, team: teamId, id: who, last: mine.today })).status, 303);
    assert.equal(value(`select last_day from service.member where id = ${who}`), mine.today);
    const [far] = sql(`select id from school.pupil where school_id <> ${mine.school} limit 1`);
    assert.equal((await boss.submit('/staff/services/members', { ...adding, key: randomUUID(), [`p_${far}`]: '1' })).status, 404, 'a child of another school');
  });

  test('teachers see their groups only; the head\'s pages are the head\'s', async () => {
    const foreign = value(`select t.id from service.team t join auth.staff f on f.id = t.staff_id where t.school_id <> ${mine.school} limit 1`);
    const others = value(`select t.id from service.team t join auth.staff f on f.id = t.staff_id where t.school_id = ${mine.school} and f.login <> '${member.login}' limit 1`);
    const form = formOf(await teacher.get(confirmPath([rich], mine.today)));
    for (const id of [foreign, others, 999999999]) {
      for (const path of ['team?id=', 'lesson?team=', 'history?team='])
        assert.equal((await teacher.get(`/staff/services/${path}${id}`)).status, 404, `${path}${id}`);
      assert.equal((await teacher.get(`/staff/services.csv?team=${id}`)).status, 404);
      assert.equal((await teacher.submit('/staff/services/write-off', { ...form, key: randomUUID(), team: id, day: mine.today, ...ticks([rich]) })).status, 404);
    }
    assert.equal((await boss.get(`/staff/services/team?id=${foreign}`)).status, 404, 'the head of one school');
    for (const path of ['prices', 'price', 'group', `members?team=${team.team}`, `member?team=${team.team}&id=1`])
      assert.equal((await teacher.get(`/staff/services/${path}`)).status, 403, path);
    assert.equal((await teacher.submit('/staff/services/price', { ...form, key: randomUUID(), id: team.service, title: 'х', unit: 'у', price: '1' })).status, 403);
    assert.equal((await (await loggedIn(cabinet())).get('/staff/services')).status, 303, 'a parent');
    assert.equal((await write(teacher, [extra], { ...form, key: randomUUID() })).status, 404, 'who never was in the group');
    assert.equal((await teacher.get(confirmPath([]))).status, 422, 'nobody is ticked');
    const guard = credentials.staff.find((s) => s.role === 'guard');
    assert.equal((await (await loggedInStaff(guard)).get('/staff/services')).status, 403);
  });
});
