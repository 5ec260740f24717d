/*
 * frame.c -- the frame around every page: who it is, the menu, the look, of the cabinet or of the
 * desks; and view_send(), which puts a page into it. A new section is one row of the menu.
 */
#include <assert.h>

#include "app-private.h"

#include "crypto.h"

#define EVERYBODY (ACCESS_PARENT | ACCESS_PUPIL)

static const struct app_door doors[] = {
	[AUDIENCE_CABINET] = { APP_SESSION_COOKIE, "/", "/login", "expired", "layout",
	    "Этот раздел недоступен в вашем режиме кабинета." },
	[AUDIENCE_STAFF] = { APP_STAFF_COOKIE, "/staff", "/staff/login", "staff-expired", "layout-staff",
	    "Для этого рабочего места у вас нет роли. Роли даёт администратор школы." },
	[AUDIENCE_DEVICE] = { .home = "/", .forbidden = "Этому устройству сюда нельзя." },
};

/*
 * The menu, in the order of the column: the sections (`nav`), of which `more_only` ones hide behind
 * «Ещё» on a phone, and below them the pages about the visitor's own use (`own`).
 */
static const struct {
	const char *list, *url, *icon, *label;
	unsigned    access;
	bool        more_only;
} sections[] = {
	{ "nav", "/",              "home",       "Главная",       EVERYBODY,      false },
	{ "nav", "/diary",         "diary",      "Дневник",       EVERYBODY,      false },
	{ "nav", "/timetable",     "timetable",  "Расписание",    EVERYBODY,      false },
	{ "nav", "/attendance",    "attendance", "Посещаемость",  EVERYBODY,      true },
	{ "nav", "/meals",         "meals",      "Питание",       EVERYBODY,      true },
	{ "nav", "/library",       "library",    "Библиотека",    EVERYBODY,      true },
	{ "nav", "/security",      "security",   "Безопасность",  EVERYBODY,      true },
	{ "nav", "/finance",       "finance",    "Финансы",       ACCESS_PARENT,  false },
	{ "nav", "/appeals",       "appeals",    "Обращения",     ACCESS_PARENT,  true },
	{ "own", "/settings",      "settings",   "Настройки",     EVERYBODY,      true },
	{ "own", "/devices",       "devices",    "Устройства",    EVERYBODY,      true },
	{ "own", "/views",         "session",    "Кто смотрел данные", ACCESS_PARENT, true },
	{ "own", "/rules",         "rules",      "Правила",       EVERYBODY,      true },

	{ "nav", "/staff",         "home",       "Рабочие места", ACCESS_STAFF,   false },
	{ "nav", "/staff/journal", "diary",      "Журнал",        ACCESS_TEACHER, false },
	{ "nav", "/staff/class",   "attendance", "Мой класс",     ACCESS_TUTOR,   false },
	{ "nav", "/staff/tutor",   "meals",      "Питание класса", ACCESS_TUTOR,  false },
	{ "nav", "/staff/tutor/counts", "meals", "Кто не подал",  ACCESS_HEAD,    true },
	{ "nav", "/staff/services", "finance",   "Услуги",        ACCESS_TEACHER | ACCESS_HEAD, false },
	{ "nav", "/staff/canteen", "meals",      "Столовая",      ACCESS_CANTEEN, false },
	{ "nav", "/staff/library", "library",    "Библиотека",    ACCESS_LIBRARIAN, false },
	{ "nav", "/staff/head",    "timetable",  "Учебная часть", ACCESS_HEAD,    false },
	{ "nav", "/staff/gate",    "security",   "Вход в школу",  ACCESS_GUARD,   false },
	{ "nav", "/staff/appeals", "appeals",    "Обращения",     ACCESS_SUPPORT | ACCESS_HEAD | ACCESS_CANTEEN, false },
	{ "nav", "/staff/audit",   "rules",      "Кто что делал", ACCESS_ADMIN,   false },
	{ "nav", "/staff/admin",   "settings",   "Система",       ACCESS_ADMIN,   false },
};

const struct app_door *
frame_door(const struct request *rq)
{
	return &doors[rq->state->app->audience];
}

const struct app_access app_access[ACCESS_BIT__COUNT] = {
	[ACCESS_BIT_ANYONE]    = { "anyone" },
	[ACCESS_BIT_PARENT]    = { "parent" },
	[ACCESS_BIT_PUPIL]     = { "pupil" },
	[ACCESS_BIT_TEACHER]   = { "teacher", "is_teacher" },
	[ACCESS_BIT_TUTOR]     = { "tutor", "is_tutor" },
	[ACCESS_BIT_HEAD]      = { "head", "is_head" },
	[ACCESS_BIT_GUARD]     = { "guard", "is_guard" },
	[ACCESS_BIT_CANTEEN]   = { "canteen", "is_canteen" },
	[ACCESS_BIT_ADMIN]     = { "admin", "is_admin" },
	[ACCESS_BIT_LIBRARIAN] = { "librarian", "is_librarian" },
	[ACCESS_BIT_SUPPORT]   = { "support", "is_support" },
	[ACCESS_BIT_DEVICE]    = { "device" },
};

/* What the visitor is, from the first row of who it is. */
static unsigned
access_of(const struct request *rq, const struct db_rows *rows)
{
	unsigned access = 0;

	if (rq->state->app->audience == AUDIENCE_CABINET)
		return db_bool(rows, 0, "is_parent") ? ACCESS_PARENT : ACCESS_PUPIL;
	for (int bit = 0; bit < ACCESS_BIT__COUNT; bit++)
		if (app_access[bit].column != NULL && db_bool(rows, 0, app_access[bit].column))
			access |= 1U << bit;
	return access;
}

bool
frame_know_visitor(struct request *rq)
{
	const struct db_rows *rows = rq->state->visitor;
	unsigned wanted = rq->route != NULL ? rq->route->access : ACCESS_ANYONE;

	if (rows == NULL || db_row_count(rows) == 0)
		return true;
	rq->visitor = (struct visitor){
		.is_known = true,
		.access = access_of(rq, rows),
		.idn = rq->state->app->audience == AUDIENCE_CABINET ? db_text(rows, 0, "idn") : "",
		.today = db_text(rows, 0, "today"),
	};
	rq->state->needs_touch = db_bool(rows, 0, "touch_due");
	rq->visitor.is_parent = rq->visitor.access & ACCESS_PARENT;
	return wanted & (ACCESS_ANYONE | rq->visitor.access);
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

	return strcmp(path, url) == 0 ||
	    (len > 1 && strncmp(path, url, len) == 0 && path[len] == '/');
}

/* The page's own section: of those whose address the path begins with, the longest. */
static int
current_section(const char *path)
{
	int current = -1;

	for (int i = 0; i < APP_COUNT(sections); i++)
		if (is_in_section(path, sections[i].url) &&
		    (current < 0 || strlen(sections[i].url) > strlen(sections[current].url)))
			current = i;
	return current;
}

static void
add_navigation(struct request *rq, struct view *page)
{
	int current = current_section(rq->path);

	view_none(page, "nav");
	view_none(page, "own");
	for (int i = 0; i < APP_COUNT(sections); i++) {
		struct view *row;

		if (!(sections[i].access & rq->visitor.access))
			continue;
		row = view_add(page, sections[i].list);
		view_text(row, "url", sections[i].url);
		view_text(row, "icon", sections[i].icon);
		view_text(row, "label", sections[i].label);
		view_flag(row, "more_only", sections[i].more_only);
		view_flag(row, "is_current", i == current);
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
add_child(struct request *rq, struct view *page)
{
	const struct db_rows *visitor = rq->state->visitor;
	bool is_known = rq->visitor.is_known;

	view_flag(page, "is_parent", rq->visitor.is_parent);
	view_text(page, "idn", rq->visitor.idn);
	view_int(page, "child_count", is_known ? db_row_count(visitor) : 0);
	view_text(page, "class_name", is_known ? db_text(visitor, 0, "class_name") : "");
	view_text(page, "greeting", is_known ? greeting(visitor) : "");
	if (is_known)
		view_rows(page, "child", visitor);
	else
		view_none(page, "child");
}

static void
add_staff(struct request *rq, struct view *page)
{
	view_text(page, "staff_name",
	    rq->visitor.is_known ? db_text(rq->state->visitor, 0, "name") : "");
	for (int bit = 0; bit < ACCESS_BIT__COUNT; bit++)
		if (app_access[bit].column != NULL)
			view_flag(page, app_access[bit].column, rq->visitor.access & 1U << bit);
}

static void
add_visitor(struct request *rq, struct view *page)
{
	const struct db_rows *visitor = rq->state->visitor;
	bool is_known = rq->visitor.is_known;

	view_flag(page, "is_known", is_known);
	view_text(page, "school_name", is_known ? db_text(visitor, 0, "school_name") : "");
	if (rq->state->app->audience == AUDIENCE_CABINET)
		add_child(rq, page);
	else
		add_staff(rq, page);
	add_navigation(rq, page);
}

/* ---- the look -------------------------------------------------------------------------------- */

static const char *const themes[] = { "auto", "light", "dark", NULL };
static const char *const sizes[] = { "m", "l", "xl", NULL };
static const char *const contrasts[] = { "normal", "high", NULL };
const struct app_look app_look[APP_LOOK_PARTS] = {
	{ "theme", themes }, { "size", sizes }, { "contrast", contrasts },
};

/* Anything else in the cookie counts as the default. */
static void
add_look(struct request *rq, struct view *page)
{
	const char *s = app_cookie(rq, APP_LOOK_COOKIE);

	for (int i = 0; i < APP_LOOK_PARTS; i++) {
		const char *const *choices = app_look[i].choices;
		const char *chosen = choices[0];
		size_t len = strcspn(s, ".");

		for (; *choices != NULL; choices++)
			if (strlen(*choices) == len && strncmp(*choices, s, len) == 0)
				chosen = *choices;
		view_text(page, arena_printf(rq->arena, "look_%s", app_look[i].name), chosen);
		s += len + (s[len] == '.');
	}
}

/* ---- pages ----------------------------------------------------------------------------------- */

/* A random UUID (version 4), for forms whose POST may not happen twice. */
static const char *
fresh_key(struct request *rq)
{
	uint8_t b[16];
	char hex[2 * sizeof b + 1];

	crypto_random(b, sizeof b);
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	crypto_hex(b, sizeof b, hex);
	return arena_printf(rq->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
	    hex + 16, hex + 20);
}

/*
 * ?done=word says what a POST before the redirect did; templates turn the words they know into a
 * sentence.
 */
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

/*
 * What layouts need, in a dictionary of its own around the page's: a column `title` or `key` of a
 * handler's rows is the page's own, and the layout never sees it.
 */
bool
frame_render(struct request *rq, struct view *page)
{
	const char *name = view_template(page), *layout = frame_door(rq)->layout;
	struct view *frame = view_new(rq, layout);

	view_inside(frame, page);
	view_text(frame, "page", name);
	view_text(frame, "title", view_title(name));
	view_text(frame, "csrf", csrf_token(rq));
	view_text(frame, "about_child", rq->visitor.idn);
	view_text(frame, "key", fresh_key(rq));
	view_text(frame, "request_id", rq->id);
	view_text(frame, "path", rq->path);
	view_text(frame, "done", done_word(rq));
	add_visitor(rq, frame);
	add_look(rq, frame);
	text_clear(&rq->state->page);
	return view_render(frame, layout, name, &rq->state->page);
}

enum reply
view_send(struct request *rq, struct view *page)
{
	struct text *out = &rq->state->page;
	bool has_words = form_failed(rq);
	int status = has_words ? 422 : 200;

	assert(!has_words || rq->state->shows_again || !app_is_post(rq));
	if (db_is_pending(rq) && !db_answer(rq))
		return rq->db_reply;
	if (!frame_render(rq, page))
		return REPLY_BROKEN;
	if (rq->page_status != 0)
		status = rq->page_status;
	app_write(rq, status, "text/html; charset=utf-8", "", out->data, out->len);
	return REPLY_SENT;
}
