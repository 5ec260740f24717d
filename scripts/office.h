/*
 * office.h -- what the tools of the office share: one link to the database, failing with words,
 * lines of JSON, batches of orders. Each tool is one program of one file and includes this once.
 */
#ifndef KABINET_OFFICE_H
#define KABINET_OFFICE_H

#include <stdarg.h>

#include "auth.h"
#include "crypto.h"
#include "db.h"
#include "log.h"
#include "text.h"

#define ANSWER_MAX_BYTES (64 * 1024)

static const char *office_program = "";
static struct db_link *link_;

static inline void __attribute__((noreturn, format(printf, 1, 2)))
fail(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", office_program);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* ---- the database ---------------------------------------------------------------------------- */

/* One question that must be answered with a row; what the database refuses is said in its words. */
#define ask(sql, ...) must(db_run(link_, sql, __VA_ARGS__))

static inline struct db_rows *
must(struct db_rows *rows)
{
	if (rows == NULL)
		fail("%s", db_link_error(link_)->message);
	if (db_row_count(rows) == 0)
		fail("the database answered nothing");
	return rows;
}

/* Asks for one number, or one text as a copy to be freed. */
static inline int64_t
number_of(struct db_rows *rows, const char *column)
{
	int64_t n = db_int(rows, 0, column);

	db_rows_free(rows);
	return n;
}

#define SALT_OF(made) DB_BYTES((made).salt, sizeof (made).salt)
#define HASH_OF(made) DB_BYTES((made).hash, sizeof (made).hash)

/* ---- JSON ------------------------------------------------------------------------------------ */

static inline void
json_text(struct text *out, const char *name, const char *value)
{
	text_printf(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", name);
	if (value == NULL || *value == '\0') {
		text_puts(out, "null");
		return;
	}
	text_puts(out, "\"");
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			text_printf(out, "\\%c", *value);
		else if ((unsigned char)*value < 0x20)
			text_printf(out, "\\u%04x", (unsigned)(unsigned char)*value);
		else
			text_put(out, value, 1);
	}
	text_puts(out, "\"");
}

static inline void
json_end(struct text *out)
{
	text_puts(out, "}\n");
	fputs(out->data, stdout);
	fflush(stdout);
	crypto_wipe(out->data, out->len);
	text_release(out);
}

/* Splits at tabs, in place; more words than fit, or fewer than wanted, end the program. */
static inline void
split(char *line, long number, const char **word, int wanted)
{
	int n = 0;

	for (char *rest = line, *w; (w = strsep(&rest, "\t")) != NULL; n++) {
		if (n == wanted)
			fail("line %ld: too many words", number);
		word[n] = w;
	}
	if (n < wanted)
		fail("line %ld: too few words", number);
}

#endif
