/*
 * view-private.h -- what the files of view share: parsed templates, values, expressions.
 *
 *   view-load.c    reads templates and the manifest of static files from disk
 *   view-set.c     all templates: by name, linked; the table of symbols
 *   view-parse.c   one template: marks, trees
 *   view-expr.c    conditions and expressions; the only file that knows libctpl and GLib
 *   view-show.c    modifiers: how a value is shown
 *   view.c         dictionaries
 *   view-render.c  dictionaries written through templates
 *
 * Templates, symbols and addresses of static files are made once by view_load(), live as long as
 * the process and are never changed by rendering, so the workers share their pages with the master.
 */
#ifndef KABINET_VIEW_PRIVATE_H
#define KABINET_VIEW_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "db.h"
#include "text.h"
#include "view.h"

#define VIEW_MAX_TEMPLATES      256
#define VIEW_MAX_TEMPLATE_BYTES (256 * 1024)
#define VIEW_MAX_SYMBOLS        2048        /* names in all templates of one program */
#define VIEW_MAX_NAME_BYTES     48
#define VIEW_MAX_DEPTH          32          /* of marks inside marks */
#define VIEW_MAX_INCLUDE_DEPTH  8
#define VIEW_MAX_ARGS           3           /* of a modifier */
#define VIEW_WHY_BYTES          256         /* words for what is refused */
#define EXPR_MAX_BYTES          256
#define EXPR_MAX_SYMBOLS        8           /* different ones in one expression */
#define EXPR_MAX_DIGITS         15          /* on each side of a number's point */
#define EXPR_MAX_TEXT_BYTES     (64 * 1024) /* of one text value that reaches libctpl, escaped */

/* ---- values ---------------------------------------------------------------------------------- */

enum value_kind {
	VALUE_UNSET,    /* nobody set it: 0, so that zeroed memory is a page without symbols */
	VALUE_TEXT,     /* text[0..len), not escaped; an SQL NULL is "" */
	VALUE_DIGITS,   /* an integer as PostgreSQL wrote it: parsed where a number is needed */
	VALUE_INT,      /* number; flags are 0 and 1 */
	VALUE_HTML,     /* text[0..len) is markup */
};

/* Texts are borrowed and NUL-terminated; those of VALUE_HTML need no NUL. */
struct value {
	enum value_kind kind;
	const char *text;
	size_t len;
	int64_t number;
};

/* ---- expressions: view-expr.c ---------------------------------------------------------------- */

/* A libctpl expression, lexed once. symbols are the ids of what it mentions. */
struct expr {
	int symbol_count;
	int symbols[EXPR_MAX_SYMBOLS];
	bool multiplies;                  /* has the operator `*` */
	bool has_text;                    /* has a text in quotes */
	void *slots[EXPR_MAX_SYMBOLS];    /* CtplValue * of each symbol in the process's environ */
	void *token;                      /* CtplTokenExpr * */
};

/*
 * NULL with *why (valid until the next call) when the text is not an expression. The engine's token
 * goes with the arena.
 */
struct expr *expr_lex(struct arena *a, const char *text, size_t len, const char **why);

/* values[i] is that of symbols[i], all set. false: *why says what the engine had against it. */
bool expr_test(const struct expr *e, const struct value *values, bool *is_true, const char **why)
    __attribute__((warn_unused_result));
bool expr_print(const struct expr *e, const struct value *values, struct text *out,
    const char **why) __attribute__((warn_unused_result));
/* Forgets the engine's environ; for view_unload(). */
void expr_unload(void);

/* ---- modifiers: view-show.c ------------------------------------------------------------------ */

/*
 * false: the value is not what the modifier shows (a date that is none). args are text from the
 * template.
 */
typedef bool show_fn(struct text *out, const struct value *v,
    const char *const args[VIEW_MAX_ARGS]);

struct modifier {
	const char *name;
	int arg_count;
	enum view_use use;
	show_fn *show;
};

/* NULL when there is none of that name. */
const struct modifier *modifier_find(const char *name, size_t len);
/* Is the argument one that the modifier takes? */
bool modifier_takes(const struct modifier *m, const char *const args[VIEW_MAX_ARGS]);
/* The value without a modifier, escaped. */
void show_plain(struct text *out, const struct value *v);
/* libctpl's truth: a number that is not 0, a text that is not empty - "0" is true. */
bool value_is_true(const struct value *v);

/* ---- templates ------------------------------------------------------------------------------- */

enum node_kind {
	NODE_TEXT, NODE_VALUE, NODE_IF, NODE_EXPR, NODE_SECTION, NODE_INVERTED, NODE_INCLUDE,
	NODE_CONTENT
};

/*
 * One branch of {if}..{elif}..{else}: a bare symbol, perhaps negated, or an expression, or neither
 * for {else}.
 */
struct branch {
	int symbol;                 /* -1: look at expr */
	bool negated;
	const struct expr *expr;    /* NULL with symbol -1: {else} */
	struct node *body;
	struct branch *next;
};

struct node {
	enum node_kind kind;
	int line;
	int symbol;                              /* VALUE, SECTION, INVERTED */
	struct node *next;
	union {
		struct { const char *bytes; size_t len; } text;
		struct { const struct modifier *modifier; const char *args[VIEW_MAX_ARGS]; } value;
		struct branch *branches;
		const struct expr *expr;
		struct node *body;               /* SECTION, INVERTED */
		struct { const char *name; const struct template *template; } include;
	};
};

struct template {
	const char *name;           /* "parts/day" */
	const char *title;          /* "" without one */
	struct node *body;
	int include_depth;          /* -1 while view_link() is inside it, 0 before */
	struct template *next;
};

/* Fills in the body and the title of a template that has its name: view-parse.c. */
bool template_parse(struct template *t, const char *source, size_t len, char why[VIEW_WHY_BYTES])
    __attribute__((warn_unused_result));

/* ---- all templates: view-set.c --------------------------------------------------------------- */

/*
 * Adds one template from memory, then view_link() resolves the includes of all: view_load() in two
 * steps, for tests and fuzzing. false with the reason, "NAME.html:LINE: words", in why; the set is
 * then good for view_unload() only.
 */
bool view_parse(const char *name, const char *source, size_t len, char why[VIEW_WHY_BYTES])
    __attribute__((warn_unused_result));
bool view_link(char why[VIEW_WHY_BYTES]) __attribute__((warn_unused_result));
/* Writes the refusal's words; always false. */
bool view_refuse(char why[VIEW_WHY_BYTES], const char *name, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The memory of all templates. */
struct arena *view_arena(void);
/* An address for {{@file}}. */
void view_asset(const char *file, const char *address);
const char *asset_find(const char *file);                  /* NULL when there is none */

const struct template *template_find(const char *name);    /* NULL when there is none */
const struct template *template_first(void);

/* The id of a name that some template uses, else -1. */
int symbol_find(const char *name);
/* Gives the name an id; -1 when there are too many. */
int symbol_intern(const char *name, size_t len);
const char *symbol_name(int symbol);
int symbol_count(void);

/* [a-z_][a-z0-9_]*, at most VIEW_MAX_NAME_BYTES. */
bool symbol_is_name(const char *s, size_t len);

/* ---- dictionaries: view.c -------------------------------------------------------------------- */

/* A column of a result that some template mentions. */
struct column {
	int symbol, column;
	enum db_kind kind;
};

struct table {
	const struct db_rows *rows;
	int column_count;
	struct column columns[];
};

enum section_kind { SECTION_ROWS, SECTION_GROUPS, SECTION_VIEWS };

struct section {
	enum section_kind kind;
	int count;                       /* how many times it shows */
	const struct table *table;       /* ROWS, GROUPS; NULL without rows */
	int first_row;                   /* ROWS: those from here on */
	int key_column, inner;           /* GROUPS: symbol of the inner section, -1 unused */
	struct view *views, **tail;      /* VIEWS */
};

/* What a name means at some place. */
struct slot {
	struct value value;
	struct section *section;         /* NULL: not set */
};

/* Either a value or a section. */
struct binding {
	int symbol;
	struct slot slot;
};

struct view {
	struct arena *arena;
	const struct template *template;
	struct binding *bindings;
	int count, capacity;
	struct view *next;               /* the section's next row */
	const struct view *page;         /* of a layout: view_inside() */
};

struct value cell_value(const struct db_rows *rows, int row, const struct column *c);
/* The row behind the run of equal keys that begins at `row`. */
int run_end(const struct db_rows *rows, int row, int key_column);

/* ---- rendering: view-render.c ---------------------------------------------------------------- */

/*
 * view_render() into every branch of every {if}, whatever the condition says: for tests of
 * escaping.
 */
bool view_render_all(struct view *v, const char *template_name, const char *content,
    struct text *out) __attribute__((warn_unused_result));

#endif
