-- Revert kabinet:api/attendance from pg

begin;

drop function cabinet.attendance_terms, cabinet.attendance_summary, cabinet.attendance_days, cabinet.attendance_subjects,
    cabinet.attendance_missed, cabinet.attendance_day, cabinet.attendance_lessons, cabinet.attendance_excuses,
    cabinet.attendance_excuse_form, cabinet.attendance_excuse, cabinet.attendance_withdraw, cabinet.attendance_file;
drop function school.check_excuse, school.attendance_period, school.terms_of;
drop type school.attendance_period;
call auth.drop_program('attendance');

commit;
