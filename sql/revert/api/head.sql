-- Revert kabinet:api/head from pg

begin;

drop function staff.head_completion, staff.head_event_save, staff.head_event, staff.head_events,
    staff.head_bell_day, staff.head_bell_save, staff.head_bells, staff.head_day_off,
    staff.head_days, staff.head_term_save, staff.head_terms, staff.head_substitute,
    staff.head_substitutes, staff.head_lesson, staff.head_lessons, staff.head_slot_end,
    staff.head_slot_save, school.check_slot, staff.head_slot, staff.head_slots,
    staff.head_today, staff.head_subgroups, staff.head_subjects, staff.head_teachers,
    staff.head_classes, school.remake_school, school.remake_lessons, school.has_works,
    school.is_untouched, school.check_subject, school.check_staff, school.check_class,
    school.headed;
drop type school.headed;
call auth.drop_program('head');

commit;
