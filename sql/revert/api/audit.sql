-- Revert kabinet:api/audit from pg

begin;

commit;
