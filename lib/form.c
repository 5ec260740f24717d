/*
 * form.c -- query, form bodies and cookies: parsed once, looked up by handlers. See form.h;
 * multipart bodies are form-multipart.c's.
 *
 * Parsing decodes into the arena and never writes past what it reads: a decoded value is at most as
 * long as its source.
 */
#include "form.h"

#include <assert.h>
#include <stdarg.h>

#include "app-private.h"
#include "arena.h"
#include "crypto.h"
#include "file.h"
#include "text.h"

#define FORM_MAX_ERRORS 16

struct form_errors {
	struct { const char *name, *words; } error[FORM_MAX_ERRORS];
	int count;
	bool is_unseen;       /* a text was too long, and the handler has not asked whether the form failed */
};

/* ---- parsing --------------------------------------------------------------------------------- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decodes into the arena; NULL when malformed. */
static char *
decode(struct arena *a, const char *s, size_t len, size_t *decoded_len)
{
	char *out = arena_alloc(a, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = i + 2 < len ? hex_digit(s[i + 1]) : -1;
			int low = i + 2 < len ? hex_digit(s[i + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			c = (char)(high << 4 | low);
			i += 2;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	*decoded_len = n;
	return text_is_utf8(out, n) ? out : NULL;
}

static bool
parse_pair(struct arena *a, const char *s, size_t len, struct form_fields *fields)
{
	const char *equals = memchr(s, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - s) : len;
	struct form_field *field;
	size_t decoded_len;

	if (fields->count == FORM_MAX_FIELDS || name_len > FORM_MAX_NAME_BYTES)
		return false;
	field = &fields->field[fields->count];
	*field = (struct form_field){ .name = decode(a, s, name_len, &decoded_len) };
	if (field->name == NULL)
		return false;
	if (equals == NULL)
		field->value = arena_copy(a, "", 0);
	else
		field->value = decode(a, equals + 1, len - name_len - 1, &field->len);
	if (field->value == NULL)
		return false;
	fields->count++;
	return true;
}

bool
form_parse_urlencoded(struct arena *a, const char *bytes, size_t len, struct form_fields *fields)
{
	const char *end = bytes + len;

	fields->count = fields->file_count = fields->left_out = 0;
	while (bytes < end) {
		const char *amp = memchr(bytes, '&', (size_t)(end - bytes));
		const char *stop = amp != NULL ? amp : end;

		if (stop > bytes && !parse_pair(a, bytes, (size_t)(stop - bytes), fields))
			return false;
		bytes = stop + 1;
	}
	return true;
}

/* RFC 6265 cookie-octets; our own cookies hold nothing else. */
static bool
is_cookie_value(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] <= 0x20 || s[i] >= 0x7f || strchr("\",;\\", s[i]) != NULL)
			return false;
	return true;
}

const char *
form_parse_cookie(struct arena *a, const char *header, const char *name)
{
	size_t name_len = strlen(name), found_len = 0;
	const char *found = NULL, *stop;

	if (strlen(header) > FORM_MAX_COOKIE_BYTES)
		return NULL;
	for (; *header != '\0'; header = *stop == ';' ? stop + 1 : stop) {
		header += strspn(header, " \t");
		stop = header + strcspn(header, ";");
		if (strncmp(header, name, name_len) != 0 || header[name_len] != '=')
			continue;
		/* Twice means that somebody planted one: neither can be trusted. */
		if (found != NULL)
			return NULL;
		found = header + name_len + 1;
		found_len = (size_t)(stop - found);
	}
	if (found == NULL || !is_cookie_value(found, found_len))
		return NULL;
	return arena_copy(a, found, found_len);
}

/* ---- looking up ------------------------------------------------------------------------------ */

/*
 * A POST's fields come from its body alone, a GET's from the query. A field given twice is bad
 * input.
 */
static struct form_field *
find(struct request *rq, const char *name)
{
	struct form_fields *fields = app_is_post(rq) ? &rq->body : &rq->query;
	struct form_field *found = NULL;

	for (int i = 0; i < fields->count; i++) {
		if (strcmp(fields->field[i].name, name) != 0)
			continue;
		if (found != NULL)
			rq->bad_input = true;
		found = &fields->field[i];
	}
	return found;
}

static bool
has_control(const char *s, size_t len, bool lines_allowed)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 0x20 || c == 0x7f) && !(lines_allowed && (c == '\n' || c == '\t')))
			return true;
	}
	return false;
}

/* CRLF → LF, in place. */
static void
unify_lines(struct form_field *field)
{
	size_t n = 0;

	for (size_t i = 0; i < field->len; i++)
		if (field->value[i] != '\r' || field->value[i + 1] != '\n')
			field->value[n++] = field->value[i];
	field->value[n] = '\0';
	field->len = n;
}

static const char *error_of(const struct request *rq, const char *name);

/*
 * Lines, and texts that people write at length, may be too long by mistake: words at the field of a
 * form.
 */
enum text_kind { TEXT_FIXED, TEXT_WRITTEN, TEXT_LINES };

static void
refuse_length(struct request *rq, const char *name, size_t chars, size_t max_chars)
{
	if (!app_is_post(rq)) {
		rq->bad_input = true;
		return;
	}
	if (error_of(rq, name) != NULL)
		return;   /* read once more, by the handler that shows the form */
	form_error(rq, name, arena_printf(rq->arena, "Не больше %zu %s, сейчас %zu.", max_chars,
	    plural_ru((int64_t)max_chars, "знака", "знаков", "знаков"), chars));
	rq->errors->is_unseen = true;
}

static const char *
get_text(struct request *rq, const char *name, size_t max_chars, const char *fallback,
    enum text_kind kind)
{
	struct form_field *field = find(rq, name);
	size_t len, chars;
	const char *s;

	if (field == NULL)
		return fallback;
	if (kind == TEXT_LINES)
		unify_lines(field);
	s = field->value + strspn(field->value, " \t\r\n");
	len = strlen(s);
	while (len > 0 && strchr(" \t\r\n", s[len - 1]) != NULL)
		len--;
	if (len == 0)
		return fallback;
	chars = text_chars(s, len);
	if (has_control(s, len, kind == TEXT_LINES) || (kind == TEXT_FIXED && chars > max_chars)) {
		rq->bad_input = true;
		return fallback;
	}
	if (chars > max_chars) {
		refuse_length(rq, name, chars, max_chars);
		return fallback;
	}
	return arena_copy(rq->arena, s, len);
}

const char *
form_text(struct request *rq, const char *name, size_t max_chars, const char *fallback)
{
	return get_text(rq, name, max_chars, fallback, TEXT_WRITTEN);
}

const char *
form_lines(struct request *rq, const char *name, size_t max_chars, const char *fallback)
{
	return get_text(rq, name, max_chars, fallback, TEXT_LINES);
}

static const char *
need(struct request *rq, const char *name, const char *text, const char *words)
{
	if (*text == '\0')
		form_error(rq, name, words);   /* unless it was too long */
	return text;
}

const char *
form_need_text(struct request *rq, const char *name, size_t max_chars, const char *words)
{
	return need(rq, name, form_text(rq, name, max_chars, ""), words);
}

const char *
form_need_lines(struct request *rq, const char *name, size_t max_chars, const char *words)
{
	return need(rq, name, form_lines(rq, name, max_chars, ""), words);
}

/* What a page of ours fills in, or a person picks: it is never too long by mistake. */
static const char *
fixed_text(struct request *rq, const char *name, size_t max_chars)
{
	return get_text(rq, name, max_chars, "", TEXT_FIXED);
}

const char *
form_secret(struct request *rq, const char *name)
{
	struct form_field *field = find(rq, name);

	if (field == NULL)
		return "";
	field->is_secret = true;
	if (field->len > 200 || has_control(field->value, field->len, false)) {
		rq->bad_input = true;
		return "";
	}
	return field->value;
}

/* `23.11.2026` as `2026-11-23`; other shapes come out as something that date_parse() refuses. */
static const char *
iso_of_russian(struct request *rq, const char *s)
{
	if (strlen(s) != 10 || s[2] != '.' || s[5] != '.')
		return s;
	return arena_printf(rq->arena, "%.4s-%.2s-%.2s", s + 6, s + 3, s);
}

const char *
form_date(struct request *rq, const char *name, const char *fallback)
{
	const char *s = iso_of_russian(rq, fixed_text(rq, name, 10));
	struct date d;

	if (*s == '\0')
		return fallback;
	if (!date_parse(s, &d)) {
		rq->bad_input = true;
		return fallback;
	}
	return s;
}

const char *
form_month(struct request *rq, const char *name, const char *fallback)
{
	const char *s = fixed_text(rq, name, 7);
	struct date d;

	if (*s == '\0')
		return fallback;
	if (!date_parse_month(s, &d)) {
		rq->bad_input = true;
		return fallback;
	}
	return arena_printf(rq->arena, "%s-01", s);
}

const char *
form_uuid(struct request *rq, const char *name)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const char *s = fixed_text(rq, name, sizeof shape - 1);
	size_t i = 0;

	while (shape[i] != '\0' && (shape[i] == 'x' ? hex_digit(s[i]) >= 0 : s[i] == '-'))
		i++;
	if (i != sizeof shape - 1)
		rq->bad_input = true;
	return s;
}

int64_t
form_int(struct request *rq, const char *name, int64_t min, int64_t max, int64_t fallback)
{
	const char *s = fixed_text(rq, name, 20);
	int64_t n = fallback;

	if (*s != '\0' && !int_parse(s, min, max, &n))
		rq->bad_input = true;
	return n;
}

int64_t
form_id(struct request *rq, const char *name)
{
	return form_int(rq, name, 0, INT64_MAX, 0);
}

const char *
form_choice(struct request *rq, const char *name, const char *const *choices, const char *fallback)
{
	const char *s = fixed_text(rq, name, 64);

	if (*s == '\0')
		return fallback;
	for (; *choices != NULL; choices++)
		if (strcmp(*choices, s) == 0)
			return *choices;
	rq->bad_input = true;
	return fallback;
}

bool
form_flag(struct request *rq, const char *name)
{
	return *fixed_text(rq, name, 8) != '\0';
}

bool
form_has(struct request *rq, const char *name)
{
	return find(rq, name) != NULL;
}

int64_t
form_name_id(struct request *rq, const struct form_field *field, const char *prefix)
{
	size_t len = strlen(prefix);
	int64_t id = 0;

	if (strncmp(field->name, prefix, len) != 0)
		return 0;
	if (!int_parse(field->name + len, 1, INT64_MAX, &id))
		rq->bad_input = true;
	return id;
}

const char *
form_key(struct request *rq)
{
	return form_uuid(rq, "key");
}

struct form_period
form_period(struct request *rq)
{
	struct form_period period = {
		.from = form_date(rq, "from", NULL),
		.to = form_date(rq, "to", NULL),
	};

	if (period.from != NULL && period.to != NULL && strcmp(period.from, period.to) > 0)
		form_error(rq, "to", "Конец периода раньше начала.");
	return period;
}

/* What is wrong with a file in words, NULL when it is good. */
static const char *
refuse_file(struct request *rq, const struct form_file *file, const char *type)
{
	if (file->len == 0)
		return arena_printf(rq->arena, "Файл «%s» пуст.", file->name);
	if (file->len > FORM_MAX_FILE_BYTES)
		return arena_printf(rq->arena, "Файл «%s» больше %d МБ.", file->name,
		    FORM_MAX_FILE_BYTES / (1024 * 1024));
	if (type == NULL)
		return arena_printf(rq->arena,
		    "Файл «%s» не принимается: можно фотографии JPEG и PNG, PDF и документы "
		    "docx, xlsx, pptx, odt.",
		    file->name);
	return NULL;
}

int
form_uploads(struct request *rq, const char *name, struct form_upload *uploads, int max)
{
	int count = 0, sent = rq->body.left_out;

	assert(max > 0 && max <= FORM_MAX_FILES);
	memset(uploads, 0, (size_t)max * sizeof *uploads);
	for (int i = 0; i < rq->body.file_count; i++) {
		const struct form_file *file = &rq->body.file[i];
		const char *type, *words;

		if (strcmp(file->field, name) != 0)
			continue;
		sent++;
		type = file_type(file->bytes, file->len, file->name);
		words = refuse_file(rq, file, type);
		if (words != NULL)
			form_error(rq, name, words);
		else if (count < max)
			uploads[count++] = (struct form_upload){ file->name, type, file->bytes,
				file->len };
	}
	if (sent > max)
		form_error(rq, name,
		    arena_printf(rq->arena, "Можно приложить не больше %d %s.", max,
			plural_ru(max, "файла", "файлов", "файлов")));
	return count;
}

bool
form_file(struct request *rq, const char *name, struct form_upload *upload)
{
	const char *words = "Выберите файл.";
	int count = 0;

	for (int i = 0; i < rq->body.file_count; i++) {
		const struct form_file *file = &rq->body.file[i];

		if (strcmp(file->field, name) != 0)
			continue;
		words = count++ > 0 ? "Выберите один файл." : refuse_file(rq, file, "");
		*upload = (struct form_upload){ file->name, NULL, file->bytes, file->len };
	}
	if (words != NULL)
		form_error(rq, name, words);
	return words == NULL;
}

/* ---- words for the person -------------------------------------------------------------------- */

static const char *
error_of(const struct request *rq, const char *name)
{
	for (int i = 0; rq->errors != NULL && i < rq->errors->count; i++)
		if (strcmp(rq->errors->error[i].name, name) == 0)
			return rq->errors->error[i].words;
	return NULL;
}

void
form_error(struct request *rq, const char *name, const char *words)
{
	struct form_errors *errors = rq->errors;

	if (errors == NULL)
		errors = rq->errors = arena_alloc(rq->arena, sizeof *errors);
	if (error_of(rq, name) != NULL || errors->count == FORM_MAX_ERRORS)
		return;
	errors->error[errors->count].name = name;
	errors->error[errors->count++].words = words;
}

bool
form_failed(struct request *rq)
{
	if (rq->errors != NULL)
		rq->errors->is_unseen = false;
	return rq->errors != NULL;
}

bool
form_is_unseen(const struct request *rq)
{
	return rq->errors != NULL && rq->errors->is_unseen;
}

enum reply
form_again(struct request *rq, enum reply (*show)(struct request *rq))
{
	const struct app *app = rq->state->app;

	rq->state->shows_again = true;
	for (int i = 0; i < app->route_count; i++)
		if (app->routes[i].handler == show)
			app_note_view(rq, &app->routes[i]);
	return show(rq);
}

enum reply
form_refused(struct request *rq, enum reply (*show)(struct request *rq))
{
	if (rq->db_reply != REPLY_REFUSED)
		return rq->db_reply;
	form_error(rq, "", rq->db_refusal);
	return form_again(rq, show);
}

enum reply
form_done(struct request *rq, enum reply (*show)(struct request *rq), const char *path, ...)
{
	va_list pairs;

	if (!db_answer(rq))
		return form_refused(rq, show);
	va_start(pairs, path);
	reply_redirect(rq, path, pairs);
	va_end(pairs);
	return REPLY_SENT;
}

static void
show_fields(struct request *rq, struct view *page, const struct db_rows *rows, int i, va_list names)
{
	const char *name;

	while ((name = va_arg(names, const char *)) != NULL) {
		const struct form_field *field = find(rq, name);
		const char *value = "";

		if (field != NULL)
			value = field->is_secret ? "" : field->value;
		else if (rows != NULL)
			value = db_text(rows, i, name);
		view_text(page, arena_printf(rq->arena, "value_%s", name), value);
		view_text(page, arena_printf(rq->arena, "error_%s", name), error_of(rq, name));
	}
	view_text(page, "error_form", error_of(rq, ""));
}

void
form_show(struct request *rq, struct view *page, ...)
{
	va_list names;

	va_start(names, page);
	show_fields(rq, page, NULL, 0, names);
	va_end(names);
}

void
form_show_row(struct request *rq, struct view *page, const struct db_rows *rows, int i, ...)
{
	va_list names;

	va_start(names, i);
	show_fields(rq, page, rows, i, names);
	va_end(names);
}

void
form_default(struct request *rq, struct view *page, const char *name, const char *value)
{
	if (!app_is_post(rq) && !form_has(rq, name))
		view_text(page, arena_printf(rq->arena, "value_%s", name), value);
}
