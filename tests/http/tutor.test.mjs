// The class tutor's meals over HTTPS: a write-off that says before what it will do, refuses by name and lets the rest through, once for a
// form; refunds; days that nobody wrote down; and what a tutor must not learn.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { balance, formOf, makeAllergy, makeMeal, move, plainPupils, setFree, tutors, violations } from '../support/desk.mjs';
import { cabinet, credentials, sql, value } from '../support/kabinet.mjs';
import { loggedIn, loggedInStaff, sumsOf, wordsOf } from '../support/visitor.mjs';

describe('tutor', () => {
  const [mine, theirs] = tutors();
  const pupils = plainPupils(mine.class, 5), [rich, poor, ill, free, ordered] = pupils;
  let tutor, other, teacher, head, meal, heal;
  before(async () => {
    tutor = await loggedInStaff(mine);
    other = await loggedInStaff(theirs);
    teacher = await loggedInStaff(credentials.staff.find((s) => s.role === 'teacher'));
    head = await loggedInStaff(credentials.staff.find((s) => s.role === 'head'));
    meal = makeMeal(mine.class, 11050);
    for (const { id } of [rich, ill, free, ordered]) setFree(id, 30000);
    setFree(poor.id, 11049);
    heal = makeAllergy(ill.id);
    sql(`insert into canteen.benefit (pupil_id, kind_id, meal_id, share, first_day, last_day, staff_id)
      select ${free.id}, k.id, ${meal.meal}, 100, current_date - 3, current_date + 3, f.id from canteen.benefit_kind k, auth.staff f where k.rank = 5 limit 1`);
    sql(`select canteen.place_order(${ordered.id}, ${meal.menu}, 'staff', null, 'test', false)`);
    // Whatever other tests told the gate today: this child is in.
    sql(`insert into gate.event (school_id, pupil_id, direction, at, source, door_id, staff_id)
      select p.school_id, p.id, 'in', now(), 'guard', (select min(d.id) from gate.door d where d.school_id = p.school_id),
             (select min(f.id) from auth.staff f where f.school_id = p.school_id and 'guard' = any (f.roles))
        from school.pupil p where p.id = ${ordered.id};
      insert into gate.presence (pupil_id, school_id, is_inside, since, event_id)
      select e.pupil_id, e.school_id, true, e.at, e.id from gate.event e where e.pupil_id = ${ordered.id} order by e.id desc limit 1
      on conflict (pupil_id) do update set is_inside = true, since = excluded.since, event_id = excluded.event_id`);
  });
  after(() => heal?.());

  const ticks = (list) => Object.fromEntries(list.map(({ id }) => [`p_${id}`, '1']));
  const confirmPath = (list, menu = meal.menu) => `/staff/tutor/confirm?${new URLSearchParams({ class: mine.class, menu, ...ticks(list) })}`;
  const write = (visitor, list, { csrf, key }, menu = meal.menu) =>
    visitor.submit('/staff/tutor/write-off', { csrf, key, class: mine.class, menu, ...ticks(list) });

  test('the class with what is free and held, what was ordered, and boxes ticked by orders', async () => {
    const answer = await tutor.get(`/staff/tutor?class=${mine.class}&menu=${meal.menu}`);
    assert.equal(answer.status, 200);
    const line = (pupil) => answer.text.split('<li>').find((li) => li.includes(`name="p_${pupil.id}"`));
    assert.match(line(ordered), new RegExp(`${meal.title.split(', ')[0]}: `));
    assert.match(line(ordered), / checked/);
    assert.ok(!/ checked/.test(line(rich)), 'who ordered nothing is not ticked');
    assert.equal(sumsOf({ text: line(poor) })[0], 11049);
    const all = await tutor.get(`/staff/tutor?class=${mine.class}&menu=${meal.menu}&all=1`);
    assert.ok(all.text.match(/ checked/g).length >= answer.text.match(/ checked/g).length);
    const members = Number(value(`select count(*) from school.class_members(${mine.class}, '${mine.today}', '${mine.today}')`));
    assert.equal(answer.text.match(/name="p_\d+"/g).length, members);
  });

  test('before it is done the page says for how many, which sum, who is refused and why; nothing has happened', async () => {
    const answer = await tutor.get(confirmPath(pupils)), words = wordsOf(answer);
    assert.equal(answer.status, 200);
    assert.match(words, /Будет списано 3 ученикам По цене меню 331,50 ₽ Будет отказано 2/);
    assert.match(words, new RegExp(`${poor.name} На лицевом счёте недостаточно денег\.`));
    assert.match(words, new RegExp(`${ill.name} Выдать нельзя: ограничение здоровья, уточните в столовой`));
    assert.ok(!/молоко|[Аа]ллерг|[Лл]ьгот|инвалид/.test(answer.text), 'no allergen, no льгота');
    assert.equal(value(`select count(*) from canteen.serving where menu_id = ${meal.menu}`), '0');
  });

  test('the write-off: who cannot is refused by name, the rest go through; the same form is one effect, another body a refusal', async () => {
    const had = Object.fromEntries(pupils.map(({ id }) => [id, balance(id)]));
    const form = formOf(await tutor.get(confirmPath(pupils)));
    const answer = await write(tutor, pupils, form);
    assert.equal(answer.status, 303);
    assert.match(answer.headers.location, /^\/staff\/tutor\/batch\?id=\d+&done=write-off$/);
    const again = await Promise.all([write(tutor, pupils, form), write(tutor, [...pupils].reverse(), form)]);
    for (const one of again) assert.equal(one.headers.location, answer.headers.location, 'sent again: the same result page');
    assert.equal((await write(tutor, pupils.slice(1), form)).status, 409, 'another body under the key');
    const result = await tutor.get(answer.headers.location), words = wordsOf(result);
    assert.match(words, /Списано 3 ученикам, по цене меню 331,50 ₽ Отказано 2/);
    for (const { name } of [poor, ill]) assert.match(words, new RegExp(`Кому не списано.*${name}.*Кому списано`));
    for (const { name } of [rich, free, ordered]) assert.match(words, new RegExp(`Кому списано.*${name}`));
    assert.ok(!/молоко|[Аа]ллерг|[Лл]ьгот|инвалид/.test(result.text));
    const cost = Object.fromEntries(pupils.map(({ id }) => [id, had[id] - balance(id)]));
    assert.deepEqual(cost, { [rich.id]: 11050, [poor.id]: 0, [ill.id]: 0, [free.id]: 0, [ordered.id]: 11050 });
    assert.equal(value(`select count(*) from canteen.write_off where menu_id = ${meal.menu}`), '1');
    assert.equal(value(`select state from canteen.meal_order where menu_id = ${meal.menu} and pupil_id = ${ordered.id}`), 'served');
    assert.equal(value(`select held_kop >= 0 and balance_kop >= held_kop from ledger.balance where account_id = ledger.pupil_account(${ordered.id})`), 't');
    assert.match(wordsOf(await tutor.get(`/staff/tutor?class=${mine.class}`)), /Последние списания № \d+ за/);
    assert.deepEqual(violations(), []);
  });

  test('eight forms at once for the same children: each is charged once', async () => {
    const lunch = makeMeal(mine.class, 100), list = plainPupils(mine.class, 8).filter(({ id }) => id !== ill.id);
    for (const { id } of list) move(id, 100);
    const had = list.map(({ id }) => balance(id));
    const { csrf } = formOf(await tutor.get(confirmPath(list, lunch.menu)));
    const answers = await Promise.all(Array.from({ length: 8 }, () => write(tutor, list, { csrf, key: randomUUID() }, lunch.menu)));
    assert.deepEqual(answers.map((a) => a.status), Array(8).fill(303));
    assert.deepEqual(list.map(({ id }) => balance(id)), had.map((kop) => kop - 100));
    assert.deepEqual(violations(), []);
  });

  test('a refund mirrors its entry once, with a reason, and is seen afterwards', async () => {
    const id = value(`select id from canteen.serving where menu_id = ${meal.menu} and pupil_id = ${rich.id}`), had = balance(rich.id);
    const path = `/staff/tutor/refund?kind=meal&id=${id}`, page = await tutor.get(path);
    assert.match(wordsOf(page), new RegExp(`${rich.name}.*Цена 110,50 ₽`));
    const fields = { ...formOf(page), kind: 'meal', id };
    const empty = await tutor.submit('/staff/tutor/refund', { ...fields, why: ' ' });
    assert.equal(empty.status, 422);
    assert.match(wordsOf(empty), /Напишите причину/);
    const answer = await tutor.submit('/staff/tutor/refund', { ...fields, why: 'Отмечен по ошибке' });
    assert.equal(answer.headers.location, `/staff/tutor/paid?class=${mine.class}&pupil=${rich.id}&done=refund`);
    assert.equal((await tutor.submit('/staff/tutor/refund', { ...fields, why: 'Отмечен по ошибке' })).status, 303, 'the same form again');
    assert.equal((await tutor.submit('/staff/tutor/refund', { ...fields, why: 'Другое' })).status, 409);
    const second = await tutor.submit('/staff/tutor/refund', { ...fields, key: randomUUID(), why: 'Ещё раз' });
    assert.equal(second.status, 422, 'once is all');
    assert.match(wordsOf(second), /уже отменена|Уже возвращено/);
    assert.equal(balance(rich.id), had + 11050);
    assert.match(wordsOf(await tutor.get(answer.headers.location)), /возвращено .*: Отмечен по ошибке/);
    assert.deepEqual(sql(`select e.kind, e.reason, e.reverses = s.entry_id from canteen.serving s join ledger.entry e on e.id = s.undo_entry_id where s.id = ${id}`),
      [['refund', 'Отмечен по ошибке', 't']]);
    assert.deepEqual(violations(), []);
  });

  test('outside the window nothing is given back', async () => {
    const days = Number(value(`select refund_days from canteen.policy where school_id = ${mine.school}`));
    const old = makeMeal(mine.class, 500, days + 1), edge = makeMeal(mine.class, 600, days);
    move(rich.id, 2000);
    const [early, late] = [edge, old].map(({ menu, meal: id, day }) =>
      value(`select canteen.serve(${rich.id}, ${menu}, ${id}, '${day}', (select id from auth.staff where login = '${mine.login}'), 'классный руководитель')`));
    const page = await tutor.get(`/staff/tutor/refund?kind=meal&id=${late}`);
    assert.match(wordsOf(page), /срок прошёл/);
    const form = formOf(await tutor.get(`/staff/tutor/refund?kind=meal&id=${early}`));
    const refuse = await tutor.submit('/staff/tutor/refund', { ...form, kind: 'meal', id: late, why: 'Поздно' });
    assert.equal(refuse.status, 422);
    assert.match(wordsOf(refuse), /срок прошёл/);
    assert.equal((await tutor.submit('/staff/tutor/refund', { ...form, kind: 'meal', id: early, why: 'В последний день' })).status, 303);
  });

  test('another class, another school, a teacher, a parent; what is no menu of the class; a day too long ago', async () => {
    const form = formOf(await tutor.get(confirmPath([rich])));
    const serving = value(`select id from canteen.serving where menu_id = ${meal.menu} and pupil_id = ${ordered.id}`);
    const batch = value(`select id from canteen.write_off where menu_id = ${meal.menu}`);
    const parent = await loggedIn(cabinet());
    const paths = [`/staff/tutor?class=${mine.class}`, confirmPath([rich]), `/staff/tutor/batch?id=${batch}`, `/staff/tutor/paid?class=${mine.class}`,
      `/staff/tutor/refund?kind=meal&id=${serving}`];
    for (const path of paths) {
      assert.equal((await other.get(path)).status, 404, `another tutor: ${path}`);
      assert.equal((await head.get(path)).status, 403, `the head: ${path}`);
      assert.ok([403, 404].includes((await teacher.get(path)).status), `a teacher: ${path}`);
      assert.equal((await parent.get(path)).status, 303, `a parent: ${path}`);
    }
    const [child] = plainPupils(theirs.class, 1);
    move(child.id, 100);
    const theirForm = formOf(await other.get(`/staff/tutor/confirm?class=${theirs.class}&menu=${makeMeal(theirs.class, 100).menu}&p_${child.id}=1`));
    assert.equal((await write(other, [rich], theirForm)).status, 404, 'another tutor writes nothing off');
    assert.equal((await other.submit('/staff/tutor/refund', { ...theirForm, kind: 'meal', id: serving, why: 'х' })).status, 404);
    assert.equal((await write(tutor, [child], { ...form, key: randomUUID() })).status, 404, 'a child of another class');
    assert.equal((await write(tutor, [rich], { ...form, key: randomUUID() }, 999999999)).status, 404, 'no such menu');
    const back = Number(value(`select back_days from canteen.policy where school_id = ${mine.school}`));
    assert.equal((await write(tutor, [rich], { ...form, key: randomUUID() }, makeMeal(mine.class, 100, back + 1).menu)).status, 422, 'too long ago');
    assert.equal((await write(tutor, [rich], { ...form, key: randomUUID() }, makeMeal(mine.class, 100, -1).menu)).status, 422, 'tomorrow');
    assert.equal((await tutor.get(`/staff/tutor/confirm?class=${mine.class}&menu=${meal.menu}`)).status, 422, 'nobody is ticked');
    for (const query of ['class=x', 'day=2026-02-30', `menu=${meal.menu}&p_x=1`])
      assert.equal((await tutor.get(`/staff/tutor/confirm?${query}`)).status, 400, query);
    assert.equal((await tutor.submit('/staff/tutor/write-off', { csrf: form.csrf, class: mine.class, menu: meal.menu, ...ticks([rich]) })).status, 400, 'without a key');
  });

  test('the head sees which classes have told nothing', async () => {
    const page = await head.get('/staff/tutor/counts');
    assert.equal(page.status, 200);
    assert.equal((await tutor.get('/staff/tutor/counts')).status, 403);
    assert.equal((await head.get('/staff/tutor/counts?day=2020-01-01')).status, 200);
    assert.match(wordsOf(await head.get('/staff/tutor/counts?day=2020-01-01')), /уроков с питанием нет/);
  });
});
