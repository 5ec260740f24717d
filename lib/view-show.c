/*
 * view-show.c -- modifiers: `{name:modifier}`. One row of the table is one modifier; view.h
 * describes them all.
 *
 * A show function writes finished, escaped markup, and answers false when the value is not of its
 * kind: the page is then broken and the log says where. Empty values are its business too (view.h
 * says which shows what).
 */
#include "date.h"
#include "money.h"
#include "view-private.h"

/* 64-bit decimal with sign and NUL. */
#define DECIMAL_BUF 24
#define NO_BREAK_SPACE "\xC2\xA0"
#define ELLIPSIS       "\xE2\x80\xA6"

static bool
is_empty(const struct value *v)
{
	return v->kind != VALUE_INT && v->len == 0;
}

static bool
number_of(const struct value *v, int64_t *number)
{
	switch (v->kind) {
	case VALUE_INT:
		*number = v->number;
		return true;
	case VALUE_TEXT:
	case VALUE_DIGITS:
		return int_parse(v->text, INT64_MIN, INT64_MAX, number);
	case VALUE_HTML:
	case VALUE_UNSET:
		break;
	}
	return false;
}

/*
 * Decimal digits of a number; returns where they begin in buf. printf costs more than the rest of a
 * cell.
 */
static const char *
decimal(char buf[DECIMAL_BUF], int64_t number)
{
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	char *at = &buf[DECIMAL_BUF - 1];

	*at = '\0';
	do {
		*--at = (char)('0' + rest % 10);
	} while ((rest /= 10) != 0);
	if (number < 0)
		*--at = '-';
	return at;
}

void
show_plain(struct text *out, const struct value *v)
{
	char buf[DECIMAL_BUF];

	switch (v->kind) {
	case VALUE_TEXT:   text_html(out, v->text, v->len); break;
	case VALUE_DIGITS:
	case VALUE_HTML:   text_put(out, v->text, v->len); break;
	case VALUE_INT:    text_puts(out, decimal(buf, v->number)); break;
	case VALUE_UNSET:  break;
	}
}

bool
value_is_true(const struct value *v)
{
	int64_t number;

	switch (v->kind) {
	case VALUE_INT:    return v->number != 0;
	case VALUE_DIGITS: return number_of(v, &number) && number != 0;
	case VALUE_TEXT:
	case VALUE_HTML:   return v->len > 0;
	case VALUE_UNSET:  break;
	}
	return false;
}

/* ---- sums of money --------------------------------------------------------------------------- */

static bool
show_sum_as(struct text *out, const struct value *v, const char *attribute,
    char *(*shown)(char buf[MONEY_BUF], int64_t sum_kop))
{
	char buf[MONEY_BUF], digits[DECIMAL_BUF];
	int64_t sum_kop;

	if (is_empty(v)) {
		text_puts(out, "<span class=\"none\">нет данных</span>");
		return true;
	}
	if (!number_of(v, &sum_kop))
		return false;
	text_puts(out, "<data class=\"money\"");
	text_puts(out, attribute);
	text_puts(out, " value=\"");
	text_puts(out, decimal(digits, sum_kop));
	text_puts(out, "\">");
	text_puts(out, shown(buf, sum_kop));
	text_puts(out, "</data>");
	return true;
}

static bool
show_money(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	(void)args;
	return show_sum_as(out, v, "", money_show);
}

static bool
show_delta(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	(void)args;
	return show_sum_as(out, v, "", money_show_signed);
}

static bool
show_balance(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	(void)args;
	return show_sum_as(out, v, " id=\"balance\"", money_show);
}

static bool
show_sum(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	char buf[MONEY_BUF];
	int64_t sum_kop;

	(void)args;
	if (is_empty(v))
		return true;
	if (!number_of(v, &sum_kop))
		return false;
	text_puts(out, money_plain(buf, sum_kop, ','));
	return true;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static bool
show_number(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	char buf[DECIMAL_BUF];
	int64_t number;
	const char *digits;

	(void)args;
	if (is_empty(v))
		return true;
	if (!number_of(v, &number))
		return false;
	digits = decimal(buf, number);
	if (*digits == '-') {
		text_puts(out, "\xE2\x88\x92");     /* U+2212, as in sums of money */
		digits++;
	}
	for (size_t rest = strlen(digits); rest > 0; rest--) {
		text_put(out, digits++, 1);
		if (rest % 3 == 1 && rest > 1)
			text_puts(out, NO_BREAK_SPACE);
	}
	return true;
}

static bool
show_plural(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	int64_t number;
	const char *word;

	if (is_empty(v))
		return true;
	if (!number_of(v, &number))
		return false;
	word = plural_ru(number, args[0], args[1], args[2]);
	text_html(out, word, strlen(word));
	return true;
}

/* ---- dates and moments ----------------------------------------------------------------------- */

/* The day of a date or of a moment. */
static bool
date_of(const struct value *v, struct date *d)
{
	struct moment m;

	if (v->kind != VALUE_TEXT)
		return false;
	if (date_parse(v->text, d))
		return true;
	if (!moment_parse(v->text, &m))
		return false;
	*d = m.date;
	return true;
}

static bool
show_date_as(struct text *out, const struct value *v,
    char *(*shown)(char buf[DATE_BUF], struct date d))
{
	char buf[DATE_BUF];
	struct date d;

	if (is_empty(v))
		return true;
	if (!date_of(v, &d))
		return false;
	text_puts(out, shown(buf, d));
	return true;
}

static bool
show_date(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	(void)args;
	return show_date_as(out, v, date_short);
}

static bool
show_long(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	(void)args;
	return show_date_as(out, v, date_long);
}

static bool
show_day(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	(void)args;
	return show_date_as(out, v, date_weekday_long);
}

static bool
show_month(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	char buf[DATE_BUF];
	struct date d;

	(void)args;
	if (v->kind == VALUE_TEXT && date_parse_month(v->text, &d)) {
		text_puts(out, date_month(buf, d));
		return true;
	}
	return show_date_as(out, v, date_month);
}

/* `2026-11-23T12:41:00` */
static void
put_iso(struct text *out, struct moment m)
{
	char buf[DATE_BUF];

	text_puts(out, date_iso(buf, m.date));
	text_printf(out, "T%02d:%02d:%02d", m.hour, m.minute, m.second);
}

static bool
show_iso(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	struct moment m;

	(void)args;
	if (v->kind != VALUE_TEXT || !moment_parse(v->text, &m))
		return show_date_as(out, v, date_iso);
	put_iso(out, m);
	return true;
}

static bool
show_moment(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	char buf[DATE_BUF];
	struct moment m;

	(void)args;
	if (is_empty(v))
		return true;
	if (v->kind != VALUE_TEXT || !moment_parse(v->text, &m))
		return false;
	text_puts(out, moment_short(buf, m));
	return true;
}

static bool
show_time(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	struct moment m;

	(void)args;
	if (is_empty(v))
		return true;
	if (v->kind != VALUE_TEXT || !moment_parse(v->text, &m))
		return false;
	text_printf(out, "%02d:%02d", m.hour, m.minute);
	return true;
}

static bool
show_as_of(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	char buf[DATE_BUF];
	struct moment m;

	(void)args;
	if (is_empty(v))
		return true;
	if (v->kind != VALUE_TEXT || !moment_parse(v->text, &m))
		return false;
	text_puts(out, "<time class=\"as-of\" datetime=\"");
	put_iso(out, m);
	text_printf(out, "\">данные на %s</time>", moment_short(buf, m));
	return true;
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* Texts of the other kinds: numbers are their digits; markup has no text. */
static bool
text_of(const struct value *v, char buf[DECIMAL_BUF], const char **text, size_t *len)
{
	if (v->kind == VALUE_HTML)
		return false;
	*text = v->kind == VALUE_INT ? decimal(buf, v->number) : v->text;
	*len = v->kind == VALUE_INT ? strlen(*text) : v->len;
	return true;
}

static bool
show_url(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	char buf[DECIMAL_BUF];
	const char *text;
	size_t len;

	(void)args;
	if (!text_of(v, buf, &text, &len))
		return false;
	text_url(out, text, len);
	return true;
}

static bool
show_upto(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	char buf[DECIMAL_BUF];
	int64_t max_chars;
	const char *text;
	size_t len, end = 0;

	if (!text_of(v, buf, &text, &len) || !int_parse(args[0], 1, INT32_MAX, &max_chars))
		return false;
	/* A character begins at every byte that does not continue one. */
	for (int64_t chars = 0; end < len; end++)
		if (((unsigned char)text[end] & 0xC0) != 0x80 && ++chars > max_chars)
			break;
	text_html(out, text, end);
	if (end < len)
		text_puts(out, ELLIPSIS);
	return true;
}

static bool
show_lines(struct text *out, const struct value *v, const char *const args[VIEW_MAX_ARGS])
{
	char buf[DECIMAL_BUF];
	const char *text, *feed;
	size_t len;

	(void)args;
	if (!text_of(v, buf, &text, &len))
		return false;
	while ((feed = memchr(text, '\n', len)) != NULL) {
		text_html(out, text, (size_t)(feed - text));
		text_puts(out, "<br>\n");
		len -= (size_t)(feed - text) + 1;
		text = feed + 1;
	}
	text_html(out, text, len);
	return true;
}

/* ---- the table ------------------------------------------------------------------------------- */

static const struct modifier modifiers[] = {
	{ "money",   0, VIEW_USE_NUMBER, show_money },
	{ "delta",   0, VIEW_USE_NUMBER, show_delta },
	{ "balance", 0, VIEW_USE_NUMBER, show_balance },
	{ "sum",     0, VIEW_USE_NUMBER, show_sum },
	{ "number",  0, VIEW_USE_NUMBER, show_number },
	{ "plural",  3, VIEW_USE_NUMBER, show_plural },
	{ "date",    0, VIEW_USE_DATE,   show_date },
	{ "long",    0, VIEW_USE_DATE,   show_long },
	{ "day",     0, VIEW_USE_DATE,   show_day },
	{ "month",   0, VIEW_USE_DATE,   show_month },
	{ "iso",     0, VIEW_USE_DATE,   show_iso },
	{ "moment",  0, VIEW_USE_DATE,   show_moment },
	{ "time",    0, VIEW_USE_DATE,   show_time },
	{ "as_of",   0, VIEW_USE_DATE,   show_as_of },
	{ "url",     0, VIEW_USE_TEXT,   show_url },
	{ "upto",    1, VIEW_USE_TEXT,   show_upto },
	{ "lines",   0, VIEW_USE_TEXT,   show_lines },
};

const struct modifier *
modifier_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++)
		if (strlen(modifiers[i].name) == len && memcmp(modifiers[i].name, name, len) == 0)
			return &modifiers[i];
	return NULL;
}

bool
modifier_takes(const struct modifier *m, const char *const args[VIEW_MAX_ARGS])
{
	int64_t max_chars;

	for (int i = 0; i < m->arg_count; i++)
		if (args[i] == NULL || args[i][0] == '\0')
			return false;
	return m->show != show_upto || int_parse(args[0], 1, INT32_MAX, &max_chars);
}
