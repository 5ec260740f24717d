-- Revert kabinet:tables/canteen from pg

begin;

drop schema canteen cascade;

commit;
