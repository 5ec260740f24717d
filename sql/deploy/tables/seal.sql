-- Deploy kabinet:tables/seal to pg

-- Sealed days (I10).

begin;

set local role kabinet_owner;

commit;
