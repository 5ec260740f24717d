/*
 * head.c -- Учебная часть, the head's desk: the weekly timetable of each class, who teaches instead
 * of whom, terms, days off, bells and events, and who has not filled in the journal. What the school
 * tells its families is in parts/head-site.c.
 *
 * What clashes is for the database to say, in words; what may not be changed any more, too.
 */
#include "parts/head.h"
#include "text.h"

#define REPORT_ON_PAGE 40
#define REPORT_IN_CSV  5000
#define CSV_MAX_BYTES  (2 * 1024 * 1024)

static const struct db_question questions[Q__COUNT] = {
	[Q_TODAY]       = { "staff.head_today($1)" },
	[Q_CLASSES]     = { "staff.head_classes($1)" },
	[Q_TEACHERS]    = { "staff.head_teachers($1)" },
	[Q_SUBJECTS]    = { "staff.head_subjects($1)" },
	[Q_SUBGROUPS]   = { "staff.head_subgroups($1, $2::bigint)" },
	[Q_SLOTS]       = { "staff.head_slots($1, $2::bigint, $3::date)" },
	[Q_SLOT]        = { "staff.head_slot($1, $2::bigint)" },
	[Q_SLOT_SAVE]   = { "staff.head_slot_save($1, $2::uuid, $3::bigint, $4::bigint, $5::int, $6::int, $7::bigint, $8::bigint, "
	                    "$9::bigint, $10, $11::date, $12::boolean)" },
	[Q_SLOT_END]    = { "staff.head_slot_end($1, $2::bigint, $3::date)" },
	[Q_LESSONS]     = { "staff.head_lessons($1, $2::bigint, $3::date, $4::date)" },
	[Q_LESSON]      = { "staff.head_lesson($1, $2::bigint)" },
	[Q_SUBSTITUTES] = { "staff.head_substitutes($1, $2::bigint)" },
	[Q_SUBSTITUTE]  = { "staff.head_substitute($1, $2::bigint, $3, $4::bigint, $5::bigint, $6, $7, $8)" },
	[Q_TERMS]       = { "staff.head_terms($1)" },
	[Q_TERM_SAVE]   = { "staff.head_term_save($1, $2::bigint, $3::date, $4::date)" },
	[Q_DAYS]        = { "staff.head_days($1)" },
	[Q_DAY_OFF]     = { "staff.head_day_off($1, $2::date, $3::date, $4)" },
	[Q_BELLS]       = { "staff.head_bells($1)" },
	[Q_BELL_SAVE]   = { "staff.head_bell_save($1, $2::bigint, $3::int, $4::time, $5::time)" },
	[Q_BELL_DAY]    = { "staff.head_bell_day($1, $2::date, $3::bigint)" },
	[Q_EVENTS]      = { "staff.head_events($1)" },
	[Q_EVENT]       = { "staff.head_event($1, $2::bigint)" },
	[Q_EVENT_SAVE]  = { "staff.head_event_save($1, $2::uuid, $3::bigint, $4, $5::bigint, $6::date, $7::date, $8::time, $9::time, "
	                    "$10, $11, $12::boolean)" },
	[Q_COMPLETION]  = { "staff.head_completion($1, $2::date, $3::date, $4::bigint, $5::bigint, $6::int)" },
	[Q_SCHOOL]      = { "staff.head_school($1)" },
	[Q_SCHOOL_SAVE] = { "staff.head_school_save($1, $2, $3, $4::int, $5::boolean)" },
	[Q_ANNOUNCEMENTS] = { "staff.head_announcements($1, $2::int, $3::bigint)" },
	[Q_ANNOUNCEMENT]  = { "staff.head_announcement($1, $2::bigint)" },
	[Q_ANNOUNCEMENT_SAVE] = { "staff.head_announcement_save($1, $2::uuid, $3::bigint, $4::bigint, $5::date, $6::date, "
	                          "$7::boolean, $8, $9)" },
	[Q_ANNOUNCEMENT_END] = { "staff.head_announcement_end($1, $2::bigint)" },
	[Q_CONTACTS]     = { "staff.head_contacts($1)" },
	[Q_CONTACT]      = { "staff.head_contact($1, $2::bigint)" },
	[Q_CONTACT_SAVE] = { "staff.head_contact_save($1, $2::uuid, $3::bigint, $4, $5, $6, $7)" },
	[Q_CONTACT_DROP] = { "staff.head_contact_drop($1, $2::bigint)" },
};

const char *
head_day(struct request *rq, const char *name)
{
	const char *day = form_date(rq, name, NULL);

	if (day == NULL && !rq->bad_input)
		form_error(rq, name, "Укажите день.");
	return day;
}

/* GET /staff/head */
static enum reply
show_today(struct request *rq)
{
	struct db_rows *figures = db_ask(rq, Q_TODAY);
	struct db_rows *changes = db_ask(rq, Q_LESSONS, DB_NULL, DB_NULL, DB_NULL);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "head");
	view_values(page, figures);
	view_rows(page, "lesson", changes);
	return view_send(rq, page);
}

/* ---- the weekly timetable -------------------------------------------------------------------- */

/* GET /staff/head/timetable[?class=][&day=] -- one class; without it the list of them. */
static enum reply
show_timetable(struct request *rq)
{
	int64_t class = form_id(rq, "class");
	const char *day = form_date(rq, "day", NULL);
	struct db_rows *classes = db_ask(rq, Q_CLASSES);
	struct db_rows *slots = class > 0 ? db_ask(rq, Q_SLOTS, DB_INT(class), DB_TEXT(day)) : NULL;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "head-timetable");
	view_choices(page, "class", classes, "id", url_id(rq, class));
	if (slots != NULL)
		view_groups(page, "weekday", "slot", slots, "weekday");
	else
		view_none(page, "weekday");
	view_text(page, "class_id", url_id(rq, class));
	form_show(rq, page, "day", NULL);
	return view_send(rq, page);
}

const char *
head_chosen(struct request *rq, const char *name, const struct db_rows *row, const char *column)
{
	if (form_has(rq, name))
		return url_id(rq, form_id(rq, name));
	return row != NULL ? db_text(row, 0, column) : "";
}

/*
 * GET /staff/head/slot?class= [&slot=] [&weekday=] [&number=] -- a new line, or another one in the
 * place of `slot`.
 */
static enum reply
show_slot(struct request *rq)
{
	int64_t class = form_id(rq, "class"), slot = form_id(rq, "slot");
	struct db_rows *classes = db_ask(rq, Q_CLASSES);
	struct db_rows *subjects = db_ask(rq, Q_SUBJECTS);
	struct db_rows *teachers = db_ask(rq, Q_TEACHERS);
	struct db_rows *subgroups = db_ask(rq, Q_SUBGROUPS, DB_ID(class));
	struct db_rows *old = slot > 0 ? db_ask(rq, Q_SLOT, DB_INT(slot)) : NULL;
	struct view *page;

	if (class == 0)
		return REPLY_BAD_INPUT;
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "head-slot");
	view_choices(page, "class", classes, "id", url_id(rq, class));
	view_choices(page, "subject", subjects, "id",
	    head_chosen(rq, "subject", old, "subject_id"));
	view_choices(page, "teacher", teachers, "id", head_chosen(rq, "teacher", old, "staff_id"));
	view_choices(page, "subgroup", subgroups, "id",
	    head_chosen(rq, "subgroup", old, "subgroup_id"));
	form_show(rq, page, "subject", "teacher", "subgroup", "from", "shares", NULL);
	form_show_row(rq, page, old, 0, "weekday", "number", "room", NULL);
	view_text(page, "class_id", url_id(rq, class));
	view_text(page, "slot_id", url_id(rq, slot));
	view_text(page, "today", rq->visitor.today);
	return view_send(rq, page);
}

/* POST /staff/head/slot/save */
static enum reply
save_slot(struct request *rq)
{
	int64_t class = form_id(rq, "class"), slot = form_id(rq, "slot");
	int64_t weekday = form_int(rq, "weekday", 1, 7, 0),
		number = form_int(rq, "number", 0, 12, -1);
	int64_t subject = form_id(rq, "subject"), teacher = form_id(rq, "teacher"),
		subgroup = form_id(rq, "subgroup");
	const char *room = form_text(rq, "room", 20, ""), *from = head_day(rq, "from"),
		   *key = form_key(rq);

	if (rq->bad_input || class == 0 || weekday == 0 || number < 0)
		return REPLY_BAD_INPUT;
	if (subject == 0)
		form_error(rq, "subject", "Выберите предмет.");
	if (teacher == 0)
		form_error(rq, "teacher", "Выберите учителя.");
	if (form_failed(rq))
		return form_again(rq, show_slot);
	db_ask(rq, Q_SLOT_SAVE, DB_TEXT(key), DB_INT(class), DB_ID(slot), DB_INT(weekday),
	    DB_INT(number), DB_INT(subject), DB_INT(teacher), DB_ID(subgroup), DB_TEXT(room),
	    DB_TEXT(from), DB_BOOL(form_flag(rq, "shares")));
	return form_done(rq, show_slot, "/staff/head/timetable", "class", url_id(rq, class), "day",
	    from, "done", "head-slot", NULL);
}

/* POST /staff/head/slot/end slot= class= from= */
static enum reply
end_slot(struct request *rq)
{
	const char *from = head_day(rq, "from");

	if (form_failed(rq))
		return form_again(rq, show_slot);
	db_ask(rq, Q_SLOT_END, DB_INT(form_id(rq, "slot")), DB_TEXT(from));
	if (!db_answer(rq))
		return form_refused(rq, show_slot);
	return app_redirect(rq, "/staff/head/timetable", "class", url_id(rq, form_id(rq, "class")),
	    "done", "head-slot-end", NULL);
}

/* ---- substitutions --------------------------------------------------------------------------- */

/*
 * GET /staff/head/substitutions[?teacher=][&from=][&to=] -- a teacher's lessons on those days, else
 * all that was changed.
 */
static enum reply
show_substitutions(struct request *rq)
{
	int64_t teacher = form_id(rq, "teacher");
	struct form_period period = form_period(rq);
	struct db_rows *teachers = db_ask(rq, Q_TEACHERS);
	struct db_rows *lessons = db_ask(rq, Q_LESSONS, DB_ID(teacher), DB_TEXT(period.from),
	    DB_TEXT(period.to));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "head-substitutions");
	view_choices(page, "teacher", teachers, "id", url_id(rq, teacher));
	view_groups(page, "day", "lesson", lessons, "day");
	view_flag(page, "has_teacher", teacher > 0);
	form_show(rq, page, "from", "to", NULL);
	form_default(rq, page, "from", rq->visitor.today);
	return view_send(rq, page);
}

/* GET /staff/head/lesson?id= -- who gives it instead, or that it is cancelled. */
static enum reply
show_lesson(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *lesson = db_ask(rq, Q_LESSON, DB_INT(id));
	struct db_rows *substitutes = db_ask(rq, Q_SUBSTITUTES, DB_INT(id));
	struct db_rows *subjects = db_ask(rq, Q_SUBJECTS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "head-lesson");
	view_values(page, lesson);
	view_choices(page, "substitute", substitutes, "id", head_chosen(rq, "teacher", NULL, ""));
	view_choices(page, "subject_choice", subjects, "id",
	    head_chosen(rq, "subject", lesson, "subject_id"));
	form_show(rq, page, "teacher", "subject", NULL);
	form_show_row(rq, page, lesson, 0, "room", "note", "remote_url", NULL);
	return view_send(rq, page);
}

/* POST /staff/head/substitute id= action=replace|cancel|restore ... */
static enum reply
substitute(struct request *rq)
{
	static const char *const actions[] = { "replace", "cancel", "restore", NULL };
	const char *action = form_choice(rq, "action", actions, NULL);
	int64_t id = form_id(rq, "id"), teacher = form_id(rq, "teacher"),
		subject = form_id(rq, "subject");
	const char *room = form_text(rq, "room", 20, ""), *note = form_text(rq, "note", 200, "");
	const char *remote = form_typed_link(rq, "remote_url", 300, NULL);

	if (rq->bad_input || id == 0 || action == NULL)
		return REPLY_BAD_INPUT;
	if (action == actions[0] && teacher == 0)
		form_error(rq, "teacher", "Выберите, кто проведёт урок.");
	if (form_failed(rq))
		return form_again(rq, show_lesson);
	db_ask(rq, Q_SUBSTITUTE, DB_INT(id), DB_TEXT(action), DB_ID(teacher), DB_ID(subject),
	    DB_TEXT(room), DB_TEXT(note), DB_TEXT(remote));
	return form_done(rq, show_lesson, "/staff/head/lesson", "id", url_id(rq, id), "done",
	    arena_printf(rq->arena, "head-%s", action), NULL);
}

/* ---- the year -------------------------------------------------------------------------------- */

/* GET /staff/head/year */
static enum reply
show_year(struct request *rq)
{
	struct db_rows *terms = db_ask(rq, Q_TERMS);
	struct db_rows *days = db_ask(rq, Q_DAYS);
	struct db_rows *bells = db_ask(rq, Q_BELLS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "head-year");
	view_rows(page, "term", terms);
	view_rows(page, "free", days);
	view_groups(page, "bells", "bell", bells, "bells_id");
	form_show(rq, page, "first", "last", "title", "day", "number", "starts", "ends", NULL);
	return view_send(rq, page);
}

static enum reply
year_answer(struct request *rq, const char *done)
{
	if (form_failed(rq))
		return form_again(rq, show_year);
	return form_done(rq, show_year, "/staff/head/year", "done", done, NULL);
}

/* POST /staff/head/term term= term_first= term_last= */
static enum reply
save_term(struct request *rq)
{
	const char *first = head_day(rq, "term_first"), *last = head_day(rq, "term_last");

	if (form_failed(rq)) {
		form_error(rq, "", "У четверти есть первый и последний день.");
		return form_again(rq, show_year);
	}
	db_ask(rq, Q_TERM_SAVE, DB_INT(form_id(rq, "term")), DB_TEXT(first), DB_TEXT(last));
	return year_answer(rq, "head-term");
}

/* POST /staff/head/day-off first= last= title= -- or study=1 for lessons again. */
static enum reply
save_day_off(struct request *rq)
{
	const char *first = head_day(rq, "first"), *last = form_date(rq, "last", first);
	bool is_study = form_flag(rq, "study");
	const char *title = is_study ? "" : form_text(rq, "title", 100, "");

	if (!is_study && *title == '\0')
		form_error(rq, "title", "Напишите, почему нет уроков: это увидят родители.");
	if (form_failed(rq))
		return form_again(rq, show_year);
	db_ask(rq, Q_DAY_OFF, DB_TEXT(first), DB_TEXT(last), DB_TEXT(title));
	return year_answer(rq, is_study ? "head-study" : "head-off");
}

/* POST /staff/head/bell-day day= bells= */
static enum reply
save_bell_day(struct request *rq)
{
	const char *day = head_day(rq, "day");

	if (form_failed(rq))
		return form_again(rq, show_year);
	db_ask(rq, Q_BELL_DAY, DB_TEXT(day), DB_INT(form_id(rq, "bells")));
	return year_answer(rq, "head-bells");
}

/* POST /staff/head/bell bells= number= starts= ends= */
static enum reply
save_bell(struct request *rq)
{
	const char *starts = form_typed_time(rq, "starts"), *ends = form_typed_time(rq, "ends");
	int64_t number = form_int(rq, "number", 0, 12, -1);

	if (rq->bad_input || number < 0)
		return REPLY_BAD_INPUT;
	if (starts == NULL)
		form_error(rq, "starts", "Когда начинается урок?");
	if (ends == NULL)
		form_error(rq, "ends", "Когда он кончается?");
	if (form_failed(rq))
		return form_again(rq, show_year);
	db_ask(rq, Q_BELL_SAVE, DB_INT(form_id(rq, "bells")), DB_INT(number), DB_TEXT(starts),
	    DB_TEXT(ends));
	return year_answer(rq, "head-bell");
}

/* ---- events ---------------------------------------------------------------------------------- */

static const char *const event_kinds[] = { "event", "excursion", "exam", "meeting", NULL };

/* GET /staff/head/events[?event=] -- the list, and a form for a new one or that one. */
static enum reply
show_events(struct request *rq)
{
	int64_t id = form_id(rq, "event");
	struct db_rows *events = db_ask(rq, Q_EVENTS);
	struct db_rows *classes = db_ask(rq, Q_CLASSES);
	struct db_rows *event = id > 0 ? db_ask(rq, Q_EVENT, DB_INT(id)) : NULL;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "head-events");
	view_rows(page, "event", events);
	view_choices(page, "class", classes, "id", head_chosen(rq, "class", event, "class_id"));
	form_show_row(rq, page, event, 0, "kind", "day", "last_day", "starts", "ends", "title",
	    "place", NULL);
	view_text(page, "event_id", url_id(rq, id));
	view_flag(page, "is_cancelled", event != NULL ? db_bool(event, 0, "is_cancelled") : false);
	return view_send(rq, page);
}

/*
 * POST /staff/head/event key= [event=] kind= [class=] day= [last_day=] [starts=] [ends=] title=
 * [place=] [cancelled=1]
 */
static enum reply
save_event(struct request *rq)
{
	const char *kind = form_choice(rq, "kind", event_kinds, NULL), *key = form_key(rq);
	const char *day = head_day(rq, "day"), *last = form_date(rq, "last_day", day);
	const char *starts = form_typed_time(rq, "starts"), *ends = form_typed_time(rq, "ends");
	const char *title = form_need_text(rq, "title", 200, "Напишите, что это."),
		   *place = form_text(rq, "place", 100, "");

	if (rq->bad_input || kind == NULL)
		return REPLY_BAD_INPUT;
	if (form_failed(rq))
		return form_again(rq, show_events);
	db_ask(rq, Q_EVENT_SAVE, DB_TEXT(key), DB_ID(form_id(rq, "event")), DB_TEXT(kind),
	    DB_ID(form_id(rq, "class")), DB_TEXT(day), DB_TEXT(last), DB_TEXT(starts),
	    DB_TEXT(ends), DB_TEXT(title), DB_TEXT(place), DB_BOOL(form_flag(rq, "cancelled")));
	return form_done(rq, show_events, "/staff/head/events", "done", "head-event", NULL);
}

/* ---- the completion report ------------------------------------------------------------------- */

static struct db_rows *
ask_report(struct request *rq, struct form_period period, int limit)
{
	return db_ask(rq, Q_COMPLETION, DB_TEXT(period.from), DB_TEXT(period.to),
	    DB_ID(form_id(rq, "class")), DB_ID(form_id(rq, "teacher")), DB_INT(limit));
}

/* GET /staff/head/completion[?from=&to=&class=&teacher=] */
static enum reply
show_report(struct request *rq)
{
	struct form_period period = form_period(rq);
	struct db_rows *classes = db_ask(rq, Q_CLASSES);
	struct db_rows *teachers = db_ask(rq, Q_TEACHERS);
	struct db_rows *rows = ask_report(rq, period, REPORT_ON_PAGE + 1);
	const char *from = "", *to = "";
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "head-completion");
	view_flag(page, "has_more", db_limit(rows, REPORT_ON_PAGE));
	view_rows(page, "line", rows);
	view_choices(page, "class", classes, "id", url_id(rq, form_id(rq, "class")));
	view_choices(page, "teacher", teachers, "id", url_id(rq, form_id(rq, "teacher")));
	form_show(rq, page, "from", "to", NULL);
	if (db_row_count(rows) > 0) {
		from = db_text(rows, 0, "from_day");
		to = db_text(rows, 0, "to_day");
		view_text(page, "value_from", from);
		view_text(page, "value_to", to);
	}
	view_text(page, "csv_url", url_query(rq, "/staff/head/completion.csv", "print", ""));
	return view_send(rq, page);
}

/* GET /staff/head/completion.csv -- the same, all lines. */
static enum reply
send_report(struct request *rq)
{
	static const char *const columns[] = {
		"teacher",
		"class_name",
		"subject",
		"subgroup",
		"lessons",
		"unrolled",
		"unthemed",
		"pupils",
		"few_marks",
		"last_mark",
	};
	struct db_rows *rows = ask_report(rq, form_period(rq), REPORT_IN_CSV);
	struct text *csv;

	if (form_failed(rq))
		return REPLY_BAD_INPUT;
	if (!db_answer(rq))
		return rq->db_reply;
	csv = app_csv(rq, CSV_MAX_BYTES,
	    "Учитель;Класс;Предмет;Группа;Уроков;Без переклички;Без темы;Учеников;"
	    "Меньше трёх отметок;Последняя отметка");
	for (int i = 0; i < db_row_count(rows); i++)
		app_csv_row(csv, rows, i, columns, APP_COUNT(columns));
	return app_send_csv(rq, csv, "Заполнение журнала.csv");
}

static const struct route routes[] = {
	{ "GET",  "/staff/head",                show_today,         ACCESS_HEAD },
	{ "GET",  "/staff/head/timetable",      show_timetable,     ACCESS_HEAD },
	{ "GET",  "/staff/head/slot",           show_slot,          ACCESS_HEAD },
	{ "POST", "/staff/head/slot/save",      save_slot,          ACCESS_HEAD },
	{ "POST", "/staff/head/slot/end",       end_slot,           ACCESS_HEAD },
	{ "GET",  "/staff/head/substitutions",  show_substitutions, ACCESS_HEAD },
	{ "GET",  "/staff/head/lesson",         show_lesson,        ACCESS_HEAD },
	{ "POST", "/staff/head/substitute",     substitute,         ACCESS_HEAD },
	{ "GET",  "/staff/head/year",           show_year,          ACCESS_HEAD },
	{ "POST", "/staff/head/term",           save_term,          ACCESS_HEAD },
	{ "POST", "/staff/head/day-off",        save_day_off,       ACCESS_HEAD },
	{ "POST", "/staff/head/bell-day",       save_bell_day,      ACCESS_HEAD },
	{ "POST", "/staff/head/bell",           save_bell,          ACCESS_HEAD },
	{ "GET",  "/staff/head/events",         show_events,        ACCESS_HEAD },
	{ "POST", "/staff/head/event",          save_event,         ACCESS_HEAD },
	{ "GET",  "/staff/head/completion",     show_report,        ACCESS_HEAD },
	{ "GET",  "/staff/head/completion.csv", send_report,        ACCESS_HEAD },
	{ "GET",  "/staff/head/announcements",           head_show_announcements,     ACCESS_HEAD },
	{ "POST", "/staff/head/announcement",          head_save_announcement,    ACCESS_HEAD },
	{ "POST", "/staff/head/announcement/end",      head_end_announcement,     ACCESS_HEAD },
	{ "GET",  "/staff/head/school",         head_show_school,   ACCESS_HEAD },
	{ "POST", "/staff/head/school",         head_save_school,   ACCESS_HEAD },
	{ "POST", "/staff/head/contact",        head_save_contact,  ACCESS_HEAD },
	{ "POST", "/staff/head/contact/drop",   head_drop_contact,  ACCESS_HEAD },
};

APP_MAIN("head", .audience = AUDIENCE_STAFF)
