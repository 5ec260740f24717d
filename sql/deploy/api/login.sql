-- Deploy kabinet:api/login to pg
-- requires: api/session
-- requires: tables/staff

-- Logging in, in two steps: begin charges the budgets of attempts and hands out a salt, the program computes the slow hash,
-- finish compares. Neither side alone can test a guess. What is told about a name that nobody has is made of the same
-- statements and the same columns, and the attempt is charged before anything else is known, so that many at once gain
-- nothing; a success gives the charge back.

begin;

call auth.add_program('login', 'The door of the cabinet: logging in and out');
set local role kabinet_owner;

-- ---- budgets ----------------------------------------------------------------------------------------------------------

create function auth.budgets(p_attempt auth.attempt) returns table (kind auth.budget_kind, key bytea)
language sql immutable as $$
    select u.kind, u.key
      from (select inet_send(auth.network((p_attempt).address)) as network,
                   (p_attempt).name_hash || case (p_attempt).kind when 'code' then '\x01' else '\x00' end::bytea as name) t,
           lateral (values
               ('global'::auth.budget_kind, ''::bytea, 'stranger'),
               ('spare', case when (p_attempt).is_spared then ''::bytea end, 'stranger'),
               ('network48', inet_send(auth.network48((p_attempt).address)), 'stranger'),
               ('network', t.network, 'stranger'),
               ('name', t.name, 'stranger'),
               ('pair', t.name || t.network, 'stranger'),
               ('login', case (p_attempt).kind when 'password' then int8send((p_attempt).login_id) end, 'stranger'),
               ('device', uuid_send((p_attempt).device_id), 'device'),
               ('change', int8send((p_attempt).login_id), 'change'),
               ('pupil', int8send((p_attempt).login_id), 'pupil')) u(kind, key, whose)
     where u.key is not null
       and u.whose = case when (p_attempt).kind in ('change', 'pupil') then (p_attempt).kind::text
                          when (p_attempt).device_id is not null then 'device'
                          else 'stranger' end
$$;
comment on function auth.budgets is
    'What an attempt is charged to: one budget of those who are in, or the confirmed device''s, else all those of strangers';

-- Budgets are locked by their rows, which only the owner can touch: an advisory lock would be for every role to take.
-- The first kind stands for the others: whoever is charged to a network or a name is charged to `global` too.
create function auth.lock_budgets(p_attempt auth.attempt) returns void language plpgsql as $$
declare
    v_kind auth.budget_kind;
    v_key bytea;
begin
    select b.kind, b.key into strict v_kind, v_key from auth.budgets(p_attempt) b order by b.kind limit 1;
    insert into auth.budget (kind, key) values (v_kind, v_key) on conflict do nothing;
    perform from auth.budget b where b.kind = v_kind and b.key = v_key for update;
end $$;
comment on function auth.lock_budgets is
    'Makes attempts on the same budgets go one after the other until the end of the transaction';

create function auth.is_spared(p_attempt auth.attempt) returns boolean language sql stable as $$
    select exists (select from auth.budgets(p_attempt) k join auth.budget b using (kind, key)
                    where k.kind = 'global' and b.blocked_until > now())
       and not exists (select from auth.budgets(p_attempt) k
                         join auth.budget b using (kind, key)
                         join auth.policy o using (kind)
                        where k.kind in ('network48', 'network', 'name') and b.level > 0 and b.at > now() - o.per)
$$;
comment on function auth.is_spared is
    'Whether the global budget is used up by others: this name and this network have not failed lately';

create function auth.charge(p_attempt auth.attempt) returns integer language plpgsql as $$
declare
    v_wait_s integer;
begin
    select ceil(extract(epoch from max(b.blocked_until) - now())) into v_wait_s
      from auth.budgets(p_attempt) k join auth.budget b using (kind, key)
     where b.blocked_until > now() and not (k.kind = 'global' and (p_attempt).is_spared);
    if v_wait_s > 0 then
        return v_wait_s;
    end if;
    insert into auth.budget as b (kind, key, level, at, blocked_until)
    select k.kind, k.key, n.level, greatest(now(), o.at),
           case when n.level > p.free
                then now() + least(p.max_delay, p.first_delay * power(2, least(ceil(n.level - p.free) - 1, 20)))
                else '-infinity' end
      from auth.budgets(p_attempt) k
      join auth.policy p on p.kind = k.kind
      left join auth.budget o on o.kind = k.kind and o.key = k.key
     cross join lateral (select 1 + coalesce(greatest(0, o.level - p.free * extract(epoch from greatest(now(), o.at) - o.at)
                                                                          / extract(epoch from p.per)), 0) as level) n
        on conflict (kind, key) do update
       set level = excluded.level, at = excluded.at, blocked_until = excluded.blocked_until;
    return 0;
end $$;
comment on function auth.charge is
    'Charges the budgets of an attempt, which are locked; more than 0: seconds to wait, and nothing was charged';

create function auth.give_back(p_attempt auth.attempt) returns void language plpgsql as $$
declare
    v_shared constant auth.budget_kind[] := '{global,spare,network48,network}'::auth.budget_kind[];
begin
    perform auth.lock_budgets(p_attempt);
    update auth.budget b
       set level = case when b.kind = any (v_shared) then greatest(0, b.level - 1) else 0 end,
           blocked_until = case when b.kind = any (v_shared) then b.blocked_until else '-infinity' end
      from auth.budgets(p_attempt) k
     where b.kind = k.kind and b.key = k.key;
end $$;
comment on function auth.give_back is 'After a success: one charge of the shared budgets, everything of one''s own';

-- ---- attempts ---------------------------------------------------------------------------------------------------------

create function auth.credential_of(p_attempt auth.attempt) returns bigint language plpgsql stable as $$
declare
    v_id bigint;
begin
    if (p_attempt).kind = 'password' then
        select c.id into v_id
          from auth.access a join auth.credential c on c.login_id = a.login_id
         where a.id = (p_attempt).access_id and a.barred_at is null;
    elsif (p_attempt).kind = 'pin' then
        select c.id into v_id
          from auth.access a
          join auth.device d on d.login_id = a.login_id
          join auth.credential c on c.pupil_id = a.pupil_id
         where a.id = (p_attempt).access_id and a.barred_at is null
           and d.id = (p_attempt).device_id and d.revoked_at is null;
    elsif (p_attempt).kind = 'code' then
        select c.id into v_id
          from auth.access a join auth.credential c on c.access_id = a.id
         where a.id = (p_attempt).access_id and a.barred_at is null and c.expires_at > now();
    elsif (p_attempt).kind = 'change' then
        select c.id into v_id from auth.credential c where c.login_id = (p_attempt).login_id;
    elsif (p_attempt).kind = 'staff' then
        select c.id into v_id
          from auth.staff s join auth.credential c on c.staff_id = s.id
         where s.id = (p_attempt).staff_id and s.left_at is null;
    end if;
    return v_id;
end $$;
comment on function auth.credential_of is 'The credential that an attempt is about, NULL when there is none';

create function auth.begin_attempt(p_attempt auth.attempt, out attempt uuid, out salt bytea, out cost_log2 integer, out wait_s integer)
language plpgsql as $$
begin
    perform auth.lock_budgets(p_attempt);
    p_attempt.is_spared := auth.is_spared(p_attempt);
    wait_s := auth.charge(p_attempt);
    cost_log2 := 0;
    if wait_s > 0 then
        return;
    end if;
    attempt := gen_random_uuid();
    insert into auth.attempt (id, kind, name_hash, access_id, login_id, staff_id, device_id, address, is_spared, expires_at)
    values (attempt, (p_attempt).kind, (p_attempt).name_hash, (p_attempt).access_id, (p_attempt).login_id,
            (p_attempt).staff_id, (p_attempt).device_id, (p_attempt).address, p_attempt.is_spared, now() + interval '2 min');
    select coalesce(c.salt, f.salt), coalesce(c.cost_log2, 15) into salt, cost_log2
      from (select substr(auth.keyed((p_attempt).kind::text, encode((p_attempt).name_hash, 'hex')), 1, 16) as salt) f
      left join auth.credential c on c.id = auth.credential_of(p_attempt);
end $$;
comment on function auth.begin_attempt is 'Charges and records an attempt. Without a credential the salt is a steady function of the name, the cost that of new hashes (AUTH_COST_LOG2)';

create function auth.finish_attempt(p_id uuid, p_kinds auth.attempt_kind[], p_hash bytea) returns auth.attempt
language plpgsql as $$
declare
    v_attempt auth.attempt;
    v_is_right boolean;
begin
    update auth.attempt t set finished_at = now()
     where t.id = p_id and t.kind = any (p_kinds) and t.finished_at is null and t.expires_at > now()
    returning t.* into v_attempt;
    if not found then
        return null;
    end if;
    -- Two who come with the same code go one after the other, and the second finds it spent. The access is locked before
    -- its code, as by those who give out codes.
    if v_attempt.kind = 'code' then
        perform from auth.access a where a.id = v_attempt.access_id for no key update;
    end if;
    -- An ordinary comparison will do: both sides are keyed with the pepper, so its time tells nothing about the secret.
    select c.hash = p_hash into v_is_right from auth.credential c where c.id = auth.credential_of(v_attempt) for update;
    if v_is_right then
        update auth.attempt t set succeeded = true where t.id = p_id;
        v_attempt.succeeded := true;
        perform auth.give_back(v_attempt);
    end if;
    if v_attempt.kind = 'pin' then
        update auth.device d
           set pin_failures = case when v_attempt.succeeded then 0 else d.pin_failures + 1 end,
               revoked_at = case when not v_attempt.succeeded and d.pin_failures >= 9 then now() else d.revoked_at end
         where d.id = v_attempt.device_id;
    end if;
    return v_attempt;
end $$;
comment on function auth.finish_attempt is 'Compares and closes an attempt, once. NULL: used, expired or of another kind. Ten wrong PINs in a row and the device is not confirmed any more';

create function auth.attempts_of(p_login bigint, p_zone text, p_limit integer)
returns table (at timestamp, name text, address text, succeeded boolean, kind text) language sql stable rows 20 as $$
    select t.begun_at at time zone p_zone, auth.name_of(p.idn, a.ordinal), text(auth.network(t.address)), t.succeeded, t.kind::text
      from auth.access a
      join school.pupil p on p.id = a.pupil_id
      join auth.attempt t on t.access_id = a.id
     where a.login_id = p_login and t.kind not in ('change', 'pupil')
       and (t.finished_at is not null or t.expires_at < now())
     order by t.begun_at desc
     limit p_limit
$$;
comment on function auth.attempts_of is 'The last attempts at the names of a login, newest first, for itself to see; addresses without their last part';

create function auth.note(p_login bigint, p_access bigint, p_action text) returns void language sql as $$
    insert into site.audit (actor, login_id, action, object, school_id)
    select case when p_login is null then 'office'::site.actor_kind else 'visitor' end, p_login, p_action,
           auth.name_of(p.idn, a.ordinal), p.school_id
      from auth.access a join school.pupil p on p.id = a.pupil_id
     where a.id = p_access
$$;
comment on function auth.note is 'A line of site.audit about an access';

create function auth.enter(p_attempt auth.attempt, p_login bigint, p_token text, p_new_device text, p_agent text,
    p_old_token text)
returns void language plpgsql as $$
declare
    v_agent text := left(coalesce(p_agent, ''), 300);
    v_device uuid := (p_attempt).device_id;
begin
    if p_new_device is not null then
        -- Nor confirmed devices: of twenty, the one not seen for longest makes room.
        update auth.device d set revoked_at = now()
         where d.id in (select o.id from auth.device o where o.login_id = p_login and o.revoked_at is null
                         order by o.last_seen_at desc, o.confirmed_at desc offset 19);
        insert into auth.device (login_id, token_hash, agent)
        values (p_login, sha256(convert_to(p_new_device, 'UTF8')), v_agent) returning id into v_device;
    else
        update auth.device d set last_seen_at = now() where d.id = v_device;
    end if;
    -- A browser has one session; no login collects sessions without end: the 20 used last stay.
    delete from auth.session s where s.device_id = v_device or s.token_hash = sha256(convert_to(p_old_token, 'UTF8'));
    delete from auth.session s
     where s.id in (select o.id from auth.session o where o.login_id = p_login order by o.last_used_at desc offset 19);
    insert into auth.session (token_hash, begun_by, login_id, access_id, device_id, address, agent)
    values (sha256(convert_to(p_token, 'UTF8')), (p_attempt).kind, p_login, (p_attempt).access_id, v_device,
            (p_attempt).address, v_agent);
    perform auth.note(p_login, (p_attempt).access_id, 'log-in');
    if p_new_device is not null then
        perform auth.note(p_login, (p_attempt).access_id, 'device-confirm');
    end if;
end $$;
comment on function auth.enter is
    'A session begins, that of the same browser ends, and on wish the device becomes a confirmed one';

create function auth.set_password(p_login bigint, p_salt bytea, p_cost_log2 integer, p_hash bytea) returns void
language sql as $$
    insert into auth.credential (kind, login_id, salt, cost_log2, hash)
    values ('password', p_login, p_salt, p_cost_log2, p_hash)
        on conflict (login_id) do update
       set salt = excluded.salt, cost_log2 = excluded.cost_log2, hash = excluded.hash, made_at = now()
$$;
comment on function auth.set_password is 'The login''s password from now on';

create function auth.set_code(p_access bigint, p_salt bytea, p_cost_log2 integer, p_hash bytea, p_valid interval)
returns timestamptz language sql as $$
    insert into auth.credential (kind, access_id, salt, cost_log2, hash, expires_at)
    values ('code', p_access, p_salt, p_cost_log2, p_hash, now() + p_valid)
        on conflict (access_id) do update
       set salt = excluded.salt, cost_log2 = excluded.cost_log2, hash = excluded.hash, made_at = now(),
           expires_at = excluded.expires_at
    returning expires_at
$$;
comment on function auth.set_code is 'The access''s authorization code from now on; an older one is worth nothing. Answers when it expires';

-- ---- the door ---------------------------------------------------------------------------------------------------------

create function cabinet.login_begin(p_name text, p_kind text, p_device text, p_address text,
    out attempt uuid, out salt bytea, out cost_log2 integer, out wait_s integer)
language plpgsql security definer set search_path = '' as $$
declare
    v_part text[] := auth.name_parts(p_name);
    v_device bytea := sha256(convert_to(coalesce(p_device, ''), 'UTF8'));
    v_named auth.access;
    v_attempt auth.attempt;
begin
    if p_kind not in ('password', 'pin', 'code') then
        raise exception 'no such kind of attempt: %', p_kind using errcode = 'invalid_parameter_value';
    end if;
    v_attempt.kind := p_kind::auth.attempt_kind;
    v_attempt.address := p_address::inet;
    select a.* into v_named
      from school.pupil p join auth.access a on a.pupil_id = p.id and a.barred_at is null
     where (p.idn = v_part[1] or p.account = v_part[1]) and a.ordinal = coalesce(v_part[2], '1')::smallint;
    -- One access, one budget, whichever of its names is written. A normalised name has no small letters.
    v_attempt.name_hash := auth.keyed('name',
        coalesce('access ' || v_named.id, regexp_replace(auth.normal_name(p_name), '-1$', '')));
    if p_kind = 'pin' then
        -- A PIN names the child, the device names the login; elsewhere the name says which adult it is.
        select a.id, d.id into v_attempt.access_id, v_attempt.device_id
          from school.pupil p
          join auth.access a on a.pupil_id = p.id and a.barred_at is null
          join auth.device d on d.token_hash = v_device and d.revoked_at is null and d.login_id = a.login_id
         where p.idn = v_part[1] or p.account = v_part[1];
    else
        v_attempt.access_id := v_named.id;
        v_attempt.login_id := v_named.login_id;
        select d.id into v_attempt.device_id
          from auth.device d
         where d.token_hash = v_device and d.revoked_at is null and d.login_id = v_named.login_id;
    end if;
    select b.attempt, b.salt, b.cost_log2, b.wait_s into attempt, salt, cost_log2, wait_s
      from auth.begin_attempt(v_attempt) b;
end $$;
comment on function cabinet.login_begin is 'One row. kind: password, pin or code. wait_s above 0: a budget is used up, nothing else was done';

create function cabinet.login_finish(p_attempt uuid, p_hash bytea, p_token text, p_new_device text, p_agent text,
    p_old_token text default null, out outcome text)
language plpgsql security definer set search_path = '' as $$
declare
    v_attempt auth.attempt := auth.finish_attempt(p_attempt, '{password,pin}', p_hash);
    v_login bigint;
begin
    outcome := 'wrong';
    if v_attempt.succeeded then
        select a.login_id into strict v_login from auth.access a where a.id = v_attempt.access_id;
        perform auth.enter(v_attempt, v_login, p_token, p_new_device, p_agent, p_old_token);
        outcome := 'ok';
    end if;
end $$;
comment on function cabinet.login_finish is
    'ok: the token is a session from now on, p_old_token is none, and p_new_device, unless NULL, is a confirmed device';

create function cabinet.login_first(p_attempt uuid, p_code_hash bytea, p_salt bytea, p_cost_log2 integer,
    p_password_hash bytea, p_token text, p_new_device text, p_agent text, p_old_token text default null,
    out outcome text)
language plpgsql security definer set search_path = '' as $$
declare
    v_attempt auth.attempt := auth.finish_attempt(p_attempt, '{code}', p_code_hash);
    v_login bigint;
begin
    outcome := 'wrong';
    if v_attempt.succeeded is not true then
        return;
    end if;
    delete from auth.credential c where c.access_id = v_attempt.access_id;
    select a.login_id into v_login from auth.access a where a.id = v_attempt.access_id for update;
    if v_login is null then
        insert into auth.login default values returning id into v_login;
        update auth.access a set login_id = v_login where a.id = v_attempt.access_id;
    else
        -- The school gave a new code to somebody who lost the password: whoever was in by the old one is out.
        delete from auth.session s where s.login_id = v_login;
        update auth.device d set revoked_at = now() where d.login_id = v_login and d.revoked_at is null;
    end if;
    v_attempt.device_id := null;
    perform auth.set_password(v_login, p_salt, p_cost_log2, p_password_hash);
    perform auth.note(v_login, v_attempt.access_id, 'code-use');
    perform auth.enter(v_attempt, v_login, p_token, p_new_device, p_agent, p_old_token);
    outcome := 'ok';
end $$;
comment on function cabinet.login_first is 'Spends an authorization code: the password is set, the session and the confirmed device begin';

create function cabinet.logout(p_token text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    delete from auth.session s where s.id = v_visit.session_id;
end $$;
comment on function cabinet.logout is 'Ends this session';

grant execute on function
    cabinet.login_begin(text, text, text, text),
    cabinet.login_finish(uuid, bytea, text, text, text, text),
    cabinet.login_first(uuid, bytea, bytea, integer, bytea, text, text, text, text),
    cabinet.logout(text) to kabinet_login;

commit;
