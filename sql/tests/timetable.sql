-- What /timetable and the calendars ask: the days and lessons of the child on show, what a substitution changed, what goes on
-- now, and addresses of calendars that work until they are revoked - for nobody else's child.
begin;
set local client_min_messages = warning;
\ir world.inc
grant usage on schema public to kabinet_timetable;
select no_plan();

insert into auth.login (id) overriding system value values (-1), (-2), (-3), (-4);
update auth.access a set login_id = v.login from (values ('I2222AAAAA', -1), ('I2222CCCCC', -2), ('I2222DDDDD', -3)) v(idn, login), school.pupil p
 where p.idn = v.idn and a.pupil_id = p.id and a.ordinal = 1;
insert into auth.access (pupil_id, ordinal, login_id, may_finance) select p.id, 0, -4, false from school.pupil p where p.idn = 'I2222AAAAA';
insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
select sha256(convert_to(v.token, 'UTF8')), v.begun_by::auth.attempt_kind, v.login, a.id, '127.0.0.1', 'test'
  from (values ('parent', 'password', -1), ('pinned', 'pin', -1), ('stranger', 'password', -2), ('far', 'password', -3), ('child', 'password', -4)) v(token, begun_by, login)
  join auth.access a on a.login_id = v.login;

create function pg_temp.pupil(p_idn text) returns bigint language sql stable as $$ select p.id from school.pupil p where p.idn = p_idn $$;
create function pg_temp.class(p_school text, p_grade int) returns bigint language sql stable as $$
    select k.id from school.class k join school.school s on s.id = k.school_id where s.number = p_school and k.grade = p_grade
$$;
create function pg_temp.school(p_number text) returns bigint language sql stable as $$ select s.id from school.school s where s.number = p_number $$;
-- A Monday a week or two from now: d(0); the term is three weeks around it, then a week of holidays, then another term.
create function pg_temp.d(p_n int) returns date language sql stable as $$ select date_trunc('week', current_date::timestamp)::date + 14 + p_n $$;

insert into school.term (school_id, year_id, kind, ordinal, first_day, last_day)
select y.school_id, y.id, 'quarter', t.ordinal, t.first_day, t.last_day
  from school.year y join school.school s on s.id = y.school_id and s.number = '839',
       (values (1, pg_temp.d(-21), pg_temp.d(12)), (2, pg_temp.d(21), pg_temp.d(60))) t(ordinal, first_day, last_day);
insert into school.day_off (school_id, day, title) values (pg_temp.school('839'), pg_temp.d(2), 'День города'), (pg_temp.school('839'), pg_temp.d(3), 'День города'),
    (pg_temp.school('839'), pg_temp.d(14), 'В каникулы и так не учатся');
insert into school.bells (school_id, title, is_default) values (pg_temp.school('839'), 'Обычные', true), (pg_temp.school('839'), 'Короткие', false);
insert into school.bell (bells_id, number, starts, ends)
select b.id, n, time '08:00' + n * interval '30 min' * case when b.is_default then 2 else 1 end,
       time '08:00' + n * interval '30 min' * case when b.is_default then 2 else 1 end + interval '20 min' * case when b.is_default then 2 else 1 end
  from school.bells b, generate_series(1, 6) n where b.school_id = pg_temp.school('839');
insert into school.bell_day (school_id, day, bells_id)
select pg_temp.school('839'), pg_temp.d(4), b.id from school.bells b where b.school_id = pg_temp.school('839') and not b.is_default;
insert into school.subject (school_id, title, rank)
select s.id, t, 1 from school.school s, unnest('{Алгебра,История,Английский язык}'::text[]) t where s.number in ('839', '840');
create function pg_temp.subject(p_title text) returns bigint language sql stable as $$
    select j.id from school.subject j where j.school_id = pg_temp.school('839') and j.title = p_title
$$;
insert into auth.staff (school_id, login, roles) values (pg_temp.school('839'), 'tt.one', '{teacher}'), (pg_temp.school('839'), 'tt.two', '{teacher}'),
    (pg_temp.school('840'), 'tt.far', '{teacher}');
create function pg_temp.staff(p_login text) returns bigint language sql stable as $$ select f.id from auth.staff f where f.login = p_login $$;
insert into school.subgroup (class_id, subject_id, title)
select pg_temp.class('839', 7), pg_temp.subject('Английский язык'), t from unnest('{1 группа,2 группа}'::text[]) t;
insert into school.subgroup_pupil (subgroup_id, pupil_id)
select g.id, pg_temp.pupil(case g.title when '1 группа' then 'I2222AAAAA' else 'I2222CCCCC' end) from school.subgroup g where g.class_id = pg_temp.class('839', 7);
create function pg_temp.group(p_title text) returns bigint language sql stable as $$
    select g.id from school.subgroup g where g.class_id = pg_temp.class('839', 7) and g.title = p_title
$$;
insert into school.lesson (class_id, subgroup_id, day, number, subject_id, staff_id, room)
values (pg_temp.class('839', 7), null, pg_temp.d(0), 1, pg_temp.subject('Алгебра'), pg_temp.staff('tt.one'), '214'),
       (pg_temp.class('839', 7), null, pg_temp.d(0), 2, pg_temp.subject('История'), pg_temp.staff('tt.two'), 'спортзал'),
       (pg_temp.class('839', 7), pg_temp.group('1 группа'), pg_temp.d(0), 4, pg_temp.subject('Английский язык'), pg_temp.staff('tt.one'), '1'),
       (pg_temp.class('839', 7), pg_temp.group('2 группа'), pg_temp.d(0), 4, pg_temp.subject('Английский язык'), pg_temp.staff('tt.two'), '2'),
       (pg_temp.class('839', 7), null, pg_temp.d(4), 1, pg_temp.subject('Алгебра'), pg_temp.staff('tt.one'), '214'),
       (pg_temp.class('839', 7), null, pg_temp.d(21), 2, pg_temp.subject('История'), pg_temp.staff('tt.two'), '300'),
       (pg_temp.class('839', 3), null, pg_temp.d(0), 1, pg_temp.subject('История'), pg_temp.staff('tt.two'), '3');
create function pg_temp.lesson(p_n int, p_number int, p_group text default null) returns bigint language sql stable as $$
    select l.id from school.lesson l where l.class_id = pg_temp.class('839', 7) and l.day = pg_temp.d(p_n) and l.number = p_number
       and l.subgroup_id is not distinct from (select pg_temp.group(p_group))
$$;

-- ---- the week
set local role kabinet_timetable;
select results_eq($$ select day, item_kind, number::int, starts, ends, title, subgroup, room from cabinet.timetable_week('parent', pg_temp.d(3), 7) $$,
    $$ values (pg_temp.d(0), 'lesson', 1, '9:00', '9:40', 'Алгебра', null, 'каб. 214'), (pg_temp.d(0), 'lesson', 2, '10:00', '10:40', 'История', null, 'спортзал'),
              (pg_temp.d(0), 'lesson', 4, '12:00', '12:40', 'Английский язык', '1 группа', 'каб. 1'),
              (pg_temp.d(1), '', null, null, null, null, null, null), (pg_temp.d(2), '', null, null, null, null, null, null),
              (pg_temp.d(3), '', null, null, null, null, null, null),
              (pg_temp.d(4), 'lesson', 1, '8:30', '8:50', 'Алгебра', null, 'каб. 214'), (pg_temp.d(5), '', null, null, null, null, null, null) $$,
    'a week by any of its days: own subgroup alone, other bells on a shortened day, no empty Sunday');
select results_eq($$ select distinct day, day_kind, day_title, is_shortened from cabinet.timetable_week('parent', pg_temp.d(0), 7) order by day $$,
    $$ values (pg_temp.d(0), 'school', '', false), (pg_temp.d(1), 'school', '', false), (pg_temp.d(2), 'off', 'День города', false),
              (pg_temp.d(3), 'off', 'День города', false), (pg_temp.d(4), 'school', '', true), (pg_temp.d(5), 'school', '', false) $$, 'what each day is');
select results_eq($$ select day, day_kind, item_kind from cabinet.timetable_week('parent', pg_temp.d(6), 1) $$,
    $$ values (pg_temp.d(6), 'weekend', '') $$, 'one day, a Sunday too');
select results_eq($$ select distinct day_kind from cabinet.timetable_week('parent', pg_temp.d(13), 1) $$, $$ values ('holidays') $$, 'between the terms are holidays');
select results_eq($$ select subgroup from cabinet.timetable_week('stranger', pg_temp.d(0), 1) where number = 4 $$, $$ values ('2 группа') $$, 'the other group has another lesson');
select is_empty($$ select day from cabinet.timetable_week('far', pg_temp.d(0), 7) where item_kind <> '' $$, 'another school''s pupil sees nothing of it');
select is((select count(*) from cabinet.timetable_week('parent', null, 1) where is_today), 1::bigint, 'without a day it is today');
select results_eq($$ select bells_title, count(*)::int from cabinet.timetable_bells('parent', pg_temp.d(0), 7) group by 1, is_default order by not is_default $$,
    $$ values ('Обычные', 6), ('Короткие', 6) $$, 'bells of the week');
select results_eq($$ select distinct bells_title from cabinet.timetable_bells('parent', pg_temp.d(0), 1) $$, $$ values ('Обычные') $$, 'and of a day');
reset role;

-- ---- substitutions, cancellations, events
update school.lesson set subject_id = pg_temp.subject('История'), was_subject_id = pg_temp.subject('Алгебра'), staff_id = pg_temp.staff('tt.two'),
       was_staff_id = pg_temp.staff('tt.one'), room = '300', was_room = '214', note = 'Учитель болен' where id = pg_temp.lesson(0, 1);
update school.lesson set is_cancelled = true, note = 'Ремонт' where id = pg_temp.lesson(0, 2);
update school.lesson set remote_url = 'https://video.example/room' where id = pg_temp.lesson(4, 1);
insert into school.work_kind (school_id, title, weight, is_major, rank) values (pg_temp.school('839'), 'Контрольная работа', 5, true, 1), (pg_temp.school('839'), 'Ответ', 1, false, 2);
insert into school.work (lesson_id, subject_id, day, kind_id, title, weight)
select pg_temp.lesson(4, 1), pg_temp.subject('Алгебра'), pg_temp.d(4), k.id, 'Дроби', 5 from school.work_kind k where k.school_id = pg_temp.school('839');
insert into school.event (school_id, class_id, kind, day, last_day, starts, ends, title, place) values
    (pg_temp.school('839'), null, 'event', pg_temp.d(1), pg_temp.d(2), null, null, 'Неделя науки', ''),
    (pg_temp.school('839'), pg_temp.class('839', 7), 'excursion', pg_temp.d(4), pg_temp.d(4), '11:00', '13:00', 'Музей', 'у входа'),
    (pg_temp.school('839'), pg_temp.class('839', 3), 'meeting', pg_temp.d(4), pg_temp.d(4), '18:00', null, 'Не наше собрание', ''),
    (pg_temp.school('839'), null, 'exam', pg_temp.d(5), pg_temp.d(5), '23:30', null, 'Без конца', ''),
    (pg_temp.school('840'), null, 'exam', pg_temp.d(4), pg_temp.d(4), '18:00', null, 'Не наша школа', '');
set local role kabinet_timetable;
select results_eq($$ select title, was_title, room, was_room, other_teacher, is_changed, is_cancelled, note from cabinet.timetable_week('parent', pg_temp.d(0), 1) $$,
    $$ values ('История', 'Алгебра', 'каб. 300', 'каб. 214', true, true, false, 'Учитель болен'),
              ('История', null, 'спортзал', null, false, false, true, 'Ремонт'), ('Английский язык', null, 'каб. 1', null, false, false, false, '') $$,
    'a substitution and a cancellation, with what it was before');
select results_eq($$ select item_kind, title, starts, work_title, remote_url from cabinet.timetable_week('parent', pg_temp.d(4), 1) $$,
    $$ values ('lesson', 'Алгебра', '8:30', 'Контрольная работа: Дроби', 'https://video.example/room'), ('excursion', 'Музей', '11:00', null, null) $$,
    'an important work and a link at the lesson; events of own class and school alone');
select results_eq($$ select day, title from cabinet.timetable_week('parent', pg_temp.d(0), 7) where item_kind = 'event' $$,
    $$ values (pg_temp.d(1), 'Неделя науки'), (pg_temp.d(2), 'Неделя науки') $$, 'an event of two days stands in both');

-- ---- the calendar
select results_eq($$ select kind, day, last_day, title from cabinet.timetable_events('parent', pg_temp.d(0)) where day between pg_temp.d(0) and pg_temp.d(6)
        union select kind, day, last_day, title from cabinet.timetable_events('parent', pg_temp.d(6)) where day between pg_temp.d(0) and pg_temp.d(6) order by 2, 1 $$,
    $$ values ('event', pg_temp.d(1), pg_temp.d(2), 'Неделя науки'), ('off', pg_temp.d(2), pg_temp.d(3), 'День города'),
              ('excursion', pg_temp.d(4), pg_temp.d(4), 'Музей'), ('shortened', pg_temp.d(4), pg_temp.d(4), 'Короткие'),
              ('work', pg_temp.d(4), pg_temp.d(4), 'Алгебра: Дроби'), ('exam', pg_temp.d(5), pg_temp.d(5), 'Без конца') $$, 'events, days off as one, other bells, important works');
select results_eq($$ select day, last_day from cabinet.timetable_events('parent', pg_temp.d(15)) where kind = 'holidays' $$,
    $$ values (pg_temp.d(13), pg_temp.d(20)) $$, 'holidays once, and no day off within them');
select is_empty($$ select title from cabinet.timetable_events('parent', pg_temp.d(14)) where title like 'В каникулы%' $$, 'holidays need no day off');
select is((select count(*) % 7 from cabinet.timetable_days('parent', pg_temp.d(0))), 0::bigint, 'a sheet has whole weeks');
select is((select count(*) from cabinet.timetable_days('parent', pg_temp.d(0)) where in_month),
    extract(day from date_trunc('month', pg_temp.d(0)::timestamp) + interval '1 month' - interval '1 day')::bigint, 'and each day of its month');
select results_eq($$ select lessons, items, has_exam from cabinet.timetable_days('parent', pg_temp.d(0)) where day in (pg_temp.d(0))
        union all select lessons, items, has_exam from cabinet.timetable_days('parent', pg_temp.d(4)) where day in (pg_temp.d(4)) $$,
    $$ values (2, 0, false), (1, 2, true) $$, 'lessons that are held, and what else there is');
select results_eq($$ select first_day, last_day from cabinet.timetable_terms('parent', pg_temp.d(0)) $$,
    $$ values (pg_temp.d(-21), pg_temp.d(12)), (pg_temp.d(21), pg_temp.d(60)) $$, 'the terms of the year');
reset role;

-- ---- now and next
create function pg_temp.now(p_n int, p_time time) returns text language sql stable as $$
    select concat_ws(' ', now_kind, now_number, now_title, now_left, now_till - pg_temp.d(0), '>', next_day - pg_temp.d(0), next_starts, next_title, next_is_tomorrow)
      from school.now_next(pg_temp.pupil('I2222AAAAA'), pg_temp.d(p_n) + p_time)
$$;
select is(pg_temp.now(w.n, w.t), w.words, format('%s at %s', w.n, w.t))
  from (values (0, time '07:00', 'before 1 История 120 > 0 9:00 История f'), (0, '09:00', 'lesson 1 История 40 > 0 9:00 История f'),
               (0, '09:39:30', 'lesson 1 История 1 > 0 9:00 История f'), (0, '09:40', 'break 4 Английский язык 140 > 0 12:00 Английский язык f'),
               (0, '12:40', 'after > 4 8:30 Алгебра f'), (1, '10:00', 'free > 4 8:30 Алгебра f'), (3, '10:00', 'off День города 3 > 4 8:30 Алгебра t'),
               (2, '10:00', 'off День города 3 > 4 8:30 Алгебра f'), (20, '10:00', 'holidays Каникулы 20 > 21 10:00 История t'), (40, '10:00', 'free >')) w(n, t, words)
 where w.words not like 'holidays%';
select matches(pg_temp.now(20, '10:00'), '^holidays .*аникулы 20 > 21 10:00 История t$', 'the last day of the holidays');
select is((select now_title from school.now_next(pg_temp.pupil('I2222AAAAA'), pg_temp.d(100) + time '10:00')), 'Летние каникулы', 'after the last term it is summer');
set local role kabinet_timetable;
select is((select count(*) from cabinet.timetable_now('parent') where now_kind is not null), 1::bigint, 'the page asks for this very moment');
reset role;

-- ---- calendars
create function pg_temp.key(p_n int) returns uuid language sql immutable as $$ select ('00000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid $$;
create function pg_temp.secret(p_word text) returns text language sql immutable as $$ select rpad(p_word, 43, 'x') $$;
insert into school.homework (lesson_id, given_on, task, minutes, link, staff_id)
select pg_temp.lesson(4, 1), pg_temp.d(0), E'№ 412;\n№ 415', 20, 'https://book.example/1', pg_temp.staff('tt.one');
set local role kabinet_timetable;
select results_eq($$ select title from cabinet.timetable_subscribe('parent', pg_temp.key(1), 'lessons', true, true, pg_temp.secret('a')) $$, $$ values ('Уроки') $$, 'lessons');
select lives_ok($$ select cabinet.timetable_subscribe('parent', pg_temp.key(2), 'homework', false, false, pg_temp.secret('b')),
    cabinet.timetable_subscribe('child', pg_temp.key(1), 'events', true, false, pg_temp.secret('c')) $$, 'homework; the pupil''s own');
select results_eq($$ select kind, reminds, with_idn from cabinet.timetable_subscriptions('parent') $$, $$ values ('lessons', true, true), ('homework', false, false) $$, 'the list');
select results_eq($$ select kind from cabinet.timetable_subscriptions('child') $$, $$ values ('events') $$, 'is each visitor''s own');
select is_empty($$ select kind from cabinet.timetable_subscriptions('stranger') $$, 'others have none');
select results_eq($$ select calendar, remind_min, title, place, note, starts, ends, is_all_day, is_cancelled, revision, category from cabinet.calendar_feed(pg_temp.secret('a')) $$,
    $$ values ('Уроки · ученик …AAAA', 10, '…AAAA История (замена)', 'каб. 300', E'1-й урок\nВместо: Алгебра\nДругой учитель\nБыло: каб. 214\nУчитель болен',
               pg_temp.d(0) - time '01:00', pg_temp.d(0) - time '00:20', false, false, 1, 'Урок'),
              ('Уроки · ученик …AAAA', 10, '…AAAA Отменён: История', 'спортзал', E'2-й урок\nРемонт', pg_temp.d(0) + time '00:00', pg_temp.d(0) + time '00:40', false, true, 1, 'Урок'),
              ('Уроки · ученик …AAAA', 10, '…AAAA Английский язык', 'каб. 1', E'4-й урок\n1 группа', pg_temp.d(0) + time '02:00', pg_temp.d(0) + time '02:40', false, false, 0, 'Урок'),
              ('Уроки · ученик …AAAA', 10, '…AAAA Алгебра', 'каб. 214', '1-й урок', pg_temp.d(4) - time '01:30', pg_temp.d(4) - time '01:10', false, false, 1, 'Урок'),
              ('Уроки · ученик …AAAA', 10, '…AAAA История', 'каб. 300', '2-й урок', pg_temp.d(21) + time '00:00', pg_temp.d(21) + time '00:40', false, false, 0, 'Урок') $$,
    'lessons in UTC (Vladivostok is ten hours ahead), own subgroup alone');
select results_eq($$ select title, note, url, is_all_day, starts, ends, remind_min from cabinet.calendar_feed(pg_temp.secret('b')) $$,
    $$ values ('ДЗ: Алгебра', E'№ 412;\n№ 415\nПримерно 20 мин', 'https://book.example/1', true, pg_temp.d(4)::timestamp, pg_temp.d(5)::timestamp, 0) $$, 'homework, by the day it is for');
select results_eq($$ select title, starts::date, ends::date, remind_min from cabinet.calendar_feed(pg_temp.secret('c')) where starts >= pg_temp.d(0) and starts < pg_temp.d(8) $$,
    $$ values ('Неделя науки', pg_temp.d(1), pg_temp.d(3), 360), ('День города', pg_temp.d(2), pg_temp.d(4), 360),
              ('Контрольная работа: Алгебра: Дроби', pg_temp.d(3), pg_temp.d(3), 1440), ('Экскурсия: Музей', pg_temp.d(4), pg_temp.d(4), 1440),
              ('Короткие', pg_temp.d(4), pg_temp.d(5), 360), ('Экзамен: Без конца', pg_temp.d(5), pg_temp.d(5), 1440) $$, 'events, exams, days off');
select throws_ok(format($$ select uid from cabinet.calendar_feed(%L) $$, w.token), 'KB404', null, format('no calendar: %s', w.token))
  from (values ('nobody'), (''), ('parent'), (pg_temp.secret('z')), (null)) w(token);
select lives_ok($$ select cabinet.timetable_subscribe('far', pg_temp.key(1), 'homework', true, true, pg_temp.secret('far')) $$, 'a child without any lesson');
select results_eq($$ select calendar, uid from cabinet.calendar_feed(pg_temp.secret('far')) $$, $$ values ('Домашние задания · ученик …DDDD', null::text) $$, 'has an empty calendar');
select results_eq($$ select starts, ends from cabinet.calendar_feed(pg_temp.secret('c')) where title like '%Без конца' $$,
    $$ values (pg_temp.d(5) + time '13:30', pg_temp.d(5) + time '14:30') $$, 'what has no end lasts an hour, over midnight too');
-- The same form again.
select lives_ok($$ select cabinet.timetable_subscribe('parent', pg_temp.key(1), 'lessons', true, true, pg_temp.secret('d')) $$, 'the same form again makes an address');
select throws_ok($$ select uid from cabinet.calendar_feed(pg_temp.secret('a')) $$, 'KB404', null, 'in the place of the first');
select isnt_empty($$ select uid from cabinet.calendar_feed(pg_temp.secret('d')) $$, 'which works');
select is((select count(*) from cabinet.timetable_subscriptions('parent')), 2::bigint, 'and is no third one');
select throws_ok($$ select cabinet.timetable_subscribe('parent', pg_temp.key(1), 'homework', true, true, pg_temp.secret('e')) $$, 'KB409', null, 'the same key for something else');
select throws_ok($$ select cabinet.timetable_subscribe('pinned', pg_temp.key(3), 'lessons', true, true, pg_temp.secret('f')) $$, 'KB422', null, 'not after a PIN');
select throws_ok($$ select cabinet.timetable_subscribe('parent', pg_temp.key(3), 'lessons', true, true, 'short') $$, 'KB422', null, 'no weak secret');
select lives_ok($$ select cabinet.timetable_subscribe('parent', pg_temp.key(100 + n), 'lessons', true, true, pg_temp.secret('n' || n)) from generate_series(1, 8) n $$, 'ten in all');
select throws_ok($$ select cabinet.timetable_subscribe('parent', pg_temp.key(3), 'lessons', true, true, pg_temp.secret('f')) $$, 'KB422', 'Уже есть 10 подписок. Отключите те, которыми не пользуетесь.', 'and no more');
-- Revoked, barred.
select throws_ok(format($$ select cabinet.timetable_unsubscribe('%s', (select id from cabinet.timetable_subscriptions('parent') where kind = 'homework')) $$, w), 'KB404', null,
    w || ' cannot revoke it') from unnest('{stranger,far,child}'::text[]) w;
reset role;
select set_config('pg_temp.id', (select c.id::text from auth.calendar c where c.token_hash = pg_temp.h(pg_temp.secret('b'))), true) \g /dev/null
set local role kabinet_timetable;
select lives_ok($$ select cabinet.timetable_unsubscribe('parent', current_setting('pg_temp.id')::bigint) from generate_series(1, 2) $$, 'revoked, twice');
select throws_ok($$ select uid from cabinet.calendar_feed(pg_temp.secret('b')) $$, 'KB404', null, 'and gone at once');
select throws_ok($$ select cabinet.timetable_subscribe('parent', pg_temp.key(2), 'homework', true, true, pg_temp.secret('g')) $$, 'KB409', null, 'its form does not bring it back');
reset role;
update auth.calendar set created_at = now() - interval '11 min' where token_hash = pg_temp.h(pg_temp.secret('d'));
set local role kabinet_timetable;
select throws_ok($$ select cabinet.timetable_subscribe('parent', pg_temp.key(1), 'lessons', true, true, pg_temp.secret('h')) $$, 'KB409', null, 'an old page does not replace an address in use');
reset role;
update auth.access set barred_at = now() where login_id = -1;
set local role kabinet_timetable;
select throws_ok($$ select uid from cabinet.calendar_feed(pg_temp.secret('d')) $$, 'KB404', null, 'a barred access takes its calendars along');
select isnt_empty($$ select uid from cabinet.calendar_feed(pg_temp.secret('c')) $$, 'those of others go on');
reset role;
select is((select count(*) from auth.calendar c where position(convert_to(pg_temp.secret('d'), 'UTF8') in c.token_hash) > 0), 0::bigint, 'no secret is kept');
select ok((select count(*) from site.audit a where a.action in ('calendar-subscribe', 'calendar-unsubscribe') and a.login_id in (-1, -4)) >= 10, 'written down');

-- ---- others
set local role kabinet_timetable;
select throws_ok(format(q.sql, w.token), 'KB401', null, format('%s: %s', w.token, q.name))
  from (values ('nobody'), ('')) w(token),
       (values ('week', 'select day from cabinet.timetable_week(%L, null, 7)'), ('bells', 'select bells_id from cabinet.timetable_bells(%L, null, 7)'),
               ('now', 'select now_kind from cabinet.timetable_now(%L)'), ('days', 'select day from cabinet.timetable_days(%L, null)'),
               ('events', 'select day from cabinet.timetable_events(%L, null)'), ('terms', 'select title from cabinet.timetable_terms(%L, null)'),
               ('subscriptions', 'select id from cabinet.timetable_subscriptions(%L)'), ('unsubscribe', 'select cabinet.timetable_unsubscribe(%L, 1)'),
               ('subscribe', 'select title from cabinet.timetable_subscribe(%L, pg_temp.key(9), ''lessons'', true, true, '''')')) q(name, sql);
select throws_ok('select 1 from auth.calendar', '42501', null, 'the role may read no calendar');
select throws_ok($$ select school.calendar_items(1, current_date, current_date) $$, '42501', null, 'and may not ask the inner functions');
reset role;
select * from finish();
rollback;
