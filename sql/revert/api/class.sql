-- Revert kabinet:api/class from pg

begin;

drop function staff.class_head, staff.class_list, staff.class_lessons, staff.class_grid, staff.class_absent_long,
    staff.class_unrolled, staff.class_unsigned, staff.class_excuses, staff.class_decide, staff.class_file, staff.class_absence,
    staff.class_codes, staff.class_reason, staff.class_export;
drop function school.absent_in_a_row, school.days_shown, school.class_members, school.tutored_excuse, school.tutored, school.streak_days;
drop type school.tutored;
call auth.drop_program('class');

commit;
