-- Deploy kabinet:api/jobs to pg
-- requires: api/session tables/job tables/canteen tables/rating tables/seal

-- The runner of jobs, scripts/jobs: begin() takes the job's lock for the session and opens a run, step() does the work of one
-- school or all of it, finish() closes the run. The role may do this and read nothing.

begin;

create schema job_api authorization kabinet_owner;
call auth.add_program('jobs', 'The runner of jobs', 'job_api');

set local role kabinet_owner;

comment on schema job_api is 'Functions for the runner of jobs';

create function job_api.due() returns setof text language sql stable security definer as $$
    select d from job.due() d
$$;
comment on function job_api.due is 'Names of the jobs that should run now';

create function job_api.list() returns table (name text, title text, is_due boolean, last_ok_at timestamptz)
language sql stable security definer as $$
    select j.name, j.title, j.name in (select job.due()), (select max(r.ended_at) from job.run r where r.job = j.name and r.is_ok)
      from job.job j order by j.rank
$$;
comment on function job_api.list is 'All jobs, for whoever types `jobs list`';

create function job_api.begin(p_job text, p_is_forced boolean) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_lock bigint := hashtextextended('job ' || p_job, 0);
    v_run bigint;
begin
    if not exists (select from job.job j where j.name = p_job) then
        raise exception 'there is no job %', p_job using errcode = 'KB404';
    elsif not pg_try_advisory_lock(v_lock) then
        return null;
    elsif not p_is_forced and p_job not in (select job.due()) then
        perform pg_advisory_unlock(v_lock);
        return null;
    end if;
    -- The lock is ours, so whoever began these is gone.
    update job.run r set ended_at = clock_timestamp(), is_ok = false, failed = r.failed + 1, words = concat_ws('; ', nullif(r.words, ''), 'прервано')
     where r.job = p_job and r.ended_at is null;
    insert into job.run (job) values (p_job) returning id into v_run;
    update job.request q set run_id = v_run where q.job = p_job and q.run_id is null;
    return v_run;
end $$;
comment on function job_api.begin is
    'Opens a run and answers its id; NULL when another machine runs the job, or (unless forced) has just run it. The session keeps the lock '
    'until finish() or its end';

create function job_api.schools(p_run bigint) returns setof bigint language sql stable security definer rows 10 as $$
    select s.id from job.run r join job.job j on j.name = r.job and j.is_per_school, school.school s where r.id = p_run
     union all
    select null from job.run r join job.job j on j.name = r.job and not j.is_per_school where r.id = p_run
     order by 1
$$;
comment on function job_api.schools is 'The steps of a run: its schools, or one NULL';

create function job_api.step(p_run bigint, p_school bigint) returns text
language plpgsql security definer set search_path = '' as $$
declare
    v_job text;
    v_rows bigint;
begin
    select r.job into strict v_job from job.run r where r.id = p_run and r.ended_at is null;
    begin
        v_rows := job.work(v_job, p_school);
        update job.run r set rows = r.rows + v_rows where r.id = p_run;
        return '00000';
    exception when others then
        update job.run r
           set failed = r.failed + 1,
               words = left(concat_ws('; ', nullif(r.words, ''),
                   concat_ws(': ', (select s.name from school.school s where s.id = p_school), regexp_replace(sqlerrm, '\s+', ' ', 'g'))), 500)
         where r.id = p_run;
        return sqlstate;
    end;
end $$;
comment on function job_api.step is
    'Does the work of a run for one school, or all of it; answers the SQLSTATE. What failed is undone and told in the run';

create function job_api.finish(p_run bigint) returns table (is_ok boolean, rows bigint, failed integer, ms bigint, words text)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_run job.run;
begin
    update job.run r set ended_at = clock_timestamp(), is_ok = (r.failed = 0) where r.id = p_run and r.ended_at is null returning r.* into strict v_run;
    perform pg_advisory_unlock(hashtextextended('job ' || v_run.job, 0));
    return query select v_run.is_ok, v_run.rows, v_run.failed, v_run.ms, v_run.words;
end $$;
comment on function job_api.finish is 'Closes a run, gives the lock back and answers what became of it';

revoke all on all functions in schema job_api from public;
grant execute on all functions in schema job_api to kabinet_jobs;

commit;
