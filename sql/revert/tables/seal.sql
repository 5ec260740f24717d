-- Revert kabinet:tables/seal from pg

begin;

commit;
