-- Revert kabinet:api/appeals from pg

begin;

drop function
    cabinet.appeals_list, cabinet.appeals_frame, cabinet.appeals_categories, cabinet.appeals_send, cabinet.appeals_appeal,
    cabinet.appeals_messages, cabinet.appeals_files, cabinet.appeals_steps, cabinet.appeals_file, cabinet.appeals_add,
    cabinet.appeals_close, cabinet.appeals_withdraw, cabinet.appeals_read, cabinet.appeals_hints, cabinet.appeals_faq,
    cabinet.appeals_helped;
drop function appeal.own, appeal.term, appeal.check_new, appeal.keep_files, appeal.reopen_until, appeal.locked_own;
call auth.drop_program('appeals');

commit;
