-- Deploy kabinet:tables/site to pg
-- requires: tables/auth

begin;

set local role kabinet_owner;

create schema site;
comment on schema site is 'What a school tells its visitors, and the record of who did what';

create table site.announcement (
    id             bigint generated always as identity primary key,
    school_id      bigint not null references school.school,
    class_id       bigint,
    published_at   timestamptz not null default now(),
    visible_until  timestamptz,
    is_pinned      boolean not null default false,
    title          text not null check (char_length(title) between 1 and 200),
    body           text not null check (char_length(body) <= 10000),
    foreign key (class_id, school_id) references school.class (id, school_id),
    check (visible_until > published_at)
);
comment on table site.announcement is 'Объявления';
comment on column site.announcement.class_id is 'For one class; NULL: for the whole school';
comment on column site.announcement.published_at is 'Seen from this moment on';
comment on column site.announcement.is_pinned is 'Stays above the others';
comment on column site.announcement.body is 'Plain text; a line feed is a new line';
create index announcement_order on site.announcement (school_id, is_pinned desc, published_at desc, id desc);
create index announcement_class on site.announcement (class_id);

create table site.contact (
    id         bigint generated always as identity primary key,
    school_id  bigint references school.school,
    rank       smallint not null,
    subject    text not null check (subject <> ''),
    phone      text not null default '',
    email      text not null default '',
    hours      text not null default '',
    unique nulls not distinct (school_id, rank)
);
comment on table site.contact is 'ИНФО: whom to call about what';
comment on column site.contact.school_id is 'NULL: the same in every school';
comment on column site.contact.rank is 'Order on the page';
comment on column site.contact.hours is 'When somebody answers, in Russian words';

create type site.actor_kind as enum ('visitor', 'office');

create table site.audit (
    id          bigint generated always as identity primary key,
    at          timestamptz not null default now(),
    actor       site.actor_kind not null,
    login_id    bigint,
    role        name not null default session_user,
    action      text not null check (action ~ '^[a-z]+(-[a-z]+)*$'),
    object      text not null,
    school_id   bigint not null references school.school,
    check ((actor = 'visitor') = (login_id is not null))
);
comment on table site.audit is 'Who did what, without names. Append-only';
comment on column site.audit.actor is 'visitor: a login, through the cabinet; office: whoever runs contracts and settings';
comment on column site.audit.login_id is 'auth.login; no foreign key, for the record outlives the login';
comment on column site.audit.role is 'The database role that was connected';
comment on column site.audit.action is 'Fixed words in kebab-case: log-in, password-change, contract-issue';
comment on column site.audit.object is 'What it was done to: a login name, an id';
create index audit_school on site.audit (school_id, at);
create index audit_login on site.audit (login_id, at);

create function site.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'site.audit is append-only: % is refused', tg_op using errcode = 'restrict_violation';
end $$;
comment on function site.refuse_change is 'Refuses UPDATE, DELETE and TRUNCATE of the record';
create trigger append_only before update or delete or truncate on site.audit
    for each statement execute function site.refuse_change();

commit;
