-- Deploy kabinet:tables/staff to pg
-- requires: tables/auth
-- requires: tables/people

-- Who works at a school: their way in, and (in the schema people, as always) their names.

begin;

set local role kabinet_owner;

create type auth.staff_role as enum ('teacher', 'head', 'guard', 'canteen', 'admin', 'librarian', 'support');
comment on type auth.staff_role is
    'teacher: учитель; head: завуч; guard: охранник; canteen: столовая; admin: администратор школы; librarian: библиотекарь; support: '
    'служба поддержки, which answers appeals and sees no names. A class tutor is a teacher whom school.class names';

create table auth.staff (
    id          bigint generated always as identity primary key,
    school_id   bigint not null references school.school,
    login       text collate "C" not null unique check (login ~ '^[a-z][a-z0-9.-]{2,31}$'),
    roles       auth.staff_role[] not null check (cardinality(roles) > 0),
    created_at  timestamptz not null default now(),
    left_at     timestamptz,
    unique (id, school_id)
);
comment on table auth.staff is 'People who work at a school, each in one school; their names are in people.staff';
comment on column auth.staff.login is 'The name to log in with at /staff/login';
comment on column auth.staff.left_at is 'Cannot log in any more';
create index staff_school on auth.staff (school_id);

create table people.staff (
    staff_id   bigint primary key references auth.staff,
    person_id  bigint not null unique references people.person
);
comment on table people.staff is 'Who a member of staff is';

alter table auth.credential add staff_id bigint unique references auth.staff,
    add check ((kind = 'staff') = (staff_id is not null));
comment on column auth.credential.staff_id is 'Whose password at /staff/login';
alter table auth.attempt add staff_id bigint references auth.staff,
    add check (staff_id is null or kind = 'staff');
comment on column auth.attempt.staff_id is 'Who is tried; NULL for a name that nobody has';
create index attempt_staff on auth.attempt (staff_id, begun_at);

create table auth.staff_session (
    id            uuid primary key default gen_random_uuid(),
    token_hash    bytea not null unique check (octet_length(token_hash) = 32),
    staff_id      bigint not null references auth.staff,
    address       inet not null,
    agent         text not null check (char_length(agent) <= 300),
    started_at    timestamptz not null default now(),
    last_used_at  timestamptz not null default now()
) with (fillfactor = 80);
comment on table auth.staff_session is 'Visits of staff. Over after 60 minutes without use or 12 hours after the login: a lesson long, a working day long';
comment on column auth.staff_session.token_hash is 'SHA-256 of the staff cookie''s text';
comment on column auth.staff_session.last_used_at is 'Written at most every 5 minutes';
create index staff_session_staff on auth.staff_session (staff_id);

alter table school.class add tutor_id bigint;
alter table school.class add foreign key (tutor_id, school_id) references auth.staff (id, school_id);
comment on column school.class.tutor_id is 'Классный руководитель';
create index class_tutor on school.class (tutor_id);

commit;
