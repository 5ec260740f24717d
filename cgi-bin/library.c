/*
 * library.c -- Библиотека for families: what the child has at home and waits for, the catalogue,
 * what it has read, the paper that nothing is owed, the reader's card.
 *
 * A pupil may all that a parent may; sums the database tells to those who may see money alone.
 */
#include "app.h"
#include "qr.h"

#define WORDS_CHARS_MAX   100
#define SUBJECT_CHARS_MAX 100
#define GRADE_MAX          11
#define HITS_ON_PAGE       20
#define HIT_PAGES_MAX   10000   /* more than any catalogue has */
#define SHELF_ROWS          6
#define HISTORY_ON_PAGE    20

enum question {
	Q_READER, Q_LOANS, Q_LOSSES, Q_RENEW, Q_HOLDS, Q_HOLD, Q_HOLD_DROP, Q_HOLD_SLEEP, Q_SEARCH,
	Q_SHELF, Q_TITLE, Q_COPIES, Q_HISTORY, Q_REMEMBER, Q_CARD, Q_DEBTS, Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_READER]     = { "cabinet.library_reader($1)" },
	[Q_LOANS]      = { "cabinet.library_loans($1)" },
	[Q_LOSSES]     = { "cabinet.library_losses($1)" },
	[Q_RENEW]      = { "cabinet.library_renew($1, $2::uuid, $3::bigint)" },
	[Q_HOLDS]      = { "cabinet.library_holds($1)" },
	[Q_HOLD]       = { "cabinet.library_hold($1, $2::bigint)" },
	[Q_HOLD_DROP]  = { "cabinet.library_hold_drop($1, $2::bigint)" },
	[Q_HOLD_SLEEP] = { "cabinet.library_hold_sleep($1, $2::bigint, $3::date)" },
	[Q_SEARCH]     = { "cabinet.library_search($1, $2, $3, $4, $5::int, $6::boolean, "
	                   "$7::int, $8::int)" },
	[Q_SHELF]      = { "cabinet.library_shelf($1, $2::int)" },
	[Q_TITLE]      = { "cabinet.library_title($1, $2::bigint)" },
	[Q_COPIES]     = { "cabinet.library_copies($1, $2::bigint)" },
	[Q_HISTORY]    = { "cabinet.library_history($1, $2::bigint, $3::int)" },
	[Q_REMEMBER]   = { "cabinet.library_remember($1, $2::boolean)" },
	[Q_CARD]       = { "cabinet.library_card($1)" },
	[Q_DEBTS]      = { "cabinet.library_debts($1)" },
};

/* Rows of several parts: each becomes a row of the section that its column `part` names. */
static void
add_parts(struct view *page, const struct db_rows *rows, const char *const *parts)
{
	for (; *parts != NULL; parts++) {
		view_none(page, *parts);
		for (int i = 0; i < db_row_count(rows); i++)
			if (strcmp(db_text(rows, i, "part"), *parts) == 0)
				view_row(view_add(page, *parts), rows, i);
	}
}

/* ---- the child's books ----------------------------------------------------------------------- */

/* Books and sets of textbooks apart; how many of them «продлить все» would prolong. */
static void
add_loans(struct view *page, const struct db_rows *loans)
{
	int may_renew = 0, books = 0, late_textbooks = 0;

	for (int i = 0; i < db_row_count(loans); i++) {
		bool is_set = db_bool(loans, i, "is_set");

		view_row(view_add(page, is_set ? "textbook" : "loan"), loans, i);
		books += !is_set;
		may_renew += db_bool(loans, i, "may_renew");
		late_textbooks += is_set && db_int(loans, i, "days_late") > 0;
	}
	if (books == 0)
		view_none(page, "loan");
	if (books == db_row_count(loans))
		view_none(page, "textbook");
	view_int(page, "renewable", may_renew);
	view_int(page, "late_textbooks", late_textbooks);
}

/* GET /library */
static enum reply
show_library(struct request *rq)
{
	static const char *const shelves[] = { "new", "popular", NULL };
	struct db_rows *reader = db_ask(rq, Q_READER);
	struct db_rows *loans = db_ask(rq, Q_LOANS);
	struct db_rows *losses = db_ask(rq, Q_LOSSES);
	struct db_rows *holds = db_ask(rq, Q_HOLDS);
	struct db_rows *shelf = db_ask(rq, Q_SHELF, DB_INT(SHELF_ROWS));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "library");
	view_values(page, reader);
	add_loans(page, loans);
	view_rows(page, "loss", losses);
	view_rows(page, "hold", holds);
	add_parts(page, shelf, shelves);
	view_text(page, "today", rq->visitor.today);
	form_show(rq, page, "q", "till", NULL);
	return view_send(rq, page);
}

/* POST /library/renew loan= key= -- without a loan all that can be prolonged. */
static enum reply
renew(struct request *rq)
{
	const char *key = form_key(rq);
	int64_t loan = form_id(rq, "loan");

	db_ask(rq, Q_RENEW, DB_TEXT(key), DB_ID(loan));
	return form_done(rq, show_library, "/library", "done", "library-renewed", NULL);
}

/* POST /library/hold/drop hold= */
static enum reply
drop_hold(struct request *rq)
{
	db_ask(rq, Q_HOLD_DROP, DB_INT(form_id(rq, "hold")));
	return db_answer(rq) ? app_redirect(rq, "/library", "done", "library-dropped", NULL)
			     : rq->db_reply;
}

/* POST /library/hold/sleep hold= till= */
static enum reply
suspend_hold(struct request *rq)
{
	int64_t hold = form_id(rq, "hold");
	const char *till = form_date(rq, "till", NULL);

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (till == NULL) {
		form_error(rq, "", "Укажите день, до которого книгу можно не держать для вас.");
		return form_again(rq, show_library);
	}
	db_ask(rq, Q_HOLD_SLEEP, DB_INT(hold), DB_TEXT(till));
	return form_done(rq, show_library, "/library", "done", "library-asleep", NULL);
}

/* POST /library/hold/wake hold= */
static enum reply
wake_hold(struct request *rq)
{
	db_ask(rq, Q_HOLD_SLEEP, DB_INT(form_id(rq, "hold")), DB_NULL);
	return form_done(rq, show_library, "/library", "done", "library-awake", NULL);
}

/* ---- the catalogue --------------------------------------------------------------------------- */

/* What a search is narrowed by; grade and page as text, as they stand in addresses. */
struct search {
	const char *words, *kind, *subject, *grade, *available;
};

static const char *
search_url(struct request *rq, const struct search *s, const char *page)
{
	return url_path(rq, "/library/search", "q", s->words, "kind", s->kind, "subject",
	    s->subject, "grade", s->grade, "available", s->available, "page", page, NULL);
}

/* The chips of one facet: each leads to the search with it, the chosen one to that without it. */
static void
add_facet(struct request *rq, struct view *page, const struct db_rows *found, const char *part,
    const struct search *now, const char **chosen)
{
	view_none(page, part);
	for (int i = 0; i < db_row_count(found); i++) {
		const char *value = db_text(found, i, "value"), *before = *chosen;
		bool is_current = strcmp(value, before) == 0;
		struct view *chip;

		if (strcmp(db_text(found, i, "part"), part) != 0)
			continue;
		chip = view_add(page, part);
		view_row(chip, found, i);
		view_flag(chip, "is_current", is_current);
		*chosen = is_current ? "" : value;
		view_text(chip, "url", search_url(rq, now, ""));
		*chosen = before;
	}
}

/* GET /library/search[?q=&kind=&subject=&grade=&available=1&page=] */
static enum reply
search_titles(struct request *rq)
{
	static const char *const kinds[] = { "book", "textbook", "periodical", "reference", NULL };
	static const char *const hits[] = { "hit", NULL };
	const char *words = form_text(rq, "q", WORDS_CHARS_MAX, "");
	const char *kind = form_choice(rq, "kind", kinds, "");
	const char *subject = form_text(rq, "subject", SUBJECT_CHARS_MAX, "");
	int64_t grade = form_int(rq, "grade", 1, GRADE_MAX, 0);
	bool is_available = form_flag(rq, "available");
	int64_t number = form_int(rq, "page", 1, HIT_PAGES_MAX, 1);
	struct search now = { words, kind, subject, url_id(rq, grade), is_available ? "1" : "" };
	struct db_rows *found =
	    db_ask(rq, Q_SEARCH, DB_TEXT(words), DB_TEXT(kind), DB_TEXT(subject), DB_ID(grade),
		DB_BOOL(is_available), DB_INT(number), DB_INT(HITS_ON_PAGE));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "library-search");
	/* The head comes first. */
	view_int(page, "n", db_int(found, 0, "n"));
	view_flag(page, "has_more", db_bool(found, 0, "has_more"));
	view_text(page, "mended", db_text(found, 0, "mended"));
	add_facet(rq, page, found, "kind", &now, &now.kind);
	add_facet(rq, page, found, "subject", &now, &now.subject);
	add_facet(rq, page, found, "grade", &now, &now.grade);
	add_facet(rq, page, found, "available", &now, &now.available);
	add_parts(page, found, hits);
	view_flag(page, "is_narrowed",
	    *kind != '\0' || *subject != '\0' || grade != 0 || is_available);
	view_text(page, "all_url", url_path(rq, "/library/search", "q", words, NULL));
	view_text(page, "back_url", number > 1 ? search_url(rq, &now, url_id(rq, number - 1)) : "");
	view_text(page, "next_url",
	    db_int(found, 0, "n") > number * HITS_ON_PAGE
		? search_url(rq, &now, url_id(rq, number + 1))
		: "");
	form_show(rq, page, "q", NULL);
	return view_send(rq, page);
}

/* GET /library/title?id= */
static enum reply
show_title(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *title = db_ask(rq, Q_TITLE, DB_INT(id));
	struct db_rows *copies = db_ask(rq, Q_COPIES, DB_INT(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "library-title");
	view_values(page, title);
	view_rows(page, "copies", copies);
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* POST /library/hold id= */
static enum reply
hold(struct request *rq)
{
	struct db_rows *held = db_ask(rq, Q_HOLD, DB_INT(form_id(rq, "id")));

	if (!db_answer(rq))
		return form_refused(rq, show_title);
	return app_redirect(rq, "/library", "done",
	    strcmp(db_text(held, 0, "state"), "kept") == 0 ? "library-kept" : "library-waits",
	    NULL);
}

/* ---- what was read --------------------------------------------------------------------------- */

/* GET /library/history[?before=] */
static enum reply
show_history(struct request *rq)
{
	int64_t before = form_id(rq, "before");
	struct db_rows *reader = db_ask(rq, Q_READER);
	struct db_rows *read = db_ask(rq, Q_HISTORY, DB_ID(before), DB_INT(HISTORY_ON_PAGE + 1));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "library-history");
	view_values(page, reader);
	view_pager(rq, page, "/library/history", read, HISTORY_ON_PAGE, "loan_id");
	view_rows(page, "loan", read);
	return view_send(rq, page);
}

/* GET /library/forget -- the question before what was read is forgotten. */
static enum reply
show_forget(struct request *rq)
{
	struct db_rows *reader = db_ask(rq, Q_READER);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "library-forget");
	view_values(page, reader);
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* POST /library/forget */
static enum reply
forget(struct request *rq)
{
	db_ask(rq, Q_REMEMBER, DB_BOOL(false));
	return form_done(rq, show_forget, "/library/history", "done", "library-forgot", NULL);
}

/* POST /library/remember */
static enum reply
remember(struct request *rq)
{
	db_ask(rq, Q_REMEMBER, DB_BOOL(true));
	return form_done(rq, show_forget, "/library/history", "done", "library-remembers", NULL);
}

/* ---- papers ---------------------------------------------------------------------------------- */

/* GET /library/discharge -- обходной лист. */
static enum reply
show_discharge(struct request *rq)
{
	struct db_rows *reader = db_ask(rq, Q_READER);
	struct db_rows *card = db_ask(rq, Q_CARD);
	struct db_rows *debts = db_ask(rq, Q_DEBTS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "library-discharge");
	view_values(page, reader);
	view_values(page, card);
	view_rows(page, "debt", debts);
	return view_send(rq, page);
}

/*
 * GET /library/card -- to be shown at the desk. The code is the account: digits alone come out of a
 * scanner the same whatever keyboard the desk has chosen.
 */
static enum reply
show_card(struct request *rq)
{
	struct db_rows *card = db_ask(rq, Q_CARD);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "library-card");
	view_values(page, card);
	view_html(page, "qr",
	    qr_svg(rq->arena, db_text(card, 0, "account"), "QR-код с номером лицевого счёта"));
	return view_send(rq, page);
}

#define EVERYBODY (ACCESS_PARENT | ACCESS_PUPIL)

static const struct route routes[] = {
	{ "GET",  "/library",            show_library,   EVERYBODY },
	{ "POST", "/library/renew",      renew,          EVERYBODY },
	{ "POST", "/library/hold/drop",  drop_hold,      EVERYBODY },
	{ "POST", "/library/hold/sleep", suspend_hold,   EVERYBODY },
	{ "POST", "/library/hold/wake",  wake_hold,      EVERYBODY },
	{ "GET",  "/library/search",     search_titles,  EVERYBODY },
	{ "GET",  "/library/title",      show_title,     EVERYBODY },
	{ "POST", "/library/hold",       hold,           EVERYBODY },
	{ "GET",  "/library/history",    show_history,   EVERYBODY },
	{ "GET",  "/library/forget",     show_forget,    EVERYBODY },
	{ "POST", "/library/forget",     forget,         EVERYBODY },
	{ "POST", "/library/remember",   remember,       EVERYBODY },
	{ "GET",  "/library/discharge",  show_discharge, EVERYBODY },
	{ "GET",  "/library/card",       show_card,      EVERYBODY },
};

APP_MAIN("library")
