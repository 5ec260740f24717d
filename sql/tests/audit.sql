-- Who looked at whose data: written once in 15 minutes, never changed, told to the families it was about; and the administrator's list.
begin;
set local client_min_messages = warning;
\ir meals.inc
grant usage on schema public to kabinet_journal, kabinet_canteen, kabinet_settings, kabinet_audit;
select no_plan();

insert into auth.staff (school_id, login, roles)
select pg_temp.school(v.school), v.login, v.roles::auth.staff_role[]
  from (values ('839', 'roll-cook', '{canteen}'), ('839', 'roll-admin', '{admin}'), ('840', 'roll-far-admin', '{admin}')) v(school, login, roles);
insert into people.staff (staff_id, person_id) select f.id, people.person_new('Служебная ' || initcap(replace(f.login, 'roll-', '')))
  from auth.staff f where f.login in ('roll-cook', 'roll-admin', 'roll-far-admin');
insert into auth.staff_session (token_hash, staff_id, address, agent)
select sha256(convert_to(replace(f.login, 'roll-', ''), 'UTF8')), f.id, '127.0.0.1', 'test'
  from auth.staff f where f.login in ('roll-cook', 'roll-admin', 'roll-far-admin');

create function pg_temp.views(p_login text) returns table (role text, purpose text, whose text) language sql stable security definer as $$
    select v.role, v.purpose, coalesce((select p.idn from school.pupil p where p.id = v.pupil_id),
               (select k.name from school.class k where k.id = v.class_id), (select t.title from service.team t where t.id = v.team_id), 'school')
      from site.viewing v where v.staff_id = pg_temp.staff(p_login) order by v.id
$$;
create function pg_temp.note(p_token text, p_purpose text, p_object text) returns text language plpgsql as $$
begin
    perform staff.note_view(p_token, p_purpose, p_object);
    return 'ok';
exception when others then
    return sqlstate;
end $$;
-- Time passes: everything noted so far is older by that much.
create function pg_temp.pass(p_time interval) returns void language plpgsql security definer as $$
begin
    alter table site.viewing disable trigger user;
    update site.viewing set at = at - p_time;
    alter table site.viewing enable trigger user;
end $$;
select pg_temp.lesson(pg_temp.today(), 1, 'Алгебра') as lesson, pg_temp.lesson(pg_temp.today(), 2, 'Физика', '', true, '840', 7) as far_lesson \gset
select set_config('test.lesson', :lesson::text, true), set_config('test.far', :far_lesson::text, true) \g /dev/null
create function pg_temp.lesson_id() returns text language sql as $$ select current_setting('test.lesson') $$;

-- ---- noting -----------------------------------------------------------------------------------------------------------------

set local role kabinet_journal;
select is(pg_temp.note('teacher', 'journal-lesson', pg_temp.lesson_id()), 'ok', 'a teacher looks at a lesson');
select is(pg_temp.note('teacher', 'journal-lesson', pg_temp.lesson_id()), 'ok', 'and again');
select results_eq($$ select * from pg_temp.views('teacher') $$, $$ values ('teacher', 'journal-lesson', '7 «Б»') $$, 'one view, of the class');
select is(pg_temp.note('teacher', 'journal-mark', pg_temp.pupil('A')::text), 'ok', 'one child');
select is(pg_temp.note('tutor', 'journal-lesson', pg_temp.lesson_id()), 'ok', 'the tutor of that class');
select is(pg_temp.note('tutor', 'journal-mark', pg_temp.pupil('A')::text), 'ok', 'and of that child');
select is((select string_agg(distinct v.role, ',') from pg_temp.views('tutor') v), 'tutor', 'looks as the tutor');
select is(pg_temp.note('head', 'journal-lesson', pg_temp.lesson_id()), 'ok', 'the head');
select results_eq($$ select role from pg_temp.views('head') $$, $$ values ('head') $$, 'looks as the head');
select is(pg_temp.note('teacher', 'journal-lesson', current_setting('test.far')), 'KB404', 'no lesson of another school');
select is(pg_temp.note('teacher', 'journal-mark', pg_temp.pupil('D')::text), 'KB404', 'no child of another school');
select is(pg_temp.note('head', 'journal-questions', ''), 'KB403', 'nobody looks for what is not his');
select is(pg_temp.note('nobody', 'journal-lesson', pg_temp.lesson_id()), 'KB401', 'no token');
select is(pg_temp.note('teacher', 'journal-questions', ''), 'ok', 'no questions: nobody is shown');
reset role;
select is((select count(*) from pg_temp.views('teacher')), 2::bigint, 'and nothing noted');
select pg_temp.pass('14 min') \g /dev/null
select staff.note_view('teacher', 'journal-lesson', pg_temp.lesson_id()) \g /dev/null
select is((select count(*) from pg_temp.views('teacher')), 2::bigint, 'within 15 minutes it is the same view');
select pg_temp.pass('2 min') \g /dev/null
select staff.note_view('teacher', 'journal-lesson', pg_temp.lesson_id()) \g /dev/null
select is((select count(*) from pg_temp.views('teacher')), 3::bigint, 'later it is another one');

-- whose data objects are
set local role kabinet_canteen;
select is(pg_temp.note('cook', 'canteen-serve', ''), 'ok', 'a till without a child: the last ones served');
select is(pg_temp.note('cook', 'canteen-serve', pg_temp.pupil('A')::text), 'ok', 'with one');
select is(pg_temp.note('cook', 'canteen-list', '0'), 'ok', 'no class chosen yet');
select is(pg_temp.note('cook', 'canteen-sheet', '7'), 'ok', 'a grade');
select is(pg_temp.note('cook', 'canteen-sheet', '11'), 'ok', 'one that has no class');
reset role;
select results_eq($$ select purpose, whose from pg_temp.views('cook') $$,
    $$ values ('canteen-serve', 'school'), ('canteen-serve', 'I2222AAAAA'), ('canteen-sheet', '7 «Б»') $$, 'and what they stand for');

-- every kind of object finds its own table, and every purpose its words
do $$
declare
    v_purpose site.view_purpose;
begin
    for v_purpose in select p.* from site.view_purpose p loop
        perform from site.viewed(pg_temp.school('839'), pg_temp.staff('teacher'), pg_temp.today(), v_purpose.kind,
            case v_purpose.kind when 'file' then '11111111-1111-4111-8111-111111111111' when 'refund' then 'meal 1' else '1' end);
    end loop;
end $$;
select is_empty($$ select p.purpose, r.role from site.view_purpose p, unnest(p.roles) r(role) where r.role not in (select o.role from site.view_role o) $$,
    'roles have words');

-- ---- it stays ---------------------------------------------------------------------------------------------------------------

select throws_ok($$ update site.viewing set role = 'head' $$, '23001', null, 'no view changes');
select throws_ok($$ delete from site.viewing $$, '23001', null, 'none goes');
select throws_ok($$ truncate site.viewing $$, '23001', null, 'nor all');
select throws_ok($$ update site.audit set action = 'x' $$, '23001', null, 'nor does the record of acts change');
insert into site.viewing (at, school_id, staff_id, role, purpose) values (now() - interval '1 year 1 s', pg_temp.school('839'), -1, 'guard', 'gate-inside'),
    (now() - interval '364 days', pg_temp.school('839'), -1, 'guard', 'gate-inside');
select is(site.thin_views(), 1::bigint, 'what is older than a year goes');
select is((select count(*) from site.viewing where staff_id = -1), 1::bigint, 'and only that');

-- ---- the family -------------------------------------------------------------------------------------------------------------

-- C has come into the class a week ago; a view of the class before that was not of C. A team has A alone.
update school.enrolment e set first_day = pg_temp.today() - 7 where e.pupil_id = pg_temp.pupil('C');
select pg_temp.pass('1 day') \g /dev/null
insert into service.service (school_id, title, unit, price_kop) values (pg_temp.school('839'), 'Шахматы', 'занятие', 10000) returning id as service \gset
insert into service.team (school_id, service_id, title, staff_id) values (pg_temp.school('839'), :service, 'младшая', pg_temp.staff('teacher')) returning id as team \gset
insert into service.member (team_id, pupil_id, first_day) values (:team, pg_temp.pupil('A'), pg_temp.today() - 20);
insert into site.viewing (at, school_id, staff_id, role, purpose, class_id)
values (now() - interval '10 days', pg_temp.school('839'), pg_temp.staff('tutor'), 'tutor', 'class-attendance', pg_temp.class('839', 7)),
       (now() - interval '5 days', pg_temp.school('839'), pg_temp.staff('tutor'), 'tutor', 'class-meals', pg_temp.class('839', 7));
select staff.note_view('teacher', 'services-group', :team::text) \g /dev/null

set local role kabinet_settings;
select results_eq($$ select v.role, v.purpose, v.whose, v.class_name from cabinet.views('parent', false, null, null, null, 3) v $$,
    $$ values ('учитель', 'группа платной услуги', 'team', ''), ('столовая', 'список питания на бумаге', 'class', '7 «Б»'),
              ('столовая', 'выдача питания', 'child', '') $$, 'the newest views of a child, its class and its group, without names');
select is_empty($$ select v.purpose, v.whose from cabinet.views('stranger', false, null, null, null, 100) v where v.whose <> 'class' $$,
    'another family of the class does not see what was of that child alone');
select results_eq($$ select v.purpose from cabinet.views('stranger', false, pg_temp.today() - 12, pg_temp.today() - 4, null, 100) v $$,
    $$ values ('питание класса') $$, 'a view of the class is of who was in it then');
select results_eq($$ select v.purpose from cabinet.views('parent', false, pg_temp.today() - 12, pg_temp.today() - 4, null, 100) v $$,
    $$ values ('питание класса'), ('посещаемость класса и пояснения родителей') $$, 'period');
select is_empty($$ select 1 from cabinet.views('far-parent', false, null, null, null, 100) v $$, 'nobody looked in the other school');
select results_eq($$ select v.role, v.whose from cabinet.views('parent', true, null, null, null, 100) v $$, $$ values ('столовая', 'school') $$, 'lists of the whole school apart');
select is_empty($$ select 1 from cabinet.views('far-parent', true, null, null, null, 100) v $$, 'of the own school');
select is((select count(*) from (select v.id from cabinet.views('parent', false, null, null, null, 3) v
    union select v.id from cabinet.views('parent', false, null, null, (select min(o.id) from (select id from cabinet.views('parent', false, null, null, null, 3)) o), 100) v) a),
    (select sum(c.views)::bigint from cabinet.view_counts('parent', false, null, null) c), 'pages neither skip nor repeat, and counts count them all');
select results_eq($$ select c.role, c.views from cabinet.view_counts('parent', false, pg_temp.today() - 12, pg_temp.today() - 4) c where c.views is not null $$,
    $$ values ('классный руководитель', 2::bigint) $$, 'counts by role');
select is((select count(*) from cabinet.view_counts('parent', false, null, null) c where c.first_day = pg_temp.today() - 29 and c.last_day = pg_temp.today()), 8::bigint,
    'the last month unless asked for');
select throws_ok($$ select * from cabinet.views('child', false, null, null, null, 10) $$, 'KB403', null, 'not for the pupil');
select throws_ok($$ select * from cabinet.view_counts('child', false, null, null) $$, 'KB403', null, 'nor counts');
reset role;

-- An appeal is of the adult who wrote it: the other one is not told that it was looked at.
reset role;
select appeal.send(pg_temp.access('parent'), 'study', 'Оценка', 'Почему?', '{}') as appeal \gset
select staff.note_view('head', 'appeal', :appeal::text) \g /dev/null
select is((select v.appeal_id from site.viewing v order by v.id desc limit 1), :appeal::bigint, 'which appeal is known');
select is((select count(*) from cabinet.views('parent', false, null, null, null, 100) v where v.purpose = 'обращение и ответ на него'), 1::bigint, 'who wrote is told');
select is((select count(*) from cabinet.views('other-adult', false, null, null, null, 100) v where v.purpose = 'обращение и ответ на него'), 0::bigint, 'the other adult is not');
select is((select sum(c.views) from cabinet.view_counts('parent', false, null, null) c) - (select sum(c.views) from cabinet.view_counts('other-adult', false, null, null) c), 1::numeric,
    'nor by the figures, which have all else');

-- ---- the administrator --------------------------------------------------------------------------------------------------------

select auth.note_staff(auth.resolve_staff('cook'), 'benefit-add', 'I2222AAAAA 1') \g /dev/null
select auth.note_staff(auth.resolve_staff('head'), 'term-change', '1') \g /dev/null
select auth.note(-1, pg_temp.access('parent'), 'money-transfer') \g /dev/null
select auth.note_staff(auth.resolve_staff('far-admin'), 'job-ask', 'books') \g /dev/null
create function pg_temp.audit(p_area text, p_staff bigint, p_idn text, p_token text default 'admin') returns table (who text, what text, area text, object text)
language sql as $$
    select l.who, l.what, l.area, l.object from staff.audit_list(p_token, null, null, p_area, p_staff, p_idn, null, 1000) l
$$;
set local role kabinet_audit;
select results_eq($$ select * from pg_temp.audit('settings', null, '') $$, $$ values ('Учительская Head', 'границы четверти', 'settings', '№ 1') $$, 'settings');
select results_eq($$ select * from pg_temp.audit('money', null, '') order by object $$,
    $$ values ('семья', 'перевод между детьми', 'money', 'I2222AAAAA'), ('Служебная Cook', 'льгота назначена', 'money', 'I2222AAAAA, № 1') $$, 'money: desks by name, families by ИДН');
select results_eq($$ select l.what from pg_temp.audit(null, null, 'i2222aaaaa') l where l.area <> 'views' and l.area <> 'entry' order by l.what desc $$, $$ values ('перевод между детьми'), ('льгота назначена') $$,
    'about one child');
select isnt_empty($$ select 1 from pg_temp.audit('views', null, 'I2222AAAAA') l where l.object = 'класс 7 «Б»' $$, 'with the views of its class');
select isnt_empty($$ select 1 from pg_temp.audit('views', null, 'I2222AAAAA') l where l.object = 'Вымышлев Тихон, I2222AAAAA' $$, 'and its own');
select is_empty($$ select 1 from pg_temp.audit(null, null, 'I2222DDDDD') l $$, 'no child of another school');
select results_eq($$ select distinct l.who from pg_temp.audit(null, pg_temp.staff('cook'), '') l $$, $$ values ('Служебная Cook') $$, 'of one person');
select is_empty($$ select 1 from pg_temp.audit(null, pg_temp.staff('far-admin'), '') l $$, 'not of another school');
select results_eq($$ select l.what from pg_temp.audit('settings', null, '', 'far-admin') l $$, $$ values ('задание запущено вручную') $$, 'each school its own');
reset role;
select staff.support_step('head', :appeal, a.revision, 'take') from appeal.appeal a where a.id = :appeal \g /dev/null
select staff.support_note('head', gen_random_uuid(), :appeal, 'Спросить учителя') \g /dev/null
select staff.support_answer('head', gen_random_uuid(), :appeal, a.revision, false, 'Исправлено.', null, null, null, null, null, null, null, null, null)
  from appeal.appeal a where a.id = :appeal \g /dev/null
select staff.support_publish('head', gen_random_uuid(), :appeal, 'Оценка?', 'Её исправят.') \g /dev/null
select results_eq($$ select distinct l.what from pg_temp.audit(null, null, 'I2222AAAAA') l where l.who = 'Учительская Head' and l.area <> 'views' order by l.what $$,
    $$ values ('заметка к обращению'), ('обращение взято в работу'), ('ответ на обращение'), ('ответ опубликован в частых вопросах') $$, 'what a desk did with its appeal');
create function pg_temp.paged(p_limit int) returns text[] language plpgsql as $$
declare
    v_places text[] := '{}';
    v_page text[];
begin
    loop
        v_page := array(select l.place from staff.audit_list('admin', null, null, null, null, '', v_places[cardinality(v_places)], p_limit) l);
        exit when cardinality(v_page) = 0;
        v_places := v_places || v_page;
    end loop;
    return v_places;
end $$;
select is(pg_temp.paged(2), pg_temp.paged(1000), 'pages of two are the whole list, though many rows are of one moment');
select is((select count(distinct p) from unnest(pg_temp.paged(3)) p), cardinality(pg_temp.paged(1000))::bigint, 'each once');
select throws_ok($$ select * from staff.audit_list('admin', null, null, null, null, '', 'x-y-z', 10) $$, 'KB404', null, 'a place that is none');
select throws_ok($$ select * from staff.audit_list('head', null, null, null, null, '', null, 10) $$, 'KB403', null, 'for the administrator alone');
select throws_ok($$ select staff.audit_export('teacher', 'x') $$, 'KB403', null, 'the export too');
select results_eq($$ select f.first_day, f.last_day, f.is_known from staff.audit_frame('admin', null, null, 'I2222DDDDD') f $$,
    $$ values (pg_temp.today() - 6, pg_temp.today(), false) $$, 'the last week; a child of another school is unknown');
select is((select string_agg(p.name, ', ') from staff.audit_people('far-admin') p), 'Служебная Far-Admin, Учительская Far', 'people of the own school');
select staff.audit_export('admin', '- - - - -') \g /dev/null
select is((select l.what from staff.audit_list('admin', null, null, 'settings', null, '', null, 1) l), 'выгрузка журнала действий', 'an export is an act');

-- As people read it.
select is(site.object_words(w.action, w.object), w.words, w.action || ': ' || w.object)
  from (values ('library-set', 'set 7', 'комплект № 7'), ('library-set-back', 'set 7: 25', 'комплект № 7, возвращено: 25'),
               ('library-lose', 'I44F2EUE5W loan 2437', 'I44F2EUE5W, выдача № 2437'), ('library-lose', 'loan 2437', 'выдача № 2437'),
               ('library-drop', 'hold 5', 'место в очереди № 5'), ('dish-save', '3', '№ 3'),
               ('title-change', '422 price - 35050', U&'№ 422, цена: была не указана, стала 350,50\00A0₽'),
               ('title-change', '422 price 100000 99', U&'№ 422, цена: была 1\00A0000,00\00A0₽, стала 0,99\00A0₽'),
               ('title-change', '422 price 100 -', U&'№ 422, цена: была 1,00\00A0₽, стала не указана'),
               ('service-price', '3 35050', U&'№ 3, цена: 350,50\00A0₽'), ('service-price', '3 35050 retired', U&'№ 3, цена: 350,50\00A0₽, больше не оказывается'),
               ('school-change', '85% no ranks', 'порог посещаемости 85%, места не показаны'), ('school-change', '90% ranks', 'порог посещаемости 90%, места показаны'),
               ('service-members', '3 12', '№ 3, записано: 12'), ('gate-pass', 'I2222AAAAA in', 'I2222AAAAA, вход'),
               ('gate-release', 'I2222AAAAA 4', 'I2222AAAAA, разрешение № 4'), ('ration-issue', 'I2222AAAAA 5', 'I2222AAAAA, дней: 5'),
               ('appeal-take', 'I2222AAAAA 027839-2026/1', 'I2222AAAAA, № 027839-2026/1'), ('money-transfer', 'I2222AAAAA', 'I2222AAAAA'),
               ('day-off', '2026-11-03', '03.11.2026'), ('audit-export', '- - - - -', 'без отбора'),
               ('audit-export', '2026-11-01 2026-11-07 money 5 I2222AAAAA', 'с 01.11.2026, по 07.11.2026, деньги, сотрудник № 5, I2222AAAAA'),
               ('log-in', 'teacher.039', 'teacher.039'), ('job-ask', 'books', 'books'), ('finals-set', '1 2 3', '1 2 3'), ('x', '', ''),
               ('appeal-template', 'set of answers', 'set of answers'), ('title-change', '1 price 9999999999999999 1', '1 price 9999999999999999 1'))
       w(action, object, words);
select is(site.program_words('kabinet_librarian'), 'библиотекарь', 'a program in words');
select is(site.program_words('postgres'), 'команда на сервере', 'what is none');
select is_empty($$ select p.rolname from pg_roles p where p.rolname ~ '^kabinet_' and p.rolname <> 'kabinet_owner' and site.program_words(p.rolname) ~ '^kabinet_' $$,
    'every program has words');
select is_empty($$ select l.at from staff.audit_list('admin', null, null, null, null, '', null, 1000) l where l.at <> date_trunc('second', l.at) $$, 'times to the second');

-- Every word that code writes has Russian ones.
create temporary table words as
select distinct w.word
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  join pg_roles r on r.oid = n.nspowner and r.rolname = 'kabinet_owner'
 cross join lateral regexp_matches(p.prosrc, 'note(?:_staff)?\s*\(([^;]*);', 'g') c(call)
 cross join lateral regexp_matches(c.call[1], '''([a-z]+(?:-[a-z]+)*-?)''', 'g') m(words)
 cross join lateral (select m.words[1] as word) w
 where w.word like '%-%';
select ok((select count(*) from words) > 60, 'words are found in the code');
select is_empty($$ select word from words where word !~ '-$' and word not in (select a.action from site.action a) $$, 'each action has its words');
select is_empty($$ select word from words w where w.word ~ '-$' and not exists (select from site.action a where starts_with(a.action, w.word)) $$, 'and each beginning of actions some');
select is_empty($$ select a.action from site.audit a where a.action not in (select o.action from site.action o) $$, 'what was done in this test has them as well');

select * from finish();
rollback;
