/*
 * test-db.c -- lib/db.c and lib/db-link.c against a real PostgreSQL: KABINET_TEST_DB is the
 * conninfo of an empty database whose owner we are. Without it every test is skipped, and says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app-private.h"
#include "log.h"

enum question { Q_ADD, Q_TWO, Q_RAISE, Q_WRITE, Q_PID, Q_TYPES, Q_ECHO, Q__COUNT };
static const struct db_question questions[Q__COUNT] = {
	[Q_ADD]   = { "pg_catalog.int8pl($1::bigint, $2::bigint)", .no_token = true },
	[Q_TWO]   = { "pg_catalog.generate_series(1, $1::int)", .no_token = true },
	[Q_RAISE] = { "testdb.raise($1, $2)", .no_token = true },
	[Q_WRITE] = { "testdb.write($1::int)", .no_token = true },
	[Q_PID]   = { "pg_catalog.pg_backend_pid()", .no_token = true },
	[Q_TYPES] = { "testdb.types($1)" },
	[Q_ECHO]  = { "testdb.echo($1)", .no_token = true },
};

static const struct app app = { .name = "test",
	.questions = questions,
	.question_count = Q__COUNT };

static const char *const fixture[] = {
	"drop schema if exists testdb cascade",
	"create schema testdb",
	"create table testdb.kept (n int primary key)",
	"create function testdb.raise(state text, words text) returns int language plpgsql as $$"
	" begin raise exception using errcode = state, message = words; end $$",
	"create function testdb.write(n int) returns int language sql as"
	" $$ insert into testdb.kept values (n) returning n $$",
	"create function testdb.echo(bytes bytea) returns table (back bytea) language sql as $$ select bytes $$",
	"create function testdb.types(token text) returns table (token_back text, yes boolean, nothing text, bytes bytea)"
	" language sql as $$ select token, true, null::text, '\\x00ff'::bytea $$",
};

static const char *conninfo;
static struct db_link *side;       /* another connection, to look and to kill with */
static struct arena *arena;
static struct app_state state;
static struct request rq;

static int64_t
side_int(const char *sql)
{
	struct db_rows *rows = db_run(side, sql);
	int64_t n;

	assert_non_null(rows);
	n = db_row_count(rows) > 0 ? db_int(rows, 0, db_column_name(rows, 0)) : -1;
	db_rows_free(rows);
	return n;
}

static void
side_run(const char *sql)
{
	struct db_rows *rows = db_run(side, sql);

	if (rows == NULL)
		print_message("%s\n", db_link_error(side)->message);
	assert_non_null(rows);
	db_rows_free(rows);
}

static int
set_up(void **unused)
{
	(void)unused;
	conninfo = getenv("KABINET_TEST_DB");
	arena = arena_new(64 << 20);
	if (conninfo == NULL)
		return 0;
	side = db_link_new(conninfo);
	assert_non_null(side);
	for (int i = 0; i < APP_COUNT(fixture); i++)
		side_run(fixture[i]);
	db_open(conninfo, NULL, &app);
	return 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	if (side != NULL)
		side_run("drop schema testdb cascade");
	db_link_free(side);
	db_close();
	arena_free(arena);
	return 0;
}

/* A fresh request; the arena of the one before is gone. */
static void
begin(bool writable)
{
	if (conninfo == NULL) {
		print_message("skipped: KABINET_TEST_DB is not set\n");
		skip();
	}
	arena_reset(arena);
	rq = (struct request){ .arena = arena,
		.state = &state,
		.token = "the-token",
		.device = "" };
	db_begin_request(&rq, writable);
}

static void
all_questions_of_a_page_take_one_round_trip(void **unused)
{
	struct db_rows *sum, *series, *again;

	(void)unused;
	begin(false);
	sum = db_ask(&rq, Q_ADD, DB_INT(40), DB_INT(2));
	series = db_ask(&rq, Q_TWO, DB_INT(3));
	again = db_ask(&rq, Q_ADD, DB_INT(-1), DB_INT(INT64_C(9000000000)));
	assert_true(db_is_pending(&rq));
	assert_true(db_answer(&rq));
	assert_false(db_is_pending(&rq));
	assert_int_equal(db_round_trips(&rq), 1);
	assert_int_equal(db_int(sum, 0, "int8pl"), 42);
	assert_int_equal(db_int(again, 0, "int8pl"), INT64_C(8999999999));
	assert_int_equal(db_row_count(series), 3);
	assert_int_equal(db_column_kind(series, 0), DB_KIND_INT);
	assert_true(db_limit(series, 2));
	assert_int_equal(db_row_count(series), 2);
	assert_false(db_limit(series, 3));
}

static void
the_token_is_the_first_parameter_by_itself(void **unused)
{
	struct db_rows *rows;
	unsigned char bytes[2];

	(void)unused;
	begin(false);
	rows = db_ask(&rq, Q_TYPES);
	assert_true(db_answer(&rq));
	assert_string_equal(db_text(rows, 0, "token_back"), "the-token");
	assert_true(db_bool(rows, 0, "yes"));
	assert_string_equal(db_text(rows, 0, "nothing"), "");
	assert_true(db_is_null(rows, 0, db_column(rows, "nothing")));
	assert_int_equal(db_column(rows, "no_such"), -1);
	assert_true(db_bytes(rows, 0, "bytes", bytes, sizeof bytes));
	assert_int_equal(bytes[1], 0xff);
	assert_false(db_bytes(rows, 0, "bytes", bytes, 1));
}

static void
sqlstates_become_replies(void **unused)
{
	static const struct { const char *state; enum reply reply; } table[] = {
		{ "KB401", REPLY_LOGIN },    { "KB403", REPLY_FORBIDDEN }, { "KB404", REPLY_NOT_FOUND },
		{ "KB409", REPLY_CONFLICT }, { "KB422", REPLY_REFUSED },   { "23505", REPLY_CONFLICT },
		{ "40001", REPLY_CONFLICT }, { "55P03", REPLY_CONFLICT },  { "53300", REPLY_BUSY },
		{ "57014", REPLY_BUSY },     { "22P02", REPLY_BROKEN },    { "XX000", REPLY_BROKEN },
	};

	(void)unused;
	for (int i = 0; i < APP_COUNT(table); i++) {
		begin(i % 2 == 0);
		db_ask(&rq, Q_RAISE, DB_TEXT(table[i].state), DB_TEXT("Так нельзя."));
		assert_false(db_answer(&rq));
		assert_int_equal(rq.db_reply, table[i].reply);
		assert_int_equal(db_wants_rerun(&rq), strcmp(table[i].state, "40001") == 0);
		if (table[i].reply == REPLY_REFUSED)
			assert_string_equal(rq.db_refusal, "Так нельзя.");
		else
			assert_null(rq.db_refusal);
	}
}

static void
a_failure_spoils_the_whole_page_and_not_the_next(void **unused)
{
	struct db_rows *rows;

	(void)unused;
	begin(false);
	db_ask(&rq, Q_RAISE, DB_TEXT("KB404"), DB_TEXT("x"));
	rows = db_ask(&rq, Q_ADD, DB_INT(1), DB_INT(1));
	assert_false(db_answer(&rq));
	assert_int_equal(db_row_count(rows), 0);
	begin(false);
	rows = db_ask(&rq, Q_ADD, DB_INT(1), DB_INT(1));
	assert_true(db_answer(&rq));
	assert_int_equal(db_int(rows, 0, "int8pl"), 2);
}

static void
a_get_cannot_write(void **unused)
{
	(void)unused;
	begin(false);
	db_ask(&rq, Q_WRITE, DB_INT(1));
	assert_false(db_answer(&rq));
	assert_int_equal(rq.db_reply, REPLY_BROKEN);
	assert_int_equal(side_int("select count(*) from testdb.kept"), 0);
}

static void
a_post_commits_all_or_nothing(void **unused)
{
	(void)unused;
	begin(true);
	db_ask(&rq, Q_WRITE, DB_INT(1));
	assert_true(db_answer(&rq));
	assert_int_equal(db_round_trips(&rq), 1);
	assert_int_equal(side_int("select count(*) from testdb.kept"), 1);
	db_ask(&rq, Q_WRITE, DB_INT(2));
	db_ask(&rq, Q_WRITE, DB_INT(1));
	assert_false(db_answer(&rq));
	assert_int_equal(rq.db_reply, REPLY_CONFLICT);
	assert_int_equal(side_int("select count(*) from testdb.kept"), 1);
	begin(true);
	db_ask(&rq, Q_WRITE, DB_INT(3));
	assert_true(db_answer(&rq));
	side_run("delete from testdb.kept");
}

/*
 * The server answers the first with ten megabytes while we still write the second: each would wait
 * for the other if libpq did not read when it cannot write.
 */
static void
files_go_there_and_back(void **unused)
{
	struct db_rows *back[FORM_MAX_FILES], *none;
	uint8_t *file;
	size_t len;

	(void)unused;
	begin(true);
	file = arena_alloc(arena, FORM_MAX_FILE_BYTES);
	for (size_t i = 0; i < FORM_MAX_FILE_BYTES; i++)
		file[i] = (uint8_t)(i * 31 >> 3);
	for (int i = 0; i < FORM_MAX_FILES; i++)
		back[i] = db_ask(&rq, Q_ECHO, DB_BYTES(file, FORM_MAX_FILE_BYTES - i));
	none = db_ask(&rq, Q_ECHO, DB_NULL);
	assert_true(db_answer(&rq));
	assert_int_equal(db_round_trips(&rq), 1);
	for (int i = 0; i < FORM_MAX_FILES; i++) {
		const void *bytes = db_blob(&rq, back[i], 0, "back", &len);

		assert_int_equal(len, FORM_MAX_FILE_BYTES - i);
		assert_true(memcmp(bytes, file, len) == 0);
	}
	assert_string_equal(db_blob(&rq, none, 0, "back", &len), "");
	assert_int_equal(len, 0);
}

/* Kills our server process from aside and waits until it is gone. */
static void
kill_server(int64_t pid)
{
	char sql[96];

	snprintf(sql, sizeof sql, "select pg_terminate_backend(%ld, 5000)::int", (long)pid);
	assert_int_equal(side_int(sql), 1);
}

static int64_t
our_pid(void)
{
	struct db_rows *rows = db_ask(&rq, Q_PID);

	assert_true(db_answer(&rq));
	return db_int(rows, 0, "pg_backend_pid");
}

static void
a_server_lost_between_requests_is_not_noticed(void **unused)
{
	int64_t pid;

	(void)unused;
	for (int writable = 0; writable < 2; writable++) {
		begin(writable);
		pid = our_pid();
		kill_server(pid);
		begin(writable);
		assert_int_not_equal(our_pid(), pid);
	}
}

/* A trigger shoots the server process in the middle of the transaction. */
static void
a_write_that_loses_its_server_is_unknown(void **unused)
{
	(void)unused;
	begin(true);
	(void)our_pid();
	side_run("create function testdb.shoot() returns trigger language plpgsql as"
	    " $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$");
	side_run(
	    "create trigger shoot after insert on testdb.kept for each row execute function testdb.shoot()");
	begin(true);
	db_ask(&rq, Q_WRITE, DB_INT(7));
	assert_false(db_answer(&rq));
	assert_int_equal(rq.db_reply, REPLY_BUSY);
	assert_int_equal(db_round_trips(&rq), 1);   /* never sent a second time */
	side_run("drop trigger shoot on testdb.kept");
	assert_int_equal(side_int("select count(*) from testdb.kept where n = 7"), 0);
	begin(true);
	db_ask(&rq, Q_WRITE, DB_INT(8));
	assert_true(db_answer(&rq));
}

static void
a_replaced_function_does_not_disturb(void **unused)
{
	struct db_rows *rows;

	(void)unused;
	begin(false);
	db_ask(&rq, Q_TYPES);
	assert_true(db_answer(&rq));
	side_run("drop function testdb.types(text)");
	side_run(
	    "create function testdb.types(token text) returns table (token_back text, more int)"
	    " language sql as $$ select token, 5 $$");
	begin(false);
	rows = db_ask(&rq, Q_TYPES);
	assert_true(db_answer(&rq));
	assert_int_equal(db_int(rows, 0, "more"), 5);
}

static void
a_copy_is_kept_or_cancelled(void **unused)
{
	(void)unused;
	begin(false);
	side_run("delete from testdb.kept");
	assert_true(db_copy_begin(side, "copy testdb.kept from stdin"));
	assert_true(db_copy_put(side, "11\n1", 4));
	assert_true(db_copy_put(side, "2\n", 2));
	assert_true(db_copy_end(side));
	assert_int_equal(side_int("select sum(n) from testdb.kept"), 23);
	assert_true(db_copy_begin(side, "copy testdb.kept from stdin"));
	assert_true(db_copy_put(side, "13\n", 3));
	db_copy_cancel(side);
	assert_int_equal(side_int("select sum(n) from testdb.kept"), 23);
	assert_true(db_copy_begin(side, "copy testdb.kept from stdin"));
	assert_true(db_copy_put(side, "11\n", 3));
	assert_false(db_copy_end(side));
	assert_string_equal(db_link_error(side)->sqlstate, "23505");
	assert_false(db_copy_begin(side, "copy testdb.no_such from stdin"));
	assert_string_equal(db_link_error(side)->sqlstate, "42P01");
}

static void
a_server_that_may_forget_is_refused(void **unused)
{
	(void)unused;
	begin(false);
	assert_true(db_check());
	side_run("alter role current_user set synchronous_commit = off");
	assert_null(db_link_new(conninfo));
	side_run("alter role current_user reset synchronous_commit");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_questions_of_a_page_take_one_round_trip),
		cmocka_unit_test(the_token_is_the_first_parameter_by_itself),
		cmocka_unit_test(sqlstates_become_replies),
		cmocka_unit_test(a_failure_spoils_the_whole_page_and_not_the_next),
		cmocka_unit_test(a_get_cannot_write),
		cmocka_unit_test(a_post_commits_all_or_nothing),
		cmocka_unit_test(files_go_there_and_back),
		cmocka_unit_test(a_server_lost_between_requests_is_not_noticed),
		cmocka_unit_test(a_write_that_loses_its_server_is_unknown),
		cmocka_unit_test(a_replaced_function_does_not_disturb),
		cmocka_unit_test(a_copy_is_kept_or_cancelled),
		cmocka_unit_test(a_server_that_may_forget_is_refused),
	};

	log_open("test-db");
	return cmocka_run_group_tests_name("db", tests, set_up, tear_down);
}
