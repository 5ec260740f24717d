-- Revert kabinet:api/meals from pg

begin;

call auth.drop_program('meals');

commit;
