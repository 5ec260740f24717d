/*
 * canteen-menu.c -- what is cooked: the menus of a week, dishes, meals with their set meals, the
 * canteen's rules.
 */
#include "app.h"
#include "money.h"
#include "text.h"
#include "canteen.h"

#define TITLE_MAX        80     /* canteen.dish.title */
#define COMPOSITION_MAX  500

/* ---- the week -------------------------------------------------------------------------------- */

/*
 * GET /staff/canteen/menu[?week=DAY] -- days by set meal; and the page that a refused copy comes
 * back to.
 */
enum reply
canteen_show_week(struct request *rq)
{
	const char *day = form_date(rq, "week", NULL);
	struct db_rows *week = db_ask(rq, Q_WEEK, DB_TEXT(day));
	struct db_rows *menus = db_ask(rq, Q_MENU_WEEK, DB_TEXT(day));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen-menu");
	view_values(page, week);
	view_groups(page, "day", "menu", menus, "day");
	form_show(rq, page, "to", NULL);
	form_default(rq, page, "to", db_text(week, 0, "next_week"));
	view_int(page, "copied", form_int(rq, "copied", 0, 1000, 0));
	return view_send(rq, page);
}

/* POST /staff/canteen/menu/copy week=DAY to=DAY */
enum reply
canteen_copy_week(struct request *rq)
{
	const char *from = form_date(rq, "week", NULL), *to = form_date(rq, "to", NULL);
	struct db_rows *done;

	if (from == NULL)
		return REPLY_BAD_INPUT;
	if (to == NULL) {
		form_error(rq, "to", "Выберите любой день недели, в которую копировать.");
		return form_again(rq, canteen_show_week);
	}
	done = db_ask(rq, Q_COPY_WEEK, DB_TEXT(from), DB_TEXT(to));
	if (!db_answer(rq))
		return form_refused(rq, canteen_show_week);
	return app_redirect(rq, "/staff/canteen/menu", "week", to, "copied",
	    db_text(done, 0, "copied"), "done", "menu-copied", NULL);
}

/* GET /staff/canteen/menu/day?complex=&day= -- and the page that a refused form comes back to. */
enum reply
canteen_show_menu(struct request *rq)
{
	int64_t complex = form_id(rq, "complex");
	const char *day = form_date(rq, "day", NULL);
	struct db_rows *menu = db_ask(rq, Q_MENU, DB_ID(complex), DB_TEXT(day));
	struct db_rows *dishes = db_ask(rq, Q_MENU_CHOICE, DB_ID(complex), DB_TEXT(day));
	struct view *page, *group = NULL;
	const char *category = "";
	char price[MONEY_BUF];

	if (!db_answer(rq))
		return rq->db_reply;
	if (db_row_count(menu) == 0)
		return REPLY_NOT_FOUND;
	page = view_new(rq, "canteen-menu-day");
	view_values(page, menu);
	view_flag(page, "may_drop",
	    db_int(menu, 0, "menu_id") != 0 && db_int(menu, 0, "orders") == 0 &&
		!db_bool(menu, 0, "is_past"));
	form_show(rq, page, "price", NULL);
	form_default(rq, page, "price",
	    arena_printf(rq->arena, "%s", money_plain(price, db_int(menu, 0, "price_kop"), ',')));
	view_none(page, "category");
	for (int i = 0; i < db_row_count(dishes); i++) {
		const char *field = arena_printf(rq->arena, "dish_%s",
		    db_text(dishes, i, "dish_id"));
		struct view *row;

		if (group == NULL || strcmp(category, db_text(dishes, i, "category")) != 0) {
			category = db_text(dishes, i, "category");
			group = view_add(page, "category");
			view_text(group, "category_title", db_text(dishes, i, "category_title"));
		}
		row = view_add(group, "dish");
		view_row(row, dishes, i);
		if (app_is_post(rq))
			view_flag(row, "is_selected", form_flag(rq, field));
	}
	return view_send(rq, page);
}

/* POST /staff/canteen/menu/day complex= day= price= dish_ID=1 … */
enum reply
canteen_save_menu(struct request *rq)
{
	int64_t complex = form_id(rq, "complex"), price = canteen_price(rq, "price");
	const char *day = form_date(rq, "day", NULL);
	struct db_array *dishes = db_array(rq);

	for (int i = 0; i < rq->body.count; i++) {
		int64_t dish = form_name_id(rq, &rq->body.field[i], "dish_");

		if (dish != 0)
			db_array_int(dishes, dish);
	}
	if (form_failed(rq))
		return form_again(rq, canteen_show_menu);
	db_ask(rq, Q_SAVE_MENU, DB_ID(complex), DB_TEXT(day), DB_INT(price),
	    db_array_end(rq, dishes));
	return form_done(rq, canteen_show_menu, "/staff/canteen/menu", "week", day, "done",
	    "menu-saved", NULL);
}

/* POST /staff/canteen/menu/drop complex= day= */
enum reply
canteen_drop_menu(struct request *rq)
{
	int64_t complex = form_id(rq, "complex");
	const char *day = form_date(rq, "day", NULL);

	if (complex == 0 || day == NULL)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_DROP_MENU, DB_INT(complex), DB_TEXT(day));
	return form_done(rq, canteen_show_menu, "/staff/canteen/menu", "week", day, "done",
	    "menu-dropped", NULL);
}

/* ---- dishes ---------------------------------------------------------------------------------- */

/* GET /staff/canteen/dishes[?retired=1] */
enum reply
canteen_show_dishes(struct request *rq)
{
	bool is_retired = form_flag(rq, "retired");
	struct db_rows *dishes = db_ask(rq, Q_DISHES, DB_BOOL(is_retired));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen-dishes");
	view_flag(page, "is_retired", is_retired);
	view_groups(page, "category", "dish", dishes, "category");
	return view_send(rq, page);
}

/* Tenths of a gram as people write them: 12,5. */
static const char *
show_tenths(struct request *rq, int64_t tenths)
{
	return arena_printf(rq->arena, tenths % 10 == 0 ? "%d" : "%d,%d", (int)(tenths / 10),
	    (int)(tenths % 10));
}

static int64_t
read_tenths(struct request *rq, const char *name)
{
	int64_t hundredths = 0;

	if (form_has(rq, name) && *form_text(rq, name, 10, "") != '\0' &&
	    (!money_parse_typed(form_text(rq, name, 10, ""), &hundredths) || hundredths % 10 != 0 ||
		hundredths > 50000))
		form_error(rq, name, "Граммы, не больше 500, с одним знаком после запятой: 12,5.");
	return hundredths / 10;
}

static int64_t
read_number(struct request *rq, const char *name, int64_t min, int64_t max)
{
	int64_t number = form_typed_int(rq, name, min, max, min - 1);

	if (number < min)
		form_error(rq, name, "Укажите число.");
	return number;
}

static const char *
read_time(struct request *rq, const char *name)
{
	const char *time = form_typed_time(rq, name);

	if (time == NULL)
		form_error(rq, name, "Укажите время, например 8:30.");
	return time;
}

static void
fill_dish(struct request *rq, struct view *page, const struct db_rows *dish)
{
	static const char *const plain[] = { "title", "composition", "category", "weight_g",
		"kcal" };
	static const char *const fields[] = { "title", "composition", "category", "weight",
		"kcal" };
	static const char *const tenths[][2] = { { "protein", "protein_dg" }, { "fat", "fat_dg" },
		{ "carb", "carb_dg" } };
	bool is_new = db_row_count(dish) == 0;
	char price[MONEY_BUF];

	for (int i = 0; i < APP_COUNT(plain); i++)
		form_default(rq, page, fields[i], is_new ? "" : db_text(dish, 0, plain[i]));
	for (int i = 0; i < APP_COUNT(tenths); i++)
		form_default(rq, page, tenths[i][0],
		    is_new ? "" : show_tenths(rq, db_int(dish, 0, tenths[i][1])));
	form_default(rq, page, "buffet", is_new || db_int(dish, 0, "buffet_kop") == 0 ? "" :
	    arena_printf(rq->arena, "%s", money_plain(price, db_int(dish, 0, "buffet_kop"), ',')));
	form_default(rq, page, "retired", !is_new && db_bool(dish, 0, "is_retired") ? "1" : "");
}

/*
 * GET /staff/canteen/dish[?id=] -- a dish, or a new one; and the page that a refused form comes
 * back to.
 */
enum reply
canteen_show_dish(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *dish = db_ask(rq, Q_DISH, DB_ID(id));
	struct db_rows *allergens = db_ask(rq, Q_ALLERGENS, DB_ID(id));
	struct db_rows *categories = db_ask(rq, Q_CATEGORIES);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	if (id != 0 && db_row_count(dish) == 0)
		return REPLY_NOT_FOUND;
	page = view_new(rq, "canteen-dish");
	view_text(page, "dish_id", url_id(rq, id));
	form_show(rq, page, "title", "category", "composition", "weight", "kcal", "protein", "fat",
	    "carb", "buffet", "retired", NULL);
	fill_dish(rq, page, dish);
	view_choices(page, "category", categories, "id",
	    app_is_post(rq) ? form_text(rq, "category", 20, "")
		: id != 0       ? db_text(dish, 0, "category")
				: "");
	view_none(page, "allergen");
	for (int i = 0; i < db_row_count(allergens); i++) {
		const char *name = db_text(allergens, i, "id");
		struct view *row = view_add(page, "allergen");

		view_row(row, allergens, i);
		if (app_is_post(rq))
			view_flag(row, "is_on",
			    form_flag(rq, arena_printf(rq->arena, "has_%s", name)));
	}
	return view_send(rq, page);
}

/*
 * POST /staff/canteen/dish [id=] title= category= composition= weight= kcal= protein= fat= carb=
 * has_ALLERGEN= buffet= retired=
 */
enum reply
canteen_save_dish(struct request *rq)
{
	static const char *const categories[] = { "starter", "soup", "main", "side", "drink",
		"bakery", "fruit", "snack", NULL };
	static const char *const allergens[] = { "gluten", "crustaceans", "eggs", "fish", "peanuts",
		"soy", "milk", "nuts", "celery", "mustard", "sesame", "sulphites", "lupin",
		"molluscs", "aspartame" };
	const char *title = form_need_text(rq, "title", TITLE_MAX, "Как называется блюдо?");
	const char *category = form_choice(rq, "category", categories, NULL);
	const char *composition = form_lines(rq, "composition", COMPOSITION_MAX, "");
	int64_t weight = read_number(rq, "weight", 1, 2000),
		kcal = read_number(rq, "kcal", 0, 3000);
	int64_t protein = read_tenths(rq, "protein"), fat = read_tenths(rq, "fat"),
		carb = read_tenths(rq, "carb");
	int64_t buffet = *form_text(rq, "buffet", 20, "") != '\0' ? canteen_price(rq, "buffet") : 0;
	struct db_array *has = db_array(rq);

	if (category == NULL)
		form_error(rq, "category", "Выберите вид блюда.");
	if (buffet > CANTEEN_PRICE_MAX / 10)
		form_error(rq, "buffet", "Не дороже 10 000 рублей.");
	for (int i = 0; i < APP_COUNT(allergens); i++)
		if (form_flag(rq, arena_printf(rq->arena, "has_%s", allergens[i])))
			db_array_text(has, allergens[i]);
	if (form_failed(rq))
		return form_again(rq, canteen_show_dish);
	db_ask(rq, Q_SAVE_DISH, DB_ID(form_id(rq, "id")), DB_TEXT(title), DB_TEXT(category),
	    DB_TEXT(composition), DB_INT(weight), DB_INT(kcal), DB_INT(protein), DB_INT(fat),
	    DB_INT(carb), db_array_end(rq, has), DB_ID(buffet), DB_BOOL(form_flag(rq, "retired")));
	return form_done(rq, canteen_show_dish, "/staff/canteen/dishes", "done", "dish-saved",
	    NULL);
}

/* ---- meals, set meals, rules ----------------------------------------------------------------- */

/* GET /staff/canteen/rules -- and the page that refused rules or a refused meal come back to. */
enum reply
canteen_show_complexes(struct request *rq)
{
	struct db_rows *complexes = db_ask(rq, Q_COMPLEXES);
	struct db_rows *rules = db_ask(rq, Q_RULES);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen-rules");
	view_groups(page, "meal", "complex", complexes, "meal_id");
	/* One page, several forms: a meal that comes back says nothing of the rules. */
	form_show_row(rq, page, rules, 0, "cutoff_days", "cutoff_at", "absent_at", "refund_days",
	    "back_days", NULL);
	form_show(rq, page, "title", "from", "to", NULL);
	view_text(page, "refused_meal", app_is_post(rq) ? form_text(rq, "meal", 20, "") : "");
	return view_send(rq, page);
}

/* POST /staff/canteen/rules cutoff_days= cutoff_at= absent_at= refund_days= back_days= */
enum reply
canteen_save_rules(struct request *rq)
{
	int64_t days = read_number(rq, "cutoff_days", 0, 7);
	const char *cutoff = read_time(rq, "cutoff_at"), *absent = read_time(rq, "absent_at");
	int64_t refund = read_number(rq, "refund_days", 0, 60),
		back = read_number(rq, "back_days", 0, 14);

	if (form_failed(rq))
		return form_again(rq, canteen_show_complexes);
	db_ask(rq, Q_SAVE_RULES, DB_INT(days), DB_TEXT(cutoff), DB_TEXT(absent), DB_INT(refund),
	    DB_INT(back));
	return form_done(rq, canteen_show_complexes, "/staff/canteen/rules", "done",
	    "canteen-rules", NULL);
}

/* POST /staff/canteen/meal [meal=] title= from= to= */
enum reply
canteen_save_meal(struct request *rq)
{
	int64_t meal = form_id(rq, "meal");
	const char *title = form_need_text(rq, "title", 40, "Как называется приём пищи?");
	const char *from = read_time(rq, "from"), *to = read_time(rq, "to");

	if (form_failed(rq))
		return form_again(rq, canteen_show_complexes);
	db_ask(rq, Q_SAVE_MEAL, DB_ID(meal), DB_TEXT(title), DB_TEXT(from), DB_TEXT(to));
	return form_done(rq, canteen_show_complexes, "/staff/canteen/rules", "done", "meal-saved",
	    NULL);
}

/*
 * GET /staff/canteen/complex[?id=|meal=] -- a set meal, or a new one; and the page that a refused
 * form comes back to.
 */
enum reply
canteen_show_complex(struct request *rq)
{
	static const char *const names[][2] = { { "title", "title" }, { "first", "first_grade" },
		{ "last", "last_grade" }, { "shift", "shift" } };
	static const char *const fresh[] = { "", "1", "11", "" };
	int64_t id = form_id(rq, "id");
	struct db_rows *complex = db_ask(rq, Q_COMPLEX, DB_ID(id));
	struct db_rows *meals = db_ask(rq, Q_MEALS);
	struct view *page;
	char price[MONEY_BUF];

	if (!db_answer(rq))
		return rq->db_reply;
	if (id != 0 && db_row_count(complex) == 0)
		return REPLY_NOT_FOUND;
	page = view_new(rq, "canteen-complex");
	view_text(page, "complex_id", url_id(rq, id));
	form_show(rq, page, "title", "first", "last", "shift", "price", "default", "retired", NULL);
	for (int i = 0; i < APP_COUNT(names); i++)
		form_default(rq, page, names[i][0],
		    id != 0 ? db_text(complex, 0, names[i][1]) : fresh[i]);
	form_default(rq, page, "price",
	    id != 0 ? arena_printf(rq->arena, "%s",
			  money_plain(price, db_int(complex, 0, "price_kop"), ','))
		    : "");
	form_default(rq, page, "default", id != 0 && db_bool(complex, 0, "is_default") ? "1" : "");
	form_default(rq, page, "retired", id != 0 && db_bool(complex, 0, "is_retired") ? "1" : "");
	view_choices(page, "meal", meals, "id",
	    id != 0 && !app_is_post(rq) ? db_text(complex, 0, "meal_id")
					    : form_text(rq, "meal", 20, ""));
	return view_send(rq, page);
}

/* POST /staff/canteen/complex [id=] meal= title= first= last= shift= price= default= retired= */
enum reply
canteen_save_complex(struct request *rq)
{
	int64_t meal = form_id(rq, "meal"), price = canteen_price(rq, "price");
	const char *title = form_need_text(rq, "title", 60, "Как называется комплекс?");
	int64_t first = read_number(rq, "first", 1, 11), last = read_number(rq, "last", 1, 11);
	int64_t shift = form_int(rq, "shift", 0, 2, 0);

	if (meal == 0)
		return REPLY_BAD_INPUT;
	if (last < first)
		form_error(rq, "last", "Последний класс младше первого.");
	if (form_failed(rq))
		return form_again(rq, canteen_show_complex);
	db_ask(rq, Q_SAVE_COMPLEX, DB_ID(form_id(rq, "id")), DB_INT(meal), DB_TEXT(title),
	    DB_INT(first), DB_INT(last), DB_ID(shift), DB_INT(price),
	    DB_BOOL(form_flag(rq, "default")), DB_BOOL(form_flag(rq, "retired")));
	return form_done(rq, canteen_show_complex, "/staff/canteen/rules", "done", "complex-saved",
	    NULL);
}
