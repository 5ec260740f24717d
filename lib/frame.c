/*
 * frame.c -- the frame around every page of the cabinet: who it is, the menu, the look; and
 * view_send(), which puts a page into it. A new section is one row of the menu.
 */
#include "app-private.h"

#define EVERYBODY (ACCESS_PARENT | ACCESS_PUPIL)

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
	{ "nav", "/security",      "security",   "Безопасность",  EVERYBODY,      true },
	{ "nav", "/finance",       "finance",    "Финансы",       ACCESS_PARENT,  false },
	{ "own", "/settings",      "settings",   "Настройки",     EVERYBODY,      true },
	{ "own", "/devices",       "devices",    "Устройства",    EVERYBODY,      true },
	{ "own", "/rules",         "rules",      "Правила",       EVERYBODY,      true },

	{ "nav", "/staff",         "home",       "Рабочие места", ACCESS_STAFF,   false },
	{ "nav", "/staff/journal", "diary",      "Журнал",        ACCESS_TEACHER, false },
	{ "nav", "/staff/class",   "attendance", "Мой класс",     ACCESS_TUTOR,   false },
	{ "nav", "/staff/head",    "timetable",  "Учебная часть", ACCESS_HEAD,    false },
	{ "nav", "/staff/gate",    "security",   "Вход в школу",  ACCESS_GUARD,   false },
};

bool
frame_know_visitor(struct request *rq)
{
	const struct db_rows *rows = rq->state->visitor;
	unsigned access = rq->route != NULL ? rq->route->access : ACCESS_ANYONE;

	if (rows == NULL || db_row_count(rows) == 0)
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
		row = view_add(page, sections[i].list);
		view_text(row, "url", sections[i].url);
		view_text(row, "icon", sections[i].icon);
		view_text(row, "label", sections[i].label);
		view_flag(row, "more_only", sections[i].more_only);
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
		view_none(page, "own");
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

/* Everything that layout.html needs; symbols that the handler set already are not its business. */
bool
frame_render(struct request *rq, struct view *page)
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
view_send(struct request *rq, struct view *page)
{
	struct text *out = &rq->state->page;
	int status = form_failed(rq) ? 422 : 200;

	if (db_is_pending(rq) && !db_answer(rq))
		return rq->db_reply;
	if (!frame_render(rq, page))
		return REPLY_BROKEN;
	if (rq->page_status != 0)
		status = rq->page_status;
	app_write(rq, status, "text/html; charset=utf-8", "", out->data, out->len);
	return REPLY_SENT;
}
