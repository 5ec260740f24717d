-- Revert kabinet:tables/gate from pg

begin;

drop function school.not_entered(bigint, date);
drop schema gate cascade;

commit;
