/*
 * home.c -- Главная: balance, statistics, announcements, contacts; the rules; the site's «не
 * найдено» and /health.
 */
#include "app.h"

#define NEWS_ON_HOME  3
#define NEWS_ON_PAGE 20

enum question { Q_ACCOUNT, Q_STATISTICS, Q_ANNOUNCEMENTS, Q_CONTACTS, Q__COUNT };
static const struct db_question questions[Q__COUNT] = {
	[Q_ACCOUNT]       = { "cabinet.home($1)" },
	[Q_STATISTICS]    = { "cabinet.home_statistics($1)" },
	[Q_ANNOUNCEMENTS] = { "cabinet.home_announcements($1, $2::int, $3::bigint)" },
	[Q_CONTACTS]      = { "cabinet.home_contacts($1)" },
};

/* GET / */
static enum reply
show_home(struct request *rq)
{
	struct db_rows *account = db_ask(rq, Q_ACCOUNT);
	struct db_rows *statistics = db_ask(rq, Q_STATISTICS);
	struct db_rows *announcements = db_ask(rq, Q_ANNOUNCEMENTS, DB_INT(NEWS_ON_HOME), DB_NULL);
	struct db_rows *contacts = db_ask(rq, Q_CONTACTS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "home");
	view_flag(page, "has_account", rq->visitor.is_parent);
	view_values(page, account);
	view_rows(page, "statistic", statistics);
	view_rows(page, "announcement", announcements);
	view_rows(page, "contact", contacts);
	return view_send(rq, page);
}

/* GET /announcements[?before=ID] -- newest first, by pages. */
static enum reply
show_announcements(struct request *rq)
{
	int64_t before = form_int(rq, "before", 1, INT64_MAX, 0);
	struct db_rows *news = db_ask(rq, Q_ANNOUNCEMENTS, DB_INT(NEWS_ON_PAGE + 1), DB_ID(before));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "announcements");
	view_pager(rq, page, news, NEWS_ON_PAGE, "id");
	view_rows(page, "announcement", news);
	return view_send(rq, page);
}

static enum reply
show_rules(struct request *rq)
{
	return view_send(rq, view_new(rq, "rules"));
}

/* GET /health -- for monitoring: does this program and its database answer? */
static enum reply
show_health(struct request *rq)
{
	static const char good[] = "ok\n", bad[] = "database\n";

	if (db_check())
		return app_send(rq, 200, "text/plain", NULL, good, sizeof good - 1);
	return app_send(rq, 503, "text/plain", NULL, bad, sizeof bad - 1);
}

static const struct route routes[] = {
	{ "GET", "/",              show_home,          ACCESS_PARENT | ACCESS_PUPIL },
	{ "GET", "/announcements", show_announcements, ACCESS_PARENT | ACCESS_PUPIL },
	{ "GET", "/rules",         show_rules,         ACCESS_ANYONE | ACCESS_PARENT | ACCESS_PUPIL },
	{ "GET", "/health",        show_health,        ACCESS_ANYONE },
};

APP_MAIN("home")
