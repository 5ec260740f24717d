// journal.mjs -- a lesson made to order, for the tests of the teacher's journal: they must pass at any hour and on Sundays.
import { credentials, sql, value } from './kabinet.mjs';

/** The teacher of the tests, and another one of the same school. */
export const teacher = credentials.staff.find((s) => s.role === 'teacher' && s.login === 'math1.039');
const found = sql(`select f.id, f.school_id, t.class_id, t.subject_id, (now() at time zone s.time_zone)::date
  from auth.staff f join school.school s on s.id = f.school_id join school.teaching t on t.staff_id = f.id and t.subgroup_id is null
  join school.class k on k.id = t.class_id join school.year y on y.id = k.year_id and (now() at time zone s.time_zone)::date between y.first_day and y.last_day
  where f.login = '${teacher.login}'
  order by (select count(*) from school.enrolment e where e.class_id = t.class_id and e.last_day is null) desc, t.class_id, t.subject_id limit 1`);
if (!found.length) throw new Error(`${teacher.login} teaches nobody this year`);
export const [[staff, school, klass, subject, today]] = found;
export const colleague = value(`select id from auth.staff where school_id = ${school} and id <> ${staff} and 'teacher' = any (roles) order by id limit 1`);
const everybody = sql(`select j.pupil_id, j.name from school.journal_pupils(${klass}, null, '${today}') j order by j.name, j.pupil_id`)
  .map(([id, name]) => ({ id, name }));
/** Whom a family announced for today: the page has filled them in, and the tests leave them alone. */
const announced = new Set(sql(`select pupil_id from school.expected_absences(${klass}, '${today}')`).map(([id]) => id));
export const pupils = everybody.filter((pupil) => !announced.has(pupil.id));
export const announcedAbsent = Number(value(`select count(*) from school.expected_absences(${klass}, '${today}') where kind = 'absence'`));
export const classSize = everybody.length;
const code = (letter) => value(`select id from school.attendance_code where school_id = ${school} and letter = '${letter}'`);
export const codes = Object.fromEntries(['н', 'б', 'у', 'о'].map((letter) => [letter, code(letter)]));

/**
 * The lesson `number` of today (11 and 12 are in no timetable) and one of tomorrow for homework, with nothing written in them.
 * Marks are never deleted, so works of earlier runs stay: a test knows its own by their title.
 */
export function freshLesson(number = 11) {
  const make = (day) => value(`insert into school.lesson (class_id, day, number, subject_id, staff_id)
    values (${klass}, '${today}'::date + ${day}, ${number}, ${subject}, ${staff})
    on conflict (class_id, day, number, subgroup_id) do update set theme = '', roll_at = null, roll_by = null, staff_id = ${staff}, is_cancelled = false
    returning id`);
  const [id, next] = [make(0), make(1)];
  sql(`delete from school.journal_act where lesson_id in (${id}, ${next}); delete from school.attendance where lesson_id in (${id}, ${next});
    delete from school.lesson_message where lesson_id in (${id}, ${next}); delete from school.homework where lesson_id in (${id}, ${next})`);
  return { id, next };
}

/** What is written of `pupils`, by the school's letter: { pupil: 'н' }. */
export const rollOf = (lesson) => Object.fromEntries(sql(`select a.pupil_id, c.letter || coalesce(' ' || a.minutes, '')
  from school.attendance a join school.attendance_code c on c.id = a.code_id where a.lesson_id = ${lesson}`)
  .filter(([pupil]) => !announced.has(pupil)));
export const marksOf = (lesson, title) => Object.fromEntries(sql(`select m.pupil_id, string_agg(m.value, ' ' order by m.ordinal) from school.work w
  join school.mark m on m.work_id = w.id where w.lesson_id = ${lesson} and w.title = '${title}' and m.value is not null group by 1`));
export const actsOf = (lesson) => sql(`select what from school.journal_act where lesson_id = ${lesson} order by at`).map(([what]) => what);
