/*
 * teller.c -- a client that never gives up: teller CONNINFO SCOPE SEED RECEIPTS [unsafe]
 *
 * Posts one operation after another through ledger.post() until SIGTERM. What the server
 * acknowledged goes to the file RECEIPTS, outside the database, and is there (fdatasync) before the
 * next operation is sent: `key entry account kopecks`. A lost server leaves an operation unknown;
 * it is sent again with its key until there is an answer. Every third operation is sent twice in
 * any case, and two tellers with one SCOPE and one SEED send the same operations at the same time.
 *
 * `unsafe` is the negative control: synchronous_commit = off. Exit status: 0, or 1 when an answer
 * could not be true.
 */
#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "db.h"
#include "dice.h"
#include "log.h"
#include "text.h"

#define RETRY_US     50000
#define ACCOUNTS_MAX 64

struct teller {
	const char     *conninfo, *scope;
	bool            is_unsafe;
	int             receipts;       /* file descriptor */
	struct dice     dice;
	struct db_link *link;
	int64_t         pupil[ACCOUNTS_MAX];
	int             pupil_count;
	int64_t         bank;
};

struct operation {
	char        key[24];
	const char *kind;
	int64_t     account, kop;
};

static volatile sig_atomic_t is_over;

static void
on_term(int signal_number)
{
	(void)signal_number;
	is_over = 1;
}

static void
wrong(const char *what, const char *why)
{
	fprintf(stderr, "teller: %s: %s\n", what, why);
	exit(1);
}

/* Connects, however long the server takes; false when it is time to go. */
static bool
connect_again(struct teller *t)
{
	db_link_free(t->link);
	while ((t->link = db_link_new(t->conninfo)) == NULL) {
		if (is_over)
			return false;
		usleep(RETRY_US);
	}
	if (t->is_unsafe)
		db_rows_free(db_run(t->link, "set synchronous_commit = off"));
	return true;
}

static void
read_accounts(struct teller *t)
{
	struct db_rows *rows = db_run(t->link,
	    "select id, kind from ledger.account where kind in ('pupil', 'bank') order by id");

	if (rows == NULL)
		wrong("accounts", db_link_error(t->link)->message);
	for (int i = 0; i < db_row_count(rows); i++) {
		if (strcmp(db_text(rows, i, "kind"), "bank") == 0)
			t->bank = db_int(rows, i, "id");
		else if (t->pupil_count < ACCOUNTS_MAX)
			t->pupil[t->pupil_count++] = db_int(rows, i, "id");
	}
	assert(t->pupil_count > 0 && t->bank > 0);
	db_rows_free(rows);
}

enum answer { ANSWER_DONE, ANSWER_REFUSED, ANSWER_UNKNOWN };

static enum answer
post(struct teller *t, const struct operation *op, int64_t *entry)
{
	struct db_rows *rows = db_run(t->link,
	    "select ledger.post($1::ledger.entry_kind, $2, $3, date '2026-11-23', 'teller',"
	    " 'drill', 'drill', array[$4::bigint, $5::bigint], array[$6::bigint, -$6::bigint])"
	    " as id",
	    DB_TEXT(op->kind), DB_TEXT(t->scope), DB_TEXT(op->key), DB_INT(op->account),
	    DB_INT(t->bank), DB_INT(op->kop));
	const struct db_error *error;

	if (rows != NULL) {
		*entry = db_int(rows, 0, "id");
		db_rows_free(rows);
		return ANSWER_DONE;
	}
	error = db_link_error(t->link);
	if (strcmp(error->sqlstate, "KB422") == 0)
		return ANSWER_REFUSED;
	if (*error->sqlstate != '\0' && strncmp(error->sqlstate, "57P", 3) != 0 &&
	    strncmp(error->sqlstate, "08", 2) != 0)
		wrong(error->sqlstate, error->message);
	return ANSWER_UNKNOWN;
}

/* Sends until there is an answer; false when it is time to go and there is none. */
static bool
insist(struct teller *t, const struct operation *op, enum answer *answer, int64_t *entry)
{
	while ((*answer = post(t, op, entry)) == ANSWER_UNKNOWN) {
		/* The control must not heal what it lost. */
		if (t->is_unsafe || !connect_again(t))
			return false;
	}
	return true;
}

static void
keep_receipt(struct teller *t, const struct operation *op, int64_t entry)
{
	char line[128];
	int len = snprintf(line, sizeof line, "%s\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\n",
	    t->scope, op->key, entry, op->account, op->kop);

	if (write(t->receipts, line, (size_t)len) != len || fdatasync(t->receipts) != 0)
		wrong("receipt", "cannot be kept");
}

static struct operation
next_operation(struct teller *t, int64_t number)
{
	struct operation op = { .kind = "top_up" };

	snprintf(op.key, sizeof op.key, "%" PRId64, number);
	op.account = t->pupil[dice_below(&t->dice, t->pupil_count)];
	op.kop = 1 + dice_below(&t->dice, 20000);
	if (dice_below(&t->dice, 3) == 0) {
		op.kind = "meal";
		op.kop = -op.kop;
	}
	return op;
}

static void
work(struct teller *t)
{
	for (int64_t number = 1; !is_over; number++) {
		struct operation op = next_operation(t, number);
		enum answer answer, second;
		int64_t entry = 0, again = 0;

		if (!insist(t, &op, &answer, &entry))
			return;
		if (answer == ANSWER_DONE)
			keep_receipt(t, &op, entry);
		if (number % 3 != 0)
			continue;
		if (!insist(t, &op, &second, &again))
			return;
		if (answer == ANSWER_DONE && (second != ANSWER_DONE || again != entry))
			wrong(op.key, "the same request had two answers");
		if (answer != ANSWER_DONE && second == ANSWER_DONE)
			keep_receipt(t, &op, again);
	}
}

int
main(int argc, char **argv)
{
	struct teller t = { 0 };
	int64_t seed;

	if (argc < 5 || !int_parse(argv[3], 0, INT64_MAX, &seed)) {
		fputs("usage: teller CONNINFO SCOPE SEED RECEIPTS [unsafe]\n", stderr);
		return 2;
	}
	log_open("teller");
	signal(SIGTERM, on_term);
	t.conninfo = argv[1];
	t.scope = argv[2];
	t.dice.state = (uint64_t)seed;
	t.is_unsafe = argc > 5;
	t.receipts = open(argv[4], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (t.receipts < 0)
		wrong(argv[4], "cannot be opened");
	if (connect_again(&t)) {
		read_accounts(&t);
		work(&t);
	}
	db_link_free(t.link);
	return 0;
}
