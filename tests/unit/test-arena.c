/*
 * test-arena.c -- memory of a request: alignment, zeroes, limits, reuse, the order of deferred
 * calls.
 */
#include "unit.h"

#include <stdalign.h>

#include "arena.h"

#define MAX_BYTES ((size_t)8 << 20)

static int
setup(void **state)
{
	*state = arena_new(MAX_BYTES);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
every_size_is_aligned_and_zero(void **state)
{
	struct arena *a = *state;
	unsigned char *p;

	/* Twice: the second round gets memory that the first one left dirty. */
	for (int round = 0; round < 2; round++) {
		for (size_t size = 0; size < 1000; size++) {
			p = arena_alloc(a, size);
			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xa5, size);
		}
		arena_reset(a);
	}
}

static void
size_zero_is_unique(void **state)
{
	void *one = arena_alloc(*state, 0), *two = arena_alloc(*state, 0);

	assert_ptr_not_equal(one, two);
}

/* Blocks of all sizes, through many chunks, each keep their own pattern to the end. */
static void
blocks_do_not_overlap(void **state)
{
	enum { BLOCKS = 4000 };
	static struct { unsigned char *bytes; size_t size; } block[BLOCKS];
	uint64_t random = 20261123;

	for (size_t i = 0; i < BLOCKS; i++) {
		block[i].size = next_random(&random) % (i % 100 == 0 ? 40000 : 300);
		block[i].bytes = arena_alloc(*state, block[i].size);
		memset(block[i].bytes, (int)(i % 251), block[i].size);
	}
	for (size_t i = 0; i < BLOCKS; i++) {
		for (size_t at = 0; at < block[i].size; at++)
			assert_int_equal(block[i].bytes[at], i % 251);
	}
}

static void
a_block_larger_than_any_chunk(void **state)
{
	char *small = arena_copy(*state, "before", 6);
	char *large = arena_alloc(*state, (size_t)5 << 20);

	memset(large, 'x', (size_t)5 << 20);
	assert_string_equal(small, "before");
	assert_string_equal(arena_copy(*state, "after", 5), "after");
}

/*
 * The first chunk survives a reset, also one that was outgrown: the next request starts where this
 * one did.
 */
static void
reset_reuses_the_first_chunk(void **state)
{
	void *first = arena_alloc(*state, 100);

	arena_reset(*state);
	assert_ptr_equal(arena_alloc(*state, 100), first);
	assert_non_null(arena_alloc(*state, (size_t)3 << 20));
	arena_reset(*state);
	assert_ptr_equal(arena_alloc(*state, 100), first);
}

static void
used_bytes_count_what_was_handed_out(void **state)
{
	struct arena *a = *state;
	size_t before;

	assert_int_equal(arena_used_bytes(a), 0);
	for (size_t size = 0; size < 5000; size += 7) {
		before = arena_used_bytes(a);
		assert_non_null(arena_alloc(a, size));
		assert_true(arena_used_bytes(a) >= before + size);
		assert_true(arena_used_bytes(a) <= before + size + alignof(max_align_t));
	}
	arena_reset(a);
	assert_int_equal(arena_used_bytes(a), 0);
}

static void
copies_end_with_nul(void **state)
{
	char *copy = arena_copy(*state, "a\0b\xff" "c", 4);

	assert_memory_equal(copy, "a\0b\xff", 5);
	assert_string_equal(arena_copy(*state, NULL, 0), "");
}

/* Around the size of the buffer that is tried first. */
static void
printf_of_any_length(void **state)
{
	char expected[2000];
	char *s;

	for (size_t len = 0; len < sizeof(expected) - 1; len++) {
		memset(expected, 'q', len);
		expected[len] = '\0';
		s = arena_printf(*state, "%s", expected);
		assert_string_equal(s, expected);
	}
	assert_string_equal(arena_printf(*state, "%d %s %zu", -7, "семь", (size_t)7), "-7 семь 7");
}

/* ---- deferred calls ---- */

static char order[16];

static void
note(void *letter)
{
	size_t len = strlen(order);

	order[len] = *(char *)letter;
	order[len + 1] = '\0';
}

static void
deferred_run_newest_first_and_once(void **state)
{
	order[0] = '\0';
	/* The letters lie in the arena: they must still be readable when the calls run. */
	arena_defer(*state, note, arena_copy(*state, "a", 1));
	arena_defer(*state, note, arena_copy(*state, "b", 1));
	arena_defer(*state, note, arena_copy(*state, "c", 1));
	assert_string_equal(order, "");
	arena_reset(*state);
	assert_string_equal(order, "cba");
	arena_reset(*state);
	assert_string_equal(order, "cba");
}

static struct arena *nested;

static void
defer_again(void *letter)
{
	note(letter);
	arena_defer(nested, note, arena_copy(nested, "2", 1));
}

static void
deferring_while_resetting(void **state)
{
	char one = '1', last = '0';

	nested = *state;
	order[0] = '\0';
	arena_defer(*state, note, &last);
	arena_defer(*state, defer_again, &one);
	arena_reset(*state);
	assert_string_equal(order, "120");
}

static void
free_runs_deferred_calls(void **state)
{
	struct arena *a = arena_new(1000);
	char letter = 'f';

	(void)state;
	order[0] = '\0';
	arena_defer(a, note, &letter);
	arena_free(a);
	assert_string_equal(order, "f");
	arena_free(NULL);
}

/* ---- limits: each ends the process ---- */

static void *volatile keep;      /* the answers that never come */

static void
take_too_much(void *context)
{
	struct arena *a = arena_new(4096);

	(void)context;
	keep = arena_alloc(a, 4097);
}

static void
take_too_much_by_and_by(void *context)
{
	struct arena *a = arena_new(4096);

	(void)context;
	for (int i = 0; i < 257; i++)
		keep = arena_alloc(a, 16);
}

static void
take_too_much_by_deferring(void *context)
{
	struct arena *a = arena_new(4096);

	for (int i = 0; i < 4096; i++)
		arena_defer(a, note, context);
	_exit(0);
}

static void
take_size_max(void *context)
{
	struct arena *a = arena_new(SIZE_MAX);
	volatile size_t size = SIZE_MAX;

	(void)context;
	keep = arena_alloc(a, size);
}

static void
copy_size_max(void *context)
{
	struct arena *a = arena_new(SIZE_MAX);
	volatile size_t size = SIZE_MAX;

	(void)context;
	keep = arena_copy(a, "", size);
}

/* 2^63 * 2 is 0 modulo 2^64: a multiplication that wraps would let it pass. */
static void
multiply_past_size_max(void *context)
{
	struct arena *a = arena_new(SIZE_MAX);
	volatile size_t count = SIZE_MAX / 2 + 1;

	(void)context;
	keep = arena_calloc(a, count, 2);
}

static void
exhaust_the_machine(void *context)
{
	struct arena *a = arena_new(SIZE_MAX);
	volatile size_t size = SIZE_MAX / 4;

	(void)context;
	keep = arena_alloc(a, size);
}

static void
printf_past_the_limit(void *context)
{
	struct arena *a = arena_new(1024);

	(void)context;
	keep = arena_printf(a, "%2000d", 1);
}

static void
limits_end_the_worker(void **state)
{
	static void (*const acts[])(void *) = {
		take_too_much, take_too_much_by_and_by, take_too_much_by_deferring, take_size_max,
		copy_size_max, multiply_past_size_max, exhaust_the_machine, printf_past_the_limit,
	};

	for (size_t i = 0; i < COUNT(acts); i++)
		expect_death(acts[i], *state);
}

static void
exactly_the_limit_is_fine(void **state)
{
	struct arena *a = arena_new(4096);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 256; i++)
			assert_non_null(arena_alloc(a, 16));
		assert_int_equal(arena_used_bytes(a), 4096);
		arena_reset(a);
	}
	arena_free(a);
}

/* ---- poison ---- */

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>

static void
what_is_not_handed_out_is_poisoned(void **state)
{
	char *p;

	for (size_t size = 1; size < 200; size++) {
		p = arena_alloc(*state, size);
		assert_null(__asan_region_is_poisoned(p, size));
		for (size_t i = 0; i < 16; i++)
			assert_true(__asan_address_is_poisoned(p + size + i));
	}
	p = arena_alloc(*state, 100);
	arena_reset(*state);
	assert_true(__asan_address_is_poisoned(p));
}
#endif

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(every_size_is_aligned_and_zero),
		TEST(size_zero_is_unique),
		TEST(blocks_do_not_overlap),
		TEST(a_block_larger_than_any_chunk),
		TEST(reset_reuses_the_first_chunk),
		TEST(used_bytes_count_what_was_handed_out),
		TEST(copies_end_with_nul),
		TEST(printf_of_any_length),
		TEST(deferred_run_newest_first_and_once),
		TEST(deferring_while_resetting),
		TEST(free_runs_deferred_calls),
		TEST(limits_end_the_worker),
		TEST(exactly_the_limit_is_fine),
#ifdef __SANITIZE_ADDRESS__
		TEST(what_is_not_handed_out_is_poisoned),
#endif
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
