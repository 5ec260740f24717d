-- Revert kabinet:api/library from pg

begin;

commit;
