-- Deploy kabinet:api/diary to pg
-- requires: api/session
-- requires: tables/study

begin;

call auth.add_program('diary', 'The diary: week, day, marks, averages, homework');
set local role kabinet_owner;

commit;
