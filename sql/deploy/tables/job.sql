-- Deploy kabinet:tables/job to pg

-- Jobs that run by themselves.

begin;

set local role kabinet_owner;

commit;
