/*
 * marc.c -- records of MARC 21 and RUSMARC in ISO 2709. Only this file knows libyaz.
 *
 * libyaz is lenient: it reads on behind what does not fit. So a record is proved first - its
 * length, its directory, that every field stands where the directory says and none lies over
 * another - and only then given to libyaz, in a buffer of its own. What comes back is its line form
 * with the separators of ISO 2709, which no field can hold.
 *
 * Encodings are told record by record: what is UTF-8 is that. Else one that claims to be UTF-8 is
 * wrong; one with escape sequences, or where bytes above ASCII stand alone, is MARC-8; the rest is
 * windows-1251, in which Russian libraries exchange.
 */
#include "catalogue-private.h"

#include <yaz/marcdisp.h>
#include <yaz/wrbuf.h>
#include <yaz/yaz-iconv.h>

#define LEADER_BYTES 24
#define ENTRY_BYTES 12
#define RECORD_MIN (LEADER_BYTES + 2) /* an empty directory and the end */
#define RECORD_MAX 99999              /* the length has five digits */
#define BEHIND_BYTES 16               /* libyaz looks a little behind a short field */
#define VALUE_MAX (RECORD_MAX * 4)    /* what a whole record becomes in UTF-8 at most */
#define FIELD_END '\x1e'
#define RECORD_END '\x1d'
#define SUBFIELD '\x1f'

/* What stands in a leader, where. */
enum {
	AT_LENGTH = 0,
	AT_STATUS = 5,
	AT_LEVEL = 7,
	AT_ENCODING = 9,
	AT_SHAPE = 10,
	AT_BASE = 12,
	AT_MAP = 20
};

enum encoding { ENCODING_ASCII, ENCODING_UTF8, ENCODING_1251, ENCODING_MARC8, ENCODING__COUNT };
static const char *const encoding_names[ENCODING__COUNT] = { "", "UTF-8", "windows-1251",
	"MARC-8" };

struct marc {
	struct catalogue_reader *r;
	long number; /* of the record in hand, from 1 */
	yaz_marc_t parser;
	WRBUF lines;
	const char *fields, *fields_end; /* in them: `245 10`, subfields, FIELD_END */
	struct text value[CATALOGUE_FIELD__COUNT];
	yaz_iconv_t marc8;
	bool seen[ENCODING__COUNT];
	enum encoding encoding; /* of the record in hand */
	char record[RECORD_MAX + BEHIND_BYTES];
	size_t len;
	bool is_taken[RECORD_MAX]; /* a field of it begins here */
};

static void
close_marc(void *context)
{
	struct marc *m = context;

	if (m->marc8 != NULL)
		yaz_iconv_close(m->marc8);
	for (int i = 0; i < CATALOGUE_FIELD__COUNT; i++)
		text_release(&m->value[i]);
	wrbuf_destroy(m->lines);
	yaz_marc_destroy(m->parser);
}

/* `len` digits and nothing else; -1 when they are none. */
static long
digits(const char *at, int len)
{
	long n = 0;

	for (int i = 0; i < len; i++) {
		if (at[i] < '0' || at[i] > '9')
			return -1;
		n = n * 10 + (at[i] - '0');
	}
	return n;
}

bool
catalogue_looks_like_marc(const char *bytes, size_t len)
{
	return len >= LEADER_BYTES && digits(bytes, 5) >= 0 && digits(bytes + AT_BASE, 5) >= 0 &&
	       digits(bytes + AT_SHAPE, 2) >= 0;
}

/* ---- is it a record? ------------------------------------------------------------------------- */

/* The length of the record at `at`, of which `rest` bytes are there; 0 with a problem. */
static size_t
length_of(struct marc *m, const char *at, size_t rest)
{
	const char *end = memchr(at, RECORD_END, rest);
	long len;

	if (rest < LEADER_BYTES || digits(at, 5) < 0) {
		catalogue_problem(m->r, m->number,
		    "Здесь должна начинаться запись, а стоит другое: %zu %s до конца файла.", rest,
		    plural_ru((int64_t)rest, "байт", "байта", "байт"));
		return 0;
	}
	len = digits(at, 5);
	if (len < RECORD_MIN) {
		catalogue_problem(m->r, m->number, "Длина записи %ld меньше наименьшей.", len);
		return 0;
	}
	if (end == NULL) {
		catalogue_problem(m->r, m->number,
		    "Запись обрывается: обещано байт %ld, есть %zu. Файл передан не целиком.", len,
		    rest);
		return 0;
	}
	if (end - at + 1 != len) {
		catalogue_problem(m->r, m->number, "Длина записи названа неверно: %ld вместо %ld.",
		    len, (long)(end - at + 1));
		return 0;
	}
	return (size_t)len;
}

/* What is wrong with the field that a directory entry names; NULL when nothing is. */
static const char *
field_fault(struct marc *m, const char *entry, size_t base, size_t *bytes)
{
	long field_len = digits(entry + 3, 4), start = digits(entry + 7, 5);
	const char *field = m->record + base + start, *last;

	for (int i = 0; i < 3; i++)
		if ((unsigned char)entry[i] <= ' ' || (unsigned char)entry[i] >= 0x7F)
			return "Испорчен справочник записи";
	if (field_len < 0 || start < 0)
		return "Испорчен справочник записи";
	if (field_len == 0 || base + (size_t)start + (size_t)field_len > m->len - 1)
		return "Поле выходит за границы записи";
	if (m->is_taken[base + (size_t)start])
		return "Поля накладываются друг на друга";
	m->is_taken[base + (size_t)start] = true;
	last = field + field_len - 1;
	if (memchr(field, FIELD_END, (size_t)field_len) != last || field[-1] != FIELD_END)
		return "Поле начинается или кончается не там, где сказано в справочнике";
	*bytes += (size_t)field_len;
	if (memcmp(entry, "00", 2) == 0 || field_len == 1)
		return NULL;
	/* Two indicators, then subfields or nothing. */
	if (field_len < 3 || (unsigned char)field[0] < ' ' || (unsigned char)field[1] < ' ' ||
	    (field_len > 3 && field[2] != SUBFIELD))
		return "В поле нет индикаторов или подполей";
	return NULL;
}

/* The leader, the directory, every field. */
static bool
is_sound(struct marc *m)
{
	const char *record = m->record, *fault = NULL;
	long base = digits(record + AT_BASE, 5);
	size_t bytes = 0, at = LEADER_BYTES;

	if (memcmp(record + AT_SHAPE, "22", 2) != 0 || memcmp(record + AT_MAP, "45", 2) != 0) {
		catalogue_problem(
		    m->r, m->number, "Маркер записи не такой, как в MARC 21 и RUSMARC.");
		return false;
	}
	if (base <= LEADER_BYTES || (size_t)base >= m->len || record[base - 1] != FIELD_END ||
	    (base - 1 - LEADER_BYTES) % ENTRY_BYTES != 0) {
		catalogue_problem(m->r, m->number, "Испорчен справочник записи.");
		return false;
	}
	memset(m->is_taken, 0, m->len);
	for (; fault == NULL && at < (size_t)base - 1; at += ENTRY_BYTES) {
		fault = field_fault(m, record + at, (size_t)base, &bytes);
		if (fault != NULL)
			catalogue_problem(m->r, m->number, "%s (поле %zu).", fault,
			    (at - LEADER_BYTES) / ENTRY_BYTES + 1);
	}
	if (fault == NULL && bytes != m->len - 1 - (size_t)base) {
		catalogue_problem(m->r, m->number, "В справочнике записи названы не все поля.");
		return false;
	}
	return fault == NULL;
}

/* ---- encodings ------------------------------------------------------------------------------- */

/* Russian words have letters side by side; MARC-8's marks stand alone before a Latin one. */
static bool
has_neighbours(const char *bytes, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if ((unsigned char)bytes[i] >= 0x80 && (unsigned char)bytes[i - 1] >= 0x80)
			return true;
	return false;
}

static bool
find_encoding(struct marc *m)
{
	bool is_ascii = true;

	for (size_t i = 0; i < m->len; i++)
		is_ascii &= (unsigned char)m->record[i] < 0x80;
	if (memchr(m->record, '\x1b', m->len) != NULL)
		m->encoding = ENCODING_MARC8;
	else if (is_ascii)
		m->encoding = ENCODING_ASCII;
	else if (text_is_utf8(m->record, m->len))
		m->encoding = ENCODING_UTF8;
	else if (m->record[AT_ENCODING] == 'a') {
		catalogue_problem(
		    m->r, m->number, "Запись названа UTF-8, но текст в ней не UTF-8.");
		return false;
	} else
		m->encoding = has_neighbours(m->record, m->len) ? ENCODING_1251 : ENCODING_MARC8;
	m->seen[m->encoding] = true;
	return true;
}

static bool
put_marc8(struct marc *m, struct text *to, const char *bytes, size_t len)
{
	char *from = (char *)(uintptr_t)bytes; /* yaz_iconv() does not write there */
	bool is_done = false;

	if (m->marc8 == NULL)
		m->marc8 = yaz_iconv_open("UTF-8", "MARC-8");
	if (m->marc8 == NULL)
		abort();
	/* Asked without an input it gives what it still held back, and forgets the alphabets. */
	while (!is_done) {
		char buffer[4096], *at = buffer;
		size_t left = sizeof buffer;

		is_done = len == 0;
		if (yaz_iconv(m->marc8, is_done ? NULL : &from, is_done ? NULL : &len, &at,
			&left) == (size_t)-1 &&
		    yaz_iconv_error(m->marc8) != YAZ_ICONV_E2BIG) {
			yaz_iconv_close(m->marc8);
			m->marc8 = NULL;
			return false;
		}
		text_put(to, buffer, sizeof buffer - left);
	}
	return true;
}

/* Adds a subfield's text in UTF-8; a problem when it is none. */
static void
put_text(struct marc *m, struct text *to, const char *bytes, size_t len)
{
	size_t begin = to->len;
	bool is_good = true;

	if (m->encoding == ENCODING_1251)
		is_good = catalogue_put_1251(to, bytes, len);
	else if (m->encoding == ENCODING_MARC8)
		is_good = put_marc8(m, to, bytes, len);
	else
		text_put(to, bytes, len);
	if (is_good && text_is_utf8(to->data + begin, to->len - begin))
		return;
	to->len = begin;
	to->data[begin] = '\0';
	catalogue_problem(m->r, m->number, "Текст не читается в кодировке %s.",
	    m->encoding == ENCODING_ASCII ? "ASCII" : encoding_names[m->encoding]);
}

/* ---- fields ---------------------------------------------------------------------------------- */

/* What is taken: subfields of a field, in the order of the record. */
struct rule {
	const char *tag, *codes;
	enum catalogue_field field;
	bool is_repeated; /* more fields of the tag are added; else the first one counts */
};

static const struct rule marc21[] = {
	{ "245", "abnp", CATALOGUE_TITLE, false },
	{ "100", "a", CATALOGUE_AUTHORS, false },
	{ "700", "a", CATALOGUE_AUTHORS, true },
	{ "110", "a", CATALOGUE_AUTHORS, false },
	{ "260", "b", CATALOGUE_PUBLISHER, false },
	{ "264", "b", CATALOGUE_PUBLISHER, false },
	{ "260", "c", CATALOGUE_YEAR, false },
	{ "264", "c", CATALOGUE_YEAR, false },
	{ "020", "a", CATALOGUE_ISBN, false },
	{ "020", "c", CATALOGUE_PRICE, false },
	{ "300", "a", CATALOGUE_PAGES, false },
	{ "650", "a", CATALOGUE_SUBJECT, false },
	{ "653", "a", CATALOGUE_SUBJECT, false },
	{ "520", "a", CATALOGUE_ANNOTATION, false },
	{ "084", "a", CATALOGUE_SHELF, false },
	{ "080", "a", CATALOGUE_SHELF, false },
	{ "852", "hi", CATALOGUE_SHELF, false },
	{ "852", "p", CATALOGUE_BARCODES, true },
};
static const struct rule rusmarc[] = {
	{ "200", "aehi", CATALOGUE_TITLE, false },
	{ "700", "ab", CATALOGUE_AUTHORS, false },
	{ "701", "ab", CATALOGUE_AUTHORS, true },
	{ "710", "a", CATALOGUE_AUTHORS, false },
	{ "210", "c", CATALOGUE_PUBLISHER, false },
	{ "210", "d", CATALOGUE_YEAR, false },
	{ "010", "a", CATALOGUE_ISBN, false },
	{ "010", "d", CATALOGUE_PRICE, false },
	{ "215", "a", CATALOGUE_PAGES, false },
	{ "606", "a", CATALOGUE_SUBJECT, false },
	{ "610", "a", CATALOGUE_SUBJECT, false },
	{ "330", "a", CATALOGUE_ANNOTATION, false },
	{ "686", "a", CATALOGUE_SHELF, false },
	{ "675", "a", CATALOGUE_SHELF, false },
	{ "852", "j", CATALOGUE_SHELF, false },
	{ "899", "p", CATALOGUE_BARCODES, true },
	{ "852", "p", CATALOGUE_BARCODES, true },
};

/* What stands before the text of a subfield that is not the first. */
static const char *
before(const struct rule *rule, char code)
{
	if (rule->field == CATALOGUE_TITLE)
		return code == 'b' || code == 'e' ? " : " : ". ";
	return " ";
}

/* The signs that catalogue cards put between areas stand at the ends of MARC 21's subfields. */
static void
trim_signs(struct text *t)
{
	while (t->len > 0 && strchr(" /:;,=", t->data[t->len - 1]) != NULL)
		t->len--;
	t->data[t->len] = '\0';
}

/* The next field of that tag behind *at; NULL: none. Its length into *len. */
static const char *
next_field(const struct marc *m, const char **at, const char *tag, size_t *len)
{
	while (*at < m->fields_end) {
		const char *field = *at;
		const char *stop = memchr(field, FIELD_END, (size_t)(m->fields_end - field));

		if (stop == NULL)
			return NULL;
		*at = stop + 1;
		if (stop - field > 4 && memcmp(field, tag, 3) == 0 && field[3] == ' ') {
			*len = (size_t)(stop - field);
			return field;
		}
	}
	return NULL;
}

/*
 * A name with a comma, `Пушкин, А. С.`, is written without it, for commas stand between several.
 */
static void
drop_comma(struct text *t, size_t begin)
{
	char *comma = strstr(t->data + begin, ", ");

	if (comma == NULL)
		return;
	memmove(comma, comma + 1, strlen(comma));
	t->len--;
}

/* The wanted subfields of `245 10` SUBFIELD `a Text` SUBFIELD `b Text`, behind what is there. */
static void
put_subfields(struct marc *m, const struct rule *rule, const char *field, size_t len)
{
	struct text *value = &m->value[rule->field];
	const char *end = field + len, *at = memchr(field, SUBFIELD, len);
	size_t begin;

	if (value->len > 0)
		text_puts(value, rule->field == CATALOGUE_AUTHORS ? ", " : " ");
	begin = value->len;
	while (at != NULL) {
		const char *next = memchr(at + 1, SUBFIELD, (size_t)(end - at - 1));
		const char *stop = next != NULL ? next : end;

		if (stop - at > 3 && at[2] == ' ' && strchr(rule->codes, at[1]) != NULL) {
			if (value->len > begin)
				text_puts(value, before(rule, at[1]));
			put_text(m, value, at + 3, (size_t)(stop - at - 3));
			trim_signs(value);
		}
		at = next;
	}
	if (rule->field == CATALOGUE_AUTHORS && value->len > begin)
		drop_comma(value, begin);
	if (value->len == begin)
		trim_signs(value);
}

static void
apply(struct marc *m, const struct rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct rule *rule = &rules[i];
		const char *at = m->fields, *field;
		size_t len;

		while ((rule->is_repeated || m->value[rule->field].len == 0) &&
		       (field = next_field(m, &at, rule->tag, &len)) != NULL)
			put_subfields(m, rule, field, len);
	}
}

/* ---- records --------------------------------------------------------------------------------- */

/* Through libyaz into m->fields. */
static bool
split_fields(struct marc *m)
{
	const char *lf;

	wrbuf_rewind(m->lines);
	if (yaz_marc_read_iso2709(m->parser, m->record, (int)m->len) != (int)m->len ||
	    yaz_marc_write_line(m->parser, m->lines) != 0)
		return false;
	m->fields_end = wrbuf_buf(m->lines) + wrbuf_len(m->lines);
	/* The first line is the leader, and ends as lines do. */
	lf = memchr(wrbuf_buf(m->lines), '\n', wrbuf_len(m->lines));
	m->fields = lf != NULL ? lf + 1 : m->fields_end;
	return lf != NULL;
}

/*
 * 200 is the title in RUSMARC, 245 in MARC 21; neither has the other's. false: see
 * catalogue_take().
 */
static bool
take_record(struct marc *m)
{
	const char *raw[CATALOGUE_FIELD__COUNT] = { NULL }, *at;
	size_t len;
	bool is_21;

	if (!split_fields(m)) {
		catalogue_problem(m->r, m->number, "Запись не читается.");
		return true;
	}
	at = m->fields;
	is_21 = next_field(m, &at, "245", &len) != NULL;
	if (*m->r->c->format == '\0')
		m->r->c->format = is_21 ? "MARC 21" : "RUSMARC";
	for (int i = 0; i < CATALOGUE_FIELD__COUNT; i++)
		text_clear(&m->value[i]);
	if (is_21)
		apply(m, marc21, sizeof marc21 / sizeof marc21[0]);
	else
		apply(m, rusmarc, sizeof rusmarc / sizeof rusmarc[0]);
	if (m->record[AT_LEVEL] == 's')
		text_puts(&m->value[CATALOGUE_KIND], "журнал");
	for (int i = 0; i < CATALOGUE_FIELD__COUNT; i++)
		raw[i] = m->value[i].data;
	return catalogue_take(m->r, m->number, raw);
}

static void
name_encoding(struct marc *m)
{
	m->r->c->encoding = "";
	for (int i = ENCODING_UTF8; i < ENCODING__COUNT; i++)
		if (m->seen[i])
			m->r->c->encoding = *m->r->c->encoding == '\0'
						? encoding_names[i]
						: arena_printf(m->r->a, "%s, %s", m->r->c->encoding,
						      encoding_names[i]);
	if (*m->r->c->encoding == '\0')
		m->r->c->encoding = "ASCII";
}

static struct marc *
open_marc(struct catalogue_reader *r)
{
	struct marc *m = arena_alloc(r->a, sizeof *m);

	m->r = r;
	m->parser = yaz_marc_create();
	m->lines = wrbuf_alloc();
	yaz_marc_subfield_str(m->parser, (const char[]){ SUBFIELD, '\0' });
	yaz_marc_endline_str(m->parser, (const char[]){ FIELD_END, '\0' });
	for (int i = 0; i < CATALOGUE_FIELD__COUNT; i++)
		text_init(&m->value[i], VALUE_MAX);
	arena_defer(r->a, close_marc, m);
	return m;
}

/* The record at `at`; answers where the next one begins, NULL when that is unknown. */
static const char *
read_record(struct marc *m, const char *at, const char *end)
{
	m->number++;
	m->len = length_of(m, at, (size_t)(end - at));
	if (m->len == 0)
		return NULL;
	memcpy(m->record, at, m->len);
	memset(m->record + m->len, 0, BEHIND_BYTES);
	if (m->record[AT_STATUS] == 'd')
		m->r->c->skipped++;
	else if (is_sound(m) && find_encoding(m) && !take_record(m))
		return NULL;
	return at + m->len;
}

void
catalogue_read_marc(struct catalogue_reader *r, const char *bytes, size_t len)
{
	struct marc *m = open_marc(r);
	const char *at = bytes, *end = bytes + len;

	while (at != NULL && at < end) {
		if (*at == '\r' || *at == '\n')
			at++;
		else
			at = read_record(m, at, end);
	}
	name_encoding(m);
}
