-- Verify kabinet:api/audit on pg

begin;

rollback;
