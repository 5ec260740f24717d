/*
 * gate.c -- the guard's desk: the doors live, a pass without a card, permits to leave, who is in
 * the building.
 *
 * What changes by itself stands in parts/gate-live, which the page includes and live.js fetches
 * alone every few seconds; without a script the page has a link to open it anew.
 */
#include "app.h"
#include "text.h"

#define EVENTS_LIVE     15
#define EVENTS_IN_CSV   20000
#define CSV_MAX_BYTES   (4 * 1024 * 1024)
#define LIVE_MAX_BYTES  (64 * 1024)
#define FOUND_MAX       30
#define QUERY_MAX       40
#define NOTE_MAX        200

enum question {
	Q_NOW,
	Q_EVENTS,
	Q_DOORS,
	Q_FIND,
	Q_PERMITS,
	Q_INSIDE,
	Q_PASS,
	Q_RELEASE,
	Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_NOW]     = { "staff.gate_now($1)" },
	[Q_EVENTS]  = { "staff.gate_events($1, $2::date, $3::int)" },
	[Q_DOORS]   = { "staff.gate_doors($1)" },
	[Q_FIND]    = { "staff.gate_find($1, $2, $3::int)" },
	[Q_PERMITS] = { "staff.gate_permits($1)" },
	[Q_INSIDE]  = { "staff.gate_inside($1)" },
	[Q_PASS]    = { "staff.gate_pass($1, $2::uuid, $3::bigint, $4, $5::bigint, $6)" },
	[Q_RELEASE] = { "staff.gate_release($1, $2::uuid, $3::bigint, $4::bigint)" },
};

/* ---- the monitor ----------------------------------------------------------------------------- */

/* What is fetched again and again. */
struct live { struct db_rows *now, *events, *doors; };

static struct live
ask_live(struct request *rq)
{
	return (struct live){
		.now = db_ask(rq, Q_NOW),
		.events = db_ask(rq, Q_EVENTS, DB_NULL, DB_INT(EVENTS_LIVE)),
		.doors = db_ask(rq, Q_DOORS),
	};
}

static void
show_live(struct view *page, const struct live *live)
{
	view_values(page, live->now);
	view_rows(page, "event", live->events);
	view_rows(page, "door", live->doors);
}

/* GET /staff/gate[?find=] -- and the page that a refused form comes back to. */
static enum reply
show_monitor(struct request *rq)
{
	const char *query = form_text(rq, "find", QUERY_MAX, "");
	const char *pupil = form_text(rq, "pupil", 20, "");
	struct live live = ask_live(rq);
	struct db_rows *permits = db_ask(rq, Q_PERMITS);
	struct db_rows *found = *query != '\0'
	    ? db_ask(rq, Q_FIND, DB_TEXT(query), DB_INT(FOUND_MAX + 1))
	    : NULL;
	struct view *page;
	bool has_more;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "gate");
	show_live(page, &live);
	view_rows(page, "permit", permits);
	has_more = found != NULL && db_limit(found, FOUND_MAX);
	view_flag(page, "has_more", has_more);
	view_int(page, "found_max", FOUND_MAX);
	if (found == NULL)
		view_none(page, "found");
	else
		view_choices(page, "found", found, "pupil_id",
		    db_row_count(found) == 1 ? db_text(found, 0, "pupil_id") : pupil);
	view_choices(page, "way", live.doors, "id", form_text(rq, "door", 20, ""));
	form_show(rq, page, "find", "pupil", "note", NULL);
	return view_send(rq, page);
}

/* GET /staff/gate/live -- the part of the monitor that changes by itself, without a frame. */
static enum reply
show_changes(struct request *rq)
{
	struct live live = ask_live(rq);
	struct view *part = view_make(rq->arena, "parts/gate-live");
	struct text out;
	enum reply reply = REPLY_BROKEN;

	if (!db_answer(rq))
		return rq->db_reply;
	show_live(part, &live);
	text_init(&out, LIVE_MAX_BYTES);
	if (view_render(part, "parts/gate-live", NULL, &out))
		reply = app_send(rq, 200, "text/html; charset=utf-8", NULL, out.data, out.len);
	text_release(&out);
	return reply;
}

/* ---- by hand --------------------------------------------------------------------------------- */

/* POST /staff/gate/pass pupil= direction=in|out door= note= key= [find=] */
static enum reply
let_pass(struct request *rq)
{
	static const char *const directions[] = { "in", "out", NULL };
	const char *key = form_key(rq);
	int64_t pupil = form_id(rq, "pupil");
	int64_t door = form_id(rq, "door");
	const char *direction = form_choice(rq, "direction", directions, "");
	const char *note = form_text(rq, "note", NOTE_MAX, "");

	if (rq->bad_input || *direction == '\0')
		return REPLY_BAD_INPUT;
	if (pupil == 0)
		form_error(rq, "pupil", "Отметьте ученика.");
	if (text_chars(note, strlen(note)) < 3)
		form_error(rq, "note", "Напишите, почему без карты: это увидит родитель.");
	if (form_failed(rq))
		return form_again(rq, show_monitor);
	db_ask(rq, Q_PASS, DB_TEXT(key), DB_INT(pupil), DB_TEXT(direction), DB_INT(door),
	    DB_TEXT(note));
	return form_done(rq, show_monitor, "/staff/gate", "done",
	    strcmp(direction, "in") == 0 ? "gate-in" : "gate-out", NULL);
}

/* POST /staff/gate/release permit= door= key= */
static enum reply
release(struct request *rq)
{
	const char *key = form_key(rq);
	int64_t permit = form_id(rq, "permit");
	int64_t door = form_id(rq, "door");

	db_ask(rq, Q_RELEASE, DB_TEXT(key), DB_INT(permit), DB_INT(door));
	return form_done(rq, show_monitor, "/staff/gate", "done", "gate-release", NULL);
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* GET /staff/gate/inside -- who is in the building, by class: the list for an evacuation. */
static enum reply
show_inside(struct request *rq)
{
	struct db_rows *now = db_ask(rq, Q_NOW);
	struct db_rows *pupils = db_ask(rq, Q_INSIDE);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "gate-inside");
	view_values(page, now);
	view_groups(page, "class", "pupil", pupils, "class_id");
	return view_send(rq, page);
}

static const char *
words_of(const struct db_rows *events, int row)
{
	static const struct { const char *why, *words; } words[] = {
		{ "unknown", "неизвестная карта" }, { "blocked", "карта заблокирована" },
		{ "replaced", "карта заменена" }, { "left", "выбыл из школы" },
		{ "no_permit", "выход во время уроков без разрешения" }, { "no_card", "без карты" },
		{ "clock", "время считывателя неверно" },
	};
	const char *why = db_text(events, row, "why");

	for (int i = 0; i < APP_COUNT(words); i++)
		if (strcmp(words[i].why, why) == 0)
			return words[i].words;
	return "";
}

static void
put_event(struct text *csv, const struct db_rows *events, int row)
{
	struct moment at;

	if (moment_parse(db_text(events, row, "at"), &at))
		text_printf(csv, "%02d:%02d:%02d;", at.hour, at.minute, at.second);
	else
		text_puts(csv, ";");
	app_csv_cell(csv, strcmp(db_text(events, row, "direction"), "in") == 0 ? "вход" : "выход",
	    ";");
	app_csv_cell(csv, db_text(events, row, "name"), ";");
	app_csv_cell(csv, db_text(events, row, "class_name"), ";");
	app_csv_cell(csv, db_text(events, row, "door"), ";");
	app_csv_cell(csv, db_bool(events, row, "is_refused") ? "не пропущен" : "", ";");
	app_csv_cell(csv, words_of(events, row), ";");
	app_csv_cell(csv, db_text(events, row, "note"), ";");
	app_csv_cell(csv, db_text(events, row, "by_name"), ";");
	text_puts(csv, "\r\n");
}

/* GET /staff/gate/events.csv[?day=] -- a day's entries and exits, today's by default. */
static enum reply
send_csv(struct request *rq)
{
	const char *day = form_date(rq, "day", NULL);
	struct db_rows *events = db_ask(rq, Q_EVENTS, DB_TEXT(day), DB_INT(EVENTS_IN_CSV));
	struct text *csv;

	if (!db_answer(rq))
		return rq->db_reply;
	csv = app_csv(rq, CSV_MAX_BYTES,
	    "Время;Куда;Ученик;Класс;Вход;Отказ;Замечание;Примечание;Пропустил");
	for (int i = db_row_count(events) - 1; i >= 0; i--)
		put_event(csv, events, i);
	return app_send_csv(rq, csv,
	    arena_printf(rq->arena, "Вход %s.csv", day != NULL ? day : rq->visitor.today));
}

static const struct route routes[] = {
	{ "GET",  "/staff/gate",            show_monitor, ACCESS_GUARD,
	    .view = { "gate-monitor" } },
	{ "GET",  "/staff/gate/live",       show_changes, ACCESS_GUARD,
	    .view = { "gate-monitor" } },
	{ "GET",  "/staff/gate/inside",     show_inside,  ACCESS_GUARD, .view = { "gate-inside" } },
	{ "GET",  "/staff/gate/events.csv", send_csv,     ACCESS_GUARD, .view = { "gate-export" } },
	{ "POST", "/staff/gate/pass",       let_pass,     ACCESS_GUARD },
	{ "POST", "/staff/gate/release",    release,      ACCESS_GUARD },
};

APP_MAIN("gate", .audience = AUDIENCE_STAFF)
