-- Revert kabinet:api/attendance from pg

begin;

call auth.drop_program('attendance');

commit;
