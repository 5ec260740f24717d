-- Revert kabinet:api/librarian from pg

begin;

drop function
    staff.librarian_scan(text, uuid, text, bigint, text, bigint, bigint),
    staff.librarian_scanned(text, bigint),
    staff.librarian_scans(text),
    staff.librarian_undo(text, bigint),
    staff.librarian_spoil(text, bigint, text, boolean),
    staff.librarian_named(text, text, integer),
    staff.librarian_reader(text, bigint),
    staff.librarian_loans(text, bigint),
    staff.librarian_holds(text, bigint),
    staff.librarian_today(text),
    library.act(auth.staff_visit, library.copy, text, bigint, library.class_set),
    library.undoable(bigint),
    library.charged_kop(library.loan),
    library.price_kop(library.copy),
    library.own_set(auth.staff_visit, bigint),
    library.own_title(auth.staff_visit, bigint),
    library.own_copy(auth.staff_visit, bigint),
    library.own_reader(auth.staff_visit, bigint);
call auth.drop_program('librarian');

commit;
