-- Deploy kabinet:api/timetable to pg
-- requires: api/settings
-- requires: tables/study
-- requires: tables/library

-- What /timetable and the feeds of calendars ask: lessons with substitutions merged in, bells, events, holidays. Teachers have no
-- names in the cabinet, so «замена учителя» is all that is said of one.

begin;

call auth.add_program('timetable', 'The timetable and its iCal subscriptions');
set local role kabinet_owner;

create function school.calendar_days(p_pupil bigint, p_first date, p_last date)
returns table (day date, class_id bigint, school_id bigint, kind text, title text, bells_id bigint, is_shortened boolean,
    bells_title text)
language sql stable as $$
    select d.day, e.class_id, p.school_id,
           case when o.day is not null then 'off' when t.id is null then 'holidays'
                when extract(isodow from d.day) = 7 then 'weekend' else 'school' end,
           case when o.day is not null then o.title when t.id is null then school.holidays_title(p.school_id, k.grade, d.day)
               else '' end,
           b.id, not b.is_default, b.title
      from (select g::date as day from generate_series(greatest(p_first, '1900-01-01')::timestamp,
                                                         least(p_last, '2199-12-31')::timestamp, interval '1 day') g) d
      join school.pupil p on p.id = p_pupil
      left join school.enrolment e on e.pupil_id = p_pupil and d.day >= e.first_day and (e.last_day is null
          or d.day <= e.last_day)
      left join school.class k on k.id = coalesce(e.class_id, p.class_id)
      left join school.day_off o on o.school_id = p.school_id and o.day = d.day
      left join school.term t on t.school_id = p.school_id and t.grades @> k.grade::int
          and d.day between t.first_day and t.last_day
      left join school.bells b on b.id = school.bells_on(p.school_id, d.day)
$$;
comment on function school.calendar_days is
    'What each day is for a pupil. From 1900 to 2199. kind: school, weekend (Sunday), off (of school.day_off), holidays; '
    'class_id NULL: was in no class';

create function school.calendar_items(p_pupil bigint, p_first date, p_last date)
returns table (uid text, kind text, kind_title text, day date, last_day date, starts time, ends time, title text, place text,
               is_cancelled boolean, revision integer, changed_at timestamptz)
language plpgsql stable rows 20 as $$
declare
    v_school bigint;
    v_grade integer;
begin
    select p.school_id, k.grade into v_school, v_grade
      from school.pupil p left join school.class k on k.id = coalesce(school.class_on(p_pupil, p_last), school.class_on(p_pupil,
          p_first), p.class_id)
     where p.id = p_pupil;
    return query
    select 'event-' || e.id, e.kind::text,
           case e.kind when 'event' then 'Мероприятие' when 'excursion' then 'Экскурсия' when 'exam' then 'Экзамен' when 'meeting'
               then 'Собрание' end,
           e.day, e.last_day, e.starts, e.ends, e.title, e.place, e.is_cancelled, e.revision, e.changed_at
      from school.event e
     where e.school_id = v_school and e.day between p_first - 60 and p_last and e.last_day >= p_first
       and (e.class_id is null or exists (select from school.enrolment n where n.pupil_id = p_pupil and n.class_id = e.class_id
                and n.first_day <= e.last_day and (n.last_day is null or n.last_day >= e.day)))
    union all
    select 'work-' || w.id, 'work', k.title, l.day, l.day, b.starts, b.ends, concat_ws(': ', j.title, nullif(w.title, '')),
        school.room_words(l.room),
           l.is_cancelled, l.revision::integer, l.changed_at
      from school.enrolment n
      join school.lesson l on l.class_id = n.class_id and l.day between greatest(p_first, n.first_day) and least(p_last,
          n.last_day)
       and school.attends(p_pupil, l.subgroup_id)
      join school.work w on w.lesson_id = l.id
      join school.work_kind k on k.id = w.kind_id and (k.is_major or w.is_exam)
      join school.subject j on j.id = l.subject_id
      left join school.bell b on b.bells_id = school.bells_on(v_school, l.day) and b.number = l.number
     where n.pupil_id = p_pupil and n.first_day <= p_last and (n.last_day is null or n.last_day >= p_first)
    union all
    select 'off-' || min(o.day), 'off', 'Нет уроков', min(o.day), max(o.day), null::time, null::time, o.title, '', false, 0,
           min(o.day)::timestamptz
      from (select d.day, d.title, d.day - row_number() over (partition by d.title order by d.day)::integer as run
              from school.day_off d
             where d.school_id = v_school and d.day between p_first - 31 and p_last + 31
               and exists (select from school.term t where t.school_id = v_school and t.grades @> v_grade
                              and d.day between t.first_day and t.last_day)) o
     group by o.title, o.run
    having max(o.day) >= p_first and min(o.day) <= p_last
    union all
    select 'bells-' || d.day, 'shortened', 'Другие звонки', d.day, d.day, null, null, b.title, '', false, 0, d.day::timestamptz
      from school.bell_day d join school.bells b on b.id = d.bells_id and not b.is_default
     where d.school_id = v_school and d.day between p_first and p_last
    union all
    select 'holidays-' || h.day, 'holidays', 'Каникулы', h.day, h.last_day, null, null, school.holidays_title(v_school, v_grade,
        h.day), '',
           false, 0, h.day::timestamptz
      from (select t.last_day + 1 as day, lead(t.first_day) over (order by t.first_day) - 1 as last_day
              from school.term t where t.school_id = v_school and t.grades @> v_grade) h
     where h.day <= p_last and h.last_day >= greatest(p_first, h.day);
end $$;
comment on function school.calendar_items is
    'What the calendar shows besides lessons, that touches those days: events of school and class, important works (kind work), '
    'days off, '
    'other bells (shortened), holidays. uid stays the same for ever; starts NULL: the whole day';

create function school.first_day(p_day date, p_days integer, p_today date) returns date language sql immutable as $$
    -- On Sunday the week to come is of more use than the one that is over.
    select case when p_days = 1 then d.day else d.day - (extract(isodow from d.day)::integer - 1) end
      from (select coalesce(p_day, p_today + (p_days > 1 and extract(isodow from p_today) = 7)::integer) as day) d
$$;
comment on function school.first_day is
    'Where the page of that day (NULL: of today) begins: with the day itself, or the Monday of its week';

create function cabinet.timetable_week(p_token text, p_day date, p_days integer)
returns table (day date, is_today boolean, is_over boolean, day_kind text, day_title text, is_shortened boolean, bells_title text,
               item_kind text, kind_title text, number smallint, starts text, ends text, title text, subgroup text, room text,
               is_cancelled boolean, is_changed boolean, was_title text, was_room text, other_teacher boolean, note text,
                   remote_url text,
               work_title text, is_now boolean)
language plpgsql stable security definer rows 50 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_now timestamp := now() at time zone v_visit.time_zone;
    v_first date := school.first_day(p_day, p_days, v_now::date);
begin
    return query
    select d.day, d.day = v_now::date, d.day < v_now::date, d.kind, d.title, d.is_shortened, d.bells_title,
           coalesce(i.kind, ''), coalesce(i.kind_title, ''), i.number, to_char(i.starts, 'FMHH24:MI'),
           to_char(i.ends, 'FMHH24:MI'), i.title, i.subgroup, i.room, coalesce(i.is_cancelled, false),
           i.was_title is not null or i.was_room is not null or coalesce(i.other_teacher, false), i.was_title, i.was_room,
           coalesce(i.other_teacher, false), i.note, i.remote_url, i.work_title,
           i.kind = 'lesson' and not i.is_cancelled and v_now >= d.day + i.starts and v_now < d.day + i.ends
      from school.calendar_days(v_visit.pupil_id, v_first, v_first + least(p_days, 7) - 1) d
      left join lateral (
           select 'lesson' as kind, 'Урок' as kind_title, l.number, b.starts, b.ends, j.title, g.title as subgroup,
               school.room_words(l.room) as room, l.is_cancelled,
                  w.title as was_title, school.room_words(nullif(l.was_room, l.room)) as was_room, l.was_staff_id <> l.staff_id
                      as other_teacher, l.note,
                  l.remote_url,
                  (select string_agg(concat_ws(': ', k.title, nullif(x.title, '')), '; ' order by x.id)
                     from school.work x join school.work_kind k on k.id = x.kind_id
                    where x.lesson_id = l.id and (k.is_major or x.is_exam)) as work_title
             from school.lesson l
             join school.subject j on j.id = l.subject_id
             left join school.subject w on w.id = l.was_subject_id and w.id <> l.subject_id
             left join school.subgroup g on g.id = l.subgroup_id
             left join school.bell b on b.bells_id = d.bells_id and b.number = l.number
            where l.class_id = d.class_id and l.day = d.day and school.attends(v_visit.pupil_id, l.subgroup_id)
            union all
           select c.kind, c.kind_title, null, c.starts, c.ends, c.title, null, c.place, c.is_cancelled, null, null, false, null,
               null, null
             from school.calendar_items(v_visit.pupil_id, d.day, d.day) c
            where c.kind in ('event', 'excursion', 'exam', 'meeting')) i on true
     where p_days = 1 or d.kind <> 'weekend' or i.kind is not null
     order by d.day, i.starts is not null, i.starts, i.number, i.title;
end $$;
comment on function cabinet.timetable_week is
    'Each day of that page (p_days is 1 or 7; p_day NULL: today''s; an empty Sunday left out of a week) with its lessons and '
    'events, at least one row per day (item_kind '''': nothing that day). '
    'was_title, was_room, other_teacher: what the substitution changed';

create function cabinet.timetable_bells(p_token text, p_day date, p_days integer)
returns table (bells_id bigint, bells_title text, is_default boolean, number smallint, starts text, ends text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_first date := school.first_day(p_day, p_days, (now() at time zone v_visit.time_zone)::date);
begin
    return query
    select s.id, s.title, s.is_default, b.number, to_char(b.starts, 'FMHH24:MI'), to_char(b.ends, 'FMHH24:MI')
      from school.bells s join school.bell b on b.bells_id = s.id
     where s.school_id = v_visit.school_id
       and (s.is_default or s.id in (select d.bells_id from school.bell_day d
                                      where d.school_id = v_visit.school_id and d.day between v_first and v_first + p_days - 1))
     order by not s.is_default, s.id, b.number
     limit 60;
end $$;
comment on function cabinet.timetable_bells is 'The ordinary bells, and the others of those days';

create function cabinet.timetable_now(p_token text)
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
comment on function cabinet.timetable_now is 'school.now_next() of the child on show';

create function cabinet.timetable_days(p_token text, p_month date)
returns table (day date, in_month boolean, is_today boolean, day_kind text, day_title text, is_shortened boolean, lessons integer,
               items integer, has_exam boolean)
language plpgsql stable security definer rows 35 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_month date := date_trunc('month', coalesce(p_month, v_today)::timestamp)::date;
    v_first date := school.first_day(v_month, 7, v_today);
    v_last date := school.first_day((v_month + interval '1 month')::date - 1, 7, v_today) + 6;
begin
    return query
    with item as (select c.kind, c.day, c.last_day from school.calendar_items(v_visit.pupil_id, v_first, v_last) c
                   where c.kind in ('event', 'excursion', 'exam', 'meeting', 'work') and not c.is_cancelled)
    select d.day, d.day >= v_month and d.day < v_month + interval '1 month', d.day = v_today, d.kind, d.title, d.is_shortened,
           (select count(*) from school.lesson l where l.class_id = d.class_id and l.day = d.day and not l.is_cancelled
               and school.attends(v_visit.pupil_id, l.subgroup_id))::integer,
           (select count(*) from item i where d.day between i.day and i.last_day)::integer,
           exists (select from item i where d.day between i.day and i.last_day and i.kind in ('exam', 'work'))
      from school.calendar_days(v_visit.pupil_id, v_first, v_last) d
     order by d.day;
end $$;
comment on function cabinet.timetable_days is
    'A calendar''s sheet: whole weeks with the month in them (NULL: this month). lessons: to be held; items: other things of '
    'the day';

create function cabinet.timetable_events(p_token text, p_month date)
returns table (kind text, kind_title text, day date, last_day date, starts text, ends text, title text, place text,
    is_cancelled boolean)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_month date := date_trunc('month', coalesce(p_month, (now() at time zone v_visit.time_zone)::date)::timestamp)::date;
begin
    return query
    select c.kind, c.kind_title, c.day, c.last_day, to_char(c.starts, 'FMHH24:MI'), to_char(c.ends, 'FMHH24:MI'), c.title,
        c.place,
           c.is_cancelled
      from school.calendar_items(v_visit.pupil_id, v_month, (v_month + interval '1 month')::date - 1) c
     order by c.day, c.starts is not null, c.starts, c.title
     limit 100;
end $$;
comment on function cabinet.timetable_events is
    'What touches that month (NULL: this one) besides lessons: school.calendar_items() of the child on show';

create function cabinet.timetable_terms(p_token text, p_month date)
returns table (title text, first_day date, last_day date, is_current boolean)
language plpgsql stable security definer rows 4 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_month date := date_trunc('month', coalesce(p_month, v_today)::timestamp)::date;
begin
    return query
    select t.title, t.first_day, t.last_day, v_today between t.first_day and t.last_day
      from school.pupil p
      join school.year y on y.id = (select z.id from school.year z where z.school_id = p.school_id
                                       and z.first_day < v_month + interval '1 month' order by z.first_day desc limit 1)
      join school.class k on k.id = coalesce(school.class_on(p.id, greatest(v_month, y.first_day)), p.class_id)
      join school.term t on t.year_id = y.id and t.grades @> k.grade::int
     where p.id = v_visit.pupil_id
     order by t.first_day;
end $$;
comment on function cabinet.timetable_terms is 'The terms of the school year that the month (NULL: this one) is in, or follows';

-- ---- subscriptions ----------------------------------------------------------------------------------------------------------

create function auth.calendar_title(p_kind auth.calendar_kind) returns text language sql immutable as $$
    select case p_kind when 'lessons' then 'Уроки' when 'homework' then 'Домашние задания' when 'events'
        then 'Контрольные, события, каникулы' when 'library' then 'Книги: когда вернуть' end
$$;
comment on function auth.calendar_title is 'A kind of calendar in words';

create function cabinet.timetable_subscriptions(p_token text)
returns table (id bigint, kind text, title text, reminds boolean, with_idn boolean, created_at timestamp)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select c.id, c.kind::text, auth.calendar_title(c.kind), c.reminds, c.with_idn, c.created_at at time zone v_visit.time_zone
      from auth.calendar c where c.access_id = v_visit.access_id and c.revoked_at is null
     order by c.kind, c.created_at;
end $$;
comment on function cabinet.timetable_subscriptions is
    'What this visitor subscribed to for the child on show; the addresses themselves nobody knows';

create function cabinet.timetable_subscribe(p_token text, p_key uuid, p_kind text, p_reminds boolean, p_with_idn boolean,
    p_calendar text)
returns table (title text)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_kind auth.calendar_kind := p_kind::auth.calendar_kind;
    v_made timestamptz;
begin
    perform auth.by_password(v_visit);
    if char_length(p_calendar) < 43 then
        raise exception 'a token of 256 bits is wanted' using errcode = 'KB422';
    end if;
    -- One at a time, so that nobody passes the limit.
    perform from auth.access a where a.id = v_visit.access_id for update;
    select c.created_at into v_made from auth.calendar c where c.access_id = v_visit.access_id and c.form_key = p_key;
    if found then
        -- The answer was lost, or the button was pressed twice: the address that was not seen gives way to this one. An old page
        -- that comes back much later must not take a calendar away that is in use.
        update auth.calendar c set token_hash = sha256(convert_to(p_calendar, 'UTF8'))
         where c.access_id = v_visit.access_id and c.form_key = p_key and c.kind = v_kind and c.revoked_at is null
           and v_made > now() - interval '10 min';
        if not found then
            raise exception 'that form was used' using errcode = 'KB409';
        end if;
    else
        if (select count(*) from auth.calendar c where c.access_id = v_visit.access_id and c.revoked_at is null) >= 10 then
            raise exception 'Уже есть 10 подписок. Отключите те, которыми не пользуетесь.' using errcode = 'KB422';
        end if;
        insert into auth.calendar (access_id, kind, token_hash, form_key, reminds, with_idn)
        values (v_visit.access_id, v_kind, sha256(convert_to(p_calendar, 'UTF8')), p_key, p_reminds, p_with_idn);
        perform auth.note(v_visit.login_id, v_visit.access_id, 'calendar-subscribe');
    end if;
    return query select auth.calendar_title(v_kind);
end $$;
comment on function cabinet.timetable_subscribe is
    'p_calendar is the secret of the new address: its SHA-256 is kept. KB422 after a PIN or above ten';

create function cabinet.timetable_unsubscribe(p_token text, p_id bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    update auth.calendar c set revoked_at = coalesce(c.revoked_at, now()) where c.id = p_id and c.access_id = v_visit.access_id;
    if not found then
        raise exception 'no such subscription' using errcode = 'KB404';
    end if;
    perform auth.note(v_visit.login_id, v_visit.access_id, 'calendar-unsubscribe');
end $$;
comment on function cabinet.timetable_unsubscribe is 'The address answers «not found» from now on; saying it twice is harmless';

create function cabinet.calendar_feed(p_calendar text)
returns table (calendar text, remind_min integer, uid text, category text, title text, place text, note text, url text,
               is_all_day boolean, starts timestamp, ends timestamp, is_cancelled boolean, revision integer, changed_at timestamp)
language plpgsql stable security definer rows 300 as $$
declare
    v_calendar auth.calendar;
    v_access auth.access;
    v_pupil school.pupil;
    v_zone text;
    v_first date;
    v_last date;
    v_prefix text;
begin
    select c.* into v_calendar from auth.calendar c
     where c.token_hash = sha256(convert_to(p_calendar, 'UTF8')) and c.revoked_at is null;
    select a.* into v_access from auth.access a where a.id = v_calendar.access_id and a.barred_at is null;
    if not found then
        raise exception 'no such calendar' using errcode = 'KB404';
    end if;
    select p.* into v_pupil from school.pupil p where p.id = v_access.pupil_id;
    v_zone := (select s.time_zone from school.school s where s.id = v_pupil.school_id);
    v_first := (now() at time zone v_zone)::date - 14;
    v_last := v_first + 74;
    v_prefix := case when v_calendar.with_idn then '…' || right(v_pupil.idn, 4) || ' ' else '' end;
    return query
    select auth.calendar_title(v_calendar.kind) || ' · ученик …' || right(v_pupil.idn, 4),
           case when not v_calendar.reminds then 0 when v_calendar.kind = 'lessons' then 10 when i.starts is null then 360
               else 1440 end,
           i.uid, i.category,
           v_prefix || i.title, i.place, i.note, i.url, i.starts is null,
           case when i.starts is null then i.day::timestamp else (i.day + i.starts) at time zone v_zone at time zone 'UTC' end,
           case when i.starts is null then (i.last_day + 1)::timestamp
                else (i.last_day + i.starts + coalesce(i.ends - i.starts, interval '1 hour')) at time zone v_zone at time zone 'UTC' end,
           i.is_cancelled, i.revision, i.changed_at at time zone 'UTC'
      from (select true) always
      left join lateral (
           select 'lesson-' || l.id as uid, 'Урок' as category,
                  case when l.is_cancelled then 'Отменён: ' || j.title
                       when w.id is not null or l.was_staff_id <> l.staff_id then j.title || ' (замена)' else j.title end
                           as title,
                  school.room_words(l.room) as place,
                  concat_ws(E'\n', l.number || '-й урок', g.title, 'Вместо: ' || w.title,
                      case when l.was_staff_id <> l.staff_id then 'Другой учитель' end,
                      'Было: ' || school.room_words(nullif(nullif(l.was_room, l.room), '')), nullif(l.note, '')) as note,
                  l.remote_url as url, l.day, l.day as last_day, b.starts, b.ends, l.is_cancelled, l.revision::integer
                      as revision, l.changed_at
             from school.calendar_days(v_pupil.id, v_first, v_last) d
             join school.lesson l on l.class_id = d.class_id and l.day = d.day and school.attends(v_pupil.id, l.subgroup_id)
             join school.subject j on j.id = l.subject_id
             left join school.subject w on w.id = l.was_subject_id and w.id <> l.subject_id
             left join school.subgroup g on g.id = l.subgroup_id
             left join school.bell b on b.bells_id = d.bells_id and b.number = l.number
            where v_calendar.kind = 'lessons'
            union all
           select 'homework-' || h.id, 'Домашнее задание', 'ДЗ: ' || j.title, '',
                  concat_ws(E'\n', h.task, 'Примерно ' || h.minutes || ' мин', case when h.wants_answer
                      then 'Ответ сдают в дневнике' end),
                  h.link, l.day, l.day, null, null, false, greatest(0, extract(epoch
                      from h.set_at)::bigint - 1577836800)::integer, h.set_at
             from school.calendar_days(v_pupil.id, v_first, v_last) d
             join school.lesson l on l.class_id = d.class_id and l.day = d.day and school.attends(v_pupil.id, l.subgroup_id)
             join school.homework h on h.lesson_id = l.id
             join school.subject j on j.id = l.subject_id
            where v_calendar.kind = 'homework'
            union all
           select c.uid, c.kind_title,
                  case when c.kind in ('exam', 'work', 'meeting', 'excursion') then c.kind_title || ': ' else '' end || c.title,
                      c.place, '',
                  null, c.day, c.last_day, c.starts, c.ends, c.is_cancelled, c.revision, c.changed_at
             from school.calendar_items(v_pupil.id, v_first, v_last) c
            where v_calendar.kind = 'events'
            union all
           select 'loan-' || b.id, 'Библиотека', 'Вернуть в библиотеку: ' || t.title, 'Библиотека',
                  concat_ws(E'\n', nullif(t.authors, ''), case when b.renewals > 0 then 'Уже продлена' end), null, b.due_day, b.due_day, null, null,
                  false, b.renewals::integer,
                  coalesce((select max(e.at) from library.event e where e.copy_id = b.copy_id and e.kind = 'renew' and e.at > b.lent_at), b.lent_at)
             from library.loan b
             join library.title t on t.id = b.title_id
            where v_calendar.kind = 'library' and b.pupil_id = v_pupil.id and b.returned_at is null and b.lost_at is null
              and b.due_day between v_first and v_last) i on true
     order by i.day, i.starts, i.uid
     limit 2000;
end $$;
comment on function cabinet.calendar_feed is
    'A calendar by its secret alone: 14 days back, 60 ahead. Moments are UTC; of a whole day they are dates, ends is the day '
    'after. '
    'remind_min 0: no reminder; of a whole day it is 18:00 the day before. At least one row, with uid NULL when there is '
    'nothing. '
    'KB404: unknown, revoked, or the access is barred';

revoke all on function school.first_day(date, integer, date), school.calendar_days(bigint, date, date),
    school.calendar_items(bigint, date, date), auth.calendar_title(auth.calendar_kind),
    cabinet.timetable_week(text, date, integer), cabinet.timetable_bells(text, date, integer), cabinet.timetable_now(text),
    cabinet.timetable_days(text, date), cabinet.timetable_events(text, date), cabinet.timetable_terms(text, date),
    cabinet.timetable_subscriptions(text), cabinet.timetable_subscribe(text, uuid, text, boolean, boolean, text),
    cabinet.timetable_unsubscribe(text, bigint), cabinet.calendar_feed(text) from public;
grant execute on function
    cabinet.timetable_week(text, date, integer), cabinet.timetable_bells(text, date, integer), cabinet.timetable_now(text),
    cabinet.timetable_days(text, date), cabinet.timetable_events(text, date), cabinet.timetable_terms(text, date),
    cabinet.timetable_subscriptions(text), cabinet.timetable_subscribe(text, uuid, text, boolean, boolean, text),
    cabinet.timetable_unsubscribe(text, bigint), cabinet.calendar_feed(text) to kabinet_timetable;

commit;
