// desk.mjs -- a meal and a group made to order, for the tests of the tutor's and the teacher's money: they must pass at any hour, on Sundays and
// in the holidays. Sums and pupils are the tests' own; nothing is taken from the demo's menus.
import { randomBytes } from 'node:crypto';
import { credentials, sql, value } from './kabinet.mjs';

const word = () => randomBytes(3).toString('hex');

/** What is on a pupil's account, to the kopeck. */
export const balance = (pupil) => Number(value(`select balance_kop from ledger.balance where account_id = ledger.pupil_account(${pupil})`));

/** Puts money on a pupil's account, or (below zero) takes it, as a top-up or a meal outside the test. */
export function move(pupil, kop) {
  if (kop === 0) return;
  sql(`select ledger.post('${kop > 0 ? 'top_up' : 'meal'}', 'desk-test', '${word()}${word()}', current_date - 1, 'test', 'проверка', 'Проверка',
    array[ledger.pupil_account(p.id), ledger.provider_account(p.school_id)], array[${kop}::bigint, ${-kop}::bigint])
    from school.pupil p where p.id = ${pupil}`);
}

/** Leaves so much free on a pupil's account. */
export function setFree(pupil, kop) {
  move(pupil, kop - Number(value(`select balance_kop - held_kop from ledger.balance where account_id = ledger.pupil_account(${pupil})`)));
}

/** The tutors of the demo who can log in, with the class of each: { login, password, class, school, today }. */
export const tutors = () => credentials.staff.filter((s) => s.role === 'tutor').flatMap((member) => {
  const [row] = sql(`select k.id, k.school_id, k.name, timezone(s.time_zone, now())::date from auth.staff f join school.class k on k.tutor_id = f.id
    join school.year y on y.id = k.year_id and current_date between y.first_day and y.last_day join school.school s on s.id = k.school_id
    where f.login = '${member.login}' order by k.grade, k.letter limit 1`);
  return row ? [{ ...member, class: row[0], school: row[1], className: row[2], today: row[3] }] : [];
});

/** Pupils of a class whose family forbids nothing, without a льгота or an allergy: [{ id, name }]. */
export const plainPupils = (klass, count) => sql(`select p.id, people.pupil_name(p.id) from school.pupil p where p.class_id = ${klass} and p.state = 'active'
  and not exists (select from canteen.allergy a where a.pupil_id = p.id) and not exists (select from canteen.ban b where b.pupil_id = p.id)
  and not exists (select from canteen.spending_limit l where l.pupil_id = p.id) order by p.id desc limit ${count}`).map(([id, name]) => ({ id, name }));

/* Set meals of this file that are still on the menu. */
const made = [];
const retire = (complexes) => complexes.length && sql(`update canteen.complex set is_retired = true, shift = 2 where id in (${complexes})`);
process.on('exit', () => retire(made));

/**
 * A meal of that class, for `price` kopecks a child, today or `back` days ago: { meal, complex, menu, price, title, day, dish }. `title` is what
 * pages call it. The dish has milk in it, or no allergen. Lists stay as short as a school's: the oldest of many, and all at the end of a file, are for
 * the second shift from then on, which the demo has not.
 */
export function makeMeal(klass, price, back = 0, { allergens = '{milk}', till = '17:00' } = {}) {
  const name = word();
  const [[meal, complex, menu, day, dish]] = sql(`with k as (select k.id, k.school_id, k.grade, timezone(s.time_zone, now())::date - ${back} as day
      from school.class k join school.school s on s.id = k.school_id where k.id = ${klass}),
    meal as (insert into canteen.meal (school_id, title, serves_from, serves_to) select school_id, 'Полдник ${name}', '15:00', '${till}' from k returning id),
    complex as (insert into canteen.complex (school_id, meal_id, title, first_grade, last_grade, price_kop)
      select k.school_id, meal.id, 'Комплекс ${name}', k.grade, k.grade, ${price} from k, meal returning id),
    menu as (insert into canteen.menu (school_id, complex_id, day, price_kop) select k.school_id, complex.id, k.day, ${price} from k, complex returning id, day),
    dish as (insert into canteen.dish (school_id, title, category, weight_g, kcal, allergens) select school_id, 'Каша ${name}', 'main', 200, 150, '${allergens}' from k returning id),
    plate as (insert into canteen.menu_dish (menu_id, rank, dish_id) select menu.id, 1, dish.id from menu, dish returning menu_id)
    select meal.id, complex.id, menu.id, menu.day, dish.id from meal, complex, menu, dish, plate`);
  made.push(complex);
  retire(made.splice(0, Math.max(0, made.length - 20)));
  return { meal, complex, menu, price, day, dish, title: `Полдник ${name}, Комплекс ${name}` };
}

/** A child is allergic to the meal's dish from now on; answers how to end it. */
export function makeAllergy(pupil) {
  sql(`insert into canteen.allergy (pupil_id, allergen, staff_id) select ${pupil}, 'milk', id from auth.staff limit 1`);
  return () => sql(`delete from canteen.allergy where pupil_id = ${pupil}`);
}

/** A group of a new service with that teacher and these pupils: { team, service, title, price }. */
export function makeTeam(login, price, pupils, waivers = {}) {
  const name = word();
  const [[service, team]] = sql(`with f as (select id, school_id from auth.staff where login = '${login}'),
    s as (insert into service.service (school_id, title, price_kop) select school_id, 'Кружок ${name}', ${price} from f returning id, school_id)
    insert into service.team (school_id, service_id, title, staff_id) select s.school_id, s.id, 'первая', f.id from s, f returning service_id, id`);
  for (const { id } of pupils)
    sql(`insert into service.member (team_id, pupil_id, first_day, waiver) values (${team}, ${id}, current_date - 30, ${waivers[id] ?? 0})`);
  return { team, service, price, title: `Кружок ${name}, первая` };
}

/** What a form of that page carries: its token, and its key where it has one. */
export const formOf = (answer) => ({
  csrf: /name="csrf"[^>]*value="([^"]*)"/.exec(answer.text)[1],
  key: /name="key"[^>]*value="([^"]*)"/.exec(answer.text)?.[1],
});

/** The books, with everything that is wrong in them. */
export const violations = () => sql('select id, detail from ledger.violations');
