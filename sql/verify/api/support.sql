-- Verify kabinet:api/support on pg

begin;

select 1 / (has_function_privilege('kabinet_support', f, 'execute') and not has_function_privilege('public', f, 'execute'))::int
  from unnest(array[
      'staff.support_summary(text)', 'staff.support_queues(text)', 'staff.support_categories(text)',
      'staff.support_list(text, text, text, text, text, date, date, integer, boolean, text, bigint, integer)',
      'staff.support_export(text, text, text, text, text, date, date, integer, boolean, text)', 'staff.support_appeal(text, bigint)',
      'staff.support_messages(text, bigint, bigint)', 'staff.support_steps(text, bigint)', 'staff.support_others(text, bigint)',
      'staff.support_colleagues(text, bigint)', 'staff.support_file(text, uuid)', 'staff.support_step(text, bigint, integer, text)',
      'staff.support_assign(text, bigint, integer, bigint, text)', 'staff.support_priority(text, bigint, integer)',
      'staff.support_send_on(text, bigint, integer, text, text)',
      'staff.support_answer(text, uuid, bigint, integer, boolean, text, text, text, bytea, text, text, bytea, text, text, bytea)',
      'staff.support_note(text, uuid, bigint, text)', 'staff.support_templates(text, bigint)',
      'staff.support_filled(text, bigint, bigint)', 'staff.support_template(text, bigint)',
      'staff.support_template_save(text, uuid, bigint, text, text, text, boolean)', 'staff.support_faq(text)',
      'staff.support_draft(text, bigint)', 'staff.support_publish(text, uuid, bigint, text, text)',
      'staff.support_withdraw(text, bigint)', 'staff.support_period(text, date, date)', 'staff.support_by_category(text, date, date)',
      'staff.support_by_person(text, date, date)']) f;

rollback;
