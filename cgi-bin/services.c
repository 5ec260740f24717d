/*
 * services.c -- Платные услуги: a teacher's groups, a lesson written off for the ticked pupils,
 * what was written off by month. parts/services-head.c has what the head alone does: prices,
 * groups, members.
 *
 * Writing off has two steps, as at the tutor's desk: the list is a GET form with a box p_ID for
 * each pupil, the page of what will be done has the POST form with a key.
 */
#include "app.h"
#include "money.h"
#include "text.h"
#include "parts/services.h"

#define WHY_MAX_CHARS 120
#define CSV_MAX_BYTES (4 * 1024 * 1024)

static const struct db_question questions[Q__COUNT] = {
	[Q_TEAMS]       = { "staff.services_teams($1)" },
	[Q_TEAM]        = { "staff.services_team($1, $2::bigint)" },
	[Q_MEMBERS]     = { "staff.services_members($1, $2::bigint)" },
	[Q_BATCHES]     = { "staff.services_batches($1, $2::bigint)" },
	[Q_LESSON]      = { "staff.services_lesson($1, $2::bigint, $3::date)" },
	[Q_FORESEE]     = { "staff.services_foresee($1, $2::bigint, $3::date, $4::bigint[])" },
	[Q_WRITE_OFF]   = { "staff.services_write_off($1, $2::uuid, $3::bigint, $4::date, $5::bigint[])" },
	[Q_BATCH]       = { "staff.services_batch($1, $2::bigint)" },
	[Q_LINES]       = { "staff.services_batch_lines($1, $2::bigint)" },
	[Q_CHARGE]      = { "staff.services_charge($1, $2::bigint)" },
	[Q_UNDO]        = { "staff.services_undo($1, $2::uuid, $3::bigint, $4)" },
	[Q_MONTH]       = { "staff.services_month($1, $2::bigint, $3::date)" },
	[Q_DAYS]        = { "staff.services_days($1, $2::bigint, $3::date)" },
	[Q_PUPILS]      = { "staff.services_pupils($1, $2::bigint, $3::date)" },
	[Q_EXPORT]      = { "staff.services_export($1, $2::bigint, $3::date)" },
	[Q_PRICES]      = { "staff.services_prices($1)" },
	[Q_PRICE_SAVE]  = { "staff.services_price_save($1, $2::uuid, $3::bigint, $4, $5, $6::bigint, $7::boolean)" },
	[Q_TEACHERS]    = { "staff.services_teachers($1)" },
	[Q_TEAM_SAVE]   = { "staff.services_team_save($1, $2::uuid, $3::bigint, $4::bigint, $5, $6::bigint, $7::boolean)" },
	[Q_CLASSES]     = { "staff.services_classes($1)" },
	[Q_CANDIDATES]  = { "staff.services_candidates($1, $2::bigint, $3::bigint)" },
	[Q_MEMBERS_ADD] = { "staff.services_members_add($1, $2::uuid, $3::bigint, $4::bigint[], $5::date, $6::date, $7::int)" },
	[Q_MEMBER_END]  = { "staff.services_member_end($1, $2::bigint, $3::date)" },
};

/* ---- groups ---------------------------------------------------------------------------------- */

/* GET /staff/services */
static enum reply
show_teams(struct request *rq)
{
	struct db_rows *teams = db_ask(rq, Q_TEAMS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "services");
	view_flag(page, "is_head", rq->visitor.access & ACCESS_HEAD);
	view_rows(page, "team", teams);
	return view_send(rq, page);
}

/* GET /staff/services/team?id= -- one group: who is in it, its last write-offs. */
static enum reply
show_team(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *team = db_ask(rq, Q_TEAM, DB_INT(id));
	struct db_rows *members = db_ask(rq, Q_MEMBERS, DB_INT(id));
	struct db_rows *batches = db_ask(rq, Q_BATCHES, DB_INT(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "services-team");
	view_values(page, team);
	view_flag(page, "is_head", rq->visitor.access & ACCESS_HEAD);
	view_rows(page, "member", members);
	view_rows(page, "batch", batches);
	return view_send(rq, page);
}

/* ---- writing a lesson off -------------------------------------------------------------------- */

/* The classes of the group, each once, as links that tick all of them. */
static void
add_classes(struct request *rq, struct view *page, const struct db_rows *pupils, const char *team,
    const char *day)
{
	view_none(page, "class");
	for (int i = 0; i < db_row_count(pupils); i++) {
		const char *id = db_text(pupils, i, "class_id");
		struct view *row;
		bool is_known = *id == '\0';

		for (int j = 0; j < i && !is_known; j++)
			is_known = strcmp(db_text(pupils, j, "class_id"), id) == 0;
		if (is_known)
			continue;
		row = view_add(page, "class");
		view_text(row, "class_name", db_text(pupils, i, "class_name"));
		view_text(row, "url",
		    url_path(rq, "/staff/services/lesson", "team", team, "day", day, "class", id,
			NULL));
	}
}

/*
 * The pupils with their boxes: as they were ticked, when the page comes back; else all, those of a
 * class, or nobody, as the links say. What is written off already has none.
 */
static void
add_pupils(struct request *rq, struct view *page, const struct db_rows *pupils)
{
	bool all = form_flag(rq, "all"), is_back = form_flag(rq, "back");
	int64_t class = form_id(rq, "class");

	view_none(page, "pupil");
	for (int i = 0; i < db_row_count(pupils); i++) {
		struct view *row = view_add(page, "pupil");
		const char *box = arena_printf(rq->arena, "p_%s", db_text(pupils, i, "pupil_id"));
		bool is_meant = all || (class > 0 && db_int(pupils, i, "class_id") == class);

		view_row(row, pupils, i);
		view_flag(row, "is_ticked", !db_bool(pupils, i, "is_written") &&
		    (is_back ? form_flag(rq, box) : is_meant));
	}
}

/* GET /staff/services/lesson?team=[&day=][&all=1][&class=][&back=1&p_ID=1…] */
static enum reply
show_lesson(struct request *rq)
{
	int64_t id = form_id(rq, "team");
	const char *day = form_date(rq, "day", NULL);
	struct db_rows *team = db_ask(rq, Q_TEAM, DB_INT(id));
	struct db_rows *pupils = db_ask(rq, Q_LESSON, DB_INT(id), DB_TEXT(day));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	if (day == NULL)
		day = db_text(team, 0, "today");
	page = view_new(rq, "services-lesson");
	view_values(page, team);
	view_text(page, "day", day);
	view_text(page, "all_url",
	    url_path(rq, "/staff/services/lesson", "team", url_id(rq, id), "day", day, "all", "1",
		NULL));
	add_classes(rq, page, pupils, url_id(rq, id), day);
	add_pupils(rq, page, pupils);
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* GET /staff/services/confirm?team=&day=&p_ID=1… -- what will be done. */
static enum reply
show_confirm(struct request *rq)
{
	int64_t id = form_id(rq, "team");
	const char *day = form_date(rq, "day", NULL);
	int ticked;
	struct db_param pupils = db_ticked(rq, "p_", &ticked);
	struct db_rows *team, *lines;
	struct view *page;

	if (ticked == 0 && !rq->bad_input) {
		form_error(rq, "", "Отметьте хотя бы одного ученика.");
		return form_again(rq, show_lesson);
	}
	team = db_ask(rq, Q_TEAM, DB_INT(id));
	lines = db_ask(rq, Q_FORESEE, DB_INT(id), DB_TEXT(day), pupils);
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "services-confirm");
	view_values(page, team);
	view_values(page, lines);
	view_rows(page, "line", lines);
	view_text(page, "back_url", url_query(rq, "/staff/services/lesson", "back", "1"));
	return view_send(rq, page);
}

/* POST /staff/services/write-off team= day= key= p_ID=1… */
static enum reply
write_off(struct request *rq)
{
	int64_t id = form_id(rq, "team");
	const char *day = form_date(rq, "day", NULL);
	int ticked;
	struct db_param pupils = db_ticked(rq, "p_", &ticked);
	struct db_rows *batch;

	if (id == 0 || day == NULL || ticked == 0)
		return REPLY_BAD_INPUT;
	batch = db_ask(rq, Q_WRITE_OFF, DB_TEXT(form_key(rq)), DB_INT(id), DB_TEXT(day), pupils);
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/staff/services/batch", "id", db_cell(batch, 0, 0, NULL), "done",
	    "write-off", NULL);
}

/* GET /staff/services/batch?id= -- what became of each. */
static enum reply
show_batch(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *batch = db_ask(rq, Q_BATCH, DB_INT(id));
	struct db_rows *lines = db_ask(rq, Q_LINES, DB_INT(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "services-batch");
	view_values(page, batch);
	view_rows(page, "line", lines);
	return view_send(rq, page);
}

/* ---- taking it back -------------------------------------------------------------------------- */

/* GET /staff/services/undo?id= */
static enum reply
show_undo(struct request *rq)
{
	struct db_rows *charge = db_ask(rq, Q_CHARGE, DB_INT(form_id(rq, "id")));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "services-undo");
	view_values(page, charge);
	form_show(rq, page, "why", NULL);
	return view_send(rq, page);
}

/* POST /staff/services/undo id= why= key= */
static enum reply
undo(struct request *rq)
{
	const char *key = form_key(rq);
	const char *why = form_need_text(rq, "why", WHY_MAX_CHARS,
	    "Напишите причину: её прочитают родители.");
	struct db_rows *team;

	if (form_failed(rq))
		return form_again(rq, show_undo);
	team = db_ask(rq, Q_UNDO, DB_TEXT(key), DB_INT(form_id(rq, "id")), DB_TEXT(why));
	if (!db_answer(rq))
		return form_refused(rq, show_undo);
	return app_redirect(rq, "/staff/services/team", "id", db_cell(team, 0, 0, NULL), "done",
	    "refund", NULL);
}

/* ---- the history ----------------------------------------------------------------------------- */

/* GET /staff/services/history?team=[&month=YYYY-MM] */
static enum reply
show_history(struct request *rq)
{
	int64_t id = form_id(rq, "team");
	const char *month = form_month(rq, "month", NULL);
	struct db_rows *totals = db_ask(rq, Q_MONTH, DB_INT(id), DB_TEXT(month));
	struct db_rows *days = db_ask(rq, Q_DAYS, DB_INT(id), DB_TEXT(month));
	struct db_rows *pupils = db_ask(rq, Q_PUPILS, DB_INT(id), DB_TEXT(month));
	static const struct { const char *name, *path, *column; } links[] = {
		{ "previous_url", "/staff/services/history", "previous_month" },
		{ "next_url",     "/staff/services/history", "next_month" },
		{ "csv_url",      "/staff/services.csv",     "month" },
	};
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "services-history");
	view_values(page, totals);
	for (int i = 0; i < APP_COUNT(links); i++) {
		const char *day = db_text(totals, 0, links[i].column);

		view_text(page, links[i].name,
		    *day == '\0' ? ""
				 : url_path(rq, links[i].path, "team", url_id(rq, id), "month",
				       arena_printf(rq->arena, "%.7s", day), NULL));
	}
	view_rows(page, "day", days);
	view_rows(page, "pupil", pupils);
	return view_send(rq, page);
}

/* GET /staff/services.csv?team=[&month=] -- each charge of the month. */
static enum reply
send_csv(struct request *rq)
{
	static const char *const before[] = { "day", "service", "title", "name", "class_name" };
	static const char *const after[] = { "at", "who", "state", "undo_why" };
	struct db_rows *rows = db_ask(rq, Q_EXPORT, DB_INT(form_id(rq, "team")),
	    DB_TEXT(form_month(rq, "month", NULL)));
	struct text *csv;

	if (!db_answer(rq))
		return rq->db_reply;
	csv = app_csv(rq, CSV_MAX_BYTES,
	    "День;Услуга;Группа;Ученик;Класс;Сумма, руб.;Записано;Кто;Состояние;Причина возврата");
	for (int i = 0; i < db_row_count(rows); i++) {
		char sum[MONEY_BUF];

		for (int j = 0; j < APP_COUNT(before); j++)
			app_csv_cell(csv, db_text(rows, i, before[j]), ";");
		app_csv_cell(csv, money_plain(sum, db_int(rows, i, "pay_kop"), ','), ";");
		app_csv_row(csv, rows, i, after, APP_COUNT(after));
	}
	return app_send_csv(rq, csv, "Платные услуги.csv");
}

#define ACCESS_ROOM (ACCESS_TEACHER | ACCESS_HEAD)

static const struct route routes[] = {
	{ "GET",  "/staff/services",           show_teams,            ACCESS_ROOM },
	{ "GET",  "/staff/services/team",      show_team,             ACCESS_ROOM,
	    .view = { "services-group", "id" } },
	{ "GET",  "/staff/services/lesson",    show_lesson,           ACCESS_ROOM,
	    .view = { "services-lesson", "team" } },
	{ "GET",  "/staff/services/confirm",   show_confirm,          ACCESS_ROOM,
	    .view = { "services-lesson", "team" } },
	{ "POST", "/staff/services/write-off", write_off,             ACCESS_ROOM },
	{ "GET",  "/staff/services/batch",     show_batch,            ACCESS_ROOM,
	    .view = { "services-batch", "id" } },
	{ "GET",  "/staff/services/undo",      show_undo,             ACCESS_ROOM,
	    .view = { "services-undo", "id" } },
	{ "POST", "/staff/services/undo",      undo,                  ACCESS_ROOM },
	{ "GET",  "/staff/services/history",   show_history,          ACCESS_ROOM,
	    .view = { "services-history", "team" } },
	{ "GET",  "/staff/services.csv",       send_csv,              ACCESS_ROOM,
	    .view = { "services-export", "team" } },
	{ "GET",  "/staff/services/prices",    services_show_prices,  ACCESS_HEAD },
	{ "GET",  "/staff/services/price",     services_show_price,   ACCESS_HEAD },
	{ "POST", "/staff/services/price",     services_save_price,   ACCESS_HEAD },
	{ "GET",  "/staff/services/group",     services_show_group,   ACCESS_HEAD },
	{ "POST", "/staff/services/group",     services_save_group,   ACCESS_HEAD },
	{ "GET",  "/staff/services/members",   services_show_members, ACCESS_HEAD,
	    .view = { "services-members", "class" } },
	{ "POST", "/staff/services/members",   services_add_members,  ACCESS_HEAD },
	{ "GET",  "/staff/services/member",    services_show_member,  ACCESS_HEAD,
	    .view = { "services-group", "team" } },
	{ "POST", "/staff/services/member",    services_end_member,   ACCESS_HEAD },
};

APP_MAIN("services", .audience = AUDIENCE_STAFF)
