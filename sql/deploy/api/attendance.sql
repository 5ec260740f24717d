-- Deploy kabinet:api/attendance to pg
-- requires: api/session
-- requires: tables/study

begin;

call auth.add_program('attendance', 'Attendance and excuses');
set local role kabinet_owner;

commit;
