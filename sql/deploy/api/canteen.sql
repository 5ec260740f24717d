-- Deploy kabinet:api/canteen to pg
-- requires: api/staff
-- requires: tables/canteen

begin;

call auth.add_program('canteen', 'The canteen: menu, serving, buffet', 'staff');
set local role kabinet_owner;

commit;
