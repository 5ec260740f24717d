/*
 * journal.c -- Журнал: the teacher's lessons of a day, who is there, themes, questions of parents.
 * parts/journal-marks.c has works and marks, parts/journal-homework.c the homework, and
 * parts/journal-grid.c a class's term with its final marks.
 *
 * Every form says what the page had shown (`seen`), because it may come hours later from a phone
 * that was offline (journal.js): the database does the difference and refuses what somebody else
 * changed meanwhile. Fields of pupils are named how_ID, absent_ID, minutes_ID and mark_ID.
 */
#include "app.h"
#include "text.h"
#include "parts/journal.h"

#define ROSTER_MAX_BYTES (64 * 1024)

static const struct db_question questions[Q__COUNT] = {
	[Q_DAYS] = { "staff.journal_days($1, $2::date)" },
	[Q_DAY] = { "staff.journal_day($1, $2::date)" },
	[Q_GAPS] = { "staff.journal_gaps($1)" },
	[Q_CLASSES] = { "staff.journal_classes($1)" },
	[Q_LESSON] = { "staff.journal_lesson($1, $2::bigint)" },
	[Q_ROLL] = { "staff.journal_roll($1, $2::bigint)" },
	[Q_CODES] = { "staff.journal_codes($1)" },
	[Q_SAVE_ROLL] = { "staff.journal_save_roll($1, $2::uuid, $3::bigint, $4::bigint[], $5::bigint[], "
			  "$6::bigint[], $7::integer[], $8, $9, $10, $11::bigint)" },
	[Q_SAVE_THEME] = { "staff.journal_save_theme($1, $2::uuid, $3::bigint, $4, $5)" },
	[Q_WORKS] = { "staff.journal_works($1, $2::bigint)" },
	[Q_WORK] = { "staff.journal_work($1, $2::bigint, $3::bigint)" },
	[Q_KINDS] = { "staff.journal_kinds($1)" },
	[Q_TASKS] = { "staff.journal_exam_tasks($1, $2::bigint)" },
	[Q_MARKS] = { "staff.journal_marks($1, $2::bigint, $3::bigint)" },
	[Q_SAVE_MARKS] = { "staff.journal_save_marks($1, $2::uuid, $3::bigint, $4::bigint, $5::uuid, $6::bigint, $7, "
			   "$8::integer, $9::boolean, $10::bigint, $11, $12::bigint[], $13::text[], $14, $15::date, $16)" },
	[Q_DROP_WORK] = { "staff.journal_drop_work($1, $2::bigint)" },
	[Q_MARK] = { "staff.journal_mark($1, $2::bigint, $3::bigint)" },
	[Q_HISTORY] = { "staff.journal_history($1, $2::bigint, $3::bigint)" },
	[Q_SAVE_MARK] = { "staff.journal_save_mark($1, $2::uuid, $3::bigint, $4::bigint, $5::integer, $6, $7, "
			  "$8::date, $9, $10)" },
	[Q_TARGETS] = { "staff.journal_targets($1, $2::bigint)" },
	[Q_HOMEWORK] = { "staff.journal_homework($1, $2::bigint, $3::bigint)" },
	[Q_FILES] = { "staff.journal_homework_files($1, $2::bigint, $3::bigint)" },
	[Q_TASK] = { "staff.journal_task($1, $2::bigint)" },
	[Q_ANSWERS] = { "staff.journal_answers($1, $2::bigint)" },
	[Q_SAVE_HOMEWORK] = { "staff.journal_save_homework($1, $2::uuid, $3::bigint, $4::bigint, $5, $6::integer, $7, "
			      "$8::boolean, $9, $10::uuid[])" },
	[Q_ADD_FILE] = { "staff.journal_add_file($1, $2::uuid, $3::integer, $4::bigint, $5::bigint, $6, $7, $8::bytea)" },
	[Q_FILE] = { "staff.journal_file($1, $2::uuid)" },
	[Q_QUESTIONS] = { "staff.journal_questions($1, $2::bigint)" },
	[Q_REPLY] = { "staff.journal_reply($1, $2::uuid, $3::bigint, $4)" },
	[Q_UNDO] = { "staff.journal_undo($1, $2::uuid)" },
	[Q_TERMS] = { "staff.journal_terms($1, $2::bigint)" },
	[Q_CLASS] = { "staff.journal_class($1, $2::bigint, $3::bigint, $4::bigint, $5::bigint)" },
	[Q_GRID_DAYS] = { "staff.journal_grid_days($1, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::integer)" },
	[Q_GRID] = { "staff.journal_grid($1, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::integer)" },
	[Q_SAVE_FINALS] = { "staff.journal_save_finals($1, $2::uuid, $3::bigint, $4::bigint, $5::bigint, $6::bigint, "
			    "$7::bigint[], $8::text[], $9, $10)" },
};

/* Name of a pupil's field. */
const char *
journal_field(struct request *rq, const char *prefix, int64_t pupil)
{
	return arena_printf(rq->arena, "%s%lld", prefix, (long long)pupil);
}

/* All fields mark_ID: ids and what was typed. */
void
journal_read_marks(struct request *rq, struct db_array *pupils, struct db_array *values)
{
	for (int i = 0; i < rq->body.count; i++) {
		int64_t pupil = form_name_id(rq, &rq->body.field[i], "mark_");

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
	view_text(page, "previous_url",
	    url_path(rq, "/staff/journal", "day", db_text(days, 0, "previous_day"), NULL));
	view_text(page, "next_url",
	    url_path(rq, "/staff/journal", "day", db_text(days, 0, "next_day"), NULL));
	view_rows(page, "lesson", lessons);
	view_rows(page, "gap", gaps);
	view_rows(page, "question", asked);
	for (int i = 0; i < db_row_count(classes); i++) {
		struct view *row = view_add(page, "class");

		view_text(row, "url",
		    url_path(rq, "/staff/journal/class", "class", db_text(classes, i, "class_id"),
			"subject", db_text(classes, i, "subject_id"), "subgroup",
			db_text(classes, i, "subgroup_id"), NULL));
		view_text(row, "class_name", db_text(classes, i, "class_name"));
		view_text(row, "subject", db_text(classes, i, "subject"));
		view_text(row, "subgroup", db_text(classes, i, "subgroup"));
	}
	if (db_row_count(classes) == 0)
		view_none(page, "class");
	return view_send(rq, page);
}

/* ---- one lesson: who is here, the theme, questions ------------------------------------------- */

/* What the head of a lesson's pages needs (parts/journal-head.html). */
void
journal_add_head(struct request *rq, struct view *page, const struct db_rows *lesson,
    const char *tab)
{
	view_values(page, lesson);
	view_text(page, "tab", tab);
	view_flag(page, "is_open",
	    db_bool(lesson, 0, "may_write") && *db_text(lesson, 0, "closed") == '\0');
	view_text(page, "day_url",
	    url_path(rq, "/staff/journal", "day", db_text(lesson, 0, "day"), NULL));
	view_text(page, "class_url",
	    url_path(rq, "/staff/journal/class", "class", db_text(lesson, 0, "class_id"), "subject",
		db_text(lesson, 0, "subject_id"), "subgroup", db_text(lesson, 0, "subgroup_id"),
		NULL));
}

/*
 * How a pupil is marked on the page: as the database says, as the gate says, or as was just typed.
 */
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

	if (app_is_post(rq) && form_has(rq, journal_field(rq, "how_", pupil))) {
		state.code = form_id(rq, journal_field(rq, "how_", pupil));
		state.is_absent = form_flag(rq, journal_field(rq, "absent_", pupil));
		state.minutes = form_text(rq, journal_field(rq, "minutes_", pupil), 3, "");
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
		if (db_int(codes, i, "code_id") == state->code && app_is_post(rq))
			state->is_absent = strcmp(db_text(codes, i, "scope"), "absent") == 0;
	}
}

/*
 * The pupils with their controls, and `shown`: what the page said of those who are not wholly here.
 */
static void
add_roll(struct request *rq, struct view *page, const struct db_rows *roll,
    const struct db_rows *codes)
{
	bool from_gate = form_has(rq, "gate");
	struct text *shown = arena_text(rq->arena, ROSTER_MAX_BYTES);
	int absent = 0, never = 0;

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
			    strspn(state.minutes, "0123456789") == strlen(state.minutes)
				? state.minutes
				: "");
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
	journal_add_head(rq, page, lesson, "roll");
	form_show(rq, page, "theme", NULL);
	if (!app_is_post(rq) || !form_has(rq, "theme"))
		view_text(page, "value_theme", db_text(lesson, 0, "theme"));
	add_roll(rq, page, roll, codes);
	view_rows(page, "legend", codes);
	view_text(page, "gate_url",
	    url_path(rq, "/staff/journal/lesson", "id", db_text(lesson, 0, "lesson_id"), "gate",
		"1", NULL));
	view_rows(page, "question", asked);
	return view_send(rq, page);
}

/*
 * POST /staff/journal/lesson id= key= seen= shown= roll_seen= [at=] how_ID= [absent_ID=]
 * [minutes_ID=] …
 */
static enum reply
save_roll(struct request *rq)
{
	const char *key = form_key(rq);
	int64_t id = form_id(rq, "id"), at_ms = form_int(rq, "at", 0, INT64_C(1) << 53, 0);
	struct db_array *pupils = db_array(rq), *ticked = db_array(rq), *codes = db_array(rq),
			*minutes = db_array(rq);

	for (int i = 0; i < rq->body.count; i++) {
		const struct form_field *field = &rq->body.field[i];
		int64_t pupil = form_name_id(rq, field, "how_");
		const char *late;
		int64_t n = 0;

		if (pupil == 0)
			continue;
		db_array_int(pupils, pupil);
		db_array_int(codes, form_id(rq, field->name));
		late = form_text(rq, journal_field(rq, "minutes_", pupil), 3, "");
		if (*late != '\0' && !int_parse(late, 1, 180, &n))
			form_error(rq, "", "Минуты опоздания — это число от 1 до 180.");
		if (n > 0)
			db_array_int(minutes, n);
		else
			db_array_null(minutes);
		if (form_flag(rq, journal_field(rq, "absent_", pupil)))
			db_array_int(ticked, pupil);
	}
	if (form_failed(rq))
		return form_again(rq, show_lesson);
	db_ask(rq, Q_SAVE_ROLL, DB_TEXT(key), DB_INT(id), db_array_end(rq, pupils),
	    db_array_end(rq, ticked), db_array_end(rq, codes), db_array_end(rq, minutes),
	    DB_TEXT(form_text(rq, "seen", 4000, "")), DB_TEXT(form_text(rq, "shown", 4000, "")),
	    DB_TEXT(form_text(rq, "roll_seen", 40, "")), DB_ID(at_ms));
	return form_done(rq, show_lesson, "/staff/journal/lesson", "id", url_id(rq, id), "done",
	    "journal-roll", NULL);
}

/* POST /staff/journal/theme id= key= seen= theme= */
static enum reply
save_theme(struct request *rq)
{
	int64_t id = form_id(rq, "id");

	db_ask(rq, Q_SAVE_THEME, DB_TEXT(form_key(rq)), DB_INT(id),
	    DB_TEXT(form_text(rq, "theme", 200, "")), DB_TEXT(form_text(rq, "seen", 200, "")));
	return form_done(rq, show_lesson, "/staff/journal/lesson", "id", url_id(rq, id), "done",
	    "journal-theme", NULL);
}

/* POST /staff/journal/reply id= key= message= reply= */
static enum reply
save_reply(struct request *rq)
{
	const char *reply = form_lines(rq, "reply", 2000, "");
	struct db_rows *saved;

	if (*reply == '\0') {
		form_error(rq, "", "Ответ пуст: напишите несколько слов.");
		return form_again(rq, show_lesson);
	}
	saved = db_ask(rq, Q_REPLY, DB_TEXT(form_key(rq)), DB_INT(form_id(rq, "message")),
	    DB_TEXT(reply));
	if (!db_answer(rq))
		return form_refused(rq, show_lesson);
	return app_redirect(rq, "/staff/journal/lesson", "id", db_text(saved, 0, "lesson_id"),
	    "done", "journal-reply", NULL);
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

#define READERS (ACCESS_TEACHER | ACCESS_HEAD)

static const struct route routes[] = {
	{ "GET",  "/staff/journal",            show_day,              ACCESS_TEACHER,
	    .view = { "journal-questions" } },
	{ "GET",  "/staff/journal/lesson",     show_lesson,           READERS,
	    .view = { "journal-lesson", "id" } },
	{ "POST", "/staff/journal/lesson",     save_roll,             ACCESS_TEACHER, 0 },
	{ "POST", "/staff/journal/theme",      save_theme,            ACCESS_TEACHER, 0 },
	{ "POST", "/staff/journal/reply",      save_reply,            ACCESS_TEACHER, 0 },
	{ "GET",  "/staff/journal/marks",      journal_show_marks,    READERS,
	    .view = { "journal-marks", "id" } },
	{ "POST", "/staff/journal/marks",      journal_save_marks,    ACCESS_TEACHER, 0 },
	{ "POST", "/staff/journal/drop",       journal_drop_work,     ACCESS_TEACHER, 0 },
	{ "GET",  "/staff/journal/mark",       journal_show_mark,     READERS,
	    .view = { "journal-mark", "pupil" } },
	{ "POST", "/staff/journal/mark",       journal_save_mark,     ACCESS_TEACHER, 0 },
	{ "GET",  "/staff/journal/homework",   journal_show_homework, READERS,
	    .view = { "journal-homework", "id" } },
	{ "POST", "/staff/journal/homework",   journal_save_homework, ACCESS_TEACHER, FORM_MAX_UPLOAD_BYTES },
	{ "GET",  "/staff/journal/file",       journal_send_file,     READERS,
	    .view = { "journal-file", "id" } },
	{ "POST", "/staff/journal/undo",       undo,                  ACCESS_TEACHER, 0 },
	{ "GET",  "/staff/journal/class",      journal_show_class,    READERS,
	    .view = { "journal-class", "class" } },
	{ "GET",  "/staff/journal/finals",     journal_show_finals,   READERS,
	    .view = { "journal-finals", "class" } },
	{ "POST", "/staff/journal/finals",     journal_save_finals,   ACCESS_TEACHER, 0 },
};

APP_MAIN("journal", .audience = AUDIENCE_STAFF)
