-- Deploy kabinet:tables/appeal to pg
-- requires: tables/staff
-- requires: tables/site
-- requires: tables/study
-- requires: tables/notice

-- The journal of appeals: a numbered, dated, append-only register. An appeal is its first message and what was added; its state is
-- what the last event says. Terms are counted in working days of the school: registered within 3, answered within 30 (59-ФЗ sets
-- them for authorities; this is a service channel and keeps to the same).

begin;

set local role kabinet_owner;

create schema appeal;
comment on schema appeal is 'Appeals of families and the answers. No program has any right here';

create type appeal.desk as enum ('school', 'canteen', 'agent', 'support');
comment on type appeal.desk is 'Who answers: the school, its canteen, the payment agent, technical support';

create table appeal.category (
    code   text primary key check (code ~ '^[a-z]+(-[a-z]+)*$'),
    title  text not null unique,
    desk   appeal.desk not null,
    rank   smallint not null
);
comment on table appeal.category is 'What an appeal is about; it decides which desk gets it';
insert into appeal.category (code, title, desk, rank) values
    ('study', 'Учёба, оценки, расписание', 'school', 1), ('attendance', 'Посещаемость и безопасность', 'school', 2),
    ('meals', 'Питание', 'canteen', 3), ('money', 'Лицевой счёт и платежи', 'agent', 4), ('refund', 'Возврат денег', 'agent', 5),
    ('library', 'Библиотека', 'school', 6), ('cabinet', 'Работа кабинета', 'support', 7), ('other', 'Другое', 'support', 8);

create function appeal.is_working(p_school bigint, p_day date) returns boolean language sql stable as $$
    -- Public holidays are days off although nobody wrote them down: those of the New Year lie outside the terms. What a decree moves
    -- stands in school.day_off. The one place of this list.
    select extract(isodow from p_day) < 6
       and to_char(p_day, 'MMDD') <> all ('{0101,0102,0103,0104,0105,0106,0107,0108,0223,0308,0501,0509,0612,1104}')
       and not exists (select from school.day_off d where d.school_id = p_school and d.day = p_day)
$$;
comment on function appeal.is_working is
    'Monday to Friday, no public holiday, and not a day off of the school. Pupils'' holidays between the terms are working days of the desks';

create function appeal.working_days_on(p_school bigint, p_from date, p_days integer) returns date language sql stable as $$
    select d.day
      from (select g::date as day, row_number() over (order by g) as nth
              from generate_series(p_from + 1, p_from + p_days * 3 + 60, interval '1 day') g
             where appeal.is_working(p_school, g::date)) d
     where d.nth = p_days
$$;
comment on function appeal.working_days_on is 'The day that is so many working days after another one';

create function appeal.working_days_left(p_school bigint, p_today date, p_till date) returns integer language sql stable as $$
    select case when p_till < p_today then -count(*) else count(*) end::integer
      from generate_series(least(p_today, p_till) + 1, greatest(p_today, p_till), interval '1 day') g
     where appeal.is_working(p_school, g::date)
$$;
comment on function appeal.working_days_left is 'Working days after today up to the last day of a term; below zero: since it passed';

create type appeal.state as enum ('sent', 'registered', 'in_work', 'answered', 'closed', 'reopened', 'withdrawn');
comment on type appeal.state is
    'sent → registered (numbered, on a desk) → in_work (somebody has it) → answered → closed (by the family, or 14 days later); reopened: '
    'the answer was none; withdrawn by the family before an answer';

create table appeal.counter (
    school_id  bigint not null references school.school,
    year       smallint not null,
    last       integer not null,
    primary key (school_id, year)
);
comment on table appeal.counter is 'The last number given in a year: numbers have no gaps';

create table appeal.appeal (
    id             bigint generated always as identity primary key,
    school_id      bigint not null references school.school,
    number         text not null check (number ~ '^[0-9]{6}-[0-9]{4}/[0-9]+$'),
    pupil_id       bigint not null references school.pupil,
    access_id      bigint not null references auth.access,
    category       text not null references appeal.category,
    desk           appeal.desk not null,
    subject        text not null check (char_length(subject) between 1 and 120),
    state          appeal.state not null default 'sent',
    priority       smallint not null default 2 check (priority between 1 and 3),
    sent_at        timestamptz not null default now(),
    register_by    date not null,
    answer_by      date not null,
    registered_at  timestamptz,
    answered_at    timestamptz,
    closed_at      timestamptz,
    escalated_at   timestamptz,
    is_late        boolean not null default false,
    staff_id       bigint references auth.staff,
    rating         smallint check (rating between 1 and 5),
    rating_words   text not null default '' check (char_length(rating_words) <= 500),
    revision       integer not null default 0,
    is_unread      boolean not null default false,
    words          tsvector not null default '',
    unique (school_id, number)
);
comment on table appeal.appeal is 'The register. Nothing is deleted, and its number, sender, dates and texts never change';
comment on column appeal.appeal.number is 'School, year / serial: 027039-2026/17';
comment on column appeal.appeal.desk is 'Who has it now: the category''s desk, or where it was sent on to';
comment on column appeal.appeal.priority is '1 urgent, 2 ordinary, 3 can wait';
comment on column appeal.appeal.register_by is 'Last day of registering: 3 working days';
comment on column appeal.appeal.answer_by is 'Last day of answering: 30 working days; a reopened one begins anew';
comment on column appeal.appeal.escalated_at is 'A term passed: the head sees it. A reopened one begins anew';
comment on column appeal.appeal.is_late is 'A term of answering has passed once: for the statistics, a later answer does not undo it';
comment on column appeal.appeal.staff_id is 'Who has taken it';
comment on column appeal.appeal.revision is 'Grows with each change: a desk that answers to an older one is told what came meanwhile';
comment on column appeal.appeal.is_unread is 'A desk wrote, and the family has not opened it since';
comment on column appeal.appeal.words is 'Stems of subject and messages, for the search; not of notes, for families search too';
create index appeal_access on appeal.appeal (access_id, id desc);
create index appeal_unread on appeal.appeal (access_id) where is_unread;
create index appeal_pupil on appeal.appeal (pupil_id, id desc);
create index appeal_queue on appeal.appeal (school_id, desk, answer_by) where state in ('sent', 'registered', 'in_work', 'reopened');
create index appeal_school on appeal.appeal (school_id, id desc);
create index appeal_words on appeal.appeal using gin (words);
create index appeal_staff on appeal.appeal (staff_id);
create trigger registered_once before update of school_id, number, pupil_id, access_id, subject, sent_at on appeal.appeal
    for each statement execute function site.refuse_change();
create trigger never_deleted before delete or truncate on appeal.appeal for each statement execute function site.refuse_change();

create type appeal.author as enum ('family', 'desk', 'note');
comment on type appeal.author is 'note: of one member of staff to the others; families never see it';

create table appeal.message (
    id           bigint generated always as identity primary key,
    appeal_id    bigint not null references appeal.appeal,
    author       appeal.author not null,
    at           timestamptz not null default clock_timestamp(),
    access_id    bigint references auth.access,
    staff_id     bigint references auth.staff,
    body         text not null check (char_length(body) between 1 and 5000),
    is_question  boolean not null default false check (not is_question or author = 'desk'),
    check ((author = 'family') = (access_id is not null) and (author = 'family') = (staff_id is null))
);
comment on table appeal.message is 'What was written. Append-only';
comment on column appeal.message.is_question is 'A desk asks the family something; the answer comes later';
create index message_appeal on appeal.message (appeal_id, id);
create trigger append_only before update or delete or truncate on appeal.message for each statement execute function site.refuse_change();

create table appeal.message_file (
    message_id  bigint not null references appeal.message,
    rank        smallint not null,
    file_id     uuid not null unique references site.file,
    primary key (message_id, rank)
);
comment on table appeal.message_file is 'Files of a message';
create trigger append_only before update or delete or truncate on appeal.message_file for each statement execute function site.refuse_change();

create table appeal.event (
    id         bigint generated always as identity primary key,
    appeal_id  bigint not null references appeal.appeal,
    at         timestamptz not null default clock_timestamp(),
    state      appeal.state not null,
    desk       appeal.desk not null,
    access_id  bigint references auth.access,
    staff_id   bigint references auth.staff,
    words      text not null default '' check (char_length(words) <= 300)
);
comment on table appeal.event is 'What became of an appeal, step by step: who moved it, and where. Neither: the clock did. Append-only';
create index event_appeal on appeal.event (appeal_id, id);
create trigger append_only before update or delete or truncate on appeal.event for each statement execute function site.refuse_change();

create table appeal.template (
    id         bigint generated always as identity primary key,
    school_id  bigint references school.school,
    category   text references appeal.category,
    title      text not null check (char_length(title) between 1 and 80),
    body       text not null check (char_length(body) between 1 and 3000),
    is_retired boolean not null default false,
    unique nulls not distinct (school_id, title)
);
comment on table appeal.template is 'Ready answers. school_id NULL: of every school';

create table appeal.faq (
    id            bigint generated always as identity primary key,
    school_id     bigint not null references school.school,
    category      text not null references appeal.category,
    question      text not null check (char_length(question) between 1 and 300),
    answer        text not null check (char_length(answer) between 1 and 3000),
    appeal_id     bigint references appeal.appeal,
    published_at  timestamptz not null default now(),
    published_by  bigint not null references auth.staff,
    withdrawn_at  timestamptz,
    useful        integer not null default 0,
    words         tsvector not null generated always as (to_tsvector('russian', question || ' ' || answer)) stored
);
comment on table appeal.faq is 'Answers that help everyone, written anew without anybody''s data';
comment on column appeal.faq.appeal_id is 'What it came from, for the desk alone';
comment on column appeal.faq.useful is 'How many said that it helped: rows of appeal.faq_helped, and what came with the data';
comment on column appeal.faq.words is 'Stems of question and answer, for the search';
create index faq_school on appeal.faq (school_id, category);
create index faq_words on appeal.faq using gin (words);

create table appeal.faq_helped (
    faq_id    bigint not null references appeal.faq,
    login_id  bigint not null references auth.login on delete cascade,
    at        timestamptz not null default now(),
    primary key (faq_id, login_id)
);
comment on table appeal.faq_helped is 'Whom an answer helped: each login counts once';
create index faq_helped_login on appeal.faq_helped (login_id);

create function appeal.number_end(p_find text) returns text language sql immutable as $$
    select case when f.find ~ '^[0-9]{1,9}$' then '/' || f.find when f.find ~ '^[0-9]{4}/[0-9]{1,9}$' then '-' || f.find
                when f.find ~ '^[0-9]{6}-[0-9]{4}/[0-9]{1,9}$' then f.find end
      from (select regexp_replace(p_find, '^[\s\u00a0]*№|[\s\u00a0]|[\s\u00a0]от[\s\u00a0].*$', '', 'g')) f(find)
$$;
comment on function appeal.number_end is
    'What the number that was looked for ends with: a whole one as a page shows it, «№ 027039-2026/33 от …», 2026/33, or 33, the serial of any '
    'year; NULL when it is none';

-- ---- what happens to an appeal ------------------------------------------------------------------------------------------------
-- Each locks the appeal, writes a message or an event or both, and counts the revision. Who may is for the caller to check.

create function appeal.lock(p_appeal bigint, p_revision integer default null) returns appeal.appeal language plpgsql as $$
declare
    v_appeal appeal.appeal;
begin
    select a.* into v_appeal from appeal.appeal a where a.id = p_appeal for update;
    if not found then
        raise exception 'no such appeal' using errcode = 'KB404';
    elsif p_revision <> v_appeal.revision then
        raise exception 'Пока вы писали, обращение изменилось: прочитайте, что добавилось, и отправьте ещё раз. Ваш текст сохранён.'
            using errcode = 'KB422', hint = 'changed';
    end if;
    return v_appeal;
end $$;
comment on function appeal.lock is 'The appeal, locked. KB422 changed: it is not what the writer saw; p_revision NULL: whatever it is';

create function appeal.write(p_appeal bigint, p_author appeal.author, p_access bigint, p_staff bigint, p_body text, p_files uuid[],
    p_question boolean default false) returns bigint language plpgsql as $$
declare
    v_message bigint;
begin
    insert into appeal.message (appeal_id, author, access_id, staff_id, body, is_question)
    values (p_appeal, p_author, p_access, p_staff, p_body, p_question)
    returning id into v_message;
    insert into appeal.message_file (message_id, rank, file_id)
    select v_message, u.nth, u.file from unnest(p_files) with ordinality u(file, nth);
    update appeal.appeal a
       set revision = a.revision + 1,
           is_unread = case p_author when 'desk' then true when 'family' then false else a.is_unread end,
           -- A tsvector holds 1 MiB: the words of a thread that is longer than books are stay as they are.
           words = case when p_author = 'note' or octet_length(a.words::text) > 500000 then a.words
                        else a.words || to_tsvector('russian', p_body) end
     where a.id = p_appeal;
    return v_message;
end $$;
comment on function appeal.write is 'One message with its files';

create function appeal.move(p_appeal appeal.appeal, p_state appeal.state, p_desk appeal.desk, p_access bigint, p_staff bigint, p_words text,
    p_holder bigint default null) returns void language plpgsql as $$
declare
    v_today date := (select timezone(s.time_zone, now())::date from school.school s where s.id = p_appeal.school_id);
begin
    update appeal.appeal a
       set state = p_state, desk = p_desk, revision = a.revision + 1, is_unread = a.is_unread and p_access is null,
           registered_at = case when p_state not in ('sent', 'withdrawn') then coalesce(a.registered_at, now()) else a.registered_at end,
           answered_at = case p_state when 'answered' then now() when 'reopened' then null else a.answered_at end,
           closed_at = case when p_state in ('closed', 'withdrawn') then now() end,
           answer_by = case when p_state = 'reopened' then appeal.working_days_on(a.school_id, v_today, 30) else a.answer_by end,
           escalated_at = case when p_state = 'reopened' then null else a.escalated_at end,
           is_late = a.is_late or p_state = 'answered' and a.state <> 'answered' and a.answer_by < v_today,
           staff_id = case when p_desk <> a.desk or p_state = 'registered' then null
                           when p_state = 'in_work' then coalesce(p_holder, p_staff)
                           when p_state = 'answered' then coalesce(a.staff_id, p_staff) else a.staff_id end
     where a.id = p_appeal.id;
    insert into appeal.event (appeal_id, state, desk, access_id, staff_id, words)
    values (p_appeal.id, p_state, p_desk, p_access, p_staff, p_words);
    if p_access is null then
        perform notice.emit(p_appeal.pupil_id, k.kind, p_appeal.id)
          from notice.kind k
         where k.kind = case when p_desk <> p_appeal.desk then 'appeal-moved'
                             when p_state = 'registered' and p_appeal.registered_at is not null then null
                             when p_state = p_appeal.state and p_state <> 'answered' then null
                             else 'appeal-' || p_state end;
    end if;
end $$;
comment on function appeal.move is
    'A step of an appeal: its new state and desk, with the dates and terms that follow from it. p_staff is who made the step; p_holder: who '
    'has it in work now, when that is another one. registered: nobody has it';

create function appeal.send(p_access bigint, p_category text, p_subject text, p_body text, p_files uuid[]) returns bigint language plpgsql
    security definer set search_path = '' as $$
declare
    v_pupil record;
    v_category appeal.category;
    v_year smallint;
    v_serial integer;
    v_today date;
    v_id bigint;
begin
    select p.id, p.school_id, s.region || s.number as school, s.time_zone into strict v_pupil
      from auth.access a join school.pupil p on p.id = a.pupil_id join school.school s on s.id = p.school_id
     where a.id = p_access;
    select c.* into v_category from appeal.category c where c.code = p_category;
    if not found then
        raise exception 'no such category' using errcode = 'KB404';
    end if;
    v_today := timezone(v_pupil.time_zone, now())::date;
    v_year := extract(year from v_today);
    insert into appeal.counter as n (school_id, year, last) values (v_pupil.school_id, v_year, 1)
    on conflict (school_id, year) do update set last = n.last + 1
    returning n.last into v_serial;
    insert into appeal.appeal (school_id, number, pupil_id, access_id, category, desk, subject, register_by, answer_by, words)
    values (v_pupil.school_id, format('%s-%s/%s', v_pupil.school, v_year, v_serial), v_pupil.id, p_access, p_category, v_category.desk,
        p_subject, appeal.working_days_on(v_pupil.school_id, v_today, 3), appeal.working_days_on(v_pupil.school_id, v_today, 30),
        setweight(to_tsvector('russian', p_subject), 'A'))
    returning id into v_id;
    insert into appeal.event (appeal_id, state, desk, access_id) values (v_id, 'sent', v_category.desk, p_access);
    perform appeal.write(v_id, 'family', p_access, null, p_body, p_files);
    return v_id;
end $$;
comment on function appeal.send is 'A new appeal of an adult about the child of that access: numbered at once, without gaps. Answers its id';

create function appeal.escalate(p_school bigint) returns integer language plpgsql security definer set search_path = '' as $$
declare
    v_today date := (select timezone(s.time_zone, now())::date from school.school s where s.id = p_school);
    v_appeal appeal.appeal;
    v_count integer := 0;
begin
    for v_appeal in
        select a.* from appeal.appeal a
         where a.school_id = p_school and a.state in ('sent', 'registered', 'in_work', 'reopened')
           and (a.escalated_at is null and a.state = 'sent' and a.register_by < v_today
                or not (a.is_late and a.escalated_at is not null) and a.answer_by < v_today)
         order by a.id for update
    loop
        update appeal.appeal a
           set escalated_at = coalesce(a.escalated_at, now()), is_late = a.is_late or a.answer_by < v_today, priority = 1,
               revision = a.revision + 1
         where a.id = v_appeal.id;
        insert into appeal.event (appeal_id, state, desk, words)
        values (v_appeal.id, v_appeal.state, v_appeal.desk,
                case when v_appeal.answer_by < v_today then 'срок ответа прошёл' else 'срок регистрации прошёл' end);
        v_count := v_count + 1;
    end loop;
    for v_appeal in
        select a.* from appeal.appeal a
         where a.school_id = p_school and a.state = 'answered' and a.answered_at < now() - interval '14 days' order by a.id for update
    loop
        perform appeal.move(v_appeal, 'closed', v_appeal.desk, null, null, 'закрыто само через 14 дней после ответа');
    end loop;
    return v_count;
end $$;
comment on function appeal.escalate is
    'A job: what has passed its term becomes urgent and is shown to the head, each term once; answered ones close after 14 days';

-- ---- the calendar changes -----------------------------------------------------------------------------------------------------

create function appeal.retime(p_school bigint) returns integer language plpgsql as $$
declare
    v_count integer;
begin
    update appeal.appeal a
       set register_by = t.register_by, answer_by = t.answer_by
      from (select o.id, appeal.working_days_on(p_school, timezone(s.time_zone, o.sent_at)::date, 3) as register_by,
                   appeal.working_days_on(p_school, timezone(s.time_zone, coalesce(
                       (select max(e.at) from appeal.event e where e.appeal_id = o.id and e.state = 'reopened' and e.access_id is not null),
                       o.sent_at))::date, 30) as answer_by
              from appeal.appeal o join school.school s on s.id = o.school_id
             where o.school_id = p_school and o.state in ('sent', 'registered', 'in_work', 'reopened')) t
     where a.id = t.id and (a.register_by, a.answer_by) is distinct from (t.register_by, t.answer_by);
    get diagnostics v_count = row_count;
    return v_count;
end $$;
comment on function appeal.retime is
    'Counts the terms of a school''s open appeals anew, from the day they were sent or the family reopened them; answers how many changed';

create function appeal.follow_calendar() returns trigger language plpgsql as $$
begin
    perform appeal.retime(d.school_id) from (select distinct c.school_id from changed c) d;
    return null;
end $$;
comment on function appeal.follow_calendar is 'Terms are counted in working days: a day off that comes or goes moves those that are open';
create trigger appeal_terms_in after insert on school.day_off referencing new table as changed
    for each statement execute function appeal.follow_calendar();
create trigger appeal_terms_out after delete on school.day_off referencing old table as changed
    for each statement execute function appeal.follow_calendar();

commit;
