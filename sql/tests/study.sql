-- The rules of the tables of the school day, whichever program writes them: enrolments, terms, lessons from the timetable, the
-- history of marks, and sums that always agree with what they are the sums of.
begin;
set local client_min_messages = warning;
\i world.inc
select no_plan();

create function pg_temp.school(p_number text) returns bigint language sql as $$
    select s.id from school.school s where s.region = '027' and s.number = p_number
$$;
create function pg_temp.class(p_number text, p_name text) returns bigint language sql as $$
    select k.id from school.class k where k.school_id = pg_temp.school(p_number) and k.name = p_name
$$;
create function pg_temp.pupil(p_idn text) returns bigint language sql as $$ select p.id from school.pupil p where p.idn = p_idn $$;
create function pg_temp.subject(p_number text, p_title text) returns bigint language sql as $$
    select j.id from school.subject j where j.school_id = pg_temp.school(p_number) and j.title = p_title
$$;
create function pg_temp.staff(p_login text) returns bigint language sql as $$ select f.id from auth.staff f where f.login = p_login $$;
-- Today, as the school has it, and the Monday of the week before last.
create function pg_temp.today() returns date language sql as $$ select (now() at time zone 'Asia/Vladivostok')::date $$;
create function pg_temp.monday() returns date language sql as $$ select date_trunc('week', pg_temp.today())::date - 14 $$;

insert into auth.staff (school_id, login, roles)
select pg_temp.school(f.school), f.login, '{teacher}' from (values ('839', 'first.839'), ('839', 'second.839'), ('840', 'first.840')) f(school, login);
insert into school.subject (school_id, title, rank)
select pg_temp.school(j.school), j.title, j.rank
  from (values ('839', 'Алгебра', 1), ('839', 'Английский язык', 2), ('840', 'Алгебра', 1)) j(school, title, rank);

-- ---- who was where ------------------------------------------------------------------------------------------------------------

select results_eq($$ select e.class_id, e.first_day, e.last_day from school.enrolment e where e.pupil_id = pg_temp.pupil('I2222AAAAA') $$,
    $$ select k.id, y.first_day, null::date from school.class k join school.year y on y.id = k.year_id where k.id = pg_temp.class('839', '7 «Б»') $$,
    'a new pupil is in the class since the year began');
update school.pupil set class_id = pg_temp.class('839', '3 «А»') where id = pg_temp.pupil('I2222AAAAA');
select results_eq($$ select e.class_id, e.last_day from school.enrolment e where e.pupil_id = pg_temp.pupil('I2222AAAAA') order by e.first_day $$,
    $$ values (pg_temp.class('839', '7 «Б»'), pg_temp.today() - 1), (pg_temp.class('839', '3 «А»'), null) $$, 'one who moves was there until yesterday');
select is(school.class_on(pg_temp.pupil('I2222AAAAA'), pg_temp.today() - 1), pg_temp.class('839', '7 «Б»'), 'the class of yesterday');
select is(school.class_on(pg_temp.pupil('I2222AAAAA'), pg_temp.today()), pg_temp.class('839', '3 «А»'), 'the class of today');
select is(school.class_on(pg_temp.pupil('I2222AAAAA'), pg_temp.today() - 1000), null, 'no class before');
update school.pupil set class_id = pg_temp.class('839', '7 «Б»') where id = pg_temp.pupil('I2222AAAAA');
select results_eq($$ select e.class_id, e.last_day from school.enrolment e where e.pupil_id = pg_temp.pupil('I2222AAAAA') order by e.first_day $$,
    $$ values (pg_temp.class('839', '7 «Б»'), pg_temp.today() - 1), (pg_temp.class('839', '7 «Б»'), null) $$, 'a mistake of today leaves nothing');
update school.pupil set state = 'left' where id = pg_temp.pupil('I2222CCCCC');
select is(school.class_on(pg_temp.pupil('I2222CCCCC'), pg_temp.today()), null, 'who left has no class');
select is(school.class_on(pg_temp.pupil('I2222CCCCC'), pg_temp.today() - 1), pg_temp.class('839', '7 «Б»'), 'but had one');
update school.pupil set state = 'active' where id = pg_temp.pupil('I2222CCCCC');
select is(school.class_on(pg_temp.pupil('I2222CCCCC'), pg_temp.today()), pg_temp.class('839', '7 «Б»'), 'and comes back');
select throws_ok($$ insert into school.enrolment (pupil_id, class_id, first_day, last_day)
    values (pg_temp.pupil('I2222AAAAA'), pg_temp.class('839', '3 «А»'), pg_temp.today() - 5, pg_temp.today() - 3) $$, '23P01', null,
    'nobody is in two classes at once');

-- ---- terms, bells ---------------------------------------------------------------------------------------------------------------

-- Two quarters around a week of holidays; the little ones have trimesters.
insert into school.term (school_id, year_id, kind, ordinal, grades, first_day, last_day)
select k.school_id, k.year_id, t.kind::school.term_kind, t.ordinal, t.grades::int4range, pg_temp.monday() + t.first, pg_temp.monday() + t.last
  from school.class k,
       (values ('quarter', 1, '[5,12)', -70, -8), ('quarter', 2, '[5,12)', 0, 69), ('trimester', 1, '[1,5)', -70, 69)) t(kind, ordinal, grades, first, last)
 where k.name = '7 «Б»' and k.school_id in (pg_temp.school('839'), pg_temp.school('840'));
select throws_ok($$ insert into school.term (school_id, year_id, kind, ordinal, grades, first_day, last_day)
    select k.school_id, k.year_id, 'quarter', 3, '[5,12)', pg_temp.monday() + 69, pg_temp.monday() + 80
      from school.class k where k.id = pg_temp.class('839', '7 «Б»') $$, '23P01', null, 'terms of the same grades do not overlap');
select lives_ok($$ insert into school.term (school_id, year_id, kind, ordinal, grades, first_day, last_day)
    select k.school_id, k.year_id, 'quarter', 3, '[5,12)', pg_temp.monday() + 77, pg_temp.monday() + 80
      from school.class k where k.id = pg_temp.class('839', '7 «Б»') $$, 'one after the other is right');
select is((select t.title from school.term t where t.id = school.term_on(pg_temp.class('839', '7 «Б»'), pg_temp.monday())), '2 четверть', 'a term by day');
select is((select t.title from school.term t where t.id = school.term_on(pg_temp.class('839', '3 «А»'), pg_temp.monday() - 3)), '1 триместр',
    'by the grade of the class');
select is(school.term_on(pg_temp.class('839', '7 «Б»'), pg_temp.monday() - 3), null, 'none in the holidays');

insert into school.bells (school_id, title, is_default)
select pg_temp.school('839'), b.title, b.is_default from (values ('Обычный день', true), ('Сокращённый день', false)) b(title, is_default);
select throws_ok($$ insert into school.bells (school_id, title, is_default) values (pg_temp.school('839'), 'Ещё один', true) $$, '23505', null,
    'one ordinary day');
insert into school.bell_day (school_id, day, bells_id)
select b.school_id, pg_temp.monday() + 4, b.id from school.bells b where b.school_id = pg_temp.school('839') and not b.is_default;
select is((select b.title from school.bells b where b.id = school.bells_on(pg_temp.school('839'), pg_temp.monday())), 'Обычный день', 'bells');
select is((select b.title from school.bells b where b.id = school.bells_on(pg_temp.school('839'), pg_temp.monday() + 4)), 'Сокращённый день',
    'bells of a shortened day');

-- ---- lessons from the timetable -----------------------------------------------------------------------------------------------------

insert into school.subgroup (class_id, subject_id, title)
select pg_temp.class('839', '7 «Б»'), pg_temp.subject('839', 'Английский язык'), g from unnest('{1 группа,2 группа}'::text[]) g;
create function pg_temp.subgroup(p_title text) returns bigint language sql as $$
    select g.id from school.subgroup g where g.class_id = pg_temp.class('839', '7 «Б»') and g.title = p_title
$$;
-- Algebra on Monday and Wednesday, English side by side on Tuesday; on Friday only in the second week.
insert into school.slot (class_id, subgroup_id, weekday, number, subject_id, staff_id, room, first_day, last_day)
select pg_temp.class('839', '7 «Б»'), pg_temp.subgroup(s.subgroup), s.weekday, s.number, pg_temp.subject('839', s.subject), pg_temp.staff(s.staff),
       '207', pg_temp.monday() + s.first, pg_temp.monday() + 300
  from (values (1, 2, 'Алгебра', 'first.839', null, -300), (3, 1, 'Алгебра', 'first.839', null, -300),
               (2, 3, 'Английский язык', 'first.839', '1 группа', -300), (2, 3, 'Английский язык', 'second.839', '2 группа', -300),
               (5, 1, 'Алгебра', 'second.839', null, 7)) s(weekday, number, subject, staff, subgroup, first);
select throws_ok($$ insert into school.slot (class_id, weekday, number, subject_id, staff_id, first_day, last_day)
    values (pg_temp.class('839', '3 «А»'), 1, 2, pg_temp.subject('839', 'Алгебра'), pg_temp.staff('first.839'), pg_temp.monday() + 20, pg_temp.monday() + 30) $$,
    '23P01', null, 'a teacher is in one room at a time');
select lives_ok($$ insert into school.slot (class_id, weekday, number, subject_id, staff_id, first_day, last_day)
    values (pg_temp.class('839', '3 «А»'), 1, 2, pg_temp.subject('839', 'Алгебра'), pg_temp.staff('second.839'), pg_temp.monday(), pg_temp.monday() + 30) $$,
    'another teacher may');

select is(school.make_lessons(pg_temp.class('839', '7 «Б»'), pg_temp.monday() - 7, pg_temp.monday() - 1), 0, 'no lessons in the holidays');
select is(school.make_lessons(pg_temp.class('839', '3 «А»'), pg_temp.monday() - 7, pg_temp.monday() - 1), 0, 'nor before the slot begins');
insert into school.day_off (school_id, day, title) values (pg_temp.school('839'), pg_temp.monday() + 9, 'Карантин');
select is(school.make_lessons(pg_temp.class('839', '7 «Б»'), pg_temp.monday(), pg_temp.monday() + 2), 4, 'three days: two lessons and two subgroups');
-- One of them is given by somebody else now, and one is cancelled.
update school.lesson set staff_id = pg_temp.staff('second.839'), was_staff_id = pg_temp.staff('first.839'), room = '301', theme = 'Замена'
 where class_id = pg_temp.class('839', '7 «Б»') and day = pg_temp.monday();
update school.lesson set is_cancelled = true where class_id = pg_temp.class('839', '7 «Б»') and day = pg_temp.monday() + 2;
create temporary table before_again as select l.* from school.lesson l where l.class_id = pg_temp.class('839', '7 «Б»');
select is(school.make_lessons(pg_temp.class('839', '7 «Б»'), pg_temp.monday() - 7, pg_temp.monday() + 13), 4,
    'two weeks: the second one without its Wednesday, which is off');
select is_empty($$ select b.* from before_again b except select l.* from school.lesson l $$, 'lessons that were there are as they were');
select is(school.make_lessons(pg_temp.class('839', '7 «Б»'), pg_temp.monday() - 7, pg_temp.monday() + 13), 0, 'again: nothing to do');
select results_eq($$ select l.day - pg_temp.monday(), l.number::integer, g.title, l.room from school.lesson l
    left join school.subgroup g on g.id = l.subgroup_id where l.class_id = pg_temp.class('839', '7 «Б»') order by l.day, l.number, g.title $$,
    $$ values (0, 2, null, '301'), (1, 3, '1 группа', '207'), (1, 3, '2 группа', '207'), (2, 1, null, '207'), (7, 2, null, '207'), (8, 3, '1 группа', '207'),
              (8, 3, '2 группа', '207'), (11, 1, null, '207') $$, 'the lessons of both weeks');
-- The timetable changes: from the third week on the whole class has English together, where a subgroup has a lesson already.
delete from school.slot where class_id = pg_temp.class('839', '7 «Б»') and weekday = 2 and subgroup_id = pg_temp.subgroup('2 группа');
select is(school.make_lessons(pg_temp.class('839', '7 «Б»'), pg_temp.monday() + 14, pg_temp.monday() + 15), 2, 'the third week, with one subgroup');
update school.slot set subgroup_id = null where class_id = pg_temp.class('839', '7 «Б»') and weekday = 2;
select is(school.make_lessons(pg_temp.class('839', '7 «Б»'), pg_temp.monday() + 14, pg_temp.monday() + 15), 0, 'no lesson of the class beside one of a subgroup');
select is(school.make_lessons(pg_temp.class('839', '7 «Б»'), pg_temp.monday() + 300, pg_temp.monday() + 400), 0, 'nothing after the year');
select is(school.make_lessons(pg_temp.class('839', '7 «Б»'), pg_temp.monday() + 13, pg_temp.monday()), 0, 'nothing in days that run backwards');
select is(school.make_lessons(-1, pg_temp.monday(), pg_temp.monday() + 13), 0, 'nothing for no class');
select ok(school.attends(pg_temp.pupil('I2222AAAAA'), null) and not school.attends(pg_temp.pupil('I2222AAAAA'), pg_temp.subgroup('1 группа')),
    'who is in no subgroup has the lessons of the class alone');

-- ---- marks and their history -----------------------------------------------------------------------------------------------------------

insert into school.work_kind (school_id, title, weight, is_major, rank)
select pg_temp.school('839'), k.title, k.weight, k.is_major, k.rank from (values ('Ответ', 1, false, 1), ('Контрольная', 4, true, 2)) k(title, weight, is_major, rank);
insert into school.work (lesson_id, subject_id, day, kind_id, title, weight)
select l.id, l.subject_id, l.day, k.id, 'первая', k.weight
  from school.lesson l, school.work_kind k
 where l.class_id = pg_temp.class('839', '7 «Б»') and l.day = pg_temp.monday() and k.school_id = pg_temp.school('839') and k.title = 'Ответ';
create function pg_temp.work(p_title text) returns bigint language sql as $$ select w.id from school.work w where w.title = p_title $$;

insert into school.mark (work_id, pupil_id, subject_id, day, value, set_by)
select w.id, pg_temp.pupil('I2222AAAAA'), w.subject_id, w.day, '3', pg_temp.staff('first.839') from school.work w where w.title = 'первая';
select is_empty('select 1 from school.mark_change', 'a new mark is no change');
update school.mark set value = '5', reason = 'ошибка проверки', set_by = pg_temp.staff('second.839'), set_at = now() + interval '1 min'
 where work_id = pg_temp.work('первая');
update school.mark set comment = 'молодец', value = '5' where work_id = pg_temp.work('первая');
update school.mark set value = null, reason = 'не тот ученик' where work_id = pg_temp.work('первая');
select results_eq($$ select h.old_value::text, h.new_value::text, h.reason, h.staff_id, h.at from school.mark_change h order by h.id $$,
    $$ values ('3', '5', 'ошибка проверки', pg_temp.staff('second.839'), now() + interval '1 min'),
              ('5', null, 'не тот ученик', pg_temp.staff('second.839'), now() + interval '1 min') $$, 'what was changed, when, why and by whom');
select throws_ok('update school.mark_change set reason = reason', '23001', null, 'the history is not changed');
select throws_ok('delete from school.mark_change', '23001', null, 'nor deleted');
select throws_ok('truncate school.mark_change', '23001', null, 'nor truncated');
select throws_ok('delete from school.mark', '23001', null, 'marks are never deleted');
select throws_ok('truncate school.mark cascade', '23001', null, 'nor truncated');
select throws_ok(format($$ update school.mark set value = %L $$, w.value), '23514', null, 'no mark: ' || w.value)
  from unnest('{6,0,5+,"",нет,Н/А,-1}'::text[]) w(value);
select throws_ok($$ insert into school.mark (work_id, pupil_id, subject_id, day, value, set_by)
    select w.id, pg_temp.pupil('I2222CCCCC'), w.subject_id, w.day + 1, '4', pg_temp.staff('first.839') from school.work w where w.title = 'первая' $$,
    '23503', null, 'a mark stands on the day of its work');
select throws_ok($$ insert into school.mark (work_id, pupil_id, subject_id, day, value, set_by)
    select w.id, pg_temp.pupil('I2222CCCCC'), pg_temp.subject('839', 'Английский язык'), w.day, '4', pg_temp.staff('first.839')
      from school.work w where w.title = 'первая' $$, '23503', null, 'and in its subject');

-- ---- sums -------------------------------------------------------------------------------------------------------------------------------

-- The same from the marks alone, mark by mark, without the functions under test.
create function pg_temp.truth()
returns table (pupil_id bigint, term_id bigint, subject_id bigint, n integer, points integer, weight integer, weighted integer,
               n5 integer, n4 integer, n3 integer, n2 integer, n1 integer, major_n integer, major_points integer) language plpgsql as $$
declare
    v record;
    v_term bigint;
begin
    create temporary table counted (like school.average) on commit drop;
    for v in select m.pupil_id, m.subject_id, m.day, m.value::text as value, w.weight, k.is_major
               from school.mark m join school.work w on w.id = m.work_id join school.work_kind k on k.id = w.kind_id loop
        select t.id into v_term from school.term t
          join school.class c on c.school_id = t.school_id and c.grade::integer <@ t.grades
          join school.enrolment e on e.class_id = c.id and e.pupil_id = v.pupil_id and v.day between e.first_day and coalesce(e.last_day, 'infinity')
         where v.day between t.first_day and t.last_day;
        continue when v_term is null;
        if not exists (select from counted c where (c.pupil_id, c.term_id, c.subject_id) = (v.pupil_id, v_term, v.subject_id)) then
            insert into counted values (v.pupil_id, v_term, v.subject_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, now());
        end if;
        continue when v.value is null or v.value !~ '^[1-5]$';
        update counted c
           set n = c.n + 1, points = c.points + v.value::integer, weight = c.weight + v.weight, weighted = c.weighted + v.weight * v.value::integer,
               n5 = c.n5 + (v.value = '5')::integer, n4 = c.n4 + (v.value = '4')::integer, n3 = c.n3 + (v.value = '3')::integer,
               n2 = c.n2 + (v.value = '2')::integer, n1 = c.n1 + (v.value = '1')::integer,
               major_n = c.major_n + v.is_major::integer, major_points = c.major_points + case when v.is_major then v.value::integer else 0 end
         where (c.pupil_id, c.term_id, c.subject_id) = (v.pupil_id, v_term, v.subject_id);
    end loop;
    return query select c.pupil_id, c.term_id, c.subject_id, c.n, c.points, c.weight, c.weighted, c.n5, c.n4, c.n3, c.n2, c.n1, c.major_n, c.major_points
                   from counted c;
    drop table counted;
end $$;
create function pg_temp.kept()
returns table (pupil_id bigint, term_id bigint, subject_id bigint, n integer, points integer, weight integer, weighted integer,
               n5 integer, n4 integer, n3 integer, n2 integer, n1 integer, major_n integer, major_points integer) language sql as $$
    select a.pupil_id, a.term_id, a.subject_id, a.n, a.points, a.weight, a.weighted, a.n5, a.n4, a.n3, a.n2, a.n1, a.major_n, a.major_points
      from school.average a
     where a.term_id in (select t.id from school.term t where t.school_id in (pg_temp.school('839'), pg_temp.school('840')))
$$;

-- Some weeks of lessons of both terms and classes, with works of both kinds, then three hundred moves at random.
insert into school.slot (class_id, weekday, number, subject_id, staff_id, first_day, last_day)
select pg_temp.class('839', k), d, 5, pg_temp.subject('839', 'Алгебра'), pg_temp.staff(case k when '3 «А»' then 'second.839' else 'first.839' end),
       pg_temp.monday() - 50, pg_temp.monday() + 60
  from unnest('{3 «А»,7 «Б»}'::text[]) k, generate_series(1, 5) d;
select school.make_lessons(pg_temp.class('839', k), pg_temp.monday() - 50, pg_temp.monday() + 60) from unnest('{3 «А»,7 «Б»}'::text[]) k \g /dev/null
insert into school.work (lesson_id, subject_id, day, kind_id, title, weight)
select l.id, l.subject_id, l.day, k.id, 'случайная', k.weight
  from school.lesson l
  join school.work_kind k on k.school_id = pg_temp.school('839') and (k.title = 'Ответ') = (l.id % 3 > 0)
 where l.number = 5 and l.class_id in (pg_temp.class('839', '3 «А»'), pg_temp.class('839', '7 «Б»'));
select cmp_ok((select count(*) from school.work w where w.title = 'случайная')::integer, '>=', 100, 'works to play with');

select setseed(0.39) \g /dev/null
create temporary table played (move text, n integer);
do $$
declare
    c_values constant text[] := '{5,5,4,4,4,3,3,2,1,н/а,осв,зач,нз,.}';
    v_work record;
    v_pupil bigint;
    v_move text;
    v_done integer;
    v_day date;
begin
    for i in 1..300 loop
        select w.id, w.lesson_id, w.subject_id, w.day, l.class_id into v_work
          from school.work w join school.lesson l on l.id = w.lesson_id where w.title = 'случайная' order by random() limit 1;
        v_pupil := (select p.id from school.pupil p where p.idn = any ('{I2222AAAAA,I2222BBBBB,I2222CCCCC}') order by random() limit 1);
        v_move := (array['set', 'set', 'set', 'set', 'change', 'change', 'take back', 'weight', 'kind', 'day'])[1 + floor(random() * 10)];
        case v_move
        when 'set' then
            insert into school.mark (work_id, pupil_id, ordinal, subject_id, day, value, set_by)
            values (v_work.id, v_pupil, 1 + floor(random() * 2), v_work.subject_id, v_work.day,
                c_values[1 + floor(random() * cardinality(c_values))], pg_temp.staff('first.839')) on conflict do nothing;
        when 'change' then
            update school.mark m set value = c_values[1 + floor(random() * cardinality(c_values))], point_till = null
              from (select o.work_id, o.pupil_id, o.ordinal from school.mark o order by random() limit 1) o
             where (m.work_id, m.pupil_id, m.ordinal) = (o.work_id, o.pupil_id, o.ordinal);
        when 'take back' then
            update school.mark m set value = null
              from (select o.work_id, o.pupil_id, o.ordinal from school.mark o order by random() limit 1) o
             where (m.work_id, m.pupil_id, m.ordinal) = (o.work_id, o.pupil_id, o.ordinal);
        when 'weight' then
            update school.work w set weight = 1 + floor(random() * 10) where w.id = v_work.id;
        when 'kind' then
            update school.work w set kind_id = k.id
              from school.work_kind k where w.id = v_work.id and k.school_id = pg_temp.school('839') and k.id <> w.kind_id;
        when 'day' then
            -- The lesson is moved to a day of the term after or before; its works and marks go with it.
            v_day := v_work.day + 35 * (1 - 2 * floor(random() * 2)::integer);
            update school.lesson l set day = v_day, number = (
                    select min(f) from generate_series(0, 12) f
                     where not exists (select from school.lesson o where o.class_id = l.class_id and o.day = v_day and o.number = f))
             where l.id = v_work.lesson_id;
        end case;
        get diagnostics v_done = row_count;
        insert into played values (v_move, v_done);
    end loop;
end $$;
select is((select count(distinct p.move) from played p where p.n > 0), 6::bigint, 'each move was made');
select cmp_ok((select count(*) from school.mark m)::integer, '>=', 80, 'marks');
select cmp_ok((select count(*) from pg_temp.kept() k where k.n > 0)::integer, '>=', 4, 'sums of several pupils and terms');
-- What moved away leaves a row without marks behind.
select set_eq($$ select * from pg_temp.kept() k where (k.n, k.weight) <> (0, 0) $$, $$ select * from pg_temp.truth() t where t.n > 0 $$,
    'the sums that triggers keep are those of the marks');
select is_empty($$ select * from pg_temp.kept() k where k.n = 0 and (k.points, k.weight, k.weighted, k.major_n, k.major_points) <> (0, 0, 0, 0, 0) $$,
    'the sums of no marks are 0');

update school.average set n = n + 7, weighted = 1 where term_id in (select t.id from school.term t where t.school_id = pg_temp.school('839'));
select cmp_ok(school.rebuild_averages(pg_temp.school('839')), '>=', 4::bigint, 'made anew');
select set_eq('select * from pg_temp.kept()', 'select * from pg_temp.truth()', 'the sums that are made anew are the same');
select is(school.rebuild_averages(pg_temp.school('840')), 0::bigint, 'another school has none');
select set_eq('select * from pg_temp.kept()', 'select * from pg_temp.truth()', 'and those of this one stay');
-- Marks that came with the triggers off.
alter table school.mark disable trigger sum_marks;
insert into school.mark (work_id, pupil_id, ordinal, subject_id, day, value, set_by)
select w.id, pg_temp.pupil('I2222CCCCC'), 3, w.subject_id, w.day, '2', pg_temp.staff('first.839') from school.work w where w.title = 'случайная';
alter table school.mark enable trigger sum_marks;
select school.rebuild_averages() \g /dev/null
select set_eq('select * from pg_temp.kept()', 'select * from pg_temp.truth()', 'and so after a load in bulk, for all schools');

select finish();
rollback;
