-- Verify kabinet:api/diary on pg

begin;

select 1 / has_function_privilege('kabinet_diary', f, 'execute')::int
  from unnest(array[
      'cabinet.diary_page(text, date, boolean)',
      'cabinet.diary_days(text, date, boolean)',
      'cabinet.diary_lessons(text, date, boolean)',
      'cabinet.diary_marks(text, date, boolean)',
      'cabinet.diary_files(text, date, boolean)',
      'cabinet.diary_sign(text, date)',
      'cabinet.diary_homework(text)',
      'cabinet.diary_done(text, bigint, boolean)',
      'cabinet.diary_task(text, bigint)',
      'cabinet.diary_task_files(text, bigint)',
      'cabinet.diary_answers(text, bigint)',
      'cabinet.diary_answer(text, uuid, bigint, text, text, text, bytea, text, text, bytea, text, text, bytea)',
      'cabinet.diary_file(text, uuid)',
      'cabinet.diary_terms(text, bigint)',
      'cabinet.diary_subjects(text, bigint, text)',
      'cabinet.diary_term_marks(text, bigint, bigint, date, integer)',
      'cabinet.diary_changes(text, bigint, bigint)',
      'cabinet.diary_weeks(text, bigint, bigint)',
      'cabinet.diary_subject(text, bigint, bigint)',
      'cabinet.diary_topics(text, bigint, bigint, integer)',
      'cabinet.diary_kinds(text)',
      'cabinet.diary_years(text, bigint)',
      'cabinet.diary_year_terms(text, bigint)',
      'cabinet.diary_finals(text, bigint)',
      'cabinet.diary_lesson(text, bigint)',
      'cabinet.diary_messages(text, bigint)',
      'cabinet.diary_ask(text, uuid, bigint, text)']) f;
select 1 / (not has_function_privilege('kabinet_diary', f, 'execute'))::int
  from unnest(array[
      'school.pupils_year(bigint, bigint, date)',
      'school.class_sums(bigint, bigint)',
      'school.least_pupils()',
      'school.pupils_homework(bigint, bigint)',
      'school.overdue_homework(bigint, date)',
      'school.overdue_days()',
      'school.local_day(auth.visit)',
      'school.pupils_term(bigint, bigint, date)',
      'school.diary_span(date, date, boolean)',
      'school.is_pupils_lesson(bigint, bigint)',
      'school.pupils_lessons(bigint, date, date)']) f;

rollback;
