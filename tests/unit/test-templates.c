/*
 * test-templates.c -- every template of templates/, with hostile text in every symbol: what a
 * visitor, a school or a bank may have put into the database never becomes markup, and every page
 * renders with full, empty and missing data.
 *
 * Runs in the top folder of the project, as all unit tests do. One test per template: a page inside
 * the layout, a part alone.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-rows.h"
#include "log.h"
#include "view-private.h"

#define MAX_TEMPLATES VIEW_MAX_TEMPLATES
#define MAX_SYMBOLS   256
#define OUT_MAX_BYTES (1 << 20)

/* Between each two neighbours of kb0..kb5 stands one character that must not come out as it is. */
#define HOSTILE "kb0\"kb1'kb2<kb3>kb4&kb5"
#define SAFE    "kb0&quot;kb1&#39;kb2&lt;kb3&gt;kb4&amp;kb5"

static const char *names[MAX_TEMPLATES];
static int name_count;

/* What a template wants, each symbol once, with all its uses. */
static struct want {
	const char *name;
	unsigned uses;          /* bits of enum view_use */
} wants[MAX_SYMBOLS];
static int want_count;

#define USE(use) (1u << (use))

static void
note_name(void *context, const char *name)
{
	(void)context;
	assert_true(name_count < MAX_TEMPLATES);
	names[name_count++] = name;
}

static void
note_symbol(void *context, const char *name, enum view_use use)
{
	int i;

	(void)context;
	for (i = 0; i < want_count && strcmp(wants[i].name, name) != 0; i++)
		continue;
	if (i == want_count) {
		assert_true(want_count < MAX_SYMBOLS);
		wants[want_count++] = (struct want){ .name = name };
	}
	wants[i].uses |= USE(use);
}

/* ---- the three ways to fill a page ----------------------------------------------------------- */

/* HOSTILE_FULL goes into every branch; the other two take the way that their values choose. */
enum filling { HOSTILE_FULL, HOSTILE_WITHOUT_ROWS, ALL_EMPTY };

static void
fill(struct view *v, const struct want *w, enum filling how)
{
	if (w->uses & USE(VIEW_USE_SECTION)) {
		view_none(v, w->name);
		for (int row = 0; how == HOSTILE_FULL && row < 2; row++)
			view_add(v, w->name);       /* its symbols are those of the page */
		if (w->uses == USE(VIEW_USE_SECTION))
			return;
	}
	if (how == ALL_EMPTY)
		view_text(v, w->name, "");
	else if (w->uses & USE(VIEW_USE_DATE))
		view_text(v, w->name, "2026-11-23 12:41:00");
	else if (w->uses & USE(VIEW_USE_NUMBER))
		view_int(v, w->name, -123450);
	else if (w->uses & USE(VIEW_USE_TEXT))
		view_text(v, w->name, HOSTILE);
	else if (!(w->uses & USE(VIEW_USE_SECTION)))
		view_int(v, w->name, how == HOSTILE_FULL);
}

static void
assert_harmless(const char *page, const char *name)
{
	static const char *const raw[] = { "kb0\"", "kb1'", "kb2<", "kb3>", "kb4&kb5" };

	for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++)
		if (strstr(page, raw[i]) != NULL)
			fail_msg("%s: a value came out unescaped: %.60s", name,
			    strstr(page, raw[i]));
}

static void
renders_safely(void **state)
{
	const char *name = *state;
	bool is_layout = strncmp(name, "layout", 6) == 0;
	bool is_page = strncmp(name, "parts/", 6) != 0 && !is_layout;
	const char *content = is_page ? name : is_layout ? "error" : NULL;
	struct arena *arena = arena_new(16 << 20);
	struct text out;

	want_count = 0;
	view_symbols(name, note_symbol, NULL);
	if (is_page)
		view_symbols("layout", note_symbol, NULL);
	else if (content != NULL)
		view_symbols(content, note_symbol, NULL);
	text_init(&out, OUT_MAX_BYTES);
	for (enum filling how = HOSTILE_FULL; how <= ALL_EMPTY; how++) {
		struct view *v = view_make(arena, name);

		for (int i = 0; i < want_count; i++)
			fill(v, &wants[i], how);
		text_clear(&out);
		if (!(how == HOSTILE_FULL ? view_render_all : view_render)(v,
		    is_page ? "layout" : name, content, &out))
			fail_msg("%s is broken when filled %d: see the log", name, (int)how);
		assert_harmless(out.data, name);
		assert_true(text_is_utf8(out.data, out.len));
		if (is_page)
			assert_non_null(strstr(out.data, "</html>"));
	}
	text_release(&out);
	arena_free(arena);
}

/* The check above must be able to fail: markup that is passed as finished does come out raw. */
static void
the_check_would_notice(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	char why[VIEW_WHY_BYTES];
	struct view *v;
	struct text out;

	(void)state;
	assert_true(view_parse("kb", "<a title=\"{x}\">{y}</a>", 22, why));
	v = view_make(arena, "kb");
	view_text(v, "x", HOSTILE);
	view_text(v, "y", HOSTILE);
	text_init(&out, OUT_MAX_BYTES);
	assert_true(view_render(v, "kb", NULL, &out));
	assert_string_equal(out.data, "<a title=\"" SAFE "\">" SAFE "</a>");
	view_html(v, "y", HTML_LITERAL(HOSTILE));
	text_clear(&out);
	assert_true(view_render(v, "kb", NULL, &out));
	assert_non_null(strstr(out.data, "kb0\""));
	text_release(&out);
	arena_free(arena);
}

/* A manifest of what lies in nginx/static: a template that names another file is refused. */
static void
write_manifest(const char *path)
{
	DIR *dir = opendir("nginx/static");
	FILE *f = fopen(path, "w");
	struct dirent *entry;

	if (dir == NULL || f == NULL) {
		fprintf(stderr, "test-templates: start it in the top folder of the project\n");
		exit(2);
	}
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			fprintf(f, "%s /static/%s\n", entry->d_name, entry->d_name);
	fclose(f);
	closedir(dir);
}

int
main(void)
{
	char manifest[] = "/tmp/test-templates-XXXXXX";
	struct CMUnitTest tests[MAX_TEMPLATES + 1] = { cmocka_unit_test(the_check_would_notice) };
	int fd = mkstemp(manifest);
	int failed;

	log_open("test-templates");
	if (fd < 0)
		return 2;
	close(fd);
	write_manifest(manifest);
	view_load("templates", manifest);
	unlink(manifest);
	view_templates(note_name, NULL);
	for (int i = 0; i < name_count; i++)
		tests[i + 1] = (struct CMUnitTest){ names[i], renders_safely, NULL, NULL,
		    (void *)(uintptr_t)names[i] };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests("templates", tests, (size_t)name_count + 1, NULL, NULL);
	view_unload();
	return failed;
}
