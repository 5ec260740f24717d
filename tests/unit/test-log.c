/* test-log.c -- one event, one line, one write, whatever the values hold. */
#include "unit.h"

#include <errno.h>
#include <inttypes.h>

#include "log.h"

#define LINE_MAX_BYTES 1024

static int saved_stderr, reader;

/*
 * In packet mode each write(2) is a packet of its own, so that a line in two writes would be seen.
 */
static int
setup(void **state)
{
	int ends[2];

	(void)state;
	if (pipe2(ends, O_DIRECT | O_CLOEXEC) != 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	saved_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	reader = ends[0];
	log_open("test");
	log_request(NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(reader);
	return 0;
}

/*
 * The packet that the last event wrote; fails when there is none, more than one, or not one whole
 * line.
 */
static const char *
line(void)
{
	static char bytes[4096];
	char more[16];
	ssize_t len = read(reader, bytes, sizeof(bytes) - 1);

	assert_true(len > 0 && len <= LINE_MAX_BYTES);
	assert_true(read(reader, more, sizeof(more)) < 0);
	bytes[len] = '\0';
	assert_int_equal(strlen(bytes), len);
	assert_ptr_equal(strchr(bytes, '\n'), bytes + len - 1);
	bytes[len - 1] = '\0';
	return bytes;
}

/* What follows the time and the process. */
static const char *
words(void)
{
	const char *s = strstr(line(), "] ");

	assert_non_null(s);
	return s + 2;
}

/* By the clock of the log: time() reads a coarser one, which may be a tick behind it. */
static time_t
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

static void
shape_of_a_line(void **state)
{
	time_t before = now_s(), at;
	char head[64], expected[64];
	struct tm tm = { 0 };
	const char *s;
	unsigned ms;
	int end = 0;

	(void)state;
	log_warning("db-lost", "question=%d sqlstate=%s", 3, "57P01");
	s = line();
	assert_int_equal(sscanf(s, "%d-%d-%dT%d:%d:%d.%3uZ %n", &tm.tm_year, &tm.tm_mon,
	    &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms, &end), 7);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	at = timegm(&tm);
	assert_true(at >= before && at <= now_s());
	assert_int_equal(end, strlen("2026-11-23T12:41:07.123Z "));
	snprintf(head, sizeof(head), "%.*s", 40, s + end);
	snprintf(expected, sizeof(expected), "test[%d] warning db-lost", (int)getpid());
	assert_memory_equal(head, expected, strlen(expected));
	assert_string_equal(s + end + strlen(expected), " question=3 sqlstate=57P01");
}

static void
levels_and_no_words(void **state)
{
	(void)state;
	log_info("started", NULL);
	assert_string_equal(words(), "info started");
	log_error("stopped", NULL);
	assert_string_equal(words(), "error stopped");
}

static void
request_id_comes_and_goes(void **state)
{
	(void)state;
	log_request("7f3a");
	log_info("a", "x=%d", 1);
	assert_string_equal(words(), "info a request=7f3a x=1");
	log_request("7f\n3a\"");
	log_info("a", NULL);
	assert_string_equal(words(), "info a request=7f\\x0a3a\\x22");
	log_request(NULL);
	log_info("a", NULL);
	assert_string_equal(words(), "info a");
}

static void
numbers(void **state)
{
	(void)state;
	log_info("n", "%d %d %d %u", 0, INT32_MIN, INT32_MAX, UINT32_MAX);
	assert_string_equal(words(), "info n 0 -2147483648 2147483647 4294967295");
	log_info("n", "%ld %ld %lu %zu", INT64_MIN, INT64_MAX, UINT64_MAX, (size_t)SIZE_MAX);
	assert_string_equal(words(), "info n -9223372036854775808 9223372036854775807 "
	    "18446744073709551615 18446744073709551615");
	log_info("n", "%" PRId64 " %lld %llu %x%%", INT64_C(-5), -6LL, 7ULL, 0xbeefU);
	assert_string_equal(words(), "info n -5 -6 7 beef%");
}

/* The format's own bytes are trusted; a value's bytes never are. */
static void
values_cannot_forge(void **state)
{
	static const struct { const char *value, *shown; } cases[] = {
		{ "plain", "plain" }, { "", "" }, { "a b", "a\\x20b" }, { "a\nb", "a\\x0ab" },
		{ "x\n2026-11-23T12:41:07.123Z finance[1] error forged",
		    "x\\x0a2026-11-23T12:41:07.123Z\\x20finance[1]\\x20error\\x20forged" },
		{ "\r\t\x1b[31m", "\\x0d\\x09\\x1b[31m" }, { "\x7f", "\\x7f" },
		{ "\"'\\", "\\x22\\x27\\x5c" }, { "%s%n", "%s%n" }, { "реестр.txt", "реестр.txt" },
		{ "€😀", "€😀" }, { "\xc2\x9b" "31m", "\\xc2\\x9b31m" }, { "\xc2\xa0", "\xc2\xa0" },
		{ "\xd0", "\\xd0" }, { "я\xff", "\\xd1\\x8f\\xff" }, { "\x9b", "\\x9b" },
	};
	const char *volatile nothing = NULL;
	char expected[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		log_info("v", "a=%s b=%d", cases[i].value, 5);
		snprintf(expected, sizeof(expected), "info v a=%s b=5", cases[i].shown);
		assert_string_equal(words(), expected);
	}
	log_info("v", "a=%s", nothing);
	assert_string_equal(words(), "info v a=(null)");
}

/* Any byte whatever: the line has one line feed, its last byte, and no other control byte. */
static void
any_bytes_make_one_line(void **state)
{
	uint64_t random = 5;
	char value[3000];

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t len = next_random(&random) % (sizeof(value) - 1);
		const char *s;

		for (size_t i = 0; i < len; i++)
			value[i] = (char)(next_random(&random) % 255 + 1);
		value[len] = '\0';
		log_info("v", "value=%s end=%s", value, value);
		for (s = line(); *s != '\0'; s++)
			assert_true((unsigned char)*s >= ' ' && *s != 0x7f);
	}
}

static void
long_values_are_cut_between_characters(void **state)
{
	static char value[2 * LINE_MAX_BYTES];
	const char *s;

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(value, '\0', sizeof(value));
		memset(value, 'a', shift);
		for (size_t i = shift; i + 2 < sizeof(value); i += 2)
			memcpy(value + i, "я", 2);
		/* One byte would still fit where the last letter did not. */
		memset(value + LINE_MAX_BYTES + 64 + shift % 2, 'z', 64);
		log_info("cut", "v=%s", value);
		s = words();
		assert_true(strlen(s) > LINE_MAX_BYTES - 64);
		assert_int_equal((unsigned char)s[strlen(s) - 2], 0xd1);
		assert_int_equal((unsigned char)s[strlen(s) - 1], 0x8f);
	}
	/* An escape is not cut either. */
	for (size_t shift = 0; shift < 4; shift++) {
		memset(value, '\n', sizeof(value) - 1);
		memset(value, 'a', shift);
		log_info("cut", "v=%s", value);
		s = words();
		assert_string_equal(s + strlen(s) - 4, "\\x0a");
	}
}

static void
errno_survives(void **state)
{
	int closed = dup(STDERR_FILENO);

	(void)state;
	errno = ENOTTY;
	log_info("a", NULL);
	assert_int_equal(errno, ENOTTY);
	line();
	/* Nowhere to write to: nothing happens. */
	close(STDERR_FILENO);
	errno = ENOENT;
	log_info("a", NULL);
	assert_int_equal(errno, ENOENT);
	dup2(closed, STDERR_FILENO);
	close(closed);
}

static void
log_a_float(void *context)
{
	static const char *volatile format = "pi=%f";

	(void)context;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	log_info("a", format, 3.14);
#pragma GCC diagnostic pop
}

static void
unknown_conversions_are_a_mistake(void **state)
{
	expect_death(log_a_float, *state);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(shape_of_a_line),
		TEST(levels_and_no_words),
		TEST(request_id_comes_and_goes),
		TEST(numbers),
		TEST(values_cannot_forge),
		TEST(any_bytes_make_one_line),
		TEST(long_values_are_cut_between_characters),
		TEST(errno_survives),
		TEST(unknown_conversions_are_a_mistake),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
