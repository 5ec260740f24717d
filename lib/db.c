/*
 * db.c -- PostgreSQL for sections: the questions of a request, pipelined. See db.h; rows and plain
 * links are in db-link.c.
 *
 * A worker is single-threaded and answers one request at a time, so the connection and the list of
 * prepared questions are the process's own state; what belongs to a request lives in its struct
 * db_queue, in its arena.
 *
 * The pipeline of one db_answer(): [BEGIN READ WRITE] [prepare what is new] questions... [who
 * looked] [COMMIT] sync. It is written without non-blocking mode. Files of several megabytes do not
 * fit in a socket's buffer, but neither side can wait for the other forever: whenever libpq cannot
 * write on, it reads what the server has answered so far (pqSendSome), so the server can always go
 * on reading.
 */
#include "db.h"

#include <assert.h>
#include <poll.h>

#include "app-private.h"
#include "arena.h"
#include "db-private.h"
#include "log.h"

#define RECONNECT_PAUSE_MS_MIN 50
#define RECONNECT_PAUSE_MS_MAX 1000

/* What one request asked. `rows` of [answered, count) wait for db_answer(). */
struct db_queue {
	struct db_rows *rows[DB_MAX_QUESTIONS];
	struct db_rows *visitor;
	const char *failed;                    /* the call that failed, for the log; NULL when it was BEGIN or COMMIT */
	int  count;
	int  answered;
	int  round_trips;
	struct { const char *purpose, *object; } view[DB_MAX_VIEWS];   /* to note with the next questions */
	int  view_count;
	bool writable;
	bool wants_rerun;
};

static struct {
	const char *conninfo;
	const char *role;
	const struct app *app;
	int      count;                        /* of the program's questions; those of our own follow */
	PGconn  *conn;
	uint64_t prepared[4];                  /* one bit per question of this connection */
	int64_t  next_try_ms;                  /* no new connection before this moment */
	int      pause_ms;
} db;

/* What is asked besides, by audience: who the visitor is, and more. Devices are nobody. */
enum own_question { OWN_VISITOR, OWN_TOUCH, OWN_CHILD, OWN_VIEW, OWN__COUNT };
static const struct db_question own_questions[][OWN__COUNT] = {
	[AUDIENCE_CABINET] = {
		[OWN_VISITOR] = { "cabinet.visitor($1)" },
		[OWN_TOUCH]   = { "cabinet.session_touch($1)" },
		[OWN_CHILD]   = { "cabinet.expect_child($1, $2)" },
	},
	[AUDIENCE_STAFF] = {
		[OWN_VISITOR] = { "staff.visitor($1)" },
		[OWN_TOUCH]   = { "staff.session_touch($1)" },
		[OWN_VIEW]    = { "staff.note_view($1, $2, $3)" },
	},
	[AUDIENCE_DEVICE] = { { NULL } },
};

static const struct db_question *
question_at(int index)
{
	const struct db_question *question;

	assert(index >= 0 && index < db.count + OWN__COUNT);
	question = index < db.count ? &db.app->questions[index]
				    : &own_questions[db.app->audience][index - db.count];
	assert(question->call != NULL);
	return question;
}

/* ---- connection ------------------------------------------------------------------------------ */

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
	db.conn = db_connect(db.conninfo, db.role, settings);
	if (db.conn != NULL && !db_keeps_promises(db.conn))
		disconnect();
	if (db.conn != NULL && PQenterPipelineMode(db.conn) == 1) {
		db.pause_ms = RECONNECT_PAUSE_MS_MIN;
		return true;
	}
	disconnect();
	db.next_try_ms = now_ms() + db.pause_ms;
	db.pause_ms = db.pause_ms * 2 > RECONNECT_PAUSE_MS_MAX ? RECONNECT_PAUSE_MS_MAX
							       : db.pause_ms * 2;
	return false;
}

/*
 * A server that went away between requests has left an end of file, or its last words, on the
 * socket. Seeing that before anything is sent keeps a write from becoming "unknown".
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
	if (PQconsumeInput(db.conn) == 0 || PQstatus(db.conn) == CONNECTION_BAD ||
	    (fd.revents & POLLHUP))
		disconnect();
}

void
db_open(const char *conninfo, const char *role, const struct app *app)
{
	assert(app->question_count + OWN__COUNT <= (int)sizeof db.prepared * 8);
	db.conninfo = conninfo;
	db.role = role;
	db.app = app;
	db.count = app->question_count;
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
	is_good = db_keeps_promises(db.conn);
	result = PQexec(db.conn, "select 1");
	is_good = is_good && PQresultStatus(result) == PGRES_TUPLES_OK;
	PQclear(result);
	if (PQenterPipelineMode(db.conn) == 0 || !is_good)
		disconnect();
	return is_good;
}

void
db_print_questions(const struct app *app)
{
	for (int i = 0; i < app->question_count; i++)
		printf("select * from %s\n", app->questions[i].call);
	for (int i = 0; i < OWN__COUNT; i++)
		if (own_questions[app->audience][i].call != NULL)
			printf("select * from %s\n", own_questions[app->audience][i].call);
}

/* ---- asking ---------------------------------------------------------------------------------- */

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
		rq->queue->visitor = ask(rq, db.count + OWN_VISITOR,
		    (const struct db_param[]){ { 0 } });
	return rq->queue->visitor;
}

void
db_expect_child(struct request *rq, const char *idn)
{
	assert(db.app->audience == AUDIENCE_CABINET);
	ask(rq, db.count + OWN_CHILD, (const struct db_param[]){ DB_TEXT(idn), { 0 } });
}

void
db_note_view(struct request *rq, const char *purpose, const char *object)
{
	rq->queue->view_count = 0;
	db_also_view(rq, purpose, object);
}

void
db_also_view(struct request *rq, const char *purpose, const char *object)
{
	struct db_queue *queue = rq->queue;

	assert(db.app->audience == AUDIENCE_STAFF && queue->view_count < DB_MAX_VIEWS);
	queue->view[queue->view_count].purpose = purpose;
	queue->view[queue->view_count++].object = object;
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

/* ---- answering ------------------------------------------------------------------------------- */

/*
 * How one round trip ended. LOST and FAILED differ in one thing: a lost connection may be tried
 * again.
 */
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

/*
 * Which questions of the queue are to be prepared first; the same one asked twice is prepared once.
 */
static bool
must_prepare(const struct db_queue *queue, int index)
{
	int question = queue->rows[index]->question;

	for (int i = queue->answered; i < index; i++)
		if (queue->rows[i]->question == question)
			return false;
	return !is_prepared(question);
}

/* Is this round trip a transaction that may write? */
static bool
is_writing(const struct db_queue *queue)
{
	return queue->writable || queue->view_count > 0;
}

static bool
send_all(const struct db_queue *queue, const bool *prepare)
{
	bool is_sent = !is_writing(queue) || send_plain("begin read write");

	for (int i = queue->answered; is_sent && i < queue->count; i++) {
		if (prepare[i])
			is_sent = send_prepare(queue->rows[i]->question);
		is_sent = is_sent && send_question(queue->rows[i]);
	}
	if (is_sent && is_writing(queue))
		is_sent = send_plain("commit");
	return is_sent && PQpipelineSync(db.conn) == 1;
}

/*
 * Reads the result of one command of the pipeline with the NULL behind it. The first failure is
 * kept in *failure; after it the server skips everything up to the sync, and those results say
 * PGRES_PIPELINE_ABORTED.
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

	if (is_writing(queue))
		PQclear(read_result(failure));
	for (int i = queue->answered; i < queue->count; i++) {
		struct db_rows *rows = queue->rows[i];

		if (prepare[i]) {
			PGresult *prepared = read_result(failure);

			if (prepared != NULL)
				db.prepared[rows->question / 64] |= UINT64_C(1)
				    << (rows->question % 64);
			PQclear(prepared);
		}
		rows->result = read_result(failure);
		if (rows->result != NULL)
			arena_defer(rq->arena, clear_result, rows->result);
		else if (*failure != NULL && queue->failed == NULL)
			queue->failed = question_at(rows->question)->call;
	}
	if (is_writing(queue))
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
	return sqlstate == NULL || strncmp(sqlstate, "57P", 3) == 0 ||
	    strncmp(sqlstate, "080", 3) == 0;
}

/* SQLSTATE → reply: the only place that knows. */
static enum reply
reply_of(const char *state)
{
	static const struct { const char *prefix; enum reply reply; } table[] = {
		{ "KB401", REPLY_LOGIN },    { "KB403", REPLY_FORBIDDEN }, { "KB404", REPLY_NOT_FOUND },
		{ "KB409", REPLY_CONFLICT }, { "KB422", REPLY_REFUSED },   { "23", REPLY_CONFLICT },
		{ "40", REPLY_CONFLICT },    { "55P03", REPLY_CONFLICT },  { "080", REPLY_BUSY },
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
	const char *call = rq->queue->failed != NULL ? rq->queue->failed : "";
	const char *question = arena_copy(rq->arena, call, strcspn(call, "("));
	const char *words = PQresultErrorField(failure, PG_DIAG_MESSAGE_PRIMARY);

	rq->db_reply = state == NULL ? REPLY_BUSY : reply_of(state);
	rq->queue->wants_rerun = state != NULL &&
	    (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0);
	if (rq->db_reply == REPLY_REFUSED && words != NULL)
		rq->db_refusal = arena_copy(rq->arena, words, strlen(words));
	if (rq->db_reply == REPLY_BROKEN || rq->db_reply == REPLY_BUSY)
		log_error("db-failed", "sqlstate=%s question=%s", state != NULL ? state : "",
		    question);
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
		/*
		 * A replaced function invalidates plans (0A000) and a pooler may drop them (26000).
		 */
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
	bool is_welcome;

	queue->wants_rerun = false;
	rq->db_refusal = NULL;
	rq->db_reply = REPLY_BUSY;
	if (rq->bad_input || form_is_unseen(rq)) {
		rq->db_reply = REPLY_BAD_INPUT;
		return false;
	}
	for (int i = 0; i < queue->view_count; i++)
		ask(rq, db.count + OWN_VIEW,
		    (const struct db_param[]){ DB_TEXT(queue->view[i].purpose),
			DB_TEXT(queue->view[i].object), { 0 } });
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
	queue->view_count = 0;
	/*
	 * Who it is was asked first: known even when a later question failed, so that the error
	 * page has its frame.
	 */
	is_welcome = frame_know_visitor(rq);
	if (trip == TRIP_GOOD && !is_welcome)
		rq->db_reply = REPLY_FORBIDDEN;
	return trip == TRIP_GOOD && is_welcome;
}

void
db_touch_session(struct request *rq)
{
	db_begin_request(rq, true);
	ask(rq, db.count + OWN_TOUCH, (const struct db_param[]){ { 0 } });
	if (!db_answer(rq))
		log_warning("session-touch", "reply=%d", (int)rq->db_reply);
}
