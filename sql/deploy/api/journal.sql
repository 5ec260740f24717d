-- Deploy kabinet:api/journal to pg
-- requires: api/staff
-- requires: tables/study

begin;

call auth.add_program('journal', 'The teacher: lessons, rolls, marks, homework', 'staff');
set local role kabinet_owner;

commit;
