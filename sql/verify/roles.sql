-- Verify kabinet:roles on pg

begin;

do $$
begin
    assert (select count(*) from pg_catalog.pg_roles r
             where r.rolname in ('kabinet_login', 'kabinet_home', 'kabinet_settings', 'kabinet_finance', 'kabinet_import')
               and r.rolcanlogin and not r.rolsuper and not r.rolcreaterole and not r.rolcreatedb and not r.rolbypassrls) = 5;
    assert not (select r.rolcanlogin or r.rolsuper from pg_catalog.pg_roles r where r.rolname = 'kabinet_owner');
    assert not has_schema_privilege('kabinet_home', 'public', 'usage');
end $$;

rollback;
