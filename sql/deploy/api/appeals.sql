-- Deploy kabinet:api/appeals to pg
-- requires: api/login
-- requires: tables/appeal

-- The journal of appeals, for families.

begin;

commit;
