-- Revert kabinet:api/timetable from pg

begin;

drop function cabinet.timetable_week, cabinet.timetable_bells, cabinet.timetable_now, cabinet.timetable_days, cabinet.timetable_events,
    cabinet.timetable_terms, cabinet.timetable_subscriptions, cabinet.timetable_subscribe, cabinet.timetable_unsubscribe,
    cabinet.calendar_feed, auth.calendar_title, school.calendar_days, school.calendar_items, school.first_day;
call auth.drop_program('timetable');

commit;
