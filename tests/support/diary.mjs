// diary.mjs -- a day of lessons made to order, for the tests of /diary: they must pass at any hour, on Sundays and in the holidays.
// The numbers are 9 to 12, which no timetable uses.
import { sql, value } from './kabinet.mjs';

/**
 * Two lessons of the pupil's class `days` from today (negative: past), each with homework; the first wants an answer. Answers
 * { day, today, pupil, class, school, lessons, homework, subject, teacher, undo }.
 */
export function lessonDay(idn, days) {
  const [[pupil, klass, school, day, today]] = sql(`select p.id, p.class_id, p.school_id, (now() at time zone s.time_zone)::date + (${days}),
    (now() at time zone s.time_zone)::date from school.pupil p join school.school s on s.id = p.school_id where p.idn = :'idn'`, { variables: { idn } });
  const mine = `l.class_id = ${klass} and l.day = '${day}' and l.number between 9 and 12`;
  const undo = () => sql(`delete from school.lesson_message m using school.lesson l where l.id = m.lesson_id and ${mine};
    delete from school.week_signature g where g.pupil_id = ${pupil} and g.monday = '${day}'::date - extract(isodow from '${day}'::date)::int + 1;
    with gone as (delete from school.answer_file x using school.homework_answer a, school.homework h, school.lesson l
        where a.id = x.answer_id and h.id = a.homework_id and l.id = h.lesson_id and ${mine} returning x.file_id) select count(*) from gone;
    delete from school.homework_file x using school.homework h, school.lesson l where h.id = x.homework_id and l.id = h.lesson_id and ${mine};
    delete from school.attendance a using school.lesson l where l.id = a.lesson_id and ${mine};
    -- Marks are never deleted; these were never given. Without triggers, then the sums again with them.
    begin;
    create temporary table gone on commit drop as select distinct m.work_id, m.pupil_id, m.subject_id, m.day from school.mark m
        join school.work w on w.id = m.work_id join school.lesson l on l.id = w.lesson_id where ${mine};
    set local session_replication_role = replica;
    delete from school.mark_change c using gone where c.work_id = gone.work_id;
    delete from school.mark m using gone where m.work_id = gone.work_id;
    delete from school.work w using school.lesson l where l.id = w.lesson_id and ${mine};
    set local session_replication_role = origin;
    delete from school.lesson l where ${mine};
    select school.sum_marks(g.pupil_id, g.subject_id, g.day) from gone g;
    commit;`);
  undo();
  const [[subject]] = sql(`select id from school.subject where school_id = ${school} order by rank, id limit 1`);
  const [[teacher]] = sql(`select id from auth.staff where school_id = ${school} and 'teacher' = any (roles) order by id limit 1`);
  const lessons = sql(`insert into school.lesson (class_id, day, number, subject_id, staff_id, theme, room)
    select ${klass}, '${day}', n, ${subject}, ${teacher}, 'Тема урока ' || n, '7' from generate_series(9, 10) n
    on conflict (class_id, day, number, subgroup_id) do update set theme = excluded.theme returning id`).map(([id]) => id);
  const homework = sql(`insert into school.homework (lesson_id, given_on, task, minutes, wants_answer, staff_id)
    select l, '${day}'::date - 2, 'Сделать к тесту <b>' || l, 25, l = ${lessons[0]}, ${teacher} from unnest(array[${lessons}]::bigint[]) l
    on conflict (lesson_id) do update set task = excluded.task returning id`).map(([id]) => id);
  return { day, today, pupil, class: klass, school, lessons, homework, subject, teacher, undo };
}

/** A mark at the first lesson, for a work of the first kind that is (not) important; a second one changes the first. */
export function giveMark(made, points, { reason = '', major = false } = {}) {
  const kind = value(`select id from school.work_kind where school_id = ${made.school} and is_major = ${major} order by rank limit 1`);
  const work = value(`select id from school.work where lesson_id = ${made.lessons[0]} and kind_id = ${kind}`)
    ?? value(`insert into school.work (lesson_id, subject_id, day, kind_id, title, weight)
      select l.id, l.subject_id, l.day, ${kind}, 'Тестовая', (select weight from school.work_kind where id = ${kind}) from school.lesson l where l.id = ${made.lessons[0]} returning id`);
  sql(`insert into school.mark (work_id, pupil_id, subject_id, day, value, set_by, reason)
    select w.id, ${made.pupil}, w.subject_id, w.day, '${points}', ${made.teacher}, '${reason}' from school.work w where w.id = ${work}
    on conflict (work_id, pupil_id, ordinal) do update set value = excluded.value, reason = excluded.reason, set_at = now()`);
  return work;
}
