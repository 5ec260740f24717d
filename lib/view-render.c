/*
 * view-render.c -- dictionaries written through parsed templates.
 *
 * One array of slots, indexed by symbol id, holds what each name means at this place. Entering a
 * row binds its names over those of outside and remembers in the undo list what they hid; leaving
 * it takes the list back. So a name costs one index, however deep sections nest, and nothing is
 * allocated per cell: a value points at the cell where libpq keeps it and is escaped on its way
 * into the page.
 */
#include <assert.h>

#include "log.h"
#include "view-private.h"

struct undo {
	int symbol;
	struct slot slot;
};

struct render {
	struct arena *arena;
	struct text *out;
	struct slot *slots;                  /* by symbol */
	struct undo *undos;                  /* what the rows we are in hide */
	int undo_count, undo_capacity;
	const struct template *template;     /* that we are in, for the log */
	const struct template *content;      /* for {{>content}} */
	const struct view *page;             /* its symbols; NULL: those of this place */
	bool every_branch;                   /* of {if}: for view_render_all() */
};

static bool render_nodes(struct render *r, const struct node *n);

static bool
broken_symbol(const struct render *r, const struct node *n, int symbol)
{
	log_error("template-symbol", "template=%s symbol=%s line=%d", r->template->name,
	    symbol_name(symbol), n->line);
	return false;
}

static bool
broken_value(const struct render *r, const struct node *n, const char *why)
{
	log_error("template-value", "template=%s line=%d why=%s", r->template->name, n->line, why);
	return false;
}

/* Remembers what the symbol means until undo_to(). */
static struct slot *
hide(struct render *r, int symbol)
{
	if (r->undo_count == r->undo_capacity) {
		int capacity = r->undo_capacity == 0 ? 64 : 2 * r->undo_capacity;
		struct undo *more = arena_array(r->arena, struct undo, capacity);

		if (r->undo_count > 0)
			memcpy(more, r->undos, (size_t)r->undo_count * sizeof(*more));
		r->undos = more;
		r->undo_capacity = capacity;
	}
	r->undos[r->undo_count++] = (struct undo){ symbol, r->slots[symbol] };
	return &r->slots[symbol];
}

static void
undo_to(struct render *r, int mark)
{
	while (r->undo_count > mark) {
		r->undo_count--;
		r->slots[r->undos[r->undo_count].symbol] = r->undos[r->undo_count].slot;
	}
}

static void
enter_view(struct render *r, const struct view *v)
{
	for (int i = 0; i < v->count; i++) {
		const struct binding *b = &v->bindings[i];
		struct slot *slot = hide(r, b->symbol);

		if (b->slot.section != NULL)
			slot->section = b->slot.section;
		else
			slot->value = b->slot.value;
	}
}

/*
 * Every row of a result has the same columns: what they hide is remembered once, then each row
 * overwrites the last.
 */
static void
enter_table(struct render *r, const struct table *t)
{
	for (int i = 0; i < t->column_count; i++)
		hide(r, t->columns[i].symbol);
}

static void
set_row(struct render *r, const struct table *t, int row)
{
	for (int i = 0; i < t->column_count; i++)
		r->slots[t->columns[i].symbol].value = cell_value(t->rows, row, &t->columns[i]);
}

static bool
render_groups(struct render *r, const struct section *s, const struct node *body)
{
	const struct db_rows *rows = s->table->rows;
	struct section inner = { .kind = SECTION_ROWS, .table = s->table };
	int end;

	if (s->inner >= 0)
		hide(r, s->inner)->section = &inner;
	for (int row = 0; row < db_row_count(rows); row = end) {
		end = run_end(rows, row, s->key_column);
		inner.first_row = row;
		inner.count = end - row;
		set_row(r, s->table, row);
		if (!render_nodes(r, body))
			return false;
	}
	return true;
}

static bool
render_section(struct render *r, const struct node *n)
{
	const struct section *s = r->slots[n->symbol].section;
	int mark = r->undo_count;
	bool good = true;

	if (s == NULL)
		return broken_symbol(r, n, n->symbol);
	if (s->count == 0)
		return true;
	switch (s->kind) {
	case SECTION_ROWS:
		enter_table(r, s->table);
		for (int i = 0; good && i < s->count; i++) {
			set_row(r, s->table, s->first_row + i);
			good = render_nodes(r, n->body);
		}
		break;
	case SECTION_GROUPS:
		enter_table(r, s->table);
		good = render_groups(r, s, n->body);
		break;
	case SECTION_VIEWS:
		for (const struct view *v = s->views; good && v != NULL; v = v->next) {
			enter_view(r, v);
			good = render_nodes(r, n->body);
			undo_to(r, mark);
		}
		break;
	}
	undo_to(r, mark);
	return good;
}

/*
 * What the symbol stands for here: its value, or else the number of rows of the section of that
 * name.
 */
static bool
look_up(const struct render *r, const struct node *n, int symbol, struct value *v)
{
	const struct slot *slot = &r->slots[symbol];

	if (slot->value.kind != VALUE_UNSET)
		*v = slot->value;
	else if (slot->section != NULL)
		*v = (struct value){ .kind = VALUE_INT, .number = slot->section->count };
	else
		return broken_symbol(r, n, symbol);
	return true;
}

static bool
render_value(struct render *r, const struct node *n)
{
	struct value v;

	if (!look_up(r, n, n->symbol, &v))
		return false;
	if (n->value.modifier == NULL)
		show_plain(r->out, &v);
	else if (!n->value.modifier->show(r->out, &v, n->value.args))
		return broken_value(r, n, symbol_name(n->symbol));
	return true;
}

static bool
look_up_all(const struct render *r, const struct node *n, const struct expr *e,
    struct value values[EXPR_MAX_SYMBOLS])
{
	for (int i = 0; i < e->symbol_count; i++)
		if (!look_up(r, n, e->symbols[i], &values[i]))
			return false;
	return true;
}

static bool
render_expr(struct render *r, const struct node *n)
{
	struct value values[EXPR_MAX_SYMBOLS];
	const char *why;

	if (!look_up_all(r, n, n->expr, values))
		return false;
	return expr_print(n->expr, values, r->out, &why) || broken_value(r, n, why);
}

static bool
decide(const struct render *r, const struct node *n, const struct branch *b, bool *is_true)
{
	struct value values[EXPR_MAX_SYMBOLS];
	const char *why;

	if (b->symbol >= 0) {
		if (!look_up(r, n, b->symbol, &values[0]))
			return false;
		*is_true = value_is_true(&values[0]) != b->negated;
		return true;
	}
	if (b->expr == NULL) {      /* {else} */
		*is_true = true;
		return true;
	}
	if (!look_up_all(r, n, b->expr, values))
		return false;
	return expr_test(b->expr, values, is_true, &why) || broken_value(r, n, why);
}

static bool
render_if(struct render *r, const struct node *n)
{
	bool is_true = false;

	for (const struct branch *b = n->branches; b != NULL; b = b->next) {
		if (!decide(r, n, b, &is_true))
			return false;
		if (r->every_branch && !render_nodes(r, b->body))
			return false;
		if (is_true && !r->every_branch)
			return render_nodes(r, b->body);
	}
	return true;
}

static bool
render_template(struct render *r, const struct template *t)
{
	const struct template *outer = r->template;
	bool good;

	r->template = t;
	good = render_nodes(r, t->body);
	r->template = outer;
	return good;
}

/* A page has no content of its own: a page that includes content is a mistake, not a loop. */
static bool
render_content(struct render *r, const struct node *n)
{
	const struct template *content = r->content;
	int mark = r->undo_count;
	bool good;

	if (content == NULL)
		return broken_value(r, n, "content");
	r->content = NULL;
	if (r->page != NULL)
		enter_view(r, r->page);
	good = render_template(r, content);
	undo_to(r, mark);
	r->content = content;
	return good;
}

static bool
render_nodes(struct render *r, const struct node *n)
{
	bool good = true;

	for (; good && n != NULL; n = n->next) {
		switch (n->kind) {
		case NODE_TEXT:     text_put(r->out, n->text.bytes, n->text.len); break;
		case NODE_VALUE:    good = render_value(r, n); break;
		case NODE_IF:       good = render_if(r, n); break;
		case NODE_EXPR:     good = render_expr(r, n); break;
		case NODE_SECTION:  good = render_section(r, n); break;
		case NODE_INVERTED:
			if (r->slots[n->symbol].section == NULL)
				good = broken_symbol(r, n, n->symbol);
			else if (r->slots[n->symbol].section->count == 0)
				good = render_nodes(r, n->body);
			break;
		case NODE_INCLUDE:  good = render_template(r, n->include.template); break;
		case NODE_CONTENT:  good = render_content(r, n); break;
		}
	}
	return good;
}

static bool
render_page(struct view *v, const char *template_name, const char *content, bool every_branch,
    struct text *out)
{
	const struct template *t = template_find(template_name);
	struct render r = { .arena = v->arena, .out = out, .every_branch = every_branch,
		.page = v->page };
	const char *title;
	int symbol = symbol_find("title");

	assert(t != NULL);
	r.content = content != NULL ? template_find(content) : NULL;
	assert(content == NULL || r.content != NULL);
	r.slots = arena_array(v->arena, struct slot, symbol_count() + 1);
	title = r.content != NULL ? r.content->title : t->title;
	if (symbol >= 0)
		r.slots[symbol].value =
		    (struct value){ .kind = VALUE_TEXT, .text = title, .len = strlen(title) };
	enter_view(&r, v);
	if (!render_template(&r, t))
		return false;
	if (out->broken)
		log_error("template-size", "template=%s content=%s max=%zu", t->name,
		    r.content != NULL ? r.content->name : "", out->max_bytes);
	return !out->broken;
}

bool
view_render(struct view *v, const char *template_name, const char *content, struct text *out)
{
	return render_page(v, template_name, content, false, out);
}

bool
view_render_all(struct view *v, const char *template_name, const char *content, struct text *out)
{
	return render_page(v, template_name, content, true, out);
}

/* ---- for tests ------------------------------------------------------------------------------- */

static void list_nodes(const struct node *n, view_symbol_fn *each, void *context);

static void
list_expr(const struct expr *e, view_symbol_fn *each, void *context)
{
	for (int i = 0; i < e->symbol_count; i++)
		each(context, symbol_name(e->symbols[i]),
		    e->has_text ? VIEW_USE_TEXT : VIEW_USE_EXPRESSION);
}

static void
list_branch(const struct branch *b, view_symbol_fn *each, void *context)
{
	if (b->symbol >= 0)
		each(context, symbol_name(b->symbol), VIEW_USE_CONDITION);
	else if (b->expr != NULL)
		list_expr(b->expr, each, context);
	list_nodes(b->body, each, context);
}

static void
list_nodes(const struct node *n, view_symbol_fn *each, void *context)
{
	for (; n != NULL; n = n->next) {
		switch (n->kind) {
		case NODE_VALUE:
			each(context, symbol_name(n->symbol),
			    n->value.modifier != NULL ? n->value.modifier->use : VIEW_USE_TEXT);
			break;
		case NODE_IF:
			for (const struct branch *b = n->branches; b != NULL; b = b->next)
				list_branch(b, each, context);
			break;
		case NODE_SECTION:
		case NODE_INVERTED:
			each(context, symbol_name(n->symbol), VIEW_USE_SECTION);
			list_nodes(n->body, each, context);
			break;
		case NODE_EXPR:    list_expr(n->expr, each, context); break;
		case NODE_INCLUDE: list_nodes(n->include.template->body, each, context); break;
		case NODE_TEXT:
		case NODE_CONTENT: break;
		}
	}
}

void
view_symbols(const char *template_name, view_symbol_fn *each, void *context)
{
	const struct template *t = template_find(template_name);

	assert(t != NULL);
	list_nodes(t->body, each, context);
}

void
view_templates(void (*each)(void *context, const char *template_name), void *context)
{
	for (const struct template *t = template_first(); t != NULL; t = t->next)
		each(context, t->name);
}
