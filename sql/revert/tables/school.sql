-- Revert kabinet:tables/school from pg

begin;

drop schema school cascade;

commit;
