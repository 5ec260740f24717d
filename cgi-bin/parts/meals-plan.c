/*
 * meals-plan.c -- Абонементы и отказы: what is ordered by itself, what is not, and the льготы. A
 * form is sent twice: as a question, which is answered with what it will cost or cancel, and then
 * to be done.
 */
#include "app.h"
#include "text.h"
#include "meals.h"

#define WEEKDAYS       7
#define WORKING_DAYS   31    /* Monday to Friday, in bits */
#define DAYS_MAX       200   /* of a standing order: a school year has fewer */
#define BODY_MAX_CHARS 300   /* canteen.refusal.body */

/* GET /meals/plan */
enum reply
meals_show_plan(struct request *rq)
{
	struct db_rows *head = db_ask(rq, Q_HEAD);
	struct db_rows *standings = db_ask(rq, Q_STANDINGS);
	struct db_rows *skipped = db_ask(rq, Q_SKIPPED);
	struct db_rows *refusals = db_ask(rq, Q_REFUSALS);
	struct db_rows *benefits = db_ask(rq, Q_BENEFITS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "meals-plan");
	meals_add_head(rq, page, head);
	view_rows(page, "standing", standings);
	view_rows(page, "skipped", skipped);
	view_rows(page, "refusal", refusals);
	view_rows(page, "benefit", benefits);
	return view_send(rq, page);
}

/* ---- standing orders ------------------------------------------------------------------------- */

/* What is wanted; `choice` is «meal-complex», complex 0 for the school's default. */
struct standing { int64_t meal, complex; int weekdays; const char *first; int64_t days; };

static const char *
weekday_field(struct request *rq, int weekday)
{
	return arena_printf(rq->arena, "w%d", weekday + 1);
}

/* Words at the fields for what a person left out. */
static struct standing
read_standing(struct request *rq)
{
	const char *choice = form_text(rq, "choice", 42, "");
	size_t dash = strcspn(choice, "-");
	struct standing s = {
		.first = form_date(rq, "first", NULL),
		.days = form_typed_int(rq, "days", 1, DAYS_MAX, 0),
	};

	if (*choice == '\0')
		form_error(rq, "choice", "Выберите, что заказывать.");
	else if (!int_parse(arena_copy(rq->arena, choice, dash), 1, INT64_MAX, &s.meal) ||
	    choice[dash] == '\0' || !int_parse(choice + dash + 1, 0, INT64_MAX, &s.complex))
		rq->bad_input = true;
	for (int i = 0; i < WEEKDAYS; i++)
		s.weekdays |= form_flag(rq, weekday_field(rq, i)) << i;
	if (s.weekdays == 0)
		form_error(rq, "weekdays", "Отметьте хотя бы один день недели.");
	if (s.first == NULL)
		form_error(rq, "first", "Укажите первый день.");
	return s;
}

static void
add_weekdays(struct request *rq, struct view *page, int weekdays)
{
	static const char *const titles[WEEKDAYS] = { "Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс" };

	for (int i = 0; i < WEEKDAYS; i++) {
		struct view *row = view_add(page, "weekday");

		view_text(row, "field", weekday_field(rq, i));
		view_text(row, "title", titles[i]);
		view_flag(row, "is_on", weekdays >> i & 1);
	}
}

/* For each meal its default and its set meals, as view_choices() does. */
static void
add_choices(struct request *rq, struct view *page, const struct db_rows *choices,
    const char *chosen)
{
	view_none(page, "choice");
	for (int i = 0; i < db_row_count(choices); i++) {
		const char *meal = db_text(choices, i, "meal_id");
		bool is_first = i == 0 || strcmp(meal, db_text(choices, i - 1, "meal_id")) != 0;

		for (int is_set = is_first ? 0 : 1; is_set <= 1; is_set++) {
			const char *value = arena_printf(rq->arena, "%s-%s", meal,
			    is_set ? db_text(choices, i, "complex_id") : "0");
			struct view *row;

			if (!is_set && !db_bool(choices, i, "is_default"))
				continue;
			row = view_add(page, "choice");
			view_row(row, choices, i);
			view_text(row, "value", value);
			view_flag(row, "is_set", is_set);
			view_flag(row, "is_first",
			    is_set == 0 || (is_first && !db_bool(choices, i, "is_default")));
			view_flag(row, "is_selected", strcmp(value, chosen) == 0);
		}
	}
}

static struct db_rows *
ask_estimate(struct request *rq, const struct standing *s)
{
	return db_ask(rq, Q_ESTIMATE, DB_INT(s->meal), DB_ID(s->complex), DB_INT(s->weekdays),
	    DB_TEXT(s->first), DB_ID(s->days));
}

/*
 * GET /meals/standing[?choice=&w1=…&first=&days=] -- the form; when it is filled, with what it will
 * cost.
 */
enum reply
meals_show_standing(struct request *rq)
{
	bool is_asked = form_has(rq, "choice") || form_has(rq, "first");
	struct standing s = { .weekdays = WORKING_DAYS };
	struct db_rows *choices = db_ask(rq, Q_CHOICES), *estimate = NULL;
	struct view *page;

	if (is_asked)
		s = read_standing(rq);
	if (is_asked && !form_failed(rq))
		estimate = ask_estimate(rq, &s);
	if (!db_answer(rq))
		return rq->db_reply;
	if (estimate != NULL && db_row_count(estimate) == 0)
		return REPLY_NOT_FOUND;
	if (estimate != NULL && *db_text(estimate, 0, "words") != '\0') {
		form_error(rq, "", db_text(estimate, 0, "words"));
		estimate = NULL;
	}
	page = view_new(rq, "meals-standing");
	view_none(page, "estimate");
	if (estimate != NULL)
		view_rows(page, "estimate", estimate);
	form_show(rq, page, "choice", "first", "days", "weekdays", NULL);
	form_default(rq, page, "first", rq->visitor.today);
	add_choices(rq, page, choices, form_text(rq, "choice", 42, ""));
	add_weekdays(rq, page, s.weekdays);
	return view_send(rq, page);
}

/* POST /meals/standing choice= w1= … first= days= key= */
enum reply
meals_make_standing(struct request *rq)
{
	const char *key = form_key(rq);
	struct standing s = read_standing(rq);

	if (form_failed(rq))
		return form_again(rq, meals_show_standing);
	db_ask(rq, Q_STANDING, DB_TEXT(key), DB_INT(s.meal), DB_ID(s.complex), DB_INT(s.weekdays),
	    DB_TEXT(s.first), DB_ID(s.days));
	return form_done(rq, meals_show_standing, "/meals/plan", "done", "meal-standing", NULL);
}

/* POST /meals/standing/end id= */
enum reply
meals_end_standing(struct request *rq)
{
	db_ask(rq, Q_STANDING_END, DB_INT(form_id(rq, "id")));
	return db_answer(rq) ? app_redirect(rq, "/meals/plan", "done", "meal-standing-end", NULL)
			     : rq->db_reply;
}

/* ---- refusals -------------------------------------------------------------------------------- */

struct refusal { const char *first, *last, *body; int64_t meal; };

static struct refusal
read_refusal(struct request *rq)
{
	struct refusal r = {
		.first = form_date(rq, "first", NULL),
		.last = form_date(rq, "last", NULL),
		.body = form_text(rq, "body", BODY_MAX_CHARS, ""),
		.meal = form_id(rq, "meal"),
	};

	if (r.first == NULL)
		form_error(rq, "first", "Укажите первый день.");
	if (r.last == NULL)
		r.last = r.first;
	return r;
}

static void
add_meals(struct view *page, const struct db_rows *choices, int64_t chosen)
{
	view_none(page, "meal");
	for (int i = 0; i < db_row_count(choices); i++) {
		int64_t id = db_int(choices, i, "meal_id");
		struct view *row;

		if (i > 0 && id == db_int(choices, i - 1, "meal_id"))
			continue;
		row = view_add(page, "meal");
		view_int(row, "meal_id", id);
		view_text(row, "title", db_text(choices, i, "meal"));
		view_flag(row, "is_selected", id == chosen);
	}
}

/*
 * GET /meals/refuse[?first=&last=&meal=&body=] -- the form; when it is filled, with the orders it
 * cancels.
 */
enum reply
meals_show_refuse(struct request *rq)
{
	bool is_asked = form_has(rq, "first") || form_has(rq, "last");
	struct db_rows *choices = db_ask(rq, Q_CHOICES), *check = NULL;
	struct refusal r = { 0 };
	struct view *page;

	if (is_asked)
		r = read_refusal(rq);
	if (is_asked && !form_failed(rq))
		check = db_ask(rq, Q_REFUSE_CHECK, DB_TEXT(r.first), DB_TEXT(r.last),
		    DB_ID(r.meal));
	if (!db_answer(rq))
		return rq->db_reply;
	if (check != NULL && *db_text(check, 0, "words") != '\0') {
		form_error(rq, "", db_text(check, 0, "words"));
		check = NULL;
	}
	page = view_new(rq, "meals-refuse");
	view_none(page, "check");
	view_none(page, "order");
	if (check != NULL) {
		struct view *row = view_add(page, "check");
		bool has_orders = db_int(check, 0, "order_id") > 0;

		view_row(row, check, 0);
		view_text(row, "last", r.last);
		view_int(row, "freed_kop", db_int(check, 0, "total_kop"));
		if (has_orders)
			view_rows(page, "order", check);
	}
	form_show(rq, page, "first", "last", "body", NULL);
	view_text(page, "today", rq->visitor.today);
	view_text(page, "value_meal", url_id(rq, r.meal));
	form_default(rq, page, "first", rq->visitor.today);
	add_meals(page, choices, r.meal);
	return view_send(rq, page);
}

/* POST /meals/refuse first= last= meal= body= key= */
enum reply
meals_refuse(struct request *rq)
{
	const char *key = form_key(rq);
	struct refusal r = read_refusal(rq);

	if (form_failed(rq))
		return form_again(rq, meals_show_refuse);
	db_ask(rq, Q_REFUSE, DB_TEXT(key), DB_TEXT(r.first), DB_TEXT(r.last), DB_ID(r.meal),
	    DB_TEXT(r.body));
	return form_done(rq, meals_show_refuse, "/meals/plan", "done", "meal-refuse", NULL);
}

/* POST /meals/refuse/withdraw id= */
enum reply
meals_withdraw(struct request *rq)
{
	db_ask(rq, Q_WITHDRAW, DB_INT(form_id(rq, "id")));
	return db_answer(rq) ? app_redirect(rq, "/meals/plan", "done", "meal-refuse-back", NULL)
			     : rq->db_reply;
}
