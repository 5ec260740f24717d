-- Revert kabinet:api/head from pg

begin;

call auth.drop_program('head');

commit;
