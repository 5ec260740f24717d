-- The diary: whose lessons and marks are shown, averages against an independent count, homework handed in, questions, signatures.
begin;
set local client_min_messages = warning;
\ir roll.inc
grant usage on schema public to kabinet_diary;
select no_plan();

-- Four more of the class, so that six stand behind its figures; the world's own two are A and C.
select pg_temp.contract('027839', '7Б', 'I2222' || repeat(c, 5), 'Вымышлев Тихон Тихонович', 'Вымышлева Аглая Тихоновна')
  from unnest(array['F', 'G', 'H', 'J']) c \g /dev/null
insert into school.work_kind (school_id, title, weight, is_major, rank)
select pg_temp.school('839'), k.title, k.weight, k.is_major, k.rank
  from (values ('Ответ на уроке', 1, false, 1), ('Тест', 2, false, 2), ('Контрольная', 4, true, 3)) k(title, weight, is_major, rank);

create function pg_temp.work(p_lesson bigint, p_kind text, p_title text default '') returns bigint language sql as $$
    insert into school.work (lesson_id, subject_id, day, kind_id, title, weight)
    select l.id, l.subject_id, l.day, k.id, p_title, k.weight from school.lesson l, school.work_kind k
     where l.id = p_lesson and k.school_id = pg_temp.school('839') and k.title = p_kind
    returning id
$$;
create function pg_temp.mark(p_work bigint, p_pupil text, p_value text, p_ordinal int default 1, p_till date default null) returns void
language sql as $$
    insert into school.mark (work_id, pupil_id, ordinal, subject_id, day, value, set_by, point_till)
    select w.id, pg_temp.pupil(p_pupil), p_ordinal, w.subject_id, w.day, p_value, pg_temp.staff('teacher'), p_till
      from school.work w where w.id = p_work
$$;
create function pg_temp.homework(p_lesson bigint, p_task text, p_wants boolean default false) returns bigint language sql as $$
    insert into school.homework (lesson_id, given_on, task, minutes, wants_answer, staff_id)
    select l.id, l.day - 2, p_task, 20, p_wants, l.staff_id from school.lesson l where l.id = p_lesson returning id
$$;
create function pg_temp.subject(p_title text, p_school text default '839') returns bigint language sql stable as $$
    select s.id from school.subject s where s.school_id = pg_temp.school(p_school) and s.title = p_title
$$;
create function pg_temp.key(p_n int) returns uuid language sql immutable as $$ select ('00000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid $$;
create function pg_temp.answer(p_token text, p_key int, p_homework bigint, p_body text, p_bytes bytea default null) returns void language sql as $$
    select cabinet.diary_answer(p_token, pg_temp.key(p_key), p_homework, p_body, case when p_bytes is not null then 'ответ.pdf' end,
        case when p_bytes is not null then 'application/pdf' end, p_bytes, null, null, null, null, null, null)
$$;
alter function pg_temp.subject(text, text) security definer;   -- they stand in questions that the program's role asks
alter function pg_temp.pupil(text) security definer;
create function pg_temp.monday() returns date language sql stable as $$
    select pg_temp.today() - extract(isodow from pg_temp.today())::int + 1
$$;

-- ---- averages: what the functions say is what a loop over the plain rows says ------------------------------------------------

select setseed(0.2027) \g /dev/null
create temporary table works as
select pg_temp.work(pg_temp.lesson(d.day, n.number, (array['Алгебра', 'Английский язык', 'Физика'])[1 + n.number % 3],
           case when n.number % 3 = 1 then '1' else '' end), (array['Ответ на уроке', 'Тест', 'Контрольная'])[1 + floor(random() * 3)::int]) as id
  from (select pg_temp.today() - g as day from generate_series(1, 40) g) d, generate_series(1, 4) n(number)
 where extract(isodow from d.day) < 7;
select pg_temp.mark(w.id, p.letter, (array['5', '4', '4', '3', '3', '2', '1', 'н/а', 'осв', 'зач', '.'])[1 + floor(random() * 11)::int])
  from works w, unnest(array['A', 'C', 'F', 'G', 'H', 'J']) p(letter)
  where random() < .3 \g /dev/null
-- Some were changed, some taken back.
update school.mark m set value = '4', reason = 'проверено снова' where m.value = '3' and random() < .2;
update school.mark m set value = null, reason = 'ошибка' where m.value = '2' and random() < .3;

create temporary table counted as
select m.pupil_id, m.subject_id, count(*) as n, sum(m.value::int) as points, sum(w.weight) as weight, sum(m.value::int * w.weight) as weighted,
       count(*) filter (where k.is_major) as major_n, coalesce(sum(m.value::int) filter (where k.is_major), 0) as major_points,
       sum(w.weight) filter (where m.day <= pg_temp.today() - 14) as before_weight,
       sum(m.value::int * w.weight) filter (where m.day <= pg_temp.today() - 14) as before_weighted
  from school.mark m join school.work w on w.id = m.work_id join school.work_kind k on k.id = w.kind_id
 where m.value in ('5', '4', '3', '2', '1') group by m.pupil_id, m.subject_id;
grant select on counted to kabinet_diary;
select ok((select count(*) from counted) >= 16, 'marks of three subjects for six pupils');

set local role kabinet_diary;
select results_eq(format($$ select subject_id, n::bigint, points::bigint, weight::bigint, weighted::bigint, major_n::bigint, major_points::bigint,
        before_weight, before_weighted from cabinet.diary_subjects(%L, null, 'school') where n > 0 $$, w.token),
    format($$ select c.subject_id, n, points, weight, weighted, major_n, major_points, before_weight, before_weighted
        from counted c where c.pupil_id = pg_temp.pupil(%L) order by c.subject_id $$, w.letter), w.token || ': sums by subject')
  from (values ('parent', 'A'), ('child', 'A'), ('stranger', 'C')) w(token, letter);
select results_eq($$ select subject_id, class_weight, class_weighted from cabinet.diary_subjects('parent', null, 'school') where class_weight is not null $$,
    $$ select subject_id, sum(weight)::bigint, sum(weighted)::bigint from counted group by subject_id having count(*) >= 5 order by subject_id $$,
    'the class where five stand behind it');
select results_eq($$ select weight, weighted from cabinet.diary_weeks('parent', null, null) order by monday desc limit 1 $$,
    $$ select sum(weight)::bigint, sum(weighted)::bigint from counted where pupil_id = pg_temp.pupil('A') $$, 'the weeks end at the same average');
select is((select sum(n) from cabinet.diary_weeks('parent', null, pg_temp.subject('Физика')))::bigint,
    (select n from counted where pupil_id = pg_temp.pupil('A') and subject_id = pg_temp.subject('Физика')), 'and count every mark once');
select results_eq($$ select n::bigint, weighted::bigint, class_weighted from cabinet.diary_subject('parent', pg_temp.subject('Физика'), null) $$,
    $$ select n, weighted, (select sum(weighted)::bigint from counted where subject_id = pg_temp.subject('Физика'))
         from counted where pupil_id = pg_temp.pupil('A') and subject_id = pg_temp.subject('Физика') $$, 'one subject');
select is_empty($$ select 1 from cabinet.diary_subjects('parent', null, 'average') s
    join (select subject_id, row_number() over () as place from cabinet.diary_subjects('parent', null, 'average')) p using (subject_id)
    join (select subject_id, rank() over (order by weighted / weight::numeric desc) as rank from counted where pupil_id = pg_temp.pupil('A')) r
        using (subject_id) where p.place <> r.rank $$, 'sorted by the weighted average');
select is((select string_agg(title, ' ') from cabinet.diary_subjects('parent', null, 'title')), 'Алгебра Английский язык Физика', 'by title');
select results_eq($$ select last_day from cabinet.diary_subjects('parent', null, 'last') $$,
    $$ select last_day from cabinet.diary_subjects('parent', null, 'school') order by last_day desc $$, 'by the last mark');
reset role;
create temporary table spread as
select m.work_id, count(*) as all_of_it, count(*) filter (where m.value = '5') as fives
  from school.mark m where m.value in ('5', '4', '3', '2', '1') group by m.work_id;
grant select on spread to kabinet_diary;
set local role kabinet_diary;
select is_empty($$ select 1 from cabinet.diary_term_marks('parent', null, pg_temp.subject('Физика'), null, null) m
    left join spread s using (work_id) where case when s.all_of_it >= 5 then m.class5 is distinct from s.fives
        or m.class5 + m.class4 + m.class3 + m.class2 + m.class1 <> s.all_of_it else m.class5 is not null end $$,
    'the class''s marks for a work: right, and only of five pupils and more');
select is_empty($$ select 1 from cabinet.diary_term_marks('parent', null, null, null, null) where class5 is not null or value is null $$,
    'not for all subjects at once; nothing that was taken back');
select is((select min(day) >= pg_temp.today() - 13 and max(day) <= pg_temp.today() from cabinet.diary_term_marks('parent', null, null, null, 14)), true,
    'two weeks');
select is((select count(*) from cabinet.diary_term_marks('parent', null, null, pg_temp.today() - 100, 14)), 0::bigint, 'before the term nothing');
reset role;
select is((select count(*) from school.mark_change where pupil_id = pg_temp.pupil('A')) > 0, true, 'something of A was changed');
create temporary table changed as select count(*) as n from school.mark_change where pupil_id = pg_temp.pupil('A');
grant select on changed to kabinet_diary;
set local role kabinet_diary;
select is((select count(*) from cabinet.diary_changes('parent', null, null)), (select least(n, 20) from changed), 'all of A''s changes, 20 at most');
select is_empty($$ select 1 from cabinet.diary_changes('parent', null, null) where old_value is not distinct from new_value or reason = '' $$,
    'each with old, new and why');

-- Terms and years
select results_eq($$ select title, is_selected from cabinet.diary_terms('parent', null) $$,
    $$ values ('1 четверть', false), ('2 четверть', true) $$, 'the terms of the year, today''s on show');
select throws_ok($$ select title from cabinet.diary_terms('parent', -1) $$, 'KB404', null, 'no such term');
reset role;
select set_config('test.far_term', (select t.id::text from school.term t where t.school_id = pg_temp.school('840') and t.ordinal = 2), true) \g /dev/null
select set_config('test.far_subject', pg_temp.subject('Физика', '840')::text, true) \g /dev/null
select set_config('test.far_year', (select y.id::text from school.year y where y.school_id = pg_temp.school('840')), true) \g /dev/null
set local role kabinet_diary;
select throws_ok(format($$ select 1 from cabinet.%s $$, q), 'KB404', null, 'another school''s: ' || q)
  from unnest(array['diary_terms(''parent'', current_setting(''test.far_term'')::bigint)',
                    'diary_subjects(''parent'', current_setting(''test.far_term'')::bigint, null)',
                    'diary_term_marks(''parent'', current_setting(''test.far_term'')::bigint, null, null, null)',
                    'diary_changes(''parent'', current_setting(''test.far_term'')::bigint, null)',
                    'diary_weeks(''parent'', current_setting(''test.far_term'')::bigint, null)',
                    'diary_topics(''parent'', 1, current_setting(''test.far_term'')::bigint, 5)',
                    'diary_subject(''parent'', current_setting(''test.far_subject'')::bigint, null)',
                    'diary_subject(''parent'', -1, null)',
                    'diary_years(''parent'', current_setting(''test.far_year'')::bigint)',
                    'diary_finals(''parent'', current_setting(''test.far_year'')::bigint)']) q;
reset role;

-- ---- the week ----------------------------------------------------------------------------------------------------------------

alter table school.mark disable trigger never_deleted;
alter table school.mark_change disable trigger append_only;
delete from school.mark_change; delete from school.mark; delete from school.work; delete from school.attendance; delete from school.lesson;
alter table school.mark enable trigger never_deleted;
alter table school.mark_change enable trigger append_only;
-- Yesterday was a day of lessons, whatever day it is; tomorrow another.
create temporary table l as
select pg_temp.lesson(pg_temp.today() - 1, 1) as one, pg_temp.lesson(pg_temp.today() - 1, 2, 'Английский язык', '1') as mine,
       pg_temp.lesson(pg_temp.today() - 1, 2, 'Английский язык', '2') as theirs, pg_temp.lesson(pg_temp.today() - 1, 3, 'Физика') as cancelled,
       pg_temp.lesson(pg_temp.today() - 1, 4, 'Физика') as replaced, pg_temp.lesson(pg_temp.today() + 1, 1, p_rolled => false) as ahead,
       pg_temp.lesson(pg_temp.today() - 1, 1, p_grade => 3) as other_class, pg_temp.lesson(pg_temp.today() - 1, 1, p_school => '840') as far;
grant select on l to kabinet_diary;
update school.lesson set is_cancelled = true, note = 'карантин' where id = (select cancelled from l);
update school.lesson set was_subject_id = pg_temp.subject('Алгебра'), theme = 'Оптика', room = '7' where id = (select replaced from l);
select pg_temp.absent(one, 'A', 'о', 7) from l \g /dev/null
create temporary table h as
select pg_temp.homework(one, 'вчерашнее') as late, pg_temp.homework(ahead, 'завтрашнее', true) as ahead, pg_temp.homework(theirs, 'чужой группы', true) as theirs,
       pg_temp.homework(far, 'чужой школы') as far, pg_temp.homework(other_class, 'чужого класса') as other_class from l;
grant select on h to kabinet_diary;
create temporary table w as select pg_temp.work(one, 'Контрольная', 'Дроби') as heavy, pg_temp.work(mine, 'Ответ на уроке') as light from l;
select pg_temp.mark(heavy, 'A', '5'), pg_temp.mark(heavy, 'A', '3', 2), pg_temp.mark(heavy, 'C', '2'), pg_temp.mark(light, 'A', '.', 1, pg_temp.today() - 1) from w \g /dev/null
update school.mark set value = '4', reason = 'апелляция' where work_id = (select heavy from w) and ordinal = 2;

set local role kabinet_diary;
select results_eq($$ select number, subject, is_cancelled, is_replaced, was_subject, note, topic, room, absence, absence_minutes, starts, task, is_overdue
        from cabinet.diary_lessons('parent', pg_temp.today() - 1, false) $$,
    $$ values (1::smallint, 'Алгебра', false, false, '', '', '', '', 'о', 7::smallint, '9:00', 'вчерашнее', true),
              (2::smallint, 'Английский язык', false, false, '', '', '', '', '', null, '10:00', null, false),
              (3::smallint, 'Физика', true, false, '', 'карантин', '', '', '', null, '11:00', null, false),
              (4::smallint, 'Физика', false, true, 'Алгебра', '', 'Оптика', '7', '', null, '12:00', null, false) $$, 'a day');
select is((select lesson_id from cabinet.diary_lessons('parent', pg_temp.today() - 1, false) where number = 2), (select mine from l), 'of one''s own subgroup');
select is((select lesson_id from cabinet.diary_lessons('stranger', pg_temp.today() - 1, false) where number = 2), (select theirs from l), 'a classmate has the other');
select results_eq($$ select value, weight, kind, title, is_major, point_till, is_point_late, is_changed from cabinet.diary_marks('child', pg_temp.today() - 1, false) $$,
    $$ values ('5', 4::smallint, 'Контрольная', 'Дроби', true, null::date, false, false), ('4', 4::smallint, 'Контрольная', 'Дроби', true, null, false, true),
              ('.', 1::smallint, 'Ответ на уроке', '', false, pg_temp.today() - 1, true, false) $$, 'its marks');
select results_eq($$ select value from cabinet.diary_marks('stranger', pg_temp.today() - 1, false) $$, $$ values ('2') $$, 'a classmate sees his own alone');
select is_empty($$ select 1 from cabinet.diary_marks('far-parent', pg_temp.today() - 1, true) $$, 'the other school nothing');
select results_eq($$ select first_day, last_day, previous_day, next_day, is_now, has_begun, has_class, is_parent, signed_at, overdue_count
        from cabinet.diary_page('parent', null, true) $$,
    $$ values (pg_temp.monday(), pg_temp.monday() + 6, pg_temp.monday() - 7, pg_temp.monday() + 7, true, true, true, true, null::timestamp, 1::bigint) $$, 'this week');
select results_eq($$ select first_day, is_now, has_class from cabinet.diary_page('child', '1999-01-01', false) $$, $$ values (date '1999-01-01', false, false) $$,
    'long before school');
select is((select count(*) from cabinet.diary_days('parent', pg_temp.today() - 1, true) where extract(isodow from day) < 7), 6::bigint, 'six days of a week');
select is((select count(*) from cabinet.diary_days('parent', '2001-01-03', true)), 6::bigint, 'of any week');
reset role;
insert into school.day_off (school_id, day, title) values (pg_temp.school('839'), pg_temp.today() + 3, 'Праздник'), (pg_temp.school('840'), pg_temp.today() + 1, 'Чужой');
insert into school.bells (school_id, title, is_default) values (pg_temp.school('839'), 'сокращённый день', false);
insert into school.bell (bells_id, number, starts, ends) select b.id, 1, '10:00', '10:30' from school.bells b where b.title = 'сокращённый день' and b.school_id = pg_temp.school('839');
insert into school.bell_day (school_id, day, bells_id) select b.school_id, pg_temp.today() + 1, b.id from school.bells b where b.title = 'сокращённый день' and b.school_id = pg_temp.school('839');
insert into school.event (school_id, class_id, kind, day, last_day, starts, title, place)
values (pg_temp.school('839'), null, 'event', pg_temp.today() + 1, pg_temp.today() + 1, '14:30', 'Концерт', 'зал'),
       (pg_temp.school('839'), pg_temp.class('839', 3), 'event', pg_temp.today() + 1, pg_temp.today() + 1, null, 'Не наше', '');
set local role kabinet_diary;
select results_eq($$ select off_title, bells_title, events, minutes from cabinet.diary_days('parent', pg_temp.today() + 1, false) $$,
    $$ values ('', 'сокращённый день', '14:30 Концерт, зал', 20::bigint) $$, 'a shortened day with a concert');
select is((select starts from cabinet.diary_lessons('parent', pg_temp.today() + 1, false)), '10:00', 'its bells');
select is((select off_title from cabinet.diary_days('parent', pg_temp.today() + 3, false)), 'Праздник', 'a day off');
select is((select is_holiday from cabinet.diary_days('parent', pg_temp.today() - 45, false)), true, 'between the terms are holidays');

-- The signature
select throws_ok($$ select cabinet.diary_sign('child', pg_temp.today()) $$, 'KB403', null, 'a pupil does not sign');
select throws_ok($$ select cabinet.diary_sign('parent', pg_temp.today() + 7) $$, 'KB422', null, 'nor a parent before the week');
select throws_ok($$ select cabinet.diary_sign('parent', '2001-01-01') $$, 'KB404', null, 'nor one before school');
select lives_ok($$ select cabinet.diary_sign('parent', pg_temp.today()), cabinet.diary_sign('other-adult', pg_temp.monday() + 6) $$, 'a week is signed, twice');
select is((select signed_at is not null from cabinet.diary_page('child', pg_temp.today(), true)), true, 'and everybody of the family sees it');
select is((select signed_at from cabinet.diary_page('stranger', pg_temp.today(), true)), null, 'no other family');
reset role;
select results_eq($$ select access_id, monday from school.week_signature where pupil_id = pg_temp.pupil('A') $$,
    $$ values (pg_temp.access('parent'), pg_temp.monday()) $$, 'the first signature stays');
set local role kabinet_diary;

-- ---- homework ------------------------------------------------------------------------------------------------------------------

select results_eq($$ select task, is_overdue, is_done from cabinet.diary_homework('parent') $$,
    $$ values ('завтрашнее', false, false), ('вчерашнее', true, false) $$, 'what is due, then what is overdue');
select lives_ok($$ select cabinet.diary_done('child', late, true), cabinet.diary_done('parent', late, true) from h $$, 'ticked, twice');
select results_eq($$ select task from cabinet.diary_homework('parent') $$, $$ values ('завтрашнее') $$, 'is overdue no more');
select is((select is_done from cabinet.diary_lessons('parent', pg_temp.today() - 1, false) where number = 1), true, 'the week shows the tick');
select is((select is_overdue from cabinet.diary_lessons('stranger', pg_temp.today() - 1, false) where number = 1), true, 'a classmate''s is his own');
select lives_ok($$ select cabinet.diary_done('parent', late, false) from h $$, 'and unticked');
select is((select overdue_count from cabinet.diary_page('parent', null, true)), 1::bigint, 'overdue again');
select throws_ok(format($$ select cabinet.diary_done('parent', %s, true) from h $$, c), 'KB404', null, 'no tick at ' || c) from unnest(array['theirs', 'far', 'other_class', '-1']) c;
select throws_ok(format($$ select task from cabinet.diary_task('parent', (select %s from h)) $$, c), 'KB404', null, 'no look at ' || c) from unnest(array['theirs', 'far', 'other_class']) c;


select throws_ok($$ select pg_temp.answer('parent', 1, late, 'вот') from h $$, 'KB422', null, 'nobody waits for it');
select throws_ok($$ select pg_temp.answer('parent', 2, ahead, '') from h $$, 'KB422', null, 'an empty one');
select throws_ok(format($$ select pg_temp.answer('parent', 3, %s, 'вот') from h $$, c), 'KB404', null, 'not ours: ' || c) from unnest(array['theirs', 'far', 'other_class']) c;
select lives_ok($$ select pg_temp.answer('child', 4, ahead, 'мой ответ', '\x255044462d31') from h $$, 'an answer with a file');
select lives_ok($$ select pg_temp.answer('child', 4, ahead, 'мой ответ', '\x255044462d31') from h $$, 'the same form once more');
select throws_ok($$ select pg_temp.answer('child', 4, ahead, 'мой ответ', '\x255044462d32') from h $$, 'KB409', null, 'the same key with another file');
select results_eq($$ select a.body, a.is_late, a.name, a.kilobytes from h, cabinet.diary_answers('parent', h.ahead) a $$,
    $$ values ('мой ответ', false, 'ответ.pdf', 1) $$, 'was handed in once, in time');
select is((select answers from cabinet.diary_lessons('parent', pg_temp.today() + 1, false)), 1::bigint, 'the week knows');
select is_empty($$ select 1 from h, cabinet.diary_answers('stranger', h.ahead) $$, 'a classmate does not see it');
select results_eq($$ select f.name, f.type, f.bytes from h, cabinet.diary_answers('parent', h.ahead) a, cabinet.diary_file('parent', a.file_id) f $$,
    $$ values ('ответ.pdf', 'application/pdf', '\x255044462d31'::bytea) $$, 'the file comes back');
reset role;
select set_config('test.answer', (select file_id::text from school.answer_file), true) \g /dev/null
insert into school.homework_file (homework_id, file_id) select h.ahead, site.keep_file(pg_temp.school('839'), 'карта.png', 'image/png', '\x89504e47') from h;
select set_config('test.map', (select file_id::text from school.homework_file), true) \g /dev/null
select set_config('test.theirs', (select site.keep_file(pg_temp.school('839'), 'чужой.png', 'image/png', '\x89504e47'))::text, true) \g /dev/null
insert into school.homework_file (homework_id, file_id) select h.theirs, current_setting('test.theirs')::uuid from h;
set local role kabinet_diary;
select throws_ok($$ select name from cabinet.diary_file('stranger', current_setting('test.answer')::uuid) $$, 'KB404', null, 'a classmate does not get an answer');
select is((select name from cabinet.diary_file('stranger', current_setting('test.map')::uuid)), 'карта.png', 'but the class''s files');
select throws_ok($$ select name from cabinet.diary_file('far-parent', current_setting('test.map')::uuid) $$, 'KB404', null, 'no other school does');
select throws_ok($$ select name from cabinet.diary_file('parent', current_setting('test.theirs')::uuid) $$, 'KB404', null, 'nor the other subgroup');
select throws_ok($$ select name from cabinet.diary_file('parent', '00000000-0000-4000-8000-000000000000') $$, 'KB404', null, 'no such file');
select results_eq($$ select name, kilobytes from cabinet.diary_files('parent', pg_temp.today() + 1, false) $$, $$ values ('карта.png', 1) $$, 'a day''s files');
select results_eq($$ select f.name from h, cabinet.diary_task_files('parent', h.ahead) f $$, $$ values ('карта.png') $$, 'a task''s files');
select lives_ok($$ select pg_temp.answer('parent', 10 + n, h.ahead, 'ещё ' || n) from h, generate_series(1, 9) n $$, 'ten answers');
select throws_ok($$ select pg_temp.answer('parent', 30, ahead, 'и ещё') from h $$, 'KB422', null, 'not eleven');
reset role;
update school.homework set wants_answer = true where id = (select late from h);
set local role kabinet_diary;
select lives_ok($$ select pg_temp.answer('parent', 31, late, 'поздно') from h $$, 'after the lesson');
select is((select a.is_late from h, cabinet.diary_answers('parent', h.late) a), true, 'is marked as late');
select is((select overdue_count from cabinet.diary_page('parent', null, true)), 0::bigint, 'and not overdue');

-- ---- a question to the teacher ---------------------------------------------------------------------------------------------------

select lives_ok($$ select cabinet.diary_ask('parent', pg_temp.key(40), one, 'Почему 4?') from l, generate_series(1, 2) $$, 'asked, sent twice');
select throws_ok($$ select cabinet.diary_ask('parent', pg_temp.key(40), one, 'Почему 3?') from l $$, 'KB409', null, 'the same key, another question');
select results_eq($$ select m.body, m.is_parents, m.reply from l, cabinet.diary_messages('child', l.one) m $$, $$ values ('Почему 4?', true, '') $$, 'stands there once');
select is_empty($$ select 1 from l, cabinet.diary_messages('stranger', l.one) $$, 'for this family alone');
reset role;
update school.lesson_message set reply = 'Ошибка в знаке', replied_by = pg_temp.staff('teacher'), replied_at = now();
set local role kabinet_diary;
select is((select m.reply from l, cabinet.diary_messages('parent', l.one) m), 'Ошибка в знаке', 'the answer');
select results_eq($$ select questions, replies from cabinet.diary_lessons('parent', pg_temp.today() - 1, false) where number = 1 $$, $$ values (1::bigint, 1::bigint) $$,
    'the day shows that there is one');
select throws_ok(format($$ select cabinet.diary_ask('parent', pg_temp.key(41), %s, 'x') from l $$, c), 'KB404', null, 'not ours: ' || c) from unnest(array['theirs', 'far', 'other_class', '-1']) c;
select throws_ok($$ select day from cabinet.diary_lesson('parent', (select theirs from l)) $$, 'KB404', null, 'nor looked at');
select lives_ok($$ select cabinet.diary_ask('parent', pg_temp.key(50 + n), one, 'Вопрос ' || n) from l, generate_series(1, 9) n $$, 'ten a day');
select throws_ok($$ select cabinet.diary_ask('parent', pg_temp.key(70), one, 'Одиннадцатый') from l $$, 'KB422', null, 'not eleven');

-- ---- topics, attestation, final marks --------------------------------------------------------------------------------------------

select results_eq($$ select day, topic from cabinet.diary_topics('parent', pg_temp.subject('Физика'), null, 10) $$, $$ values (pg_temp.today() - 1, 'Оптика') $$, 'topics');
select results_eq($$ select held, missed, ahead from cabinet.diary_subject('parent', pg_temp.subject('Алгебра'), null) $$, $$ values (1::bigint, 0::bigint, 1::bigint) $$,
    'who came late missed nothing; one lesson is ahead');
reset role;
select pg_temp.absent(mine, 'A', 'б') from l \g /dev/null
set local role kabinet_diary;
select results_eq($$ select held, missed, ahead from cabinet.diary_subject('parent', pg_temp.subject('Английский язык'), null) $$, $$ values (1::bigint, 1::bigint, 0::bigint) $$, 'missed');
select results_eq($$ select held, ahead from cabinet.diary_subject('parent', pg_temp.subject('Физика'), null) $$, $$ values (1::bigint, 0::bigint) $$, 'a cancelled lesson is none');
reset role;
insert into school.final_mark (pupil_id, year_id, subject_id, period, term_id, value, early_reason, set_by)
select pg_temp.pupil(p.letter), t.year_id, pg_temp.subject('Алгебра'), 'term', t.id, p.value, p.reason, pg_temp.staff('teacher')
  from school.term t, (values ('A', '4', 'сборы'), ('C', '2', '')) p(letter, value, reason) where t.school_id = pg_temp.school('839') and t.ordinal = 1;
insert into school.final_mark (pupil_id, year_id, subject_id, period, value, set_by)
select pg_temp.pupil('A'), y.id, pg_temp.subject('Физика'), 'year', 'зач', pg_temp.staff('teacher') from school.year y where y.school_id = pg_temp.school('839');
set local role kabinet_diary;
select results_eq($$ select subject, period, value, early_reason, weight, weighted from cabinet.diary_finals('parent', null) where period <> 'average' or subject = 'Алгебра' order by 1, 2 $$,
    $$ values ('Алгебра', 'average', '', '', 8, 36), ('Алгебра', 'term', '4', 'сборы', 0, 0), ('Физика', 'year', 'зач', '', 0, 0) $$, 'final marks and what is not final yet');
select results_eq($$ select ordinal, title from cabinet.diary_year_terms('parent', null) $$, $$ values (1::smallint, '1 четверть'), (2::smallint, '2 четверть') $$, 'columns');
select results_eq($$ select class_name, is_selected from cabinet.diary_years('parent', null) $$, $$ values ('7 «Б»', true) $$, 'years');
select results_eq($$ select weight, titles from cabinet.diary_kinds('parent') $$, $$ values (1::smallint, 'Ответ на уроке'), (2::smallint, 'Тест'), (4::smallint, 'Контрольная') $$, 'weights');

-- ---- the wall --------------------------------------------------------------------------------------------------------------------

select throws_ok(format(q, t), 'KB401', null, format('%s: %s', t, left(q, 40)))
  from unnest(array['nobody', '']) t,
       unnest(array['select 1 from cabinet.diary_page(%L, null, true)', 'select 1 from cabinet.diary_days(%L, null, true)', 'select 1 from cabinet.diary_lessons(%L, null, true)',
                    'select 1 from cabinet.diary_marks(%L, null, true)', 'select 1 from cabinet.diary_files(%L, null, true)', 'select cabinet.diary_sign(%L, current_date)',
                    'select 1 from cabinet.diary_homework(%L)', 'select cabinet.diary_done(%L, 1, true)', 'select 1 from cabinet.diary_task(%L, 1)',
                    'select 1 from cabinet.diary_answers(%L, 1)', 'select 1 from cabinet.diary_file(%L, pg_temp.key(1))', 'select 1 from cabinet.diary_subjects(%L, null, null)',
                    'select 1 from cabinet.diary_subject(%L, 1, null)', 'select 1 from cabinet.diary_finals(%L, null)', 'select 1 from cabinet.diary_messages(%L, 1)',
                    'select cabinet.diary_ask(%L, pg_temp.key(1), 1, ''x'')', 'select pg_temp.answer(%L, 1, 1, ''x'')']) q;
select throws_ok('select 1 from school.mark', '42501', null, 'the role may read no table');
select throws_ok('select 1 from school.pupils_lessons(1, current_date, current_date)', '42501', null, 'nor ask the inner functions');
reset role;
update auth.session set last_used_at = now() - interval '31 min' where token_hash = sha256(convert_to('parent', 'UTF8'));
set local role kabinet_diary;
select throws_ok($$ select first_day from cabinet.diary_page('parent', null, true) $$, 'KB401', null, 'a session that ended');
reset role;
select results_eq($$ select distinct action from site.audit where login_id in (-1, -2, -3) order by action $$, $$ values ('answer-send'), ('teacher-ask'), ('week-sign') $$, 'what a family does is noted');
select throws_matching(format('select site.check_files(%s, %s)', 30 * 1024 * 1024 - 6, 7), '30 МБ', 'files of a day are bounded');
select lives_ok(format('select site.check_files(%s, %s), site.check_files(%s, 0)', 30 * 1024 * 1024 - 6, 6, 40 * 1024 * 1024), 'at 30 MiB; words are none');
select finish();
rollback;
