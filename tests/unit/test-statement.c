/*
 * test-statement.c -- statements made here, by the rules of docs/money.md once more, and every way
 * of tampering with them: what is changed is found, and the line is named.
 */
#include "unit.h"

#include <inttypes.h>

#include "arena.h"
#include "crypto.h"
#include "date.h"
#include "money.h"
#include "statement.h"
#include "text.h"

#define ARENA_MAX_BYTES (64 << 20)
#define LINES           24
#define ACCOUNT         "0270390001"
#define FIRST_VERSION   7
#define SEALED_LINES    20        /* the rest is of the open days */
#define TEXT_MAX_BYTES  (1 << 20)

static struct arena *arena;

/* Days: 2026-11-01 … ; the period is the whole November, sealed until the 20th. */
struct made {
	struct statement_end end;
	char *row[LINES];
	struct seals seals;
	const char *csv;
	size_t len;
};

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(ARENA_MAX_BYTES);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char *
hex_of(const uint8_t hash[32])
{
	char *hex = arena_alloc(arena, 65);

	crypto_hex(hash, 32, hex);
	return hex;
}

static void
hash_text(const uint8_t *first, size_t first_len, const char *text, uint8_t hash[32])
{
	struct crypto_digest *d = crypto_digest_new();

	crypto_digest_add(d, first, first_len);
	crypto_digest_add(d, text, strlen(text));
	crypto_digest_end(d, hash);
}

/* A tree of three: our leaf, one at its right, one at the left of both. */
static const char *
make_proof(const struct statement_state *state, uint8_t root[32])
{
	uint8_t leaf[32], right[32], left[32], node[65] = { 1 };

	hash_text((const uint8_t *)"", 1,
	    arena_printf(arena, "%s;%" PRId64 ";%" PRId64 ";%s", ACCOUNT, state->version,
		state->balance_kop, state->link),
	    leaf);
	crypto_sha256("right", 5, right);
	crypto_sha256("left", 4, left);
	memcpy(node + 1, leaf, 32);
	memcpy(node + 33, right, 32);
	crypto_sha256(node, sizeof node, leaf);
	memcpy(node + 1, left, 32);
	memcpy(node + 33, leaf, 32);
	crypto_sha256(node, sizeof node, root);
	return arena_printf(arena, " >%s <%s", hex_of(right), hex_of(left));
}

static const char *
iso(int days)
{
	char *buf = arena_alloc(arena, DATE_BUF);

	return date_iso(buf, date_from_days(days));
}

static void
put_file(struct made *m)
{
	struct text csv;

	text_init(&csv, TEXT_MAX_BYTES);
	text_puts(&csv, "\xef\xbb\xbf" STATEMENT_HEADS "\r\n");
	for (int i = 0; i < LINES; i++)
		text_puts(&csv, m->row[i]);
	statement_end(&csv, &m->end);
	m->csv = arena_copy(arena, csv.data, csv.len);
	m->len = csv.len;
	text_release(&csv);
}

static const char *
quoted(const char *s)
{
	struct text t;
	char *copy;

	text_init(&t, TEXT_MAX_BYTES);
	text_csv(&t, s, strlen(s));
	copy = arena_copy(arena, t.data, t.len);
	text_release(&t);
	return copy;
}

static struct made
make(void)
{
	static const char *const titles[] = { "Обед, комплекс № 2", "Кружок; \"Робот\"",
		"два\r\nряда", "" };
	int first = date_to_days((struct date){ 2026, 11, 1 });
	struct made m = { .end = { .account = ACCOUNT,
			      .from = "2026-11-01",
			      .to = "2026-11-30",
			      .open_from = "2026-11-21" } };
	int64_t balance = 100000;
	uint8_t link[32];
	char sum[MONEY_BUF], rest[MONEY_BUF], check[STATEMENT_CHECK_BUF];

	crypto_sha256("before", 6, link);
	m.end.opening = (struct statement_state){ FIRST_VERSION - 1, balance, hex_of(link) };
	for (int i = 0; i < LINES; i++) {
		const char *title = titles[i % 4], *day = iso(first + i),
			   *at = arena_printf(arena, "%s 12:00:%02d", day, i);
		int64_t amount = i % 5 == 0 ? 50000 : -14250 - i;
		uint8_t before[32];

		balance += amount;
		memcpy(before, link, 32);
		hash_text(before, 32,
		    arena_printf(arena, "%s;%s;%d;%d;%s;%" PRId64 ";%" PRId64 ";%zu;%s;%s", ACCOUNT,
			day, FIRST_VERSION + i, 9000 + i, at, amount, balance, strlen(title), title,
			"столовая"),
		    link);
		m.row[i] = arena_printf(arena, "%s;%s;столовая;%s;%s;%d;%d;%s;%s\r\n", at,
		    quoted(title), money_plain(sum, amount, ','), money_plain(rest, balance, ','),
		    FIRST_VERSION + i, 9000 + i, day, statement_check(check, hex_of(link)));
		if (i == SEALED_LINES - 1)
			m.end.sealed = (struct statement_state){ FIRST_VERSION + i, balance,
				hex_of(link) };
	}
	m.end.closing = (struct statement_state){ FIRST_VERSION + LINES - 1, balance,
		hex_of(link) };
	m.end.opening_day = "2026-10-31";
	m.end.sealed_day = "2026-11-20";
	m.seals.seal = arena_array(arena, struct seal, 21);
	m.seals.count = 21;
	for (int i = 0; i < 21; i++)
		m.seals.seal[i].day = first - 1 + i;
	m.end.opening_proof = make_proof(&m.end.opening, m.seals.seal[0].accounts_hash);
	m.end.sealed_proof = make_proof(&m.end.sealed, m.seals.seal[20].accounts_hash);
	put_file(&m);
	return m;
}

static enum statement_verdict
verify(const struct made *m, const char **words)
{
	return statement_verify(arena, m->csv, m->len, &m->seals, words);
}

static void
expect(const struct made *m, enum statement_verdict wanted, const char *part)
{
	const char *words = "";
	enum statement_verdict verdict = verify(m, &words);

	if (verdict != wanted || strstr(words, part) == NULL)
		fail_msg("wanted %d «%s», got %d «%s»", wanted, part, verdict, words);
}

/* The file with a piece of it replaced once, its control left as it was or made anew. */
static void
replace(struct made *m, const char *old, const char *new, bool is_clever)
{
	const char *found = strstr(m->csv, old);
	size_t head, control;
	char *csv;
	uint8_t hash[32];

	assert_non_null(found);
	head = (size_t)(found - m->csv);
	csv = arena_printf(arena, "%.*s%s%s", (int)head, m->csv, new, found + strlen(old));
	if (is_clever) {
		control = strlen(csv) - strlen("# Контроль: \r\n") - 64;
		crypto_sha256(csv, control, hash);
		csv = arena_printf(arena, "%.*s# Контроль: %s\r\n", (int)control, csv,
		    hex_of(hash));
	}
	m->csv = csv;
	m->len = strlen(csv);
}

static void
genuine(void **state)
{
	struct made m = make();

	(void)state;
	expect(&m, STATEMENT_GENUINE,
	    "счёт " ACCOUNT
	    ", с 01.11.2026 по 30.11.2026, 24 строки. Печати сходятся по 20.11.2026. "
	    "Строки с 21.11.2026 ещё не запечатаны (4)");
}

static void
changed_lines(void **state)
{
	static const struct {
		int cell;
		const char *add;
	} changes[] = { { 0, "1" }, { 1, "x" }, { 2, "x" }, { 6, "1" } };
	char sum[MONEY_BUF];

	(void)state;
	for (int i = 0; i < LINES; i++) {
		const char *named = arena_printf(arena, "Строка № %d (строка файла %d) изменена",
		    FIRST_VERSION + i, i + 2);

		/* A kopeck in the sum, in the balance, in both. */
		for (int both = 1; both <= 3; both++) {
			struct made m = make();
			int64_t amount = 0, balance = 0;
			char *row = m.row[i], *title = strstr(row, ";столовая;"),
			     *p = title + strlen(";столовая;"), *q = strchr(p, ';');
			char *end = strchr(q + 1, ';');

			assert_true(money_parse(p, (size_t)(q - p), ',', true, &amount));
			assert_true(money_parse(q + 1, (size_t)(end - q - 1), ',', true, &balance));
			m.row[i] = arena_printf(arena, "%.*s%s;", (int)(p - row), row,
			    money_plain(sum, amount + (both & 1), ','));
			m.row[i] = arena_printf(arena, "%s%s%s", m.row[i],
			    money_plain(sum, balance + (both >> 1), ','), end);
			put_file(&m);
			expect(&m, STATEMENT_FALSE, named);
		}
		for (size_t k = 0; k < COUNT(changes); k++) {
			struct made m = make();
			char *row = m.row[i], *p = row;

			for (int cell = 0; cell < changes[k].cell; cell++) {
				bool is_quoted = *p == '"';

				p = strstr(p, is_quoted ? "\";" : ";") + (is_quoted ? 2 : 1);
			}
			p += *p == '"';
			m.row[i] = arena_printf(arena, "%.*s%s%s", (int)(p - row), row,
			    changes[k].add, p);
			put_file(&m);
			expect(&m, STATEMENT_FALSE, named);
		}
	}
}

static void
dropped_and_moved_lines(void **state)
{
	(void)state;
	for (int i = 0; i < LINES; i++) {
		struct made m = make();

		m.row[i] = arena_printf(arena, "%s", "");
		put_file(&m);
		expect(&m, STATEMENT_FALSE,
		    arena_printf(arena, "Строка № %d удалена", FIRST_VERSION + i));
	}
	for (int i = 0; i + 1 < LINES; i++) {
		struct made m = make();
		char *row = m.row[i];

		m.row[i] = m.row[i + 1];
		m.row[i + 1] = row;
		put_file(&m);
		expect(&m, STATEMENT_FALSE,
		    arena_printf(arena, "Строка № %d (строка файла %d) переставлена",
			FIRST_VERSION + i, i + 3));
	}
	for (int i = 0; i < LINES; i++) {
		struct made m = make();

		m.row[i] = arena_printf(arena, "%s%s", m.row[i], m.row[i]);
		put_file(&m);
		expect(&m, STATEMENT_FALSE,
		    arena_printf(arena, "Строка № %d (строка файла %d) стоит не на своём месте",
			FIRST_VERSION + i, i + 3));
	}
}

/* A line changed with all that follows from it made anew: only the seals know. */
static void
recomputed(void **state)
{
	struct made m = make(), other = make();

	(void)state;
	crypto_sha256("another root", 12, m.seals.seal[20].accounts_hash);
	expect(&m, STATEMENT_FALSE,
	    "Доказательство за 20.11.2026 не ведёт к опубликованной печати");
	crypto_sha256("another root", 12, other.seals.seal[0].accounts_hash);
	expect(&other, STATEMENT_FALSE,
	    "Доказательство за 31.10.2026 не ведёт к опубликованной печати");
}

static void
ends(void **state)
{
	static const struct {
		const char *old, *new, *words;
		enum statement_verdict verdict;
	} changes[] = {
		{ "с 2026-11-01", "с 2026-11-02", "Период изменён", STATEMENT_FALSE },
		{ "с 2026-11-01", "с 2026-10-02", "Период изменён", STATEMENT_FALSE },
		{ "с 2026-11-01", "с 2026-13-01", "изменена: в ней должны быть счёт и период",
		    STATEMENT_FALSE },
		{ "по 2026-11-30", "по 2026-11-20", "Период изменён", STATEMENT_FALSE },
		{ "по 2026-11-30", "по 2026-11-22", "не относится к периоду", STATEMENT_FALSE },
		{ "счёт 0270390001", "счёт 0270390002", "Доказательство за 31.10.2026",
		    STATEMENT_FALSE },
		{ "счёт 0270390001", "счёт ", "изменена", STATEMENT_FALSE },
		{ "строка 6, ", "строка 5, ", "Доказательство за 31.10.2026", STATEMENT_FALSE },
		{ "строка 6, остаток 1000,00", "строка 6, остаток 1000,01",
		    "Доказательство за 31.10.2026", STATEMENT_FALSE },
		{ "строка 26, ", "строка 25, ", "Строки по № 25 не ведут к запечатанному состоянию",
		    STATEMENT_FALSE },
		{ "Запечатано по 2026-11-20", "Запечатано по 2026-11-19", "Период изменён",
		    STATEMENT_FALSE },
		{ "строка 30, ", "строка 31, ", "Строка № 31 удалена", STATEMENT_FALSE },
		{ "строка 30, ", "строка 29, ", "Состояние на конец изменено", STATEMENT_FALSE },
		{ "Не запечатано с 2026-11-21", "Не запечатано с 2026-11-22", "Период изменён",
		    STATEMENT_FALSE },
		{ "# Не запечатано с 2026-11-21\r\n", "", "Период изменён", STATEMENT_FALSE },
		{ "# На начало", "# На конец", "изменена или её не хватает", STATEMENT_FALSE },
		{ "# На конец", "#", "изменена или её не хватает", STATEMENT_FALSE },
		{ " >", " =", "изменена или её не хватает", STATEMENT_FALSE },
		{ " >", " <", "не ведёт к опубликованной печати", STATEMENT_FALSE },
		{ "\"два\r\nряда\"", "два\r\nряда", "Не читается", STATEMENT_UNREADABLE },
		{ "# Контроль: ", "# контроль: ", "оборвана", STATEMENT_UNREADABLE },
		{ "Дата и время", "Дата", "Это не выписка", STATEMENT_UNREADABLE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		for (int is_clever = 0; is_clever <= (changes[i].verdict == STATEMENT_FALSE);
		     is_clever++) {
			struct made m = make();

			replace(&m, changes[i].old, changes[i].new, is_clever);
			expect(&m, changes[i].verdict, changes[i].words);
		}
	}
}

static void
control(void **state)
{
	struct made m = make();
	char *csv = arena_copy(arena, m.csv, m.len);

	(void)state;
	/* The same sum in another writing changes nothing but the file. */
	csv[m.len - 3] = csv[m.len - 3] == '0' ? '1' : '0';
	m.csv = csv;
	expect(&m, STATEMENT_FALSE, "контроль файла не сходится");
}

static void
unreadable(void **state)
{
	struct made m = make();
	const char *words;

	(void)state;
	/* Whatever is cut off is missed. */
	for (size_t len = 0; len < m.len; len++) {
		char *cut = arena_copy(arena, m.csv, len < 4000 || len > m.len - 200 ? len : 0);

		if (len > 0 && *cut == '\0')
			continue;
		if (statement_verify(arena, cut, len, &m.seals, &words) != STATEMENT_UNREADABLE)
			fail_msg("cut at %zu: %s", len, words);
	}
	m = make();
	replace(&m, "столовая", "столова\xff", false);
	expect(&m, STATEMENT_UNREADABLE, "UTF-8");
	m = make();
	m.end.is_partial = true;
	put_file(&m);
	expect(&m, STATEMENT_UNREADABLE, "не все строки периода");
}

static void
fresh_and_stale_seals(void **state)
{
	struct made m = make();
	struct seal *more = arena_array(arena, struct seal, 22);

	(void)state;
	memcpy(more, m.seals.seal, 21 * sizeof *more);
	more[21].day = more[20].day + 1;
	m.seals = (struct seals){ more, 22 };
	expect(&m, STATEMENT_UNREADABLE, "до того, как запечатали дни с 21.11.2026");
	m.seals.count = 20;
	expect(&m, STATEMENT_UNREADABLE, "нет печати за 20.11.2026");
	m.seals.count = 0;
	expect(&m, STATEMENT_UNREADABLE, "нет печати за 31.10.2026");
}

/* A first line of a day without a seal: a million, from nowhere. */
static char *
open_row(struct statement_state *after)
{
	uint8_t link[32] = { 0 }, before[32] = { 0 };
	char check[STATEMENT_CHECK_BUF];

	hash_text(before, 32,
	    ACCOUNT ";2026-11-21;1;1;2026-11-21 12:00:00;100000000;100000000;1;x;y", link);
	*after = (struct statement_state){ 1, 100000000, hex_of(link) };
	return arena_printf(arena,
	    "2026-11-21 12:00:00;x;y;1000000,00;1000000,00;1;1;2026-11-21;%s\r\n",
	    statement_check(check, hex_of(link)));
}

/* Nothing sealed: «not sealed yet» is said, and is no excuse once it is. */
static void
open_period(void **state)
{
	struct made m = make();

	(void)state;
	m.end.sealed_day = m.end.sealed_proof = "";
	m.end.open_from = "2026-11-01";
	put_file(&m);
	expect(&m, STATEMENT_UNREADABLE, "до того, как запечатали");
	m.seals.count = 1;
	expect(&m, STATEMENT_GENUINE, "Строки с 01.11.2026 ещё не запечатаны (24)");
	m.end.opening_proof = "";
	put_file(&m);
	expect(&m, STATEMENT_FALSE, "Нет доказательства за 31.10.2026");
	m.seals.count = 0;
	expect(&m, STATEMENT_UNREADABLE, "ни одна строка и ни одно состояние");
	for (int i = 0; i < LINES; i++)
		m.row[i] = arena_printf(arena, "%s", "");
	m.end.closing = m.end.opening;
	put_file(&m);
	expect(&m, STATEMENT_UNREADABLE, "ни одна строка и ни одно состояние");
}

/*
 * An account that is said to have been empty until the last seal: no proof of it is wanted, so
 * nothing is proven.
 */
static void
invented(void **state)
{
	struct made m = make();
	char zeros[65];

	(void)state;
	memset(zeros, '0', 64);
	zeros[64] = '\0';
	m.end.opening = m.end.sealed = (struct statement_state){ 0, 0, zeros };
	m.end.opening_proof = m.end.sealed_proof = "";
	for (int i = 0; i < LINES; i++)
		m.row[i] = arena_printf(arena, "%s", "");
	m.row[0] = open_row(&m.end.closing);
	put_file(&m);
	expect(&m, STATEMENT_UNREADABLE, "ни одна строка и ни одно состояние");
	/* Empty before the period, and that is proven: what was sealed since must be, too. */
	m.end.opening_proof = make_proof(&m.end.opening, m.seals.seal[0].accounts_hash);
	put_file(&m);
	expect(&m, STATEMENT_FALSE, "Нет доказательства за 20.11.2026");
}

/* A moment that takes in the fields after it leaves the chain as it was. */
static void
swallowed_moment(void **state)
{
	struct made m = make();

	(void)state;
	replace(&m, "2026-11-01 12:00:00;", "\"2026-11-01 12:00:00;50000\";", true);
	expect(&m, STATEMENT_FALSE, "Строка файла 2 изменена");
}

static void
seal_files(void **state)
{
	uint8_t before[32] = { 0 }, hash[32];
	const char *text = "", *words = "", *line[3];
	struct seals seals;

	(void)state;
	for (int i = 0; i < 3; i++) {
		const char *body = arena_printf(arena, "2026-11-%02d %d %s %s", i + 1, i * 7,
		    hex_of(before), hex_of(before));

		hash_text(before, 32, body, hash);
		memcpy(before, hash, 32);
		line[i] = arena_printf(arena, "%s %s\n", body, hex_of(hash));
		text = arena_printf(arena, "%s%s", text, line[i]);
	}
	assert_true(seals_read(arena, text, strlen(text), &seals, &words));
	assert_int_equal(seals.count, 3);
	assert_true(seals_read(arena, "", 0, &seals, &words));
	assert_int_equal(seals.count, 0);
	for (size_t i = 0; i < strlen(text); i++) {
		char *bad = arena_copy(arena, text, strlen(text));

		bad[i] = bad[i] == '1' ? '2' : '1';
		assert_false(seals_read(arena, bad, strlen(bad), &seals, &words));
		assert_true(
		    strncmp(words, "Файл печатей, строка ", strlen("Файл печатей, строка ")) == 0);
		if (i > 0 && i % strlen(line[0]) != 0 && i < strlen(line[0]))
			assert_false(seals_read(arena, text, i, &seals, &words));
	}
	text = arena_printf(arena, "%s%s", line[0], line[2]);
	assert_false(seals_read(arena, text, strlen(text), &seals, &words));
	assert_non_null(strstr(words, "строка 2"));
	assert_false(seals_read(arena, line[1], strlen(line[1]), &seals, &words));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(genuine, set_up, tear_down),
		cmocka_unit_test_setup_teardown(changed_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(dropped_and_moved_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(recomputed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(control, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unreadable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fresh_and_stale_seals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(open_period, set_up, tear_down),
		cmocka_unit_test_setup_teardown(invented, set_up, tear_down),
		cmocka_unit_test_setup_teardown(swallowed_moment, set_up, tear_down),
		cmocka_unit_test_setup_teardown(seal_files, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("statement", tests, NULL, NULL);
}
