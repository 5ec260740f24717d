/*
 * canteen.c -- the canteen's desk: what to cook and how it goes, serving by card and by list, the
 * buffet's till, menus, льготы, dry rations.
 *
 * This file: the day, the list of a class, the sheet for a day without network. The till is in
 * parts/canteen-till.c, menus and rules in -menu.c, льготы and rations in -benefits.c.
 */
#include "app.h"
#include "text.h"
#include "parts/canteen.h"

#define LIVE_MAX_BYTES (64 * 1024)

static const struct db_question questions[Q__COUNT] = {
	[Q_NOW]          = { "staff.canteen_now($1, $2::date)" },
	[Q_PLAN]         = { "staff.canteen_plan($1, $2::date)" },
	[Q_UNCOUNTED]    = { "staff.canteen_uncounted($1, $2::date)" },
	[Q_MEALS]        = { "staff.canteen_meals($1)" },
	[Q_SERVE]        = { "staff.canteen_serve($1, $2::uuid, $3::bigint, $4, $5::bigint, $6::bigint, $7::int)" },
	[Q_SERVING]      = { "staff.canteen_serving($1, $2::bigint)" },
	[Q_CHILD]        = { "staff.canteen_child($1, $2::bigint, $3::bigint)" },
	[Q_OFFERS]       = { "staff.canteen_offers($1, $2::bigint, $3::bigint)" },
	[Q_BOUGHT]       = { "staff.canteen_bought($1, $2::bigint, $3::bigint)" },
	[Q_RECENT]       = { "staff.canteen_recent($1, $2)" },
	[Q_CANDIDATES]   = { "staff.canteen_candidates($1, $2, $3::int)" },
	[Q_UNDO]         = { "staff.canteen_undo($1, $2::uuid, $3::bigint, $4)" },
	[Q_CLASSES]      = { "staff.canteen_classes($1, $2::bigint, $3::date)" },
	[Q_CLASS]        = { "staff.canteen_class($1, $2::bigint, $3::bigint, $4::date)" },
	[Q_MENUS]        = { "staff.canteen_menus($1, $2::bigint, $3::date)" },
	[Q_SERVE_LIST]   = { "staff.canteen_serve_list($1, $2::uuid, $3::bigint, $4::date, $5::bigint, $6::bigint[])" },
	[Q_SHEET]        = { "staff.canteen_sheet($1, $2::bigint, $3::int, $4::date)" },
	[Q_FIND]         = { "staff.canteen_find($1, $2)" },
	[Q_BUYER]        = { "staff.canteen_buyer($1, $2::bigint)" },
	[Q_GOODS]        = { "staff.canteen_goods($1, $2::bigint)" },
	[Q_SELL]         = { "staff.canteen_sell($1, $2::uuid, $3::bigint, $4::bigint[], $5::int[], $6::bigint, $7::int)" },
	[Q_WEEK]         = { "staff.canteen_week($1, $2::date)" },
	[Q_MENU_WEEK]    = { "staff.canteen_menu_week($1, $2::date)" },
	[Q_MENU]         = { "staff.canteen_menu($1, $2::bigint, $3::date)" },
	[Q_MENU_CHOICE]  = { "staff.canteen_menu_choice($1, $2::bigint, $3::date)" },
	[Q_SAVE_MENU]    = { "staff.canteen_save_menu($1, $2::bigint, $3::date, $4::bigint, $5::bigint[])" },
	[Q_DROP_MENU]    = { "staff.canteen_drop_menu($1, $2::bigint, $3::date)" },
	[Q_COPY_WEEK]    = { "staff.canteen_copy_week($1, $2::date, $3::date)" },
	[Q_DISHES]       = { "staff.canteen_dishes($1, $2::boolean)" },
	[Q_DISH]         = { "staff.canteen_dish($1, $2::bigint)" },
	[Q_ALLERGENS]    = { "staff.canteen_allergens($1, $2::bigint)" },
	[Q_CATEGORIES]   = { "staff.canteen_categories($1)" },
	[Q_SAVE_DISH]    = { "staff.canteen_save_dish($1, $2::bigint, $3, $4, $5, $6::int, $7::int, $8::int, $9::int, $10::int, "
	    "$11::text[], $12::bigint, $13::boolean)" },
	[Q_COMPLEXES]    = { "staff.canteen_complexes($1)" },
	[Q_COMPLEX]      = { "staff.canteen_complex($1, $2::bigint)" },
	[Q_SAVE_COMPLEX] = { "staff.canteen_save_complex($1, $2::bigint, $3::bigint, $4, $5::int, $6::int, $7::int, $8::bigint, "
	    "$9::boolean, $10::boolean)" },
	[Q_SAVE_MEAL]    = { "staff.canteen_save_meal($1, $2::bigint, $3, $4::time, $5::time)" },
	[Q_RULES]        = { "staff.canteen_rules($1)" },
	[Q_SAVE_RULES]   = { "staff.canteen_save_rules($1, $2::int, $3::time, $4::time, $5::int, $6::int)" },
	[Q_OPEN]         = { "staff.canteen_open($1, $2::bigint)" },
	[Q_OPENED]       = { "staff.canteen_opened($1, $2::bigint)" },
	[Q_BENEFITS]     = { "staff.canteen_benefits($1, $2::int, $3::bigint, $4, $5::int)" },
	[Q_KINDS]        = { "staff.canteen_kinds($1)" },
	[Q_OF_CHILD]     = { "staff.canteen_of_child($1, $2::bigint)" },
	[Q_ADD_BENEFIT]  = { "staff.canteen_add_benefit($1, $2::bigint, $3::int, $4::bigint, $5::int, $6::date, $7::date, $8)" },
	[Q_END_BENEFIT]  = { "staff.canteen_end_benefit($1, $2::bigint, $3::date)" },
	[Q_REPORT]       = { "staff.canteen_report($1, $2::date, $3::date, $4)" },
	[Q_REPORT_CSV]   = { "staff.canteen_report_csv($1, $2::date, $3::date)" },
	[Q_HOME]         = { "staff.canteen_home($1)" },
	[Q_STUDY]        = { "staff.canteen_study($1, $2::bigint)" },
	[Q_SET_STUDY]    = { "staff.canteen_set_study($1, $2::bigint, $3::date, $4::date)" },
	[Q_END_STUDY]    = { "staff.canteen_end_study($1, $2::bigint, $3::date)" },
	[Q_ISSUE]        = { "staff.canteen_issue($1, $2::uuid, $3::bigint)" },
};

/* ---- what the files share -------------------------------------------------------------------- */

int64_t
canteen_price(struct request *rq, const char *name)
{
	int64_t price = form_typed_money(rq, name, 1, CANTEEN_PRICE_MAX, 0);

	if (price == 0)
		form_error(rq, name, "Цена рублями, например 95 или 95,50.");
	return price;
}

/* ---- the day --------------------------------------------------------------------------------- */

struct live { struct db_rows *now, *plan, *uncounted; };

static struct live
ask_live(struct request *rq, const char *day)
{
	return (struct live){
		.now = db_ask(rq, Q_NOW, DB_TEXT(day)),
		.plan = db_ask(rq, Q_PLAN, DB_TEXT(day)),
		.uncounted = db_ask(rq, Q_UNCOUNTED, DB_TEXT(day)),
	};
}

static void
show_live(struct view *page, const struct live *live)
{
	view_values(page, live->now);
	view_groups(page, "menu", "class", live->plan, "menu_id");
	view_rows(page, "uncounted", live->uncounted);
}

/* GET /staff/canteen[?day=] -- what to cook, and how serving goes. */
static enum reply
show_day(struct request *rq)
{
	const char *day = form_date(rq, "day", NULL);
	struct live live = ask_live(rq, day);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen");
	show_live(page, &live);
	day = db_text(live.now, 0, "day");
	view_flag(page, "is_today", strcmp(day, db_text(live.now, 0, "today")) == 0);
	view_flag(page, "is_ahead", strcmp(day, db_text(live.now, 0, "today")) > 0);
	view_text(page, "live_url", url_path(rq, "/staff/canteen/live", "day", day, NULL));
	return view_send(rq, page);
}

/* GET /staff/canteen/live?day= -- the part of that page that changes by itself, without a frame. */
static enum reply
show_changes(struct request *rq)
{
	struct live live = ask_live(rq, form_date(rq, "day", NULL));
	struct view *part = view_make(rq->arena, "parts/canteen-live");
	struct text out;
	enum reply reply = REPLY_BROKEN;

	if (!db_answer(rq))
		return rq->db_reply;
	show_live(part, &live);
	text_init(&out, LIVE_MAX_BYTES);
	if (view_render(part, "parts/canteen-live", NULL, &out))
		reply = app_send(rq, 200, "text/html; charset=utf-8", NULL, out.data, out.len);
	text_release(&out);
	return reply;
}

/* ---- a class by list, today or a day without network ----------------------------------------- */

/*
 * GET /staff/canteen/list[?meal=&class=][&day=] -- and the page that a refused form comes back to.
 */
static enum reply
show_list(struct request *rq)
{
	int64_t meal = form_id(rq, "meal"), class = form_id(rq, "class");
	const char *day = form_date(rq, "day", NULL);
	struct db_rows *now = db_ask(rq, Q_NOW, DB_TEXT(day));
	struct db_rows *meals = db_ask(rq, Q_MEALS);
	struct db_rows *classes = db_ask(rq, Q_CLASSES, DB_ID(meal), DB_TEXT(day));
	struct db_rows *pupils = db_ask(rq, Q_CLASS, DB_ID(meal), DB_ID(class), DB_TEXT(day));
	struct db_rows *menus = db_ask(rq, Q_MENUS, DB_ID(meal), DB_TEXT(day));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen-list");
	view_values(page, now);
	view_flag(page, "is_today", strcmp(db_text(now, 0, "day"), db_text(now, 0, "today")) == 0);
	view_flag(page, "is_ahead", strcmp(db_text(now, 0, "day"), db_text(now, 0, "today")) > 0);
	view_flag(page, "is_chosen", meal != 0 && class != 0);
	view_text(page, "meal_id", url_id(rq, meal));
	view_text(page, "class_id", url_id(rq, class));
	view_choices(page, "meal", meals, "id", url_id(rq, meal));
	view_choices(page, "class", classes, "class_id", url_id(rq, class));
	view_rows(page, "pupil", pupils);
	view_rows(page, "menu", menus);
	view_int(page, "served_now", form_int(rq, "served", 0, 1000, 0));
	view_int(page, "refused_now", form_int(rq, "refused", 0, 1000, 0));
	form_show(rq, page, "menu", NULL);
	return view_send(rq, page);
}

/* POST /staff/canteen/list meal= class= day= key= [menu=] pupil_ID=1 … */
static enum reply
serve_list(struct request *rq)
{
	const char *key = form_key(rq), *day = form_date(rq, "day", NULL);
	int64_t meal = form_id(rq, "meal"), class = form_id(rq, "class");
	struct db_array *pupils = db_array(rq);
	struct db_rows *done;
	int count = 0;

	if (meal == 0 || class == 0 || day == NULL)
		return REPLY_BAD_INPUT;
	for (int i = 0; i < rq->body.count; i++) {
		int64_t pupil = form_name_id(rq, &rq->body.field[i], "pupil_");

		if (pupil == 0)
			continue;
		db_array_int(pupils, pupil);
		count++;
	}
	if (count == 0)
		form_error(rq, "", "Отметьте, кому выдано.");
	if (form_failed(rq))
		return form_again(rq, show_list);
	done = db_ask(rq, Q_SERVE_LIST, DB_TEXT(key), DB_INT(meal), DB_TEXT(day),
	    DB_ID(form_id(rq, "menu")), db_array_end(rq, pupils));
	if (!db_answer(rq))
		return form_refused(rq, show_list);
	return app_redirect(rq, "/staff/canteen/list", "meal", url_id(rq, meal), "class",
	    url_id(rq, class), "day", day, "served", db_text(done, 0, "served"), "refused",
	    db_text(done, 0, "refused"), "done", "canteen-list", NULL);
}

/* GET /staff/canteen/sheet[?meal=&grade=][&day=] -- a grade's list on paper. */
static enum reply
show_sheet(struct request *rq)
{
	int64_t meal = form_id(rq, "meal"), grade = form_int(rq, "grade", 1, 11, 0);
	const char *day = form_date(rq, "day", NULL);
	struct db_rows *now = db_ask(rq, Q_NOW, DB_TEXT(day));
	struct db_rows *meals = db_ask(rq, Q_MEALS);
	struct db_rows *pupils = db_ask(rq, Q_SHEET, DB_ID(meal), DB_INT(grade), DB_TEXT(day));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen-sheet");
	view_values(page, now);
	view_flag(page, "is_chosen", meal != 0 && grade != 0);
	view_choices(page, "meal", meals, "id", url_id(rq, meal));
	view_none(page, "grade");
	for (int i = 1; i <= 11; i++) {
		struct view *row = view_add(page, "grade");

		view_int(row, "number", i);
		view_flag(row, "is_selected", i == grade);
	}
	view_groups(page, "class", "pupil", pupils, "class_id");
	return view_send(rq, page);
}

static const struct route routes[] = {
	{ "GET",  "/staff/canteen",               show_day,               ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/live",          show_changes,           ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/list",          show_list,              ACCESS_CANTEEN,
	    .view = { "canteen-list", "class" } },
	{ "POST", "/staff/canteen/list",          serve_list,             ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/sheet",         show_sheet,             ACCESS_CANTEEN,
	    .view = { "canteen-sheet", "grade" } },
	{ "GET",  "/staff/canteen/serve",         canteen_show_serve,     ACCESS_CANTEEN,
	    .view = { "canteen-serve", "pupil" } },
	{ "POST", "/staff/canteen/serve",         canteen_serve,          ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/undo",          canteen_show_undo,      ACCESS_CANTEEN,
	    .view = { "canteen-undo", "serving" } },
	{ "POST", "/staff/canteen/undo",          canteen_undo,           ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/buffet",        canteen_show_buffet,    ACCESS_CANTEEN,
	    .view = { "canteen-buffet", "pupil" } },
	{ "POST", "/staff/canteen/buffet/find",   canteen_find_buyer,     ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/buffet",        canteen_sell,           ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/menu",          canteen_show_week,      ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/menu/copy",     canteen_copy_week,      ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/menu/day",      canteen_show_menu,      ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/menu/day",      canteen_save_menu,      ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/menu/drop",     canteen_drop_menu,      ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/dishes",        canteen_show_dishes,    ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/dish",          canteen_show_dish,      ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/dish",          canteen_save_dish,      ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/rules",         canteen_show_complexes, ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/rules",         canteen_save_rules,     ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/meal",          canteen_save_meal,      ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/complex",       canteen_show_complex,   ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/complex",       canteen_save_complex,   ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/benefits",      canteen_show_benefits,  ACCESS_CANTEEN,
	    .view = { "canteen-benefits", "class" } },
	{ "POST", "/staff/canteen/benefits/open", canteen_open,           ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/child",         canteen_show_child,     ACCESS_CANTEEN,
	    .view = { "canteen-child", "pupil" } },
	{ "POST", "/staff/canteen/benefits/add",  canteen_add_benefit,    ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/benefits/end",  canteen_end_benefit,    ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/report",        canteen_show_report,    ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/report.csv",    canteen_send_report,    ACCESS_CANTEEN },
	{ "GET",  "/staff/canteen/rations",       canteen_show_rations,   ACCESS_CANTEEN,
	    .view = { "canteen-rations" } },
	{ "POST", "/staff/canteen/rations",       canteen_issue,          ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/study",         canteen_set_study,      ACCESS_CANTEEN },
	{ "POST", "/staff/canteen/study/end",     canteen_end_study,      ACCESS_CANTEEN },
};

APP_MAIN("canteen", .audience = AUDIENCE_STAFF)
