/*
 * canteen-till.c -- the till: one Enter serves a child what it has ordered; the buffet; mistakes
 * taken back.
 *
 * A round of serving is POST → 303 → GET, one round trip each. The GET is shown by ids alone, so a
 * card's number is never in an address. Who is refused is shown with the reason, as the database
 * foresees it at that moment.
 */
#include "app.h"
#include "text.h"
#include "canteen.h"

#define FOUND_MAX   20
#define TILL_MAX    9
#define COUNT_MAX   20      /* of one dish in a sale: canteen.serving_item */
#define CART_MAX    40      /* different dishes in a sale */
#define WHY_MAX     200

/* Where serving goes on: the meal and the till's number stay in the address. */
struct till { int64_t meal; const char *number; };

static struct till
read_till(struct request *rq)
{
	int64_t number = form_int(rq, "till", 1, TILL_MAX, 1);

	return (struct till){ .meal = form_id(rq, "meal"), .number = url_id(rq, number) };
}

static void
add_tills(struct request *rq, struct view *page, const char *chosen)
{
	view_text(page, "till_number", chosen);
	view_none(page, "till");
	for (int i = 1; i <= 4; i++) {
		struct view *row = view_add(page, "till");

		view_int(row, "number", i);
		view_flag(row, "is_selected", strcmp(url_id(rq, i), chosen) == 0);
	}
}

/* Beside the child that a till's address names: the one that was just served, those of a name. */
static void
also_viewed(struct request *rq, const char *purpose, int64_t serving, bool is_many)
{
	if (serving != 0)
		db_also_view(rq, "canteen-served", url_id(rq, serving));
	if (is_many)
		db_also_view(rq, purpose, "");
}

/* ---- serving --------------------------------------------------------------------------------- */

static const char *const whys[] = { "unknown", "blocked", "ended", "nobody", "many", "one",
	"served", "refused", NULL };

/*
 * GET /staff/canteen/serve[?meal=&till=][&serving=|&pupil=|&find=|&why=] -- the field that waits
 * for a card, and what became of the last one.
 */
enum reply
canteen_show_serve(struct request *rq)
{
	struct till till = read_till(rq);
	int64_t serving = form_id(rq, "serving"), pupil = form_id(rq, "pupil");
	const char *find = form_text(rq, "find", CANTEEN_FIND_MAX, "");
	const char *why = form_choice(rq, "why", whys, "");
	bool is_many = strcmp(why, "many") == 0 && *find != '\0';
	struct db_rows *meals = db_ask(rq, Q_MEALS);
	struct db_rows *now = db_ask(rq, Q_NOW, DB_NULL);
	struct db_rows *given = db_ask(rq, Q_SERVING, DB_ID(serving));
	struct db_rows *bought = db_ask(rq, Q_BOUGHT, DB_ID(pupil), DB_ID(serving));
	struct db_rows *recent = db_ask(rq, Q_RECENT, DB_TEXT("meal"));
	struct db_rows *found = db_ask(rq, Q_CANDIDATES, DB_TEXT(is_many ? find : ""),
	    DB_INT(FOUND_MAX + 1));
	struct db_rows *child = NULL, *offers = NULL;
	struct view *page;

	also_viewed(rq, "canteen-serve", serving, is_many);
	if (till.meal != 0 && pupil != 0) {
		child = db_ask(rq, Q_CHILD, DB_INT(till.meal), DB_INT(pupil));
		offers = db_ask(rq, Q_OFFERS, DB_INT(till.meal), DB_INT(pupil));
	}
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen-serve");
	view_values(page, now);
	view_choices(page, "meal", meals, "id", url_id(rq, till.meal));
	view_text(page, "meal_id", url_id(rq, till.meal));
	add_tills(rq, page, till.number);
	view_rows(page, "given", given);
	view_none(page, "child");
	view_none(page, "offer");
	if (child != NULL) {
		view_rows(page, "child", child);
		view_rows(page, "offer", offers);
	}
	view_rows(page, "bought", bought);
	view_rows(page, "recent", recent);
	view_flag(page, "has_more", db_limit(found, FOUND_MAX));
	view_rows(page, "found", found);
	view_text(page, "why", why);
	view_text(page, "asked", find);
	return view_send(rq, page);
}

/* POST /staff/canteen/serve meal= till= key= find= | pupil= [menu=] */
enum reply
canteen_serve(struct request *rq)
{
	struct till till = read_till(rq);
	const char *key = form_key(rq), *find = form_text(rq, "find", CANTEEN_FIND_MAX, "");
	int64_t pupil = form_id(rq, "pupil");
	const char *outcome;
	struct db_rows *done;
	bool is_name, is_served, is_child;

	if (till.meal == 0)
		return REPLY_BAD_INPUT;
	if (pupil == 0 && *find == '\0')
		return app_redirect(rq, "/staff/canteen/serve", "meal", url_id(rq, till.meal),
		    "till", till.number, NULL);
	done = db_ask(rq, Q_SERVE, DB_TEXT(key), DB_INT(till.meal), DB_TEXT(find), DB_ID(pupil),
	    DB_ID(form_id(rq, "menu")), DB_TEXT(till.number));
	if (!db_answer(rq))
		return rq->db_reply;
	outcome = db_text(done, 0, "outcome");
	is_served = strcmp(outcome, "served") == 0;
	is_child = strcmp(outcome, "refused") == 0;
	is_name = strcmp(outcome, "many") == 0 || strcmp(outcome, "nobody") == 0;
	return app_redirect(rq, "/staff/canteen/serve", "meal", url_id(rq, till.meal), "till",
	    till.number, "serving", is_served ? db_text(done, 0, "serving_id") : "", "pupil",
	    is_child ? db_text(done, 0, "pupil_id") : "", "find", is_name ? find : "", "why",
	    is_served || is_child ? "" : outcome, NULL);
}

/* ---- a mistake is taken back ----------------------------------------------------------------- */

/*
 * GET /staff/canteen/undo?serving=[&meal=][&till=] -- what taking it back will do; asks for the
 * reason.
 */
enum reply
canteen_show_undo(struct request *rq)
{
	struct till till = read_till(rq);
	struct db_rows *given = db_ask(rq, Q_SERVING, DB_ID(form_id(rq, "serving")));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	if (db_row_count(given) == 0)
		return REPLY_NOT_FOUND;
	page = view_new(rq, "canteen-undo");
	view_values(page, given);
	view_text(page, "back_meal",
	    till.meal != 0 ? url_id(rq, till.meal) : db_text(given, 0, "meal_id"));
	view_text(page, "till_number", till.number);
	form_show(rq, page, "why", NULL);
	return view_send(rq, page);
}

/* POST /staff/canteen/undo serving= kind=meal|buffet meal= till= why= key= */
enum reply
canteen_undo(struct request *rq)
{
	static const char *const kinds[] = { "meal", "buffet", NULL };
	struct till till = read_till(rq);
	const char *key = form_key(rq), *why = form_text(rq, "why", WHY_MAX, "");
	const char *kind = form_choice(rq, "kind", kinds, "meal");
	int64_t serving = form_id(rq, "serving");

	if (serving == 0)
		return REPLY_BAD_INPUT;
	if (text_chars(why, strlen(why)) < 3)
		form_error(rq, "why", "Напишите причину: родитель увидит её рядом с возвратом.");
	if (form_failed(rq))
		return form_again(rq, canteen_show_undo);
	db_ask(rq, Q_UNDO, DB_TEXT(key), DB_INT(serving), DB_TEXT(why));
	if (!db_answer(rq))
		return form_refused(rq, canteen_show_undo);
	if (strcmp(kind, "buffet") == 0)
		return app_redirect(rq, "/staff/canteen/buffet", "till", till.number, "done",
		    "canteen-undone", NULL);
	return app_redirect(rq, "/staff/canteen/serve", "meal", url_id(rq, till.meal), "till",
	    till.number, "done", "canteen-undone", NULL);
}

/* ---- the buffet ------------------------------------------------------------------------------ */

/* How many of a dish were asked for: the field n_ID. */
static int64_t
count_of(struct request *rq, const char *dish)
{
	return form_int(rq, arena_printf(rq->arena, "n_%s", dish), 0, COUNT_MAX, 0);
}

/*
 * The counter by category, each good with the count that was asked for; in `line` what is in the
 * cart. Answers the sum.
 */
static int64_t
add_goods(struct request *rq, struct view *page, const struct db_rows *goods, bool *is_barred)
{
	struct view *group = NULL;
	const char *category = "";
	int64_t sum = 0;

	view_none(page, "category");
	view_none(page, "line");
	*is_barred = false;
	for (int i = 0; i < db_row_count(goods); i++) {
		int64_t count = count_of(rq, db_text(goods, i, "dish_id")),
			price = db_int(goods, i, "price_kop");
		struct view *row;

		if (group == NULL || strcmp(category, db_text(goods, i, "category")) != 0) {
			category = db_text(goods, i, "category");
			group = view_add(page, "category");
			view_text(group, "category_title", db_text(goods, i, "category_title"));
		}
		row = view_add(group, "good");
		view_row(row, goods, i);
		view_text(row, "count", count > 0 ? url_id(rq, count) : "");
		if (count == 0)
			continue;
		row = view_add(page, "line");
		view_row(row, goods, i);
		view_int(row, "count", count);
		view_int(row, "line_kop", count * price);
		sum += count * price;
		*is_barred |= *db_text(goods, i, "words") != '\0';
	}
	return sum;
}

/*
 * GET /staff/canteen/buffet[?till=][&pupil=[&n_ID=COUNT …]][&serving=][&why=] -- counts given: the
 * sum, to be confirmed.
 */
enum reply
canteen_show_buffet(struct request *rq)
{
	struct till till = read_till(rq);
	int64_t pupil = form_id(rq, "pupil"), serving = form_id(rq, "serving"), sum = 0;
	const char *find = form_text(rq, "find", CANTEEN_FIND_MAX, "");
	const char *why = form_choice(rq, "why", whys, "");
	bool is_many = strcmp(why, "many") == 0 && *find != '\0', has_limit = false,
	     is_barred = false, is_over_limit = false, is_short = false;
	struct db_rows *given = db_ask(rq, Q_SERVING, DB_ID(serving));
	struct db_rows *bought = db_ask(rq, Q_BOUGHT, DB_ID(pupil), DB_ID(serving));
	struct db_rows *recent = db_ask(rq, Q_RECENT, DB_TEXT("buffet"));
	struct db_rows *found = db_ask(rq, Q_CANDIDATES, DB_TEXT(is_many ? find : ""),
	    DB_INT(FOUND_MAX + 1));
	struct db_rows *buyer = pupil != 0 ? db_ask(rq, Q_BUYER, DB_INT(pupil)) : NULL;
	struct db_rows *goods = pupil != 0 ? db_ask(rq, Q_GOODS, DB_INT(pupil)) : NULL;
	struct view *page;

	also_viewed(rq, "canteen-buffet", serving, is_many);
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "canteen-buffet");
	view_text(page, "meal_id", "");
	add_tills(rq, page, till.number);
	view_none(page, "buyer");
	view_none(page, "category");
	view_none(page, "line");
	if (buyer != NULL) {
		view_rows(page, "buyer", buyer);
		sum = add_goods(rq, page, goods, &is_barred);
		has_limit = !db_is_null(buyer, 0, db_column(buyer, "left_kop"));
		is_over_limit = has_limit && sum > db_int(buyer, 0, "left_kop");
		is_short = sum > db_int(buyer, 0, "free_kop");
	}
	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	view_int(page, "sum_kop", sum);
	view_flag(page, "has_limit", has_limit);
	view_flag(page, "is_over_limit", is_over_limit);
	view_flag(page, "is_short", is_short);
	view_flag(page, "is_barred", is_barred);
	view_flag(page, "may_sell", sum > 0 && !is_over_limit && !is_short && !is_barred);
	view_rows(page, "given", given);
	view_rows(page, "bought", bought);
	view_rows(page, "recent", recent);
	view_flag(page, "has_more", db_limit(found, FOUND_MAX));
	view_rows(page, "found", found);
	view_text(page, "why", why);
	view_text(page, "asked", find);
	form_show(rq, page, "pupil", NULL);
	return view_send(rq, page);
}

/*
 * POST /staff/canteen/buffet/find till= find= -- by POST, for the number of a card is nobody's to
 * read in an address.
 */
enum reply
canteen_find_buyer(struct request *rq)
{
	struct till till = read_till(rq);
	const char *find = form_text(rq, "find", CANTEEN_FIND_MAX, ""), *outcome;
	struct db_rows *found = db_ask(rq, Q_FIND, DB_TEXT(find));
	bool is_one, is_name;

	if (!db_answer(rq))
		return rq->db_reply;
	outcome = db_text(found, 0, "outcome");
	is_one = strcmp(outcome, "one") == 0;
	is_name = strcmp(outcome, "many") == 0 || strcmp(outcome, "nobody") == 0;
	return app_redirect(rq, "/staff/canteen/buffet", "till", till.number, "pupil",
	    db_text(found, 0, "pupil_id"), "find", is_name ? find : "", "why",
	    is_one ? "" : outcome, NULL);
}

/* POST /staff/canteen/buffet till= pupil= sum= key= n_ID=COUNT … */
enum reply
canteen_sell(struct request *rq)
{
	struct till till = read_till(rq);
	const char *key = form_key(rq);
	int64_t pupil = form_id(rq, "pupil"), sum = form_int(rq, "sum", 1, INT64_C(100000000), 0);
	struct db_array *dishes = db_array(rq), *counts = db_array(rq);
	struct db_rows *sold;
	int lines = 0;

	for (int i = 0; i < rq->body.count; i++) {
		int64_t dish = form_name_id(rq, &rq->body.field[i], "n_");
		int64_t count = dish != 0 ? form_int(rq, rq->body.field[i].name, 0, COUNT_MAX, 0)
					  : 0;

		if (count == 0)
			continue;
		db_array_int(dishes, dish);
		db_array_int(counts, count);
		lines++;
	}
	if (pupil == 0 || sum == 0 || lines == 0 || lines > CART_MAX)
		return REPLY_BAD_INPUT;
	sold = db_ask(rq, Q_SELL, DB_TEXT(key), DB_INT(pupil), db_array_end(rq, dishes),
	    db_array_end(rq, counts), DB_INT(sum), DB_TEXT(till.number));
	if (!db_answer(rq))
		return form_refused(rq, canteen_show_buffet);
	return app_redirect(rq, "/staff/canteen/buffet", "till", till.number, "serving",
	    db_text(sold, 0, "serving_id"), NULL);
}
