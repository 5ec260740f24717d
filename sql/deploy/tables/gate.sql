-- Deploy kabinet:tables/gate to pg
-- requires: tables/staff
-- requires: tables/site
-- requires: tables/study

-- The entrance: readers, cards, who came and went. A card is known by a keyed hash of its number; the number is kept nowhere.
-- A reader's key never leaves this database: what it signed is checked here (device.gate_message).

begin;

set local role kabinet_owner;

create schema gate;
comment on schema gate is 'Readers at the doors, cards and bracelets, entries and exits, permits to leave';

create table gate.door (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    title      text not null check (title <> ''),
    address    text not null default '',
    unique (school_id, title),
    unique (id, school_id)
);
comment on table gate.door is 'Entrances, as parents know them: «главный вход»';
comment on column gate.door.address is 'Of the building';

create table gate.device (
    id             text collate "C" primary key check (id ~ '^[a-z0-9-]{3,40}$'),
    school_id      bigint not null,
    door_id        bigint not null,
    inner_pad      bytea not null check (octet_length(inner_pad) = 64),
    outer_pad      bytea not null check (octet_length(outer_pad) = 64),
    last_sequence  bigint not null default 0,
    last_seen_at   timestamptz,
    skew_s         integer,
    retired_at     timestamptz,
    foreign key (door_id, school_id) references gate.door (id, school_id)
);
comment on table gate.device is 'Card readers';
comment on column gate.device.inner_pad is 'Key xor ipad, padded to a block: HMAC-SHA256 (RFC 2104) with PostgreSQL''s own sha256()';
comment on column gate.device.outer_pad is 'Key xor opad';
comment on column gate.device.skew_s is 'Its clock minus ours at its last message, seconds';
create index device_door on gate.device (door_id);

create table gate.message (
    device_id    text collate "C" not null references gate.device,
    sequence     bigint not null check (sequence > 0),
    digest       bytea not null check (octet_length(digest) = 32),
    received_at  timestamptz not null default now(),
    accepted     integer not null,
    duplicate    integer not null,
    unknown      integer not null,
    missed       bigint not null default 0,
    primary key (device_id, sequence)
);
comment on table gate.message is 'Messages of readers and what was answered: the same message gets the same answer';
comment on column gate.message.digest is 'SHA-256 of the body: a message that is sent again may be signed anew';
comment on column gate.message.accepted is 'New events of cards that somebody has; refused ones (blocked, replaced) are among them';
comment on column gate.message.unknown is 'New events of cards that nobody has';
comment on column gate.message.missed is 'How many sequence numbers before this one never came';

create type gate.card_kind as enum ('card', 'bracelet', 'fob');

create table gate.card (
    id          bigint generated always as identity primary key,
    school_id   bigint not null references school.school,
    pupil_id    bigint not null references school.pupil,
    kind        gate.card_kind not null default 'card',
    uid_hash    bytea not null check (octet_length(uid_hash) = 32),
    tail        text not null check (tail ~ '^[0-9A-F]{4}$'),
    issued_at   timestamptz not null default now(),
    blocked_at  timestamptz,
    blocked_by  bigint references auth.access,
    ended_at    timestamptz
);
comment on table gate.card is 'Cards and bracelets of pupils. A lost one is blocked; the account and the pupil stay the same';
comment on column gate.card.uid_hash is 'gate.card_hash() of the UID';
comment on column gate.card.tail is 'Last four hex digits of the UID, printed on the card: people tell their cards by it';
comment on column gate.card.blocked_by is 'The adult who blocked it; NULL: the school';
comment on column gate.card.ended_at is 'Replaced or given back';
create unique index card_in_use on gate.card (uid_hash) where ended_at is null;
create index card_uid on gate.card (uid_hash);
create index card_pupil on gate.card (pupil_id);

create table gate.card_order (
    id         bigint generated always as identity primary key,
    pupil_id   bigint not null references school.pupil,
    access_id  bigint not null references auth.access,
    at         timestamptz not null default now(),
    done_at    timestamptz
);
comment on table gate.card_order is 'A new card was asked for from the cabinet; the office makes it';
create unique index card_order_open on gate.card_order (pupil_id) where done_at is null;

create type gate.direction as enum ('in', 'out');
create type gate.source as enum ('card', 'guard');
create type gate.why as enum ('unknown', 'blocked', 'replaced', 'left', 'no_permit', 'no_card', 'clock');
comment on type gate.why is
    'What is out of the ordinary. Refused: unknown (nobody''s card), blocked, replaced (an old card), left (no pupil any more). '
    'Warnings: no_permit (went out in lesson time), no_card (the guard let pass). clock: the reader''s time cannot be true';

create table gate.event (
    id           bigint generated always as identity primary key,
    school_id    bigint not null references school.school,
    pupil_id     bigint references school.pupil,
    direction    gate.direction not null,
    at           timestamptz not null,
    source       gate.source not null,
    door_id      bigint not null references gate.door,
    device_id    text collate "C" references gate.device,
    number       bigint,
    said_at      timestamptz,
    card_id      bigint references gate.card,
    is_refused   boolean not null default false,
    is_warning   boolean not null default false,
    why          gate.why,
    staff_id     bigint references auth.staff,
    note         text not null default '' check (char_length(note) <= 200),
    received_at  timestamptz not null default now(),
    unique (device_id, number),
    check ((source = 'card') = (device_id is not null) and (device_id is null) = (number is null)),
    check ((source = 'guard') = (staff_id is not null)),
    check (pupil_id is not null or is_refused),
    check (not is_refused or why in ('unknown', 'blocked', 'replaced', 'left'))
);
comment on table gate.event is 'Entries and exits. Append-only';
comment on column gate.event.pupil_id is 'NULL: a card that nobody has';
comment on column gate.event.at is
    'When it happened, by our clock: what the reader said, less the skew of its clock; never later than it came here, nor more than '
    '30 days earlier';
comment on column gate.event.number is 'The reader''s own number of the event: it comes once';
comment on column gate.event.said_at is 'When it happened by the reader''s clock';
comment on column gate.event.is_refused is 'The door stayed shut: card unknown, blocked, replaced';
comment on column gate.event.is_warning is 'The parent should look: exit in lesson time without a permit, no card, refused';
comment on column gate.event.why is 'NULL: nothing out of the ordinary';
comment on column gate.event.staff_id is 'The guard who let the child pass without a card';
create index event_pupil on gate.event (pupil_id, at desc);
create index event_school on gate.event (school_id, at desc);
create trigger append_only before update or delete or truncate on gate.event
    for each statement execute function site.refuse_change();

create table gate.presence (
    pupil_id   bigint primary key references school.pupil,
    school_id  bigint not null references school.school,
    is_inside  boolean not null,
    since      timestamptz not null,
    event_id   bigint not null references gate.event
) with (fillfactor = 80);
comment on table gate.presence is 'Where a pupil is by the latest event of his: the evacuation list. Events that arrive late change it only when they are later';
create index presence_inside on gate.presence (school_id) where is_inside;

create type gate.permit_kind as enum ('early', 'late');
create type gate.permit_state as enum ('asked', 'used', 'withdrawn');

create table gate.permit (
    id         bigint generated always as identity primary key,
    pupil_id   bigint not null references school.pupil,
    access_id  bigint not null references auth.access,
    kind       gate.permit_kind not null,
    day        date not null,
    at         time not null,
    body       text not null check (char_length(body) between 1 and 300),
    state      gate.permit_state not null default 'asked',
    sent_at    timestamptz not null default now(),
    event_id   bigint references gate.event,
    check ((state = 'used') = (event_id is not null))
);
comment on table gate.permit is 'A parent lets the child leave early or says that it comes late; the guard sees it';
comment on column gate.permit.at is 'Local time from which it may leave (ten minutes sooner is no warning), or at which it will come';
comment on column gate.permit.event_id is 'The exit (late: the entry) that used it';
create index permit_pupil on gate.permit (pupil_id, day);

create function gate.end_permits() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    update gate.permit m set state = 'withdrawn' where m.access_id = new.id and m.state = 'asked';
    return null;
end $$;
comment on function gate.end_permits is 'Whom a court has barred lets no child out: what that adult told the guard before counts no more';
create trigger end_permits after update on auth.access for each row
    when (old.barred_at is null and new.barred_at is not null)
    execute function gate.end_permits();

create function gate.card_hash(p_uid text) returns bytea language sql stable as $$
    select auth.keyed('card', upper(p_uid collate "C"))
$$;
comment on function gate.card_hash is 'What is kept of a card''s number, given in hex';

-- ---- HMAC-SHA256 (RFC 2104) -----------------------------------------------------------------------------------------------

create function gate.pad(p_key bytea, p_with integer) returns bytea language plpgsql immutable strict as $$
declare
    v_pad bytea := case when octet_length(p_key) > 64 then sha256(p_key) else p_key end;
begin
    v_pad := v_pad || decode(repeat('00', 64 - octet_length(v_pad)), 'hex');
    for i in 0..63 loop
        v_pad := set_byte(v_pad, i, get_byte(v_pad, i) # p_with);
    end loop;
    return v_pad;
end $$;
comment on function gate.pad is 'A key as a block xor a byte: 54 (0x36) makes the inner pad, 92 (0x5c) the outer one';

create function gate.hmac(p_inner bytea, p_outer bytea, p_message bytea) returns bytea language sql immutable strict as $$
    select sha256(p_outer || sha256(p_inner || p_message))
$$;
comment on function gate.hmac is 'HMAC-SHA256 of a message by the pads of the key';

-- ---- what others ask about the gate -----------------------------------------------------------------------------------------

-- PL/pgSQL with what school.attends() says written out: a thousand exits of one message ask this, each with plans that are ready.
create function gate.in_lessons(p_pupil bigint, p_local timestamp) returns boolean language plpgsql stable as $$
declare
    v_class bigint := school.class_on(p_pupil, p_local::date);
    v_bells bigint := school.bells_on((select k.school_id from school.class k where k.id = v_class), p_local::date);
    v_first smallint;
    v_last smallint;
begin
    select min(l.number), max(l.number) into v_first, v_last
      from school.lesson l
     where l.class_id = v_class and l.day = p_local::date and not l.is_cancelled
       and (l.subgroup_id is null
            or exists (select from school.subgroup_pupil g where g.subgroup_id = l.subgroup_id and g.pupil_id = p_pupil));
    return p_local::time >= (select b.starts from school.bell b where b.bells_id = v_bells and b.number = v_first)
       and p_local::time < (select b.ends from school.bell b where b.bells_id = v_bells and b.number = v_last);
end $$;
comment on function gate.in_lessons is
    'Whether a local moment lies between the beginning of the pupil''s first lesson and the end of the last one; NULL without lessons';

create function school.not_entered(p_class bigint, p_day date) returns setof bigint language sql stable rows 5 as $$
    select n.pupil_id
      from school.class k
      join school.school s on s.id = k.school_id
      join school.enrolment n on n.class_id = k.id and n.first_day <= p_day and (n.last_day is null or n.last_day >= p_day)
     where k.id = p_class
       -- A gate that saw nobody that day is broken, or the day is off: it tells nothing about anybody.
       and exists (select from gate.event e where e.school_id = k.school_id and e.source = 'card' and e.direction = 'in'
                      and not e.is_refused and e.at >= timezone(s.time_zone, p_day::timestamp)
                      and e.at < timezone(s.time_zone, p_day + interval '1 day'))
       and exists (select from gate.card c where c.pupil_id = n.pupil_id and c.ended_at is null and c.blocked_at is null)
       and not exists (select from gate.event e where e.pupil_id = n.pupil_id and e.direction = 'in' and not e.is_refused
                          and e.at >= timezone(s.time_zone, p_day::timestamp)
                          and e.at < timezone(s.time_zone, p_day + interval '1 day'))
     order by n.pupil_id
$$;
comment on function school.not_entered is
    'Pupils of a class who have a good card and did not come in that day: a proposal for the roll, not the truth';

commit;
