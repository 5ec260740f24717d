-- Revert kabinet:api/timetable from pg

begin;

call auth.drop_program('timetable');

commit;
