/*
 * view-expr.c -- conditions and expressions. The only file that knows libctpl and GLib.
 *
 * An expression is lexed once, at start. Before each evaluation the values of the symbols it
 * mentions - and of no others - are set in place in the process's one environ, where every symbol
 * was pushed once. Texts go in HTML-escaped, so that what an expression yields as text may be
 * written out as it is.
 *
 * libctpl 0.3.4 has traps that are closed here (each is a test of tests/unit/test-view.c):
 *   - comparisons, && and || share one precedence: `a && b > 1` means `(a && b) > 1`. Mixing them
 *     without parentheses is refused;
 *   - both sides of && and || are evaluated, and an unknown symbol is an error: view.c demands that
 *     all are set;
 *   - `text * number` repeats the text: refused, or a number from outside could ask for any amount
 *     of memory;
 *   - `row[i]` copies the row: there are no arrays here, so `[` is no operator;
 *   - the lexer cannot be trusted with what it refuses: it sees only what scan() found to be an
 *     expression.
 */
#include <assert.h>
#include <ctype.h>
#include <ctpl/ctpl.h>

#include "view-private.h"

static CtplEnviron *environ_of_process;
static struct text escaped;         /* scratch for texts on their way in */
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
	snprintf(last_why, sizeof(last_why), "%s",
	    error != NULL ? error->message : "not an expression");
	if (error != NULL)
		g_error_free(error);
	return last_why;
}

/* ---- the grammar ----------------------------------------------------------------------------- */

/*
 * What libctpl gets to see is checked here first, completely:
 *   expression = operand { operator operand }        operand = ( expression ) | name | number |
 *   "text"
 * because its lexer loses memory over some texts that it refuses, and frees twice over others (`a *
 * 2 && 1 +`).
 */

/* The operators of one pair of parentheses, as far as their order could surprise. */
enum { LEVEL_COMPARISON = 1, LEVEL_AND = 2, LEVEL_OR = 4 };

struct scan {
	struct expr *e;
	unsigned level[VIEW_MAX_DEPTH];    /* of LEVEL_*, by depth of parentheses */
	int depth;
	bool wants_operand;
};

static const char *
scan_name(struct scan *s, const char *at, size_t *len)
{
	int symbol;

	*len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	if (!symbol_is_name(at, *len))
		return "a name has other letters than a-z, 0-9 and _";
	symbol = symbol_intern(at, *len);
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

/* Digits with a sign, perhaps with digits behind a point; so few that nothing overflows. */
static const char *
scan_number(const char *at, size_t *len)
{
	size_t sign = *at == '-' || *at == '+';
	size_t digits = strspn(at + sign, "0123456789");

	*len = sign + digits;
	if (digits == 0 || digits > EXPR_MAX_DIGITS)
		return "a number has 1 to 15 digits";
	if (at[*len] != '.')
		return NULL;
	digits = strspn(at + *len + 1, "0123456789");
	*len += 1 + digits;
	return digits == 0 || digits > EXPR_MAX_DIGITS ? "a number has 1 to 15 digits" : NULL;
}

static const char *
scan_text(struct scan *s, const char *at, size_t *len)
{
	s->e->has_text = true;
	for (*len = 1; at[*len] != '"'; (*len)++) {
		if (at[*len] == '\\')
			(*len)++;
		if (at[*len] == '\0')
			return "a text without its closing quote";
	}
	(*len)++;
	return NULL;
}

static const char *
scan_operand(struct scan *s, const char *at, size_t *len)
{
	if (*at == '(') {
		*len = 1;
		if (++s->depth == VIEW_MAX_DEPTH)
			return "parentheses nest too deep";
		s->level[s->depth] = 0;
		return NULL;        /* an operand is still wanted */
	}
	s->wants_operand = false;
	if (*at == '"')
		return scan_text(s, at, len);
	if (isalpha((unsigned char)*at) || *at == '_')
		return scan_name(s, at, len);
	if (isdigit((unsigned char)*at) || *at == '-' || *at == '+')
		return scan_number(at, len);
	return "an operand is missing";
}

/*
 * Two comparisons, or two kinds of operators, between the same parentheses mean something else than
 * one reads.
 */
static const char *
scan_operator(struct scan *s, const char *at, size_t *len)
{
	static const struct { const char *sign; unsigned level; } operators[] = {
		{ "&&", LEVEL_AND }, { "||", LEVEL_OR },
		{ "==", LEVEL_COMPARISON }, { "!=", LEVEL_COMPARISON },
		{ "<=", LEVEL_COMPARISON }, { ">=", LEVEL_COMPARISON },
		{ "<", LEVEL_COMPARISON }, { ">", LEVEL_COMPARISON },
		{ "+", 0 }, { "-", 0 }, { "*", 0 }, { "/", 0 }, { "%", 0 },
	};
	unsigned *level = &s->level[s->depth], found;
	size_t i;

	if (*at == ')') {
		*len = 1;
		return s->depth-- == 0 ? "a ) too many" : NULL;
	}
	for (i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (strncmp(at, operators[i].sign, strlen(operators[i].sign)) == 0)
			break;
	if (i == sizeof(operators) / sizeof(operators[0]))
		return "an operator is missing";
	*len = strlen(operators[i].sign);
	s->e->multiplies |= *at == '*';
	s->wants_operand = true;
	found = operators[i].level;
	if (found != 0 && *level != 0 && (*level != found || found == LEVEL_COMPARISON))
		return "comparisons, && and || have one precedence: put parentheses";
	*level |= found;
	return NULL;
}

/* Collects the names of an expression; NULL when it is one, else the reason. text ends with NUL. */
static const char *
scan(struct expr *e, const char *at)
{
	struct scan s = { .e = e, .wants_operand = true };
	const char *why = NULL;
	size_t len;

	for (at += strspn(at, " \t"); *at != '\0' && why == NULL; at += strspn(at, " \t")) {
		len = 0;
		why = s.wants_operand ? scan_operand(&s, at, &len) : scan_operator(&s, at, &len);
		at += len;
	}
	if (why == NULL && s.wants_operand)
		why = "an operand is missing";
	if (why == NULL && s.depth > 0)
		why = "a ) is missing";
	if (why == NULL && e->multiplies && e->has_text)
		why = "a text cannot be multiplied";
	return why;
}

/* ---- lexing ---------------------------------------------------------------------------------- */

static void
free_token(void *token)
{
	ctpl_token_expr_free(token);
}

/*
 * The value of a symbol inside the environ. It stays where it is, because the symbol is pushed once
 * and never popped; libctpl hands it out as const only because it has no call for setting in place.
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
	GError *error = NULL;

	if (len == 0 || len > EXPR_MAX_BYTES || memchr(text, '\0', len) != NULL) {
		*why = "an expression is empty or too long";
		return NULL;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	*why = scan(e, copy);
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

/* ---- evaluation ------------------------------------------------------------------------------ */

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
		text_release(&escaped);     /* a large block is not kept for ever */
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
			if (number == INT64_MIN)    /* INT64_MIN % -1 kills the process */
				return "not an integer";
			ctpl_value_set_int(e->slots[i], number);
			break;
		case VALUE_TEXT:
		case VALUE_HTML:
			why = e->multiplies ? "a text cannot be multiplied" :
			    set_text(e->slots[i], v);
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
