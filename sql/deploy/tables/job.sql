-- Deploy kabinet:tables/job to pg
-- requires: tables/auth
-- requires: tables/site
-- requires: tables/viewing

-- Jobs: what runs by itself, and what became of it. scripts/jobs asks what is due and runs it, each job under a lock of its own and
-- each school in a transaction of its own; the administrator reads here when each last succeeded.

begin;

set local role kabinet_owner;

create schema job;
comment on schema job is 'What runs by itself. No program has any right here';

create table job.job (
    name           text collate "C" primary key check (name ~ '^[a-z-]{1,30}$'),
    title          text not null check (title <> ''),
    rank           smallint not null,
    is_per_school  boolean not null default false,
    every          interval not null check (every between '1 min' and '1 day'),
    at             time,
    late_after     interval not null check (late_after > every),
    since          timestamptz not null default now(),
    check ((at is not null) = (every = '1 day'))
);
comment on table job.job is 'The jobs. A row here and a line of job.work() make one';
comment on column job.job.title is 'What it does, for the administrator, Russian';
comment on column job.job.rank is 'Order in lists, and in which those that are due run';
comment on column job.job.is_per_school is 'Runs for each school in a transaction of its own: one that fails does not stop the others';
comment on column job.job.every is 'How often it should succeed';
comment on column job.job.at is 'Nightly jobs: the hour, local in job.zone()';
comment on column job.job.late_after is 'It is late when its last success is older';
comment on column job.job.since is 'Since when it should run';
insert into job.job (name, title, rank, is_per_school, every, at, late_after) values
    ('release-absent',  'Снимать заказы питания тех, кого нет в школе', 1, true, '5 min', null, '30 min'),
    ('release-rest',    'Снимать заказы, за которыми не пришли', 2, true, '10 min', null, '1 hour'),
    ('order-by-itself', 'Заказывать питание по абонементам и льготам', 3, true, '10 min', null, '1 hour'),
    ('statistics',      'Считать места и показатели классов', 4, false, '10 min', null, '1 hour'),
    ('appeals',         'Следить за сроками обращений', 5, true, '10 min', null, '1 hour'),
    ('library-holds',   'Передавать книги, за которыми не пришли, следующим в очереди', 6, true, '1 day', '03:30', '30 hours'),
    ('sweep',           'Убирать законченные сеансы и старые попытки входа', 7, false, '1 day', '03:40', '30 hours'),
    ('thin-places',     'Прореживать историю мест', 8, false, '1 day', '03:45', '30 hours'),
    ('files',           'Удалять файлы, которые ни к чему не приложены', 9, false, '1 day', '03:50', '30 hours'),
    ('thin-runs',       'Прореживать журнал заданий', 10, false, '1 day', '03:55', '30 hours'),
    ('thin-notices',    'Прореживать события для оповещений', 12, false, '1 day', '04:00', '30 hours'),
    ('thin-views',      'Прореживать журнал просмотров', 14, false, '1 day', '04:05', '30 hours'),
    ('seal',            'Опечатывать дни, которые закончились', 11, false, '1 day', '04:30', '30 hours'),
    ('books',           'Проверять книги: все правила, вся история', 13, false, '1 day', '05:00', '30 hours');

create table job.run (
    id          bigint generated always as identity primary key,
    job         text collate "C" not null references job.job,
    started_at  timestamptz not null default clock_timestamp(),
    ended_at    timestamptz check (ended_at >= started_at),
    is_ok       boolean,
    rows        bigint not null default 0,
    failed      integer not null default 0,
    words       text not null default '',
    ms          bigint generated always as ((extract(epoch from ended_at - started_at) * 1000)::bigint) stored,
    check ((ended_at is null) = (is_ok is null))
);
create index run_job on job.run (job, id);
create index run_ok on job.run (job, ended_at) where is_ok;
comment on table job.run is 'Runs of jobs. What has ended never changes; after 90 days it goes, but for the last success of each job';
comment on column job.run.is_ok is 'NULL while it runs';
comment on column job.run.rows is 'How many rows it was about: places counted, orders released …';
comment on column job.run.failed is 'How many of its steps failed: schools, or the only one';
comment on column job.run.words is 'Why, with the school; names nobody';
comment on column job.run.ms is 'How long it took';

create table job.request (
    id        bigint generated always as identity primary key,
    job       text collate "C" not null references job.job,
    staff_id  bigint not null references auth.staff,
    asked_at  timestamptz not null default now(),
    run_id    bigint references job.run on delete cascade
);
create unique index request_open on job.request (job) where run_id is null;
create index request_run on job.request (run_id);
comment on table job.request is 'The administrator wants a job to run next';
comment on column job.request.run_id is 'The run that followed; NULL: it is waiting';

create function job.keep_run() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.started_at < now() - interval '90 days' then
        return old;
    elsif tg_op = 'UPDATE' and old.ended_at is null then
        return new;
    end if;
    raise exception 'a run that has ended stays as it is' using errcode = 'restrict_violation';
end $$;
comment on function job.keep_run is 'Only a run that goes on changes, only an old one goes';
create trigger keep_run before update or delete on job.run for each row execute function job.keep_run();

-- ---- when ---------------------------------------------------------------------------------------------------------------------

create function job.zone() returns text language sql stable as $$
    select coalesce((select s.time_zone from school.school s order by s.id limit 1), 'UTC')
$$;
comment on function job.zone is 'The time zone in which it is night for nightly jobs: of the first school';

create function job.last_night(p_at time, p_now timestamptz) returns timestamptz language sql stable as $$
    select timezone(job.zone(), n.now::date + p_at - case when n.now::time < p_at then interval '1 day' else interval '0' end)
      from (select timezone(job.zone(), p_now) as now) n
$$;
comment on function job.last_night is 'The last moment up to then at which it was that hour';

create function job.due(p_now timestamptz default now()) returns setof text language sql stable as $$
    select j.name
      from job.job j
      left join lateral (select r.started_at from job.run r where r.job = j.name order by r.id desc limit 1) last on true
      left join lateral (select r.started_at from job.run r where r.job = j.name and r.is_ok order by r.ended_at desc limit 1) good on true
     where exists (select from job.request q where q.job = j.name and q.run_id is null)
        or case when last.started_at is null then true
                -- A runner that comes every minute must not miss its minute by a second.
                when j.at is null then last.started_at < p_now - j.every + interval '5 s'
                -- A nightly one that failed is tried again each hour.
                else coalesce(good.started_at, '-infinity') < job.last_night(j.at, p_now) and last.started_at < p_now - interval '1 hour'
                     or last.started_at < job.last_night(j.at, p_now) end
     order by j.rank
$$;
comment on function job.due is 'Names of the jobs that should run now, in their order';

-- ---- what no other schema has --------------------------------------------------------------------------------------------------

create function job.order_meals(p_school bigint) returns integer language plpgsql security definer set search_path = '' as $$
declare
    v_today date := (select timezone(s.time_zone, now())::date from school.school s where s.id = p_school);
    v_day date;
    v_count integer := 0;
begin
    -- Every balance first, in the order in which all lock them. What a family decides meanwhile waits, or is seen below.
    perform ledger.lock_pupils(array(select distinct w.pupil_id from generate_series(0, 7) g, canteen.wanted(p_school, v_today + g) w));
    -- A week ahead: menus may be known for longer, yet a month of lunches must not lock a family's money.
    for v_day in
        select distinct m.day from canteen.menu m where m.school_id = p_school and m.day between v_today and v_today + 7 order by m.day
    loop
        v_count := v_count + canteen.order_by_itself(p_school, v_day);
    end loop;
    return v_count;
end $$;
comment on function job.order_meals is 'Orders by itself for today and a week ahead; answers how many orders were made';

create function job.drop_files() returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_count bigint;
begin
    delete from site.file f
     where f.created_at < now() - interval '1 day'
       and not exists (select from school.homework_file h where h.file_id = f.id)
       and not exists (select from school.answer_file a where a.file_id = f.id)
       and not exists (select from school.excuse e where e.file_id = f.id)
       and not exists (select from appeal.message_file m where m.file_id = f.id);
    get diagnostics v_count = row_count;
    return v_count;
end $$;
comment on function job.drop_files is
    'Files older than a day that nothing points to go; answers how many. A table that points to files and is not asked here makes it fail';

create function job.check_books() returns bigint language plpgsql stable security definer set search_path = '' as $$
declare
    v_count bigint;
    v_words text;
begin
    select count(*), string_agg(v.id || ': ' || v.detail, '; ') filter (where v.nth <= 3) into v_count, v_words
      from (select v.id, v.detail, row_number() over () as nth from ledger.violations v) v;
    if v_count > 0 then
        raise exception 'нарушений в книгах: %; %', v_count, v_words;
    end if;
    return (select count(*) from ledger.entry);
end $$;
comment on function job.check_books is 'Reads ledger.violations and fails with the first of them; answers how many entries were proved';

create function job.thin_runs() returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_count bigint;
begin
    delete from job.run r
     where r.started_at < now() - interval '90 days' and r.ended_at is not null
       and r.id not in (select max(g.id) from job.run g where g.is_ok group by g.job);
    get diagnostics v_count = row_count;
    return v_count;
end $$;
comment on function job.thin_runs is 'Runs older than 90 days go; answers how many';

create function job.work(p_job text, p_school bigint) returns bigint language plpgsql security definer set search_path = '' as $$
begin
    return case p_job
        when 'release-absent' then canteen.release_absent(p_school)
        when 'release-rest' then canteen.release_rest(p_school)
        when 'order-by-itself' then job.order_meals(p_school)
        when 'statistics' then school.rate()
        when 'appeals' then appeal.escalate(p_school)
        when 'library-holds' then library.expire_holds(p_school)
        when 'thin-notices' then notice.thin()
        when 'thin-views' then site.thin_views()
        when 'sweep' then auth.sweep()
        when 'thin-places' then school.thin_places()
        when 'files' then job.drop_files() + library.drop_imports()
        when 'thin-runs' then job.thin_runs()
        when 'seal' then ledger.seal_days()
        when 'books' then job.check_books() end;
end $$;
comment on function job.work is 'Does a job, for one school where it runs school by school; answers how many rows it was about';

commit;
