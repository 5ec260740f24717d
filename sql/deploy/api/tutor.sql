-- Deploy kabinet:api/tutor to pg
-- requires: api/staff
-- requires: tables/canteen
-- requires: tables/service

begin;

call auth.add_program('tutor', 'The class tutor: meals of the class, refunds', 'staff');
set local role kabinet_owner;

commit;
