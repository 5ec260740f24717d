/*
 * canteen-benefits.c -- льготы and what the budget pays; children taught at home and their dry
 * rations.
 *
 * Who looks is written down: a POST opens the list, or one child, to this person for half an hour.
 * Before that the pages have the button alone.
 */
#include "app.h"
#include "money.h"
#include "text.h"
#include "canteen.h"

#define LIST_MAX       40      /* of a page */
#define FOUND_MAX      20
#define DOCUMENT_MAX   200
#define CSV_MAX_BYTES  (1024 * 1024)

/* What parts/canteen-closed.html needs: open or not, and where to go on. */
static void
show_opened(struct view *page, const struct db_rows *opened, const char *to)
{
	view_values(page, opened);
	view_text(page, "to", to);
	view_text(page, "pupil_id", "");
}

/* ---- the list -------------------------------------------------------------------------------- */

/* GET /staff/canteen/benefits[?kind=][&class=][&after=NAME][&find=] */
enum reply
canteen_show_benefits(struct request *rq)
{
	int64_t kind = form_id(rq, "kind"), class = form_id(rq, "class");
	const char *after = form_text(rq, "after", 100, NULL),
		   *find = form_text(rq, "find", CANTEEN_FIND_MAX, "");
	struct db_rows *opened = db_ask(rq, Q_OPENED, DB_NULL);
	struct db_rows *kinds = db_ask(rq, Q_KINDS);
	struct db_rows *classes = db_ask(rq, Q_CLASSES, DB_NULL, DB_NULL);
	struct db_rows *benefits = db_ask(rq, Q_BENEFITS, DB_ID(kind), DB_ID(class), DB_TEXT(after),
	    DB_INT(LIST_MAX + 1));
	struct db_rows *found = db_ask(rq, Q_CANDIDATES, DB_TEXT(find), DB_INT(FOUND_MAX + 1));
	struct view *page;
	bool has_next;

	if (*find != '\0')
		db_also_view(rq, "canteen-benefits", "");
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen-benefits");
	show_opened(page, opened, "benefits");
	has_next = db_limit(benefits, LIST_MAX);
	view_text(page, "next_url",
	    !has_next ? ""
		      : url_query(rq, "/staff/canteen/benefits", "after",
			    db_text(benefits, db_row_count(benefits) - 1, "name")));
	view_rows(page, "benefit", benefits);
	view_choices(page, "kind", kinds, "id", url_id(rq, kind));
	view_choices(page, "class", classes, "class_id", url_id(rq, class));
	view_flag(page, "has_more", db_limit(found, FOUND_MAX));
	view_rows(page, "found", found);
	form_show(rq, page, "find", NULL);
	return view_send(rq, page);
}

/* POST /staff/canteen/benefits/open [pupil=] [to=report|rations] -- notes who looks, and shows. */
enum reply
canteen_open(struct request *rq)
{
	static const char *const pages[] = { "benefits", "report", "rations", NULL };
	int64_t pupil = form_id(rq, "pupil");
	const char *to = form_choice(rq, "to", pages, "benefits");

	db_ask(rq, Q_OPEN, DB_ID(pupil));
	if (!db_answer(rq))
		return rq->db_reply;
	if (pupil != 0)
		return app_redirect(rq, "/staff/canteen/child", "pupil", url_id(rq, pupil), NULL);
	return app_redirect(rq, arena_printf(rq->arena, "/staff/canteen/%s", to), NULL);
}

/* ---- one child ------------------------------------------------------------------------------- */

/* GET /staff/canteen/child?pupil= -- and the page that a refused form comes back to. */
enum reply
canteen_show_child(struct request *rq)
{
	int64_t pupil = form_id(rq, "pupil");
	struct db_rows *opened = db_ask(rq, Q_OPENED, DB_INT(pupil));
	struct db_rows *child = db_ask(rq, Q_BUYER, DB_INT(pupil));
	struct db_rows *benefits = db_ask(rq, Q_OF_CHILD, DB_INT(pupil));
	struct db_rows *study = db_ask(rq, Q_STUDY, DB_INT(pupil));
	struct db_rows *kinds = db_ask(rq, Q_KINDS);
	struct db_rows *meals = db_ask(rq, Q_MEALS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen-child");
	show_opened(page, opened, "benefits");
	view_values(page, child);
	view_rows(page, "benefit", benefits);
	view_rows(page, "study", study);
	view_choices(page, "kind", kinds, "id", form_text(rq, "kind", 20, ""));
	view_choices(page, "meal", meals, "id", form_text(rq, "meal", 20, ""));
	form_show(rq, page, "share", "first", "last", "document", "study_first", "study_last",
	    NULL);
	form_default(rq, page, "share", "100");
	return view_send(rq, page);
}

static enum reply
back_to_child(struct request *rq, int64_t pupil, const char *done)
{
	return app_redirect(rq, "/staff/canteen/child", "pupil", url_id(rq, pupil), "done", done,
	    NULL);
}

/* POST /staff/canteen/benefits/add pupil= kind= meal= share= first= last= document= */
enum reply
canteen_add_benefit(struct request *rq)
{
	int64_t pupil = form_id(rq, "pupil"), kind = form_id(rq, "kind"),
		meal = form_id(rq, "meal"), share = 0;
	const char *first = form_date(rq, "first", NULL), *last = form_date(rq, "last", NULL);
	const char *document = form_need_text(rq, "document", DOCUMENT_MAX,
	    "На каком документе основана льгота?");

	if (pupil == 0 || kind == 0 || kind > INT16_MAX || meal == 0)
		return REPLY_BAD_INPUT;
	if (!int_parse(form_text(rq, "share", 10, ""), 1, 100, &share))
		form_error(rq, "share", "Сколько процентов платит бюджет: от 1 до 100.");
	if (first == NULL)
		form_error(rq, "first", "С какого дня?");
	if (last == NULL)
		form_error(rq, "last", "По какой день?");
	if (form_failed(rq))
		return form_again(rq, canteen_show_child);
	db_ask(rq, Q_ADD_BENEFIT, DB_INT(pupil), DB_INT(kind), DB_INT(meal), DB_INT(share),
	    DB_TEXT(first), DB_TEXT(last), DB_TEXT(document));
	if (!db_answer(rq))
		return form_refused(rq, canteen_show_child);
	return back_to_child(rq, pupil, "benefit-added");
}

/* POST /staff/canteen/benefits/end pupil= benefit= end= */
enum reply
canteen_end_benefit(struct request *rq)
{
	int64_t pupil = form_id(rq, "pupil"), benefit = form_id(rq, "benefit");
	const char *end = form_date(rq, "end", NULL);

	if (pupil == 0 || benefit == 0 || end == NULL)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_END_BENEFIT, DB_INT(benefit), DB_TEXT(end));
	if (!db_answer(rq))
		return form_refused(rq, canteen_show_child);
	return back_to_child(rq, pupil, "benefit-ended");
}

/* POST /staff/canteen/study pupil= study_first= study_last= */
enum reply
canteen_set_study(struct request *rq)
{
	int64_t pupil = form_id(rq, "pupil");
	const char *first = form_date(rq, "study_first", NULL),
		   *last = form_date(rq, "study_last", NULL);

	if (pupil == 0)
		return REPLY_BAD_INPUT;
	if (first == NULL)
		form_error(rq, "study_first", "С какого дня?");
	if (last == NULL)
		form_error(rq, "study_last", "По какой день?");
	if (form_failed(rq))
		return form_again(rq, canteen_show_child);
	db_ask(rq, Q_SET_STUDY, DB_INT(pupil), DB_TEXT(first), DB_TEXT(last));
	if (!db_answer(rq))
		return form_refused(rq, canteen_show_child);
	return back_to_child(rq, pupil, "study-set");
}

/* POST /staff/canteen/study/end pupil= study= end= */
enum reply
canteen_end_study(struct request *rq)
{
	int64_t pupil = form_id(rq, "pupil"), study = form_id(rq, "study");
	const char *end = form_date(rq, "end", NULL);

	if (pupil == 0 || study == 0 || end == NULL)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_END_STUDY, DB_INT(study), DB_TEXT(end));
	if (!db_answer(rq))
		return form_refused(rq, canteen_show_child);
	return back_to_child(rq, pupil, "study-ended");
}

/* ---- what the budget pays -------------------------------------------------------------------- */

/* What the database took for a period that was not given: this month up to today. */
static struct form_period
shown_period(struct request *rq, struct form_period period)
{
	if (period.from == NULL)
		period.from = arena_printf(rq->arena, "%.8s01", rq->visitor.today);
	if (period.to == NULL)
		period.to = rq->visitor.today;
	return period;
}

/* GET /staff/canteen/report[?from=&to=][&by=kind|class] */
enum reply
canteen_show_report(struct request *rq)
{
	static const char *const ways[] = { "kind", "class", NULL };
	struct form_period period = form_period(rq);
	const char *by = form_choice(rq, "by", ways, "kind");
	struct db_rows *opened = db_ask(rq, Q_OPENED, DB_NULL);
	struct db_rows *lines = db_ask(rq, Q_REPORT, DB_TEXT(period.from), DB_TEXT(period.to),
	    DB_TEXT(by));
	struct view *page;
	int64_t meals = 0, price = 0, budget = 0, family = 0;

	if (!db_answer(rq))
		return rq->db_reply;
	period = shown_period(rq, period);
	page = view_new(rq, "canteen-report");
	show_opened(page, opened, "report");
	for (int i = 0; i < db_row_count(lines); i++) {
		meals += db_int(lines, i, "meals");
		price += db_int(lines, i, "price_kop");
		budget += db_int(lines, i, "budget_kop");
		family += db_int(lines, i, "family_kop");
	}
	view_rows(page, "line", lines);
	view_int(page, "meals_total", meals);
	view_int(page, "price_total", price);
	view_int(page, "budget_total", budget);
	view_int(page, "family_total", family);
	view_text(page, "by", by);
	form_show(rq, page, "to", NULL);
	view_text(page, "first", period.from);
	view_text(page, "last", period.to);
	view_text(page, "csv_url",
	    url_path(rq, "/staff/canteen/report.csv", "from", period.from, "to", period.to, NULL));
	return view_send(rq, page);
}

/* GET /staff/canteen/report.csv?from=&to= */
enum reply
canteen_send_report(struct request *rq)
{
	static const char *const names[] = { "kind", "class_name", "meal", "share", "children",
		"meals" };
	static const char *const sums[] = { "price_kop", "budget_kop", "family_kop" };
	struct form_period period = form_period(rq);
	struct db_rows *lines = db_ask(rq, Q_REPORT_CSV, DB_TEXT(period.from), DB_TEXT(period.to));
	struct text *csv;
	char sum[MONEY_BUF];

	if (form_failed(rq))
		return REPLY_BAD_INPUT;
	if (!db_answer(rq))
		return rq->db_reply;
	period = shown_period(rq, period);
	csv = app_csv(rq, CSV_MAX_BYTES, "Льгота;Класс;Питание;Платит бюджет, %;Детей;Порций;"
	    "Стоимость, ₽;Бюджет, ₽;Родители, ₽");
	for (int i = 0; i < db_row_count(lines); i++) {
		for (int j = 0; j < APP_COUNT(names); j++)
			app_csv_cell(csv, db_text(lines, i, names[j]), ";");
		for (int j = 0; j < APP_COUNT(sums); j++)
			app_csv_cell(csv, money_plain(sum, db_int(lines, i, sums[j]), ','),
			    j + 1 < APP_COUNT(sums) ? ";" : "\r\n");
	}
	return app_send_csv(rq, csv,
	    arena_printf(rq->arena, "Льготное питание %s — %s.csv", period.from, period.to));
}

/* ---- dry rations ----------------------------------------------------------------------------- */

/* GET /staff/canteen/rations -- whom a ration is due and for how many days; a list to print. */
enum reply
canteen_show_rations(struct request *rq)
{
	struct db_rows *opened = db_ask(rq, Q_OPENED, DB_NULL);
	struct db_rows *children = db_ask(rq, Q_HOME);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen-rations");
	show_opened(page, opened, "rations");
	view_rows(page, "child", children);
	form_show(rq, page, "pupil", NULL);
	return view_send(rq, page);
}

/* POST /staff/canteen/rations pupil= key= -- of today, always. */
enum reply
canteen_issue(struct request *rq)
{
	const char *key = form_key(rq);
	int64_t pupil = form_id(rq, "pupil");

	db_ask(rq, Q_ISSUE, DB_TEXT(key), DB_INT(pupil));
	return form_done(rq, canteen_show_rations, "/staff/canteen/rations", "done",
	    "ration-issued", NULL);
}
