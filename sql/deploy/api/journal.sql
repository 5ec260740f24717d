-- Deploy kabinet:api/journal to pg
-- requires: api/staff
-- requires: tables/study

-- The teacher's journal. A teacher has the lessons that he gives and those of what school.teaching says he teaches; a head of
-- studies reads all of the school and writes nothing here. What is written comes from phones that were offline for a while, so
-- each form says what it had seen: only the difference between that and what it says now is done, and where somebody else has
-- changed the very same thing meanwhile, the form is refused in words and nothing is lost silently.

begin;

call auth.add_program('journal', 'The teacher: lessons, rolls, marks, homework', 'staff');
set local role kabinet_owner;

-- ---- whose, and until when ----------------------------------------------------------------------------------------------

create function school.journal_grace_days() returns integer language sql immutable as $$ select 7 $$;
comment on function school.journal_grace_days is 'How long after the end of a term its lessons may be written, days. The one place of this number';

create function school.early_final_days() returns integer language sql immutable as $$ select 14 $$;
comment on function school.early_final_days is 'A final mark that is set more than so many days before the end of its period needs a reason';

create function school.teaches(p_visit auth.staff_visit, p_class bigint, p_subject bigint, p_subgroup bigint) returns boolean
language sql stable as $$
    select 'teacher' = any ((p_visit).roles) and exists (
        select from school.teaching t
         where t.staff_id = (p_visit).staff_id and t.class_id = p_class and t.subject_id = p_subject
           and (t.subgroup_id is null or t.subgroup_id = p_subgroup))
$$;
comment on function school.teaches is 'Whether school.teaching gives a teacher this subject in this class (and subgroup)';

create function school.journal_lesson(p_visit auth.staff_visit, p_lesson bigint, p_write boolean) returns school.lesson
language plpgsql stable as $$
declare
    v_lesson school.lesson;
begin
    select l.* into v_lesson from school.lesson l join school.class k on k.id = l.class_id
     where l.id = p_lesson and k.school_id = p_visit.school_id;
    if v_lesson.id is not null then
        if 'teacher' = any (p_visit.roles)
           and (v_lesson.staff_id = p_visit.staff_id
                or school.teaches(p_visit, v_lesson.class_id, v_lesson.subject_id, v_lesson.subgroup_id)) then
            return v_lesson;
        elsif 'head' = any (p_visit.roles) then
            if p_write then
                raise exception 'a head of studies reads the journal' using errcode = 'KB403';
            end if;
            return v_lesson;
        end if;
    end if;
    raise exception 'not a lesson of this teacher' using errcode = 'KB404';
end $$;
comment on function school.journal_lesson is 'The lesson, when it is the teacher''s (or, for reading, of the head''s school), else KB404';

create function school.journal_till(p_lesson school.lesson) returns date language sql stable as $$
    select coalesce((select t.last_day from school.term t where t.id = school.term_on((p_lesson).class_id, (p_lesson).day)),
                    (p_lesson).day) + school.journal_grace_days()
$$;
comment on function school.journal_till is 'The last day on which a lesson may be written';

create function school.journal_closed(p_lesson school.lesson, p_today date) returns text language sql stable as $$
    select case when (p_lesson).is_cancelled then 'Урок отменён: отмечать и оценивать нечего.'
                when (p_lesson).day > p_today then
                     'Урок ещё впереди: отмечать и оценивать можно с ' || to_char((p_lesson).day, 'DD.MM.YYYY') || '.'
                when p_today > school.journal_till(p_lesson) then
                     'Журнал за этот урок закрыт ' || to_char(school.journal_till(p_lesson), 'DD.MM.YYYY') || '.'
                else '' end
$$;
comment on function school.journal_closed is 'Why rolls and marks of a lesson cannot be written today, in Russian; "" when they can';

create function school.journal_pupils(p_class bigint, p_subgroup bigint, p_day date) returns table (pupil_id bigint, name text)
language sql stable rows 30 as $$
    select e.pupil_id, coalesce(people.pupil_name(e.pupil_id), p.idn)
      from school.enrolment e
      join school.pupil p on p.id = e.pupil_id
     where e.class_id = p_class and e.first_day <= p_day and (e.last_day is null or e.last_day >= p_day)
       and (p_subgroup is null
            or e.pupil_id in (select g.pupil_id from school.subgroup_pupil g where g.subgroup_id = p_subgroup))
$$;
comment on function school.journal_pupils is 'Who is taught at a lesson of a class and subgroup on a day';

create function school.list_number(p_class bigint, p_subgroup bigint, p_day date, p_pupil bigint) returns text
language sql stable as $$
    select '№ ' || n.place
      from (select j.pupil_id, row_number() over (order by j.name, j.pupil_id) as place
              from school.journal_pupils(p_class, p_subgroup, p_day) j) n
     where n.pupil_id = p_pupil
$$;
comment on function school.list_number is
    'Which line of the list on the page a pupil is: «№ 5». Refusals name pupils so, for the server writes refusals into its log';

create function school.journal_act(p_visit auth.staff_visit, p_key uuid, p_what text, p_lesson bigint, p_before jsonb, p_after jsonb)
returns void language sql as $$
    insert into school.journal_act (staff_id, key, what, lesson_id, before, after)
    values ((p_visit).staff_id, p_key, p_what, p_lesson, p_before, p_after)
$$;
comment on function school.journal_act is 'Remembers what a teacher did, to be undone';

-- ---- the day ------------------------------------------------------------------------------------------------------------

create function staff.journal_days(p_token text, p_day date)
returns table (day date, previous_day date, next_day date, today date, is_today boolean, me bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_day date := coalesce(p_day, v_today);
begin
    return query
    select v_day,
           coalesce((select max(l.day) from school.lesson l where l.staff_id = v_visit.staff_id and l.day < v_day), v_day - 1),
           coalesce((select min(l.day) from school.lesson l where l.staff_id = v_visit.staff_id and l.day > v_day), v_day + 1),
           v_today, v_day = v_today, v_visit.staff_id;
end $$;
comment on function staff.journal_days is 'One row: the day, and the days with lessons of mine before and after it';

create function staff.journal_day(p_token text, p_day date)
returns table (lesson_id bigint, number smallint, starts text, ends text, class_name text, subject text, subgroup text, room text,
    theme text, note text, is_cancelled boolean, is_substitution boolean, is_away boolean, has_roll boolean, pupil_count integer,
    absent_count integer, late_count integer, mark_count integer, has_next_homework boolean, answer_count integer,
    question_count integer, is_begun boolean, is_now boolean)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_now timestamp := now() at time zone v_visit.time_zone;
    v_day date := coalesce(p_day, v_now::date);
    v_bells bigint := school.bells_on(v_visit.school_id, v_day);
begin
    return query
    select l.id, l.number, left(b.starts::text, 5), left(b.ends::text, 5), k.name, s.title, coalesce(g.title, ''), l.room, l.theme, l.note, l.is_cancelled,
           l.staff_id = v_visit.staff_id and l.was_staff_id is not null and l.was_staff_id <> v_visit.staff_id,
           l.staff_id <> v_visit.staff_id, l.roll_at is not null,
           (select count(*)::integer from school.journal_pupils(l.class_id, l.subgroup_id, l.day)),
           a.absent::integer, a.late::integer,
           (select count(*)::integer from school.work w join school.mark m on m.work_id = w.id
             where w.lesson_id = l.id and m.value is not null),
           exists (select from school.homework h join school.lesson n on n.id = h.lesson_id
                    where n.class_id = l.class_id and n.subject_id = l.subject_id
                      and n.subgroup_id is not distinct from l.subgroup_id and h.given_on = l.day and n.day >= l.day and n.id <> l.id),
           (select count(*)::integer from school.homework h join school.homework_answer r on r.homework_id = h.id
             where h.lesson_id = l.id),
           (select count(*)::integer from school.lesson_message q where q.lesson_id = l.id and q.reply is null),
           l.day < v_now::date or (l.day = v_now::date and coalesce(b.starts <= v_now::time, true)),
           l.day = v_now::date and coalesce(v_now::time between b.starts and b.ends, false)
      from school.lesson l
      join school.class k on k.id = l.class_id
      join school.subject s on s.id = l.subject_id
      left join school.subgroup g on g.id = l.subgroup_id
      left join school.bell b on b.bells_id = v_bells and b.number = l.number
      left join lateral (select count(*) filter (where c.scope = 'absent') as absent, count(*) filter (where c.scope <> 'absent') as late
                           from school.attendance t join school.attendance_code c on c.id = t.code_id where t.lesson_id = l.id) a on true
     where l.day = v_day and (l.staff_id = v_visit.staff_id or l.was_staff_id = v_visit.staff_id)
       and k.school_id = v_visit.school_id
     order by l.number, l.id;
end $$;
comment on function staff.journal_day is
    'My lessons of a day and what is written in them; is_substitution: I give it for somebody; is_away: somebody gives mine';

create function staff.journal_gaps(p_token text)
returns table (lesson_id bigint, day date, number smallint, class_name text, subject text, no_roll boolean, no_theme boolean)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_now timestamp := now() at time zone v_visit.time_zone;
begin
    return query
    select l.id, l.day, l.number, k.name, s.title, l.roll_at is null, l.theme = ''
      from school.lesson l
      join school.class k on k.id = l.class_id
      join school.subject s on s.id = l.subject_id
      left join school.bell b on b.bells_id = school.bells_on(v_visit.school_id, l.day) and b.number = l.number
     where l.staff_id = v_visit.staff_id and not l.is_cancelled and (l.roll_at is null or l.theme = '')
       and l.day between date_trunc('week', v_now)::date and v_now::date
       and (l.day < v_now::date or coalesce(b.ends <= v_now::time, false))
     order by l.day, l.number limit 40;
end $$;
comment on function staff.journal_gaps is 'Lessons of this week that are over and lack a roll or a theme';

create function staff.journal_classes(p_token text)
returns table (class_id bigint, subject_id bigint, subgroup_id bigint, class_name text, subject text, subgroup text)
language plpgsql stable security definer rows 12 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
begin
    return query
    select k.id, s.id, t.subgroup_id, k.name, s.title, coalesce(g.title, '')
      from school.teaching t
      join school.class k on k.id = t.class_id
      join school.year y on y.id = k.year_id and v_today between y.first_day and y.last_day
      join school.subject s on s.id = t.subject_id
      left join school.subgroup g on g.id = t.subgroup_id
     where t.staff_id = v_visit.staff_id and k.school_id = v_visit.school_id
     order by k.grade, k.letter, s.rank, g.title limit 60;
end $$;
comment on function staff.journal_classes is 'What I teach this year: links to the grids';

-- ---- one lesson ---------------------------------------------------------------------------------------------------------

create function school.roll_of(p_lesson bigint) returns text language sql stable as $$
    select coalesce(string_agg(t.pupil_id || ':' || t.code_id || ':' || coalesce(t.minutes::text, ''), ',' order by t.pupil_id), '')
      from school.attendance t where t.lesson_id = p_lesson
$$;
comment on function school.roll_of is 'A roll in one line, pupil:code:minutes of those who were not wholly there: what a form has seen';

create function staff.journal_lesson(p_token text, p_lesson bigint)
returns table (lesson_id bigint, day date, number smallint, starts text, ends text, class_id bigint, class_name text,
    subject_id bigint, subject text, subgroup_id bigint, subgroup text, room text, theme text, note text, is_cancelled boolean,
    is_substitution boolean, teacher text, may_write boolean, closed text, roll_at timestamp, roll_by text, roll_seen text,
    next_id bigint, next_number smallint, next_class text, undo_key uuid, undo_what text, undo_at timestamp, has_gate boolean,
    question_count integer, seen text, me bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_writes boolean := 'teacher' = any (v_visit.roles) and (v_lesson.staff_id = v_visit.staff_id
        or school.teaches(v_visit, v_lesson.class_id, v_lesson.subject_id, v_lesson.subgroup_id));
begin
    return query
    select v_lesson.id, v_lesson.day, v_lesson.number, left(b.starts::text, 5), left(b.ends::text, 5), k.id, k.name, s.id, s.title, g.id,
           coalesce(g.title, ''), v_lesson.room, v_lesson.theme, v_lesson.note, v_lesson.is_cancelled,
           v_lesson.was_staff_id is not null and v_lesson.was_staff_id <> v_lesson.staff_id,
           case when v_lesson.staff_id = v_visit.staff_id then '' else coalesce(people.staff_name(v_lesson.staff_id), '') end,
           v_writes, school.journal_closed(v_lesson, v_today), v_lesson.roll_at at time zone v_visit.time_zone,
           case when v_lesson.roll_by = v_visit.staff_id then '' else coalesce(people.staff_name(v_lesson.roll_by), '') end,
           coalesce(extract(epoch from v_lesson.roll_at)::text, ''),
           n.id, n.number, n.name, a.key, a.what, a.at at time zone v_visit.time_zone,
           exists (select from gate.event e
                    where e.school_id = v_visit.school_id and e.at >= v_lesson.day::timestamp at time zone v_visit.time_zone
                      and e.at < (v_lesson.day + 1)::timestamp at time zone v_visit.time_zone),
           (select count(*)::integer from school.lesson_message q where q.lesson_id = v_lesson.id and q.reply is null),
           school.roll_of(v_lesson.id), v_visit.staff_id
      from school.class k
      join school.subject s on s.id = v_lesson.subject_id
      left join school.subgroup g on g.id = v_lesson.subgroup_id
      left join school.bell b on b.bells_id = school.bells_on(v_visit.school_id, v_lesson.day) and b.number = v_lesson.number
      left join lateral (select l.id, l.number, c.name from school.lesson l join school.class c on c.id = l.class_id
                          where l.staff_id = v_visit.staff_id and l.day = v_lesson.day and l.number > v_lesson.number
                            and not l.is_cancelled
                          order by l.number limit 1) n on true
      left join lateral (select j.key, j.what, j.at, j.undone_at from school.journal_act j
                          where j.lesson_id = v_lesson.id and j.staff_id = v_visit.staff_id and v_writes
                          order by j.at desc limit 1) a on a.undone_at is null and a.at > now() - interval '12 h'
     where k.id = v_lesson.class_id;
end $$;
comment on function staff.journal_lesson is
    'One row: the lesson, whether and why not it can be written, what I did last (undo_*), the next lesson of mine that day';

create function staff.journal_roll(p_token text, p_lesson bigint)
returns table (pupil_id bigint, name text, code_id bigint, scope text, reason text, is_plain boolean, minutes smallint, source text,
    expected text, gate text, marks text)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
    v_from timestamptz := v_lesson.day::timestamp at time zone v_visit.time_zone;
    -- Who came or went after the bell says nothing of this lesson.
    v_till timestamptz := (v_lesson.day + coalesce(
        (select b.ends from school.bell b
          where b.bells_id = school.bells_on(v_visit.school_id, v_lesson.day) and b.number = v_lesson.number), '24:00'))
        at time zone v_visit.time_zone;
    v_has_gate boolean := exists (select from gate.event e
                                   where e.school_id = v_visit.school_id and e.at >= v_from and e.at < v_till);
    v_plain bigint := school.code_for(v_visit.school_id, 'absent', 'none');
begin
    return query
    select u.pupil_id, u.name, c.id, c.scope::text, c.reason::text, coalesce(c.id = v_plain, false), t.minutes, t.source::text,
           coalesce(x.words, ''),
           case when not v_has_gate then '' when e.direction is null then 'never'
                when e.direction = 'out' then 'out' else 'in' end,
           coalesce((select string_agg(m.value, ' ' order by m.work_id, m.ordinal)
                       from school.work w join school.mark m on m.work_id = w.id
                      where w.lesson_id = v_lesson.id and m.pupil_id = u.pupil_id), '')
      from school.journal_pupils(v_lesson.class_id, v_lesson.subgroup_id, v_lesson.day) u
      left join school.attendance t on t.lesson_id = v_lesson.id and t.pupil_id = u.pupil_id
      left join lateral (select max(z.code_id) filter (where z.kind = 'absence') as absent_code,
                                string_agg(case z.kind when 'absence' then 'предупреждали: не будет'
                                                when 'late' then 'предупреждали: опоздает' else 'предупреждали: уйдёт раньше' end,
                                           ', ' order by z.kind) as words
                           from school.expected_absences(v_lesson.class_id, v_lesson.day) z
                          where z.pupil_id = u.pupil_id) x on true
      -- Before the roll: what was announced stands there already.
      left join school.attendance_code c on c.id = case when t.lesson_id is null and v_lesson.roll_at is null
                                                        then x.absent_code else t.code_id end
      left join lateral (select g.direction from gate.event g
                          where v_has_gate and g.pupil_id = u.pupil_id and not g.is_refused and g.at >= v_from and g.at < v_till
                          order by g.at desc limit 1) e on true
     order by u.name, u.pupil_id;
end $$;
comment on function staff.journal_roll is
    'The pupils of a lesson and how each is marked, or would be by what the family announced; gate: "never" came in until the bell, '
    'went "out", is "in", "" when no reader spoke that day';

create function staff.journal_codes(p_token text)
returns table (code_id bigint, letter text, title text, scope text, is_plain boolean)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_plain bigint := school.code_for(v_visit.school_id, 'absent', 'none');
begin
    return query
    select c.id, c.letter, c.title, c.scope::text, coalesce(c.id = v_plain, false)
      from school.attendance_code c where c.school_id = v_visit.school_id order by c.rank, c.id limit 12;
end $$;
comment on function staff.journal_codes is 'Codes of attendance of the school; is_plain: the «н» of a tap on a name';

create function school.roll_parse(p_roll text) returns table (pupil_id bigint, code_id bigint, minutes smallint)
language plpgsql immutable rows 5 as $$
begin
    if p_roll !~ '^([0-9]{1,18}:[0-9]{0,18}:[0-9]{0,3}(,[0-9]{1,18}:[0-9]{0,18}:[0-9]{0,3})*)?$' then
        raise exception 'not a roll: %', left(p_roll, 60) using errcode = 'KB404';
    end if;
    return query
    select split_part(r, ':', 1)::bigint, nullif(split_part(r, ':', 2), '')::bigint, nullif(split_part(r, ':', 3), '')::smallint
      from string_to_table(p_roll, ',') r;
end $$;
comment on function school.roll_parse is 'What school.roll_of() wrote; code 0 is the plain «н»';

create function school.roll_wanted(p_plain bigint, p_pupils bigint[], p_ticked bigint[], p_codes bigint[], p_minutes integer[],
    p_shown text)
returns table (pupil_id bigint, code_id bigint, minutes smallint) language sql stable rows 30 as $$
    -- Two controls for one thing: a tick for «н» and a list of codes. What the person changed is what counts, the list first.
    select f.pupil_id, w.code_id,
           case when c.scope in ('late', 'left') then f.minutes::smallint end
      from (select u.pupil_id, nullif(u.code_id, 0) as code_id, u.minutes, u.pupil_id = any (p_ticked) as is_ticked
              from unnest(p_pupils, p_codes, p_minutes) u(pupil_id, code_id, minutes)) f
      left join school.roll_parse(p_shown) r on r.pupil_id = f.pupil_id
      left join school.attendance_code o on o.id = case r.code_id when 0 then p_plain else r.code_id end
      cross join lateral (select case
               when f.code_id is distinct from nullif(o.id, p_plain) then coalesce(f.code_id, case when f.is_ticked then p_plain end)
               when f.is_ticked = coalesce(o.scope = 'absent', false) then o.id
               when f.is_ticked then p_plain end as code_id) w
      left join school.attendance_code c on c.id = w.code_id
$$;
comment on function school.roll_wanted is 'What a roll''s form says: one row per pupil, without a code when it is there';

create function staff.journal_save_roll(p_token text, p_key uuid, p_lesson bigint, p_pupils bigint[], p_ticked bigint[],
    p_codes bigint[], p_minutes integer[], p_seen text, p_shown text, p_roll_seen text, p_at_ms bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, true);
    v_plain bigint := school.code_for(v_visit.school_id, 'absent', 'none');
    v_words text;
    v_before jsonb;
    v_after jsonb;
    v_changed bigint[];
begin
    if not site.once('staff ' || v_visit.staff_id || ' roll', p_key,
                     concat_ws('|', p_lesson, p_pupils, p_ticked, p_codes, p_minutes, p_seen, p_shown, p_roll_seen)) then
        return;
    end if;
    select l.* into v_lesson from school.lesson l where l.id = p_lesson for update;
    v_words := school.journal_closed(v_lesson, (now() at time zone v_visit.time_zone)::date);
    if v_words <> '' then
        raise exception '%', v_words using errcode = 'KB422';
    end if;
    if exists (select from unnest(p_pupils) u
                where u not in (select j.pupil_id from school.journal_pupils(v_lesson.class_id, v_lesson.subgroup_id, v_lesson.day) j))
       or exists (select from unnest(p_codes) u
                   where u <> 0 and u not in (select c.id from school.attendance_code c where c.school_id = v_visit.school_id))
       or (select count(distinct u) <> count(*) from unnest(p_pupils) u)
       or cardinality(p_pupils) <> cardinality(p_codes) or cardinality(p_pupils) <> cardinality(p_minutes) then
        raise exception 'not a pupil of this lesson, or not a code of this school' using errcode = 'KB404';
    end if;
    if v_lesson.roll_by is distinct from v_visit.staff_id and v_lesson.roll_at is not null
       and extract(epoch from v_lesson.roll_at)::text <> p_roll_seen then
        raise exception 'Тем временем присутствующих отметил другой учитель (%). Сравните и сохраните ещё раз.',
            to_char(v_lesson.roll_at at time zone v_visit.time_zone, 'DD.MM в HH24:MI')
            using errcode = 'KB422';
    end if;

    -- What the form changes, and what stands there now.
    select array_agg(d.pupil_id),
           string_agg(school.list_number(v_lesson.class_id, v_lesson.subgroup_id, v_lesson.day, d.pupil_id), ', ' order by d.pupil_id)
               filter (where d.is_conflict),
           coalesce(jsonb_object_agg(d.pupil_id, d.was), '{}')
      into v_changed, v_words, v_before
      from (select w.pupil_id,
                   c.id is distinct from o.id and c.id is distinct from n.id
                       and (c.scope is distinct from o.scope or n.reason <> 'none') as is_conflict,
                   case when t.lesson_id is not null then jsonb_build_object('code', t.code_id, 'minutes', t.minutes,
                        'source', t.source, 'by', t.set_by) end as was
              from school.roll_wanted(v_plain, p_pupils, p_ticked, p_codes, p_minutes, p_shown) w
              left join school.roll_parse(p_seen) s on s.pupil_id = w.pupil_id
              left join school.attendance t on t.lesson_id = v_lesson.id and t.pupil_id = w.pupil_id
              left join school.attendance_code n on n.id = w.code_id
              left join school.attendance_code o on o.id = case s.code_id when 0 then v_plain else s.code_id end
              left join school.attendance_code c on c.id = t.code_id
             where (n.id, w.minutes) is distinct from (o.id, case when o.scope in ('late', 'left') then s.minutes end)) d;
    if v_words is not null then
        raise exception 'Тем временем это изменил кто-то другой: %. Сравните и сохраните ещё раз.', v_words using errcode = 'KB422';
    end if;

    delete from school.attendance t
     using school.roll_wanted(v_plain, p_pupils, p_ticked, p_codes, p_minutes, p_shown) w
     where t.lesson_id = v_lesson.id and t.pupil_id = w.pupil_id and w.code_id is null and w.pupil_id = any (v_changed);
    insert into school.attendance as t (lesson_id, pupil_id, subject_id, day, code_id, minutes, source, set_by)
    select v_lesson.id, w.pupil_id, v_lesson.subject_id, v_lesson.day, w.code_id, w.minutes, 'teacher', v_visit.staff_id
      from school.roll_wanted(v_plain, p_pupils, p_ticked, p_codes, p_minutes, p_shown) w
     where w.code_id is not null and w.pupil_id = any (v_changed)
        on conflict (lesson_id, pupil_id) do update
       set code_id = excluded.code_id, minutes = excluded.minutes, source = excluded.source, set_by = excluded.set_by, set_at = now()
     -- Whose reason is known already stays excused: a plain «н» says less.
     where (t.code_id, t.minutes) is distinct from (excluded.code_id, excluded.minutes)
       and not exists (select from school.attendance_code c join school.attendance_code n on n.id = excluded.code_id
                        where c.id = t.code_id and c.scope = n.scope and n.reason = 'none' and c.reason <> 'none'
                          and t.minutes is not distinct from excluded.minutes);
    v_before := jsonb_build_object('at', v_lesson.roll_at, 'by', v_lesson.roll_by, 'rows', v_before);
    -- The moment when the teacher said so, not when the phone found a network again.
    update school.lesson l
       set roll_at = least(now(), greatest(coalesce(to_timestamp(p_at_ms / 1000.0), now()), v_lesson.day::timestamp at time zone v_visit.time_zone)),
           roll_by = v_visit.staff_id
     where l.id = v_lesson.id returning l.roll_at into v_lesson.roll_at;
    select coalesce(jsonb_object_agg(u, t.code_id), '{}') into v_after
      from unnest(v_changed) u left join school.attendance t on t.lesson_id = v_lesson.id and t.pupil_id = u;
    perform school.journal_act(v_visit, p_key, 'roll', v_lesson.id, v_before,
                               jsonb_build_object('at', v_lesson.roll_at, 'rows', v_after));
end $$;
comment on function staff.journal_save_roll is
    'The whole roll at once. p_pupils, p_codes (0: none) and p_minutes go together, p_ticked are those marked «н»; p_seen is what '
    'the database held when the page was made, p_shown what the page showed, p_roll_seen when the roll was taken then, p_at_ms when the teacher entered it (Unix time). KB422: '
    'somebody else changed the same meanwhile, or the journal is closed';

create function staff.journal_save_theme(p_token text, p_key uuid, p_lesson bigint, p_theme text, p_seen text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, true);
    v_words text;
begin
    if not site.once('staff ' || v_visit.staff_id || ' theme', p_key, concat_ws('|', p_lesson, p_theme, p_seen)) then
        return;
    end if;
    select l.* into v_lesson from school.lesson l where l.id = p_lesson for update;
    v_words := school.journal_closed(v_lesson, (now() at time zone v_visit.time_zone)::date);
    if v_words <> '' then
        raise exception '%', v_words using errcode = 'KB422';
    end if;
    if v_lesson.theme not in (p_seen, p_theme) then
        raise exception 'Тем временем тему записал кто-то другой: «%». Сравните и сохраните ещё раз.', v_lesson.theme
            using errcode = 'KB422';
    end if;
    update school.lesson l set theme = p_theme where l.id = v_lesson.id;
    perform school.journal_act(v_visit, p_key, 'theme', v_lesson.id, to_jsonb(v_lesson.theme), to_jsonb(p_theme));
end $$;
comment on function staff.journal_save_theme is 'What was covered';

-- ---- works and marks ------------------------------------------------------------------------------------------------------

create function school.marks_of(p_work bigint, p_pupil bigint) returns text language sql stable as $$
    select coalesce(string_agg(m.value, ' ' order by m.ordinal), '') from school.mark m
     where m.work_id = p_work and m.pupil_id = p_pupil and m.value is not null
$$;
comment on function school.marks_of is 'The marks of a pupil for a work, in one line: «5 4»';

create function school.mark_values(p_text text) returns text[] language plpgsql immutable as $$
declare
    v_values text[];
begin
    select coalesce(array_agg(case
               when lower(v) in ('на', 'н/а', 'н\а', 'n/a') then 'н/а' when lower(v) in ('осв', 'осв.') then 'осв'
               when lower(v) in ('зач', 'зач.') then 'зач' when lower(v) in ('нз', 'незач', 'нз.') then 'нз'
               when v in ('.', '•', '·') then '.' else v end order by n), '{}')
      into v_values
      from regexp_split_to_table(trim(p_text), '[ ,;+]+') with ordinality s(v, n) where v <> '';
    if cardinality(v_values) > 3
       or exists (select from unnest(v_values) v where v not in ('5', '4', '3', '2', '1', 'н/а', 'осв', 'зач', 'нз', '.')) then
        return null;
    end if;
    return v_values;
end $$;
comment on function school.mark_values is 'Marks as typed, up to three: «5 4», «н/а»; NULL when it is something else';

create function school.marks_sorted(p_text text) returns text language sql immutable as $$
    select coalesce(string_agg(v, ' ' order by v), '') from string_to_table(p_text, ' ') v where v <> ''
$$;
comment on function school.marks_sorted is 'For comparing: which marks, whatever their order';

create function school.put_marks(p_visit auth.staff_visit, p_lesson school.lesson, p_work bigint, p_pupils bigint[], p_values text[],
    p_seen text, p_till date, p_reason text) returns jsonb language plpgsql as $$
declare
    v_words text;
    v_pupils bigint[];
    v_wanted text[];
    v_before jsonb;
    v_after jsonb;
begin
    if exists (select from unnest(p_pupils) u
                where u not in (select j.pupil_id from school.journal_pupils(p_lesson.class_id, p_lesson.subgroup_id, p_lesson.day) j))
       or (select count(distinct u) <> count(*) from unnest(p_pupils) u) or cardinality(p_pupils) <> cardinality(p_values) then
        raise exception 'not a pupil of this lesson' using errcode = 'KB404';
    end if;
    select string_agg(format('%s — «%s»', school.list_number(p_lesson.class_id, p_lesson.subgroup_id, p_lesson.day, u.pupil_id),
                             left(u.typed, 20)), ', ') into v_words
      from unnest(p_pupils, p_values) u(pupil_id, typed) where school.mark_values(u.typed) is null;
    if v_words is not null then
        raise exception 'Не оценка: %. Можно 5 4 3 2 1, н/а, осв, зач, нз и точку, до трёх через пробел.', v_words
            using errcode = 'KB422';
    end if;
    -- One writer at a time for a work.
    perform from school.work w where w.id = p_work for update;
    select array_agg(d.pupil_id), array_agg(d.wanted), coalesce(jsonb_object_agg(d.pupil_id, d.current), '{}'),
           coalesce(jsonb_object_agg(d.pupil_id, d.wanted), '{}'),
           string_agg(format('%s — теперь «%s»', school.list_number(p_lesson.class_id, p_lesson.subgroup_id, p_lesson.day, d.pupil_id),
                             d.current), ', ')
               filter (where school.marks_sorted(d.current) <> school.marks_sorted(d.seen))
      into v_pupils, v_wanted, v_before, v_after, v_words
      from (select u.pupil_id, array_to_string(school.mark_values(u.typed), ' ') as wanted,
                   school.marks_of(p_work, u.pupil_id) as current,
                   coalesce(array_to_string(school.mark_values(s.seen), ' '), '') as seen
              from unnest(p_pupils, p_values) u(pupil_id, typed)
              left join (select split_part(x, '=', 1) as pupil, split_part(x, '=', 2) as seen from string_to_table(p_seen, ';') x) s
                     on s.pupil = u.pupil_id::text) d
     where d.wanted <> d.seen and school.marks_sorted(d.wanted) <> school.marks_sorted(d.current);
    if v_words is not null then
        raise exception 'Тем временем изменено: %. Сравните и сохраните ещё раз.', v_words using errcode = 'KB422';
    end if;

    with wish as (
        -- A value goes where the mark stands that it replaces; further ones to the free places.
        select u.pupil_id, o.ordinal, (school.mark_values(u.wanted))[o.place] as value, m.value as old
          from unnest(v_pupils, v_wanted) u(pupil_id, wanted)
         cross join lateral (select g as ordinal, row_number() over (order by k.value is null, g) as place
                               from generate_series(1, 3) g
                               left join school.mark k on k.work_id = p_work and k.pupil_id = u.pupil_id and k.ordinal = g) o
          left join school.mark m on m.work_id = p_work and m.pupil_id = u.pupil_id and m.ordinal = o.ordinal)
    select string_agg(school.list_number(p_lesson.class_id, p_lesson.subgroup_id, p_lesson.day, w.pupil_id), ', ') into v_words
      from wish w where w.old <> '.' and w.value is distinct from w.old;
    if v_words is not null and p_reason = '' then
        raise exception 'Напишите, почему меняете оценку (%): родители увидят старую, новую и причину.', v_words
            using errcode = 'KB422';
    end if;

    insert into school.mark as m (work_id, pupil_id, ordinal, subject_id, day, value, point_till, set_by)
    select p_work, u.pupil_id, o.ordinal, p_lesson.subject_id, p_lesson.day, v.value,
           case when v.value = '.' then p_till end, p_visit.staff_id
      from unnest(v_pupils, v_wanted) u(pupil_id, wanted)
     cross join lateral (select g as ordinal, row_number() over (order by k.value is null, g) as place, k.work_id is not null as is_there
                           from generate_series(1, 3) g
                           left join school.mark k on k.work_id = p_work and k.pupil_id = u.pupil_id and k.ordinal = g) o
     cross join lateral (select (school.mark_values(u.wanted))[o.place] as value) v
     where v.value is not null or o.is_there
     order by u.pupil_id, o.ordinal
        on conflict (work_id, pupil_id, ordinal) do update
       set value = excluded.value, point_till = excluded.point_till, set_at = now(), set_by = excluded.set_by,
           reason = case when m.value = '.' and p_reason = '' then 'работа сдана' else p_reason end
     where m.value is distinct from excluded.value;
    return jsonb_build_object('before', v_before, 'after', v_after);
end $$;
comment on function school.put_marks is
    'Sets what differs between p_seen («pupil=5 4;…», as the page showed it) and the values typed; answers what was and what is. '
    'KB422: no such mark, somebody else was there meanwhile, or a mark is changed without a reason';

create function school.marks_seen(p_work bigint) returns text language sql stable as $$
    select coalesce(string_agg(m.pupil_id || '=' || m.marks, ';' order by m.pupil_id), '')
      from (select k.pupil_id, string_agg(k.value, ' ' order by k.ordinal) as marks
              from school.mark k where k.work_id = p_work and k.value is not null group by k.pupil_id) m
$$;
comment on function school.marks_seen is 'The marks of a work in one line: what a form has seen';

create function school.work_seen(p_work bigint) returns text language sql stable as $$
    select coalesce((select concat_ws('|', w.kind_id, w.weight, w.is_exam::int, coalesce(w.exam_task_id, 0), w.title)
                       from school.work w where w.id = p_work), '')
$$;
comment on function school.work_seen is 'What a work is, in one line';

create function staff.journal_works(p_token text, p_lesson bigint)
returns table (work_id bigint, kind text, title text, weight smallint, mark_count integer)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
begin
    return query
    select w.id, k.title, w.title, w.weight,
           (select count(*)::integer from school.mark m where m.work_id = w.id and m.value is not null)
      from school.work w join school.work_kind k on k.id = w.kind_id
     where w.lesson_id = v_lesson.id order by w.id limit 20;
end $$;
comment on function staff.journal_works is 'The works of a lesson';

create function school.work_or_latest(p_lesson bigint, p_work bigint) returns bigint language plpgsql stable as $$
begin
    if p_work is null then
        return (select max(w.id) from school.work w where w.lesson_id = p_lesson);
    elsif p_work = 0 then
        return null;
    elsif not exists (select from school.work w where w.id = p_work and w.lesson_id = p_lesson) then
        raise exception 'not a work of this lesson' using errcode = 'KB404';
    end if;
    return p_work;
end $$;
comment on function school.work_or_latest is 'The work asked for; NULL asks for the latest one of the lesson, 0 for a new one (NULL)';

create function staff.journal_work(p_token text, p_lesson bigint, p_work bigint)
returns table (work_id bigint, kind_id bigint, title text, weight smallint, is_exam boolean, exam_task_id bigint, work_seen text,
    seen text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
    v_work bigint := school.work_or_latest(v_lesson.id, p_work);
begin
    return query
    select coalesce(v_work, 0), w.kind_id, coalesce(w.title, ''), w.weight, coalesce(w.is_exam, false), w.exam_task_id,
           school.work_seen(v_work), school.marks_seen(v_work)
      from (select 1) one left join school.work w on w.id = v_work;
end $$;
comment on function staff.journal_work is 'One row: the work on show, work_id 0 for one that is to be made';

create function staff.journal_kinds(p_token text)
returns table (kind_id bigint, title text, weight smallint, is_major boolean)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
begin
    return query
    select k.id, k.title, k.weight, k.is_major from school.work_kind k where k.school_id = v_visit.school_id
     order by k.rank, k.id limit 30;
end $$;
comment on function staff.journal_kinds is 'Kinds of works of the school';

create function staff.journal_exam_tasks(p_token text, p_lesson bigint)
returns table (exam_task_id bigint, exam text, number smallint, title text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
begin
    return query
    select t.id, t.exam, t.number, t.title
      from school.class k
      join school.subject s on s.id = v_lesson.subject_id
      join school.exam_task t on t.subject = s.title and t.exam = case when k.grade <= 9 then 'ОГЭ' else 'ЕГЭ' end
     where k.id = v_lesson.class_id and k.grade >= 7 order by t.number limit 40;
end $$;
comment on function staff.journal_exam_tasks is 'Tasks of the state exam that the class will sit in this subject';

create function staff.journal_marks(p_token text, p_lesson bigint, p_work bigint)
returns table (pupil_id bigint, name text, marks text, scope text, is_commented boolean, point_till date)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
    v_work bigint := school.work_or_latest(v_lesson.id, p_work);
begin
    return query
    select u.pupil_id, u.name, school.marks_of(v_work, u.pupil_id),
           coalesce((select c.scope::text from school.attendance t join school.attendance_code c on c.id = t.code_id
                      where t.lesson_id = v_lesson.id and t.pupil_id = u.pupil_id), ''),
           exists (select from school.mark m
                    where m.work_id = v_work and m.pupil_id = u.pupil_id and m.value is not null and m.comment <> ''),
           (select min(m.point_till) from school.mark m where m.work_id = v_work and m.pupil_id = u.pupil_id)
      from school.journal_pupils(v_lesson.class_id, v_lesson.subgroup_id, v_lesson.day) u
     order by u.name, u.pupil_id;
end $$;
comment on function staff.journal_marks is 'The pupils of a lesson and their marks for one work';

create function staff.journal_save_marks(p_token text, p_key uuid, p_lesson bigint, p_work bigint, p_work_key uuid, p_kind bigint,
    p_title text, p_weight integer, p_is_exam boolean, p_task bigint, p_work_seen text, p_pupils bigint[], p_values text[],
    p_seen text, p_till date, p_reason text, out work_id bigint)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, true);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_words text := school.journal_closed(v_lesson, v_today);
    v_done jsonb;
begin
    work_id := coalesce(nullif(p_work, 0), (select w.id from school.work w where w.key = p_work_key and w.lesson_id = p_lesson));
    if not site.once('staff ' || v_visit.staff_id || ' marks', p_key, concat_ws('|', p_lesson, p_work, p_work_key, p_kind, p_title,
                     p_weight, p_is_exam, p_task, p_work_seen, p_pupils, p_values, p_seen, p_till, p_reason)) then
        return;
    end if;
    -- A work may be planned ahead; marks cannot.
    if v_words <> '' and not (v_lesson.day > v_today and not v_lesson.is_cancelled
                              and not exists (select from unnest(p_values) v where v <> '')) then
        raise exception '%', v_words using errcode = 'KB422';
    end if;
    if not exists (select from school.work_kind k where k.id = p_kind and k.school_id = v_visit.school_id)
       or (p_task is not null and not exists (select from staff.journal_exam_tasks(p_token, p_lesson) t where t.exam_task_id = p_task)
           and p_task is distinct from (select w.exam_task_id from school.work w where w.id = journal_save_marks.work_id)) then
        raise exception 'not a kind of this school, or not a task of this exam' using errcode = 'KB404';
    end if;
    if work_id is null then
        insert into school.work (lesson_id, subject_id, day, kind_id, title, weight, is_exam, exam_task_id, key)
        select v_lesson.id, v_lesson.subject_id, v_lesson.day, k.id, p_title, coalesce(p_weight, k.weight), p_is_exam, p_task, p_work_key
          from school.work_kind k where k.id = p_kind
        returning id into work_id;
    else
        work_id := school.work_or_latest(p_lesson, work_id);
        update school.work w
           set kind_id = p_kind, title = p_title, weight = coalesce(p_weight, k.weight), is_exam = p_is_exam, exam_task_id = p_task
          from school.work_kind k
         where w.id = journal_save_marks.work_id and k.id = p_kind
           and concat_ws('|', p_kind, coalesce(p_weight, k.weight), p_is_exam::int, coalesce(p_task, 0), p_title) <> p_work_seen;
    end if;
    v_done := school.put_marks(v_visit, v_lesson, work_id, p_pupils, p_values, p_seen, p_till, p_reason);
    perform school.journal_act(v_visit, p_key, 'marks', p_lesson, jsonb_build_object('work', work_id, 'marks', v_done -> 'before'),
                               jsonb_build_object('marks', v_done -> 'after'));
end $$;
comment on function staff.journal_save_marks is
    'A work and its marks, the whole class at once. p_work 0: the new work that p_work_key names, made once however often the form '
    'comes; p_weight NULL: as the kind weighs; p_till: of the points among the values; p_work_seen, p_seen: what the page showed';

create function staff.journal_drop_work(p_token text, p_work bigint, out lesson_id bigint)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
begin
    select w.lesson_id into lesson_id from school.work w where w.id = p_work for update;
    perform school.journal_lesson(v_visit, lesson_id, true);
    if exists (select from school.mark m where m.work_id = p_work) then
        raise exception 'У этой работы есть оценки: журнал их не забывает, работу убрать нельзя.' using errcode = 'KB422';
    end if;
    delete from school.work w where w.id = p_work;
end $$;
comment on function staff.journal_drop_work is 'Takes away a work that never had marks';

create function staff.journal_mark(p_token text, p_work bigint, p_pupil bigint)
returns table (lesson_id bigint, day date, class_name text, subject text, kind text, title text, weight smallint, name text,
    ordinal smallint, value text, comment text, point_till date, may_write boolean, closed text, me bigint)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, (select w.lesson_id from school.work w where w.id = p_work), false);
begin
    if p_pupil not in (select j.pupil_id from school.journal_pupils(v_lesson.class_id, v_lesson.subgroup_id, v_lesson.day) j) then
        raise exception 'not a pupil of this lesson' using errcode = 'KB404';
    end if;
    return query
    select v_lesson.id, v_lesson.day, c.name, s.title, k.title, w.title, w.weight, coalesce(people.pupil_name(p_pupil), ''),
           g::smallint, coalesce(m.value, ''), coalesce(m.comment, ''), m.point_till,
           'teacher' = any (v_visit.roles) and (v_lesson.staff_id = v_visit.staff_id
               or school.teaches(v_visit, v_lesson.class_id, v_lesson.subject_id, v_lesson.subgroup_id)),
           school.journal_closed(v_lesson, (now() at time zone v_visit.time_zone)::date), v_visit.staff_id
      from school.work w
      join school.work_kind k on k.id = w.kind_id
      join school.class c on c.id = v_lesson.class_id
      join school.subject s on s.id = v_lesson.subject_id
     cross join generate_series(1, 3) g
      left join school.mark m on m.work_id = w.id and m.pupil_id = p_pupil and m.ordinal = g
     where w.id = p_work and (m.value is not null
           or g = (select min(f) from generate_series(1, 3) f
                    where not exists (select from school.mark x where x.work_id = w.id and x.pupil_id = p_pupil
                                         and x.ordinal = f and x.value is not null)))
     order by g;
end $$;
comment on function staff.journal_mark is 'The marks of one pupil for one work, and one empty place when there is room';

create function staff.journal_history(p_token text, p_work bigint, p_pupil bigint)
returns table (at timestamp, old_value text, new_value text, reason text, who text)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, (select w.lesson_id from school.work w where w.id = p_work), false);
begin
    return query
    select c.at at time zone v_visit.time_zone, coalesce(c.old_value, ''), coalesce(c.new_value, ''), c.reason,
           coalesce(people.staff_name(c.staff_id), '')
      from school.mark_change c
      join school.pupil p on p.id = c.pupil_id and p.school_id = v_visit.school_id
     where c.work_id = p_work and c.pupil_id = p_pupil and v_lesson.id is not null order by c.id desc limit 50;
end $$;
comment on function staff.journal_history is 'How the marks of a pupil for a work were changed, newest first';

create function staff.journal_save_mark(p_token text, p_key uuid, p_work bigint, p_pupil bigint, p_ordinal integer, p_value text,
    p_comment text, p_till date, p_reason text, p_seen text, out lesson_id bigint)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, (select w.lesson_id from school.work w where w.id = p_work), true);
    v_values text[] := school.mark_values(p_value);
    v_words text := school.journal_closed(v_lesson, (now() at time zone v_visit.time_zone)::date);
    v_now text;
begin
    lesson_id := v_lesson.id;
    if not site.once('staff ' || v_visit.staff_id || ' mark', p_key,
                     concat_ws('|', p_work, p_pupil, p_ordinal, p_value, p_comment, p_till, p_reason, p_seen)) then
        return;
    end if;
    if v_words <> '' then
        raise exception '%', v_words using errcode = 'KB422';
    end if;
    if p_pupil not in (select j.pupil_id from school.journal_pupils(v_lesson.class_id, v_lesson.subgroup_id, v_lesson.day) j) then
        raise exception 'not a pupil of this lesson' using errcode = 'KB404';
    end if;
    if v_values is null or cardinality(v_values) > 1 then
        raise exception 'Здесь одна оценка: 5 4 3 2 1, н/а, осв, зач, нз или точка.' using errcode = 'KB422';
    end if;
    perform from school.work w where w.id = p_work for update;
    v_now := coalesce((select m.value from school.mark m
                        where m.work_id = p_work and m.pupil_id = p_pupil and m.ordinal = p_ordinal), '');
    if v_now not in (p_seen, coalesce(v_values[1], '')) then
        raise exception 'Тем временем оценку изменил кто-то другой: теперь «%». Сравните и сохраните ещё раз.', v_now
            using errcode = 'KB422';
    elsif v_now not in ('', '.') and v_now is distinct from coalesce(v_values[1], '') and p_reason = '' then
        raise exception 'Напишите, почему меняете оценку: родители увидят старую, новую и причину.' using errcode = 'KB422';
    elsif v_now = '' and cardinality(v_values) = 0 then
        raise exception 'Сначала поставьте оценку: комментарий бывает только у неё.' using errcode = 'KB422';
    end if;
    insert into school.mark as m (work_id, pupil_id, ordinal, subject_id, day, value, comment, point_till, set_by)
    values (p_work, p_pupil, p_ordinal, v_lesson.subject_id, v_lesson.day, v_values[1], p_comment,
            case when v_values[1] = '.' then p_till end, v_visit.staff_id)
        on conflict (work_id, pupil_id, ordinal) do update
       set value = excluded.value, comment = excluded.comment, point_till = excluded.point_till, set_at = now(),
           set_by = excluded.set_by, reason = case when m.value = '.' and p_reason = '' then 'работа сдана' else p_reason end;
end $$;
comment on function staff.journal_save_mark is 'One mark with its comment and deadline; an empty value takes it back';

-- ---- homework -------------------------------------------------------------------------------------------------------------

create function staff.journal_targets(p_token text, p_lesson bigint)
returns table (target_id bigint, day date, number smallint, has_homework boolean)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
begin
    return query
    select l.id, l.day, l.number, h.id is not null
      from school.lesson l
      left join school.homework h on h.lesson_id = l.id
     where l.class_id = v_lesson.class_id and l.subject_id = v_lesson.subject_id
       and l.subgroup_id is not distinct from v_lesson.subgroup_id and not l.is_cancelled
       and (l.day, l.number) > (v_lesson.day, v_lesson.number)
     order by l.day, l.number limit 4;
end $$;
comment on function staff.journal_targets is 'The lessons that homework given at this one may be for';

create function school.homework_target(p_lesson school.lesson, p_target bigint) returns bigint language plpgsql stable as $$
declare
    v_id bigint := (
        select l.id from school.lesson l
         where l.class_id = p_lesson.class_id and l.subject_id = p_lesson.subject_id
           and l.subgroup_id is not distinct from p_lesson.subgroup_id and not l.is_cancelled
           and (l.day, l.number) > (p_lesson.day, p_lesson.number) and (p_target is null or l.id = p_target)
         order by l.day, l.number limit 1);
begin
    if v_id is null and p_target is not null then
        raise exception 'not a later lesson of this class and subject' using errcode = 'KB404';
    end if;
    return v_id;
end $$;
comment on function school.homework_target is 'The lesson that homework is for; NULL asks for the next one, and answers NULL when there is none';

create function staff.journal_homework(p_token text, p_lesson bigint, p_target bigint)
returns table (target_id bigint, homework_id bigint, target_day date, target_number smallint, task text, minutes smallint, link text,
    wants_answer boolean, answer_count integer)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
begin
    return query
    select l.id, h.id, l.day, l.number, coalesce(h.task, ''), h.minutes, coalesce(h.link, ''), coalesce(h.wants_answer, false),
           (select count(*)::integer from school.homework_answer r where r.homework_id = h.id)
      from (select 1) one
      left join school.lesson l on l.id = school.homework_target(v_lesson, p_target)
      left join school.homework h on h.lesson_id = l.id;
end $$;
comment on function staff.journal_homework is 'One row: the homework for a later lesson as it stands; target_id NULL: there is no later lesson';

create function staff.journal_homework_files(p_token text, p_lesson bigint, p_target bigint)
returns table (file_id uuid, name text, size integer)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
begin
    return query
    select f.id, f.name, f.size
      from school.homework h
      join school.homework_file x on x.homework_id = h.id
      join site.file f on f.id = x.file_id
     where h.lesson_id = school.homework_target(v_lesson, p_target) order by f.created_at, f.name;
end $$;
comment on function staff.journal_homework_files is 'Files of that homework';

create function staff.journal_task(p_token text, p_lesson bigint)
returns table (homework_id bigint, task text, minutes smallint, link text, wants_answer boolean, given_on date)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
begin
    return query
    select h.id, h.task, h.minutes, coalesce(h.link, ''), h.wants_answer, h.given_on
      from school.homework h where h.lesson_id = v_lesson.id;
end $$;
comment on function staff.journal_task is 'The homework that was for this lesson';

create function staff.journal_answers(p_token text, p_lesson bigint)
returns table (answer_id bigint, name text, body text, sent_at timestamp, is_late boolean, file_id uuid, file_name text, size integer)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, false);
begin
    return query
    select r.id, coalesce(people.pupil_name(r.pupil_id), ''), r.body, r.sent_at at time zone v_visit.time_zone, r.is_late,
           f.id, f.name, f.size
      from school.homework h
      join school.homework_answer r on r.homework_id = h.id
      left join school.answer_file x on x.answer_id = r.id
      left join site.file f on f.id = x.file_id
     where h.lesson_id = v_lesson.id order by 2, r.sent_at, r.id, f.name limit 200;
end $$;
comment on function staff.journal_answers is 'What was handed in for this lesson: a row per file, one for an answer without';

create function staff.journal_save_homework(p_token text, p_key uuid, p_lesson bigint, p_target bigint, p_task text, p_minutes integer,
    p_link text, p_wants boolean, p_seen text, p_drop uuid[]) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, true);
    v_target bigint := school.homework_target(v_lesson, p_target);
    v_old school.homework;
begin
    if not site.once('staff ' || v_visit.staff_id || ' homework', p_key,
                     concat_ws('|', p_lesson, p_target, p_task, p_minutes, p_link, p_wants, p_seen, p_drop)) then
        return;
    end if;
    perform from school.lesson l where l.id = v_target for update;
    select h.* into v_old from school.homework h where h.lesson_id = v_target;
    if (now() at time zone v_visit.time_zone)::date > school.journal_till(v_lesson) then
        raise exception '%', school.journal_closed(v_lesson, (now() at time zone v_visit.time_zone)::date) using errcode = 'KB422';
    elsif coalesce(v_old.task, '') not in (p_seen, p_task) then
        raise exception 'Тем временем задание записал кто-то другой: «%». Сравните и сохраните ещё раз.', left(v_old.task, 200)
            using errcode = 'KB422';
    elsif p_task = '' and exists (select from school.homework_answer r where r.homework_id = v_old.id) then
        raise exception 'Работы по этому заданию уже сданы: убрать его нельзя.' using errcode = 'KB422';
    end if;
    with gone as (
        delete from school.homework_file x
         where x.homework_id = v_old.id and (p_task = '' or x.file_id = any (p_drop)) returning x.file_id)
    delete from site.file f using gone where f.id = gone.file_id;
    if p_task = '' then
        delete from school.homework h where h.id = v_old.id;
    else
        insert into school.homework as h (lesson_id, given_on, task, minutes, link, wants_answer, staff_id)
        values (v_target, v_lesson.day, p_task, p_minutes, nullif(p_link, ''), p_wants, v_visit.staff_id)
            on conflict (lesson_id) do update
           set task = excluded.task, minutes = excluded.minutes, link = excluded.link, wants_answer = excluded.wants_answer,
               staff_id = excluded.staff_id, set_at = now();
    end if;
    perform school.journal_act(v_visit, p_key, 'homework', p_lesson,
        jsonb_build_object('target', v_target, 'homework', case when v_old.id is not null then to_jsonb(v_old) end),
        jsonb_build_object('task', p_task));
end $$;
comment on function staff.journal_save_homework is 'Homework for a later lesson; an empty task takes it back';

create function staff.journal_add_file(p_token text, p_key uuid, p_number integer, p_lesson bigint, p_target bigint, p_name text,
    p_type text, p_bytes bytea) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson := school.journal_lesson(v_visit, p_lesson, true);
    v_homework bigint;
begin
    if not site.once('staff ' || v_visit.staff_id || ' homework-file ' || p_number, p_key,
                     concat_ws('|', p_name, encode(sha256(p_bytes), 'hex'))) then
        return;
    end if;
    select h.id into v_homework from school.homework h where h.lesson_id = school.homework_target(v_lesson, p_target) for update;
    if v_homework is null then
        raise exception 'Файлу нужно задание: напишите, что с ним делать.' using errcode = 'KB422';
    elsif (select count(*) from school.homework_file x where x.homework_id = v_homework) >= 3 then
        raise exception 'У задания может быть три файла, не больше.' using errcode = 'KB422';
    end if;
    insert into school.homework_file (homework_id, file_id)
    values (v_homework, site.keep_file(v_visit.school_id, p_name, p_type, p_bytes));
end $$;
comment on function staff.journal_add_file is 'The p_number-th file of the form that saved the homework, in the same transaction';

create function staff.journal_file(p_token text, p_file uuid)
returns table (name text, type text, bytes bytea)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson bigint := coalesce(
        (select h.lesson_id from school.homework_file x join school.homework h on h.id = x.homework_id where x.file_id = p_file),
        (select h.lesson_id from school.answer_file x join school.homework_answer r on r.id = x.answer_id
           join school.homework h on h.id = r.homework_id where x.file_id = p_file));
    v_owner school.lesson := school.journal_lesson(v_visit, v_lesson, false);
begin
    return query select f.name, f.type, f.bytes from site.file f where f.id = p_file and v_owner.id is not null;
end $$;
comment on function staff.journal_file is 'A file of homework or of an answer, for who may see the lesson; else KB404';

-- ---- questions of parents ---------------------------------------------------------------------------------------------------

create function staff.journal_questions(p_token text, p_lesson bigint)
returns table (message_id bigint, lesson_id bigint, day date, class_name text, subject text, name text, body text, sent_at timestamp,
    reply text, replied_at timestamp)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
begin
    if p_lesson is not null then
        perform school.journal_lesson(v_visit, p_lesson, false);
    end if;
    return query
    select q.id, l.id, l.day, k.name, s.title, coalesce(people.pupil_name(q.pupil_id), ''), q.body,
           q.sent_at at time zone v_visit.time_zone, coalesce(q.reply, ''), q.replied_at at time zone v_visit.time_zone
      from school.lesson l
      join school.lesson_message q on q.lesson_id = l.id
      join school.class k on k.id = l.class_id
      join school.subject s on s.id = l.subject_id
     where case when p_lesson is null
                then l.staff_id = v_visit.staff_id and q.reply is null
                     and l.day > (now() at time zone v_visit.time_zone)::date - 60
                else l.id = p_lesson end
     order by q.sent_at limit 40;
end $$;
comment on function staff.journal_questions is 'Questions to one lesson, or (NULL) the unanswered ones to all lessons of mine';

create function staff.journal_reply(p_token text, p_key uuid, p_message bigint, p_reply text, out lesson_id bigint)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_lesson school.lesson :=
        school.journal_lesson(v_visit, (select q.lesson_id from school.lesson_message q where q.id = p_message), true);
begin
    lesson_id := v_lesson.id;
    if not site.once('staff ' || v_visit.staff_id || ' reply', p_key, concat_ws('|', p_message, p_reply)) then
        return;
    end if;
    update school.lesson_message q set reply = p_reply, replied_by = v_visit.staff_id, replied_at = now()
     where q.id = p_message and q.reply is null;
    if not found then
        raise exception 'На этот вопрос уже ответили.' using errcode = 'KB422';
    end if;
end $$;
comment on function staff.journal_reply is 'Answers a parent''s question, once';

-- ---- undo -------------------------------------------------------------------------------------------------------------------

create function staff.journal_undo(p_token text, p_act uuid, out lesson_id bigint)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_act school.journal_act;
    v_lesson school.lesson;
    v_pupils bigint[];
    v_values text[];
begin
    select a.* into v_act from school.journal_act a where a.staff_id = v_visit.staff_id and a.key = p_act for update;
    v_lesson := school.journal_lesson(v_visit, v_act.lesson_id, true);
    lesson_id := v_lesson.id;
    if v_act.undone_at is not null then
        return;
    end if;
    select l.* into v_lesson from school.lesson l where l.id = v_act.lesson_id for update;
    if exists (select from school.journal_act a
                where a.lesson_id = v_act.lesson_id and a.staff_id = v_act.staff_id and a.at > v_act.at and a.undone_at is null)
       or v_act.at < now() - interval '12 h' then
        raise exception 'Отменить можно только последнее действие.' using errcode = 'KB422';
    end if;
    if v_act.what = 'roll' then
        if v_lesson.roll_at is distinct from (v_act.after ->> 'at')::timestamptz
           or exists (select from jsonb_each_text(v_act.after -> 'rows') r
                        left join school.attendance t on t.lesson_id = v_lesson.id and t.pupil_id = r.key::bigint
                       where t.code_id is distinct from r.value::bigint) then
            raise exception 'Отметки с тех пор изменились: отменить нельзя.' using errcode = 'KB422';
        end if;
        delete from school.attendance t
         where t.lesson_id = v_lesson.id
           and t.pupil_id in (select r.key::bigint from jsonb_each(v_act.before -> 'rows') r where r.value = 'null');
        insert into school.attendance (lesson_id, pupil_id, subject_id, day, code_id, minutes, source, set_by)
        select v_lesson.id, r.key::bigint, v_lesson.subject_id, v_lesson.day, (r.value ->> 'code')::bigint,
               (r.value ->> 'minutes')::smallint, (r.value ->> 'source')::school.attendance_source, (r.value ->> 'by')::bigint
          from jsonb_each(v_act.before -> 'rows') r where r.value <> 'null'
            on conflict on constraint attendance_pkey do update
           set code_id = excluded.code_id, minutes = excluded.minutes, source = excluded.source, set_by = excluded.set_by,
               set_at = now();
        update school.lesson l set roll_at = (v_act.before ->> 'at')::timestamptz, roll_by = (v_act.before ->> 'by')::bigint
         where l.id = v_lesson.id;
    elsif v_act.what = 'theme' then
        if v_lesson.theme <> v_act.after #>> '{}' then
            raise exception 'Тема с тех пор изменилась: отменить нельзя.' using errcode = 'KB422';
        end if;
        update school.lesson l set theme = v_act.before #>> '{}' where l.id = v_lesson.id;
    elsif v_act.what = 'marks' then
        select coalesce(array_agg(r.key::bigint), '{}'), coalesce(array_agg(r.value), '{}')
          into v_pupils, v_values from jsonb_each_text(v_act.before -> 'marks') r;
        perform school.put_marks(v_visit, v_lesson, (v_act.before ->> 'work')::bigint, v_pupils, v_values,
            (select coalesce(string_agg(r.key || '=' || r.value, ';'), '') from jsonb_each_text(v_act.after -> 'marks') r),
            null, 'отмена действия');
        delete from school.work w
         where w.id = (v_act.before ->> 'work')::bigint and w.key is not null
           and not exists (select from school.mark m where m.work_id = w.id)
           and not exists (select from school.journal_act a
                            where a.what = 'marks' and a.before ->> 'work' = w.id::text and a.key <> p_act);
    else
        perform school.undo_homework(v_act);
    end if;
    update school.journal_act a set undone_at = now() where a.staff_id = v_visit.staff_id and a.key = p_act;
end $$;
comment on function staff.journal_undo is
    'Puts back what was before my last act at a lesson, named by the key of its form. KB422 when it is not the last, or changed since';

create function school.undo_homework(p_act school.journal_act) returns void language plpgsql as $$
declare
    v_target bigint := (p_act.before ->> 'target')::bigint;
    v_old school.homework := jsonb_populate_record(null::school.homework, nullif(p_act.before -> 'homework', 'null'));
    v_now school.homework;
begin
    select h.* into v_now from school.homework h where h.lesson_id = v_target for update;
    if coalesce(v_now.task, '') <> p_act.after ->> 'task'
       or exists (select from school.homework_answer r where r.homework_id = v_now.id and r.sent_at > p_act.at) then
        raise exception 'Задание с тех пор изменилось или по нему сданы работы: отменить нельзя.' using errcode = 'KB422';
    end if;
    if v_old.lesson_id is null then
        with gone as (delete from school.homework_file x where x.homework_id = v_now.id returning x.file_id)
        delete from site.file f using gone where f.id = gone.file_id;
        delete from school.homework h where h.id = v_now.id;
    else
        insert into school.homework (lesson_id, given_on, task, minutes, link, wants_answer, staff_id)
        values (v_target, v_old.given_on, v_old.task, v_old.minutes, v_old.link, v_old.wants_answer, v_old.staff_id)
            on conflict (lesson_id) do update
           set task = excluded.task, minutes = excluded.minutes, link = excluded.link, wants_answer = excluded.wants_answer,
               given_on = excluded.given_on, staff_id = excluded.staff_id, set_at = now();
    end if;
end $$;
comment on function school.undo_homework is 'The homework as it was before an act; files stay as they are';

-- ---- the grid of a term -------------------------------------------------------------------------------------------------------

create function school.journal_class(p_visit auth.staff_visit, p_class bigint, p_subject bigint, p_subgroup bigint, p_write boolean)
returns void language plpgsql stable as $$
begin
    if not exists (select from school.class k join school.subject s on s.school_id = k.school_id
                    where k.id = p_class and s.id = p_subject and k.school_id = p_visit.school_id)
       or (p_subgroup is not null and not exists (select from school.subgroup g
                                                   where g.id = p_subgroup and g.class_id = p_class and g.subject_id = p_subject))
       or not (school.teaches(p_visit, p_class, p_subject, p_subgroup) or 'head' = any (p_visit.roles)) then
        raise exception 'not a class of this teacher' using errcode = 'KB404';
    elsif p_write and not school.teaches(p_visit, p_class, p_subject, p_subgroup) then
        raise exception 'a head of studies reads the journal' using errcode = 'KB403';
    end if;
end $$;
comment on function school.journal_class is 'KB404 unless the teacher has that class and subject (or, for reading, is its head of studies)';

create function staff.journal_terms(p_token text, p_class bigint)
returns table (term_id bigint, title text, first_day date, last_day date, is_current boolean)
language plpgsql stable security definer rows 4 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
begin
    return query
    select t.id, t.title, t.first_day, t.last_day,
           t.id = (select c.id from school.term c
                    where c.year_id = t.year_id and c.grades @> k.grade::int and c.first_day <= greatest(v_today, y.first_day)
                    order by c.first_day desc limit 1)
      from school.class k
      join school.year y on y.id = k.year_id
      join school.term t on t.year_id = k.year_id and t.grades @> k.grade::int
     where k.id = p_class and k.school_id = v_visit.school_id order by t.ordinal;
end $$;
comment on function staff.journal_terms is 'The terms of a class; is_current: this one, or in the holidays the one that ended';

create function school.term_of(p_class bigint, p_term bigint, p_today date) returns school.term language plpgsql stable as $$
declare
    v_term school.term;
begin
    select t.* into v_term
      from school.class k join school.term t on t.year_id = k.year_id and t.grades @> k.grade::int
     where k.id = p_class and (t.id = p_term or p_term is null)
     order by t.first_day > p_today, abs(t.first_day - p_today) limit 1;
    if v_term.id is null and p_term is not null then
        raise exception 'not a term of this class' using errcode = 'KB404';
    end if;
    return v_term;
end $$;
comment on function school.term_of is 'A term of a class by its id; NULL: the one that began last';

create function staff.journal_class(p_token text, p_class bigint, p_subject bigint, p_subgroup bigint, p_term bigint)
returns table (class_id bigint, subject_id bigint, subgroup_id bigint, class_name text, subject text, subgroup text, term_id bigint,
    term text, first_day date, last_day date, may_write boolean, is_early boolean, closed text, seen text, lesson_count integer, me bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_term school.term;
begin
    perform school.journal_class(v_visit, p_class, p_subject, p_subgroup, false);
    v_term := school.term_of(p_class, p_term, v_today);
    return query
    select k.id, s.id, g.id, k.name, s.title, coalesce(g.title, ''), v_term.id, coalesce(v_term.title, ''), v_term.first_day,
           v_term.last_day, school.teaches(v_visit, p_class, p_subject, p_subgroup),
           v_today < v_term.last_day - school.early_final_days(), school.finals_closed(v_term, v_today),
           school.finals_seen(v_term.id, p_subject, p_class, p_subgroup),
           (select count(*)::integer from school.lesson l
             where l.class_id = p_class and l.subject_id = p_subject and l.subgroup_id is not distinct from p_subgroup
               and not l.is_cancelled and l.day between v_term.first_day and v_term.last_day and l.day <= v_today), v_visit.staff_id
      from school.class k
      join school.subject s on s.id = p_subject
      left join school.subgroup g on g.id = p_subgroup
     where k.id = p_class;
end $$;
comment on function staff.journal_class is 'One row: a class, a subject and a term, and whether and why not final marks can be set';

create function school.finals_closed(p_term school.term, p_today date) returns text language sql stable as $$
    select case when (p_term).id is null then 'Для этого класса нет четвертей и триместров.'
                when p_today < (p_term).first_day then 'Этот период ещё не начался.'
                when p_today > (p_term).last_day + school.journal_grace_days() then
                     'Журнал за этот период закрыт ' || to_char((p_term).last_day + school.journal_grace_days(), 'DD.MM.YYYY') || '.'
                else '' end
$$;
comment on function school.finals_closed is 'Why final marks of a term cannot be set today; "" when they can';

create function school.finals_seen(p_term bigint, p_subject bigint, p_class bigint, p_subgroup bigint) returns text
language sql stable as $$
    select coalesce(string_agg(f.pupil_id || '=' || f.value, ';' order by f.pupil_id), '')
      from school.final_mark f
     where f.term_id = p_term and f.subject_id = p_subject and f.period = 'term'
       and f.pupil_id in (select e.pupil_id from school.enrolment e where e.class_id = p_class)
       and (p_subgroup is null or school.attends(f.pupil_id, p_subgroup))
$$;
comment on function school.finals_seen is 'Final marks of a class in one line: what a form has seen';

create function staff.journal_grid_days(p_token text, p_class bigint, p_subject bigint, p_subgroup bigint, p_term bigint, p_skip integer)
returns table (lesson_id bigint, day date, number smallint, label text, theme text, has_roll boolean)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_term school.term;
begin
    perform school.journal_class(v_visit, p_class, p_subject, p_subgroup, false);
    v_term := school.term_of(p_class, p_term, v_today);
    return query
    select g.id, g.day, g.number, to_char(g.day, 'DD.MM'), g.theme, g.has_roll
      from (select l.id, l.day, l.number, l.theme, l.roll_at is not null as has_roll
              from school.lesson l
             where l.class_id = p_class and l.subject_id = p_subject and l.subgroup_id is not distinct from p_subgroup
               and not l.is_cancelled and l.day between v_term.first_day and v_term.last_day and l.day <= v_today
             order by l.day desc, l.number desc offset p_skip limit 16) g
     order by g.day, g.number;
end $$;
comment on function staff.journal_grid_days is 'The columns of the grid: sixteen lessons, p_skip of the latest left out';

create function staff.journal_grid(p_token text, p_class bigint, p_subject bigint, p_subgroup bigint, p_term bigint, p_skip integer)
returns table (pupil_id bigint, name text, n integer, average_100 integer, weighted_100 integer, final text, early_reason text, cell text)
language plpgsql stable security definer rows 480 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_term school.term;
begin
    perform school.journal_class(v_visit, p_class, p_subject, p_subgroup, false);
    v_term := school.term_of(p_class, p_term, v_today);
    return query
    with days as (
        select d.lesson_id, d.day, d.number
          from staff.journal_grid_days(p_token, p_class, p_subject, p_subgroup, p_term, p_skip) d),
    cells as (
        select m.pupil_id, w.lesson_id, string_agg(m.value, ' ' order by w.id, m.ordinal) as marks
          from days d join school.work w on w.lesson_id = d.lesson_id join school.mark m on m.work_id = w.id
         where m.value is not null group by m.pupil_id, w.lesson_id)
    select u.pupil_id, u.name, coalesce(a.n, 0), (a.points * 100.0 / nullif(a.n, 0))::integer,
           (a.weighted * 100.0 / nullif(a.weight, 0))::integer, coalesce(f.value, ''), coalesce(f.early_reason, ''),
           concat_ws(' ', c.letter, x.marks)
      from school.journal_pupils(p_class, p_subgroup, least(v_today, v_term.last_day)) u
      left join days d on true
      left join cells x on x.pupil_id = u.pupil_id and x.lesson_id = d.lesson_id
      left join school.attendance t on t.lesson_id = d.lesson_id and t.pupil_id = u.pupil_id
      left join school.attendance_code c on c.id = t.code_id
      left join school.average a on a.pupil_id = u.pupil_id and a.term_id = v_term.id and a.subject_id = p_subject
      left join school.final_mark f on f.pupil_id = u.pupil_id and f.term_id = v_term.id and f.subject_id = p_subject and f.period = 'term'
     order by u.name, u.pupil_id, d.day, d.number;
end $$;
comment on function staff.journal_grid is 'Pupils × lessons of the grid, pupil by pupil; averages of the whole term in hundredths';

create function staff.journal_save_finals(p_token text, p_key uuid, p_class bigint, p_subject bigint, p_subgroup bigint, p_term bigint,
    p_pupils bigint[], p_values text[], p_seen text, p_reason text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_term school.term;
    v_words text;
begin
    perform school.journal_class(v_visit, p_class, p_subject, p_subgroup, true);
    v_term := school.term_of(p_class, p_term, v_today);
    if not site.once('staff ' || v_visit.staff_id || ' finals', p_key,
                     concat_ws('|', p_class, p_subject, p_subgroup, p_term, p_pupils, p_values, p_seen, p_reason)) then
        return;
    end if;
    if school.finals_closed(v_term, v_today) <> '' then
        raise exception '%', school.finals_closed(v_term, v_today) using errcode = 'KB422';
    end if;
    if exists (select from unnest(p_pupils) u
                where u not in (select j.pupil_id
                                  from school.journal_pupils(p_class, p_subgroup, least(v_today, v_term.last_day)) j))
       or (select count(distinct u) <> count(*) from unnest(p_pupils) u) or cardinality(p_pupils) <> cardinality(p_values) then
        raise exception 'not a pupil of this class' using errcode = 'KB404';
    end if;
    select string_agg(format('%s — «%s»', school.list_number(p_class, p_subgroup, least(v_today, v_term.last_day), u.pupil_id),
                             left(u.typed, 20)), ', ') into v_words
      from unnest(p_pupils, p_values) u(pupil_id, typed)
     where school.mark_values(u.typed) is null or cardinality(school.mark_values(u.typed)) > 1 or '.' = any (school.mark_values(u.typed));
    if v_words is not null then
        raise exception 'Не итоговая оценка: %. Можно 5 4 3 2 1, н/а, осв, зач или нз.', v_words using errcode = 'KB422';
    end if;
    -- One writer at a time for a class, subject and term.
    perform pg_advisory_xact_lock(hashtextextended(concat_ws('|', 'finals', p_class, p_subject, v_term.id), 0));
    if exists (select from unnest(p_pupils, p_values) u(pupil_id, typed)
                 left join (select split_part(x, '=', 1) as pupil, split_part(x, '=', 2) as seen from string_to_table(p_seen, ';') x) s
                        on s.pupil = u.pupil_id::text
                 left join school.final_mark f on f.pupil_id = u.pupil_id and f.term_id = v_term.id and f.subject_id = p_subject
                where coalesce((school.mark_values(u.typed))[1], '') <> coalesce(s.seen, '')
                  and coalesce(f.value, '') not in (coalesce(s.seen, ''), coalesce((school.mark_values(u.typed))[1], ''))) then
        raise exception 'Тем временем итоговые оценки изменил кто-то другой. Сравните и сохраните ещё раз.' using errcode = 'KB422';
    end if;
    if p_reason = '' and v_today < v_term.last_day - school.early_final_days()
       and exists (select from unnest(p_pupils, p_values) u(pupil_id, typed)
                     left join school.final_mark f on f.pupil_id = u.pupil_id and f.term_id = v_term.id and f.subject_id = p_subject
                    where (school.mark_values(u.typed))[1] is distinct from f.value
                      and cardinality(school.mark_values(u.typed)) > 0) then
        raise exception 'До конца периода больше % дней: напишите, почему итог ставится раньше.', school.early_final_days()
            using errcode = 'KB422';
    end if;
    delete from school.final_mark f
     using unnest(p_pupils, p_values) u(pupil_id, typed)
     where f.pupil_id = u.pupil_id and f.term_id = v_term.id and f.subject_id = p_subject and f.period = 'term'
       and trim(u.typed) = '' and f.pupil_id::text in (select split_part(x, '=', 1) from string_to_table(p_seen, ';') x);
    insert into school.final_mark as f (pupil_id, year_id, subject_id, period, term_id, value, early_reason, set_by)
    select u.pupil_id, v_term.year_id, p_subject, 'term', v_term.id, (school.mark_values(u.typed))[1],
           case when v_today < v_term.last_day - school.early_final_days() then p_reason else '' end, v_visit.staff_id
      from unnest(p_pupils, p_values) u(pupil_id, typed)
     where cardinality(school.mark_values(u.typed)) = 1
        on conflict (pupil_id, year_id, subject_id, period, term_id) do update
       set value = excluded.value, early_reason = excluded.early_reason, set_by = excluded.set_by, set_at = now()
     where f.value <> excluded.value;
    perform auth.note_staff(v_visit, 'finals-set', concat_ws(' ', p_class, p_subject, v_term.id));
end $$;
comment on function staff.journal_save_finals is
    'Final marks of a term, the whole class at once; "" takes one back. Before the last days of the term a reason is needed';

grant execute on function
    staff.journal_days(text, date),
    staff.journal_day(text, date),
    staff.journal_gaps(text),
    staff.journal_classes(text),
    staff.journal_lesson(text, bigint),
    staff.journal_roll(text, bigint),
    staff.journal_codes(text),
    staff.journal_save_roll(text, uuid, bigint, bigint[], bigint[], bigint[], integer[], text, text, text, bigint),
    staff.journal_save_theme(text, uuid, bigint, text, text),
    staff.journal_works(text, bigint),
    staff.journal_work(text, bigint, bigint),
    staff.journal_kinds(text),
    staff.journal_exam_tasks(text, bigint),
    staff.journal_marks(text, bigint, bigint),
    staff.journal_save_marks(text, uuid, bigint, bigint, uuid, bigint, text, integer, boolean, bigint, text, bigint[], text[], text, date, text),
    staff.journal_drop_work(text, bigint),
    staff.journal_mark(text, bigint, bigint),
    staff.journal_history(text, bigint, bigint),
    staff.journal_save_mark(text, uuid, bigint, bigint, integer, text, text, date, text, text),
    staff.journal_targets(text, bigint),
    staff.journal_homework(text, bigint, bigint),
    staff.journal_homework_files(text, bigint, bigint),
    staff.journal_task(text, bigint),
    staff.journal_answers(text, bigint),
    staff.journal_save_homework(text, uuid, bigint, bigint, text, integer, text, boolean, text, uuid[]),
    staff.journal_add_file(text, uuid, integer, bigint, bigint, text, text, bytea),
    staff.journal_file(text, uuid),
    staff.journal_questions(text, bigint),
    staff.journal_reply(text, uuid, bigint, text),
    staff.journal_undo(text, uuid),
    staff.journal_terms(text, bigint),
    staff.journal_class(text, bigint, bigint, bigint, bigint),
    staff.journal_grid_days(text, bigint, bigint, bigint, bigint, integer),
    staff.journal_grid(text, bigint, bigint, bigint, bigint, integer),
    staff.journal_save_finals(text, uuid, bigint, bigint, bigint, bigint, bigint[], text[], text, text) to kabinet_journal;

commit;
