/* test-reader-lines.c -- the lines of card readers: what is read, and each way of being wrong. */
#include "unit.h"

#include "arena.h"
#include "reader-lines.h"
#include "text.h"

#define GOOD "n=1;uid=04A1B2C3;at=2026-11-24T08:12:30+07:00;direction=in"

static struct arena *arena;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(16 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
good_messages(void **state)
{
	static const char body[] = GOOD "\nn=9223372036854775807;uid=0011223344556677aabb;"
	    "at=2024-02-29T23:59:60.123456789Z;direction=out";
	struct reader_lines lines;

	(void)state;
	assert_true(reader_lines_parse(arena, body, sizeof body - 1, &lines));
	assert_int_equal(lines.count, 2);
	assert_int_equal(lines.bad_line, 0);
	assert_string_equal(lines.numbers, "{1,9223372036854775807}");
	assert_string_equal(lines.uids, "{04A1B2C3,0011223344556677aabb}");
	assert_string_equal(lines.moments,
	    "{2026-11-24T08:12:30+07:00,2024-02-29T23:59:60.123456789Z}");
	assert_string_equal(lines.directions, "{in,out}");
	assert_true(reader_lines_parse(arena, GOOD "\n", sizeof GOOD, &lines));
	assert_int_equal(lines.count, 1);
	assert_true(reader_lines_parse(arena, "", 0, &lines));
	assert_int_equal(lines.count, 0);
	assert_string_equal(lines.numbers, "{}");
}

static void
bad_lines(void **state)
{
	static const struct { const char *line, *words; } bad[] = {
		{ "", "empty line" },
		{ " " GOOD, "must begin with n=" },
		{ "N=1;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=in", "must begin with n=" },
		{ "n=0;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=in", "n is not a number from 1" },
		{ "n=01;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=in", "n is not a number from 1" },
		{ "n=-1;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=in", "n is not a number from 1" },
		{ "n=;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=in", "n is not a number from 1" },
		{ "n=9223372036854775808;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=in",
		    "n is not a number from 1" },
		{ "n=1,2;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=in", "n is not a number from 1" },
		{ "n=1", "no uid= after n" },
		{ "n=1;at=2026-11-24T08:12:30Z;uid=04A1B2C3;direction=in", "no uid= after n" },
		{ "n=1;uid=04A1B2;at=2026-11-24T08:12:30Z;direction=in", "uid is not 4 to 10 bytes in hex" },
		{ "n=1;uid=04A1B2C;at=2026-11-24T08:12:30Z;direction=in", "uid is not 4 to 10 bytes in hex" },
		{ "n=1;uid=04A1B2C3D;at=2026-11-24T08:12:30Z;direction=in", "uid is not 4 to 10 bytes in hex" },
		{ "n=1;uid=04A1B2CG;at=2026-11-24T08:12:30Z;direction=in", "uid is not 4 to 10 bytes in hex" },
		{ "n=1;uid=00112233445566778899AA;at=2026-11-24T08:12:30Z;direction=in",
		    "uid is not 4 to 10 bytes in hex" },
		{ "n=1;uid=04A1B2C3", "no at= after uid" },
		{ "n=1;uid=04A1B2C3;at=2026-11-24T08:12:30;direction=in",
		    "at is not a moment of RFC 3339 with a zone" },
		{ "n=1;uid=04A1B2C3;at=;direction=in", "at is not a moment of RFC 3339 with a zone" },
		{ "n=1;uid=04A1B2C3;at=2026-11-24T08:12:30Z", "no direction= after at" },
		{ GOOD " ", "direction is not in or out" },
		{ GOOD "\r", "direction is not in or out" },
		{ GOOD ";", "direction is not in or out" },
		{ "n=1;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=IN", "direction is not in or out" },
		{ "n=1;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=inout", "direction is not in or out" },
		{ "n=1;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=", "direction is not in or out" },
	};
	struct reader_lines lines;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *body = arena_printf(arena, "%s\n%s\n%s", GOOD, bad[i].line, GOOD);

		assert_false(reader_lines_parse(arena, body, strlen(body), &lines));
		assert_int_equal(lines.bad_line, 2);
		assert_string_equal(lines.bad_words, bad[i].words);
	}
}

static void
limits(void **state)
{
	static char long_line[READER_MAX_LINE_BYTES + 1], long_body[READER_MAX_BODY_BYTES + 1];
	struct reader_lines lines;
	struct text body;

	(void)state;
	text_init(&body, 1 << 20);
	for (int i = 0; i < READER_MAX_LINES; i++)
		text_puts(&body, GOOD "\n");
	assert_true(reader_lines_parse(arena, body.data, body.len, &lines));
	assert_int_equal(lines.count, READER_MAX_LINES);
	text_puts(&body, GOOD "\n");
	assert_false(reader_lines_parse(arena, body.data, body.len, &lines));
	assert_int_equal(lines.bad_line, READER_MAX_LINES + 1);
	text_release(&body);
	memset(long_line, 'n', sizeof long_line);
	assert_false(reader_lines_parse(arena, long_line, sizeof long_line, &lines));
	assert_string_equal(lines.bad_words, "line too long");
	assert_false(reader_lines_parse(arena, long_body, sizeof long_body, &lines));
	assert_int_equal(lines.bad_line, 1);
	/* A NUL is a byte like any other that does not belong there. */
	assert_false(reader_lines_parse(arena, "n=1\0;uid", 8, &lines));
	assert_int_equal(lines.bad_line, 1);
}

static void
moments(void **state)
{
	static const char *const good[] = {
		"2026-11-24T00:00:00Z", "2026-11-24T23:59:59.9+15:59", "1900-01-01T00:00:00-00:00",
		"2016-12-31T23:59:60Z", "2199-12-31T12:00:00.000000000-12:30",
	}, *const bad[] = {
		"", "2026-11-24", "2026-11-24T08:12Z", "2026-11-24 08:12:30Z", "2026-11-24t08:12:30z",
		"2026-11-24T24:00:00Z", "2026-11-24T08:60:00Z", "2026-11-24T08:12:60Z", "2026-11-24T08:12:61Z",
		"2026-02-29T08:12:30Z", "2026-13-01T08:12:30Z", "2026-00-01T08:12:30Z", "1899-12-31T00:00:00Z",
		"2200-01-01T00:00:00Z", "2026-11-24T08:12:30.Z", "2026-11-24T08:12:30.1234567890Z",
		"2026-11-24T08:12:30,5Z", "2026-11-24T08:12:30+7:00", "2026-11-24T08:12:30+0700",
		"2026-11-24T08:12:30+16:00", "2026-11-24T08:12:30+07:60", "2026-11-24T08:12:30ZZ", "infinity", "now",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(reader_moment(good[i], strlen(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(reader_moment(bad[i], strlen(bad[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(good_messages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits, set_up, tear_down),
		cmocka_unit_test(moments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
