/*
 * security.c -- Безопасность: entries and exits, cards, what the guard is told of the child, who
 * came into the cabinet.
 *
 * A pupil may look; what changes something is for parents, here and again in the database.
 */
#include "app.h"
#include "date.h"
#include "text.h"

#define DAYS_ON_PAGE   8
#define BODY_CHARS_MAX 300

enum question {
	Q_NOW, Q_PERIOD, Q_VISITS, Q_CARDS, Q_CARD_BLOCK, Q_CARD_ORDER, Q_PERMITS, Q_WINDOW, Q_ASK, Q_WITHDRAW, Q_ATTEMPTS,
	Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_NOW]        = { "cabinet.security_now($1)" },
	[Q_PERIOD]     = { "cabinet.security_period($1, $2::date, $3::date)" },
	[Q_VISITS]     = { "cabinet.security_visits($1, $2::date, $3::date, $4::date, $5::int)" },
	[Q_CARDS]      = { "cabinet.security_cards($1)" },
	[Q_CARD_BLOCK] = { "cabinet.security_card_block($1, $2::bigint)" },
	[Q_CARD_ORDER] = { "cabinet.security_card_order($1)" },
	[Q_PERMITS]    = { "cabinet.security_permits($1)" },
	[Q_WINDOW]     = { "cabinet.security_permit_window($1)" },
	[Q_ASK]        = { "cabinet.security_permit_ask($1, $2::uuid, $3, $4::date, $5::time, $6)" },
	[Q_WITHDRAW]   = { "cabinet.security_permit_withdraw($1, $2::bigint)" },
	[Q_ATTEMPTS]   = { "cabinet.security_attempts($1)" },
};

/* ---- the page -------------------------------------------------------------------------------- */

/* The chip of a ready-made period; the one on show is marked. */
static void
add_chip(struct request *rq, struct view *page, const struct db_rows *period, const char *title,
    struct date from, struct date to)
{
	struct view *row = view_add(page, "chip");
	char *first = arena_alloc(rq->arena, DATE_BUF), *last = arena_alloc(rq->arena, DATE_BUF);

	date_iso(first, from);
	date_iso(last, to);
	view_text(row, "url", url_path(rq, "/security", "from", first, "to", last, NULL));
	view_text(row, "title", title);
	view_flag(row, "is_current", strcmp(db_text(period, 0, "from_day"), first) == 0 &&
	    strcmp(db_text(period, 0, "to_day"), last) == 0);
}

static void
add_chips(struct request *rq, struct view *page, const struct db_rows *period)
{
	struct date today, month, before;

	view_none(page, "chip");
	if (!date_parse(rq->visitor.today, &today))
		return;
	month = (struct date){ today.year, today.month, 1 };
	before = date_from_days(date_to_days(month) - 1);
	add_chip(rq, page, period, "Неделя", date_from_days(date_to_days(today) - 6), today);
	add_chip(rq, page, period, "Две недели", date_from_days(date_to_days(today) - 13), today);
	add_chip(rq, page, period, "Этот месяц", month, today);
	add_chip(rq, page, period, "Прошлый месяц", (struct date){ before.year, before.month, 1 },
	    before);
}

/* Pages are whole days; the next one begins below the last day on this one. */
static void
add_pages(struct request *rq, struct view *page, const struct db_rows *visits)
{
	int last = db_row_count(visits) - 1;
	bool has_more = last >= 0 && db_bool(visits, last, "has_more");

	view_text(page, "older_url", has_more ?
	    url_query(rq, "/security", "before", db_text(visits, last, "day")) : "");
	view_text(page, "newer_url",
	    form_has(rq, "before") ? url_query(rq, "/security", "before", "") : "");
}

/* `month` is a period as well, the whole of it. */
static struct form_period
read_period(struct request *rq)
{
	struct form_period period = form_period(rq);
	const char *month = form_month(rq, "month", NULL);
	struct date first;
	char *last;

	if (month == NULL || !date_parse(month, &first))
		return period;
	last = arena_alloc(rq->arena, DATE_BUF);
	first.month = first.month % 12 + 1;
	first.year += first.month == 1;
	date_iso(last, date_from_days(date_to_days(first) - 1));
	return (struct form_period){ .from = month, .to = last };
}

/* GET /security[?from=&to= | ?month=][&before=] */
static enum reply
show_security(struct request *rq)
{
	struct form_period period = read_period(rq);
	const char *before = form_date(rq, "before", NULL);
	struct db_rows *now = db_ask(rq, Q_NOW);
	struct db_rows *totals = db_ask(rq, Q_PERIOD, DB_TEXT(period.from), DB_TEXT(period.to));
	struct db_rows *visits = db_ask(rq, Q_VISITS, DB_TEXT(period.from), DB_TEXT(period.to),
	    DB_TEXT(before), DB_INT(DAYS_ON_PAGE));
	struct db_rows *cards = db_ask(rq, Q_CARDS);
	struct db_rows *permits = db_ask(rq, Q_PERMITS);
	struct db_rows *attempts = db_ask(rq, Q_ATTEMPTS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "security");
	view_values(page, now);
	view_values(page, totals);
	view_groups(page, "day", "visit", visits, "day");
	view_rows(page, "card", cards);
	view_rows(page, "permit", permits);
	view_rows(page, "attempt", attempts);
	view_int(page, "failures",
	    db_row_count(attempts) > 0 ? db_int(attempts, 0, "failures") : 0);
	view_text(page, "today", rq->visitor.today);
	add_chips(rq, page, totals);
	add_pages(rq, page, visits);
	form_show(rq, page, "from", "to", NULL);
	view_text(page, "value_from", db_text(totals, 0, "from_day"));
	view_text(page, "value_to", db_text(totals, 0, "to_day"));
	return view_send(rq, page);
}

/* ---- cards ----------------------------------------------------------------------------------- */

/* GET /security/card?id= -- the question before a card is blocked. */
static enum reply
show_card(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *cards = db_ask(rq, Q_CARDS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "security-card");
	for (int i = 0; i < db_row_count(cards); i++) {
		if (db_int(cards, i, "card_id") != id)
			continue;
		view_int(page, "card_id", id);
		view_text(page, "kind", db_text(cards, i, "kind"));
		view_text(page, "tail", db_text(cards, i, "tail"));
		view_flag(page, "is_blocked", strcmp(db_text(cards, i, "state"), "blocked") == 0);
		return view_send(rq, page);
	}
	return REPLY_NOT_FOUND;
}

/* POST /security/card id= */
static enum reply
block_card(struct request *rq)
{
	db_ask(rq, Q_CARD_BLOCK, DB_INT(form_id(rq, "id")));
	return db_answer(rq) ? app_redirect(rq, "/security", "done", "card-block", NULL)
			     : rq->db_reply;
}

/* POST /security/order */
static enum reply
order_card(struct request *rq)
{
	db_ask(rq, Q_CARD_ORDER);
	return db_answer(rq) ? app_redirect(rq, "/security", "done", "card-order", NULL)
			     : rq->db_reply;
}

/* ---- what the guard is told ------------------------------------------------------------------ */

static const char *const kinds[] = { "early", "late", NULL };

/* GET /security/permit[?kind=&day=] */
static enum reply
show_permit(struct request *rq)
{
	const char *kind = form_choice(rq, "kind", kinds, kinds[0]);
	struct db_rows *window = db_ask(rq, Q_WINDOW);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "security-permit");
	view_values(page, window);
	form_show(rq, page, "kind", "day", "at", "body", NULL);
	view_text(page, "value_kind", kind);
	form_default(rq, page, "day", rq->visitor.today);
	return view_send(rq, page);
}

/* POST /security/permit kind=early|late day= at= body= key= */
static enum reply
ask_permit(struct request *rq)
{
	const char *key = form_key(rq);
	const char *kind = form_choice(rq, "kind", kinds, kinds[0]);
	const char *day = form_date(rq, "day", NULL);
	const char *at = form_typed_time(rq, "at");
	const char *body = form_need_text(rq, "body", BODY_CHARS_MAX,
	    "Напишите несколько слов: их прочитает охранник.");

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (day == NULL)
		form_error(rq, "day", "Укажите день.");
	if (at == NULL)
		form_error(rq, "at", "Укажите время.");
	if (form_failed(rq))
		return form_again(rq, show_permit);
	db_ask(rq, Q_ASK, DB_TEXT(key), DB_TEXT(kind), DB_TEXT(day), DB_TEXT(at), DB_TEXT(body));
	return form_done(rq, show_permit, "/security", "done", "permit", NULL);
}

/* POST /security/permit/withdraw id= */
static enum reply
withdraw_permit(struct request *rq)
{
	db_ask(rq, Q_WITHDRAW, DB_INT(form_id(rq, "id")));
	return db_answer(rq) ? app_redirect(rq, "/security", "done", "permit-withdraw", NULL)
			     : rq->db_reply;
}

static const struct route routes[] = {
	{ "GET",  "/security",                 show_security,   ACCESS_PARENT | ACCESS_PUPIL },
	{ "GET",  "/security/card",            show_card,       ACCESS_PARENT },
	{ "POST", "/security/card",            block_card,      ACCESS_PARENT },
	{ "POST", "/security/order",           order_card,      ACCESS_PARENT },
	{ "GET",  "/security/permit",          show_permit,     ACCESS_PARENT },
	{ "POST", "/security/permit",          ask_permit,      ACCESS_PARENT },
	{ "POST", "/security/permit/withdraw", withdraw_permit, ACCESS_PARENT },
};

APP_MAIN("security")
