/*
 * settings.c -- «Настройки», «Мои устройства и сеансы», «Кто смотрел данные ребёнка»: look,
 * children, password, the pupil's own login, devices, views.
 *
 * What touches other people's way in (children, password, pupil's login) is for parents; the look
 * is for everybody, and is a cookie: the server keeps nothing about it.
 */
#include "app.h"
#include "auth.h"

#define LOOK_COOKIE_S (365 * 24 * 3600)
#define VIEWS_ON_PAGE 50

enum question {
	Q_BEGIN, Q_CHILD_ADD, Q_CHOOSE_CHILD, Q_PASSWORD_BEGIN, Q_PASSWORD_CHANGE,
	Q_PUPIL, Q_PUPIL_BEGIN, Q_PUPIL_NEW, Q_PUPIL_END,
	Q_DEVICES, Q_SESSIONS, Q_ATTEMPTS, Q_DEVICE_REVOKE, Q_SESSION_END, Q_SESSIONS_END_OTHERS,
	Q_VIEWS, Q_VIEW_COUNTS, Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_BEGIN]           = { "cabinet.login_begin($1, $2, $3, $4)", .no_token = true },
	[Q_CHILD_ADD]       = { "cabinet.child_add($1, $2::uuid, $3)" },
	[Q_CHOOSE_CHILD]    = { "cabinet.choose_child($1, $2)" },
	[Q_PASSWORD_BEGIN]  = { "cabinet.password_begin($1)" },
	[Q_PASSWORD_CHANGE] = { "cabinet.password_change($1, $2::uuid, $3, $4, $5::int, $6, $7)" },
	[Q_PUPIL]           = { "cabinet.pupil_access($1)" },
	[Q_PUPIL_BEGIN]     = { "cabinet.pupil_access_begin($1)" },
	[Q_PUPIL_NEW]       = { "cabinet.pupil_access_new($1, $2::uuid, $3, $4::int, $5)" },
	[Q_PUPIL_END]       = { "cabinet.pupil_access_end($1)" },
	[Q_DEVICES]         = { "cabinet.devices($1, $2)" },
	[Q_SESSIONS]        = { "cabinet.sessions($1)" },
	[Q_ATTEMPTS]        = { "cabinet.attempts($1)" },
	[Q_DEVICE_REVOKE]   = { "cabinet.device_revoke($1, $2::uuid)" },
	[Q_SESSION_END]     = { "cabinet.session_end($1, $2::uuid)" },
	[Q_SESSIONS_END_OTHERS] = { "cabinet.sessions_end_others($1)" },
	[Q_VIEWS]           = { "cabinet.views($1, $2::boolean, $3::date, $4::date, $5::bigint, $6::int)" },
	[Q_VIEW_COUNTS]     = { "cabinet.view_counts($1, $2::boolean, $3::date, $4::date)" },
};

/* ---- settings and look ----------------------------------------------------------------------- */

/* GET /settings -- strangers get the look alone. */
static enum reply
show_settings(struct request *rq)
{
	struct view *page = view_new(rq, "settings");
	const char *state = "none", *name = "", *expires = "";

	if (*rq->token != '\0') {
		struct db_rows *pupil = db_ask(rq, Q_PUPIL);

		if (!db_answer(rq))
			return rq->db_reply;
		state = db_text(pupil, 0, "state");
		name = db_text(pupil, 0, "name");
		expires = db_text(pupil, 0, "expires");
	}
	view_text(page, "pupil_state", state);
	view_text(page, "pupil_name", name);
	view_text(page, "pupil_expires", expires);
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* POST /settings/look theme= size= contrast= */
static enum reply
set_look(struct request *rq)
{
	const char *look = "";

	for (int i = 0; i < APP_LOOK_PARTS; i++)
		look = arena_printf(rq->arena, "%s%s%s", look, i > 0 ? "." : "",
		    form_choice(rq, app_look[i].name, app_look[i].choices, app_look[i].choices[0]));
	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	app_set_cookie(rq, APP_LOOK_COOKIE, look, LOOK_COOKIE_S);
	return app_redirect(rq, "/settings", "done", "look", NULL);
}

/* ---- children -------------------------------------------------------------------------------- */

/*
 * POST /child idn= -- whose cabinet is on show from now on; back to the front page, where each
 * child has one.
 */
static enum reply
choose_child(struct request *rq)
{
	db_ask(rq, Q_CHOOSE_CHILD, DB_TEXT(form_text(rq, "idn", 10, "")));
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, app_next_path(rq), NULL);
}

/* GET /settings/child */
static enum reply
show_child(struct request *rq)
{
	struct view *page = view_new(rq, "child");

	form_show(rq, page, "login", "code", NULL);
	return view_send(rq, page);
}

/* POST /settings/child login= code= -- one more child of this login, by that child's own code. */
static enum reply
add_child(struct request *rq)
{
	const char *name = auth_form_name(rq, "login");
	const char *code = auth_form_code(rq, "code");
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct auth_attempt attempt;
	struct db_rows *rows;

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (*name == '\0')
		form_error(rq, "login", "Введите ИДН или лицевой счёт ребёнка.");
	if (*code == '\0')
		form_error(rq, "code", "Введите код авторизации из договора.");
	if (form_failed(rq))
		return form_again(rq, show_child);
	rows = db_ask(rq, Q_BEGIN, DB_TEXT(name), DB_TEXT("code"), DB_TEXT(rq->device),
	    DB_TEXT(rq->address));
	if (!db_answer(rq))
		return rq->db_reply;
	if (!auth_read_attempt(rq, rows, &attempt))
		return form_again(rq, show_child);
	auth_hash(&attempt, code, hash);
	rows = db_ask(rq, Q_CHILD_ADD, DB_TEXT(attempt.id), DB_BYTES(hash, sizeof hash));
	if (!db_answer(rq))
		return form_refused(rq, show_child);
	if (strcmp(db_text(rows, 0, "outcome"), "ok") != 0) {
		form_error(rq, "",
		    "Неверный логин или код. Код действует один раз и ограниченное время.");
		return form_again(rq, show_child);
	}
	return app_redirect(rq, "/settings", "done", "child", NULL);
}

/* ---- password -------------------------------------------------------------------------------- */

/* GET /settings/password */
static enum reply
show_password(struct request *rq)
{
	struct view *page = view_new(rq, "password");

	form_show(rq, page, "old", "password", "password2", NULL);
	return view_send(rq, page);
}

/*
 * POST /settings/password old= password= password2= -- every other session ends, this one goes on
 * under a new token.
 */
static enum reply
change_password(struct request *rq)
{
	const char *old = form_secret(rq, "old"), *password;
	char token[CRYPTO_TOKEN_CHARS + 1];
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct auth_attempt attempt;
	struct auth_secret made;
	struct db_rows *rows;

	/* Who it is has to be known first: a password may not be the visitor's ИДН. */
	if (!db_answer(rq))
		return rq->db_reply;
	password = auth_form_new_password(rq, rq->visitor.idn);
	if (*old == '\0')
		form_error(rq, "old", "Введите нынешний пароль.");
	if (form_failed(rq))
		return form_again(rq, show_password);
	rows = db_ask(rq, Q_PASSWORD_BEGIN);
	if (!db_answer(rq))
		return form_refused(rq, show_password);
	if (!auth_read_attempt(rq, rows, &attempt))
		return form_again(rq, show_password);
	auth_hash(&attempt, old, hash);
	auth_make_secret(&made, password);
	crypto_token(token);
	rows = db_ask(rq, Q_PASSWORD_CHANGE, DB_TEXT(attempt.id), DB_BYTES(hash, sizeof hash),
	    DB_BYTES(made.salt, sizeof made.salt), DB_INT(AUTH_COST_LOG2),
	    DB_BYTES(made.hash, sizeof made.hash), DB_TEXT(token));
	if (!db_answer(rq))
		return rq->db_reply;
	if (strcmp(db_text(rows, 0, "outcome"), "ok") != 0) {
		form_error(rq, "old", "Это не нынешний пароль.");
		return form_again(rq, show_password);
	}
	app_set_cookie(rq, APP_SESSION_COOKIE, token, 0);
	return app_redirect(rq, "/settings", "done", "password", NULL);
}

/* ---- the pupil's own login ------------------------------------------------------------------- */

/*
 * POST /settings/pupil -- a code for the child's own, read-only login: the only page that a POST
 * answers, shown once.
 */
static enum reply
give_pupil_login(struct request *rq)
{
	char *code = arena_alloc(rq->arena, AUTH_CODE_CHARS + 1);
	struct auth_attempt attempt;
	struct auth_secret made;
	struct db_rows *rows = db_ask(rq, Q_PUPIL_BEGIN);
	struct view *page;

	/* Before the slow hash, not after: it is what the budget is for. */
	if (!db_answer(rq))
		return rq->db_reply;
	if (!auth_read_attempt(rq, rows, &attempt))
		return form_again(rq, show_settings);
	auth_new_code(code);
	auth_make_secret(&made, code);
	rows = db_ask(rq, Q_PUPIL_NEW, DB_TEXT(attempt.id), DB_BYTES(made.salt, sizeof made.salt),
	    DB_INT(AUTH_COST_LOG2), DB_BYTES(made.hash, sizeof made.hash));
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "pupil");
	view_values(page, rows);
	view_text(page, "code", arena_printf(rq->arena, "%.5s-%s", code, code + 5));
	return view_send(rq, page);
}

/* POST /settings/pupil/end */
static enum reply
end_pupil_login(struct request *rq)
{
	db_ask(rq, Q_PUPIL_END);
	return db_answer(rq) ? app_redirect(rq, "/settings", "done", "pupil-end", NULL)
			     : rq->db_reply;
}

/* ---- devices and sessions -------------------------------------------------------------------- */

/* GET /devices */
static enum reply
show_devices(struct request *rq)
{
	struct db_rows *devices = db_ask(rq, Q_DEVICES, DB_TEXT(rq->device));
	struct db_rows *sessions = db_ask(rq, Q_SESSIONS);
	struct db_rows *attempts = db_ask(rq, Q_ATTEMPTS);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "devices");
	view_rows(page, "device", devices);
	view_rows(page, "session", sessions);
	view_rows(page, "attempt", attempts);
	view_int(page, "other_count", db_row_count(sessions) - 1);
	return view_send(rq, page);
}

/* POST with id=: a foreign or made-up id is «не найдено». */
static enum reply
forget(struct request *rq, enum question question, const char *done)
{
	db_ask(rq, question, DB_TEXT(form_uuid(rq, "id")));
	return db_answer(rq) ? app_redirect(rq, "/devices", "done", done, NULL) : rq->db_reply;
}

/*
 * With `this` it is the visitor's own: its cookie has become worthless, and would only promise a
 * PIN at the next login.
 */
static enum reply
revoke_device(struct request *rq)
{
	if (form_flag(rq, "this"))
		app_set_cookie(rq, APP_DEVICE_COOKIE, "", -1);
	return forget(rq, Q_DEVICE_REVOKE, "device");
}

static enum reply
end_session(struct request *rq)
{
	return forget(rq, Q_SESSION_END, "session");
}

static enum reply
end_other_sessions(struct request *rq)
{
	db_ask(rq, Q_SESSIONS_END_OTHERS);
	return db_answer(rq) ? app_redirect(rq, "/devices", "done", "sessions", NULL)
			     : rq->db_reply;
}

/* ---- who looked ------------------------------------------------------------------------------ */

/*
 * GET /views[?lists=1][&from=&to=][&before=] -- who looked at the data of the child on show, alone
 * or among its class; with `lists`, who looked at lists of the whole school.
 */
static enum reply
show_views(struct request *rq)
{
	struct form_period period = form_period(rq);
	bool lists = form_flag(rq, "lists");
	struct db_rows *counts = db_ask(rq, Q_VIEW_COUNTS, DB_BOOL(lists), DB_TEXT(period.from),
	    DB_TEXT(period.to));
	struct db_rows *views = db_ask(rq, Q_VIEWS, DB_BOOL(lists), DB_TEXT(period.from),
	    DB_TEXT(period.to), DB_ID(form_id(rq, "before")), DB_INT(VIEWS_ON_PAGE + 1));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "views");
	view_flag(page, "is_lists", lists);
	view_text(page, "own_url",
	    url_path(rq, "/views", "from", period.from, "to", period.to, NULL));
	view_text(page, "lists_url",
	    url_path(rq, "/views", "lists", "1", "from", period.from, "to", period.to, NULL));
	view_values(page, counts);
	view_rows(page, "count", counts);
	view_pager(rq, page, "/views", views, VIEWS_ON_PAGE, "id");
	view_groups(page, "date", "line", views, "day");
	form_show(rq, page, "from", "to", NULL);
	if (period.from == NULL)
		view_text(page, "value_from", db_text(counts, 0, "first_day"));
	if (period.to == NULL)
		view_text(page, "value_to", db_text(counts, 0, "last_day"));
	return view_send(rq, page);
}

static const struct route routes[] = {
	{ "GET",  "/settings",           show_settings,      ACCESS_ANYONE | ACCESS_PARENT | ACCESS_PUPIL },
	{ "POST", "/settings/look",      set_look,           ACCESS_ANYONE },
	{ "POST", "/child",              choose_child,       ACCESS_PARENT | ACCESS_PUPIL, .any_child = true },
	{ "GET",  "/settings/child",     show_child,         ACCESS_PARENT },
	{ "POST", "/settings/child",     add_child,          ACCESS_PARENT, .any_child = true },
	{ "GET",  "/settings/password",  show_password,      ACCESS_PARENT | ACCESS_PUPIL },
	{ "POST", "/settings/password",  change_password,    ACCESS_PARENT | ACCESS_PUPIL, .any_child = true },
	{ "POST", "/settings/pupil",     give_pupil_login,   ACCESS_PARENT },
	{ "POST", "/settings/pupil/end", end_pupil_login,    ACCESS_PARENT },
	{ "GET",  "/devices",            show_devices,       ACCESS_PARENT | ACCESS_PUPIL },
	{ "POST", "/devices/revoke",     revoke_device,      ACCESS_PARENT | ACCESS_PUPIL, .any_child = true },
	{ "POST", "/devices/end",        end_session,        ACCESS_PARENT | ACCESS_PUPIL, .any_child = true },
	{ "POST", "/devices/end-others", end_other_sessions, ACCESS_PARENT | ACCESS_PUPIL, .any_child = true },
	{ "GET",  "/views",             show_views,         ACCESS_PARENT },
};

APP_MAIN("settings", .needs_pepper = true)
