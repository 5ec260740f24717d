-- Revert kabinet:api/class from pg

begin;

call auth.drop_program('class');

commit;
