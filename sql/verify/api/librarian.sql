-- Verify kabinet:api/librarian on pg

begin;

select 1 / count(*) from pg_roles where rolname = 'kabinet_librarian';

rollback;
