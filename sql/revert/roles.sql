-- Revert kabinet:roles from pg

begin;

alter default privileges for role kabinet_owner grant execute on functions to public;
alter default privileges for role kabinet_owner grant usage on types to public;
grant usage on schema public to public;

do $$
declare
    v_role text;
begin
    execute format('grant connect, temporary on database %I to public', current_database());
    foreach v_role in array array['kabinet_import', 'kabinet_finance', 'kabinet_settings', 'kabinet_home', 'kabinet_login',
                                  'kabinet_owner'] loop
        execute format('alter role %I in database %I reset all', v_role, current_database());
        execute format('drop owned by %I', v_role);
        begin
            execute format('drop role %I', v_role);
        exception when dependent_objects_still_exist then
            raise notice 'role % stays: another database of this cluster uses it', v_role;
        end;
    end loop;
end $$;

commit;
