/* test-text.c -- the growable buffer and its maximum; escapers, UTF-8, plurals, integers. */
#include "unit.h"

#include "text.h"

#define MAX_BYTES 65536

static struct text t;

static int
setup(void **state)
{
	(void)state;
	text_init(&t, MAX_BYTES);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	text_release(&t);
	return 0;
}

/* ---- the buffer ---- */

static void
grows_and_stays_terminated(void **state)
{
	static char expected[MAX_BYTES + 1];
	size_t len = 0, piece;
	uint64_t random = 7;

	(void)state;
	assert_string_equal(t.data, "");
	while (len < MAX_BYTES) {
		piece = next_random(&random) % 500;
		if (piece > MAX_BYTES - len)
			piece = MAX_BYTES - len;
		memset(expected + len, 'a' + (int)(len % 26), piece);
		text_put(&t, expected + len, piece);
		len += piece;
		assert_int_equal(t.len, len);
		assert_int_equal(t.data[len], '\0');
		assert_true(t.cap > t.len && t.cap <= MAX_BYTES + 1);
	}
	assert_false(t.broken);
	assert_memory_equal(t.data, expected, MAX_BYTES);
}

/*
 * Each way of writing, into a buffer of ten with room for three: what does not fit leaves no trace
 * but `broken`.
 */
static void
past_the_maximum_is_broken(void **state)
{
	static const char *const words[] = { "four", "a\"b", "&&", "<", "'", "\x01" "ab" };
	struct text small;

	(void)state;
	text_init(&small, 10);
	for (size_t i = 0; i < COUNT(words); i++) {
		for (int way = 0; way < 5; way++) {
			text_puts(&small, "1234567");
			switch (way) {
			case 0: text_html(&small, words[i], strlen(words[i])); break;
			case 1: text_url(&small, words[i], strlen(words[i])); break;
			case 2: text_printf(&small, "%s%s", "abc", words[i]); break;
			case 3: text_csv(&small, "\"\"\"", 3); break;
			default: text_put(&small, "abcd", 4); break;
			}
			if (small.broken) {
				assert_string_equal(small.data, "1234567");
				text_puts(&small, "");
				text_puts(&small, "x");
				text_printf(&small, "%d", 1);
				text_html(&small, "x", 1);
				assert_string_equal(small.data, "1234567");
				assert_int_equal(small.len, 7);
				assert_true(small.broken);
			} else {
				/* "'" and "<" are three bytes in a URL. */
				assert_int_equal(way, 1);
				assert_int_equal(small.len, 10);
			}
			text_clear(&small);
			assert_false(small.broken);
			assert_string_equal(small.data, "");
		}
	}
	text_release(&small);
}

static void
exactly_the_maximum_fits(void **state)
{
	struct text small;

	(void)state;
	for (size_t max = 0; max < 600; max++) {
		text_init(&small, max);
		for (size_t i = 0; i < max; i++)
			text_printf(&small, "%c", 'x');
		assert_false(small.broken);
		assert_int_equal(small.len, max);
		text_put(&small, "", 0);
		assert_false(small.broken);
		text_put(&small, "y", 1);
		assert_true(small.broken);
		assert_int_equal(strlen(small.data), max);
		text_release(&small);
	}
}

static void
printf_across_growth(void **state)
{
	char word[400];

	(void)state;
	for (size_t len = 1; len < sizeof(word); len++) {
		memset(word, 'w', len);
		word[len] = '\0';
		text_clear(&t);
		text_printf(&t, "%s|%d|%s", word, 42, word);
		assert_int_equal(t.len, 2 * len + 4);
		assert_memory_equal(t.data + len, "|42|w", 5);
	}
}

static void
init_past_all_reason(void *context)
{
	struct text huge;

	(void)context;
	text_init(&huge, SIZE_MAX);
}

static void
run_out_of_memory(void *context)
{
	struct text huge;

	(void)context;
	text_init(&huge, SIZE_MAX / 2 - 1);
	text_put(&huge, "", SIZE_MAX / 4);
}

static void
no_memory_ends_the_worker(void **state)
{
	expect_death(init_past_all_reason, *state);
	expect_death(run_out_of_memory, *state);
}

/* ---- HTML ---- */

/* The rule in its slowest words. */
static void
html_by_the_rule(struct text *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '&')
			text_puts(out, "&amp;");
		else if (c == '<')
			text_puts(out, "&lt;");
		else if (c == '>')
			text_puts(out, "&gt;");
		else if (c == '"')
			text_puts(out, "&quot;");
		else if (c == '\'')
			text_puts(out, "&#39;");
		else if ((c < 32 && c != '\t' && c != '\n' && c != '\r') || c == 127)
			text_puts(out, "\xef\xbf\xbd");
		else
			text_put(out, s + i, 1);
	}
}

static void
html_of_every_byte_at_every_place(void **state)
{
	char around[41];
	struct text rule;

	(void)state;
	text_init(&rule, MAX_BYTES);
	for (int byte = 0; byte < 256; byte++) {
		for (size_t at = 0; at < sizeof(around); at++) {
			memset(around, 'p', sizeof(around));
			around[at] = (char)byte;
			text_clear(&t);
			text_clear(&rule);
			text_html(&t, around, sizeof(around));
			html_by_the_rule(&rule, around, sizeof(around));
			assert_int_equal(t.len, rule.len);
			assert_memory_equal(t.data, rule.data, t.len);
		}
	}
	text_release(&rule);
}

/* Random text, one byte in eight special, at every length and alignment. */
static void
html_of_random_text(void **state)
{
	static const char special[] = "&<>\"'\x01\x1f\x7f";
	uint64_t random = 99, bits;
	char s[300];
	struct text rule;

	(void)state;
	text_init(&rule, MAX_BYTES);
	for (int round = 0; round < 20000; round++) {
		size_t from = next_random(&random) % 16;
		size_t len = next_random(&random) % (sizeof(s) - 16);

		for (size_t i = 0; i < len; i++) {
			bits = next_random(&random);
			s[from + i] = bits % 8 == 0 ? special[bits / 8 % 8] : (char)(bits >> 16);
		}
		text_clear(&t);
		text_clear(&rule);
		text_html(&t, s + from, len);
		html_by_the_rule(&rule, s + from, len);
		assert_int_equal(t.len, rule.len);
		assert_memory_equal(t.data, rule.data, t.len);
		for (size_t i = 0; i < t.len; i++)
			assert_true(strchr("<>\"'", t.data[i]) == NULL);
	}
	text_release(&rule);
}

static void
html_words(void **state)
{
	static const char evil[] = "<script>alert(\"it's\" & more)</script>";

	(void)state;
	text_html(&t, evil, strlen(evil));
	assert_string_equal(t.data,
	    "&lt;script&gt;alert(&quot;it&#39;s&quot; &amp; more)&lt;/script&gt;");
	text_clear(&t);
	text_html(&t, "7 «Б»\tурок\r\n", strlen("7 «Б»\tурок\r\n"));
	assert_string_equal(t.data, "7 «Б»\tурок\r\n");
	text_clear(&t);
	text_html(&t, "", 0);
	text_html(&t, NULL, 0);
	assert_string_equal(t.data, "");
	text_html(&t, "a\0b", 3);
	assert_string_equal(t.data, "a\xef\xbf\xbd" "b");
}

/* ---- URL and CSV ---- */

static void
url_keeps_only_the_unreserved(void **state)
{
	static const char unreserved[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	char byte, expected[8];

	(void)state;
	for (int i = 0; i < 256; i++) {
		byte = (char)i;
		text_clear(&t);
		text_url(&t, &byte, 1);
		if (i != 0 && strchr(unreserved, i) != NULL)
			snprintf(expected, sizeof(expected), "%c", i);
		else
			snprintf(expected, sizeof(expected), "%%%02X", i);
		assert_string_equal(t.data, expected);
	}
	text_clear(&t);
	text_url(&t, "7 «Б»/a&b=c?", strlen("7 «Б»/a&b=c?"));
	assert_string_equal(t.data, "7%20%C2%AB%D0%91%C2%BB%2Fa%26b%3Dc%3F");
}

static void
csv_fields(void **state)
{
	static const struct { const char *in, *out; } fields[] = {
		{ "", "" }, { "простой", "простой" }, { "a b,c", "a b,c" }, { "a;b", "\"a;b\"" },
		{ "say \"hi\"", "\"say \"\"hi\"\"\"" }, { "\"", "\"\"\"\"" },
		{ "a\nb", "\"a\nb\"" }, { "a\rb", "\"a\rb\"" }, { "=1+1", "'=1+1" },
		{ "+7 900", "'+7 900" }, { "-5", "'-5" }, { "@SUM(A1)", "'@SUM(A1)" },
		{ "\tx", "\"'\tx\"" }, { "\rx", "\"'\rx\"" },
		{ "=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0" }, { "=1;2", "\"'=1;2\"" },
		{ "=\"x\"", "\"'=\"\"x\"\"\"" }, { "a=1", "a=1" }, { "1-2", "1-2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		text_clear(&t);
		text_csv(&t, fields[i].in, strlen(fields[i].in));
		assert_string_equal(t.data, fields[i].out);
	}
}

/* ---- UTF-8 ---- */

static size_t
encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/*
 * All code points there are, and some thousands past the end: the surrogates, NUL and those past
 * the end are refused.
 */
static void
utf8_of_every_code_point(void **state)
{
	char bytes[8] = "";
	size_t len;

	(void)state;
	for (uint32_t c = 0; c < 0x112000; c++) {
		bool is_good = c != 0 && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);

		len = encode(c, bytes);
		if (text_is_utf8(bytes, len) != is_good)
			fail_msg("wrong answer about U+%04X", c);
		if (is_good)
			assert_int_equal(text_chars(bytes, len), 1);
		/* Cut short it is never good. */
		for (size_t cut = 1; cut < len; cut++)
			assert_false(text_is_utf8(bytes, cut));
	}
}

/*
 * No two or three bytes pass but the shortest forms: as many as there are code points of one, two
 * and three bytes.
 */
static void
utf8_has_one_form_each(void **state)
{
	long good_pairs = 0, good_triples = 0;
	char b[3];

	(void)state;
	for (int i = 0; i < 0x10000; i++) {
		b[0] = (char)(i >> 8);
		b[1] = (char)i;
		good_pairs += text_is_utf8(b, 2);
	}
	assert_int_equal(good_pairs, 127 * 127 + (0x800 - 0x80));
	for (int i = 0; i < 0x1000000; i++) {
		b[0] = (char)(i >> 16);
		b[1] = (char)(i >> 8);
		b[2] = (char)i;
		good_triples += text_is_utf8(b, 3);
	}
	assert_int_equal(good_triples,
	    127 * 127 * 127 + 2 * 127 * (0x800 - 0x80) + (0x10000 - 0x800 - 0x800));
}

static void
utf8_refused(void **state)
{
	static const struct { const char *bytes; size_t len; } bad[] = {
		{ "\x80", 1 }, { "\xbf", 1 }, { "\xc0\x80", 2 }, { "\xc1\xbf", 2 },
		{ "\xe0\x80\x80", 3 }, { "\xe0\x9f\xbf", 3 }, { "\xf0\x80\x80\x80", 4 },
		{ "\xf0\x8f\xbf\xbf", 4 }, { "\xed\xa0\x80", 3 }, { "\xed\xbf\xbf", 3 },
		{ "\xf4\x90\x80\x80", 4 }, { "\xf5\x80\x80\x80", 4 }, { "\xf8\x88\x80\x80\x80", 5 },
		{ "\xfe", 1 }, { "\xff", 1 }, { "\xd0", 1 }, { "\xd0\xd0", 2 }, { "\xe2\x82", 2 },
		{ "\xe2\x82 ", 3 }, { "\xf0\x9f\x98", 3 }, { "\xf0\x9f\x98g", 4 }, { "a\0b", 3 },
		{ "\0", 1 }, { "ok \xcf", 4 }, { "\xcf\xf0\xe8\xe2\xe5\xf2", 6 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (text_is_utf8(bad[i].bytes, bad[i].len))
			fail_msg("case %zu passed for UTF-8", i);
	}
	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8("Привет, 😀 €", strlen("Привет, 😀 €")));
	assert_int_equal(text_chars("Привет, 😀 €", strlen("Привет, 😀 €")), 11);
	assert_int_equal(text_chars("", 0), 0);
}

/* ---- plurals, integers ---- */

static void
plurals(void **state)
{
	static const char *const forms[] = {
		"many", "one", "few", "few", "few", "many", "many", "many", "many", "many",
	};
	static const int64_t edges[] = { 111, 1011, 11, 12, 13, 14, 112, 114, -11, -14 };

	(void)state;
	for (int64_t n = -100; n <= 10000; n++) {
		int64_t m = n < 0 ? -n : n;
		bool is_teen = m % 100 >= 11 && m % 100 <= 14;

		assert_string_equal(plural_ru(n, "one", "few", "many"),
		    is_teen ? "many" : forms[m % 10]);
	}
	for (size_t i = 0; i < COUNT(edges); i++)
		assert_string_equal(plural_ru(edges[i], "one", "few", "many"), "many");
	assert_string_equal(plural_ru(21, "урок", "урока", "уроков"), "урок");
	assert_string_equal(plural_ru(INT64_MIN, "one", "few", "many"), "many");     /* ...808 */
	assert_string_equal(plural_ru(INT64_MAX, "one", "few", "many"), "many");     /* ...807 */
}

static void
integers(void **state)
{
	static const char *const bad[] = {
		"", "-", "+", "+1", " 1", "1 ", "1.0", "1,0", "1e3", "0x1", "--1", "-+1", "1-", "a",
		"1a", "9223372036854775808", "-9223372036854775809", "99999999999999999999", "١",
		"\n", "1\n", "true",
	};
	int64_t n = 77;
	char text[32];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (int_parse(bad[i], INT64_MIN, INT64_MAX, &n))
			fail_msg("read as a number: %s", bad[i]);
	}
	assert_false(int_parse("5", 6, 10, &n));
	assert_false(int_parse("11", 6, 10, &n));
	assert_false(int_parse("-7", 6, 10, &n));
	assert_int_equal(n, 77);
	assert_true(int_parse("6", 6, 10, &n));
	assert_true(int_parse("10", 6, 10, &n));
	assert_true(int_parse("-9223372036854775808", INT64_MIN, INT64_MAX, &n));
	assert_true(n == INT64_MIN);
	assert_true(int_parse("9223372036854775807", INT64_MIN, INT64_MAX, &n));
	assert_true(n == INT64_MAX);
	for (int64_t i = -1000; i <= 1000; i++) {
		snprintf(text, sizeof(text), "%lld", (long long)i);
		assert_true(int_parse(text, -1000, 1000, &n));
		assert_int_equal(n, i);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(grows_and_stays_terminated),
		TEST(past_the_maximum_is_broken),
		TEST(exactly_the_maximum_fits),
		TEST(printf_across_growth),
		TEST(no_memory_ends_the_worker),
		TEST(html_of_every_byte_at_every_place),
		TEST(html_of_random_text),
		TEST(html_words),
		TEST(url_keeps_only_the_unreserved),
		TEST(csv_fields),
		TEST(utf8_of_every_code_point),
		TEST(utf8_has_one_form_each),
		TEST(utf8_refused),
		TEST(plurals),
		TEST(integers),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
