/*
 * view-expr.c -- conditions and expressions of templates. The only file that knows libctpl and GLib.
 *
 * An expression is lexed once, at start. Before each evaluation the values of the symbols it mentions - and of no others - are
 * set in place in the process's one environ, where every symbol was pushed once. Texts go in HTML-escaped, so that what an
 * expression yields as text may be written out as it is.
 *
 * libctpl 0.3.4 has traps that are closed here (each is a test of tests/unit/test-view.c):
 *   - comparisons, && and || share one precedence: `a && b > 1` means `(a && b) > 1`. Mixing them without parentheses is refused;
 *   - both sides of && and || are evaluated, and an unknown symbol is an error: view.c demands that all are set;
 *   - `text * number` repeats the text: refused, or a number from outside could ask for any amount of memory;
 *   - `row[i]` copies the row: there are no arrays here, so `[` is refused.
 */
#include <assert.h>
#include <ctype.h>
#include <ctpl/ctpl.h>

#include "view-private.h"

static CtplEnviron *environ_of_process;
static struct text escaped;         /* scratch for texts on their way in; kept to save allocations */
static char last_why[160];

void
expr_unload(void)
{
	if (environ_of_process != NULL)
		ctpl_environ_unref(environ_of_process);
	environ_of_process = NULL;
	if (escaped.data != NULL)
		text_release(&escaped);
	escaped.data = NULL;
}

/* Keeps the words of a GError, which libctpl may also have left out. */
static const char *
keep_error(GError *error)
{
	snprintf(last_why, sizeof(last_why), "%s", error != NULL ? error->message : "not an expression");
	if (error != NULL)
		g_error_free(error);
	return last_why;
}

/* ---- what an expression mentions ----------------------------------------------------------------------------------- */

/* The operators of one pair of parentheses, as far as their order could surprise. */
enum { LEVEL_COMPARISON = 1, LEVEL_AND = 2, LEVEL_OR = 4 };

struct scan {
	struct expr *e;
	unsigned level[VIEW_MAX_DEPTH];    /* of LEVEL_*, by depth of parentheses */
	int depth;
};

static const char *
scan_symbol(struct scan *s, const char *name, size_t len)
{
	int symbol;

	if (!symbol_is_name(name, len))
		return "a name has other letters than a-z, 0-9 and _";
	symbol = symbol_intern(name, len);
	if (symbol < 0)
		return "too many names in the templates";
	for (int i = 0; i < s->e->symbol_count; i++)
		if (s->e->symbols[i] == symbol)
			return NULL;
	if (s->e->symbol_count == EXPR_MAX_SYMBOLS)
		return "too many names in one expression";
	s->e->symbols[s->e->symbol_count++] = symbol;
	return NULL;
}

static const char *
scan_operator(struct scan *s, const char *at)
{
	unsigned *level = &s->level[s->depth], found = 0;

	if (at[0] == '(') {
		if (++s->depth == VIEW_MAX_DEPTH)
			return "parentheses nest too deep";
		s->level[s->depth] = 0;
	} else if (at[0] == ')') {
		if (s->depth-- == 0)
			return "a ) too many";
	} else if (at[0] == '[' || at[0] == ']') {
		return "there are no arrays";
	} else if (at[0] == '*') {
		s->e->multiplies = true;
	} else if (at[0] == '<' || at[0] == '>' || ((at[0] == '=' || at[0] == '!') && at[1] == '=')) {
		found = LEVEL_COMPARISON;
	} else if (at[0] == '&') {
		found = LEVEL_AND;
	} else if (at[0] == '|') {
		found = LEVEL_OR;
	}
	if (found != 0 && *level != 0 && (*level != found || found == LEVEL_COMPARISON))
		return "comparisons, && and || have one precedence: put parentheses";
	*level |= found;
	return NULL;
}

/* Collects symbols and looks for the traps; whether it is an expression at all is libctpl's to say. text ends with NUL. */
static const char *
scan(struct scan *s, const char *at)
{
	const char *why = NULL;

	while (*at != '\0' && why == NULL) {
		size_t len = 1;

		if (*at == '"') {
			s->e->has_text = true;
			while (at[len] != '\0' && at[len] != '"')
				len += at[len] == '\\' && at[len + 1] != '\0' ? 2 : 1;
			len += at[len] == '"';
		} else if (isalpha((unsigned char)*at) || *at == '_') {
			len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
			why = scan_symbol(s, at, len);
		} else if (isdigit((unsigned char)*at) || *at == '.') {
			len = strspn(at, "0123456789.abcdefxABCDEFX");
		} else {
			why = scan_operator(s, at);
			if (why == NULL && (strncmp(at, "&&", 2) == 0 || strncmp(at, "||", 2) == 0 ||
			    (strchr("<>=!", *at) != NULL && at[1] == '=')))
				len = 2;
		}
		at += len;
	}
	if (why == NULL && s->e->multiplies && s->e->has_text)
		why = "a text cannot be multiplied";
	return why;
}

/* ---- lexing -------------------------------------------------------------------------------------------------------- */

static void
free_token(void *token)
{
	ctpl_token_expr_free(token);
}

/*
 * The value of a symbol inside the environ. It stays where it is, because the symbol is pushed once and never popped; libctpl
 * hands it out as const only because it has no call for setting in place.
 */
static void *
slot_of(int symbol)
{
	const CtplValue *slot;

	if (environ_of_process == NULL)
		environ_of_process = ctpl_environ_new();
	slot = ctpl_environ_lookup(environ_of_process, symbol_name(symbol));
	if (slot == NULL) {
		ctpl_environ_push_int(environ_of_process, symbol_name(symbol), 0);
		slot = ctpl_environ_lookup(environ_of_process, symbol_name(symbol));
	}
	assert(slot != NULL);
	return (void *)(uintptr_t)slot;
}

struct expr *
expr_lex(struct arena *a, const char *text, size_t len, const char **why)
{
	char copy[EXPR_MAX_BYTES + 1];
	struct expr *e = arena_alloc(a, sizeof(*e));
	struct scan s = { .e = e };
	GError *error = NULL;

	if (len == 0 || len > EXPR_MAX_BYTES || memchr(text, '\0', len) != NULL) {
		*why = "an expression is empty or too long";
		return NULL;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	*why = scan(&s, copy);
	if (*why != NULL)
		return NULL;
	e->token = ctpl_lexer_expr_lex_string(copy, (gssize)len, &error);
	if (e->token == NULL) {
		*why = keep_error(error);
		return NULL;
	}
	arena_defer(a, free_token, e->token);
	for (int i = 0; i < e->symbol_count; i++)
		e->slots[i] = slot_of(e->symbols[i]);
	return e;
}

/* ---- evaluation ---------------------------------------------------------------------------------------------------- */

static const char *
set_text(CtplValue *slot, const struct value *v)
{
	if (escaped.data == NULL)
		text_init(&escaped, EXPR_MAX_TEXT_BYTES);
	text_clear(&escaped);
	if (v->kind == VALUE_HTML)
		text_put(&escaped, v->text, v->len);
	else
		text_html(&escaped, v->text, v->len);
	if (escaped.broken) {
		text_release(&escaped);     /* a broken text stays broken; the next one starts anew */
		escaped.data = NULL;
		return "a text is too long for an expression";
	}
	ctpl_value_set_string(slot, escaped.data);
	return NULL;
}

/* Puts the values where the expression finds them. */
static const char *
set_symbols(const struct expr *e, const struct value *values)
{
	const char *why = NULL;

	for (int i = 0; i < e->symbol_count && why == NULL; i++) {
		const struct value *v = &values[i];
		int64_t number = v->number;

		switch (v->kind) {
		case VALUE_DIGITS:
			if (!int_parse(v->text, -INT64_MAX, INT64_MAX, &number))
				return "not an integer";
			ctpl_value_set_int(e->slots[i], number);
			break;
		case VALUE_INT:
			if (number == INT64_MIN)        /* INT64_MIN % -1 is a trap of the processor */
				return "not an integer";
			ctpl_value_set_int(e->slots[i], number);
			break;
		case VALUE_TEXT:
		case VALUE_HTML:
			why = e->multiplies ? "a text cannot be multiplied" : set_text(e->slots[i], v);
			break;
		case VALUE_UNSET:
			return "a symbol is not set";
		}
	}
	return why;
}

bool
expr_test(const struct expr *e, const struct value *values, bool *is_true, const char **why)
{
	GError *error = NULL;
	gboolean answer = FALSE;

	*why = set_symbols(e, values);
	if (*why != NULL)
		return false;
	if (!ctpl_eval_bool(e->token, environ_of_process, &answer, &error)) {
		*why = keep_error(error);
		return false;
	}
	*is_true = answer != FALSE;
	return true;
}

bool
expr_print(const struct expr *e, const struct value *values, struct text *out, const char **why)
{
	GError *error = NULL;
	CtplValue result;
	char *shown;

	*why = set_symbols(e, values);
	if (*why != NULL)
		return false;
	ctpl_value_init(&result);
	if (!ctpl_eval_value(e->token, environ_of_process, &result, &error)) {
		*why = keep_error(error);
		ctpl_value_free_value(&result);
		return false;
	}
	shown = ctpl_value_to_string(&result);
	ctpl_value_free_value(&result);
	if (shown == NULL) {
		*why = "a value that cannot be shown";
		return false;
	}
	text_puts(out, shown);
	g_free(shown);
	return true;
}
