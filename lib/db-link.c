/*
 * db-link.c -- opening connections, reading rows, and the links of programs that have no requests.
 * See db.h.
 */
#include <assert.h>

#include "app.h"
#include "arena.h"
#include "crypto.h"
#include "db-private.h"
#include "log.h"
#include "text.h"

enum { OID_BOOL = 16, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23 };   /* pg_type.dat */

/* ---- connections ----------------------------------------------------------------------------- */

/* libpq's notices would go to stderr unformatted, and could quote values. */
static void
ignore_notice(void *context, const PGresult *result)
{
	(void)context;
	(void)result;
}

PGconn *
db_connect(const char *conninfo, const char *role, const char *settings)
{
	const char *keys[] = { "dbname", "client_encoding", "connect_timeout", "options", "user",
		NULL };
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

/*
 * Invariant I11: what the server says it keeps, it keeps; else money could vanish after it was
 * acknowledged.
 */
bool
db_keeps_promises(PGconn *conn)
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

/* ---- rows ------------------------------------------------------------------------------------ */

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
	assert(
	    row >= 0 && row < db_row_count(rows) && column >= 0 && column < db_column_count(rows));
	if (len != NULL)
		*len = (size_t)PQgetlength(rows->result, row, column);
	return PQgetvalue(rows->result, row, column);
}

bool
db_is_null(const struct db_rows *rows, int row, int column)
{
	assert(
	    row >= 0 && row < db_row_count(rows) && column >= 0 && column < db_column_count(rows));
	return PQgetisnull(rows->result, row, column);
}

/*
 * A handler that asks for a column or row that is not there has a bug: it is told where, then the
 * worker ends.
 */
static int
need_column(const struct db_rows *rows, int row, const char *name)
{
	int column = db_column(rows, name);

	if (column < 0 || row >= db_row_count(rows)) {
		log_error("bug-column", "column=%s row=%d rows=%d columns=%d", name, row,
		    db_row_count(rows), db_column_count(rows));
		abort();
	}
	return column;
}

const char *
db_text(const struct db_rows *rows, int row, const char *name)
{
	return db_cell(rows, row, need_column(rows, row, name), NULL);
}

int64_t
db_int(const struct db_rows *rows, int row, const char *name)
{
	const char *text = db_text(rows, row, name);
	int64_t n = 0;
	bool is_int = *text == '\0' || int_parse(text, INT64_MIN, INT64_MAX, &n);

	assert(is_int);
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
	const char *hex = db_cell(rows, row, need_column(rows, row, name), &chars);

	return chars == 2 * len + 2 && strncmp(hex, "\\x", 2) == 0 &&
	    crypto_unhex(hex + 2, bytes, len);
}

const void *
db_blob(struct request *rq, const struct db_rows *rows, int row, const char *name, size_t *len)
{
	size_t chars;
	const char *hex = db_cell(rows, row, need_column(rows, row, name), &chars);
	char *bytes;

	*len = 0;
	if (chars < 2 || strncmp(hex, "\\x", 2) != 0)
		return "";
	bytes = arena_alloc(rq->arena, chars / 2);
	if (!crypto_unhex(hex + 2, bytes, chars / 2 - 1)) {
		log_error("bug-bytea", "column=%s", name);
		abort();
	}
	*len = chars / 2 - 1;
	return bytes;
}

/* ---- links ----------------------------------------------------------------------------------- */

struct db_link {
	PGconn         *conn;
	PGresult       *failure;      /* owns the words of `error` */
	struct db_error error;
};

struct db_link *
db_link_new(const char *conninfo)
{
	PGconn *conn = db_connect(conninfo, NULL,
	    "-c search_path= -c datestyle=ISO -c bytea_output=hex");
	struct db_link *link;

	if (conn != NULL && !db_keeps_promises(conn)) {
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
	snprintf(link->error.sqlstate, sizeof link->error.sqlstate, "%s",
	    state != NULL ? state : "");
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
	if (PQresultStatus(result) != PGRES_TUPLES_OK &&
	    PQresultStatus(result) != PGRES_COMMAND_OK) {
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
