// Every route that moves money, out of the programs' own lists of routes: the same form twice at once and once more has one answer and
// one effect, another content under its key is refused. A route of these programs that is in neither table fails.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { children, lunch, order, restore, school, topUp } from '../support/canteen.mjs';
import { makeMeal, makeTeam, plainPupils, setFree, tutors, violations } from '../support/desk.mjs';
import { credentials, routes, sql, value } from '../support/kabinet.mjs';
import { keeper, offersOf, payingCabinet } from '../support/meals.mjs';
import { csrfOf, loggedIn, loggedInStaff, wordsOf } from '../support/visitor.mjs';

const PROGRAMS = ['meals', 'canteen', 'tutor', 'services', 'finance'];

/** POST routes that move no money, and why a second sending is harmless. */
const WITHOUT_MONEY = {
  '/meals/standing': 'a wish; the orders it leads to are made by a job',
  '/meals/standing/end': 'sets a state',
  '/meals/refuse': 'a wish',
  '/meals/refuse/withdraw': 'sets a state',
  '/meals/limits': 'sets a state',
  '/meals/allergens': 'sets a state',
  '/meals/ban': 'sets a state',
  '/meals/lift': 'sets a state',
  '/staff/canteen/buffet/find': 'looks a child up',
  '/staff/canteen/menu/copy': 'menus',
  '/staff/canteen/menu/day': 'menus',
  '/staff/canteen/menu/drop': 'menus; one with orders stays',
  '/staff/canteen/dish': 'sets a state',
  '/staff/canteen/rules': 'sets a state',
  '/staff/canteen/meal': 'sets a state',
  '/staff/canteen/complex': 'sets a state',
  '/staff/canteen/benefits/open': 'shows a list',
  '/staff/canteen/benefits/add': 'льготы; orders that exist keep their price or are made anew',
  '/staff/canteen/benefits/end': 'льготы, the same',
  '/staff/canteen/rations': 'dry rations have no price',
  '/staff/canteen/study': 'sets a state',
  '/staff/canteen/study/end': 'sets a state',
  '/staff/services/price': 'prices from now on',
  '/staff/services/group': 'sets a state',
  '/staff/services/members': 'sets a state',
  '/staff/services/member': 'sets a state',
};

/** What there is in the books and around them; what an act changed is the difference. */
function books() {
  const counts = {
    entries: 'select count(*) from ledger.entry',
    holds: 'select count(*) from ledger.hold',
    ended: 'select count(ended_at) from ledger.hold',
    orders: 'select count(*) from canteen.meal_order',
    servings: 'select count(*) from canteen.serving',
    undone: 'select count(undone_at) from canteen.serving',
    charges: 'select count(*) from service.charge',
    uncharged: 'select count(undone_at) from service.charge',
  };
  const row = sql(`select ${Object.values(counts).map((query) => `(${query})`).join(', ')}`)[0];
  return Object.fromEntries(Object.keys(counts).map((name, i) => [name, Number(row[i])]));
}
const changed = (from, to) => Object.fromEntries(Object.keys(to).filter((name) => to[name] !== from[name]).map((name) => [name, to[name] - from[name]]));

/** The hidden fields of a page's form. */
const fieldsOf = (page, action) => {
  const form = new RegExp(`<form[^>]*action="${action}"[\\s\\S]*?</form>`).exec(page.text)?.[0] ?? '';
  return Object.fromEntries([...form.matchAll(/<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(([, name, v]) => [name, v]));
};

/** An account number of that bank with a good key. */
function accountOf(bik) {
  for (let key = 0; key < 10; key++) {
    const account = `40817810${key}00000001234`;
    if ([...bik.slice(-3) + account].reduce((s, d, i) => s + Number(d) * [7, 1, 3][i % 3] % 10, 0) % 10 === 0) return account;
  }
}

let cook, teacher, tutor, parent, payer, keep, kids, all, mine, team, offer, lunchMenu, meal, pupils, one, other;
before(async () => {
  ({ menu: lunchMenu, meal } = lunch());
  kids = children(4);
  for (const child of kids) topUp(child, 90000);
  cook = await loggedInStaff(credentials.staff.find((s) => s.role === 'canteen' && s.login.endsWith('039')));
  [mine] = tutors();
  tutor = await loggedInStaff(mine);
  const member = credentials.staff.find((s) => s.role === 'teacher' && value(`select school_id from auth.staff where login = '${s.login}'`) === mine.school);
  teacher = await loggedInStaff(member);
  pupils = plainPupils(mine.class, 2);
  for (const { id } of pupils) setFree(id, 90000);
  team = makeTeam(member.login, 30000, pupils);
  const own = payingCabinet();
  keep = keeper(own.pupil);
  payer = await loggedIn(own);
  await payer.fill('/', { idn: own.idn, next: '/' }, { action: '/child' });
  [offer] = offersOf(own.pupil).filter((o) => o.pay > 0);
  all = credentials.cabinets.filter((c) => c.password);
  one = all.find((c) => all.some((o) => o.password === c.password && o.idn !== c.idn)) ?? all[0];
  other = all.find((c) => c.password === one.password && c.idn !== one.idn);
  parent = await loggedIn(one);
});
after(() => {
  keep?.();
  restore(kids ?? []);
  assert.deepEqual(violations(), []);
});

/** By route: who sends it, from which page, which fields; what differs under the same key; what it changes. */
const MONEY = {
  '/meals/order': async () => ({
    visitor: payer, fields: fieldsOf(await payer.get(`/meals/order?o1=${offer.menu}`), '/meals/order'), differs: { o2: '1' },
    effect: { holds: 1, orders: 1 },
  }),
  '/meals/cancel': async () => {
    const id = value(`select max(id) from canteen.meal_order where menu_id = ${offer.menu} and state = 'ordered'`);
    return { visitor: payer, fields: fieldsOf(await payer.get(`/meals/cancel?o1=${id}`), '/meals/cancel'), differs: { o2: '1' }, effect: { ended: 1 } };
  },
  '/staff/canteen/serve': async () => {
    order(kids[0], lunchMenu);
    return { visitor: cook, page: `/staff/canteen/serve?meal=${meal}&till=2`, fields: { meal, till: 2, find: kids[0].account },
      differs: { find: kids[1].account }, effect: { entries: 1, ended: 1, servings: 1 } };
  },
  '/staff/canteen/list': async () => ({
    visitor: cook, page: `/staff/canteen/list?meal=${meal}&class=${kids[1].classId}`,
    fields: { meal, class: kids[1].classId, menu: lunchMenu, [`pupil_${kids[1].id}`]: 1,
      day: value(`select timezone(time_zone, now())::date from school.school where id = ${school}`) },
    differs: { [`pupil_${kids[2].id}`]: 1 }, effect: { entries: 1, servings: 1 },
  }),
  '/staff/canteen/buffet': async () => {
    const [[dish, price]] = sql(`select id, buffet_kop from canteen.dish where school_id = ${school} and buffet_kop is not null and not is_retired order by id limit 1`);
    return { visitor: cook, page: `/staff/canteen/buffet?till=1&pupil=${kids[2].id}&n_${dish}=1`, differs: { [`n_${dish}`]: 2, sum: 2 * price },
      fields: { till: 1, pupil: kids[2].id, [`n_${dish}`]: 1, sum: price }, effect: { entries: 1, servings: 1 } };
  },
  '/staff/canteen/undo': async () => {
    const serving = value(`select max(id) from canteen.serving where pupil_id = ${kids[0].id}`);
    return { visitor: cook, page: `/staff/canteen/undo?serving=${serving}&meal=${meal}&till=2`, differs: { why: 'другое' },
      fields: { serving, kind: 'meal', meal, till: 2, why: 'нажато по ошибке' }, effect: { entries: 1, undone: 1 } };
  },
  '/staff/tutor/write-off': async () => {
    const { menu } = makeMeal(mine.class, 11050);
    return { visitor: tutor, page: `/staff/tutor?class=${mine.class}&menu=${menu}`, differs: { [`p_${pupils[1].id}`]: 1 },
      fields: { class: mine.class, menu, [`p_${pupils[0].id}`]: 1 }, effect: { entries: 1, servings: 1 } };
  },
  '/staff/tutor/refund': async () => {
    const id = value(`select max(id) from canteen.serving where pupil_id = ${pupils[0].id} and undone_at is null`);
    return { visitor: tutor, page: `/staff/tutor/refund?kind=meal&id=${id}`, fields: { kind: 'meal', id, why: 'Отмечен по ошибке' },
      differs: { why: 'Другое' }, effect: { entries: 1, undone: 1 } };
  },
  '/staff/services/write-off': async () => ({
    visitor: teacher, page: `/staff/services/lesson?team=${team.team}`, fields: { team: team.team, day: mine.today, [`p_${pupils[0].id}`]: 1 },
    differs: { [`p_${pupils[1].id}`]: 1 }, effect: { entries: 1, charges: 1 },
  }),
  '/staff/services/undo': async () => {
    const id = value(`select max(id) from service.charge where team_id = ${team.team}`);
    return { visitor: teacher, page: `/staff/services/undo?id=${id}`, fields: { id, why: 'Не был' }, differs: { why: 'Другое' },
      effect: { entries: 1, uncharged: 1 } };
  },
  '/finance/transfer': async () => ({
    visitor: parent, page: '/finance/transfer', fields: { to: other.idn, amount: '1,23' }, differs: { amount: '1,24' }, effect: { entries: 1 },
  }),
  '/finance/withdraw': async () => ({
    visitor: parent, page: '/finance', fields: { bik: '044525225', account20: accountOf('044525225'), checked: '1', amount: '1,50' },
    differs: { amount: '1,51' }, effect: { holds: 1 },
  }),
  // No key: it names the request that it ends, and a request ends once.
  '/finance/withdraw/back': async () => ({
    visitor: parent, page: '/finance', fields: { id: value(`select max(substring(h.key from '[0-9]+')::bigint) from ledger.hold h where h.ended_at is null and h.scope like 'withdraw%'`) },
    differs: null, effect: { ended: 1 },
  }),
};

describe('money twice', () => {
  test('every POST route of the money programs is in one table, and no table names another', () => {
    const posts = routes.filter((r) => r.method === 'POST' && PROGRAMS.includes(r.program)).map((r) => r.path).sort();
    assert.deepEqual([...Object.keys(MONEY), ...Object.keys(WITHOUT_MONEY)].sort(), posts);
  });

  for (const [action, prepare] of Object.entries(MONEY))
    test(action, async () => {
      const { visitor, page, fields: given, differs, effect } = await prepare();
      const fields = { key: randomUUID(), ...given };
      fields.csrf ??= csrfOf(await visitor.get(page));
      const before = books();
      const clicks = await Promise.all([1, 2].map(() => visitor.submit(action, fields)));
      for (const click of clicks) assert.equal(click.status, 303, wordsOf(click));
      assert.equal(clicks[0].headers.location, clicks[1].headers.location, 'two clicks, one answer');
      const after = books();
      assert.deepEqual(changed(before, after), effect, 'and one effect');
      const again = await visitor.submit(action, fields);
      assert.deepEqual([again.status, again.headers.location], [303, clicks[0].headers.location], 'sent again: the same answer');
      if (differs) assert.equal((await visitor.submit(action, { ...fields, ...differs })).status, 409, 'another content under its key');
      assert.deepEqual(books(), after, 'and nothing more');
    });
});
