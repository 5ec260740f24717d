-- Verify kabinet:api/tutor on pg

begin;

select 1 / (has_function_privilege('kabinet_tutor', f, 'execute') and not has_function_privilege('public', f, 'execute'))::int
  from unnest(array[
      'staff.class_list(text)', 'staff.tutor_head(text, bigint, date, bigint)', 'staff.tutor_menus(text, bigint, date)',
      'staff.tutor_pupils(text, bigint, date, bigint)', 'staff.tutor_foresee(text, bigint, bigint, bigint[])',
      'staff.tutor_write_off(text, uuid, bigint, bigint, bigint[])', 'staff.tutor_batches(text, bigint)', 'staff.tutor_batch(text, bigint)',
      'staff.tutor_batch_lines(text, bigint)', 'staff.tutor_paid(text, bigint, bigint, bigint, integer)',
      'staff.tutor_refundable(text, text, bigint)', 'staff.tutor_refund(text, uuid, text, bigint, text)', 'staff.tutor_gaps(text, bigint)',
      'staff.tutor_counts(text, date)']) f;
select 1 / (not has_function_privilege('kabinet_tutor', 'canteen.serve(bigint, bigint, bigint, date, bigint, text)', 'execute'))::int;

rollback;
