-- Who looked at whose data: written once in 15 minutes, never changed, told to the families it was about; and the administrator's list.
begin;
set local client_min_messages = warning;
\ir meals.inc
grant usage on schema public to kabinet_journal, kabinet_canteen;
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

select * from finish();
rollback;
