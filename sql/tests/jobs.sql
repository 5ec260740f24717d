-- Jobs: what is due, the runner's functions, what it may do; files, runs, books.
begin;
set local client_min_messages = warning;
\ir roll.inc
select no_plan();

delete from job.request;
select set_eq('select job.due()', 'select name from job.job', 'what never ran is due');
select is((select count(*) from job.job j where j.title <> '' and j.late_after > j.every), (select count(*) from job.job), 'each knows when it is late');
select is_empty($$ select c.conrelid::regclass from pg_constraint c, pg_proc p
    where c.contype = 'f' and c.confrelid = 'site.file'::regclass and p.oid = 'job.drop_files()'::regprocedure
      and strpos(p.prosrc, c.conrelid::regclass::text || ' ') = 0 $$, 'job.drop_files() asks every table that points to files');

-- As the runner does it

select is((select count(*)::int from job_api.list()), 14, 'the runner sees the jobs');
select throws_ok($$ select job_api.begin('nothing', true) $$, 'KB404', null, 'only those');
create function pg_temp.run(p_job text, p_is_forced boolean default false) returns text language plpgsql as $$
declare
    v_run bigint := job_api.begin(p_job, p_is_forced);
    v_state text := '';
    v_school bigint;
begin
    if v_run is null then
        return 'not now';
    end if;
    for v_school in select job_api.schools(v_run) loop
        v_state := v_state || case when job_api.step(v_run, v_school) = '00000' then '+' else '-' end;
    end loop;
    return (select case when f.is_ok then 'ok ' else 'failed ' end || v_state from job_api.finish(v_run) f);
end $$;
create temporary table steps as select repeat('+', count(*)::int) as each from school.school;

select is(pg_temp.run('sweep'), 'ok +', 'a job of all');
select is(pg_temp.run('sweep'), 'not now', 'is not due twice a night');
select is(pg_temp.run('sweep', true), 'ok +', 'but may be forced');
select is(pg_temp.run('release-absent'), (select 'ok ' || each from steps), 'a job school by school');
select is(pg_temp.run('order-by-itself'), (select 'ok ' || each from steps), 'orders');
select is(pg_temp.run('books'), 'ok +', 'the books are in order');
select is((select r.rows from job.run r where r.job = 'books'), (select count(*) from ledger.entry), 'and the run says how many entries that are');
select is((select count(*) from job.run r where not r.is_ok or r.ms < 0 or r.words <> ''), 0::bigint, 'no failure is told of them');

-- When
select isnt_empty($$ select 1 where 'release-absent' in (select job.due(clock_timestamp() + interval '5 min')) $$, 'due again after its time');
select is_empty($$ select 1 where 'release-absent' in (select job.due(clock_timestamp() + interval '4 min')) $$, 'not before');
select isnt_empty($$ select 1 where 'sweep' in (select job.due(clock_timestamp() + interval '1 day')) $$, 'the next night');
select is(job.last_night('03:40', timezone(job.zone(), timestamp '2026-11-28 03:39')), timezone(job.zone(), timestamp '2026-11-27 03:40'), 'last night before the hour');
select is(job.last_night('03:40', timezone(job.zone(), timestamp '2026-11-28 03:40')), timezone(job.zone(), timestamp '2026-11-28 03:40'), 'and from it on');

-- A failure: undone, told, and no obstacle to the next
create function pg_temp.break(p_body text) returns void language plpgsql as $$
begin
    execute format('create or replace function job.check_books() returns bigint language plpgsql stable security definer set search_path = '''' as %L',
        p_body);
end $$;
select pg_temp.break('begin raise exception ''нарушений: 1'' using errcode = ''KB422''; end') \g /dev/null
select is(pg_temp.run('books', true), 'failed -', 'a job fails');
select results_eq($$ select r.failed, r.words from job.run r where r.job = 'books' and not r.is_ok $$, $$ values (1, 'нарушений: 1'::text) $$, 'its words are kept');
select is_empty($$ select 1 where 'books' in (select job.due(clock_timestamp() + interval '10 min')) $$, 'done before, so nothing hurries');
update job.job set since = now() - interval '3 days' where name = 'seal';

-- A runner that died
select job_api.begin('statistics', true) as died \gset
select is((select r.is_ok from job.run r where r.id = :died), null, 'a run goes on');
select is(pg_temp.run('statistics', true), 'ok +', 'the next one takes its place');
select results_eq(format($$ select r.is_ok, r.words from job.run r where r.id = %s $$, :died), $$ values (false, 'прервано'::text) $$, 'and says that it was cut off');
select throws_ok(format('update job.run set words = %L where id = %s', 'x', :died), '23001', null, 'what has ended stays');
select throws_ok(format('delete from job.run where id = %s', :died), '23001', null, 'and does not go');

-- Files
insert into site.file (id, school_id, name, type, bytes, created_at)
values ('00000000-0000-4000-8000-000000000001', pg_temp.school('839'), 'a.png', 'image/png', 'x', now() - interval '2 days'),
       ('00000000-0000-4000-8000-000000000002', pg_temp.school('839'), 'b.png', 'image/png', 'x', now());
select is(job.drop_files(), 1::bigint, 'a file that nothing points to goes');
select ok(exists (select from site.file where id = '00000000-0000-4000-8000-000000000002'), 'not in its first day');

-- The journal of runs
insert into job.run (job, started_at, ended_at, is_ok) values
    ('thin-places', now() - interval '100 days', now() - interval '100 days', true),
    ('thin-places', now() - interval '99 days', now() - interval '99 days', true);
select is(job.thin_runs(), 1::bigint, 'old runs go, not the last success');

-- The administrator
insert into auth.staff (school_id, login, roles) values (pg_temp.school('839'), 'roll-admin', '{admin}');
insert into auth.staff_session (token_hash, staff_id, address, agent)
select sha256(convert_to('admin', 'UTF8')), pg_temp.staff('admin'), '127.0.0.1', 'test';
select throws_ok($$ select * from staff.admin_jobs('head', null) $$, 'KB403', null, 'the head is no administrator');
select throws_ok($$ select * from staff.admin_books('tutor') $$, 'KB403', null, 'a tutor neither');
select throws_ok($$ select staff.admin_ask('teacher', 'books') $$, 'KB403', null, 'nor may a teacher ask');
select throws_ok($$ select * from staff.admin_runs('head', 'books', null, 10) $$, 'KB403', null, 'or see the runs');
select throws_ok($$ select * from staff.admin_jobs('parent', null) $$, 'KB401', null, 'a parent is nobody here');
select is((select count(*)::int from staff.admin_jobs('admin', null)), 14, 'all jobs');
select results_eq($$ select j.is_failing, j.failed_words, j.is_late from staff.admin_jobs('admin', 'books') j $$,
    $$ values (true, 'нарушений: 1'::text, false) $$, 'one that fails');
select is((select j.is_late from staff.admin_jobs('admin', 'seal') j), true, 'one that is late');
select throws_ok($$ select * from staff.admin_jobs('admin', 'nothing') $$, 'KB404', null, 'one that is not');
select results_eq($$ select b.is_wrong, b.words, b.entries from staff.admin_books('admin') b $$,
    $$ select true, 'нарушений: 1'::text, count(*) from ledger.entry $$, 'the books are not in order');
select pg_temp.break('begin return 7; end') \g /dev/null
select lives_ok($$ select staff.admin_ask('admin', 'books') $$, 'he asks');
select lives_ok($$ select staff.admin_ask('admin', 'books') $$, 'twice is once');
select is((select count(*)::int from job.request), 1, 'one request');
select is((select count(*)::int from site.audit a where a.action = 'job-ask'), 1, 'and one line of the audit');
select throws_ok($$ select staff.admin_ask('admin', 'nothing') $$, 'KB404', null, 'for a job there is');
select ok('books' in (select job.due()), 'what he asked for is due');
select ok((select j.asked_at is not null from staff.admin_jobs('admin', 'books') j), 'and shown');
select is(pg_temp.run('books'), 'ok +', 'it runs');
select ok((select j.asked_at is null and not j.is_failing from staff.admin_jobs('admin', 'books') j), 'the request is done, the failure past');
select is((select b.is_wrong from staff.admin_books('admin') b), false, 'the books are in order again');
select is((select count(*)::int from staff.admin_runs('admin', 'books', null, 2)), 2, 'runs in pages');
select is((select count(*)::int from staff.admin_runs('admin', 'books',
    (select min(r.id) from staff.admin_runs('admin', 'books', null, 2) r), 2)), 1, 'and the next page');

select finish();
rollback;
