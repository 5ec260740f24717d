/*
 * db.c -- PostgreSQL for sections (questions of a request, pipelined) and for plain programs (links). See db.h.
 *
 * A worker is single-threaded and answers one request at a time, so the connection and the list of prepared questions
 * are the process's own state; what belongs to a request lives in its struct db_queue, in its arena.
 *
 * The pipeline of one db_answer(): [BEGIN READ WRITE] [prepare what is new] questions... [COMMIT] sync. It is written without
 * non-blocking mode: everything sent together stays far below a socket buffer (bodies are bounded by form.h), so the client
 * never waits for the server to read while the server waits for the client.
 */
#include "db.h"

#include <assert.h>
#include <poll.h>
#include <libpq-fe.h>

#include "app-private.h"
#include "arena.h"
#include "crypto.h"
#include "log.h"
#include "text.h"

enum { OID_BOOL = 16, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23 };   /* pg_type.dat */

#define RECONNECT_PAUSE_MS_MIN 50
#define RECONNECT_PAUSE_MS_MAX 1000

struct db_rows {
	PGresult *result;                      /* NULL until answered */
	int       limit;                       /* of rows to show; 0: all */
	int       question;
	int       param_count;
	const char *value[DB_MAX_PARAMS];
	int       length[DB_MAX_PARAMS];
	int       format[DB_MAX_PARAMS];       /* 1 = binary */
};

/* What one request asked. `rows` of [answered, count) wait for db_answer(). */
struct db_queue {
	struct db_rows *rows[DB_MAX_QUESTIONS];
	struct db_rows *visitor;
	const char *failed;                    /* the call that failed, for the log; NULL when it was BEGIN or COMMIT */
	int  count;
	int  answered;
	int  round_trips;
	bool writable;
	bool wants_rerun;
};

static struct {
	const char *conninfo;
	const char *role;
	const struct db_question *questions;
	int      count;                        /* of the program's; two of our own follow */
	PGconn  *conn;
	uint64_t prepared[4];                  /* one bit per question of this connection */
	int64_t  next_try_ms;                  /* no new connection before this moment */
	int      pause_ms;
} db;

static const struct db_question own_questions[] = {
	{ .call = "cabinet.visitor($1)" },
	{ .call = "cabinet.session_touch($1)" },
};
enum { OWN_VISITOR, OWN_TOUCH, OWN__COUNT };

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const struct db_question *
question_at(int index)
{
	assert(index >= 0 && index < db.count + OWN__COUNT);
	return index < db.count ? &db.questions[index] : &own_questions[index - db.count];
}

/* ---- connection ------------------------------------------------------------------------------------------------------ */

/* libpq's notices would go to stderr unformatted, and could quote values. */
static void
ignore_notice(void *context, const PGresult *result)
{
	(void)context;
	(void)result;
}

/* role is NULL when the conninfo says who we are; the settings hold for the connection's life. */
static PGconn *
connect_to(const char *conninfo, const char *role, const char *settings)
{
	const char *keys[] = { "dbname", "client_encoding", "connect_timeout", "options", "user", NULL };
	const char *values[] = { conninfo, "UTF8", "3", settings, role, NULL };
	PGconn *conn;

	if (role == NULL)
		keys[4] = NULL;
	conn = PQconnectdbParams(keys, values, 1);
	if (PQstatus(conn) != CONNECTION_OK) {
		log_error("db-connect", "reason=%s", PQerrorMessage(conn));
		PQfinish(conn);
		return NULL;
	}
	PQsetNoticeReceiver(conn, ignore_notice, NULL);
	return conn;
}

/* Invariant I11: what the server says it keeps, it keeps; else money could vanish after it was acknowledged. */
static bool
keeps_promises(PGconn *conn)
{
	static const char sql[] =
	    "select name from pg_catalog.pg_settings where name in"
	    " ('fsync', 'full_page_writes', 'synchronous_commit') and setting in ('off', 'local')";
	PGresult *result = PQexec(conn, sql);
	bool is_good = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 0;

	if (PQresultStatus(result) == PGRES_TUPLES_OK && !is_good)
		log_error("db-unsafe", "setting=%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	return is_good;
}

static void
disconnect(void)
{
	PQfinish(db.conn);
	db.conn = NULL;
	memset(db.prepared, 0, sizeof db.prepared);
}

/* `at_once` skips the pause that keeps a dead server from being asked in a tight loop. */
static bool
connect_now(bool at_once)
{
	static const char settings[] =
	    "-c default_transaction_read_only=on -c statement_timeout=5000 -c lock_timeout=3000"
	    " -c idle_in_transaction_session_timeout=10000 -c search_path= -c datestyle=ISO"
	    " -c bytea_output=hex -c jit=off";

	if (db.conn != NULL)
		return true;
	if (!at_once && now_ms() < db.next_try_ms)
		return false;
	db.conn = connect_to(db.conninfo, db.role, settings);
	if (db.conn != NULL && !keeps_promises(db.conn))
		disconnect();
	if (db.conn != NULL && PQenterPipelineMode(db.conn) == 1) {
		db.pause_ms = RECONNECT_PAUSE_MS_MIN;
		return true;
	}
	disconnect();
	db.next_try_ms = now_ms() + db.pause_ms;
	db.pause_ms = db.pause_ms * 2 > RECONNECT_PAUSE_MS_MAX ? RECONNECT_PAUSE_MS_MAX : db.pause_ms * 2;
	return false;
}

/*
 * A server that went away between requests has left an end of file, or its last words, on the socket. Seeing that before
 * anything is sent keeps a write from becoming "unknown".
 */
static void
drop_if_dead(void)
{
	struct pollfd fd;

	if (db.conn == NULL)
		return;
	fd = (struct pollfd){ .fd = PQsocket(db.conn), .events = POLLIN };
	if (poll(&fd, 1, 0) == 0)
		return;
	if (PQconsumeInput(db.conn) == 0 || PQstatus(db.conn) == CONNECTION_BAD || (fd.revents & POLLHUP))
		disconnect();
}

void
db_open(const char *conninfo, const char *role, const struct db_question *questions, int count)
{
	assert(count + OWN__COUNT <= (int)sizeof db.prepared * 8);
	db.conninfo = conninfo;
	db.role = role;
	db.questions = questions;
	db.count = count;
	db.pause_ms = RECONNECT_PAUSE_MS_MIN;
}

void
db_close(void)
{
	disconnect();
}

bool
db_check(void)
{
	PGresult *result;
	bool is_good;

	drop_if_dead();
	if (!connect_now(true) || PQexitPipelineMode(db.conn) == 0)
		return false;
	is_good = keeps_promises(db.conn);
	result = PQexec(db.conn, "select 1");
	is_good = is_good && PQresultStatus(result) == PGRES_TUPLES_OK;
	PQclear(result);
	if (PQenterPipelineMode(db.conn) == 0 || !is_good)
		disconnect();
	return is_good;
}

void
db_print_questions(const struct db_question *questions, int count)
{
	for (int i = 0; i < count; i++)
		printf("select * from %s\n", questions[i].call);
	for (int i = 0; i < OWN__COUNT; i++)
		printf("select * from %s\n", own_questions[i].call);
}

/* ---- asking ---------------------------------------------------------------------------------------------------------- */

void
db_begin_request(struct request *rq, bool writable)
{
	rq->queue = arena_alloc(rq->arena, sizeof *rq->queue);
	rq->queue->writable = writable;
}

void
db_forget(struct request *rq)
{
	int round_trips = rq->queue->round_trips;

	db_begin_request(rq, rq->queue->writable);
	rq->queue->round_trips = round_trips;
}

static void
add_text(struct db_rows *rows, const char *text)
{
	assert(rows->param_count < DB_MAX_PARAMS);
	rows->value[rows->param_count++] = text;
}

static struct db_rows *
ask(struct request *rq, int question, const struct db_param *params)
{
	struct db_queue *queue = rq->queue;
	struct db_rows *rows = arena_alloc(rq->arena, sizeof *rows);

	assert(queue->count < DB_MAX_QUESTIONS);
	rows->question = question;
	if (!question_at(question)->no_token)
		add_text(rows, rq->token);
	for (; params->kind != DB_PARAM_END; params++) {
		switch (params->kind) {
		case DB_PARAM_INT:
			add_text(rows, arena_printf(rq->arena, "%ld", (long)params->number));
			break;
		case DB_PARAM_BYTES:
			rows->length[rows->param_count] = (int)params->number;
			rows->format[rows->param_count] = 1;
			/* fall through */
		case DB_PARAM_TEXT:
		case DB_PARAM_END:
			add_text(rows, params->text);
			break;
		}
	}
	queue->rows[queue->count++] = rows;
	return rows;
}

struct db_rows *
db_ask_params(struct request *rq, int question, const struct db_param *params)
{
	assert(question >= 0 && question < db.count);
	return ask(rq, question, params);
}

struct db_rows *
db_ask_visitor(struct request *rq)
{
	if (rq->queue->visitor == NULL)
		rq->queue->visitor = ask(rq, db.count + OWN_VISITOR, (const struct db_param[]){ { 0 } });
	return rq->queue->visitor;
}

bool
db_is_pending(const struct request *rq)
{
	return rq->queue->answered < rq->queue->count;
}

int
db_round_trips(const struct request *rq)
{
	return rq->queue->round_trips;
}

bool
db_wants_rerun(const struct request *rq)
{
	return rq->queue->wants_rerun;
}

/* ---- answering ------------------------------------------------------------------------------------------------------- */

/* How one round trip ended. LOST and FAILED differ in one thing: a lost connection may be tried again. */
enum trip { TRIP_GOOD, TRIP_FAILED, TRIP_LOST };

static bool
is_prepared(int question)
{
	return db.prepared[question / 64] >> (question % 64) & 1;
}

static void
name_of(int question, char name[16])
{
	snprintf(name, 16, "q%d", question);
}

static bool
send_question(const struct db_rows *rows)
{
	char name[16];

	name_of(rows->question, name);
	return PQsendQueryPrepared(db.conn, name, rows->param_count, rows->value, rows->length,
	    rows->format, 0) == 1;
}

static bool
send_prepare(int question)
{
	char name[16], sql[512];
	int len = snprintf(sql, sizeof sql, "select * from %s", question_at(question)->call);

	assert(len < (int)sizeof sql);
	name_of(question, name);
	return PQsendPrepare(db.conn, name, sql, 0, NULL) == 1;
}

static bool
send_plain(const char *sql)
{
	return PQsendQueryParams(db.conn, sql, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

/* Which questions of the queue are to be prepared first; the same one asked twice is prepared once. */
static bool
must_prepare(const struct db_queue *queue, int index)
{
	int question = queue->rows[index]->question;

	for (int i = queue->answered; i < index; i++)
		if (queue->rows[i]->question == question)
			return false;
	return !is_prepared(question);
}

static bool
send_all(const struct db_queue *queue, const bool *prepare)
{
	bool is_sent = !queue->writable || send_plain("begin read write");

	for (int i = queue->answered; is_sent && i < queue->count; i++) {
		if (prepare[i])
			is_sent = send_prepare(queue->rows[i]->question);
		is_sent = is_sent && send_question(queue->rows[i]);
	}
	if (is_sent && queue->writable)
		is_sent = send_plain("commit");
	return is_sent && PQpipelineSync(db.conn) == 1;
}

/*
 * Reads the result of one command of the pipeline with the NULL behind it. The first failure is kept in *failure; after
 * it the server skips everything up to the sync, and those results say PGRES_PIPELINE_ABORTED.
 */
static PGresult *
read_result(PGresult **failure)
{
	PGresult *result = PQgetResult(db.conn), *end;

	if (result == NULL)
		return NULL;
	while ((end = PQgetResult(db.conn)) != NULL) {
		PQclear(end);
		if (PQstatus(db.conn) == CONNECTION_BAD)
			break;
	}
	switch (PQresultStatus(result)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		return result;
	case PGRES_PIPELINE_ABORTED:
		PQclear(result);
		return NULL;
	default:
		if (*failure == NULL)
			*failure = result;
		else
			PQclear(result);
		return NULL;
	}
}

static void
clear_result(void *result)
{
	PQclear(result);
}

static void
read_all(struct request *rq, const bool *prepare, PGresult **failure)
{
	struct db_queue *queue = rq->queue;

	if (queue->writable)
		PQclear(read_result(failure));
	for (int i = queue->answered; i < queue->count; i++) {
		struct db_rows *rows = queue->rows[i];

		if (prepare[i]) {
			PGresult *prepared = read_result(failure);

			if (prepared != NULL)
				db.prepared[rows->question / 64] |= UINT64_C(1) << (rows->question % 64);
			PQclear(prepared);
		}
		rows->result = read_result(failure);
		if (rows->result != NULL)
			arena_defer(rq->arena, clear_result, rows->result);
		else if (*failure != NULL && queue->failed == NULL)
			queue->failed = question_at(rows->question)->call;
	}
	if (queue->writable)
		PQclear(read_result(failure));
}

/* Reads up to the sync; false when the connection is gone. */
static bool
read_sync(void)
{
	PGresult *result = PQgetResult(db.conn);
	bool is_sync = PQresultStatus(result) == PGRES_PIPELINE_SYNC;

	PQclear(result);
	return is_sync && PQstatus(db.conn) == CONNECTION_OK;
}

/* After a failure inside BEGIN the transaction is still open, in its failed state. */
static void
roll_back(void)
{
	PGresult *ignored = NULL;

	if (PQtransactionStatus(db.conn) == PQTRANS_IDLE)
		return;
	if (send_plain("rollback") && PQpipelineSync(db.conn) == 1) {
		PQclear(read_result(&ignored));
		PQclear(ignored);
		if (read_sync())
			return;
	}
	disconnect();
}

static bool
is_lost(const char *sqlstate)
{
	return sqlstate == NULL || strncmp(sqlstate, "57P", 3) == 0 || strncmp(sqlstate, "08", 2) == 0;
}

/* SQLSTATE → reply: the only place that knows. */
static enum reply
reply_of(const char *state)
{
	static const struct { const char *prefix; enum reply reply; } table[] = {
		{ "KB401", REPLY_LOGIN },    { "KB403", REPLY_FORBIDDEN }, { "KB404", REPLY_NOT_FOUND },
		{ "KB409", REPLY_CONFLICT }, { "KB422", REPLY_REFUSED },   { "23", REPLY_CONFLICT },
		{ "40", REPLY_CONFLICT },    { "55P03", REPLY_CONFLICT },  { "08", REPLY_BUSY },
		{ "53", REPLY_BUSY },        { "57", REPLY_BUSY },
	};

	for (int i = 0; i < (int)(sizeof table / sizeof table[0]); i++)
		if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0)
			return table[i].reply;
	return REPLY_BROKEN;
}

/* Turns the failure into the reply, the log line and, for KB422, the words for the visitor. */
static void
explain(struct request *rq, const PGresult *failure)
{
	const char *state = PQresultErrorField(failure, PG_DIAG_SQLSTATE);
	const char *question = rq->queue->failed != NULL ? rq->queue->failed : "";
	const char *words = PQresultErrorField(failure, PG_DIAG_MESSAGE_PRIMARY);

	rq->db_reply = state == NULL ? REPLY_BUSY : reply_of(state);
	rq->queue->wants_rerun = state != NULL &&
	    (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0);
	if (rq->db_reply == REPLY_REFUSED && words != NULL)
		rq->db_refusal = arena_copy(rq->arena, words, strlen(words));
	if (rq->db_reply == REPLY_BROKEN || rq->db_reply == REPLY_BUSY)
		log_error("db-failed", "sqlstate=%s question=%s", state != NULL ? state : "", question);
	else
		log_info("db-refused", "sqlstate=%s question=%s", state, question);
}

static enum trip
round_trip(struct request *rq)
{
	struct db_queue *queue = rq->queue;
	bool prepare[DB_MAX_QUESTIONS] = { false };
	PGresult *failure = NULL;
	const char *state;
	enum trip trip = TRIP_GOOD;

	for (int i = queue->answered; i < queue->count; i++)
		prepare[i] = must_prepare(queue, i);
	queue->failed = NULL;
	queue->round_trips++;
	if (!send_all(queue, prepare))
		return TRIP_LOST;
	read_all(rq, prepare, &failure);
	if (!read_sync())
		trip = TRIP_LOST;
	if (failure != NULL) {
		state = PQresultErrorField(failure, PG_DIAG_SQLSTATE);
		explain(rq, failure);
		if (trip == TRIP_GOOD)
			trip = is_lost(state) ? TRIP_LOST : TRIP_FAILED;
		/* A replaced function invalidates plans (0A000) and a pooler may drop them (26000). */
		if (state != NULL && (strcmp(state, "0A000") == 0 || strcmp(state, "26000") == 0))
			trip = TRIP_LOST;
		PQclear(failure);
		if (trip == TRIP_FAILED)
			roll_back();
	}
	return trip;
}

bool
db_answer(struct request *rq)
{
	struct db_queue *queue = rq->queue;
	enum trip trip = TRIP_LOST;
	int tries = queue->writable ? 1 : 2;

	rq->db_reply = REPLY_BUSY;
	rq->db_refusal = NULL;
	queue->wants_rerun = false;
	drop_if_dead();
	for (int i = 0; i < tries && trip == TRIP_LOST; i++) {
		if (!connect_now(i > 0))
			continue;
		trip = round_trip(rq);
		if (trip == TRIP_LOST) {
			log_warning("db-lost", "try=%d writable=%d", i + 1, queue->writable);
			disconnect();
		}
	}
	queue->answered = queue->count;
	if (trip != TRIP_GOOD)
		return false;
	if (reply_know_visitor(rq))
		return true;
	rq->db_reply = REPLY_FORBIDDEN;
	return false;
}

void
db_touch_session(struct request *rq)
{
	db_begin_request(rq, true);
	ask(rq, db.count + OWN_TOUCH, (const struct db_param[]){ { 0 } });
	if (!db_answer(rq))
		log_warning("session-touch", "reply=%d", (int)rq->db_reply);
}

/* ---- rows ------------------------------------------------------------------------------------------------------------ */

int
db_row_count(const struct db_rows *rows)
{
	int count = rows->result == NULL ? 0 : PQntuples(rows->result);

	return rows->limit > 0 && count > rows->limit ? rows->limit : count;
}

bool
db_limit(struct db_rows *rows, int count)
{
	assert(count > 0);
	rows->limit = count;
	return rows->result != NULL && PQntuples(rows->result) > count;
}

int
db_column_count(const struct db_rows *rows)
{
	return rows->result == NULL ? 0 : PQnfields(rows->result);
}

const char *
db_column_name(const struct db_rows *rows, int column)
{
	return PQfname(rows->result, column);
}

enum db_kind
db_column_kind(const struct db_rows *rows, int column)
{
	switch (PQftype(rows->result, column)) {
	case OID_BOOL:
		return DB_KIND_BOOL;
	case OID_INT2:
	case OID_INT4:
	case OID_INT8:
		return DB_KIND_INT;
	default:
		return DB_KIND_TEXT;
	}
}

int
db_column(const struct db_rows *rows, const char *name)
{
	for (int i = 0; i < db_column_count(rows); i++)
		if (strcmp(PQfname(rows->result, i), name) == 0)
			return i;
	return -1;
}

const char *
db_cell(const struct db_rows *rows, int row, int column, size_t *len)
{
	assert(row >= 0 && row < db_row_count(rows) && column >= 0 && column < db_column_count(rows));
	if (len != NULL)
		*len = (size_t)PQgetlength(rows->result, row, column);
	return PQgetvalue(rows->result, row, column);
}

bool
db_is_null(const struct db_rows *rows, int row, int column)
{
	assert(row >= 0 && row < db_row_count(rows) && column >= 0 && column < db_column_count(rows));
	return PQgetisnull(rows->result, row, column);
}

const char *
db_text(const struct db_rows *rows, int row, const char *name)
{
	return db_cell(rows, row, db_column(rows, name), NULL);
}

int64_t
db_int(const struct db_rows *rows, int row, const char *name)
{
	int64_t n = 0;

	if (!int_parse(db_text(rows, row, name), INT64_MIN, INT64_MAX, &n))
		return 0;
	return n;
}

bool
db_bool(const struct db_rows *rows, int row, const char *name)
{
	return strcmp(db_text(rows, row, name), "t") == 0;
}

bool
db_bytes(const struct db_rows *rows, int row, const char *name, void *bytes, size_t len)
{
	size_t chars;
	const char *hex = db_cell(rows, row, db_column(rows, name), &chars);

	return chars == 2 * len + 2 && strncmp(hex, "\\x", 2) == 0 && crypto_unhex(hex + 2, bytes, len);
}

/* ---- links ----------------------------------------------------------------------------------------------------------- */

struct db_link {
	PGconn         *conn;
	PGresult       *failure;      /* owns the words of `error` */
	struct db_error error;
};

struct db_link *
db_link_new(const char *conninfo)
{
	PGconn *conn = connect_to(conninfo, NULL, "-c search_path= -c datestyle=ISO -c bytea_output=hex");
	struct db_link *link;

	if (conn != NULL && !keeps_promises(conn)) {
		PQfinish(conn);
		conn = NULL;
	}
	if (conn == NULL)
		return NULL;
	link = calloc(1, sizeof *link);
	if (link == NULL)
		abort();
	link->conn = conn;
	link->error.message = "";
	return link;
}

void
db_link_free(struct db_link *link)
{
	if (link == NULL)
		return;
	PQclear(link->failure);
	PQfinish(link->conn);
	free(link);
}

/* Takes the result; true when it has the wanted status. */
static bool
keep_failure(struct db_link *link, PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	PQclear(link->failure);
	link->failure = result;
	snprintf(link->error.sqlstate, sizeof link->error.sqlstate, "%s", state != NULL ? state : "");
	link->error.message = words != NULL ? words : PQerrorMessage(link->conn);
	return false;
}

struct db_rows *
db_link_run(struct db_link *link, const char *sql, const struct db_param *params)
{
	const char *value[DB_MAX_PARAMS];
	char numbers[DB_MAX_PARAMS][24];
	int length[DB_MAX_PARAMS] = { 0 }, format[DB_MAX_PARAMS] = { 0 }, n = 0;
	PGresult *result;
	struct db_rows *rows;

	for (; params->kind != DB_PARAM_END; params++, n++) {
		assert(n < DB_MAX_PARAMS);
		value[n] = params->text;
		if (params->kind == DB_PARAM_INT) {
			snprintf(numbers[n], sizeof numbers[n], "%ld", (long)params->number);
			value[n] = numbers[n];
		} else if (params->kind == DB_PARAM_BYTES) {
			length[n] = (int)params->number;
			format[n] = 1;
		}
	}
	result = PQexecParams(link->conn, sql, n, NULL, value, length, format, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK) {
		keep_failure(link, result);
		return NULL;
	}
	rows = calloc(1, sizeof *rows);
	if (rows == NULL)
		abort();
	rows->result = result;
	return rows;
}

void
db_rows_free(struct db_rows *rows)
{
	if (rows == NULL)
		return;
	PQclear(rows->result);
	free(rows);
}

bool
db_copy_begin(struct db_link *link, const char *sql)
{
	PGresult *result = PQexec(link->conn, sql);

	if (PQresultStatus(result) != PGRES_COPY_IN)
		return keep_failure(link, result);
	PQclear(result);
	return true;
}

bool
db_copy_put(struct db_link *link, const char *bytes, size_t len)
{
	assert(len <= INT32_MAX);
	return PQputCopyData(link->conn, bytes, (int)len) == 1 || keep_failure(link, NULL);
}

/* The results behind a COPY: its own, then NULL. */
static bool
end_copy(struct db_link *link)
{
	PGresult *result = PQgetResult(link->conn), *next;
	bool is_good = PQresultStatus(result) == PGRES_COMMAND_OK;

	while ((next = PQgetResult(link->conn)) != NULL)
		PQclear(next);
	if (!is_good)
		return keep_failure(link, result);
	PQclear(result);
	return true;
}

bool
db_copy_end(struct db_link *link)
{
	if (PQputCopyEnd(link->conn, NULL) != 1)
		return keep_failure(link, NULL);
	return end_copy(link);
}

void
db_copy_cancel(struct db_link *link)
{
	if (PQputCopyEnd(link->conn, "the file was refused") == 1)
		(void)end_copy(link);
}

const struct db_error *
db_link_error(const struct db_link *link)
{
	return &link->error;
}
