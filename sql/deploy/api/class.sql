-- Deploy kabinet:api/class to pg
-- requires: api/staff
-- requires: tables/study

begin;

call auth.add_program('class', 'The class tutor: attendance, excuses, signatures', 'staff');
set local role kabinet_owner;

commit;
