-- Revert kabinet:api/journal from pg

begin;

call auth.drop_program('journal');

commit;
