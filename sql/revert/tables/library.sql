-- Revert kabinet:tables/library from pg

begin;

drop schema library cascade;
drop schema trgm cascade;

commit;
