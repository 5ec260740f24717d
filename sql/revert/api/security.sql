-- Revert kabinet:api/security from pg

begin;

call auth.drop_program('security');

commit;
