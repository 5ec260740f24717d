-- Revert kabinet:tables/job from pg

begin;

commit;
