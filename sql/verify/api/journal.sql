-- Verify kabinet:api/journal on pg

begin;

select 1 / (has_function_privilege('kabinet_journal', f, 'execute') and not has_function_privilege('public', f, 'execute'))::int
  from unnest(array[
      'staff.journal_days(text, date)',
      'staff.journal_day(text, date)',
      'staff.journal_gaps(text)',
      'staff.journal_classes(text)',
      'staff.journal_lesson(text, bigint)',
      'staff.journal_roll(text, bigint)',
      'staff.journal_codes(text)',
      'staff.journal_save_roll(text, uuid, bigint, bigint[], bigint[], bigint[], integer[], text, text, text, bigint)',
      'staff.journal_save_theme(text, uuid, bigint, text, text)',
      'staff.journal_works(text, bigint)',
      'staff.journal_work(text, bigint, bigint)',
      'staff.journal_kinds(text)',
      'staff.journal_exam_tasks(text, bigint)',
      'staff.journal_marks(text, bigint, bigint)',
      'staff.journal_save_marks(text, uuid, bigint, bigint, uuid, bigint, text, integer, boolean, bigint, text, bigint[], text[], text, date, text)',
      'staff.journal_drop_work(text, bigint)',
      'staff.journal_mark(text, bigint, bigint)',
      'staff.journal_history(text, bigint, bigint)',
      'staff.journal_save_mark(text, uuid, bigint, bigint, integer, text, text, date, text, text)',
      'staff.journal_targets(text, bigint)',
      'staff.journal_homework(text, bigint, bigint)',
      'staff.journal_homework_files(text, bigint, bigint)',
      'staff.journal_task(text, bigint)',
      'staff.journal_answers(text, bigint)',
      'staff.journal_save_homework(text, uuid, bigint, bigint, text, integer, text, boolean, text, uuid[])',
      'staff.journal_add_file(text, uuid, integer, bigint, bigint, text, text, bytea)',
      'staff.journal_file(text, uuid)',
      'staff.journal_questions(text, bigint)',
      'staff.journal_reply(text, uuid, bigint, text)',
      'staff.journal_undo(text, uuid)',
      'staff.journal_terms(text, bigint)',
      'staff.journal_class(text, bigint, bigint, bigint, bigint)',
      'staff.journal_grid_days(text, bigint, bigint, bigint, bigint, integer)',
      'staff.journal_grid(text, bigint, bigint, bigint, bigint, integer)',
      'staff.journal_save_finals(text, uuid, bigint, bigint, bigint, bigint, bigint[], text[], text, text)']) f;
select 1 / (not has_function_privilege('kabinet_journal', h, 'execute'))::int
  from unnest(array['school.journal_lesson(auth.staff_visit, bigint, boolean)', 'school.roll_of(bigint)']) h;

rollback;
