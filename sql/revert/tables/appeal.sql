-- Revert kabinet:tables/appeal from pg

begin;

drop schema appeal cascade;

commit;
