-- Verify kabinet:tables/seal on pg

begin;

rollback;
