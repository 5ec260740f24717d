/*
 * test-barcode.c -- bars against the tables of ISO/IEC 15417 and 15420, written out by hand.
 */
#include "unit.h"

#include "arena.h"
#include "barcode.h"

#define QUIET   11
#define MODULES 400

static int
setup(void **state)
{
	*state = arena_new(1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* The path of the picture as modules, 1 for dark, without the quiet zones. */
static const char *
modules(struct arena *a, struct html svg)
{
	const char *markup = arena_copy(a, svg.markup, svg.len), *p;
	char *bars = arena_alloc(a, MODULES + 1);
	int width, x, run;

	assert_int_equal(sscanf(strstr(markup, "viewBox"), "viewBox=\"0 0 %d", &width), 1);
	width -= 2 * QUIET;
	assert_true(width > 0 && width <= MODULES);
	memset(bars, '0', (size_t)width);
	bars[width] = '\0';
	for (p = strstr(markup, " d=\""); (p = strchr(p, 'M')) != NULL; p++) {
		assert_int_equal(sscanf(p, "M%d 0h%d", &x, &run), 2);
		assert_true(x >= QUIET && x - QUIET + run <= width);
		memset(bars + x - QUIET, '1', (size_t)run);
	}
	return bars;
}

static void
test_code128_letters(void **state)
{
	/* Start B, A (33), B (34), check (104 + 33 + 2 * 34) % 103 = 102, stop */
	assert_string_equal(modules(*state, barcode_code128(*state, "AB")),
	    "11010010000"
	    "10100011000"
	    "10001011000"
	    "11110101110"
	    "1100011101011");
}

static void
test_code128_digits_in_pairs(void **state)
{
	/* Start C, 12, 34, 05, check (105 + 12 + 2 * 34 + 3 * 5) % 103 = 97, stop */
	const char *bars = modules(*state, barcode_code128(*state, "123405"));

	assert_int_equal(strlen(bars), 5 * 11 + 13);
	assert_memory_equal(bars,
	    "11010011100"
	    "10110011100"
	    "10001011000"
	    "10001001100",
	    44);
	assert_string_equal(bars + 55, "1100011101011");
}

static void
test_ean13(void **state)
{
	/* 5: the left half is L G G L L G. */
	assert_string_equal(modules(*state, barcode_ean13(*state, "590123412345")),
	    "101"
	    "0001011" "0100111" "0110011" "0010011" "0111101" "0011101"
	    "01010"
	    "1100110" "1101100" "1000010" "1011100" "1001110" "1000100"
	    "101");
	assert_string_equal(barcode_ean13_digits(*state, "590123412345"), "5901234123457");
	assert_string_equal(barcode_ean13_digits(*state, "200270390001"), "2002703900012");
}

static void
test_every_character_of_a_barcode(void **state)
{
	/* What library.copy.barcode allows, at its longest. */
	assert_true(strlen(modules(*state, barcode_code128(*state, "0123456789-ABCDEFGHI"))) > 100);
	assert_true(strlen(modules(*state, barcode_code128(*state, "JKLMNOPQRSTUVWXYZ-01"))) > 100);
}

static void
test_is_small(void **state)
{
	/* 24 of them are a page of at most 30 KB. */
	assert_true(barcode_code128(*state, "039-00001").len < 800);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_code128_letters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_code128_digits_in_pairs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ean13, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_character_of_a_barcode, setup, teardown),
		cmocka_unit_test_setup_teardown(test_is_small, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
