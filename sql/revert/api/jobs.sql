-- Revert kabinet:api/jobs from pg

begin;

drop schema job_api cascade;
call auth.drop_program('jobs');

commit;
