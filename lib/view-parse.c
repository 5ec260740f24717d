/*
 * view-parse.c -- one template: marks found in text, a tree built from marks.
 *
 * The text is read in one pass. next_mark() delivers the text before a mark as a node and describes
 * the mark; parse_nodes() builds the tree from marks by recursive descent and returns at a mark
 * that closes something, which its caller judges. The first thing that is wrong ends the parsing
 * with file and line.
 */
#include "view-private.h"

/* ---- marks ----------------------------------------------------------------------------------- */

enum mark_kind {
	MARK_EOF, MARK_VALUE, MARK_EXPR, MARK_IF, MARK_ELIF, MARK_ELSE, MARK_END, MARK_SECTION,
	MARK_INVERTED, MARK_CLOSE, MARK_INCLUDE, MARK_ASSET, MARK_TITLE, MARK_COMMENT
};

/* What stands between the braces, blanks around it and the kind's own sign taken away. */
struct mark {
	enum mark_kind kind;
	const char *words;
	size_t len;
	int line;
};

struct parser {
	const char *name;           /* of the template, for messages */
	const char *at, *end;       /* what is still to be read */
	const char *start;          /* of the source */
	const char *counted;        /* lines are counted up to here */
	int line;                   /* of `counted`, from 1 */
	const char *title;          /* NULL before {{title: }} */
	char *why;
};

/* Nodes in the order of the text. */
struct list {
	struct node *first, **tail;
};

static int
line_of(struct parser *p, const char *at)
{
	for (; p->counted < at; p->counted++)
		if (*p->counted == '\n')
			p->line++;
	return p->line;
}

/* `return refuse(p, line, "words")` */
#define refuse(p, line, ...) view_refuse((p)->why, (p)->name, (line), __VA_ARGS__)

static struct node *
add_node(struct list *list, enum node_kind kind, int line)
{
	struct node *n = arena_alloc(view_arena(), sizeof(*n));

	n->kind = kind;
	n->line = line;
	*list->tail = n;
	list->tail = &n->next;
	return n;
}

static void
add_text(struct list *list, const char *bytes, size_t len, int line)
{
	struct node *n;

	if (len == 0)
		return;
	n = add_node(list, NODE_TEXT, line);
	n->text.bytes = bytes;
	n->text.len = len;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
trim(struct mark *m)
{
	while (m->len > 0 && is_blank(m->words[0])) {
		m->words++;
		m->len--;
	}
	while (m->len > 0 && is_blank(m->words[m->len - 1]))
		m->len--;
}

/*
 * Is the mark at [begin, end) alone on its line? Then that whole line goes: *begin and *end are
 * moved to its borders.
 */
static void
take_line(const struct parser *p, const char **begin, const char **end)
{
	const char *b = *begin, *e = *end;

	while (b > p->start && (b[-1] == ' ' || b[-1] == '\t'))
		b--;
	while (e < p->end && (*e == ' ' || *e == '\t' || *e == '\r'))
		e++;
	if ((b > p->start && b[-1] != '\n') || (e < p->end && *e != '\n'))
		return;
	*begin = b;
	*end = e < p->end ? e + 1 : e;
}

/*
 * The text up to `end` as a node: escapes resolved (find_mark() checked them), without the blanks
 * that begin a line and without empty lines. To a browser they say nothing, and of a long page they
 * are a twentieth.
 */
static void
flush_text(struct parser *p, struct list *list, const char *end, int line)
{
	bool begins_line = p->at == p->start || p->at[-1] == '\n';
	size_t len = 0;
	char *bytes;

	if (end <= p->at)
		return;
	bytes = arena_alloc(view_arena(), (size_t)(end - p->at));
	for (const char *s = p->at; s < end; s++) {
		if (begins_line && is_blank(*s))
			continue;
		begins_line = *s == '\n';
		if (*s == '\\')
			s++;
		bytes[len++] = *s;
	}
	add_text(list, bytes, len, line);
}

/* The first brace that is not escaped, or the end; NULL for what text may not hold. */
static const char *
find_mark(struct parser *p)
{
	const char *s;

	for (s = p->at; s < p->end && *s != '{'; s++) {
		if (*s == '\\') {
			if (s + 1 == p->end || strchr("{}\\", s[1]) == NULL || s[1] == '\0') {
				refuse(p, line_of(p, s), "a backslash in text is written \\\\");
				return NULL;
			}
			s++;
		} else if (*s == '}') {
			refuse(p, line_of(p, s), "a brace in text is written \\}");
			return NULL;
		}
	}
	return s;
}

/*
 * Fills in a {{mark}}; `at` is behind the second brace. Returns the place behind it, NULL when
 * refused.
 */
static const char *
read_double(struct parser *p, const char *at, struct mark *m)
{
	static const char title[] = "title:";
	const char *close = at;

	while (close + 1 < p->end && !(close[0] == '}' && close[1] == '}'))
		close++;
	if (close + 1 >= p->end) {
		refuse(p, m->line, "{{ without }}");
		return NULL;
	}
	m->words = at;
	m->len = (size_t)(close - at);
	if (m->len >= sizeof(title) - 1 && memcmp(at, title, sizeof(title) - 1) == 0) {
		m->kind = MARK_TITLE;
		m->words += sizeof(title) - 1;
		m->len -= sizeof(title) - 1;
	} else {
		switch (m->len > 0 ? *at : '\0') {
		case '#': m->kind = MARK_SECTION; break;
		case '^': m->kind = MARK_INVERTED; break;
		case '/': m->kind = MARK_CLOSE; break;
		case '>': m->kind = MARK_INCLUDE; break;
		case '@': m->kind = MARK_ASSET; break;
		case '!': m->kind = MARK_COMMENT; break;
		default:
			refuse(p, m->line, "{{ is followed by none of # ^ / > @ ! title:");
			return NULL;
		}
		m->words++;
		m->len--;
	}
	trim(m);
	return close + 2;
}

/* Takes the keyword from the front of the mark, if it is there as a word. */
static bool
take_keyword(struct mark *m, const char *keyword)
{
	size_t len = strlen(keyword);

	if (m->len < len || memcmp(m->words, keyword, len) != 0 ||
	    (m->len > len && !is_blank(m->words[len])))
		return false;
	m->words += len;
	m->len -= len;
	trim(m);
	return true;
}

/*
 * Fills in a {mark}; `at` is behind the brace. A brace inside the quotes of an expression's text
 * does not close it.
 */
static const char *
read_single(struct parser *p, const char *at, struct mark *m)
{
	bool quoted = false;
	const char *close;

	for (close = at; close < p->end && (quoted || *close != '}'); close++) {
		if (*close == '\n' || (*close == '{' && !quoted))
			break;
		if (quoted && *close == '\\' && close + 1 < p->end)
			close++;
		else if (*close == '"')
			quoted = !quoted;
	}
	if (close >= p->end || *close != '}') {
		refuse(p, m->line, "{ without } on its line; a brace in text is written \\{");
		return NULL;
	}
	m->words = at;
	m->len = (size_t)(close - at);
	if (m->len > 0 && *at == '=') {
		m->kind = MARK_EXPR;
		m->words++;
		m->len--;
		trim(m);
	} else if (take_keyword(m, "if")) {
		m->kind = MARK_IF;
	} else if (take_keyword(m, "elif")) {
		m->kind = MARK_ELIF;
	} else if (take_keyword(m, "else")) {
		m->kind = MARK_ELSE;
	} else if (take_keyword(m, "end")) {
		m->kind = MARK_END;
	} else {
		m->kind = MARK_VALUE;
	}
	return close + 1;
}

/* Adds the text before the next mark and describes the mark; what is read is behind p->at. */
static bool
next_mark(struct parser *p, struct list *list, struct mark *m)
{
	int text_line = line_of(p, p->at);
	const char *begin = find_mark(p);
	const char *end = p->end;

	if (begin == NULL)
		return false;
	*m = (struct mark){ .kind = MARK_EOF, .words = "", .line = line_of(p, begin) };
	if (begin < p->end) {
		if (begin + 1 < p->end && begin[1] == '{')
			end = read_double(p, begin + 2, m);
		else
			end = read_single(p, begin + 1, m);
		if (end == NULL)
			return false;
	}
	if (m->kind != MARK_EOF && m->kind != MARK_VALUE && m->kind != MARK_EXPR &&
	    m->kind != MARK_ASSET)
		take_line(p, &begin, &end);
	flush_text(p, list, begin, text_line);
	p->at = end;
	return true;
}

/* ---- trees ----------------------------------------------------------------------------------- */

static bool parse_nodes(struct parser *p, struct node **first, struct mark *closing, int depth);

static int
intern(struct parser *p, const struct mark *m)
{
	int symbol;

	if (!symbol_is_name(m->words, m->len)) {
		refuse(p, m->line, "'%.*s' is not a name", (int)(m->len < 40 ? m->len : 40),
		    m->words);
		return -1;
	}
	symbol = symbol_intern(m->words, m->len);
	if (symbol < 0)
		refuse(p, m->line, "more than %d names", VIEW_MAX_SYMBOLS);
	return symbol;
}

/* {name} or {name:modifier|argument|argument} */
static bool
parse_value(struct parser *p, struct list *list, const struct mark *m)
{
	const char *colon = memchr(m->words, ':', m->len);
	const char *end = m->words + m->len, *bar;
	struct mark name = *m;
	struct node *n = add_node(list, NODE_VALUE, m->line);
	int args = 0;

	if (colon != NULL)
		name.len = (size_t)(colon - m->words);
	n->symbol = intern(p, &name);
	if (n->symbol < 0)
		return false;
	if (colon == NULL)
		return true;
	bar = memchr(colon + 1, '|', (size_t)(end - colon - 1));
	n->value.modifier = modifier_find(colon + 1, (size_t)((bar ? bar : end) - colon - 1));
	if (n->value.modifier == NULL)
		return refuse(p, m->line, "{%.*s}: no such modifier", (int)m->len, m->words);
	while (bar != NULL) {
		const char *arg = bar + 1;

		bar = memchr(arg, '|', (size_t)(end - arg));
		if (args == VIEW_MAX_ARGS)
			return refuse(p, m->line, "{%.*s}: too many words", (int)m->len, m->words);
		n->value.args[args++] =
		    arena_copy(view_arena(), arg, (size_t)((bar ? bar : end) - arg));
	}
	if (args != n->value.modifier->arg_count ||
	    !modifier_takes(n->value.modifier, n->value.args))
		return refuse(p, m->line, "{%.*s}: not the words this modifier takes", (int)m->len,
		    m->words);
	return true;
}

static const struct expr *
parse_expr(struct parser *p, const struct mark *m)
{
	const char *why;
	const struct expr *e = expr_lex(view_arena(), m->words, m->len, &why);

	if (e == NULL)
		refuse(p, m->line, "'%.*s': %s", (int)(m->len < 80 ? m->len : 80), m->words, why);
	return e;
}

/* The condition of {if} or {elif}: the common `name` and `!name` are decided without the engine. */
static bool
parse_condition(struct parser *p, const struct mark *m, struct branch *b)
{
	struct mark name = *m;

	b->negated = m->len > 0 && m->words[0] == '!';
	if (b->negated) {
		name.words++;
		name.len--;
	}
	if (b->negated || symbol_is_name(name.words, name.len)) {
		b->symbol = intern(p, &name);
		return b->symbol >= 0;
	}
	b->symbol = -1;
	b->expr = parse_expr(p, m);
	return b->expr != NULL;
}

static bool
parse_if(struct parser *p, struct list *list, const struct mark *opening, int depth)
{
	struct node *n = add_node(list, NODE_IF, opening->line);
	struct branch **tail = &n->branches;
	struct mark m = *opening;

	do {
		struct branch *b = arena_alloc(view_arena(), sizeof(*b));
		bool is_last = m.kind == MARK_ELSE;

		b->symbol = -1;
		*tail = b;
		tail = &b->next;
		if (!is_last && !parse_condition(p, &m, b))
			return false;
		if (!parse_nodes(p, &b->body, &m, depth + 1))
			return false;
		if (is_last && m.kind != MARK_END)
			return refuse(p, m.line, "{else} of line %d wants {end} here",
			    opening->line);
	} while (m.kind == MARK_ELIF || m.kind == MARK_ELSE);
	if (m.kind != MARK_END)
		return refuse(p, m.line, "{if} of line %d is not closed by {end} here",
		    opening->line);
	return true;
}

static bool
parse_section(struct parser *p, struct list *list, const struct mark *opening, int depth)
{
	struct node *n = add_node(list,
	    opening->kind == MARK_SECTION ? NODE_SECTION : NODE_INVERTED, opening->line);
	struct mark m;

	n->symbol = intern(p, opening);
	if (n->symbol < 0 || !parse_nodes(p, &n->body, &m, depth + 1))
		return false;
	if (m.kind != MARK_CLOSE || m.len != opening->len ||
	    memcmp(m.words, opening->words, m.len) != 0)
		return refuse(p, m.line, "section %s of line %d is not closed by {{/%s}} here",
		    symbol_name(n->symbol), opening->line, symbol_name(n->symbol));
	return true;
}

/* {{>parts/name}} and {{>content}}; view_link() finds the template. */
static bool
parse_include(struct list *list, const struct mark *m)
{
	struct node *n;

	if (m->len == strlen("content") && memcmp(m->words, "content", m->len) == 0) {
		add_node(list, NODE_CONTENT, m->line);
		return true;
	}
	n = add_node(list, NODE_INCLUDE, m->line);
	n->include.name = arena_copy(view_arena(), m->words, m->len);
	return true;
}

static bool
parse_asset(struct parser *p, struct list *list, const struct mark *m)
{
	const char *file = arena_copy(view_arena(), m->words, m->len);
	const char *address = asset_find(file);

	if (address == NULL)
		return refuse(p, m->line, "static file '%s' is not in the manifest", file);
	add_text(list, address, strlen(address), m->line);
	return true;
}

static bool
parse_title(struct parser *p, const struct mark *m)
{
	if (p->title != NULL)
		return refuse(p, m->line, "a second title");
	if (m->len == 0 || memchr(m->words, '{', m->len) != NULL ||
	    memchr(m->words, '\n', m->len) != NULL)
		return refuse(p, m->line, "a title is plain words in one line");
	p->title = arena_copy(view_arena(), m->words, m->len);
	return true;
}

/*
 * Nodes up to a mark that closes: the end of file, {elif}, {else}, {end} or {{/name}}; the caller
 * says if it may stand there.
 */
static bool
parse_nodes(struct parser *p, struct node **first, struct mark *closing, int depth)
{
	struct list list = { NULL, first };
	bool good = true;

	while (good && next_mark(p, &list, closing)) {
		if (depth == VIEW_MAX_DEPTH)
			return refuse(p, closing->line, "marks nest deeper than %d",
			    VIEW_MAX_DEPTH);
		if ((closing->kind == MARK_ELSE || closing->kind == MARK_END) && closing->len > 0)
			return refuse(p, closing->line, "{else} and {end} stand alone");
		switch (closing->kind) {
		case MARK_EOF:
		case MARK_ELIF:
		case MARK_ELSE:
		case MARK_END:
		case MARK_CLOSE:    return true;
		case MARK_VALUE:    good = parse_value(p, &list, closing); break;
		case MARK_EXPR:
			add_node(&list, NODE_EXPR, closing->line)->expr = parse_expr(p, closing);
			good = p->why[0] == '\0';
			break;
		case MARK_IF:       good = parse_if(p, &list, closing, depth); break;
		case MARK_SECTION:
		case MARK_INVERTED: good = parse_section(p, &list, closing, depth); break;
		case MARK_INCLUDE:  good = parse_include(&list, closing); break;
		case MARK_ASSET:    good = parse_asset(p, &list, closing); break;
		case MARK_TITLE:    good = parse_title(p, closing); break;
		case MARK_COMMENT:  break;
		}
	}
	return false;
}

bool
template_parse(struct template *t, const char *source, size_t len, char why[VIEW_WHY_BYTES])
{
	struct parser p = { .name = t->name, .at = source, .end = source + len, .start = source,
	    .counted = source, .line = 1, .why = why };
	struct mark m;

	why[0] = '\0';
	if (!parse_nodes(&p, &t->body, &m, 0))
		return false;
	if (m.kind != MARK_EOF)
		return refuse(&p, m.line, "a mark closes what nothing opened");
	t->title = p.title != NULL ? p.title : "";
	return true;
}
