/*
 * admin.c -- the administrator's desk: when each job last succeeded, its runs, the books in order.
 *
 * A job is never run here: «Выполнить сейчас» leaves a request, which scripts/jobs finds.
 */
#include "app.h"

#define RUNS_ON_PAGE  30
#define JOB_NAME_MAX  30

enum question { Q_JOBS, Q_RUNS, Q_BOOKS, Q_ASK, Q__COUNT };
static const struct db_question questions[Q__COUNT] = {
	[Q_JOBS]  = { "staff.admin_jobs($1, $2)" },
	[Q_RUNS]  = { "staff.admin_runs($1, $2, $3::bigint, $4::int)" },
	[Q_BOOKS] = { "staff.admin_books($1)" },
	[Q_ASK]   = { "staff.admin_ask($1, $2)" },
};

/* GET /staff/admin -- the jobs, and the state of the books. */
static enum reply
show_jobs(struct request *rq)
{
	struct db_rows *jobs = db_ask(rq, Q_JOBS, DB_NULL);
	struct db_rows *books = db_ask(rq, Q_BOOKS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "admin");
	view_values(page, books);
	view_rows(page, "job", jobs);
	return view_send(rq, page);
}

/* GET /staff/admin/job?name=[&before=] -- one job and its runs, newest first. */
static enum reply
show_job(struct request *rq)
{
	const char *name = form_text(rq, "name", JOB_NAME_MAX, "");
	int64_t before = form_id(rq, "before");
	struct db_rows *job = db_ask(rq, Q_JOBS, DB_TEXT(name));
	struct db_rows *runs = db_ask(rq, Q_RUNS, DB_TEXT(name), DB_ID(before),
	    DB_INT(RUNS_ON_PAGE + 1));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "admin-job");
	view_values(page, job);
	view_pager(rq, page, "/staff/admin/job", runs, RUNS_ON_PAGE, "id");
	view_rows(page, "run", runs);
	return view_send(rq, page);
}

/* POST /staff/admin/run name= -- asked twice is asked. */
static enum reply
ask_run(struct request *rq)
{
	const char *name = form_text(rq, "name", JOB_NAME_MAX, "");

	db_ask(rq, Q_ASK, DB_TEXT(name));
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/staff/admin/job", "name", name, "done", "job-ask", NULL);
}

static const struct route routes[] = {
	{ "GET",  "/staff/admin",     show_jobs, ACCESS_ADMIN },
	{ "GET",  "/staff/admin/job", show_job,  ACCESS_ADMIN },
	{ "POST", "/staff/admin/run", ask_run,   ACCESS_ADMIN },
};

APP_MAIN("admin", .audience = AUDIENCE_STAFF)
