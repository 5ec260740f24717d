-- Verify kabinet:api/finance on pg

begin;

select 1 / (count(*) = 17 and bool_and(has_function_privilege('kabinet_finance', p.oid, 'execute')
            and not has_function_privilege('public', p.oid, 'execute')))::int
  from pg_proc p where p.pronamespace = 'cabinet'::regnamespace and p.proname like 'finance\_%';
select 1 / (not has_function_privilege('kabinet_finance', 'ledger.payer(text)', 'execute'))::int;

rollback;
