/*
 * reader-lines.c -- a strict reader of the lines that card readers send.
 *
 * One pass with a cursor that never leaves its line; each part is checked as it is passed, and
 * copied only afterwards.
 */
#include "reader-lines.h"

#include <stdint.h>

#include "arena.h"
#include "date.h"
#include "text.h"

#define UID_MIN_DIGITS       8
#define UID_MAX_DIGITS       20
#define FRACTION_MAX_DIGITS  9
#define ZONE_MAX_HOURS       15    /* what PostgreSQL takes */
#define NUMBER_MAX_DIGITS    19

/* What is left of a line. */
struct cursor { const char *at, *end; };
struct part { const char *bytes; size_t len; };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
take(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
		return false;
	c->at += len;
	return true;
}

/* Exactly `digits` decimal digits. */
static bool
take_number(struct cursor *c, int digits, int *n)
{
	*n = 0;
	if (c->end - c->at < digits)
		return false;
	for (int i = 0; i < digits; i++, c->at++) {
		if (!is_digit(*c->at))
			return false;
		*n = *n * 10 + (*c->at - '0');
	}
	return true;
}

/* Up to the next `;`, or to the end of the line. */
static struct part
take_part(struct cursor *c)
{
	struct part part = { c->at, 0 };

	while (c->at < c->end && *c->at != ';')
		c->at++;
	part.len = (size_t)(c->at - part.bytes);
	return part;
}

static bool
take_fraction(struct cursor *c)
{
	int digits = 0;

	if (!take(c, "."))
		return true;
	for (; c->at < c->end && is_digit(*c->at); c->at++)
		digits++;
	return digits >= 1 && digits <= FRACTION_MAX_DIGITS;
}

static bool
take_zone(struct cursor *c)
{
	int hours, minutes;

	if (take(c, "Z"))
		return true;
	return (take(c, "+") || take(c, "-")) && take_number(c, 2, &hours) && take(c, ":") &&
	    take_number(c, 2, &minutes) && hours <= ZONE_MAX_HOURS && minutes <= 59;
}

bool
reader_moment(const char *s, size_t len)
{
	struct cursor c = { s, s + len };
	int year, month, day, hour, minute, second;

	if (!take_number(&c, 4, &year) || !take(&c, "-") || !take_number(&c, 2, &month) ||
	    !take(&c, "-") || !take_number(&c, 2, &day) || !take(&c, "T") ||
	    !take_number(&c, 2, &hour) || !take(&c, ":") || !take_number(&c, 2, &minute) ||
	    !take(&c, ":") || !take_number(&c, 2, &second))
		return false;
	if (!date_exists(year, month, day) || hour > 23 || minute > 59 || second > 60)
		return false;
	if (second == 60 && minute != 59)
		return false;
	return take_fraction(&c) && take_zone(&c) && c.at == c.end;
}

static bool
is_event_number(struct part part)
{
	char digits[NUMBER_MAX_DIGITS + 1];
	int64_t n;

	if (part.len == 0 || part.len > NUMBER_MAX_DIGITS || !is_digit(part.bytes[0]) ||
	    part.bytes[0] == '0')
		return false;
	memcpy(digits, part.bytes, part.len);
	digits[part.len] = '\0';
	/* A NUL in the middle would make it shorter for int_parse than it is. */
	return strlen(digits) == part.len && int_parse(digits, 1, INT64_MAX, &n);
}

static bool
is_uid(struct part part)
{
	if (part.len < UID_MIN_DIGITS || part.len > UID_MAX_DIGITS || part.len % 2 != 0)
		return false;
	for (size_t i = 0; i < part.len; i++)
		if (!is_hex(part.bytes[i]))
			return false;
	return true;
}

static void
put_item(struct text *t, int index, struct part part)
{
	text_puts(t, index > 0 ? "," : "{");
	text_put(t, part.bytes, part.len);
}

enum column { NUMBERS, UIDS, MOMENTS, DIRECTIONS, COLUMN__COUNT };

/* NULL, or what is wrong with the line. */
static const char *
read_line(struct cursor c, int index, struct text columns[COLUMN__COUNT])
{
	struct part number, uid, at, direction;

	if (c.at == c.end)
		return "empty line";
	if (c.end - c.at > READER_MAX_LINE_BYTES)
		return "line too long";
	if (!take(&c, "n="))
		return "must begin with n=";
	number = take_part(&c);
	if (!is_event_number(number))
		return "n is not a number from 1";
	if (!take(&c, ";uid="))
		return "no uid= after n";
	uid = take_part(&c);
	if (!is_uid(uid))
		return "uid is not 4 to 10 bytes in hex";
	if (!take(&c, ";at="))
		return "no at= after uid";
	at = take_part(&c);
	if (!reader_moment(at.bytes, at.len))
		return "at is not a moment of RFC 3339 with a zone";
	if (!take(&c, ";direction="))
		return "no direction= after at";
	direction = (struct part){ c.at, (size_t)(c.end - c.at) };
	if (!(take(&c, "in") || take(&c, "out")) || c.at != c.end)
		return "direction is not in or out";
	put_item(&columns[NUMBERS], index, number);
	put_item(&columns[UIDS], index, uid);
	put_item(&columns[MOMENTS], index, at);
	put_item(&columns[DIRECTIONS], index, direction);
	return NULL;
}

static void
read_body(const char *body, size_t len, struct reader_lines *lines,
    struct text columns[COLUMN__COUNT])
{
	const char *end = body + len, *at = body;

	while (at < end && lines->bad_words == NULL) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		struct cursor line = { at, lf != NULL ? lf : end };

		lines->bad_words = lines->count == READER_MAX_LINES ? "more than 1000 lines" :
		    read_line(line, lines->count, columns);
		if (lines->bad_words != NULL)
			lines->bad_line = lines->count + 1;
		else
			lines->count++;
		at = lf != NULL ? lf + 1 : end;
	}
}

static const char *
array_of(struct arena *a, struct text *column)
{
	text_puts(column, column->len == 0 ? "{}" : "}");
	return arena_copy(a, column->data, column->len);
}

bool
reader_lines_parse(struct arena *a, const char *body, size_t len, struct reader_lines *lines)
{
	struct text columns[COLUMN__COUNT];

	*lines = (struct reader_lines){ .numbers = "{}", .uids = "{}", .moments = "{}", .directions = "{}" };
	if (len > READER_MAX_BODY_BYTES) {
		lines->bad_line = 1;
		lines->bad_words = "the body is longer than 200 KiB";
		return false;
	}
	/* Every item is shorter than the body that it was copied from; two bytes for the braces. */
	for (int i = 0; i < COLUMN__COUNT; i++)
		text_init(&columns[i], len + 2);
	read_body(body, len, lines, columns);
	if (lines->bad_words == NULL) {
		lines->numbers = array_of(a, &columns[NUMBERS]);
		lines->uids = array_of(a, &columns[UIDS]);
		lines->moments = array_of(a, &columns[MOMENTS]);
		lines->directions = array_of(a, &columns[DIRECTIONS]);
	}
	for (int i = 0; i < COLUMN__COUNT; i++) {
		if (columns[i].broken)
			abort();
		text_release(&columns[i]);
	}
	return lines->bad_words == NULL;
}
