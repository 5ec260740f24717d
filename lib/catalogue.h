/*
 * catalogue.h -- a library's catalogue that comes as a file: records of MARC 21 or RUSMARC in
 * ISO 2709, or a table. Only marc.c knows libyaz. The formats and what is taken from them:
 * docs/library.md.
 *
 * What the file is, and its encoding, is told by its bytes alone. What does not fit is refused with
 * the number of the record (in a table: of the line) and never guessed; the first problems are kept
 * and the rest counted. What a record can do without - a year or an ISBN that is none, a text that
 * is too long for the catalogue - is left out or cut, and the record's note says so. The caller
 * drops a file that has a problem: all of it or nothing.
 *
 * Memory: everything lives in the given arena, some four times the file.
 */
#ifndef KABINET_CATALOGUE_H
#define KABINET_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

#define CATALOGUE_MAX_RECORDS 5000
#define CATALOGUE_MAX_COPIES 10000 /* of a whole file */
#define CATALOGUE_MAX_PROBLEMS 20
#define CATALOGUE_MAX_BYTES (5 * 1024 * 1024)

/*
 * Texts are UTF-8 in one line, of the lengths that library.title allows; no control characters.
 */
enum catalogue_field {
	CATALOGUE_KIND,  /* book, textbook, periodical, reference */
	CATALOGUE_TITLE, /* never "" */
	CATALOGUE_AUTHORS,
	CATALOGUE_PUBLISHER,
	CATALOGUE_YEAR, /* digits, or "" */
	CATALOGUE_ISBN, /* 13 digits, ten where the check digit is wrong, or "" */
	CATALOGUE_SHELF,
	CATALOGUE_SUBJECT,
	CATALOGUE_GRADE, /* 1 to 11, or "" */
	CATALOGUE_PAGES, /* digits, or "" */
	CATALOGUE_ANNOTATION,
	CATALOGUE_PRICE,    /* kopecks, or "" */
	CATALOGUE_COPIES,   /* how many there are to be, at least as many as barcodes; "0": a title
			       alone */
	CATALOGUE_BARCODES, /* with blanks between */
	CATALOGUE_FIELD__COUNT
};

struct catalogue_record {
	long number; /* of the record, or the line it begins in; from 1 */
	const char *field[CATALOGUE_FIELD__COUNT]; /* never NULL */
	const char *note;                          /* what was left out or cut, Russian; "" */
};

struct catalogue_problem {
	long number;
	const char *words;
}; /* number 0: about the whole file */

struct catalogue {
	const char *format;   /* "MARC 21", "RUSMARC", "CSV"; "" when it is none of them */
	const char *encoding; /* "UTF-8", "windows-1251", "MARC-8", "" */
	bool is_table;        /* numbers are lines */
	int count;
	struct catalogue_record *record;
	int copy_count;
	int skipped;       /* records that are marked as deleted */
	int problem_count; /* may exceed the array */
	struct catalogue_problem problem[CATALOGUE_MAX_PROBLEMS];
};

/*
 * Reads the whole file. false: it has a problem, and its records are not to be used.
 */
bool catalogue_read(struct arena *a, const void *bytes, size_t len, struct catalogue *c)
    __attribute__((warn_unused_result));

/*
 * An ISBN as people write it, with hyphens, blanks and words behind: 13 digits (ten become
 * thirteen), the bare characters where the check digit is wrong (*is_wrong), NULL when it is none.
 */
const char *catalogue_isbn(struct arena *a, const char *typed, bool *is_wrong);

#endif
