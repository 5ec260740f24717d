-- Verify kabinet:api/audit on pg

begin;

select 1 / has_function_privilege('kabinet_audit', p.oid, 'execute')::int
  from pg_proc p where p.pronamespace = 'staff'::regnamespace and p.proname like 'audit\_%';

rollback;
