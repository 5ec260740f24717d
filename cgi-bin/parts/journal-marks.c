/*
 * journal-marks.c -- works of a lesson and their marks: the class in a column, one pupil's marks
 * with comment, deadline and history.
 */
#include "app.h"
#include "text.h"
#include "journal.h"

static void
add_kinds(struct view *page, const struct db_rows *kinds, int64_t selected)
{
	view_none(page, "kind");
	for (int i = 0; i < db_row_count(kinds); i++) {
		struct view *row = view_add(page, "kind");

		view_text(row, "kind_id", db_text(kinds, i, "kind_id"));
		view_text(row, "title", db_text(kinds, i, "title"));
		view_int(row, "weight", db_int(kinds, i, "weight"));
		view_flag(row, "is_selected",
		    selected > 0 ? db_int(kinds, i, "kind_id") == selected : i == 0);
	}
}

static void
add_weights(struct view *page, int64_t selected)
{
	for (int weight = 1; weight <= 10; weight++) {
		struct view *row = view_add(page, "weight_choice");

		view_int(row, "weight", weight);
		view_flag(row, "is_selected", weight == selected);
	}
}

static void
add_mark_rows(struct request *rq, struct view *page, const struct db_rows *marks, const char *work)
{
	view_none(page, "pupil");
	for (int i = 0; i < db_row_count(marks); i++) {
		int64_t pupil = db_int(marks, i, "pupil_id");
		struct view *row = view_add(page, "pupil");
		const char *typed = app_is_post(rq)
		    ? form_text(rq, journal_field(rq, "mark_", pupil), 20, "")
		    : db_text(marks, i, "marks");

		view_text(row, "pupil_id", db_text(marks, i, "pupil_id"));
		view_text(row, "name", db_text(marks, i, "name"));
		view_text(row, "scope", db_text(marks, i, "scope"));
		view_text(row, "point_till", db_text(marks, i, "point_till"));
		view_text(row, "typed", typed);
		view_flag(row, "is_commented", db_bool(marks, i, "is_commented"));
		view_text(row, "mark_url",
		    *db_text(marks, i, "marks") == '\0'
			? ""
			: url_path(rq, "/staff/journal/mark", "work", work, "pupil",
			      db_text(marks, i, "pupil_id"), NULL));
	}
}

/*
 * GET /staff/journal/marks?id=[&work=] -- work 0 is a new one; none: the latest of the lesson, or a
 * new one.
 */
enum reply
journal_show_marks(struct request *rq)
{
	int64_t id = form_id(rq, "id"), wanted = form_int(rq, "work", 0, INT64_MAX, -1), kind,
		weight, task;
	struct db_param work_param = wanted < 0 ? DB_NULL : DB_INT(wanted);
	struct db_rows *lesson = db_ask(rq, Q_LESSON, DB_INT(id));
	struct db_rows *works = db_ask(rq, Q_WORKS, DB_INT(id));
	struct db_rows *work = db_ask(rq, Q_WORK, DB_INT(id), work_param);
	struct db_rows *kinds = db_ask(rq, Q_KINDS);
	struct db_rows *tasks = db_ask(rq, Q_TASKS, DB_INT(id));
	struct db_rows *marks = db_ask(rq, Q_MARKS, DB_INT(id), work_param);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal-marks");
	view_values(page, work);
	journal_add_head(rq, page, lesson, "marks");
	/* The head has a `seen` of its own, of the roll. */
	view_text(page, "seen", db_text(work, 0, "seen"));
	form_show(rq, page, "work_title", "reason", "till", "work_key", NULL);
	if (!app_is_post(rq))
		view_text(page, "value_work_title", db_text(work, 0, "title"));
	kind = app_is_post(rq) ? form_id(rq, "kind") : db_int(work, 0, "kind_id");
	weight = app_is_post(rq) ? form_int(rq, "weight", 1, 10, 0) : db_int(work, 0, "weight");
	task = app_is_post(rq) ? form_id(rq, "task") : db_int(work, 0, "exam_task_id");
	view_flag(page, "is_exam",
	    app_is_post(rq) ? form_flag(rq, "is_exam") : db_bool(work, 0, "is_exam"));
	view_choices(page, "work", works, "work_id", db_text(work, 0, "work_id"));
	view_choices(page, "task", tasks, "exam_task_id", url_id(rq, task));
	add_kinds(page, kinds, kind);
	add_weights(page, weight);
	add_mark_rows(rq, page, marks, db_text(work, 0, "work_id"));
	return view_send(rq, page);
}

/*
 * POST /staff/journal/marks id= key= work= work_key= kind= work_title= weight= [is_exam=] [task=]
 * work_seen= seen= [till=] [reason=] mark_ID= …
 */
enum reply
journal_save_marks(struct request *rq)
{
	const char *key = form_key(rq), *work_key = form_uuid(rq, "work_key");
	int64_t id = form_id(rq, "id"), weight = form_int(rq, "weight", 1, 10, 0);
	struct db_array *pupils = db_array(rq), *values = db_array(rq);
	struct db_rows *saved;

	journal_read_marks(rq, pupils, values);
	saved = db_ask(rq, Q_SAVE_MARKS, DB_TEXT(key), DB_INT(id), DB_INT(form_id(rq, "work")),
	    DB_TEXT(work_key), DB_INT(form_id(rq, "kind")),
	    DB_TEXT(form_text(rq, "work_title", 120, "")), DB_ID(weight),
	    DB_BOOL(form_flag(rq, "is_exam")), DB_ID(form_id(rq, "task")),
	    DB_TEXT(form_text(rq, "work_seen", 200, "")), db_array_end(rq, pupils),
	    db_array_end(rq, values), DB_TEXT(form_text(rq, "seen", 4000, "")),
	    DB_TEXT(form_date(rq, "till", NULL)), DB_TEXT(form_text(rq, "reason", 200, "")));
	if (!db_answer(rq))
		return form_refused(rq, journal_show_marks);
	return app_redirect(rq, "/staff/journal/marks", "id", url_id(rq, id),
	    "work", db_text(saved, 0, "work_id"), "done", "journal-marks", NULL);
}

/* POST /staff/journal/drop id= work= */
enum reply
journal_drop_work(struct request *rq)
{
	struct db_rows *dropped = db_ask(rq, Q_DROP_WORK, DB_INT(form_id(rq, "work")));

	if (!db_answer(rq))
		return form_refused(rq, journal_show_marks);
	return app_redirect(rq, "/staff/journal/marks", "id", db_text(dropped, 0, "lesson_id"),
	    "done", "journal-dropped", NULL);
}

/*
 * GET /staff/journal/mark?work=&pupil= -- one pupil's marks for a work: comment, deadline, history.
 */
enum reply
journal_show_mark(struct request *rq)
{
	int64_t work = form_id(rq, "work"), pupil = form_id(rq, "pupil"),
		ordinal = form_id(rq, "ordinal");
	struct db_rows *marks = db_ask(rq, Q_MARK, DB_INT(work), DB_INT(pupil));
	struct db_rows *history = db_ask(rq, Q_HISTORY, DB_INT(work), DB_INT(pupil));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal-mark");
	view_values(page, marks);
	view_int(page, "work_id", work);
	view_int(page, "pupil_id", pupil);
	view_flag(page, "is_open",
	    db_bool(marks, 0, "may_write") && *db_text(marks, 0, "closed") == '\0');
	view_text(page, "marks_url",
	    url_path(rq, "/staff/journal/marks", "id", db_text(marks, 0, "lesson_id"), "work",
		url_id(rq, work), NULL));
	form_show(rq, page, "reason", NULL);
	for (int i = 0; i < db_row_count(marks); i++) {
		struct view *row = view_add(page, "mark");
		bool typed = app_is_post(rq) && db_int(marks, i, "ordinal") == ordinal;

		view_int(row, "ordinal", db_int(marks, i, "ordinal"));
		view_text(row, "seen", db_text(marks, i, "value"));
		view_text(row, "value",
		    typed ? form_text(rq, "value", 20, "") : db_text(marks, i, "value"));
		view_text(row, "comment",
		    typed ? form_text(rq, "comment", 300, "") : db_text(marks, i, "comment"));
		view_text(row, "point_till",
		    typed ? form_date(rq, "till", "") : db_text(marks, i, "point_till"));
	}
	view_rows(page, "change", history);
	return view_send(rq, page);
}

/* POST /staff/journal/mark key= work= pupil= ordinal= seen= value= [comment=] [till=] [reason=] */
enum reply
journal_save_mark(struct request *rq)
{
	int64_t work = form_id(rq, "work"), pupil = form_id(rq, "pupil");

	db_ask(rq, Q_SAVE_MARK, DB_TEXT(form_key(rq)), DB_INT(work), DB_INT(pupil),
	    DB_INT(form_int(rq, "ordinal", 1, 3, 1)), DB_TEXT(form_text(rq, "value", 20, "")),
	    DB_TEXT(form_text(rq, "comment", 300, "")), DB_TEXT(form_date(rq, "till", NULL)),
	    DB_TEXT(form_text(rq, "reason", 200, "")), DB_TEXT(form_text(rq, "seen", 10, "")));
	return form_done(rq, journal_show_mark, "/staff/journal/mark", "work", url_id(rq, work),
	    "pupil", url_id(rq, pupil), "done", "journal-mark", NULL);
}
