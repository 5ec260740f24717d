/*
 * timetable.c -- Расписание: a day or a week with its substitutions, the calendar of a month, what
 * goes on now; the addresses of calendars that telephones subscribe to, and those calendars.
 *
 * Which days a page shows is the database's to say, for only it knows the school's today: the first
 * and the last row of the answer name them.
 */
#include "app.h"
#include "crypto.h"
#include "ical.h"
#include "log.h"
#include "qr.h"
#include "text.h"

#define FEED_MAX_BYTES     (4 * 1024 * 1024)
#define FEED_REFRESH_HOURS 4

enum question {
	Q_WEEK, Q_BELLS, Q_NOW, Q_DAYS, Q_EVENTS, Q_TERMS,
	Q_SUBSCRIPTIONS, Q_SUBSCRIBE, Q_UNSUBSCRIBE, Q_FEED, Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_WEEK]          = { "cabinet.timetable_week($1, $2::date, $3::int)" },
	[Q_BELLS]         = { "cabinet.timetable_bells($1, $2::date, $3::int)" },
	[Q_NOW]           = { "cabinet.timetable_now($1)" },
	[Q_DAYS]          = { "cabinet.timetable_days($1, $2::date)" },
	[Q_EVENTS]        = { "cabinet.timetable_events($1, $2::date)" },
	[Q_TERMS]         = { "cabinet.timetable_terms($1, $2::date)" },
	[Q_SUBSCRIPTIONS] = { "cabinet.timetable_subscriptions($1)" },
	[Q_SUBSCRIBE]     = { "cabinet.timetable_subscribe($1, $2::uuid, $3, $4::boolean, $5::boolean, $6)" },
	[Q_UNSUBSCRIBE]   = { "cabinet.timetable_unsubscribe($1, $2::bigint)" },
	[Q_FEED]          = { "cabinet.calendar_feed($1)", .no_token = true },
};

/* ---- day and week ---------------------------------------------------------------------------- */

/* «23–28 ноября 2026», «30 ноября – 6 декабря 2026». */
static const char *
range_words(struct request *rq, struct date first, struct date last)
{
	char from[DATE_BUF], to[DATE_BUF];
	int same = first.month == last.month;

	/* «пн, 23 ноября»: the weekday goes. */
	date_weekday_long(from, first);
	date_weekday_long(to, last);
	if (same)
		return arena_printf(rq->arena, "%d–%s %d", first.day, strchr(to, ' ') + 1,
		    last.year);
	return arena_printf(rq->arena, "%s – %s %d", strchr(from, ' ') + 1, strchr(to, ' ') + 1,
	    last.year);
}

/* "" beyond the calendar's ends. */
static const char *
day_url(struct request *rq, const char *parameter, struct date d)
{
	char *iso = arena_alloc(rq->arena, DATE_BUF);

	if (!date_exists(d.year, d.month, d.day))
		return "";
	return url_path(rq, "/timetable", parameter, date_iso(iso, d), NULL);
}

/*
 * Links to the neighbours, to the other view of the same days, to paper; false: the rows name no
 * day.
 */
static bool
add_links(struct request *rq, struct view *page, const struct db_rows *week, int days)
{
	const char *parameter = days == 1 ? "day" : "week";
	struct date first, last, today;
	char *iso = arena_alloc(rq->arena, DATE_BUF);

	if (!date_parse(db_text(week, 0, "day"), &first) || !date_parse(rq->visitor.today, &today))
		return false;
	last = date_from_days(date_to_days(first) + days - 1);
	if (last.year > first.year && !date_exists(last.year, last.month, last.day))
		last = (struct date){ first.year, 12, 31 };
	view_text(page, "range", range_words(rq, first, last));
	view_text(page, "first_day", db_text(week, 0, "day"));
	view_text(page, "older_url",
	    day_url(rq, parameter, date_from_days(date_to_days(first) - days)));
	view_text(page, "newer_url",
	    day_url(rq, parameter, date_from_days(date_to_days(first) + days)));
	view_text(page, "today_url",
	    url_path(rq, "/timetable", "day", days == 1 ? rq->visitor.today : "", NULL));
	/* From a week to its day of today, or its first one; from a day to its week. */
	view_text(page, "day_url", day_url(rq, "day", date_to_days(today) >= date_to_days(first) &&
	    date_to_days(today) <= date_to_days(last) ? today : first));
	view_text(page, "week_url", day_url(rq, "week", first));
	view_text(page, "month_url", url_path(rq, "/timetable/calendar", "month",
	    arena_printf(rq->arena, "%04d-%02d", first.year, first.month), NULL));
	view_text(page, "print_url",
	    url_path(rq, "/timetable", parameter, date_iso(iso, first), "print", "1", NULL));
	return true;
}

/* GET /timetable[?week=|?day=][&print=1] -- without either the week of today. */
static enum reply
show_timetable(struct request *rq)
{
	const char *day = form_date(rq, "day", NULL);
	const char *week = form_date(rq, "week", NULL);
	int days = day != NULL ? 1 : 7;
	const char *wanted = day != NULL ? day : week;
	struct db_rows *rows = db_ask(rq, Q_WEEK, DB_TEXT(wanted), DB_INT(days));
	struct db_rows *bells = db_ask(rq, Q_BELLS, DB_TEXT(wanted), DB_INT(days));
	struct db_rows *now = db_ask(rq, Q_NOW);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "timetable");
	if (!add_links(rq, page, rows, days))
		return REPLY_BROKEN;
	view_values(page, now);
	view_groups(page, "day", "item", rows, "day");
	view_groups(page, "bells", "bell", bells, "bells_id");
	view_flag(page, "is_day", days == 1);
	view_flag(page, "is_print", form_flag(rq, "print"));
	view_text(page, "today", rq->visitor.today);
	return view_send(rq, page);
}

/* ---- the calendar ---------------------------------------------------------------------------- */

/* The sheet: rows of seven. */
static void
add_sheet(struct view *page, const struct db_rows *days)
{
	struct view *week = NULL;

	for (int i = 0; i < db_row_count(days); i++) {
		const char *kind = db_text(days, i, "day_kind");
		struct view *day;
		struct date d;

		if (i % 7 == 0)
			week = view_add(page, "week");
		day = view_add(week, "day");
		view_text(day, "day", db_text(days, i, "day"));
		view_int(day, "day_number", date_parse(db_text(days, i, "day"), &d) ? d.day : 0);
		view_text(day, "day_title", db_text(days, i, "day_title"));
		view_flag(day, "in_month", db_bool(days, i, "in_month"));
		view_flag(day, "is_today", db_bool(days, i, "is_today"));
		view_flag(day, "is_free",
		    strcmp(kind, "school") != 0 || db_int(days, i, "lessons") == 0);
		view_flag(day, "is_shortened", db_bool(days, i, "is_shortened"));
		view_flag(day, "has_exam", db_bool(days, i, "has_exam"));
		view_int(day, "lessons", db_int(days, i, "lessons"));
		view_int(day, "items", db_int(days, i, "items"));
	}
	if (week == NULL)
		view_none(page, "week");
}

static const char *
month_url(struct request *rq, struct date month, int step)
{
	int months = month.year * 12 + month.month - 1 + step;

	if (!date_exists(months / 12, months % 12 + 1, 1))
		return "";
	return url_path(rq, "/timetable/calendar", "month",
	    arena_printf(rq->arena, "%04d-%02d", months / 12, months % 12 + 1), NULL);
}

/*
 * GET /timetable/calendar[?month=YYYY-MM] -- events, exams, days off and holidays of a month, and
 * the terms of its year.
 */
static enum reply
show_calendar(struct request *rq)
{
	const char *wanted = form_month(rq, "month", NULL);
	struct db_rows *days = db_ask(rq, Q_DAYS, DB_TEXT(wanted));
	struct db_rows *events = db_ask(rq, Q_EVENTS, DB_TEXT(wanted));
	struct db_rows *terms = db_ask(rq, Q_TERMS, DB_TEXT(wanted));
	struct view *page;
	struct date month;

	if (!db_answer(rq))
		return rq->db_reply;
	/* The seventh day of the sheet is in the month, whatever weekday that begins with. */
	if (db_row_count(days) < 7 || !date_parse(db_text(days, 6, "day"), &month))
		return REPLY_BROKEN;
	page = view_new(rq, "timetable-calendar");
	add_sheet(page, days);
	view_rows(page, "event", events);
	view_rows(page, "term", terms);
	view_text(page, "month", db_text(days, 6, "day"));
	view_text(page, "older_url", month_url(rq, month, -1));
	view_text(page, "newer_url", month_url(rq, month, 1));
	view_text(page, "value_month",
	    arena_printf(rq->arena, "%04d-%02d", month.year, month.month));
	return view_send(rq, page);
}

/* ---- subscriptions --------------------------------------------------------------------------- */

static const char *const kinds[] = { "lessons", "homework", "events", "library", NULL };

/* GET /timetable/subscriptions */
static enum reply
show_subscriptions(struct request *rq)
{
	struct db_rows *subscriptions = db_ask(rq, Q_SUBSCRIPTIONS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "timetable-subscriptions");
	view_rows(page, "subscription", subscriptions);
	form_show(rq, page, "kind", NULL);
	return view_send(rq, page);
}

/*
 * Where strangers reach us: the first of the configured origins, never what a request says of
 * itself.
 */
static const char *
origin(struct request *rq)
{
	const char *list = getenv("KABINET_BASE_URL");

	return list == NULL ? "" : arena_printf(rq->arena, "%.*s", (int)strcspn(list, " "), list);
}

/*
 * POST /timetable/subscribe kind= reminds= with_idn= key= -- answers with the address itself, which
 * nobody will see again. The same form sent again gives another address in the place of this one.
 */
static enum reply
subscribe(struct request *rq)
{
	const char *kind = form_choice(rq, "kind", kinds, NULL);
	const char *key = form_key(rq), *address, *scheme;
	char *token = arena_alloc(rq->arena, CRYPTO_TOKEN_CHARS + 1);
	struct db_rows *rows;
	struct view *page;

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (kind == NULL) {
		form_error(rq, "kind", "Выберите, на что подписаться.");
		return form_again(rq, show_subscriptions);
	}
	crypto_token(token);
	rows = db_ask(rq, Q_SUBSCRIBE, DB_TEXT(key), DB_TEXT(kind),
	    DB_BOOL(form_flag(rq, "reminds")), DB_BOOL(form_flag(rq, "with_idn")), DB_TEXT(token));
	if (!db_answer(rq))
		return form_refused(rq, show_subscriptions);
	address = arena_printf(rq->arena, "%s%s", origin(rq),
	    url_path(rq, "/calendar/feed.ics", "token", token, NULL));
	scheme = strstr(address, "://");
	page = view_new(rq, "timetable-address");
	view_values(page, rows);
	view_text(page, "address", address);
	view_text(page, "open_url",
	    scheme == NULL ? "" : arena_printf(rq->arena, "webcal%s", scheme));
	view_html(page, "qr", qr_svg(rq->arena, address, "QR-код с адресом календаря"));
	return view_send(rq, page);
}

/* POST /timetable/unsubscribe id= */
static enum reply
unsubscribe(struct request *rq)
{
	db_ask(rq, Q_UNSUBSCRIBE, DB_INT(form_id(rq, "id")));
	return db_answer(rq)
	    ? app_redirect(rq, "/timetable/subscriptions", "done", "calendar-off", NULL)
	    : rq->db_reply;
}

/* ---- the feeds ------------------------------------------------------------------------------- */

static void
put_events(struct ical *calendar, const struct db_rows *rows)
{
	for (int i = 0; i < db_row_count(rows); i++) {
		struct ical_event event = {
			.uid = db_text(rows, i, "uid"),
			.starts = db_text(rows, i, "starts"),
			.ends = db_text(rows, i, "ends"),
			.is_all_day = db_bool(rows, i, "is_all_day"),
			.changed_at = db_text(rows, i, "changed_at"),
			.title = db_text(rows, i, "title"),
			.place = db_text(rows, i, "place"),
			.note = db_text(rows, i, "note"),
			.category = db_text(rows, i, "category"),
			.url = db_text(rows, i, "url"),
			.revision = db_int(rows, i, "revision"),
			.is_cancelled = db_bool(rows, i, "is_cancelled"),
			.remind_min = db_int(rows, i, "remind_min"),
		};

		/*
		 * One row without an event stands for an empty calendar; one bad event must not
		 * take the others along.
		 */
		if (*event.uid != '\0' && !ical_event(calendar, &event))
			log_error("feed-event", "uid=%s", event.uid);
	}
}

/*
 * GET /calendar/feed.ics?token= -- for programs, which have no session: whoever has the address has
 * the calendar. Whatever is no good token, an unknown or a revoked one, is «not found» alike.
 */
static enum reply
send_feed(struct request *rq)
{
	const char *token = form_text(rq, "token", CRYPTO_TOKEN_CHARS, "");
	struct db_rows *rows;
	struct ical calendar;
	struct text out;
	enum reply reply;

	if (rq->bad_input)
		return REPLY_NOT_FOUND;
	rows = db_ask(rq, Q_FEED, DB_TEXT(token));
	if (!db_answer(rq))
		return rq->db_reply;
	text_init(&out, FEED_MAX_BYTES);
	ical_begin(&calendar, &out, db_text(rows, 0, "calendar"), FEED_REFRESH_HOURS);
	put_events(&calendar, rows);
	ical_end(&calendar);
	reply = out.broken ? REPLY_BROKEN :
	    app_send(rq, 200, "text/calendar; charset=utf-8", NULL, out.data, out.len);
	text_release(&out);
	return reply;
}

#define EVERYBODY (ACCESS_PARENT | ACCESS_PUPIL)

static const struct route routes[] = {
	{ "GET",  "/timetable",               show_timetable,     EVERYBODY },
	{ "GET",  "/timetable/calendar",      show_calendar,      EVERYBODY },
	{ "GET",  "/timetable/subscriptions", show_subscriptions, EVERYBODY },
	{ "POST", "/timetable/subscribe",     subscribe,          EVERYBODY },
	{ "POST", "/timetable/unsubscribe",   unsubscribe,        EVERYBODY },
	{ "GET",  "/calendar/feed.ics",       send_feed,          ACCESS_ANYONE },
};

APP_MAIN("timetable")
