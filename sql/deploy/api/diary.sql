-- Deploy kabinet:api/diary to pg
-- requires: api/login
-- requires: tables/study

-- What /diary asks. Everything is of the child on show: its lessons are those of the class it was in on that day, without the
-- subgroups of others; of the class there are only figures, and none where fewer than five pupils stand behind them.
--
-- Sizes: a question about days walks school.lesson by (class_id, day) and school.mark by (pupil_id, day); one about a term takes
-- the sums of school.average by pupil. None of them depends on how many pupils there are.

begin;

call auth.add_program('diary', 'The diary: week, day, marks, averages, homework');
set local role kabinet_owner;

-- ---- inner: whose lesson, which days, which term ----------------------------------------------------------------------------

create function school.pupils_lessons(p_pupil bigint, p_from date, p_to date)
returns table (lesson_id bigint, class_id bigint, day date, number smallint, subject_id bigint)
language sql stable rows 40 as $$
    select l.id, l.class_id, l.day, l.number, l.subject_id
      from school.enrolment e
      join school.lesson l on l.class_id = e.class_id
                          and l.day between greatest(e.first_day, p_from) and least(e.last_day, p_to)
     where e.pupil_id = p_pupil and e.first_day <= p_to and (e.last_day is null or e.last_day >= p_from)
       and (l.subgroup_id is null
            or exists (select from school.subgroup_pupil g where g.subgroup_id = l.subgroup_id and g.pupil_id = p_pupil))
$$;
comment on function school.pupils_lessons is 'The lessons of a pupil in these days: of his class then, without the subgroups of others';

create function school.is_pupils_lesson(p_pupil bigint, p_lesson bigint) returns boolean language sql stable as $$
    select exists (
        select from school.lesson l
          join school.enrolment e on e.class_id = l.class_id and e.pupil_id = p_pupil
                                 and e.first_day <= l.day and (e.last_day is null or e.last_day >= l.day)
         where l.id = p_lesson and school.attends(p_pupil, l.subgroup_id))
$$;
comment on function school.is_pupils_lesson is 'Whether that lesson is, or was, the pupil''s';

-- How long undone homework is called overdue: after that it is history, and a family that never ticks is not shown a year of it.
create function school.overdue_days() returns integer language sql immutable as $$ select 14 $$;
comment on function school.overdue_days is 'For how many days homework that nobody ticked counts as overdue';

create function school.overdue_homework(p_pupil bigint, p_today date) returns table (homework_id bigint)
language sql stable rows 5 as $$
    select h.id
      from school.pupils_lessons(p_pupil, p_today - school.overdue_days(), p_today - 1) l
      join school.homework h on h.lesson_id = l.lesson_id
     where not exists (select from school.homework_done d where d.homework_id = h.id and d.pupil_id = p_pupil)
       and not exists (select from school.homework_answer a where a.homework_id = h.id and a.pupil_id = p_pupil)
$$;
comment on function school.overdue_homework is 'Homework of the last days that was neither ticked nor handed in';

create type school.span as (first_day date, last_day date);
comment on type school.span is 'Days, both ends included';

create function school.diary_span(p_today date, p_day date, p_is_week boolean) returns school.span
language sql immutable as $$
    select (case when p_is_week then d.day - extract(isodow from d.day)::int + 1 else d.day end,
            case when p_is_week then d.day - extract(isodow from d.day)::int + 7 else d.day end)::school.span
      from (select coalesce(p_day, p_today) as day) d
$$;
comment on function school.diary_span is 'The day asked for, or its week from Monday to Sunday; without a day today''s';

create function school.pupils_term(p_pupil bigint, p_term bigint, p_today date) returns bigint language plpgsql stable as $$
declare
    v_term bigint;
begin
    -- Of the terms of the pupil's classes: the one asked for, else today's, else the last that began, else the first to come.
    select t.id into v_term
      from school.enrolment e
      join school.class k on k.id = e.class_id
      join school.term t on t.year_id = k.year_id and t.grades @> k.grade::int
     where e.pupil_id = p_pupil and e.first_day <= t.last_day and (e.last_day is null or e.last_day >= t.first_day)
       and (p_term is null or t.id = p_term)
     order by (t.first_day <= p_today) desc,
              case when t.first_day <= p_today then p_today - t.first_day else t.first_day - p_today end
     limit 1;
    if v_term is null and p_term is not null then
        raise exception 'no such term of this pupil' using errcode = 'KB404';
    end if;
    return v_term;
end $$;
comment on function school.pupils_term is 'Which term to show; NULL when the pupil had none yet, KB404 for one that is not his';

create function school.local_day(p_visit auth.visit) returns date language sql stable as $$
    select (now() at time zone (p_visit).time_zone)::date
$$;
comment on function school.local_day is 'What day it is at the school of the visit';

-- ---- the week and the day -----------------------------------------------------------------------------------------------------

create function cabinet.diary_page(p_token text, p_day date, p_is_week boolean)
returns table (first_day date, last_day date, today date, as_of timestamp, class_name text, school_name text, term_title text,
               previous_day date, next_day date, is_now boolean, has_begun boolean, has_class boolean, is_parent boolean,
               signed_at timestamp, overdue_count bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
    v_span school.span := school.diary_span(v_today, p_day, p_is_week);
    v_step integer := case when p_is_week then 7 else 1 end;
    v_class bigint := coalesce(school.class_on(v_visit.pupil_id, v_span.first_day), school.class_on(v_visit.pupil_id, v_span.last_day));
begin
    return query
    select v_span.first_day, v_span.last_day, v_today, now() at time zone v_visit.time_zone, coalesce(k.name, ''), s.name,
           coalesce((select t.title from school.term t
                      where t.id = coalesce(school.term_on(v_class, v_span.first_day),
                                            school.term_on(v_class, v_span.last_day))), ''),
           v_span.first_day - v_step, v_span.first_day + v_step,
           v_today between v_span.first_day and v_span.last_day, v_span.first_day <= v_today, v_class is not null, v_visit.is_parent,
           (select g.signed_at at time zone v_visit.time_zone from school.week_signature g
             where g.pupil_id = v_visit.pupil_id
               and g.monday = v_span.first_day - extract(isodow from v_span.first_day)::int + 1),
           (select count(*) from school.overdue_homework(v_visit.pupil_id, v_today) o)
      from school.school s left join school.class k on k.id = v_class
     where s.id = v_visit.school_id;
end $$;
comment on function cabinet.diary_page is 'One row: the days on show, where to turn over, the signature of that week. as_of: the figures are of this moment';

create function cabinet.diary_days(p_token text, p_day date, p_is_week boolean)
returns table (day date, is_today boolean, is_past boolean, off_title text, is_holiday boolean, bells_title text, events text,
               minutes bigint)
language plpgsql stable security definer rows 7 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
    v_span school.span := school.diary_span(v_today, p_day, p_is_week);
begin
    return query
    select d.day, d.day = v_today, d.day < v_today, coalesce(o.title, ''),
           k.class_id is not null and school.term_on(k.class_id, d.day) is null, coalesce(b.title, ''), coalesce(v.titles, ''),
           (select sum(h.minutes) from school.pupils_lessons(v_visit.pupil_id, d.day, d.day) l
              join school.homework h on h.lesson_id = l.lesson_id)
      from (select v_span.first_day + n as day
              from generate_series(0, v_span.last_day - v_span.first_day) n) d
     cross join lateral (select school.class_on(v_visit.pupil_id, d.day) as class_id) k
      left join school.day_off o on o.school_id = v_visit.school_id and o.day = d.day
      left join school.bell_day y on y.school_id = v_visit.school_id and y.day = d.day
      left join school.bells b on b.id = y.bells_id and not b.is_default
      left join lateral (
            select string_agg(concat_ws(', ', concat_ws(' ', to_char(e.starts, 'HH24:MI'), e.title), nullif(e.place, '')), '; '
                              order by e.starts nulls first, e.id) as titles
              from school.event e
             where e.school_id = v_visit.school_id and d.day between e.day and e.last_day
               and (e.class_id is null or e.class_id = k.class_id)) v on true
     where not p_is_week or extract(isodow from d.day) < 7 or coalesce(v.titles, '') <> ''
        or exists (select from school.pupils_lessons(v_visit.pupil_id, d.day, d.day) l)
     order by d.day;
end $$;
comment on function cabinet.diary_days is
    'The days on show, a Sunday only when there is something. bells_title: of a day with other bells; minutes: of all its homework';

create function cabinet.diary_lessons(p_token text, p_day date, p_is_week boolean)
returns table (lesson_id bigint, day date, number smallint, starts text, ends text, subject_id bigint, subject text, room text,
               topic text, is_cancelled boolean, is_replaced boolean, was_subject text, note text, remote_url text,
               absence text, absence_title text, absence_minutes smallint, homework_id bigint, task text, minutes smallint,
               link_url text, wants_answer boolean, is_done boolean, answers bigint, is_overdue boolean, questions bigint,
               replies bigint)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
    v_span school.span := school.diary_span(v_today, p_day, p_is_week);
begin
    return query
    select l.id, l.day, l.number, to_char(b.starts, 'FMHH24:MI'), to_char(b.ends, 'FMHH24:MI'), l.subject_id, j.title, l.room,
           l.theme, l.is_cancelled, not l.is_cancelled and (l.was_subject_id is not null or l.was_staff_id is not null),
           coalesce(w.title, ''), l.note, l.remote_url, coalesce(c.letter, ''), coalesce(c.title, ''), a.minutes,
           h.id, h.task, h.minutes, h.link, h.wants_answer,
           d.homework_id is not null, coalesce(s.answers, 0),
           h.id is not null and d.homework_id is null and coalesce(s.answers, 0) = 0
               and l.day between v_today - school.overdue_days() and v_today - 1,
           coalesce(m.questions, 0), coalesce(m.replies, 0)
      from school.pupils_lessons(v_visit.pupil_id, v_span.first_day, v_span.last_day) p
      join school.lesson l on l.id = p.lesson_id
      join school.subject j on j.id = l.subject_id
      left join school.subject w on w.id = l.was_subject_id
      left join (select n.day, school.bells_on(v_visit.school_id, n.day) as bells_id
                   from (select v_span.first_day + i as day from generate_series(0, v_span.last_day - v_span.first_day) i) n) y
             on y.day = l.day
      left join school.bell b on b.bells_id = y.bells_id and b.number = l.number
      left join school.attendance a on a.lesson_id = l.id and a.pupil_id = v_visit.pupil_id
      left join school.attendance_code c on c.id = a.code_id
      left join school.homework h on h.lesson_id = l.id
      left join school.homework_done d on d.homework_id = h.id and d.pupil_id = v_visit.pupil_id
      left join lateral (select count(*) as answers from school.homework_answer r
                          where r.homework_id = h.id and r.pupil_id = v_visit.pupil_id) s on h.id is not null
      left join lateral (select count(*) as questions, count(q.reply) as replies from school.lesson_message q
                          where q.lesson_id = l.id and q.pupil_id = v_visit.pupil_id) m on true
     order by l.day, l.number, l.id;
end $$;
comment on function cabinet.diary_lessons is
    'The lessons of the days on show with what is due for them. starts, ends: by the bells of that day; absence: the letter of the journal';

create function cabinet.diary_marks(p_token text, p_day date, p_is_week boolean)
returns table (lesson_id bigint, value text, points smallint, weight smallint, kind text, title text, is_major boolean,
               is_exam boolean, comment text, point_till date, is_point_late boolean, is_changed boolean)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
    v_span school.span := school.diary_span(v_today, p_day, p_is_week);
begin
    return query
    select w.lesson_id, m.value::text, m.points, w.weight, k.title, w.title, k.is_major, w.is_exam, m.comment, m.point_till,
           coalesce(m.point_till < v_today, false),
           exists (select from school.mark_change c where c.work_id = m.work_id and c.pupil_id = m.pupil_id and c.ordinal = m.ordinal)
      from school.mark m
      join school.work w on w.id = m.work_id
      join school.work_kind k on k.id = w.kind_id
      join school.lesson l on l.id = w.lesson_id
     where m.pupil_id = v_visit.pupil_id and m.day between v_span.first_day and v_span.last_day and m.value is not null
     order by l.day, l.number, l.id, m.work_id, m.ordinal;
end $$;
comment on function cabinet.diary_marks is 'The marks of the days on show, in the order of diary_lessons()';

create function cabinet.diary_files(p_token text, p_day date, p_is_week boolean)
returns table (lesson_id bigint, file_id uuid, name text, kilobytes integer)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_span school.span := school.diary_span(school.local_day(v_visit), p_day, p_is_week);
begin
    return query
    select p.lesson_id, f.id, f.name, (f.size + 1023) / 1024
      from school.pupils_lessons(v_visit.pupil_id, v_span.first_day, v_span.last_day) p
      join school.homework h on h.lesson_id = p.lesson_id
      join school.homework_file x on x.homework_id = h.id
      join site.file f on f.id = x.file_id
     order by p.day, p.number, p.lesson_id, f.name, f.id;
end $$;
comment on function cabinet.diary_files is 'The files of homework of the days on show, their size rounded up, in the order of diary_lessons()';

create function cabinet.diary_sign(p_token text, p_day date) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_monday date := p_day - extract(isodow from p_day)::int + 1;
begin
    if v_monday > school.local_day(v_visit) then
        raise exception 'Эта неделя ещё не началась: подписать её можно с понедельника.' using errcode = 'KB422';
    end if;
    if school.class_on(v_visit.pupil_id, v_monday) is null and school.class_on(v_visit.pupil_id, v_monday + 6) is null then
        raise exception 'no class in that week' using errcode = 'KB404';
    end if;
    insert into school.week_signature (pupil_id, monday, access_id)
    values (v_visit.pupil_id, v_monday, v_visit.access_id) on conflict do nothing;
    if found then
        perform auth.note(v_visit.login_id, v_visit.access_id, 'week-sign');
    end if;
end $$;
comment on function cabinet.diary_sign is 'A parent has seen that week; the first signature stays. KB403 for the pupil, KB422 before the week began';

-- ---- homework -------------------------------------------------------------------------------------------------------------

create function cabinet.diary_homework(p_token text)
returns table (day date, is_overdue boolean, is_today boolean, lesson_id bigint, number smallint, subject_id bigint, subject text,
               is_cancelled boolean, homework_id bigint, given_on date, task text, minutes smallint, link_url text,
               wants_answer boolean, is_done boolean, answers bigint, files bigint)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
begin
    return query
    with chosen as (
        (select p.lesson_id, p.day, p.number, p.subject_id, h.id, false as is_overdue
           from school.pupils_lessons(v_visit.pupil_id, v_today, v_today + 60) p
           join school.homework h on h.lesson_id = p.lesson_id
          order by p.day, p.number, p.lesson_id limit 30)
        union all
        (select l.id, l.day, l.number, l.subject_id, o.homework_id, true
           from school.overdue_homework(v_visit.pupil_id, v_today) o
           join school.homework h on h.id = o.homework_id
           join school.lesson l on l.id = h.lesson_id
          order by l.day desc, l.number, l.id limit 12)
    )
    select c.day, c.is_overdue, c.day = v_today, c.lesson_id, c.number, c.subject_id, j.title, l.is_cancelled, h.id, h.given_on,
           h.task, h.minutes, h.link, h.wants_answer, d.homework_id is not null,
           (select count(*) from school.homework_answer r where r.homework_id = h.id and r.pupil_id = v_visit.pupil_id),
           (select count(*) from school.homework_file x where x.homework_id = h.id)
      from chosen c
      join school.homework h on h.id = c.id
      join school.lesson l on l.id = c.lesson_id
      join school.subject j on j.id = c.subject_id
      left join school.homework_done d on d.homework_id = h.id and d.pupil_id = v_visit.pupil_id
     order by c.is_overdue, case when c.is_overdue then v_today - c.day else c.day - v_today end, c.number, c.lesson_id;
end $$;
comment on function cabinet.diary_homework is 'Homework due from today on, the next 30; then what is overdue, the last 12';

create function school.pupils_homework(p_pupil bigint, p_homework bigint) returns school.homework language plpgsql stable as $$
declare
    v_homework school.homework;
begin
    select h.* into v_homework from school.homework h where h.id = p_homework;
    if not found or not school.is_pupils_lesson(p_pupil, v_homework.lesson_id) then
        raise exception 'no such homework of this pupil' using errcode = 'KB404';
    end if;
    return v_homework;
end $$;
comment on function school.pupils_homework is 'That homework, KB404 when it is not the pupil''s';

create function cabinet.diary_done(p_token text, p_homework bigint, p_is_done boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_homework school.homework := school.pupils_homework(v_visit.pupil_id, p_homework);
begin
    if p_is_done then
        insert into school.homework_done (homework_id, pupil_id) values (v_homework.id, v_visit.pupil_id) on conflict do nothing;
    else
        delete from school.homework_done d where d.homework_id = v_homework.id and d.pupil_id = v_visit.pupil_id;
    end if;
end $$;
comment on function cabinet.diary_done is 'The tick of the family at a piece of homework';

create function cabinet.diary_task(p_token text, p_homework bigint)
returns table (homework_id bigint, lesson_id bigint, day date, number smallint, subject text, topic text, given_on date, task text,
               minutes smallint, link_url text, wants_answer boolean, is_done boolean, is_late boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_homework school.homework := school.pupils_homework(v_visit.pupil_id, p_homework);
begin
    return query
    select v_homework.id, l.id, l.day, l.number, j.title, l.theme, v_homework.given_on, v_homework.task, v_homework.minutes,
           v_homework.link, v_homework.wants_answer,
           exists (select from school.homework_done d where d.homework_id = v_homework.id and d.pupil_id = v_visit.pupil_id),
           l.day < school.local_day(v_visit)
      from school.lesson l join school.subject j on j.id = l.subject_id
     where l.id = v_homework.lesson_id;
end $$;
comment on function cabinet.diary_task is 'One piece of homework. is_late: an answer would come after the day of the lesson';

create function cabinet.diary_task_files(p_token text, p_homework bigint) returns table (file_id uuid, name text, kilobytes integer)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_homework school.homework := school.pupils_homework(v_visit.pupil_id, p_homework);
begin
    return query
    select f.id, f.name, (f.size + 1023) / 1024 from school.homework_file x join site.file f on f.id = x.file_id
     where x.homework_id = v_homework.id order by f.name, f.id;
end $$;
comment on function cabinet.diary_task_files is 'What the teacher added';

create function cabinet.diary_answers(p_token text, p_homework bigint)
returns table (answer_id bigint, sent_at timestamp, is_late boolean, body text, file_id uuid, name text, kilobytes integer)
language plpgsql stable security definer rows 6 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select a.id, a.sent_at at time zone v_visit.time_zone, a.is_late, a.body, f.id, f.name, (f.size + 1023) / 1024
      from school.homework_answer a
      left join school.answer_file x on x.answer_id = a.id
      left join site.file f on f.id = x.file_id
     where a.homework_id = p_homework and a.pupil_id = v_visit.pupil_id
     order by a.id desc, f.name, f.id;
end $$;
comment on function cabinet.diary_answers is 'What this pupil handed in, the last first: a row for each file, one without for an answer of words alone';

create function cabinet.diary_answer(p_token text, p_key uuid, p_homework bigint, p_body text,
    p_name1 text, p_type1 text, p_bytes1 bytea, p_name2 text, p_type2 text, p_bytes2 bytea,
    p_name3 text, p_type3 text, p_bytes3 bytea) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_homework school.homework := school.pupils_homework(v_visit.pupil_id, p_homework);
    v_day date := (select l.day from school.lesson l where l.id = v_homework.lesson_id);
    v_answer bigint;
    v_sent bigint;
begin
    if not site.once('login ' || v_visit.login_id || ' answer', p_key, concat_ws('|', p_homework, p_body, p_name1, sha256(p_bytes1),
                     p_name2, sha256(p_bytes2), p_name3, sha256(p_bytes3))) then
        return;
    end if;
    if not v_homework.wants_answer then
        raise exception 'К этому заданию учитель не ждёт ответа в кабинете.' using errcode = 'KB422';
    end if;
    if coalesce(p_body, '') = '' and p_bytes1 is null then
        raise exception 'Напишите ответ или приложите файл.' using errcode = 'KB422';
    end if;
    if (select count(*) from school.homework_answer a where a.homework_id = p_homework and a.pupil_id = v_visit.pupil_id) >= 10 then
        raise exception 'К этому заданию уже сдано 10 ответов. Новый передайте учителю на уроке.' using errcode = 'KB422';
    end if;
    perform from school.pupil p where p.id = v_visit.pupil_id for no key update;
    if (select count(*) from school.homework_answer a where a.pupil_id = v_visit.pupil_id and a.sent_at > now() - interval '1 day') >= 30 then
        raise exception 'За сутки можно сдать 30 ответов. Остальные — завтра.' using errcode = 'KB422';
    end if;
    select coalesce(sum(f.size), 0) into v_sent
      from school.homework_answer a join school.answer_file x on x.answer_id = a.id join site.file f on f.id = x.file_id
     where a.pupil_id = v_visit.pupil_id and a.sent_at > now() - interval '1 day';
    perform site.check_files(v_sent, site.bytes_of(p_bytes1, p_bytes2, p_bytes3));
    insert into school.homework_answer (homework_id, pupil_id, body, is_late)
    values (v_homework.id, v_visit.pupil_id, coalesce(p_body, ''), school.local_day(v_visit) > v_day) returning id into v_answer;
    insert into school.answer_file (answer_id, file_id)
    select v_answer, site.keep_file(v_visit.school_id, f.name, f.type, f.bytes)
      from (values (p_name1, p_type1, p_bytes1), (p_name2, p_type2, p_bytes2), (p_name3, p_type3, p_bytes3)) f(name, type, bytes)
     where f.bytes is not null;
    perform auth.note(v_visit.login_id, v_visit.access_id, 'answer-send');
end $$;
comment on function cabinet.diary_answer is 'Hands in an answer, once for each key. KB422 when it is empty, not asked for, or the eleventh';

create function cabinet.diary_file(p_token text, p_file uuid) returns table (name text, type text, bytes bytea)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select f.name, f.type, f.bytes
      from site.file f
     where f.id = p_file
       and (exists (select from school.homework_file x join school.homework h on h.id = x.homework_id
                     where x.file_id = p_file and school.is_pupils_lesson(v_visit.pupil_id, h.lesson_id))
            or exists (select from school.answer_file x join school.homework_answer a on a.id = x.answer_id
                        where x.file_id = p_file and a.pupil_id = v_visit.pupil_id));
    if not found then
        raise exception 'no such file of this pupil' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.diary_file is 'A file of the pupil''s homework or of his own answer; KB404 for any other';

-- ---- marks and averages -------------------------------------------------------------------------------------------------------

create function cabinet.diary_terms(p_token text, p_term bigint)
returns table (term_id bigint, title text, first_day date, last_day date, year_title text, is_selected boolean, today date,
               as_of timestamp)
language plpgsql stable security definer rows 4 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
    v_term bigint := school.pupils_term(v_visit.pupil_id, p_term, v_today);
begin
    return query
    select t.id, t.title, t.first_day, t.last_day, to_char(y.first_day, 'YYYY') || '/' || to_char(y.last_day, 'YY'), t.id = v_term,
           v_today, now() at time zone v_visit.time_zone
      from school.term s
      join school.term t on t.year_id = s.year_id and t.grades = s.grades
      join school.year y on y.id = t.year_id
     where s.id = v_term
     order by t.first_day;
end $$;
comment on function cabinet.diary_terms is 'The terms of the year of that term (without one: of today''s), the one on show marked';

-- A class is shown as figures only, and only when so many pupils stand behind them.
create function school.least_pupils() returns integer language sql immutable as $$ select 5 $$;
comment on function school.least_pupils is 'No average and no distribution of a class stands on fewer pupils than that';

create function school.class_sums(p_pupil bigint, p_term bigint)
returns table (subject_id bigint, pupils bigint, weight bigint, weighted bigint) language sql stable rows 15 as $$
    select a.subject_id, count(*), sum(a.weight), sum(a.weighted)
      from school.term t
     cross join lateral (select e.class_id from school.enrolment e
                          where e.pupil_id = p_pupil and e.first_day <= t.last_day and (e.last_day is null or e.last_day >= t.first_day)
                          order by e.first_day desc limit 1) k
     cross join lateral (select distinct e.pupil_id from school.enrolment e
                          where e.class_id = k.class_id and e.first_day <= t.last_day
                            and (e.last_day is null or e.last_day >= t.first_day)) m
      join school.average a on a.pupil_id = m.pupil_id and a.term_id = t.id and a.n > 0
     where t.id = p_term
     group by a.subject_id
    having count(*) >= school.least_pupils()
$$;
comment on function school.class_sums is 'The sums of the pupil''s class in that term by subject, where enough pupils stand behind them';

create function cabinet.diary_subjects(p_token text, p_term bigint, p_sort text)
returns table (subject_id bigint, title text, n integer, points integer, weight integer, weighted integer, major_n integer,
               major_points integer, n5 integer, n4 integer, n3 integer, n2 integer, n1 integer, before_weight bigint,
               before_weighted bigint, class_weight bigint, class_weighted bigint, last_day date)
language plpgsql stable security definer rows 15 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
    v_term bigint := school.pupils_term(v_visit.pupil_id, p_term, v_today);
    v_first date;
    v_last date;
begin
    select t.first_day, t.last_day into v_first, v_last from school.term t where t.id = v_term;
    return query
    with learned as (
        select distinct g.subject_id from school.teaching g
         where g.class_id = school.class_on(v_visit.pupil_id, least(v_last, greatest(v_first, v_today)))
           and (g.subgroup_id is null or school.attends(v_visit.pupil_id, g.subgroup_id))
        union
        select a.subject_id from school.average a where a.pupil_id = v_visit.pupil_id and a.term_id = v_term
    ), mine as (
        select m.subject_id, max(m.day) as last_day,
               sum(w.weight) filter (where m.points is not null and m.day <= least(v_today, v_last) - 14) as weight,
               sum(m.points * w.weight) filter (where m.day <= least(v_today, v_last) - 14) as weighted
          from school.mark m join school.work w on w.id = m.work_id
         where m.pupil_id = v_visit.pupil_id and m.day between v_first and v_last and m.value is not null
         group by m.subject_id
    )
    select j.id, j.title, coalesce(a.n, 0), coalesce(a.points, 0), coalesce(a.weight, 0), coalesce(a.weighted, 0),
           coalesce(a.major_n, 0), coalesce(a.major_points, 0), coalesce(a.n5, 0), coalesce(a.n4, 0), coalesce(a.n3, 0),
           coalesce(a.n2, 0), coalesce(a.n1, 0), b.weight, b.weighted, c.weight, c.weighted, b.last_day
      from learned l
      join school.subject j on j.id = l.subject_id
      left join school.average a on a.pupil_id = v_visit.pupil_id and a.term_id = v_term and a.subject_id = j.id
      left join mine b on b.subject_id = j.id
      left join school.class_sums(v_visit.pupil_id, v_term) c on c.subject_id = j.id
     order by case p_sort when 'average' then a.weighted / nullif(a.weight, 0)::numeric
                          when 'class' then a.weighted / nullif(a.weight, 0)::numeric - c.weighted / nullif(c.weight, 0)
                          end desc nulls last,
              case when p_sort = 'last' then b.last_day end desc nulls last,
              case when p_sort = 'title' then j.title end,
              j.rank, j.title;
end $$;
comment on function cabinet.diary_subjects is
    'The subjects of a term with sums of marks: mine; mine two weeks ago (before_…); the class''s, NULL where fewer than five pupils have marks. p_sort: average, class (against the class), last, title, else as the school has them';

create function cabinet.diary_term_marks(p_token text, p_term bigint, p_subject bigint, p_to date, p_days integer)
returns table (day date, subject_id bigint, subject text, lesson_id bigint, work_id bigint, value text, points smallint,
               weight smallint, kind text, title text, is_major boolean, is_exam boolean, comment text, point_till date,
               is_point_late boolean, is_changed boolean, set_on date, class5 bigint, class4 bigint, class3 bigint,
               class2 bigint, class1 bigint)
language plpgsql stable security definer rows 100 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
    v_term bigint := school.pupils_term(v_visit.pupil_id, p_term, v_today);
    v_first date;
    v_last date;
begin
    select t.first_day, least(t.last_day, coalesce(p_to, v_today)) into v_first, v_last from school.term t where t.id = v_term;
    v_first := greatest(v_first, v_last - (p_days - 1));
    return query
    select m.day, m.subject_id, j.title, w.lesson_id, m.work_id, m.value::text, m.points, w.weight, k.title, w.title, k.is_major,
           w.is_exam, m.comment, m.point_till, coalesce(m.point_till < v_today, false),
           exists (select from school.mark_change c where c.work_id = m.work_id and c.pupil_id = m.pupil_id and c.ordinal = m.ordinal),
           (m.set_at at time zone v_visit.time_zone)::date, d.n5, d.n4, d.n3, d.n2, d.n1
      from school.mark m
      join school.work w on w.id = m.work_id
      join school.work_kind k on k.id = w.kind_id
      join school.subject j on j.id = m.subject_id
      left join lateral (
            select count(*) filter (where o.points = 5) as n5, count(*) filter (where o.points = 4) as n4,
                   count(*) filter (where o.points = 3) as n3, count(*) filter (where o.points = 2) as n2,
                   count(*) filter (where o.points = 1) as n1
              from school.mark o
             where o.work_id = m.work_id and o.points is not null
            having count(distinct o.pupil_id) >= school.least_pupils()) d on p_subject is not null
     where m.pupil_id = v_visit.pupil_id and m.day between v_first and v_last and m.value is not null
       and (p_subject is null or m.subject_id = p_subject)
     order by m.day desc, j.rank, m.work_id, m.ordinal
     limit 400;
end $$;
comment on function cabinet.diary_term_marks is
    'Marks of a term until p_to (NULL: today), of p_days days when that is not NULL; the last first. class5 … class1: the marks of the class for that work, when a subject is asked for and at least five pupils have one';

create function cabinet.diary_changes(p_token text, p_term bigint, p_subject bigint)
returns table (changed_at timestamp, day date, subject_id bigint, subject text, kind text, title text, weight smallint,
               old_value text, new_value text, reason text)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_term bigint := school.pupils_term(v_visit.pupil_id, p_term, school.local_day(v_visit));
    v_span school.span;
begin
    select t.first_day, t.last_day into v_span from school.term t where t.id = v_term;
    return query
    select c.at at time zone v_visit.time_zone, w.day, w.subject_id, j.title, k.title, w.title, w.weight,
           coalesce(c.old_value::text, ''), coalesce(c.new_value::text, ''), c.reason
      from school.mark_change c
      join school.work w on w.id = c.work_id
      join school.work_kind k on k.id = w.kind_id
      join school.subject j on j.id = w.subject_id
     where c.pupil_id = v_visit.pupil_id and w.day between v_span.first_day and v_span.last_day
       and (p_subject is null or w.subject_id = p_subject)
     order by c.at desc, c.id desc
     limit 20;
end $$;
comment on function cabinet.diary_changes is 'How marks of a term were changed, the last first: old and new («» for a mark taken back), when, why; not by whom';

create function cabinet.diary_weeks(p_token text, p_term bigint, p_subject bigint)
returns table (monday date, weight bigint, weighted bigint, n bigint)
language plpgsql stable security definer rows 9 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
    v_term bigint := school.pupils_term(v_visit.pupil_id, p_term, v_today);
    v_span school.span;
begin
    select t.first_day, t.last_day into v_span from school.term t where t.id = v_term;
    return query
    select s.monday, (sum(s.weight) over (order by s.monday))::bigint, (sum(s.weighted) over (order by s.monday))::bigint, s.n
      from (select m.day - extract(isodow from m.day)::int + 1 as monday, sum(w.weight) as weight,
                   sum(m.points * w.weight) as weighted, count(*) as n
              from school.mark m join school.work w on w.id = m.work_id
             where m.pupil_id = v_visit.pupil_id and m.day between v_span.first_day and v_span.last_day and m.points is not null
               and (p_subject is null or m.subject_id = p_subject)
             group by 1) s
     order by s.monday;
end $$;
comment on function cabinet.diary_weeks is 'How the average grew: for each week with marks the sums from the beginning of the term to its end, and its own number of marks';

create function cabinet.diary_subject(p_token text, p_subject bigint, p_term bigint)
returns table (subject_id bigint, subject text, term_id bigint, term_title text, is_over boolean, as_of timestamp, n integer,
               points integer, weight integer, weighted integer, major_n integer, major_points integer, n5 integer, n4 integer,
               n3 integer, n2 integer, n1 integer, class_weight bigint, class_weighted bigint, held bigint, missed bigint, ahead bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
    v_term bigint := school.pupils_term(v_visit.pupil_id, p_term, v_today);
    v_span school.span;
begin
    select t.first_day, t.last_day into v_span from school.term t where t.id = v_term;
    return query
    select j.id, j.title, t.id, t.title, t.last_day < v_today, now() at time zone v_visit.time_zone, coalesce(a.n, 0),
           coalesce(a.points, 0), coalesce(a.weight, 0), coalesce(a.weighted, 0), coalesce(a.major_n, 0), coalesce(a.major_points, 0),
           coalesce(a.n5, 0), coalesce(a.n4, 0), coalesce(a.n3, 0), coalesce(a.n2, 0), coalesce(a.n1, 0),
           c.weight, c.weighted, l.held, l.missed, l.ahead
      from school.subject j
      join school.term t on t.id = v_term
      left join school.average a on a.pupil_id = v_visit.pupil_id and a.term_id = t.id and a.subject_id = j.id
      left join school.class_sums(v_visit.pupil_id, v_term) c on c.subject_id = j.id
     cross join lateral (
            select count(*) as lessons, count(*) filter (where o.day < v_today or o.roll_at is not null) as held,
                   count(*) filter (where o.day >= v_today and o.roll_at is null) as ahead,
                   count(*) filter (where k.scope = 'absent' and (o.day < v_today or o.roll_at is not null)) as missed
              from school.pupils_lessons(v_visit.pupil_id, v_span.first_day, v_span.last_day) p
              join school.lesson o on o.id = p.lesson_id and not o.is_cancelled
              left join school.attendance b on b.lesson_id = o.id and b.pupil_id = v_visit.pupil_id
              left join school.attendance_code k on k.id = b.code_id
             where p.subject_id = j.id) l
     where j.id = p_subject and j.school_id = v_visit.school_id and (a.n is not null or l.lessons > 0);
    if not found then
        raise exception 'no such subject of this pupil' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.diary_subject is
    'One subject in a term: sums of marks, the class''s, and its lessons: held, of them missed, still ahead. KB404 when the pupil does not learn it';

create function cabinet.diary_topics(p_token text, p_subject bigint, p_term bigint, p_limit integer)
returns table (day date, number smallint, topic text, absence text, absence_title text)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := school.local_day(v_visit);
    v_term bigint := school.pupils_term(v_visit.pupil_id, p_term, v_today);
    v_span school.span;
begin
    select t.first_day, t.last_day into v_span from school.term t where t.id = v_term;
    return query
    select l.day, l.number, l.theme, coalesce(c.letter, ''), coalesce(c.title, '')
      from school.pupils_lessons(v_visit.pupil_id, v_span.first_day, least(v_span.last_day, v_today)) p
      join school.lesson l on l.id = p.lesson_id
      left join school.attendance a on a.lesson_id = l.id and a.pupil_id = v_visit.pupil_id
      left join school.attendance_code c on c.id = a.code_id
     where p.subject_id = p_subject and l.theme <> '' and not l.is_cancelled
     order by l.day desc, l.number desc
     limit least(p_limit, 200);
end $$;
comment on function cabinet.diary_topics is 'What was covered, the last first, with the lessons that were missed marked';

create function cabinet.diary_kinds(p_token text) returns table (weight smallint, titles text)
language plpgsql stable security definer rows 4 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select k.weight, string_agg(k.title, ', ' order by k.rank, k.id) from school.work_kind k
     where k.school_id = v_visit.school_id group by k.weight order by k.weight;
end $$;
comment on function cabinet.diary_kinds is 'The weights that works of this school have, and of which kinds';

create function school.pupils_year(p_pupil bigint, p_year bigint, p_today date) returns bigint language plpgsql stable as $$
declare
    v_year bigint;
begin
    select k.year_id into v_year
      from school.enrolment e join school.class k on k.id = e.class_id
     where e.pupil_id = p_pupil and (p_year is null or k.year_id = p_year)
     order by (e.first_day <= p_today) desc, e.first_day desc
     limit 1;
    if v_year is null and p_year is not null then
        raise exception 'no such year of this pupil' using errcode = 'KB404';
    end if;
    return v_year;
end $$;
comment on function school.pupils_year is 'Which year to show; KB404 for one in which the pupil was in no class';

create function cabinet.diary_years(p_token text, p_year bigint)
returns table (year_id bigint, title text, class_name text, is_selected boolean, as_of timestamp)
language plpgsql stable security definer rows 2 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_year bigint := school.pupils_year(v_visit.pupil_id, p_year, school.local_day(v_visit));
begin
    return query
    select distinct on (y.first_day, y.id) y.id, to_char(y.first_day, 'YYYY') || '/' || to_char(y.last_day, 'YY'), k.name, y.id = v_year,
           now() at time zone v_visit.time_zone
      from school.enrolment e
      join school.class k on k.id = e.class_id
      join school.year y on y.id = k.year_id
     where e.pupil_id = v_visit.pupil_id
     order by y.first_day desc, y.id, e.first_day desc;
end $$;
comment on function cabinet.diary_years is 'The years of the pupil, the last first, with the class of then';

create function cabinet.diary_year_terms(p_token text, p_year bigint)
returns table (term_id bigint, ordinal smallint, title text)
language plpgsql stable security definer rows 4 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_year bigint := school.pupils_year(v_visit.pupil_id, p_year, school.local_day(v_visit));
begin
    return query
    select distinct t.id, t.ordinal, t.title
      from school.enrolment e
      join school.class k on k.id = e.class_id and k.year_id = v_year
      join school.term t on t.year_id = v_year and t.grades @> k.grade::int
     where e.pupil_id = v_visit.pupil_id
     order by t.ordinal, t.id;
end $$;
comment on function cabinet.diary_year_terms is 'The columns of the table of final marks';

create function cabinet.diary_finals(p_token text, p_year bigint)
returns table (subject_id bigint, subject text, period text, term_id bigint, value text, early_reason text, set_on date,
               weight integer, weighted integer)
language plpgsql stable security definer rows 60 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_year bigint := school.pupils_year(v_visit.pupil_id, p_year, school.local_day(v_visit));
begin
    return query
    select j.id, j.title, q.period, q.term_id, q.value, q.early_reason, q.set_on, q.weight, q.weighted
      from (select f.subject_id, f.period::text as period, f.term_id, f.value::text as value, f.early_reason,
                   (f.set_at at time zone v_visit.time_zone)::date as set_on, 0 as weight, 0 as weighted
              from school.final_mark f
             where f.pupil_id = v_visit.pupil_id and f.year_id = v_year
            union all
            select a.subject_id, 'average', a.term_id, '', '', null, a.weight, a.weighted
              from school.average a join school.term t on t.id = a.term_id
             where a.pupil_id = v_visit.pupil_id and t.year_id = v_year and a.n > 0
               and not exists (select from school.final_mark f
                                where f.pupil_id = a.pupil_id and f.year_id = v_year and f.subject_id = a.subject_id
                                  and f.term_id = a.term_id)) q
      join school.subject j on j.id = q.subject_id
     order by j.rank, j.title, j.id;
end $$;
comment on function cabinet.diary_finals is
    'Final marks of a year by subject: period term (term_id), year, exam, final; and `average` with sums for a term that has marks but no final one';

-- ---- a question to the teacher -----------------------------------------------------------------------------------------------

create function cabinet.diary_lesson(p_token text, p_lesson bigint)
returns table (lesson_id bigint, day date, number smallint, starts text, subject text, topic text, room text, is_cancelled boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    if not school.is_pupils_lesson(v_visit.pupil_id, p_lesson) then
        raise exception 'no such lesson of this pupil' using errcode = 'KB404';
    end if;
    return query
    select l.id, l.day, l.number, to_char(b.starts, 'FMHH24:MI'), j.title, l.theme, l.room, l.is_cancelled
      from school.lesson l
      join school.subject j on j.id = l.subject_id
      left join school.bell b on b.bells_id = school.bells_on(v_visit.school_id, l.day) and b.number = l.number
     where l.id = p_lesson;
end $$;
comment on function cabinet.diary_lesson is 'Which lesson it is; KB404 when it is not the pupil''s';

create function cabinet.diary_messages(p_token text, p_lesson bigint)
returns table (message_id bigint, body text, sent_at timestamp, is_parents boolean, reply text, replied_at timestamp)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select m.id, m.body, m.sent_at at time zone v_visit.time_zone, a.mode = 'parent', coalesce(m.reply, ''),
           m.replied_at at time zone v_visit.time_zone
      from school.lesson_message m join auth.access a on a.id = m.access_id
     where m.lesson_id = p_lesson and m.pupil_id = v_visit.pupil_id
     order by m.id
     limit 30;
end $$;
comment on function cabinet.diary_messages is 'What this family asked about a lesson, and what the teacher said';

create function cabinet.diary_ask(p_token text, p_key uuid, p_lesson bigint, p_body text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    if not school.is_pupils_lesson(v_visit.pupil_id, p_lesson) then
        raise exception 'no such lesson of this pupil' using errcode = 'KB404';
    end if;
    if not site.once('login ' || v_visit.login_id || ' ask', p_key, concat_ws('|', p_lesson, p_body)) then
        return;
    end if;
    -- Teachers have thirty families: a family that asks without end is asked to come and talk.
    if (select count(*) from school.lesson_message m
         where m.pupil_id = v_visit.pupil_id and m.sent_at > now() - interval '1 day') >= 10 then
        raise exception 'За сутки можно задать 10 вопросов. Остальные — завтра или по телефону школы.' using errcode = 'KB422';
    end if;
    insert into school.lesson_message (lesson_id, pupil_id, access_id, body)
    values (p_lesson, v_visit.pupil_id, v_visit.access_id, p_body);
    perform auth.note(v_visit.login_id, v_visit.access_id, 'teacher-ask');
end $$;
comment on function cabinet.diary_ask is 'A question to the teacher of a lesson, once for each key; ten a day';

grant execute on function
    cabinet.diary_page(text, date, boolean),
    cabinet.diary_days(text, date, boolean),
    cabinet.diary_lessons(text, date, boolean),
    cabinet.diary_marks(text, date, boolean),
    cabinet.diary_files(text, date, boolean),
    cabinet.diary_sign(text, date),
    cabinet.diary_homework(text),
    cabinet.diary_done(text, bigint, boolean),
    cabinet.diary_task(text, bigint),
    cabinet.diary_task_files(text, bigint),
    cabinet.diary_answers(text, bigint),
    cabinet.diary_answer(text, uuid, bigint, text, text, text, bytea, text, text, bytea, text, text, bytea),
    cabinet.diary_file(text, uuid),
    cabinet.diary_terms(text, bigint),
    cabinet.diary_subjects(text, bigint, text),
    cabinet.diary_term_marks(text, bigint, bigint, date, integer),
    cabinet.diary_changes(text, bigint, bigint),
    cabinet.diary_weeks(text, bigint, bigint),
    cabinet.diary_subject(text, bigint, bigint),
    cabinet.diary_topics(text, bigint, bigint, integer),
    cabinet.diary_kinds(text),
    cabinet.diary_years(text, bigint),
    cabinet.diary_year_terms(text, bigint),
    cabinet.diary_finals(text, bigint),
    cabinet.diary_lesson(text, bigint),
    cabinet.diary_messages(text, bigint),
    cabinet.diary_ask(text, uuid, bigint, text) to kabinet_diary;

commit;
