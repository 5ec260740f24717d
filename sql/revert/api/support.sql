-- Revert kabinet:api/support from pg

begin;

commit;
