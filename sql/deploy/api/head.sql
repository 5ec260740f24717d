-- Deploy kabinet:api/head to pg
-- requires: api/staff
-- requires: tables/study

-- The head's desk (завуч): the weekly timetable and who teaches instead of whom, terms, bells, days off and events, who has not
-- filled in the journal, what the school tells its families. Of one's own school alone; each act leaves a line of site.audit.

begin;

call auth.add_program('head', 'The head: timetable, substitutions, terms, completion', 'staff');
set local role kabinet_owner;

-- ---- what the acts share ------------------------------------------------------------------------------------------------------

create type school.headed as (visit auth.staff_visit, school_id bigint, today date, year_id bigint, first_day date,
    last_day date);
comment on type school.headed is
    'A head''s school, its day and its year: the present one, in summer the next when it is there already';

create function school.headed(p_token text) returns school.headed language plpgsql stable as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'head');
    v_head school.headed;
begin
    v_head.visit := v_visit;
    v_head.school_id := v_visit.school_id;
    v_head.today := pg_catalog.timezone(v_visit.time_zone, pg_catalog.now())::date;
    select y.id, y.first_day, y.last_day into v_head.year_id, v_head.first_day, v_head.last_day
      from school.year y
     where y.school_id = v_visit.school_id and y.first_day <= v_head.today + 92
     order by v_head.today between y.first_day and y.last_day desc, y.first_day desc
     limit 1;
    return v_head;
end $$;
comment on function school.headed(text) is 'KB401 without a session, KB403 for who is no head';

create function school.check_class(p_head school.headed, p_class bigint) returns void language plpgsql stable as $$
begin
    if not exists (select from school.class k where k.id = p_class and k.school_id = (p_head).school_id
        and k.year_id = (p_head).year_id) then
        raise exception 'no such class of this school' using errcode = 'KB404';
    end if;
end $$;
comment on function school.check_class is 'KB404 unless the class is of this school and year';

create function school.check_staff(p_head school.headed, p_staff bigint) returns void language plpgsql stable as $$
begin
    if not exists (select from auth.staff f where f.id = p_staff and f.school_id = (p_head).school_id and f.left_at is null) then
        raise exception 'no such member of staff' using errcode = 'KB404';
    end if;
end $$;
comment on function school.check_staff is 'KB404 unless that one works at this school';

create function school.check_subject(p_head school.headed, p_subject bigint) returns void language plpgsql stable as $$
begin
    if not exists (select from school.subject j where j.id = p_subject and j.school_id = (p_head).school_id) then
        raise exception 'no such subject' using errcode = 'KB404';
    end if;
end $$;
comment on function school.check_subject is 'KB404 unless the subject is of this school';

create function school.is_untouched(p_lesson school.lesson) returns boolean language sql stable as $$
    select (p_lesson).roll_at is null and (p_lesson).theme = '' and not (p_lesson).is_cancelled and (p_lesson).note = ''
       and (p_lesson).was_staff_id is null and (p_lesson).was_subject_id is null and (p_lesson).was_room is null
       and (p_lesson).remote_url is null
       and not exists (select from school.homework h where h.lesson_id = (p_lesson).id)
       and not exists (select from school.work w where w.lesson_id = (p_lesson).id)
       and not exists (select from school.attendance a where a.lesson_id = (p_lesson).id)
       and not exists (select from school.lesson_message m where m.lesson_id = (p_lesson).id)
$$;
comment on function school.is_untouched is 'Nobody has written anything into that lesson, nor changed it: it may be made anew';

create function school.has_works(p_lesson bigint) returns boolean language sql stable as $$
    select exists (select from school.work w where w.lesson_id = p_lesson) or exists (select from school.attendance a
        where a.lesson_id = p_lesson)
$$;
comment on function school.has_works is 'Marks or absences stand at that lesson, so that its subject is theirs too';

create function school.remake_lessons(p_class bigint, p_from date, out removed integer, out made integer, out kept integer)
language plpgsql as $$
declare
    v_last date := (select y.last_day from school.class k join school.year y on y.id = k.year_id where k.id = p_class);
begin
    -- Lessons that the timetable has no more; those that stay keep their id, and with it their place in people's calendars.
    with stray as (
        select l.id, school.is_untouched(l) as is_untouched
          from school.lesson l
          join school.class k on k.id = l.class_id
         where l.class_id = p_class and l.day >= p_from
           and not (exists (select from school.slot s
                             where s.class_id = l.class_id and s.weekday = extract(isodow from l.day) and s.number = l.number
                               and l.day between s.first_day and s.last_day and s.subgroup_id is not distinct from l.subgroup_id
                               and (s.subject_id, s.staff_id, s.room) = (coalesce(l.was_subject_id, l.subject_id),
                                                                         coalesce(l.was_staff_id, l.staff_id),
                                                                             coalesce(l.was_room, l.room)))
                    and exists (select from school.term t where t.year_id = k.year_id and t.grades @> k.grade::int
                                   and l.day between t.first_day and t.last_day)
                    and not exists (select from school.day_off o where o.school_id = k.school_id and o.day = l.day))),
    gone as (delete from school.lesson l using stray s where l.id = s.id and s.is_untouched returning l.id)
    select (select count(*) from gone), (select count(*) from stray s where not s.is_untouched) into removed, kept;
    made := school.make_lessons(p_class, p_from, v_last);
end $$;
comment on function school.remake_lessons is
    'Makes the lessons of a class agree with its timetable, terms and days off from that day on, where nobody has written '
    'anything yet. '
    'kept: lessons that should be no more, but something was written there';

create function school.remake_school(p_head school.headed, p_from date, p_grades int4range) returns integer language sql as $$
    select coalesce(sum(r.kept), 0)::integer
      from school.class k
     cross join lateral school.remake_lessons(k.id, greatest(p_from, (p_head).today)) r
     where k.school_id = (p_head).school_id and k.year_id = (p_head).year_id and p_grades @> k.grade::int
$$;
comment on function school.remake_school is
    'school.remake_lessons() for those classes, from that day on and never for the past; answers how many were kept';

-- ---- lists --------------------------------------------------------------------------------------------------------------------

create function staff.head_classes(p_token text) returns table (id bigint, name text)
language plpgsql stable security definer rows 30 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select k.id, k.name from school.class k where k.school_id = v_head.school_id and k.year_id = v_head.year_id
     order by k.grade, k.letter limit 200;
end $$;
comment on function staff.head_classes is 'The classes of the year';

create function staff.head_teachers(p_token text) returns table (id bigint, name text)
language plpgsql stable security definer rows 50 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select f.id, people.staff_name(f.id) from auth.staff f
     where f.school_id = v_head.school_id and f.left_at is null and 'teacher' = any (f.roles)
     order by 2 limit 300;
end $$;
comment on function staff.head_teachers is 'The teachers of the school';

create function staff.head_subjects(p_token text) returns table (id bigint, title text)
language plpgsql stable security definer rows 30 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query select j.id, j.title from school.subject j where j.school_id = v_head.school_id order by j.rank, j.title
        limit 200;
end $$;
comment on function staff.head_subjects is 'The subjects of the school';

create function staff.head_subgroups(p_token text, p_class bigint) returns table (id bigint, title text)
language plpgsql stable security definer rows 10 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select g.id, j.title || ', ' || g.title
      from school.subgroup g
      join school.class k on k.id = g.class_id and k.school_id = v_head.school_id
      join school.subject j on j.id = g.subject_id
     where g.class_id = p_class order by 2 limit 60;
end $$;
comment on function staff.head_subgroups is 'The subgroups of a class';

create function staff.head_today(p_token text)
returns table (today date, lessons integer, replaced integer, cancelled integer, unrolled integer, year_first date,
    year_last date)
language plpgsql stable security definer rows 1 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select v_head.today, count(*)::integer, count(*) filter (where not l.is_cancelled and l.was_staff_id is not null)::integer,
           count(*) filter (where l.is_cancelled)::integer,
           count(*) filter (where not l.is_cancelled and l.roll_at is null and b.ends < timezone((v_head.visit).time_zone,
               now())::time)::integer,
           v_head.first_day, v_head.last_day
      from school.class k
      join school.lesson l on l.class_id = k.id and l.day = v_head.today
      left join school.bell b on b.bells_id = school.bells_on(v_head.school_id, v_head.today) and b.number = l.number
     where k.school_id = v_head.school_id and k.year_id = v_head.year_id;
end $$;
comment on function staff.head_today is 'Figures of today: unrolled are lessons that are over and nobody has called the roll of';

-- ---- the weekly timetable -----------------------------------------------------------------------------------------------------

create function staff.head_slots(p_token text, p_class bigint, p_day date)
returns table (weekday smallint, weekday_title text, slot_id bigint, number smallint, subject text, subgroup text, teacher text,
    room text,
               first_day date, last_day date, is_future boolean)
language plpgsql stable security definer rows 40 as $$
declare
    v_head school.headed := school.headed(p_token);
    v_day date := coalesce(p_day, v_head.today);
    v_monday date := v_day - (extract(isodow from v_day)::integer - 1);
begin
    perform school.check_class(v_head, p_class);
    return query
    select w.n::smallint, (array['Понедельник', 'Вторник', 'Среда', 'Четверг', 'Пятница', 'Суббота', 'Воскресенье'])[w.n],
           s.id, s.number, j.title, g.title, people.staff_name(s.staff_id), s.room, s.first_day, s.last_day,
               s.first_day > v_monday + w.n - 1
      from generate_series(1, 6) w(n)
      left join school.slot s on s.class_id = p_class and s.weekday = w.n and s.last_day >= v_monday + w.n - 1
          and s.first_day <= v_monday + 27
      left join school.subject j on j.id = s.subject_id
      left join school.subgroup g on g.id = s.subgroup_id
     order by w.n, s.number, s.first_day, g.title, s.id
     limit 200;
end $$;
comment on function staff.head_slots is
    'Each weekday with what the timetable has in that week, and what begins within four weeks (is_future); slot_id NULL: nothing';

create function staff.head_slot(p_token text, p_slot bigint)
returns table (slot_id bigint, class_id bigint, class_name text, weekday smallint, number smallint, subject_id bigint,
    subject text,
               staff_id bigint, teacher text, subgroup_id bigint, room text, first_day date, last_day date)
language plpgsql stable security definer rows 1 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select s.id, s.class_id, k.name, s.weekday, s.number, s.subject_id, j.title, s.staff_id, people.staff_name(s.staff_id),
        s.subgroup_id,
           s.room, s.first_day, s.last_day
      from school.slot s
      join school.class k on k.id = s.class_id and k.school_id = v_head.school_id and k.year_id = v_head.year_id
      join school.subject j on j.id = s.subject_id
     where s.id = p_slot;
    if not found then
        raise exception 'no such slot' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.head_slot is 'One line of the timetable; KB404 when it is not this school''s';

create function school.check_slot(p_head school.headed, p_slot school.slot, p_except bigint, p_shares_room boolean) returns void
language plpgsql stable as $$
declare
    v_other record;
begin
    for v_other in
        select s.staff_id, s.class_id, s.subgroup_id, s.room, k.name, j.title
          from school.slot s
          join school.class k on k.id = s.class_id and k.school_id = (p_head).school_id
          join school.subject j on j.id = s.subject_id
         where s.weekday = p_slot.weekday and s.number = p_slot.number and s.id is distinct from p_except
           and s.first_day <= p_slot.last_day and s.last_day >= p_slot.first_day
           and (s.staff_id = p_slot.staff_id or s.class_id = p_slot.class_id or (s.room <> '' and s.room = p_slot.room))
         order by s.staff_id = p_slot.staff_id desc, s.class_id = p_slot.class_id desc
    loop
        if v_other.staff_id = p_slot.staff_id then
            raise exception 'У учителя в это время уже есть урок: %, %.', v_other.title, v_other.name using errcode = 'KB422';
        elsif v_other.class_id = p_slot.class_id and (v_other.subgroup_id is null or p_slot.subgroup_id is null
                                                       or v_other.subgroup_id = p_slot.subgroup_id) then
            raise exception 'У класса в это время уже есть урок: %.', v_other.title using errcode = 'KB422';
        elsif v_other.room = p_slot.room and not p_shares_room then
            raise exception 'Кабинет % в это время занят: %, %. Если места хватает обоим, отметьте «кабинет делят».',
                v_other.room,
                v_other.title, v_other.name using errcode = 'KB422';
        end if;
    end loop;
end $$;
comment on function school.check_slot is
    'KB422 in words when the teacher, the class or the room is taken at that time by another line';

create function staff.head_slot_save(p_token text, p_key uuid, p_class bigint, p_slot bigint, p_weekday integer, p_number integer,
    p_subject bigint, p_staff bigint, p_subgroup bigint, p_room text, p_from date, p_shares_room boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
    v_old school.slot;
    v_new school.slot;
    v_twice date;
begin
    perform school.check_class(v_head, p_class);
    perform school.check_staff(v_head, p_staff);
    perform school.check_subject(v_head, p_subject);
    if p_subgroup is not null and not exists (select from school.subgroup g where g.id = p_subgroup and g.class_id = p_class) then
        raise exception 'no such subgroup' using errcode = 'KB404';
    end if;
    if p_slot is not null and not exists (select from school.slot s where s.id = p_slot and s.class_id = p_class) then
        raise exception 'no such slot' using errcode = 'KB404';
    end if;
    if not site.once('staff ' || (v_head.visit).staff_id || ' slot', p_key, concat_ws('|', p_class, p_slot, p_weekday, p_number,
        p_subject,
                     p_staff, coalesce(p_subgroup, 0), p_room, p_from, p_shares_room)) then
        return;
    end if;
    if p_from < v_head.today or p_from > v_head.last_day then
        raise exception 'Менять расписание можно с сегодняшнего дня и до конца учебного года: прошедшие уроки уже в журнале.'
            using errcode = 'KB422';
    end if;
    -- One editor of a school at a time: what was free when it was looked at is free when it is taken.
    perform from school.year y where y.id = v_head.year_id for update;
    v_new.class_id := p_class; v_new.subgroup_id := p_subgroup; v_new.weekday := p_weekday; v_new.number := p_number;
    v_new.subject_id := p_subject; v_new.staff_id := p_staff; v_new.room := p_room; v_new.first_day := p_from;
    v_new.last_day := v_head.last_day;
    if p_slot is not null then
        select s.* into v_old from school.slot s where s.id = p_slot for update;
        if v_old.last_day < p_from then
            raise exception 'Эта строка расписания закончилась раньше выбранного дня.' using errcode = 'KB422';
        end if;
        v_new.last_day := v_old.last_day;
        v_new.first_day := greatest(p_from, v_old.first_day);
    end if;
    perform school.check_slot(v_head, v_new, p_slot, p_shares_room);
    if p_slot is not null then
        if v_old.first_day >= v_new.first_day then
            delete from school.slot s where s.id = p_slot;
        else
            update school.slot s set last_day = v_new.first_day - 1 where s.id = p_slot;
        end if;
    end if;
    insert into school.slot (class_id, subgroup_id, weekday, number, subject_id, staff_id, room, first_day, last_day)
    values (v_new.class_id, v_new.subgroup_id, v_new.weekday, v_new.number, v_new.subject_id, v_new.staff_id, v_new.room,
            v_new.first_day, v_new.last_day);
    insert into school.teaching (staff_id, class_id, subject_id, subgroup_id) values (p_staff, p_class, p_subject, p_subgroup)
        on conflict do nothing;
    perform school.remake_lessons(p_class, v_new.first_day);
    -- A substitution may already have sent the teacher elsewhere on one of those days.
    v_twice := (select min(l.day) from school.lesson l join school.lesson o on o.staff_id = l.staff_id and o.day = l.day
        and o.number = l.number
                   and o.id <> l.id and not o.is_cancelled
                 where l.staff_id = p_staff and l.class_id = p_class and l.day >= v_new.first_day and l.number = p_number
                   and not l.is_cancelled);
    if v_twice is not null then
        raise exception 'На %-м уроке % этот учитель заменяет другого. Сначала измените замену.', p_number, to_char(v_twice,
            'DD.MM.YYYY')
            using errcode = 'KB422';
    end if;
    perform auth.note_staff(v_head.visit, case when p_slot is null then 'timetable-add' else 'timetable-change' end,
        p_class::text);
end $$;
comment on function staff.head_slot_save is
    'A new line of the timetable, or (p_slot) another one in its place from that day on; the lessons to come follow. KB422 in '
    'words when '
    'teacher, class or room are taken';

create function staff.head_slot_end(p_token text, p_slot bigint, p_from date) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
    v_slot school.slot;
begin
    select s.* into v_slot from school.slot s join school.class k on k.id = s.class_id
     where s.id = p_slot and k.school_id = v_head.school_id and k.year_id = v_head.year_id for update of s;
    if not found then
        raise exception 'no such slot' using errcode = 'KB404';
    end if;
    if p_from < v_head.today then
        raise exception 'Убрать урок из расписания можно с сегодняшнего дня: прошедшие уже в журнале.' using errcode = 'KB422';
    end if;
    if v_slot.first_day >= p_from then
        delete from school.slot s where s.id = p_slot;
    else
        update school.slot s set last_day = least(s.last_day, p_from - 1) where s.id = p_slot;
    end if;
    perform school.remake_lessons(v_slot.class_id, p_from);
    perform auth.note_staff(v_head.visit, 'timetable-end', v_slot.class_id::text);
end $$;
comment on function staff.head_slot_end is
    'That line ends the day before; its lessons to come go, unless something was written there';

-- ---- substitutions ------------------------------------------------------------------------------------------------------------

create function staff.head_lessons(p_token text, p_staff bigint, p_from date, p_to date)
returns table (day date, lesson_id bigint, number smallint, class_name text, subject text, subgroup text, room text, teacher text,
               was_teacher text, was_subject text, is_cancelled boolean, note text, is_over boolean, is_open boolean)
language plpgsql stable security definer rows 50 as $$
declare
    v_head school.headed := school.headed(p_token);
    v_from date := coalesce(p_from, v_head.today);
    v_to date := least(coalesce(p_to, v_from), v_from + 13);
begin
    if p_staff is not null then
        perform school.check_staff(v_head, p_staff);
    end if;
    return query
    select l.day, l.id, l.number, k.name, j.title, g.title, l.room, people.staff_name(l.staff_id),
        people.staff_name(l.was_staff_id),
           w.title, l.is_cancelled, l.note, l.day < v_head.today, not l.is_cancelled and l.staff_id = p_staff
      from school.lesson l
      join school.class k on k.id = l.class_id and k.school_id = v_head.school_id
      join school.subject j on j.id = l.subject_id
      left join school.subject w on w.id = l.was_subject_id
      left join school.subgroup g on g.id = l.subgroup_id
     where l.day between v_from and v_to
       and (p_staff is null or l.staff_id = p_staff or l.was_staff_id = p_staff)
       and (p_staff is not null or l.is_cancelled or l.was_staff_id is not null or l.was_subject_id is not null)
     order by l.day, l.number, k.grade, k.letter
     limit 80;
end $$;
comment on function staff.head_lessons is
    'Lessons of a teacher on those days (14 at most), held and given away; without one all that was changed. is_open: somebody '
    'has to give it';

create function staff.head_lesson(p_token text, p_lesson bigint)
returns table (lesson_id bigint, day date, number smallint, class_name text, subject_id bigint, subject text, subgroup text,
    room text,
               staff_id bigint, teacher text, was_staff_id bigint, was_teacher text, was_subject text, was_room text,
                   is_cancelled boolean,
               note text, remote_url text, is_over boolean, has_writing boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select l.id, l.day, l.number, k.name, l.subject_id, j.title, g.title, l.room, l.staff_id, people.staff_name(l.staff_id),
        l.was_staff_id,
           people.staff_name(l.was_staff_id), w.title, l.was_room, l.is_cancelled, l.note, l.remote_url, l.day < v_head.today,
           l.roll_at is not null or exists (select from school.work x where x.lesson_id = l.id)
               or exists (select from school.attendance a where a.lesson_id = l.id)
      from school.lesson l
      join school.class k on k.id = l.class_id and k.school_id = v_head.school_id
      join school.subject j on j.id = l.subject_id
      left join school.subject w on w.id = l.was_subject_id
      left join school.subgroup g on g.id = l.subgroup_id
     where l.id = p_lesson;
    if not found then
        raise exception 'no such lesson' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.head_lesson is
    'One lesson; has_writing: its roll was called or works stand there, so the subject is fixed. KB404: not this school''s';

create function staff.head_substitutes(p_token text, p_lesson bigint)
returns table (id bigint, name text, is_free boolean, teaches boolean, busy text, lessons_that_day integer)
language plpgsql stable security definer rows 50 as $$
declare
    v_head school.headed := school.headed(p_token);
    v_lesson school.lesson;
begin
    select l.* into v_lesson from school.lesson l join school.class k on k.id = l.class_id
     where l.id = p_lesson and k.school_id = v_head.school_id;
    if not found then
        raise exception 'no such lesson' using errcode = 'KB404';
    end if;
    return query
    select f.id, people.staff_name(f.id), b.words is null,
           exists (select from school.teaching t where t.staff_id = f.id and t.subject_id = v_lesson.subject_id), b.words,
           (select count(*) from school.lesson d where d.staff_id = f.id and d.day = v_lesson.day and not d.is_cancelled)::integer
      from auth.staff f
      left join lateral (
           select k.name || ', ' || j.title as words
             from school.lesson o join school.class k on k.id = o.class_id join school.subject j on j.id = o.subject_id
            where o.staff_id = f.id and o.day = v_lesson.day and o.number = v_lesson.number and not o.is_cancelled
                and o.id <> p_lesson
            limit 1) b on true
     where f.school_id = v_head.school_id and f.left_at is null and 'teacher' = any (f.roles)
       and f.id <> coalesce(v_lesson.was_staff_id, v_lesson.staff_id)
     order by b.words is not null, 4 desc, 6, 2
     limit 200;
end $$;
comment on function staff.head_substitutes is
    'Who could give that lesson instead: free ones first, those of the subject before others, the less busy first';

create function staff.head_substitute(p_token text, p_lesson bigint, p_action text, p_staff bigint, p_subject bigint, p_room text,
    p_note text, p_remote text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
    v_lesson school.lesson;
    v_busy text;
    v_staff bigint;
    v_subject bigint;
    v_room text;
begin
    select l.* into v_lesson from school.lesson l join school.class k on k.id = l.class_id
     where l.id = p_lesson and k.school_id = v_head.school_id for update of l;
    if not found then
        raise exception 'no such lesson' using errcode = 'KB404';
    end if;
    if v_lesson.day < v_head.today then
        raise exception 'Этот урок уже прошёл.' using errcode = 'KB422';
    end if;
    v_staff := coalesce(v_lesson.was_staff_id, v_lesson.staff_id);
    v_subject := coalesce(v_lesson.was_subject_id, v_lesson.subject_id);
    v_room := coalesce(v_lesson.was_room, v_lesson.room);
    if p_action = 'cancel' then
        if v_lesson.roll_at is not null then
            raise exception 'Перекличка этого урока уже сделана: отменить его нельзя.' using errcode = 'KB422';
        end if;
        update school.lesson l set is_cancelled = true, note = p_note where l.id = p_lesson;
    else
        if p_action = 'replace' then
            perform school.check_staff(v_head, p_staff);
            if p_subject is not null then
                perform school.check_subject(v_head, p_subject);
            end if;
        end if;
        -- One at a time for this teacher: two who send him to two places at once wait for each other.
        perform from auth.staff f where f.id = case p_action when 'replace' then p_staff else v_staff end for update;
        v_busy := (select k.name || ', ' || j.title
                     from school.lesson o join school.class k on k.id = o.class_id join school.subject j on j.id = o.subject_id
                    where o.staff_id = case p_action when 'replace' then p_staff else v_staff end
                      and o.day = v_lesson.day and o.number = v_lesson.number and not o.is_cancelled and o.id <> p_lesson
                          limit 1);
        if v_busy is not null then
            raise exception 'Этот учитель на %-м уроке занят: %.', v_lesson.number, v_busy using errcode = 'KB422';
        end if;
        if p_action = 'restore' then
            update school.lesson l
               set staff_id = v_staff, subject_id = case when school.has_works(l.id) then l.subject_id else v_subject end,
                   room = v_room,
                   was_staff_id = null, was_room = null, is_cancelled = false, note = '', remote_url = null,
                   was_subject_id = case when school.has_works(l.id) then l.was_subject_id end
             where l.id = p_lesson;
        else
            if coalesce(p_subject, v_lesson.subject_id) <> v_lesson.subject_id and school.has_works(p_lesson) then
                raise exception 'У урока уже есть работы или отметки: предмет не сменить.' using errcode = 'KB422';
            end if;
            update school.lesson l
               set staff_id = p_staff, was_staff_id = nullif(v_staff, p_staff), subject_id = coalesce(p_subject,
                   v_lesson.subject_id),
                   was_subject_id = nullif(v_subject, coalesce(p_subject, v_lesson.subject_id)), room = p_room,
                   was_room = nullif(v_room, p_room), is_cancelled = false, note = p_note, remote_url = p_remote
             where l.id = p_lesson;
        end if;
    end if;
    perform auth.note_staff(v_head.visit, 'lesson-' || p_action, p_lesson::text);
end $$;
comment on function staff.head_substitute is
    'p_action: replace (another teacher, perhaps another subject and room), cancel, restore (as the timetable has it). p_note '
    'is for parents. '
    'KB422 in words when the teacher is somewhere else then';

-- ---- the year: terms, days off, bells -----------------------------------------------------------------------------------------

create function staff.head_terms(p_token text)
returns table (term_id bigint, title text, grades text, first_day date, last_day date, is_current boolean)
language plpgsql stable security definer rows 8 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select t.id, t.title, lower(t.grades) || '–' || (upper(t.grades) - 1) || ' классы', t.first_day, t.last_day,
           v_head.today between t.first_day and t.last_day
      from school.term t where t.year_id = v_head.year_id order by t.grades, t.first_day;
end $$;
comment on function staff.head_terms is 'The terms of the year';

create function staff.head_term_save(p_token text, p_term bigint, p_first date, p_last date) returns integer
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
    v_term school.term;
begin
    select t.* into v_term from school.term t where t.id = p_term and t.year_id = v_head.year_id for update;
    if not found then
        raise exception 'no such term' using errcode = 'KB404';
    end if;
    if p_first >= p_last or p_first < v_head.first_day or p_last > v_head.last_day then
        raise exception 'Четверть начинается раньше, чем кончается, и не выходит за учебный год.' using errcode = 'KB422';
    end if;
    if exists (select from school.term t where t.year_id = v_head.year_id and t.id <> p_term and t.grades && v_term.grades
                  and daterange(t.first_day, t.last_day, '[]') && daterange(p_first, p_last, '[]')) then
        raise exception 'Эти дни уже в другой четверти.' using errcode = 'KB422';
    end if;
    if (p_first <> v_term.first_day and least(p_first, v_term.first_day) < v_head.today)
       or (p_last <> v_term.last_day and least(p_last, v_term.last_day) < v_head.today) then
        raise exception 'Прошедшие дни остаются как были: менять можно то, что впереди.' using errcode = 'KB422';
    end if;
    update school.term t set first_day = p_first, last_day = p_last where t.id = p_term;
    perform auth.note_staff(v_head.visit, 'term-change', p_term::text);
    return school.remake_school(v_head, least(p_first, v_term.first_day, p_last, v_term.last_day), v_term.grades);
end $$;
comment on function staff.head_term_save is
    'Other days of a term that lie ahead; lessons follow. Answers how many stay outside the term, since something is written '
    'there';

create function staff.head_days(p_token text)
returns table (day date, last_day date, title text, bells_title text, is_ahead boolean)
language plpgsql stable security definer rows 30 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select u.day, u.last_day, u.title, u.bells_title, u.last_day >= v_head.today
      from (select min(o.day) as day, max(o.day) as last_day, o.title, ''::text as bells_title
              from (select d.day, d.title, d.day - row_number() over (partition by d.title order by d.day)::integer as run
                      from school.day_off d where d.school_id = v_head.school_id
                          and d.day between v_head.first_day and v_head.last_day) o
             group by o.title, o.run
            union all
            select b.day, b.day, '', s.title from school.bell_day b join school.bells s on s.id = b.bells_id
             where b.school_id = v_head.school_id and b.day between v_head.first_day and v_head.last_day) u
     order by u.last_day < v_head.today, u.day
     limit 60;
end $$;
comment on function staff.head_days is
    'Days off (title) and days with other bells (bells_title) of the year, those to come first';

create function staff.head_day_off(p_token text, p_first date, p_last date, p_title text) returns integer
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    if p_first < v_head.today or p_last < p_first or p_last > p_first + 60 or p_last > v_head.last_day then
        raise exception 'Нужны дни впереди, в этом учебном году, не больше 60 подряд.' using errcode = 'KB422';
    end if;
    if p_title = '' then
        delete from school.day_off o where o.school_id = v_head.school_id and o.day between p_first and p_last;
    else
        insert into school.day_off (school_id, day, title)
        select v_head.school_id, g::date, p_title from generate_series(p_first::timestamp, p_last::timestamp, interval '1 day') g
            on conflict (school_id, day) do update set title = excluded.title;
    end if;
    perform auth.note_staff(v_head.visit, case p_title when '' then 'day-off-end' else 'day-off' end, p_first::text);
    return school.remake_school(v_head, p_first, '[1,12)');
end $$;
comment on function staff.head_day_off is
    'Days without lessons, or (title '''') days with lessons again. Answers how many lessons stay, since something is written '
    'there';

create function staff.head_bells(p_token text)
returns table (bells_id bigint, title text, is_default boolean, number smallint, starts text, ends text)
language plpgsql stable security definer rows 20 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select s.id, s.title, s.is_default, b.number, to_char(b.starts, 'HH24:MI'), to_char(b.ends, 'HH24:MI')
      from school.bells s left join school.bell b on b.bells_id = s.id
     where s.school_id = v_head.school_id
     order by not s.is_default, s.id, b.number
     limit 100;
end $$;
comment on function staff.head_bells is 'The sets of bells';

create function staff.head_bell_save(p_token text, p_bells bigint, p_number integer, p_starts time, p_ends time) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    if not exists (select from school.bells s where s.id = p_bells and s.school_id = v_head.school_id) then
        raise exception 'no such bells' using errcode = 'KB404';
    end if;
    if p_starts >= p_ends then
        raise exception 'Урок начинается раньше, чем кончается.' using errcode = 'KB422';
    end if;
    if exists (select from school.bell b where b.bells_id = p_bells
                  and ((b.number < p_number and b.ends > p_starts) or (b.number > p_number and b.starts < p_ends))) then
        raise exception 'Этот звонок заходит на соседний урок.' using errcode = 'KB422';
    end if;
    insert into school.bell (bells_id, number, starts, ends) values (p_bells, p_number, p_starts, p_ends)
        on conflict (bells_id, number) do update set starts = excluded.starts, ends = excluded.ends;
    perform auth.note_staff(v_head.visit, 'bell-change', p_bells || ' ' || p_number);
end $$;
comment on function staff.head_bell_save is 'When a lesson of that set begins and ends';

create function staff.head_bell_day(p_token text, p_day date, p_bells bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
    v_is_default boolean;
begin
    if p_day < v_head.today or p_day > v_head.last_day then
        raise exception 'Звонки меняют на дни впереди, в этом учебном году.' using errcode = 'KB422';
    end if;
    select s.is_default into v_is_default from school.bells s where s.id = p_bells and s.school_id = v_head.school_id;
    if not found then
        raise exception 'no such bells' using errcode = 'KB404';
    end if;
    if v_is_default then
        delete from school.bell_day d where d.school_id = v_head.school_id and d.day = p_day;
    else
        insert into school.bell_day (school_id, day, bells_id) values (v_head.school_id, p_day, p_bells)
            on conflict (school_id, day) do update set bells_id = excluded.bells_id;
    end if;
    perform auth.note_staff(v_head.visit, 'bells-of-day', p_day::text);
end $$;
comment on function staff.head_bell_day is 'The bells of one day; the ordinary ones need no line';

-- ---- events -------------------------------------------------------------------------------------------------------------------

create function staff.head_events(p_token text)
returns table (event_id bigint, kind text, kind_title text, class_name text, day date, last_day date, starts text, ends text,
    title text,
               place text, is_cancelled boolean)
language plpgsql stable security definer rows 30 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select e.id, e.kind::text,
           case e.kind when 'event' then 'Мероприятие' when 'excursion' then 'Экскурсия' when 'exam' then 'Экзамен' when 'meeting'
               then 'Собрание' end,
           coalesce(k.name, 'вся школа'), e.day, e.last_day, to_char(e.starts, 'HH24:MI'), to_char(e.ends, 'HH24:MI'), e.title,
               e.place,
           e.is_cancelled
      from school.event e left join school.class k on k.id = e.class_id
     where e.school_id = v_head.school_id and e.last_day >= v_head.today
     order by e.day, e.starts, e.id
     limit 40;
end $$;
comment on function staff.head_events is 'What is to come';

create function staff.head_event(p_token text, p_event bigint)
returns table (event_id bigint, kind text, class_id bigint, day date, last_day date, starts text, ends text, title text,
    place text,
               is_cancelled boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select e.id, e.kind::text, e.class_id, e.day, e.last_day, to_char(e.starts, 'HH24:MI'), to_char(e.ends, 'HH24:MI'), e.title,
        e.place,
           e.is_cancelled
      from school.event e where e.id = p_event and e.school_id = v_head.school_id;
    if not found then
        raise exception 'no such event' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.head_event is 'One event; KB404 when it is another school''s';

create function staff.head_event_save(p_token text, p_key uuid, p_event bigint, p_kind text, p_class bigint, p_day date,
    p_last date,
    p_starts time, p_ends time, p_title text, p_place text, p_is_cancelled boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
    v_event bigint := p_event;
begin
    if p_class is not null then
        perform school.check_class(v_head, p_class);
    end if;
    if p_event is not null and not exists (select from school.event e where e.id = p_event
        and e.school_id = v_head.school_id) then
        raise exception 'no such event' using errcode = 'KB404';
    end if;
    if p_last not between p_day and p_day + 60 then
        raise exception 'Последний день — не раньше первого и не позже 60 дней за ним.' using errcode = 'KB422';
    elsif p_day < v_head.today then
        raise exception 'Событие должно быть впереди.' using errcode = 'KB422';
    elsif p_ends is not null and (p_starts is null or p_ends <= p_starts or p_last <> p_day) then
        raise exception 'Время окончания бывает у события одного дня и позже времени начала.' using errcode = 'KB422';
    end if;
    if not site.once('staff ' || (v_head.visit).staff_id || ' event', p_key, concat_ws('|', coalesce(p_event, 0), p_kind,
        coalesce(p_class, 0), p_day,
                     p_last, coalesce(p_starts::text, '-'), coalesce(p_ends::text, '-'), p_title, p_place, p_is_cancelled)) then
        return;
    end if;
    if p_event is null then
        insert into school.event (school_id, class_id, kind, day, last_day, starts, ends, title, place)
        values (v_head.school_id, p_class, p_kind::school.event_kind, p_day, p_last, p_starts, p_ends, p_title, p_place)
        returning id into v_event;
    else
        update school.event e
           set class_id = p_class, kind = p_kind::school.event_kind, day = p_day, last_day = p_last, starts = p_starts,
               ends = p_ends,
               title = p_title, place = p_place, is_cancelled = p_is_cancelled
         where e.id = p_event;
    end if;
    perform auth.note_staff(v_head.visit, case when p_event is null then 'event-add' else 'event-change' end,
        v_event::text);
end $$;
comment on function staff.head_event_save is
    'A new event, or (p_event) a changed one: families see a cancelled one struck through';

-- ---- who has not filled in the journal ----------------------------------------------------------------------------------------

create function staff.head_completion(p_token text, p_from date, p_to date, p_class bigint, p_staff bigint, p_limit integer)
returns table (teacher text, class_name text, subject text, subgroup text, lessons integer, unrolled integer, unthemed integer,
               pupils integer, few_marks integer, last_mark date, from_day date, to_day date)
language plpgsql stable security definer rows 100 as $$
declare
    v_head school.headed := school.headed(p_token);
    v_to date := least(coalesce(p_to, v_head.today), v_head.today);
    v_from date := greatest(coalesce(p_from, v_to - 13), v_to - 366);
begin
    if p_class is not null then
        perform school.check_class(v_head, p_class);
    end if;
    if p_staff is not null then
        perform school.check_staff(v_head, p_staff);
    end if;
    return query
    with held as (
        select l.staff_id, l.class_id, l.subject_id, l.subgroup_id, count(*)::integer as lessons,
               count(*) filter (where l.roll_at is null)::integer as unrolled, count(*) filter (where l.theme = '')::integer
                   as unthemed
          from school.class k
          join school.lesson l on l.class_id = k.id and l.day between v_from and v_to and not l.is_cancelled
          left join school.bell b on l.day = v_head.today and b.bells_id = school.bells_on(v_head.school_id, l.day)
              and b.number = l.number
         where k.school_id = v_head.school_id and k.year_id = v_head.year_id and (p_class is null or k.id = p_class)
           and (p_staff is null or l.staff_id = p_staff)
           and (l.day < v_head.today or b.ends < timezone((v_head.visit).time_zone, now())::time)
         group by l.staff_id, l.class_id, l.subject_id, l.subgroup_id)
    select people.staff_name(h.staff_id), k.name, j.title, g.title, h.lessons, h.unrolled, h.unthemed, m.pupils, m.few,
        m.last_mark,
           v_from, v_to
      from held h
      join school.class k on k.id = h.class_id
      join school.subject j on j.id = h.subject_id
      left join school.subgroup g on g.id = h.subgroup_id
     cross join lateral (
           select count(*)::integer as pupils, count(*) filter (where coalesce(a.n, 0) < 3)::integer as few,
               max(a.changed_at)::date as last_mark
             from school.enrolment e
             left join school.average a on a.pupil_id = e.pupil_id and a.subject_id = h.subject_id
              and a.term_id = school.term_on(h.class_id, v_to)
            where e.class_id = h.class_id and e.first_day <= v_to and (e.last_day is null or e.last_day >= v_to)
              and school.attends(e.pupil_id, h.subgroup_id)) m
     order by h.unrolled desc, h.unthemed desc, m.few desc, 1, k.grade, k.letter, 3, 4
     limit least(p_limit, 5000);
end $$;
comment on function staff.head_completion is
    'Lessons that were held in those days (the last two weeks by default) by teacher, class, subject and subgroup; worst first. '
    'unrolled: '
    'nobody called the roll; unthemed: no theme; few_marks: pupils with fewer than three marks in the term of the last day';

-- ---- what the school tells its families ---------------------------------------------------------------------------------------

create function staff.head_announcements(p_token text, p_limit integer, p_before bigint)
returns table (announcement_id bigint, title text, body text, class_name text, published timestamp, last_day date, is_pinned boolean,
    state text)
language plpgsql stable security definer rows 20 as $$
declare
    v_head school.headed := school.headed(p_token);
    v_zone text := (v_head.visit).time_zone;
begin
    return query
    select a.id, a.title, a.body, coalesce(k.name, 'вся школа'), a.published_at at time zone v_zone,
           ((a.visible_until - interval '1 second') at time zone v_zone)::date, a.is_pinned,
           case when a.published_at > now() then 'ahead' when a.visible_until <= now() then 'past' else 'shown' end
      from site.announcement a left join school.class k on k.id = a.class_id
     where a.school_id = v_head.school_id and (p_before is null or a.id < p_before)
     order by a.id desc
     limit least(p_limit, 100);
end $$;
comment on function staff.head_announcements is
    'The school''s announcements, the newest first. state: ''shown'' to families now, ''ahead'' or ''past''; last_day NULL: until it is ended';

create function staff.head_announcement(p_token text, p_announcement bigint)
returns table (announcement_id bigint, class_id bigint, title text, body text, first_day date, last_day date, is_pinned boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_head school.headed := school.headed(p_token);
    v_zone text := (v_head.visit).time_zone;
begin
    return query
    select a.id, a.class_id, a.title, a.body, (a.published_at at time zone v_zone)::date,
           case when a.visible_until > now() then ((a.visible_until - interval '1 second') at time zone v_zone)::date end, a.is_pinned
      from site.announcement a where a.id = p_announcement and a.school_id = v_head.school_id;
    if not found then
        raise exception 'no such announcement' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.head_announcement is
    'One announcement, as its form has it: of one that is past, last_day is NULL, so that it is shown again. KB404 when it is another school''s';

create function staff.head_announcement_save(p_token text, p_key uuid, p_announcement bigint, p_class bigint, p_from date, p_until date,
    p_is_pinned boolean, p_title text, p_body text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
    v_zone text := (v_head.visit).time_zone;
    v_old site.announcement;
    v_id bigint := p_announcement;
    v_from timestamptz;
    v_until timestamptz := (p_until + 1)::timestamp at time zone v_zone;
begin
    if p_announcement is not null then
        select a.* into v_old from site.announcement a where a.id = p_announcement and a.school_id = v_head.school_id for update;
        if not found then
            raise exception 'no such announcement' using errcode = 'KB404';
        end if;
    end if;
    if p_class is not null and p_class is distinct from v_old.class_id then
        perform school.check_class(v_head, p_class);
    end if;
    v_from := case when p_from = (v_old.published_at at time zone v_zone)::date then v_old.published_at
                   when p_from = v_head.today then now()
                   else p_from::timestamp at time zone v_zone end;
    if v_from < now() and v_from is distinct from v_old.published_at then
        raise exception 'Объявление показывают с сегодняшнего дня или позже.' using errcode = 'KB422';
    elsif p_from > v_head.today + 366 then
        raise exception 'Объявление готовят не раньше чем за год.' using errcode = 'KB422';
    elsif p_until < greatest(p_from, v_head.today) or p_until > p_from + 732 then
        raise exception 'Последний день — сегодня или позже, не раньше первого и не позже двух лет за ним.' using errcode = 'KB422';
    end if;
    if not site.once('staff ' || (v_head.visit).staff_id || ' announcement', p_key, concat_ws('|', coalesce(p_announcement, 0),
                     coalesce(p_class, 0), p_from, coalesce(p_until::text, '-'), p_is_pinned, p_title, p_body)) then
        return;
    end if;
    if p_announcement is null then
        insert into site.announcement (school_id, class_id, published_at, visible_until, is_pinned, title, body)
        values (v_head.school_id, p_class, v_from, v_until, p_is_pinned, p_title, p_body)
        returning id into v_id;
    else
        update site.announcement a
           set class_id = p_class, published_at = v_from, visible_until = v_until, is_pinned = p_is_pinned, title = p_title,
               body = p_body
         where a.id = p_announcement;
    end if;
    perform auth.note_staff(v_head.visit, case when p_announcement is null then 'announcement-add' else 'announcement-change' end,
        v_id::text);
end $$;
comment on function staff.head_announcement_save is
    'Announces from p_from, now when that is today, to the end of p_until (NULL: until it is ended), to a class of the year or the '
    'whole school; or changes an announcement, whose first moment stays unless its day is another. KB422 with words, KB404';

create function staff.head_announcement_end(p_token text, p_announcement bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    update site.announcement a
       set published_at = least(a.published_at, now() - interval '1 second'), visible_until = now()
     where a.id = p_announcement and a.school_id = v_head.school_id and (a.visible_until is null or a.visible_until > now());
    if found then
        perform auth.note_staff(v_head.visit, 'announcement-end', p_announcement::text);
    elsif not exists (select from site.announcement a where a.id = p_announcement and a.school_id = v_head.school_id) then
        raise exception 'no such announcement' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.head_announcement_end is
    'Families no longer see it; one that was still ahead they never did. Twice is once; saving it shows it again. KB404';

create function staff.head_school(p_token text)
returns table (reception text, reception_url text, presence_floor smallint, has_ranks boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query select s.reception, s.reception_url, s.presence_floor, s.has_ranks from school.school s where s.id = v_head.school_id;
end $$;
comment on function staff.head_school is 'What the school decides about its pages: one row';

create function staff.head_school_save(p_token text, p_reception text, p_reception_url text, p_floor integer, p_has_ranks boolean)
returns void language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    update school.school s
       set reception = p_reception, reception_url = p_reception_url, presence_floor = p_floor, has_ranks = p_has_ranks
     where s.id = v_head.school_id
       and (s.reception, s.reception_url, s.presence_floor, s.has_ranks)
           is distinct from (p_reception, p_reception_url, p_floor::smallint, p_has_ranks);
    if found then
        perform auth.note_staff(v_head.visit, 'school-change',
            concat_ws(' ', p_floor || '%', case when p_has_ranks then 'ranks' else 'no ranks' end));
    end if;
end $$;
comment on function staff.head_school_save is 'Stores it; the audit has the floor and whether there are ranks';

create function staff.head_contacts(p_token text)
returns table (contact_id bigint, subject text, phone text, email text, hours text)
language plpgsql stable security definer rows 5 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select c.id, c.subject, c.phone, c.email, c.hours from site.contact c where c.school_id = v_head.school_id order by c.rank;
end $$;
comment on function staff.head_contacts is 'The school''s own contacts, as Главная shows them before those of every school';

create function staff.head_contact(p_token text, p_contact bigint)
returns table (contact_id bigint, subject text, phone text, email text, hours text)
language plpgsql stable security definer rows 1 as $$
declare
    v_head school.headed := school.headed(p_token);
begin
    return query
    select c.id, c.subject, c.phone, c.email, c.hours from site.contact c where c.id = p_contact and c.school_id = v_head.school_id;
    if not found then
        raise exception 'no such contact' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.head_contact is 'One of them; KB404';

create function staff.head_contact_save(p_token text, p_key uuid, p_contact bigint, p_subject text, p_phone text, p_email text,
    p_hours text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
    v_id bigint := p_contact;
    v_count integer;
    v_rank integer;
begin
    if p_phone <> '' and p_phone !~ '^[0-9+][-0-9 (),+]{3,}( доб\. ?[0-9]{1,6})?$' then
        raise exception 'Телефон — это цифры, пробелы, скобки и дефисы, например 8 (4212) 32-81-22 или 22-17-08 доб. 5.' using errcode = 'KB422';
    elsif p_email <> '' and p_email !~ '^[^[:space:]@<>"]+@[^[:space:]@<>"]+\.[^[:space:]@<>"]+$' then
        raise exception 'Адрес почты — это, например, school@example.ru.' using errcode = 'KB422';
    end if;
    perform from school.school s where s.id = v_head.school_id for no key update;
    if p_contact is not null and not exists (select from site.contact c where c.id = p_contact and c.school_id = v_head.school_id) then
        raise exception 'no such contact' using errcode = 'KB404';
    end if;
    if not site.once('staff ' || (v_head.visit).staff_id || ' contact', p_key,
                     concat_ws('|', coalesce(p_contact, 0), p_subject, p_phone, p_email, p_hours)) then
        return;
    end if;
    if p_contact is null then
        select count(*), coalesce(max(c.rank), 0) + 1 into v_count, v_rank from site.contact c where c.school_id = v_head.school_id;
        if v_count >= 12 then
            raise exception 'Контактов уже двенадцать: больше родителям не прочитать.' using errcode = 'KB422';
        end if;
        insert into site.contact (school_id, rank, subject, phone, email, hours)
        values (v_head.school_id, v_rank, p_subject, p_phone, p_email, p_hours) returning id into v_id;
    else
        update site.contact c set subject = p_subject, phone = p_phone, email = p_email, hours = p_hours where c.id = p_contact;
    end if;
    perform auth.note_staff(v_head.visit, 'contact-save', v_id::text);
end $$;
comment on function staff.head_contact_save is 'A new contact, the last of the school''s (12 at most), or other words of one. KB422 with words, KB404';

create function staff.head_contact_drop(p_token text, p_contact bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_head school.headed := school.headed(p_token);
    v_subject text;
begin
    delete from site.contact c where c.id = p_contact and c.school_id = v_head.school_id returning c.subject into v_subject;
    if found then
        perform auth.note_staff(v_head.visit, 'contact-drop', v_subject);
    end if;
end $$;
comment on function staff.head_contact_drop is 'Removes one; nothing when it is gone or another school''s';

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname = 'staff' and p.proname like 'head\_%' or n.nspname = 'school' and p.proname in ('headed', 'check_class',
             'check_staff',
               'check_subject', 'is_untouched', 'remake_lessons', 'remake_school', 'check_slot', 'has_works')
    loop
        execute format('revoke all on function %s from public', v_function);
        if v_function::text like 'staff.%' then
            execute format('grant execute on function %s to kabinet_head', v_function);
        end if;
    end loop;
end $$;

commit;
