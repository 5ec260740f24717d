/*
 * librarian-stock.c -- stocktaking: copies are scanned one after another, what is missing is
 * printed and looked for, and the end writes down the rest.
 */
#include "app.h"
#include "librarian.h"
#include "money.h"
#include "text.h"

#define HISTORY_PAGE    20
#define SEEN_LATEST     12
#define MISSING_PAGE    50
#define MISSING_CSV     50000
#define SKIP_MAX        1000000
#define CSV_MAX_BYTES   ((size_t)16 << 20)

static const char *const outcomes[] = { "found", "again", "out", "lost", "gone", "unknown", NULL };

/* GET /staff/library/inventory[?before=] -- the history, and a form for a new one. */
enum reply
librarian_show_inventories(struct request *rq)
{
	struct db_rows *latest = db_ask(rq, Q_INVENTORIES, DB_NULL, DB_INT(1));
	struct db_rows *all = db_ask(rq, Q_INVENTORIES, DB_ID(form_id(rq, "before")),
	    DB_INT(HISTORY_PAGE + 1));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-inventories");
	/* One that goes on is the latest. */
	view_flag(page, "is_open",
	    db_row_count(latest) > 0 && *db_text(latest, 0, "ended_at") == '\0');
	view_pager(rq, page, "/staff/library/inventory", all, HISTORY_PAGE, "inventory_id");
	view_rows(page, "inventory", all);
	form_show(rq, page, "name", NULL);
	return view_send(rq, page);
}

/* POST /staff/library/inventory name= */
enum reply
librarian_begin_inventory(struct request *rq)
{
	const char *name = form_need_text(rq, "name", 80,
	    "Назовите инвентаризацию, например «Осень 2026».");
	struct db_rows *begun;

	if (form_failed(rq))
		return form_again(rq, librarian_show_inventories);
	begun = db_ask(rq, Q_INVENTORY_BEGIN, DB_TEXT(name));
	if (!db_answer(rq))
		return form_refused(rq, librarian_show_inventories);
	return app_redirect(rq, "/staff/library/inventory/count", "id",
	    db_text(begun, 0, "catalogue_inventory_begin"), NULL);
}

/*
 * GET /staff/library/inventory/count?id=[&outcome=&code=] -- the field that waits for a scan, and
 * what the last one was.
 */
enum reply
librarian_show_inventory(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *inventory = db_ask(rq, Q_INVENTORY, DB_INT(id));
	struct db_rows *seen = db_ask(rq, Q_SEEN, DB_INT(id), DB_INT(SEEN_LATEST));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-count");
	view_values(page, inventory);
	view_text(page, "name", db_text(inventory, 0, "title"));
	view_rows(page, "seen", seen);
	view_text(page, "outcome", form_choice(rq, "outcome", outcomes, ""));
	view_text(page, "code", form_text(rq, "code", LIBRARIAN_FIND_MAX, ""));
	view_text(page, "copy_id", url_id(rq, form_id(rq, "copy")));
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* POST /staff/library/inventory/count id= find= */
enum reply
librarian_count(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	const char *code = form_text(rq, "find", LIBRARIAN_FIND_MAX, "");
	struct db_rows *scan;

	if (*code == '\0')
		return app_redirect(rq, "/staff/library/inventory/count", "id", url_id(rq, id),
		    NULL);
	scan = db_ask(rq, Q_INVENTORY_SCAN, DB_INT(id), DB_TEXT(code));
	if (!db_answer(rq))
		return form_refused(rq, librarian_show_inventory);
	return app_redirect(rq, "/staff/library/inventory/count", "id", url_id(rq, id), "outcome",
	    db_text(scan, 0, "outcome"), "code", code, "copy", db_text(scan, 0, "copy_id"), NULL);
}

/* GET /staff/library/inventory/missing?id=[&skip=] */
enum reply
librarian_show_missing(struct request *rq)
{
	int64_t id = form_id(rq, "id"), skip = form_int(rq, "skip", 0, SKIP_MAX, 0);
	struct db_rows *inventory = db_ask(rq, Q_INVENTORY, DB_INT(id));
	struct db_rows *missing =
	    db_ask(rq, Q_MISSING, DB_INT(id), DB_INT(skip), DB_INT(MISSING_PAGE + 1));
	const char *next;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-missing");
	view_values(page, inventory);
	view_text(page, "name", db_text(inventory, 0, "title"));
	next = db_limit(missing, MISSING_PAGE) ? url_id(rq, skip + MISSING_PAGE) : "";
	view_text(page, "next_url",
	    *next != '\0' ? url_query(rq, "/staff/library/inventory/missing", "skip", next) : "");
	view_text(page, "first_url",
	    skip > 0 ? url_query(rq, "/staff/library/inventory/missing", "skip", "") : "");
	view_rows(page, "copy", missing);
	return view_send(rq, page);
}

/* GET /staff/library/inventory/missing.csv?id= */
enum reply
librarian_send_missing(struct request *rq)
{
	static const char *const columns[] = { "shelf", "title", "authors", "barcode",
		"state_title" };
	struct db_rows *missing =
	    db_ask(rq, Q_MISSING, DB_INT(form_id(rq, "id")), DB_INT(0), DB_INT(MISSING_CSV));
	char price[MONEY_BUF];
	struct text *csv;

	if (!db_answer(rq))
		return rq->db_reply;
	csv = app_csv(rq, CSV_MAX_BYTES, "Место;Название;Авторы;Штрихкод;Состояние;Цена");
	for (int i = 0; i < db_row_count(missing); i++) {
		int64_t kop = db_int(missing, i, "price_kop");

		for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++)
			app_csv_cell(csv, db_text(missing, i, columns[k]), ";");
		app_csv_cell(csv, kop > 0 ? money_plain(price, kop, ',') : "", "\r\n");
	}
	return app_send_csv(rq, csv, "Не найдено.csv");
}

/* GET /staff/library/inventory/end?id= -- what the end will do. */
enum reply
librarian_show_end(struct request *rq)
{
	struct db_rows *inventory = db_ask(rq, Q_INVENTORY, DB_INT(form_id(rq, "id")));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-end");
	view_values(page, inventory);
	view_text(page, "name", db_text(inventory, 0, "title"));
	return view_send(rq, page);
}

/* POST /staff/library/inventory/end id= [lose=1] */
enum reply
librarian_end_inventory(struct request *rq)
{
	int64_t id = form_id(rq, "id");

	if (id == 0)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_INVENTORY_END, DB_INT(id), DB_BOOL(form_flag(rq, "lose")));
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/staff/library/inventory/missing", "id", url_id(rq, id), "done",
	    "inventory-ended", NULL);
}
