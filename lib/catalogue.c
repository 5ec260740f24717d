/*
 * catalogue.c -- files of catalogues: which kind it is, and what every record has to be whatever it
 * came from. See catalogue.h.
 */
#include "catalogue-private.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdarg.h>

#include "money.h"

#define FIRST_CAPACITY 64
#define TITLE_COPIES_MAX 500
#define PRICE_MAX_KOP INT64_C(10000000)
#define PAGES_MAX 32767
#define BARCODE_MIN 4
#define BARCODE_MAX 20
#define QUOTED_CHARS 40 /* of a value in somebody's words */
#define NOTE_BYTES_MAX 1000

/* ---- problems and notes ---------------------------------------------------------------------- */

void
catalogue_problem(struct catalogue_reader *r, long number, const char *format, ...)
{
	struct catalogue *c = r->c;
	va_list args;

	if (c->problem_count < CATALOGUE_MAX_PROBLEMS) {
		va_start(args, format);
		c->problem[c->problem_count] =
		    (struct catalogue_problem){ number, arena_vprintf(r->a, format, args) };
		va_end(args);
	}
	c->problem_count++;
}

/* The first characters of a value: it is UTF-8. */
static const char *
upto(struct arena *a, const char *s, size_t chars)
{
	size_t len = 0;

	while (s[len] != '\0') {
		if (((unsigned char)s[len] & 0xC0) != 0x80 && chars-- == 0)
			return arena_printf(a, "%.*s…", (int)len, s);
		len++;
	}
	return s;
}

/* What a record goes through while it is taken. */
struct taking {
	struct catalogue_reader *r;
	struct catalogue_record *record;
	struct text note;
};

static void note(struct taking *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
note(struct taking *t, const char *format, ...)
{
	va_list args;

	if (t->note.len > 0)
		text_puts(&t->note, "; ");
	va_start(args, format);
	text_puts(&t->note, arena_vprintf(t->r->a, format, args));
	va_end(args);
}

/* ---- texts ----------------------------------------------------------------------------------- */

/*
 * One line: blanks and line feeds of any kind become one blank, and what only sorting programs want
 * (U+0080 to U+009F: «does not count» marks of MARC) goes. NULL: a control character. An apostrophe
 * that keeps a spreadsheet from computing goes too: text_csv() put it there.
 */
static const char *
one_line(struct arena *a, const char *raw)
{
	char *line = arena_copy(a, raw, strlen(raw)), *to = line;
	const unsigned char *at = (const unsigned char *)raw;

	if (at[0] == '\'' && at[1] != '\0' && strchr("=+-@", at[1]) != NULL)
		at++;
	for (; *at != '\0'; at++) {
		if (*at == 0xC2 && (at[1] == 0xA0 || (at[1] >= 0x80 && at[1] <= 0x9F))) {
			if (*++at != 0xA0)
				continue;
		} else if (!isspace(*at)) {
			if (*at < ' ' || *at == 0x7F)
				return NULL;
			*to++ = (char)*at;
			continue;
		}
		if (to > line && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to > line && to[-1] == ' ')
		to--;
	*to = '\0';
	return line;
}

static const struct {
	enum catalogue_field field;
	size_t chars;
	const char *name;
} lengths[] = {
	{ CATALOGUE_TITLE, 300, "название" },
	{ CATALOGUE_AUTHORS, 300, "авторы" },
	{ CATALOGUE_PUBLISHER, 200, "издательство" },
	{ CATALOGUE_SHELF, 60, "место" },
	{ CATALOGUE_SUBJECT, 100, "раздел" },
	{ CATALOGUE_ANNOTATION, 2000, "аннотация" },
};

/* Cut at the last character that fits, which becomes the sign that there was more. */
static void
cut_texts(struct taking *t)
{
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		const char **value = &t->record->field[lengths[i].field];

		if (text_chars(*value, strlen(*value)) <= lengths[i].chars)
			continue;
		note(t, "%s: сокращено до %zu знаков", lengths[i].name, lengths[i].chars);
		*value = upto(t->r->a, *value, lengths[i].chars - 1);
	}
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* The first number of the text; -1 when it has none, or none that fits. */
static int64_t
first_number(const char *s)
{
	char digits[10];
	size_t len;
	int64_t n;

	s += strcspn(s, "0123456789");
	len = strspn(s, "0123456789");
	if (len == 0 || len >= sizeof digits)
		return -1;
	memcpy(digits, s, len);
	digits[len] = '\0';
	return int_parse(digits, 0, INT32_MAX, &n) ? n : -1;
}

/* A number that the record can do without. */
static void
take_number(
    struct taking *t, enum catalogue_field field, int64_t min, int64_t max, const char *name)
{
	const char **value = &t->record->field[field];
	int64_t n;

	if (**value == '\0')
		return;
	n = first_number(*value);
	if (n < min || n > max) {
		note(t, "%s «%s» не читается", name, upto(t->r->a, *value, QUOTED_CHARS));
		*value = "";
		return;
	}
	*value = arena_printf(t->r->a, "%lld", (long long)n);
}

static bool
skip_word(const char **s, const char *word)
{
	while (**s == ' ')
		(*s)++;
	if (strncmp(*s, word, strlen(word)) != 0)
		return false;
	*s += strlen(word);
	return true;
}

/* `1234,50`, `1 234.50 руб.`, `45 р. 00 к.`; -1 when it is none of these. */
static int64_t
price_of(struct arena *a, const char *s)
{
	size_t len = strspn(s, "0123456789., ");
	int64_t kop, more;
	char *sum;

	while (len > 0 && strchr("., ", s[len - 1]) != NULL)
		len--;
	sum = arena_copy(a, s, len);
	if (!money_parse_typed(sum, &kop))
		return -1;
	s += len;
	if (skip_word(&s, "р")) {
		s += strcspn(s, " .");
		(void)skip_word(&s, ".");
		while (*s == ' ')
			s++;
		if (isdigit((unsigned char)*s) && kop % 100 == 0 && (more = first_number(s)) >= 0 &&
		    more < 100)
			kop += more;
	}
	return kop;
}

static void
take_price(struct taking *t)
{
	const char **value = &t->record->field[CATALOGUE_PRICE];
	int64_t kop;

	if (**value == '\0')
		return;
	kop = price_of(t->r->a, *value);
	if (kop < 1 || kop > PRICE_MAX_KOP) {
		note(t, "цена «%s» не читается", upto(t->r->a, *value, QUOTED_CHARS));
		*value = "";
		return;
	}
	*value = arena_printf(t->r->a, "%lld", (long long)kop);
}

/* ---- ISBN ------------------------------------------------------------------------------------ */

static char
check_of_13(const char *digits)
{
	int sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (digits[i] - '0') * (i % 2 == 0 ? 1 : 3);
	return (char)('0' + (10 - sum % 10) % 10);
}

static char
check_of_10(const char *digits)
{
	int sum = 0;

	for (int i = 0; i < 9; i++)
		sum += (digits[i] - '0') * (10 - i);
	sum = (11 - sum % 11) % 11;
	return (char)(sum == 10 ? 'X' : '0' + sum);
}

const char *
catalogue_isbn(struct arena *a, const char *typed, bool *is_wrong)
{
	char isbn[14], wide[14] = "978";
	size_t len = 0;

	for (; *typed != '\0' && strchr("0123456789Xx- ", *typed) != NULL; typed++) {
		if (*typed == '-' || *typed == ' ')
			continue;
		if (len == sizeof isbn - 1)
			return NULL;
		isbn[len++] = *typed == 'x' ? 'X' : *typed;
	}
	isbn[len] = '\0';
	*is_wrong = false;
	if (len == 13 && strspn(isbn, "0123456789") == 13) {
		*is_wrong = isbn[12] != check_of_13(isbn);
		return arena_copy(a, isbn, len);
	}
	if (len != 10 || strspn(isbn, "0123456789") < 9)
		return NULL;
	*is_wrong = isbn[9] != check_of_10(isbn);
	if (*is_wrong)
		return arena_copy(a, isbn, len);
	memcpy(wide + 3, isbn, 9);
	wide[12] = check_of_13(wide);
	return arena_copy(a, wide, 13);
}

static void
take_isbn(struct taking *t)
{
	const char **value = &t->record->field[CATALOGUE_ISBN];
	const char *isbn;
	bool is_wrong;

	if (**value == '\0')
		return;
	isbn = catalogue_isbn(t->r->a, *value, &is_wrong);
	if (isbn == NULL)
		note(t, "ISBN «%s» не читается", upto(t->r->a, *value, QUOTED_CHARS));
	else if (is_wrong)
		note(t, "в ISBN %s не сходится контрольная цифра", isbn);
	*value = isbn != NULL ? isbn : "";
}

/* ---- kinds and copies ------------------------------------------------------------------------ */

static const struct {
	const char *word, *kind;
} kinds[] = {
	{ "книга", "book" },
	{ "Книга", "book" },
	{ "учебник", "textbook" },
	{ "Учебник", "textbook" },
	{ "журнал", "periodical" },
	{ "Журнал", "periodical" },
	{ "справочник", "reference" },
	{ "Справочник", "reference" },
};

/* What names a grade and no kind is a textbook. */
static void
take_kind(struct taking *t)
{
	const char **value = &t->record->field[CATALOGUE_KIND];

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(*value, kinds[i].word) == 0) {
			*value = kinds[i].kind;
			return;
		}
	if (**value != '\0')
		note(t, "вид «%s» неизвестен", upto(t->r->a, *value, QUOTED_CHARS));
	*value = *t->record->field[CATALOGUE_GRADE] != '\0' ? "textbook" : "book";
}

/* Capitals of Latin letters; false when a barcode is none. */
static bool
take_barcode(struct text *barcodes, const char *at, size_t len)
{
	if (len < BARCODE_MIN || len > BARCODE_MAX)
		return false;
	if (barcodes->len > 0)
		text_puts(barcodes, " ");
	for (size_t i = 0; i < len; i++) {
		char c = (char)toupper((unsigned char)at[i]);

		if ((unsigned char)c >= 0x80 || (!isalnum((unsigned char)c) && c != '-'))
			return false;
		text_put(barcodes, &c, 1);
	}
	return true;
}

/* Several barcodes stand with blanks, commas or semicolons between. Returns how many. */
static int
take_barcodes(struct taking *t)
{
	const char **value = &t->record->field[CATALOGUE_BARCODES], *at = *value;
	struct text barcodes;
	int count = 0;

	text_init(&barcodes, strlen(at) * 2 + 1);
	for (at += strspn(at, " ,;"); *at != '\0'; at += strspn(at, " ,;")) {
		size_t len = strcspn(at, " ,;");

		if (!take_barcode(&barcodes, at, len)) {
			catalogue_problem(t->r, t->record->number,
			    "Штрихкод «%s» не годится: нужно от 4 до 20 цифр, латинских букв и "
			    "дефисов.",
			    upto(t->r->a, arena_copy(t->r->a, at, len), QUOTED_CHARS));
			break;
		}
		count++;
		at += len;
	}
	*value = arena_copy(t->r->a, barcodes.data, barcodes.len);
	text_release(&barcodes);
	return count;
}

static void
take_copies(struct taking *t)
{
	const char **value = &t->record->field[CATALOGUE_COPIES];
	int64_t count = 0;
	int barcodes = take_barcodes(t);

	if (**value != '\0' && !int_parse(*value, 0, TITLE_COPIES_MAX, &count))
		catalogue_problem(t->r, t->record->number,
		    "Экземпляров «%s»: нужно число от 0 до %d.",
		    upto(t->r->a, *value, QUOTED_CHARS), TITLE_COPIES_MAX);
	if (count < barcodes)
		count = barcodes;
	if (count > TITLE_COPIES_MAX)
		catalogue_problem(
		    t->r, t->record->number, "Экземпляров больше %d.", TITLE_COPIES_MAX);
	t->r->c->copy_count += (int)count;
	*value = arena_printf(t->r->a, "%d", (int)count);
}

/* ---- records --------------------------------------------------------------------------------- */

static struct catalogue_record *
new_record(struct catalogue_reader *r)
{
	struct catalogue *c = r->c;

	if (c->count == r->capacity) {
		struct catalogue_record *old = c->record;

		r->capacity = r->capacity == 0 ? FIRST_CAPACITY : r->capacity * 2;
		c->record = arena_array(r->a, struct catalogue_record, (size_t)r->capacity);
		if (c->count > 0)
			memcpy(c->record, old, (size_t)c->count * sizeof *old);
	}
	return &c->record[c->count++];
}

static void
take_fields(struct taking *t)
{
	cut_texts(t);
	take_number(t, CATALOGUE_YEAR, 1500, 2200, "год");
	take_number(t, CATALOGUE_GRADE, 1, 11, "класс");
	take_number(t, CATALOGUE_PAGES, 1, PAGES_MAX, "число страниц");
	take_price(t);
	take_isbn(t);
	take_kind(t);
	take_copies(t);
}

bool
catalogue_take(
    struct catalogue_reader *r, long number, const char *const raw[CATALOGUE_FIELD__COUNT])
{
	struct taking t = { .r = r };

	if (r->c->count == CATALOGUE_MAX_RECORDS) {
		catalogue_problem(r, 0, "В файле больше %d записей: разделите его на части.",
		    CATALOGUE_MAX_RECORDS);
		return false;
	}
	t.record = new_record(r);
	t.record->number = number;
	for (int i = 0; i < CATALOGUE_FIELD__COUNT; i++) {
		t.record->field[i] = one_line(r->a, raw[i] != NULL ? raw[i] : "");
		if (t.record->field[i] == NULL) {
			catalogue_problem(r, number, "Управляющий символ в тексте.");
			t.record->field[i] = "";
		}
	}
	if (*t.record->field[CATALOGUE_TITLE] == '\0')
		catalogue_problem(r, number, "Нет названия.");
	text_init(&t.note, NOTE_BYTES_MAX);
	take_fields(&t);
	t.record->note = arena_copy(r->a, t.note.data, t.note.len);
	text_release(&t.note);
	if (r->c->copy_count > CATALOGUE_MAX_COPIES) {
		catalogue_problem(r, 0, "В файле больше %d экземпляров: разделите его на части.",
		    CATALOGUE_MAX_COPIES);
		return false;
	}
	return true;
}

/* ---- the file -------------------------------------------------------------------------------- */

bool
catalogue_put_1251(struct text *to, const char *bytes, size_t len)
{
	iconv_t decoder = iconv_open("UTF-8", "WINDOWS-1251");
	char buffer[4096], *from = (char *)(uintptr_t)bytes; /* iconv() does not write there */
	bool is_good = true;

	if (decoder == (iconv_t)-1)
		abort();
	while (is_good && len > 0) {
		char *at = buffer;
		size_t left = sizeof buffer;

		is_good = iconv(decoder, &from, &len, &at, &left) != (size_t)-1 || errno == E2BIG;
		text_put(to, buffer, sizeof buffer - left);
	}
	iconv_close(decoder);
	return is_good;
}

/* Files that people take for a catalogue, by their first bytes. */
static const struct {
	const char *magic;
	size_t len;
	const char *words;
} strangers[] = {
	{ "PK\x03\x04", 4,
	    "Это архив или книга Excel: сохраните таблицу как CSV, а архив распакуйте." },
	{ "\xD0\xCF\x11\xE0", 4, "Это старый документ Office: сохраните таблицу как CSV." },
	{ "%PDF", 4, "Это PDF, а не каталог." },
	{ "\x89PNG", 4, "Это картинка, а не каталог." },
	{ "\xFF\xD8\xFF", 3, "Это картинка, а не каталог." },
	{ "GIF8", 4, "Это картинка, а не каталог." },
	{ "\x1F\x8B", 2, "Это сжатый файл: распакуйте его." },
	{ "Rar!", 4, "Это архив: распакуйте его." },
	{ "7z\xBC\xAF", 4, "Это архив: распакуйте его." },
	{ "\xFF\xFE", 2,
	    "Файл в кодировке UTF-16: сохраните его как CSV в UTF-8 или windows-1251." },
	{ "\xFE\xFF", 2,
	    "Файл в кодировке UTF-16: сохраните его как CSV в UTF-8 или windows-1251." },
	{ "<", 1, "Это страница или XML: нужен файл MARC (ISO 2709) или таблица CSV." },
	{ "\xEF\xBB\xBF<", 4, "Это страница или XML: нужен файл MARC (ISO 2709) или таблица CSV." },
	{ "MZ", 2, "Это программа, а не каталог." },
	{ "\x7F"
	  "ELF",
	    4, "Это программа, а не каталог." },
};

static const char *
stranger(const char *bytes, size_t len)
{
	for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
		if (len >= strangers[i].len &&
		    memcmp(bytes, strangers[i].magic, strangers[i].len) == 0)
			return strangers[i].words;
	return NULL;
}

bool
catalogue_read(struct arena *a, const void *bytes, size_t len, struct catalogue *c)
{
	struct catalogue_reader r = { .a = a, .c = c };
	const char *words = stranger(bytes, len);

	*c = (struct catalogue){ .format = "", .encoding = "" };
	if (len == 0)
		catalogue_problem(&r, 0, "Файл пуст.");
	else if (len > CATALOGUE_MAX_BYTES)
		catalogue_problem(&r, 0, "Файл больше 5 МБ: разделите его на части.");
	else if (words != NULL)
		catalogue_problem(&r, 0, "%s", words);
	else if (catalogue_looks_like_marc(bytes, len))
		catalogue_read_marc(&r, bytes, len);
	else
		catalogue_read_table(&r, bytes, len);
	if (c->problem_count == 0 && c->count == 0)
		catalogue_problem(&r, 0, "В файле нет ни одной записи.");
	return c->problem_count == 0;
}
