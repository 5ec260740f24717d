-- Deploy kabinet:api/admin to pg
-- requires: api/staff tables/job tables/seal

-- The administrator: when each job last succeeded, its runs, the state of the books. Jobs belong to no school; whoever keeps the system
-- at one sees them all, and no data of any.

begin;

call auth.add_program('admin', 'The administrator: jobs', 'staff');
set local role kabinet_owner;

create function job.every_words(p_job job.job) returns text language sql stable as $$
    select case when (p_job).at is not null then format('каждую ночь, в %s', to_char((p_job).at, 'HH24:MI'))
                else format('каждые %s мин', extract(epoch from (p_job).every)::integer / 60) end
$$;
comment on function job.every_words is 'How often a job runs, for the administrator';

create function job.zone_of(p_visit auth.staff_visit) returns text language sql stable as $$
    select s.time_zone from school.school s where s.id = (p_visit).school_id
$$;
comment on function job.zone_of is 'The time zone in which somebody at a desk reads';

create function job.last_ok(p_job text) returns timestamptz language sql stable as $$
    select r.ended_at from job.run r where r.job = p_job and r.is_ok order by r.ended_at desc limit 1
$$;
comment on function job.last_ok is 'When a job last succeeded; NULL: never';

create function staff.admin_jobs(p_token text, p_job text)
returns table (name text, job_title text, every_words text, last_ok_at timestamp, is_late boolean, running_since timestamp, asked_at timestamp,
               failed_at timestamp, failed_words text, is_failing boolean)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'admin');
    v_zone text := job.zone_of(v_visit);
begin
    return query
    select j.name, j.title, job.every_words(j), timezone(v_zone, g.ok_at), coalesce(g.ok_at, j.since) < now() - j.late_after,
           timezone(v_zone, n.started_at),
           timezone(v_zone, (select q.asked_at from job.request q where q.job = j.name and q.run_id is null)),
           timezone(v_zone, b.ended_at), coalesce(b.words, ''), coalesce(b.ended_at > g.ok_at or g.ok_at is null and b.ended_at is not null, false)
      from job.job j
     cross join lateral (select job.last_ok(j.name) as ok_at) g
      left join lateral (select r.started_at from job.run r where r.job = j.name and r.ended_at is null order by r.id desc limit 1) n on true
      left join lateral (select r.ended_at, r.words from job.run r where r.job = j.name and not r.is_ok order by r.id desc limit 1) b on true
     where p_job is null or j.name = p_job
     order by j.rank;
    if p_job is not null and not found then
        raise exception 'no such job' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.admin_jobs is
    'Jobs, or one of them: when it last succeeded, whether that is too long ago, the last failure and whether nothing has succeeded since';

create function staff.admin_runs(p_token text, p_job text, p_before bigint, p_limit integer)
returns table (id bigint, started_at timestamp, state text, rows bigint, ms bigint, words text)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'admin');
    v_zone text := job.zone_of(v_visit);
begin
    return query
    select r.id, timezone(v_zone, r.started_at), case when r.is_ok then 'ok' when r.is_ok is null then 'runs' else 'failed' end,
           r.rows, r.ms, r.words
      from job.run r
     where r.job = p_job and (p_before is null or r.id < p_before)
     order by r.id desc
     limit least(p_limit, 101);
end $$;
comment on function staff.admin_runs is 'Runs of a job, the last ones first';

create function staff.admin_books(p_token text)
returns table (entries bigint, sealed_day date, sealed_at timestamp, checked_at timestamp, is_wrong boolean, words text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'admin');
    v_zone text := job.zone_of(v_visit);
    v_sealed record;
    v_ok_at timestamptz := job.last_ok('books');
begin
    -- Sealed days know how many entries they have; only the days since are counted.
    select max(s.day) as day, max(s.at) as at, coalesce(sum(s.entries), 0)::bigint as entries into v_sealed from ledger.seal s;
    return query
    select v_sealed.entries + (select count(*) from ledger.entry e where e.day > coalesce(v_sealed.day, '-infinity')),
           v_sealed.day, timezone(v_zone, v_sealed.at), timezone(v_zone, v_ok_at), b.id is not null, coalesce(b.words, '')
      from (values (1)) one(n)
      left join lateral (select r.id, r.words, r.ended_at from job.run r where r.job = 'books' and not r.is_ok order by r.id desc limit 1) b
             on b.ended_at > coalesce(v_ok_at, '-infinity');
end $$;
comment on function staff.admin_books is 'How many entries the books have, up to when they are sealed, and when they were last proved in order';

create function staff.admin_ask(p_token text, p_job text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'admin');
begin
    if not exists (select from job.job j where j.name = p_job) then
        raise exception 'no such job' using errcode = 'KB404';
    end if;
    insert into job.request (job, staff_id) values (p_job, v_visit.staff_id) on conflict (job) where run_id is null do nothing;
    if found then
        perform auth.note_staff(v_visit, 'job-ask', p_job);
    end if;
end $$;
comment on function staff.admin_ask is 'Asks the runner to run a job next; asked already is asked';

revoke all on all functions in schema job from public;
revoke all on function staff.admin_jobs(text, text), staff.admin_runs(text, text, bigint, integer), staff.admin_books(text),
    staff.admin_ask(text, text) from public;
grant execute on function staff.admin_jobs(text, text), staff.admin_runs(text, text, bigint, integer), staff.admin_books(text),
    staff.admin_ask(text, text) to kabinet_admin;

commit;
