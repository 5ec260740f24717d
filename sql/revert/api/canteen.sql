-- Revert kabinet:api/canteen from pg

begin;

call auth.drop_program('canteen');

commit;
