-- The class tutor's desk: one's own class alone, excuses and what they do to the journal, reasons, gaps, signatures.
begin;
set local client_min_messages = warning;
\ir roll.inc
grant usage on schema public to kabinet_class;
select no_plan();

-- Four days in a row of two lessons; A missed the last three of them wholly and the first one partly, C was late once.
create temporary table made as
select n.day, n.number, pg_temp.lesson(pg_temp.today() - n.day, n.number) as id
  from (select d.day, g.number from generate_series(1, 4) d(day), generate_series(1, 2) g(number)) n;
select pg_temp.absent(m.id, 'A', 'н') from made m where m.day < 4 or m.number = 1 \g /dev/null
select pg_temp.absent(m.id, 'C', 'о', 5) from made m where m.day = 1 and m.number = 1 \g /dev/null
select pg_temp.lesson(pg_temp.today() - 1, 3, 'Английский язык', '1') as english_one, pg_temp.lesson(pg_temp.today() - 1, 3, 'Английский язык', '2', false) as english_two,
       pg_temp.lesson(pg_temp.today() - 1, 1, 'Физика', '', true, '840', 7) as far_lesson \gset
select set_config('test.far', :far_lesson::text, true), set_config('test.one', (select id::text from made where day = 1 and number = 1), true),
       set_config('test.early', (select id::text from made where day = 4 and number = 1), true) \g /dev/null
select pg_temp.absent(:far_lesson, 'D', 'н') \g /dev/null
select pg_temp.absent(:english_one, 'A', 'н') \g /dev/null
create function pg_temp.code_of(p_lesson bigint, p_pupil text default 'A') returns text language sql stable as $$
    select c.letter || ' ' || a.source from school.attendance a join school.attendance_code c on c.id = a.code_id
     where a.lesson_id = p_lesson and a.pupil_id = pg_temp.pupil(p_pupil)
$$;
create function pg_temp.excuse(p_pupil text, p_token text, p_kind text, p_reason text, p_first int, p_last int) returns bigint language sql as $$
    insert into school.excuse (pupil_id, access_id, kind, reason, first_day, last_day, body, is_ahead)
    values (pg_temp.pupil(p_pupil), pg_temp.access(p_token), p_kind::school.excuse_kind, p_reason::school.absence_reason,
            pg_temp.today() + p_first, pg_temp.today() + p_last, 'слова семьи', false) returning id
$$;
insert into school.week_signature (pupil_id, monday, access_id)
select pg_temp.pupil('C'), d.first_day, pg_temp.access('stranger') from school.days_shown(pg_temp.today() - 7, true) d;
select pg_temp.excuse('A', 'parent', 'absence', 'ill', -1, -1) as yesterday, pg_temp.excuse('A', 'parent', 'absence', 'excused', -3, -2) as before_that,
       pg_temp.excuse('C', 'stranger', 'late', 'ill', -1, -1) as late, pg_temp.excuse('D', 'far-parent', 'absence', 'ill', -1, -1) as far_excuse,
       pg_temp.excuse('A', 'parent', 'absence', 'ill', -4, -4) as fourth \gset
select set_config('test.' || n.name, n.id::text, true)
  from (values ('yesterday', :yesterday), ('before', :before_that), ('late', :late), ('far_excuse', :far_excuse), ('fourth', :fourth)) n(name, id) \g /dev/null
create function pg_temp.id(p_name text) returns bigint language sql stable as $$ select current_setting('test.' || p_name)::bigint $$;

set local role kabinet_class;
select results_eq($$ select class_title, pupils, waiting, day, today from staff.class_head('tutor', null, null) $$,
    $$ values ('7 «Б»', 2::bigint, 4::bigint, pg_temp.today(), pg_temp.today()) $$, 'the class of the tutor');
select is((select absent from staff.class_head('tutor', null, pg_temp.today() - 1)), 1::bigint, 'who missed a lesson of a day');
select results_eq($$ select name from staff.class_list('tutor') $$, $$ values ('7 «Б»') $$, 'one class');
select results_eq($$ select name, number, letter, scope, has_roll, lesson_id is null from staff.class_grid('tutor', null, pg_temp.today() - 1, false) $$,
    $$ values ('Вымышлев Тихон', 1::smallint, 'н', 'absent', true, false), ('Вымышлев Тихон', 2::smallint, 'н', 'absent', true, false),
              ('Вымышлев Тихон', 3::smallint, 'н', 'absent', true, false), ('Посторонцев Мирон', 1::smallint, 'о', 'late', true, false),
              ('Посторонцев Мирон', 2::smallint, '', '', true, false), ('Посторонцев Мирон', 3::smallint, '', '', false, false) $$,
    'pupils by lessons, with names; each one''s own subgroup');
select results_eq($$ select distinct name, expected, streak from staff.class_grid('tutor', null, pg_temp.today() - 1, false) order by name $$,
    $$ values ('Вымышлев Тихон', 'не придёт, болезнь (не решено)', 3), ('Посторонцев Мирон', 'опоздает, болезнь (не решено)', 0) $$,
    'what families said, and days in a row');
select is((select count(*) from staff.class_grid('tutor', null, pg_temp.today() - 1, true)),
    (select count(*) * 2 from staff.class_lessons('tutor', null, pg_temp.today() - 1, true)), 'the week: each pupil has each column');
select results_eq($$ select name, days, since, unnamed from staff.class_absent_long('tutor', null) $$,
    $$ values ('Вымышлев Тихон', 3::bigint, pg_temp.today() - 3, 7::bigint) $$, 'three whole days in a row are pointed out, the partly missed one not');
select results_eq($$ select number, subgroup, teacher from staff.class_unrolled('tutor', null, pg_temp.today() - 1) where day = pg_temp.today() - 1 $$,
    $$ values (3::smallint, '2', 'Учительская Teacher') $$, 'who has not called the roll');
select results_eq($$ select name, is_signed, signed, pupils from staff.class_unsigned('tutor', null, null) $$,
    $$ values ('Вымышлев Тихон', false, 1::bigint, 2::bigint), ('Посторонцев Мирон', true, 1, 2) $$, 'unsigned diaries first');
select is((select count(*) from staff.class_export('tutor', null, null, null)), 9::bigint, 'the export');
select results_eq($$ select excuse_id from staff.class_excuses('tutor', null, 10) order by excuse_id $$,
    $$ select v from (values (pg_temp.id('yesterday')), (pg_temp.id('before')), (pg_temp.id('late')), (pg_temp.id('fourth'))) v(v) order by v $$, 'excuses of the class alone');

-- who may not
select throws_ok(format(q.sql, w.token), w.code, null, format('%s: %s', w.token, q.name))
  from (values ('teacher', 'KB404'), ('far', 'KB404'), ('head', 'KB403'), ('nobody', 'KB401')) w(token, code),
       (values ('head', 'select day from staff.class_head(%L, ' || pg_temp.class('839', 7) || ', null)'),
               ('grid', 'select name from staff.class_grid(%L, ' || pg_temp.class('839', 7) || ', null, true)'),
               ('excuses', 'select name from staff.class_excuses(%L, ' || pg_temp.class('839', 7) || ', 9)'),
               ('unsigned', 'select name from staff.class_unsigned(%L, ' || pg_temp.class('839', 7) || ', null)'),
               ('export', 'select name from staff.class_export(%L, ' || pg_temp.class('839', 7) || ', null, null)'),
               ('codes', 'select letter from staff.class_codes(%L, current_setting(''test.one'')::bigint, ' || pg_temp.pupil('A') || ')'),
               ('absence', 'select name from staff.class_absence(%L, current_setting(''test.one'')::bigint, ' || pg_temp.pupil('A') || ')')) q(name, sql)
;
reset role;
set local role kabinet_class;
select throws_ok(format($$ select staff.class_decide(%L, pg_temp.id(%L), true, false, '') $$, w.token, w.excuse), w.code, null, format('%s decides nothing about %s', w.token, w.excuse))
  from (values ('teacher', 'yesterday', 'KB404'), ('far', 'yesterday', 'KB404'), ('tutor', 'far_excuse', 'KB404'), ('nobody', 'yesterday', 'KB401')) w(token, excuse, code);
select throws_ok($$ select name from staff.class_file('far', pg_temp.id('yesterday')) $$, 'KB404', null, 'nor gets a file');
select throws_ok($$ select name from staff.class_file('tutor', pg_temp.id('yesterday')) $$, 'KB404', null, 'there is none');
select throws_ok('select 1 from people.person', '42501', null, 'names only through the functions');

-- decisions
select lives_ok($$ select staff.class_decide('tutor', pg_temp.id('yesterday'), true, false, 'Выздоравливайте') from generate_series(1, 2) $$, 'accepted, twice the same');
reset role;
select is(pg_temp.code_of(pg_temp.id('one')), 'б excuse', 'the journal has the reason');
select is((select count(*) from school.attendance a where a.pupil_id = pg_temp.pupil('A') and a.source = 'excuse'), 3::bigint, 'of that day alone');
select is(pg_temp.code_of(pg_temp.id('one'), 'C'), 'о teacher', 'and of that pupil');
set local role kabinet_class;
select throws_ok($$ select staff.class_decide('tutor', pg_temp.id('yesterday'), false, false, '') $$, 'KB409', null, 'decided already, otherwise');
select lives_ok($$ select staff.class_decide('tutor', pg_temp.id('before'), false, true, 'Справки нет') from generate_series(1, 2) $$, 'rejected, по НУП');
select lives_ok($$ select staff.class_decide('tutor', pg_temp.id('fourth'), false, false, '') $$, 'rejected, the journal stays');
select lives_ok($$ select staff.class_decide('tutor', pg_temp.id('late'), true, false, '') $$, 'a lateness');
reset role;
select results_eq($$ select pg_temp.code_of(m.id) from made m where m.day in (2, 3) $$, $$ select 'нп tutor' from generate_series(1, 4) $$, 'unexcused because the tutor said so');
select is(pg_temp.code_of(pg_temp.id('early')), 'н teacher', 'not by itself');
select is(pg_temp.code_of(pg_temp.id('one'), 'C'), 'оу excuse', 'no letter for an ill lateness: the valid one');
update school.excuse set state = 'withdrawn', decided_by = null, decided_at = null where id = pg_temp.id('late');
set local role kabinet_class;
select throws_ok($$ select staff.class_decide('tutor', pg_temp.id('late'), true, false, '') $$, 'KB409', null, 'withdrawn meanwhile');
select is((select waiting from staff.class_head('tutor', null, null)), 0::bigint, 'nothing waits');

-- reasons
select results_eq($$ select name, scope, reason, minutes from staff.class_absence('tutor', pg_temp.id('early'), pg_temp.pupil('A')) $$,
    $$ values ('Вымышлев Тихон', 'absent', 'none', null::smallint) $$, 'one absence');
select results_eq($$ select letter from staff.class_codes('tutor', pg_temp.id('early'), pg_temp.pupil('A')) $$, $$ values ('н'), ('б'), ('у'), ('нп') $$, 'its possible reasons');
select throws_ok(format($$ select staff.class_reason(%L, pg_temp.id(%L), pg_temp.pupil(%L), pg_temp.code(%L), pg_temp.code(%L), 'x') $$, r.token, r.lesson, r.pupil, r.was, r.code), r.state, null, r.why)
  from (values ('tutor', 'far', 'D', 'н', 'у', 'KB404', 'a foreign class'), ('far', 'early', 'A', 'н', 'у', 'KB404', 'a foreign tutor'),
               ('tutor', 'early', 'C', 'н', 'у', 'KB404', 'who was there'), ('tutor', 'early', 'A', 'н', 'о', 'KB404', 'presence is the teacher''s'),
               ('tutor', 'early', 'A', 'б', 'у', 'KB409', 'another was seen'), ('head', 'early', 'A', 'н', 'у', 'KB403', 'no tutor')) r(token, lesson, pupil, was, code, state, why);
select throws_ok($$ select staff.class_reason('tutor', pg_temp.id('early'), pg_temp.pupil('A'), pg_temp.code('н'), pg_temp.code('у', '840'), '') $$, 'KB404', null, 'a code of another school');
select lives_ok($$ select staff.class_reason('tutor', pg_temp.id('early'), pg_temp.pupil('A'), pg_temp.code('н'), pg_temp.code('у'), 'звонила мама') from generate_series(1, 2) $$, 'another reason, twice the same');
reset role;
select is(pg_temp.code_of(pg_temp.id('early')), 'у tutor', 'is written');
select is((select a.note from school.attendance a where a.lesson_id = pg_temp.id('early') and a.pupil_id = pg_temp.pupil('A')), 'звонила мама', 'with the note');
select results_eq($$ select action, count(*) from site.audit where staff_id = pg_temp.staff('tutor') group by action order by action $$,
    $$ values ('absence-reason', 1::bigint), ('excuse-accept', 2), ('excuse-reject', 2) $$, 'what a tutor does is noted, once');

-- Last year's class is nobody's desk.
update school.year set first_day = first_day - 400, last_day = current_date - 5 where school_id = pg_temp.school('839');
set local role kabinet_class;
select throws_ok($$ select day from staff.class_head('tutor', null, null) $$, 'KB404', null, 'a class of a year that is over');
select finish();
rollback;
