/*
 * librarian.c -- the library's desk: lending and taking back by barcode, sets of textbooks, losses,
 * labels, the catalogue, stocktaking.
 *
 * This file: the questions, the routes, the day.
 */
#include "app.h"
#include "parts/librarian.h"

static const struct db_question questions[Q__COUNT] = {
	[Q_TODAY] = { "staff.librarian_today($1)" },
};

/* GET /staff/library -- the field that waits for a scan. */
static enum reply
show_desk(struct request *rq)
{
	struct db_rows *today = db_ask(rq, Q_TODAY);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian");
	view_values(page, today);
	return view_send(rq, page);
}

static const struct route routes[] = {
	{ "GET",  "/staff/library", show_desk, ACCESS_LIBRARIAN },
};

APP_MAIN("librarian", .audience = AUDIENCE_STAFF)
