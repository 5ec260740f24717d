/*
 * statement.c -- the exported statement: writing what follows its lines, reading it strictly,
 * proving it.
 *
 * A reader is a cursor over bytes that were checked to be UTF-8. Every step that finds something
 * says it once, in words, and everything ends there.
 */
#include "statement.h"

#include <assert.h>
#include <inttypes.h>

#include "arena.h"
#include "crypto.h"
#include "date.h"
#include "money.h"
#include "text.h"

#define MARK          "\xef\xbb\xbf"
#define ROW_ACCOUNT   "# Выписка: счёт "
#define ROW_PARTIAL   "# Показаны не все строки периода: по печатям такая выписка не проверяется"
#define ROW_OPENING   "# На начало: "
#define ROW_PROOF     "# Доказательство за "
#define ROW_SEALED    "# Запечатано по "
#define ROW_OPEN      "# Не запечатано с "
#define ROW_CLOSING   "# На конец: "
#define ROW_CONTROL   "# Контроль: "

#define HASH_BYTES    STATEMENT_HASH_BYTES
#define HEX_CHARS     (2 * HASH_BYTES)
#define CONTROL_BYTES ((ptrdiff_t)sizeof(ROW_CONTROL) - 1 + HEX_CHARS + 2)   /* its row */
#define CELLS         9
#define CELL_MAX_BYTES 16384
#define STEPS_MAX     64         /* of a way to the root: 2^56 accounts */
#define ACCOUNT_MAX_CHARS 20
#define DAYS_NONE     INT32_MIN

/* ---- writing --------------------------------------------------------------------------------- */

char *
statement_check(char buf[STATEMENT_CHECK_BUF], const char *link)
{
	assert(strlen(link) == HEX_CHARS);
	snprintf(buf, STATEMENT_CHECK_BUF, "%.4s-%.4s", link, link + 4);
	return buf;
}

static void
put_state(struct text *csv, const struct statement_state *state)
{
	char sum[MONEY_BUF];

	text_printf(csv, "строка %" PRId64 ", остаток %s, звено %s\r\n", state->version,
	    money_plain(sum, state->balance_kop, ','), state->link);
}

static void
put_proof(struct text *csv, const char *day, const char *path)
{
	if (*path != '\0')
		text_printf(csv, ROW_PROOF "%s:%s\r\n", day, path);
}

void
statement_end(struct text *csv, const struct statement_end *end)
{
	uint8_t hash[HASH_BYTES];
	char hex[HEX_CHARS + 1];

	text_printf(csv, ROW_ACCOUNT "%s, с %s по %s\r\n", end->account, end->from, end->to);
	if (end->is_partial) {
		text_puts(csv, ROW_PARTIAL "\r\n");
	} else {
		text_puts(csv, ROW_OPENING);
		put_state(csv, &end->opening);
		put_proof(csv, end->opening_day, end->opening_proof);
		if (*end->sealed_day != '\0') {
			text_printf(csv, ROW_SEALED "%s: ", end->sealed_day);
			put_state(csv, &end->sealed);
			put_proof(csv, end->sealed_day, end->sealed_proof);
		}
		if (*end->open_from != '\0')
			text_printf(csv, ROW_OPEN "%s\r\n", end->open_from);
		text_puts(csv, ROW_CLOSING);
		put_state(csv, &end->closing);
	}
	crypto_sha256(csv->data, csv->len, hash);
	crypto_hex(hash, sizeof hash, hex);
	text_printf(csv, ROW_CONTROL "%s\r\n", hex);
}

/* ---- a cursor -------------------------------------------------------------------------------- */

struct cursor { const char *at, *end; };

static bool
take(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
		return false;
	c->at += len;
	return true;
}

/* The bytes before the word, which is passed; at most max_bytes, or NULL. */
static const char *
take_until(struct cursor *c, const char *word, size_t max_bytes, struct arena *a)
{
	size_t left = (size_t)(c->end - c->at), len = strlen(word);
	const char *start = c->at,
		   *found = memmem(start, left < max_bytes + len ? left : max_bytes + len, word,
		       len);

	if (found == NULL)
		return NULL;
	c->at = found + len;
	return arena_copy(a, start, (size_t)(found - start));
}

/* A day of exactly YYYY-MM-DD. */
static bool
take_day(struct cursor *c, int *days)
{
	char text[11];
	struct date day;

	if (c->end - c->at < 10)
		return false;
	memcpy(text, c->at, 10);
	text[10] = '\0';
	if (!date_parse(text, &day))
		return false;
	*days = date_to_days(day);
	c->at += 10;
	return true;
}

static bool
take_hash(struct cursor *c, uint8_t hash[HASH_BYTES])
{
	char hex[HEX_CHARS + 1];

	if (c->end - c->at < HEX_CHARS)
		return false;
	memcpy(hex, c->at, HEX_CHARS);
	hex[HEX_CHARS] = '\0';
	c->at += HEX_CHARS;
	return crypto_unhex(hex, hash, HASH_BYTES);
}

/* A sum as money_plain() writes it, and in no other way. */
static bool
read_sum(const char *s, int64_t *sum_kop)
{
	char again[MONEY_BUF];

	return money_parse(s, strlen(s), ',', true, sum_kop) &&
	    strcmp(money_plain(again, *sum_kop, ','), s) == 0;
}

static const char *
day_words(struct arena *a, int days)
{
	char *buf = arena_alloc(a, DATE_BUF);

	return date_short(buf, date_from_days(days));
}

/* ---- the published seals --------------------------------------------------------------------- */

/* `2026-11-26 143 HASH HASH HASH`; the last one must follow from the seal before and the rest. */
static const char *
read_seal(struct cursor *c, uint8_t before[HASH_BYTES], struct seal *seal, struct arena *a)
{
	const char *start = c->at, *count;
	uint8_t entries[HASH_BYTES], said[HASH_BYTES], hash[HASH_BYTES];
	struct crypto_digest *digest;
	size_t len;
	int64_t n;

	if (!take_day(c, &seal->day) || !take(c, " ") ||
	    (count = take_until(c, " ", 19, a)) == NULL || !int_parse(count, 0, INT64_MAX, &n) ||
	    !take_hash(c, entries) || !take(c, " ") || !take_hash(c, seal->accounts_hash))
		return "строка не читается";
	len = (size_t)(c->at - start);
	if (!take(c, " ") || !take_hash(c, said) || !take(c, "\n"))
		return "строка не читается";
	digest = crypto_digest_new();
	crypto_digest_add(digest, before, HASH_BYTES);
	crypto_digest_add(digest, start, len);
	crypto_digest_end(digest, hash);
	if (memcmp(hash, said, HASH_BYTES) != 0)
		return "печать не следует из предыдущей";
	memcpy(before, hash, HASH_BYTES);
	return NULL;
}

bool
seals_read(struct arena *a, const char *bytes, size_t len, struct seals *seals, const char **words)
{
	struct cursor c = { bytes, bytes + len };
	uint8_t before[HASH_BYTES] = { 0 };
	const char *wrong;
	int lines = 0;

	*seals = (struct seals){ 0 };
	for (const char *p = bytes; len > 0 && (p = memchr(p, '\n', (size_t)(c.end - p))) != NULL;
	     p++)
		lines++;
	if (len > SEALS_MAX_BYTES || lines > SEALS_MAX_DAYS) {
		*words = "Файл печатей слишком велик.";
		return false;
	}
	seals->seal = arena_array(a, struct seal, (size_t)lines + 1);
	while (c.at < c.end) {
		struct seal *seal = &seals->seal[seals->count];

		wrong = seals->count < lines ? read_seal(&c, before, seal, a) : "строка оборвана";
		if (wrong == NULL && seals->count > 0 && seal->day != seal[-1].day + 1)
			wrong = "день пропущен или переставлен";
		if (wrong != NULL) {
			*words = arena_printf(a, "Файл печатей, строка %d: %s.", seals->count + 1, wrong);
			return false;
		}
		seals->count++;
	}
	return true;
}

static const struct seal *
seal_of(const struct seals *seals, int day)
{
	int i = seals->count > 0 ? day - seals->seal[0].day : -1;

	return i >= 0 && i < seals->count ? &seals->seal[i] : NULL;
}

/* ---- the file -------------------------------------------------------------------------------- */

struct line {
	int         row;          /* of the file, from 1; a cell may hold line feeds, so it is a record's number */
	bool        is_readable;  /* numbers, sums and the day are such */
	int64_t     version, entry_id, amount_kop, balance_kop;
	const char *at, *title, *source, *day, *check;
	int         days;
};

struct state { int64_t version, balance_kop; uint8_t link[HASH_BYTES]; };

struct proof {
	int days;                 /* DAYS_NONE: there is none */
	int count;
	struct { bool is_left; uint8_t hash[HASH_BYTES]; } step[STEPS_MAX];
};

struct file {
	struct arena  *arena;
	const struct seals *seals;
	const char    *bytes;
	struct cursor  c;
	int            row;
	struct line   *line;
	int            line_count;
	const char    *account;
	int            from, to, sealed_days, open_from;     /* the last two may be DAYS_NONE */
	struct state   opening, sealed, closing;
	struct proof   opening_proof, sealed_proof;
	const char    *control;                              /* where its row begins */
	uint8_t        control_hash[HASH_BYTES];
	enum statement_verdict verdict;
	const char    *words;
};

static bool __attribute__((format(printf, 3, 4)))
say(struct file *f, enum statement_verdict verdict, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	f->words = arena_vprintf(f->arena, format, args);
	va_end(args);
	f->verdict = verdict;
	return false;
}

#define unreadable(f, ...) say((f), STATEMENT_UNREADABLE, __VA_ARGS__)
#define is_false(f, ...)   say((f), STATEMENT_FALSE, __VA_ARGS__)

/* A cell as text_csv() writes it, and what ends it. */
static bool
read_cell(struct cursor *c, const char *end, struct arena *a, const char **cell)
{
	char *copy;
	size_t len = 0;

	if (!take(c, "\"")) {
		*cell = c->at;
		while (c->at < c->end && strchr(";\"\r\n", *c->at) == NULL)
			c->at++;
		len = (size_t)(c->at - *cell);
		if (len > CELL_MAX_BYTES)
			return false;
		*cell = arena_copy(a, *cell, len);
		return take(c, end);
	}
	for (const char *p = c->at; p < c->end && (*p != '"' || (p + 1 < c->end && p[1] == '"'));
	     p += *p == '"' ? 2 : 1)
		len++;
	if (len > CELL_MAX_BYTES)
		return false;
	*cell = copy = arena_alloc(a, len + 1);
	for (; len > 0; len--) {
		*copy++ = *c->at;
		c->at += *c->at == '"' ? 2 : 1;
	}
	return take(c, "\"") && take(c, end);
}

static bool
read_line(struct file *f, struct line *line)
{
	const char *cell[CELLS];
	struct cursor day;

	for (int i = 0; i < CELLS; i++) {
		if (!read_cell(&f->c, i + 1 < CELLS ? ";" : "\r\n", f->arena, &cell[i]))
			return unreadable(f,
			    "Не читается: строка файла %d не похожа на строку выписки.", f->row);
	}
	*line = (struct line){ .row = f->row, .at = cell[0], .title = cell[1], .source = cell[2], .day = cell[7],
		.check = cell[8] };
	day = (struct cursor){ line->day, line->day + strlen(line->day) };
	/*
	 * In the chain the moment stands before the sums: with a semicolon it could take them in.
	 */
	line->is_readable = strchr(line->at, ';') == NULL && read_sum(cell[3], &line->amount_kop) &&
	    read_sum(cell[4], &line->balance_kop) &&
	    int_parse(cell[5], 1, INT32_MAX, &line->version) &&
	    int_parse(cell[6], 1, INT64_MAX, &line->entry_id) && take_day(&day, &line->days) &&
	    day.at == day.end;
	return true;
}

static bool
read_lines(struct file *f)
{
	int most = 0;

	for (const char *p = f->c.at; (p = memchr(p, '\n', (size_t)(f->c.end - p))) != NULL; p++)
		most++;
	if (most > STATEMENT_MAX_LINES)
		most = STATEMENT_MAX_LINES;
	f->line = arena_array(f->arena, struct line, (size_t)most + 1);
	for (f->row = 2; f->c.at < f->c.end && *f->c.at != '#'; f->row++) {
		if (f->line_count == most)
			return unreadable(f, "Не читается: строк слишком много.");
		if (!read_line(f, &f->line[f->line_count]))
			return false;
		f->line_count++;
	}
	return true;
}

static bool
read_state(struct file *f, struct state *state)
{
	const char *version, *sum;

	return take(&f->c, "строка ") &&
	    (version = take_until(&f->c, ", ", 10, f->arena)) != NULL &&
	    int_parse(version, 0, INT32_MAX, &state->version) && take(&f->c, "остаток ") &&
	    (sum = take_until(&f->c, ", ", MONEY_BUF, f->arena)) != NULL &&
	    read_sum(sum, &state->balance_kop) && take(&f->c, "звено ") &&
	    take_hash(&f->c, state->link) && take(&f->c, "\r\n");
}

/* The row that may stand here; true too when it does not. */
static bool
read_proof(struct file *f, struct proof *proof)
{
	proof->days = DAYS_NONE;
	if (!take(&f->c, ROW_PROOF))
		return true;
	f->row++;
	if (!take_day(&f->c, &proof->days) || !take(&f->c, ":"))
		return false;
	while (!take(&f->c, "\r\n")) {
		bool is_left = take(&f->c, " <");

		if (proof->count == STEPS_MAX || (!is_left && !take(&f->c, " >")) ||
		    !take_hash(&f->c, proof->step[proof->count].hash))
			return false;
		proof->step[proof->count++].is_left = is_left;
	}
	return true;
}

static bool
is_account(const char *s)
{
	return s != NULL && *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

/*
 * The rows after the lines, but for the first and the last. f->row is that of the one that is read.
 */
static bool
read_states(struct file *f)
{
	f->row++;
	if (!take(&f->c, ROW_OPENING) || !read_state(f, &f->opening) ||
	    !read_proof(f, &f->opening_proof))
		return false;
	f->row++;
	f->sealed_proof.days = DAYS_NONE;
	if (take(&f->c, ROW_SEALED)) {
		if (!take_day(&f->c, &f->sealed_days) || !take(&f->c, ": ") ||
		    !read_state(f, &f->sealed) || !read_proof(f, &f->sealed_proof))
			return false;
		f->row++;
	}
	if (take(&f->c, ROW_OPEN)) {
		if (!take_day(&f->c, &f->open_from) || !take(&f->c, "\r\n"))
			return false;
		f->row++;
	}
	return take(&f->c, ROW_CLOSING) && read_state(f, &f->closing) && f->c.at == f->control;
}

static bool
read_end(struct file *f)
{
	f->sealed_days = f->open_from = DAYS_NONE;
	if (!take(&f->c, ROW_ACCOUNT) ||
	    !is_account(f->account = take_until(&f->c, ", с ", ACCOUNT_MAX_CHARS, f->arena)) ||
	    !take_day(&f->c, &f->from) || !take(&f->c, " по ") || !take_day(&f->c, &f->to) ||
	    !take(&f->c, "\r\n"))
		return is_false(f, "Строка файла %d изменена: в ней должны быть счёт и период.",
		    f->row);
	if (take(&f->c, ROW_PARTIAL "\r\n"))
		return unreadable(f,
		    "В этой выписке не все строки периода, поэтому по печатям её проверить нельзя. "
		    "Скачайте выписку без отбора по видам операций.");
	return read_states(f) || is_false(f, "Строка файла %d изменена или её не хватает.", f->row);
}

/* Heads at the top, the control row at the bottom: a file that was cut has lost that. */
static bool
read_frame(struct file *f, size_t len)
{
	struct cursor last;

	if (len > STATEMENT_MAX_BYTES)
		return unreadable(f, "Не читается: файл слишком велик.");
	if (!text_is_utf8(f->bytes, len))
		return unreadable(f, "Не читается: это не текст в кодировке UTF-8.");
	if (!take(&f->c, MARK STATEMENT_HEADS "\r\n"))
		return unreadable(f,
		    "Это не выписка: файл должен начинаться с заголовков её столбцов.");
	last = (struct cursor){ f->c.end - f->c.at > CONTROL_BYTES ? f->c.end - CONTROL_BYTES
								   : f->c.at,
		f->c.end };
	f->control = last.at;
	if (last.at[-1] != '\n' || !take(&last, ROW_CONTROL) ||
	    !take_hash(&last, f->control_hash) || !take(&last, "\r\n"))
		return unreadable(f,
		    "Выписка оборвана: её последняя строка должна быть контролем.");
	f->c.end = f->control;
	return true;
}

/* ---- proofs ---------------------------------------------------------------------------------- */

static void
hash_pair(const uint8_t left[HASH_BYTES], const uint8_t right[HASH_BYTES], uint8_t node[HASH_BYTES])
{
	uint8_t pair[1 + 2 * HASH_BYTES] = { 1 };

	memcpy(pair + 1, left, HASH_BYTES);
	memcpy(pair + 1 + HASH_BYTES, right, HASH_BYTES);
	crypto_sha256(pair, sizeof pair, node);
}

/* Does the state lead to the seal of the proof's day? */
static bool
leads_to_seal(struct file *f, const struct proof *proof, const struct state *state)
{
	const struct seal *seal = seal_of(f->seals, proof->days);
	char hex[HEX_CHARS + 1];
	uint8_t node[HASH_BYTES];
	char *leaf;

	if (seal == NULL)
		return unreadable(f,
		    "В файле печатей нет печати за %s: возьмите более полный файл.",
		    day_words(f->arena, proof->days));
	crypto_hex(state->link, HASH_BYTES, hex);
	/* What comes before a leaf is a zero byte. */
	leaf = arena_printf(f->arena, "-%s;%" PRId64 ";%" PRId64 ";%s", f->account, state->version,
	    state->balance_kop, hex);
	leaf[0] = '\0';
	crypto_sha256(leaf, 1 + strlen(leaf + 1), node);
	for (int i = 0; i < proof->count; i++) {
		const uint8_t *other = proof->step[i].hash;

		hash_pair(proof->step[i].is_left ? other : node,
		    proof->step[i].is_left ? node : other, node);
	}
	return memcmp(node, seal->accounts_hash, HASH_BYTES) == 0 ||
	    is_false(f,
		"Доказательство за %s не ведёт к опубликованной печати этого дня: изменены счёт, период, строка, "
		"остаток или звено.",
		day_words(f->arena, proof->days));
}

static bool
is_nothing(const struct state *state)
{
	static const uint8_t none[HASH_BYTES];

	return state->balance_kop == 0 && memcmp(state->link, none, HASH_BYTES) == 0;
}

/* Do the days that the end names belong together? */
static bool
check_period(struct file *f)
{
	bool has_seal = f->sealed_days != DAYS_NONE;
	int open_from = !has_seal    ? f->from
	    : f->sealed_days < f->to ? f->sealed_days + 1
				     : DAYS_NONE;

	if (f->from > f->to || (has_seal && (f->sealed_days < f->from || f->sealed_days > f->to)) ||
	    f->open_from != open_from ||
	    (f->opening_proof.days != DAYS_NONE && f->opening_proof.days != f->from - 1) ||
	    (f->sealed_proof.days != DAYS_NONE && f->sealed_proof.days != f->sealed_days))
		return is_false(f, "Период изменён: с %s по %s не подходит к дням в конце выписки.",
		    day_words(f->arena, f->from), day_words(f->arena, f->to));
	return true;
}

/*
 * The state before the period: proven, or there was nothing before, or that evening has no seal
 * yet.
 */
static bool
check_opening(struct file *f)
{
	if (f->opening.version == 0 && !is_nothing(&f->opening))
		return is_false(f,
		    "Состояние на начало изменено: до первой строки остаток и звено нулевые.");
	if (f->opening_proof.days != DAYS_NONE)
		return leads_to_seal(f, &f->opening_proof, &f->opening);
	if (f->opening.version > 0 &&
	    (f->sealed_days != DAYS_NONE || seal_of(f->seals, f->from - 1) != NULL))
		return is_false(f,
		    "Нет доказательства за %s: состояние на начало ничем не подтверждено.",
		    day_words(f->arena, f->from - 1));
	return true;
}

/*
 * Days that are sealed by now must have been proven: else a file could call anything «not sealed
 * yet».
 */
static bool
check_freshness(struct file *f)
{
	int proven = f->sealed_days != DAYS_NONE ? f->sealed_days : f->from - 1;
	int last = f->seals->count > 0 ? f->seals->seal[f->seals->count - 1].day : DAYS_NONE;

	if (last > proven && proven < f->to)
		return unreadable(f,
		    "Выписка получена до того, как запечатали дни с %s: доказательств за них в ней нет. "
		    "Скачайте её ещё раз.",
		    day_words(f->arena, proven + 1));
	return true;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void
add_link(uint8_t link[HASH_BYTES], const struct file *f, const struct line *line, struct text *work)
{
	text_clear(work);
	text_put(work, (const char *)link, HASH_BYTES);
	text_printf(work, "%s;%s;%" PRId64 ";%" PRId64 ";%s;%" PRId64 ";%" PRId64 ";%zu;%s;%s",
	    f->account, line->day, line->version, line->entry_id, line->at, line->amount_kop,
	    line->balance_kop, strlen(line->title), line->title, line->source);
	assert(!work->broken);
	crypto_sha256(work->data, work->len, link);
}

/* A line that is not the one expected: is that one dropped, or only elsewhere? */
static bool
say_order(struct file *f, int i, int64_t expected)
{
	const struct line *line = &f->line[i];

	if (line->version < expected)
		return is_false(f,
		    "Строка № %" PRId64 " (строка файла %d) стоит не на своём месте или повторена.",
		    line->version, line->row);
	for (int k = i + 1; k < f->line_count; k++) {
		if (f->line[k].version == expected)
			return is_false(f,
			    "Строка № %" PRId64
			    " (строка файла %d) переставлена: её место перед строкой № %" PRId64
			    ".",
			    expected, f->line[k].row, line->version);
	}
	return is_false(f,
	    "Строка № %" PRId64 " удалена: она должна стоять перед строкой № %" PRId64
	    " (строка файла %d).",
	    expected, line->version, line->row);
}

static bool
check_line(struct file *f, int i, const struct state *before, struct state *state,
    struct text *work)
{
	const struct line *line = &f->line[i];
	char hex[HEX_CHARS + 1], check[STATEMENT_CHECK_BUF];

	if (!line->is_readable)
		return is_false(f, "Строка файла %d изменена: сумма, номер или день не читается.",
		    line->row);
	if (line->version != before->version + 1)
		return say_order(f, i, before->version + 1);
	*state = (struct state){ .version = line->version, .balance_kop = line->balance_kop };
	memcpy(state->link, before->link, HASH_BYTES);
	add_link(state->link, f, line, work);
	crypto_hex(state->link, HASH_BYTES, hex);
	if (strcmp(statement_check(check, hex), line->check) != 0 ||
	    line->balance_kop - line->amount_kop != before->balance_kop)
		return is_false(f, "Строка № %" PRId64 " (строка файла %d) изменена%s.",
		    line->version, line->row,
		    line->balance_kop - line->amount_kop != before->balance_kop
			? ": сумма и остаток не сходятся"
			: ": её проверка не сходится");
	if (line->days < f->from || line->days > f->to)
		return is_false(f, "Строка № %" PRId64 " (строка файла %d) не относится к периоду.",
		    line->version, line->row);
	return true;
}

static bool
is_same(const struct state *a, const struct state *b)
{
	return a->version == b->version && a->balance_kop == b->balance_kop &&
	    memcmp(a->link, b->link, HASH_BYTES) == 0;
}

/* Along the chain, from the opening state over the sealed one to the closing one. */
static bool
check_lines(struct file *f)
{
	struct state state = f->opening, next;
	bool is_sealed = f->sealed_days != DAYS_NONE && f->sealed.version == f->opening.version;
	struct text work;
	int i = 0;

	if (is_sealed && !is_same(&state, &f->sealed))
		return is_false(f, "Состояние по %s изменено.",
		    day_words(f->arena, f->sealed_days));
	text_init(&work, 4 * CELL_MAX_BYTES);
	for (; i < f->line_count && check_line(f, i, &state, &next, &work); i++, state = next) {
		/* Sealed lines first, then those that are not. */
		if (f->sealed_days != DAYS_NONE &&
		    (f->line[i].days <= f->sealed_days) != (next.version <= f->sealed.version)) {
			is_false(f,
			    "Строка № %" PRId64
			    " (строка файла %d) не подходит к дню, по который выписка запечатана.",
			    next.version, f->line[i].row);
			break;
		}
		if (f->sealed_days != DAYS_NONE && next.version == f->sealed.version &&
		    !is_same(&next, &f->sealed)) {
			is_false(f, "Строки по № %" PRId64 " не ведут к запечатанному состоянию.",
			    next.version);
			break;
		}
	}
	text_release(&work);
	if (i < f->line_count)
		return false;
	if (state.version < f->closing.version)
		return is_false(f,
		    "Строка № %" PRId64 " удалена: после строки № %" PRId64
		    " должны быть строки по № %" PRId64 ".",
		    state.version + 1, state.version, f->closing.version);
	return is_same(&state, &f->closing) ||
	    is_false(f, "Состояние на конец изменено: строки кончаются на № %" PRId64 ".",
		state.version);
}

static bool
check_sealed(struct file *f)
{
	if (f->sealed_days == DAYS_NONE)
		return true;
	if (f->sealed.version > f->closing.version || f->sealed.version < f->opening.version)
		return is_false(f, "Состояние по %s изменено.",
		    day_words(f->arena, f->sealed_days));
	if (f->sealed_proof.days != DAYS_NONE)
		return leads_to_seal(f, &f->sealed_proof, &f->sealed);
	/*
	 * Only an account that was opened since has none; one that was there before is in the tree,
	 * empty or not.
	 */
	return (f->sealed.version == 0 && f->opening_proof.days == DAYS_NONE) ||
	    is_false(f, "Нет доказательства за %s.", day_words(f->arena, f->sealed_days));
}

static bool
check_control(struct file *f)
{
	uint8_t hash[HASH_BYTES];

	crypto_sha256(f->bytes, (size_t)(f->control - f->bytes), hash);
	return memcmp(hash, f->control_hash, HASH_BYTES) == 0 ||
	    is_false(f, "Изменены служебные строки в конце выписки: контроль файла не сходится.");
}

/* Nothing was found. What is proven, and what is not yet? */
static bool
conclude(struct file *f)
{
	const char *proven = "", *open = "";
	int open_lines = 0;

	/*
	 * Without one proof anybody could have made it all up: lines that agree with each other
	 * prove nothing.
	 */
	if (f->opening_proof.days == DAYS_NONE && f->sealed_proof.days == DAYS_NONE)
		return unreadable(f,
		    "Проверить нельзя: ни одна строка и ни одно состояние счёта в этой выписке ещё не запечатаны. "
		    "Скачайте её ещё раз завтра.");
	for (int i = 0; i < f->line_count && f->open_from != DAYS_NONE; i++)
		open_lines += f->line[i].days >= f->open_from;
	if (f->sealed_days != DAYS_NONE)
		proven = arena_printf(f->arena, " Печати сходятся по %s.",
		    day_words(f->arena, f->sealed_days));
	if (open_lines > 0)
		open = arena_printf(f->arena,
		    " Строки с %s ещё не запечатаны (%d): проверено только, что они сходятся между "
		    "собой.",
		    day_words(f->arena, f->open_from), open_lines);
	else if (f->open_from != DAYS_NONE)
		open = arena_printf(f->arena, " Дни с %s ещё не запечатаны.",
		    day_words(f->arena, f->open_from));
	say(f, STATEMENT_GENUINE, "Выписка подлинная: счёт %s, с %s по %s, %d %s.%s%s", f->account,
	    day_words(f->arena, f->from), day_words(f->arena, f->to), f->line_count,
	    plural_ru(f->line_count, "строка", "строки", "строк"), proven, open);
	return true;
}

enum statement_verdict
statement_verify(struct arena *a, const char *bytes, size_t len, const struct seals *seals,
    const char **words)
{
	struct file *f = arena_alloc(a, sizeof *f);

	*f = (struct file){ .arena = a, .seals = seals, .bytes = bytes, .c = { bytes, bytes + len } };
	/* Lines are named before proofs are doubted: a person wants to know which one. */
	if (read_frame(f, len) && read_lines(f) && read_end(f) && check_period(f) &&
	    check_opening(f) && check_lines(f) && check_sealed(f) && check_control(f) &&
	    check_freshness(f))
		conclude(f);
	*words = f->words;
	return f->verdict;
}
