-- Verify kabinet:tables/ledger on pg

begin;

select id, kind, school_id, pupil_id, agent_id, opened_at from ledger.account where false;
select id, at, kind, business_date, day, actor, source, reason, scope, key, fingerprint, reverses from ledger.entry where false;
select entry_id, account_id, amount_kop, balance_after_kop, version, day, credit_kop from ledger.posting where false;
select account_id, balance_kop, held_kop, version, day from ledger.balance where false;
select id, account_id, amount_kop, day, at, actor, reason, scope, key, ended_at, ended_by, why, entry_id from ledger.hold where false;
select day, at, entries, entries_hash, buckets, accounts_hash, hash from ledger.seal where false;
select account_id, day, limit_kop, actor, reason, at from ledger.credit where false;
select kind, title, line_prefix, for_parents, rank from ledger.kind where false;
select 1 / (count(*) = 0)::int from ledger.book_violations where id <> 'I11';
select 1 / (not has_function_privilege('public', p.oid, 'execute'))::int
  from pg_proc p where p.pronamespace = 'ledger'::regnamespace;

rollback;
