/*
 * view.c -- dictionaries: what handlers fill, lists of bindings of a symbol's id with a value or a
 * section.
 *
 * Nothing is copied: a binding points at the text it was given, a section at its rows. Names that
 * no template mentions are dropped at once.
 */
#include <assert.h>

#include "view-private.h"

static struct view *
make(struct arena *a, const struct template *t)
{
	struct view *v = arena_alloc(a, sizeof(*v));

	v->arena = a;
	v->template = t;
	return v;
}

struct view *
view_make(struct arena *a, const char *template_name)
{
	const struct template *t = template_find(template_name);

	assert(t != NULL);
	return make(a, t);
}

/* The binding of a name; NULL when no template knows it. */
static struct slot *
view_bind(struct view *v, int symbol, bool is_section)
{
	struct binding *b;

	if (symbol < 0)
		return NULL;
	for (int i = 0; i < v->count; i++) {
		b = &v->bindings[i];
		if (b->symbol == symbol && (b->slot.section != NULL) == is_section)
			return &b->slot;
	}
	if (v->count == v->capacity) {
		int capacity = v->capacity == 0 ? 16 : 2 * v->capacity;
		struct binding *more = arena_array(v->arena, struct binding, capacity);

		if (v->count > 0)
			memcpy(more, v->bindings, (size_t)v->count * sizeof(*more));
		v->bindings = more;
		v->capacity = capacity;
	}
	b = &v->bindings[v->count++];
	b->symbol = symbol;
	return &b->slot;
}

static void
set_value(struct view *v, const char *name, struct value value)
{
	struct slot *slot = view_bind(v, symbol_find(name), false);

	if (slot != NULL)
		slot->value = value;
}

void
view_text(struct view *v, const char *name, const char *text)
{
	if (text == NULL)
		text = "";
	set_value(v, name, (struct value){ .kind = VALUE_TEXT, .text = text, .len = strlen(text) });
}

void
view_int(struct view *v, const char *name, int64_t number)
{
	set_value(v, name, (struct value){ .kind = VALUE_INT, .number = number });
}

void
view_flag(struct view *v, const char *name, bool flag)
{
	view_int(v, name, flag);
}

void
view_html(struct view *v, const char *name, struct html markup)
{
	set_value(v, name,
	    (struct value){ .kind = VALUE_HTML, .text = markup.markup, .len = markup.len });
}

/*
 * The columns of a result that templates mention: found out once for all rows of view_rows(),
 * view_choices() and view_groups(), and anew for each view_row().
 */
static struct table *
map_columns(struct arena *a, const struct db_rows *rows)
{
	int count = db_column_count(rows);
	struct table *t = arena_alloc(a, sizeof(*t) + (size_t)count * sizeof(t->columns[0]));

	t->rows = rows;
	for (int i = 0; i < count; i++) {
		int symbol = symbol_find(db_column_name(rows, i));

		if (symbol >= 0)
			t->columns[t->column_count++] =
			    (struct column){ symbol, i, db_column_kind(rows, i) };
	}
	return t;
}

struct value
cell_value(const struct db_rows *rows, int row, const struct column *c)
{
	struct value v = { .kind = VALUE_TEXT };

	v.text = db_cell(rows, row, c->column, &v.len);
	if (v.len == 0)
		return v;       /* "" and NULL */
	if (c->kind == DB_KIND_INT)
		v.kind = VALUE_DIGITS;
	else if (c->kind == DB_KIND_BOOL)
		v = (struct value){ .kind = VALUE_INT, .number = v.text[0] == 't' };
	return v;
}

void
view_values(struct view *v, const struct db_rows *rows)
{
	view_row(v, rows, 0);
}

void
view_row(struct view *v, const struct db_rows *rows, int row)
{
	const struct table *t = map_columns(v->arena, rows);

	assert(row >= 0 && row < db_row_count(rows));
	for (int i = 0; i < t->column_count; i++)
		view_bind(v, t->columns[i].symbol, false)->value = cell_value(rows, row,
		    &t->columns[i]);
}

/* A new section under the name, in place of an earlier one; NULL when no template has it. */
static struct section *
set_section(struct view *v, const char *name, enum section_kind kind)
{
	struct slot *slot = view_bind(v, symbol_find(name), true);
	struct section *s;

	if (slot == NULL)
		return NULL;
	s = arena_alloc(v->arena, sizeof(*s));
	s->kind = kind;
	s->tail = &s->views;
	slot->section = s;
	return s;
}

void
view_rows(struct view *v, const char *section, const struct db_rows *rows)
{
	struct section *s = set_section(v, section, SECTION_ROWS);

	if (s == NULL)
		return;
	s->count = db_row_count(rows);
	s->table = map_columns(v->arena, rows);
}

void
view_choices(struct view *v, const char *section, const struct db_rows *rows,
    const char *key_column, const char *selected)
{
	const struct table *t = map_columns(v->arena, rows);
	int key = db_column(rows, key_column);

	assert(key >= 0 || db_row_count(rows) == 0);
	view_none(v, section);
	for (int row = 0; row < db_row_count(rows); row++) {
		struct view *choice = view_add(v, section);

		for (int i = 0; i < t->column_count; i++)
			view_bind(choice, t->columns[i].symbol, false)->value =
			    cell_value(rows, row, &t->columns[i]);
		view_flag(choice, "is_selected", selected != NULL && *selected != '\0' &&
		    strcmp(db_cell(rows, row, key, NULL), selected) == 0);
	}
}

static bool
is_same_key(const struct db_rows *rows, int a, int b, int column)
{
	size_t a_len, b_len;
	const char *a_text = db_cell(rows, a, column, &a_len);
	const char *b_text = db_cell(rows, b, column, &b_len);

	return a_len == b_len && memcmp(a_text, b_text, a_len) == 0 &&
	    db_is_null(rows, a, column) == db_is_null(rows, b, column);
}

int
run_end(const struct db_rows *rows, int row, int key_column)
{
	int end = row + 1;

	while (end < db_row_count(rows) && is_same_key(rows, row, end, key_column))
		end++;
	return end;
}

void
view_groups(struct view *v, const char *outer, const char *inner, const struct db_rows *rows,
    const char *key_column)
{
	struct section *s = set_section(v, outer, SECTION_GROUPS);

	if (s == NULL)
		return;
	s->table = map_columns(v->arena, rows);
	s->inner = symbol_find(inner);
	s->key_column = db_column(rows, key_column);
	assert(s->key_column >= 0);
	for (int row = 0; row < db_row_count(rows); row = run_end(rows, row, s->key_column))
		s->count++;
}

bool
view_shows(const struct view *v, const struct db_rows *rows)
{
	for (int i = 0; i < v->count; i++) {
		const struct section *s = v->bindings[i].slot.section;

		if (s != NULL && s->table != NULL && s->table->rows == rows)
			return true;
	}
	return false;
}

void
view_none(struct view *v, const char *section)
{
	set_section(v, section, SECTION_VIEWS);
}

struct view *
view_add(struct view *v, const char *section)
{
	struct view *row = make(v->arena, v->template);
	struct slot *slot = view_bind(v, symbol_find(section), true);
	struct section *s;

	if (slot == NULL)
		return row;
	s = slot->section != NULL ? slot->section : set_section(v, section, SECTION_VIEWS);
	assert(s->kind == SECTION_VIEWS);
	*s->tail = row;
	s->tail = &row->next;
	s->count++;
	return row;
}

void
view_inside(struct view *layout, const struct view *page)
{
	layout->page = page;
}

const char *
view_template(const struct view *v)
{
	return v->template->name;
}

const char *
view_title(const char *template_name)
{
	const struct template *t = template_find(template_name);

	assert(t != NULL);
	return t->title;
}
