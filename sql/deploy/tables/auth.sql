-- Deploy kabinet:tables/auth to pg
-- requires: tables/school

-- Who may come in. An access is an adult's (or the pupil's own) way to one pupil; a login is one password with any number of
-- accesses. Secrets are stored as HMAC(pepper, scrypt(secret, salt)), computed by the programs, so this database alone cannot
-- test a guess; tokens are random and stored as SHA-256. docs/architecture.md tells how logging in goes.

begin;

set local role kabinet_owner;

create schema auth;
comment on schema auth is 'Logins, their ways to pupils, credentials, sessions, devices, attempts and the budgets of attempts';

create type auth.mode as enum ('parent', 'pupil');
comment on type auth.mode is '«Родитель» or «Ученик»';

create table auth.login (
    id          bigint generated always as identity primary key,
    created_at  timestamptz not null default now()
);
comment on table auth.login is 'Somebody who set a password';

create table auth.access (
    id           bigint generated always as identity primary key,
    pupil_id     bigint not null references school.pupil,
    ordinal      smallint not null check (ordinal between 0 and 9),
    mode         auth.mode not null generated always as
                     (case when ordinal = 0 then 'pupil'::auth.mode else 'parent'::auth.mode end) stored,
    login_id     bigint references auth.login,
    may_finance  boolean not null,
    barred_at    timestamptz,
    created_at   timestamptz not null default now(),
    check (ordinal <> 0 or not may_finance),
    unique (pupil_id, ordinal),
    unique (login_id, pupil_id),
    unique (id, login_id)
);
comment on table auth.access is 'One way to one pupil. Its login name is the pupil''s ИДН or account, from the second adult on with «-2», for the pupil with «-0»';
comment on column auth.access.ordinal is '0: the pupil''s own, read-only; 1, 2, …: the adults';
comment on column auth.access.login_id is 'NULL until the code is used';
comment on column auth.access.may_finance is 'Sees the account and its statement';
comment on column auth.access.barred_at is 'Closed by the school, by a court''s decision for instance; the others of this pupil go on';

create type auth.credential_kind as enum ('password', 'pin', 'code', 'staff');

create table auth.credential (
    id          bigint generated always as identity primary key,
    kind        auth.credential_kind not null,
    login_id    bigint unique references auth.login on delete cascade,
    pupil_id    bigint unique references school.pupil,
    access_id   bigint unique references auth.access,
    salt        bytea not null check (octet_length(salt) = 16),
    cost_log2   smallint not null check (cost_log2 between 10 and 17),
    hash        bytea not null check (octet_length(hash) = 32),
    made_at     timestamptz not null default now(),
    expires_at  timestamptz,
    check ((kind = 'password') = (login_id is not null)),
    check ((kind = 'pin') = (pupil_id is not null)),
    check ((kind = 'code') = (access_id is not null)),
    check ((kind = 'code') = (expires_at is not null))
);
comment on table auth.credential is 'One password per login, one PIN per pupil, at most one unspent authorization code per access. No function returns a hash';
comment on column auth.credential.cost_log2 is 'scrypt''s N = 2^cost_log2, r = 8, p = 1';
comment on column auth.credential.hash is 'HMAC-SHA256(pepper, scrypt(secret, salt))';

create table auth.device (
    id            uuid primary key default gen_random_uuid(),
    login_id      bigint not null references auth.login on delete cascade,
    token_hash    bytea not null unique check (octet_length(token_hash) = 32),
    agent         text not null check (char_length(agent) <= 300),
    confirmed_at  timestamptz not null default now(),
    last_seen_at  timestamptz not null default now(),
    pin_failures  smallint not null default 0,
    revoked_at    timestamptz
);
comment on table auth.device is 'Browsers that a login confirmed: the PIN is good there, and strangers'' failures do not slow them down';
comment on column auth.device.token_hash is 'SHA-256 of the device cookie''s text';
comment on column auth.device.agent is 'User-Agent at the time of confirming';
comment on column auth.device.pin_failures is 'Wrong PINs in a row; after ten the device is no longer confirmed';
create index device_login on auth.device (login_id);

create type auth.attempt_kind as enum ('password', 'pin', 'code', 'change', 'pupil', 'staff');
comment on type auth.attempt_kind is
    'What is being tried; by those who are in already: change (the old password) and pupil (to make the pupil''s code); '
    'staff: the password of somebody who works at a school';

create table auth.session (
    id            uuid primary key default gen_random_uuid(),
    token_hash    bytea not null unique check (octet_length(token_hash) = 32),
    begun_by      auth.attempt_kind not null check (begun_by in ('password', 'pin', 'code')),
    login_id      bigint not null references auth.login on delete cascade,
    access_id     bigint not null,
    device_id     uuid references auth.device on delete set null,
    address       inet not null,
    agent         text not null check (char_length(agent) <= 300),
    started_at    timestamptz not null default now(),
    last_used_at  timestamptz not null default now(),
    foreign key (access_id, login_id) references auth.access (id, login_id)
) with (fillfactor = 80);
comment on table auth.session is 'Visits. Over after 30 minutes without use or 12 hours after the login, whichever comes first';
comment on column auth.session.token_hash is 'SHA-256 of the session cookie''s text';
comment on column auth.session.begun_by is
    'What opened it: four digits open the cabinet, but not what would outlast the visit (auth.by_password)';
comment on column auth.session.access_id is 'The child on show: the login''s access to it';
comment on column auth.session.last_used_at is 'Written at most every 5 minutes, so the 30 are 25 to 30';
create index session_login on auth.session (login_id);
create index session_access on auth.session (access_id);
create index session_device on auth.session (device_id);

create table auth.attempt (
    id           uuid primary key default gen_random_uuid(),
    kind         auth.attempt_kind not null,
    name_hash    bytea not null check (octet_length(name_hash) = 32),
    access_id    bigint references auth.access,
    login_id     bigint references auth.login on delete set null,
    device_id    uuid references auth.device on delete set null,
    address      inet not null,
    is_spared    boolean not null default false,
    begun_at     timestamptz not null default now(),
    expires_at   timestamptz not null,
    finished_at  timestamptz,
    succeeded    boolean not null default false,
    check (not succeeded or finished_at is not null)
);
comment on table auth.attempt is 'Attempts to log in: begun with a charge to the budgets, finished at most once';
comment on column auth.attempt.name_hash is
    'auth.keyed() of the access that the name leads to, whichever name; of the normalised name when it leads nowhere';
comment on column auth.attempt.access_id is 'Whose way is tried; NULL for a name that nobody has';
comment on column auth.attempt.login_id is 'Whose password it is about, or who makes a code for the pupil';
comment on column auth.attempt.is_spared is 'Begun while the global budget was used up: charged to `spare` as well';
comment on column auth.attempt.device_id is 'The confirmed device it came from: the only budget that was charged is the device''s';
create index attempt_access on auth.attempt (access_id, begun_at);
create index attempt_begun on auth.attempt (begun_at);
create index attempt_device on auth.attempt (device_id);
create index attempt_login on auth.attempt (login_id);

-- In this order: the first budget of an attempt is locked for all of its budgets (auth.lock_budgets).
create type auth.budget_kind as enum
    ('global', 'spare', 'network48', 'network', 'name', 'pair', 'login', 'device', 'change', 'pupil');

create table auth.policy (
    kind         auth.budget_kind primary key,
    free         integer not null check (free > 0),
    per          interval not null check (per > interval '0'),
    first_delay  interval not null check (first_delay > interval '0'),
    max_delay    interval not null,
    words        text not null,
    check (max_delay >= first_delay)
);
comment on table auth.policy is
    'Budgets of attempts, all numbers of them. A failure adds 1 to a level, which sinks by `free` in each `per`; every failure that '
    'finds it above `free` doubles the delay before the next attempt, up to max_delay. There is no hard lock that a stranger could '
    'trigger: delays that grow long are those of whoever failed (pair, network); what everybody shares (name, login) '
    'stays short, and when `global` is used up, those who have not failed go on by `spare`';
comment on column auth.policy.words is 'What it is for';
insert into auth.policy (kind, free, per, first_delay, max_delay, words) values
    ('global',    300, '10 min', '1 s', '1 min',
     'every attempt from a device that is not confirmed for the name: stops spraying one guess over all accounts'),
    ('spare',      20, '10 min', '5 s', '5 s',
     'while `global` is used up: attempts of which neither name nor network failed within its `per`. A steady trickle, so that '
     'who sprays over all accounts does not close the door to parents, nor opens it with new networks'),
    ('network48', 100, '10 min', '2 s', '5 min', 'attempts from one /48 (IPv6): subscribers are given that much'),
    ('network',    30, '10 min', '2 s', '5 min', 'attempts from one /24 (IPv4) or /64 (IPv6), confirmed devices excepted'),
    ('name',       20, '1 h',    '2 s', '30 s',
     'attempts at one access from anywhere; passwords and codes apart: a stranger can slow its owner down by 30 s, not more'),
    ('pair',        5, '1 h',    '2 s', '15 min',
     'attempts at one access from one network, passwords and codes apart: who fails is who waits'),
    ('login',      40, '1 h',    '2 s', '30 s',
     'the password of one login, whichever child''s name it is tried with: more than `name`, so that a name of a login with one '
     'child and a name that nobody has wait alike'),
    ('device',      5, '1 h',    '2 s', '15 min', 'attempts from one confirmed device: strangers cannot use this one up'),
    ('change',      5, '1 h',    '2 s', '15 min', 'the old password, when changing it from within a session'),
    ('pupil',      10, '1 h',    '5 s', '15 min', 'new codes for the pupil''s own login: each costs the slow hash');

create table auth.budget (
    kind           auth.budget_kind not null references auth.policy,
    key            bytea not null,
    level          double precision not null default 0 check (level >= 0),
    at             timestamptz not null default now(),
    blocked_until  timestamptz not null default '-infinity',
    primary key (kind, key)
);
comment on table auth.budget is 'Levels of the budgets that have something in them';
comment on column auth.budget.key is 'Whose it is, as auth.budgets() makes it; empty for `global` and `spare`';
comment on column auth.budget.level is 'Failures, as of the column at';
insert into auth.budget (kind, key) values ('global', '');

-- A random row per installation. gen_random_uuid() draws from the server's strong generator.
create table auth.secret (
    key       bytea primary key check (octet_length(key) = 32),
    is_alone  boolean not null default true unique check (is_alone)
);
comment on table auth.secret is 'One random key: what is told about names that do not exist depends on it and stays the same';
insert into auth.secret (key)
select sha256(string_agg(uuid_send(gen_random_uuid()), '')) from generate_series(1, 4);

create function auth.keyed(p_purpose text, p_text text) returns bytea language sql stable as $$
    select sha256(s.key || convert_to(p_purpose || ':' || p_text, 'UTF8')) from auth.secret s
$$;
comment on function auth.keyed is 'A stable unguessable function of a text: the fake salt and the budget''s key of a name';

create function auth.normal_name(p_name text) returns text language sql immutable as $$
    select upper(translate(p_name, 'АВЕКМНОРСТУХавекмнорстух–—−‑ ', 'ABEKMHOPCTYXABEKMHOPCTYX----') collate "C")
$$;
comment on function auth.normal_name is 'A login name as it was meant: upper case, Latin letters for Cyrillic look-alikes, plain hyphen, no blanks';

create function auth.name_parts(p_name text) returns text[] language sql immutable as $$
    select regexp_match(auth.normal_name(p_name), '^(I[2-9A-HJKMNP-Z]{9}|[0-9]{10})(?:-([0-9]))?$')
$$;
comment on function auth.name_parts is 'A login name as {ИДН or account, ordinal or NULL}; NULL for what cannot be one';

create function auth.name_of(p_idn text, p_ordinal smallint) returns text language sql immutable as $$
    select p_idn || case when p_ordinal = 1 then '' else '-' || p_ordinal end
$$;
comment on function auth.name_of is 'The login name of an access';

create function auth.network48(p_address inet) returns inet language sql immutable as $$
    select case family(p_address) when 6 then network(set_masklen(p_address, 48)) end
$$;
comment on function auth.network48 is 'The /48 around an IPv6 address, NULL for IPv4';

create function auth.network(p_address inet) returns inet language sql immutable as $$
    select network(set_masklen(p_address, case family(p_address) when 4 then 24 else 64 end))
$$;
comment on function auth.network is 'The /24 or /64 around an address';

-- When an access leaves a login or is barred, the sessions that show it go on with another child of the login, or end.
create function auth.leave_access() returns trigger language plpgsql security definer set search_path = '' as $$
declare
    v_other bigint;
begin
    select a.id into v_other
      from auth.access a
     where a.login_id = old.login_id and a.id <> old.id and a.barred_at is null
     order by a.id limit 1;
    if found then
        update auth.session set access_id = v_other where access_id = old.id;
    else
        delete from auth.session where access_id = old.id;
    end if;
    return new;
end $$;
comment on function auth.leave_access is 'Sessions never show a child that their login has lost';
create trigger leave_access before update on auth.access for each row
    when (old.login_id is distinct from new.login_id or (old.barred_at is null and new.barred_at is not null))
    execute function auth.leave_access();

create function auth.sweep() returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_count bigint;
    v_total bigint := 0;
begin
    delete from auth.session s where s.last_used_at <= now() - interval '30 min' or s.started_at <= now() - interval '12 h';
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
    delete from auth.staff_session s where s.last_used_at <= now() - interval '60 min' or s.started_at <= now() - interval '12 h';
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
    delete from site.form_use u where u.used_at < now() - interval '90 days';
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
    delete from auth.attempt a where a.begun_at < now() - interval '90 days';
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
    delete from auth.credential c where c.kind = 'code' and c.expires_at < now() - interval '30 days';
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
    delete from auth.device d where d.revoked_at < now() - interval '90 days' or d.last_seen_at < now() - interval '400 days';
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
    delete from auth.budget b using auth.policy p
     where p.kind = b.kind and b.kind <> 'global' and b.blocked_until < now() and b.at < now() - 2 * p.per;
    get diagnostics v_count = row_count;
    return v_total + v_count;
end $$;
comment on function auth.sweep is 'Nightly: removes ended sessions, of desks too, keys of old forms, old attempts, dead codes and devices, empty budgets; answers how many rows went';

commit;
