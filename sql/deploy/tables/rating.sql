-- Deploy kabinet:tables/rating to pg
-- requires: tables/study

begin;

set local role kabinet_owner;

commit;
