-- Deploy kabinet:api/settings to pg
-- requires: api/login

-- What /settings and /devices ask: the children of a login, its password, the pupil's own login, devices and sessions. Secrets
-- are proved the way of api/login: begin, compute, finish.

begin;

call auth.add_program('settings', 'Children, password, devices and sessions');
set local role kabinet_owner;

-- ---- children, password, the pupil's own login ------------------------------------------------------------------------

create function cabinet.choose_child(p_token text, p_idn text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    update auth.session s set access_id = a.id
      from auth.access a join school.pupil p on p.id = a.pupil_id
     where s.id = v_visit.session_id and a.login_id = v_visit.login_id and a.barred_at is null and p.idn = p_idn;
    if not found then
        raise exception 'no such child' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.choose_child is 'Shows another child of this login from now on; KB404 when it has no such child';

create function cabinet.child_add(p_token text, p_attempt uuid, p_code_hash bytea, out outcome text)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_attempt auth.attempt;
    v_access auth.access;
begin
    perform auth.by_password(v_visit);
    v_attempt := auth.finish_attempt(p_attempt, '{code}', p_code_hash);
    outcome := 'wrong';
    if v_attempt.succeeded is not true then
        return;
    end if;
    select a.* into strict v_access from auth.access a where a.id = v_attempt.access_id for update;
    if v_access.mode = 'pupil' then
        raise exception 'Это код для самого ученика. Нужен код взрослого, он напечатан в договоре.' using errcode = 'KB422';
    end if;
    if exists (select from auth.access a where a.login_id = v_visit.login_id and a.pupil_id = v_access.pupil_id) then
        raise exception 'Этот ребёнок уже есть в вашем кабинете.' using errcode = 'KB422';
    end if;
    delete from auth.credential c where c.access_id = v_access.id;
    update auth.access a set login_id = v_visit.login_id where a.id = v_access.id;
    perform auth.drop_empty_login(v_access.login_id);
    perform auth.note(v_visit.login_id, v_access.id, 'child-add');
    outcome := 'ok';
end $$;
comment on function cabinet.child_add is 'Spends a code of login_begin(kind code): the child joins this login; from another login it goes away';

create function auth.drop_empty_login(p_login bigint) returns void language sql as $$
    delete from auth.login l
     where l.id = p_login and not exists (select from auth.access a where a.login_id = l.id)
$$;
comment on function auth.drop_empty_login is 'A login without accesses goes, with its password, devices and sessions';

create function auth.begin_inside(p_visit auth.visit, p_kind auth.attempt_kind,
    out attempt uuid, out salt bytea, out cost_log2 integer, out wait_s integer)
language plpgsql as $$
declare
    v_attempt auth.attempt;
begin
    v_attempt.kind := p_kind;
    v_attempt.login_id := (p_visit).login_id;
    v_attempt.access_id := (p_visit).access_id;
    v_attempt.name_hash := auth.keyed('login', (p_visit).login_id::text);
    select s.address into strict v_attempt.address from auth.session s where s.id = (p_visit).session_id;
    select b.attempt, b.salt, b.cost_log2, b.wait_s into attempt, salt, cost_log2, wait_s
      from auth.begin_attempt(v_attempt) b;
end $$;
comment on function auth.begin_inside is 'Begins an attempt of somebody who is in';

create function cabinet.password_begin(p_token text,
    out attempt uuid, out salt bytea, out cost_log2 integer, out wait_s integer)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    perform auth.by_password(v_visit);
    select b.attempt, b.salt, b.cost_log2, b.wait_s into attempt, salt, cost_log2, wait_s
      from auth.begin_inside(v_visit, 'change') b;
end $$;
comment on function cabinet.password_begin is 'login_begin() for the old password of this login';

create function cabinet.password_change(p_token text, p_attempt uuid, p_old_hash bytea, p_salt bytea, p_cost_log2 integer,
    p_new_hash bytea, p_new_token text, out outcome text)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_attempt auth.attempt := auth.finish_attempt(p_attempt, '{change}', p_old_hash);
begin
    outcome := 'wrong';
    if v_attempt.succeeded is not true or v_attempt.login_id is distinct from v_visit.login_id then
        return;
    end if;
    perform auth.set_password(v_visit.login_id, p_salt, p_cost_log2, p_new_hash);
    delete from auth.session s where s.login_id = v_visit.login_id and s.id <> v_visit.session_id;
    update auth.device d set revoked_at = now()
     where d.login_id = v_visit.login_id and d.revoked_at is null
       and d.id is distinct from (select s.device_id from auth.session s where s.id = v_visit.session_id);
    update auth.session s set token_hash = sha256(convert_to(p_new_token, 'UTF8')) where s.id = v_visit.session_id;
    perform auth.note(v_visit.login_id, v_visit.access_id, 'password-change');
    outcome := 'ok';
end $$;
comment on function cabinet.password_change is
    'ok: the other sessions are over, other devices not confirmed any more; this session goes on under the new token';

create function cabinet.pupil_access(p_token text, out name text, out state text, out expires timestamp)
language plpgsql stable security definer as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    name := '';
    state := 'none';
    if not v_visit.is_parent then
        return;
    end if;
    select auth.name_of(p.idn, 0::smallint),
           case when a.login_id is not null then 'active' when c.id is not null then 'waiting' else 'none' end,
           c.expires_at at time zone v_visit.time_zone
      into strict name, state, expires
      from school.pupil p
      left join auth.access a on a.pupil_id = p.id and a.ordinal = 0 and a.barred_at is null
      left join auth.credential c on c.access_id = a.id and c.expires_at > now()
     where p.id = v_visit.pupil_id;
end $$;
comment on function cabinet.pupil_access is 'One row about the own login of the child on show: state none, waiting (a code is out) or active. A pupil learns nothing';

create function cabinet.pupil_access_begin(p_token text,
    out attempt uuid, out salt bytea, out cost_log2 integer, out wait_s integer)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    perform auth.by_password(v_visit);
    select b.attempt, b.salt, b.cost_log2, b.wait_s into attempt, salt, cost_log2, wait_s
      from auth.begin_inside(v_visit, 'pupil') b;
end $$;
comment on function cabinet.pupil_access_begin is
    'Asked before a new code is hashed, which is slow; wait_s above 0: too many lately. The salt is of no use here';

create function cabinet.pupil_access_new(p_token text, p_attempt uuid, p_salt bytea, p_cost_log2 integer, p_code_hash bytea,
    out name text, out expires timestamp)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_access auth.access;
begin
    perform auth.by_password(v_visit);
    update auth.attempt t set finished_at = now(), succeeded = true
     where t.id = p_attempt and t.kind = 'pupil' and t.login_id = v_visit.login_id
       and t.finished_at is null and t.expires_at > now();
    if not found then
        raise exception 'no such attempt' using errcode = 'KB409';
    end if;
    insert into auth.access (pupil_id, ordinal, may_finance) values (v_visit.pupil_id, 0, false)
        on conflict (pupil_id, ordinal) do nothing;
    select a.* into strict v_access from auth.access a where a.pupil_id = v_visit.pupil_id and a.ordinal = 0 for update;
    if v_access.barred_at is not null then
        raise exception 'Вход этого ученика закрыла школа.' using errcode = 'KB422';
    end if;
    expires := auth.set_code(v_access.id, p_salt, p_cost_log2, p_code_hash, interval '7 days')
               at time zone v_visit.time_zone;
    select auth.name_of(p.idn, 0::smallint) into strict name from school.pupil p where p.id = v_visit.pupil_id;
    perform auth.note(v_visit.login_id, v_access.id, 'pupil-code');
end $$;
comment on function cabinet.pupil_access_new is
    'A code for the pupil''s own login, good for 7 days; an older one is worth nothing. p_attempt: of pupil_access_begin(), used once (KB409)';

create function cabinet.pupil_access_end(p_token text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_access auth.access;
begin
    perform auth.by_password(v_visit);
    select a.* into v_access from auth.access a where a.pupil_id = v_visit.pupil_id and a.ordinal = 0 for update;
    if not found then
        return;
    end if;
    delete from auth.credential c where c.access_id = v_access.id;
    update auth.access a set login_id = null where a.id = v_access.id;
    perform auth.drop_empty_login(v_access.login_id);
    perform auth.note(v_visit.login_id, v_access.id, 'pupil-end');
end $$;
comment on function cabinet.pupil_access_end is 'Closes the pupil''s own login; nothing happens when there is none';

-- ---- devices and sessions ---------------------------------------------------------------------------------------------

create function cabinet.devices(p_token text, p_device text)
returns table (id uuid, agent text, confirmed timestamp, last_seen timestamp, is_this boolean)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select d.id, d.agent, d.confirmed_at at time zone v_visit.time_zone, d.last_seen_at at time zone v_visit.time_zone,
           d.token_hash = sha256(convert_to(coalesce(p_device, ''), 'UTF8'))
      from auth.device d
     where d.login_id = v_visit.login_id and d.revoked_at is null
     order by d.last_seen_at desc;
end $$;
comment on function cabinet.devices is 'The confirmed devices of this login, the last seen first';

create function cabinet.sessions(p_token text)
returns table (id uuid, started timestamp, last_used timestamp, address text, agent text, is_current boolean)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select s.id, s.started_at at time zone v_visit.time_zone, s.last_used_at at time zone v_visit.time_zone,
           text(auth.network(s.address)), s.agent, s.id = v_visit.session_id
      from auth.session s
     where s.login_id = v_visit.login_id
       and s.last_used_at > now() - interval '30 min' and s.started_at > now() - interval '12 h'
     order by s.id <> v_visit.session_id, s.last_used_at desc;
end $$;
comment on function cabinet.sessions is 'The open sessions of this login, this one first; addresses without their last part';

create function cabinet.attempts(p_token text)
returns table (at timestamp, name text, address text, succeeded boolean, kind text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select t.at, t.name, t.address, t.succeeded, t.kind from auth.attempts_of(v_visit.login_id, v_visit.time_zone, 20) t;
end $$;
comment on function cabinet.attempts is 'The last 20 attempts at the names of this login, newest first';

create function cabinet.device_revoke(p_token text, p_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    if p_id is distinct from (select s.device_id from auth.session s where s.id = v_visit.session_id) then
        perform auth.by_password(v_visit);
    end if;
    update auth.device d set revoked_at = now()
     where d.id = p_id and d.login_id = v_visit.login_id and d.revoked_at is null;
    if not found then
        raise exception 'no such device' using errcode = 'KB404';
    end if;
    delete from auth.session s where s.device_id = p_id and s.id <> v_visit.session_id;
    perform auth.note(v_visit.login_id, v_visit.access_id, 'device-revoke');
end $$;
comment on function cabinet.device_revoke is
    'The device is not confirmed any more, its sessions are over (this one excepted); KB404 when it is not this login''s. '
    'A session by PIN may end that of its own device alone (KB422)';

create function cabinet.session_end(p_token text, p_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    delete from auth.session s where s.id = p_id and s.login_id = v_visit.login_id;
    if not found then
        raise exception 'no such session' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.session_end is 'Ends a session of this login; KB404 when it is another''s';

create function cabinet.sessions_end_others(p_token text, out ended bigint)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    delete from auth.session s where s.login_id = v_visit.login_id and s.id <> v_visit.session_id;
    get diagnostics ended = row_count;
end $$;
comment on function cabinet.sessions_end_others is 'Ends every session of this login but this one; how many they were';

grant execute on function
    cabinet.login_begin(text, text, text, text),
    cabinet.choose_child(text, text),
    cabinet.child_add(text, uuid, bytea),
    cabinet.password_begin(text),
    cabinet.password_change(text, uuid, bytea, bytea, integer, bytea, text),
    cabinet.pupil_access(text),
    cabinet.pupil_access_begin(text),
    cabinet.pupil_access_new(text, uuid, bytea, integer, bytea),
    cabinet.pupil_access_end(text),
    cabinet.devices(text, text),
    cabinet.sessions(text),
    cabinet.attempts(text),
    cabinet.device_revoke(text, uuid),
    cabinet.session_end(text, uuid),
    cabinet.sessions_end_others(text) to kabinet_settings;

commit;
