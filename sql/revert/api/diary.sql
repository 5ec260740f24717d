-- Revert kabinet:api/diary from pg

begin;

call auth.drop_program('diary');

commit;
