-- Verify kabinet:api/librarian on pg

begin;

rollback;
