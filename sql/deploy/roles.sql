-- Deploy kabinet:roles to pg

-- One role owns everything and cannot log in. Each program has a role of its own that owns nothing and may only execute its
-- functions: auth.add_program() makes it in the change api/<program>. Roles belong to the cluster, so they may exist already:
-- another Kabinet database, an earlier deploy.

begin;

do $$
begin
    if not exists (select from pg_catalog.pg_roles r where r.rolname = 'kabinet_owner') then
        create role kabinet_owner nologin;
    end if;
    execute format('grant create on database %I to kabinet_owner', current_database());
    execute format('revoke all on database %I from public', current_database());
    -- Whoever deploys acts as the owner in the changes that follow.
    if not pg_catalog.pg_has_role(current_user, 'kabinet_owner', 'member') then
        execute format('grant kabinet_owner to %I', current_user);
    end if;
end $$;

comment on role kabinet_owner is 'Owns every object of Kabinet; cannot log in';

revoke all on schema public from public;

-- PostgreSQL lets every role take any advisory lock, and so stop whoever needs it, and fill the disk with large objects.
-- In this database the owner's functions alone take locks; nobody makes large objects. Catalog functions are the
-- superuser's: another deployer is warned, and goes on without.
do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select p.oid from pg_catalog.pg_proc p
         where p.pronamespace = 'pg_catalog'::regnamespace and p.proname ~ '^(pg_(try_)?advisory_|lo_|loread$|lowrite$)'
    loop
        execute format('revoke execute on function %s from public', v_function);
        if v_function::text ~ 'advisory' then
            execute format('grant execute on function %s to kabinet_owner', v_function);
        end if;
    end loop;
end $$;

-- PostgreSQL lets everybody execute a new function; here nobody may until a change grants it.
alter default privileges for role kabinet_owner revoke execute on functions from public;
alter default privileges for role kabinet_owner revoke usage on types from public;

commit;
