-- Verify kabinet:api/library on pg

begin;

rollback;
