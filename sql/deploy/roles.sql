-- Deploy kabinet:roles to pg

-- One role owns everything and cannot log in; each program has a role of its own that owns nothing and may only execute its
-- functions. Roles belong to the cluster, so they may exist already: another Kabinet database, an earlier deploy.

begin;

do $$
declare
    v_role text;
begin
    if not exists (select from pg_catalog.pg_roles r where r.rolname = 'kabinet_owner') then
        create role kabinet_owner nologin;
    end if;
    foreach v_role in array array['kabinet_login', 'kabinet_home', 'kabinet_settings', 'kabinet_finance', 'kabinet_import'] loop
        if not exists (select from pg_catalog.pg_roles r where r.rolname = v_role) then
            execute format('create role %I login nosuperuser nocreatedb nocreaterole noinherit', v_role);
        end if;
    end loop;
    execute format('grant create on database %I to kabinet_owner', current_database());
    execute format('revoke all on database %I from public', current_database());
    foreach v_role in array array['kabinet_login', 'kabinet_home', 'kabinet_settings', 'kabinet_finance', 'kabinet_import'] loop
        execute format('grant connect on database %I to %I', current_database(), v_role);
        -- Programs name the schema of everything; nothing they could create would be found in its place.
        execute format('alter role %I in database %I set search_path = %L', v_role, current_database(), '');
    end loop;
    -- Whoever deploys acts as the owner in the changes that follow.
    if not pg_catalog.pg_has_role(current_user, 'kabinet_owner', 'member') then
        execute format('grant kabinet_owner to %I', current_user);
    end if;
end $$;

comment on role kabinet_owner is 'Owns every object of Kabinet; cannot log in';
comment on role kabinet_login is 'The program login: the door of the cabinet';
comment on role kabinet_home is 'The program home: Главная';
comment on role kabinet_settings is 'The program settings: children, password, devices and sessions';
comment on role kabinet_finance is 'The program finance: balance, statement, slip';
comment on role kabinet_import is 'The importer of bank registries';

revoke all on schema public from public;

-- PostgreSQL lets everybody execute a new function; here nobody may until a change grants it.
alter default privileges for role kabinet_owner revoke execute on functions from public;
alter default privileges for role kabinet_owner revoke usage on types from public;

commit;
