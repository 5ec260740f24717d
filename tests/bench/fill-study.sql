-- Read by tests/bench/fill-study, which sets :pupils and :cabinets and describes what comes out. One transaction a step, so that each step finds the
-- sizes of the tables before it.

\set ON_ERROR_STOP 1
set client_min_messages = warning;
set synchronous_commit = off;
set maintenance_work_mem = '256MB';
set work_mem = '128MB';
-- Rows are made consistent here, millions at a time: no foreign key is asked and no trigger fires. The tests of the tables do that.
set session_replication_role = replica;

-- 0 … 999 999, the same for the same numbers.
create function pg_temp.dice(p_a bigint, p_b bigint) returns integer language sql immutable parallel safe as $$
    select ((hashint8extended(p_a, p_b) & 1048575) * 15625 / 16384)::integer
$$;

-- Nine digits of the alphabet of ИДН.
create function pg_temp.idn(p_number bigint) returns text language sql immutable as $$
    select 'I' || string_agg(substr('23456789ABCDEFGHJKMNPQRSTUVWXYZ', 1 + ((p_number / (31::numeric ^ i)::bigint) % 31)::integer, 1), '' order by i desc)
      from generate_series(0, 8) i
$$;

create function pg_temp.next(p_table regclass) returns bigint language plpgsql as $$
declare
    v_next bigint;
begin
    execute format('select coalesce(max(id), 0) from %s', p_table) into v_next;
    return v_next;
end $$;
create function pg_temp.restart(p_table regclass) returns void language plpgsql as $$
begin
    execute format('select setval(pg_get_serial_sequence(%L, ''id''), (select max(id) from %s))', p_table, p_table);
end $$;

-- Where the ids of this run begin, and its days: eight weeks with lessons until now, and one to come.
create temporary table base as
select pg_temp.next('school.school') as school, pg_temp.next('school.year') as year, pg_temp.next('school.class') as class,
       pg_temp.next('school.pupil') as pupil, pg_temp.next('auth.staff') as staff, pg_temp.next('school.subject') as subject,
       pg_temp.next('school.lesson') as lesson, pg_temp.next('school.work') as work, pg_temp.next('school.term') as term,
       pg_temp.next('auth.access') as access, pg_temp.next('auth.login') as login, pg_temp.next('ledger.account') as account,
       pg_temp.next('school.work_kind') as kind, pg_temp.next('school.attendance_code') as code, pg_temp.next('gate.event') as event,
       pg_temp.next('gate.card') as card, pg_temp.next('gate.door') as door,
       (select coalesce(max(s.number::integer), -1) + 1 from school.school s where s.region = '099') as number,
       (:pupils + 1007) / 1008 as schools,
       (select min(y.first_day) from school.year y where current_date between y.first_day and y.last_day) as september,
       date_trunc('week', now() at time zone 'Asia/Vladivostok')::date as monday, (now() at time zone 'Asia/Vladivostok')::date as today;

-- 36 classes of 28 pupils in each school. The numbers of the rows are counted from 0 in all temporary tables.
create temporary table one_school as
select n, b.school + 1 + n as id, b.year + 1 + n as year_id, b.term + 1 + n as term_id from base b, generate_series(0, b.schools - 1) n;
create temporary table one_class as
select g.n, b.class + 1 + g.n as id, s.id as school_id, s.year_id, s.term_id, s.n as school, (g.n % 36)::integer as place,
       (5 + g.n % 36 / 6)::smallint as grade, chr(ascii('А') + (g.n % 6)::integer) as letter
  from base b, generate_series(0, (:pupils + 27) / 28 - 1) g(n) join one_school s on s.n = g.n / 36;
create temporary table one_pupil as
select g.n, b.pupil + 1 + g.n as id, k.id as class_id, k.school_id, k.term_id, b.access + 1 + g.n as access_id, b.account + 1 + g.n as account_id,
       pg_temp.dice(g.n, 1) / 500000.0 - 1 as ability
  from base b, generate_series(0, :pupils - 1) g(n) join one_class k on k.n = g.n / 28;
create index on one_pupil (class_id);
analyze one_school;
analyze one_class;
analyze one_pupil;

-- Fourteen subjects, thirty lessons a week.
create temporary table one_subject as
select (row_number() over () - 1)::integer as n, t.title, t.hours, sum(t.hours) over (rows between unbounded preceding and current row) - t.hours as before
  from (values ('Русский язык', 4), ('Литература', 2), ('Английский язык', 3), ('Алгебра', 3), ('Геометрия', 2), ('Информатика', 1),
               ('История', 2), ('Обществознание', 1), ('География', 2), ('Физика', 2), ('Биология', 2), ('Химия', 2),
               ('Труд (технология)', 1), ('Физическая культура', 3)) t(title, hours);

\echo schools, classes, pupils
insert into school.school (id, region, number, name, time_zone, next_serial) overriding system value
select s.id, '099', to_char(b.number + s.n, 'FM000'), 'школа № ' || b.number + s.n, 'Asia/Vladivostok', 1008 from one_school s, base b;
insert into school.year (id, school_id, first_day, last_day) overriding system value
select s.year_id, s.id, least(b.september, b.monday - 49), greatest((b.september + interval '1 year')::date - 1, b.monday + 14) from one_school s, base b;
insert into school.term (id, school_id, year_id, kind, ordinal, first_day, last_day) overriding system value
select s.term_id, s.id, s.year_id, 'quarter', 1, b.monday - 49, b.monday + 13 from one_school s, base b;
insert into school.bells (school_id, title, is_default) select s.id, 'Обычный день', true from one_school s;
insert into school.bell (bells_id, number, starts, ends)
select l.id, g.n, time '08:30' + (g.n - 1) * interval '50 min', time '09:10' + (g.n - 1) * interval '50 min'
  from one_school s join school.bells l on l.school_id = s.id, generate_series(1, 6) g(n);
insert into school.class (id, school_id, year_id, grade, letter) overriding system value
select k.id, k.school_id, k.year_id, k.grade, k.letter from one_class k;
insert into school.pupil (id, school_id, class_id, idn, account) overriding system value
select p.id, p.school_id, p.class_id, pg_temp.idn(900000000000 + p.id * 7919), '099' || s.number || to_char(p.n % 1008, 'FM0000')
  from one_pupil p join school.school s on s.id = p.school_id;
insert into school.enrolment (pupil_id, class_id, first_day)
select p.id, p.class_id, y.first_day from one_pupil p join school.class k on k.id = p.class_id join school.year y on y.id = k.year_id;
insert into ledger.account (id, kind, school_id, pupil_id) overriding system value
select p.account_id, 'pupil', p.school_id, p.id from one_pupil p;
insert into ledger.balance (account_id) select p.account_id from one_pupil p;
insert into auth.access (id, pupil_id, ordinal, may_finance) overriding system value select p.access_id, p.id, 1, true from one_pupil p;

\echo staff, subjects, timetable
insert into auth.staff (id, school_id, login, roles) overriding system value
select b.staff + 1 + s.n * 56 + t, s.id, 'bench.' || b.staff + 1 + s.n * 56 + t, '{teacher}' from base b, one_school s, generate_series(0, 55) t;
update school.class k set tutor_id = b.staff + 1 + c.school * 56 + c.place % 56 from base b, one_class c where c.id = k.id;
insert into school.subject (id, school_id, title, rank) overriding system value
select b.subject + 1 + s.n * 14 + j.n, s.id, j.title, j.n + 1 from base b, one_school s, one_subject j;
insert into school.teaching (staff_id, class_id, subject_id)
select b.staff + 1 + k.school * 56 + j.n * 4 + k.place % 4, k.id, b.subject + 1 + k.school * 14 + j.n from base b, one_class k, one_subject j;
insert into school.work_kind (id, school_id, title, weight, is_major, rank) overriding system value
select b.kind + 1 + s.n * 3 + w.n, s.id, w.title, w.weight, w.n = 2, w.n + 1
  from base b, one_school s, (values (0, 'Ответ на уроке', 1), (1, 'Самостоятельная работа', 2), (2, 'Контрольная работа', 4)) w(n, title, weight);
insert into school.attendance_code (id, school_id, letter, title, scope, reason, rank) overriding system value
select b.code + 1 + s.n * 5 + c.n, s.id, c.letter, c.title, c.scope::school.absence_scope, c.reason::school.absence_reason, c.n + 1
  from base b, one_school s,
       (values (0, 'н', 'причина не названа', 'absent', 'none'), (1, 'б', 'болезнь', 'absent', 'ill'), (2, 'у', 'уважительная', 'absent', 'excused'),
               (3, 'нп', 'неуважительная', 'absent', 'unexcused'), (4, 'о', 'опоздание', 'late', 'none')) c(n, letter, title, scope, reason);

-- Six lessons a day, the hours of a subject spread over the week: place i of 0 … 29 is on weekday 1 + i % 5.
create temporary table one_place as
select i.n as place, 1 + i.n % 5 as weekday, 1 + i.n / 5 as number, j.n as subject, j.hours
  from generate_series(0, 29) i(n) join one_subject j on i.n >= j.before and i.n < j.before + j.hours;
create temporary table one_day as
select w * 5 + d as n, w, d + 1 as weekday, b.monday + (w - 7) * 7 + d as day, b.monday + (w - 7) * 7 + d <= b.today as is_past
  from base b, generate_series(0, 8) w, generate_series(0, 4) d;

create index on one_class (id);
analyze one_subject;
analyze one_place;
analyze one_day;

-- Indexes that are not constraints are made when the rows are there.
create temporary table later as
select c.oid::regclass::text as name, pg_get_indexdef(c.oid) as made
  from pg_index i join pg_class c on c.oid = i.indexrelid
 where i.indrelid in ('school.lesson'::regclass, 'school.work'::regclass, 'school.mark'::regclass, 'school.attendance'::regclass, 'gate.event'::regclass,
                      'school.average'::regclass)
   and not exists (select from pg_constraint k where k.conindid = c.oid);
select format('drop index %s', l.name) from later l \gexec

\echo lessons, homework
insert into school.lesson (id, class_id, day, number, subject_id, staff_id, room, theme, roll_at, roll_by) overriding system value
select b.lesson + 1 + (k.n * 45 + d.n) * 6 + p.number - 1, k.id, d.day, p.number, b.subject + 1 + k.school * 14 + p.subject,
       b.staff + 1 + k.school * 56 + p.subject * 4 + k.place % 4, (100 + p.subject)::text,
       case when d.is_past then 'Тема ' || 1 + d.w else '' end,
       case when d.is_past then timezone('Asia/Vladivostok', d.day + time '08:35' + p.number * interval '50 min') end,
       case when d.is_past then b.staff + 1 + k.school * 56 + p.subject * 4 + k.place % 4 end
  from base b, one_class k, one_day d join one_place p on p.weekday = d.weekday
 order by k.n, d.n, p.number;
insert into school.homework (lesson_id, given_on, task, minutes, staff_id, set_at)
select l.id, l.day - 2, '§ ' || l.id % 60 || ', упр. ' || l.id % 700, 20, l.staff_id, l.day - interval '2 days'
  from school.lesson l, base b where l.id > b.lesson and l.id % 2 = 0;

\echo works, marks
analyze school.lesson;
insert into school.work (id, lesson_id, subject_id, day, kind_id, title, weight) overriding system value
select b.work + l.id - b.lesson, l.id, l.subject_id, l.day, b.kind + 1 + s.n * 3 + w.kind, '', (array[1, 2, 4])[w.kind + 1]
  from base b
  join school.lesson l on l.id > b.lesson and l.roll_at is not null
  join one_class k on k.id = l.class_id
  join one_school s on s.n = k.school
 cross join lateral (select case when l.id % 10 < 7 then 0 when l.id % 10 < 9 then 1 else 2 end as kind) w
 order by l.id;
-- Five marks of each pupil in each subject: eight weeks of `hours` lessons.
insert into school.mark (work_id, pupil_id, subject_id, day, value, set_at, set_by)
select b.work + l.id - b.lesson, p.id, l.subject_id, l.day,
       greatest(2, least(5, round(3.9 + 0.7 * p.ability + pg_temp.dice(l.id, p.id) / 400000.0 - 1.25)))::integer::text::school.mark_value,
       l.roll_at, l.staff_id
  from base b
  join school.lesson l on l.id > b.lesson and l.roll_at is not null
  join one_place o on o.place = (l.number - 1) * 5 + extract(isodow from l.day)::integer - 1
  join one_pupil p on p.class_id = l.class_id
 where pg_temp.dice(p.id, l.id) < 625000 / o.hours
 order by l.id, p.id;

\echo attendance
insert into school.attendance (lesson_id, pupil_id, subject_id, day, code_id, set_by, set_at)
select l.id, p.id, l.subject_id, l.day, b.code + 1 + k.school * 5 + (array[1, 1, 1, 1, 2, 2, 3, 0, 4, 4])[1 + (p.id + d.n) % 10], l.staff_id, l.roll_at
  from base b
  join one_day d on d.is_past
  join one_pupil p on pg_temp.dice(p.id, d.n) < 50000
  join one_class k on k.id = p.class_id
  join school.lesson l on l.id between b.lesson + 1 + (k.n * 45 + d.n) * 6 and b.lesson + 6 + (k.n * 45 + d.n) * 6
 order by l.id, p.id;

\echo gate
insert into gate.door (id, school_id, title) overriding system value select b.door + 1 + s.n, s.id, 'Главный вход' from base b, one_school s;
insert into gate.device (id, school_id, door_id, inner_pad, outer_pad)
select 'bench-' || s.id, s.id, b.door + 1 + s.n, decode(repeat('36', 64), 'hex'), decode(repeat('5c', 64), 'hex') from base b, one_school s;
insert into gate.card (id, school_id, pupil_id, uid_hash, tail) overriding system value
select b.card + 1 + p.n, p.school_id, p.id, sha256(convert_to('bench card ' || p.id, 'UTF8')), to_char(p.n % 10000, 'FM0000') from base b, one_pupil p;
-- In and out on the last twenty school days.
insert into gate.event (school_id, pupil_id, direction, at, source, door_id, device_id, number, said_at, card_id, received_at)
select p.school_id, p.id, case x.n when 0 then 'in' else 'out' end::gate.direction, t.at, 'card', b.door + 1 + p.n / 1008, 'bench-' || p.school_id,
       (d.n * 2 + x.n) * 1008 + p.n % 1008 + 1, t.at, b.card + 1 + p.n, t.at
  from base b
  join one_day d on d.is_past and d.day > b.today - 28
 cross join generate_series(0, 1) x(n)
 cross join one_pupil p
 cross join lateral (select timezone('Asia/Vladivostok', d.day + case x.n when 0 then time '07:55' else time '13:25' end
                                     + pg_temp.dice(p.id, d.n * 2 + x.n) * interval '1.8 ms') as at) t
 where t.at < now() and pg_temp.dice(p.id, d.n) >= 50000
 order by p.school_id, d.n, x.n, p.n;
insert into gate.presence (pupil_id, school_id, is_inside, since, event_id)
select distinct on (e.pupil_id) e.pupil_id, e.school_id, e.direction = 'in', e.at, e.id
  from gate.event e, base b where e.id > b.event and e.pupil_id > b.pupil order by e.pupil_id, e.at desc;

\echo indexes
select l.made from later l where l.name not like '%average%' \gexec
select pg_temp.restart(t::regclass) from unnest('{school.school,school.year,school.term,school.class,school.pupil,school.subject,school.lesson,school.work,
    school.work_kind,school.attendance_code,auth.staff,auth.access,ledger.account,gate.card,gate.door}'::text[]) t \g /dev/null
analyze;

\echo averages
select school.rebuild_averages() \g /dev/null
select l.made from later l where l.name like '%average%' \gexec
analyze school.average;

-- Visits of parents of pupils all over the region. They last for 12 hours without being used.
create temporary table visit as
select p.id as pupil_id, p.access_id, b.login + row_number() over (order by p.n) as login_id, rpad('bench-' || p.id || '-', 43, 'k') as token
  from base b, one_pupil p
 where p.n % greatest(1, :pupils / :cabinets) = greatest(1, :pupils / :cabinets) / 2
 order by p.n limit :cabinets;
insert into auth.login (id) overriding system value select v.login_id from visit v;
update auth.access a set login_id = v.login_id from visit v where v.access_id = a.id;
insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent, last_used_at)
select sha256(convert_to(v.token, 'UTF8')), 'password', v.login_id, v.access_id, '127.0.0.1', 'bench', now() + interval '12 h' from visit v;
select pg_temp.restart('auth.login') \g /dev/null
\o :out
select v.token, p.idn, p.account from visit v join school.pupil p on p.id = v.pupil_id order by v.login_id;
\o
