-- Revert kabinet:roles from pg

begin;

alter default privileges for role kabinet_owner grant execute on functions to public;
alter default privileges for role kabinet_owner grant usage on types to public;
grant usage on schema public to public;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select p.oid from pg_catalog.pg_proc p
         where p.pronamespace = 'pg_catalog'::regnamespace and p.proname ~ '^(pg_(try_)?advisory_|lo_|loread$|lowrite$)'
    loop
        if v_function::text ~ 'advisory' then
            execute format('revoke execute on function %s from kabinet_owner', v_function);
        end if;
        -- PostgreSQL itself gives these two to nobody.
        if v_function::text !~ 'lo_(import|export)' then
            execute format('grant execute on function %s to public', v_function);
        end if;
    end loop;
    execute format('grant connect, temporary on database %I to public', current_database());
    -- Not «drop owned»: that would take away what the role holds on other databases of the cluster.
    execute format('revoke all on database %I from kabinet_owner', current_database());
    begin
        drop role kabinet_owner;
    exception when dependent_objects_still_exist then
        null;   -- another database of this cluster is Kabinet's too
    end;
end $$;

commit;
