-- Revert kabinet:api/diary from pg

begin;

drop function cabinet.diary_ask(text, uuid, bigint, text);
drop function cabinet.diary_messages(text, bigint);
drop function cabinet.diary_lesson(text, bigint);
drop function cabinet.diary_finals(text, bigint);
drop function cabinet.diary_year_terms(text, bigint);
drop function cabinet.diary_years(text, bigint);
drop function cabinet.diary_kinds(text);
drop function cabinet.diary_topics(text, bigint, bigint, integer);
drop function cabinet.diary_subject(text, bigint, bigint);
drop function cabinet.diary_weeks(text, bigint, bigint);
drop function cabinet.diary_changes(text, bigint, bigint);
drop function cabinet.diary_term_marks(text, bigint, bigint, date, integer);
drop function cabinet.diary_subjects(text, bigint, text);
drop function cabinet.diary_terms(text, bigint);
drop function cabinet.diary_file(text, uuid);
drop function cabinet.diary_answer(text, uuid, bigint, text, text, text, bytea, text, text, bytea, text, text, bytea);
drop function cabinet.diary_answers(text, bigint);
drop function cabinet.diary_task_files(text, bigint);
drop function cabinet.diary_task(text, bigint);
drop function cabinet.diary_done(text, bigint, boolean);
drop function cabinet.diary_homework(text);
drop function cabinet.diary_sign(text, date);
drop function cabinet.diary_files(text, date, boolean);
drop function cabinet.diary_marks(text, date, boolean);
drop function cabinet.diary_lessons(text, date, boolean);
drop function cabinet.diary_days(text, date, boolean);
drop function cabinet.diary_page(text, date, boolean);
drop function school.pupils_year(bigint, bigint, date);
drop function school.class_sums(bigint, bigint);
drop function school.least_pupils();
drop function school.pupils_homework(bigint, bigint);
drop function school.overdue_homework(bigint, date);
drop function school.overdue_days();
drop function school.local_day(auth.visit);
drop function school.pupils_term(bigint, bigint, date);
drop function school.diary_span(date, date, boolean);
drop function school.is_pupils_lesson(bigint, bigint);
drop function school.pupils_lessons(bigint, date, date);
drop type school.span;
call auth.drop_program('diary');

commit;
