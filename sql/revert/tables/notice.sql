-- Revert kabinet:tables/notice from pg

begin;

drop schema notice cascade;

commit;
