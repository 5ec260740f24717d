/*
 * staff.c -- the door of the desks: log in, log out, and the list of the desks that a person has.
 *
 * As at the door of the cabinet, a name that nobody has and a wrong password get the same work and
 * the same words.
 */
#include "app.h"
#include "auth.h"

enum question { Q_BEGIN, Q_FINISH, Q_LOGOUT, Q__COUNT };
static const struct db_question questions[Q__COUNT] = {
	[Q_BEGIN]  = { "staff.login_begin($1, $2)", .no_token = true },
	[Q_FINISH] = { "staff.login_finish($1::uuid, $2, $3, $4, $5)", .no_token = true },
	[Q_LOGOUT] = { "staff.logout($1)" },
};

/* GET /staff -- the frame's question is the only one. */
static enum reply
show_desks(struct request *rq)
{
	if (!db_answer(rq))
		return rq->db_reply;
	return view_send(rq, view_new(rq, "staff"));
}

/* GET /staff/login[?next=] */
static enum reply
show_login(struct request *rq)
{
	struct view *page = view_new(rq, "staff-login");

	form_show(rq, page, "login", "password", "next", NULL);
	return view_send(rq, page);
}

/* POST /staff/login login= password= [next=] */
static enum reply
log_in(struct request *rq)
{
	const char *name = auth_form_name(rq, "login");
	const char *secret = form_secret(rq, "password");
	const char *next = app_next_path(rq);
	char token[CRYPTO_TOKEN_CHARS + 1];
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct auth_attempt attempt;
	struct db_rows *rows;

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (*name == '\0')
		form_error(rq, "login", "Введите имя входа.");
	if (*secret == '\0')
		form_error(rq, "password", "Введите пароль.");
	if (form_failed(rq))
		return form_again(rq, show_login);
	rows = db_ask(rq, Q_BEGIN, DB_TEXT(name), DB_TEXT(rq->address));
	if (!db_answer(rq))
		return rq->db_reply;
	if (!auth_read_attempt(rq, rows, &attempt))
		return form_again(rq, show_login);
	auth_hash(&attempt, secret, hash);
	crypto_token(token);
	rows = db_ask(rq, Q_FINISH, DB_TEXT(attempt.id), DB_BYTES(hash, sizeof hash),
	    DB_TEXT(token), DB_TEXT(app_agent(rq)), DB_TEXT(rq->token));
	if (!db_answer(rq))
		return rq->db_reply;
	if (strcmp(db_text(rows, 0, "outcome"), "ok") != 0) {
		form_error(rq, "", "Неверное имя входа или пароль.");
		return form_again(rq, show_login);
	}
	app_set_cookie(rq, APP_STAFF_COOKIE, token, 0);
	app_set_cookie(rq, APP_VISIT_COOKIE, "", -1);
	return app_redirect(rq, next, NULL);
}

/* Ends the session here and on the server; one that has ended already is no error. */
static enum reply
log_out(struct request *rq)
{
	if (*rq->token != '\0') {
		db_ask(rq, Q_LOGOUT);
		if (!db_answer(rq) && rq->db_reply != REPLY_LOGIN)
			return rq->db_reply;
	}
	app_set_cookie(rq, APP_STAFF_COOKIE, "", -1);
	return app_redirect(rq, "/staff/login", "done", "staff-logout", NULL);
}

static const struct route routes[] = {
	{ "GET",  "/staff",        show_desks, ACCESS_STAFF },
	{ "GET",  "/staff/login",  show_login, ACCESS_ANYONE },
	{ "POST", "/staff/login",  log_in,     ACCESS_ANYONE },
	{ "POST", "/staff/logout", log_out,    ACCESS_ANYONE },
};

APP_MAIN("staff", .needs_pepper = true, .audience = AUDIENCE_STAFF)
