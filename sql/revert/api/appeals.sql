-- Revert kabinet:api/appeals from pg

begin;

commit;
