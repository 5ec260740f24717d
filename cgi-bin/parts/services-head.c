/*
 * services-head.c -- Платные услуги for the head: the price list, groups and their teachers, who is
 * in them.
 */
#include "money.h"
#include "services.h"

#define TITLE_MAX_CHARS 80         /* service.service.title */
#define UNIT_MAX_CHARS  30         /* service.service.unit */
#define TEAM_MAX_CHARS  60         /* service.team.title */
#define PRICE_MAX_KOP   10000000   /* service.service.price_kop */

/* The row whose `column` is that id, -1 without one. */
static int
row_of(const struct db_rows *rows, const char *column, int64_t id)
{
	for (int i = 0; i < db_row_count(rows); i++)
		if (db_int(rows, i, column) == id)
			return i;
	return -1;
}

/* ---- prices ---------------------------------------------------------------------------------- */

/* GET /staff/services/prices */
enum reply
services_show_prices(struct request *rq)
{
	struct db_rows *prices = db_ask(rq, Q_PRICES);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "services-prices");
	view_flag(page, "is_head", true);
	view_rows(page, "price", prices);
	return view_send(rq, page);
}

/* GET /staff/services/price[?id=] -- a new service, or another price of one. */
enum reply
services_show_price(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *prices = db_ask(rq, Q_PRICES);
	char sum[MONEY_BUF];
	struct view *page;
	int i;

	if (!db_answer(rq))
		return rq->db_reply;
	i = row_of(prices, "service_id", id);
	if (id > 0 && i < 0)
		return REPLY_NOT_FOUND;
	page = view_new(rq, "services-price");
	form_show(rq, page, "price", "unit", NULL);
	form_show_row(rq, page, i >= 0 ? prices : NULL, i, "title", NULL);
	view_text(page, "service_id", url_id(rq, id));
	view_flag(page, "is_retired", i >= 0 && db_bool(prices, i, "is_retired"));
	form_default(rq, page, "unit", i >= 0 ? db_text(prices, i, "unit") : "занятие");
	form_default(rq, page, "price", i < 0 ? "" :
	    arena_printf(rq->arena, "%s", money_plain(sum, db_int(prices, i, "price_kop"), ',')));
	return view_send(rq, page);
}

/* POST /staff/services/price [id=] title= unit= price= [retired=1] key= */
enum reply
services_save_price(struct request *rq)
{
	int64_t id = form_id(rq, "id"), price_kop = 0;
	const char *title = form_need_text(rq, "title", TITLE_MAX_CHARS, "Как называется услуга?");
	const char *unit = form_need_text(rq, "unit", UNIT_MAX_CHARS,
	    "За что одно списание: занятие, месяц?");
	const char *price = form_text(rq, "price", 20, ""), *key = form_key(rq);

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (!money_parse_typed(price, &price_kop) || price_kop < 1 || price_kop > PRICE_MAX_KOP)
		form_error(rq, "price", "Цена в рублях, до 100 000: например, 350 или 350,50.");
	if (form_failed(rq))
		return form_again(rq, services_show_price);
	db_ask(rq, Q_PRICE_SAVE, DB_TEXT(key), DB_ID(id), DB_TEXT(title), DB_TEXT(unit),
	    DB_INT(price_kop), DB_BOOL(form_flag(rq, "retired")));
	return form_done(rq, services_show_price, "/staff/services/prices", "done", "service-price",
	    NULL);
}

/* ---- groups ---------------------------------------------------------------------------------- */

/*
 * GET /staff/services/group[?id=][&service=] -- a new group, or another title and teacher of one.
 */
enum reply
services_show_group(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *team = id > 0 ? db_ask(rq, Q_TEAM, DB_INT(id)) : NULL;
	struct db_rows *prices = db_ask(rq, Q_PRICES);
	struct db_rows *teachers = db_ask(rq, Q_TEACHERS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "services-group");
	form_show(rq, page, "service", "teacher", NULL);
	form_show_row(rq, page, team, 0, "title", NULL);
	view_text(page, "team_id", url_id(rq, id));
	view_text(page, "service", team != NULL ? db_text(team, 0, "service") : "");
	view_flag(page, "is_closed", team != NULL && db_bool(team, 0, "is_closed"));
	view_choices(page, "price", prices, "service_id", url_id(rq, form_id(rq, "service")));
	view_choices(page, "teacher", teachers, "staff_id",
	    form_has(rq, "teacher") || team == NULL ? url_id(rq, form_id(rq, "teacher"))
						    : db_text(team, 0, "teacher_id"));
	return view_send(rq, page);
}

/* POST /staff/services/group [id=] [service=] title= teacher= [closed=1] key= */
enum reply
services_save_group(struct request *rq)
{
	int64_t id = form_id(rq, "id"), service = form_id(rq, "service"),
		teacher = form_id(rq, "teacher");
	const char *title = form_need_text(rq, "title", TEAM_MAX_CHARS, "Как называется группа?");
	const char *key = form_key(rq);
	struct db_rows *saved;

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (id == 0 && service == 0)
		form_error(rq, "service", "Выберите услугу.");
	if (teacher == 0)
		form_error(rq, "teacher", "Выберите преподавателя.");
	if (form_failed(rq))
		return form_again(rq, services_show_group);
	saved = db_ask(rq, Q_TEAM_SAVE, DB_TEXT(key), DB_ID(id), DB_ID(service), DB_TEXT(title),
	    DB_INT(teacher), DB_BOOL(form_flag(rq, "closed")));
	if (!db_answer(rq))
		return form_refused(rq, services_show_group);
	return app_redirect(rq, "/staff/services/team", "id", db_cell(saved, 0, 0, NULL), "done",
	    "service-team", NULL);
}

/* ---- members --------------------------------------------------------------------------------- */

/*
 * The pupils of a class with their boxes: as they were ticked, or with `all` everybody who is not
 * in the group.
 */
static void
add_candidates(struct request *rq, struct view *page, const struct db_rows *pupils)
{
	bool all = form_flag(rq, "all");

	view_none(page, "pupil");
	for (int i = 0; pupils != NULL && i < db_row_count(pupils); i++) {
		struct view *row = view_add(page, "pupil");
		const char *box = arena_printf(rq->arena, "p_%s", db_text(pupils, i, "pupil_id"));

		view_row(row, pupils, i);
		view_flag(row, "is_ticked",
		    !db_bool(pupils, i, "is_member") && (all || form_flag(rq, box)));
	}
}

/*
 * GET /staff/services/members?team=[&class=][&all=1] -- several pupils of a class come into a
 * group.
 */
enum reply
services_show_members(struct request *rq)
{
	int64_t id = form_id(rq, "team"), class = form_id(rq, "class");
	struct db_rows *team = db_ask(rq, Q_TEAM, DB_INT(id));
	struct db_rows *classes = db_ask(rq, Q_CLASSES);
	struct db_rows *pupils = class > 0 ? db_ask(rq, Q_CANDIDATES, DB_INT(id), DB_INT(class))
					   : NULL;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "services-members");
	view_values(page, team);
	view_choices(page, "class", classes, "class_id", url_id(rq, class));
	view_text(page, "class_id", url_id(rq, class));
	view_text(page, "all_url", url_path(rq, "/staff/services/members", "team", url_id(rq, id),
	    "class", url_id(rq, class), "all", "1", NULL));
	add_candidates(rq, page, pupils);
	form_show(rq, page, "from", "to", "waiver", NULL);
	form_default(rq, page, "from", db_text(team, 0, "today"));
	form_default(rq, page, "waiver", "0");
	return view_send(rq, page);
}

/* POST /staff/services/members team= class= p_ID=1… from= [to=] [waiver=] key= */
enum reply
services_add_members(struct request *rq)
{
	int64_t id = form_id(rq, "team"), waiver = form_int(rq, "waiver", 0, 100, 0);
	struct form_period period = form_period(rq);
	const char *key = form_key(rq);
	int ticked;
	struct db_param pupils = db_ticked(rq, "p_", &ticked);

	if (rq->bad_input || id == 0)
		return REPLY_BAD_INPUT;
	if (ticked == 0)
		form_error(rq, "", "Отметьте хотя бы одного ученика.");
	if (period.from == NULL)
		form_error(rq, "from", "С какого дня?");
	if (form_failed(rq))
		return form_again(rq, services_show_members);
	db_ask(rq, Q_MEMBERS_ADD, DB_TEXT(key), DB_INT(id), pupils, DB_TEXT(period.from),
	    DB_TEXT(period.to), DB_INT(waiver));
	return form_done(rq, services_show_members, "/staff/services/team", "id", url_id(rq, id),
	    "done", "service-members", NULL);
}

/* GET /staff/services/member?team=&id= -- the last day of one. */
enum reply
services_show_member(struct request *rq)
{
	int64_t id = form_id(rq, "team");
	struct db_rows *team = db_ask(rq, Q_TEAM, DB_INT(id));
	struct db_rows *members = db_ask(rq, Q_MEMBERS, DB_INT(id));
	struct view *page;
	int i;

	if (!db_answer(rq))
		return rq->db_reply;
	i = row_of(members, "member_id", form_id(rq, "id"));
	if (i < 0)
		return REPLY_NOT_FOUND;
	page = view_new(rq, "services-member");
	view_row(page, members, i);
	view_values(page, team);
	view_text(page, "first_day", db_text(members, i, "first_day"));
	form_show(rq, page, "last", NULL);
	form_default(rq, page, "last", db_text(team, 0, "today"));
	return view_send(rq, page);
}

/* POST /staff/services/member team= id= last= */
enum reply
services_end_member(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	const char *last = form_date(rq, "last", NULL);
	struct db_rows *team;

	if (last == NULL && !rq->bad_input)
		form_error(rq, "last", "Укажите день.");
	if (form_failed(rq))
		return form_again(rq, services_show_member);
	team = db_ask(rq, Q_MEMBER_END, DB_INT(id), DB_TEXT(last));
	if (!db_answer(rq))
		return form_refused(rq, services_show_member);
	return app_redirect(rq, "/staff/services/team", "id", db_cell(team, 0, 0, NULL), "done",
	    "service-end", NULL);
}
