-- Deploy kabinet:api/services to pg
-- requires: api/staff
-- requires: tables/service

begin;

call auth.add_program('services', 'Paid services: prices, groups, write-off', 'staff');
set local role kabinet_owner;

commit;
