-- Verify kabinet:api/appeals on pg

begin;

select 1 / (has_function_privilege('kabinet_appeals', f, 'execute') and not has_function_privilege('public', f, 'execute'))::int
  from unnest(array[
      'cabinet.appeals_list(text, boolean, text, integer, bigint)', 'cabinet.appeals_frame(text)',
      'cabinet.appeals_categories(text)',
      'cabinet.appeals_send(text, uuid, text, text, text, text, text, bytea, text, text, bytea, text, text, bytea)',
      'cabinet.appeals_appeal(text, bigint)', 'cabinet.appeals_messages(text, bigint, integer, bigint)',
      'cabinet.appeals_files(text, bigint)', 'cabinet.appeals_steps(text, bigint)', 'cabinet.appeals_file(text, uuid)',
      'cabinet.appeals_add(text, uuid, bigint, bigint, text, text, text, bytea, text, text, bytea, text, text, bytea)',
      'cabinet.appeals_close(text, bigint, bigint, integer, text)', 'cabinet.appeals_withdraw(text, bigint, bigint)',
      'cabinet.appeals_read(text, bigint)', 'cabinet.appeals_hints(text, text)',
      'cabinet.appeals_faq(text, text, text, integer, bigint)', 'cabinet.appeals_helped(text, bigint)']) f;
select 1 / (not has_function_privilege('kabinet_appeals', 'appeal.send(bigint, text, text, text, uuid[])', 'execute'))::int;

rollback;
