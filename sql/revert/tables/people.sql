-- Revert kabinet:tables/people from pg

begin;

drop schema people cascade;

commit;
