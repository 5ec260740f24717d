/* fuzz-catalogue.h -- what every record of a catalogue file has to be, whatever it came from. */
#ifndef KABINET_FUZZ_CATALOGUE_H
#define KABINET_FUZZ_CATALOGUE_H

#include "catalogue-private.h"

#define FUZZ_ARENA_BYTES ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
must(bool claim)
{
	if (!claim)
		abort();
}

static inline void
must_be_text(const char *s, size_t max_chars)
{
	size_t len = strlen(s);

	must(text_is_utf8(s, len) && text_chars(s, len) <= max_chars);
	for (size_t i = 0; i < len; i++)
		must((unsigned char)s[i] >= ' ' && s[i] != 0x7F);
}

static inline void
must_be_number(const char *s, int64_t min, int64_t max)
{
	int64_t n;

	must(*s == '\0' || int_parse(s, min, max, &n));
}

static inline void
must_be_barcodes(const char *s, int copies)
{
	int count = *s != '\0';

	for (size_t len = 0; *s != '\0'; s++) {
		len = *s == ' ' ? 0 : len + 1;
		count += *s == ' ';
		must(len <= 20 && strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ- ", *s) != NULL);
		must((s[1] != ' ' && s[1] != '\0') || len >= 4);
	}
	must(count <= copies);
}

/* The checks of the table library.title, once more. */
static inline void
must_be_record(const struct catalogue_record *r)
{
	static const struct {
		enum catalogue_field field;
		size_t chars;
	} texts[] = {
		{ CATALOGUE_TITLE, 300 },
		{ CATALOGUE_AUTHORS, 300 },
		{ CATALOGUE_PUBLISHER, 200 },
		{ CATALOGUE_SHELF, 60 },
		{ CATALOGUE_SUBJECT, 100 },
		{ CATALOGUE_ANNOTATION, 2000 },
	};
	int64_t copies;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		must_be_text(r->field[texts[i].field], texts[i].chars);
	must(*r->field[CATALOGUE_TITLE] != '\0');
	must_be_number(r->field[CATALOGUE_YEAR], 1500, 2200);
	must_be_number(r->field[CATALOGUE_GRADE], 1, 11);
	must_be_number(r->field[CATALOGUE_PAGES], 1, 32767);
	must_be_number(r->field[CATALOGUE_PRICE], 1, 10000000);
	must(int_parse(r->field[CATALOGUE_COPIES], 0, 500, &copies));
	must_be_barcodes(r->field[CATALOGUE_BARCODES], (int)copies);
	must_be_text(r->field[CATALOGUE_ISBN], 13);
	must_be_text(r->note, 2000);
	must(strcmp(r->field[CATALOGUE_KIND], "book") == 0 ||
	     strcmp(r->field[CATALOGUE_KIND], "textbook") == 0 ||
	     strcmp(r->field[CATALOGUE_KIND], "periodical") == 0 ||
	     strcmp(r->field[CATALOGUE_KIND], "reference") == 0);
}

static inline void
must_be_catalogue(const struct catalogue *c)
{
	must(c->count >= 0 && c->count <= CATALOGUE_MAX_RECORDS);
	for (int i = 0; i < c->problem_count && i < CATALOGUE_MAX_PROBLEMS; i++)
		must_be_text(c->problem[i].words, 500);
	for (int i = 0; c->problem_count == 0 && i < c->count; i++)
		must_be_record(&c->record[i]);
}

/* The bytes in memory of their own, without a NUL behind them: a step too far is seen. */
static inline int
fuzz_catalogue(const uint8_t *data, size_t size,
    void (*read)(struct catalogue_reader *r, const char *bytes, size_t len))
{
	struct catalogue c = { .format = "", .encoding = "" };
	struct arena *a = arena_new(FUZZ_ARENA_BYTES);
	struct catalogue_reader r = { .a = a, .c = &c };
	char *bytes = malloc(size > 0 ? size : 1);

	must(bytes != NULL);
	memcpy(bytes, data, size);
	read(&r, bytes, size);
	must_be_catalogue(&c);
	if (catalogue_read(a, bytes, size, &c))
		must(c.count > 0);
	free(bytes);
	arena_free(a);
	return 0;
}

#endif
