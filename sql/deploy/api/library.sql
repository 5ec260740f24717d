-- Deploy kabinet:api/library to pg
-- requires: api/settings
-- requires: tables/library

-- The families' side of the library.

begin;

commit;
