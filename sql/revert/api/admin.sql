-- Revert kabinet:api/admin from pg

begin;

call auth.drop_program('admin');

commit;
