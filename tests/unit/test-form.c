/* test-form.c -- query, body and cookies: what is refused, and what a handler then reads. */
#include "unit.h"

#include "app-private.h"
#include "arena.h"
#include "form.h"

static struct request rq;

static int
setup(void **state)
{
	(void)state;
	rq = (struct request){ .arena = arena_new(8 << 20), .method = "GET" };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(rq.arena);
	return 0;
}

static bool
parse(const char *s)
{
	return form_parse_urlencoded(rq.arena, s, strlen(s), &rq.query);
}

/* The request of a fresh visitor who sent this query. */
static void
sent(const char *query)
{
	rq.bad_input = false;
	rq.errors = NULL;
	assert_true(parse(query));
}

static void
assert_bad(void)
{
	assert_true(rq.bad_input);
	rq.bad_input = false;
}

/* ---- the parsers ---- */

static void
fields_are_decoded(void **state)
{
	static const struct { const char *name, *value; } expected[] = {
		{ "login", "I44F2EUE5W" }, { "слово", "две части" }, { "a", "" }, { "b", "" },
		{ "c", "d=e" }, { "", "x" }, { "p", "+&=%" }, { "low", "я" },
	};

	(void)state;
	assert_true(parse("login=I44F2EUE5W&%D1%81%D0%BB%D0%BE%D0%B2%D0%BE=%D0%B4%D0%B2%D0%B5+"
	    "%D1%87%D0%B0%D1%81%D1%82%D0%B8&a=&b&&c=d=e&=x&p=%2B%26%3D%25&low=%d1%8f&"));
	assert_int_equal(rq.query.count, COUNT(expected));
	for (int i = 0; i < rq.query.count; i++) {
		assert_string_equal(rq.query.field[i].name, expected[i].name);
		assert_string_equal(rq.query.field[i].value, expected[i].value);
		assert_int_equal(rq.query.field[i].len, strlen(expected[i].value));
	}
	assert_true(parse(""));
	assert_int_equal(rq.query.count, 0);
	assert_true(parse("&&&"));
	assert_int_equal(rq.query.count, 0);
}

static void
malformed_fields_are_refused(void **state)
{
	static const char *const bad[] = {
		"a=%", "a=%2", "a=%zz", "a=%2z", "a=%z2", "%=a", "%2=a", "a=1&b=%", "a=%%",
		"a=% 20", "a=%+2", "a=%00", "%00=a", "a=b%00c", "a=%C0%80", "a=%D0", "a=%D0&b=%BF",
		"a=%ED%A0%80", "a=%F4%90%80%80", "a=\xff", "\xd0=a", "a=%FF", "a=%E2%82",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (parse(bad[i]))
			fail_msg("taken for a form: %s", bad[i]);
	}
	assert_false(form_parse_urlencoded(rq.arena, "a=\0b", 4, &rq.query));
	/* The length rules: what stands behind it is not looked at. */
	assert_false(form_parse_urlencoded(rq.arena, "a=%20", 4, &rq.query));
	assert_true(form_parse_urlencoded(rq.arena, "a=1%zz", 3, &rq.query));
	assert_string_equal(rq.query.field[0].value, "1");
}

static void
limits_of_fields(void **state)
{
	char query[4 * FORM_MAX_FIELDS], name[FORM_MAX_NAME_BYTES + 8];

	(void)state;
	query[0] = '\0';
	for (int i = 0; i < FORM_MAX_FIELDS; i++)
		memcpy(query + 2 * i, "a&", 3);
	assert_true(parse(query));
	assert_int_equal(rq.query.count, FORM_MAX_FIELDS);
	memcpy(query + 2 * FORM_MAX_FIELDS, "a", 2);
	assert_false(parse(query));

	memset(name, 'n', FORM_MAX_NAME_BYTES);
	memcpy(name + FORM_MAX_NAME_BYTES, "=1", 3);
	assert_true(parse(name));
	memcpy(name + FORM_MAX_NAME_BYTES, "n=1", 4);
	assert_false(parse(name));
}

static void
cookies_are_found(void **state)
{
	static const struct { const char *header, *value; } good[] = {
		{ "__Host-session=abc", "abc" }, { "a=1; __Host-session=abc; b=2", "abc" },
		{ "a=1;__Host-session=abc;b=2", "abc" }, { "__Host-session=", "" },
		{ "  __Host-session=abc", "abc" }, { "__Host-session=a=b", "a=b" },
		{ "x__Host-session=no; __Host-session=yes; __Host-session2=no", "yes" },
	};
	const char *value;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		value = form_parse_cookie(rq.arena, good[i].header, "__Host-session");
		if (value == NULL)
			fail_msg("not found in: %s", good[i].header);
		assert_string_equal(value, good[i].value);
	}
}

static void
cookies_that_count_as_absent(void **state)
{
	static const char *const bad[] = {
		"", ";", "; ;", "a=1", "__Host-session", "__Host-session ; a=1",
		"__Host-session =abc", "__host-session=abc", "x__Host-session=abc",
		"__Host-sessions=abc", "a=__Host-session=abc", "__Host-session=a; __Host-session=b",
		"__Host-session=a;__Host-session=a", "__Host-session=a; b=1; __Host-session=",
		"__Host-session=\"abc\"", "__Host-session=a b", "__Host-session=a,b",
		"__Host-session=a\\b", "__Host-session=abc ", "__Host-session=a\tb",
		"__Host-session=a\x7f", "__Host-session=\xd1\x8f", "__Host-session=a\x01",
	};
	char *large = arena_alloc(rq.arena, FORM_MAX_COOKIE_BYTES + 2);

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (form_parse_cookie(rq.arena, bad[i], "__Host-session") != NULL)
			fail_msg("found in: %s", bad[i]);
	}
	memset(large, 'x', FORM_MAX_COOKIE_BYTES + 1);
	memcpy(large, "s=", 2);
	assert_null(form_parse_cookie(rq.arena, large, "s"));
	large[FORM_MAX_COOKIE_BYTES] = '\0';
	assert_int_equal(strlen(form_parse_cookie(rq.arena, large, "s")),
	    FORM_MAX_COOKIE_BYTES - 2);
}

/* ---- looking up ---- */

static void
text_is_trimmed_and_bounded(void **state)
{
	(void)state;
	sent("a=+%09слово+дело%0D%0A&empty=&blank=+++&five=пятый");
	assert_string_equal(form_text(&rq, "a", 20, "none"), "слово дело");
	assert_string_equal(form_text(&rq, "empty", 20, "none"), "none");
	assert_string_equal(form_text(&rq, "blank", 20, "none"), "none");
	assert_string_equal(form_text(&rq, "absent", 20, "none"), "none");
	assert_string_equal(form_text(&rq, "five", 5, "none"), "пятый");
	assert_false(rq.bad_input);
	assert_string_equal(form_text(&rq, "five", 4, "none"), "none");
	assert_bad();
	sent("a=b%0Ac&b=b%09c&c=%7F&d=%1B&lines=one%0D%0Atwo%0Athree&cr=a%0Db");
	for (const char *name = "abcd"; *name != '\0'; name++) {
		assert_string_equal(form_text(&rq, (char[]){ *name, '\0' }, 9, "none"), "none");
		assert_bad();
	}
	assert_string_equal(form_lines(&rq, "lines", 20, "none"), "one\ntwo\nthree");
	assert_false(rq.bad_input);
	assert_string_equal(form_lines(&rq, "cr", 20, "none"), "none");
	assert_bad();
}

static void
doubled_fields_are_bad(void **state)
{
	(void)state;
	sent("a=1&b=2&a=1");
	assert_int_equal(form_int(&rq, "b", 0, 9, 0), 2);
	assert_false(rq.bad_input);
	(void)form_text(&rq, "a", 9, "");
	assert_bad();
	(void)form_has(&rq, "a");
	assert_bad();
	(void)form_secret(&rq, "a");
	assert_bad();
}

/* In a form, what is written at length is a person's mistake: words, and the form again. */
static void
too_much_text_is_words(void **state)
{
	(void)state;
	sent("");
	rq.method = "POST";
	assert_true(
	    form_parse_urlencoded(rq.arena, "t=12345&l=1%0A345&d=2026-11-234&k=x", 35, &rq.body));
	assert_string_equal(form_text(&rq, "t", 5, "none"), "12345");
	assert_string_equal(form_lines(&rq, "l", 5, "none"), "1\n345");
	assert_false(form_failed(&rq));
	assert_string_equal(form_text(&rq, "t", 4, "none"), "none");
	assert_false(rq.bad_input);
	assert_true(form_is_unseen(&rq));
	assert_true(form_failed(&rq));
	assert_false(form_is_unseen(&rq));
	/* Asked again by the handler of the form, it is known already... */
	assert_string_equal(form_text(&rq, "t", 4, "none"), "none");
	assert_false(form_is_unseen(&rq));
	/* ... and what no person types at length is bad input as ever. */
	(void)form_date(&rq, "d", "");
	assert_bad();
	rq.method = "GET";
}

/* A POST reads its body alone: nobody may put a field into a form by a link. */
static void
post_reads_the_body(void **state)
{
	(void)state;
	sent("a=query&only=query");
	assert_true(form_parse_urlencoded(rq.arena, "a=body", 6, &rq.body));
	assert_string_equal(form_text(&rq, "a", 9, ""), "query");
	rq.method = "HEAD";
	assert_string_equal(form_text(&rq, "a", 9, ""), "query");
	rq.method = "POST";
	assert_string_equal(form_text(&rq, "a", 9, ""), "body");
	assert_false(form_has(&rq, "only"));
}

static void
secrets_are_kept_as_typed(void **state)
{
	char query[256];

	(void)state;
	sent("p=+па+роль+&n=a%0Ab");
	assert_string_equal(form_secret(&rq, "p"), " па роль ");
	assert_string_equal(form_secret(&rq, "absent"), "");
	assert_true(rq.query.field[0].is_secret);
	assert_false(rq.bad_input);
	assert_string_equal(form_secret(&rq, "n"), "");
	assert_bad();
	memset(query, 'x', sizeof(query));
	memcpy(query, "p=", 2);
	query[202] = '\0';
	sent(query);
	assert_int_equal(strlen(form_secret(&rq, "p")), 200);
	assert_false(rq.bad_input);
	query[202] = 'x';
	query[203] = '\0';
	sent(query);
	assert_string_equal(form_secret(&rq, "p"), "");
	assert_bad();
}

static void
dates_and_months(void **state)
{
	static const char *const bad_dates[] = { "d=2026-02-30", "d=2026-1-1", "d=23.11.26",
		"d=today", "d=2026-11", "d=2026-11-231", "d=2026-11-23T00", "d=1899-12-31",
		"d=%D1%8F" };
	static const char *const bad_months[] = { "m=2026-13", "m=2026-1", "m=2026", "m=2026-11-01",
		"m=2026-00" };

	(void)state;
	sent("d=2026-11-23&m=2026-11&e=&r=23.11.2026");
	assert_string_equal(form_date(&rq, "d", "2026-01-01"), "2026-11-23");
	assert_string_equal(form_date(&rq, "r", "2026-01-01"), "2026-11-23");
	assert_string_equal(form_date(&rq, "e", "2026-01-01"), "2026-01-01");
	assert_string_equal(form_date(&rq, "absent", "2026-01-01"), "2026-01-01");
	assert_string_equal(form_month(&rq, "m", ""), "2026-11-01");
	assert_string_equal(form_month(&rq, "absent", "2026-09-01"), "2026-09-01");
	assert_false(rq.bad_input);
	for (size_t i = 0; i < COUNT(bad_dates); i++) {
		sent(bad_dates[i]);
		assert_string_equal(form_date(&rq, "d", "2026-01-01"), "2026-01-01");
		assert_bad();
	}
	for (size_t i = 0; i < COUNT(bad_months); i++) {
		sent(bad_months[i]);
		assert_string_equal(form_month(&rq, "m", "2026-09-01"), "2026-09-01");
		assert_bad();
	}
}

static void
numbers(void **state)
{
	static const char *const bad[] = { "n=0", "n=11", "n=-5", "n=5x", "n=5.0", "n=0x5",
		"n=%2B5", "n=1e1", "n=99999999999999999999", "n=999999999999999999999", "n=5+5",
		"n=-" };

	(void)state;
	sent("n=7&e=");
	assert_int_equal(form_int(&rq, "n", 1, 10, 3), 7);
	assert_int_equal(form_int(&rq, "e", 1, 10, 3), 3);
	assert_int_equal(form_int(&rq, "absent", 1, 10, 3), 3);
	assert_false(rq.bad_input);
	for (size_t i = 0; i < COUNT(bad); i++) {
		sent(bad[i]);
		assert_int_equal(form_int(&rq, "n", 1, 10, 3), 3);
		assert_bad();
	}
}

/* What people type wrong gets words at its field, never an error page. */
static void
typed(void **state)
{
	static const char *const bad_numbers[] = { "two", "1.5", "0", "21", "-3", "1e1",
		"99999999999999999999" };
	static const char *const bad_times[] = { "24:00", "8:60", "8:5", "830", "8", ":30",
		"8:", "-8:30", "8:-5", "08:30:00", "888:30" };
	static const char *const bad_sums[] = { "0,99", "100,01", "-5", "1,234", "сто", "1e1" };
	static const char *const bad_links[] = { "http://school.example", "https://a%20b.example",
		"https://a.example/%22", "javascript:alert(1)", "https://" };

	(void)state;
	sent("n=+7+&t=9.05&late=23:59&s=1+0,5&e=");
	assert_int_equal(form_typed_int(&rq, "n", 1, 20, 3), 7);
	assert_int_equal(form_typed_int(&rq, "e", 1, 20, 3), 3);
	assert_int_equal(form_typed_int(&rq, "absent", 1, 20, 3), 3);
	assert_string_equal(form_typed_time(&rq, "t"), "09:05");
	assert_string_equal(form_typed_time(&rq, "late"), "23:59");
	assert_null(form_typed_time(&rq, "e"));
	assert_int_equal(form_typed_money(&rq, "s", 100, 10000, 0), 1050);
	assert_int_equal(form_typed_money(&rq, "e", 100, 10000, 5), 5);
	assert_false(form_failed(&rq));
	for (size_t i = 0; i < COUNT(bad_numbers); i++) {
		sent(arena_printf(rq.arena, "n=%s", bad_numbers[i]));
		assert_int_equal(form_typed_int(&rq, "n", 1, 20, 3), 3);
		assert_true(form_failed(&rq));
	}
	for (size_t i = 0; i < COUNT(bad_times); i++) {
		sent(arena_printf(rq.arena, "t=%s", bad_times[i]));
		assert_null(form_typed_time(&rq, "t"));
		assert_true(form_failed(&rq));
	}
	for (size_t i = 0; i < COUNT(bad_sums); i++) {
		sent(arena_printf(rq.arena, "s=%s", bad_sums[i]));
		assert_int_equal(form_typed_money(&rq, "s", 100, 10000, 0), 0);
		assert_true(form_failed(&rq));
	}
	sent("a=+https://school.example/x+&e=");
	assert_string_equal(form_typed_link(&rq, "a", 100, NULL), "https://school.example/x");
	assert_null(form_typed_link(&rq, "e", 100, NULL));
	assert_false(form_failed(&rq));
	for (size_t i = 0; i < COUNT(bad_links); i++) {
		sent(arena_printf(rq.arena, "a=%s", bad_links[i]));
		assert_string_equal(form_typed_link(&rq, "a", 100, ""), "");
		assert_true(form_failed(&rq));
	}
	assert_false(rq.bad_input);
}

static void
uuids(void **state)
{
	static const char *const bad[] = { "", "u=", "u=1", "u=0b9c1d2e-3f40-4a5b-8c6d-7e8f9a0b1c2",
		"u=0b9c1d2e-3f40-4a5b-8c6d-7e8f9a0b1c2dd", "u=0b9c1d2e03f40-4a5b-8c6d-7e8f9a0b1c2d",
		"u=0b9c1d2g-3f40-4a5b-8c6d-7e8f9a0b1c2d", "u=-0b9c1d2-3f40-4a5b-8c6d-7e8f9a0b1c2d",
		"u={b9c1d2e-3f40-4a5b-8c6d-7e8f9a0b1c2}", "u=0b9c1d2e3f404a5b8c6d7e8f9a0b1c2d" };

	(void)state;
	sent("u=0b9c1d2e-3f40-4A5B-8c6d-7e8f9a0b1c2d");
	assert_string_equal(form_uuid(&rq, "u"), "0b9c1d2e-3f40-4A5B-8c6d-7e8f9a0b1c2d");
	assert_false(rq.bad_input);
	for (size_t i = 0; i < COUNT(bad); i++) {
		sent(bad[i]);
		(void)form_uuid(&rq, "u");
		assert_bad();
	}
}

static void
choices_and_flags(void **state)
{
	static const char *const kinds[] = { "meals", "topup", NULL };
	static const char *const bad[] = { "k=Meals", "k=meal", "k=mealss", "k=%D1%8F",
		"k=meals,topup" };

	(void)state;
	sent("k=topup&flag=on&off=");
	assert_ptr_equal(form_choice(&rq, "k", kinds, NULL), kinds[1]);
	assert_null(form_choice(&rq, "absent", kinds, NULL));
	assert_true(form_flag(&rq, "flag"));
	assert_false(form_flag(&rq, "off"));
	assert_false(form_flag(&rq, "absent"));
	assert_true(form_has(&rq, "off"));
	assert_false(form_has(&rq, "absent"));
	assert_false(rq.bad_input);
	for (size_t i = 0; i < COUNT(bad); i++) {
		sent(bad[i]);
		assert_null(form_choice(&rq, "k", kinds, NULL));
		assert_bad();
	}
}

static void
needed_texts(void **state)
{
	(void)state;
	sent("a=+x+&b=1%0D%0A2&e=+&");
	assert_string_equal(form_need_text(&rq, "a", 5, "Что?"), "x");
	assert_string_equal(form_need_lines(&rq, "b", 5, "Что?"), "1\n2");
	assert_false(form_failed(&rq));
	assert_string_equal(form_need_text(&rq, "e", 5, "Что?"), "");
	assert_true(form_failed(&rq));
	sent("");
	assert_string_equal(form_need_lines(&rq, "absent", 5, "Что?"), "");
	assert_true(form_failed(&rq));
	assert_false(rq.bad_input);
}

static void
errors_make_the_form_fail(void **state)
{
	(void)state;
	assert_false(form_failed(&rq));
	form_error(&rq, "login", "Введите логин.");
	form_error(&rq, "login", "Ещё раз.");
	assert_true(form_failed(&rq));
	assert_false(rq.bad_input);
	/* More than anybody can read: kept within bounds. */
	for (int i = 0; i < 1000; i++)
		form_error(&rq, arena_printf(rq.arena, "field%d", i), "Ошибка.");
	assert_true(form_failed(&rq));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(fields_are_decoded),
		TEST(malformed_fields_are_refused),
		TEST(limits_of_fields),
		TEST(cookies_are_found),
		TEST(cookies_that_count_as_absent),
		TEST(text_is_trimmed_and_bounded),
		TEST(doubled_fields_are_bad),
		TEST(too_much_text_is_words),
		TEST(post_reads_the_body),
		TEST(secrets_are_kept_as_typed),
		TEST(dates_and_months),
		TEST(numbers),
		TEST(typed),
		TEST(uuids),
		TEST(choices_and_flags),
		TEST(needed_texts),
		TEST(errors_make_the_form_fail),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
