// canteen.mjs -- a lunch of today for the tests of the canteen, whatever day it is, and children who have eaten nothing yet.
import { sql, value } from './kabinet.mjs';

export const school = value(`select id from school.school where region || number = '027039'`);
export const today = value(`select timezone(time_zone, now())::date from school.school where id = ${school}`);
export const dayAfter = (days) => value(`select date '${today}' + ${days}`);
const meal = value(`select id from canteen.meal where school_id = ${school} and title = 'Обед'`);
const [[complex, title]] = sql(`select id, title from canteen.complex where meal_id = ${meal} and title like '5–11%мясной%'`);

/** Today is cooked, a holiday too: answers { menu, title, meal, complex } of a lunch for the grades 5 to 11. */
export function lunch(day = today) {
  sql(`delete from school.day_off where school_id = ${school} and day = '${day}'`);
  sql(`insert into canteen.menu (school_id, complex_id, day, price_kop) values (${school}, ${complex}, '${day}', 17300) on conflict do nothing`);
  const menu = value(`select id from canteen.menu where complex_id = ${complex} and day = '${day}'`);
  sql(`insert into canteen.menu_dish (menu_id, rank, dish_id) select ${menu}, 20, d.id from canteen.dish d
    where d.school_id = ${school} and d.title = 'Плов с курицей' and not exists (select from canteen.menu_dish m where m.menu_id = ${menu})`);
  return { menu, title, meal, complex };
}

/** Meals of today and tomorrow are ordered at any hour, holidays or not, and an absence releases at once; answers how to end that. */
export function ordersAllDay() {
  const undo = [...sql(`select format('update canteen.policy set cutoff_days = %s, cutoff_at = %L, absent_at = %L where school_id = %s',
      cutoff_days, cutoff_at, absent_at, school_id) from canteen.policy where school_id = ${school}`),
    ...sql(`delete from school.day_off where school_id = ${school} and day between '${today}' and '${dayAfter(1)}'
      returning format('insert into school.day_off values (%s, %L, %L) on conflict do nothing', school_id, day, title)`)];
  sql(`update canteen.policy set cutoff_days = 0, cutoff_at = '23:59:59', absent_at = '00:00' where school_id = ${school}`);
  return () => sql(undo.flat().join(';\n'));
}

/**
 * Children of the grades 5 to 10 whom nobody's cabinet shows and nothing concerns: no льгота, allergy, ban or limit. What they have
 * ordered from today on is taken off, and today's lunch taken back.
 */
export function children(count) {
  const list = sql(`select p.id, p.idn, people.pupil_name(p.id), p.account, p.class_id from school.pupil p join school.class k on k.id = p.class_id and k.grade between 5 and 10
    where p.school_id = ${school} and p.state = 'active'
      and not exists (select from auth.access a where a.pupil_id = p.id and a.login_id is not null)
      and not exists (select from canteen.benefit b where b.pupil_id = p.id) and not exists (select from canteen.allergy a where a.pupil_id = p.id)
      and not exists (select from canteen.ban a where a.pupil_id = p.id) and not exists (select from canteen.spending_limit a where a.pupil_id = p.id)
    order by p.account desc limit ${count}`).map(([id, idn, name, account, classId]) => ({ id, idn, name, account, classId }));
  for (const { id } of list)
    sql(`do $$ begin
      perform canteen.end_order(o.id, 'released', 'test', 'проба') from canteen.meal_order o where o.pupil_id = ${id} and o.day >= '${today}' and o.state = 'ordered';
      perform canteen.undo(s.id, s.staff_id, 'проба') from canteen.serving s where s.pupil_id = ${id} and s.day = '${today}' and s.undone_at is null;
    end $$`);
  return list;
}

/** Below zero takes money away. */
export const topUp = ({ id }, kop) => kop && sql(`select ledger.post('${kop > 0 ? 'top_up' : 'withdrawal'}', 'test', gen_random_uuid()::text, '${today}', 'test', 'проба', 'проба',
  array[ledger.pupil_account(${id}), ledger.provider_account(${school})], array[${kop}, ${-kop}])`);
export const moneyOf = ({ id }) => sql(`select balance_kop, held_kop from ledger.balance where account_id = ledger.pupil_account(${id})`)[0].map(Number);
export const order = ({ id }, menu) => value(`select canteen.place_order(${id}, ${menu}, 'staff', null, 'test', false)`);

/** Takes everything of these children back: servings, orders, money, so that the demo is as it was. */
export function restore(list) {
  for (const { id } of list)
    sql(`do $$ declare v_one record; v_kop bigint; begin
      for v_one in select s.id, s.staff_id from canteen.serving s where s.pupil_id = ${id} and s.undone_at is null and s.at > now() - interval '1 hour' loop
        perform canteen.undo(v_one.id, v_one.staff_id, 'проба');
      end loop;
      perform canteen.end_order(o.id, 'cancelled', 'test', 'проба') from canteen.meal_order o where o.pupil_id = ${id} and o.state = 'ordered';
      delete from canteen.allergy where pupil_id = ${id};
      delete from canteen.spending_limit where pupil_id = ${id};
      delete from canteen.ban where pupil_id = ${id};
    end $$`);
}
