-- Revert kabinet:tables/service from pg

begin;

drop schema service cascade;

commit;
