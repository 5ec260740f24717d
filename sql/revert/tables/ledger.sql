-- Revert kabinet:tables/ledger from pg

begin;

drop trigger open_account on school.pupil;
drop trigger open_accounts on school.school;
drop schema ledger cascade;

commit;
