-- Verify kabinet:api/import on pg

begin;

select 1 / (has_function_privilege('kabinet_import', p.oid, 'execute') and not has_function_privilege('public', p.oid, 'execute'))::int
  from pg_proc p where p.pronamespace = 'bank_api'::regnamespace;
select 1 / (not has_schema_privilege('kabinet_import', 'bank', 'usage') and not has_schema_privilege('kabinet_import', 'ledger', 'usage'))::int;

rollback;
