-- Verify kabinet:tables/withdrawal on pg

begin;

select id, account_id, hold_id, amount_kop, access_id, tail, state, asked_at, decided_at, words from ledger.withdrawal where false;
select withdrawal_id, bik, account20 from people.requisites where false;

rollback;
