/*
 * meals.c -- Питание: the menu of a day, a week and a month with what is ordered, and what was
 * eaten. parts/meals-order.c orders and cancels, parts/meals-plan.c has standing orders, refusals
 * and льготы, parts/meals-limits.c limits, allergens, bans and the buffet.
 *
 * What a child may see and what its adults, and which of them see money, is the database's to say:
 * the columns are empty for the others.
 */
#include "app.h"
#include "money.h"
#include "text.h"
#include "parts/meals.h"

#define DAYS_ON_PAGE  12
#define DAYS_IN_MONTH 31
#define CSV_MAX_BYTES (256 * 1024)

static const struct db_question questions[Q__COUNT] = {
	[Q_HEAD]           = { "cabinet.meals_head($1)" },
	[Q_FAMILY]         = { "cabinet.meals_family($1)" },
	[Q_MENU]           = { "cabinet.meals_menu($1, $2::date, $3::int)" },
	[Q_DISHES]         = { "cabinet.meals_dishes($1, $2::date)" },
	[Q_MONTH]          = { "cabinet.meals_month($1, $2::date)" },
	[Q_HIT]            = { "cabinet.meals_hit($1)" },
	[Q_CHECK]          = { "cabinet.meals_check($1, $2::bigint[])" },
	[Q_ORDER]          = { "cabinet.meals_order($1, $2::uuid, $3::bigint[], $4::bigint)" },
	[Q_ORDERS]         = { "cabinet.meals_orders($1, $2::bigint[])" },
	[Q_CANCEL]         = { "cabinet.meals_cancel($1, $2::uuid, $3::bigint[])" },
	[Q_CHOICES]        = { "cabinet.meals_choices($1)" },
	[Q_ESTIMATE]       = { "cabinet.meals_estimate($1, $2::bigint, $3::bigint, $4::int, $5::date, $6::int)" },
	[Q_STANDING]       = { "cabinet.meals_standing($1, $2::uuid, $3::bigint, $4::bigint, $5::int, $6::date, $7::int)" },
	[Q_STANDING_END]   = { "cabinet.meals_standing_end($1, $2::bigint)" },
	[Q_STANDINGS]      = { "cabinet.meals_standings($1)" },
	[Q_REFUSALS]       = { "cabinet.meals_refusals($1)" },
	[Q_REFUSE_CHECK]   = { "cabinet.meals_refuse_check($1, $2::date, $3::date, $4::bigint)" },
	[Q_REFUSE]         = { "cabinet.meals_refuse($1, $2::uuid, $3::date, $4::date, $5::bigint, $6)" },
	[Q_WITHDRAW]       = { "cabinet.meals_refusal_withdraw($1, $2::bigint)" },
	[Q_BENEFITS]       = { "cabinet.meals_benefits($1)" },
	[Q_SKIPPED]        = { "cabinet.meals_skipped($1)" },
	[Q_EATEN]          = { "cabinet.meals_eaten($1, $2::date, $3::date, $4::int)" },
	[Q_TOTALS]         = { "cabinet.meals_eaten_totals($1, $2::date)" },
	[Q_LIMITS]         = { "cabinet.meals_limits($1)" },
	[Q_LIMITS_SAVE]    = { "cabinet.meals_limits_save($1, $2::bigint, $3::bigint)" },
	[Q_ALLERGENS]      = { "cabinet.meals_allergens($1)" },
	[Q_ALLERGENS_SAVE] = { "cabinet.meals_allergens_save($1, $2::text[])" },
	[Q_BANS]           = { "cabinet.meals_bans($1)" },
	[Q_BUFFET]         = { "cabinet.meals_buffet($1)" },
	[Q_BAN]            = { "cabinet.meals_ban($1, $2::bigint, $3)" },
	[Q_LIFT]           = { "cabinet.meals_lift($1, $2::bigint)" },
};

const char *
meals_field(struct request *rq, int n)
{
	return arena_printf(rq->arena, "o%d", n);
}

const char *
meals_month_url(struct request *rq, const char *path, const char *month, int step)
{
	struct date d;
	int months;

	if (!date_parse(month, &d))
		return "";
	months = d.year * 12 + d.month - 1 + step;
	if (!date_exists(months / 12, months % 12 + 1, 1))
		return "";
	return url_path(rq, path, "month",
	    arena_printf(rq->arena, "%04d-%02d", months / 12, months % 12 + 1), NULL);
}

const char *
meals_slip_url(struct request *rq, int64_t kop)
{
	char sum[MONEY_BUF];

	if (kop <= 0)
		return "";
	money_plain(sum, kop, ',');
	return url_path(rq, "/finance/slip", "amount", arena_copy(rq->arena, sum, strlen(sum)),
	    NULL);
}

void
meals_add_head(struct request *rq, struct view *page, const struct db_rows *head)
{
	view_values(page, head);
	view_text(page, "top_up_url", meals_slip_url(rq, db_int(head, 0, "top_up_kop")));
}

/* ---- the menu: a day, a week ----------------------------------------------------------------- */

/* "" beyond the calendar's ends. */
static const char *
day_url(struct request *rq, const char *parameter, int days)
{
	char *iso = arena_alloc(rq->arena, DATE_BUF);
	struct date d = date_from_days(days);

	if (!date_exists(d.year, d.month, d.day))
		return "";
	return url_path(rq, "/meals", parameter, date_iso(iso, d), NULL);
}

/* Links to the neighbours and to the other views of the same days; false: the rows name no day. */
static bool
add_links(struct request *rq, struct view *page, const struct db_rows *menu, bool is_day)
{
	const char *parameter = is_day ? "day" : "week";
	int length = is_day ? 1 : 7, today;
	struct date first, now;

	if (!date_parse(db_text(menu, 0, "day"), &first) || !date_parse(rq->visitor.today, &now))
		return false;
	today = date_to_days(now);
	view_flag(page, "is_day", is_day);
	view_text(page, "first_day", db_text(menu, 0, "day"));
	view_text(page, "last_day", db_text(menu, db_row_count(menu) - 1, "day"));
	view_text(page, "older_url", day_url(rq, parameter, date_to_days(first) - length));
	view_text(page, "newer_url", day_url(rq, parameter, date_to_days(first) + length));
	view_text(page, "today_url", day_url(rq, parameter, today));
	view_text(page, "day_url",
	    day_url(rq, "day",
		today >= date_to_days(first) && today < date_to_days(first) + 7
		    ? today
		    : date_to_days(first)));
	view_text(page, "week_url", day_url(rq, "week", date_to_days(first)));
	view_text(page, "month_url", meals_month_url(rq, "/meals", db_text(menu, 0, "day"), 0));
	return true;
}

/* Each meal of these days once: a link that ticks its first set meal on every day. */
static void
add_ticks(struct request *rq, struct view *page, const struct db_rows *menu, int64_t ticked)
{
	int64_t seen[8];
	int count = 0;

	view_none(page, "meal_tick");
	for (int i = 0; i < db_row_count(menu); i++) {
		int64_t meal = db_int(menu, i, "meal_id");
		struct view *row;
		int n = 0;

		while (n < count && seen[n] != meal)
			n++;
		if (n < count || count == APP_COUNT(seen) || !db_bool(menu, i, "may_order") ||
		    db_bool(menu, i, "may_swap"))
			continue;
		seen[count++] = meal;
		row = view_add(page, "meal_tick");
		view_text(row, "title", db_text(menu, i, "meal"));
		view_text(row, "url", arena_printf(rq->arena, "%s#menu",
		    url_query(rq, "/meals", "tick", meal == ticked ? "" : url_id(rq, meal))));
		view_flag(row, "is_current", meal == ticked);
	}
}

static void
add_dishes(struct view *set, const struct db_rows *dishes, int64_t menu)
{
	view_none(set, "dish");
	for (int i = 0; i < db_row_count(dishes); i++)
		if (db_int(dishes, i, "menu_id") == menu)
			view_row(view_add(set, "dish"), dishes, i);
}

/* Days, in each its set meals, in each, when one day is shown, its dishes. */
static void
add_menu(struct request *rq, struct view *page, const struct db_rows *menu,
    const struct db_rows *dishes, int64_t ticked)
{
	struct view *day = NULL;
	int64_t last_ticked = 0, choices = 0;

	for (int i = 0; i < db_row_count(menu); i++) {
		bool is_new = i == 0 ||
		    strcmp(db_text(menu, i, "day"), db_text(menu, i - 1, "day")) != 0;
		bool may_order = db_bool(menu, i, "may_order");
		int64_t meal = db_int(menu, i, "meal_id");
		struct view *set;

		if (is_new) {
			day = view_add(page, "day");
			view_row(day, menu, i);
			view_none(day, "set");
			last_ticked = 0;
		}
		if (meal == 0)
			continue;
		set = view_add(day, "set");
		view_row(set, menu, i);
		choices += may_order;
		view_text(set, "field", meals_field(rq, i + 1));
		view_flag(set, "is_ticked",
		    may_order && meal == ticked && last_ticked != meal &&
			!db_bool(menu, i, "may_swap"));
		if (may_order && meal == ticked)
			last_ticked = meal;
		add_dishes(set, dishes, db_int(menu, i, "menu_id"));
	}
	view_int(page, "choices", choices);
}

/* GET /meals?month=YYYY-MM -- the sheet of a month. */
static enum reply
show_month(struct request *rq, const char *month)
{
	struct db_rows *days = db_ask(rq, Q_MONTH, DB_TEXT(month));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "meals-month");
	for (int i = 0; i < db_row_count(days); i += 7) {
		struct view *week = view_add(page, "week");

		for (int j = i; j < i + 7 && j < db_row_count(days); j++) {
			struct view *day = view_add(week, "day");
			struct date d;

			view_row(day, days, j);
			view_int(day, "day_number",
			    date_parse(db_text(days, j, "day"), &d) ? d.day : 0);
		}
	}
	view_text(page, "month", month);
	view_text(page, "month_url", meals_month_url(rq, "/meals", month, 0));
	view_text(page, "older_url", meals_month_url(rq, "/meals", month, -1));
	view_text(page, "newer_url", meals_month_url(rq, "/meals", month, 1));
	return view_send(rq, page);
}

/*
 * GET /meals[?week=|?day=|?month=][&tick=MEAL] -- without any the week of the next day that has a
 * menu.
 */
static enum reply
show_meals(struct request *rq)
{
	const char *month = form_month(rq, "month", NULL);
	const char *day = form_date(rq, "day", NULL);
	const char *week = form_date(rq, "week", NULL);
	int64_t ticked = form_id(rq, "tick");
	struct db_rows *head, *family, *hit, *menu, *dishes = NULL;
	struct view *page;

	if (month != NULL)
		return show_month(rq, month);
	head = db_ask(rq, Q_HEAD);
	family = db_ask(rq, Q_FAMILY);
	hit = db_ask(rq, Q_HIT);
	menu = db_ask(rq, Q_MENU, DB_TEXT(day != NULL ? day : week), DB_INT(day != NULL ? 1 : 7));
	dishes = db_ask(rq, Q_DISHES, DB_TEXT(day));
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "meals");
	if (db_row_count(menu) == 0 || !add_links(rq, page, menu, day != NULL))
		return REPLY_BROKEN;
	meals_add_head(rq, page, head);
	view_rows(page, "own_child", family);
	view_rows(page, "hit", hit);
	add_ticks(rq, page, menu, ticked);
	add_menu(rq, page, menu, dishes, ticked);
	return view_send(rq, page);
}

/* ---- what was eaten -------------------------------------------------------------------------- */

/* GET /meals/eaten[?month=][&before=] -- by days, the latest first; pages are whole days. */
static enum reply
show_eaten(struct request *rq)
{
	const char *month = form_month(rq, "month", NULL);
	const char *before = form_date(rq, "before", NULL);
	struct db_rows *totals = db_ask(rq, Q_TOTALS, DB_TEXT(month));
	struct db_rows *lines = db_ask(rq, Q_EATEN, DB_TEXT(month), DB_TEXT(before),
	    DB_INT(DAYS_ON_PAGE));
	int last;
	bool has_more;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "meals-eaten");
	month = db_text(totals, 0, "month");
	last = db_row_count(lines) - 1;
	has_more = last >= 0 && db_bool(lines, last, "has_more");
	view_values(page, totals);
	view_groups(page, "day", "line", lines, "day");
	view_text(page, "month_older_url", meals_month_url(rq, "/meals/eaten", month, -1));
	view_text(page, "month_newer_url", meals_month_url(rq, "/meals/eaten", month, 1));
	view_text(page, "csv_url", meals_month_url(rq, "/meals/eaten.csv", month, 0));
	view_text(page, "older_url", has_more ?
	    url_query(rq, "/meals/eaten", "before", db_text(lines, last, "day")) : "");
	view_text(page, "newer_url",
	    before != NULL ? url_query(rq, "/meals/eaten", "before", "") : "");
	return view_send(rq, page);
}

static void
csv_money(struct text *csv, const struct db_rows *lines, int row, const char *column,
    const char *end)
{
	char sum[MONEY_BUF];

	if (!db_is_null(lines, row, db_column(lines, column))) {
		money_plain(sum, db_int(lines, row, column), ',');
		text_puts(csv, sum);
	}
	text_puts(csv, end);
}

/* GET /meals/eaten.csv?month= -- oldest first; sums are empty for who may not see them. */
static enum reply
send_csv(struct request *rq)
{
	static const char *const columns[] = { "at", "title", "items", "place" };
	const char *month = form_month(rq, "month", NULL);
	struct db_rows *lines = db_ask(rq, Q_EATEN, DB_TEXT(month), DB_NULL, DB_INT(DAYS_IN_MONTH));
	struct text *csv;

	if (!db_answer(rq))
		return rq->db_reply;
	csv = app_csv(rq, CSV_MAX_BYTES,
	    "Дата и время;Что;Состав;Где;Цена;Оплачено семьёй;Отменено");
	for (int i = db_row_count(lines) - 1; i >= 0; i--) {
		for (int c = 0; c < APP_COUNT(columns); c++)
			app_csv_cell(csv, db_text(lines, i, columns[c]), ";");
		csv_money(csv, lines, i, "price_kop", ";");
		csv_money(csv, lines, i, "pay_kop", ";");
		app_csv_cell(csv, db_text(lines, i, "undo_why"), "\r\n");
	}
	return app_send_csv(rq, csv, "Питание.csv");
}

#define EVERYBODY (ACCESS_PARENT | ACCESS_PUPIL)
static const struct route routes[] = {
	{ "GET",  "/meals",                 show_meals,            EVERYBODY },
	{ "GET",  "/meals/eaten",           show_eaten,            EVERYBODY },
	{ "GET",  "/meals/eaten.csv",       send_csv,              EVERYBODY },
	{ "GET",  "/meals/buffet",          meals_show_buffet,     EVERYBODY },
	{ "GET",  "/meals/order",           meals_show_order,      ACCESS_PARENT },
	{ "POST", "/meals/order",           meals_order,           ACCESS_PARENT },
	{ "GET",  "/meals/cancel",          meals_show_cancel,     ACCESS_PARENT },
	{ "POST", "/meals/cancel",          meals_cancel,          ACCESS_PARENT },
	{ "GET",  "/meals/plan",            meals_show_plan,       ACCESS_PARENT },
	{ "GET",  "/meals/standing",        meals_show_standing,   ACCESS_PARENT },
	{ "POST", "/meals/standing",        meals_make_standing,   ACCESS_PARENT },
	{ "POST", "/meals/standing/end",    meals_end_standing,    ACCESS_PARENT },
	{ "GET",  "/meals/refuse",          meals_show_refuse,     ACCESS_PARENT },
	{ "POST", "/meals/refuse",          meals_refuse,          ACCESS_PARENT },
	{ "POST", "/meals/refuse/withdraw", meals_withdraw,        ACCESS_PARENT },
	{ "GET",  "/meals/limits",          meals_show_limits,     ACCESS_PARENT },
	{ "POST", "/meals/limits",          meals_save_limits,     ACCESS_PARENT },
	{ "POST", "/meals/allergens",       meals_save_allergens,  ACCESS_PARENT },
	{ "POST", "/meals/ban",             meals_ban,             ACCESS_PARENT },
	{ "POST", "/meals/lift",            meals_lift,            ACCESS_PARENT },
};

APP_MAIN("meals")
