/*
 * class.c -- Мой класс: the class tutor's desk. Who is here today and this week, what families say
 * about absences, their reasons, rolls that nobody called, diaries that nobody signed.
 *
 * Which class, day and week is the database's to complete: without them it answers for the tutor's
 * first class and today.
 */
#include "app.h"
#include "text.h"

#define EXCUSES_ON_PAGE  10     /* each has a form of its own */
#define ANSWER_MAX_CHARS 500    /* school.excuse.answer */
#define NOTE_MAX_CHARS   200    /* school.attendance.note */
#define CSV_MAX_BYTES    (4 * 1024 * 1024)

enum question {
	Q_HEAD, Q_LIST, Q_LESSONS, Q_GRID, Q_LONG, Q_UNROLLED, Q_UNSIGNED, Q_EXCUSES, Q_DECIDE,
	Q_FILE, Q_ABSENCE, Q_CODES, Q_REASON, Q_EXPORT, Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_HEAD]     = { "staff.class_head($1, $2::bigint, $3::date)" },
	[Q_LIST]     = { "staff.class_list($1)" },
	[Q_LESSONS]  = { "staff.class_lessons($1, $2::bigint, $3::date, $4::boolean)" },
	[Q_GRID]     = { "staff.class_grid($1, $2::bigint, $3::date, $4::boolean)" },
	[Q_LONG]     = { "staff.class_absent_long($1, $2::bigint)" },
	[Q_UNROLLED] = { "staff.class_unrolled($1, $2::bigint, $3::date)" },
	[Q_UNSIGNED] = { "staff.class_unsigned($1, $2::bigint, $3::date)" },
	[Q_EXCUSES]  = { "staff.class_excuses($1, $2::bigint, $3::int)" },
	[Q_DECIDE]   = { "staff.class_decide($1, $2::bigint, $3::boolean, $4::boolean, $5)" },
	[Q_FILE]     = { "staff.class_file($1, $2::bigint)" },
	[Q_ABSENCE]  = { "staff.class_absence($1, $2::bigint, $3::bigint)" },
	[Q_CODES]    = { "staff.class_codes($1, $2::bigint, $3::bigint)" },
	[Q_REASON]   = { "staff.class_reason($1, $2::bigint, $3::bigint, $4::bigint, $5::bigint, "
	    "$6)" },
	[Q_EXPORT]   = { "staff.class_export($1, $2::bigint, $3::date, $4::date)" },
};

/* ---- the day and the week -------------------------------------------------------------------- */

/* What both have: the class, its neighbours, and the links that keep the class. */
static void
add_head(struct request *rq, struct view *page, const struct db_rows *head,
    const struct db_rows *classes)
{
	static const struct { const char *name, *path, *column; } links[] = {
		{ "previous_url",      "/staff/class",      "previous_day" },
		{ "next_url",          "/staff/class",      "next_day" },
		{ "today_url",         "/staff/class",      NULL },
		{ "day_url",           "/staff/class",      "day" },
		{ "week_url",          "/staff/class/week", "day" },
		{ "previous_week_url", "/staff/class/week", "previous_monday" },
		{ "next_week_url",     "/staff/class/week", "next_monday" },
	};
	const char *id = db_text(head, 0, "class_id");

	view_values(page, head);
	view_flag(page, "is_today",
	    strcmp(db_text(head, 0, "day"), db_text(head, 0, "today")) == 0);
	for (int i = 0; i < APP_COUNT(links); i++)
		view_text(page, links[i].name, url_path(rq, links[i].path, "class", id,
		    "day", links[i].column != NULL ? db_text(head, 0, links[i].column) : "", NULL));
	view_text(page, "print_url", url_path(rq, "/staff/class/week", "class", id, "day",
	    db_text(head, 0, "day"), "print", "1", NULL));
	view_text(page, "csv_url", url_path(rq, "/staff/class.csv", "class", id, NULL));
	view_int(page, "classes", db_row_count(classes));
	view_choices(page, "class", classes, "class_id", id);
}

/* GET /staff/class[?class=][&day=][&signed=MONDAY] */
static enum reply
show_day(struct request *rq)
{
	int64_t class = form_id(rq, "class");
	const char *day = form_date(rq, "day", NULL), *monday = form_date(rq, "signed", NULL);
	struct db_rows *head = db_ask(rq, Q_HEAD, DB_ID(class), DB_TEXT(day));
	struct db_rows *classes = db_ask(rq, Q_LIST);
	struct db_rows *lessons = db_ask(rq, Q_LESSONS, DB_ID(class), DB_TEXT(day),
	    DB_TEXT("false"));
	struct db_rows *grid = db_ask(rq, Q_GRID, DB_ID(class), DB_TEXT(day), DB_TEXT("false"));
	struct db_rows *missing = db_ask(rq, Q_LONG, DB_ID(class));
	struct db_rows *unrolled = db_ask(rq, Q_UNROLLED, DB_ID(class), DB_TEXT(day));
	struct db_rows *diaries = db_ask(rq, Q_UNSIGNED, DB_ID(class), DB_TEXT(monday));
	struct db_rows *excuses = db_ask(rq, Q_EXCUSES, DB_ID(class), DB_INT(EXCUSES_ON_PAGE));
	bool has_diaries;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "class");
	add_head(rq, page, head, classes);
	view_rows(page, "lesson", lessons);
	view_groups(page, "pupil", "cell", grid, "pupil_id");
	view_rows(page, "missing", missing);
	view_rows(page, "unrolled", unrolled);
	view_rows(page, "diary", diaries);
	has_diaries = db_row_count(diaries) > 0;
	view_text(page, "signed_first", has_diaries ? db_text(diaries, 0, "first_day") : "");
	view_text(page, "signed_last", has_diaries ? db_text(diaries, 0, "last_day") : "");
	view_int(page, "signed_count", has_diaries ? db_int(diaries, 0, "signed") : 0);
	view_rows(page, "excuse", excuses);
	return view_send(rq, page);
}

/*
 * GET /staff/class/week[?class=][&day=][&print=1] -- pupils by the lessons of the week that
 * holds the day.
 */
static enum reply
show_week(struct request *rq)
{
	int64_t class = form_id(rq, "class");
	const char *day = form_date(rq, "day", NULL);
	struct db_rows *head = db_ask(rq, Q_HEAD, DB_ID(class), DB_TEXT(day));
	struct db_rows *classes = db_ask(rq, Q_LIST);
	struct db_rows *lessons = db_ask(rq, Q_LESSONS, DB_ID(class), DB_TEXT(day),
	    DB_TEXT("true"));
	struct db_rows *grid = db_ask(rq, Q_GRID, DB_ID(class), DB_TEXT(day), DB_TEXT("true"));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "class-week");
	add_head(rq, page, head, classes);
	view_groups(page, "lesson_day", "lesson", lessons, "day");
	view_groups(page, "pupil", "cell", grid, "pupil_id");
	view_flag(page, "is_print", form_flag(rq, "print"));
	return view_send(rq, page);
}

/* ---- the export ------------------------------------------------------------------------------ */

/*
 * GET /staff/class.csv[?class=][&from=&to=] -- what the journal says of the class, the year by
 * default.
 */
static enum reply
send_csv(struct request *rq)
{
	static const char *const columns[] = {
		"day", "number", "subject", "name", "code_title", "minutes", "note"
	};
	int64_t class = form_id(rq, "class");
	struct form_period period = form_period(rq);
	struct db_rows *rows = db_ask(rq, Q_EXPORT, DB_ID(class), DB_TEXT(period.from),
	    DB_TEXT(period.to));
	struct text *csv;

	if (form_failed(rq))
		return REPLY_BAD_INPUT;
	if (!db_answer(rq))
		return rq->db_reply;
	csv = app_csv(rq, CSV_MAX_BYTES,
	    "Дата;Урок;Предмет;Ученик;Отметка журнала;Минут;Примечание");
	for (int i = 0; i < db_row_count(rows); i++)
		app_csv_row(csv, rows, i, columns, APP_COUNT(columns));
	return app_send_csv(rq, csv, "Посещаемость класса.csv");
}

/* ---- excuses --------------------------------------------------------------------------------- */

/* POST /staff/class/excuse: id, class, decision, answer, unexcused */
static enum reply
decide_excuse(struct request *rq)
{
	static const char *const decisions[] = { "accept", "reject", NULL };
	int64_t id = form_id(rq, "id");
	int64_t class = form_id(rq, "class");
	const char *decision = form_choice(rq, "decision", decisions, NULL);
	const char *answer = form_lines(rq, "answer", ANSWER_MAX_CHARS, "");
	bool is_accepted;

	if (id == 0 || class == 0 || decision == NULL)
		return REPLY_BAD_INPUT;
	is_accepted = decision == decisions[0];
	db_ask(rq, Q_DECIDE, DB_INT(id), DB_BOOL(is_accepted),
	    DB_BOOL(form_flag(rq, "unexcused")), DB_TEXT(answer));
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/staff/class", "class", url_id(rq, class),
	    "done", is_accepted ? "excuse-yes" : "excuse-no", NULL);
}

/* GET /staff/class/file?id= -- what was sent with an excuse, as an attachment. */
static enum reply
send_file(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *file = db_ask(rq, Q_FILE, DB_INT(id));

	return db_answer(rq) ? app_send_file(rq, file) : rq->db_reply;
}

/* ---- the reason of an absence ---------------------------------------------------------------- */

/* GET /staff/class/reason?lesson=&pupil= */
static enum reply
show_reason(struct request *rq)
{
	int64_t lesson = form_id(rq, "lesson"), pupil = form_id(rq, "pupil");
	struct db_rows *absence = db_ask(rq, Q_ABSENCE, DB_INT(lesson), DB_INT(pupil));
	struct db_rows *codes = db_ask(rq, Q_CODES, DB_INT(lesson), DB_INT(pupil));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "class-reason");
	view_values(page, absence);
	view_choices(page, "code", codes, "code_id", db_text(absence, 0, "code_id"));
	view_text(page, "back_url", url_path(rq, "/staff/class",
	    "class", db_text(absence, 0, "class_id"), "day", db_text(absence, 0, "day"), NULL));
	return view_send(rq, page);
}

/* POST /staff/class/reason: lesson, pupil, was, code, note, and class and day to go back to */
static enum reply
change_reason(struct request *rq)
{
	int64_t lesson = form_id(rq, "lesson"), pupil = form_id(rq, "pupil");
	int64_t was = form_id(rq, "was"), code = form_id(rq, "code");
	const char *note = form_text(rq, "note", NOTE_MAX_CHARS, ""),
		   *day = form_date(rq, "day", NULL);
	int64_t class = form_id(rq, "class");

	if (lesson == 0 || pupil == 0 || was == 0 || code == 0 || class == 0)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_REASON, DB_INT(lesson), DB_INT(pupil), DB_INT(was), DB_INT(code),
	    DB_TEXT(note));
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/staff/class", "class", url_id(rq, class),
	    "day", day, "done", "reason", NULL);
}

static const struct route routes[] = {
	{ "GET",  "/staff/class",        show_day,      ACCESS_TUTOR,
	    .view = { "class-attendance", "class" } },
	{ "GET",  "/staff/class/week",   show_week,     ACCESS_TUTOR,
	    .view = { "class-attendance", "class" } },
	{ "GET",  "/staff/class.csv",    send_csv,      ACCESS_TUTOR,
	    .view = { "class-export", "class" } },
	{ "POST", "/staff/class/excuse", decide_excuse, ACCESS_TUTOR },
	{ "GET",  "/staff/class/file",   send_file,     ACCESS_TUTOR,
	    .view = { "class-file", "id" } },
	{ "GET",  "/staff/class/reason", show_reason,   ACCESS_TUTOR,
	    .view = { "class-reason", "pupil" } },
	{ "POST", "/staff/class/reason", change_reason, ACCESS_TUTOR },
};

APP_MAIN("class", .audience = AUDIENCE_STAFF)
