-- Deploy kabinet:api/head to pg
-- requires: api/staff
-- requires: tables/study

begin;

call auth.add_program('head', 'The head: timetable, substitutions, terms, completion', 'staff');
set local role kabinet_owner;

commit;
