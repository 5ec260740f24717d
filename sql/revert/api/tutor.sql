-- Revert kabinet:api/tutor from pg

begin;

drop function staff.tutor_head, staff.tutor_menus, staff.tutor_pupils, staff.tutor_foresee, staff.tutor_write_off, staff.tutor_batches,
    staff.tutor_batch, staff.tutor_batch_lines, staff.tutor_paid, staff.tutor_refundable, staff.tutor_refund, staff.tutor_gaps,
    staff.tutor_counts;
drop function canteen.tutored_paid, canteen.paid, canteen.tutored_batch, canteen.day_words, canteen.tutored_pupils,
    canteen.tutored_choice, canteen.tutored_menu;
revoke execute on function staff.class_list(text) from kabinet_tutor;
call auth.drop_program('tutor');

commit;
