-- Deploy kabinet:api/home to pg
-- requires: api/session
-- requires: tables/ledger
-- requires: tables/canteen
-- requires: tables/rating
-- requires: tables/library
-- requires: tables/appeal

-- What «Главная» and «Рейтинг» ask. Each function reads rows of one pupil, or of one class, by an index: what it costs does not
-- depend on how many pupils there are.

begin;

call auth.add_program('home', 'Главная, announcements, rules');
set local role kabinet_owner;

create function cabinet.home(p_token text, out account text, out balance_kop bigint, out as_of timestamp, out eats boolean,
    out enough_till date, out outlasts boolean, out is_low boolean)
language plpgsql stable security definer as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    select p.account, case when v_visit.may_finance then b.balance_kop end, now() at time zone v_visit.time_zone
      into strict account, balance_kop, as_of
      from school.pupil p
      join ledger.account a on a.pupil_id = p.id
      join ledger.balance b on b.account_id = a.id
     where p.id = v_visit.pupil_id;
    if v_visit.may_finance then
        select o.day_kop is not null, o.enough_till, o.outlasts, o.is_low into eats, home.enough_till, home.outlasts, home.is_low
          from canteen.outlook(v_visit.pupil_id, as_of::date) o;
    end if;
    eats := coalesce(eats, false);
end $$;
comment on function cabinet.home is
    'One row about the child on show. The balance is that of this moment, and how long it lasts for meals is canteen.outlook(); NULL for those '
    'who may not see money. eats: meals cost something';

create function cabinet.home_books(p_token text)
returns table (books bigint, overdue bigint, due_day date, first_title text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
begin
    return query
    select count(*), count(*) filter (where b.due_day < v_today), min(b.due_day), (array_agg(b.title order by b.due_day, b.id))[1]
      from (select l.id, l.due_day, t.title
              from library.loan l
              join library.title t on t.id = l.title_id
             where l.pupil_id = v_visit.pupil_id and l.returned_at is null and l.lost_at is null and l.due_day <= v_today + library.soon_days()) b
    having count(*) > 0;
end $$;
comment on function cabinet.home_books is 'One row when books of the child are due within library.soon_days() or overdue: how many, the first day, its book';

-- ---- figures --------------------------------------------------------------------------------------------------------------

create type school.standing as (class_id bigint, grade integer, year_id bigint, term_id bigint, first_day date, last_day date, today date);
comment on type school.standing is 'Where a pupil is in the school year: class, its term (in the holidays the one before them), the local day';

create function school.standing(p_pupil bigint, p_now timestamp) returns school.standing language sql stable as $$
    select k.id, k.grade, k.year_id, t.id, t.first_day, t.last_day, p_now::date
      from (select school.class_on(p_pupil, p_now::date) as class_id) c
      left join school.class k on k.id = c.class_id
      left join school.term t on t.id = school.begun_term(k.id, p_now::date)
$$;
comment on function school.standing is 'One row; NULL what is not: no class, before the first term';

create function cabinet.home_figures(p_token text)
returns table (term_title text, has_ranks boolean, subjects integer, average integer, weighted integer, results integer,
    quality integer, success integer, level integer, class_results integer, class_quality integer, class_success integer,
    class_level integer, class_weighted integer, exam text, exam_done bigint, exam_tasks bigint, exam_average integer,
    lessons integer, missed integer, unexcused integer, unnamed integer, marks_as_of timestamp, is_marks_late boolean,
    ranks_as_of timestamp, is_ranks_late boolean, rolls_as_of timestamp, is_rolls_late boolean)
language plpgsql stable security definer rows 1 as $$
declare
    c_min_pupils constant int := 5;
    v_visit auth.visit := auth.resolve(p_token);
    v_at school.standing := school.standing(v_visit.pupil_id, now() at time zone v_visit.time_zone);
    v_marks timestamptz;
    v_ranks timestamptz;
    v_rolls timestamptz;
    v_days date[];   -- the latest days before today that had lessons
begin
    select d.at, d.marks_at into v_ranks, v_marks from school.rated d where d.school_id = v_visit.school_id;
    -- The job may not have seen yet what the pupil's own sums know.
    v_marks := greatest(v_marks, (select max(a.changed_at) from school.average a
                                   where a.pupil_id = v_visit.pupil_id and a.term_id = v_at.term_id and a.n > 0));
    v_rolls := (select l.roll_at from school.lesson l
                 where l.class_id = v_at.class_id and l.day between v_at.first_day and v_at.today and l.roll_at is not null
                 order by l.day desc, l.number desc limit 1);
    v_days := array(select distinct l.day from school.lesson l
                     where l.class_id = v_at.class_id and l.day between v_at.today - 14 and v_at.today - 1 and not l.is_cancelled
                     order by l.day desc limit 3);
    exam := case v_at.grade when 9 then 'ОГЭ' when 11 then 'ЕГЭ' end;

    term_title := (select t.title from school.term t where t.id = v_at.term_id);
    has_ranks := (select s.has_ranks from school.school s where s.id = v_visit.school_id);
    select o.subjects, o.average, o.weighted, (o.q).n, (o.q).quality, (o.q).success, (o.q).level
      into subjects, average, weighted, results, quality, success, level
      from (select count(r.weighted)::int as subjects, school.mean(sum(r.average), count(r.average)) as average,
                   school.mean(sum(r.weighted), count(r.weighted)) as weighted,
                   school.quality(count(*) filter (where r.value = '5'), count(*) filter (where r.value = '4'),
                       count(*) filter (where r.value = '3'), count(*) filter (where r.value = '2'),
                       count(*) filter (where r.value = '1'), count(*) filter (where r.value = 'н/а')) as q
              from school.results(v_visit.pupil_id, v_at.year_id, v_at.term_id) r) o;
    select (school.quality(g.n5, g.n4, g.n3, g.n2, g.n1, g.na)).*, case when g.ranked >= c_min_pupils then g.weighted end
      into class_results, class_quality, class_success, class_level, class_weighted
      from school.class_rating g
     where g.class_id = v_at.class_id and g.term_id = v_at.term_id and g.pupils >= c_min_pupils;
    if exam is not null then
        select count(s.n), count(*), school.hundredths(sum(s.points), sum(s.n)) into exam_done, exam_tasks, exam_average
          from school.exam_task t
          left join school.exam_score s on s.exam_task_id = t.id and s.pupil_id = v_visit.pupil_id and s.n > 0
         where t.exam = home_figures.exam
           and t.subject in (select o.subject from school.exam_score e join school.exam_task o on o.id = e.exam_task_id
                              where e.pupil_id = v_visit.pupil_id and e.n > 0 and o.exam = home_figures.exam);
    end if;
    select f.lessons, f.missed, f.unexcused, f.unnamed into lessons, missed, unexcused, unnamed
      from school.attendance_figures(v_visit.pupil_id, v_at.first_day, least(v_at.today, v_at.last_day)) f
     where f.lessons > 0;

    marks_as_of := v_marks at time zone v_visit.time_zone;
    is_marks_late := cardinality(v_days) = 3 and coalesce(marks_as_of::date < v_days[3], true);
    ranks_as_of := v_ranks at time zone v_visit.time_zone;
    is_ranks_late := coalesce(v_ranks < now() - interval '1 hour', true);
    rolls_as_of := v_rolls at time zone v_visit.time_zone;
    is_rolls_late := cardinality(v_days) > 0
        and not exists (select from school.lesson l where l.class_id = v_at.class_id and l.day between v_days[1] and v_at.today
                           and l.roll_at is not null);
    return next;
end $$;
comment on function cabinet.home_figures is
    'One row for the block «Статистика»: the pupil''s own figures as they are now, those of the class as the job saw them, and how '
    'fresh each source is. Averages in hundredths, shares in per cent; NULL: no data, never 0. Of fewer than five pupils nothing is told';

create function cabinet.home_places(p_token text)
returns table (scope text, title text, place integer, among integer, was integer, move integer, trend text, why text)
language plpgsql stable security definer rows 4 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_at school.standing := school.standing(v_visit.pupil_id, now() at time zone v_visit.time_zone);
    v_now school.rating;
    v_was school.place;
begin
    if not (select s.has_ranks from school.school s where s.id = v_visit.school_id) then
        return;
    end if;
    select r.* into v_now from school.rating r
     where r.pupil_id = v_visit.pupil_id and r.class_id = v_at.class_id and r.term_id = v_at.term_id;
    select h.* into v_was from school.place h
     where h.pupil_id = v_visit.pupil_id and h.day between v_at.first_day and v_at.today - 7
     order by h.day desc limit 1;
    return query
    select p.scope, p.title, p.place, p.among, case when p.place is not null then p.was end, coalesce(abs(p.was - p.place), 0),
           case when p.was > p.place then 'up' when p.was < p.place then 'down' when p.was = p.place then 'same' else '' end,
           case when p.place is not null or coalesce(v_now.subjects, 0) = 0 then ''
                when v_now.subjects < 3 then 'нужны оценки по трём предметам' else 'оценки меньше чем у пяти учеников' end
      from (values ('class', 'в классе', v_now.class_place, v_now.class_of, v_was.class_place),
                   ('parallel', 'в параллели', v_now.parallel_place, v_now.parallel_of, v_was.parallel_place),
                   ('school', 'в школе', v_now.school_place, v_now.school_of, v_was.school_place),
                   ('region', 'в крае', v_now.region_place, v_now.region_of, v_was.region_place))
               p(scope, title, place, among, was);
end $$;
comment on function cabinet.home_places is
    'Places in class, parallel, school, region with those of a week ago (of the same term). No rows where the school shows none; '
    'place NULL: none, why: in words, "" without marks. trend: up, down, same, "" when nothing is known of then';

create function cabinet.home_subjects(p_token text)
returns table (title text, n integer, average integer, weighted integer, final text, place bigint, among bigint, class_weighted integer)
language plpgsql stable security definer rows 15 as $$
declare
    c_min_pupils constant int := 5;
    v_visit auth.visit := auth.resolve(p_token);
    v_at school.standing := school.standing(v_visit.pupil_id, now() at time zone v_visit.time_zone);
    v_has_ranks boolean := (select s.has_ranks from school.school s where s.id = v_visit.school_id);
begin
    return query
    with score as (
        select a.subject_id, e.pupil_id, rank() over by_average as place, count(*) over (partition by a.subject_id) as among,
               (sum(school.hundredths(a.weighted, a.weight)) over (partition by a.subject_id)) as total
          from school.enrolment e
          join school.average a on a.pupil_id = e.pupil_id and a.term_id = v_at.term_id and a.weight > 0
         where e.class_id = v_at.class_id and e.first_day <= v_at.today and (e.last_day is null or e.last_day >= v_at.today)
        window by_average as (partition by a.subject_id order by school.hundredths(a.weighted, a.weight) desc)
    )
    select j.title, r.n, r.average, r.weighted, coalesce(r.final::text, ''),
           case when v_has_ranks and s.among >= c_min_pupils then s.place end, s.among,
           case when s.among >= c_min_pupils then school.mean(s.total::bigint, s.among) end
      from school.results(v_visit.pupil_id, v_at.year_id, v_at.term_id) r
      join school.subject j on j.id = r.subject_id
      left join score s on s.subject_id = r.subject_id and s.pupil_id = v_visit.pupil_id
     order by j.rank, j.title;
end $$;
comment on function cabinet.home_subjects is
    'Subjects of the term with the place in the class among those of today who have marks in it, and the class''s average; both NULL '
    'with fewer than five. A place is NULL too where the school shows none. As of now';

create function cabinet.home_history(p_token text, p_scope text)
returns table (day date, place integer, among integer, weighted integer)
language plpgsql stable security definer rows 60 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_at school.standing := school.standing(v_visit.pupil_id, now() at time zone v_visit.time_zone);
begin
    return query
    select d.day, d.place, d.among, d.weighted
      from (select h.day, o.place, o.among, h.weighted,
                   (o.place, o.among) is distinct from (lag(o.place) over by_day, lag(o.among) over by_day) as is_new
              from school.place h
             cross join lateral (values ('class', h.class_place, h.class_of), ('parallel', h.parallel_place, h.parallel_of),
                                        ('school', h.school_place, h.school_of), ('region', h.region_place, h.region_of))
                                    o(scope, place, among)
             where h.pupil_id = v_visit.pupil_id and h.day between v_at.first_day and v_at.today and o.scope = p_scope
            window by_day as (order by h.day)) d
     where d.is_new and d.place is not null
       and (select s.has_ranks from school.school s where s.id = v_visit.school_id)
     order by d.day;
end $$;
comment on function cabinet.home_history is
    'One''s places of the term by date, old to new, the days on which they changed; p_scope: class, parallel, school, region. At most a '
    'row a day of the term';

create function cabinet.home_exams(p_token text)
returns table (subject text, done bigint, tasks bigint, number smallint, title text, n integer, average integer)
language plpgsql stable security definer rows 60 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_at school.standing := school.standing(v_visit.pupil_id, now() at time zone v_visit.time_zone);
    v_exam text := case v_at.grade when 9 then 'ОГЭ' when 11 then 'ЕГЭ' end;
begin
    return query
    select t.subject, count(s.n) over (partition by t.subject), count(*) over (partition by t.subject), t.number, t.title,
           coalesce(s.n, 0), school.hundredths(s.points, s.n)
      from school.exam_task t
      left join school.exam_score s on s.exam_task_id = t.id and s.pupil_id = v_visit.pupil_id and s.n > 0
     where t.exam = v_exam
       and t.subject in (select o.subject from school.exam_score e join school.exam_task o on o.id = e.exam_task_id
                          where e.pupil_id = v_visit.pupil_id and e.n > 0 and o.exam = v_exam)
     order by t.subject, t.number
     limit 400;
end $$;
comment on function cabinet.home_exams is
    'Tasks of the exam of the grade (9: ОГЭ, 11: ЕГЭ), of the subjects in which any was trained: marks and their average, hundredths';

-- ---- what is new, what is to come -----------------------------------------------------------------------------------------

create function school.ahead(p_pupil bigint, p_class bigint, p_today date)
returns table (day date, kind text, subject text, what text)
language sql stable rows 12 as $$
    (select l.day, case when w.is_exam then 'exam' else 'work' end, j.title, concat_ws(': ', k.title, nullif(w.title, ''))
       from school.lesson l
       join school.work w on w.lesson_id = l.id
       join school.work_kind k on k.id = w.kind_id and (k.is_major or w.is_exam)
       join school.subject j on j.id = w.subject_id
      where l.class_id = p_class and l.day between p_today and p_today + 14 and not l.is_cancelled
        and school.attends(p_pupil, l.subgroup_id)
        and not exists (select from school.mark m where m.work_id = w.id and m.pupil_id = p_pupil and m.value is not null)
      order by l.day, l.number limit 5)
    union all
    (select l.day, 'homework', j.title, h.task
       from school.lesson l
       join school.homework h on h.lesson_id = l.id
       join school.subject j on j.id = l.subject_id
      where l.class_id = p_class and l.day between p_today + 1 and p_today + 7 and not l.is_cancelled
        and school.attends(p_pupil, l.subgroup_id)
        and not exists (select from school.homework_done d where d.homework_id = h.id and d.pupil_id = p_pupil)
      order by l.day, l.number limit 6)
    union all
    (select m.point_till, 'point', j.title, concat_ws(': ', k.title, nullif(w.title, ''))
       from school.mark m
       join school.work w on w.id = m.work_id
       join school.work_kind k on k.id = w.kind_id
       join school.subject j on j.id = m.subject_id
      where m.pupil_id = p_pupil and m.day between p_today - 60 and p_today and m.value = '.' and m.point_till >= p_today
      order by m.point_till limit 3)
$$;
comment on function school.ahead is
    'What a pupil should remember: important works of two weeks (work, exam), homework of a week not ticked as done, works to be handed in (point)';

create function cabinet.home_ahead(p_token text)
returns table (day date, kind text, subject text, what text)
language plpgsql stable security definer rows 12 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
begin
    return query
    select a.day, a.kind, a.subject, a.what
      from school.ahead(v_visit.pupil_id, school.class_on(v_visit.pupil_id, v_today), v_today) a
     order by a.day, a.kind = 'homework', a.subject;
end $$;
comment on function cabinet.home_ahead is 'School.ahead() of the child on show, by day';

create function cabinet.home_marks(p_token text)
returns table (at timestamp, day date, subject text, what text, weight smallint, value text, points smallint, old_value text,
    is_changed boolean)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
begin
    return query
    select m.set_at at time zone v_visit.time_zone, m.day, j.title, concat_ws(': ', k.title, nullif(w.title, '')), w.weight,
           coalesce(m.value::text, ''), m.points, coalesce(c.old_value::text, ''), c.id is not null
      from (select o.work_id, o.pupil_id, o.ordinal from school.mark o
             where o.pupil_id = v_visit.pupil_id and o.day between v_today - 14 and v_today + 1
             union
            select h.work_id, h.pupil_id, h.ordinal from school.mark_change h
             where h.pupil_id = v_visit.pupil_id and h.at > now() - interval '14 days') n
      join school.mark m on m.work_id = n.work_id and m.pupil_id = n.pupil_id and m.ordinal = n.ordinal
      join school.work w on w.id = m.work_id
      join school.work_kind k on k.id = w.kind_id
      join school.subject j on j.id = m.subject_id
      left join lateral (select h.id, h.old_value from school.mark_change h
                          where h.work_id = m.work_id and h.pupil_id = m.pupil_id and h.ordinal = m.ordinal
                          order by h.id desc limit 1) c on true
     where m.value is not null or c.id is not null
     order by m.set_at desc, m.day desc, m.work_id desc, m.ordinal
     limit 8;
end $$;
comment on function cabinet.home_marks is
    'The latest marks of two weeks and the latest changes of marks, newest first; a changed one with what it was before. value "": taken back';

create function cabinet.home_week(p_token text)
returns table (monday date, sunday date, lessons integer, marks bigint, average integer, missed integer, late integer, unnamed integer,
    unsigned_monday date, unsigned_sunday date)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_class bigint := school.class_on(v_visit.pupil_id, v_today);
    v_last date;
begin
    -- The week of the latest lessons: in the holidays the one before them.
    v_last := (select l.day from school.lesson l where l.class_id = v_class and l.day between v_today - 60 and v_today and not l.is_cancelled
                order by l.day desc limit 1);
    if v_last is null then
        return;
    end if;
    monday := date_trunc('week', v_last)::date;
    sunday := monday + 6;
    select count(m.points), school.hundredths(sum(m.points), count(m.points)) into marks, average
      from school.mark m where m.pupil_id = v_visit.pupil_id and m.day between monday and sunday;
    select f.lessons, f.missed, f.late into lessons, missed, late
      from school.attendance_figures(v_visit.pupil_id, monday, least(sunday, v_today)) f;
    unnamed := school.open_absences(v_visit.pupil_id, (school.excuse_window(v_today)).first_day);
    -- The last week that is over; on its weekend the present one.
    if v_visit.is_parent then
        unsigned_monday := date_trunc('week', (select l.day from school.lesson l
            where l.class_id = v_class and not l.is_cancelled and l.day >= v_today - 28
              and l.day <= case when extract(isodow from v_today) >= 6 then v_today else date_trunc('week', v_today)::date - 1 end
            order by l.day desc limit 1))::date;
        if exists (select from school.week_signature s where s.pupil_id = v_visit.pupil_id and s.monday = unsigned_monday) then
            unsigned_monday := null;
        end if;
        unsigned_sunday := unsigned_monday + 6;
    end if;
    return next;
end $$;
comment on function cabinet.home_week is
    'Итоги недели: marks of the week of the latest lessons and their average (hundredths), lessons missed; absences that the family may '
    'still explain; the last week that is over and nobody has signed (parents alone). No row when there were no lessons for two months';

create function cabinet.home_children(p_token text)
returns table (idn text, class_name text, school_name text, is_current boolean, lessons_today bigint, starts text, ahead_day date,
    ahead_kind text, ahead_subject text, mark text, points smallint, mark_subject text)
language plpgsql stable security definer rows 6 as $$
declare
    c_max_children constant int := 8;
    v_visit auth.visit := auth.resolve(p_token);
begin
    if (select count(*) from auth.access a where a.login_id = v_visit.login_id and a.barred_at is null) < 2 then
        return;
    end if;
    return query
    select p.idn::text, coalesce(k.name, ''), p.school_name, p.access_id = v_visit.access_id, o.lessons, to_char(o.starts, 'FMHH24:MI'), n.day, n.kind,
           n.subject, m.value::text, m.points, m.subject
      from (select a.id as access_id, u.id as pupil_id, u.idn, s.id as school_id, s.name as school_name, d.today,
                   school.class_on(u.id, d.today) as class_id
              from auth.access a
              join school.pupil u on u.id = a.pupil_id
              join school.school s on s.id = u.school_id
             cross join lateral (select (now() at time zone s.time_zone)::date as today) d
             where a.login_id = v_visit.login_id and a.barred_at is null
             order by a.id limit c_max_children) p
      left join school.class k on k.id = p.class_id
     cross join lateral (select count(*) as lessons, min(b.starts) as starts
                           from school.lesson l
                           left join school.bell b on b.bells_id = school.bells_on(p.school_id, p.today) and b.number = l.number
                          where l.class_id = p.class_id and l.day = p.today and not l.is_cancelled
                            and school.attends(p.pupil_id, l.subgroup_id)) o
      left join lateral (select h.day, h.kind, h.subject from school.ahead(p.pupil_id, p.class_id, p.today) h
                          order by h.day, h.kind = 'homework', h.subject limit 1) n on true
      left join lateral (select r.value, r.points, j.title as subject, r.day, r.set_at, r.work_id
                           from school.mark r join school.subject j on j.id = r.subject_id
                          where r.pupil_id = p.pupil_id and r.day between p.today - 60 and p.today and r.value is not null
                            and r.value <> '.'
                          order by r.day desc, r.set_at desc, r.work_id desc limit 3) m on true
     order by p.access_id, m.day desc, m.set_at desc, m.work_id desc;
end $$;
comment on function cabinet.home_children is
    'The children of the login when it has several, each with the lessons of today, what comes next and up to three latest marks (a row '
    'each, mark NULL: none). Eight children at most';

create function cabinet.home_now(p_token text)
returns table (now_kind text, now_title text, now_room text, now_number smallint, now_starts timestamp, now_ends timestamp,
    now_left integer, now_till date, next_day date, next_starts text, next_title text, next_is_tomorrow boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select n.now_kind, n.now_title, n.now_room, n.now_number, n.now_starts, n.now_ends, n.now_left, n.now_till, n.next_day,
           n.next_starts, n.next_title, n.next_is_tomorrow
      from school.now_next(v_visit.pupil_id, now() at time zone v_visit.time_zone) n;
end $$;
comment on function cabinet.home_now is 'School.now_next() of the child on show';

create function cabinet.home_appeals(p_token text) returns table (unread_appeals bigint, unread_id bigint, unread_subject text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select count(*), max(a.id), max(a.subject)
      from auth.access x join appeal.appeal a on a.access_id = x.id and a.is_unread
     where x.login_id = v_visit.login_id and x.mode = 'parent' and x.barred_at is null;
end $$;
comment on function cabinet.home_appeals is 'One row: how many appeals of the login have an answer that nobody opened, and the one if it is one';

-- ---- announcements, contacts ----------------------------------------------------------------------------------------------

create function cabinet.home_announcements(p_token text, p_limit integer, p_before bigint)
returns table (id bigint, published timestamp, title text, body text, is_pinned boolean)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select a.id, a.published_at at time zone v_visit.time_zone, a.title, a.body, a.is_pinned
      from site.announcement a
     where a.school_id = v_visit.school_id and (a.class_id is null or a.class_id = v_visit.class_id)
       and a.published_at <= now() and (a.visible_until is null or a.visible_until > now())
       and (p_before is null
            or (a.is_pinned, a.published_at, a.id) < (select b.is_pinned, b.published_at, b.id
                                                        from site.announcement b
                                                       where b.id = p_before and b.school_id = v_visit.school_id
                                                         and (b.class_id is null or b.class_id = v_visit.class_id)
                                                         and b.published_at <= now()))
     order by a.is_pinned desc, a.published_at desc, a.id desc
     limit least(p_limit, 100);
end $$;
comment on function cabinet.home_announcements is 'Of the child''s school and class: pinned ones first, then new to old; those that follow p_before, unless it is NULL; none when it was never theirs';

create function cabinet.home_contacts(p_token text)
returns table (subject text, phone text, email text, hours text)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select c.subject, c.phone, c.email, c.hours
      from site.contact c
     where c.school_id = v_visit.school_id or c.school_id is null
     order by c.school_id is null, c.rank;
end $$;
comment on function cabinet.home_contacts is 'Whom to call about what: the school''s own first';

grant execute on function
    cabinet.home(text),
    cabinet.home_books(text),
    cabinet.home_figures(text),
    cabinet.home_places(text),
    cabinet.home_subjects(text),
    cabinet.home_history(text, text),
    cabinet.home_exams(text),
    cabinet.home_ahead(text),
    cabinet.home_marks(text),
    cabinet.home_week(text),
    cabinet.home_children(text),
    cabinet.home_now(text),
    cabinet.home_appeals(text),
    cabinet.home_announcements(text, integer, bigint),
    cabinet.home_contacts(text) to kabinet_home;

commit;
