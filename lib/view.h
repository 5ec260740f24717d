/*
 * view.h -- pages from templates: ctemplate's dictionaries over libctpl's expressions, behind one escaping door.
 *
 * A template is HTML with these marks (docs/templates.md shows each in use):
 *   {name}                   the symbol, HTML-escaped
 *   {name:modifier}          shown by a modifier: money, delta, date, day, moment, as_of, url, plural|урок|урока|уроков, ...
 *   {if EXPR}..{elif EXPR}..{else}..{end}   EXPR is a libctpl expression over symbols: {if count > 1 && is_open}
 *   {= EXPR}                 the value of a libctpl expression
 *   {{#name}}..{{/name}}     the section: once per row, inside it the row's columns hide outer symbols of the same name
 *   {{^name}}..{{/name}}     when the section has no rows
 *   {{>parts/name}}          another template in this place, with the symbols of this place
 *   {{@file.css}}            the address of a static file with its content hash
 *   {{title: Дневник}}       at the top of a page: its title (also the symbol `title`)
 *   {{! comment }}           nothing
 * `\{` is a plain brace. Marks are only allowed in text and in quoted attribute values (scripts/check-templates).
 *
 * A struct view is a dictionary: a page, or one row of a section. Setting is by symbol name; names and texts are borrowed
 * and must live until the page is sent (literals, arena strings and rows do). A symbol that the template uses and nobody
 * set makes the page broken: 500 and a log line, found by the tests, never a silent gap. NULL texts count as "".
 *
 * Escaping happens as text is written out, and there is no function that writes raw text: ready markup is its own type,
 * struct html, made by HTML_LITERAL("...") or view_part(). Rows are never copied: cells are read where libpq keeps them.
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

/* Markup that is safe already. Made only by HTML_LITERAL (a string literal) and by code of lib/ that escaped its parts. */
struct html { const char *markup; size_t len; };
#define HTML_LITERAL(s) ((struct html){ "" s, sizeof(s) - 1 })

/* Reads every template below the folder, once at start, and the manifest of static files; exits with the reason on failure. */
void view_load(const char *templates_folder, const char *static_manifest);
/* Frees what view_load() made, at the end of a process (leak checkers). */
void view_unload(void);

/* An empty dictionary for the template of that name ("finance", "parts/day"); the name must exist (asserted). */
struct view *view_make(struct arena *a, const char *template_name) __attribute__((returns_nonnull));

void view_text(struct view *v, const char *name, const char *text);
void view_int(struct view *v, const char *name, int64_t number);
void view_flag(struct view *v, const char *name, bool flag);
void view_html(struct view *v, const char *name, struct html markup);

/* Every column of the first row becomes a symbol; the row must exist (asserted). */
void view_values(struct view *v, const struct db_rows *rows);
/* The section once per row, with the row's columns as symbols (integers stay integers, booleans are 0 or 1, NULL is ""). */
void view_rows(struct view *v, const char *section, const struct db_rows *rows);
/* One flat result as two levels: `outer` once per run of equal values in key_column, in it `inner` once per row. */
void view_groups(struct view *v, const char *outer, const char *inner, const struct db_rows *rows,
    const char *key_column);
/* The section without rows. */
void view_none(struct view *v, const char *section);
/* Adds one hand-made row to a section and returns its dictionary; rows show in the order of adding. */
struct view *view_add(struct view *v, const char *section) __attribute__((returns_nonnull));

/*
 * Writes the page. `content` is what {{>content}} of a layout includes: NULL when the template stands alone. false: the
 * page is broken, the reason is logged, `out` holds nothing worth sending.
 */
bool view_render(struct view *v, const char *template_name, const char *content, struct text *out)
    __attribute__((warn_unused_result));

/* The title that a template declares, "" without one. */
const char *view_title(const char *template_name);
const char *view_template(const struct view *v);

#endif
