/*
 * fuzz-template.c -- libFuzzer: a template from anywhere is refused with file and line, or
 * rendered; a value from anywhere never becomes markup.
 *
 * Input: a template, then optionally a NUL and the text that its symbols get. What is rendered is
 * rendered twice, the second time with letters in place of < > " ' in the value. Both pages must
 * have the same number of each of these characters: all of them are the template's own.
 */
#include "../unit/fake-rows.h"
#include "log.h"
#include "view-private.h"

#define OUT_MAX_BYTES   (256 * 1024)
#define VALUE_MAX_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In place of log.c: a broken page is logged, and these would be thousands of lines in a second. */
void
log_open(const char *program)
{
	(void)program;
}

void
log_request(const char *request_id)
{
	(void)request_id;
}

void
log_event(enum log_level level, const char *event, const char *format, ...)
{
	(void)level;
	(void)event;
	(void)format;
}

struct filler {
	struct view *view;
	const char *value;
	const struct db_rows *rows;
};

static void
fill(void *context, const char *name, enum view_use use)
{
	struct filler *f = context;

	if (use == VIEW_USE_SECTION)
		view_rows(f->view, name, f->rows);
	else if (use == VIEW_USE_NUMBER)
		view_int(f->view, name, -123450);
	else if (use == VIEW_USE_DATE)
		view_text(f->view, name, "2026-11-23 12:41:00");
	else
		view_text(f->view, name, f->value);
}

/* One row only: sections may nest 32 deep. */
static bool
render(struct arena *a, const char *value, struct text *out)
{
	const char *const cells[] = { value, "7", NULL };
	const struct db_rows rows = { .row_count = 1, .column_count = 3,
	    .names = { "x", "n", "none" },
	    .kinds = { DB_KIND_TEXT, DB_KIND_INT, DB_KIND_TEXT }, .cells = cells };
	struct filler f = { view_make(a, "t"), value, &rows };

	text_clear(out);
	view_symbols("t", fill, &f);
	return view_render_all(f.view, "t", NULL, out);
}

static size_t
count(const struct text *t, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < t->len; i++)
		n += t->data[i] == c;
	return n;
}

static void
compare_pages(struct arena *a, const char *value)
{
	static const char special[] = "<>\"'";
	char harmless[VALUE_MAX_BYTES + 1];
	struct text page, twin;

	snprintf(harmless, sizeof(harmless), "%s", value);
	for (char *c = harmless; *c != '\0'; c++)
		if (strchr(special, *c) != NULL)
			*c = 'a';
	text_init(&page, OUT_MAX_BYTES);
	text_init(&twin, OUT_MAX_BYTES);
	if (render(a, value, &page) && render(a, harmless, &twin))
		for (const char *c = special; *c != '\0'; c++)
			if (count(&page, *c) != count(&twin, *c))
				abort();
	text_release(&page);
	text_release(&twin);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *source = (const char *)data;
	const char *nul = size > 0 ? memchr(source, '\0', size) : NULL;
	size_t source_len = nul != NULL ? (size_t)(nul - source) : size;
	struct arena *a = arena_new(64 << 20);
	char why[VIEW_WHY_BYTES] = "";
	char value[VALUE_MAX_BYTES + 1] = "\"'<>&";

	if (nul != NULL)
		snprintf(value, sizeof(value), "%.*s", (int)(size - source_len - 1), nul + 1);
	if (!view_parse("part", "<i title=\"{x}\">", 15, why))
		abort();
	if (!view_parse("t", source, source_len, why) || !view_link(why)) {
		if (strncmp(why, "t.html:", 7) != 0)
			abort();
	} else if (text_is_utf8(value, strlen(value))) {
		compare_pages(a, value);
	}
	view_unload();
	arena_free(a);
	return 0;
}
