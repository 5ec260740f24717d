-- Verify kabinet:tables/job on pg

begin;

rollback;
