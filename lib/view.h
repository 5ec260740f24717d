/*
 * view.h -- pages from templates: ctemplate's dictionaries over libctpl's expressions, behind one
 * escaping door.
 *
 * A template is HTML with these marks (docs/templates.md shows each in use):
 *   {name}                   the symbol, HTML-escaped
 *   {name:modifier}          shown by a modifier, listed below
 *   {if COND}..{elif COND}..{else}..{end}
 *                            COND is a symbol, !symbol or a libctpl expression
 *                            like (count > 1) && is_open
 *   {= EXPR}                 the value of a libctpl expression
 *   {{#name}}..{{/name}}     the section: once per row, inside it the row's columns hide outer
 *                            symbols of the same name
 *   {{^name}}..{{/name}}     when the section has no rows
 *   {{>parts/name}}          another template in this place, with the symbols of this place
 *   {{>content}}             in a layout: the page
 *   {{@file.css}}            the address of a static file with its content hash
 *   {{title: Дневник}}       a page's title, once (also the symbol `title`)
 *   {{! comment }}           nothing
 * `\{`, `\}` and `\\` are a plain brace or backslash. Names are [a-z_][a-z0-9_]*. A mark other than
 * {name}, {= } and {{@file}} that stands alone on its line takes the line away with it. Marks are
 * only allowed in text and in quoted attribute values (scripts/check-templates). A mark that is
 * none of these, or not closed, is refused at start with file and line.
 *
 * Conditions: 0, "" and SQL NULL are false, everything else is true, the text "0" too. A section's
 * name where no symbol hides it is the number of its rows: {if lesson}, {lesson}
 * {lesson:plural|урок|урока|уроков}. libctpl gives comparisons, && and || one precedence, from left
 * to right, and evaluates both sides; so mixing them without parentheses is refused at start. A
 * number compared with a text that is none makes the page broken. Texts are escaped when an
 * expression sees them: compare numbers and flags, not texts with & < > " '.
 *
 * Modifiers (the table is in view-show.c). "Empty" is "" or SQL NULL; a value that does not fit
 * makes the page broken.
 *   of kopecks; empty shows <span class="none">нет данных</span>:
 *     money      <data class="money" value="123450">1 234,50 ₽</data>
 *     delta      the same with an explicit sign
 *     balance    the same as money with id="balance", once in a page
 *   of kopecks; empty shows nothing:
 *     sum        1234,50 (input fields, tables for programs)
 *   of a number; empty shows nothing:
 *     number     1 234 with no-break spaces
 *     plural|урок|урока|уроков   the form of the word alone
 *   of a date or a moment, as ISO 8601 text; empty shows nothing:
 *     date 23.11.2026 · long 23 ноября 2026 г. · day пн, 23 ноября
 *     month      ноябрь 2026 (of YYYY-MM too)
 *     iso        2026-11-23, or 2026-11-23T12:41:00: for datetime=""
 *   of a moment; empty shows nothing:
 *     moment 23.11.2026 12:41 · time 12:41
 *     as_of      <time class="as-of" datetime="2026-11-24T08:40:00">
 *                данные на 24.11.2026 08:40</time>, in one line
 *   of a text:
 *     url        percent-encoded, one component of a URL
 *     upto|80    the first 80 characters, then … when there were more
 *     lines      escaped, with <br> for line feeds
 *
 * A struct view is a dictionary: a page, or one row of a section. Setting is by symbol name; names
 * and texts are borrowed and must live until the page is sent (literals, arena strings and rows
 * do). A symbol or a section that the template uses and nobody set makes the page broken: 500 and a
 * log line, found by the tests, never a silent gap. NULL texts count as "". What is set and not
 * used costs nothing.
 *
 * Escaping happens as text is written out, and there is no function that writes raw text: ready
 * markup is its own type, struct html. Rows are never copied: cells are read where libpq keeps
 * them.
 */
#ifndef KABINET_VIEW_H
#define KABINET_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct db_rows;
struct text;
struct view;

/*
 * Markup that is safe already. Made only by HTML_LITERAL (a string literal) and by code of lib/
 * that escaped its parts.
 */
struct html { const char *markup; size_t len; };
#define HTML_LITERAL(s) ((struct html){ "" s, sizeof(s) - 1 })

/*
 * Reads every template (*.html) below the folder, once at start, and the manifest of static files
 * (`NAME ADDRESS` in each line); exits with the reason on failure. A template's name is its path
 * without the suffix: "finance", "parts/day".
 */
void view_load(const char *templates_folder, const char *static_manifest);
/* Forgets all templates, for tests. */
void view_unload(void);

/* An empty dictionary for the template of that name; the name must exist (asserted). */
struct view *view_make(struct arena *a, const char *template_name) __attribute__((returns_nonnull));

void view_text(struct view *v, const char *name, const char *text);
void view_int(struct view *v, const char *name, int64_t number);
void view_flag(struct view *v, const char *name, bool flag);
void view_html(struct view *v, const char *name, struct html markup);

/* Every column of the first row becomes a symbol; the row must exist (asserted). */
void view_values(struct view *v, const struct db_rows *rows);
/* The same of any row: for what three levels need, with view_add(). */
void view_row(struct view *v, const struct db_rows *rows, int row);
/*
 * The section once per row, with the row's columns as symbols (integers stay integers, booleans are
 * 0 or 1, NULL is "").
 */
void view_rows(struct view *v, const char *section, const struct db_rows *rows);
/*
 * The section once per row as view_rows() does, with one more flag in each, `is_selected`: its
 * key_column equals `selected` (NULL or "": none does). For <option>s and chips.
 */
void view_choices(struct view *v, const char *section, const struct db_rows *rows,
    const char *key_column, const char *selected);
/*
 * One flat result as two levels: `outer` once per run of equal values in key_column, in it `inner`
 * once per row of the run. The columns of the run's first row are symbols in `outer`. The column
 * must exist (asserted).
 */
void view_groups(struct view *v, const char *outer, const char *inner, const struct db_rows *rows,
    const char *key_column);
/*
 * Adds one hand-made row to a section and returns its dictionary; rows show in the order of adding.
 */
struct view *view_add(struct view *v, const char *section) __attribute__((returns_nonnull));
/* Whether a section of this dictionary shows those rows by now. */
bool view_shows(const struct view *v, const struct db_rows *rows);
/* A section without rows, for one that view_add() may leave without any. */
void view_none(struct view *v, const char *section);

/*
 * The page of a layout: where {{>content}} stands, and nowhere else, its symbols hide the layout's,
 * as a row's hide those around it.
 */
void view_inside(struct view *layout, const struct view *page);

/*
 * Writes the page. `content` is what {{>content}} of a layout includes: NULL when the template
 * stands alone. false: the page is broken, the reason is logged, `out` holds nothing worth sending.
 */
bool view_render(struct view *v, const char *template_name, const char *content, struct text *out)
    __attribute__((warn_unused_result));

/* The title that a template declares, "" without one. */
const char *view_title(const char *template_name);
const char *view_template(const struct view *v);

/* ---- for tests that render every template ---------------------------------------------------- */

enum view_use {
	VIEW_USE_TEXT,         /* {name}, modifiers of text, expressions with a text in quotes */
	VIEW_USE_NUMBER,       /* modifiers of numbers and sums */
	VIEW_USE_DATE,         /* modifiers of dates and moments */
	VIEW_USE_CONDITION,    /* {if name} */
	VIEW_USE_EXPRESSION,   /* inside an expression of numbers and flags */
	VIEW_USE_SECTION,
};
typedef void view_symbol_fn(void *context, const char *name, enum view_use use);
/* Every use of a symbol in the template and in what it includes, in the order of the text. */
void view_symbols(const char *template_name, view_symbol_fn *each, void *context);
/* The names of all templates. */
void view_templates(void (*each)(void *context, const char *template_name), void *context);

#endif
