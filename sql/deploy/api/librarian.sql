-- Deploy kabinet:api/librarian to pg
-- requires: api/staff
-- requires: tables/library

-- The library's desk.

begin;

commit;
