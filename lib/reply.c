/*
 * reply.c -- what goes out: the frame around a page, cookies, CSRF tokens, redirects, documents and error pages.
 *
 * CSRF: a form carries pad || (pad xor HMAC(anchor, "csrf")), fresh for each page, so that compression over TLS cannot be
 * used to guess it. The anchor is the session token or, for strangers, a random visit cookie: nothing is stored. Besides the
 * token a POST must come from our own pages by Sec-Fetch-Site or, in older browsers, by Origin.
 */
#include "app-private.h"

#include <assert.h>
#include <stdarg.h>

#include "crypto.h"
#include "log.h"

#define CSRF_PAD_BYTES 16

/* The sections of the cabinet, in the order of the column; `is_minor` ones hide behind «Ещё» on a phone. */
static const struct {
	const char *url, *icon, *label;
	unsigned    access;
	bool        is_minor;
} sections[] = {
	{ "/",        "home",    "Главная", ACCESS_PARENT | ACCESS_PUPIL, false },
	{ "/finance", "finance", "Финансы", ACCESS_PARENT,                false },
};

/* ---- cookies --------------------------------------------------------------------------------------------------------- */

/* base64url of 32 bytes, as crypto_token() makes it. */
static bool
is_token(const char *s)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	return strlen(s) == CRYPTO_TOKEN_CHARS && strspn(s, alphabet) == CRYPTO_TOKEN_CHARS;
}

const char *
app_cookie(struct request *rq, const char *name)
{
	const char *value = form_parse_cookie(rq->arena, rq->state->cookies, name);

	return value != NULL ? value : "";
}

void
app_set_cookie(struct request *rq, const char *name, const char *value, int max_age_s)
{
	struct text *out = &rq->state->set_cookies;

	assert(strncmp(name, "__Host-", 7) == 0 && strpbrk(value, "\r\n;,") == NULL);
	text_printf(out, "Set-Cookie: %s=%s; Path=/; Secure; HttpOnly; SameSite=Lax", name, value);
	if (max_age_s != 0)
		text_printf(out, "; Max-Age=%d", max_age_s > 0 ? max_age_s : 0);
	text_puts(out, "\r\n");
}

static const char *
token_cookie(struct request *rq, const char *name)
{
	const char *value = app_cookie(rq, name);

	return is_token(value) ? value : "";
}

void
reply_read_cookies(struct request *rq)
{
	rq->token = token_cookie(rq, APP_SESSION_COOKIE);
	rq->device = token_cookie(rq, APP_DEVICE_COOKIE);
}

/*
 * A browser and a system that people know by name, the first that fits: each browser also names those it is made of. The
 * whole User-Agent is never kept: it would tell one visitor from another and helps nobody to find their phone in a list.
 */
const char *
app_agent(const struct request *rq)
{
	static const struct { const char *word, *name; } browsers[] = {
		{ "YaBrowser", "Яндекс Браузер" }, { "Edg", "Edge" }, { "OPR", "Opera" },
		{ "SamsungBrowser", "Samsung Internet" }, { "Firefox", "Firefox" }, { "FxiOS", "Firefox" },
		{ "CriOS", "Chrome" }, { "Chrome", "Chrome" }, { "Safari", "Safari" },
	}, systems[] = {
		{ "Android", "Android" }, { "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Windows", "Windows" },
		{ "CrOS", "Chrome OS" }, { "Mac OS X", "macOS" }, { "Linux", "Linux" },
	};
	const char *browser = NULL, *system_name = NULL;

	for (int i = 0; i < APP_COUNT(browsers) && browser == NULL; i++)
		if (strstr(rq->state->agent, browsers[i].word) != NULL)
			browser = browsers[i].name;
	for (int i = 0; i < APP_COUNT(systems) && system_name == NULL; i++)
		if (strstr(rq->state->agent, systems[i].word) != NULL)
			system_name = systems[i].name;
	if (browser == NULL)
		return system_name != NULL ? system_name : "Неизвестный браузер";
	return system_name == NULL ? browser : arena_printf(rq->arena, "%s, %s", browser, system_name);
}

/* ---- CSRF ------------------------------------------------------------------------------------------------------------ */

static void
csrf_mac(const char *anchor, uint8_t mac[CRYPTO_HASH_BYTES])
{
	static const char purpose[] = "csrf";

	crypto_hmac(anchor, strlen(anchor), purpose, sizeof purpose - 1, mac);
}

/* The token for a form of this page; a stranger without an anchor gets one. */
static const char *
csrf_token(struct request *rq)
{
	const char *session = token_cookie(rq, APP_SESSION_COOKIE);
	const char *anchor = *session != '\0' ? session : token_cookie(rq, APP_VISIT_COOKIE);
	uint8_t mac[CRYPTO_HASH_BYTES], masked[2 * CSRF_PAD_BYTES];
	char *hex = arena_alloc(rq->arena, 2 * sizeof masked + 1);

	if (*anchor == '\0') {
		char *fresh = arena_alloc(rq->arena, CRYPTO_TOKEN_CHARS + 1);

		crypto_token(fresh);
		app_set_cookie(rq, APP_VISIT_COOKIE, fresh, 0);
		anchor = fresh;
	}
	csrf_mac(anchor, mac);
	crypto_random(masked, CSRF_PAD_BYTES);
	for (int i = 0; i < CSRF_PAD_BYTES; i++)
		masked[CSRF_PAD_BYTES + i] = masked[i] ^ mac[i];
	crypto_hex(masked, sizeof masked, hex);
	return hex;
}

static bool
csrf_fits(const char *hex, const char *anchor)
{
	uint8_t mac[CRYPTO_HASH_BYTES], masked[2 * CSRF_PAD_BYTES];

	if (*anchor == '\0' || strlen(hex) != 2 * sizeof masked || !crypto_unhex(hex, masked, sizeof masked))
		return false;
	csrf_mac(anchor, mac);
	for (int i = 0; i < CSRF_PAD_BYTES; i++)
		masked[CSRF_PAD_BYTES + i] ^= masked[i];
	return crypto_equal(masked + CSRF_PAD_BYTES, mac, CSRF_PAD_BYTES);
}

/* KABINET_BASE_URL may name several origins, separated by blanks. */
static bool
is_own_origin(const char *origin)
{
	const char *list = getenv("KABINET_BASE_URL");
	size_t len = strlen(origin);

	for (; list != NULL && *list != '\0'; list += strcspn(list, " ")) {
		list += strspn(list, " ");
		if (strcspn(list, " ") == len && strncmp(list, origin, len) == 0)
			return true;
	}
	return false;
}

bool
reply_csrf_is_good(struct request *rq)
{
	const struct app_state *state = rq->state;
	const char *hex = form_text(rq, "csrf", 4 * CSRF_PAD_BYTES, "");
	bool is_same_site = true;

	if (*state->fetch_site != '\0')
		is_same_site = strcmp(state->fetch_site, "same-origin") == 0;
	else if (*state->origin != '\0')
		is_same_site = is_own_origin(state->origin);
	if (is_same_site && (csrf_fits(hex, rq->token) || csrf_fits(hex, token_cookie(rq, APP_VISIT_COOKIE))))
		return true;
	log_warning("csrf", "path=%s fetch_site=%s same_site=%d", rq->path, state->fetch_site, is_same_site);
	return false;
}

/* ---- the frame ------------------------------------------------------------------------------------------------------- */

bool
reply_know_visitor(struct request *rq)
{
	const struct db_rows *rows = rq->state->visitor;
	unsigned access = rq->route != NULL ? rq->route->access : ACCESS_ANYONE;

	if (rows == NULL || db_row_count(rows) == 0 || rq->visitor.is_known)
		return true;
	rq->visitor = (struct visitor){
		.is_known = true,
		.is_parent = db_bool(rows, 0, "is_parent"),
		.idn = db_text(rows, 0, "idn"),
		.today = db_text(rows, 0, "today"),
		.needs_touch = db_bool(rows, 0, "touch_due"),
	};
	return access & (ACCESS_ANYONE | (rq->visitor.is_parent ? ACCESS_PARENT : ACCESS_PUPIL));
}

struct view *
view_new(struct request *rq, const char *template_name)
{
	return view_make(rq->arena, template_name);
}

/* `/finance/slip` stands in the section `/finance`. */
static bool
is_in_section(const char *path, const char *url)
{
	size_t len = strlen(url);

	return strcmp(path, url) == 0 || (len > 1 && strncmp(path, url, len) == 0 && path[len] == '/');
}

static void
add_navigation(struct request *rq, struct view *page)
{
	unsigned mode = rq->visitor.is_parent ? ACCESS_PARENT : ACCESS_PUPIL;

	for (int i = 0; i < APP_COUNT(sections); i++) {
		struct view *row;

		if (!(sections[i].access & mode))
			continue;
		row = view_add(page, "nav");
		view_text(row, "url", sections[i].url);
		view_text(row, "icon", sections[i].icon);
		view_text(row, "label", sections[i].label);
		view_flag(row, "more_only", sections[i].is_minor);
		view_flag(row, "is_current", is_in_section(rq->path, sections[i].url));
	}
}

static const char *
greeting(const struct db_rows *visitor)
{
	struct moment now;

	if (!moment_parse(db_text(visitor, 0, "now"), &now) || (now.hour >= 12 && now.hour < 18))
		return "Добрый день";
	if (now.hour < 5)
		return "Доброй ночи";
	return now.hour < 12 ? "Доброе утро" : "Добрый вечер";
}

static void
add_visitor(struct request *rq, struct view *page)
{
	const struct db_rows *visitor = rq->state->visitor;
	bool is_known = rq->visitor.is_known;

	view_flag(page, "is_known", is_known);
	view_flag(page, "is_parent", rq->visitor.is_parent);
	view_text(page, "idn", rq->visitor.idn);
	view_int(page, "child_count", is_known ? db_row_count(visitor) : 0);
	view_text(page, "class_name", is_known ? db_text(visitor, 0, "class_name") : "");
	view_text(page, "school_name", is_known ? db_text(visitor, 0, "school_name") : "");
	view_text(page, "greeting", is_known ? greeting(visitor) : "");
	if (is_known) {
		view_rows(page, "child", visitor);
		add_navigation(rq, page);
	} else {
		view_none(page, "child");
		view_none(page, "nav");
	}
}

/* The look cookie is `theme.size.contrast`; anything else counts as the default. */
static void
add_look(struct request *rq, struct view *page)
{
	static const char *const themes[] = { "auto", "light", "dark", NULL };
	static const char *const sizes[] = { "m", "l", "xl", NULL };
	static const char *const contrasts[] = { "normal", "high", NULL };
	static const struct { const char *name; const char *const *choices; } parts[] = {
		{ "theme", themes }, { "size", sizes }, { "contrast", contrasts },
	};
	const char *s = app_cookie(rq, APP_LOOK_COOKIE);

	for (int i = 0; i < APP_COUNT(parts); i++) {
		size_t len = strcspn(s, ".");
		const char *chosen = parts[i].choices[0];

		for (const char *const *c = parts[i].choices; *c != NULL; c++)
			if (strlen(*c) == len && strncmp(*c, s, len) == 0)
				chosen = *c;
		view_text(page, parts[i].name, chosen);
		s += len + (s[len] == '.');
	}
}

/* ?done=word says what a POST before the redirect did; templates turn the words they know into a sentence. */
static const char *
done_word(struct request *rq)
{
	for (int i = 0; i < rq->query.count; i++) {
		const struct form_field *field = &rq->query.field[i];

		if (strcmp(field->name, "done") == 0 && field->len <= 20 &&
		    strspn(field->value, "abcdefghijklmnopqrstuvwxyz-") == field->len)
			return field->value;
	}
	return "";
}

/* Everything that layout.html needs; symbols that the handler set already are not its business. */
static bool
render_in_frame(struct request *rq, struct view *page)
{
	const char *name = view_template(page);

	view_text(page, "page", name);
	view_text(page, "title", view_title(name));
	view_text(page, "csrf", csrf_token(rq));
	view_text(page, "request_id", rq->id);
	view_text(page, "path", rq->path);
	view_text(page, "done", done_word(rq));
	add_visitor(rq, page);
	add_look(rq, page);
	text_clear(&rq->state->page);
	return view_render(page, "layout", name, &rq->state->page);
}

enum reply
view_send(struct request *rq, struct view *page, int status)
{
	struct text *out = &rq->state->page;

	if (db_is_pending(rq) && !db_answer(rq))
		return rq->db_reply;
	if (!render_in_frame(rq, page))
		return REPLY_BROKEN;
	app_write(rq, status, "text/html; charset=utf-8", "", out->data, out->len);
	return REPLY_SENT;
}

/* ---- other answers --------------------------------------------------------------------------------------------------- */

/* path?name=value&..., encoded; the pairs end with NULL, those with an empty value are left out. */
static const char *
build_url(struct request *rq, const char *path, va_list pairs)
{
	struct text url;
	const char *name, *value, *result;
	char mark = '?';

	assert(path[0] == '/' && path[1] != '/');
	text_init(&url, 8 * FORM_MAX_QUERY_BYTES);
	text_puts(&url, path);
	while ((name = va_arg(pairs, const char *)) != NULL) {
		value = va_arg(pairs, const char *);
		if (*value == '\0')
			continue;
		text_put(&url, &mark, 1);
		text_puts(&url, name);
		text_puts(&url, "=");
		text_url(&url, value, strlen(value));
		mark = '&';
	}
	assert(!url.broken);
	result = arena_copy(rq->arena, url.data, url.len);
	text_release(&url);
	return result;
}

const char *
url_path(struct request *rq, const char *path, ...)
{
	va_list pairs;
	const char *url;

	va_start(pairs, path);
	url = build_url(rq, path, pairs);
	va_end(pairs);
	return url;
}

enum reply
app_redirect(struct request *rq, const char *path, ...)
{
	va_list pairs;
	char *headers;

	va_start(pairs, path);
	headers = arena_printf(rq->arena, "Location: %s\r\n", build_url(rq, path, pairs));
	va_end(pairs);
	app_write(rq, 303, "text/html; charset=utf-8", headers, "", 0);
	return REPLY_SENT;
}

const char *
app_next_path(struct request *rq)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-_.";
	const char *next = form_text(rq, "next", 200, "/");

	return next[0] == '/' && next[1] != '/' && next[strspn(next, plain)] == '\0' ? next : "/";
}

enum reply
app_send(struct request *rq, int status, const char *type, const char *file_name,
    const char *bytes, size_t len)
{
	const char *headers = "";

	if (file_name != NULL) {
		assert(strpbrk(file_name, "\"\\\r\n") == NULL);
		headers = arena_printf(rq->arena,
		    "Content-Disposition: attachment; filename=\"%s\"\r\n", file_name);
	}
	app_write(rq, status, type, headers, bytes, len);
	return REPLY_SENT;
}

/* ---- errors ---------------------------------------------------------------------------------------------------------- */

/* A page's way on: again to the same address, or home. */
enum way { WAY_HOME, WAY_AGAIN };

static const struct { int status; enum way way; const char *headers, *sentence; } errors[REPLY__COUNT] = {
	[REPLY_BAD_INPUT] = { 400, WAY_HOME, "",
	    "В адресе или в форме есть то, чего там быть не может. Ничего не изменено." },
	[REPLY_FORBIDDEN] = { 403, WAY_HOME, "", "Этот раздел недоступен в вашем режиме кабинета." },
	[REPLY_STALE_FORM] = { 403, WAY_AGAIN, "",
	    "Форма устарела: страница открыта слишком давно или в другом окне сменился сеанс. Откройте её "
	    "заново и повторите. Ничего не изменено." },
	[REPLY_NOT_FOUND] = { 404, WAY_HOME, "", "Такой страницы или записи нет, или она не ваша." },
	[REPLY_BAD_METHOD] = { 405, WAY_HOME, "Allow: GET, HEAD\r\n", "Этот адрес открывают иначе." },
	[REPLY_CONFLICT] = { 409, WAY_AGAIN, "",
	    "Пока вы смотрели, это уже изменилось. Обновите страницу и повторите, если это ещё нужно." },
	[REPLY_REFUSED] = { 422, WAY_AGAIN, "", "Не выполнено. Ничего не изменено." },
	[REPLY_TOO_MANY] = { 429, WAY_AGAIN, "Retry-After: 60\r\n",
	    "Слишком много попыток. Подождите немного и повторите." },
	[REPLY_BROKEN] = { 500, WAY_HOME, "",
	    "Ошибка на нашей стороне, мы найдём её по номеру запроса. Попробуйте ещё раз позже." },
	[REPLY_BUSY] = { 503, WAY_AGAIN, "Retry-After: 5\r\n",
	    "База данных сейчас не отвечает. Подождите немного и обновите страницу." },
};

/* No session: to the login page and, after it, back to where a GET wanted to go. */
static void
send_to_login(struct request *rq)
{
	bool may_return = strcmp(rq->method, "POST") != 0 && strcmp(rq->path, "/") != 0;
	const char *next = may_return ? rq->path : "/", *done = "";

	if (*rq->token != '\0') {
		app_set_cookie(rq, APP_SESSION_COOKIE, "", -1);
		done = "expired";
	}
	app_redirect(rq, "/login", "next", next, "done", done, NULL);
}

static bool
render_error(struct request *rq, enum reply reply, const char *sentence)
{
	struct view *page = view_new(rq, "error");
	bool is_get = strcmp(rq->method, "POST") != 0;
	bool again = errors[reply].way == WAY_AGAIN && is_get && rq->path[0] == '/' && rq->path[1] != '/';

	view_int(page, "status", errors[reply].status);
	view_text(page, "sentence", sentence);
	view_text(page, "way_url", again ? url_path(rq, rq->path, NULL) : "/");
	view_text(page, "way_label", again ? "Открыть ещё раз" : "На главную");
	return render_in_frame(rq, page);
}

enum reply
app_error(struct request *rq, enum reply reply)
{
	const char *sentence = errors[reply].sentence, *type = "text/html; charset=utf-8";
	struct text *out = &rq->state->page;

	if (reply == REPLY_LOGIN) {
		send_to_login(rq);
		return REPLY_SENT;
	}
	if (rq->db_refusal != NULL && reply == REPLY_REFUSED)
		sentence = rq->db_refusal;
	if (reply == REPLY_BROKEN)
		log_error("broken", "path=%s", rq->path);
	if (!render_error(rq, reply, sentence)) {
		text_clear(out);
		text_printf(out, "%s\n%s\n", sentence, rq->id);
		type = "text/plain; charset=utf-8";
	}
	app_write(rq, errors[reply].status, type, errors[reply].headers, out->data, out->len);
	return REPLY_SENT;
}
