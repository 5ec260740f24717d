-- Revert kabinet:api/admin from pg

begin;

drop function staff.admin_ask(text, text);
drop function staff.admin_books(text);
drop function staff.admin_runs(text, text, bigint, integer);
drop function staff.admin_jobs(text, text);
drop function job.last_ok(text);
drop function job.zone_of(auth.staff_visit);
drop function job.every_words(job.job);
call auth.drop_program('admin');

commit;
