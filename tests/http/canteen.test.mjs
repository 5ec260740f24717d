// The canteen's desk over HTTPS: serving, the list, the buffet, mistakes taken back, menus, льготы behind their note, rations; and who may not.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { credentials, routes, sql, value } from '../support/kabinet.mjs';
import { children, dayAfter, lunch, moneyOf, order, restore, school, today, topUp } from '../support/canteen.mjs';
import { endCard, giveCard, hex } from '../support/reader.mjs';
import { csrfOf, loggedInStaff, wordsOf } from '../support/visitor.mjs';

const member = (role, number = '039') => credentials.staff.find((s) => s.role === role && s.login.endsWith(number));
const keyOf = (page) => /name="key" value="([0-9a-f-]{36})"/.exec(page.text)[1];
const servings = ({ id }, kind = 'meal') =>
  Number(value(`select count(*) from canteen.serving where pupil_id = ${id} and kind = '${kind}' and day = '${today}' and undone_at is null`));
const dishOf = (title) => value(`select id from canteen.dish where school_id = ${school} and title = '${title}'`);

let cook, all, ordered, poor, allergic, listed, uid, meal, menu, title, till;

/** Opens a page and sends its form: the token, a fresh key unless one is given. */
async function send(page, action, fields, visitor = cook) {
  const shown = await visitor.get(page);
  return visitor.submit(action, { csrf: csrfOf(shown), key: randomUUID(), ...fields });
}
const serve = (fields) => send(till, '/staff/canteen/serve', { meal, till: 2, ...fields });
const shown = async (answer) => {
  assert.equal(answer.status, 303, wordsOf(answer));
  return cook.get(answer.headers.location);
};

before(async () => {
  ({ meal, menu, title } = lunch());
  till = `/staff/canteen/serve?meal=${meal}&till=2`;
  all = children(10);
  assert.equal(all.length, 10, 'the demo has children enough');
  [ordered, poor, allergic, listed] = all;
  for (const child of all) topUp(child, child === poor ? -moneyOf(poor)[0] : 60000);
  uid = giveCard(ordered.idn);
  cook = await loggedInStaff(member('canteen'));
});
after(() => {
  endCard(uid);
  restore(all);
  assert.deepEqual(sql('select * from ledger.violations'), []);
});

describe('serving', () => {
  test('a card: what is ordered, once, and its number is in no address', async () => {
    const [balance] = moneyOf(ordered);
    order(ordered, menu);
    assert.deepEqual(moneyOf(ordered), [balance, 17300]);
    const page = await cook.get(till), fields = { csrf: csrfOf(page), key: keyOf(page), meal, till: 2, find: uid };
    const done = await cook.submit('/staff/canteen/serve', fields);
    assert.equal(done.status, 303);
    assert.ok(!done.headers.location.includes(uid));
    const result = await cook.get(done.headers.location), words = wordsOf(result);
    assert.ok(words.includes(ordered.name) && words.includes(title), words);
    assert.match(words, /Списано 173,00 ₽/);
    assert.match(result.text, /id="find"[^>]* autofocus/);
    assert.deepEqual(moneyOf(ordered), [balance - 17300, 0]);
    assert.equal((await cook.submit('/staff/canteen/serve', fields)).headers.location, done.headers.location, 'the same form says the same');
    assert.equal((await cook.submit('/staff/canteen/serve', { ...fields, find: allergic.account })).status, 409, 'another child under its key');
    assert.match(wordsOf(await shown(await serve({ find: uid.toUpperCase() }))), /Уже выдано .*касса 2/);
    assert.equal(servings(ordered), 1);
    assert.equal(value(`select place from canteen.serving where pupil_id = ${ordered.id} order by id desc limit 1`), 'касса 2');
  });

  test('no order: what could be had for money, or why not', async () => {
    const broke = await shown(await serve({ find: poor.account }));
    assert.match(wordsOf(broke), /Не заказано .*недостаточно денег/);
    assert.ok(!broke.text.includes(`name="menu" value="${menu}"`), 'no button without money');
    assert.equal(servings(poor), 0);
    const page = await shown(await serve({ find: listed.account }));
    assert.ok(page.text.includes(`name="menu" value="${menu}"`), 'a button with the price');
    assert.match(wordsOf(await shown(await serve({ pupil: listed.id, menu }))), /Списано 173,00 ₽/);
    assert.equal(servings(listed), 1);
    assert.equal(value(`select action || ' ' || object from site.audit where action = 'canteen-look' order by id desc limit 1`), `canteen-look ${listed.idn}`);
  });

  test('two tills at once: one meal, one price, and the other is told so', async () => {
    for (const child of all.slice(8)) {
      const [balance] = moneyOf(child), csrf = csrfOf(await cook.get(till));
      const answers = await Promise.all([1, 2, 3, 4].map((n) => cook.submit('/staff/canteen/serve', { csrf, key: randomUUID(), meal, till: n, pupil: child.id, menu })));
      assert.deepEqual(answers.map(({ status }) => status), [303, 303, 303, 303], answers.map(wordsOf).join('\n'));
      const words = (await Promise.all(answers.map(shown))).map(wordsOf);
      assert.equal(words.filter((said) => /Списано 173,00 ₽/.test(said)).length, 1);
      assert.equal(words.filter((said) => /Уже выдано/.test(said)).length, 3);
      assert.equal(servings(child), 1);
      assert.equal(moneyOf(child)[0], balance - 17300);
    }
  });

  test('an allergy refuses, in words, what was ordered before it was told', async () => {
    order(allergic, menu);
    sql(`insert into canteen.allergy (pupil_id, allergen, staff_id) select ${allergic.id}, unnest(d.allergens || '{milk}'), f.id
      from canteen.menu_dish m join canteen.dish d on d.id = m.dish_id, auth.staff f where m.menu_id = ${menu} and f.login = 'canteen.039' on conflict do nothing`);
    sql(`update canteen.dish set allergens = array_append(allergens, 'lupin') where id = (select min(dish_id) from canteen.menu_dish where menu_id = ${menu})`);
    sql(`insert into canteen.allergy (pupil_id, allergen, staff_id) select ${allergic.id}, 'lupin', id from auth.staff where login = 'canteen.039'`);
    try {
      const words = wordsOf(await shown(await serve({ find: allergic.account })));
      assert.match(words, /Нельзя: аллергия/);
      assert.match(words, /Аллергия: .*люпин/);
      assert.equal(servings(allergic), 0);
    } finally {
      sql(`update canteen.dish set allergens = array_remove(allergens, 'lupin') where school_id = ${school}`);
    }
  });

  test('a blocked card, a strange one, several of a name, nobody', async () => {
    const lost = giveCard(poor.idn);
    sql(`update gate.card set blocked_at = now() where uid_hash = gate.card_hash('${lost}') and ended_at is null`);
    assert.match(wordsOf(await shown(await serve({ find: lost }))), /Карта заблокирована/);
    endCard(lost);
    assert.match(wordsOf(await shown(await serve({ find: lost }))), /Карта заменена/);
    assert.match(wordsOf(await shown(await serve({ find: hex(6) + '00' }))), /Такой карты или счёта в школе нет/);
    const page = await shown(await serve({ find: ordered.name.slice(0, 1) }));
    assert.match(wordsOf(page), /Кто из них/);
    assert.match(wordsOf(await shown(await serve({ find: '<b>никто' }))), /По «<b>никто» учеников нет/);
    assert.equal((await serve({ find: '' })).status, 303, 'Enter in an empty field does nothing');
  });

  test('a mistake is taken back with its reason, once, and the money returns', async () => {
    const [balance] = moneyOf(listed), id = value(`select max(id) from canteen.serving where pupil_id = ${listed.id}`);
    const page = `/staff/canteen/undo?serving=${id}&meal=${meal}&till=2`;
    assert.match(wordsOf(await cook.get(page)), /Вернётся на счёт 173,00 ₽/);
    const refused = await send(page, '/staff/canteen/undo', { serving: id, kind: 'meal', meal, till: 2, why: '' });
    assert.equal(refused.status, 422);
    assert.match(wordsOf(refused), /Напишите причину/);
    const fields = { serving: id, kind: 'meal', meal, till: 2, why: 'нажато по ошибке', key: randomUUID() };
    assert.match(wordsOf(await shown(await send(page, '/staff/canteen/undo', fields))), /деньги вернулись на счёт/);
    assert.equal((await send(page, '/staff/canteen/undo', fields)).status, 303, 'sent twice');
    assert.equal((await send(page, '/staff/canteen/undo', { ...fields, why: 'другое' })).status, 409, 'another body under its key');
    assert.deepEqual(moneyOf(listed), [balance + 17300, 0]);
    assert.equal((await send(page, '/staff/canteen/undo', { ...fields, key: randomUUID() })).status, 422);
    assert.equal((await cook.get('/staff/canteen/undo?serving=999999999')).status, 404);
  });

  test('by list: who is ticked, the others stay with the reason; days back by the rules alone', async () => {
    order(listed, menu);
    const list = `/staff/canteen/list?meal=${meal}&class=${listed.classId}`;
    const page = await cook.get(list);
    assert.match(page.text, new RegExp(`name="pupil_${listed.id}" value="1" checked`));
    assert.equal((await send(list, '/staff/canteen/list', { meal, class: listed.classId, day: today })).status, 422, 'nobody is ticked');
    const fields = { meal, class: listed.classId, day: today, key: randomUUID(), [`pupil_${listed.id}`]: 1, [`pupil_${poor.id}`]: 1, menu };
    const done = await shown(await send(list, '/staff/canteen/list', fields));
    assert.match(wordsOf(done), /Выдано: 1\. Не выдано: 1/);
    assert.equal((await send(list, '/staff/canteen/list', fields)).status, 303, 'sent twice');
    const { [`pupil_${poor.id}`]: left, ...fewer } = fields;
    assert.equal(left && (await send(list, '/staff/canteen/list', fewer)).status, 409, 'another body under its key');
    assert.equal(servings(listed), 1);
    assert.equal(servings(poor), 0);
    const back = Number(value(`select back_days from canteen.policy where school_id = ${school}`));
    for (const days of [1, -back - 1])
      assert.equal((await send(list, '/staff/canteen/list', { ...fields, key: randomUUID(), day: dayAfter(days) })).status, 422, `${days} days`);
    assert.match(wordsOf(await cook.get(`/staff/canteen/sheet?meal=${meal}&grade=7`)), /список на/);
  });

  test('the day in figures, and the part of it that changes by itself', async () => {
    const page = await cook.get('/staff/canteen'), part = await cook.get('/staff/canteen/live');
    for (const answer of [page, part]) {
      assert.equal(answer.status, 200);
      assert.match(wordsOf(answer), /Порций заказано \d+ .*Ждут выдачи \d/);
      assert.ok(wordsOf(answer).includes(title));
    }
    assert.doesNotMatch(part.text, /<html|<form/);
    assert.doesNotMatch(page.text, /льгот[аы] .*%|Многодетная/i, 'льготы are in the report only');
    assert.match(page.text, /data-live="\/staff\/canteen\/live\?day=\d{4}-\d\d-\d\d"/);
    assert.match(wordsOf(await cook.get('/staff/canteen?day=2020-01-05')), /На этот день меню нет/);
    assert.equal((await cook.get('/staff/canteen?day=x')).status, 400);
  });
});

describe('the buffet', () => {
  test('counts, the sum, a sale once; bans, the limit and a stale price refuse', async () => {
    const child = all[4], [balance] = moneyOf(child);
    const [[dish, price]] = sql(`select id, buffet_kop from canteen.dish where school_id = ${school} and buffet_kop is not null and not is_retired order by id limit 1`);
    const found = await send('/staff/canteen/buffet', '/staff/canteen/buffet/find', { till: 1, find: child.account });
    assert.equal(found.headers.location, `/staff/canteen/buffet?till=1&pupil=${child.id}`);
    const page = `/staff/canteen/buffet?till=1&pupil=${child.id}&n_${dish}=2`;
    const sum = 2 * price;
    assert.match((await cook.get(page)).text, new RegExp(`name="sum" value="${sum}"`));
    const fields = { till: 1, pupil: child.id, [`n_${dish}`]: 2, sum, key: randomUUID() };
    const done = await send(page, '/staff/canteen/buffet', fields);
    assert.match(wordsOf(await shown(done)), /Продано на/);
    assert.equal((await send(page, '/staff/canteen/buffet', fields)).headers.location, done.headers.location);
    assert.equal((await send(page, '/staff/canteen/buffet', { ...fields, sum: price, [`n_${dish}`]: 1 })).status, 409);
    assert.deepEqual(moneyOf(child), [balance - sum, 0]);
    assert.equal((await send(page, '/staff/canteen/buffet', { ...fields, key: randomUUID(), sum: sum - 1 })).status, 422, 'not the price that was shown');
    const access = value(`select min(id) from auth.access where pupil_id = ${child.id}`);
    if (access) {
      sql(`insert into canteen.spending_limit (pupil_id, kind, daily_kop, access_id) values (${child.id}, 'buffet', ${sum}, ${access})`);
      const over = await cook.get(page);
      assert.match(wordsOf(over), /Больше дневного лимита/);
      assert.doesNotMatch(over.text, /name="sum"/);
      assert.equal((await send(page, '/staff/canteen/buffet', { ...fields, key: randomUUID() })).status, 422);
      sql(`insert into canteen.ban (pupil_id, access_id) values (${child.id}, ${access})`);
      assert.match(wordsOf(await cook.get(page)), /Родители запретили буфет/);
    }
    const id = value(`select max(id) from canteen.serving where pupil_id = ${child.id}`);
    const undone = await send(`/staff/canteen/undo?serving=${id}&till=1`, '/staff/canteen/undo', { serving: id, kind: 'buffet', till: 1, why: 'не то взял' });
    assert.match(undone.headers.location, /^\/staff\/canteen\/buffet\?/);
    assert.deepEqual(moneyOf(child), [balance, 0]);
    assert.equal((await cook.get(`/staff/canteen/buffet?pupil=${child.id}&n_${dish}=21`)).status, 400);
  });
});

describe('menus', () => {
  const far = value(`select min(d)::date from generate_series(date '${today}' + 33, date '${today}' + 90, '1 day') d where extract(isodow from d) < 6
    and not exists (select from school.day_off f where f.school_id = ${school} and f.day in (d::date, d::date + 7))`);
  const later = value(`select date '${far}' + 7`);
  after(() => sql(`delete from canteen.menu m where m.school_id = ${school} and m.day between date '${far}' - 6 and date '${far}' + 14
    and not exists (select from canteen.meal_order o where o.menu_id = m.id)`));

  test('a set meal of a day: saved, copied with its week, kept once it is ordered', async () => {
    const { complex } = lunch(), page = `/staff/canteen/menu/day?complex=${complex}&day=${far}`, dish = dishOf('Плов с курицей');
    assert.equal((await send(page, '/staff/canteen/menu/day', { complex, day: far, price: '150' })).status, 422, 'no dishes');
    const typed = await send(page, '/staff/canteen/menu/day', { complex, day: far, price: 'дорого', [`dish_${dish}`]: 1 });
    assert.equal(typed.status, 422);
    assert.match(typed.text, new RegExp(`value="дорого"[\\s\\S]*name="dish_${dish}" value="1" checked`));
    assert.equal((await send(page, '/staff/canteen/menu/day', { complex, day: far, price: '150,50', [`dish_${dish}`]: 1 })).status, 303);
    assert.equal(value(`select price_kop from canteen.menu where complex_id = ${complex} and day = '${far}'`), '15050');
    const week = `/staff/canteen/menu?week=${far}`;
    assert.match(wordsOf(await cook.get(week)), /150,50 ₽ Плов с курицей/);
    const copied = await send(week, '/staff/canteen/menu/copy', { week: far, to: later });
    assert.match(wordsOf(await shown(copied)), /Скопировано меню: \d/);
    assert.equal((await send(week, '/staff/canteen/menu/copy', { week: far, to: far })).status, 422);
    order(all[5], value(`select id from canteen.menu where complex_id = ${complex} and day = '${far}'`));
    assert.match(wordsOf(await cook.get(page)), /Уже заказали: 1\. Новая цена — только для новых заказов/);
    assert.equal((await send(page, '/staff/canteen/menu/drop', { complex, day: far })).status, 422);
    assert.equal((await send(page, '/staff/canteen/menu/day', { complex, day: far, price: '999', [`dish_${dish}`]: 1 })).status, 303);
    assert.equal(moneyOf(all[5])[1], 15050, 'the order as it was');
    assert.equal((await send(page, '/staff/canteen/menu/drop', { complex, day: later })).status, 303);
    assert.equal((await cook.get(`/staff/canteen/menu/day?complex=999999&day=${far}`)).status, 404);
  });

  test('dishes, set meals, meals and rules: what is wrong is told at its field', async () => {
    const name = `Проба ${hex(3)}`;
    const bad = await send('/staff/canteen/dish', '/staff/canteen/dish', { title: name, category: 'soup', weight: '0', kcal: 'много', protein: '1,25', buffet: '-5' });
    assert.equal(bad.status, 422);
    for (const field of ['weight', 'kcal', 'protein', 'buffet']) assert.match(bad.text, new RegExp(`id="${field}-error">[^<]`), field);
    const good = { title: name, category: 'soup', composition: 'вода', weight: 250, kcal: 90, protein: '1,5', fat: '', carb: '12', has_milk: 1, buffet: '45,50' };
    assert.equal((await send('/staff/canteen/dish', '/staff/canteen/dish', good)).status, 303);
    assert.deepEqual(sql(`select weight_g, protein_dg, carb_dg, allergens, buffet_kop from canteen.dish where title = '${name}'`), [['250', '15', '120', '{milk}', '4550']]);
    assert.equal((await send('/staff/canteen/dish', '/staff/canteen/dish', good)).status, 422, 'each title once');
    const id = dishOf(name), page = await cook.get(`/staff/canteen/dish?id=${id}`);
    assert.match(page.text, /name="protein"[^>]*value="1,5"/);
    assert.match(page.text, /name="has_milk" value="1" checked/);
    assert.equal((await send(`/staff/canteen/dish?id=${id}`, '/staff/canteen/dish', { ...good, id, buffet: '', retired: 1 })).status, 303);
    assert.ok(!wordsOf(await cook.get('/staff/canteen/dishes')).includes(name));
    assert.ok(wordsOf(await cook.get('/staff/canteen/dishes?retired=1')).includes(name));
    const { complex } = lunch();
    assert.match((await cook.get(`/staff/canteen/complex?id=${complex}`)).text, /name="price"[^>]*value="173,00"/);
    assert.equal((await send('/staff/canteen/complex', '/staff/canteen/complex', { meal, title: name, first: 9, last: 5, price: '10' })).status, 422);
    const rules = await cook.get('/staff/canteen/rules');
    const now = Object.fromEntries(['cutoff_days', 'cutoff_at', 'absent_at', 'refund_days', 'back_days'].map((field) => [field, new RegExp(`name="${field}"[^>]*value="([^"]*)"`).exec(rules.text)[1]]));
    assert.equal((await send('/staff/canteen/rules', '/staff/canteen/rules', { ...now, cutoff_at: '25:00' })).status, 422);
    assert.equal((await send('/staff/canteen/rules', '/staff/canteen/rules', now)).status, 303);
    assert.equal((await send('/staff/canteen/rules', '/staff/canteen/meal', { title: 'Обед', from: '10:00', to: '11:00' })).status, 422);
  });
});

describe('льготы', () => {
  test('closed until they are opened, which is written down; given, ended, reported', async () => {
    const child = all[6], ask = '/staff/canteen/benefits?find=' + encodeURIComponent(child.name);
    const fresh = await loggedInStaff(member('canteen', '052'));
    assert.match(wordsOf(await fresh.get('/staff/canteen/report')), /Льготы закрыты|Что оплатил бюджет/);
    const seen = () => Number(value(`select count(*) from site.audit where action = 'benefit-view' and object = '${child.idn}'`)), before = seen();
    assert.equal((await send(ask, '/staff/canteen/benefits/open', { pupil: child.id })).headers.location, `/staff/canteen/child?pupil=${child.id}`);
    assert.equal(seen(), before + 1);
    const page = `/staff/canteen/child?pupil=${child.id}`;
    assert.match(wordsOf(await cook.get(page)), /Льгот нет и не было/);
    const fields = { pupil: child.id, kind: 2, meal, share: 50, first: today, last: dayAfter(20), document: 'справка № 7' };
    assert.equal((await send(page, '/staff/canteen/benefits/add', { ...fields, share: 101, document: '' })).status, 422);
    assert.equal((await send(page, '/staff/canteen/benefits/add', fields)).status, 303);
    assert.equal((await send(page, '/staff/canteen/benefits/add', fields)).status, 422, 'not two at once');
    const served = wordsOf(await shown(await serve({ pupil: child.id, menu })));
    assert.match(served, /Списано 86,50 ₽/);
    assert.match(served, /Основание: .*, 50 %/);
    await send('/staff/canteen/benefits', '/staff/canteen/benefits/open', {});
    assert.ok(wordsOf(await cook.get(`/staff/canteen/benefits?kind=2&class=${child.classId}`)).includes(child.name));
    const report = wordsOf(await cook.get(`/staff/canteen/report?from=${today}&to=${today}&by=class`));
    assert.match(report, /Всего/);
    const csv = await cook.get(`/staff/canteen/report.csv?from=${today}&to=${today}`);
    assert.ok(csv.text.startsWith('\ufeffЛьгота;Класс;Питание;'));
    assert.ok(!csv.text.includes(child.name), 'counts and sums, no names');
    assert.match(csv.text, /;86,50;86,50\r\n/);
    const id = value(`select max(id) from canteen.benefit where pupil_id = ${child.id}`);
    assert.equal((await send(page, '/staff/canteen/benefits/end', { pupil: child.id, benefit: id, end: dayAfter(-2) })).status, 422);
    assert.equal((await send(page, '/staff/canteen/benefits/end', { pupil: child.id, benefit: id, end: today })).status, 303);
  });

  test('dry rations: what has accumulated, of today, once', async () => {
    const child = all[7], page = `/staff/canteen/child?pupil=${child.id}`;
    await send('/staff/canteen/benefits?find=' + encodeURIComponent(child.name), '/staff/canteen/benefits/open', { pupil: child.id });
    const staff = value(`select id from auth.staff where login = 'canteen.039'`);
    const benefit = value(`insert into canteen.benefit (pupil_id, kind_id, meal_id, share, first_day, last_day, document, staff_id)
      values (${child.id}, 2, ${meal}, 100, '${dayAfter(-9)}', '${dayAfter(9)}', 'справка', ${staff}) returning id`);
    assert.equal((await send(page, '/staff/canteen/study', { pupil: child.id, study_first: dayAfter(-9), study_last: dayAfter(9) })).status, 303);
    await send('/staff/canteen/benefits', '/staff/canteen/benefits/open', { to: 'rations' });
    assert.match(wordsOf(await cook.get('/staff/canteen/rations')), new RegExp(`${child.name}.*?\\d+ (паёк|пайка|пайков)`));
    const key = randomUUID();
    for (let i = 0; i < 2; i++) assert.equal((await send('/staff/canteen/rations', '/staff/canteen/rations', { pupil: child.id, key })).status, 303);
    assert.deepEqual(sql(`select count(*), max(last_day) from canteen.ration where pupil_id = ${child.id}`), [['1', today]]);
    assert.equal((await send('/staff/canteen/rations', '/staff/canteen/rations', { pupil: child.id })).status, 422, 'nothing more is due');
    sql(`delete from canteen.home_study where pupil_id = ${child.id}; delete from canteen.benefit where id = ${benefit}`);
  });
});

test('nobody else: other roles, strangers, the canteen of another school', async () => {
  const gets = routes.filter((r) => r.program === 'canteen' && r.method === 'GET').map((r) => r.path);
  assert.ok(gets.length >= 15);
  for (const role of ['guard', 'teacher', 'head']) {
    const other = await loggedInStaff(member(role));
    for (const path of gets) assert.equal((await other.get(path)).status, 403, `${role} ${path}`);
  }
  const other = await loggedInStaff(member('canteen', '052')), { complex } = lunch();
  const id = value(`select max(id) from canteen.serving where school_id = ${school}`);
  for (const path of [`/staff/canteen/undo?serving=${id}`, `/staff/canteen/menu/day?complex=${complex}&day=${today}`, `/staff/canteen/child?pupil=${poor.id}`,
    `/staff/canteen/buffet?pupil=${poor.id}`, `/staff/canteen/complex?id=${complex}`, `/staff/canteen/dish?id=${dishOf('Плов с курицей')}`])
    assert.equal((await other.get(path)).status, 404, path);
  const csrf = csrfOf(await other.get('/staff/canteen/buffet')), key = randomUUID();
  for (const [path, fields] of [['/staff/canteen/serve', { meal, till: 1, find: poor.account }], ['/staff/canteen/undo', { serving: id, why: 'чужое' }],
    ['/staff/canteen/buffet', { pupil: poor.id, sum: 1, [`n_${dishOf('Плов с курицей')}`]: 1 }], ['/staff/canteen/benefits/open', { pupil: poor.id }]])
    assert.equal((await other.submit(path, { csrf, key, ...fields })).status, 404, path);
});
