-- Revert kabinet:api/tutor from pg

begin;

call auth.drop_program('tutor');

commit;
