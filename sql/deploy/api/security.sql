-- Deploy kabinet:api/security to pg
-- requires: api/session
-- requires: tables/gate

begin;

call auth.add_program('security', 'Entries and exits, cards, permits');
set local role kabinet_owner;

commit;
