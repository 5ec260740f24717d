-- Deploy kabinet:api/gate to pg
-- requires: api/staff
-- requires: tables/gate

begin;

call auth.add_program('gate', 'The guard: who comes and goes', 'staff');
set local role kabinet_owner;

commit;
