-- Deploy kabinet:api/class to pg
-- requires: api/staff
-- requires: tables/study
-- requires: tables/gate

-- The class tutor's desk: who is here today and this week, what families say about absences, reasons, lessons that nobody has
-- called the roll of, diaries that nobody has signed. For the classes that school.class.tutor_id names in this year alone.

begin;

call auth.add_program('class', 'The class tutor: attendance, excuses, signatures', 'staff');
set local role kabinet_owner;

create function school.streak_days() returns integer language sql immutable as $$
    -- So many whole days missed in a row are shown to the class tutor. The one place of this number.
    select 3
$$;
comment on function school.streak_days is 'Days in a row from which a pupil''s absence is pointed out';

create type school.tutored as (class_id bigint, name text, school_id bigint, year_id bigint, today date, first_day date);
comment on type school.tutored is 'A class of a tutor; first_day: of its school year';

create function school.tutored(p_visit auth.staff_visit, p_class bigint) returns school.tutored language plpgsql stable as $$
declare
    v_today date := pg_catalog.timezone((p_visit).time_zone, pg_catalog.now())::date;
    v_class school.tutored;
begin
    if not 'teacher' = any ((p_visit).roles) then
        raise exception 'not a tutor' using errcode = 'KB403';
    end if;
    select k.id, k.name, k.school_id, k.year_id, v_today, y.first_day into v_class
      from school.class k
      join school.year y on y.id = k.year_id and v_today between y.first_day and y.last_day
     where k.tutor_id = (p_visit).staff_id and k.school_id = (p_visit).school_id and (p_class is null or k.id = p_class)
     order by k.grade, k.letter
     limit 1;
    if v_class.class_id is null then
        raise exception 'no such class of this tutor' using errcode = 'KB404';
    end if;
    return v_class;
end $$;
comment on function school.tutored is
    'That class, or the first one, of whoever asks; KB404: somebody else''s, another school''s, of another year, or none at all';

create function school.tutored_excuse(p_visit auth.staff_visit, p_excuse bigint)
returns school.excuse language plpgsql stable as $$
declare
    v_excuse school.excuse;
begin
    select e.* into v_excuse
      from school.excuse e
      join school.pupil p on p.id = e.pupil_id
     where e.id = p_excuse
       and exists (select from school.class k
                     join school.year y on y.id = k.year_id
                      and pg_catalog.timezone((p_visit).time_zone, pg_catalog.now())::date between y.first_day and y.last_day
                    where k.id = p.class_id and k.tutor_id = (p_visit).staff_id and k.school_id = (p_visit).school_id);
    if v_excuse.id is null then
        raise exception 'no such excuse' using errcode = 'KB404';
    end if;
    return v_excuse;
end $$;
comment on function school.tutored_excuse is 'An excuse of a pupil who is in a class of this tutor now, else KB404';

create function school.class_members(p_class bigint, p_from date, p_to date) returns table (pupil_id bigint)
language sql stable rows 30 as $$
    select distinct e.pupil_id from school.enrolment e
     where e.class_id = p_class and e.first_day <= p_to and (e.last_day is null or e.last_day >= p_from)
$$;
comment on function school.class_members is 'Who was in a class in these days';

create function staff.class_head(p_token text, p_class bigint, p_day date)
returns table (class_id bigint, class_title text, day date, today date, previous_day date, next_day date, monday date,
    sunday date, previous_monday date, next_monday date, pupils bigint, absent bigint, inside bigint, waiting bigint,
    streak_days integer)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_day date := coalesce(p_day, v_class.today);
    v_monday date := v_day - extract(isodow from v_day)::integer + 1;
begin
    return query
    select v_class.class_id, v_class.name, v_day, v_class.today,
           coalesce((select max(l.day) from school.lesson l
                      where l.class_id = v_class.class_id and l.day < v_day and not l.is_cancelled), v_day - 1),
           coalesce((select min(l.day) from school.lesson l
                      where l.class_id = v_class.class_id and l.day > v_day and not l.is_cancelled), v_day + 1),
           v_monday, v_monday + 6, v_monday - 7, v_monday + 7,
           (select count(*) from school.class_members(v_class.class_id, v_day, v_day)),
           (select count(distinct a.pupil_id)
              from school.lesson l
              join school.attendance a on a.lesson_id = l.id
              join school.attendance_code c on c.id = a.code_id and c.scope = 'absent'
             where l.class_id = v_class.class_id and l.day = v_day and not l.is_cancelled and l.roll_at is not null),
           (select count(*) from school.class_members(v_class.class_id, v_class.today, v_class.today) m
              join gate.presence g on g.pupil_id = m.pupil_id and g.is_inside),
           (select count(*) from school.class_members(v_class.class_id, v_class.today, v_class.today) m
              join school.excuse e on e.pupil_id = m.pupil_id and e.state = 'sent'),
           school.streak_days();
end $$;
comment on function staff.class_head is
    'One row: the class, the day and its neighbours with lessons, its week, and how many are missing then and inside now';

create function staff.class_list(p_token text) returns table (class_id bigint, name text)
language plpgsql stable security definer rows 2 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_first school.tutored := school.tutored(v_visit, null);
begin
    return query
    select k.id, k.name from school.class k
      join school.year y on y.id = k.year_id and v_first.today between y.first_day and y.last_day
     where k.tutor_id = v_visit.staff_id and k.school_id = v_visit.school_id
     order by k.grade, k.letter;
end $$;
comment on function staff.class_list is 'The classes of a tutor in this year';

create function school.days_shown(p_day date, p_is_week boolean, out first_day date, out last_day date)
language sql immutable as $$
    select case when p_is_week then p_day - extract(isodow from p_day)::integer + 1 else p_day end,
           case when p_is_week then p_day - extract(isodow from p_day)::integer + 7 else p_day end
$$;
comment on function school.days_shown is 'A day, or the week that holds it';

create function staff.class_lessons(p_token text, p_class bigint, p_day date, p_is_week boolean)
returns table (day date, number smallint, subject text, is_first boolean, on_day bigint)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_from date;
    v_to date;
begin
    select d.first_day, d.last_day into v_from, v_to from school.days_shown(coalesce(p_day, v_class.today), p_is_week) d;
    return query
    select l.day, l.number, string_agg(distinct s.title, ', '), row_number() over (partition by l.day order by l.number) = 1,
           count(*) over (partition by l.day)
      from school.lesson l join school.subject s on s.id = l.subject_id
     where l.class_id = v_class.class_id and l.day between v_from and v_to and not l.is_cancelled
     group by l.day, l.number
     order by l.day, l.number;
end $$;
comment on function staff.class_lessons is
    'The columns of the grid: lessons of a day or its week by number, those of subgroups in one';

create function staff.class_grid(p_token text, p_class bigint, p_day date, p_is_week boolean)
returns table (pupil_id bigint, name text, is_inside boolean, since timestamp, was_seen boolean, expected text, streak integer,
    missed bigint, day date, is_first boolean, number smallint, lesson_id bigint, letter text, scope text, reason text,
    has_roll boolean)
language plpgsql stable security definer rows 900 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_from date;
    v_to date;
begin
    select d.first_day, d.last_day into v_from, v_to from school.days_shown(coalesce(p_day, v_class.today), p_is_week) d;
    return query
    with member as (
        select m.pupil_id, people.pupil_name(m.pupil_id) as name from school.class_members(v_class.class_id, v_from, v_to) m),
    col as (
        select l.day, l.number, row_number() over (partition by l.day order by l.number) = 1 as is_first
          from school.lesson l
         where l.class_id = v_class.class_id and l.day between v_from and v_to and not l.is_cancelled
         group by l.day, l.number),
    cell as (
        select m.pupil_id, l.day, l.number, l.id, l.roll_at is not null as has_roll, c.letter, c.scope::text, c.reason::text
          from school.lesson l
          join member m on l.subgroup_id is null
            or exists (select from school.subgroup_pupil g where g.subgroup_id = l.subgroup_id and g.pupil_id = m.pupil_id)
          left join school.attendance a on a.lesson_id = l.id and a.pupil_id = m.pupil_id and l.roll_at is not null
          left join school.attendance_code c on c.id = a.code_id
         where l.class_id = v_class.class_id and l.day between v_from and v_to and not l.is_cancelled),
    said as (
        select x.pupil_id,
               string_agg(case x.kind when 'absence' then 'не придёт' when 'late' then 'опоздает' else 'уйдёт раньше' end
                   || case x.reason when 'ill' then ', болезнь' else '' end
                   || case x.state when 'sent' then ' (не решено)' else '' end, '; ' order by x.kind) as words
          from school.expected_absences(v_class.class_id, v_from) x
         where v_from = v_to
         group by x.pupil_id)
    select m.pupil_id, m.name, coalesce(g.is_inside, false), pg_catalog.timezone(v_visit.time_zone, g.since),
           coalesce(pg_catalog.timezone(v_visit.time_zone, g.since)::date = v_class.today, false), coalesce(x.words, ''),
           coalesce(k.days, 0)::integer, count(*) filter (where e.scope = 'absent') over (partition by m.pupil_id),
           c.day, c.is_first, c.number, e.id, coalesce(e.letter, ''), coalesce(e.scope, ''), coalesce(e.reason, ''),
           coalesce(e.has_roll, false)
      from member m
      left join gate.presence g on g.pupil_id = m.pupil_id
      left join said x on x.pupil_id = m.pupil_id
      left join school.absent_in_a_row(v_class.class_id, least(v_to, v_class.today)) k on k.pupil_id = m.pupil_id
      left join col c on true
      left join cell e on e.pupil_id = m.pupil_id and e.day = c.day and e.number = c.number
     order by m.name, m.pupil_id, c.day, c.number;
end $$;
comment on function staff.class_grid is
    'Pupils by lessons of a day or its week: letter of the journal, "" for was there. A lesson_id of NULL: the other subgroup''s '
    'lesson; expected (one day alone): what the family announced; streak: whole days missed in a row; missed: lessons here; '
    'was_seen: the gate has seen the child today';

create function school.absent_in_a_row(p_class bigint, p_day date) returns table (pupil_id bigint, days bigint, since date)
language sql stable rows 5 as $$
    -- The days up to that one, the latest first, of 40 at most; the run ends at the first day with a lesson attended.
    with per_day as (
        select m.pupil_id, l.day, bool_and(coalesce(c.scope = 'absent', false)) as is_absent
          from school.class_members(p_class, p_day, p_day) m
          join school.lesson l on l.class_id = p_class and l.day > p_day - 40 and l.day <= p_day and not l.is_cancelled
           and l.roll_at is not null
          left join school.attendance a on a.lesson_id = l.id and a.pupil_id = m.pupil_id
          left join school.attendance_code c on c.id = a.code_id
         where l.subgroup_id is null
            or exists (select from school.subgroup_pupil g where g.subgroup_id = l.subgroup_id and g.pupil_id = m.pupil_id)
         group by m.pupil_id, l.day)
    select d.pupil_id, count(*), min(d.day)
      from per_day d
     where d.is_absent
       and d.day > coalesce((select max(o.day) from per_day o where o.pupil_id = d.pupil_id and not o.is_absent), '-infinity')
     group by d.pupil_id
    having count(*) >= school.streak_days()
$$;
comment on function school.absent_in_a_row is
    'Who has missed whole days in a row up to that day, school.streak_days() or more: how many and since when';

create function staff.class_absent_long(p_token text, p_class bigint)
returns table (pupil_id bigint, name text, days bigint, since date, unnamed bigint)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
begin
    return query
    select k.pupil_id, people.pupil_name(k.pupil_id), k.days, k.since,
           (select count(*) from school.attendance a join school.attendance_code c on c.id = a.code_id
             where a.pupil_id = k.pupil_id and a.day >= k.since and c.scope = 'absent' and c.reason = 'none')
      from school.absent_in_a_row(v_class.class_id, v_class.today) k
     order by k.days desc, 2;
end $$;
comment on function staff.class_absent_long is 'Who is missing for days in a row, and for how many lessons nobody said why';

create function staff.class_unrolled(p_token text, p_class bigint, p_day date)
returns table (day date, number smallint, subject text, subgroup text, teacher text)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_now timestamp := pg_catalog.timezone(v_visit.time_zone, pg_catalog.now());
    v_from date;
    v_to date;
begin
    select d.first_day, d.last_day into v_from, v_to from school.days_shown(coalesce(p_day, v_class.today), true) d;
    return query
    select l.day, l.number, s.title, coalesce(g.title, ''), people.staff_name(l.staff_id)
      from school.lesson l
      join school.subject s on s.id = l.subject_id
      left join school.subgroup g on g.id = l.subgroup_id
      left join school.bell b on b.bells_id = school.bells_on(v_class.school_id, l.day) and b.number = l.number
     where l.class_id = v_class.class_id and l.day between v_from and v_to and l.roll_at is null and not l.is_cancelled
       and l.day + coalesce(b.ends, time '23:59') < v_now
     order by l.day desc, l.number, 4
     limit 60;
end $$;
comment on function staff.class_unrolled is
    'Lessons of the week of a day that are over and whose roll nobody called, and whose they are';

create function staff.class_unsigned(p_token text, p_class bigint, p_monday date)
returns table (pupil_id bigint, name text, is_signed boolean, signed_at timestamp, signed bigint, pupils bigint,
    first_day date, last_day date)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_monday date := (select d.first_day from school.days_shown(coalesce(p_monday, v_class.today - 7), true) d);
begin
    return query
    select m.pupil_id, people.pupil_name(m.pupil_id), w.signed_at is not null,
           pg_catalog.timezone(v_visit.time_zone, w.signed_at),
           count(w.signed_at) over (), count(*) over (), v_monday, v_monday + 6
      from school.class_members(v_class.class_id, v_monday, v_monday + 6) m
      left join school.week_signature w on w.pupil_id = m.pupil_id and w.monday = v_monday
     order by w.signed_at is not null, 2;
end $$;
comment on function staff.class_unsigned is
    'The class and the signatures of one week''s diaries (the last one over, by default), those without one first';

create function staff.class_excuses(p_token text, p_class bigint, p_limit integer)
returns table (excuse_id bigint, pupil_id bigint, name text, kind text, reason text, first_day date, last_day date, body text,
    file_name text, is_ahead boolean, state text, sent_at timestamp, decided_at timestamp, answer text, lessons bigint,
    unnamed bigint)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
begin
    return query
    select e.id, e.pupil_id, people.pupil_name(e.pupil_id), e.kind::text, e.reason::text, e.first_day, e.last_day, e.body,
           coalesce(f.name, ''), e.is_ahead, e.state::text, pg_catalog.timezone(v_visit.time_zone, e.sent_at),
           pg_catalog.timezone(v_visit.time_zone, e.decided_at), e.answer, n.lessons, n.unnamed
      from school.class_members(v_class.class_id, v_class.today, v_class.today) m
      join school.excuse e on e.pupil_id = m.pupil_id
       and (e.state = 'sent' or (e.state in ('accepted', 'rejected') and e.decided_at > pg_catalog.now() - interval '7 days'))
      left join site.file f on f.id = e.file_id
     cross join lateral (select count(*) as lessons, count(*) filter (where c.reason = 'none') as unnamed
                           from school.attendance a join school.attendance_code c on c.id = a.code_id
                          where a.pupil_id = e.pupil_id and a.day between e.first_day and e.last_day
                            and c.scope = school.excused_scope(e.kind)) n
     order by e.state <> 'sent', case when e.state = 'sent' then e.sent_at end, e.decided_at desc, e.id
     limit greatest(least(p_limit, 100), 1);
end $$;
comment on function staff.class_excuses is
    'Excuses that wait, the oldest first, then those decided within a week. lessons: what the journal says about those days '
    'already';

create function staff.class_decide(p_token text, p_excuse bigint, p_accept boolean, p_unexcused boolean, p_answer text)
returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_excuse school.excuse;
    v_state school.excuse_state := case when p_accept then 'accepted'::school.excuse_state else 'rejected' end;
    v_reason school.absence_reason;
begin
    v_excuse := school.tutored_excuse(v_visit, p_excuse);
    select e.* into v_excuse from school.excuse e where e.id = v_excuse.id for update;
    if v_excuse.state = v_state and v_excuse.answer = p_answer and v_excuse.decided_by = v_visit.staff_id then
        return;   -- the same word again
    elsif v_excuse.state <> 'sent' then
        raise exception 'decided or withdrawn meanwhile' using errcode = 'KB409';
    end if;
    update school.excuse e set state = v_state, decided_by = v_visit.staff_id, decided_at = now(), answer = p_answer
     where e.id = v_excuse.id;
    v_reason := case when p_accept then v_excuse.reason when p_unexcused then 'unexcused'::school.absence_reason end;
    if v_reason is not null then
        update school.attendance a
           set code_id = n.code_id, source = case when p_accept then 'excuse'::school.attendance_source else 'tutor' end,
               set_by = v_visit.staff_id, set_at = now()
          from school.attendance_code c
         cross join lateral (select school.code_for(v_visit.school_id, c.scope, v_reason) as code_id) n
         where a.pupil_id = v_excuse.pupil_id and a.day between v_excuse.first_day and v_excuse.last_day
           and c.id = a.code_id and c.scope = school.excused_scope(v_excuse.kind)
           and n.code_id is not null and n.code_id <> a.code_id and (p_accept or c.reason = 'none');
    end if;
    perform auth.note_staff(v_visit, case when p_accept then 'excuse-accept' else 'excuse-reject' end, p_excuse::text);
end $$;
comment on function staff.class_decide is
    'The tutor accepts an excuse - what the journal has about those days gets its reason - or rejects it: then what has no reason '
    'becomes unexcused (по НУП) only with p_unexcused. The same decision again changes nothing; another one is KB409';

create function staff.class_file(p_token text, p_excuse bigint) returns table (name text, type text, bytes bytea)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_excuse school.excuse := school.tutored_excuse(v_visit, p_excuse);
begin
    return query select f.name, f.type, f.bytes from site.file f where f.id = v_excuse.file_id;
    if not found then
        raise exception 'no such file' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.class_file is 'The file of an excuse in a class of the tutor';

create function staff.class_absence(p_token text, p_lesson bigint, p_pupil bigint)
returns table (lesson_id bigint, pupil_id bigint, class_id bigint, name text, day date, number smallint, subject text, scope text,
    reason text, code_id bigint, minutes smallint, source text, set_at timestamp, set_by text, note text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit,
        coalesce((select l.class_id from school.lesson l where l.id = p_lesson), 0));
begin
    return query
    select l.id, a.pupil_id, l.class_id, people.pupil_name(a.pupil_id), l.day, l.number, s.title, c.scope::text,
           c.reason::text, c.id, a.minutes, a.source::text, pg_catalog.timezone(v_visit.time_zone, a.set_at),
           coalesce(people.staff_name(a.set_by), ''), a.note
      from school.lesson l
      join school.attendance a on a.lesson_id = l.id and a.pupil_id = p_pupil
      join school.attendance_code c on c.id = a.code_id
      join school.subject s on s.id = l.subject_id
     where l.id = p_lesson and l.class_id = v_class.class_id;
    if not found then
        raise exception 'no such absence' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.class_absence is 'What the journal has about one pupil at one lesson of the tutor''s class';

create function staff.class_codes(p_token text, p_lesson bigint, p_pupil bigint)
returns table (code_id bigint, letter text, title text)
language plpgsql stable security definer rows 6 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, coalesce((select l.class_id from school.lesson l where l.id = p_lesson), 0));
begin
    return query
    select c.id, c.letter, c.title from school.attendance_code c
     where c.school_id = v_visit.school_id
       and c.scope = (select o.scope from school.attendance a join school.attendance_code o on o.id = a.code_id
                       where a.lesson_id = p_lesson and a.pupil_id = p_pupil and o.school_id = v_class.school_id)
     order by c.rank, c.id;
end $$;
comment on function staff.class_codes is 'The reasons that it may have: the school''s codes of the same scope';

create function staff.class_reason(p_token text, p_lesson bigint, p_pupil bigint, p_was bigint, p_code bigint,
    p_note text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit,
        coalesce((select l.class_id from school.lesson l where l.id = p_lesson), 0));
    v_now bigint;
    v_note text;
    v_scope school.absence_scope;
begin
    select a.code_id, a.note, c.scope into v_now, v_note, v_scope
      from school.attendance a
      join school.lesson l on l.id = a.lesson_id and l.class_id = v_class.class_id
      join school.attendance_code c on c.id = a.code_id
     where a.lesson_id = p_lesson and a.pupil_id = p_pupil
       for update of a;
    if not found then
        raise exception 'no such absence' using errcode = 'KB404';
    elsif not exists (select from school.attendance_code c
                       where c.id = p_code and c.school_id = v_visit.school_id and c.scope = v_scope) then
        raise exception 'no such reason' using errcode = 'KB404';
    elsif (v_now, v_note) = (p_code, p_note) then
        return;
    elsif v_now <> p_was then
        raise exception 'changed meanwhile' using errcode = 'KB409';
    end if;
    update school.attendance a
       set code_id = p_code, note = p_note, source = 'tutor', set_by = v_visit.staff_id, set_at = now()
     where a.lesson_id = p_lesson and a.pupil_id = p_pupil;
    perform auth.note_staff(v_visit, 'absence-reason', p_lesson || ' ' || p_pupil);
end $$;
comment on function staff.class_reason is
    'The tutor gives an absence another reason; p_was: the code that the tutor saw. Presence itself is the teacher''s to change';

create function staff.class_export(p_token text, p_class bigint, p_from date, p_to date)
returns table (day date, number smallint, subject text, name text, scope text, reason text, code_title text, minutes smallint,
    source text, note text)
language plpgsql stable security definer rows 300 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
begin
    return query
    select l.day, l.number, s.title, people.pupil_name(a.pupil_id), c.scope::text, c.reason::text, c.title, a.minutes,
           a.source::text, a.note
      from school.lesson l
      join school.attendance a on a.lesson_id = l.id
      join school.attendance_code c on c.id = a.code_id
      join school.subject s on s.id = l.subject_id
     where l.class_id = v_class.class_id and not l.is_cancelled and l.roll_at is not null
       and l.day between coalesce(p_from, v_class.first_day) and coalesce(p_to, v_class.today)
     order by l.day, l.number, 4
     limit 20000;
end $$;
comment on function staff.class_export is
    'Absences, lateness and early leaving of a class in these days, the whole year by default, with names';

grant execute on function
    staff.class_head(text, bigint, date), staff.class_list(text), staff.class_lessons(text, bigint, date, boolean),
    staff.class_grid(text, bigint, date, boolean), staff.class_absent_long(text, bigint),
    staff.class_unrolled(text, bigint, date), staff.class_unsigned(text, bigint, date),
    staff.class_excuses(text, bigint, integer), staff.class_decide(text, bigint, boolean, boolean, text),
    staff.class_file(text, bigint), staff.class_absence(text, bigint, bigint), staff.class_codes(text, bigint, bigint),
    staff.class_reason(text, bigint, bigint, bigint, bigint, text), staff.class_export(text, bigint, date, date) to kabinet_class;

commit;
