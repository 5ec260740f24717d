-- Deploy kabinet:api/timetable to pg
-- requires: api/session
-- requires: tables/study

begin;

call auth.add_program('timetable', 'The timetable and its iCal subscriptions');
set local role kabinet_owner;

commit;
