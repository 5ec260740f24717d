-- Verify kabinet:api/services on pg

begin;

select 1 / (has_function_privilege('kabinet_services', f, 'execute') and not has_function_privilege('public', f, 'execute'))::int
  from unnest(array[
      'staff.services_teams(text)', 'staff.services_team(text, bigint)', 'staff.services_members(text, bigint)',
      'staff.services_batches(text, bigint)', 'staff.services_lesson(text, bigint, date)',
      'staff.services_foresee(text, bigint, date, bigint[])', 'staff.services_write_off(text, uuid, bigint, date, bigint[])',
      'staff.services_batch(text, bigint)', 'staff.services_batch_lines(text, bigint)', 'staff.services_charge(text, bigint)',
      'staff.services_undo(text, uuid, bigint, text)', 'staff.services_month(text, bigint, date)', 'staff.services_days(text, bigint, date)',
     
      'staff.services_pupils(text, bigint, date)', 'staff.services_export(text, bigint, date)', 'staff.services_prices(text)',
      'staff.services_price_save(text, uuid, bigint, text, text, bigint, boolean)', 'staff.services_teachers(text)',
      'staff.services_team_save(text, uuid, bigint, bigint, text, bigint, boolean)', 'staff.services_classes(text)',
      'staff.services_candidates(text, bigint, bigint)',
      'staff.services_members_add(text, uuid, bigint, bigint[], date, date, integer)', 'staff.services_member_end(text, bigint, date)']) f;
select 1 / (not has_function_privilege('kabinet_services', 'service.write_off(bigint, bigint, date, bigint)', 'execute'))::int;

rollback;
