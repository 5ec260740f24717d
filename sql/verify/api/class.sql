-- Verify kabinet:api/class on pg

begin;

select 1 / (has_function_privilege('kabinet_class', f, 'execute') and not has_function_privilege('public', f, 'execute'))::int
  from unnest(array[
      'staff.class_head(text, bigint, date)', 'staff.class_list(text)', 'staff.class_lessons(text, bigint, date, boolean)',
      'staff.class_grid(text, bigint, date, boolean)', 'staff.class_absent_long(text, bigint)',
      'staff.class_unrolled(text, bigint, date)', 'staff.class_unsigned(text, bigint, date)',
      'staff.class_excuses(text, bigint, integer)', 'staff.class_decide(text, bigint, boolean, boolean, text)',
      'staff.class_file(text, bigint)', 'staff.class_absence(text, bigint, bigint)', 'staff.class_codes(text, bigint, bigint)',
      'staff.class_reason(text, bigint, bigint, bigint, bigint, text)', 'staff.class_export(text, bigint, date, date)']) f;
select 1 / (not has_function_privilege('kabinet_class', 'school.class_members(bigint, date, date)', 'execute'))::int;

rollback;
