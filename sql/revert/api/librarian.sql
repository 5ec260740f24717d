-- Revert kabinet:api/librarian from pg

begin;

commit;
