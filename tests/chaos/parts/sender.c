/* sender.c -- see sender.h. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sender.h"
#include "text.h"

#define RETRY_US 50000

struct sender sender;

static void
on_term(int signal_number)
{
	(void)signal_number;
	sender.is_over = 1;
}

void
wrong(const char *format, ...)
{
	va_list args;

	printf("# %s, operation %" PRId64 ": ", sender.who, sender.operation);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	exit(1);
}

int
below(int n)
{
	return (int)dice_below(&sender.dice, n);
}

bool
one_in(int n)
{
	return below(n) == 0;
}

void
sender_key(struct sent *sent)
{
	snprintf(sent->key, sizeof sent->key, "%08" PRIx64 "-0000-4000-8000-%012" PRIx64,
	    (uint64_t)(sender.operation >> 32), (uint64_t)sender.operation);
}

void
keep_receipt(const char *format, ...)
{
	char text[ANSWER_MAX * 2];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (len >= (int)sizeof text || write(sender.receipts, text, (size_t)len) != len)
		wrong("a receipt cannot be kept");
}

/* ---- the server ------------------------------------------------------------------------------ */

static void
ignore(void *nothing, const char *notice)
{
	(void)nothing;
	(void)notice;
}

/* The control ends here: it must not send anything again. */
static void
connect_again(int i)
{
	if (sender.is_unsafe && sender.line[i] != NULL)
		exit(0);
	PQfinish(sender.line[i]);
	while (sender.line[i] = PQconnectdb(sender.conninfo),
	    PQstatus(sender.line[i]) != CONNECTION_OK) {
		PQfinish(sender.line[i]);
		usleep(RETRY_US);
	}
	PQsetNoticeProcessor(sender.line[i], ignore, NULL);
	if (sender.is_unsafe)
		PQclear(PQexec(sender.line[i], "set synchronous_commit = off"));
}

static struct answer
read_answer(PGconn *conn, PGresult *result)
{
	struct answer a = { 0 };
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);

	if (PQresultStatus(result) == PGRES_TUPLES_OK) {
		snprintf(a.text, sizeof a.text, "%s", PQgetvalue(result, 0, 0));
	} else if (PQstatus(conn) != CONNECTION_OK || state == NULL ||
		   strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0) {
		a.is_lost = true;
	} else {
		snprintf(a.sqlstate, sizeof a.sqlstate, "%s", state);
		snprintf(a.hint, sizeof a.hint, "%s", hint == NULL ? "" : hint);
		snprintf(a.text, sizeof a.text, "%s", PQresultErrorMessage(result));
	}
	PQclear(result);
	return a;
}

/* Asks until there is an answer, as a program does: over a new connection, and after a deadlock
 * again. */
struct answer
insist(int i, const char *sql, int count, const char *const *parameters)
{
	struct answer a;

	for (;;) {
		a = read_answer(sender.line[i],
		    PQexecParams(sender.line[i], sql, count, NULL, parameters, NULL, NULL, 0));
		if (a.is_lost) {
			sender.losses++;
			connect_again(i);
		} else if (strcmp(a.sqlstate, "40P01") != 0 && strcmp(a.sqlstate, "40001") != 0) {
			return a;
		} else {
			sender.deadlocks++;
		}
	}
}

static const char act[] = "select drill.act($1, $2, $3, $4::bigint[], $5::int[])";
#define PARAMETERS(s)                                                                              \
	(const char *const[])                                                                      \
	{                                                                                          \
		sender.who, (s)->key, (s)->name, (s)->parameters,                                  \
		    *(s)->dishes == '\0' ? NULL : (s)->dishes                                      \
	}

struct answer
send_once(const struct sent *s)
{
	return insist(0, act, 5, PARAMETERS(s));
}

/* A double click: two connections, one key. Whoever got it done has the answer. */
static struct answer
send_at_once(const struct sent *s)
{
	struct answer a[2];

	for (int i = 0; i < 2; i++)
		if (PQsendQueryParams(
			sender.line[i], act, 5, NULL, PARAMETERS(s), NULL, NULL, 0) != 1)
			connect_again(i);
	for (int i = 0; i < 2; i++) {
		PGresult *result = PQgetResult(sender.line[i]), *end;

		a[i] = read_answer(sender.line[i], result);
		while ((end = PQgetResult(sender.line[i])) != NULL)
			PQclear(end);
		if (a[i].is_lost)
			connect_again(i);
		if (a[i].is_lost || strcmp(a[i].sqlstate, "40P01") == 0)
			a[i] = insist(i, act, 5, PARAMETERS(s));
	}
	if (*a[0].sqlstate == '\0' && *a[1].sqlstate == '\0' && strcmp(a[0].text, a[1].text) != 0)
		wrong("%s at once has two answers: %s and %s", s->name, a[0].text, a[1].text);
	return *a[0].sqlstate == '\0' ? a[0] : a[1];
}

/* The request is on its way and we are gone; we come back while it may still be at work. */
static struct answer
send_and_leave(const struct sent *s)
{
	char pid[16];
	struct answer first, a;

	snprintf(pid, sizeof pid, "%d", PQbackendPID(sender.line[0]));
	PQsendQueryParams(sender.line[0], act, 5, NULL, PARAMETERS(s), NULL, NULL, 0);
	PQflush(sender.line[0]);
	PQfinish(sender.line[0]);
	sender.line[0] = NULL;
	connect_again(0);
	sender.cuts++;
	first = send_once(s);
	do
		a = insist(0, "select count(*) from pg_stat_activity where pid = $1", 1,
		    (const char *const[]){ pid });
	while (strcmp(a.text, "0") != 0);
	a = send_once(s);
	if (*first.sqlstate == '\0' && strcmp(first.text, a.text) != 0)
		wrong("%s, left and sent again, has two answers: %s and %s", s->name, first.text,
		    a.text);
	return a;
}

static struct answer
send_twice(const struct sent *s)
{
	struct answer first = send_once(s), a = send_once(s);

	if (*first.sqlstate == '\0' && strcmp(first.text, a.text) != 0)
		wrong("%s sent again has two answers: %s and %s%s", s->name, first.text, a.sqlstate,
		    a.text);
	return a;
}

struct answer
deliver(const struct sent *s)
{
	int choice = sender.is_unsafe ? 99 : below(100);

	sender.repeats += choice < 22;
	if (choice < 1)
		return send_and_leave(s);
	if (choice < 8)
		return send_at_once(s);
	return choice < 22 ? send_twice(s) : send_once(s);
}

bool
sender_init(const char *conninfo, const char *who, const char *receipts, const char *seed)
{
	int64_t number = (int64_t)getpid() * 1000003 + (int64_t)time(NULL);

	signal(SIGTERM, on_term);
	signal(SIGPIPE, SIG_IGN);
	sender.conninfo = conninfo;
	snprintf(sender.who, sizeof sender.who, "%s", who);
	sender.is_unsafe = seed != NULL && strcmp(seed, "unsafe") == 0;
	if (seed != NULL && !sender.is_unsafe && !int_parse(seed, 0, INT64_MAX, &number))
		return false;
	sender.dice.state = sender.seed = (uint64_t)number;
	sender.receipts = open(receipts, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (sender.receipts < 0)
		wrong("%s cannot be opened", receipts);
	for (int i = 0; i < 2; i++)
		connect_again(i);
	return true;
}

void
sender_release(void)
{
	for (int i = 0; i < 2; i++)
		PQfinish(sender.line[i]);
}
