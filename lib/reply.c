/*
 * reply.c -- what goes out besides pages: cookies, redirects, documents, links, and the pages of
 * errors.
 */
#include "app-private.h"

#include <assert.h>
#include <stdarg.h>

#include "crypto.h"
#include "log.h"

/* ---- cookies --------------------------------------------------------------------------------- */

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

const char *
reply_token_cookie(struct request *rq, const char *name)
{
	const char *value = app_cookie(rq, name);

	return is_token(value) ? value : "";
}

void
reply_read_cookies(struct request *rq)
{
	if (rq->state->app->audience == AUDIENCE_DEVICE)
		return;
	rq->token = reply_token_cookie(rq, frame_door(rq)->cookie);
	if (rq->state->app->audience == AUDIENCE_CABINET)
		rq->device = reply_token_cookie(rq, APP_DEVICE_COOKIE);
}

/*
 * A browser and a system that people know by name, the first that fits: each browser also names
 * those it is made of. The whole User-Agent is never kept: it would tell one visitor from another
 * and helps nobody to find their phone in a list.
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
	return system_name == NULL ? browser
				   : arena_printf(rq->arena, "%s, %s", browser, system_name);
}

/* ---- other answers --------------------------------------------------------------------------- */

#define URL_MAX_BYTES (8 * FORM_MAX_QUERY_BYTES)

static void
begin_url(struct text *url, const char *path)
{
	assert(path[0] == '/' && path[1] != '/');
	text_init(url, URL_MAX_BYTES);
	text_puts(url, path);
}

/* One more parameter; NULL and "" are left out. */
static void
add_parameter(struct text *url, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	if (strcmp(name, "#") == 0) {
		text_puts(url, name);
		text_url(url, value, strlen(value));
		return;
	}
	text_puts(url, memchr(url->data, '?', url->len) != NULL ? "&" : "?");
	text_url(url, name, strlen(name));
	text_puts(url, "=");
	text_url(url, value, strlen(value));
}

static const char *
end_url(struct request *rq, struct text *url)
{
	const char *result = arena_copy(rq->arena, url->data, url->len);

	assert(!url->broken);
	text_release(url);
	return result;
}

static const char *
build_url(struct request *rq, const char *path, va_list pairs)
{
	struct text url;
	const char *name;

	begin_url(&url, path);
	while ((name = va_arg(pairs, const char *)) != NULL)
		add_parameter(&url, name, va_arg(pairs, const char *));
	return end_url(rq, &url);
}

const char *
url_query(struct request *rq, const char *path, const char *name, const char *value)
{
	struct text url;

	begin_url(&url, path);
	for (int i = 0; i < rq->query.count; i++)
		if (strcmp(rq->query.field[i].name, name) != 0 &&
		    strcmp(rq->query.field[i].name, "done") != 0)
			add_parameter(&url, rq->query.field[i].name, rq->query.field[i].value);
	add_parameter(&url, name, value);
	return end_url(rq, &url);
}

void
view_pager(struct request *rq, struct view *page, const char *path, struct db_rows *rows, int limit,
    const char *key_column)
{
	const char *older = "", *newer = "";

	assert(!view_shows(page, rows));
	if (db_limit(rows, limit))
		older = url_query(rq, path, "before", db_text(rows, limit - 1, key_column));
	if (form_has(rq, "before"))
		newer = url_query(rq, path, "before", "");
	view_text(page, "older_url", older);
	view_text(page, "newer_url", newer);
}

const char *
url_id(struct request *rq, int64_t id)
{
	return id > 0 ? arena_printf(rq->arena, "%lld", (long long)id) : "";
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

void
reply_redirect(struct request *rq, const char *path, va_list pairs)
{
	char *headers =
	    arena_printf(rq->arena, "Location: %s\r\n", build_url(rq, path, pairs));

	app_write(rq, 303, "text/html; charset=utf-8", headers, "", 0);
}

enum reply
app_redirect(struct request *rq, const char *path, ...)
{
	va_list pairs;

	va_start(pairs, path);
	reply_redirect(rq, path, pairs);
	va_end(pairs);
	return REPLY_SENT;
}

#define PATH_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-_."
#define NEXT_CHARS_MAX 300

/*
 * A path, then perhaps `?` and what a query may be written with: nothing that could end a header or
 * leave the site.
 */
static bool
is_next(const char *s)
{
	const char *query = s + strspn(s, PATH_CHARS);

	return s[0] == '/' && s[1] != '/' && strlen(s) <= NEXT_CHARS_MAX &&
	    (*query == '\0' ||
		(*query == '?' && query[strspn(query, PATH_CHARS "?&=%+~")] == '\0'));
}

const char *
app_next_path(struct request *rq)
{
	const char *next = form_text(rq, "next", 2 * NEXT_CHARS_MAX, "");

	return is_next(next) ? next : frame_door(rq)->home;
}

/*
 * RFC 6266: the name in ASCII for old readers, with what they cannot take as `_`, and
 * percent-encoded UTF-8 for the others.
 */
static const char *
attachment(struct request *rq, const char *file_name)
{
	char *ascii = arena_copy(rq->arena, file_name, strlen(file_name));
	const char *header;
	struct text encoded;

	for (char *c = ascii; *c != '\0'; c++)
		if (*c < ' ' || *c > '~' || strchr("\"\\%/", *c) != NULL)
			*c = '_';
	text_init(&encoded, 3 * strlen(file_name) + 1);
	text_url(&encoded, file_name, strlen(file_name));
	header = arena_printf(rq->arena,
	    "Content-Disposition: attachment; filename=\"%s\"; filename*=UTF-8''%s\r\n", ascii,
	    encoded.data);
	text_release(&encoded);
	return header;
}

enum reply
app_send(struct request *rq, int status, const char *type, const char *file_name,
    const char *bytes, size_t len)
{
	app_write(rq, status, type, file_name != NULL ? attachment(rq, file_name) : "", bytes, len);
	return REPLY_SENT;
}

enum reply
app_send_file(struct request *rq, const struct db_rows *file)
{
	const void *bytes;
	size_t len;

	if (db_row_count(file) == 0)
		return REPLY_NOT_FOUND;
	bytes = db_blob(rq, file, 0, "bytes", &len);
	return app_send(rq, 200, db_text(file, 0, "type"), db_text(file, 0, "name"), bytes, len);
}

struct text *
app_csv(struct request *rq, size_t max_bytes, const char *heads)
{
	struct text *csv = arena_text(rq->arena, max_bytes);

	text_printf(csv, "\xef\xbb\xbf%s\r\n", heads);
	return csv;
}

void
app_csv_cell(struct text *csv, const char *cell, const char *end)
{
	text_csv(csv, cell, strlen(cell));
	text_puts(csv, end);
}

void
app_csv_row(struct text *csv, const struct db_rows *rows, int row, const char *const *columns,
    int count)
{
	for (int i = 0; i < count; i++)
		app_csv_cell(csv, db_text(rows, row, columns[i]), i + 1 < count ? ";" : "\r\n");
}

enum reply
app_send_csv(struct request *rq, const struct text *csv, const char *file_name)
{
	return csv->broken ? REPLY_BROKEN :
	    app_send(rq, 200, "text/csv; charset=utf-8", file_name, csv->data, csv->len);
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* A page's way on: again to the same address, or home. */
enum way { WAY_HOME, WAY_AGAIN };

static const struct {
	int status;
	enum way way;
	const char *headers, *sentence;
} errors[REPLY__COUNT] = {
	[REPLY_BAD_INPUT] = { 400, WAY_HOME, "",
	    "В адресе или в форме есть то, чего там быть не может. Ничего не изменено." },
	[REPLY_LOGIN] = { 401, WAY_HOME, "WWW-Authenticate: Kabinet-Device\r\n",
	    "Подпись, устройство или время не те." },  /* devices; people are sent to log in */
	[REPLY_FORBIDDEN] = { 403, WAY_HOME, "", "" }, /* in the words of the audience */
	[REPLY_STALE_FORM] = { 403, WAY_AGAIN, "",
	    "Форма устарела: страница открыта слишком давно или в другом окне сменился сеанс. Откройте её "
	    "заново и повторите. Ничего не изменено." },
	[REPLY_NOT_FOUND] = { 404, WAY_HOME, "",
	    "Такой страницы или записи нет, или она не ваша." },
	[REPLY_BAD_METHOD] = { 405, WAY_HOME, "", "Этот адрес открывают иначе." },
	[REPLY_CONFLICT] = { 409, WAY_AGAIN, "",
	    "Пока вы смотрели, это уже изменилось. Обновите страницу и повторите, если это ещё нужно." },
	[REPLY_TOO_LARGE] = { 413, WAY_AGAIN, "",
	    "Отправлено больше, чем принимается: один файл — до 5 МБ, все вместе — до 16 МБ. Вернитесь назад и "
	    "выберите файлы поменьше. Ничего не изменено." },
	[REPLY_REFUSED] = { 422, WAY_AGAIN, "", "Не выполнено. Ничего не изменено." },
	[REPLY_TOO_MANY] = { 429, WAY_AGAIN, "Retry-After: 60\r\n",
	    "Слишком много попыток. Подождите немного и повторите." },
	[REPLY_BROKEN] = { 500, WAY_HOME, "",
	    "Ошибка на нашей стороне, мы найдём её по номеру запроса. Попробуйте ещё раз позже." },
	[REPLY_BUSY] = { 503, WAY_AGAIN, "Retry-After: 5\r\n",
	    "База данных сейчас не отвечает. Подождите немного и обновите страницу." },
};

/* The page that a GET asked for, with its query when that can be given on. */
static const char *
wanted_page(struct request *rq)
{
	const char *page = url_query(rq, rq->path, "done", "");

	if (app_is_post(rq))
		return "";
	return is_next(page) ? page : rq->path;
}

/* No session: to the login page and, after it, back to where a GET wanted to go. */
static void
send_to_login(struct request *rq)
{
	const struct app_door *door = frame_door(rq);
	const char *next = wanted_page(rq), *done = "";

	if (*rq->token != '\0') {
		app_set_cookie(rq, door->cookie, "", -1);
		done = door->expired;
	}
	app_redirect(rq, door->login, "next", strcmp(next, door->home) != 0 ? next : "", "done",
	    done, NULL);
}

static bool
render_error(struct request *rq, enum reply reply, const char *sentence)
{
	struct view *page = view_new(rq, "error");
	bool is_get = !app_is_post(rq);
	bool again = errors[reply].way == WAY_AGAIN && is_get && rq->path[0] == '/' &&
	    rq->path[1] != '/';

	view_int(page, "status", errors[reply].status);
	view_text(page, "sentence", sentence);
	view_text(page, "way_url", again ? url_path(rq, rq->path, NULL) : frame_door(rq)->home);
	view_text(page, "way_label", again ? "Открыть ещё раз" : "На главную");
	return frame_render(rq, page);
}

enum reply
app_error(struct request *rq, enum reply reply)
{
	bool is_device = rq->state->app->audience == AUDIENCE_DEVICE;
	const char *sentence = errors[reply].sentence, *type = "text/html; charset=utf-8";
	const char *headers = errors[reply].headers;
	struct text *out = &rq->state->page;

	assert(reply > REPLY_SENT && reply < REPLY__COUNT);
	if (reply == REPLY_LOGIN && !is_device) {
		send_to_login(rq);
		return REPLY_SENT;
	}
	if (rq->db_refusal != NULL && reply == REPLY_REFUSED)
		sentence = rq->db_refusal;
	if (reply == REPLY_FORBIDDEN)
		sentence = frame_door(rq)->forbidden;
	if (reply == REPLY_BAD_METHOD)
		headers = strcmp(rq->state->allowed_method, "GET") == 0 ? "Allow: GET, HEAD\r\n"
									: "Allow: POST\r\n";
	if (reply == REPLY_BROKEN)
		log_error("broken", "path=%s", rq->path);
	if (is_device || !render_error(rq, reply, sentence)) {
		text_clear(out);
		text_printf(out, "%s\n%s\n", sentence, rq->id);
		type = "text/plain; charset=utf-8";
	}
	app_write(rq, errors[reply].status, type, headers, out->data, out->len);
	return REPLY_SENT;
}
