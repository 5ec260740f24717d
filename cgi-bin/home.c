/*
 * home.c -- Главная: balance, statistics, what is new and what is to come, announcements, contacts;
 * Рейтинг: places, subjects, readiness for exams; the rules; the site's «не найдено» and /health.
 */
#include "app.h"
#include "text.h"

#define NEWS_ON_HOME  3
#define NEWS_ON_PAGE 20
#define HISTORY_ROWS 15   /* of the table below the chart */

enum question {
	Q_ACCOUNT, Q_BOOKS, Q_FIGURES, Q_PLACES, Q_MARKS, Q_AHEAD, Q_WEEK, Q_CHILDREN, Q_NOW, Q_APPEALS,
	Q_ANNOUNCEMENTS, Q_CONTACTS, Q_SUBJECTS, Q_HISTORY, Q_EXAMS, Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_ACCOUNT]       = { "cabinet.home($1)" },
	[Q_BOOKS]         = { "cabinet.home_books($1)" },
	[Q_FIGURES]       = { "cabinet.home_figures($1)" },
	[Q_PLACES]        = { "cabinet.home_places($1)" },
	[Q_MARKS]         = { "cabinet.home_marks($1)" },
	[Q_AHEAD]         = { "cabinet.home_ahead($1)" },
	[Q_WEEK]          = { "cabinet.home_week($1)" },
	[Q_CHILDREN]      = { "cabinet.home_children($1)" },
	[Q_NOW]           = { "cabinet.home_now($1)" },
	[Q_APPEALS]       = { "cabinet.home_appeals($1)" },
	[Q_ANNOUNCEMENTS] = { "cabinet.home_announcements($1, $2::int, $3::bigint)" },
	[Q_CONTACTS]      = { "cabinet.home_contacts($1)" },
	[Q_SUBJECTS]      = { "cabinet.home_subjects($1)" },
	[Q_HISTORY]       = { "cabinet.home_history($1, $2)" },
	[Q_EXAMS]         = { "cabinet.home_exams($1)" },
};

/* GET / */
static enum reply
show_home(struct request *rq)
{
	struct db_rows *account = db_ask(rq, Q_ACCOUNT);
	struct db_rows *books = db_ask(rq, Q_BOOKS);
	struct db_rows *figures = db_ask(rq, Q_FIGURES);
	struct db_rows *places = db_ask(rq, Q_PLACES);
	struct db_rows *marks = db_ask(rq, Q_MARKS);
	struct db_rows *ahead = db_ask(rq, Q_AHEAD);
	struct db_rows *week = db_ask(rq, Q_WEEK);
	struct db_rows *children = db_ask(rq, Q_CHILDREN);
	struct db_rows *now = db_ask(rq, Q_NOW);
	struct db_rows *appeals = db_ask(rq, Q_APPEALS);
	struct db_rows *announcements = db_ask(rq, Q_ANNOUNCEMENTS, DB_INT(NEWS_ON_HOME), DB_NULL);
	struct db_rows *contacts = db_ask(rq, Q_CONTACTS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "home");
	view_flag(page, "has_account", rq->visitor.is_parent);
	view_values(page, account);
	view_rows(page, "books", books);
	view_values(page, figures);
	view_values(page, now);
	view_values(page, appeals);
	view_rows(page, "place", places);
	view_rows(page, "mark", marks);
	view_groups(page, "day", "due", ahead, "day");
	view_rows(page, "week", week);
	view_groups(page, "panel", "latest", children, "idn");
	view_rows(page, "announcement", announcements);
	view_rows(page, "contact", contacts);
	return view_send(rq, page);
}

/* ---- Рейтинг --------------------------------------------------------------------------------- */

static const char *const scopes[] = { "class", "parallel", "school", "region", NULL };

/* The chart of places: a step for each day on which something changed, the best place on top. */
struct chart { int first, last, best, worst; };
#define CHART_WIDTH  600
#define CHART_HEIGHT 140
#define CHART_EDGE     2   /* half a stroke */

static int
days_of(const struct db_rows *history, int row)
{
	struct date day;

	return date_parse(db_text(history, row, "day"), &day) ? date_to_days(day) : 0;
}

static struct chart
measure(struct request *rq, const struct db_rows *history)
{
	int count = db_row_count(history);
	struct chart chart = { .best = INT32_MAX, .worst = 0 };
	struct date today;

	chart.first = days_of(history, 0);
	chart.last = date_parse(rq->visitor.today, &today) ? date_to_days(today)
							   : days_of(history, count - 1);
	for (int i = 0; i < count; i++) {
		int place = (int)db_int(history, i, "place");

		if (place < chart.best)
			chart.best = place;
		if (place > chart.worst)
			chart.worst = place;
	}
	return chart;
}

static int
chart_x(const struct chart *chart, int day)
{
	return chart->last > chart->first
	    ? CHART_WIDTH * (day - chart->first) / (chart->last - chart->first)
	    : 0;
}

static int
chart_y(const struct chart *chart, int place)
{
	int64_t range = chart->worst - chart->best, height = CHART_HEIGHT - 2 * CHART_EDGE;

	return CHART_EDGE + (int)(range > 0 ? height * (place - chart->best) / range : height / 2);
}

static void
add_chart(struct request *rq, struct view *page, const struct db_rows *history)
{
	int count = db_row_count(history);
	const char *line = "";
	struct chart chart = { 0 };

	if (count > 0) {
		chart = measure(rq, history);
		for (int i = 0; i < count; i++) {
			int x = chart_x(&chart, days_of(history, i)),
			    y = chart_y(&chart, (int)db_int(history, i, "place"));

			line = i == 0 ? arena_printf(rq->arena, "M%d %d", x, y) :
			    arena_printf(rq->arena, "%sH%dV%d", line, x, y);
		}
		line = arena_printf(rq->arena, "%sH%d", line, CHART_WIDTH);
	}
	view_text(page, "line", line);
	view_int(page, "best", chart.best);
	view_int(page, "worst", chart.worst);
	view_text(page, "chart_from", count > 0 ? db_text(history, 0, "day") : "");
	view_text(page, "chart_to", rq->visitor.today);
}

/* The table beside the chart: newest first, as many rows as a person reads. */
static void
add_history(struct view *page, const struct db_rows *history)
{
	int count = db_row_count(history), last = count > HISTORY_ROWS ? count - HISTORY_ROWS : 0;

	if (count == 0)
		view_none(page, "moment");
	for (int i = count - 1; i >= last; i--) {
		struct view *row = view_add(page, "moment");
		int move = i > 0
		    ? (int)(db_int(history, i - 1, "place") - db_int(history, i, "place"))
		    : 0;

		view_text(row, "day", db_text(history, i, "day"));
		view_int(row, "place", db_int(history, i, "place"));
		view_int(row, "among", db_int(history, i, "among"));
		view_int(row, "weighted", db_int(history, i, "weighted"));
		view_text(row, "trend", move > 0 ? "up" : move < 0 ? "down" : "");
		view_int(row, "move", move > 0 ? move : -move);
	}
}

/* Of which place the history is shown; the links keep nothing else. */
static void
add_choices(struct request *rq, struct view *page, const struct db_rows *places, const char *scope)
{
	if (db_row_count(places) == 0)
		view_none(page, "choice");
	for (int i = 0; i < db_row_count(places); i++) {
		struct view *row = view_add(page, "choice");
		const char *name = db_text(places, i, "scope");

		view_text(row, "url", url_path(rq, "/rating", "scope", name, NULL));
		view_text(row, "title", db_text(places, i, "title"));
		view_flag(row, "is_current", strcmp(name, scope) == 0);
	}
}

/* GET /rating[?scope=class|parallel|school|region] */
static enum reply
show_rating(struct request *rq)
{
	const char *scope = form_choice(rq, "scope", scopes, "class");
	struct db_rows *figures = db_ask(rq, Q_FIGURES);
	struct db_rows *places = db_ask(rq, Q_PLACES);
	struct db_rows *subjects = db_ask(rq, Q_SUBJECTS);
	struct db_rows *history = db_ask(rq, Q_HISTORY, DB_TEXT(scope));
	struct db_rows *exams = db_ask(rq, Q_EXAMS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "rating");
	view_values(page, figures);
	view_rows(page, "place", places);
	add_choices(rq, page, places, scope);
	view_rows(page, "subject", subjects);
	add_chart(rq, page, history);
	add_history(page, history);
	view_groups(page, "exam_subject", "task", exams, "subject");
	return view_send(rq, page);
}

/* ---- the rest -------------------------------------------------------------------------------- */

/* GET /announcements[?before=ID] -- newest first, by pages. */
static enum reply
show_announcements(struct request *rq)
{
	int64_t before = form_id(rq, "before");
	struct db_rows *news = db_ask(rq, Q_ANNOUNCEMENTS, DB_INT(NEWS_ON_PAGE + 1), DB_ID(before));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "announcements");
	view_pager(rq, page, "/announcements", news, NEWS_ON_PAGE, "id");
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
	{ "GET", "/rating",        show_rating,        ACCESS_PARENT | ACCESS_PUPIL },
	{ "GET", "/announcements", show_announcements, ACCESS_PARENT | ACCESS_PUPIL },
	{ "GET", "/rules",         show_rules,         ACCESS_ANYONE | ACCESS_PARENT | ACCESS_PUPIL },
	{ "GET", "/health",        show_health,        ACCESS_ANYONE },
};

APP_MAIN("home")
