// /meals over HTTPS: the menu, money that is held and comes free to the kopeck, what is twice or too late, what the pupil and other families do not
// see, limits, what was eaten, and how long the money lasts by a model of its own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { cabinet, sql, value } from '../support/kabinet.mjs';
import { freeOf, keeper, offersOf, outlooks, payingCabinet, sessionOf } from '../support/meals.mjs';
import { Visitor, csrfOf, loggedIn, sumsOf, wordsOf } from '../support/visitor.mjs';

/** The fields of the first form that posts to `action`. */
function fieldsOf(page, action) {
  const form = new RegExp(`<form[^>]*method="post" action="${action}"[\\s\\S]*?</form>`).exec(page.text)?.[0] ?? '';
  return Object.fromEntries([...form.matchAll(/<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(([, name, v]) => [name, v]));
}
const list = (ids) => ids.map((id, i) => `o${i + 1}=${id}`).join('&');
const ordersOf = (pupil, menu) => Number(value(`select count(*) from canteen.meal_order where pupil_id = ${pupil} and menu_id = ${menu} and state = 'ordered'`));

describe('meals', () => {
  let own, pupil, parent, restore, offers, today;
  before(async () => {
    own = payingCabinet();
    pupil = own.pupil;
    restore = keeper(pupil);
    sql(`update canteen.standing set ended_at = now() where pupil_id = ${pupil} and ended_at is null; delete from canteen.refusal where pupil_id = ${pupil}`);
    parent = await loggedIn(own);
    await parent.fill('/', { idn: own.idn, next: '/' }, { action: '/child' });
    offers = offersOf(pupil).filter((o) => o.pay > 0);
    today = value(`select timezone(s.time_zone, now())::date from school.pupil p join school.school s on s.id = p.school_id where p.id = ${pupil}`);
  });
  after(() => restore?.());
  const check = (ids) => parent.get(`/meals/order?${list(ids)}`);
  async function order(ids) {
    return parent.submit('/meals/order', fieldsOf(await check(ids), '/meals/order'));
  }
  async function cancel(ids) {
    return parent.submit('/meals/cancel', fieldsOf(await parent.get(`/meals/cancel?${list(ids)}`), '/meals/cancel'));
  }
  const lastOrder = () => value(`select max(id) from canteen.meal_order where pupil_id = ${pupil} and state = 'ordered'`);

  test('a week, a day with its dishes, a month', async () => {
    const { day, monday, complex, menu } = offers[0];
    const week = await parent.get(`/meals?week=${monday}`);
    assert.equal(week.status, 200);
    assert.match(week.text, /<time class="as-of"/);
    assert.match(week.text, new RegExp(`<input type="checkbox" form="order" name="o\\d+" value="${menu}"`));
    assert.ok(wordsOf(week).includes(complex));
    const one = wordsOf(await parent.get(`/meals?day=${day}`));
    for (const [title, composition] of sql(`select d.title, d.composition from canteen.menu_dish m join canteen.dish d on d.id = m.dish_id where m.menu_id = ${menu}`)) {
      assert.ok(one.includes(title), title);
      if (composition) assert.ok(one.includes(`Состав: ${composition}`), composition);
    }
    assert.match(one, /Белки [\d,]+ г, жиры [\d,]+ г, углеводы [\d,]+ г/);
    assert.match((await parent.get(`/meals?month=${day.slice(0, 7)}`)).text, new RegExp(`href="/meals\\?day=${day}"`));
    assert.match(wordsOf(await parent.get('/meals?week=1999-01-04')), /Меню нет/);
    for (const query of ['week=2026-02-30', 'month=2026-13', 'day=x', 'tick=x']) assert.equal((await parent.get(`/meals?${query}`)).status, 400, query);
  });

  test('what is asked is what is held; twice is once; cancelled is free again', async () => {
    const two = [offers[0], offers.find((o) => o.day !== offers[0].day)], ids = two.map((o) => o.menu);
    const sum = two[0].pay + two[1].pay, free = freeOf(pupil);
    const question = await check(ids);
    assert.ok(sumsOf(question).includes(sum), 'the sum that will be held');
    assert.ok(sumsOf(question).includes(free), 'and what is free');
    assert.equal(freeOf(pupil), free, 'looking holds nothing');
    const fields = fieldsOf(question, '/meals/order');
    for (let i = 0; i < 2; i++)
      assert.equal((await parent.submit('/meals/order', fields)).headers.location, `/meals?week=${two[0].day < two[1].day ? two[0].day : two[1].day}&done=meal-order`);
    assert.equal(freeOf(pupil), free - sum);
    assert.equal((await parent.submit('/meals/order', { ...fields, o2: '' })).status, 409);
    assert.equal(freeOf(pupil), free - sum);
    const page = await parent.get(`/meals?week=${two[0].monday}`);
    const links = [...page.text.matchAll(/href="\/meals\/cancel\?o1=(\d+)"/g)].map(([, id]) => id);
    assert.ok(links.length >= 1);
    const orders = sql(`select id from canteen.meal_order where pupil_id = ${pupil} and menu_id in (${ids}) and state = 'ordered'`).map(([id]) => id);
    const back = fieldsOf(await parent.get(`/meals/cancel?${list(orders)}`), '/meals/cancel');
    for (let i = 0; i < 2; i++) assert.match((await parent.submit('/meals/cancel', back)).headers.location, /done=meal-cancel/);
    assert.equal((await parent.submit('/meals/cancel', { ...back, o19: '1' })).status, 409, 'another body under its key');
    assert.equal(freeOf(pupil), free);
    assert.equal(value('select count(*) from ledger.violations'), '0');
  });

  test('two clicks at once order once', async () => {
    const { menu, pay } = offers[1], free = freeOf(pupil);
    const forms = await Promise.all([1, 2, 3].map(async () => fieldsOf(await check([menu]), '/meals/order')));
    const answers = await Promise.all([...forms, forms[0]].map((f) => parent.submit('/meals/order', f)));
    assert.deepEqual(answers.map((a) => a.status), [303, 303, 303, 303]);
    assert.equal(ordersOf(pupil, menu), 1);
    assert.equal(freeOf(pupil), free - pay);
    await cancel([lastOrder()]);
    assert.equal(freeOf(pupil), free);
  });

  test('another set meal takes the place of the first, for the difference', async (t) => {
    const first = offers.find((o) => offers.some((p) => p.day === o.day && p.meal === o.meal && p.menu !== o.menu));
    if (!first) return t.skip('the demo has one set meal a meal');
    const second = offers.find((p) => p.day === first.day && p.meal === first.meal && p.menu !== first.menu), free = freeOf(pupil);
    await order([first.menu]);
    assert.match(wordsOf(await check([second.menu])), new RegExp(`вместо: ${first.complex.replace(/[()]/g, '.')}`));
    await order([second.menu]);
    assert.deepEqual([ordersOf(pupil, first.menu), ordersOf(pupil, second.menu)], [0, 1]);
    assert.equal(freeOf(pupil), free - second.pay);
    assert.match(wordsOf(await check([first.menu, second.menu])), /выберите один комплекс/);
    await cancel([lastOrder()]);
  });

  test('too late, of another class, of another school, without money, for another child', async () => {
    const past = value(`select m.id from canteen.menu m join school.pupil p on p.school_id = m.school_id and p.id = ${pupil} join canteen.complex c on c.id = m.complex_id
      where m.day < '${today}' and canteen.serves(c, p.class_id) order by m.day desc limit 1`);
    const other = value(`select m.id from canteen.menu m join school.pupil p on p.school_id <> m.school_id and p.id = ${pupil} where m.day > '${today}' limit 1`);
    const fields = fieldsOf(await check([offers[0].menu]), '/meals/order');
    if (past) {
      assert.match(wordsOf(await check([past])), /Не будет заказано: заказы уже не принимаются/);
      const late = await parent.submit('/meals/order', { ...fields, o1: past });
      assert.equal(late.status, 422);
      assert.match(wordsOf(late), /уже не принимаются/);
    }
    if (other) assert.equal((await parent.submit('/meals/order', { ...fields, o1: other })).status, 404);
    assert.equal((await parent.submit('/meals/order', { ...fields, o1: '999999999' })).status, 404);
    assert.equal((await parent.submit('/meals/order', { ...fields, child: 'I0000ZZZZZ' })).status, 409);
    const cheap = await parent.submit('/meals/order', { ...fields, pay: '1' });
    assert.equal(cheap.status, 422);
    assert.match(wordsOf(cheap), /Цена только что изменилась/);
    assert.equal((await parent.submit('/meals/order', { ...fields, key: '' })).status, 400);
    assert.equal((await parent.submit('/meals/order', { ...fields, csrf: '' })).status, 403);
    assert.equal(ordersOf(pupil, offers[0].menu), 0);
    sql(`insert into canteen.spending_limit (pupil_id, kind, daily_kop, access_id) select ${pupil}, 'meal', 100, min(id) from auth.access where pupil_id = ${pupil}`);
    const refused = await parent.submit('/meals/order', fields);
    sql(`delete from canteen.spending_limit where pupil_id = ${pupil}`);
    assert.equal(refused.status, 422);
    assert.match(wordsOf(refused), /Дневной лимит родителей на горячее питание: 1,00 ₽/);
  });

  test('limits, allergens and bans: anybody tightens, a password loosens', async () => {
    const pin = sessionOf(pupil, 1, 'pin'), form = (fields) => ({ ...fields, csrf: page });
    let page = csrfOf(await pin.get('/meals/limits'));
    sql(`delete from canteen.allergy where pupil_id = ${pupil}; update canteen.ban set lifted_at = now() where pupil_id = ${pupil} and lifted_at is null`);
    assert.equal((await pin.submit('/meals/limits', form({ meal: '300', buffet: '100,50' }))).status, 303);
    assert.equal(value(`select string_agg(daily_kop::text, ' ' order by kind) from canteen.spending_limit where pupil_id = ${pupil}`), '30000 10050');
    for (const [fields, words] of [[{ meal: '300,01', buffet: '100,50' }, /войдите с паролем/], [{ meal: '', buffet: '100,50' }, /войдите с паролем/],
      [{ meal: 'много', buffet: '' }, /Сумма — это рубли/], [{ meal: '-5', buffet: '' }, /Сумма — это рубли/]]) {
      const answer = await pin.submit('/meals/limits', form(fields));
      assert.equal(answer.status, 422, fields.meal);
      assert.match(wordsOf(answer), words);
    }
    assert.equal((await pin.submit('/meals/allergens', form({ a_milk: '1', a_nuts: '1' }))).status, 303);
    assert.equal((await pin.submit('/meals/allergens', form({ a_milk: '1' }))).status, 422);
    assert.equal(value(`select string_agg(allergen::text, ' ' order by allergen) from canteen.allergy where pupil_id = ${pupil}`), 'milk nuts');
    for (let i = 0; i < 2; i++) assert.equal((await pin.submit('/meals/ban', form({ whole: '1' }))).status, 303);
    const ban = value(`select id from canteen.ban where pupil_id = ${pupil} and lifted_at is null`);
    assert.equal((await pin.submit('/meals/lift', form({ id: ban }))).status, 422);
    assert.match(wordsOf(await pin.get('/meals/buffet')), /Родители запретили буфет\. Не продадут/);
    assert.equal((await pin.submit('/meals/ban', form({}))).status, 400);
    page = csrfOf(await parent.get('/meals/limits'));
    assert.equal((await parent.submit('/meals/lift', form({ id: ban }))).status, 303);
    assert.equal((await parent.submit('/meals/allergens', form({}))).status, 303);
    assert.equal((await parent.submit('/meals/limits', form({ meal: '', buffet: '' }))).status, 303);
    assert.equal(value(`select count(*) from canteen.allergy a full join canteen.spending_limit l using (pupil_id) where pupil_id = ${pupil}`), '0');
  });

  test('an allergy told after an order: the order is named, and offered to be cancelled', async () => {
    const hit = offers.map((o) => ({ ...o, allergen: value(`select a from canteen.menu_dish m join canteen.dish d on d.id = m.dish_id, unnest(d.allergens) a where m.menu_id = ${o.menu} limit 1`) }))
      .find((o) => o.allergen);
    await order([hit.menu]);
    sql(`insert into canteen.allergy (pupil_id, allergen, access_id) select ${pupil}, '${hit.allergen}', min(id) from auth.access where pupil_id = ${pupil} on conflict do nothing`);
    for (const path of ['/meals', '/meals/limits']) {
      const page = await parent.get(path);
      assert.match(wordsOf(page), /Заказано то, чего ребёнку нельзя/, path);
      assert.match(page.text, new RegExp(`/meals/cancel\\?o1=${lastOrder()}"`));
    }
    const day = await parent.get(`/meals?day=${hit.day}`);
    assert.match(wordsOf(day), /аллергия ребёнка\. Заказать нельзя/);
    await cancel([lastOrder()]);
    sql(`delete from canteen.allergy where pupil_id = ${pupil}`);
  });

  test('a standing order: its price is shown first, one for a meal, ended in one step', async () => {
    const choice = /name="choice" value="(\d+-\d+)"/.exec((await parent.get('/meals/standing')).text)[1];
    const first = value(`select date '${today}' + 1`);
    const page = await parent.get(`/meals/standing?choice=${choice}&w1=1&w2=1&w3=1&w4=1&w5=1&first=${first}&days=5`);
    assert.match(wordsOf(page), /5 учебных дней/);
    const fields = fieldsOf(page, '/meals/standing');
    for (let i = 0; i < 2; i++) assert.equal((await parent.submit('/meals/standing', fields)).headers.location, '/meals/plan?done=meal-standing');
    const { key, ...again } = fieldsOf(page, '/meals/standing');
    const second = await parent.submit('/meals/standing', { ...again, key: key.replace(/^./, (c) => (c === 'a' ? 'b' : 'a')) });
    assert.equal(second.status, 422);
    assert.match(wordsOf(second), /уже есть: сначала завершите/);
    const id = value(`select id from canteen.standing where pupil_id = ${pupil} and ended_at is null`);
    assert.match(wordsOf(await parent.get('/meals/plan')), /с понедельника по пятницу.*действует|действует.*с понедельника по пятницу/);
    for (let i = 0; i < 2; i++) assert.equal((await parent.submit('/meals/standing/end', { id, csrf: fields.csrf })).headers.location, '/meals/plan?done=meal-standing-end');
    for (const [query, words] of [['first=' + first, /Выберите, что заказывать/], [`choice=${choice}&first=${first}`, /хотя бы один день недели/],
      [`choice=${choice}&w1=1&first=2020-01-01`, /Первый день уже прошёл/], [`choice=${choice}&w1=1&first=${first}&days=0`, /от 1 до 200/],
      [`choice=${choice}&w1=1&first=${first}&days=200`, /столько учебных дней нет/]])
      assert.match(wordsOf(await parent.get(`/meals/standing?${query}`)), words, query);
    assert.equal((await parent.get(`/meals/standing?choice=1x&w1=1&first=${first}`)).status, 400);
  });

  test('a refusal cancels what can be cancelled, and is taken back', async () => {
    const { menu, day, pay } = offers[0], free = freeOf(pupil);
    await order([menu]);
    const page = await parent.get(`/meals/refuse?first=${day}&last=${day}&body=${encodeURIComponent('уезжаем')}`);
    assert.ok(sumsOf(page).includes(pay));
    const fields = fieldsOf(page, '/meals/refuse');
    for (let i = 0; i < 2; i++) assert.equal((await parent.submit('/meals/refuse', fields)).headers.location, '/meals/plan?done=meal-refuse');
    assert.equal(freeOf(pupil), free);
    assert.equal(value(`select count(*) from canteen.refusal where pupil_id = ${pupil} and body = 'уезжаем'`), '1');
    assert.match(wordsOf(await parent.get('/meals/plan')), /всё питание действует уезжаем/);
    const id = value(`select id from canteen.refusal where pupil_id = ${pupil} and body = 'уезжаем'`);
    assert.equal((await parent.submit('/meals/refuse/withdraw', { id, csrf: fields.csrf })).status, 303);
    assert.match(wordsOf(await parent.get(`/meals/refuse?first=2020-01-01&last=2020-01-02`)), /от сегодняшнего дня/);
  });

  test('the pupil sees the menu and what is eaten: no money, no льготы, no allergens of its own, no forms', async () => {
    const child = sessionOf(pupil, 0);
    sql(`insert into canteen.allergy (pupil_id, allergen, access_id) select ${pupil}, 'gluten', min(id) from auth.access where pupil_id = ${pupil} on conflict do nothing`);
    for (const path of ['/meals', `/meals?day=${offers[0].day}`, `/meals?month=${offers[0].day.slice(0, 7)}`, '/meals/eaten', '/meals/buffet']) {
      const page = await child.get(path), main = /<main[\s\S]*<\/main>/.exec(page.text)[0];
      assert.equal(page.status, 200, path);
      assert.doesNotMatch(main, /class="money"|по льготе|Льготы|аллергия ребёнка|₽|type="checkbox"|method="post" action="\/meals(?!\/ban)|Запретить/i, path);
    }
    const csv = (await child.get('/meals/eaten.csv')).text;
    assert.doesNotMatch(csv, /\d+,\d\d/);
    assert.doesNotMatch(csv, /\d\d:\d\d:\d\d\./, 'times to the second');
    for (const path of ['/meals/order?o1=1', '/meals/cancel?o1=1', '/meals/plan', '/meals/standing', '/meals/refuse', '/meals/limits'])
      assert.equal((await child.get(path)).status, 403, path);
    const csrf = csrfOf(await child.get('/meals'));
    for (const path of ['/meals/order', '/meals/cancel', '/meals/standing', '/meals/standing/end', '/meals/refuse', '/meals/refuse/withdraw', '/meals/limits',
      '/meals/allergens', '/meals/ban', '/meals/lift'])
      assert.equal((await child.submit(path, { csrf, key: randomUUID(), o1: offers[0].menu, id: '1', whole: '1', first: offers[0].day, choice: '1-0', w1: '1' })).status, 403, path);
    sql(`delete from canteen.allergy where pupil_id = ${pupil}`);
  });

  test('another family\'s orders, bans and refusals are not there; strangers log in', async () => {
    await order([offers[0].menu]);
    const id = lastOrder(), stranger = await loggedIn(cabinet((c) => c.note === 'другая школа')), csrf = csrfOf(await stranger.get('/meals'));
    const key = randomUUID();
    assert.equal((await stranger.get(`/meals/cancel?o1=${id}`)).status, 404);
    assert.equal((await stranger.submit('/meals/cancel', { o1: id, key, csrf })).status, 404);
    sql(`insert into canteen.ban (pupil_id, category, access_id) select ${pupil}, 'snack', min(id) from auth.access where pupil_id = ${pupil} on conflict do nothing`);
    const ban = value(`select max(id) from canteen.ban where pupil_id = ${pupil}`);
    for (const [path, other] of [['/meals/lift', ban], ['/meals/standing/end', '999999'], ['/meals/refuse/withdraw', '999999']])
      assert.equal((await stranger.submit(path, { id: other, csrf })).status, 404, path);
    assert.equal(ordersOf(pupil, offers[0].menu), 1);
    await cancel([id]);
    for (const path of ['/meals', '/meals/plan', '/meals/eaten.csv']) assert.match((await new Visitor().get(path)).headers.location, /^\/login\?next=/);
  });

  test('what was eaten: the figures are those of the books, pages hold each day once, CSV has them all', async () => {
    const [[month, meals, buffets, sum]] = sql(`select coalesce(to_char(max(day), 'YYYY-MM'), '2026-11'), 0, 0, 0 from canteen.serving where pupil_id = ${pupil}`).map(([m]) =>
      sql(`select '${m}', count(*) filter (where kind = 'meal'), count(*) filter (where kind = 'buffet'), coalesce(sum(pay_kop), 0)
        from canteen.serving where pupil_id = ${pupil} and undone_at is null and to_char(day, 'YYYY-MM') = '${m}'`)[0]);
    const days = [];
    let path = `/meals/eaten?month=${month}`, page;
    for (let i = 0; i < 10 && path; i++) {
      page = await parent.get(path);
      assert.ok(page.bytes.length <= 30 * 1024, 'a page is small');
      days.push(...[...page.text.matchAll(/<div class="m-eaten">\s*<h3>([^<]+)/g)].map((m) => m[1]));
      path = /rel="next" href="([^"]*before=[^"]*)"/.exec(page.text)?.[1].replaceAll('&amp;', '&');
    }
    assert.equal(new Set(days).size, days.length);
    assert.equal(days.length, Number(value(`select count(distinct day) from canteen.serving where pupil_id = ${pupil} and to_char(day, 'YYYY-MM') = '${month}'`)));
    const words = wordsOf(page);
    assert.ok(words.includes(`Горячее питание ${meals} раз`), words);
    assert.ok(words.includes(`Буфет ${buffets} раз`), words);
    const totals = sumsOf(page).slice(0, 2);
    assert.equal(totals[0] + totals[1], Number(sum));
    const csv = (await parent.get(`/meals/eaten.csv?month=${month}`)).text.trim().split('\r\n').slice(1);
    assert.equal(csv.length, Number(value(`select count(*) from canteen.serving where pupil_id = ${pupil} and to_char(day, 'YYYY-MM') = '${month}'`)));
  });

  test('how long the money lasts agrees with a count day by day, for every pupil', () => {
    let seen = 0;
    for (const [school, day] of sql('select id, timezone(time_zone, now())::date from school.school where exists (select from canteen.menu m where m.school_id = school.id)')) {
      const said = new Map(sql(`select p.id, o.enough_till, o.enough_days, o.outlasts, coalesce(o.month_kop, 0), o.free_kop from school.pupil p
        cross join lateral canteen.outlook(p.id, '${day}') o where p.school_id = ${school} and p.state = 'active'`).map(([id, ...rest]) => [id, rest.join('|')]));
      for (const o of outlooks(school, day)) {
        const lasts = o.lasts === null ? '' : o.lasts ? 't' : 'f';
        assert.equal(said.get(String(o.pupil)), [o.till ?? '', o.days, lasts, o.month, o.free].join('|'), `pupil ${o.pupil}`);
        seen++;
      }
    }
    assert.ok(seen > 50, `${seen} pupils`);
  });
});
