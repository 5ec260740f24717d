-- Verify kabinet:api/appeals on pg

begin;

rollback;
