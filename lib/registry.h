/*
 * registry.h -- bank registries: text and XML, read as a stream in constant memory. Only
 * registry-xml.c knows libxml2.
 *
 * A dialect is a row of the table in registry.c; a third XML dialect or a sibling text form is one
 * more row. The reader refuses what does not fit and never guesses: the first problems are
 * collected with their line numbers (at most REGISTRY_MAX_PROBLEMS, then counted; one for a line,
 * but every total that differs), no row is delivered once one is found, and the caller drops the
 * file. Words of problems are Russian, quote short values of digits and Latin letters alone, and so
 * never hold a person's name. The formats and all messages: docs/bank-formats.md.
 *
 * Memory: some 250 KiB of buffers and what libxml2 takes, 6 MiB in all, whatever the size. Not
 * reentrant: one file at a time in a process.
 */
#ifndef KABINET_REGISTRY_H
#define KABINET_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "date.h"

#define REGISTRY_MAX_LINE_BYTES  4096
#define REGISTRY_MAX_PROBLEMS    20
#define REGISTRY_MAX_FILE_BYTES  (INT64_C(2) << 30)

/* One payment. Texts are UTF-8 and live until the callback returns. */
struct registry_row {
	long          line;            /* from 1; of an XML element, where its tag ends */
	const char   *operation;       /* the bank's id of the payment */
	const char   *account;         /* лицевой счёт as the payer gave it */
	struct moment at;              /* by the bank's clock */
	int64_t       amount_kop;      /* what the payer gave */
	int64_t       transfer_kop;    /* what reached us, to be credited; < 0 in a correction */
	int64_t       commission_kop;
	int           channel;         /* 1-6, 0 when the dialect has none */
	const char   *branch, *terminal, *payer, *address, *period;   /* "" when absent */
	const char   *raw;             /* text: the line; XML: the element, written anew; UTF-8 */
};

/* The trailer, or what an XML dialect has in its place; has_totals is false for PaymentExchange. */
struct registry_totals {
	bool        has_totals;
	int64_t     count, amount_kop, transfer_kop, commission_kop;
	char        order[32];         /* payment order number, "" when absent */
	struct date order_date;
};

struct registry_problem { long line; char words[256]; };   /* line 0: about the whole file */

struct registry_result {
	const char *dialect;           /* "eps13", "registry1", ...; "" when unknown */
	char        payee_account[21]; /* 20 digits, "" when the dialect does not carry it */
	char        sender[32];        /* PaymentExchange: IdOfContragent; else "" */
	int64_t     rows;              /* delivered */
	int64_t     amount_kop, transfer_kop, commission_kop;   /* sums of the rows */
	struct registry_totals totals;
	int         problem_count;     /* may exceed the array: the rest was only counted */
	struct registry_problem problem[REGISTRY_MAX_PROBLEMS];
};

/*
 * Called for each good row in the order of the file; false stops the reading (the result then has a
 * problem).
 */
typedef bool registry_row_fn(void *context, const struct registry_row *row);

/*
 * Once per process: libxml2's settings, the XSD of the `registry` profile from our own disk. Exits
 * with the reason.
 */
void registry_open(const char *xsd_path);

/*
 * Reads the whole of an open file, twice, from its beginning: it must be seekable. wanted_dialect
 * is a name from the contract, or NULL to take the one whose shape the file has. Totals are
 * compared here; rows with a negative transfer are delivered like others, and what to do with them
 * is the caller's business. Returns true when there was no problem at all.
 */
bool registry_read(FILE *file, const char *wanted_dialect, registry_row_fn *each, void *context,
    struct registry_result *result) __attribute__((warn_unused_result));

/*
 * The payee's account in a file name: the only run of exactly 20 digits; "" when there is none.
 * false: several differ.
 */
bool registry_account_in_name(const char *file_name, char account20[21])
    __attribute__((warn_unused_result));

#endif
