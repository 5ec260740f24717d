-- Verify kabinet:api/admin on pg

begin;

select 1 / has_function_privilege('kabinet_admin', p.oid, 'execute')::int
  from pg_proc p where p.pronamespace = 'staff'::regnamespace and p.proname like 'admin\_%';

rollback;
