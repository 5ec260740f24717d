-- Revert kabinet:api/finance from pg

begin;

drop function cabinet.finance_balance(text);
drop function cabinet.finance_statement(text, date, date, text, integer, bigint);
drop function cabinet.finance_totals(text, date, date, text);
drop function cabinet.finance_kinds(text);
drop function cabinet.finance_entry(text, bigint);
drop function cabinet.finance_payee(text);
drop function ledger.payer(text);
drop function ledger.period(date, date, date);
drop type ledger.payer;
call auth.drop_program('finance');

commit;
