/*
 * meals-order.c -- what will be held is shown, then ordered; what comes free is shown, then
 * cancelled. Lists of ids stand in fields o1, o2 …, of set meals when ordering, of orders when
 * cancelling.
 */
#include "app.h"
#include "meals.h"
#include "money.h"

#define LIST_MAX 60

/* The ids of the form, at most LIST_MAX, as one parameter. */
static struct db_param
read_list(struct request *rq)
{
	struct db_array *list = db_array(rq);

	for (int n = 1; n <= LIST_MAX; n++) {
		int64_t id = form_id(rq, meals_field(rq, n));

		if (id > 0)
			db_array_int(list, id);
	}
	return db_array_end(rq, list);
}

/* Back to the week of the first line. */
static void
add_back(struct request *rq, struct view *page, const struct db_rows *lines)
{
	const char *day = db_row_count(lines) > 0 ? db_text(lines, 0, "day") : "";

	view_text(page, "week", day);
	view_text(page, "back_url", url_path(rq, "/meals", "week", day, NULL));
}

/* The lines, and as fields again those that can be done; returns how many these are. */
static int
add_lines(struct request *rq, struct view *page, const struct db_rows *lines, const char *id_column)
{
	int count = 0;

	view_none(page, "line");
	view_none(page, "chosen");
	for (int i = 0; i < db_row_count(lines); i++) {
		struct view *row;

		view_row(view_add(page, "line"), lines, i);
		if (*db_text(lines, i, "words") != '\0')
			continue;
		row = view_add(page, "chosen");
		view_text(row, "field", meals_field(rq, ++count));
		view_text(row, "id", db_text(lines, i, id_column));
	}
	view_int(page, "count", count);
	return count;
}

/* GET /meals/order?o1=&o2=… -- what will be held. */
enum reply
meals_show_order(struct request *rq)
{
	struct db_rows *lines = db_ask(rq, Q_CHECK, read_list(rq));
	int64_t total = 0, spare = 0, pay = 0;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "meals-order");
	if (add_lines(rq, page, lines, "menu_id") > 0) {
		total = db_int(lines, 0, "total_kop");
		spare = db_int(lines, 0, "free_kop");
	}
	for (int i = 0; i < db_row_count(lines); i++)
		pay += *db_text(lines, i, "words") == '\0' ? db_int(lines, i, "pay_kop") : 0;
	view_int(page, "pay_kop", pay);
	add_back(rq, page, lines);
	view_int(page, "total_kop", total > 0 ? total : 0);
	view_int(page, "freed_kop", total < 0 ? -total : 0);
	view_int(page, "free_kop", spare);
	view_int(page, "short_kop", total > 0 && total > spare ? total - spare : 0);
	view_text(page, "short_url", meals_slip_url(rq, total > 0 ? total - spare : 0));
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* The week of the form, for the way back. */
static enum reply
done(struct request *rq, const char *word)
{
	return app_redirect(rq, "/meals", "week", form_date(rq, "week", ""), "done", word, NULL);
}

/* POST /meals/order o1= … pay= key= week= -- pay: the sum that was shown, in kopecks. */
enum reply
meals_order(struct request *rq)
{
	db_ask(rq, Q_ORDER, DB_TEXT(form_key(rq)), read_list(rq),
	    DB_INT(form_int(rq, "pay", 0, MONEY_MAX_KOP, 0)));
	return db_answer(rq) ? done(rq, "meal-order") : form_refused(rq, meals_show_order);
}

/* GET /meals/cancel?o1=&o2=… -- what comes free. */
enum reply
meals_show_cancel(struct request *rq)
{
	struct db_rows *lines = db_ask(rq, Q_ORDERS, read_list(rq));
	struct view *page;
	int count;

	if (!db_answer(rq))
		return rq->db_reply;
	if (db_row_count(lines) == 0)
		return REPLY_NOT_FOUND;
	page = view_new(rq, "meals-cancel");
	count = add_lines(rq, page, lines, "order_id");
	add_back(rq, page, lines);
	view_int(page, "total_kop", count > 0 ? db_int(lines, 0, "total_kop") : 0);
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* POST /meals/cancel o1= … key= week= */
enum reply
meals_cancel(struct request *rq)
{
	db_ask(rq, Q_CANCEL, DB_TEXT(form_key(rq)), read_list(rq));
	return db_answer(rq) ? done(rq, "meal-cancel") : form_refused(rq, meals_show_cancel);
}
