-- Revert kabinet:tables/rating from pg

begin;

commit;
