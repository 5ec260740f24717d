-- Deploy kabinet:tables/rating to pg
-- requires: tables/study

-- Figures of «Статистика». A pupil's own sums are in school.average (tables/study), true at once; what compares pupils - places,
-- figures of classes - is counted by a job, school.rate(), and read by primary key. docs/statistics.md has every formula.
-- Averages are whole hundredths here: 4,52 is 452. Equal to a parent's eye is equal to the ranks.

begin;

set local role kabinet_owner;

alter table school.school add has_ranks boolean not null default true;
comment on column school.school.has_ranks is 'false: this school shows no places, and its pupils take none in the region';

create function school.mean(p_sum bigint, p_n bigint) returns integer language sql immutable as $$
    select ((2 * p_sum + p_n) / nullif(2 * p_n, 0))::integer
$$;
comment on function school.mean is 'p_sum / p_n to the nearest whole, half up; NULL for nothing. Of nothing negative';

create function school.hundredths(p_sum bigint, p_n bigint) returns integer language sql immutable as $$
    select ((200 * p_sum + p_n) / nullif(2 * p_n, 0))::integer
$$;
comment on function school.hundredths is 'The same in hundredths: 4,52 is 452';

create function school.begun_term(p_class bigint, p_day date) returns bigint language sql stable as $$
    select t.id from school.class k join school.term t on t.year_id = k.year_id and t.grades @> k.grade::int
     where k.id = p_class and t.first_day <= p_day
     order by t.first_day desc limit 1
$$;
comment on function school.begun_term is 'The term of a class on a day, in the holidays the one before them; NULL before the first';

-- ---- places -------------------------------------------------------------------------------------------------------------

create table school.rating (
    pupil_id        bigint primary key references school.pupil,
    class_id        bigint not null references school.class,
    term_id         bigint not null references school.term,
    subjects        integer not null,
    average         integer,
    weighted        integer,
    class_place     integer,
    class_of        integer,
    parallel_place  integer,
    parallel_of     integer,
    school_place    integer,
    school_of       integer,
    region_place    integer,
    region_of       integer
) with (fillfactor = 70);
comment on table school.rating is 'Places of the pupils of today, by school.rate(). A place is NULL with fewer than 3 subjects with marks, or fewer than 5 pupils';
comment on column school.rating.subjects is 'Subjects with marks in the term';
comment on column school.rating.average is 'Mean of the averages of subjects, hundredths; NULL: no marks';
comment on column school.rating.weighted is 'Mean of the weighted averages of subjects, hundredths: what places are by';
comment on column school.rating.class_of is 'How many have a place in the class, he too; NULL: he has none anywhere';
comment on column school.rating.parallel_place is 'Among the classes of the same grade of the school';
comment on column school.rating.school_place is 'Among all grades of the school';
comment on column school.rating.region_place is 'Among the same grade of all schools of the region that show places';
create index rating_class on school.rating (class_id);
create index rating_term on school.rating (term_id);

create table school.place (
    pupil_id        bigint not null references school.pupil,
    day             date not null,
    weighted        integer,
    class_place     integer,
    class_of        integer,
    parallel_place  integer,
    parallel_of     integer,
    school_place    integer,
    school_of       integer,
    region_place    integer,
    region_of       integer,
    primary key (pupil_id, day)
);
comment on table school.place is 'History of places: a row for each day on which something changed, which holds until the next. Older than 60 days: one a week';
comment on column school.place.day is 'Local to the school';

create table school.class_rating (
    class_id  bigint primary key references school.class,
    term_id   bigint not null references school.term,
    pupils    integer not null,
    n5 integer not null, n4 integer not null, n3 integer not null, n2 integer not null, n1 integer not null,
    na        integer not null,
    ranked    integer not null,
    weighted  integer
) with (fillfactor = 80);
comment on table school.class_rating is 'Results of a class in a term: pupils × subjects, by school.rate()';
comment on column school.class_rating.pupils is 'With at least one result';
comment on column school.class_rating.na is '«н/а»';
comment on column school.class_rating.ranked is 'Pupils with marks in 3 subjects or more';
comment on column school.class_rating.weighted is 'Mean of their weighted averages, hundredths';
create index class_rating_term on school.class_rating (term_id);

create table school.rated (
    school_id  bigint primary key references school.school,
    at         timestamptz not null,
    marks_at   timestamptz
);
comment on table school.rated is 'How fresh the figures of a school are';
comment on column school.rated.at is 'When school.rate() counted it';
comment on column school.rated.marks_at is 'The latest change of a mark of the term that it saw';

-- ---- results of one pupil -------------------------------------------------------------------------------------------------

create function school.results(p_pupil bigint, p_year bigint, p_term bigint)
returns table (subject_id bigint, n integer, average integer, weighted integer, final school.mark_value, value text)
language sql stable rows 15 as $$
    select coalesce(a.subject_id, f.subject_id), coalesce(a.n, 0), school.hundredths(a.points, a.n),
           school.hundredths(a.weighted, a.weight), f.value,
           coalesce(f.value, school.mean(a.weighted, a.weight)::text)
      from (select a.subject_id, a.n, a.points, a.weighted, a.weight from school.average a
             where a.pupil_id = p_pupil and a.term_id = p_term and a.weight > 0) a
      full join (select f.subject_id, f.value from school.final_mark f
                  where f.pupil_id = p_pupil and f.year_id = p_year and f.period = 'term' and f.term_id = p_term) f
             on f.subject_id = a.subject_id
$$;
comment on function school.results is
    'Subjects of a pupil in a term with marks or a final one. value: the final mark, else the weighted average as it would be rounded';

-- ---- the job ------------------------------------------------------------------------------------------------------------

create function school.places(p_region text, p_day date default null)
returns table (pupil_id bigint, class_id bigint, term_id bigint, school_id bigint, today date, marks_at timestamptz, subjects integer,
    average integer, weighted integer, class_place integer, class_of integer, parallel_place integer, parallel_of integer,
    school_place integer, school_of integer, region_place integer, region_of integer)
language plpgsql stable rows 100000 as $$
declare
    c_min_subjects constant int := 3;   -- a place by less would be luck
    c_min_pupils   constant int := 5;   -- a place among fewer would tell of the others
begin
    -- From the pupil to his marks by index, and all places in one sweep: nothing here is joined with itself, so a wrong guess of
    -- the planner cannot make it quadratic.
    return query
    with score as (
        select e.pupil_id, k.id as class_id, t.id as term_id, k.school_id, k.grade, d.today, c.marks_at, c.subjects, c.average,
               c.weighted, s.has_ranks and c.subjects >= c_min_subjects as is_ranked
          from school.school s
         cross join lateral (select coalesce(p_day, (now() at time zone s.time_zone)::date) as today) d
          join school.class k on k.school_id = s.id
          join school.term t on t.id = school.begun_term(k.id, d.today)
          join school.enrolment e on e.class_id = k.id and e.first_day <= d.today and (e.last_day is null or e.last_day >= d.today)
         cross join lateral (
               select count(*)::int as subjects, school.mean(sum(b.average), count(*)) as average,
                      school.mean(sum(b.weighted), count(*)) as weighted, max(b.at) as marks_at
                 from (-- Now: the sums. Of a day that is over: the marks of the lessons up to it.
                       select school.hundredths(a.points, a.n) as average, school.hundredths(a.weighted, a.weight) as weighted,
                              a.changed_at as at
                         from school.average a
                        where p_day is null and a.pupil_id = e.pupil_id and a.term_id = t.id and a.weight > 0
                       union all
                       select school.hundredths(sum(r.points), count(*)), school.hundredths(sum(r.points * w.weight), sum(w.weight)), null
                         from school.mark r join school.work w on w.id = r.work_id
                        where p_day is not null and r.pupil_id = e.pupil_id and r.day between t.first_day and d.today and r.points is not null
                        group by r.subject_id) b) c
         where s.region = p_region
    ), ranked as (
        select c.*,
               rank() over in_class as place_1, count(*) over (partition by c.is_ranked, c.class_id) as of_1,
               rank() over in_parallel as place_2, count(*) over (partition by c.is_ranked, c.school_id, c.grade) as of_2,
               rank() over in_school as place_3, count(*) over (partition by c.is_ranked, c.school_id) as of_3,
               rank() over in_region as place_4, count(*) over (partition by c.is_ranked, c.grade) as of_4
          from score c
        window in_class as (partition by c.is_ranked, c.class_id order by c.weighted desc),
               in_parallel as (partition by c.is_ranked, c.school_id, c.grade order by c.weighted desc),
               in_school as (partition by c.is_ranked, c.school_id order by c.weighted desc),
               in_region as (partition by c.is_ranked, c.grade order by c.weighted desc)
    )
    select r.pupil_id, r.class_id, r.term_id, r.school_id, r.today, r.marks_at, r.subjects, r.average, r.weighted,
           case when r.is_ranked and r.of_1 >= c_min_pupils then r.place_1 end::int, case when r.is_ranked then r.of_1 end::int,
           case when r.is_ranked and r.of_2 >= c_min_pupils then r.place_2 end::int, case when r.is_ranked then r.of_2 end::int,
           case when r.is_ranked and r.of_3 >= c_min_pupils then r.place_3 end::int, case when r.is_ranked then r.of_3 end::int,
           case when r.is_ranked and r.of_4 >= c_min_pupils then r.place_4 end::int, case when r.is_ranked then r.of_4 end::int
      from ranked r;
end $$;
comment on function school.places is
    'Everybody who is in a class of the region now (or was on a day that is over) with averages and places in the term: 1, 2, 2, 4';

-- Tables that were filled a moment ago have no statistics yet, and a sequential scan that looks cheap would be made for each pupil:
-- here everything is found by index.
create function school.keep_places(p_region text, p_day date default null) returns bigint
language plpgsql set enable_seqscan = off set work_mem = '64MB' as $$
declare
    v_at timestamptz := clock_timestamp();
    v_count bigint;
begin
    with found as materialized (
        select * from school.places(p_region, p_day)
    ), kept as (
        insert into school.rating as r (pupil_id, class_id, term_id, subjects, average, weighted, class_place, class_of,
                                        parallel_place, parallel_of, school_place, school_of, region_place, region_of)
        select f.pupil_id, f.class_id, f.term_id, f.subjects, f.average, f.weighted, f.class_place, f.class_of,
               f.parallel_place, f.parallel_of, f.school_place, f.school_of, f.region_place, f.region_of
          from found f
         where p_day is null
            on conflict (pupil_id) do update
           set class_id = excluded.class_id, term_id = excluded.term_id, subjects = excluded.subjects, average = excluded.average,
               weighted = excluded.weighted, class_place = excluded.class_place, class_of = excluded.class_of,
               parallel_place = excluded.parallel_place, parallel_of = excluded.parallel_of, school_place = excluded.school_place,
               school_of = excluded.school_of, region_place = excluded.region_place, region_of = excluded.region_of
         where (r.class_id, r.term_id, r.subjects, r.average, r.weighted, r.class_place, r.class_of, r.parallel_place, r.parallel_of,
                r.school_place, r.school_of, r.region_place, r.region_of)
               is distinct from (excluded.class_id, excluded.term_id, excluded.subjects, excluded.average, excluded.weighted,
                excluded.class_place, excluded.class_of, excluded.parallel_place, excluded.parallel_of, excluded.school_place,
                excluded.school_of, excluded.region_place, excluded.region_of)
    ), gone as (
        delete from school.rating r using school.pupil u, school.school s
         where p_day is null and u.id = r.pupil_id and s.id = u.school_id and s.region = p_region
           and not exists (select from school.enrolment e
                            where e.pupil_id = r.pupil_id and e.first_day <= (now() at time zone s.time_zone)::date
                              and (e.last_day is null or e.last_day >= (now() at time zone s.time_zone)::date))
    ), dated as (
        insert into school.rated as d (school_id, at, marks_at)
        select s.id, v_at, max(f.marks_at)
          from school.school s left join found f on f.school_id = s.id
         where p_day is null and s.region = p_region
         group by s.id
            on conflict (school_id) do update set at = excluded.at, marks_at = excluded.marks_at
    ), dropped as (
        -- The history: only what differs from the row that holds so far.
        insert into school.place as h (pupil_id, day, weighted, class_place, class_of, parallel_place, parallel_of, school_place,
                                       school_of, region_place, region_of)
        select f.pupil_id, f.today, f.weighted, f.class_place, f.class_of, f.parallel_place, f.parallel_of, f.school_place,
               f.school_of, f.region_place, f.region_of
          from found f
          left join lateral (select o.* from school.place o where o.pupil_id = f.pupil_id and o.day <= f.today
                              order by o.day desc limit 1) o on true
         where (f.class_place, f.class_of, f.parallel_place, f.parallel_of, f.school_place, f.school_of, f.region_place, f.region_of)
               is distinct from (o.class_place, o.class_of, o.parallel_place, o.parallel_of, o.school_place, o.school_of,
                                 o.region_place, o.region_of)
            on conflict (pupil_id, day) do update
           set weighted = excluded.weighted, class_place = excluded.class_place, class_of = excluded.class_of,
               parallel_place = excluded.parallel_place, parallel_of = excluded.parallel_of, school_place = excluded.school_place,
               school_of = excluded.school_of, region_place = excluded.region_place, region_of = excluded.region_of
    )
    select count(*) into v_count from found;
    return v_count;
end $$;
comment on function school.keep_places is
    'Counts the places of a region and writes what changed: those of now (p_day NULL) into school.rating and the history, those of a day '
    'that is over into the history alone. Answers for how many pupils';

create function school.rate_classes(p_region text) returns void
language plpgsql set enable_seqscan = off set work_mem = '64MB' as $$
begin
    -- «осв», «зач», «нз» are no results; «н/а» is one. Who is not in the class today is not in its figures.
    with counted as (
        select r.class_id, r.term_id,
               count(distinct r.pupil_id) filter (where x.value in ('5', '4', '3', '2', '1', 'н/а')) as pupils,
               count(*) filter (where x.value = '5') as n5, count(*) filter (where x.value = '4') as n4,
               count(*) filter (where x.value = '3') as n3, count(*) filter (where x.value = '2') as n2,
               count(*) filter (where x.value = '1') as n1, count(*) filter (where x.value = 'н/а') as na
          from school.school s
          join school.class k on k.school_id = s.id
          join school.rating r on r.class_id = k.id
          left join lateral school.results(r.pupil_id, k.year_id, r.term_id) x on true
         where s.region = p_region
         group by r.class_id, r.term_id
    ), scored as (
        select r.class_id, count(*) as ranked, school.mean(sum(r.weighted), count(*)) as weighted
          from school.rating r where r.subjects >= 3 group by r.class_id
    )
    insert into school.class_rating as g (class_id, term_id, pupils, n5, n4, n3, n2, n1, na, ranked, weighted)
    select c.class_id, c.term_id, c.pupils, c.n5, c.n4, c.n3, c.n2, c.n1, c.na, coalesce(o.ranked, 0), o.weighted
      from counted c left join scored o on o.class_id = c.class_id
        on conflict (class_id) do update
       set term_id = excluded.term_id, pupils = excluded.pupils, n5 = excluded.n5, n4 = excluded.n4, n3 = excluded.n3,
           n2 = excluded.n2, n1 = excluded.n1, na = excluded.na, ranked = excluded.ranked, weighted = excluded.weighted
     where (g.term_id, g.pupils, g.n5, g.n4, g.n3, g.n2, g.n1, g.na, g.ranked, g.weighted) is distinct from
           (excluded.term_id, excluded.pupils, excluded.n5, excluded.n4, excluded.n3, excluded.n2, excluded.n1, excluded.na,
            excluded.ranked, excluded.weighted);
    delete from school.class_rating g using school.class k, school.school s
     where k.id = g.class_id and s.id = k.school_id and s.region = p_region
       and not exists (select from school.rating r where r.class_id = g.class_id);
end $$;
comment on function school.rate_classes is 'Counts the results of the classes of a region, by the pupils that school.rating has';

create function school.rate(p_school bigint default null) returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_region text;
    v_count bigint := 0;
begin
    -- Two runs at once would count the same twice and meet in each other's rows.
    perform pg_advisory_xact_lock(hashtext('school.rate'));
    for v_region in select distinct s.region from school.school s where p_school is null or s.id = p_school order by s.region loop
        v_count := v_count + school.keep_places(v_region);
        perform school.rate_classes(v_region);
    end loop;
    return v_count;
end $$;
comment on function school.rate is
    'The job: places, figures of classes and the history of places, of all schools or of one (with the others of its region, which share a rank). Every ten minutes';

create function school.thin_places() returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_count bigint;
begin
    delete from school.place p
     where p.day < current_date - 60
       and exists (select from school.place q
                    where q.pupil_id = p.pupil_id and q.day > p.day and q.day <= date_trunc('week', p.day)::date + 6);
    get diagnostics v_count = row_count;
    return v_count;
end $$;
comment on function school.thin_places is 'Nightly: of weeks that are 60 days old the history keeps the last row; answers how many went';

create function school.recall_places(p_from date, p_to date) returns void language plpgsql security definer set search_path = '' as $$
declare
    v_region text;
    v_first date;
    v_day date;
begin
    for v_region in select distinct s.region from school.school s loop
        v_first := (select min(h.day) from school.place h join school.pupil p on p.id = h.pupil_id
                      join school.school s on s.id = p.school_id where s.region = v_region);
        v_day := p_from;
        while v_day <= least(p_to, v_first - 1) loop
            perform school.keep_places(v_region, v_day);
            v_day := v_day + 1;
        end loop;
    end loop;
end $$;
comment on function school.recall_places is
    'History of places for days before the job ran, from the marks as they are now: once, after marks were loaded. Does nothing for days that have a history';

-- ---- the official formulas -------------------------------------------------------------------------------------------------

create type school.quality as (n integer, quality integer, success integer, level integer);
comment on type school.quality is 'Shares in per cent: качество знаний, успеваемость, СОУ; n: results they are of. NULL: of nothing';

create function school.quality(p_n5 bigint, p_n4 bigint, p_n3 bigint, p_n2 bigint, p_n1 bigint, p_na bigint)
returns school.quality language sql immutable as $$
    select row(k.n, school.mean(100 * (p_n5 + p_n4), k.n), school.mean(100 * (p_n5 + p_n4 + p_n3), k.n),
               school.mean(100 * p_n5 + 64 * p_n4 + 36 * p_n3 + 16 * p_n2 + 7 * (p_n1 + p_na), k.n))::school.quality
      from (select p_n5 + p_n4 + p_n3 + p_n2 + p_n1 + p_na as n) k
$$;
comment on function school.quality is
    'The official formulas: quality (n5+n4)/N, success (n5+n4+n3)/N, СОУ (100 n5 + 64 n4 + 36 n3 + 16 n2 + 7 (n1 + н/а))/N; «н/а» is in N';

-- ---- readiness for the exams ----------------------------------------------------------------------------------------------

create table school.exam_score (
    pupil_id      bigint not null references school.pupil,
    exam_task_id  bigint not null references school.exam_task,
    n             integer not null,
    points        integer not null,
    primary key (pupil_id, exam_task_id)
) with (fillfactor = 80);
comment on table school.exam_score is 'Marks of works that train a task of ОГЭ or ЕГЭ: how many and their sum, kept by triggers';
create index exam_score_task on school.exam_score (exam_task_id);

create function school.add_exam_marks(p_pupil bigint, p_task bigint, p_n integer, p_points integer) returns void language sql as $$
    insert into school.exam_score as e (pupil_id, exam_task_id, n, points) values (p_pupil, p_task, p_n, p_points)
        on conflict (pupil_id, exam_task_id) do update set n = e.n + excluded.n, points = e.points + excluded.points
$$;
comment on function school.add_exam_marks is 'Adds to the sums of a task; numbers may be negative';

create function school.exam_mark_changed() returns trigger language plpgsql security definer set search_path = '' as $$
declare
    v_task bigint := (select w.exam_task_id from school.work w where w.id = new.work_id);
begin
    if v_task is not null then
        perform school.add_exam_marks(new.pupil_id, v_task, (new.points is not null)::int, coalesce(new.points, 0)::int);
        if tg_op = 'UPDATE' then
            perform school.add_exam_marks(old.pupil_id, v_task, -(old.points is not null)::int, -coalesce(old.points, 0)::int);
        end if;
    end if;
    return null;
end $$;
comment on function school.exam_mark_changed is 'Keeps school.exam_score when a mark is set or changed';
create trigger sum_exam after insert or update of value on school.mark
    for each row execute function school.exam_mark_changed();

create function school.exam_work_changed() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    perform school.add_exam_marks(m.pupil_id, t.task, t.sign * m.n, t.sign * m.points)
       from (select r.pupil_id, count(*)::int as n, sum(r.points)::int as points from school.mark r
              where r.work_id = new.id and r.points is not null group by r.pupil_id) m,
            (values (new.exam_task_id, 1), (old.exam_task_id, -1)) t(task, sign)
      where t.task is not null;
    return null;
end $$;
comment on function school.exam_work_changed is 'Keeps school.exam_score when a work turns out to train another task';
create trigger sum_exam after update of exam_task_id on school.work for each row
    when (old.exam_task_id is distinct from new.exam_task_id) execute function school.exam_work_changed();

create function school.sum_exams() returns void language plpgsql security definer set search_path = '' as $$
begin
    delete from school.exam_score;
    insert into school.exam_score (pupil_id, exam_task_id, n, points)
    select m.pupil_id, w.exam_task_id, count(*), sum(m.points)
      from school.work w join school.mark m on m.work_id = w.id
     where w.exam_task_id is not null and m.points is not null
     group by m.pupil_id, w.exam_task_id;
end $$;
comment on function school.sum_exams is 'Makes all of school.exam_score anew: after marks were loaded with the triggers off';

commit;
