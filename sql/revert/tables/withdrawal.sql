-- Revert kabinet:tables/withdrawal from pg

begin;

drop function people.withdrawals(boolean), ledger.reject_withdrawal(bigint, text), ledger.pay_withdrawal(bigint, text),
    ledger.take_withdrawal(bigint, ledger.withdrawal_state),
    ledger.ask_withdrawal(bigint, bigint, text, date, bigint, text, text), bank.is_account20(text, text);
drop table people.requisites, ledger.withdrawal;
drop type ledger.withdrawal_state;

commit;
