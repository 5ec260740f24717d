/*
 * audit.c -- «Кто что делал»: one list of acts and views of the school, for its administrator.
 *
 * Looking into it is a view like any other, of the whole school; taking it out is an act as well.
 */
#include "app.h"
#include "text.h"

#define ROWS_ON_PAGE  40
#define ROWS_IN_CSV   10000
#define CSV_MAX_BYTES (8 * 1024 * 1024)
#define IDN_CHARS     10
#define PLACE_CHARS   40    /* of a row in the list: moment, list and id */

enum question { Q_LIST, Q_FRAME, Q_PEOPLE, Q_EXPORT, Q__COUNT };
static const struct db_question questions[Q__COUNT] = {
	[Q_LIST]   = { "staff.audit_list($1, $2::date, $3::date, $4, $5::bigint, $6, $7, $8::int)" },
	[Q_FRAME]  = { "staff.audit_frame($1, $2::date, $3::date, $4)" },
	[Q_PEOPLE] = { "staff.audit_people($1)" },
	[Q_EXPORT] = { "staff.audit_export($1, $2)" },
};

static const char *const areas[] = { "entry", "views", "money", "settings", "work", NULL };

/* What the list is narrowed to. */
struct filter {
	struct form_period period;
	const char        *area;     /* NULL: all */
	int64_t            staff;    /* 0: everybody */
	const char        *idn;      /* "": all children */
};

static struct filter
read_filter(struct request *rq)
{
	return (struct filter){
		.period = form_period(rq),
		.area = form_choice(rq, "area", areas, NULL),
		.staff = form_id(rq, "who"),
		.idn = form_text(rq, "idn", IDN_CHARS, ""),
	};
}

static struct db_rows *
ask_list(struct request *rq, const struct filter *filter, const char *before, int64_t limit)
{
	return db_ask(rq, Q_LIST, DB_TEXT(filter->period.from), DB_TEXT(filter->period.to),
	    DB_TEXT(filter->area), DB_ID(filter->staff), DB_TEXT(filter->idn), DB_TEXT(before),
	    DB_INT(limit));
}

static struct db_rows *
ask_frame(struct request *rq, const struct filter *filter)
{
	return db_ask(rq, Q_FRAME, DB_TEXT(filter->period.from), DB_TEXT(filter->period.to),
	    DB_TEXT(filter->idn));
}

static void
show_areas(struct view *page, const char *chosen)
{
	static const char *const titles[] = {
		"входы и доступ", "просмотры", "деньги", "настройки", "работа"
	};

	for (int i = 0; areas[i] != NULL; i++) {
		struct view *row = view_add(page, "area_choice");

		view_text(row, "code", areas[i]);
		view_text(row, "title", titles[i]);
		view_flag(row, "is_selected", areas[i] == chosen);
	}
}

/*
 * GET
 * /staff/audit[?from=&to=][&area=entry|views|money|settings|work][&who=][&idn=][&before=][&print=1]
 */
static enum reply
show_list(struct request *rq)
{
	struct filter filter = read_filter(rq);
	const char *before = form_text(rq, "before", PLACE_CHARS, NULL);
	struct db_rows *frame = ask_frame(rq, &filter);
	struct db_rows *people = db_ask(rq, Q_PEOPLE);
	struct db_rows *lines = ask_list(rq, &filter, before, ROWS_ON_PAGE + 1);
	struct view *page;

	if (*filter.idn != '\0')
		db_note_view(rq, "audit-idn", filter.idn);
	if (!db_answer(rq))
		return rq->db_reply;
	if (!db_bool(frame, 0, "is_known"))
		form_error(rq, "idn", "Такого ИДН в школе нет.");
	page = view_new(rq, "audit");
	view_values(page, frame);
	show_areas(page, filter.area);
	view_choices(page, "person", people, "staff_id", url_id(rq, filter.staff));
	view_pager(rq, page, "/staff/audit", lines, ROWS_ON_PAGE, "place");
	view_groups(page, "date", "line", lines, "day");
	view_text(page, "csv_url", url_query(rq, "/staff/audit.csv", "before", ""));
	view_flag(page, "is_filtered",
	    filter.area != NULL || filter.staff != 0 || *filter.idn != '\0');
	form_show(rq, page, "from", "to", "idn", NULL);
	if (filter.period.from == NULL)
		view_text(page, "value_from", db_text(frame, 0, "first_day"));
	if (filter.period.to == NULL)
		view_text(page, "value_to", db_text(frame, 0, "last_day"));
	return view_send(rq, page);
}

/*
 * GET /staff/audit.csv, with the filter of the list -- all of it, and a line in it that it was
 * taken.
 */
static enum reply
send_list(struct request *rq)
{
	static const char *const columns[] = {
		"at", "who", "role", "what", "object", "program"
	};
	struct filter filter = read_filter(rq);
	struct db_rows *frame = ask_frame(rq, &filter);
	struct db_rows *lines = ask_list(rq, &filter, NULL, ROWS_IN_CSV + 1);
	struct text *csv;

	db_ask(rq, Q_EXPORT,
	    DB_TEXT(arena_printf(rq->arena, "%s %s %s %s %s",
		filter.period.from != NULL ? filter.period.from : "-",
		filter.period.to != NULL ? filter.period.to : "-",
		filter.area != NULL ? filter.area : "-",
		filter.staff != 0 ? url_id(rq, filter.staff) : "-",
		*filter.idn != '\0' ? filter.idn : "-")));
	if (form_failed(rq))
		return REPLY_BAD_INPUT;
	if (!db_answer(rq))
		return rq->db_reply;
	if (!db_bool(frame, 0, "is_known"))
		return REPLY_NOT_FOUND;
	if (db_limit(lines, ROWS_IN_CSV))
		return app_redirect(rq, "/staff/audit", "from", filter.period.from, "to",
		    filter.period.to, "area", filter.area, "who", url_id(rq, filter.staff),
		    "idn", filter.idn, "done", "audit-long", NULL);
	csv = app_csv(rq, CSV_MAX_BYTES, "Когда;Кто;Роль;Что;О ком или о чём;Программа");
	for (int i = 0; i < db_row_count(lines); i++)
		app_csv_row(csv, lines, i, columns, APP_COUNT(columns));
	return app_send_csv(rq, csv, "Журнал действий.csv");
}

static const struct route routes[] = {
	{ "GET", "/staff/audit",     show_list, ACCESS_ADMIN, .view = { "audit" } },
	{ "GET", "/staff/audit.csv", send_list, ACCESS_ADMIN, .view = { "audit-export" } },
};

APP_MAIN("audit", .audience = AUDIENCE_STAFF)
