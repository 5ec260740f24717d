-- Revert kabinet:api/librarian from pg

begin;

drop function
    staff.librarian_today(text);
call auth.drop_program('librarian');

commit;
