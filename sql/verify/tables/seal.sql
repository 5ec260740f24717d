-- Verify kabinet:tables/seal on pg

begin;

select account_id, day, version, balance_kop, hash from ledger.day_link where false;
select account_id, version, day, entry_id, at, title, source, amount_kop, balance_kop, canon from ledger.line where false;
select 1 / (count(*) = 0)::int from ledger.violations where id <> 'I11';
select 1 / (not has_function_privilege('public', p.oid, 'execute'))::int
  from pg_proc p where p.pronamespace = 'ledger'::regnamespace;

rollback;
