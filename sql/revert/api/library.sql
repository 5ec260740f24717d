-- Revert kabinet:api/library from pg

begin;

drop function cabinet.library_reader, cabinet.library_loans, cabinet.library_losses, cabinet.library_renew, cabinet.library_holds,
    cabinet.library_hold, cabinet.library_hold_drop, cabinet.library_hold_sleep, cabinet.library_search, cabinet.library_shelf,
    cabinet.library_title, cabinet.library_copies, cabinet.library_history, cabinet.library_remember, cabinet.library_card, cabinet.library_debts;
drop function library.hold_of, library.max_sleep, library.find_limit, library.kind_words, library.kind_word;
call auth.drop_program('library');

commit;
