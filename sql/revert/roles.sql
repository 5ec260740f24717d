-- Revert kabinet:roles from pg

begin;

alter default privileges for role kabinet_owner grant execute on functions to public;
alter default privileges for role kabinet_owner grant usage on types to public;
grant usage on schema public to public;

do $$
begin
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
