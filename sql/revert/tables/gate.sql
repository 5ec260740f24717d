-- Revert kabinet:tables/gate from pg

begin;

drop schema gate cascade;

commit;
