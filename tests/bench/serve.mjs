// serve.mjs HOME TILLS CLASSES -- plays two tills and a tutor, of two schools of tests/bench/serve.sql, over HTTPS; prints servings/s, the median and the
// 99th percentile of a serving in ms, and the median ms of a class written off.
import { randomUUID } from 'node:crypto';
import { Desk, at, ms, sqlOf } from './desk.mjs';

const [home, tills, withTutor] = process.argv.slice(2);
const sql = sqlOf(home);

const menuOf = (school) => sql(`select c.meal_id, m.id from canteen.menu m join canteen.complex c on c.id = m.complex_id
  join school.school s on s.id = m.school_id where s.number = '${school}'`)[0];
const classes = sql(`select k.id from school.class k join school.school s on s.id = k.school_id where s.number = '${withTutor}'
  order by k.grade, k.letter limit 10`).map(([id]) => id);
const pupilsOf = (id) => sql(`select p.id from school.pupil p where p.class_id = ${id} order by p.id`).map(([pupil]) => pupil);

// Ten classes.
const tutor = new Desk(home, `tutor-${withTutor}`), written = [], classMenu = menuOf(withTutor)[1];
for (const id of classes) {
  const ticks = Object.fromEntries(pupilsOf(id).map((pupil) => [`p_${pupil}`, '1']));
  await tutor.open(`/staff/tutor/confirm?${new URLSearchParams({ class: id, menu: classMenu, ...ticks })}`);
  const since = process.hrtime.bigint();
  const answer = await tutor.request('POST', '/staff/tutor/write-off', { csrf: tutor.csrf, key: randomUUID(), class: id, menu: classMenu, ...ticks });
  written.push(ms(since));
  if (!/done=write-off/.test(answer.location ?? '')) throw new Error(`write-off: ${answer.status}`);
}

// A school comes to the tills: those who have ordered, and one in three who has not and buys the set meal.
const [meal, menu] = menuOf(tills), accounts = sql(`select p.account, p.id, exists (select from canteen.meal_order o where o.pupil_id = p.id and o.state = 'ordered')
  from school.pupil p join school.school s on s.id = p.school_id
  where s.number = '${tills}' order by p.id`);
const took = [];
async function till(number) {
  const desk = new Desk(home, `till-${number}-${tills}`);
  await desk.open(`/staff/canteen/serve?meal=${meal}&till=${number}`);
  for (let i = number - 1; i < accounts.length; i += 2) {
    const [account, pupil, ordered] = accounts[i], since = process.hrtime.bigint();
    const fields = { csrf: desk.csrf, key: randomUUID(), meal, till: number, ...(ordered === 't' ? { find: account } : { pupil, menu }) };
    const answer = await desk.request('POST', '/staff/canteen/serve', fields);
    if (answer.status !== 303 || !/serving=\d+/.test(answer.location)) throw new Error(`serving ${account}: ${answer.status} ${answer.location}`);
    if ((await desk.request('GET', answer.location)).status !== 200) throw new Error(answer.location);
    took.push(ms(since));
  }
}
const begun = process.hrtime.bigint();
await Promise.all([till(1), till(2)]);
console.log((accounts.length / (ms(begun) / 1000)).toFixed(1), at(took, 0.5).toFixed(1), at(took, 0.99).toFixed(1), at(written, 0.5).toFixed(1));
process.exit(0);
