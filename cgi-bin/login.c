/*
 * login.c -- the door of the cabinet: password or PIN, the first login by authorization code,
 * logout.
 *
 * An unknown name, a wrong password, a PIN on a device that nobody confirmed: the same statements,
 * the same work, the same words. Children, devices and the change of a password are in settings.c.
 */
#include "app.h"
#include "auth.h"
#include "text.h"

#define DEVICE_COOKIE_S (365 * 24 * 3600)

enum question { Q_BEGIN, Q_FINISH, Q_FIRST, Q_LOGOUT, Q__COUNT };
static const struct db_question questions[Q__COUNT] = {
	[Q_BEGIN]  = { "cabinet.login_begin($1, $2, $3, $4)", .no_token = true },
	[Q_FINISH] = { "cabinet.login_finish($1::uuid, $2, $3, $4, $5, $6)", .no_token = true },
	[Q_FIRST]  = { "cabinet.login_first($1::uuid, $2, $3, $4::int, $5, $6, $7, $8, $9)", .no_token = true },
	[Q_LOGOUT] = { "cabinet.logout($1)" },
};

/* The tokens of a session that is about to begin. */
struct entry { char session[CRYPTO_TOKEN_CHARS + 1], device[CRYPTO_TOKEN_CHARS + 1]; };

static void
make_entry(struct entry *entry)
{
	crypto_token(entry->session);
	crypto_token(entry->device);
}

/* The visitor is in: cookies, and away with the one of strangers. */
static void
let_in(struct request *rq, const struct entry *entry, bool remember)
{
	app_set_cookie(rq, APP_SESSION_COOKIE, entry->session, 0);
	if (remember)
		app_set_cookie(rq, APP_DEVICE_COOKIE, entry->device, DEVICE_COOKIE_S);
	app_set_cookie(rq, APP_VISIT_COOKIE, "", -1);
}

/* Charges the budgets and gets the salt, for auth_read_attempt(). */
static struct db_rows *
ask_begin(struct request *rq, const char *name, const char *kind)
{
	return db_ask(rq, Q_BEGIN, DB_TEXT(name), DB_TEXT(kind), DB_TEXT(rq->device),
	    DB_TEXT(rq->address));
}

/* ---- /login ---------------------------------------------------------------------------------- */

/* GET /login[?next=] */
static enum reply
show_login(struct request *rq)
{
	struct view *page = view_new(rq, "login");

	form_show(rq, page, "login", "password", "next", NULL);
	view_flag(page, "has_device", *rq->device != '\0');
	return view_send(rq, page);
}

/* POST /login login= password= [remember=1] [next=] */
static enum reply
log_in(struct request *rq)
{
	const char *name = auth_form_name(rq, "login");
	const char *secret = form_secret(rq, "password");
	const char *next = app_next_path(rq);
	bool has_device = *rq->device != '\0', remember = form_flag(rq, "remember") && !has_device;
	bool is_pin = has_device && auth_is_pin(secret);
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct auth_attempt attempt;
	struct db_rows *rows;
	struct entry entry;

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (*name == '\0')
		form_error(rq, "login", "Введите ИДН или лицевой счёт.");
	if (*secret == '\0')
		form_error(rq, "password", "Введите пароль.");
	if (form_failed(rq))
		return form_again(rq, show_login);
	rows = ask_begin(rq, name, is_pin ? "pin" : "password");
	if (!db_answer(rq))
		return rq->db_reply;
	if (!auth_read_attempt(rq, rows, &attempt))
		return form_again(rq, show_login);
	auth_hash(&attempt, secret, hash);
	make_entry(&entry);
	rows = db_ask(rq, Q_FINISH, DB_TEXT(attempt.id), DB_BYTES(hash, sizeof hash),
	    DB_TEXT(entry.session), DB_TEXT(remember ? entry.device : NULL), DB_TEXT(app_agent(rq)),
	    DB_TEXT(rq->token));
	if (!db_answer(rq))
		return rq->db_reply;
	if (strcmp(db_text(rows, 0, "outcome"), "ok") != 0) {
		form_error(rq, "", "Неверный логин или пароль.");
		return form_again(rq, show_login);
	}
	let_in(rq, &entry, remember);
	return app_redirect(rq, next, NULL);
}

/* ---- /login/first ---------------------------------------------------------------------------- */

/* GET /login/first */
static enum reply
show_first(struct request *rq)
{
	struct view *page = view_new(rq, "first");

	form_show(rq, page, "login", "code", "password", "password2", NULL);
	return view_send(rq, page);
}

/*
 * POST /login/first login= code= password= password2= : the code is spent, the browser becomes a
 * confirmed device.
 */
static enum reply
log_in_first(struct request *rq)
{
	const char *name = auth_form_name(rq, "login");
	const char *code = auth_form_code(rq, "code");
	const char *password = auth_form_new_password(rq, name);
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct auth_attempt attempt;
	struct auth_secret made;
	struct db_rows *rows;
	struct entry entry;

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (*name == '\0')
		form_error(rq, "login", "Введите ИДН или лицевой счёт.");
	if (*code == '\0')
		form_error(rq, "code", "Введите код авторизации из договора.");
	if (form_failed(rq))
		return form_again(rq, show_first);
	rows = ask_begin(rq, name, "code");
	if (!db_answer(rq))
		return rq->db_reply;
	if (!auth_read_attempt(rq, rows, &attempt))
		return form_again(rq, show_first);
	auth_hash(&attempt, code, hash);
	auth_make_secret(&made, password);
	make_entry(&entry);
	rows = db_ask(rq, Q_FIRST, DB_TEXT(attempt.id), DB_BYTES(hash, sizeof hash),
	    DB_BYTES(made.salt, sizeof made.salt), DB_INT(AUTH_COST_LOG2),
	    DB_BYTES(made.hash, sizeof made.hash), DB_TEXT(entry.session), DB_TEXT(entry.device),
	    DB_TEXT(app_agent(rq)), DB_TEXT(rq->token));
	if (!db_answer(rq))
		return rq->db_reply;
	if (strcmp(db_text(rows, 0, "outcome"), "ok") != 0) {
		form_error(rq, "",
		    "Неверный логин или код. Код действует один раз и ограниченное время.");
		return form_again(rq, show_first);
	}
	let_in(rq, &entry, true);
	return app_redirect(rq, "/", "done", "first", NULL);
}

/* ---- /logout --------------------------------------------------------------------------------- */

/* Ends the session here and on the server; one that has ended already is no error. */
static enum reply
log_out(struct request *rq)
{
	if (*rq->token != '\0') {
		db_ask(rq, Q_LOGOUT);
		if (!db_answer(rq) && rq->db_reply != REPLY_LOGIN)
			return rq->db_reply;
	}
	app_set_cookie(rq, APP_SESSION_COOKIE, "", -1);
	return app_redirect(rq, "/login", "done", "logout", NULL);
}

static const struct route routes[] = {
	{ "GET",  "/login",       show_login,   ACCESS_ANYONE },
	{ "POST", "/login",       log_in,       ACCESS_ANYONE },
	{ "GET",  "/login/first", show_first,   ACCESS_ANYONE },
	{ "POST", "/login/first", log_in_first, ACCESS_ANYONE },
	{ "POST", "/logout",      log_out,      ACCESS_ANYONE },
};

APP_MAIN("login", .needs_pepper = true)
