-- Deploy kabinet:api/support to pg
-- requires: api/staff
-- requires: tables/appeal

-- The desk that answers appeals.

begin;

commit;
