-- Revert kabinet:api/finance from pg

begin;

drop function cabinet.finance_payee, cabinet.finance_year, cabinet.finance_year_totals, cabinet.finance_withdraw_back, cabinet.finance_withdraw,
    cabinet.finance_withdrawals, cabinet.finance_transfer, cabinet.finance_siblings, cabinet.finance_entry, cabinet.finance_export,
    cabinet.finance_proof, cabinet.finance_kinds, cabinet.finance_totals, cabinet.finance_statement, cabinet.finance_limits,
    cabinet.finance_holds, cabinet.finance_balance;
drop function ledger.siblings, ledger.who, ledger.period, ledger.payer;
drop type ledger.payer;
call auth.drop_program('finance');

commit;
