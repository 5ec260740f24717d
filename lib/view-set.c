/*
 * view-set.c -- all templates of a program: found by name, linked to each other; the table of their
 * symbols.
 *
 * Everything is in one arena that lives until view_unload(). A set is not changed once view_link()
 * said true, but for symbols, which are only ever added.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdint.h>

#include "view-private.h"

#define SET_MAX_BYTES   ((size_t)32 << 20)
#define SYMBOL_SLOTS    (2 * VIEW_MAX_SYMBOLS)     /* of the hash table: a power of two */

struct asset {
	const char *file, *address;
	struct asset *next;
};

/* Everything that view_load() makes. */
static struct {
	struct arena *arena;
	struct template *templates;
	int template_count;
	struct asset *assets;
	const char *symbols[VIEW_MAX_SYMBOLS];
	int symbol_count;
	short slots[SYMBOL_SLOTS];      /* id + 1; 0 is free */
} set;

struct arena *
view_arena(void)
{
	if (set.arena == NULL)
		set.arena = arena_new(SET_MAX_BYTES);
	return set.arena;
}

void
view_unload(void)
{
	if (set.arena != NULL)
		arena_free(set.arena);
	memset(&set, 0, sizeof(set));
	expr_unload();
}

/* ---- symbols --------------------------------------------------------------------------------- */

bool
symbol_is_name(const char *s, size_t len)
{
	if (len == 0 || len > VIEW_MAX_NAME_BYTES || (s[0] >= '0' && s[0] <= '9'))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_'))
			return false;
	return true;
}

/* The slot that holds the name, or the free one where it belongs: FNV-1a and linear probing. */
static size_t
symbol_slot(const char *name, size_t len)
{
	uint32_t hash = 2166136261u;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619u;
	for (i = hash % SYMBOL_SLOTS; set.slots[i] != 0; i = (i + 1) % SYMBOL_SLOTS) {
		const char *known = set.symbols[set.slots[i] - 1];

		if (strncmp(known, name, len) == 0 && known[len] == '\0')
			break;
	}
	return i;
}

int
symbol_find(const char *name)
{
	return set.slots[symbol_slot(name, strlen(name))] - 1;
}

int
symbol_intern(const char *name, size_t len)
{
	size_t slot = symbol_slot(name, len);

	if (set.slots[slot] == 0) {
		if (set.symbol_count == VIEW_MAX_SYMBOLS)
			return -1;
		set.symbols[set.symbol_count] = arena_copy(view_arena(), name, len);
		set.slots[slot] = (short)++set.symbol_count;
	}
	return set.slots[slot] - 1;
}

const char *
symbol_name(int symbol)
{
	assert(symbol >= 0 && symbol < set.symbol_count);
	return set.symbols[symbol];
}

int
symbol_count(void)
{
	return set.symbol_count;
}

/* ---- static files and templates by name ------------------------------------------------------ */

void
view_asset(const char *file, const char *address)
{
	struct asset *a = arena_alloc(view_arena(), sizeof(*a));

	a->file = arena_copy(view_arena(), file, strlen(file));
	a->address = arena_copy(view_arena(), address, strlen(address));
	a->next = set.assets;
	set.assets = a;
}

const char *
asset_find(const char *file)
{
	for (const struct asset *a = set.assets; a != NULL; a = a->next)
		if (strcmp(a->file, file) == 0)
			return a->address;
	return NULL;
}

const struct template *
template_find(const char *name)
{
	for (const struct template *t = set.templates; t != NULL; t = t->next)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

const struct template *
template_first(void)
{
	return set.templates;
}

/* ---- whole templates ------------------------------------------------------------------------- */

bool
view_refuse(char why[VIEW_WHY_BYTES], const char *name, int line, const char *format, ...)
{
	va_list args;
	int len = snprintf(why, VIEW_WHY_BYTES, "%s.html:%d: ", name, line);

	if (len < 0 || len >= VIEW_WHY_BYTES)
		return false;
	va_start(args, format);
	vsnprintf(why + len, VIEW_WHY_BYTES - (size_t)len, format, args);
	va_end(args);
	return false;
}

bool
view_parse(const char *name, const char *source, size_t len, char why[VIEW_WHY_BYTES])
{
	struct template *t = arena_alloc(view_arena(), sizeof(*t));

	t->name = arena_copy(view_arena(), name, strlen(name));
	if (len > VIEW_MAX_TEMPLATE_BYTES)
		return view_refuse(why, name, 1, "longer than %d bytes", VIEW_MAX_TEMPLATE_BYTES);
	if (!text_is_utf8(source, len))
		return view_refuse(why, name, 1, "not UTF-8");
	if (set.template_count == VIEW_MAX_TEMPLATES)
		return view_refuse(why, name, 1, "more than %d templates", VIEW_MAX_TEMPLATES);
	if (template_find(name) != NULL)
		return view_refuse(why, name, 1, "a second template of this name");
	if (!template_parse(t, source, len, why))
		return false;
	t->next = set.templates;
	set.templates = t;
	set.template_count++;
	return true;
}

static int link_template(struct template *t, char why[VIEW_WHY_BYTES]);

/* Resolves the includes in a tree; returns how deep they go, or -1. */
static int
link_nodes(struct template *t, struct node *n, char why[VIEW_WHY_BYTES])
{
	int deepest = 0, depth = 0;

	for (; n != NULL; n = n->next) {
		switch (n->kind) {
		case NODE_INCLUDE: {
			struct template *included = set.templates;

			while (included != NULL && strcmp(included->name, n->include.name) != 0)
				included = included->next;
			n->include.template = included;
			if (included == NULL || included->include_depth == -1) {
				view_refuse(why, t->name, n->line, "template '%.40s' %s",
				    n->include.name,
				    included == NULL ? "does not exist" : "includes itself");
				return -1;
			}
			depth = link_template(included, why);
			break;
		}
		case NODE_IF:
			depth = 0;
			for (struct branch *b = n->branches; b != NULL && depth >= 0; b = b->next) {
				depth = link_nodes(t, b->body, why);
				deepest = depth > deepest ? depth : deepest;
			}
			break;
		case NODE_SECTION:
		case NODE_INVERTED: depth = link_nodes(t, n->body, why); break;
		case NODE_TEXT:
		case NODE_VALUE:
		case NODE_EXPR:
		case NODE_CONTENT: depth = 0; break;
		}
		if (depth < 0)
			return -1;
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest;
}

/* 1 for a template without includes, -1 with the reason when they go round or too deep. */
static int
link_template(struct template *t, char why[VIEW_WHY_BYTES])
{
	int depth;

	if (t->include_depth > 0)
		return t->include_depth;
	t->include_depth = -1;
	depth = link_nodes(t, t->body, why);
	if (depth < 0)
		return -1;
	if (depth >= VIEW_MAX_INCLUDE_DEPTH) {
		view_refuse(why, t->name, 1, "includes go deeper than %d", VIEW_MAX_INCLUDE_DEPTH);
		return -1;
	}
	t->include_depth = depth + 1;
	return t->include_depth;
}

bool
view_link(char why[VIEW_WHY_BYTES])
{
	for (struct template *t = set.templates; t != NULL; t = t->next)
		if (link_template(t, why) < 0)
			return false;
	return true;
}
