-- Revert kabinet:tables/study from pg

begin;

-- What sql/demo brought is no change of the plan, and its functions know these types.
drop schema if exists demo cascade;

drop trigger keep_enrolment on school.pupil;
drop function school.next_lesson, school.now_next, school.holidays_title, school.room_words;
drop table auth.calendar;
drop type auth.calendar_kind;
drop function school.expected_absences, school.open_absences, school.attendance_share, school.share_of,
    school.attendance_figures, school.lessons_of, school.code_for, school.excused_scope, school.excuse_window;
drop table school.journal_act, school.average, school.excuse, school.attendance, school.attendance_code, school.final_mark,
    school.mark_change, school.mark, school.work, school.exam_task, school.work_kind, school.week_signature,
    school.lesson_message, school.answer_file, school.homework_answer, school.homework_done, school.homework_file,
    school.homework, school.lesson, school.slot, school.teaching, school.subgroup_pupil, school.subgroup, school.subject,
    school.event, school.bell_day, school.bell, school.bells, school.day_off, school.term, school.enrolment;
drop function school.furnish, school.keep_enrolment, school.class_on, school.term_on, school.bells_on, school.attends,
    school.make_lessons, school.rebuild_averages,
    school.note_mark_change, school.sum_marks, school.mark_changed, school.work_changed, school.apply_excuse;
drop function school.count_revision;
drop domain school.mark_value;
drop type school.term_kind, school.event_kind, school.final_period, school.absence_scope, school.absence_reason,
    school.attendance_source, school.excuse_kind, school.excuse_state;

commit;
