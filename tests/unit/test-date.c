/* test-date.c -- the calendar, day by day through all three centuries, and strict readers. */
#include "unit.h"

#include "date.h"

static const struct date UNTOUCHED = { .year = -1, .month = -2, .day = -3 };

static void
assert_untouched(struct date d)
{
	assert_int_equal(d.year, UNTOUCHED.year);
	assert_int_equal(d.month, UNTOUCHED.month);
	assert_int_equal(d.day, UNTOUCHED.day);
}

/* A naive walk, by the lengths of months written out here, against the arithmetic. */
static void
every_day_of_three_centuries(void **state)
{
	int weekday = 0;        /* 1900-01-01 was a Monday */
	int days = -25567;      /* it lies so many days before 1970-01-01 */
	char buf[DATE_BUF];
	struct date d;

	(void)state;
	for (int year = 1900; year <= 2199; year++) {
		bool is_leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
		int lengths[] = { 31, is_leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

		for (int month = 1; month <= 12; month++) {
			for (int day = 1; day <= lengths[month - 1]; day++) {
				d = (struct date){ year, month, day };
				assert_true(date_exists(year, month, day));
				assert_int_equal(date_to_days(d), days);
				assert_int_equal(date_weekday(d), weekday);
				d = date_from_days(days);
				assert_int_equal(d.year, year);
				assert_int_equal(d.month, month);
				assert_int_equal(d.day, day);
				assert_int_equal(date_to_days(date_monday(d)), days - weekday);
				assert_true(date_parse(date_iso(buf, d), &d));
				assert_int_equal(date_to_days(d), days);
				days++;
				weekday = (weekday + 1) % 7;
			}
			assert_false(date_exists(year, month, lengths[month - 1] + 1));
			assert_false(date_exists(year, month, 0));
		}
	}
}

static void
no_such_days(void **state)
{
	static const struct date bad[] = {
		{ 1899, 12, 31 }, { 2200, 1, 1 }, { 0, 1, 1 }, { -2026, 1, 1 }, { 2026, 0, 1 },
		{ 2026, 13, 1 }, { 2026, -1, 1 }, { 2026, 1, 0 }, { 2026, 1, -1 }, { 2026, 1, 32 },
		{ 2026, 2, 29 },
		{ 2100, 2, 29 }, { 1900, 2, 29 }, { 2026, 4, 31 }, { 2026, 2147483647, 1 },
		{ 2026, 1, 2147483647 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(date_exists(bad[i].year, bad[i].month, bad[i].day));
}

static void
dates_read(void **state)
{
	struct date d = UNTOUCHED;

	(void)state;
	assert_true(date_parse("2026-11-23", &d));
	assert_int_equal(d.year * 10000 + d.month * 100 + d.day, 20261123);
	assert_true(date_parse("2024-02-29", &d));
	assert_true(date_parse("1900-01-01", &d));
	assert_true(date_parse("2199-12-31", &d));
	assert_true(date_parse_month("2026-09", &d));
	assert_int_equal(d.year * 10000 + d.month * 100 + d.day, 20260901);
}

static void
dates_refused(void **state)
{
	static const char *const days[] = {
		"", "2", "2026", "2026-11", "2026-11-", "2026-11-2", "2026-1-23", "26-11-23",
		"02026-11-23", "2026-11-231", "2026-11-23 ", " 2026-11-23", "2026-11-23T",
		"2026-11-23Z", "2026/11/23", "23.11.2026", "2026-11-00", "2026-00-23", "2026-13-01",
		"2026-02-29", "2026-02-30", "1899-12-31", "2200-01-01", "-026-11-23", "+026-11-23",
		"2026--1-23", "2026-1 -23", "2026-11-2x", "2026-11-23\n", "٢٠٢٦-11-23", "infinity",
		"today", "0000-00-00", "2026-11-23 BC",
	};
	static const char *const months[] = {
		"", "2026", "2026-", "2026-1", "2026-00", "2026-13", "2026-011", "2026-11-23",
		"2026-11-", "1899-12", "2200-01", "2026 11", "11-2026", " 2026-11", "2026-11 ",
		"2026-1x",
	};
	struct date d = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(days); i++) {
		if (date_parse(days[i], &d))
			fail_msg("read as a date: %s", days[i]);
	}
	for (size_t i = 0; i < COUNT(months); i++) {
		if (date_parse_month(months[i], &d))
			fail_msg("read as a month: %s", months[i]);
	}
	assert_untouched(d);
}

/* One byte of a good date replaced by any other than a digit in a digit's place must not pass. */
static void
any_wrong_byte_is_refused(void **state)
{
	char text[] = "2026-11-23";
	struct date d;

	(void)state;
	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		char was = text[at];

		for (int byte = 0; byte < 256; byte++) {
			bool is_digit = byte >= '0' && byte <= '9';

			text[at] = (char)byte;
			if (was == '-' ? byte != '-' : !is_digit)
				assert_false(date_parse(text, &d));
		}
		text[at] = was;
	}
	assert_true(date_parse(text, &d));
}

static void
moments_read(void **state)
{
	static const char *const good[] = {
		"2026-11-23 12:41:07", "2026-11-23T12:41:07", "2026-11-23 12:41:07.1",
		"2026-11-23 12:41:07.123456", "2026-11-23 12:41:07.123456789",
		"2026-11-23T12:41:07Z", "2026-11-23 12:41:07+10", "2026-11-23 12:41:07.5-03:30",
		"2026-11-23T12:41:07.123+10:00",
	};
	struct moment m;
	char buf[DATE_BUF];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		if (!moment_parse(good[i], &m))
			fail_msg("not read: %s", good[i]);
		assert_string_equal(moment_short(buf, m), "23.11.2026 12:41");
		assert_int_equal(m.second, 7);
	}
	assert_true(moment_parse("2026-11-23 00:00:00", &m));
	assert_true(moment_parse("2026-11-23 23:59:59", &m));
}

static void
moments_refused(void **state)
{
	static const char *const bad[] = {
		"", "2026-11-23", "2026-11-23 ", "2026-11-23 12", "2026-11-23 12:41",
		"2026-11-23 12:41:", "2026-11-23 12:41:7", "2026-11-23 1:41:07",
		"2026-11-23 24:00:00", "2026-11-23 12:60:00", "2026-11-23 12:00:60",
		"2026-11-23_12:41:07", "2026-11-23  12:41:07", "2026-02-30 12:41:07",
		"2026-11-23 12:41:07.", "2026-11-23 12:41:07.1234567890", "2026-11-23 12:41:07,5",
		"2026-11-23 12:41:07+", "2026-11-23 12:41:07+3", "2026-11-23 12:41:07+16",
		"2026-11-23 12:41:07+10:", "2026-11-23 12:41:07+10:60",
		"2026-11-23 12:41:07+10:00:00", "2026-11-23 12:41:07ZZ", "2026-11-23 12:41:07 MSK",
		"2026-11-23 12:41:07 ", "2026-11-23 -1:41:07", "2026-11-23t12:41:07",
		"2026-11-23 12-41-07", "infinity",
	};
	struct moment m = { .date = UNTOUCHED, .hour = -4 };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (moment_parse(bad[i], &m))
			fail_msg("read as a moment: %s", bad[i]);
	}
	assert_untouched(m.date);
	assert_int_equal(m.hour, -4);
}

static void
shown(void **state)
{
	struct date d = { 2026, 11, 23 }, first = { 2027, 1, 3 };
	char buf[DATE_BUF];

	(void)state;
	assert_string_equal(date_iso(buf, d), "2026-11-23");
	assert_string_equal(date_short(buf, d), "23.11.2026");
	assert_string_equal(date_long(buf, d), "23 ноября 2026 г.");
	assert_string_equal(date_weekday_long(buf, d), "пн, 23 ноября");
	assert_string_equal(date_month(buf, d), "ноябрь 2026");
	assert_string_equal(date_iso(buf, first), "2027-01-03");
	assert_string_equal(date_short(buf, first), "03.01.2027");
	assert_string_equal(date_long(buf, first), "3 января 2027 г.");
	assert_string_equal(date_weekday_long(buf, first), "вс, 3 января");
	assert_string_equal(moment_short(buf, (struct moment){ first, 9, 5, 59 }),
	    "03.01.2027 09:05");
	/* The longest month and day names fit with room to spare. */
	assert_true(strlen(date_long(buf, (struct date){ 2026, 9, 30 })) < DATE_BUF - 1);
}

static void
ask_for_the_end_of_time(void *days)
{
	(void)date_from_days(*(int *)days);
}

static void
days_out_of_all_reason(void **state)
{
	int most = 2147483647, least = -2147483647 - 1;

	(void)state;
	expect_death(ask_for_the_end_of_time, &most);
	expect_death(ask_for_the_end_of_time, &least);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_three_centuries),
		cmocka_unit_test(no_such_days),
		cmocka_unit_test(dates_read),
		cmocka_unit_test(dates_refused),
		cmocka_unit_test(any_wrong_byte_is_refused),
		cmocka_unit_test(moments_read),
		cmocka_unit_test(moments_refused),
		cmocka_unit_test(shown),
		cmocka_unit_test(days_out_of_all_reason),
	};

	return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
