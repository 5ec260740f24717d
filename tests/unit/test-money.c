/*
 * test-money.c -- sums read strictly and shown the Russian way; above all, no kopeck is ever lost.
 */
#include "unit.h"

#include "money.h"

#define UNTOUCHED INT64_C(-77)
#define NBSP      "\xc2\xa0"

struct sum { const char *text; int64_t kop; };

static void
good_sums(void **state)
{
	static const struct sum sums[] = {
		{ "0", 0 }, { "0,0", 0 }, { "0,00", 0 }, { "1", 100 }, { "1234", 123400 },
		{ "1234,5", 123450 }, { "1234,50", 123450 }, { "25,34", 2534 },
		{ "8575,32", 857532 }, { "007,01", 701 }, { "0,01", 1 },
		{ "9999999999,99", MONEY_MAX_KOP }, { "00000000000000000000000000000001,10", 110 },
	};
	int64_t kop;

	(void)state;
	for (size_t i = 0; i < COUNT(sums); i++) {
		assert_true(money_parse(sums[i].text, strlen(sums[i].text), ',', false, &kop));
		assert_int_equal(kop, sums[i].kop);
	}
}

static void
bad_sums(void **state)
{
	static const char *const sums[] = {
		"", ",", ",5", "5,", "-", "-1", "+1", " 1", "1 ", "1 234", "1,234", "1,2,3", "1e3",
		"1.5", "0x10", "1,-5", "1,5-", "--1", "1a", "a", "1,a", "1,5a", "10000000000",
		"10000000000,00", "9999999999,999", "99999999999999999999999",
		"18446744073709551616", "18446744073709551617,00", "NaN", "inf", "١٢", "1\n",
		"1234,50 ₽", "1" NBSP "234,50", "−5",
	};
	int64_t kop = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(sums); i++) {
		if (money_parse(sums[i], strlen(sums[i]), ',', false, &kop))
			fail_msg("read as a sum: %s", sums[i]);
		assert_int_equal(kop, UNTOUCHED);
	}
}

/* The length rules, not a NUL: a field of a line is followed by its separator. */
static void
the_length_ends_the_sum(void **state)
{
	int64_t kop = UNTOUCHED;

	(void)state;
	assert_true(money_parse("12,34;56", 5, ',', false, &kop));
	assert_int_equal(kop, 1234);
	assert_true(money_parse("12,34", 2, ',', false, &kop));
	assert_int_equal(kop, 1200);
	kop = UNTOUCHED;
	assert_false(money_parse("12,34", 3, ',', false, &kop));
	assert_false(money_parse("12", 0, ',', false, &kop));
	assert_false(money_parse("1\0" "2", 3, ',', false, &kop));
	assert_int_equal(kop, UNTOUCHED);
}

static void
minus_only_where_allowed(void **state)
{
	static const char *const bad[] = { "-", "--1", "-,5", "- 1", "1-", "+1", "-1,",
		"-10000000000" };
	int64_t kop = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(money_parse(bad[i], strlen(bad[i]), ',', true, &kop));
	assert_int_equal(kop, UNTOUCHED);
	assert_true(money_parse("-1362,79", 8, ',', true, &kop));
	assert_int_equal(kop, -136279);
	assert_true(money_parse("-0", 2, ',', true, &kop));
	assert_int_equal(kop, 0);
}

static void
the_other_point(void **state)
{
	int64_t kop = UNTOUCHED;

	(void)state;
	assert_true(money_parse("8575.32", 7, '.', false, &kop));
	assert_int_equal(kop, 857532);
	assert_false(money_parse("8575,32", 7, '.', false, &kop));
	assert_int_equal(kop, 857532);
}

static void
typed_sums(void **state)
{
	static const struct sum sums[] = {
		{ "1234,50", 123450 }, { "1234.50", 123450 }, { " 1 234,5 ", 123450 },
		{ "\t500\t", 50000 }, { "1" NBSP "234" NBSP "567,89", 123456789 },
		{ "1\xe2\x80\xaf" "000", 100000 }, { "2\xe2\x80\x89" "000", 200000 },
		{ "1  000", 100000 }, { "0", 0 },
	};
	static const char *const bad[] = {
		"", " ", NBSP, ",", ".", "1,2.3", "1.234,50", "1,234.50", "-1", "- 1", "+1", "1 ,5",
		"1, 5", "1,5 0", ", 5", "1,", "1 2 x", "х100", "100 руб", "100₽", "1'000", "1_000",
		"1e3", "10 000 000 000", "99999999999999999999999999999999999999999999999999",
		"1\n2", "\xc2", "1\xc2",
	};
	int64_t kop;

	(void)state;
	for (size_t i = 0; i < COUNT(sums); i++) {
		if (!money_parse_typed(sums[i].text, &kop))
			fail_msg("not read: %s", sums[i].text);
		assert_int_equal(kop, sums[i].kop);
	}
	kop = UNTOUCHED;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (money_parse_typed(bad[i], &kop))
			fail_msg("read as a sum: %s", bad[i]);
		assert_int_equal(kop, UNTOUCHED);
	}
}

static void
shown(void **state)
{
	static const struct { int64_t kop; const char *show, *signed_show, *plain; } sums[] = {
		{ 0, "0,00" NBSP "₽", "0,00" NBSP "₽", "0,00" },
		{ 1, "0,01" NBSP "₽", "+0,01" NBSP "₽", "0,01" },
		{ -1, "−0,01" NBSP "₽", "−0,01" NBSP "₽", "-0,01" },
		{ 10, "0,10" NBSP "₽", "+0,10" NBSP "₽", "0,10" },
		{ 99999, "999,99" NBSP "₽", "+999,99" NBSP "₽", "999,99" },
		{ 123450, "1" NBSP "234,50" NBSP "₽", "+1" NBSP "234,50" NBSP "₽", "1234,50" },
		{ -100000000, "−1" NBSP "000" NBSP "000,00" NBSP "₽",
		    "−1" NBSP "000" NBSP "000,00" NBSP "₽",
		    "-1000000,00" },
		{ INT64_MAX,
		    "92" NBSP "233" NBSP "720" NBSP "368" NBSP "547" NBSP "758,07" NBSP "₽",
		    "+92" NBSP "233" NBSP "720" NBSP "368" NBSP "547" NBSP "758,07" NBSP "₽",
		    "92233720368547758,07" },
		{ INT64_MIN,
		    "−92" NBSP "233" NBSP "720" NBSP "368" NBSP "547" NBSP "758,08" NBSP "₽",
		    "−92" NBSP "233" NBSP "720" NBSP "368" NBSP "547" NBSP "758,08" NBSP "₽",
		    "-92233720368547758,08" },
	};
	char buf[MONEY_BUF];

	(void)state;
	for (size_t i = 0; i < COUNT(sums); i++) {
		assert_string_equal(money_show(buf, sums[i].kop), sums[i].show);
		assert_string_equal(money_show_signed(buf, sums[i].kop), sums[i].signed_show);
		assert_string_equal(money_plain(buf, sums[i].kop, ','), sums[i].plain);
	}
	assert_string_equal(money_plain(buf, -123456, '.'), "-1234.56");
}

/* Every kopeck up to 2 000 roubles and a sample of the rest comes back as it went out. */
static void
out_and_back(void **state)
{
	uint64_t random = 54;
	char buf[MONEY_BUF];
	int64_t sum, kop;

	(void)state;
	for (int i = 0; i < 400000; i++) {
		sum = i < 200000 ? i : (int64_t)(next_random(&random) % (MONEY_MAX_KOP + 1));
		money_plain(buf, sum, '.');
		assert_true(money_parse(buf, strlen(buf), '.', false, &kop));
		assert_int_equal(kop, sum);
		money_plain(buf, -sum, ',');
		assert_true(money_parse(buf, strlen(buf), ',', true, &kop));
		assert_int_equal(kop, -sum);
		/* What the page shows can be typed back, but for the sign of the rouble. */
		money_show(buf, sum);
		buf[strlen(buf) - strlen(NBSP "₽")] = '\0';
		assert_true(money_parse_typed(buf, &kop));
		assert_int_equal(kop, sum);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_sums),
		cmocka_unit_test(bad_sums),
		cmocka_unit_test(the_length_ends_the_sum),
		cmocka_unit_test(minus_only_where_allowed),
		cmocka_unit_test(the_other_point),
		cmocka_unit_test(typed_sums),
		cmocka_unit_test(shown),
		cmocka_unit_test(out_and_back),
	};

	return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
