-- Verify kabinet:tables/rating on pg

begin;

rollback;
