/*
 * reader-lines.h -- the body of a card reader's message, read strictly.
 *
 * A line is an event: `n=17;uid=04A1B2C3;at=2026-11-24T08:12:30+07:00;direction=in`, the four parts
 * in this order and nothing else; n is 1 to 2^63 - 1 without leading zeros, uid the hex of 4 to 10
 * bytes in either case, at a moment of RFC 3339 with its zone. Lines end in LF; the last one need
 * not. A body without bytes has no events. What comes out are PostgreSQL's array literals, so that
 * a whole message is one call; nothing but checked digits and letters gets into them.
 */
#ifndef KABINET_READER_LINES_H
#define KABINET_READER_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

#define READER_MAX_LINES       1000
#define READER_MAX_LINE_BYTES  120
#define READER_MAX_BODY_BYTES  (200 * 1024)

/* Arrays live in the arena. */
struct reader_lines {
	int         count;
	const char *numbers, *uids, *moments, *directions;   /* {1,2} {04A1B2C3,…} {"2026-…",…} {in,out} */
	int         bad_line;                                /* from 1; 0: all are as they must be */
	const char *bad_words;                               /* English, plain ASCII: what is wrong there */
};

/* false: bad_line and bad_words say why, and the arrays are not to be used. */
bool reader_lines_parse(struct arena *a, const char *body, size_t len, struct reader_lines *lines)
    __attribute__((warn_unused_result));

/*
 * A moment of RFC 3339, the whole of s: `2026-11-24T08:12:30[.123456]Z` or `…+07:00`, upper-case
 * letters, years 1900 to 2199, at most nine digits of a fraction, a zone within 15:59; 23:59:60 is
 * a leap second.
 */
bool reader_moment(const char *s, size_t len) __attribute__((warn_unused_result));

#endif
