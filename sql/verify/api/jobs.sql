-- Verify kabinet:api/jobs on pg

begin;

select 1 / has_function_privilege('kabinet_jobs', p.oid, 'execute')::int from pg_proc p where p.pronamespace = 'job_api'::regnamespace;
select 1 / (not has_schema_privilege('kabinet_jobs', 'job', 'usage') and not has_schema_privilege('kabinet_jobs', 'ledger', 'usage'))::int;

rollback;
