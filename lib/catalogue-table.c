/*
 * catalogue-table.c -- a catalogue as a table: CSV with the names of the columns in its first line,
 * in Russian.
 *
 * Between cells stands what stands in the first line: a semicolon, a tab or a comma. Cells may be
 * in quotation marks, doubled inside, and then hold line feeds. The encoding is that of the first
 * line where it has letters: UTF-8, or else windows-1251.
 *
 * Cells are cut out of one copy of the text, where they stand: a table of separators alone takes no
 * more memory than another.
 */
#include "catalogue-private.h"

#define COLUMNS_MAX 40
#define CELL_BYTES_MAX 20000

static const struct {
	const char *name;
	enum catalogue_field field;
} names[] = {
	{ "вид", CATALOGUE_KIND },
	{ "название", CATALOGUE_TITLE },
	{ "заглавие", CATALOGUE_TITLE },
	{ "авторы", CATALOGUE_AUTHORS },
	{ "автор", CATALOGUE_AUTHORS },
	{ "издательство", CATALOGUE_PUBLISHER },
	{ "год", CATALOGUE_YEAR },
	{ "isbn", CATALOGUE_ISBN },
	{ "место", CATALOGUE_SHELF },
	{ "раздел", CATALOGUE_SUBJECT },
	{ "класс", CATALOGUE_GRADE },
	{ "страниц", CATALOGUE_PAGES },
	{ "аннотация", CATALOGUE_ANNOTATION },
	{ "цена", CATALOGUE_PRICE },
	{ "экземпляров", CATALOGUE_COPIES },
	{ "штрихкод", CATALOGUE_BARCODES },
	{ "штрихкоды", CATALOGUE_BARCODES },
};
#define COLUMN_UNKNOWN (-1)

struct table {
	struct catalogue_reader *r;
	char *at, *end; /* *end is NUL */
	long line;      /* of *at */
	char separator;
	int column_count;
	int column[COLUMNS_MAX]; /* a catalogue_field, or COLUMN_UNKNOWN */
};

/* A row: its cells, in the text. */
struct row {
	long line;
	int count;
	const char *cell[COLUMNS_MAX];
};

/* ---- cells ----------------------------------------------------------------------------------- */

static bool
is_end_of_cell(const struct table *t)
{
	return t->at == t->end || *t->at == t->separator || *t->at == '\n' ||
	       (*t->at == '\r' && t->at[1] == '\n');
}

/*
 * After the opening mark; where its text ends into *to. false: it is never closed, or something
 * stands behind the closing mark.
 */
static bool
read_quoted(struct table *t, char **to)
{
	for (*to = t->at; t->at < t->end; t->at++) {
		if (*t->at == '"' && *++t->at != '"')
			return is_end_of_cell(t);
		t->line += *t->at == '\n';
		*(*to)++ = *t->at;
	}
	return false;
}

/* One cell, and whether another one follows. NULL: see read_quoted(). */
static const char *
read_cell(struct table *t, bool *has_more)
{
	bool is_quoted = *t->at == '"';
	const char *cell = is_quoted ? ++t->at : t->at;
	char *to;

	if (is_quoted && !read_quoted(t, &to))
		return NULL;
	if (!is_quoted) {
		while (!is_end_of_cell(t))
			t->at++;
		to = t->at;
	}
	*has_more = t->at < t->end && *t->at == t->separator;
	if (t->at < t->end)
		t->at += *t->at == '\r' ? 2 : 1;
	*to = '\0';
	return cell;
}

/* false: the row cannot be read, and so nothing behind it. */
static bool
read_row(struct table *t, struct row *row)
{
	bool has_more = true;

	for (*row = (struct row){ .line = t->line }; has_more; row->count++) {
		const char *cell = read_cell(t, &has_more);

		if (cell == NULL) {
			catalogue_problem(
			    t->r, row->line, "Кавычки не закрыты, или за закрытыми что-то стоит.");
			return false;
		}
		if (row->count == COLUMNS_MAX || strlen(cell) > CELL_BYTES_MAX) {
			catalogue_problem(t->r, row->line,
			    "Больше %d столбцов, или слишком длинная ячейка.", COLUMNS_MAX);
			return false;
		}
		row->cell[row->count] = cell;
	}
	t->line++;
	return true;
}

/* ---- the first line -------------------------------------------------------------------------- */

/* Small letters of the two alphabets; other characters stay. */
static char *
small(struct arena *a, const char *s)
{
	char *copy = arena_copy(a, s, strlen(s));

	for (char *at = copy; *at != '\0'; at++) {
		if (*at >= 'A' && *at <= 'Z') {
			*at = (char)(*at - 'A' + 'a');
		} else if ((unsigned char)*at == 0xD0) {
			unsigned char c = (unsigned char)at[1];

			if (c >= 0x90 && c <= 0x9F) /* А-П */
				at[1] = (char)(c + 0x20);
			else if (c >= 0xA0 && c <= 0xAF) { /* Р-Я */
				at[0] = (char)0xD1;
				at[1] = (char)(c - 0x20);
			}
			at++;
		}
	}
	return copy;
}

static const char *
trimmed(struct arena *a, const char *s)
{
	size_t len;

	s += strspn(s, " \t");
	len = strlen(s);
	while (len > 0 && strchr(" \t", s[len - 1]) != NULL)
		len--;
	return arena_copy(a, s, len);
}

static char
separator_of(const char *line, size_t len)
{
	static const char separators[] = ";\t,";

	for (const char *s = separators; *s != '\0'; s++)
		if (memchr(line, *s, len) != NULL)
			return *s;
	return ';';
}

static int
column_of(const char *name)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i].name) == 0)
			return (int)names[i].field;
	return COLUMN_UNKNOWN;
}

static bool
read_names(struct table *t)
{
	bool seen[CATALOGUE_FIELD__COUNT] = { false };
	struct row row;

	if (!read_row(t, &row))
		return false;
	t->column_count = row.count;
	for (int i = 0; i < row.count; i++) {
		int field = column_of(small(t->r->a, trimmed(t->r->a, row.cell[i])));

		t->column[i] = field;
		if (field != COLUMN_UNKNOWN && seen[field]) {
			catalogue_problem(t->r, row.line, "Столбец «%s» стоит дважды.",
			    trimmed(t->r->a, row.cell[i]));
			return false;
		}
		if (field != COLUMN_UNKNOWN)
			seen[field] = true;
	}
	if (!seen[CATALOGUE_TITLE]) {
		catalogue_problem(t->r, 0,
		    "Это не MARC и не таблица каталога: в первой строке нет столбца «Название». "
		    "Кодировка таблицы — UTF-8 или windows-1251.");
		return false;
	}
	return true;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool
is_empty(const struct row *row)
{
	for (int i = 0; i < row->count; i++)
		if (row->cell[i][strspn(row->cell[i], " \t\r")] != '\0')
			return false;
	return true;
}

static void
read_rows(struct table *t)
{
	struct row row;

	while (t->at < t->end && read_row(t, &row)) {
		const char *raw[CATALOGUE_FIELD__COUNT] = { NULL };

		if (is_empty(&row))
			continue;
		if (row.count > t->column_count) {
			catalogue_problem(t->r, row.line,
			    "Ячеек больше, чем столбцов: %d вместо %d. Текст с разделителем берут "
			    "в "
			    "кавычки.",
			    row.count, t->column_count);
			continue;
		}
		for (int i = 0; i < row.count; i++)
			if (t->column[i] != COLUMN_UNKNOWN)
				raw[t->column[i]] = row.cell[i];
		if (!catalogue_take(t->r, row.line, raw))
			return;
	}
}

/* ---- the encoding ---------------------------------------------------------------------------- */

static bool
is_text(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F)
			return false;
	}
	return true;
}

static bool
has_letters(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)bytes[i] >= 0x80)
			return true;
	return false;
}

/* The line of the first byte that is no UTF-8. */
static long
first_bad_line(const char *bytes, size_t len)
{
	long line = 1;

	while (len > 0) {
		const char *lf = memchr(bytes, '\n', len);
		size_t taken = lf != NULL ? (size_t)(lf + 1 - bytes) : len;

		if (!text_is_utf8(bytes, taken))
			break;
		bytes += taken;
		len -= taken;
		line++;
	}
	return line;
}

/* A copy of the table in UTF-8; NULL with a problem. */
static char *
decode(struct catalogue_reader *r, const char *bytes, size_t len, size_t first_line)
{
	bool has_mark = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
	struct text text;
	char *copy = NULL;

	if (has_mark) {
		bytes += 3;
		len -= 3;
	}
	if (text_is_utf8(bytes, len)) {
		r->c->encoding = "UTF-8";
		return arena_copy(r->a, bytes, len);
	}
	if (has_mark || (has_letters(bytes, first_line) && text_is_utf8(bytes, first_line))) {
		catalogue_problem(r, first_bad_line(bytes, len),
		    "Текст не в UTF-8, хотя таблица начинается в ней.");
		return NULL;
	}
	text_init(&text, len * 3);
	if (catalogue_put_1251(&text, bytes, len))
		copy = arena_copy(r->a, text.data, text.len);
	else
		catalogue_problem(r, 0, "Кодировка не UTF-8 и не windows-1251.");
	text_release(&text);
	r->c->encoding = "windows-1251";
	return copy;
}

static size_t
line_length(const char *bytes, size_t len)
{
	const char *lf = memchr(bytes, '\n', len);

	return lf != NULL ? (size_t)(lf - bytes) : len;
}

void
catalogue_read_table(struct catalogue_reader *r, const char *bytes, size_t len)
{
	struct table t = { .r = r, .line = 1 };

	r->c->is_table = true;
	if (!is_text(bytes, len)) {
		catalogue_problem(r, 0, "Это не MARC и не таблица: в файле не текст.");
		return;
	}
	t.at = decode(r, bytes, len, line_length(bytes, len));
	if (t.at == NULL)
		return;
	t.end = t.at + strlen(t.at);
	t.separator = separator_of(t.at, line_length(t.at, (size_t)(t.end - t.at)));
	if (!read_names(&t))
		return;
	r->c->format = "CSV";
	read_rows(&t);
}
