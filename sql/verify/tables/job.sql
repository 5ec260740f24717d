-- Verify kabinet:tables/job on pg

begin;

select name, title, rank, is_per_school, every, at, late_after, since from job.job where false;
select id, job, started_at, ended_at, is_ok, rows, failed, words, ms from job.run where false;
select id, job, staff_id, asked_at, run_id from job.request where false;

rollback;
