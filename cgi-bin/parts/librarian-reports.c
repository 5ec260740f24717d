/*
 * librarian-reports.c -- who is late with what, what is read, how much is lent.
 */
#include "app.h"
#include "librarian.h"
#include "money.h"
#include "text.h"

#define OVERDUE_PAGE  50
#define OVERDUE_CSV   20000
#define SKIP_MAX      1000000
#define POPULAR_ROWS  20
#define CSV_MAX_BYTES ((size_t)8 << 20)

/* What the chart is drawn in: units of its viewBox. */
enum { CHART_TOP = 16, CHART_STEP = 33, CHART_HEIGHT = 100, BAR_WIDTH = 22 };

/* GET /staff/library/overdue[?class=][&skip=] */
enum reply
librarian_show_overdue(struct request *rq)
{
	int64_t class = form_id(rq, "class"), skip = form_int(rq, "skip", 0, SKIP_MAX, 0);
	struct db_rows *classes = db_ask(rq, Q_OVERDUE_CLASSES);
	struct db_rows *loans =
	    db_ask(rq, Q_OVERDUE, DB_ID(class), DB_INT(skip), DB_INT(OVERDUE_PAGE + 1));
	int64_t count = 0, sum_kop = 0, unpriced = 0;
	bool has_more;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	for (int i = 0; i < db_row_count(classes); i++) {
		if (class > 0 && db_int(classes, i, "class_id") != class)
			continue;
		count += db_int(classes, i, "loans");
		sum_kop += db_int(classes, i, "price_kop");
		unpriced += db_int(classes, i, "unpriced");
	}
	page = view_new(rq, "librarian-overdue");
	view_text(page, "class_id", url_id(rq, class));
	view_int(page, "loans_all", count);
	view_int(page, "sum_kop", sum_kop);
	view_int(page, "unpriced_all", unpriced);
	view_choices(page, "class", classes, "class_id", url_id(rq, class));
	has_more = db_limit(loans, OVERDUE_PAGE);
	view_text(page, "next_url",
	    has_more ? url_query(rq, "/staff/library/overdue", "skip",
			   url_id(rq, skip + OVERDUE_PAGE)) : "");
	view_text(page, "first_url",
	    skip > 0 ? url_query(rq, "/staff/library/overdue", "skip", "") : "");
	view_text(page, "csv_url",
	    url_path(rq, "/staff/library/overdue.csv", "class", url_id(rq, class), NULL));
	view_groups(page, "group", "loan", loans, "class_name");
	return view_send(rq, page);
}

/* GET /staff/library/overdue.csv[?class=] */
enum reply
librarian_send_overdue(struct request *rq)
{
	static const char *const columns[] = { "class_name", "name", "title", "authors", "barcode",
		"due_day", "days" };
	struct db_rows *loans =
	    db_ask(rq, Q_OVERDUE, DB_ID(form_id(rq, "class")), DB_INT(0), DB_INT(OVERDUE_CSV));
	char price[MONEY_BUF];
	struct text *csv;

	if (!db_answer(rq))
		return rq->db_reply;
	csv = app_csv(rq, CSV_MAX_BYTES,
	    "Класс;Читатель;Название;Авторы;Штрихкод;Вернуть до;Дней просрочки;Цена");
	for (int i = 0; i < db_row_count(loans); i++) {
		int64_t kop = db_int(loans, i, "price_kop");

		for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++)
			app_csv_cell(csv, db_text(loans, i, columns[k]), ";");
		app_csv_cell(csv, kop > 0 ? money_plain(price, kop, ',') : "", "\r\n");
	}
	return app_send_csv(rq, csv, "Должники библиотеки.csv");
}

/* A bar for each month, as high as its loans; the table beside it has the numbers. */
static void
add_chart(struct request *rq, struct view *page, const struct db_rows *months)
{
	int64_t most = 1;

	for (int i = 0; i < db_row_count(months); i++)
		if (db_int(months, i, "loans") > most)
			most = db_int(months, i, "loans");
	view_none(page, "bar");
	for (int i = 0; i < db_row_count(months); i++) {
		struct view *bar = view_add(page, "bar");
		int64_t height = db_int(months, i, "loans") * CHART_HEIGHT / most;

		view_int(bar, "x", i * CHART_STEP + (CHART_STEP - BAR_WIDTH) / 2);
		view_int(bar, "middle", i * CHART_STEP + CHART_STEP / 2);
		view_int(bar, "y", CHART_TOP + CHART_HEIGHT - height);
		view_int(bar, "height", height);
		view_int(bar, "loans", db_int(months, i, "loans"));
		view_text(bar, "label",
		    arena_copy(rq->arena, db_text(months, i, "month") + 5, 2));
	}
}

/* GET /staff/library/popular */
enum reply
librarian_show_popular(struct request *rq)
{
	struct db_rows *titles = db_ask(rq, Q_POPULAR, DB_INT(POPULAR_ROWS));
	struct db_rows *months = db_ask(rq, Q_MONTHS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-popular");
	view_rows(page, "popular", titles);
	view_rows(page, "month", months);
	add_chart(rq, page, months);
	return view_send(rq, page);
}
