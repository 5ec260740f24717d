-- Verify kabinet:api/timetable on pg

begin;

select 1 / (has_function_privilege('kabinet_timetable', f, 'execute') and not has_function_privilege('public', f, 'execute'))::int
  from unnest(array[
      'cabinet.timetable_week(text, date, integer)', 'cabinet.timetable_bells(text, date, integer)', 'cabinet.timetable_now(text)',
      'cabinet.timetable_days(text, date)', 'cabinet.timetable_events(text, date)', 'cabinet.timetable_terms(text, date)',
      'cabinet.timetable_subscriptions(text)', 'cabinet.timetable_subscribe(text, uuid, text, boolean, boolean, text)',
      'cabinet.timetable_unsubscribe(text, bigint)', 'cabinet.calendar_feed(text)']) f;
select 1 / (not has_function_privilege('kabinet_timetable', 'school.calendar_items(bigint, date, date)', 'execute'))::int;

rollback;
