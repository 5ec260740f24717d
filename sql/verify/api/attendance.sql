-- Verify kabinet:api/attendance on pg

begin;

select 1 / (has_function_privilege('kabinet_attendance', f, 'execute') and not has_function_privilege('public', f, 'execute'))::int
  from unnest(array[
      'cabinet.attendance_terms(text)', 'cabinet.attendance_summary(text, bigint, date)',
      'cabinet.attendance_days(text, bigint, date)', 'cabinet.attendance_subjects(text, bigint, date)',
      'cabinet.attendance_missed(text, bigint, date, integer)', 'cabinet.attendance_day(text, date)',
      'cabinet.attendance_lessons(text, bigint)', 'cabinet.attendance_excuses(text, integer)',
      'cabinet.attendance_excuse_form(text)',
      'cabinet.attendance_excuse(text, uuid, text, text, date, date, text, text, text, bytea)',
      'cabinet.attendance_withdraw(text, bigint)', 'cabinet.attendance_file(text, bigint)']) f;
select 1 / (not has_function_privilege('kabinet_attendance', 'school.lessons_of(bigint, date, date)', 'execute'))::int;

rollback;
