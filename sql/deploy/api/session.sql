-- Deploy kabinet:api/session to pg
-- requires: tables/auth
-- requires: tables/people
-- requires: tables/site

-- Who a token is, what every program of the cabinet asks, and what makes a role a program's. Functions that answer GETs set no search_path: it costs 10 µs
-- a call, each name here is qualified, and programs' roles can create nothing that an operator could be mistaken for
-- (the tests check every body under an empty search_path).

begin;

set local role kabinet_owner;

create schema cabinet;
comment on schema cabinet is 'What the programs of the cabinet may ask. Functions only; the first parameter is the session token';

create type auth.visit as (
    session_id   uuid,
    login_id     bigint,
    access_id    bigint,
    pupil_id     bigint,
    school_id    bigint,
    class_id     bigint,
    time_zone    text,
    is_parent    boolean,
    may_finance  boolean,
    by_pin       boolean
);
comment on type auth.visit is 'What a token stands for: the login and the child on show';

create function auth.resolve(p_token text) returns auth.visit language plpgsql stable as $$
declare
    v_visit auth.visit;
begin
    select s.id, s.login_id, a.id, p.id, p.school_id, p.class_id, c.time_zone, a.mode = 'parent', a.may_finance,
           s.begun_by = 'pin'
      into v_visit
      from auth.session s
      join auth.access a on a.id = s.access_id
      join school.pupil p on p.id = a.pupil_id
      join school.school c on c.id = p.school_id
     where s.token_hash = sha256(convert_to(p_token, 'UTF8'))
       and s.last_used_at > now() - interval '30 min' and s.started_at > now() - interval '12 h'
       and a.barred_at is null;
    if not found then
        raise exception 'no session' using errcode = 'KB401';
    end if;
    return v_visit;
end $$;
comment on function auth.resolve is 'The one place where a token becomes somebody. KB401 when it is not good. Called by every function of the API, granted to no program';

create function auth.parent(p_token text) returns auth.visit language plpgsql stable as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    if not v_visit.is_parent then
        raise exception 'for parents only' using errcode = 'KB403';
    end if;
    return v_visit;
end $$;
comment on function auth.parent is 'auth.resolve() for what a pupil may not do or see (KB403)';

create function auth.by_password(p_visit auth.visit) returns void language plpgsql immutable as $$
begin
    if (p_visit).by_pin then
        raise exception 'Для этого войдите с паролем.' using errcode = 'KB422';
    end if;
end $$;
comment on function auth.by_password is
    'Refuses (KB422) what outlasts the visit to a session that began with a PIN';

create function auth.stay(p_visit auth.visit) returns void language plpgsql as $$
begin
    perform from auth.access a where a.id = p_visit.access_id and a.barred_at is null for share;
    if not found then
        raise exception 'barred meanwhile' using errcode = 'KB401';
    end if;
end $$;
comment on function auth.stay is 'For what moves money: who is being barred meanwhile has no say any more (KB401)';

create function cabinet.visitor(p_token text)
returns table (idn text, class_name text, school_name text, is_current boolean, is_parent boolean, today date,
               now timestamp, touch_due boolean)
language plpgsql stable security definer rows 2 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_now timestamp := now() at time zone v_visit.time_zone;
    v_touch_due boolean := (select s.last_used_at < now() - interval '5 min' from auth.session s
                             where s.id = v_visit.session_id);
begin
    return query
    select p.idn::text, coalesce(k.name, ''), c.name, a.id = v_visit.access_id, a.mode = 'parent', v_now::date, v_now,
           v_touch_due
      from auth.access a
      join school.pupil p on p.id = a.pupil_id
      join school.school c on c.id = p.school_id
      left join school.class k on k.id = p.class_id
     where a.login_id = v_visit.login_id and a.barred_at is null
     order by a.id <> v_visit.access_id, a.id;
end $$;
comment on function cabinet.visitor is 'The children of the login, the one on show first. today and now are local to the school on show';

create function cabinet.session_touch(p_token text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    update auth.session s set last_used_at = now()
     where s.id = v_visit.session_id and s.last_used_at < now() - interval '1 min';
    update auth.device d set last_seen_at = now()
      from auth.session s
     where s.id = v_visit.session_id and d.id = s.device_id and d.last_seen_at < now() - interval '1 hour';
end $$;
comment on function cabinet.session_touch is 'The session is in use: called when cabinet.visitor() says touch_due';

create function cabinet.expect_child(p_token text, p_idn text) returns void
language plpgsql stable security definer as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    if not exists (select from school.pupil p where p.id = v_visit.pupil_id and p.idn = p_idn) then
        raise exception 'another child is on show' using errcode = 'KB409';
    end if;
end $$;
comment on function cabinet.expect_child is 'KB409, and with it the whole transaction, unless the form was made for the child that is on show now';

-- ---- programs ---------------------------------------------------------------------------------------------------------

create procedure auth.add_program(p_name text, p_comment text, p_schema text default 'cabinet') language plpgsql as $$
declare
    v_role text := 'kabinet_' || p_name;
begin
    -- Roles belong to the cluster: another Kabinet database may have brought this one.
    if not exists (select from pg_catalog.pg_roles r where r.rolname = v_role) then
        execute format('create role %I login nosuperuser nocreatedb nocreaterole noinherit', v_role);
    end if;
    execute format('comment on role %I is %L', v_role, p_comment);
    execute format('grant connect on database %I to %I', current_database(), v_role);
    -- Programs name the schema of everything; nothing they could create would be found in its place.
    execute format('alter role %I in database %I set search_path = %L', v_role, current_database(), '');
    execute format('grant usage on schema %I to %I', p_schema, v_role);
    -- Who the visitor is, for the audiences that have visitors.
    if to_regprocedure(format('%I.visitor(text)', p_schema)) is not null then
        execute format('grant execute on function %1$I.visitor(text), %1$I.session_touch(text) to %2$I', p_schema, v_role);
    end if;
    if p_schema = 'cabinet' then
        execute format('grant execute on function cabinet.expect_child(text, text) to %I', v_role);
    elsif p_schema = 'staff' then
        execute format('grant execute on function staff.note_view(text, text, text) to %I', v_role);
    end if;
end $$;
comment on procedure auth.add_program is 'The login role kabinet_<name> of a program, with what every program of that API schema may do. For whoever deploys: first line of deploy/api/<name>.sql';

create procedure auth.drop_program(p_name text) language plpgsql as $$
declare
    v_role text := 'kabinet_' || p_name;
    v_schema name;
begin
    for v_schema in
        select n.nspname from pg_catalog.pg_namespace n
         where n.nspname !~ '^pg_' and has_schema_privilege(v_role, n.oid, 'usage') and n.nspname <> 'information_schema'
    loop
        execute format('revoke all on all functions in schema %I from %I', v_schema, v_role);
        execute format('revoke all on schema %I from %I', v_schema, v_role);
    end loop;
    execute format('revoke all on database %I from %I', current_database(), v_role);
    execute format('alter role %I in database %I reset all', v_role, current_database());
    begin
        execute format('drop role %I', v_role);
    exception when dependent_objects_still_exist then
        null;   -- another database of this cluster has the program too
    end;
end $$;
comment on procedure auth.drop_program is 'Undoes auth.add_program(); the role goes when no other database needs it. Last line of revert/api/<name>.sql';

commit;
