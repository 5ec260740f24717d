-- The teacher's journal: whose lessons, once-ness, what was seen and what is there, windows, history, undo.
begin;
\ir world.inc
select no_plan();

create function pg_temp.pupil(p_idn text) returns bigint language sql stable as $$ select p.id from school.pupil p where p.idn = p_idn $$;
create function pg_temp.school() returns bigint language sql stable as $$ select s.id from school.school s where s.number = '839' $$;
create function pg_temp.today() returns date language sql stable as $$ select (now() at time zone 'Asia/Vladivostok')::date $$;
create function pg_temp.class(p_name text) returns bigint language sql stable as $$
    select k.id from school.class k where k.school_id = pg_temp.school() and k.grade || k.letter = p_name $$;
create function pg_temp.key(p_n integer) returns uuid language sql immutable as $$ select lpad(p_n::text, 32, '0')::uuid $$;

insert into school.term (school_id, year_id, kind, ordinal, first_day, last_day)
select y.school_id, y.id, 'quarter', 1, pg_temp.today() - 60, pg_temp.today() + 40 from school.year y where y.school_id = pg_temp.school();
insert into school.term (school_id, year_id, kind, ordinal, first_day, last_day)
select y.school_id, y.id, 'quarter', 2, pg_temp.today() - 99, pg_temp.today() - 70 from school.year y where y.school_id = pg_temp.school();
insert into school.attendance_code (school_id, letter, title, scope, reason, rank)
select pg_temp.school(), v.* from (values ('н', 'не был', 'absent'::school.absence_scope, 'none'::school.absence_reason, 1),
    ('б', 'болезнь', 'absent', 'ill', 2), ('у', 'уважительная', 'absent', 'excused', 3), ('о', 'опоздание', 'late', 'none', 4)) v;
insert into school.attendance_code (school_id, letter, title, scope, reason, rank)
select s.id, 'н', 'не был', 'absent', 'none', 1 from school.school s where s.number = '840';
create function pg_temp.code(p_letter text) returns bigint language sql stable as $$
    select c.id from school.attendance_code c where c.school_id = pg_temp.school() and c.letter = p_letter $$;
insert into school.work_kind (school_id, title, weight, is_major, rank) values (pg_temp.school(), 'ответ', 1, false, 1), (pg_temp.school(), 'контрольная', 4, true, 2);
insert into school.subject (school_id, title, rank) values (pg_temp.school(), 'Алгебра', 1), (pg_temp.school(), 'Физика', 2);
create function pg_temp.subject(p_title text) returns bigint language sql stable as $$
    select s.id from school.subject s where s.school_id = pg_temp.school() and s.title = p_title $$;

-- ours teaches algebra in 7 «Б»; other teaches physics there; third teaches nothing; boss is the head; far is of another school.
create function pg_temp.hire(p_school text, p_login text, p_roles text[]) returns void language sql as $$
    select people.hire(p_school, p_login, 'Сотрудников ' || initcap(p_login) || ' Тестович', p_roles,
        row(pg_temp.salt(p_login), 15, pg_temp.h(p_login))::people.secret);
    insert into auth.staff_session (token_hash, staff_id, address, agent)
    select sha256(convert_to(p_login, 'UTF8')), f.id, '127.0.0.1', 'test' from auth.staff f where f.login = p_login;
$$;
select pg_temp.hire('027839', 'ours', '{teacher}'), pg_temp.hire('027839', 'other', '{teacher}'), pg_temp.hire('027839', 'third', '{teacher}'),
       pg_temp.hire('027839', 'boss', '{head}'), pg_temp.hire('027839', 'door', '{guard}'), pg_temp.hire('027840', 'far', '{teacher,head}') \g /dev/null
create function pg_temp.staff(p_login text) returns bigint language sql stable as $$ select f.id from auth.staff f where f.login = p_login $$;
insert into school.teaching (staff_id, class_id, subject_id) values
    (pg_temp.staff('ours'), pg_temp.class('7Б'), pg_temp.subject('Алгебра')), (pg_temp.staff('other'), pg_temp.class('7Б'), pg_temp.subject('Физика'));
insert into school.subgroup (class_id, subject_id, title) values (pg_temp.class('7Б'), pg_temp.subject('Физика'), 'первая');
insert into school.subgroup_pupil (subgroup_id, pupil_id) select g.id, pg_temp.pupil('I2222AAAAA') from school.subgroup g where g.class_id = pg_temp.class('7Б');
insert into school.lesson (class_id, day, number, subject_id, staff_id) values
    (pg_temp.class('7Б'), pg_temp.today(), 1, pg_temp.subject('Алгебра'), pg_temp.staff('ours')),
    (pg_temp.class('7Б'), pg_temp.today() + 1, 1, pg_temp.subject('Алгебра'), pg_temp.staff('ours')),
    (pg_temp.class('7Б'), pg_temp.today() - 75, 1, pg_temp.subject('Алгебра'), pg_temp.staff('ours')),
    (pg_temp.class('7Б'), pg_temp.today(), 2, pg_temp.subject('Алгебра'), pg_temp.staff('third')),
    (pg_temp.class('7Б'), pg_temp.today() - 1, 3, pg_temp.subject('Алгебра'), pg_temp.staff('ours'));
update school.lesson l set is_cancelled = true where l.class_id = pg_temp.class('7Б') and l.day = pg_temp.today() - 1 and l.number = 3;
update school.lesson l set was_staff_id = pg_temp.staff('ours') where l.class_id = pg_temp.class('7Б') and l.day = pg_temp.today() and l.number = 2;
insert into school.lesson (class_id, subgroup_id, day, number, subject_id, staff_id)
select g.class_id, g.id, pg_temp.today(), 3, g.subject_id, pg_temp.staff('other') from school.subgroup g where g.class_id = pg_temp.class('7Б');
create function pg_temp.lesson(p_days integer, p_number integer) returns bigint language sql stable as $$
    select l.id from school.lesson l where l.class_id = pg_temp.class('7Б') and l.day = pg_temp.today() + p_days and l.number = p_number $$;

-- Forms in short: the two pupils of 7 «Б», A and C.
create function pg_temp.ac() returns bigint[] language sql stable as $$ select array[pg_temp.pupil('I2222AAAAA'), pg_temp.pupil('I2222CCCCC')] $$;
create function pg_temp.roll(p_token text, p_key integer, p_lesson bigint, p_a text, p_c text, p_seen text default null, p_shown text default null,
    p_roll_seen text default null, p_at_ms bigint default null) returns void language sql as $$
    select staff.journal_save_roll(p_token, pg_temp.key(p_key), p_lesson, pg_temp.ac(),
        array_remove(array[case when p_a = 'н' then pg_temp.pupil('I2222AAAAA') end, case when p_c = 'н' then pg_temp.pupil('I2222CCCCC') end], null),
        array[case when p_a not in ('', 'н') then pg_temp.code(p_a) else 0 end, case when p_c not in ('', 'н') then pg_temp.code(p_c) else 0 end],
        array[case when p_a = 'о' then 7 end, case when p_c = 'о' then 7 end],
        coalesce(p_seen, school.roll_of(p_lesson)), coalesce(p_shown, p_seen, school.roll_of(p_lesson)),
        coalesce(p_roll_seen, (select coalesce(extract(epoch from l.roll_at)::text, '') from school.lesson l where l.id = p_lesson)), p_at_ms) $$;
create function pg_temp.there(p_lesson bigint) returns text language sql stable as $$
    select coalesce(string_agg(p.idn || ' ' || c.letter || coalesce(' ' || t.minutes, ''), ', ' order by p.idn), '')
      from school.attendance t join school.pupil p on p.id = t.pupil_id join school.attendance_code c on c.id = t.code_id where t.lesson_id = p_lesson $$;

-- ---- who reads what
select results_eq($$ select number, is_substitution, is_away from staff.journal_day('ours', null) $$, $$ values (1::smallint, false, false), (2::smallint, false, true) $$,
    'my lessons of today, the one that is given away too');
select results_eq($$ select number, is_substitution from staff.journal_day('third', null) $$, $$ values (2::smallint, true) $$, 'a substitute sees what he gives');
select is_empty($$ select number from staff.journal_day('far', null) $$, 'another school sees nothing');
select results_eq($$ select name from staff.journal_roll('ours', pg_temp.lesson(0, 1)) $$, $$ values ('Вымышлев Тихон'), ('Посторонцев Мирон') $$, 'the class, by name');
select results_eq($$ select name from staff.journal_roll('other', pg_temp.lesson(0, 3)) $$, $$ values ('Вымышлев Тихон') $$, 'the subgroup alone');
select is((select may_write from staff.journal_lesson('ours', pg_temp.lesson(0, 2))), true, 'who teaches the subject may write a substitute''s lesson');
select is((select may_write from staff.journal_lesson('boss', pg_temp.lesson(0, 1))), false, 'the head reads');
select throws_ok(format('select lesson_id from staff.journal_lesson(%L, pg_temp.lesson(0, %s))', v.token, v.number), v.code, null, v.token || ' ' || v.number)
  from (values ('other', 1, 'KB404'), ('third', 1, 'KB404'), ('far', 1, 'KB404'), ('ours', 3, 'KB404'), ('door', 1, 'KB404'), ('nobody', 1, 'KB401')) v(token, number, code);
select throws_ok($$ select lesson_id from staff.journal_lesson('ours', -1) $$, 'KB404', null, 'a lesson that does not exist');
select throws_ok(format('select %s', q), 'KB404', null, q)
  from unnest(array['pupil_id from staff.journal_roll(''other'', pg_temp.lesson(0, 1))', 'work_id from staff.journal_works(''far'', pg_temp.lesson(0, 1))',
      'pupil_id from staff.journal_marks(''third'', pg_temp.lesson(0, 1), null)', 'target_id from staff.journal_homework(''other'', pg_temp.lesson(0, 1), null)',
      'answer_id from staff.journal_answers(''other'', pg_temp.lesson(0, 1))', 'message_id from staff.journal_questions(''other'', pg_temp.lesson(0, 1))',
      'class_id from staff.journal_class(''other'', pg_temp.class(''7Б''), pg_temp.subject(''Алгебра''), null, null)',
      'pupil_id from staff.journal_grid(''far'', pg_temp.class(''7Б''), pg_temp.subject(''Алгебра''), null, null, 0)']) q;

-- ---- the roll
select lives_ok($$ select pg_temp.roll('ours', 1, pg_temp.lesson(0, 1), 'н', 'о') $$, 'a roll');
select is(pg_temp.there(pg_temp.lesson(0, 1)), 'I2222AAAAA н, I2222CCCCC о 7', 'one absent, one late by seven minutes');
select lives_ok($$ select pg_temp.roll('ours', 1, pg_temp.lesson(0, 1), 'н', 'о', '', '', '') $$, 'the same form again');
select is((select count(*) from school.journal_act), 1::bigint, 'is done once');
select throws_ok($$ select pg_temp.roll('ours', 1, pg_temp.lesson(0, 1), '', '', '', '', '') $$, 'KB409', null, 'the same key with another body');
select lives_ok($$ select pg_temp.roll('ours', 2, pg_temp.lesson(0, 1), '', 'о') $$, 'back again');
select is(pg_temp.there(pg_temp.lesson(0, 1)), 'I2222CCCCC о 7', 'what stands in both is left alone');
select throws_ok(format($$ select pg_temp.roll(%L, 3, pg_temp.lesson(0, 1), 'н', '') $$, v.token), v.code, null, 'a roll by ' || v.token)
  from (values ('other', 'KB404'), ('far', 'KB404'), ('boss', 'KB403'), ('door', 'KB404'), ('x', 'KB401')) v(token, code);
select throws_ok($$ select staff.journal_save_roll('ours', pg_temp.key(4), pg_temp.lesson(0, 1), array[pg_temp.pupil('I2222BBBBB')], '{}', '{0}', '{null}', '', '', '', null) $$,
    'KB404', null, 'a pupil of another class');
select throws_ok($$ select staff.journal_save_roll('other', pg_temp.key(4), pg_temp.lesson(0, 3), array[pg_temp.pupil('I2222CCCCC')], '{}', '{0}', '{null}', '', '', '', null) $$,
    'KB404', null, 'a pupil of another subgroup');
select throws_ok($$ select staff.journal_save_roll('ours', pg_temp.key(4), pg_temp.lesson(0, 1), array[pg_temp.pupil('I2222AAAAA')], '{}',
    array[(select c.id from school.attendance_code c where c.school_id <> pg_temp.school() and c.letter = 'н' limit 1)], '{null}', '', '', '', null) $$,
    'KB404', null, 'another school''s code');
select is(pg_temp.there(pg_temp.lesson(0, 1)), 'I2222CCCCC о 7', 'and nothing changed');
select throws_matching(format('select pg_temp.roll(''ours'', 5, pg_temp.lesson(%s), ''н'', '''')', v.lesson), v.words, v.lesson)
  from (values ('1, 1', 'ещё впереди'), ('-75, 1', 'закрыт'), ('-1, 3', 'отменён')) v(lesson, words);
-- Entered offline, hours ago: the moment is the teacher's, never later than now, never before the day.
select pg_temp.roll('ours', 6, pg_temp.lesson(0, 1), '', 'о', p_at_ms => ((extract(epoch from now()) + 5000) * 1000)::bigint) \g /dev/null
select is((select l.roll_at from school.lesson l where l.id = pg_temp.lesson(0, 1)), now(), 'no roll in the future');
select pg_temp.roll('ours', 7, pg_temp.lesson(0, 1), '', 'о', p_at_ms => 1) \g /dev/null
select is((select l.roll_at at time zone 'Asia/Vladivostok' from school.lesson l where l.id = pg_temp.lesson(0, 1)), pg_temp.today()::timestamp, 'nor before its day');

-- Two controls for one thing: what was changed on the page counts.
select results_eq(format($$ select coalesce(c.letter, '') from school.roll_wanted(pg_temp.code('н'), '{7}', %L, array[%s]::bigint[], '{null}', %s) w
    left join school.attendance_code c on c.id = w.code_id $$, v.ticked, v.code, v.shown), array[v.letter], v.name)
  from (values ('{}', '0', $$''$$, '', 'nothing'), ('{7}', '0', $$''$$, 'н', 'a tap'), ('{}', $$pg_temp.code('б')$$, $$''$$, 'б', 'a choice'),
               ('{}', $$pg_temp.code('б')$$, $$'7:' || pg_temp.code('б') || ':'$$, '', 'the tick taken away from a sick one'),
               ('{7}', $$pg_temp.code('б')$$, $$'7:' || pg_temp.code('б') || ':'$$, 'б', 'nothing changed'),
               ('{7}', $$pg_temp.code('о')$$, $$'7:0:'$$, 'о', 'came after all: late'), ('{}', '0', $$'7:0:'$$, '', 'came after all'),
               ('{7}', $$pg_temp.code('о')$$, $$'7:' || pg_temp.code('о') || ':5'$$, 'н', 'a tap on a late one')) v(ticked, code, shown, letter, name);

-- Somebody else was there meanwhile.
select pg_temp.roll('ours', 8, pg_temp.lesson(0, 1), 'н', '') \g /dev/null
update school.attendance t set code_id = pg_temp.code('у'), source = 'tutor' where t.lesson_id = pg_temp.lesson(0, 1);
select lives_ok($$ select pg_temp.roll('ours', 9, pg_temp.lesson(0, 1), 'н', 'н', pg_temp.pupil('I2222AAAAA') || ':0:') $$, 'the reason came meanwhile');
select is(pg_temp.there(pg_temp.lesson(0, 1)), 'I2222AAAAA у, I2222CCCCC н', 'a plain «н» does not take it away');
update school.attendance t set code_id = pg_temp.code('о'), minutes = 3, source = 'tutor' where t.lesson_id = pg_temp.lesson(0, 1) and t.pupil_id = pg_temp.pupil('I2222AAAAA');
select throws_matching($$ select pg_temp.roll('ours', 10, pg_temp.lesson(0, 1), '', 'н', pg_temp.pupil('I2222AAAAA') || ':0:') $$, 'кто-то другой: № 1', 'another fact came meanwhile: a conflict');
select lives_ok($$ select pg_temp.roll('ours', 11, pg_temp.lesson(0, 1), 'н', '', pg_temp.pupil('I2222AAAAA') || ':0:,' || pg_temp.pupil('I2222CCCCC') || ':0:') $$,
    'a change beside it is no conflict');
select is(pg_temp.there(pg_temp.lesson(0, 1)), 'I2222AAAAA о 3', 'and leaves it alone');
update school.lesson l set roll_by = pg_temp.staff('third'), roll_at = now() - interval '1 min' where l.id = pg_temp.lesson(0, 1);
select throws_matching($$ select pg_temp.roll('ours', 12, pg_temp.lesson(0, 1), '', 'н', p_roll_seen => '') $$, 'другой учитель', 'another teacher took the roll meanwhile');

-- Announced and accepted.
insert into auth.login (id) overriding system value values (-1);
insert into auth.access (pupil_id, ordinal, login_id, may_finance) values (pg_temp.pupil('I2222AAAAA'), 5, -1, false);
insert into school.excuse (pupil_id, access_id, kind, reason, first_day, last_day, body, is_ahead, state, decided_by, decided_at)
select a.pupil_id, a.id, 'absence', 'ill', pg_temp.today(), pg_temp.today(), 'болеет', true, 'accepted', pg_temp.staff('third'), now() from auth.access a where a.login_id = -1;
select results_eq($$ select expected <> '', scope, code_id = pg_temp.code('б') from staff.journal_roll('ours', pg_temp.lesson(0, 2)) $$,
    $$ values (true, 'absent', true), (false, null, null) $$, 'the announced one is filled in');

-- ---- marks
create function pg_temp.marks(p_token text, p_key integer, p_lesson bigint, p_work bigint, p_a text, p_c text, p_seen text, p_reason text default '',
    p_work_key integer default 900, p_kind text default 'ответ') returns bigint language sql as $$
    select staff.journal_save_marks(p_token, pg_temp.key(p_key), p_lesson, p_work, pg_temp.key(p_work_key),
        (select k.id from school.work_kind k where k.school_id = pg_temp.school() and k.title = p_kind), '', null, false, null, school.work_seen(p_work),
        pg_temp.ac(), array[p_a, p_c], p_seen, null, p_reason) $$;
create function pg_temp.work() returns bigint language sql stable as $$ select max(w.id) from school.work w $$;
create function pg_temp.marked() returns text language sql stable as $$
    select school.marks_of(pg_temp.work(), pg_temp.pupil('I2222AAAAA')) || ' | ' || school.marks_of(pg_temp.work(), pg_temp.pupil('I2222CCCCC')) $$;
create function pg_temp.seen(p_a text, p_c text) returns text language sql stable as $$
    select pg_temp.pupil('I2222AAAAA') || '=' || p_a || ';' || pg_temp.pupil('I2222CCCCC') || '=' || p_c $$;
select lives_ok($$ select pg_temp.marks('ours', 20, pg_temp.lesson(0, 1), 0, '5 4', '', '') $$, 'a new work with marks');
select is(pg_temp.marked(), '5 4 | ', 'several marks for one work');
select is(pg_temp.marks('ours', 20, pg_temp.lesson(0, 1), 0, '5 4', '', ''), pg_temp.work(), 'the same form again answers the same work');
select is(pg_temp.marks('ours', 21, pg_temp.lesson(0, 1), 0, '5 4', 'НА', pg_temp.seen('5 4', '')), pg_temp.work(), 'another form for the work that waited: still one');
select is(pg_temp.marked() || ' ' || (select count(*) from school.work), '5 4 | н/а 1', 'and the second pupil''s mark');
select is((select a.n || ' ' || a.points from school.average a where a.pupil_id = pg_temp.pupil('I2222AAAAA')), '2 9', 'the sums are kept');
select throws_matching($$ select pg_temp.marks('ours', 22, pg_temp.lesson(0, 1), pg_temp.work(), '3 4', 'н/а', pg_temp.seen('5 4', 'н/а')) $$, 'почему меняете', 'a change needs a reason');
select lives_ok($$ select pg_temp.marks('ours', 23, pg_temp.lesson(0, 1), pg_temp.work(), '3 4', 'н/а', pg_temp.seen('5 4', 'н/а'), 'ошибка') $$, 'with a reason it goes');
select results_eq($$ select old_value::text, new_value::text, reason from school.mark_change $$, $$ values ('5', '3', 'ошибка') $$, 'the history has old, new and why');
select throws_matching($$ select pg_temp.marks('ours', 24, pg_temp.lesson(0, 1), pg_temp.work(), '2 4', 'н/а', pg_temp.seen('5 4', 'н/а'), 'ещё') $$, 'Тем временем', 'it had seen another mark');
select lives_ok($$ select pg_temp.marks('ours', 25, pg_temp.lesson(0, 1), pg_temp.work(), '5 4', '', pg_temp.seen('5 4', 'н/а'), 'снял') $$, 'an untouched field does nothing');
select is(pg_temp.marked(), '3 4 | ', 'and the touched one is taken back');
select lives_ok($$ select pg_temp.marks('ours', 26, pg_temp.lesson(0, 1), pg_temp.work(), '3 4', '.', pg_temp.seen('3 4', '')) $$, 'a point');
select lives_ok($$ select pg_temp.marks('ours', 27, pg_temp.lesson(0, 1), pg_temp.work(), '3 4', '5', pg_temp.seen('3 4', '.')) $$, 'handed in: no reason needed');
select throws_matching(format($$ select pg_temp.marks('ours', 28, pg_temp.lesson(0, 1), pg_temp.work(), %L, '5', pg_temp.seen('3 4', '5')) $$, v), 'Не оценка', v)
  from unnest('{6,"5 5 5 5",отл,"<b>"}'::text[]) v;
select throws_ok(format($$ select pg_temp.marks(%L, 29, pg_temp.lesson(0, 1), 0, '5', '', '', '', 901) $$, v.token), v.code, null, 'marks by ' || v.token)
  from (values ('other', 'KB404'), ('third', 'KB404'), ('far', 'KB404'), ('boss', 'KB403')) v(token, code);
select throws_ok($$ select pg_temp.marks('ours', 30, pg_temp.lesson(0, 2), pg_temp.work(), '5', '', '') $$, 'KB404', null, 'a work of another lesson');
select throws_matching($$ select pg_temp.marks('ours', 31, pg_temp.lesson(1, 1), 0, '5', '', '', '', 902) $$, 'впереди', 'no marks ahead');
select lives_ok($$ select pg_temp.marks('ours', 32, pg_temp.lesson(1, 1), 0, '', '', '', '', 902, 'контрольная') $$, 'but a work may be planned');
select is((select w.weight from school.work w where w.key = pg_temp.key(902)), 4::smallint, 'it weighs as its kind does');
select lives_ok($$ select staff.journal_drop_work('ours', (select w.id from school.work w where w.key = pg_temp.key(902))) $$, 'and may go');
select throws_matching($$ select staff.journal_drop_work('ours', pg_temp.work()) $$, 'есть оценки', 'one with marks may not');
select throws_ok($$ select staff.journal_drop_work('third', pg_temp.work()) $$, 'KB404', null, 'nor a foreign one');

select lives_ok($$ select staff.journal_save_mark('ours', pg_temp.key(40), pg_temp.work(), pg_temp.pupil('I2222CCCCC'), 1, '5', 'молодец', null, '', '5') $$, 'a comment');
select lives_ok($$ select staff.journal_save_mark('ours', pg_temp.key(41), pg_temp.work(), pg_temp.pupil('I2222CCCCC'), 1, '', '', null, 'не та работа', '5') $$, 'taken back with a reason');
select results_eq($$ select old_value, new_value, reason from staff.journal_history('ours', pg_temp.work(), pg_temp.pupil('I2222CCCCC')) limit 1 $$,
    $$ values ('5', '', 'не та работа') $$, 'the history says so');
select throws_ok($$ select name from staff.journal_mark('other', pg_temp.work(), pg_temp.pupil('I2222CCCCC')) $$, 'KB404', null, 'not for others');
select throws_ok($$ select name from staff.journal_mark('ours', pg_temp.work(), pg_temp.pupil('I2222BBBBB')) $$, 'KB404', null, 'nor for another class''s pupil');
select is_empty($$ select at from staff.journal_history('boss', pg_temp.work(), pg_temp.pupil('I2222DDDDD')) $$, 'nor another school''s');

-- ---- homework, themes, questions
select lives_ok($$ select staff.journal_save_homework('ours', pg_temp.key(50), pg_temp.lesson(0, 1), pg_temp.lesson(1, 1), '№ 5', 20, '', true, '', '{}') $$, 'homework');
select lives_ok($$ select staff.journal_add_file('ours', pg_temp.key(50), 1, pg_temp.lesson(0, 1), pg_temp.lesson(1, 1), 'a.pdf', 'application/pdf', '\x25') $$, 'a file');
select lives_ok($$ select staff.journal_add_file('ours', pg_temp.key(50), 1, pg_temp.lesson(0, 1), pg_temp.lesson(1, 1), 'a.pdf', 'application/pdf', '\x25') $$, 'sent again');
select is((select count(*) from school.homework_file), 1::bigint, 'is one file');
select is((select f.name from school.homework_file x, staff.journal_file('boss', x.file_id) f), 'a.pdf', 'who may see the lesson may have it');
select throws_ok($$ select f.name from school.homework_file x, staff.journal_file('other', x.file_id) f $$, 'KB404', null, 'others may not');
select throws_ok($$ select name from staff.journal_file('ours', gen_random_uuid()) $$, 'KB404', null, 'nor is there any other file');
select throws_matching($$ select staff.journal_save_homework('ours', pg_temp.key(51), pg_temp.lesson(0, 1), pg_temp.lesson(1, 1), '№ 7', null, '', false, '№ 4', '{}') $$, 'Тем временем', 'it had seen another task');
select throws_ok($$ select staff.journal_save_homework('ours', pg_temp.key(52), pg_temp.lesson(1, 1), pg_temp.lesson(0, 1), '№ 7', null, '', false, '', '{}') $$, 'KB404', null, 'not for an earlier lesson');
select throws_ok($$ select staff.journal_save_homework('other', pg_temp.key(53), pg_temp.lesson(0, 1), null, '№ 7', null, '', false, '', '{}') $$, 'KB404', null, 'not by others');
select lives_ok($$ select staff.journal_save_theme('ours', pg_temp.key(60), pg_temp.lesson(0, 1), 'Дроби', '') $$, 'a theme');
select throws_matching($$ select staff.journal_save_theme('ours', pg_temp.key(61), pg_temp.lesson(0, 1), 'Степени', '') $$, 'Дроби', 'it had seen none');
insert into school.lesson_message (lesson_id, pupil_id, access_id, body) select pg_temp.lesson(0, 1), a.pupil_id, a.id, 'Когда пересдача?' from auth.access a where a.login_id = -1;
select is((select count(*) from staff.journal_questions('ours', null)), 1::bigint, 'a question waits');
select lives_ok($$ select staff.journal_reply('ours', pg_temp.key(70), (select q.id from school.lesson_message q), 'В среду') $$, 'an answer');
select throws_matching($$ select staff.journal_reply('ours', pg_temp.key(71), (select q.id from school.lesson_message q), 'В пятницу') $$, 'уже ответили', 'one answer');
select throws_ok($$ select staff.journal_reply('other', pg_temp.key(72), (select q.id from school.lesson_message q), 'Ага') $$, 'KB404', null, 'by its teacher');

-- ---- undo, one after the other
select throws_matching($$ select staff.journal_undo('ours', pg_temp.key(50)) $$, 'последнее', 'only the last one');
select lives_ok($$ select staff.journal_undo('ours', pg_temp.key(60)) $$, 'the theme goes');
select is((select l.theme from school.lesson l where l.id = pg_temp.lesson(0, 1)), '', 'as it was');
select lives_ok($$ select staff.journal_undo('ours', pg_temp.key(60)) $$, 'twice is once');
select lives_ok($$ select staff.journal_undo('ours', pg_temp.key(50)) $$, 'then the homework');
select is_empty($$ select task from school.homework $$, 'gone');
select throws_ok($$ select staff.journal_undo('third', pg_temp.key(27)) $$, 'KB404', null, 'nobody undoes another''s');
select pg_temp.roll('ours', 80, pg_temp.lesson(0, 1), 'б', 'н') \g /dev/null
select lives_ok($$ select staff.journal_undo('ours', pg_temp.key(80)) $$, 'a roll');
select is(pg_temp.there(pg_temp.lesson(0, 1)), 'I2222AAAAA о 3', 'as it was');
select is((select l.roll_by from school.lesson l where l.id = pg_temp.lesson(0, 1)), pg_temp.staff('third'), 'with who took it before');
select pg_temp.marks('ours', 81, pg_temp.lesson(0, 1), pg_temp.work(), '3 4', '2', pg_temp.seen('3 4', '')) \g /dev/null
select lives_ok($$ select staff.journal_undo('ours', pg_temp.key(81)) $$, 'marks');
select is(pg_temp.marked(), '3 4 | ', 'as they were');

-- ---- the grid and the final marks
select is((select string_agg(g.cell, ',' order by g.pupil_id) from staff.journal_grid('ours', pg_temp.class('7Б'), pg_temp.subject('Алгебра'), null, null, 0) g where g.cell <> ''),
    'о 3 4', 'letters and marks');
create function pg_temp.finals(p_token text, p_key integer, p_a text, p_c text, p_seen text, p_reason text) returns void language sql as $$
    select staff.journal_save_finals(p_token, pg_temp.key(p_key), pg_temp.class('7Б'), pg_temp.subject('Алгебра'), null, null, pg_temp.ac(), array[p_a, p_c], p_seen, p_reason) $$;
select throws_matching($$ select pg_temp.finals('ours', 90, '4', '', '', '') $$, 'почему', 'too early without a reason');
select lives_ok($$ select pg_temp.finals('ours', 91, '4', 'н/а', '', 'уезжает') $$, 'with one it goes');
select results_eq($$ select final, early_reason from staff.journal_grid('ours', pg_temp.class('7Б'), pg_temp.subject('Алгебра'), null, null, 1000) $$,
    $$ values ('4', 'уезжает'), ('н/а', 'уезжает') $$, 'the grid has them');
select throws_matching($$ select pg_temp.finals('ours', 92, '.', '', '', 'x') $$, 'Не итоговая', 'a point is no final mark');
select throws_matching($$ select pg_temp.finals('ours', 93, '5', 'н/а', pg_temp.seen('3', 'н/а'), 'x') $$, 'Тем временем', 'somebody was there');
select lives_ok($$ select pg_temp.finals('ours', 94, '', 'н/а', pg_temp.seen('4', 'н/а'), '') $$, 'taken back');
select is((select count(*) from school.final_mark), 1::bigint, 'one is left');
select throws_ok($$ select pg_temp.finals('boss', 95, '5', '5', '', 'x') $$, 'KB403', null, 'the head sets none');
select throws_ok($$ select pg_temp.finals('other', 96, '5', '5', '', 'x') $$, 'KB404', null, 'nor another teacher');
select throws_matching($$ select staff.journal_save_finals('ours', pg_temp.key(97), pg_temp.class('7Б'), pg_temp.subject('Алгебра'), null,
    (select t.id from school.term t where t.school_id = pg_temp.school() and t.ordinal = 2), pg_temp.ac(), '{5,5}', '', 'x') $$, 'закрыт', 'a closed term');

grant usage on schema public to kabinet_journal;
set local role kabinet_journal;
select throws_ok('select 1 from school.mark', '42501', null, 'the role reads no table');
select throws_ok($$ select school.roll_of(1) $$, '42501', null, 'nor asks the inner functions');
select lives_ok($$ select day from staff.journal_days('ours', null) $$, 'but its own');
reset role;
select * from finish();
rollback;
