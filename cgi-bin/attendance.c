/*
 * attendance.c -- Посещаемость: the term's days and figures, what was missed and why, and what the
 * family says about it (excuses).
 *
 * The term is the database's to choose: without one it answers for the term of the day, or the last
 * one begun, and says which it was.
 */
#include "app.h"
#include "text.h"

#define LINES_ON_PAGE   24
#define LINES_IN_PRINT  2000
#define EXCUSES_ON_PAGE 20
#define BODY_MAX_CHARS  1000   /* school.excuse.body */
#define MAX_WEEKS       60     /* a year has 53 */
#define CSV_MAX_BYTES   (1024 * 1024)

enum question {
	Q_TERMS, Q_SUMMARY, Q_DAYS, Q_SUBJECTS, Q_MISSED, Q_DAY, Q_LESSONS, Q_EXCUSES, Q_FORM,
	Q_EXCUSE, Q_WITHDRAW, Q_FILE, Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_TERMS]    = { "cabinet.attendance_terms($1)" },
	[Q_SUMMARY]  = { "cabinet.attendance_summary($1, $2::bigint, $3::date)" },
	[Q_DAYS]     = { "cabinet.attendance_days($1, $2::bigint, $3::date)" },
	[Q_SUBJECTS] = { "cabinet.attendance_subjects($1, $2::bigint, $3::date)" },
	[Q_MISSED]   = { "cabinet.attendance_missed($1, $2::bigint, $3::date, $4::int)" },
	[Q_DAY]      = { "cabinet.attendance_day($1, $2::date)" },
	[Q_LESSONS]  = { "cabinet.attendance_lessons($1, $2::bigint)" },
	[Q_EXCUSES]  = { "cabinet.attendance_excuses($1, $2::int)" },
	[Q_FORM]     = { "cabinet.attendance_excuse_form($1)" },
	[Q_EXCUSE]   = { "cabinet.attendance_excuse($1, $2::uuid, $3, $4, $5::date, $6::date, "
	    "$7, $8, $9, $10::bytea)" },
	[Q_WITHDRAW] = { "cabinet.attendance_withdraw($1, $2::bigint)" },
	[Q_FILE]     = { "cabinet.attendance_file($1, $2::bigint)" },
};

/* ---- the term -------------------------------------------------------------------------------- */

/* What the chart is drawn in: units of its viewBox. */
enum { CHART_LEFT = 34, CHART_TOP = 16, CHART_WIDTH = 360, CHART_HEIGHT = 100, BAR_MAX_WIDTH = 34 };

/*
 * A bar for each week that had a roll; the share itself is the database's. More than eight labels
 * would collide, so every n-th week has one: the table beside the chart has them all.
 */
static void
add_chart(struct view *page, const struct db_rows *days, int64_t floor_percent)
{
	int first_row[MAX_WEEKS], count = 0, step, each;

	for (int i = 0; i < db_row_count(days) && count < MAX_WEEKS; i++)
		if ((i == 0 ||
		    strcmp(db_text(days, i, "monday"), db_text(days, i - 1, "monday")) != 0) &&
		    db_int(days, i, "week_lessons") > 0)
			first_row[count++] = i;
	view_none(page, "bar");
	view_int(page, "bars", count);
	view_int(page, "floor_y", CHART_TOP + CHART_HEIGHT - floor_percent * CHART_HEIGHT / 100);
	step = count > 0 ? CHART_WIDTH / count : CHART_WIDTH;
	each = (count + 7) / 8;
	for (int i = 0; i < count; i++) {
		struct view *bar = view_add(page, "bar");
		int64_t percent = db_int(days, first_row[i], "week_percent");
		int64_t height = percent * CHART_HEIGHT / 100;
		int width = step * 2 / 3 < BAR_MAX_WIDTH ? step * 2 / 3 : BAR_MAX_WIDTH;

		view_int(bar, "x", CHART_LEFT + i * step + (step - width) / 2);
		view_int(bar, "middle", CHART_LEFT + i * step + step / 2);
		view_int(bar, "y", CHART_TOP + CHART_HEIGHT - height);
		view_int(bar, "width", width);
		view_int(bar, "height", height);
		view_flag(bar, "is_low", percent < floor_percent);
		view_flag(bar, "has_label", i % each == 0);
		view_text(bar, "label", db_text(days, first_row[i], "week_label"));
		view_int(bar, "percent", percent);
	}
}

/* The terms of the latest year as chips, those of the years before folded away. */
static void
add_terms(struct request *rq, struct view *page, const struct db_rows *terms,
    const struct db_rows *summary)
{
	bool is_old_shown = false;

	view_none(page, "term");
	view_none(page, "old_term");
	for (int i = 0; i < db_row_count(terms); i++) {
		const char *id = db_text(terms, i, "term_id");
		const char *year = db_text(terms, i, "year_title");
		bool is_old = strcmp(year, db_text(terms, 0, "year_title")) != 0;
		bool is_current = strcmp(id, db_text(summary, 0, "term_id")) == 0;
		struct view *row = view_add(page, is_old ? "old_term" : "term");

		view_text(row, "url", url_path(rq, "/attendance", "term", id, NULL));
		view_text(row, "title", db_text(terms, i, "title"));
		view_text(row, "year", year);
		view_flag(row, "is_current", is_current);
		is_old_shown |= is_old && is_current;
	}
	view_flag(page, "is_old", is_old_shown);
}

/* GET /attendance[?term=][&day=][&print=1] */
static enum reply
show_attendance(struct request *rq)
{
	int64_t term = form_id(rq, "term");
	const char *day = form_date(rq, "day", NULL);
	bool is_print = form_flag(rq, "print");
	int limit = is_print ? LINES_IN_PRINT : LINES_ON_PAGE;
	struct db_rows *terms = db_ask(rq, Q_TERMS);
	struct db_rows *summary = db_ask(rq, Q_SUMMARY, DB_ID(term), DB_TEXT(day));
	struct db_rows *days = db_ask(rq, Q_DAYS, DB_ID(term), DB_TEXT(day));
	struct db_rows *subjects = db_ask(rq, Q_SUBJECTS, DB_ID(term), DB_TEXT(day));
	struct db_rows *missed = db_ask(rq, Q_MISSED, DB_ID(term), DB_TEXT(day), DB_INT(limit + 1));
	struct db_rows *lessons = db_ask(rq, Q_DAY, DB_TEXT(day));
	struct db_rows *excuses = db_ask(rq, Q_EXCUSES, DB_INT(EXCUSES_ON_PAGE));
	const char *shown, *term_id;
	bool has_sunday = false;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	shown = day != NULL ? day : db_text(summary, 0, "today");
	term_id = db_text(summary, 0, "term_id");
	page = view_new(rq, "attendance");
	view_values(page, summary);
	view_flag(page, "has_term", *term_id != '\0');
	view_flag(page, "is_print", is_print);
	view_text(page, "shown_day", shown);
	view_flag(page, "has_day", day != NULL || term == 0);
	for (int i = 0; i < db_row_count(days); i++)
		has_sunday |= db_int(days, i, "weekday") == 7;
	view_flag(page, "has_sunday", has_sunday);
	view_groups(page, "week", "cell", days, "monday");
	add_chart(page, days, db_int(summary, 0, "share_floor"));
	add_terms(rq, page, terms, summary);
	view_flag(page, "has_more", db_limit(missed, limit));
	view_groups(page, "missed_day", "line", missed, "day");
	view_rows(page, "subject", subjects);
	view_rows(page, "lesson", lessons);
	view_rows(page, "excuse", excuses);
	view_text(page, "csv_url", url_path(rq, "/attendance.csv", "term", term_id, NULL));
	view_text(page, "print_url",
	    url_path(rq, "/attendance", "term", term_id, "print", "1", NULL));
	view_text(page, "back_url", url_path(rq, "/attendance", "term", term_id, NULL));
	return view_send(rq, page);
}

/* ---- the export ------------------------------------------------------------------------------ */

static const char *
scope_words(const char *scope)
{
	if (strcmp(scope, "absent") == 0)
		return "пропуск";
	if (strcmp(scope, "late") == 0)
		return "опоздание";
	return strcmp(scope, "left") == 0 ? "ранний уход" : "присутствие";
}

static const char *
reason_words(const char *reason)
{
	if (strcmp(reason, "ill") == 0)
		return "болезнь";
	if (strcmp(reason, "excused") == 0)
		return "уважительная";
	if (strcmp(reason, "unexcused") == 0)
		return "неуважительная (НУП)";
	return strcmp(reason, "none") == 0 ? "не названа" : "";
}

/* GET /attendance.csv[?term=] -- every lesson with a roll, oldest first. */
static enum reply
send_csv(struct request *rq)
{
	int64_t term = form_id(rq, "term");
	struct db_rows *lessons = db_ask(rq, Q_LESSONS, DB_ID(term));
	struct text *csv;

	if (!db_answer(rq))
		return rq->db_reply;
	csv = app_csv(rq, CSV_MAX_BYTES, "Дата;Урок;Предмет;Отметка;Причина;Минут;Код журнала");
	for (int i = 0; i < db_row_count(lessons); i++) {
		app_csv_cell(csv, db_text(lessons, i, "day"), ";");
		app_csv_cell(csv, db_text(lessons, i, "number"), ";");
		app_csv_cell(csv, db_text(lessons, i, "subject"), ";");
		app_csv_cell(csv, scope_words(db_text(lessons, i, "scope")), ";");
		app_csv_cell(csv, reason_words(db_text(lessons, i, "reason")), ";");
		app_csv_cell(csv, db_text(lessons, i, "minutes"), ";");
		app_csv_cell(csv, db_text(lessons, i, "code_title"), "\r\n");
	}
	return app_send_csv(rq, csv, "Посещаемость.csv");
}

/* ---- excuses --------------------------------------------------------------------------------- */

static const char *const kinds[] = { "absence", "late", "early", NULL };
static const char *const reasons[] = { "ill", "excused", NULL };

/*
 * GET /attendance/excuse[?kind=&first=&last=] -- a link from a missed lesson fills in what it
 * knows.
 */
static enum reply
show_excuse_form(struct request *rq)
{
	struct db_rows *form = db_ask(rq, Q_FORM);
	struct db_rows *excuses = db_ask(rq, Q_EXCUSES, DB_INT(EXCUSES_ON_PAGE));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "attendance-excuse");
	view_values(page, form);
	view_rows(page, "excuse", excuses);
	form_show(rq, page, "kind", "reason", "first", "last", "body", "file", NULL);
	return view_send(rq, page);
}

/* POST /attendance/excuse */
static enum reply
send_excuse(struct request *rq)
{
	const char *kind = form_choice(rq, "kind", kinds, NULL);
	const char *reason = form_choice(rq, "reason", reasons, NULL);
	const char *first = form_date(rq, "first", NULL), *last = form_date(rq, "last", first);
	const char *key = form_key(rq);
	const char *body = form_need_lines(rq, "body", BODY_MAX_CHARS,
	    "Напишите в нескольких словах, что случилось.");
	struct form_upload file;

	form_uploads(rq, "file", &file, 1);
	if (kind == NULL)
		form_error(rq, "kind", "Выберите, о чём речь.");
	if (reason == NULL)
		form_error(rq, "reason", "Выберите причину.");
	if (first == NULL)
		form_error(rq, "first", "Укажите день.");
	if (first != NULL && last != NULL && strcmp(last, first) < 0)
		form_error(rq, "last", "Последний день раньше первого.");
	if (form_failed(rq))
		return form_again(rq, show_excuse_form);
	db_ask(rq, Q_EXCUSE, DB_TEXT(key), DB_TEXT(kind), DB_TEXT(reason), DB_TEXT(first),
	    DB_TEXT(last), DB_TEXT(body), FORM_UPLOAD(file));
	return form_done(rq, show_excuse_form, "/attendance", "done", "excuse-sent", NULL);
}

/* POST /attendance/withdraw */
static enum reply
withdraw_excuse(struct request *rq)
{
	int64_t id = form_id(rq, "id");

	if (id == 0)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_WITHDRAW, DB_INT(id));
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/attendance", "done", "excuse-back", NULL);
}

/* GET /attendance/file?id= -- what was sent with an excuse, as an attachment. */
static enum reply
send_file(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *file = db_ask(rq, Q_FILE, DB_INT(id));

	return db_answer(rq) ? app_send_file(rq, file) : rq->db_reply;
}

static const struct route routes[] = {
	{ "GET",  "/attendance",          show_attendance,  ACCESS_PARENT | ACCESS_PUPIL },
	{ "GET",  "/attendance.csv",      send_csv,         ACCESS_PARENT | ACCESS_PUPIL },
	{ "GET",  "/attendance/excuse",   show_excuse_form, ACCESS_PARENT },
	{ "POST", "/attendance/excuse",   send_excuse,      ACCESS_PARENT,
	    FORM_MAX_FILE_BYTES + FORM_MAX_BODY_BYTES },
	{ "POST", "/attendance/withdraw", withdraw_excuse,  ACCESS_PARENT },
	{ "GET",  "/attendance/file",     send_file,        ACCESS_PARENT | ACCESS_PUPIL },
};

APP_MAIN("attendance")
