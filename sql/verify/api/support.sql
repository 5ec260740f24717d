-- Verify kabinet:api/support on pg

begin;

rollback;
