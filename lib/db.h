/*
 * db.h -- PostgreSQL: registered questions, one pipelined round trip, transactions, reconnection.
 * Only db.c and db-link.c know libpq.
 *
 * A program registers its questions once, as a table indexed by its enum; no call takes SQL text
 * from a handler, so input cannot become SQL. A question is one call of a function of an API
 * schema: `cabinet.diary_week($1, $2::date)`. Its first parameter is always the visitor's session
 * token and is supplied here; the handler gives the others.
 *
 *     struct db_rows *lessons = db_ask(rq, Q_WEEK, DB_TEXT(day));     queued, nothing is sent
 *     struct db_rows *averages = db_ask(rq, Q_AVERAGES, DB_TEXT(day));
 *     if (!db_answer(rq))                                             one round trip for all of them
 *             return rq->db_reply;
 *
 * Before the first question of a page, app.c queues one of its own: who is the visitor
 * (docs/architecture.md, «The way of a request»).
 *
 * Reads and writes: in a GET everything runs read-only in one implicit transaction - but for a page
 * of children's data at a desk, whose transaction also notes who looked (db_note_view). In a POST
 * db_answer() is one READ WRITE transaction, committed before it returns true; a second
 * db_ask/db_answer pair in the same handler is a second transaction.
 *
 * A lost server: reads are sent once more on a fresh connection; a write is not - it is *unknown*,
 * the reply is REPLY_BUSY and the visitor repeats it. So what a POST does must be harmless twice:
 * by its nature, or by a key (ledger.post() takes one). 40001 and 40P01 make app.c run the handler
 * again, at most twice more.
 *
 * SQLSTATE → reply, in one place: KB401 → REPLY_LOGIN, KB403 → REPLY_FORBIDDEN, KB404 →
 * REPLY_NOT_FOUND, KB409 and 23xxx and 55P03 → REPLY_CONFLICT, KB422 → REPLY_REFUSED with the
 * function's Russian message in rq->db_refusal, 080xx/53/57 or none at all → REPLY_BUSY, anything
 * else → REPLY_BROKEN (22xxx too: our own validation had a gap). Details go to the log, never to
 * the visitor.
 */
#ifndef KABINET_DB_H
#define KABINET_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;

struct db_question {
	const char *call;      /* `schema.function($1, $2::type, ...)` */
	bool        no_token;  /* for programs whose caller has no session yet: $1 is the first given parameter */
};

#define DB_MAX_QUESTIONS 32  /* in one round trip */
#define DB_MAX_PARAMS    16  /* of one question, the token included */

struct db_param {
	enum db_param_kind { DB_PARAM_END, DB_PARAM_TEXT, DB_PARAM_INT, DB_PARAM_BYTES } kind;
	const char *text;      /* DB_PARAM_TEXT: NULL is SQL NULL; must live until db_answer(). DB_PARAM_BYTES: the bytes */
	int64_t     number;    /* DB_PARAM_INT; DB_PARAM_BYTES: their length */
};
#define DB_TEXT(s)      ((struct db_param){ DB_PARAM_TEXT, (s), 0 })
#define DB_INT(n)       ((struct db_param){ DB_PARAM_INT, NULL, (n) })
#define DB_BYTES(p, n)  ((struct db_param){ DB_PARAM_BYTES, (const char *)(p), (n) })   /* bytea */
#define DB_BOOL(b)      DB_TEXT((b) ? "true" : "false")
#define DB_NULL         DB_TEXT(NULL)
#define DB_ID(n)        ((n) > 0 ? DB_INT(n) : DB_NULL)   /* ids begin with 1; 0 is «none» */

/*
 * An array for one parameter, `$4::bigint[]`, of the request's memory: begin, add, end. Where one
 * does not fit (64 KiB, as much as a form's body) no honest form was sent: db_array_end() says bad
 * input.
 */
struct db_array;
struct db_array *db_array(struct request *rq) __attribute__((returns_nonnull));
void db_array_text(struct db_array *array, const char *s);
void db_array_int(struct db_array *array, int64_t n);
void db_array_null(struct db_array *array);
struct db_param db_array_end(struct request *rq, struct db_array *array);
/*
 * Ids of the ticked boxes named PREFIX and the id, of the query or, in a POST, the body; *count
 * (not NULL): how many.
 */
struct db_param db_ticked(struct request *rq, const char *prefix, int *count);

/*
 * Who looks at whose data: `staff.note_view(token, purpose, object)` goes with the questions of the
 * next db_answer(), as the last of them, in a read-write transaction. app.c says so for routes with
 * a view; a handler whose route cannot name the object says it itself, instead of the route; one
 * that shows others besides says that too. Desks only; DB_MAX_VIEWS at most (asserted).
 */
#define DB_MAX_VIEWS 4
void db_note_view(struct request *rq, const char *purpose, const char *object);
void db_also_view(struct request *rq, const char *purpose, const char *object);

/* The rows of one question: filled by db_answer(), owned by the request, valid until it ends. */
struct db_rows;

/* Queues a registered question. The rows are empty until db_answer(). Never NULL. */
#define db_ask(rq, question, ...) \
	db_ask_params((rq), (question), (const struct db_param[]){ __VA_ARGS__ __VA_OPT__(,) { 0 } })
struct db_rows *db_ask_params(struct request *rq, int question, const struct db_param *params)
    __attribute__((returns_nonnull));

/*
 * Sends everything queued and waits for all answers (at most the connection's statement_timeout, 5
 * s). true: every rows object is filled. false: rq->db_reply says what to return; the cause is
 * logged; nothing was changed - or, after a lost connection at COMMIT, it is unknown. With
 * rq->bad_input nothing is sent and the reply is REPLY_BAD_INPUT, so a handler that asks needs no
 * test of its own.
 */
bool db_answer(struct request *rq) __attribute__((warn_unused_result));

int db_row_count(const struct db_rows *rows);
/*
 * Leaves the first `count` rows visible; true when there were more. Lists ask for one row more than
 * a page holds, to know whether another page follows.
 */
bool db_limit(struct db_rows *rows, int count);
int db_column_count(const struct db_rows *rows);
const char *db_column_name(const struct db_rows *rows, int column);
enum db_kind { DB_KIND_TEXT, DB_KIND_INT, DB_KIND_BOOL };
/* From the column's type; booleans arrive as "t" and "f". */
enum db_kind db_column_kind(const struct db_rows *rows, int column);
/* -1 when there is no such column. */
int db_column(const struct db_rows *rows, const char *name);
/* "" for NULL; row and column must exist (asserted). *len may be NULL. */
const char *db_cell(const struct db_rows *rows, int row, int column, size_t *len);
bool db_is_null(const struct db_rows *rows, int row, int column);
/* By name, asserted to exist; for the few values that C itself needs. */
const char *db_text(const struct db_rows *rows, int row, const char *name);
int64_t db_int(const struct db_rows *rows, int row, const char *name);   /* 0 for NULL; anything but an integer is asserted against */
bool db_bool(const struct db_rows *rows, int row, const char *name);
/* Decodes a bytea of any length into the request's memory; "" and 0 for NULL. */
const void *db_blob(struct request *rq, const struct db_rows *rows, int row, const char *name,
    size_t *len);
/* Decodes a bytea; false when NULL or of another length. */
bool db_bytes(const struct db_rows *rows, int row, const char *name, void *bytes, size_t len);

/*
 * Is the server there, and does it keep what it acknowledges (fsync, full_page_writes,
 * synchronous_commit: invariant I11)?
 */
bool db_check(void);

/* ---- for programs without requests: the importer, jobs, contract ----------------------------- */

/*
 * A plain connection; new/free pair. NULL with the reason in the log. Settings of I11 are checked
 * here too.
 */
struct db_link;
struct db_link *db_link_new(const char *conninfo) __attribute__((warn_unused_result));
void db_link_free(struct db_link *link);

/*
 * Runs one statement written in the program (never made from input) with parameters; NULL on
 * failure, with the server's SQLSTATE and message in db_link_error(). Rows are freed by
 * db_rows_free().
 */
struct db_rows *db_link_run(struct db_link *link, const char *sql, const struct db_param *params)
    __attribute__((warn_unused_result));
#define db_run(link, sql, ...) \
	db_link_run((link), (sql), (const struct db_param[]){ __VA_ARGS__ __VA_OPT__(,) { 0 } })
void db_rows_free(struct db_rows *rows);

/*
 * COPY ... FROM STDIN (text format): begin, put any number of whole or partial lines, end. false:
 * see db_link_error().
 */
bool db_copy_begin(struct db_link *link, const char *sql) __attribute__((warn_unused_result));
bool db_copy_put(struct db_link *link, const char *bytes, size_t len)
    __attribute__((warn_unused_result));
bool db_copy_end(struct db_link *link) __attribute__((warn_unused_result));
/* Ends a COPY with an error, so that the server keeps nothing of it. */
void db_copy_cancel(struct db_link *link);

struct db_error { char sqlstate[6]; const char *message; };
/*
 * The last failure of this link; valid until the next call on it. sqlstate is "" when the server
 * was lost.
 */
const struct db_error *db_link_error(const struct db_link *link);

#endif
