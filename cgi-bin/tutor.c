/*
 * tutor.c -- Питание класса: what the class eats and what is on its accounts, a set meal written
 * off for the ticked pupils, mistakes given back, days that nobody wrote down; for the head,
 * classes that have told nothing.
 *
 * Writing off has two steps without scripts: the list is a GET form with a box p_ID for each
 * pupil, the page of what will be done has the POST form with a key. Which class, day and menu is
 * the database's to complete.
 */
#include "app.h"
#include "text.h"

#define PAID_ON_PAGE  30
#define WHY_MAX_CHARS 120

enum question {
	Q_HEAD, Q_LIST, Q_MENUS, Q_PUPILS, Q_FORESEE, Q_WRITE_OFF, Q_BATCHES, Q_BATCH, Q_LINES, Q_PAID,
	Q_REFUNDABLE, Q_REFUND, Q_GAPS, Q_COUNTS, Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_HEAD]       = { "staff.tutor_head($1, $2::bigint, $3::date, $4::bigint)" },
	[Q_LIST]       = { "staff.class_list($1)" },
	[Q_MENUS]      = { "staff.tutor_menus($1, $2::bigint, $3::date)" },
	[Q_PUPILS]     = { "staff.tutor_pupils($1, $2::bigint, $3::date, $4::bigint)" },
	[Q_FORESEE]    = { "staff.tutor_foresee($1, $2::bigint, $3::bigint, $4::bigint[])" },
	[Q_WRITE_OFF]  = { "staff.tutor_write_off($1, $2::uuid, $3::bigint, $4::bigint, $5::bigint[])" },
	[Q_BATCHES]    = { "staff.tutor_batches($1, $2::bigint)" },
	[Q_BATCH]      = { "staff.tutor_batch($1, $2::bigint)" },
	[Q_LINES]      = { "staff.tutor_batch_lines($1, $2::bigint)" },
	[Q_PAID]       = { "staff.tutor_paid($1, $2::bigint, $3::bigint, $4::bigint, $5::int)" },
	[Q_REFUNDABLE] = { "staff.tutor_refundable($1, $2, $3::bigint)" },
	[Q_REFUND]     = { "staff.tutor_refund($1, $2::uuid, $3, $4::bigint, $5)" },
	[Q_GAPS]       = { "staff.tutor_gaps($1, $2::bigint)" },
	[Q_COUNTS]     = { "staff.tutor_counts($1, $2::date)" },
};

/* The classes of the tutor, as links that keep nothing else. */
static void
add_classes(struct view *page, const struct db_rows *classes, const char *class)
{
	view_int(page, "classes", db_row_count(classes));
	view_choices(page, "class", classes, "class_id", class);
}

/* ---- the class today ------------------------------------------------------------------------- */

/* Links to another day, none where there is none. */
static const char *
day_url(struct request *rq, const struct db_rows *head, const char *column)
{
	const char *day = db_text(head, 0, column);

	return *day == '\0' ? "" :
	    url_path(rq, "/staff/tutor", "class", db_text(head, 0, "class_id"), "day", day, NULL);
}

/*
 * The pupils with their boxes: as they were ticked, when the page comes back; else who ordered this
 * set meal and is here, or with `all` everybody who is here.
 */
static void
add_pupils(struct request *rq, struct view *page, const struct db_rows *pupils)
{
	bool all = form_flag(rq, "all"), is_back = form_flag(rq, "back");
	int absent = 0;

	view_none(page, "pupil");
	for (int i = 0; i < db_row_count(pupils); i++) {
		struct view *row = view_add(page, "pupil");
		bool is_here = *db_text(pupils, i, "absence") == '\0' &&
		    !db_bool(pupils, i, "is_served");
		const char *box = arena_printf(rq->arena, "p_%s", db_text(pupils, i, "pupil_id"));

		view_row(row, pupils, i);
		view_flag(row, "is_ticked", is_back ? form_flag(rq, box) :
		    is_here && (all || db_bool(pupils, i, "is_ordered")));
		absent += *db_text(pupils, i, "absence") != '\0';
	}
	view_int(page, "absent", absent);
}

/* GET /staff/tutor[?class=][&day=][&menu=][&all=1][&back=1&p_ID=1…] */
static enum reply
show_class(struct request *rq)
{
	int64_t class = form_id(rq, "class"), menu = form_id(rq, "menu");
	const char *day = form_date(rq, "day", NULL);
	struct db_rows *head = db_ask(rq, Q_HEAD, DB_ID(class), DB_TEXT(day), DB_ID(menu));
	struct db_rows *classes = db_ask(rq, Q_LIST);
	struct db_rows *menus = db_ask(rq, Q_MENUS, DB_ID(class), DB_TEXT(day));
	struct db_rows *pupils = db_ask(rq, Q_PUPILS, DB_ID(class), DB_TEXT(day), DB_ID(menu));
	struct db_rows *gaps = db_ask(rq, Q_GAPS, DB_ID(class));
	struct db_rows *batches = db_ask(rq, Q_BATCHES, DB_ID(class));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "tutor");
	view_values(page, head);
	view_text(page, "previous_url", day_url(rq, head, "previous_day"));
	view_text(page, "next_url", day_url(rq, head, "next_day"));
	view_text(page, "all_url",
	    url_path(rq, "/staff/tutor", "class", db_text(head, 0, "class_id"), "day",
		db_text(head, 0, "day"), "menu", db_text(head, 0, "menu_id"), "all", "1", NULL));
	view_flag(page, "is_today",
	    strcmp(db_text(head, 0, "day"), db_text(head, 0, "today")) == 0);
	add_classes(page, classes, db_text(head, 0, "class_id"));
	view_choices(page, "menu", menus, "menu_id", db_text(head, 0, "menu_id"));
	add_pupils(rq, page, pupils);
	view_rows(page, "gap", gaps);
	view_rows(page, "batch", batches);
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* ---- writing meals off ----------------------------------------------------------------------- */

/* GET /staff/tutor/confirm?class=&day=&menu=&p_ID=1… -- what will be done. */
static enum reply
show_confirm(struct request *rq)
{
	int64_t class = form_id(rq, "class"), menu = form_id(rq, "menu");
	int ticked;
	struct db_param pupils = db_ticked(rq, "p_", &ticked);
	struct db_rows *lines;
	struct view *page;

	if (ticked == 0 && !rq->bad_input) {
		form_error(rq, "", "Отметьте хотя бы одного ученика.");
		return form_again(rq, show_class);
	}
	lines = db_ask(rq, Q_FORESEE, DB_ID(class), DB_INT(menu), pupils);
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "tutor-confirm");
	view_values(page, lines);
	view_rows(page, "line", lines);
	view_text(page, "menu_id", url_id(rq, menu));
	view_text(page, "back_url", url_query(rq, "/staff/tutor", "back", "1"));
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* POST /staff/tutor/write-off class= menu= key= p_ID=1… */
static enum reply
write_off(struct request *rq)
{
	int64_t class = form_id(rq, "class"), menu = form_id(rq, "menu");
	int ticked;
	struct db_param pupils = db_ticked(rq, "p_", &ticked);
	struct db_rows *batch;

	if (class == 0 || menu == 0 || ticked == 0)
		return REPLY_BAD_INPUT;
	batch = db_ask(rq, Q_WRITE_OFF, DB_TEXT(form_key(rq)), DB_INT(class), DB_INT(menu), pupils);
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/staff/tutor/batch", "id", db_cell(batch, 0, 0, NULL), "done",
	    "write-off", NULL);
}

/* GET /staff/tutor/batch?id= -- what became of each. */
static enum reply
show_batch(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *batch = db_ask(rq, Q_BATCH, DB_INT(id));
	struct db_rows *lines = db_ask(rq, Q_LINES, DB_INT(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "tutor-batch");
	view_values(page, batch);
	view_rows(page, "line", lines);
	return view_send(rq, page);
}

/* ---- giving back ----------------------------------------------------------------------------- */

/* GET /staff/tutor/paid[?class=][&pupil=][&before=] -- what was given and charged of late. */
static enum reply
show_paid(struct request *rq)
{
	int64_t class = form_id(rq, "class"), pupil = form_id(rq, "pupil"),
		before = form_id(rq, "before");
	struct db_rows *head = db_ask(rq, Q_HEAD, DB_ID(class), DB_NULL, DB_NULL);
	struct db_rows *classes = db_ask(rq, Q_LIST);
	struct db_rows *pupils = db_ask(rq, Q_PUPILS, DB_ID(class), DB_NULL, DB_NULL);
	struct db_rows *paid = db_ask(rq, Q_PAID, DB_ID(class), DB_ID(pupil), DB_ID(before),
	    DB_INT(PAID_ON_PAGE + 1));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "tutor-paid");
	view_values(page, head);
	add_classes(page, classes, db_text(head, 0, "class_id"));
	view_choices(page, "pupil", pupils, "pupil_id", url_id(rq, pupil));
	view_pager(rq, page, "/staff/tutor/paid", paid, PAID_ON_PAGE, "at_us");
	view_groups(page, "day", "line", paid, "day");
	return view_send(rq, page);
}

static const char *const kinds[] = { "meal", "buffet", "service", NULL };

/* GET /staff/tutor/refund?kind=&id= -- what will be given back, and why. */
static enum reply
show_refund(struct request *rq)
{
	const char *kind = form_choice(rq, "kind", kinds, "meal");
	int64_t id = form_id(rq, "id");
	struct db_rows *paid = db_ask(rq, Q_REFUNDABLE, DB_TEXT(kind), DB_INT(id));
	struct view *page;

	db_note_view(rq, "refund", arena_printf(rq->arena, "%s %ld", kind, (long)id));
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "tutor-refund");
	view_values(page, paid);
	form_show(rq, page, "why", NULL);
	return view_send(rq, page);
}

/* POST /staff/tutor/refund kind= id= why= key= */
static enum reply
refund(struct request *rq)
{
	const char *kind = form_choice(rq, "kind", kinds, "meal"), *key = form_key(rq);
	const char *why = form_need_text(rq, "why", WHY_MAX_CHARS,
	    "Напишите причину: её прочитают родители.");
	struct db_rows *whose;

	if (form_failed(rq))
		return form_again(rq, show_refund);
	whose = db_ask(rq, Q_REFUND, DB_TEXT(key), DB_TEXT(kind), DB_INT(form_id(rq, "id")),
	    DB_TEXT(why));
	if (!db_answer(rq))
		return form_refused(rq, show_refund);
	return app_redirect(rq, "/staff/tutor/paid", "class", db_text(whose, 0, "class_id"),
	    "pupil", db_text(whose, 0, "pupil_id"), "done", "refund", NULL);
}

/* ---- the head: who has told nothing ---------------------------------------------------------- */

/* GET /staff/tutor/counts[?day=] */
static enum reply
show_counts(struct request *rq)
{
	const char *day = form_date(rq, "day", NULL);
	struct db_rows *counts = db_ask(rq, Q_COUNTS, DB_TEXT(day));
	bool has_rows;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "tutor-counts");
	has_rows = db_row_count(counts) > 0;
	view_text(page, "day", day != NULL ? day : rq->visitor.today);
	view_text(page, "today", rq->visitor.today);
	view_int(page, "classes", has_rows ? db_int(counts, 0, "classes") : 0);
	view_int(page, "unsent", has_rows ? db_int(counts, 0, "unsent") : 0);
	view_rows(page, "count", counts);
	return view_send(rq, page);
}

static const struct route routes[] = {
	{ "GET",  "/staff/tutor",           show_class,   ACCESS_TUTOR,
	    .view = { "class-meals", "class" } },
	{ "GET",  "/staff/tutor/confirm",   show_confirm, ACCESS_TUTOR,
	    .view = { "class-meals", "class" } },
	{ "POST", "/staff/tutor/write-off", write_off,    ACCESS_TUTOR },
	{ "GET",  "/staff/tutor/batch",     show_batch,   ACCESS_TUTOR,
	    .view = { "class-meals-batch", "id" } },
	{ "GET",  "/staff/tutor/paid",      show_paid,    ACCESS_TUTOR,
	    .view = { "class-meals", "class" } },
	{ "GET",  "/staff/tutor/refund",    show_refund,  ACCESS_TUTOR, .view = { "refund" } },
	{ "POST", "/staff/tutor/refund",    refund,       ACCESS_TUTOR },
	{ "GET",  "/staff/tutor/counts",    show_counts,  ACCESS_HEAD },
};

APP_MAIN("tutor", .audience = AUDIENCE_STAFF)
