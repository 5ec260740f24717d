-- Verify kabinet:api/finance on pg

begin;

select 1 / (has_function_privilege('kabinet_finance', f, 'execute') and not has_function_privilege('public', f, 'execute'))::int
  from unnest(array[
      'cabinet.finance_balance(text)', 'cabinet.finance_statement(text, date, date, text, integer, bigint)',
      'cabinet.finance_totals(text, date, date, text)', 'cabinet.finance_kinds(text)',
      'cabinet.finance_entry(text, bigint)', 'cabinet.finance_payee(text)']) f;
select 1 / (not has_function_privilege('kabinet_finance', 'ledger.payer(text)', 'execute'))::int;

rollback;
