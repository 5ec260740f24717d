-- Deploy kabinet:api/attendance to pg
-- requires: api/login
-- requires: tables/study

-- What /attendance asks: the term's days, figures and lines of the child on show, and the excuses of its family. What a figure is
-- stands in tables/study (school.attendance_figures): the first page and the desks read the same.

begin;

call auth.add_program('attendance', 'Attendance and excuses');
set local role kabinet_owner;

create function school.terms_of(p_pupil bigint)
returns table (term_id bigint, title text, year_title text, first_day date, last_day date)
language sql stable rows 8 as $$
    select distinct t.id, t.title, extract(year from y.first_day) || '/' || to_char(y.last_day, 'YY'), t.first_day, t.last_day
      from school.enrolment e
      join school.class k on k.id = e.class_id
      join school.year y on y.id = k.year_id
      join school.term t on t.year_id = k.year_id and t.grades @> k.grade::integer
       and t.last_day >= e.first_day and (e.last_day is null or t.first_day <= e.last_day)
     where e.pupil_id = p_pupil
$$;
comment on function school.terms_of is 'The terms in which a pupil was at this school or another one of ours';

create type school.attendance_period as (term_id bigint, title text, year_title text, first_day date, last_day date, today date);
comment on type school.attendance_period is 'The term on show, and what day it is there';

create function school.attendance_period(p_visit auth.visit, p_term bigint, p_day date) returns school.attendance_period
language plpgsql stable as $$
declare
    v_today date := pg_catalog.timezone((p_visit).time_zone, pg_catalog.now())::date;
    v_period school.attendance_period;
begin
    select t.term_id, t.title, t.year_title, t.first_day, t.last_day, v_today into v_period
      from school.terms_of((p_visit).pupil_id) t
     where p_term is null or t.term_id = p_term
     order by coalesce(p_day, v_today) between t.first_day and t.last_day desc, t.first_day <= coalesce(p_day, v_today) desc,
              abs(t.first_day - coalesce(p_day, v_today))
     limit 1;
    if p_term is not null and v_period.term_id is null then
        raise exception 'no such term' using errcode = 'KB404';
    end if;
    v_period.today := v_today;
    return v_period;
end $$;
comment on function school.attendance_period is
    'The term asked for (KB404 when the child has none such), or that of the day, or the last one begun; NULLs when there is '
    'no term';

create function cabinet.attendance_terms(p_token text)
returns table (term_id bigint, title text, year_title text, first_day date, last_day date)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select t.term_id, t.title, t.year_title, t.first_day, t.last_day
      from school.terms_of(v_visit.pupil_id) t
     where t.first_day <= pg_catalog.timezone(v_visit.time_zone, pg_catalog.now())::date
     order by t.first_day desc
     limit 8;
end $$;
comment on function cabinet.attendance_terms is 'Terms that have begun, the latest first';

create function cabinet.attendance_summary(p_token text, p_term bigint, p_day date)
returns table (term_id bigint, term_title text, year_title text, first_day date, last_day date, today date, lessons bigint,
    missed bigint, ill bigint, excused bigint, unexcused bigint, unnamed bigint, late bigint, late_minutes bigint,
    left_early bigint,
    missed_days bigint, whole_days bigint, ill_days bigint, excused_days bigint, unexcused_days bigint, unnamed_days bigint,
    share text, share_floor smallint, is_low boolean, open_lessons integer, waiting bigint, as_of timestamp)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_period school.attendance_period := school.attendance_period(v_visit, p_term, p_day);
    v_floor smallint := (select s.presence_floor from school.school s where s.id = v_visit.school_id);
begin
    return query
    with line as (
        select l.day, a.scope, a.reason, a.minutes
          from school.lessons_of(v_visit.pupil_id, v_period.first_day, v_period.last_day) l
          left join (select t.lesson_id, t.minutes, c.scope, c.reason
                       from school.attendance t join school.attendance_code c on c.id = t.code_id
                      where t.pupil_id = v_visit.pupil_id and t.day between v_period.first_day and v_period.last_day) a
            on a.lesson_id = l.lesson_id
         where l.has_roll),
    per_day as (
        select n.day, count(*) as lessons, count(*) filter (where n.scope = 'absent') as missed,
               count(*) filter (where n.scope = 'absent' and n.reason = 'ill') as ill,
               count(*) filter (where n.scope = 'absent' and n.reason = 'excused') as excused,
               count(*) filter (where n.scope = 'absent' and n.reason = 'unexcused') as unexcused,
               count(*) filter (where n.scope = 'absent' and n.reason = 'none') as unnamed,
               count(*) filter (where n.scope = 'late') as late,
               sum(n.minutes) filter (where n.scope = 'late') as late_minutes,
               count(*) filter (where n.scope = 'left') as left_early
          from line n
         group by n.day),
    term as (
        select coalesce(sum(d.lessons), 0)::bigint as lessons, coalesce(sum(d.missed), 0)::bigint as missed,
               coalesce(sum(d.ill), 0)::bigint as ill, coalesce(sum(d.excused), 0)::bigint as excused,
               coalesce(sum(d.unexcused), 0)::bigint as unexcused, coalesce(sum(d.unnamed), 0)::bigint as unnamed,
               coalesce(sum(d.late), 0)::bigint as late, coalesce(sum(d.late_minutes), 0)::bigint as late_minutes,
               coalesce(sum(d.left_early), 0)::bigint as left_early,
               count(*) filter (where d.missed > 0) as missed_days, count(*) filter (where d.missed = d.lessons) as whole_days,
               count(*) filter (where d.ill > 0) as ill_days, count(*) filter (where d.excused > 0) as excused_days,
               count(*) filter (where d.unexcused > 0) as unexcused_days, count(*) filter (where d.unnamed > 0) as unnamed_days
          from per_day d)
    select v_period.term_id, v_period.title, v_period.year_title, v_period.first_day, v_period.last_day, v_period.today,
           t.lessons, t.missed, t.ill, t.excused, t.unexcused, t.unnamed, t.late, t.late_minutes, t.left_early, t.missed_days,
           t.whole_days, t.ill_days, t.excused_days, t.unexcused_days, t.unnamed_days,
           replace(to_char(school.share_of(t.lessons, t.missed), 'FM990.0'), '.', ','), v_floor,
           coalesce(school.share_of(t.lessons, t.missed) < v_floor, false),
           school.open_absences(v_visit.pupil_id, (select y.first_day from school.class k join school.year y on y.id = k.year_id
                                                    where k.id = v_visit.class_id)),
           (select count(*) from school.excuse e where e.pupil_id = v_visit.pupil_id and e.state = 'sent'),
           pg_catalog.timezone(v_visit.time_zone, pg_catalog.now())
      from term t;
end $$;
comment on function cabinet.attendance_summary is
    'One row about a term: lessons and days missed by reason, lateness, the share of presence. missed_days: with a lesson '
    'missed, whole_days: with all of them missed; open_lessons: of the year, school.open_absences(); term_id is NULL without a term';

create function cabinet.attendance_days(p_token text, p_term bigint, p_day date)
returns table (day date, monday date, week_label text, weekday integer, label text, lessons bigint, rolls bigint,
    missed bigint, late bigint,
    unnamed bigint, week_lessons bigint, week_missed bigint, week_share text, week_percent integer, state text, title text,
    is_announced boolean)
language plpgsql stable security definer rows 60 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_period school.attendance_period := school.attendance_period(v_visit, p_term, p_day);
    v_monday date := v_period.first_day - extract(isodow from v_period.first_day)::integer + 1;
    v_sunday date := v_period.last_day - extract(isodow from v_period.last_day)::integer + 7;
begin
    return query
    with per_day as (
        select l.day, count(*) as lessons, count(*) filter (where l.has_roll) as rolls,
               count(*) filter (where l.has_roll and a.scope = 'absent') as missed,
               count(*) filter (where l.has_roll and a.scope in ('late', 'left')) as late,
               count(*) filter (where l.has_roll and a.scope = 'absent' and a.reason = 'none') as unnamed
          from school.lessons_of(v_visit.pupil_id, v_period.first_day, v_period.last_day) l
          left join (select t.lesson_id, c.scope, c.reason
                       from school.attendance t join school.attendance_code c on c.id = t.code_id
                      where t.pupil_id = v_visit.pupil_id and t.day between v_period.first_day and v_period.last_day) a
            on a.lesson_id = l.lesson_id
         group by l.day),
    per_week as (
        select w.monday, sum(w.rolls)::bigint as rolls, sum(w.missed)::bigint as missed,
               school.share_of(sum(w.rolls)::bigint, sum(w.missed)::bigint) as share
          from (select d.day - extract(isodow from d.day)::integer + 1 as monday, d.rolls, d.missed from per_day d) w
         group by w.monday)
    select c.day, c.day - c.weekday + 1, to_char(c.day - c.weekday + 1, 'DD.MM'), c.weekday,
           -- A narrow cell may break it before the month.
           to_char(c.day, case when c.day = v_period.first_day or extract(day from c.day) = 1 then E'DD\u200b.MM' else 'FMDD' end),
           coalesce(p.lessons, 0), coalesce(p.rolls, 0), coalesce(p.missed, 0),
           coalesce(p.late, 0), coalesce(p.unnamed, 0), coalesce(w.rolls, 0), coalesce(w.missed, 0),
           coalesce(replace(to_char(w.share, 'FM990.0'), '.', ','), ''), coalesce(trunc(w.share), 0)::integer,
           case when c.day not between v_period.first_day and v_period.last_day then 'outside'
                when p.lessons is null then 'none' when c.day > v_period.today then 'future' when p.rolls = 0 then 'unknown'
                when p.missed = p.rolls then 'absent' when p.missed > 0 then 'partly' when p.late > 0 then 'late'
                else 'present' end,
           coalesce(o.title, ''), e.day is not null
      from (select s.day, extract(isodow from s.day)::integer as weekday
              from (select v_monday + n.n as day from generate_series(0, v_sunday - v_monday) n(n)) s) c
      left join per_day p on p.day = c.day
      left join per_week w on w.monday = c.day - c.weekday + 1
      left join school.day_off o on o.school_id = v_visit.school_id and o.day = c.day
      left join lateral (select x.first_day as day from school.excuse x
                          where x.pupil_id = v_visit.pupil_id and x.kind = 'absence' and x.state in ('sent', 'accepted')
                            and c.day between x.first_day and x.last_day and c.day > v_period.today
                          limit 1) e on true
     where c.weekday < 7 or exists (select from per_day s where extract(isodow from s.day) = 7)
     order by c.day;
end $$;
comment on function cabinet.attendance_days is
    'The days of the weeks of a term, Sundays only when some have lessons. state: outside (the term), none (no lessons), '
    'future, unknown (no roll yet), absent (all lessons with '
    'a roll missed), partly, late (or left early), present. week_…: of the lessons with a roll of its week';

create function cabinet.attendance_subjects(p_token text, p_term bigint, p_day date)
returns table (subject text, lessons bigint, missed bigint, with_reason bigint, without_reason bigint, late bigint, share text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_period school.attendance_period := school.attendance_period(v_visit, p_term, p_day);
begin
    return query
    select s.title, count(*), count(*) filter (where a.scope = 'absent'),
           count(*) filter (where a.scope = 'absent' and a.reason in ('ill', 'excused')),
           count(*) filter (where a.scope = 'absent' and a.reason in ('unexcused', 'none')),
           count(*) filter (where a.scope in ('late', 'left')),
           replace(to_char(school.share_of(count(*), count(*) filter (where a.scope = 'absent')), 'FM990.0'), '.', ',')
      from school.lessons_of(v_visit.pupil_id, v_period.first_day, v_period.last_day) l
      join school.subject s on s.id = l.subject_id
      left join (select t.lesson_id, c.scope, c.reason
                   from school.attendance t join school.attendance_code c on c.id = t.code_id
                  where t.pupil_id = v_visit.pupil_id and t.day between v_period.first_day and v_period.last_day) a
        on a.lesson_id = l.lesson_id
     where l.has_roll
     group by s.id, s.title, s.rank
     order by 3 desc, s.rank, s.title;
end $$;
comment on function cabinet.attendance_subjects is 'The term by subject, the most missed first';

create function cabinet.attendance_missed(p_token text, p_term bigint, p_day date, p_limit integer)
returns table (day date, number smallint, subject text, scope text, reason text, code_title text, minutes smallint,
    may_excuse boolean, is_waiting boolean, excuse_kind text)
language plpgsql stable security definer rows 60 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_period school.attendance_period := school.attendance_period(v_visit, p_term, p_day);
    v_oldest date := (select w.first_day from school.excuse_window(v_period.today) w);
begin
    return query
    select a.day, l.number, s.title, c.scope::text, c.reason::text, c.title, a.minutes,
           v_visit.is_parent and c.reason in ('none', 'unexcused') and a.day between v_oldest and v_period.today
               and e.state is null,
           e.state is not null,
           case c.scope when 'absent' then 'absence' when 'late' then 'late' else 'early' end
      from school.attendance a
      join school.attendance_code c on c.id = a.code_id
      join school.lesson l on l.id = a.lesson_id and l.roll_at is not null and not l.is_cancelled
      join school.subject s on s.id = a.subject_id
      left join lateral (select x.state from school.excuse x
                          where x.pupil_id = v_visit.pupil_id and x.state = 'sent'
                            and school.excused_scope(x.kind) = c.scope and a.day between x.first_day and x.last_day
                          limit 1) e on true
     where a.pupil_id = v_visit.pupil_id and a.day between v_period.first_day and v_period.last_day
       and school.attends(v_visit.pupil_id, l.subgroup_id)
     order by a.day desc, l.number
     limit greatest(least(p_limit, 2000), 1);
end $$;
comment on function cabinet.attendance_missed is
    'What the journal says of a term, newest day first. may_excuse: a parent may still explain it; is_waiting: has explained it';

create function cabinet.attendance_day(p_token text, p_day date)
returns table (day date, number smallint, starts text, ends text, subject text, scope text, reason text, code_title text,
    minutes smallint, has_roll boolean)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_day date := coalesce(p_day, pg_catalog.timezone(v_visit.time_zone, pg_catalog.now())::date);
    v_bells bigint := school.bells_on(v_visit.school_id, v_day);
begin
    return query
    select v_day, l.number, to_char(b.starts, 'HH24:MI'), to_char(b.ends, 'HH24:MI'), s.title, coalesce(c.scope::text, ''),
           coalesce(c.reason::text, ''),
           coalesce(c.title, ''), a.minutes, l.has_roll
      from school.lessons_of(v_visit.pupil_id, v_day, v_day) l
      join school.subject s on s.id = l.subject_id
      left join school.bell b on b.bells_id = v_bells and b.number = l.number
      left join school.attendance a on a.lesson_id = l.lesson_id and a.pupil_id = v_visit.pupil_id and l.has_roll
      left join school.attendance_code c on c.id = a.code_id
     order by l.number, l.lesson_id;
end $$;
comment on function cabinet.attendance_day is
    'The lessons of a day, today''s by default, and whether the child was there; an empty scope with a roll: was';

create function cabinet.attendance_lessons(p_token text, p_term bigint)
returns table (day date, number smallint, subject text, scope text, reason text, code_title text, minutes smallint)
language plpgsql stable security definer rows 300 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_period school.attendance_period := school.attendance_period(v_visit, p_term, null);
begin
    return query
    select l.day, l.number, s.title, coalesce(a.scope, ''), coalesce(a.reason, ''), coalesce(a.title, ''), a.minutes
      from school.lessons_of(v_visit.pupil_id, v_period.first_day, v_period.last_day) l
      join school.subject s on s.id = l.subject_id
      left join (select t.lesson_id, t.minutes, c.title, c.scope::text, c.reason::text
                   from school.attendance t join school.attendance_code c on c.id = t.code_id
                  where t.pupil_id = v_visit.pupil_id and t.day between v_period.first_day and v_period.last_day) a
        on a.lesson_id = l.lesson_id
     where l.has_roll
     order by l.day, l.number, l.lesson_id
     limit 5000;
end $$;
comment on function cabinet.attendance_lessons is
    'Every lesson of a term whose roll was taken, for the export: the share of presence can be counted again';

-- ---- excuses --------------------------------------------------------------------------------------------------------------

create function cabinet.attendance_excuses(p_token text, p_limit integer)
returns table (excuse_id bigint, kind text, reason text, first_day date, last_day date, body text, file_name text,
    is_ahead boolean,
    state text, sent_at timestamp, decided_at timestamp, answer text, may_withdraw boolean)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select e.id, e.kind::text, e.reason::text, e.first_day, e.last_day, e.body, coalesce(f.name, ''), e.is_ahead, e.state::text,
           pg_catalog.timezone(v_visit.time_zone, e.sent_at), pg_catalog.timezone(v_visit.time_zone, e.decided_at), e.answer,
           v_visit.is_parent and e.state = 'sent' and e.access_id = v_visit.access_id
      from school.excuse e
      left join site.file f on f.id = e.file_id
     where e.pupil_id = v_visit.pupil_id
     order by e.first_day desc, e.id desc
     limit greatest(least(p_limit, 100), 1);
end $$;
comment on function cabinet.attendance_excuses is
    'What the family said, whichever adult did; who sent one may withdraw it while nobody decided';

create function cabinet.attendance_excuse_form(p_token text)
returns table (today date, min_day date, max_day date, class_name text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_today date := pg_catalog.timezone(v_visit.time_zone, pg_catalog.now())::date;
begin
    return query
    select v_today, w.first_day, w.last_day, coalesce(k.name, '')
      from school.excuse_window(v_today) w
      left join school.class k on k.id = v_visit.class_id;
end $$;
comment on function cabinet.attendance_excuse_form is 'One row: the days that an excuse may be about. KB403 for a pupil';

create function school.check_excuse(p_visit auth.visit, p_kind school.excuse_kind, p_first date, p_last date) returns void
language plpgsql stable as $$
declare
    v_today date := pg_catalog.timezone((p_visit).time_zone, pg_catalog.now())::date;
    v_min date;
    v_max date;
    v_other school.excuse;
begin
    select w.first_day, w.last_day into v_min, v_max from school.excuse_window(v_today) w;
    if p_last < p_first then
        raise exception 'Последний день раньше первого.' using errcode = 'KB422';
    elsif p_first < v_min then
        raise exception 'Объяснить можно дни не раньше %. О прежних скажите классному руководителю.', to_char(v_min, 'DD.MM.YYYY')
            using errcode = 'KB422';
    elsif p_last > v_max then
        raise exception 'Предупредить можно не дальше чем до %.', to_char(v_max, 'DD.MM.YYYY') using errcode = 'KB422';
    elsif p_kind <> 'absence' and p_first <> p_last then
        raise exception 'Опоздание и ранний уход — это один день: первый и последний день должны совпадать.'
            using errcode = 'KB422';
    end if;
    select e.* into v_other
      from school.excuse e
     where e.pupil_id = (p_visit).pupil_id and e.kind = p_kind and e.state in ('sent', 'accepted')
       and e.first_day <= p_last and e.last_day >= p_first
     order by e.first_day
     limit 1;
    if found then
        raise exception 'На дни с % по % уже есть такое объяснение, оно %. Выберите другие дни%.',
            to_char(v_other.first_day, 'DD.MM.YYYY'), to_char(v_other.last_day, 'DD.MM.YYYY'),
            case v_other.state when 'sent' then 'ждёт ответа' else 'принято' end,
            case v_other.state when 'sent' then ' или отзовите то' else '' end
            using errcode = 'KB422';
    end if;
    -- Days that are over and whose rolls were all taken: is there anything to explain?
    if p_last < v_today
       and not exists (select from school.attendance a join school.attendance_code c on c.id = a.code_id
                        where a.pupil_id = (p_visit).pupil_id and a.day between p_first and p_last
                          and c.scope = school.excused_scope(p_kind) and c.reason in ('none', 'unexcused'))
       and not exists (select from school.lessons_of((p_visit).pupil_id, p_first, p_last) l where not l.has_roll) then
        raise exception 'За эти дни в журнале нет %, которые нужно объяснять.',
            case p_kind when 'absence' then 'пропусков' when 'late' then 'опозданий' else 'ранних уходов' end
            using errcode = 'KB422';
    end if;
end $$;
comment on function school.check_excuse is 'KB422 in words when a family cannot say that about these days';

create function cabinet.attendance_excuse(p_token text, p_key uuid, p_kind text, p_reason text, p_first date, p_last date,
    p_body text, p_file_name text, p_file_type text, p_file bytea) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_now timestamp := now() at time zone v_visit.time_zone;
    v_begins time;
    v_file uuid;
begin
    if not site.once('login ' || v_visit.login_id || ' excuse', p_key,
        concat_ws('|', v_visit.pupil_id, p_kind, p_reason, p_first, p_last, p_body, p_file_name, md5(p_file))) then
        return;
    end if;
    -- Both parents at once: the second one is told what the first one said.
    perform from school.pupil p where p.id = v_visit.pupil_id for no key update;
    -- Sent and withdrawn over and over, with a file each time, it would fill the disk.
    if (select count(*) from school.excuse e where e.pupil_id = v_visit.pupil_id and e.sent_at > now() - interval '1 day') >= 10 then
        raise exception 'За сутки можно отправить 10 объяснений. Остальные — завтра или через классного руководителя.'
            using errcode = 'KB422';
    end if;
    perform school.check_excuse(v_visit, p_kind::school.excuse_kind, p_first, p_last);
    -- Announced means: before the first bell of the first day. Without lessons in sight the day's first bell counts.
    select coalesce(min(b.starts) filter (where l.number is not null), min(b.starts), time '00:00') into v_begins
      from school.bell b
      left join school.lessons_of(v_visit.pupil_id, p_first, p_first) l on l.number = b.number
     where b.bells_id = school.bells_on(v_visit.school_id, p_first);
    if p_file is not null then
        v_file := site.keep_file(v_visit.school_id, p_file_name, p_file_type, p_file);
    end if;
    insert into school.excuse (pupil_id, access_id, kind, reason, first_day, last_day, body, file_id, is_ahead)
    values (v_visit.pupil_id, v_visit.access_id, p_kind::school.excuse_kind, p_reason::school.absence_reason, p_first, p_last,
            p_body, v_file, v_now < p_first + v_begins);
    perform auth.note(v_visit.login_id, v_visit.access_id, 'excuse-send');
end $$;
comment on function cabinet.attendance_excuse is
    'A family explains or announces an absence, lateness or early leaving; the same form again changes nothing. KB403 for a '
    'pupil';

create function cabinet.attendance_withdraw(p_token text, p_excuse bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_state school.excuse_state;
begin
    select e.state into v_state from school.excuse e
     where e.id = p_excuse and e.pupil_id = v_visit.pupil_id and e.access_id = v_visit.access_id
       for update;
    if not found then
        raise exception 'no such excuse' using errcode = 'KB404';
    elsif v_state in ('accepted', 'rejected') then
        raise exception 'decided already' using errcode = 'KB409';
    elsif v_state = 'sent' then
        update school.excuse e set state = 'withdrawn' where e.id = p_excuse;
        perform auth.note(v_visit.login_id, v_visit.access_id, 'excuse-withdraw');
    end if;
end $$;
comment on function cabinet.attendance_withdraw is 'Who sent an excuse takes it back; KB409 when the tutor has decided meanwhile';

create function cabinet.attendance_file(p_token text, p_excuse bigint)
returns table (name text, type text, bytes bytea)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select f.name, f.type, f.bytes
      from school.excuse e join site.file f on f.id = e.file_id
     where e.id = p_excuse and e.pupil_id = v_visit.pupil_id;
    if not found then
        raise exception 'no such file' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.attendance_file is
    'The file of an excuse of the child on show; KB404 when it is another''s or there is none';

grant execute on function
    cabinet.attendance_terms(text), cabinet.attendance_summary(text, bigint, date), cabinet.attendance_days(text, bigint, date),
    cabinet.attendance_subjects(text, bigint, date), cabinet.attendance_missed(text, bigint, date, integer),
    cabinet.attendance_day(text, date), cabinet.attendance_lessons(text, bigint), cabinet.attendance_excuses(text, integer),
    cabinet.attendance_excuse_form(text),
    cabinet.attendance_excuse(text, uuid, text, text, date, date, text, text, text, bytea),
    cabinet.attendance_withdraw(text, bigint), cabinet.attendance_file(text, bigint) to kabinet_attendance;

commit;
