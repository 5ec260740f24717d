-- Revert kabinet:api/gate from pg

begin;

call auth.drop_program('gate');

commit;
