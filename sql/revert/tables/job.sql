-- Revert kabinet:tables/job from pg

begin;

drop schema job cascade;

commit;
