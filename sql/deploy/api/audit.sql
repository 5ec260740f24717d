-- Deploy kabinet:api/audit to pg
-- requires: api/staff
-- requires: api/settings

-- Who did and saw what.

begin;

commit;
