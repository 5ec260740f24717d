-- Revert kabinet:api/support from pg

begin;

drop function staff.support_summary, staff.support_queues, staff.support_categories, staff.support_list, staff.support_export,
    staff.support_appeal, staff.support_messages, staff.support_steps, staff.support_others, staff.support_colleagues, staff.support_file,
    staff.support_step, staff.support_assign, staff.support_priority, staff.support_send_on, staff.support_answer, staff.support_note,
    staff.support_templates, staff.support_filled, staff.support_template, staff.support_template_save, staff.support_faq,
    staff.support_draft, staff.support_publish, staff.support_withdraw, staff.support_period, staff.support_by_category,
    staff.support_by_person;
drop function appeal.decimal, appeal.figures, appeal.leak, appeal.registered, appeal.locked, appeal.filtered, appeal.found, appeal.place,
    appeal.is_open, appeal.note_staff, appeal.visible, appeal.sees, appeal.staff_visit, appeal.role_of, appeal.desks;
call auth.drop_program('support');

commit;
