/*
 * registry-text.c -- registries of one payment a line, fields between semicolons, no quoting, a
 * trailer that begins with `=`.
 *
 * A row is read from both ends: nine fields from the left, the money from the right; whatever a
 * meter dialect has between them belongs to nobody here.
 */
#include <errno.h>
#include <iconv.h>

#include "registry-private.h"
#include "text.h"

#define LEFT_FIELDS  9
#define MONEY_FIELDS 3
#define MAX_FIELDS   64
#define LINE_BYTES   (REGISTRY_MAX_LINE_BYTES + 2)       /* with CR and LF */
#define UTF8_BYTES   (REGISTRY_MAX_LINE_BYTES * 3 + 1)   /* the most that one byte becomes */

static const enum registry_field left[LEFT_FIELDS] = {
	FIELD_DATE, FIELD_TIME, FIELD_BRANCH, FIELD_TERMINAL, FIELD_OPERATION, FIELD_ACCOUNT,
	FIELD_PAYER, FIELD_ADDRESS, FIELD_PERIOD,
};
static const enum registry_field right[MONEY_FIELDS + 1] = {
	FIELD_AMOUNT, FIELD_TRANSFER, FIELD_COMMISSION, FIELD_CHANNEL,
};

struct text_reader {
	struct registry_reader *r;
	iconv_t decoder;                   /* (iconv_t)-1: the file is UTF-8 */
	long    line;
	char    raw[UTF8_BYTES];           /* the line, in UTF-8 */
	char    fields[UTF8_BYTES];        /* its copy, cut into fields */
};

/* Into t->raw. The decoder has no state: every encoding of the table takes one byte a character. */
static bool
decode_line(struct text_reader *t, char *bytes, size_t len)
{
	char *from = bytes, *to = t->raw;
	size_t from_left = len, to_left = sizeof(t->raw) - 1;

	if (t->decoder == (iconv_t)-1) {
		/*
		 * The first pass found the file valid; somebody may be writing to it all the same.
		 */
		if (!text_is_utf8(bytes, len)) {
			registry_problem(t->r, t->line, "Файл изменился во время чтения");
			return false;
		}
		memcpy(t->raw, bytes, len);
		t->raw[len] = '\0';
		return true;
	}
	if (iconv(t->decoder, &from, &from_left, &to, &to_left) == (size_t)-1) {
		registry_problem(t->r, t->line, "Байт 0x%02X не является буквой кодировки %s",
		    (unsigned char)*from,
		    t->r->dialect != NULL ? t->r->dialect->encoding : "WINDOWS-1251");
		return false;
	}
	*to = '\0';
	return true;
}

/*
 * A tab may stand in an address; nothing else below the blank belongs in a line, and a NUL would
 * end it unseen.
 */
static bool
has_control_bytes(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)bytes[i] < ' ' && bytes[i] != '\t') || bytes[i] == 0x7F)
			return true;
	return false;
}

static void
skip_to_end_of_line(struct text_reader *t)
{
	char rest[REGISTRY_MAX_LINE_BYTES];
	size_t len;

	do
		len = registry_source_take(&t->r->source, rest, sizeof(rest));
	while (len > 0 && rest[len - 1] != '\n');
}

/*
 * The next line into t->raw without its end. false: there is none. A line that cannot be read
 * leaves a problem and is "".
 */
static bool
next_line(struct text_reader *t)
{
	char bytes[LINE_BYTES];
	size_t len = registry_source_take(&t->r->source, bytes, sizeof(bytes));
	bool has_end = len > 0 && bytes[len - 1] == '\n';

	if (len == 0)
		return false;
	t->line++;
	t->raw[0] = '\0';
	if (!has_end && len == sizeof(bytes))
		skip_to_end_of_line(t);
	len -= has_end;
	if (len > 0 && bytes[len - 1] == '\r' && (has_end || len < sizeof(bytes)))
		len--;
	if (len > REGISTRY_MAX_LINE_BYTES)
		registry_problem(t->r, t->line, "Строка длиннее %d байт", REGISTRY_MAX_LINE_BYTES);
	else if (has_control_bytes(bytes, len))
		registry_problem(t->r, t->line, "Управляющий символ в строке");
	else if (!decode_line(t, bytes, len))
		t->raw[0] = '\0';
	return true;
}

/*
 * Cuts a copy of the text at semicolons. Returns how many fields there are, of which at most max
 * are in part[].
 */
static int
split(struct text_reader *t, const char *text, const char *part[], int max)
{
	size_t len = strlen(text);
	char *p = t->fields;
	int count = 0;

	memcpy(p, text, len + 1);
	for (;;) {
		char *semicolon = strchr(p, ';');

		if (count < max)
			part[count] = p;
		count++;
		if (semicolon == NULL)
			return count;
		*semicolon = '\0';
		p = semicolon + 1;
	}
}

static bool
has_shape(const struct registry_dialect *d, int count)
{
	int extra = count - LEFT_FIELDS - MONEY_FIELDS - d->has_channel;

	return extra >= d->extra_min && extra <= d->extra_max;
}

static void
place_fields(const struct registry_dialect *d, const char *const part[], int count,
    const char *field[FIELD__COUNT])
{
	int from_right = MONEY_FIELDS + d->has_channel;

	memset(field, 0, FIELD__COUNT * sizeof(field[0]));
	for (int i = 0; i < LEFT_FIELDS; i++)
		field[left[i]] = part[i];
	for (int i = 0; i < from_right; i++)
		field[right[i]] = part[count - from_right + i];
}

/*
 * The dialect whose rules the first row keeps; failing that, the one that at least has so many
 * fields, whose messages then say what is wrong with it. The totals stand guard: columns shifted by
 * a wrong choice could not add up.
 */
static const struct registry_dialect *
recognise(const char *const part[], int count)
{
	const struct registry_dialect *by_shape = NULL;
	const char *field[FIELD__COUNT];
	struct registry_row row;
	char words[REGISTRY_WORDS_BYTES];

	for (int i = 0; i < registry_dialect_count; i++) {
		const struct registry_dialect *d = &registry_dialects[i];

		if (d->encoding == NULL || d->only_by_name || !has_shape(d, count))
			continue;
		place_fields(d, part, count, field);
		if (registry_row_parse(d, field, &row, words))
			return d;
		if (by_shape == NULL)
			by_shape = d;
	}
	return by_shape;
}

static void
read_row(struct text_reader *t)
{
	const char *part[MAX_FIELDS], *field[FIELD__COUNT];
	struct registry_reader *r = t->r;
	int count = split(t, t->raw, part, MAX_FIELDS);

	if (r->dialect == NULL)
		r->dialect = recognise(part, count);
	if (r->dialect == NULL || !has_shape(r->dialect, count)) {
		r->rows_seen++;
		registry_problem(r, t->line, "Число полей в строке: %d; %s%s", count,
		    r->dialect != NULL ? "в формате их не столько: " : "такого формата нет",
		    r->dialect != NULL ? r->dialect->name : "");
		return;
	}
	place_fields(r->dialect, part, count, field);
	registry_row(r, field, t->line, t->raw);
}

static void
read_totals(struct text_reader *t)
{
	const char *part[TOTAL__COUNT];
	struct registry_reader *r = t->r;
	int count = split(t, t->raw + 1, part, TOTAL__COUNT);

	/*
	 * The first line already: there are no rows to tell the dialect by, and the file will be
	 * refused for that.
	 */
	if (r->dialect == NULL)
		r->dialect = &registry_dialects[0];
	if (count != TOTAL__COUNT) {
		r->totals_line = t->line;
		registry_problem(r, t->line, "Число полей в итоговой строке: %d, а должно быть %d",
		    count, TOTAL__COUNT);
		return;
	}
	registry_totals(r, part, t->line);
}

void
registry_text_read(struct registry_reader *r)
{
	struct text_reader t = { .r = r, .decoder = (iconv_t)-1 };
	const char *encoding = r->dialect != NULL ? r->dialect->encoding : "WINDOWS-1251";

	if (!r->scan.is_utf8) {
		t.decoder = iconv_open("UTF-8", encoding);
		if (t.decoder == (iconv_t)-1) {
			registry_problem(r, 0, "Система не знает кодировки %s", encoding);
			r->stopped = true;
			return;
		}
	}
	while (!r->stopped && next_line(&t)) {
		if (r->problem_line == t.line)
			r->rows_seen++;            /* unreadable, yet there */
		else if (t.raw[0] == '=')
			read_totals(&t);
		else if (t.raw[0] != '\0')
			read_row(&t);
		else if (r->totals_line == 0)      /* after the trailer it does no harm */
			registry_problem(r, t.line, "Пустая строка");
	}
	if (t.decoder != (iconv_t)-1)
		iconv_close(t.decoder);
}
