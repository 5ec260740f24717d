/*
 * meals-limits.c -- Ограничения: daily limits, the child's allergens, what its family forbids; the
 * buffet's price list. To loosen any of them wants a session that began with a password: the
 * database refuses in words.
 */
#include "app.h"
#include "meals.h"

#define ALLERGENS_MAX 32
#define LIMIT_MAX_KOP 10000000   /* canteen.spending_limit.daily_kop */

/* GET /meals/limits, and every form of that page that came back. */
enum reply
meals_show_limits(struct request *rq)
{
	struct db_rows *limits = db_ask(rq, Q_LIMITS);
	struct db_rows *allergens = db_ask(rq, Q_ALLERGENS);
	struct db_rows *bans = db_ask(rq, Q_BANS);
	struct db_rows *hit = db_ask(rq, Q_HIT);
	bool is_typed = form_has(rq, "meal") || form_has(rq, "buffet");
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "meals-limits");
	view_values(page, limits);
	view_rows(page, "allergen", allergens);
	view_rows(page, "ban", bans);
	view_rows(page, "hit", hit);
	view_flag(page, "is_typed", is_typed);
	form_show(rq, page, "meal", "buffet", NULL);
	return view_send(rq, page);
}

/*
 * A sum in roubles; NULL for an empty field, which is no limit. Words at the field when it is none.
 */
static struct db_param
read_limit(struct request *rq, const char *name)
{
	int64_t kop = form_typed_money(rq, name, 0, LIMIT_MAX_KOP, -1);

	return kop < 0 ? DB_NULL : DB_INT(kop);
}

/* POST /meals/limits meal= buffet= */
enum reply
meals_save_limits(struct request *rq)
{
	struct db_param meal = read_limit(rq, "meal"), buffet = read_limit(rq, "buffet");

	if (form_failed(rq))
		return form_again(rq, meals_show_limits);
	db_ask(rq, Q_LIMITS_SAVE, meal, buffet);
	return form_done(rq, meals_show_limits, "/meals/limits", "done", "meal-limits", NULL);
}

/* POST /meals/allergens, a field a_NAME for each that is ticked. */
enum reply
meals_save_allergens(struct request *rq)
{
	struct db_array *list = db_array(rq);
	int count = 0;

	for (int i = 0; i < rq->body.count; i++) {
		const char *name = rq->body.field[i].name;

		if (strncmp(name, "a_", 2) == 0 && count++ < ALLERGENS_MAX)
			db_array_text(list, name + 2);
	}
	db_ask(rq, Q_ALLERGENS_SAVE, db_array_end(rq, list));
	return form_done(rq, meals_show_limits, "/meals/limits", "done", "meal-allergens", NULL);
}

/* ---- the buffet ------------------------------------------------------------------------------ */

/* GET /meals/buffet */
enum reply
meals_show_buffet(struct request *rq)
{
	struct db_rows *dishes = db_ask(rq, Q_BUFFET);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "meals-buffet");
	view_groups(page, "category", "dish", dishes, "category");
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* POST /meals/ban dish= | category= | whole=1 */
enum reply
meals_ban(struct request *rq)
{
	int64_t dish = form_id(rq, "dish");
	const char *category = form_text(rq, "category", 20, "");

	if (dish == 0 && *category == '\0' && !form_flag(rq, "whole"))
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_BAN, DB_ID(dish), DB_TEXT(category));
	return form_done(rq, meals_show_buffet, "/meals/limits", "done", "meal-ban", "#", "bans",
	    NULL);
}

/* POST /meals/lift id= */
enum reply
meals_lift(struct request *rq)
{
	db_ask(rq, Q_LIFT, DB_INT(form_id(rq, "id")));
	return form_done(rq, meals_show_limits, "/meals/limits", "done", "meal-lift", "#", "bans",
	    NULL);
}
