/*
 * support-figures.c -- how a desk of appeals does: figures of a period by category and by person, a
 * picture of them with the same numbers in a table beside it.
 */
#include "support.h"

/* The picture: a bar for each category, 400 units wide; what was late is its darker end. */
#define BAR_LEFT   8
#define BAR_ROOM   340
#define BAR_STEP   44

/* The bars; the symbols of the section `bar`. */
static void
add_chart(struct view *page, const struct db_rows *rows)
{
	int64_t most = 1;
	int count = db_row_count(rows);

	view_none(page, "bar");
	for (int i = 0; i < count; i++)
		if (db_int(rows, i, "total") > most)
			most = db_int(rows, i, "total");
	for (int i = 0; i < count; i++) {
		struct view *bar = view_add(page, "bar");
		int64_t total = db_int(rows, i, "total"), late = db_int(rows, i, "late");
		int64_t width = total * BAR_ROOM / most, late_width = late * BAR_ROOM / most;

		view_text(bar, "title", db_text(rows, i, "title"));
		view_int(bar, "total", total);
		view_int(bar, "words_y", BAR_STEP * i + 14);
		view_int(bar, "bar_y", BAR_STEP * i + 20);
		view_int(bar, "number_y", BAR_STEP * i + 33);
		view_int(bar, "good_width", width - late_width);
		view_int(bar, "late_x", BAR_LEFT + width - late_width);
		view_int(bar, "late_width", late_width);
		view_int(bar, "number_x", BAR_LEFT + width + 8);
	}
	view_int(page, "chart_height", BAR_STEP * count);
}

/* GET /staff/appeals/figures[?from=&to=] */
enum reply
support_show_figures(struct request *rq)
{
	struct form_period period = form_period(rq);
	struct db_rows *totals = db_ask(rq, Q_PERIOD, DB_TEXT(period.from), DB_TEXT(period.to));
	struct db_rows *categories = db_ask(rq, Q_BY_CATEGORY, DB_TEXT(period.from),
	    DB_TEXT(period.to));
	struct db_rows *people = db_ask(rq, Q_BY_PERSON, DB_TEXT(period.from), DB_TEXT(period.to));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "support-figures");
	view_values(page, totals);
	view_rows(page, "category", categories);
	view_rows(page, "person", people);
	add_chart(page, categories);
	form_show(rq, page, "from", "to", NULL);
	view_text(page, "value_from", db_text(totals, 0, "first_day"));
	view_text(page, "value_to", db_text(totals, 0, "last_day"));
	return view_send(rq, page);
}
