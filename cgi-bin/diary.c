/*
 * diary.c -- Дневник: the week and the day with lessons, homework and marks; what a pupil hands in;
 * a question to the teacher.
 *
 * This file: the days, the questions and the routes; marks, averages and finals are in
 * parts/diary-marks.c. Which lessons are whose, and what of the class may be shown, is the
 * database's.
 */
#include <stdlib.h>

#include "app.h"
#include "date.h"
#include "parts/diary.h"
#include "text.h"

static const struct db_question questions[Q__COUNT] = {
	[Q_PAGE]       = { "cabinet.diary_page($1, $2::date, $3::boolean)" },
	[Q_DAYS]       = { "cabinet.diary_days($1, $2::date, $3::boolean)" },
	[Q_LESSONS]    = { "cabinet.diary_lessons($1, $2::date, $3::boolean)" },
	[Q_MARKS]      = { "cabinet.diary_marks($1, $2::date, $3::boolean)" },
	[Q_FILES]      = { "cabinet.diary_files($1, $2::date, $3::boolean)" },
	[Q_SIGN]       = { "cabinet.diary_sign($1, $2::date)" },
	[Q_HOMEWORK]   = { "cabinet.diary_homework($1)" },
	[Q_DONE]       = { "cabinet.diary_done($1, $2::bigint, $3::boolean)" },
	[Q_TASK]       = { "cabinet.diary_task($1, $2::bigint)" },
	[Q_TASK_FILES] = { "cabinet.diary_task_files($1, $2::bigint)" },
	[Q_ANSWERS]    = { "cabinet.diary_answers($1, $2::bigint)" },
	[Q_ANSWER]     = { "cabinet.diary_answer($1, $2::uuid, $3::bigint, $4, $5, $6, $7::bytea, "
	                   "$8, $9, $10::bytea, $11, $12, $13::bytea)" },
	[Q_FILE]       = { "cabinet.diary_file($1, $2::uuid)" },
	[Q_TERMS]      = { "cabinet.diary_terms($1, $2::bigint)" },
	[Q_SUBJECTS]   = { "cabinet.diary_subjects($1, $2::bigint, $3)" },
	[Q_TERM_MARKS] = { "cabinet.diary_term_marks($1, $2::bigint, $3::bigint, $4::date, $5::int)" },
	[Q_CHANGES]    = { "cabinet.diary_changes($1, $2::bigint, $3::bigint)" },
	[Q_WEEKS]      = { "cabinet.diary_weeks($1, $2::bigint, $3::bigint)" },
	[Q_SUBJECT]    = { "cabinet.diary_subject($1, $2::bigint, $3::bigint)" },
	[Q_TOPICS]     = { "cabinet.diary_topics($1, $2::bigint, $3::bigint, $4::int)" },
	[Q_KINDS]      = { "cabinet.diary_kinds($1)" },
	[Q_YEARS]      = { "cabinet.diary_years($1, $2::bigint)" },
	[Q_YEAR_TERMS] = { "cabinet.diary_year_terms($1, $2::bigint)" },
	[Q_FINALS]     = { "cabinet.diary_finals($1, $2::bigint)" },
	[Q_LESSON]     = { "cabinet.diary_lesson($1, $2::bigint)" },
	[Q_MESSAGES]   = { "cabinet.diary_messages($1, $2::bigint)" },
	[Q_ASK]        = { "cabinet.diary_ask($1, $2::uuid, $3::bigint, $4)" },
};

/* ---- the week and the day -------------------------------------------------------------------- */

/* `23–29 ноября` or `30 ноября – 6 декабря`, without the year. */
static const char *
span_words(struct request *rq, const char *first, const char *last)
{
	char from[DATE_BUF], till[DATE_BUF];
	struct date a, b;
	const char *from_words, *till_words;

	if (!date_parse(first, &a) || !date_parse(last, &b))
		return "";
	/* «пн, 23 ноября»: what follows the comma. */
	from_words = strchr(date_weekday_long(from, a), ' ') + 1;
	till_words = strchr(date_weekday_long(till, b), ' ') + 1;
	if (a.year == b.year && a.month == b.month && a.day == b.day)
		return arena_printf(rq->arena, "%s", from);
	if (a.month == b.month)
		return arena_printf(rq->arena, "%d–%s", a.day, till_words);
	return arena_printf(rq->arena, "%s – %s", from_words, till_words);
}

/* A mark as it is shown: its weight, and whether a line of words goes with it (in full: always). */
void
diary_add_mark(struct view *parent, const struct db_rows *marks, int row, bool is_full)
{
	struct view *mark = view_add(parent, "mark");

	view_row(mark, marks, row);
	view_flag(mark, "is_heavy", db_int(marks, row, "weight") > 1);
	view_flag(mark, "is_point", strcmp(db_text(marks, row, "value"), ".") == 0);
	view_flag(mark, "is_noted",
	    *db_text(marks, row, "comment") != '\0' || db_bool(marks, row, "is_changed") ||
		*db_text(marks, row, "point_till") != '\0' || is_full);
}

/* Rows that follow the lessons in the same order: those of this lesson, from *row on. */
static bool
is_of_lesson(const struct db_rows *rows, int row, const char *lesson_id)
{
	return row < db_row_count(rows) && strcmp(db_text(rows, row, "lesson_id"), lesson_id) == 0;
}

static bool
has_tasks(const struct db_rows *lessons)
{
	for (int i = 0; i < db_row_count(lessons); i++)
		if (db_int(lessons, i, "homework_id") != 0)
			return true;
	return false;
}

/* Where in the marks and the files the next lesson goes on. */
struct cursor { const struct db_rows *marks, *files; int mark, file; bool is_full; };

/* Is there something to say below the task? */
static bool
has_extras(const struct db_rows *tasks, int row)
{
	return db_bool(tasks, row, "is_overdue") || db_bool(tasks, row, "wants_answer") ||
	    *db_text(tasks, row, "link_url") != '\0';
}

static void
add_lesson(struct view *day, const struct db_rows *lessons, int row, struct cursor *at)
{
	struct view *lesson = view_add(day, "lesson");
	const char *id = db_text(lessons, row, "lesson_id");
	bool may_ask = at->is_full || db_int(lessons, row, "questions") > 0;

	view_row(lesson, lessons, row);
	view_flag(lesson, "has_homework",
	    !db_is_null(lessons, row, db_column(lessons, "homework_id")));
	view_flag(lesson, "has_extras", has_extras(lessons, row));
	view_flag(lesson, "may_ask", may_ask);
	view_flag(lesson, "has_aside", may_ask || is_of_lesson(at->marks, at->mark, id));
	view_none(lesson, "mark");
	view_none(lesson, "file");
	for (; is_of_lesson(at->marks, at->mark, id); at->mark++)
		diary_add_mark(lesson, at->marks, at->mark, at->is_full);
	for (; is_of_lesson(at->files, at->file, id); at->file++)
		view_row(view_add(lesson, "file"), at->files, at->file);
}

static void
add_days(struct view *page, const struct db_rows *days, const struct db_rows *lessons,
    struct cursor *at)
{
	int next = 0;

	view_none(page, "day");
	for (int i = 0; i < db_row_count(days); i++) {
		struct view *day = view_add(page, "day");
		const char *date = db_text(days, i, "day");

		view_row(day, days, i);
		view_none(day, "lesson");
		for (; next < db_row_count(lessons) &&
		     strcmp(db_text(lessons, next, "day"), date) == 0;
		     next++)
			add_lesson(day, lessons, next, at);
	}
}

/*
 * Back to where a button was pressed: the page that the form names by its fields, at the homework
 * or the signature.
 */
static enum reply
go_back(struct request *rq, const char *done, const char *place)
{
	static const char *const pages[] = { "diary", "homework", "answer", NULL };
	const char *page = form_choice(rq, "from", pages, "diary"),
		   *week = form_date(rq, "week", NULL);
	const char *day = form_date(rq, "day", NULL);

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (strcmp(page, "homework") == 0)
		return app_redirect(rq, "/diary/homework", "done", done, "#", place, NULL);
	if (strcmp(page, "answer") == 0)
		return app_redirect(rq, "/diary/answer", "homework", place + strlen("h"), "done",
		    done, NULL);
	return app_redirect(rq, "/diary", "week", week, "day", day, "done", done, "#", place, NULL);
}

/*
 * GET /diary[?week=YYYY-MM-DD | ?day=YYYY-MM-DD][&print=1] -- the week that holds that day, today's
 * by default; print is a sheet of paper.
 */
static enum reply
show_diary(struct request *rq)
{
	const char *week = form_date(rq, "week", NULL), *one = form_date(rq, "day", NULL);
	bool is_week = one == NULL || week != NULL, is_print = form_flag(rq, "print");
	bool is_whole = is_week || is_print;
	const char *day = is_week ? week : one;
	struct db_rows *about = db_ask(rq, Q_PAGE, DB_TEXT(day), DB_BOOL(is_whole));
	struct db_rows *days = db_ask(rq, Q_DAYS, DB_TEXT(day), DB_BOOL(is_whole));
	struct db_rows *lessons = db_ask(rq, Q_LESSONS, DB_TEXT(day), DB_BOOL(is_whole));
	struct db_rows *marks = db_ask(rq, Q_MARKS, DB_TEXT(day), DB_BOOL(is_whole));
	struct db_rows *files = db_ask(rq, Q_FILES, DB_TEXT(day), DB_BOOL(is_whole));
	struct cursor at = { marks, files, 0, 0, !is_week };
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, is_print ? "diary-print" : "diary");
	view_values(page, about);
	view_text(page, "tab", "diary");
	view_text(page, "form_id", "done");
	view_flag(page, "is_week", is_week);
	view_flag(page, "has_lessons", db_row_count(lessons) > 0);
	view_flag(page, "has_tasks", has_tasks(lessons));
	view_text(page, "span",
	    span_words(rq, db_text(about, 0, "first_day"), db_text(about, 0, "last_day")));
	add_days(page, days, lessons, &at);
	return view_send(rq, page);
}

/* POST /diary/sign: week -- a parent has seen it. */
static enum reply
sign_week(struct request *rq)
{
	const char *week = form_date(rq, "week", NULL);

	if (week == NULL)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_SIGN, DB_TEXT(week));
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/diary", "week", week, "done", "week-sign", "#", "sign", NULL);
}

/*
 * POST /diary/done: tick or untick, the number of the homework; from, week, day: where the person
 * stands.
 */
static enum reply
tick_homework(struct request *rq)
{
	bool is_done = form_has(rq, "tick");
	int64_t homework = form_id(rq, is_done ? "tick" : "untick");

	if (homework == 0)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_DONE, DB_INT(homework), DB_BOOL(is_done));
	if (!db_answer(rq))
		return rq->db_reply;
	return go_back(rq, is_done ? "tick" : "untick",
	    arena_printf(rq->arena, "h%lld", (long long)homework));
}

/* ---- homework -------------------------------------------------------------------------------- */

/* GET /diary/homework -- what is due from today on, then what is overdue. */
static enum reply
show_homework(struct request *rq)
{
	struct db_rows *tasks = db_ask(rq, Q_HOMEWORK);
	struct db_rows *about = db_ask(rq, Q_PAGE, DB_NULL, DB_TEXT("f"));
	struct view *page, *day = NULL;
	int late = 0;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "diary-homework");
	view_none(page, "day");
	view_none(page, "late");
	for (int i = 0; i < db_row_count(tasks); i++) {
		bool is_late = db_bool(tasks, i, "is_overdue");
		struct view *task;

		if (i == 0 || strcmp(db_text(tasks, i, "day"), db_text(tasks, i - 1, "day")) != 0) {
			day = view_add(page, is_late ? "late" : "day");
			view_row(day, tasks, i);
		}
		task = view_add(day, "task");
		view_row(task, tasks, i);
		view_flag(task, "is_overdue", false);   /* the heading says it */
		view_flag(task, "has_extras", has_extras(tasks, i));
		view_none(task, "file");
		late += is_late;
	}
	view_text(page, "tab", "homework");
	view_text(page, "form_id", "done");
	view_flag(page, "is_week", false);
	view_int(page, "overdue", db_int(about, 0, "overdue_count"));
	view_int(page, "overdue_shown", late);
	view_flag(page, "has_tasks", db_row_count(tasks) > 0);
	view_flag(page, "is_cut", db_int(about, 0, "overdue_count") > late);
	view_text(page, "as_of", db_text(about, 0, "as_of"));
	return view_send(rq, page);
}

#define ANSWER_MAX_CHARS 4000

/* GET /diary/answer?homework= -- a piece of homework, what was handed in, the form to hand in. */
static enum reply
show_answer(struct request *rq)
{
	int64_t homework = form_id(rq, "homework");
	struct db_rows *task = db_ask(rq, Q_TASK, DB_INT(homework));
	struct db_rows *files = db_ask(rq, Q_TASK_FILES, DB_INT(homework));
	struct db_rows *answers = db_ask(rq, Q_ANSWERS, DB_INT(homework));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "diary-answer");
	view_values(page, task);
	view_rows(page, "file", files);
	view_groups(page, "answer", "sent_file", answers, "answer_id");
	view_text(page, "form_id", "done");
	form_show(rq, page, "body", "files", NULL);
	return view_send(rq, page);
}

/* POST /diary/answer, multipart: key, homework, body, files. */
static enum reply
send_answer(struct request *rq)
{
	struct form_upload files[FORM_MAX_FILES];
	const char *key = form_key(rq), *body = form_lines(rq, "body", ANSWER_MAX_CHARS, "");
	int64_t homework = form_id(rq, "homework");
	int count = form_uploads(rq, "files", files, FORM_MAX_FILES);

	if (rq->bad_input || homework == 0)
		return REPLY_BAD_INPUT;
	if (*body == '\0' && count == 0 && !form_failed(rq))
		form_error(rq, "body", "Напишите ответ или приложите файл.");
	if (form_failed(rq))
		return form_again(rq, show_answer);
	db_ask(rq, Q_ANSWER, DB_TEXT(key), DB_INT(homework), DB_TEXT(body), FORM_UPLOADS(files));
	return form_done(rq, show_answer, "/diary/answer", "homework", url_id(rq, homework), "done",
	    "answer", NULL);
}

/* GET /diary/file?id= -- always as an attachment, of the type that its first bytes had. */
static enum reply
send_file(struct request *rq)
{
	const char *id = form_uuid(rq, "id");
	struct db_rows *file = db_ask(rq, Q_FILE, DB_TEXT(id));

	return db_answer(rq) ? app_send_file(rq, file) : rq->db_reply;
}

/* ---- a question to the teacher --------------------------------------------------------------- */

#define QUESTION_MAX_CHARS 2000

/* GET /diary/ask?lesson= */
static enum reply
show_ask(struct request *rq)
{
	int64_t lesson_id = form_id(rq, "lesson");
	struct db_rows *lesson = db_ask(rq, Q_LESSON, DB_INT(lesson_id));
	struct db_rows *messages = db_ask(rq, Q_MESSAGES, DB_INT(lesson_id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "diary-ask");
	view_values(page, lesson);
	view_rows(page, "message", messages);
	form_show(rq, page, "body", NULL);
	return view_send(rq, page);
}

/* POST /diary/ask: key, lesson, body. */
static enum reply
send_question(struct request *rq)
{
	const char *key = form_key(rq), *body = form_lines(rq, "body", QUESTION_MAX_CHARS, "");
	int64_t lesson = form_id(rq, "lesson");

	if (rq->bad_input || lesson == 0)
		return REPLY_BAD_INPUT;
	if (*body == '\0') {
		form_error(rq, "body", "Напишите вопрос.");
		return form_again(rq, show_ask);
	}
	db_ask(rq, Q_ASK, DB_TEXT(key), DB_INT(lesson), DB_TEXT(body));
	return form_done(rq, show_ask, "/diary/ask", "lesson", url_id(rq, lesson), "done", "ask",
	    NULL);
}

static const struct route routes[] = {
	{ "GET",  "/diary",      show_diary,    ACCESS_PARENT | ACCESS_PUPIL, 0 },
	{ "POST", "/diary/sign", sign_week,     ACCESS_PARENT,                0 },
	{ "POST", "/diary/done", tick_homework, ACCESS_PARENT | ACCESS_PUPIL, 0 },
	{ "GET",  "/diary/homework", show_homework, ACCESS_PARENT | ACCESS_PUPIL, 0 },
	{ "GET",  "/diary/answer",   show_answer,   ACCESS_PARENT | ACCESS_PUPIL, 0 },
	{ "POST", "/diary/answer",   send_answer,   ACCESS_PARENT | ACCESS_PUPIL, FORM_MAX_UPLOAD_BYTES },
	{ "GET",  "/diary/file",     send_file,     ACCESS_PARENT | ACCESS_PUPIL, 0 },
	{ "GET",  "/diary/ask",      show_ask,      ACCESS_PARENT | ACCESS_PUPIL, 0 },
	{ "GET",  "/diary/marks",    diary_show_marks,    ACCESS_PARENT | ACCESS_PUPIL, 0 },
	{ "GET",  "/diary/subject",  diary_show_subject,  ACCESS_PARENT | ACCESS_PUPIL, 0 },
	{ "GET",  "/diary/finals",   diary_show_finals,   ACCESS_PARENT | ACCESS_PUPIL, 0 },
	{ "POST", "/diary/ask",      send_question, ACCESS_PARENT | ACCESS_PUPIL, 0 },
};

APP_MAIN("diary")
