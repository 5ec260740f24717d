-- Revert kabinet:tables/ledger from pg

begin;

drop trigger open_account on school.pupil;
drop schema ledger cascade;

commit;
