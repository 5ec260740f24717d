-- Verify kabinet:tables/bank on pg

begin;

select id, payee, inn, kpp, account20, bank_name, bik, corr_account, dialect, operation_is_key from bank.agent where false;
select school_id, agent_id, on_slip from bank.agent_school where false;
select channel, title from bank.channel where false;
select id, agent_id, file_name, sha256, dialect, rows, posted, loaded_at from bank.registry where false;
select registry_id, ordinal, line, outcome, entry_id, identified_by, original_id, version from bank.registry_row where false;
select registry_id, ordinal, raw from people.registry_raw where false;
select id, agent_id, pay_id, entry_id, registry_id, ordinal, confirmed_operation from bank.online_payment where false;
select registry_id, ordinal, line, version, transfer_kop from bank.unidentified where false;
select registry_id, ordinal, line, version, owed_kop, entry_id, original_id from bank.unreversed where false;
select 1 / (count(*) = 0)::int from bank.violations where id <> 'I11';
select 1 / (not has_function_privilege('public', p.oid, 'execute'))::int
  from pg_proc p where p.pronamespace = 'bank'::regnamespace;

rollback;
