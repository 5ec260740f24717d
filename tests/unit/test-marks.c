/*
 * test-marks.c -- averages to the hundredth, and how many marks are needed: against brute force.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "marks.h"

#define ROUNDS 20000

static int
random_between(uint64_t *state, int low, int high)
{
	return low + (int)(next_random(state) % (uint64_t)(high - low + 1));
}

/* Up to 30 marks at random. */
static struct marks_sum
random_sum(uint64_t *state, int least)
{
	struct marks_sum sum = { 0, 0 };

	for (int n = random_between(state, least, 30); n > 0; n--)
		sum = marks_add(sum, random_between(state, 1, 5), random_between(state, 1, 10), 1);
	return sum;
}

static void
averages_are_shown_half_up(void **state)
{
	static const struct { struct marks_sum sum; const char *shown; } cases[] = {
		{ { 0, 0 }, "—" }, { { 5, 1 }, "5,00" }, { { 1, 1 }, "1,00" }, { { 13, 3 }, "4,33" },
		{ { 14, 3 }, "4,67" }, { { 9, 8 }, "1,13" }, { { 9, 2 }, "4,50" }, { { 899, 200 }, "4,50" },
		{ { 8989, 2000 }, "4,49" }, { { 999, 200 }, "5,00" }, { { 4001, 1000 }, "4,00" },
		{ { 4005, 1000 }, "4,01" }, { { MARKS_MAX_SUM * 5, MARKS_MAX_SUM }, "5,00" },
	};
	char buf[MARKS_BUF];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(marks_show(buf, cases[i].sum), cases[i].shown);
	assert_string_equal(marks_show_hundredths(buf, 5), "0,05");
}

/* The only h with h - 1/2 <= 100 × average < h + 1/2, found by trying all. */
static void
rounding_against_brute_force(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct marks_sum sum = random_sum(&seed, 1);
		int found = -1;

		for (int h = 100; h <= 500; h++)
			if ((2 * h - 1) * sum.weight <= 200 * sum.points &&
			    200 * sum.points < (2 * h + 1) * sum.weight)
				found = h;
		assert_int_equal(marks_hundredths(sum), found);
	}
}

static void
order_is_that_of_fractions(void **state)
{
	uint64_t seed = 2;

	(void)state;
	assert_int_equal(marks_compare((struct marks_sum){ 9, 2 }, (struct marks_sum){ 45, 10 }),
	    0);
	assert_true(marks_compare((struct marks_sum){ 899, 200 }, (struct marks_sum){ 9, 2 }) < 0);
	for (int round = 0; round < ROUNDS; round++) {
		struct marks_sum a = random_sum(&seed, 1), b = random_sum(&seed, 1);
		int order = marks_compare(a, b);

		assert_int_equal(order, -marks_compare(b, a));
		if (marks_hundredths(a) != marks_hundredths(b))
			assert_int_equal(order > 0, marks_hundredths(a) > marks_hundredths(b));
		/* A better mark never makes an average worse, nor a worse one better. */
		assert_true(marks_compare(marks_add(a, 5, 3, 1), a) >= 0);
		assert_true(marks_compare(marks_add(a, 1, 3, 1), a) <= 0);
	}
}

/* What a person would do: add one mark after another until it is enough. */
static int
needed_by_trying(struct marks_sum sum, int goal, int value, int weight)
{
	for (int count = 0; count <= MARKS_MOST_NEEDED; count++) {
		if (sum.weight > 0 && 100 * sum.points >= goal * sum.weight)
			return count;
		sum = marks_add(sum, value, weight, 1);
	}
	return MARKS_NEVER;
}

static void
needed_against_brute_force(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct marks_sum sum = random_sum(&seed, 0);
		int goal = random_between(&seed, 101, 500), value = random_between(&seed, 1, 5);
		int weight = random_between(&seed, 1, 10);

		assert_int_equal(marks_needed(sum, goal, value, weight),
		    needed_by_trying(sum, goal, value, weight));
	}
}

static void
needed_by_hand(void **state)
{
	struct marks_sum four = { 12, 3 };

	(void)state;
	assert_int_equal(marks_needed(four, 450, 5, 1), 3);
	assert_int_equal(marks_needed(four, 450, 5, 3), 1);
	assert_int_equal(marks_needed(four, 450, 4, 1), MARKS_NEVER);
	assert_int_equal(marks_needed(four, 400, 1, 1), 0);
	assert_int_equal(marks_needed(four, 500, 5, 10), MARKS_NEVER);
	assert_int_equal(marks_needed((struct marks_sum){ 0, 0 }, 450, 5, 1), 1);
	assert_int_equal(marks_needed((struct marks_sum){ 0, 0 }, 450, 4, 1), MARKS_NEVER);
	assert_int_equal(marks_needed((struct marks_sum){ 1000, 500 }, 499, 5, 1), MARKS_NEVER);
}

static void
goals_as_people_type_them(void **state)
{
	static const struct { const char *typed; int goal; } good[] = {
		{ "4", 400 }, { "4,5", 450 }, { "4.5", 450 }, { "4,50", 450 }, { "5,00", 500 }, { "5", 500 },
		{ "2,49", 249 }, { "1,01", 101 },
	};
	static const char *const bad[] = {
		"",
		"0",
		"1",
		"1,00",
		"5,01",
		"6",
		"4,",
		"4,555",
		",5",
		"-4",
		"4 ",
		" 4",
		"4,5x",
		"4,,5",
		"44",
		"4,5,",
		"четыре",
		"4,-5",
		"4e0",
	};
	int goal;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(marks_parse_goal(good[i].typed, &goal));
		assert_int_equal(goal, good[i].goal);
	}
	goal = -7;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (marks_parse_goal(bad[i], &goal))
			fail_msg("read as a goal: %s", bad[i]);
		assert_int_equal(goal, -7);
	}
}

static void
attestation(void **state)
{
	struct marks_attestation a = marks_attest(3, 10, 4, 0);

	(void)state;
	assert_int_equal(a.marks_lacking, 0);
	assert_false(a.missed_too_much);
	assert_int_equal(a.missed_percent, 40);
	a = marks_attest(1, 10, 5, 10);
	assert_int_equal(a.marks_lacking, 2);
	assert_true(a.missed_too_much);
	assert_int_equal(a.may_miss, 4);
	a = marks_attest(0, 0, 0, 0);
	assert_int_equal(a.marks_lacking, MARKS_FOR_ATTESTATION);
	assert_false(a.missed_too_much);
	assert_int_equal(a.may_miss, 0);
	/*
	 * One more than may be missed is too much at the end of the term; exactly so many is not.
	 */
	for (int held = 0; held <= 24; held++)
		for (int missed = 0; missed <= held; missed++)
			for (int ahead = 0; ahead <= 24; ahead++) {
				int all = held + ahead, may = 0;

				while (may < ahead &&
				    100 * (missed + may + 1) < MARKS_MISSED_LIMIT_PERCENT * all)
					may++;
				a = marks_attest(5, held, missed, ahead);
				assert_int_equal(a.may_miss, may);
			}
}

static void
add_a_six(void *context)
{
	(void)context;
	(void)marks_add((struct marks_sum){ 0, 0 }, 6, 1, 1);
}

static void
average_of_nothing(void *context)
{
	(void)context;
	(void)marks_hundredths((struct marks_sum){ 0, 0 });
}

static void
nonsense_is_a_programmers_error(void **state)
{
	(void)state;
	expect_death(add_a_six, NULL);
	expect_death(average_of_nothing, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(averages_are_shown_half_up),
		cmocka_unit_test(rounding_against_brute_force),
		cmocka_unit_test(order_is_that_of_fractions),
		cmocka_unit_test(needed_against_brute_force),
		cmocka_unit_test(needed_by_hand),
		cmocka_unit_test(goals_as_people_type_them),
		cmocka_unit_test(attestation),
		cmocka_unit_test(nonsense_is_a_programmers_error),
	};

	return cmocka_run_group_tests_name("marks", tests, NULL, NULL);
}
