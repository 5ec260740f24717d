/*
 * journal.c -- Журнал: the teacher's lessons of a day, who is there, themes, works and marks,
 * homework, questions of parents, the grid of a term and its final marks.
 *
 * Every form says what the page had shown (`seen`), because it may come hours later from a phone
 * that was offline (journal.js): the database does the difference and refuses what somebody else
 * changed meanwhile. Fields of pupils are named how_ID, absent_ID, minutes_ID and mark_ID.
 */
#include "app.h"
#include "text.h"

#define ROSTER_MAX_BYTES (64 * 1024)
#define COLUMNS_OF_GRID  16

enum question {
	Q_DAYS, Q_DAY, Q_GAPS, Q_CLASSES, Q_LESSON, Q_ROLL, Q_CODES, Q_SAVE_ROLL, Q_SAVE_THEME, Q_WORKS, Q_WORK,
	Q_KINDS, Q_TASKS, Q_MARKS, Q_SAVE_MARKS, Q_DROP_WORK, Q_MARK, Q_HISTORY, Q_SAVE_MARK, Q_TARGETS,
	Q_HOMEWORK, Q_FILES, Q_TASK, Q_ANSWERS, Q_SAVE_HOMEWORK, Q_ADD_FILE, Q_FILE, Q_QUESTIONS, Q_REPLY, Q_UNDO,
	Q_TERMS, Q_CLASS, Q_GRID_DAYS, Q_GRID, Q_SAVE_FINALS, Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_DAYS]          = { "staff.journal_days($1, $2::date)" },
	[Q_DAY]           = { "staff.journal_day($1, $2::date)" },
	[Q_GAPS]          = { "staff.journal_gaps($1)" },
	[Q_CLASSES]       = { "staff.journal_classes($1)" },
	[Q_LESSON]        = { "staff.journal_lesson($1, $2::bigint)" },
	[Q_ROLL]          = { "staff.journal_roll($1, $2::bigint)" },
	[Q_CODES]         = { "staff.journal_codes($1)" },
	[Q_SAVE_ROLL]     = { "staff.journal_save_roll($1, $2::uuid, $3::bigint, $4::bigint[], $5::bigint[], "
	                      "$6::bigint[], $7::integer[], $8, $9, $10, $11::bigint)" },
	[Q_SAVE_THEME]    = { "staff.journal_save_theme($1, $2::uuid, $3::bigint, $4, $5)" },
	[Q_WORKS]         = { "staff.journal_works($1, $2::bigint)" },
	[Q_WORK]          = { "staff.journal_work($1, $2::bigint, $3::bigint)" },
	[Q_KINDS]         = { "staff.journal_kinds($1)" },
	[Q_TASKS]         = { "staff.journal_exam_tasks($1, $2::bigint)" },
	[Q_MARKS]         = { "staff.journal_marks($1, $2::bigint, $3::bigint)" },
	[Q_SAVE_MARKS]    = { "staff.journal_save_marks($1, $2::uuid, $3::bigint, $4::bigint, $5::uuid, $6::bigint, $7, "
	                      "$8::integer, $9::boolean, $10::bigint, $11, $12::bigint[], $13::text[], $14, $15::date, $16)" },
	[Q_DROP_WORK]     = { "staff.journal_drop_work($1, $2::bigint)" },
	[Q_MARK]          = { "staff.journal_mark($1, $2::bigint, $3::bigint)" },
	[Q_HISTORY]       = { "staff.journal_history($1, $2::bigint, $3::bigint)" },
	[Q_SAVE_MARK]     = { "staff.journal_save_mark($1, $2::uuid, $3::bigint, $4::bigint, $5::integer, $6, $7, "
	                      "$8::date, $9, $10)" },
	[Q_TARGETS]       = { "staff.journal_targets($1, $2::bigint)" },
	[Q_HOMEWORK]      = { "staff.journal_homework($1, $2::bigint, $3::bigint)" },
	[Q_FILES]         = { "staff.journal_homework_files($1, $2::bigint, $3::bigint)" },
	[Q_TASK]          = { "staff.journal_task($1, $2::bigint)" },
	[Q_ANSWERS]       = { "staff.journal_answers($1, $2::bigint)" },
	[Q_SAVE_HOMEWORK] = { "staff.journal_save_homework($1, $2::uuid, $3::bigint, $4::bigint, $5, $6::integer, $7, "
	                      "$8::boolean, $9, $10::uuid[])" },
	[Q_ADD_FILE]      = { "staff.journal_add_file($1, $2::uuid, $3::integer, $4::bigint, $5::bigint, $6, $7, $8::bytea)" },
	[Q_FILE]          = { "staff.journal_file($1, $2::uuid)" },
	[Q_QUESTIONS]     = { "staff.journal_questions($1, $2::bigint)" },
	[Q_REPLY]         = { "staff.journal_reply($1, $2::uuid, $3::bigint, $4)" },
	[Q_UNDO]          = { "staff.journal_undo($1, $2::uuid)" },
	[Q_TERMS]         = { "staff.journal_terms($1, $2::bigint)" },
	[Q_CLASS]         = { "staff.journal_class($1, $2::bigint, $3::bigint, $4::bigint, $5::bigint)" },
	[Q_GRID_DAYS]     = { "staff.journal_grid_days($1, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::integer)" },
	[Q_GRID]          = { "staff.journal_grid($1, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::integer)" },
	[Q_SAVE_FINALS]   = { "staff.journal_save_finals($1, $2::uuid, $3::bigint, $4::bigint, $5::bigint, $6::bigint, "
	                      "$7::bigint[], $8::text[], $9, $10)" },
};

static bool
is_post(const struct request *rq)
{
	return strcmp(rq->method, "POST") == 0;
}

/* Name of a pupil's field. */
static const char *
field_of(struct request *rq, const char *prefix, int64_t pupil)
{
	return arena_printf(rq->arena, "%s%lld", prefix, (long long)pupil);
}

/* ---- fields of pupils ------------------------------------------------------------------------- */

/* The pupil of a field like how_12, or 0 when the name begins otherwise. */
static int64_t
pupil_of_field(struct request *rq, const struct form_field *field, const char *prefix)
{
	size_t len = strlen(prefix);
	int64_t pupil = 0;

	if (strncmp(field->name, prefix, len) != 0)
		return 0;
	if (!int_parse(field->name + len, 1, INT64_MAX, &pupil))
		rq->bad_input = true;
	return pupil;
}

/* All fields mark_ID: ids and what was typed. */
static void
read_marks(struct request *rq, struct db_array *pupils, struct db_array *values)
{
	for (int i = 0; i < rq->body.count; i++) {
		int64_t pupil = pupil_of_field(rq, &rq->body.field[i], "mark_");

		if (pupil == 0)
			continue;
		db_array_int(pupils, pupil);
		db_array_text(values, form_text(rq, rq->body.field[i].name, 20, ""));
	}
}

/* ---- the day --------------------------------------------------------------------------------- */

/* GET /staff/journal[?day=] */
static enum reply
show_day(struct request *rq)
{
	const char *day = form_date(rq, "day", NULL);
	struct db_rows *days = db_ask(rq, Q_DAYS, DB_TEXT(day));
	struct db_rows *lessons = db_ask(rq, Q_DAY, DB_TEXT(day));
	struct db_rows *gaps = db_ask(rq, Q_GAPS);
	struct db_rows *classes = db_ask(rq, Q_CLASSES);
	struct db_rows *asked = db_ask(rq, Q_QUESTIONS, DB_NULL);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal");
	view_values(page, days);
	view_text(page, "previous_url", url_path(rq, "/staff/journal", "day", db_text(days, 0, "previous_day"), NULL));
	view_text(page, "next_url", url_path(rq, "/staff/journal", "day", db_text(days, 0, "next_day"), NULL));
	view_rows(page, "lesson", lessons);
	view_rows(page, "gap", gaps);
	view_rows(page, "question", asked);
	for (int i = 0; i < db_row_count(classes); i++) {
		struct view *row = view_add(page, "class");

		view_text(row, "url", url_path(rq, "/staff/journal/class", "class", db_text(classes, i, "class_id"),
		    "subject", db_text(classes, i, "subject_id"), "subgroup", db_text(classes, i, "subgroup_id"), NULL));
		view_text(row, "class_name", db_text(classes, i, "class_name"));
		view_text(row, "subject", db_text(classes, i, "subject"));
		view_text(row, "subgroup", db_text(classes, i, "subgroup"));
	}
	if (db_row_count(classes) == 0)
		view_none(page, "class");
	return view_send(rq, page);
}

/* ---- one lesson: who is here, the theme, questions ------------------------------------------------ */

/* What the head of a lesson's pages needs (parts/journal-head.html). */
static void
add_head(struct request *rq, struct view *page, const struct db_rows *lesson, const char *tab)
{
	view_values(page, lesson);
	view_text(page, "tab", tab);
	view_flag(page, "is_open", db_bool(lesson, 0, "may_write") && *db_text(lesson, 0, "closed") == '\0');
	view_text(page, "day_url", url_path(rq, "/staff/journal", "day", db_text(lesson, 0, "day"), NULL));
	view_text(page, "class_url", url_path(rq, "/staff/journal/class", "class", db_text(lesson, 0, "class_id"),
	    "subject", db_text(lesson, 0, "subject_id"), "subgroup", db_text(lesson, 0, "subgroup_id"), NULL));
}

/* How a pupil is marked on the page: as the database says, as the gate says, or as was just typed. */
struct state { bool is_absent; int64_t code; const char *minutes; };

static struct state
state_of(struct request *rq, const struct db_rows *roll, int i, bool from_gate)
{
	int64_t pupil = db_int(roll, i, "pupil_id");
	struct state state = {
		.is_absent = strcmp(db_text(roll, i, "scope"), "absent") == 0,
		.code = db_bool(roll, i, "is_plain") ? 0 : db_int(roll, i, "code_id"),
		.minutes = db_text(roll, i, "minutes"),
	};

	if (is_post(rq) && form_has(rq, field_of(rq, "how_", pupil))) {
		state.code = form_id(rq, field_of(rq, "how_", pupil));
		state.is_absent = form_flag(rq, field_of(rq, "absent_", pupil));
		state.minutes = form_text(rq, field_of(rq, "minutes_", pupil), 3, "");
	} else if (from_gate && !state.is_absent && state.code == 0 &&
	    strcmp(db_text(roll, i, "gate"), "never") == 0) {
		state.is_absent = true;
	}
	return state;
}

static void
add_codes(struct request *rq, struct view *row, const struct db_rows *codes, struct state *state)
{
	view_none(row, "code");
	for (int i = 0; i < db_row_count(codes); i++) {
		struct view *code;

		if (db_bool(codes, i, "is_plain"))
			continue;
		code = view_add(row, "code");
		view_text(code, "code_id", db_text(codes, i, "code_id"));
		view_text(code, "letter", db_text(codes, i, "letter"));
		view_flag(code, "is_selected", db_int(codes, i, "code_id") == state->code);
		if (db_int(codes, i, "code_id") == state->code && is_post(rq))
			state->is_absent = strcmp(db_text(codes, i, "scope"), "absent") == 0;
	}
}

/* The pupils with their controls, and `shown`: what the page said of those who are not wholly here. */
static void
add_roll(struct request *rq, struct view *page, const struct db_rows *roll, const struct db_rows *codes)
{
	bool from_gate = form_has(rq, "gate");
	struct text *shown = arena_alloc(rq->arena, sizeof *shown);
	int absent = 0, never = 0;

	text_init(shown, ROSTER_MAX_BYTES);
	arena_defer(rq->arena, (void (*)(void *))text_release, shown);
	view_none(page, "pupil");
	for (int i = 0; i < db_row_count(roll); i++) {
		struct state state = state_of(rq, roll, i, from_gate);
		struct view *row = view_add(page, "pupil");

		add_codes(rq, row, codes, &state);
		view_text(row, "pupil_id", db_text(roll, i, "pupil_id"));
		view_text(row, "name", db_text(roll, i, "name"));
		view_text(row, "expected", db_text(roll, i, "expected"));
		view_text(row, "gate", db_text(roll, i, "gate"));
		view_text(row, "marks", db_text(roll, i, "marks"));
		view_text(row, "minutes", state.minutes);
		view_flag(row, "is_absent", state.is_absent);
		view_flag(row, "is_excused", strcmp(db_text(roll, i, "source"), "excuse") == 0);
		absent += state.is_absent;
		never += strcmp(db_text(roll, i, "gate"), "never") == 0;
		if (state.is_absent || state.code != 0)
			text_printf(shown, "%s%s:%lld:%s", shown->len > 0 ? "," : "",
			    db_text(roll, i, "pupil_id"), (long long)state.code,
			    strspn(state.minutes, "0123456789") == strlen(state.minutes) ? state.minutes : "");
	}
	view_text(page, "shown", shown->data);
	view_int(page, "pupil_count", db_row_count(roll));
	view_int(page, "absent_count", absent);
	view_int(page, "never_count", never);
}

/* GET /staff/journal/lesson?id=[&gate=1] -- gate: who has not come in today is marked already. */
static enum reply
show_lesson(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *lesson = db_ask(rq, Q_LESSON, DB_INT(id));
	struct db_rows *roll = db_ask(rq, Q_ROLL, DB_INT(id));
	struct db_rows *codes = db_ask(rq, Q_CODES);
	struct db_rows *asked = db_ask(rq, Q_QUESTIONS, DB_INT(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal-lesson");
	add_head(rq, page, lesson, "roll");
	form_show(rq, page, "theme", NULL);
	if (!is_post(rq) || !form_has(rq, "theme"))
		view_text(page, "value_theme", db_text(lesson, 0, "theme"));
	add_roll(rq, page, roll, codes);
	view_rows(page, "legend", codes);
	view_text(page, "gate_url", url_path(rq, "/staff/journal/lesson", "id", db_text(lesson, 0, "lesson_id"),
	    "gate", "1", NULL));
	view_rows(page, "question", asked);
	return view_send(rq, page);
}

/* POST /staff/journal/lesson id= key= seen= shown= roll_seen= [at=] how_ID= [absent_ID=] [minutes_ID=] … */
static enum reply
save_roll(struct request *rq)
{
	const char *key = form_key(rq);
	int64_t id = form_id(rq, "id"), at_ms = form_int(rq, "at", 0, INT64_C(1) << 53, 0);
	struct db_array *pupils = db_array(rq), *ticked = db_array(rq), *codes = db_array(rq), *minutes = db_array(rq);

	for (int i = 0; i < rq->body.count; i++) {
		const struct form_field *field = &rq->body.field[i];
		int64_t pupil = pupil_of_field(rq, field, "how_");
		const char *late;
		int64_t n = 0;

		if (pupil == 0)
			continue;
		db_array_int(pupils, pupil);
		db_array_int(codes, form_id(rq, field->name));
		late = form_text(rq, field_of(rq, "minutes_", pupil), 3, "");
		if (*late != '\0' && !int_parse(late, 1, 180, &n))
			form_error(rq, "", "Минуты опоздания — это число от 1 до 180.");
		if (n > 0)
			db_array_int(minutes, n);
		else
			db_array_null(minutes);
		if (form_flag(rq, field_of(rq, "absent_", pupil)))
			db_array_int(ticked, pupil);
	}
	if (form_failed(rq))
		return show_lesson(rq);
	db_ask(rq, Q_SAVE_ROLL, DB_TEXT(key), DB_INT(id), db_array_end(rq, pupils), db_array_end(rq, ticked),
	    db_array_end(rq, codes), db_array_end(rq, minutes), DB_TEXT(form_text(rq, "seen", 4000, "")),
	    DB_TEXT(form_text(rq, "shown", 4000, "")), DB_TEXT(form_text(rq, "roll_seen", 40, "")), DB_ID(at_ms));
	if (!db_answer(rq))
		return form_refused(rq, show_lesson);
	return app_redirect(rq, "/staff/journal/lesson", "id", url_id(rq, id), "done", "journal-roll", NULL);
}

/* POST /staff/journal/theme id= key= seen= theme= */
static enum reply
save_theme(struct request *rq)
{
	int64_t id = form_id(rq, "id");

	db_ask(rq, Q_SAVE_THEME, DB_TEXT(form_key(rq)), DB_INT(id), DB_TEXT(form_text(rq, "theme", 200, "")),
	    DB_TEXT(form_text(rq, "seen", 200, "")));
	if (!db_answer(rq))
		return form_refused(rq, show_lesson);
	return app_redirect(rq, "/staff/journal/lesson", "id", url_id(rq, id), "done", "journal-theme", NULL);
}

/* POST /staff/journal/reply id= key= message= reply= */
static enum reply
save_reply(struct request *rq)
{
	const char *reply = form_lines(rq, "reply", 2000, "");
	struct db_rows *saved;

	if (*reply == '\0') {
		form_error(rq, "", "Ответ пуст: напишите несколько слов.");
		return show_lesson(rq);
	}
	saved = db_ask(rq, Q_REPLY, DB_TEXT(form_key(rq)), DB_INT(form_id(rq, "message")), DB_TEXT(reply));
	if (!db_answer(rq))
		return form_refused(rq, show_lesson);
	return app_redirect(rq, "/staff/journal/lesson", "id", db_text(saved, 0, "lesson_id"),
	    "done", "journal-reply", NULL);
}

/* ---- works and marks -------------------------------------------------------------------------------- */

static void
add_kinds(struct view *page, const struct db_rows *kinds, int64_t selected)
{
	view_none(page, "kind");
	for (int i = 0; i < db_row_count(kinds); i++) {
		struct view *row = view_add(page, "kind");

		view_text(row, "kind_id", db_text(kinds, i, "kind_id"));
		view_text(row, "title", db_text(kinds, i, "title"));
		view_int(row, "weight", db_int(kinds, i, "weight"));
		view_flag(row, "is_selected", selected > 0 ? db_int(kinds, i, "kind_id") == selected : i == 0);
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
		const char *typed = is_post(rq) ? form_text(rq, field_of(rq, "mark_", pupil), 20, "") : db_text(marks, i, "marks");

		view_text(row, "pupil_id", db_text(marks, i, "pupil_id"));
		view_text(row, "name", db_text(marks, i, "name"));
		view_text(row, "scope", db_text(marks, i, "scope"));
		view_text(row, "point_till", db_text(marks, i, "point_till"));
		view_text(row, "typed", typed);
		view_flag(row, "is_commented", db_bool(marks, i, "is_commented"));
		view_text(row, "mark_url", *db_text(marks, i, "marks") == '\0' ? "" :
		    url_path(rq, "/staff/journal/mark", "work", work, "pupil", db_text(marks, i, "pupil_id"), NULL));
	}
}

/* GET /staff/journal/marks?id=[&work=] -- work 0 is a new one; none: the latest of the lesson, or a new one. */
static enum reply
show_marks(struct request *rq)
{
	int64_t id = form_id(rq, "id"), wanted = form_int(rq, "work", 0, INT64_MAX, -1), kind, weight, task;
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
	add_head(rq, page, lesson, "marks");
	/* The head has a `seen` of its own, of the roll. */
	view_text(page, "seen", db_text(work, 0, "seen"));
	form_show(rq, page, "work_title", "reason", "till", "work_key", NULL);
	if (!is_post(rq))
		view_text(page, "value_work_title", db_text(work, 0, "title"));
	kind = is_post(rq) ? form_id(rq, "kind") : db_int(work, 0, "kind_id");
	weight = is_post(rq) ? form_int(rq, "weight", 1, 10, 0) : db_int(work, 0, "weight");
	task = is_post(rq) ? form_id(rq, "task") : db_int(work, 0, "exam_task_id");
	view_flag(page, "is_exam", is_post(rq) ? form_flag(rq, "is_exam") : db_bool(work, 0, "is_exam"));
	view_choices(page, "work", works, "work_id", db_text(work, 0, "work_id"));
	view_choices(page, "task", tasks, "exam_task_id", url_id(rq, task));
	add_kinds(page, kinds, kind);
	add_weights(page, weight);
	add_mark_rows(rq, page, marks, db_text(work, 0, "work_id"));
	return view_send(rq, page);
}

/*
 * POST /staff/journal/marks id= key= work= work_key= kind= work_title= weight= [is_exam=] [task=] work_seen= seen=
 * [till=] [reason=] mark_ID= …
 */
static enum reply
save_marks(struct request *rq)
{
	const char *key = form_key(rq), *work_key = form_uuid(rq, "work_key");
	int64_t id = form_id(rq, "id"), weight = form_int(rq, "weight", 1, 10, 0);
	struct db_array *pupils = db_array(rq), *values = db_array(rq);
	struct db_rows *saved;

	read_marks(rq, pupils, values);
	saved = db_ask(rq, Q_SAVE_MARKS, DB_TEXT(key), DB_INT(id), DB_INT(form_id(rq, "work")), DB_TEXT(work_key),
	    DB_INT(form_id(rq, "kind")), DB_TEXT(form_text(rq, "work_title", 120, "")), DB_ID(weight),
	    DB_BOOL(form_flag(rq, "is_exam")), DB_ID(form_id(rq, "task")),
	    DB_TEXT(form_text(rq, "work_seen", 200, "")), db_array_end(rq, pupils), db_array_end(rq, values),
	    DB_TEXT(form_text(rq, "seen", 4000, "")), DB_TEXT(form_date(rq, "till", NULL)),
	    DB_TEXT(form_text(rq, "reason", 200, "")));
	if (!db_answer(rq))
		return form_refused(rq, show_marks);
	return app_redirect(rq, "/staff/journal/marks", "id", url_id(rq, id),
	    "work", db_text(saved, 0, "work_id"), "done", "journal-marks", NULL);
}

/* POST /staff/journal/drop id= work= */
static enum reply
drop_work(struct request *rq)
{
	struct db_rows *dropped = db_ask(rq, Q_DROP_WORK, DB_INT(form_id(rq, "work")));

	if (!db_answer(rq))
		return form_refused(rq, show_marks);
	return app_redirect(rq, "/staff/journal/marks", "id", db_text(dropped, 0, "lesson_id"),
	    "done", "journal-dropped", NULL);
}

/* GET /staff/journal/mark?work=&pupil= -- one pupil's marks for a work: comment, deadline, history. */
static enum reply
show_mark(struct request *rq)
{
	int64_t work = form_id(rq, "work"), pupil = form_id(rq, "pupil"), ordinal = form_id(rq, "ordinal");
	struct db_rows *marks = db_ask(rq, Q_MARK, DB_INT(work), DB_INT(pupil));
	struct db_rows *history = db_ask(rq, Q_HISTORY, DB_INT(work), DB_INT(pupil));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal-mark");
	view_values(page, marks);
	view_int(page, "work_id", work);
	view_int(page, "pupil_id", pupil);
	view_flag(page, "is_open", db_bool(marks, 0, "may_write") && *db_text(marks, 0, "closed") == '\0');
	view_text(page, "marks_url", url_path(rq, "/staff/journal/marks", "id", db_text(marks, 0, "lesson_id"),
	    "work", url_id(rq, work), NULL));
	form_show(rq, page, "reason", NULL);
	for (int i = 0; i < db_row_count(marks); i++) {
		struct view *row = view_add(page, "mark");
		bool typed = is_post(rq) && db_int(marks, i, "ordinal") == ordinal;

		view_int(row, "ordinal", db_int(marks, i, "ordinal"));
		view_text(row, "seen", db_text(marks, i, "value"));
		view_text(row, "value", typed ? form_text(rq, "value", 20, "") : db_text(marks, i, "value"));
		view_text(row, "comment", typed ? form_text(rq, "comment", 300, "") : db_text(marks, i, "comment"));
		view_text(row, "point_till", typed ? form_date(rq, "till", "") : db_text(marks, i, "point_till"));
	}
	view_rows(page, "change", history);
	return view_send(rq, page);
}

/* POST /staff/journal/mark key= work= pupil= ordinal= seen= value= [comment=] [till=] [reason=] */
static enum reply
save_mark(struct request *rq)
{
	int64_t work = form_id(rq, "work"), pupil = form_id(rq, "pupil");

	db_ask(rq, Q_SAVE_MARK, DB_TEXT(form_key(rq)), DB_INT(work), DB_INT(pupil),
	    DB_INT(form_int(rq, "ordinal", 1, 3, 1)), DB_TEXT(form_text(rq, "value", 20, "")),
	    DB_TEXT(form_text(rq, "comment", 300, "")), DB_TEXT(form_date(rq, "till", NULL)),
	    DB_TEXT(form_text(rq, "reason", 200, "")), DB_TEXT(form_text(rq, "seen", 10, "")));
	if (!db_answer(rq))
		return form_refused(rq, show_mark);
	return app_redirect(rq, "/staff/journal/mark", "work", url_id(rq, work), "pupil", url_id(rq, pupil),
	    "done", "journal-mark", NULL);
}

/* ---- homework ------------------------------------------------------------------------------------------ */

/* GET /staff/journal/homework?id=[&target=] -- what is given at this lesson, and what was handed in for it. */
static enum reply
show_homework(struct request *rq)
{
	int64_t id = form_id(rq, "id"), target = form_id(rq, "target");
	struct db_rows *lesson = db_ask(rq, Q_LESSON, DB_INT(id));
	struct db_rows *targets = db_ask(rq, Q_TARGETS, DB_INT(id));
	struct db_rows *given = db_ask(rq, Q_HOMEWORK, DB_INT(id), DB_ID(target));
	struct db_rows *files = db_ask(rq, Q_FILES, DB_INT(id), DB_ID(target));
	struct db_rows *was = db_ask(rq, Q_TASK, DB_INT(id));
	struct db_rows *answers = db_ask(rq, Q_ANSWERS, DB_INT(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal-homework");
	add_head(rq, page, lesson, "homework");
	view_values(page, given);
	form_show(rq, page, "task", "minutes", "link", "files", NULL);
	if (!is_post(rq)) {
		view_text(page, "value_task", db_text(given, 0, "task"));
		view_text(page, "value_minutes", db_text(given, 0, "minutes"));
		view_text(page, "value_link", db_text(given, 0, "link"));
	} else {
		view_flag(page, "wants_answer", form_flag(rq, "wants_answer"));
	}
	view_choices(page, "target", targets, "target_id", db_text(given, 0, "target_id"));
	view_rows(page, "file", files);
	view_rows(page, "was", was);
	view_groups(page, "answer", "answer_file", answers, "answer_id");
	return view_send(rq, page);
}

/* What a person can type wrong. */
static void
check_homework(struct request *rq, const char *minutes, const char *link, int64_t *n)
{
	if (*minutes != '\0' && !int_parse(minutes, 1, 600, n))
		form_error(rq, "minutes", "Время — это минуты, число от 1 до 600.");
	if (*link != '\0' && strncmp(link, "https://", 8) != 0 && strncmp(link, "http://", 7) != 0)
		form_error(rq, "link", "Ссылка начинается с https://");
	else if (strpbrk(link, " \t") != NULL)
		form_error(rq, "link", "В ссылке нет пробелов.");
	else if (*link != '\0' && strlen(link) < 12)
		form_error(rq, "link", "Ссылка слишком коротка.");
}

/*
 * POST /staff/journal/homework (multipart) id= key= target= seen= task= [minutes=] [link=] [wants_answer=] [drop_UUID=]
 * files
 */
static enum reply
save_homework(struct request *rq)
{
	const char *key = form_key(rq), *minutes = form_text(rq, "minutes", 10, ""), *link = form_text(rq, "link", 500, "");
	int64_t id = form_id(rq, "id"), target = form_id(rq, "target"), n = 0;
	struct form_upload uploads[FORM_MAX_FILES];
	int count = form_uploads(rq, "files", uploads, FORM_MAX_FILES);
	struct db_array *drop = db_array(rq);

	check_homework(rq, minutes, link, &n);
	if (form_failed(rq))
		return show_homework(rq);
	for (int i = 0; i < rq->body.count; i++)
		if (strncmp(rq->body.field[i].name, "drop_", 5) == 0)
			db_array_text(drop, form_uuid(rq, rq->body.field[i].name));
	db_ask(rq, Q_SAVE_HOMEWORK, DB_TEXT(key), DB_INT(id), DB_ID(target), DB_TEXT(form_lines(rq, "task", 4000, "")),
	    DB_ID(n), DB_TEXT(link), DB_BOOL(form_flag(rq, "wants_answer")),
	    DB_TEXT(form_lines(rq, "seen", 4000, "")), db_array_end(rq, drop));
	for (int i = 0; i < count; i++)
		db_ask(rq, Q_ADD_FILE, DB_TEXT(key), DB_INT(i + 1), DB_INT(id), DB_ID(target), DB_TEXT(uploads[i].name),
		    DB_TEXT(uploads[i].type), DB_BYTES(uploads[i].bytes, uploads[i].len));
	if (!db_answer(rq))
		return form_refused(rq, show_homework);
	return app_redirect(rq, "/staff/journal/homework", "id", url_id(rq, id), "target", url_id(rq, target),
	    "done", "journal-homework", NULL);
}

/* GET /staff/journal/file?id=UUID */
static enum reply
send_file(struct request *rq)
{
	struct db_rows *file = db_ask(rq, Q_FILE, DB_TEXT(form_uuid(rq, "id")));

	return db_answer(rq) ? app_send_file(rq, file) : rq->db_reply;
}

/* POST /staff/journal/undo act= id= */
static enum reply
undo(struct request *rq)
{
	struct db_rows *undone = db_ask(rq, Q_UNDO, DB_TEXT(form_uuid(rq, "act")));

	if (!db_answer(rq))
		return form_refused(rq, show_lesson);
	return app_redirect(rq, "/staff/journal/lesson", "id", db_text(undone, 0, "lesson_id"),
	    "done", "journal-undone", NULL);
}

/* ---- a class and a subject ------------------------------------------------------------------------------- */

struct scope { int64_t class, subject, subgroup, term; };

static struct scope
read_scope(struct request *rq)
{
	return (struct scope){
		.class = form_id(rq, "class"), .subject = form_id(rq, "subject"),
		.subgroup = form_id(rq, "subgroup"), .term = form_id(rq, "term"),
	};
}

static const char *
scope_url(struct request *rq, const char *path, struct scope scope, const char *skip)
{
	return url_path(rq, path, "class", url_id(rq, scope.class), "subject", url_id(rq, scope.subject),
	    "subgroup", url_id(rq, scope.subgroup), "term", url_id(rq, scope.term), "skip", skip, NULL);
}

static void
add_terms(struct request *rq, struct view *page, const struct db_rows *terms, struct scope scope, const char *path)
{
	int64_t shown = scope.term;

	view_none(page, "term_choice");
	for (int i = 0; i < db_row_count(terms); i++) {
		struct view *row = view_add(page, "term_choice");

		scope.term = db_int(terms, i, "term_id");
		view_text(row, "url", scope_url(rq, path, scope, ""));
		view_text(row, "title", db_text(terms, i, "title"));
		view_flag(row, "is_selected", scope.term == shown);
	}
}

/* GET /staff/journal/class?class=&subject=[&subgroup=][&term=][&skip=] -- skip: that many latest lessons are left out. */
static enum reply
show_class(struct request *rq)
{
	struct scope scope = read_scope(rq);
	int64_t skip = form_int(rq, "skip", 0, 1000, 0);
	struct db_rows *class = db_ask(rq, Q_CLASS, DB_INT(scope.class), DB_INT(scope.subject), DB_ID(scope.subgroup),
	    DB_ID(scope.term));
	struct db_rows *terms = db_ask(rq, Q_TERMS, DB_INT(scope.class));
	struct db_rows *days = db_ask(rq, Q_GRID_DAYS, DB_INT(scope.class), DB_INT(scope.subject), DB_ID(scope.subgroup),
	    DB_ID(scope.term), DB_INT(skip));
	struct db_rows *grid = db_ask(rq, Q_GRID, DB_INT(scope.class), DB_INT(scope.subject), DB_ID(scope.subgroup),
	    DB_ID(scope.term), DB_INT(skip));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal-class");
	view_values(page, class);
	scope.term = db_int(class, 0, "term_id");
	add_terms(rq, page, terms, scope, "/staff/journal/class");
	view_rows(page, "column", days);
	view_groups(page, "pupil", "cell", grid, "pupil_id");
	view_text(page, "finals_url", scope_url(rq, "/staff/journal/finals", scope, ""));
	view_text(page, "older_url", db_int(class, 0, "lesson_count") <= skip + COLUMNS_OF_GRID ? "" :
	    scope_url(rq, "/staff/journal/class", scope, url_id(rq, skip + COLUMNS_OF_GRID)));
	view_text(page, "newer_url", skip == 0 ? "" : scope_url(rq, "/staff/journal/class", scope,
	    url_id(rq, skip - COLUMNS_OF_GRID)));
	return view_send(rq, page);
}

/* GET /staff/journal/finals?class=&subject=[&subgroup=][&term=] */
static enum reply
show_finals(struct request *rq)
{
	struct scope scope = read_scope(rq);
	struct db_rows *class = db_ask(rq, Q_CLASS, DB_INT(scope.class), DB_INT(scope.subject), DB_ID(scope.subgroup),
	    DB_ID(scope.term));
	struct db_rows *terms = db_ask(rq, Q_TERMS, DB_INT(scope.class));
	/* No lesson is so far back: one row for each pupil. */
	struct db_rows *pupils = db_ask(rq, Q_GRID, DB_INT(scope.class), DB_INT(scope.subject), DB_ID(scope.subgroup),
	    DB_ID(scope.term), DB_INT(INT32_MAX));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal-finals");
	view_values(page, class);
	scope.term = db_int(class, 0, "term_id");
	view_flag(page, "is_open", db_bool(class, 0, "may_write") && *db_text(class, 0, "closed") == '\0');
	add_terms(rq, page, terms, scope, "/staff/journal/finals");
	view_text(page, "class_url", scope_url(rq, "/staff/journal/class", scope, ""));
	form_show(rq, page, "reason", NULL);
	view_none(page, "pupil");
	for (int i = 0; i < db_row_count(pupils); i++) {
		const char *field = field_of(rq, "mark_", db_int(pupils, i, "pupil_id"));
		struct view *row = view_add(page, "pupil");

		view_text(row, "pupil_id", db_text(pupils, i, "pupil_id"));
		view_text(row, "name", db_text(pupils, i, "name"));
		view_int(row, "n", db_int(pupils, i, "n"));
		view_text(row, "average_100", db_text(pupils, i, "average_100"));
		view_text(row, "weighted_100", db_text(pupils, i, "weighted_100"));
		view_text(row, "early_reason", db_text(pupils, i, "early_reason"));
		view_text(row, "typed", is_post(rq) ? form_text(rq, field, 20, "") : db_text(pupils, i, "final"));
	}
	return view_send(rq, page);
}

/* POST /staff/journal/finals class= subject= [subgroup=] term= key= seen= [reason=] mark_ID= … */
static enum reply
save_finals(struct request *rq)
{
	struct scope scope = read_scope(rq);
	struct db_array *pupils = db_array(rq), *values = db_array(rq);

	read_marks(rq, pupils, values);
	db_ask(rq, Q_SAVE_FINALS, DB_TEXT(form_key(rq)), DB_INT(scope.class), DB_INT(scope.subject), DB_ID(scope.subgroup),
	    DB_ID(scope.term), db_array_end(rq, pupils), db_array_end(rq, values), DB_TEXT(form_text(rq, "seen", 4000, "")),
	    DB_TEXT(form_text(rq, "reason", 200, "")));
	if (!db_answer(rq))
		return form_refused(rq, show_finals);
	return app_redirect(rq, "/staff/journal/finals", "class", url_id(rq, scope.class),
	    "subject", url_id(rq, scope.subject), "subgroup", url_id(rq, scope.subgroup),
	    "term", url_id(rq, scope.term), "done", "journal-finals", NULL);
}

#define READERS (ACCESS_TEACHER | ACCESS_HEAD)

static const struct route routes[] = {
	{ "GET",  "/staff/journal",          show_day,      ACCESS_TEACHER, 0 },
	{ "GET",  "/staff/journal/lesson",   show_lesson,   READERS, 0 },
	{ "POST", "/staff/journal/lesson",   save_roll,     ACCESS_TEACHER, 0 },
	{ "POST", "/staff/journal/theme",    save_theme,    ACCESS_TEACHER, 0 },
	{ "POST", "/staff/journal/reply",    save_reply,    ACCESS_TEACHER, 0 },
	{ "GET",  "/staff/journal/marks",    show_marks,    READERS, 0 },
	{ "POST", "/staff/journal/marks",    save_marks,    ACCESS_TEACHER, 0 },
	{ "POST", "/staff/journal/drop",     drop_work,     ACCESS_TEACHER, 0 },
	{ "GET",  "/staff/journal/mark",     show_mark,     READERS, 0 },
	{ "POST", "/staff/journal/mark",     save_mark,     ACCESS_TEACHER, 0 },
	{ "GET",  "/staff/journal/homework", show_homework, READERS, 0 },
	{ "POST", "/staff/journal/homework", save_homework, ACCESS_TEACHER, FORM_MAX_UPLOAD_BYTES },
	{ "GET",  "/staff/journal/file",     send_file,     READERS, 0 },
	{ "POST", "/staff/journal/undo",     undo,          ACCESS_TEACHER, 0 },
	{ "GET",  "/staff/journal/class",    show_class,    READERS, 0 },
	{ "GET",  "/staff/journal/finals",   show_finals,   READERS, 0 },
	{ "POST", "/staff/journal/finals",   save_finals,   ACCESS_TEACHER, 0 },
};

APP_MAIN("journal", .audience = AUDIENCE_STAFF)
