-- Deploy kabinet:tables/study to pg
-- requires: tables/staff
-- requires: tables/site

-- The school day: terms and bells, the timetable and its lessons, homework, works and marks, attendance, and the sums that pages
-- read. Pupils by number, teachers by number: no names here either. A mark carries its day and subject, an attendance row too,
-- by composite foreign keys, so that "this pupil, these days" is one range of one index at any size of the table.

begin;

set local role kabinet_owner;

-- ---- the year -----------------------------------------------------------------------------------------------------------

create table school.enrolment (
    pupil_id   bigint not null references school.pupil,
    class_id   bigint not null references school.class,
    first_day  date not null,
    last_day   date,
    primary key (pupil_id, first_day),
    check (last_day >= first_day),
    exclude using gist (int8range(pupil_id, pupil_id, '[]') with &&, daterange(first_day, last_day, '[]') with &&)
);
comment on table school.enrolment is 'Which class a pupil was in, and when; school.pupil.class_id is the latest';
comment on column school.enrolment.last_day is 'NULL: until further notice';
create index enrolment_class on school.enrolment (class_id);

create function school.keep_enrolment() returns trigger language plpgsql security definer set search_path = '' as $$
declare
    v_today date := (select (now() at time zone s.time_zone)::date from school.school s where s.id = new.school_id);
begin
    delete from school.enrolment e where e.pupil_id = new.id and e.last_day is null and e.first_day >= v_today;
    update school.enrolment e set last_day = v_today - 1 where e.pupil_id = new.id and e.last_day is null;
    if new.class_id is not null and new.state = 'active' then
        -- A new pupil belongs to the class since the year began; one who moves, since today.
        insert into school.enrolment (pupil_id, class_id, first_day)
        select new.id, new.class_id,
               case when exists (select from school.enrolment e where e.pupil_id = new.id) then greatest(v_today, y.first_day)
                    else y.first_day end
          from school.class k join school.year y on y.id = k.year_id
         where k.id = new.class_id;
    end if;
    return null;
end $$;
comment on function school.keep_enrolment is 'Writes down where a pupil comes and where he goes';
create trigger keep_enrolment after insert or update of class_id, state on school.pupil
    for each row execute function school.keep_enrolment();

create function school.class_on(p_pupil bigint, p_day date) returns bigint language sql stable as $$
    select e.class_id from school.enrolment e
     where e.pupil_id = p_pupil and e.first_day <= p_day and (e.last_day is null or e.last_day >= p_day)
     order by e.first_day desc limit 1
$$;
comment on function school.class_on is 'The class of a pupil on a day, NULL when there was none';

create type school.term_kind as enum ('quarter', 'trimester', 'half');
comment on type school.term_kind is 'четверть, триместр, полугодие';

create table school.term (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    year_id    bigint not null,
    kind       school.term_kind not null,
    ordinal    smallint not null check (ordinal between 1 and 4),
    grades     int4range not null default '[1,12)',
    first_day  date not null,
    last_day   date not null,
    title      text not null generated always as (ordinal::text || case kind when 'quarter' then ' четверть'
                   when 'trimester' then ' триместр' when 'half' then ' полугодие' end) stored,
    check (first_day < last_day),
    foreign key (year_id, school_id) references school.year (id, school_id),
    unique (year_id, ordinal, grades),
    exclude using gist (int8range(school_id, school_id, '[]') with &&, grades with &&, daterange(first_day, last_day, '[]') with &&)
);
comment on table school.term is 'Terms; what lies between them are the holidays (каникулы)';
comment on column school.term.grades is 'For which grades: seniors may have полугодия where the others have четверти';
create index term_year on school.term (year_id);
create index term_school on school.term (school_id, first_day);

create function school.term_on(p_class bigint, p_day date) returns bigint language sql stable as $$
    select t.id from school.class k join school.term t on t.school_id = k.school_id and t.grades @> k.grade::int
     where k.id = p_class and p_day between t.first_day and t.last_day
$$;
comment on function school.term_on is 'The term of a class on a day, NULL in the holidays';

create table school.day_off (
    school_id  bigint not null references school.school,
    day        date not null,
    title      text not null check (title <> ''),
    primary key (school_id, day)
);
comment on table school.day_off is 'Days without lessons inside the terms: public holidays, quarantine';

create table school.bells (
    id          bigint generated always as identity primary key,
    school_id   bigint not null references school.school,
    title       text not null check (title <> ''),
    is_default  boolean not null,
    unique (id, school_id)
);
comment on table school.bells is 'Sets of bells: the ordinary day, the shortened one';
create unique index bells_default on school.bells (school_id) where is_default;

create table school.bell (
    bells_id  bigint not null references school.bells on delete cascade,
    number    smallint not null check (number between 0 and 12),
    starts    time not null,
    ends      time not null,
    primary key (bells_id, number),
    check (starts < ends)
);
comment on table school.bell is 'When a lesson begins and ends, local time';

create table school.bell_day (
    school_id  bigint not null references school.school,
    day        date not null,
    bells_id   bigint not null,
    primary key (school_id, day),
    foreign key (bells_id, school_id) references school.bells (id, school_id)
);
comment on table school.bell_day is 'Days with other bells than the default: shortened days';

create function school.bells_on(p_school bigint, p_day date) returns bigint language sql stable as $$
    select coalesce((select d.bells_id from school.bell_day d where d.school_id = p_school and d.day = p_day),
                    (select b.id from school.bells b where b.school_id = p_school and b.is_default))
$$;
comment on function school.bells_on is 'The bells of a day';

create type school.event_kind as enum ('event', 'excursion', 'exam', 'meeting');

create table school.event (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    class_id   bigint,
    kind       school.event_kind not null,
    day        date not null,
    last_day   date not null,
    starts     time,
    ends       time,
    title      text not null check (char_length(title) between 1 and 200),
    place      text not null default '',
    is_cancelled boolean not null default false,
    revision   integer not null default 0,
    changed_at timestamptz not null default now(),
    check (last_day between day and day + 60 and (ends is null or (starts is not null and ends > starts and last_day = day))),
    foreign key (class_id, school_id) references school.class (id, school_id)
);
comment on table school.event is 'What the calendar shows besides lessons: events, excursions, exams, meetings of parents';
comment on column school.event.class_id is 'NULL: the whole school';
comment on column school.event.starts is 'NULL: the whole day';
comment on column school.event.revision is 'How often it was changed: calendars ask';
create index event_day on school.event (school_id, day);
create index event_class on school.event (class_id);

-- ---- subjects, timetable, lessons ---------------------------------------------------------------------------------------

create table school.subject (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    title      text not null check (char_length(title) between 1 and 60),
    rank       smallint not null,
    unique (school_id, title),
    unique (id, school_id)
);
comment on table school.subject is 'Subjects of a school';
comment on column school.subject.rank is 'Order in lists';

create table school.subgroup (
    id          bigint generated always as identity primary key,
    class_id    bigint not null references school.class,
    subject_id  bigint not null references school.subject,
    title       text not null check (title <> ''),
    unique (class_id, subject_id, title),
    unique (id, class_id)
);
comment on table school.subgroup is 'Parts of a class for one subject: English 1 and 2, boys and girls at technology';
create index subgroup_subject on school.subgroup (subject_id);

create table school.subgroup_pupil (
    subgroup_id  bigint not null references school.subgroup on delete cascade,
    pupil_id     bigint not null references school.pupil,
    primary key (subgroup_id, pupil_id)
);
comment on table school.subgroup_pupil is 'Who is in a subgroup';
create index subgroup_pupil_pupil on school.subgroup_pupil (pupil_id);

create table school.teaching (
    staff_id     bigint not null references auth.staff,
    class_id     bigint not null references school.class,
    subject_id   bigint not null references school.subject,
    subgroup_id  bigint,
    unique nulls not distinct (class_id, subject_id, subgroup_id, staff_id),
    foreign key (subgroup_id, class_id) references school.subgroup (id, class_id)
);
comment on table school.teaching is 'Who teaches what to whom: what a teacher may see and write';
comment on column school.teaching.subgroup_id is 'NULL: the whole class';
create index teaching_staff on school.teaching (staff_id);
create index teaching_subject on school.teaching (subject_id);

create table school.slot (
    id           bigint generated always as identity primary key,
    class_id     bigint not null references school.class,
    subgroup_id  bigint,
    weekday      smallint not null check (weekday between 1 and 7),
    number       smallint not null check (number between 0 and 12),
    subject_id   bigint not null references school.subject,
    staff_id     bigint not null references auth.staff,
    room         text not null default '' check (char_length(room) <= 20),
    first_day    date not null,
    last_day     date not null,
    check (first_day <= last_day),
    foreign key (subgroup_id, class_id) references school.subgroup (id, class_id),
    -- A teacher and a class can be in one place at a time; subgroups of one class learn side by side.
    exclude using gist (int8range(staff_id, staff_id, '[]') with &&, int4range(weekday * 100 + number, weekday * 100 + number, '[]') with &&,
                        daterange(first_day, last_day, '[]') with &&)
);
comment on table school.slot is 'The weekly timetable, from which lessons are made';
comment on column school.slot.weekday is '1: Monday';
create index slot_class on school.slot (class_id, weekday, number);
create index slot_subject on school.slot (subject_id);
create index slot_staff on school.slot (staff_id);
create index slot_subgroup on school.slot (subgroup_id);

create table school.lesson (
    id               bigint generated always as identity primary key,
    class_id         bigint not null references school.class,
    subgroup_id      bigint,
    day              date not null,
    number           smallint not null check (number between 0 and 12),
    subject_id       bigint not null references school.subject,
    staff_id         bigint not null references auth.staff,
    room             text not null default '' check (char_length(room) <= 20),
    was_subject_id   bigint references school.subject,
    was_staff_id     bigint references auth.staff,
    was_room         text,
    is_cancelled     boolean not null default false,
    note             text not null default '' check (char_length(note) <= 200),
    remote_url       text check (remote_url ~ '^https://[^[:space:]]{3}' and remote_url !~ '[[:space:]]' and char_length(remote_url) <= 300),
    theme            text not null default '' check (char_length(theme) <= 200),
    roll_at          timestamptz,
    roll_by          bigint references auth.staff,
    revision         smallint not null default 0,
    changed_at       timestamptz not null default now(),
    foreign key (subgroup_id, class_id) references school.subgroup (id, class_id),
    unique nulls not distinct (class_id, day, number, subgroup_id),
    unique (id, subject_id, day)
);
comment on table school.lesson is 'Lessons, planned and held: made from slots for a term ahead, then changed one by one';
comment on column school.lesson.was_subject_id is 'Замена: the subject that stood in the timetable, when it was another';
comment on column school.lesson.was_staff_id is 'Замена: the teacher who stood in the timetable';
comment on column school.lesson.was_room is 'The room that stood in the timetable, when it was another';
comment on column school.lesson.note is 'Why it was changed or cancelled, for parents to read: no names';
comment on column school.lesson.remote_url is 'Link of a lesson held from afar';
comment on column school.lesson.theme is 'What was covered';
comment on column school.lesson.roll_at is 'When the teacher said who is here; NULL: not yet';
comment on column school.lesson.revision is 'How often what calendars show of it was changed';
create index lesson_staff on school.lesson (staff_id, day);
create index lesson_subgroup on school.lesson (subgroup_id);
create index lesson_was_staff on school.lesson (was_staff_id, day) where was_staff_id is not null;

create function school.count_revision() returns trigger language plpgsql set search_path = '' as $$
begin
    new.revision := old.revision + 1;
    new.changed_at := now();
    return new;
end $$;
comment on function school.count_revision is 'A lesson or an event was changed for those who have it in a calendar';
create trigger count_revision before update on school.lesson for each row
    when ((old.day, old.number, old.subject_id, old.staff_id, old.room, old.is_cancelled, old.note, old.remote_url) is distinct from
          (new.day, new.number, new.subject_id, new.staff_id, new.room, new.is_cancelled, new.note, new.remote_url))
    execute function school.count_revision();
create trigger count_revision before update on school.event for each row
    when ((old.day, old.last_day, old.starts, old.ends, old.title, old.place, old.kind, old.is_cancelled) is distinct from
          (new.day, new.last_day, new.starts, new.ends, new.title, new.place, new.kind, new.is_cancelled))
    execute function school.count_revision();

create function school.make_lessons(p_class bigint, p_from date, p_to date) returns integer language plpgsql as $$
declare
    v_made integer;
begin
    insert into school.lesson (class_id, subgroup_id, day, number, subject_id, staff_id, room)
    select s.class_id, s.subgroup_id, d.day, s.number, s.subject_id, s.staff_id, s.room
      from school.class k
      join school.year y on y.id = k.year_id
      join school.slot s on s.class_id = k.id
     cross join lateral (select g::date as day
                           from generate_series(greatest(p_from, y.first_day, s.first_day)::timestamp,
                                                least(p_to, y.last_day, s.last_day)::timestamp, interval '1 day') g) d
     where k.id = p_class
       and extract(isodow from d.day) = s.weekday
       and exists (select from school.term t
                    where t.year_id = k.year_id and t.grades @> k.grade::int and d.day between t.first_day and t.last_day)
       and not exists (select from school.day_off o where o.school_id = k.school_id and o.day = d.day)
       -- Not beside a lesson that stands there already, unless both are of subgroups: it may be what a substitution left.
       and not exists (select from school.lesson l
                        where l.class_id = s.class_id and l.day = d.day and l.number = s.number
                          and (l.subgroup_id is null or s.subgroup_id is null or l.subgroup_id = s.subgroup_id))
     order by d.day, s.number, s.id
        on conflict do nothing;
    get diagnostics v_made = row_count;
    return v_made;
end $$;
comment on function school.make_lessons is
    'Makes the lessons of a class for these days (both included) from its timetable, days off and holidays left out, and answers how '
    'many. Lessons that exist stay as they are, so it may be called again, and after the timetable has changed';

create function school.attends(p_pupil bigint, p_subgroup bigint) returns boolean language sql stable as $$
    select p_subgroup is null
        or exists (select from school.subgroup_pupil g where g.subgroup_id = p_subgroup and g.pupil_id = p_pupil)
$$;
comment on function school.attends is 'Whether a lesson of this subgroup (NULL: of the whole class) is the pupil''s, who is in the class';

create function school.room_words(p_room text) returns text language sql immutable parallel safe as $$
    select case when p_room ~ '^[0-9]' then 'каб. ' || p_room else p_room end
$$;
comment on function school.room_words is 'Where a lesson is, as people read it: каб. 214, спортзал';

create function school.next_lesson(p_pupil bigint, p_day date, out day date, out number smallint, out title text, out room text,
    out starts time)
language sql stable as $$
    select f.day, f.number, f.title, f.room, b.starts
      from (select l.day, l.number, j.title, l.room, k.school_id
              from school.enrolment e
              join school.class k on k.id = e.class_id
             cross join lateral (
                   select l.* from school.lesson l
                    where l.class_id = e.class_id and l.day >= greatest(p_day, e.first_day)
                      and (e.last_day is null or l.day <= e.last_day)
                      and not l.is_cancelled and school.attends(p_pupil, l.subgroup_id)
                    order by l.day, l.number limit 1) l
              join school.subject j on j.id = l.subject_id
             where e.pupil_id = p_pupil and (e.last_day is null or e.last_day >= p_day)
             order by l.day, l.number limit 1) f
      left join school.bell b on b.bells_id = school.bells_on(f.school_id, f.day) and b.number = f.number
$$;
comment on function school.next_lesson is 'The first lesson of a pupil on that day or the next one that has any; all NULL when none is planned';

create function school.holidays_title(p_school bigint, p_grade integer, p_day date) returns text language sql stable as $$
    select case when not exists (select from school.term t join school.year y on y.id = t.year_id
                                  where t.school_id = p_school and t.grades @> p_grade and t.first_day > p_day
                                    and p_day between y.first_day and y.last_day) then 'Летние каникулы'
                when extract(month from p_day) in (10, 11) then 'Осенние каникулы'
                when extract(month from p_day) in (12, 1) then 'Зимние каникулы'
                when extract(month from p_day) in (3, 4) then 'Весенние каникулы'
                else 'Каникулы' end
$$;
comment on function school.holidays_title is 'How the holidays of that day are called; after the last term of a year they are the summer''s';

create function school.now_next(p_pupil bigint, p_now timestamp)
returns table (now_kind text, now_title text, now_room text, now_number smallint, now_starts timestamp, now_ends timestamp,
               now_left integer, now_till date, next_day date, next_starts text, next_title text, next_is_tomorrow boolean)
language plpgsql stable rows 1 as $$
declare
    v_today date := p_now::date;
    v_class bigint := school.class_on(p_pupil, v_today);
    v_school bigint := (select p.school_id from school.pupil p where p.id = p_pupil);
    v_grade integer := (select k.grade from school.pupil p join school.class k on k.id = coalesce(v_class, p.class_id)
                         where p.id = p_pupil);
    v_lesson record;
    v_next record;
    v_begun boolean;
begin
    -- The lesson that goes on, or the next one of today.
    select j.title, l.room, l.number, v_today + b.starts as starts, v_today + b.ends as ends into v_lesson
      from school.lesson l
      join school.subject j on j.id = l.subject_id
      join school.bell b on b.bells_id = school.bells_on(v_school, v_today) and b.number = l.number
     where l.class_id = v_class and l.day = v_today and not l.is_cancelled and school.attends(p_pupil, l.subgroup_id)
       and b.ends > p_now::time
     order by l.number limit 1;
    if found then
        select count(*) > 0 into v_begun
          from school.lesson l join school.bell b on b.bells_id = school.bells_on(v_school, v_today) and b.number = l.number
         where l.class_id = v_class and l.day = v_today and not l.is_cancelled and school.attends(p_pupil, l.subgroup_id)
           and b.starts <= p_now::time;
        now_title := v_lesson.title; now_room := school.room_words(v_lesson.room); now_number := v_lesson.number;
        now_starts := v_lesson.starts; now_ends := v_lesson.ends;
        now_kind := case when v_lesson.starts <= p_now then 'lesson' when v_begun then 'break' else 'before' end;
        now_left := ceil(extract(epoch from case now_kind when 'lesson' then v_lesson.ends else v_lesson.starts end - p_now) / 60);
        next_day := v_today; next_starts := to_char(v_lesson.starts, 'FMHH24:MI'); next_title := v_lesson.title; next_is_tomorrow := false;
        return next;
        return;
    end if;
    select n.day, n.starts, n.title into v_next from school.next_lesson(p_pupil, v_today + 1) n;
    next_day := v_next.day; next_starts := to_char(v_next.starts, 'FMHH24:MI'); next_title := v_next.title;
    next_is_tomorrow := v_next.day = v_today + 1;
    now_title := (select o.title from school.day_off o where o.school_id = v_school and o.day = v_today);
    if now_title is not null then
        now_kind := 'off';
        -- The last of the days off with that title: each day lies as far from today as its row from the first.
        now_till := (select max(r.day) from (select o.day, row_number() over (order by o.day) - 1 as place from school.day_off o
                                              where o.school_id = v_school and o.title = now_title
                                                and o.day between v_today and v_today + 120) r
                      where r.day = v_today + r.place::integer);
    elsif exists (select from school.term t
                   where t.school_id = v_school and t.grades @> v_grade and v_today between t.first_day and t.last_day) then
        now_kind := case when exists (select from school.lesson l where l.class_id = v_class and l.day = v_today and not l.is_cancelled
                                         and school.attends(p_pupil, l.subgroup_id)) then 'after' else 'free' end;
    else
        now_kind := 'holidays';
        now_title := school.holidays_title(v_school, v_grade, v_today);
        now_till := (select min(t.first_day) - 1 from school.term t
                      where t.school_id = v_school and t.grades @> v_grade and t.first_day > v_today);
    end if;
    return next;
end $$;
comment on function school.now_next is
    'One row: what goes on at that local moment. now_kind: lesson, break, before (the first lesson is to come), after (lessons are over), '
    'free (a day without lessons), off (of school.day_off), holidays (both till now_till). now_left: minutes to the end of the lesson, or to its beginning. '
    'next_…: the first lesson to come; NULL when none is planned. Shown by templates/parts/now-next.html';

-- ---- homework -----------------------------------------------------------------------------------------------------------

create table school.homework (
    id            bigint generated always as identity primary key,
    lesson_id     bigint not null unique references school.lesson on delete cascade,
    given_on      date not null,
    task          text not null check (char_length(task) between 1 and 4000),
    minutes       smallint check (minutes between 1 and 600),
    link          text check (link ~ '^https?://[^[:space:]]{3}' and link !~ '[[:space:]]' and char_length(link) <= 500),
    wants_answer  boolean not null default false,
    staff_id      bigint not null references auth.staff,
    set_at        timestamptz not null default now()
);
comment on table school.homework is 'Homework, by the lesson that it is for';
comment on column school.homework.minutes is 'How long it should take; NULL: nobody said';
comment on column school.homework.wants_answer is 'Pupils hand in an answer';

create table school.homework_file (
    homework_id  bigint not null references school.homework on delete cascade,
    file_id      uuid not null unique references site.file,
    primary key (homework_id, file_id)
);

comment on table school.homework_file is 'Files that the teacher added';

create table school.homework_done (
    homework_id  bigint not null references school.homework on delete cascade,
    pupil_id     bigint not null references school.pupil,
    at           timestamptz not null default now(),
    primary key (homework_id, pupil_id)
);
comment on table school.homework_done is 'The tick of the family: done';
create index homework_done_pupil on school.homework_done (pupil_id);

create table school.homework_answer (
    id           bigint generated always as identity primary key,
    homework_id  bigint not null references school.homework on delete cascade,
    pupil_id     bigint not null references school.pupil,
    body         text not null default '' check (char_length(body) <= 4000),
    sent_at      timestamptz not null default now(),
    is_late      boolean not null
);
comment on table school.homework_answer is 'What pupils hand in; a second one does not replace the first';
comment on column school.homework_answer.is_late is 'Came after the day of the lesson';
create index homework_answer_pupil on school.homework_answer (pupil_id, homework_id);
create index homework_answer_homework on school.homework_answer (homework_id);

create table school.answer_file (
    answer_id  bigint not null references school.homework_answer on delete cascade,
    file_id    uuid not null unique references site.file,
    primary key (answer_id, file_id)
);

comment on table school.answer_file is 'Files of an answer';

create table school.lesson_message (
    id           bigint generated always as identity primary key,
    lesson_id    bigint not null references school.lesson,
    pupil_id     bigint not null references school.pupil,
    access_id    bigint not null references auth.access,
    body         text not null check (char_length(body) between 1 and 2000),
    sent_at      timestamptz not null default now(),
    reply        text check (char_length(reply) between 1 and 2000),
    replied_by   bigint references auth.staff,
    replied_at   timestamptz,
    check ((reply is null) = (replied_at is null) and (reply is null) = (replied_by is null))
);
comment on table school.lesson_message is 'A question to the teacher of a lesson and the answer';
create index lesson_message_pupil on school.lesson_message (pupil_id, lesson_id);
create index lesson_message_lesson on school.lesson_message (lesson_id);

create table school.week_signature (
    pupil_id   bigint not null references school.pupil,
    monday     date not null check (extract(isodow from monday) = 1),
    access_id  bigint not null references auth.access,
    signed_at  timestamptz not null default now(),
    primary key (pupil_id, monday)
);
comment on table school.week_signature is 'A parent has seen the diary of that week';

-- ---- works and marks ------------------------------------------------------------------------------------------------------

create table school.work_kind (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    title      text not null check (char_length(title) between 1 and 40),
    weight     smallint not null check (weight between 1 and 10),
    is_major   boolean not null default false,
    rank       smallint not null,
    unique (school_id, title)
);
comment on table school.work_kind is 'Kinds of works: ответ на уроке, контрольная …';
comment on column school.work_kind.weight is 'Of new works of this kind';
comment on column school.work_kind.is_major is 'Important works: shown ahead, counted apart';

create table school.exam_task (
    id         bigint generated always as identity primary key,
    exam       text not null check (exam in ('ОГЭ', 'ЕГЭ')),
    subject    text not null,
    number     smallint not null check (number between 1 and 40),
    title      text not null,
    unique (exam, subject, number)
);
comment on table school.exam_task is 'Tasks of the state exams, by the title of the subject';

create table school.work (
    id            bigint generated always as identity primary key,
    lesson_id     bigint not null,
    subject_id    bigint not null,
    day           date not null,
    kind_id       bigint not null references school.work_kind,
    title         text not null default '' check (char_length(title) <= 120),
    weight        smallint not null check (weight between 1 and 10),
    is_exam       boolean not null default false,
    exam_task_id  bigint references school.exam_task,
    key           uuid unique,
    foreign key (lesson_id, subject_id, day) references school.lesson (id, subject_id, day) on update cascade,
    unique (id, subject_id, day)
);
comment on table school.work is 'What marks are for: a work of a lesson';
comment on column school.work.weight is 'How much its marks weigh in the weighted average';
comment on column school.work.exam_task_id is 'The task of ОГЭ or ЕГЭ that it trains';
comment on column school.work.key is 'Chosen by the form that made it, so that a form sent again, or mended before it was sent, makes no second work';
create index work_lesson on school.work (lesson_id);

create domain school.mark_value as text
    check (value in ('5', '4', '3', '2', '1', 'н/а', 'осв', 'зач', 'нз', '.'));
comment on domain school.mark_value is
    '5 … 1; н/а: не аттестован; осв: освобождён; зач: зачёт; нз: незачёт; .: «точка», a work to be handed in';

create table school.mark (
    work_id     bigint not null,
    pupil_id    bigint not null references school.pupil,
    ordinal     smallint not null default 1 check (ordinal between 1 and 3),
    subject_id  bigint not null,
    day         date not null,
    value       school.mark_value,
    points      smallint generated always as (case when value in ('5', '4', '3', '2', '1') then value::smallint end) stored,
    comment     text not null default '' check (char_length(comment) <= 300),
    point_till  date,
    set_at      timestamptz not null default now(),
    set_by      bigint not null references auth.staff,
    reason      text not null default '' check (char_length(reason) <= 200),
    primary key (work_id, pupil_id, ordinal),
    foreign key (work_id, subject_id, day) references school.work (id, subject_id, day) on update cascade,
    check (point_till is null or value = '.')
);
comment on table school.mark is 'Marks. Never deleted: a mark that was taken back has no value';
comment on column school.mark.ordinal is 'Several marks for one work: for the content, for the language';
comment on column school.mark.value is 'NULL: taken back';
comment on column school.mark.points is 'For averages: NULL for words';
comment on column school.mark.point_till is 'Of a «точка»: until when';
comment on column school.mark.reason is 'Why it was changed last time';
create index mark_pupil on school.mark (pupil_id, day, subject_id);

create table school.mark_change (
    id         bigint generated always as identity primary key,
    work_id    bigint not null references school.work,
    pupil_id   bigint not null references school.pupil,
    ordinal    smallint not null,
    old_value  school.mark_value,
    new_value  school.mark_value,
    reason     text not null,
    at         timestamptz not null default now(),
    staff_id   bigint not null references auth.staff
);
comment on table school.mark_change is 'Every change of a mark after it was set: old and new, when, why. Append-only';
create index mark_change_pupil on school.mark_change (pupil_id, at);
create index mark_change_work on school.mark_change (work_id, pupil_id);

create trigger append_only before update or delete or truncate on school.mark_change
    for each statement execute function site.refuse_change();
create trigger never_deleted before delete or truncate on school.mark
    for each statement execute function site.refuse_change();

create function school.note_mark_change() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    insert into school.mark_change (work_id, pupil_id, ordinal, old_value, new_value, reason, at, staff_id)
    values (new.work_id, new.pupil_id, new.ordinal, old.value, new.value, new.reason, new.set_at, new.set_by);
    return null;
end $$;
comment on function school.note_mark_change is 'A changed mark leaves a line in school.mark_change, whoever changes it';
create trigger note_mark_change after update of value on school.mark for each row
    when (old.value is distinct from new.value) execute function school.note_mark_change();

create type school.final_period as enum ('term', 'year', 'exam', 'final');
comment on type school.final_period is 'за четверть (триместр, полугодие), за год, экзамен, итоговая';

create table school.final_mark (
    pupil_id      bigint not null references school.pupil,
    year_id       bigint not null references school.year,
    subject_id    bigint not null references school.subject,
    period        school.final_period not null,
    term_id       bigint references school.term,
    value         school.mark_value not null check (value in ('5', '4', '3', '2', '1', 'н/а', 'осв', 'зач', 'нз')),
    early_reason  text not null default '' check (char_length(early_reason) <= 200),
    set_by        bigint not null references auth.staff,
    set_at        timestamptz not null default now(),
    check ((period = 'term') = (term_id is not null)),
    unique nulls not distinct (pupil_id, year_id, subject_id, period, term_id)
);
comment on table school.final_mark is 'Marks of terms and years, as the teacher fixed them';
comment on column school.final_mark.early_reason is 'Why it was set before the end of the term';
create index final_mark_subject on school.final_mark (subject_id);
create index final_mark_term on school.final_mark (term_id);

-- ---- what a teacher can take back -----------------------------------------------------------------------------------------

create table school.journal_act (
    staff_id   bigint not null references auth.staff,
    key        uuid not null,
    what       text not null check (what in ('roll', 'theme', 'marks', 'homework')),
    lesson_id  bigint not null references school.lesson on delete cascade,
    at         timestamptz not null default clock_timestamp(),
    before     jsonb not null,
    after      jsonb not null,
    undone_at  timestamptz,
    primary key (staff_id, key)
);
comment on table school.journal_act is 'What a teacher did in the journal, so that the last act can be undone';
comment on column school.journal_act.key is 'The key of the form that did it';
comment on column school.journal_act.before is 'What stood there, of the things that changed';
comment on column school.journal_act.after is 'What stands there since: an undo of something that changed again is refused';
create index journal_act_lesson on school.journal_act (lesson_id, staff_id, at desc);

-- ---- attendance -----------------------------------------------------------------------------------------------------------

create type school.absence_scope as enum ('absent', 'late', 'left');
comment on type school.absence_scope is 'absent: missed the lesson; late: came late; left: left early';
create type school.absence_reason as enum ('none', 'ill', 'excused', 'unexcused');
comment on type school.absence_reason is
    'none: nobody said yet; ill: болезнь; excused: уважительная; unexcused: по НУП, неуважительная причина';

create table school.attendance_code (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    letter     text not null check (char_length(letter) between 1 and 3),
    title      text not null check (char_length(title) between 1 and 60),
    scope      school.absence_scope not null,
    reason     school.absence_reason not null,
    rank       smallint not null,
    unique (school_id, letter)
);
comment on table school.attendance_code is 'What a school writes into its journal: н, б, у, нп, о …';

create type school.attendance_source as enum ('teacher', 'tutor', 'excuse', 'gate');

create table school.attendance (
    lesson_id   bigint not null,
    pupil_id    bigint not null references school.pupil,
    subject_id  bigint not null,
    day         date not null,
    code_id     bigint not null references school.attendance_code,
    minutes     smallint check (minutes between 1 and 180),
    source      school.attendance_source not null default 'teacher',
    set_by      bigint references auth.staff,
    set_at      timestamptz not null default now(),
    note        text not null default '' check (char_length(note) <= 200),
    primary key (lesson_id, pupil_id),
    foreign key (lesson_id, subject_id, day) references school.lesson (id, subject_id, day) on update cascade
);
comment on table school.attendance is 'Who was not (wholly) there. No row at a lesson whose roll was taken: was there';
comment on column school.attendance.note is 'Why the class tutor changed the reason; for desks alone';
comment on column school.attendance.minutes is 'How late, or how much too early';
create index attendance_pupil on school.attendance (pupil_id, day);

create type school.excuse_kind as enum ('absence', 'late', 'early');
create type school.excuse_state as enum ('sent', 'accepted', 'rejected', 'withdrawn');

create table school.excuse (
    id           bigint generated always as identity primary key,
    pupil_id     bigint not null references school.pupil,
    access_id    bigint not null references auth.access,
    kind         school.excuse_kind not null,
    reason       school.absence_reason not null check (reason in ('ill', 'excused')),
    first_day    date not null,
    last_day     date not null,
    body         text not null check (char_length(body) between 1 and 1000),
    file_id      uuid unique references site.file,
    is_ahead     boolean not null,
    state        school.excuse_state not null default 'sent',
    sent_at      timestamptz not null default now(),
    decided_by   bigint references auth.staff,
    decided_at   timestamptz,
    answer       text not null default '' check (char_length(answer) <= 500),
    check (last_day between first_day and first_day + 60),
    check ((state in ('accepted', 'rejected')) = (decided_by is not null)),
    check ((decided_by is null) = (decided_at is null))
);
comment on table school.excuse is 'What parents say about an absence, before or after it; the class tutor accepts or rejects';
comment on column school.excuse.is_ahead is 'Announced before the first lesson of its first day';
create index excuse_pupil on school.excuse (pupil_id, first_day);
create index excuse_waiting on school.excuse (sent_at) where state = 'sent';
-- One word about a day at a time: what waits or was accepted leaves no room for a second one of its kind.
alter table school.excuse add constraint excuse_overlap exclude using gist (
    int8range(pupil_id, pupil_id, '[]') with &&,
    int4range(case kind when 'absence' then 1 when 'late' then 2 else 3 end,
              case kind when 'absence' then 1 when 'late' then 2 else 3 end, '[]') with &&,
    daterange(first_day, last_day, '[]') with &&) where (state in ('sent', 'accepted'));

create function school.excuse_window(p_today date, out first_day date, out last_day date) language sql immutable as $$
    -- How far back a family may still explain, and how far ahead it may announce: days. The one place of these numbers.
    select p_today - 14, p_today + 30
$$;
comment on function school.excuse_window is 'The days that an excuse sent today may be about';

create function school.excused_scope(p_kind school.excuse_kind) returns school.absence_scope language sql immutable as $$
    select case p_kind when 'absence' then 'absent'::school.absence_scope when 'late' then 'late' else 'left' end
$$;
comment on function school.excused_scope is 'What a kind of excuse is about';

create function school.code_for(p_school bigint, p_scope school.absence_scope, p_reason school.absence_reason) returns bigint
language sql stable as $$
    select c.id from school.attendance_code c
     where c.school_id = p_school and c.scope = p_scope
       and (c.reason = p_reason or (c.reason = 'excused' and p_reason = 'ill'))
     order by c.reason = p_reason desc, c.rank, c.id
     limit 1
$$;
comment on function school.code_for is
    'The school''s code of a scope and a reason; where no letter stands for illness, that of a valid reason. NULL: it has none';

create function school.apply_excuse() returns trigger language plpgsql security definer set search_path = '' as $$
declare
    v_code bigint;
begin
    -- «н» and an accepted excuse: the reason is known already, whoever writes and whenever.
    select school.code_for(c.school_id, c.scope, e.reason) into v_code
      from school.excuse e
      join school.attendance_code c on c.id = new.code_id and c.reason = 'none' and c.scope = school.excused_scope(e.kind)
     where e.pupil_id = new.pupil_id and e.state = 'accepted' and new.day between e.first_day and e.last_day
     limit 1;
    if v_code is not null then
        new.code_id := v_code;
        new.source := 'excuse';
    end if;
    return new;
end $$;
comment on function school.apply_excuse is 'An absence that was announced and accepted gets its reason as soon as the roll is taken';
create trigger apply_excuse before insert or update of code_id on school.attendance for each row
    when (new.source in ('teacher', 'gate')) execute function school.apply_excuse();

-- ---- figures of attendance ------------------------------------------------------------------------------------------------

create function school.lessons_of(p_pupil bigint, p_from date, p_to date)
returns table (lesson_id bigint, class_id bigint, day date, number smallint, subject_id bigint, has_roll boolean)
language sql stable rows 300 as $$
    select l.id, l.class_id, l.day, l.number, l.subject_id, l.roll_at is not null
      from school.enrolment e
      join school.lesson l on l.class_id = e.class_id and l.day >= greatest(e.first_day, p_from)
       and l.day <= least(coalesce(e.last_day, p_to), p_to)
     where e.pupil_id = p_pupil and e.first_day <= p_to and (e.last_day is null or e.last_day >= p_from)
       and not l.is_cancelled
       -- school.attends(), written out: a function with a subquery would be called for each lesson.
       and (l.subgroup_id is null
            or l.subgroup_id in (select g.subgroup_id from school.subgroup_pupil g where g.pupil_id = p_pupil))
$$;
comment on function school.lessons_of is
    'The lessons of a pupil in these days: of the class that it was in then, of its own subgroups, not the cancelled ones';

create function school.attendance_figures(p_pupil bigint, p_from date, p_to date, out lessons integer, out missed integer,
    out ill integer, out excused integer, out unexcused integer, out unnamed integer, out late integer, out left_early integer)
language sql stable as $$
    select count(*)::integer, count(*) filter (where a.scope = 'absent')::integer,
           count(*) filter (where a.scope = 'absent' and a.reason = 'ill')::integer,
           count(*) filter (where a.scope = 'absent' and a.reason = 'excused')::integer,
           count(*) filter (where a.scope = 'absent' and a.reason = 'unexcused')::integer,
           count(*) filter (where a.scope = 'absent' and a.reason = 'none')::integer,
           count(*) filter (where a.scope = 'late')::integer, count(*) filter (where a.scope = 'left')::integer
      from school.lessons_of(p_pupil, p_from, p_to) l
      left join (select t.lesson_id, c.scope, c.reason
                   from school.attendance t join school.attendance_code c on c.id = t.code_id
                  where t.pupil_id = p_pupil and t.day between p_from and p_to) a on a.lesson_id = l.lesson_id
     where l.has_roll
$$;
comment on function school.attendance_figures is
    'One row: lessons of the pupil whose roll was taken, those missed and why (ill, excused, unexcused: по НУП, unnamed: nobody '
    'said yet), and apart from them lateness and early leaving, at which the pupil was present';

create function school.share_of(p_lessons bigint, p_missed bigint) returns numeric language sql immutable as $$
    select trunc(100.0 * (p_lessons - p_missed) / nullif(p_lessons, 0), 1)
$$;
comment on function school.share_of is
    'The formula of presence, in per cent: lessons present / lessons with a roll. Cut, not rounded: 100 means that nothing was missed';

create function school.attendance_share(p_pupil bigint, p_from date, p_to date) returns numeric language sql stable as $$
    select school.share_of(f.lessons, f.missed) from school.attendance_figures(p_pupil, p_from, p_to) f
$$;
comment on function school.attendance_share is 'Share of presence of a pupil in these days, per cent; NULL when no roll was taken';

create function school.open_absences(p_pupil bigint, p_from date) returns integer language sql stable as $$
    select count(*)::integer
      from school.attendance a
      join school.attendance_code c on c.id = a.code_id and c.scope = 'absent' and c.reason = 'none'
      join school.lesson l on l.id = a.lesson_id and l.roll_at is not null and not l.is_cancelled
     where a.pupil_id = p_pupil and a.day >= p_from and school.attends(p_pupil, l.subgroup_id)
       and not exists (select from school.excuse e where e.pupil_id = p_pupil and e.kind = 'absence' and e.state = 'sent'
                          and a.day between e.first_day and e.last_day)
$$;
comment on function school.open_absences is
    'Lessons missed since that day that nobody has explained: no reason in the journal and no excuse of the family on its way';

create function school.expected_absences(p_class bigint, p_day date)
returns table (pupil_id bigint, excuse_id bigint, kind school.excuse_kind, reason school.absence_reason,
    state school.excuse_state, is_ahead boolean, code_id bigint)
language sql stable rows 2 as $$
    select e.pupil_id, e.id, e.kind, e.reason, e.state, e.is_ahead,
           school.code_for(k.school_id, school.excused_scope(e.kind), case e.state when 'accepted' then e.reason else 'none' end)
      from school.enrolment n
      join school.class k on k.id = n.class_id
      join school.excuse e on e.pupil_id = n.pupil_id and e.state in ('sent', 'accepted')
       and e.first_day <= p_day and e.last_day >= p_day
     where n.class_id = p_class and n.first_day <= p_day and (n.last_day is null or n.last_day >= p_day)
     order by e.pupil_id, e.kind
$$;
comment on function school.expected_absences is
    'What families said about a class and a day, accepted or still waiting: the roll can be prefilled. code_id: what to write, the '
    'plain code of the scope while nobody decided';

-- ---- calendars ------------------------------------------------------------------------------------------------------------

create type auth.calendar_kind as enum ('lessons', 'homework', 'events', 'library');
comment on type auth.calendar_kind is 'events: exams, important works, events of school and class, holidays; library: when books are due back';

create table auth.calendar (
    id          bigint generated always as identity primary key,
    access_id   bigint not null references auth.access,
    kind        auth.calendar_kind not null,
    token_hash  bytea not null unique check (octet_length(token_hash) = 32),
    form_key    uuid not null,
    reminds     boolean not null,
    with_idn    boolean not null,
    created_at  timestamptz not null default now(),
    revoked_at  timestamptz,
    unique (access_id, form_key)
);
comment on table auth.calendar is 'Addresses of iCal subscriptions: who has one reads that calendar of that child, without logging in';
comment on column auth.calendar.token_hash is 'SHA-256 of the token''s text; the token itself is shown once and kept nowhere';
comment on column auth.calendar.form_key is 'Of the form that made it: sent again it makes a new address in place of the one that was not seen';
comment on column auth.calendar.reminds is 'With reminders: ten minutes before a lesson, the day before all else';
comment on column auth.calendar.with_idn is 'Titles begin with the last signs of the ИДН: for families with several children';

-- ---- sums that pages read -------------------------------------------------------------------------------------------------

create table school.average (
    pupil_id    bigint not null references school.pupil,
    term_id     bigint not null references school.term,
    subject_id  bigint not null references school.subject,
    n           integer not null check (n >= 0),
    points      integer not null,
    weight      integer not null,
    weighted    integer not null,
    n5 integer not null, n4 integer not null, n3 integer not null, n2 integer not null, n1 integer not null,
    major_n     integer not null,
    major_points integer not null,
    changed_at  timestamptz not null default now(),
    primary key (pupil_id, term_id, subject_id)
) with (fillfactor = 80);
comment on table school.average is 'Sums of a pupil''s marks by term and subject, kept by a trigger; averages are points / n and weighted / weight';
comment on column school.average.n is 'Marks with points';
comment on column school.average.weighted is 'Σ points × weight of the work';
comment on column school.average.major_n is 'Of important works (work_kind.is_major) alone';
create index average_subject on school.average (subject_id);
create index average_term on school.average (term_id);

create function school.sum_marks(p_pupil bigint, p_subject bigint, p_day date) returns void language plpgsql as $$
declare
    v_term bigint;
    v_first date;
    v_last date;
begin
    select t.id, t.first_day, t.last_day into v_term, v_first, v_last
      from school.term t where t.id = school.term_on(school.class_on(p_pupil, p_day), p_day);
    if not found then
        return;
    end if;
    -- One at a time for this row: the sums are made of what the other one committed.
    insert into school.average (pupil_id, term_id, subject_id, n, points, weight, weighted, n5, n4, n3, n2, n1, major_n, major_points)
    values (p_pupil, v_term, p_subject, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) on conflict do nothing;
    perform from school.average a where a.pupil_id = p_pupil and a.term_id = v_term and a.subject_id = p_subject for update;
    update school.average a
       set n = s.n, points = s.points, weight = s.weight, weighted = s.weighted,
           n5 = s.n5, n4 = s.n4, n3 = s.n3, n2 = s.n2, n1 = s.n1,
           major_n = s.major_n, major_points = s.major_points, changed_at = now()
      from (select count(m.points) as n, coalesce(sum(m.points), 0) as points,
                   coalesce(sum(w.weight) filter (where m.points is not null), 0) as weight,
                   coalesce(sum(m.points * w.weight), 0) as weighted,
                   count(*) filter (where m.points = 5) as n5, count(*) filter (where m.points = 4) as n4,
                   count(*) filter (where m.points = 3) as n3, count(*) filter (where m.points = 2) as n2,
                   count(*) filter (where m.points = 1) as n1,
                   count(m.points) filter (where k.is_major) as major_n,
                   coalesce(sum(m.points) filter (where k.is_major), 0) as major_points
              from school.mark m
              join school.work w on w.id = m.work_id
              join school.work_kind k on k.id = w.kind_id
             where m.pupil_id = p_pupil and m.subject_id = p_subject and m.day between v_first and v_last) s
     where a.pupil_id = p_pupil and a.term_id = v_term and a.subject_id = p_subject;
end $$;
comment on function school.sum_marks is 'Makes the sums of one pupil, subject and term anew';

create function school.rebuild_averages(p_school bigint default null) returns bigint language plpgsql as $$
declare
    v_made bigint;
begin
    delete from school.average a
     where p_school is null or a.term_id in (select t.id from school.term t where t.school_id = p_school);
    insert into school.average (pupil_id, term_id, subject_id, n, points, weight, weighted, n5, n4, n3, n2, n1, major_n, major_points,
                                changed_at)
    select m.pupil_id, t.id, m.subject_id, count(m.points), coalesce(sum(m.points), 0),
           coalesce(sum(w.weight) filter (where m.points is not null), 0), coalesce(sum(m.points * w.weight), 0),
           count(*) filter (where m.points = 5), count(*) filter (where m.points = 4), count(*) filter (where m.points = 3),
           count(*) filter (where m.points = 2), count(*) filter (where m.points = 1),
           count(m.points) filter (where k.is_major), coalesce(sum(m.points) filter (where k.is_major), 0), max(m.set_at)
      from school.mark m
      join school.work w on w.id = m.work_id
      join school.work_kind k on k.id = w.kind_id
      join school.enrolment e on e.pupil_id = m.pupil_id and e.first_day <= m.day and (e.last_day is null or e.last_day >= m.day)
      join school.class c on c.id = e.class_id
      join school.term t on t.school_id = c.school_id and t.grades @> c.grade::int and m.day between t.first_day and t.last_day
     where p_school is null or t.school_id = p_school
     group by m.pupil_id, t.id, m.subject_id;
    get diagnostics v_made = row_count;
    return v_made;
end $$;
comment on function school.rebuild_averages is
    'Makes all sums of a school (NULL: of all) anew, in one go: after marks were loaded in bulk. Answers how many rows there are';

create function school.mark_changed() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    perform school.sum_marks(new.pupil_id, new.subject_id, new.day);
    if tg_op = 'UPDATE' and (old.subject_id, old.day) is distinct from (new.subject_id, new.day) then
        perform school.sum_marks(old.pupil_id, old.subject_id, old.day);
    end if;
    return null;
end $$;
comment on function school.mark_changed is 'Keeps school.average when a mark is set, changed or moved to another day';
create trigger sum_marks after insert or update of value, subject_id, day on school.mark
    for each row execute function school.mark_changed();

create function school.work_changed() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    perform school.sum_marks(m.pupil_id, m.subject_id, m.day)
       from (select distinct m.pupil_id, m.subject_id, m.day from school.mark m where m.work_id = new.id) m;
    return null;
end $$;
comment on function school.work_changed is 'Keeps school.average when a work weighs otherwise';
create trigger sum_marks after update of weight, kind_id on school.work for each row
    when ((old.weight, old.kind_id) is distinct from (new.weight, new.kind_id)) execute function school.work_changed();

-- ---- what a school begins with ------------------------------------------------------------------------------------------

create function school.furnish(p_school bigint) returns void language sql as $$
    insert into school.work_kind (school_id, title, weight, is_major, rank)
    select p_school, k.title, k.weight, k.is_major, k.rank
      from (values ('Ответ на уроке', 1, false, 1), ('Домашняя работа', 1, false, 2), ('Самостоятельная работа', 2, false, 3),
                   ('Практическая работа', 2, false, 4), ('Тест', 2, false, 5), ('Словарный диктант', 2, false, 6),
                   ('Норматив', 2, false, 7), ('Творческая работа', 2, false, 8), ('Проверочная работа', 3, false, 9),
                   ('Проект', 3, false, 10), ('Сочинение', 3, true, 11), ('Контрольный диктант', 4, true, 12),
                   ('Контрольная работа', 4, true, 13), ('Пробный экзамен', 5, true, 14)) k(title, weight, is_major, rank);
    insert into school.attendance_code (school_id, letter, title, scope, reason, rank)
    select p_school, c.letter, c.title, c.scope::school.absence_scope, c.reason::school.absence_reason, c.rank
      from (values ('н', 'отсутствовал, причина не названа', 'absent', 'none', 1), ('б', 'болезнь', 'absent', 'ill', 2),
                   ('у', 'уважительная причина', 'absent', 'excused', 3),
                   ('нп', 'по неуважительной причине', 'absent', 'unexcused', 4),
                   ('о', 'опоздание', 'late', 'none', 5), ('оу', 'опоздание по уважительной причине', 'late', 'excused', 6),
                   ('р', 'ранний уход', 'left', 'none', 7), ('ру', 'отпущен с уроков', 'left', 'excused', 8))
           c(letter, title, scope, reason, rank);
$$;
comment on function school.furnish is 'Gives a new school the usual kinds of works and letters of absences';

commit;
