/*
 * text.h -- growable text, and the one place where text is made safe for where it goes.
 *
 * A struct text owns one heap block, is created with its maximum and is always NUL-terminated.
 * Passing the maximum makes it broken: it keeps what it had, swallows later calls and says so in
 * ->broken, which the owner tests once at the end. Memory exhaustion aborts. text_init/text_release
 * pair; text_clear keeps the block for reuse. What lives as long as a request is arena_text().
 */
#ifndef KABINET_TEXT_H
#define KABINET_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct text {
	char  *data;      /* NUL-terminated, owned */
	size_t len;       /* bytes before the NUL */
	size_t cap;       /* bytes allocated */
	size_t max_bytes; /* len never passes this */
	bool   broken;    /* something did not fit */
};

void text_init(struct text *t, size_t max_bytes);
void text_clear(struct text *t);
void text_release(struct text *t);
/* Empty text that the arena releases at its reset. */
struct text *arena_text(struct arena *a, size_t max_bytes)
    __attribute__((returns_nonnull, warn_unused_result));

void text_put(struct text *t, const char *bytes, size_t len);
void text_puts(struct text *t, const char *s);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Element content and quoted attributes: & < > " ' become entities; control bytes other than \t \n
 * \r become U+FFFD.
 */
void text_html(struct text *t, const char *s, size_t len);
/* One component of a URL: everything but RFC 3986's unreserved characters is percent-encoded. */
void text_url(struct text *t, const char *s, size_t len);
/*
 * One field of a `;` CSV file: quoted where needed; a leading = + - @ tab or CR gets an apostrophe,
 * for spreadsheets.
 */
void text_csv(struct text *t, const char *s, size_t len);

/* Valid UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF, no NUL. */
bool text_is_utf8(const char *s, size_t len);
/* Characters (code points) of valid UTF-8. */
size_t text_chars(const char *s, size_t len);

/* The Russian form for a number: plural_ru(21, "урок", "урока", "уроков") is "урок". */
const char *plural_ru(int64_t n, const char *one, const char *few, const char *many)
    __attribute__((returns_nonnull));

/*
 * Strict decimal: digits with an optional minus, the whole of s, within [min, max]; false leaves *n
 * alone.
 */
bool int_parse(const char *s, int64_t min, int64_t max, int64_t *n)
    __attribute__((warn_unused_result));

#endif
