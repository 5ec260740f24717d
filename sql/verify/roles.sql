-- Verify kabinet:roles on pg

begin;

do $$
begin
    assert not (select r.rolcanlogin from pg_catalog.pg_roles r where r.rolname = 'kabinet_owner');
    assert not exists (select from pg_catalog.pg_roles r
                        where r.rolname like 'kabinet\_%'
                          and (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls or r.rolreplication));
    assert not has_schema_privilege('public', 'public', 'usage');
end $$;

rollback;
