// meals.mjs -- what tests of «Питание» need of the demo: a family with money and free days ahead, and a model of how long money lasts.
import { randomBytes } from 'node:crypto';
import { credentials, sql, value } from './kabinet.mjs';
import { Visitor } from './visitor.mjs';

export const pupilOf = (idn) => value(`select id from school.pupil where idn = '${idn}'`);
export const freeOf = (pupil) => Number(value(`select balance_kop - held_kop from ledger.balance where account_id = ledger.pupil_account(${pupil})`));

/** Set meals that this pupil's family may order and has not: [{ menu, day, meal, complex, pay, monday }], the farthest week first. */
export const offersOf = (pupil) => sql(`select m.id, m.day, e.title, c.title,
    canteen.pays_kop(m.price_kop, (canteen.benefit_on(${pupil}, c.meal_id, m.day)).share), date_trunc('week', m.day)::date, c.is_default
  from canteen.menu m join canteen.complex c on c.id = m.complex_id join canteen.meal e on e.id = c.meal_id
  join school.pupil p on p.id = ${pupil} and p.school_id = m.school_id join school.school s on s.id = p.school_id
  where canteen.deadline(m.school_id, m.day) > timezone(s.time_zone, now()) + interval '5 min' and canteen.serves(c, school.class_on(p.id, m.day))
    and not exists (select from school.day_off f where f.school_id = m.school_id and f.day = m.day)
    and not exists (select from canteen.meal_order o where o.pupil_id = p.id and o.day = m.day and o.meal_id = c.meal_id and o.state = 'ordered')
    and (canteen.objection(p.id, canteen.menu_dishes(m.id), 'meal')).code is null
  order by 6 desc, m.day, e.serves_from, c.is_default desc, c.id`)
  .map(([menu, day, meal, complex, pay, monday, isDefault]) => ({ menu, day, meal, complex, pay: Number(pay), monday, isDefault: isDefault === 't' }));

/** A cabinet whose child pays for lunches and has money for a week of them; the one with the most. */
export function payingCabinet() {
  const found = credentials.cabinets.filter((c) => c.password).map((c) => ({ ...c, pupil: pupilOf(c.idn) }))
    .filter((c) => offersOf(c.pupil).filter((o) => o.pay > 0).length > 8).sort((a, b) => freeOf(b.pupil) - freeOf(a.pupil))[0];
  if (!found || freeOf(found.pupil) < 100000) throw new Error('no family of the demo has 1000 roubles and menus ahead');
  return found;
}

/** What tests leave: their orders end, and what a family has told is as it was before. */
export function keeper(pupil) {
  const tables = ['allergy', 'ban', 'spending_limit', 'standing', 'refusal'];
  const last = value('select coalesce(max(id), 0) from canteen.meal_order');
  sql(`create schema if not exists kept; ${tables.map((t) => `drop table if exists kept.${t}_${pupil};
    create table kept.${t}_${pupil} as select * from canteen.${t} where pupil_id = ${pupil};`).join('')}
    delete from canteen.spending_limit where pupil_id = ${pupil}`);
  return () => sql(`select canteen.end_order(id, 'cancelled', 'test', 'проверка') from canteen.meal_order
      where pupil_id = ${pupil} and id > ${last} and state = 'ordered';
    ${tables.map((t) => `delete from canteen.${t} where pupil_id = ${pupil};
      insert into canteen.${t} ${t === 'allergy' || t === 'spending_limit' ? '' : 'overriding system value'} select * from kept.${t}_${pupil}; drop table kept.${t}_${pupil};`).join('')}
    do $$ begin drop schema kept; exception when dependent_objects_still_exist then null; end $$`);
}

/** A session made by hand: ordinal 0 is the pupil, others adults; `by` is what began it. */
export function sessionOf(pupil, ordinal, by = 'password') {
  const token = randomBytes(32).toString('base64url'), visitor = new Visitor();
  sql(`insert into auth.access (pupil_id, ordinal, may_finance) select ${pupil}, ${ordinal}, ${ordinal > 0} on conflict do nothing;
    with made as (insert into auth.login default values returning id)
    update auth.access a set login_id = coalesce(a.login_id, made.id) from made where a.pupil_id = ${pupil} and a.ordinal = ${ordinal};
    insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
    select sha256('${token}'), '${by}', a.login_id, a.id, '127.0.0.1', 'test' from auth.access a where a.pupil_id = ${pupil} and a.ordinal = ${ordinal}`);
  visitor.cookies.set('__Host-session', token);
  return visitor;
}

// ---- how long the money lasts: the same question answered day by day, from the tables alone -------------------------------------

const plus = (day, n) => new Date(Date.parse(day) + n * 86400e3).toISOString().slice(0, 10);
const pays = (price, share) => price - Math.floor(price * share / 100);
const rows = (query) => JSON.parse(value(`select coalesce(jsonb_agg(q), '[]') from (${query}) q`));

/** For every pupil of a school: { pupil: { till, days, lasts, month, free } } */
export function outlooks(school, today) {
  const all = {
    pupils: rows(`select p.id, school.class_on(p.id, '${today}') as class, b.balance_kop - b.held_kop as free from school.pupil p
      join ledger.balance b on b.account_id = ledger.pupil_account(p.id) where p.school_id = ${school} and p.state = 'active'`),
    lessons: rows(`select l.class_id as class, l.day from school.lesson l join school.class k on k.id = l.class_id
      where k.school_id = ${school} and not l.is_cancelled and l.day > date '${today}' - 20 group by 1, 2`),
    classes: rows(`select id, grade, shift from school.class where school_id = ${school}`),
    complexes: rows(`select * from canteen.complex where school_id = ${school} and not is_retired order by id`),
    serving: rows(`select pupil_id, kind, meal_id, pay_kop, day, undone_at from canteen.serving where school_id = ${school} and day > date '${today}' - 20`),
    meal_order: rows(`select pupil_id, day, meal_id from canteen.meal_order where school_id = ${school} and day > '${today}'`),
    ...Object.fromEntries(['standing', 'refusal', 'benefit', 'home_study'].map((t) => [t,
      rows(`select x.* from canteen.${t} x join school.pupil p on p.id = x.pupil_id where p.school_id = ${school}`)])),
  };
  const of = (list, pupil) => all[list].filter((r) => r.pupil_id === pupil);
  const within = (r, day) => r.first_day <= day && (r.last_day ?? day) >= day;
  return all.pupils.map(({ id, class: own, free }) => {
    const days = all.lessons.filter((l) => l.class === own).map((l) => l.day).sort();
    const back = days.filter((d) => d >= plus(today, -14) && d < today).length;
    const klass = all.classes.find((k) => k.id === own);
    const standing = of('standing', id).filter((t) => !t.ended_at && (t.last_day ?? today) >= today);
    const habits = new Map();
    for (const s of of('serving', id).filter((s) => !s.undone_at && s.day >= plus(today, -14) && s.day < today)) {
      const meal = s.kind === 'buffet' ? null : s.meal_id;
      if (meal === null || !standing.some((t) => t.meal_id === meal)) habits.set(meal, (habits.get(meal) ?? 0) + s.pay_kop);
    }
    const price = (t, day) => {
      const complex = all.complexes.find((c) => c.meal_id === t.meal_id && (t.complex_id ? c.id === t.complex_id : c.is_default)
        && klass && klass.grade >= c.first_grade && klass.grade <= c.last_grade && (c.shift ?? klass.shift) === klass.shift);
      const share = of('benefit', id).find((b) => b.meal_id === t.meal_id && within(b, day))?.share ?? 0;
      return complex ? pays(complex.price_kop, share) : 0;
    };
    const settled = (meal, day) => of('meal_order', id).some((o) => o.day === day && o.meal_id === meal)
      || of('refusal', id).some((r) => !r.withdrawn_at && within(r, day) && (r.meal_id === null || r.meal_id === meal))
      || of('home_study', id).some((h) => within(h, day));
    let left = free, till = null, count = 0, month = 0, lasts = null, broke = false;
    for (const day of days.filter((d) => d > today && d <= plus(today, 120))) {
      let cost = 0;
      for (const [meal, sum] of habits) if (meal === null || !settled(meal, day)) cost += Math.ceil(sum / back);
      for (const t of standing)
        if (within(t, day) && t.weekdays & 1 << (new Date(day).getUTCDay() + 6) % 7 && !settled(t.meal_id, day)) cost += price(t, day);
      left -= cost;
      if (day <= plus(today, 30)) month += cost;
      broke ||= left < 0;
      lasts = !broke;
      if (!broke) till = day, count++;
    }
    return { pupil: id, till, days: count, lasts, month, free };
  });
}
