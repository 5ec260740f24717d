// attendance.mjs -- a missed day made to order, for the tests of /attendance and of the class tutor's page: they must pass at any
// hour, on Sundays and in the holidays.
import { base, credentials, sql, value } from './kabinet.mjs';
import { csrfOf } from './visitor.mjs';

/** The cabinets that have a password and whose pupil `p` fulfils a condition; at least one. */
export function cabinetsWith(condition = 'true') {
  const found = credentials.cabinets.filter((c) => c.password && value(`select ${condition} from school.pupil p where p.idn = :'idn'`,
    { variables: { idn: c.idn } }) === 't');
  if (!found.length) throw new Error(`the demo has no cabinet with ${condition}`);
  return found;
}

/** Sets aside, years ago, what the family of a pupil has said of its absences, until the answer is called; what was said since goes. */
export function excusesAside(pupil) {
  const aside = 4000, last = value(`select coalesce(max(id), 0) from school.excuse`);
  const move = (days, which) => sql(`update school.excuse set first_day = first_day + ${days}, last_day = last_day + ${days} where pupil_id = ${pupil} and ${which}`);
  const isAside = `last_day < current_date - ${aside / 2}`;
  move(aside, isAside);
  move(-aside, 'true');
  return () => {
    sql(`delete from school.excuse where pupil_id = ${pupil} and id > ${last}`);
    move(aside, isAside);
  };
}

/**
 * Three lessons of the pupil's class `back` days ago (their numbers are 10 to 12, which no timetable uses): the pupil missed the
 * first two, nobody said why, and was at the third. What the family has said itself is set aside, years ago, until undo().
 * Answers { day, today, pupil, class, school, lessons, undo }.
 */
export function missedDay(idn, back = 1) {
  const [[pupil, klass, school, day, today]] = sql(`select p.id, p.class_id, p.school_id, (now() at time zone s.time_zone)::date - ${back},
    (now() at time zone s.time_zone)::date from school.pupil p join school.school s on s.id = p.school_id where p.idn = :'idn'`, { variables: { idn } });
  const said = excusesAside(pupil);
  const clear = () => sql(`delete from school.attendance a using school.lesson l where l.id = a.lesson_id and l.class_id = ${klass} and l.day = '${day}' and l.number between 10 and 12;
    delete from school.lesson l where l.class_id = ${klass} and l.day = '${day}' and l.number between 10 and 12;`);
  const undo = () => {
    said();
    clear();
  };
  clear();
  const lessons = sql(`insert into school.lesson (class_id, day, number, subject_id, staff_id, roll_at, roll_by)
    select ${klass}, '${day}', n, (select id from school.subject where school_id = ${school} order by rank, id limit 1), f.id, now(), f.id
    from generate_series(10, 12) n, (select id from auth.staff where school_id = ${school} order by id limit 1) f returning id`).map(([id]) => id);
  sql(`insert into school.attendance (lesson_id, pupil_id, subject_id, day, code_id)
    select l.id, ${pupil}, l.subject_id, l.day, (select id from school.attendance_code where school_id = ${school} and scope = 'absent' and reason = 'none'
    order by rank limit 1) from school.lesson l where l.id in (${lessons[0]}, ${lessons[1]})`);
  return { day, today, pupil, class: klass, school, lessons, undo };
}

/** What the journal says of these lessons: [[scope, reason, source], …], by number. */
export const codesOf = (made) => sql(`select c.scope, c.reason, a.source from school.attendance a join school.attendance_code c on c.id = a.code_id
  join school.lesson l on l.id = a.lesson_id where a.pupil_id = ${made.pupil} and l.id in (${made.lessons.join()}) order by l.number`);

/** A day so many days after an ISO date. */
export const plus = (iso, days) => new Date(Date.parse(iso) + days * 86400000).toISOString().slice(0, 10);

export const keyOf = (answer) => /name="key"[^>]*value="([^"]*)"/.exec(answer.text)[1];

/** A form with a file as browsers send it: multipart/form-data. `files`: { field: { name, bytes } or several }. */
export async function upload(visitor, path, fields, files = {}) {
  const form = new FormData();
  for (const [name, text] of Object.entries(fields)) form.append(name, text);
  for (const [name, some] of Object.entries(files)) for (const file of [some].flat()) form.append(name, new Blob([file.bytes]), file.name);
  const body = new Response(form);
  return visitor.request('POST', path, {
    headers: { 'content-type': body.headers.get('content-type'), origin: base.origin, 'sec-fetch-site': 'same-origin' },
    body: Buffer.from(await body.arrayBuffer()),
  });
}

/** Opens the form of excuses and sends it; `fields` change or add to a plain absence of that day. */
export async function sendExcuse(visitor, day, fields = {}, files = {}) {
  const page = await visitor.get('/attendance/excuse');
  const body = { csrf: csrfOf(page), key: keyOf(page), kind: 'absence', reason: 'ill', first: day, last: '', body: 'Температура с вечера', ...fields };
  return { sent: body, answer: await upload(visitor, '/attendance/excuse', body, files) };
}
