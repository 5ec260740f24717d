-- Revert kabinet:api/catalogue from pg

begin;

commit;
