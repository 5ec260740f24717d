/*
 * model.c -- the ledger against a model of a few arrays: model CONNINFO OPERATIONS [SEED]. Prints
 * TAP.
 *
 * Random top-ups, meals, meals of a whole class in one entry, replays, requests with a used key and
 * another body, reversals and one-day credits go to both; after each the answer (entry, refusal,
 * conflict) and the balances must be the same, and now and then the books must be healthy. The seed
 * is printed: the same seed, the same operations.
 */
#include <assert.h>
#include <inttypes.h>
#include <unistd.h>

#include "db.h"
#include "dice.h"
#include "log.h"
#include "text.h"

#define PUPILS      8
#define ENTRIES_MAX 100000
#define LINES       (PUPILS + 1)
#define CHECK_EVERY 250

/* An entry as the model knows it: sums by account, 0 where it is not touched; provider last. */
struct entry {
	int64_t     id;
	const char *kind;
	int64_t     kop[LINES];
	bool        is_reversed;
	bool        is_reversal;
};

static struct dice dice;
static struct db_link *link_to;
static int64_t account[LINES], balance[PUPILS], limit_kop[PUPILS];
static int version[PUPILS];
static struct entry *entries;
static int entry_count;
static char scope[48];
static int tests, failures;

static void
check(bool is_good, const char *what, int operation)
{
	if (is_good)
		return;
	failures++;
	printf("# operation %d: %s (SQLSTATE %s)\n", operation, what,
	    db_link_error(link_to)->sqlstate);
}

static void
must(bool is_good, const char *what)
{
	if (is_good)
		return;
	printf("Bail out! %s: %s\n", what, db_link_error(link_to)->message);
	exit(1);
}

static void
verdict(const char *name)
{
	printf("%sok %d - %s\n", failures != 0 ? "not " : "", ++tests, name);
	failures = 0;
}

/* ---- the model ----------------------------------------------------------------------------- */

static bool
model_allows(const struct entry *e)
{
	for (int i = 0; i < PUPILS; i++)
		if (e->kop[i] < 0 && balance[i] + e->kop[i] < -limit_kop[i])
			return false;
	return true;
}

static void
model_post(const struct entry *e)
{
	assert(entry_count < ENTRIES_MAX);
	for (int i = 0; i < PUPILS; i++) {
		balance[i] += e->kop[i];
		version[i] += e->kop[i] != 0;
	}
	entries[entry_count++] = *e;
}

/* ---- the ledger ---------------------------------------------------------------------------- */

/* Answers the SQLSTATE, "" for success. */
static const char *
ledger_post(const struct entry *e, int key, int64_t *id)
{
	char accounts[512] = "", amounts[512] = "", name[32];
	size_t a = 0, m = 0;
	struct db_rows *rows;

	/* Backwards, for the order of the lines must not matter. */
	for (int i = LINES - 1; i >= 0; i--) {
		if (e->kop[i] == 0)
			continue;
		a += (size_t)snprintf(accounts + a, sizeof accounts - a, "%s%" PRId64,
		    a == 0 ? "{" : ",", account[i]);
		m += (size_t)snprintf(
		    amounts + m, sizeof amounts - m, "%s%" PRId64, m == 0 ? "{" : ",", e->kop[i]);
	}
	snprintf(accounts + a, sizeof accounts - a, "}");
	snprintf(amounts + m, sizeof amounts - m, "}");
	snprintf(name, sizeof name, "%d", key);
	rows = db_run(link_to,
	    "select ledger.post($1::ledger.entry_kind, $2, $3, date '2026-11-23', 'model', "
	    "'model', 'model',"
	    " $4::bigint[], $5::bigint[]) as id",
	    DB_TEXT(e->kind), DB_TEXT(scope), DB_TEXT(name), DB_TEXT(accounts), DB_TEXT(amounts));
	if (rows == NULL)
		return db_link_error(link_to)->sqlstate;
	*id = db_int(rows, 0, "id");
	db_rows_free(rows);
	return "";
}

static const char *
ledger_reverse(const struct entry *e, int key, int64_t *id)
{
	char name[32];
	struct db_rows *rows;

	snprintf(name, sizeof name, "undo %d", key);
	rows = db_run(link_to, "select ledger.reverse($1::bigint, $2, $3, 'model', 'model') as id",
	    DB_INT(e->id), DB_TEXT(scope), DB_TEXT(name));
	if (rows == NULL)
		return db_link_error(link_to)->sqlstate;
	*id = db_int(rows, 0, "id");
	db_rows_free(rows);
	return "";
}

static bool
is_same(int i)
{
	struct db_rows *rows = db_run(link_to,
	    "select balance_kop, version from ledger.balance where account_id = $1::bigint",
	    DB_INT(account[i]));
	bool same = rows != NULL && db_int(rows, 0, "balance_kop") == balance[i] &&
		    db_int(rows, 0, "version") == version[i];

	db_rows_free(rows);
	return same;
}

static bool
is_healthy(void)
{
	struct db_rows *rows = db_run(link_to, "select id, detail from ledger.violations limit 3");
	bool healthy = rows != NULL && db_row_count(rows) == 0;

	for (int i = 0; rows != NULL && i < db_row_count(rows); i++)
		printf("# %s %s\n", db_text(rows, i, "id"), db_text(rows, i, "detail"));
	db_rows_free(rows);
	return healthy;
}

/* ---- operations ---------------------------------------------------------------------------- */

static struct entry
random_entry(void)
{
	struct entry e = { 0 };
	int64_t sum = 0;

	if (dice_below(&dice, 3) == 0) {
		e.kind = "top_up";
		e.kop[dice_below(&dice, PUPILS)] = 1 + dice_below(&dice, 30000);
	} else if (dice_below(&dice, 4) != 0) {
		e.kind = "meal";
		e.kop[dice_below(&dice, PUPILS)] = -1 - dice_below(&dice, 15000);
	} else {
		e.kind = "meal";
		for (int i = 0; i < PUPILS; i++)
			e.kop[i] = dice_below(&dice, 2) == 0 ? 0 : -1 - dice_below(&dice, 3000);
	}
	for (int i = 0; i < PUPILS; i++)
		sum += e.kop[i];
	if (sum == 0) {
		e.kop[0] = 1;
		e.kind = "top_up";
		sum = 1;
	}
	e.kop[PUPILS] = -sum;
	return e;
}

static void
try_new(int operation)
{
	struct entry e = random_entry();
	const char *state = ledger_post(&e, entry_count, &e.id);

	if (!model_allows(&e)) {
		check(strcmp(state, "KB422") == 0, "went below the floor", operation);
		return;
	}
	check(*state == '\0', "was not posted", operation);
	model_post(&e);
}

/* A reversal keeps the number of its entry as key, so replays ask for the same thing. */
static void
try_replay(int operation)
{
	int key = (int)dice_below(&dice, entry_count);
	struct entry *e = &entries[key];
	int64_t id = 0;
	const char *state;

	if (e->is_reversal)
		return;
	state = ledger_post(e, key, &id);
	check(*state == '\0' && id == e->id, "a replay had another answer", operation);
}

static void
try_conflict(int operation)
{
	int key = (int)dice_below(&dice, entry_count), line = (int)dice_below(&dice, PUPILS);
	struct entry e = entries[key];
	int64_t id = 0;

	if (e.is_reversal)
		return;
	if (e.kop[line] == 0 || e.kop[line] + 1 == 0 || e.kop[PUPILS] - 1 == 0)
		return;
	e.kop[line]++;
	e.kop[PUPILS]--;
	check(strcmp(ledger_post(&e, key, &id), "KB409") == 0, "a used key took another body",
	    operation);
}

static void
try_reverse(int operation)
{
	int key = (int)dice_below(&dice, entry_count);
	struct entry *original = &entries[key],
		     mirror = { .kind = "reversal", .is_reversal = true };
	const char *state = ledger_reverse(original, key, &mirror.id);

	if (original->is_reversed) {
		check(*state == '\0', "a replayed reversal had no answer", operation);
		return;
	}
	for (int i = 0; i < LINES; i++)
		mirror.kop[i] = -original->kop[i];
	if (!model_allows(&mirror)) {
		check(strcmp(state, "KB422") == 0, "spent money was taken back", operation);
		return;
	}
	if (original->is_reversal) {
		check(strcmp(state, "23514") == 0, "a reversal was reversed", operation);
		return;
	}
	check(*state == '\0', "was not reversed", operation);
	original->is_reversed = true;
	model_post(&mirror);
}

static void
try_credit(void)
{
	int i = (int)dice_below(&dice, PUPILS);
	struct db_rows *rows;

	if (limit_kop[i] != 0)
		return;
	limit_kop[i] = 1 + dice_below(&dice, 5000);
	/* Reversals are written on the school's today, which may be another day than the meals'. */
	rows = db_run(link_to,
	    "insert into ledger.credit (account_id, day, limit_kop, actor, reason)"
	    " select $1::bigint, d.day, $2::bigint, 'model', 'model' from generate_series(date "
	    "'2026-11-23', greatest(date '2026-11-24', current_date + 1),"
	    " interval '1 day') d(day)",
	    DB_INT(account[i]), DB_INT(limit_kop[i]));
	must(rows != NULL, "credit");
	db_rows_free(rows);
}

static void
operate(int operation)
{
	int64_t choice = entry_count == 0 ? 0 : dice_below(&dice, 100);

	if (choice < 65)
		try_new(operation);
	else if (choice < 78)
		try_replay(operation);
	else if (choice < 86)
		try_conflict(operation);
	else if (choice < 99)
		try_reverse(operation);
	else
		try_credit();
	check(is_same((int)dice_below(&dice, PUPILS)), "a balance differs", operation);
	if (operation % CHECK_EVERY == 0)
		check(is_healthy(), "the books are broken", operation);
}

/* Accounts of its own, for nobody else may move them: pupils without any posting. */
static void
take_accounts(void)
{
	struct db_rows *rows = db_run(link_to,
	    "select a.id from ledger.account a join ledger.balance b on b.account_id = a.id"
	    " where b.version = 0 order by a.id limit 8");

	must(rows != NULL && db_row_count(rows) == PUPILS, "not enough pupils without postings");
	for (int i = 0; i < PUPILS; i++)
		account[i] = db_int(rows, i, "id");
	db_rows_free(rows);
	rows =
	    db_run(link_to, "insert into ledger.account (kind) values ('provider') returning id");
	must(rows != NULL, "provider");
	account[PUPILS] = db_int(rows, 0, "id");
	db_rows_free(rows);
}

int
main(int argc, char **argv)
{
	int64_t operations, seed = (int64_t)getpid() * 1000003 + (int64_t)time(NULL);

	if (argc < 3 || !int_parse(argv[2], 1, ENTRIES_MAX, &operations) ||
	    (argc > 3 && !int_parse(argv[3], 0, INT64_MAX, &seed))) {
		fputs("usage: model CONNINFO OPERATIONS [SEED]\n", stderr);
		return 2;
	}
	log_open("model");
	dice.state = (uint64_t)seed;
	snprintf(scope, sizeof scope, "model %d", (int)getpid());
	printf("# seed %" PRId64 "\n", seed);
	link_to = db_link_new(argv[1]);
	entries = calloc(ENTRIES_MAX, sizeof *entries);
	if (link_to == NULL || entries == NULL)
		return 1;
	take_accounts();
	for (int i = 1; i <= operations; i++)
		operate(i);
	verdict("every answer and balance was the model's");
	for (int i = 0; i < PUPILS; i++)
		check(is_same(i), "a balance differs at the end", (int)operations);
	check(is_healthy(), "the books are broken", (int)operations);
	printf("# %" PRId64 " operations, %d entries\n", operations, entry_count);
	verdict("the books are healthy and the model's");
	printf("1..%d\n", tests);
	db_link_free(link_to);
	free(entries);
	return 0;
}
