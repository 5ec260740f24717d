-- Deploy kabinet:api/catalogue to pg
-- requires: api/librarian

-- Import, inventory and reports of the library.

begin;

commit;
