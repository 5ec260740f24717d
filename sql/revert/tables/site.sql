-- Revert kabinet:tables/site from pg

begin;

drop schema site cascade;

commit;
