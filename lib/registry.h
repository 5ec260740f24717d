/*
 * registry.h -- bank registries: text and XML, read as a stream in constant memory. Only registry.c knows libxml2.
 *
 * A dialect is a row of the table in registry.c; a third XML dialect or a sibling text form is one more row. The reader
 * refuses what does not fit and never guesses: the first problems are collected with their line numbers (at most
 * REGISTRY_MAX_PROBLEMS, then counted), nothing is delivered as good once one is found, and the caller drops the file.
 * Source: docs/bank-formats.md.
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
	long          line;            /* in the file, from 1 */
	const char   *operation;       /* the bank's id of the payment */
	const char   *account;         /* лицевой счёт as the payer gave it */
	struct moment at;              /* by the bank's clock */
	int64_t       amount_kop;      /* what the payer gave */
	int64_t       transfer_kop;    /* what reached us: this is credited; negative in a correction */
	int64_t       commission_kop;
	int           channel;         /* 1-6, 0 when the dialect has none */
	const char   *branch, *terminal, *payer, *address, *period;   /* "" when absent */
	const char   *raw;             /* the row as it stood in the file, converted to UTF-8 */
};

/* The trailer, or what an XML dialect has in its place; has_totals is false for PaymentExchange. */
struct registry_totals {
	bool        has_totals;
	int64_t     count, amount_kop, transfer_kop, commission_kop;
	char        order[32];         /* payment order number, "" when absent */
	struct date order_date;
};

struct registry_problem { long line; char words[256]; };   /* line 0: about the file; words are Russian */

struct registry_result {
	const char *dialect;           /* name of the dialect that read it: "eps13", "registry1", ... */
	char        payee_account[21]; /* 20 digits from the document itself, "" when the dialect does not carry it */
	char        sender[32];        /* PaymentExchange: IdOfContragent; else "" */
	int64_t     rows;              /* delivered */
	int64_t     amount_kop, transfer_kop, commission_kop;   /* sums of the rows */
	struct registry_totals totals;
	int         problem_count;     /* may exceed the array: the rest was only counted */
	struct registry_problem problem[REGISTRY_MAX_PROBLEMS];
};

/* Called for each good row in the order of the file; false stops the reading (the result then has a problem). */
typedef bool registry_row_fn(void *context, const struct registry_row *row);

/* Once per process: libxml2's settings, the XSD of the `registry` profile from our own disk. Exits with the reason. */
void registry_open(const char *xsd_path);

/*
 * Reads the whole of an open file. wanted_dialect is a name from the contract, or NULL to take the one whose shape the
 * file has. Totals are compared here. Returns true when there was no problem at all.
 */
bool registry_read(FILE *file, const char *wanted_dialect, registry_row_fn *each, void *context,
    struct registry_result *result) __attribute__((warn_unused_result));

/* The payee's account in a file name: the only run of exactly 20 digits; "" when there is none. false: several differ. */
bool registry_account_in_name(const char *file_name, char account20[21]) __attribute__((warn_unused_result));

#endif
