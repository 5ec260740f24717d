-- Revert kabinet:tables/auth from pg

begin;

drop schema auth cascade;

commit;
