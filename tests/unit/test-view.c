/*
 * test-view.c -- templates: what is refused, what is shown, what is escaped, what makes a page
 * broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-rows.h"
#include "log.h"
#include "view-private.h"

#define OUT_MAX_BYTES 65536

static struct arena *arena;
static struct text out;
static char why[VIEW_WHY_BYTES];

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(16 << 20);
	text_init(&out, OUT_MAX_BYTES);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	view_unload();
	text_release(&out);
	arena_free(arena);
	return 0;
}

/* ---- helpers --------------------------------------------------------------------------------- */

/* The template under test is always "t". */
static struct view *
template_of(const char *source)
{
	view_unload();
	if (!view_parse("t", source, strlen(source), why) || !view_link(why))
		fail_msg("%s", why);
	return view_make(arena, "t");
}

static const char *
shown(struct view *v)
{
	text_clear(&out);
	if (!view_render(v, "t", NULL, &out))
		return "(broken)";
	return out.data;
}

static void
assert_refused(const char *source, const char *words)
{
	view_unload();
	if (view_parse("t", source, strlen(source), why) && view_link(why))
		fail_msg("accepted: %s", source);
	if (strstr(why, words) == NULL)
		fail_msg("%s: '%s' does not say '%s'", source, why, words);
}

/* One symbol `x`, as text. */
static void
assert_text_shown(const char *source, const char *x, const char *expected)
{
	struct view *v = template_of(source);

	view_text(v, "x", x);
	assert_string_equal(shown(v), expected);
}

static void
assert_int_shown(const char *source, int64_t x, const char *expected)
{
	struct view *v = template_of(source);

	view_int(v, "x", x);
	assert_string_equal(shown(v), expected);
}

/* ---- text and marks -------------------------------------------------------------------------- */

static void
plain_text_is_copied(void **state)
{
	(void)state;
	assert_string_equal(shown(template_of("")), "");
	assert_string_equal(shown(template_of("<p>Привет\n")), "<p>Привет\n");
	assert_string_equal(shown(template_of("\\{a\\} \\\\d")), "{a} \\d");
	assert_string_equal(shown(template_of("a{{! {if} nothing }}b")), "ab");
}

static void
marks_alone_on_a_line_take_it_away(void **state)
{
	struct view *v =
	    template_of("a\n  {if x}  \n  b\n\t{else}\n  c\n{end}\nd {if x}e{end}\nf\n{x}\n");

	(void)state;
	view_flag(v, "x", true);
	assert_string_equal(shown(v), "a\nb\nd e\nf\n1\n");
	assert_string_equal(shown(template_of("{{! one }}\na\n{{! two }}")), "a\n");
	assert_string_equal(shown(template_of("a {{! one }}\n")), "a \n");
}

static void
blanks_that_begin_a_line_are_left_out(void **state)
{
	struct view *v = template_of("\n  <p>\n\t\t{x}  b\n\n\n \n  \\{ c\n  {x} {x}\n {x}</p>\n\n");

	(void)state;
	view_int(v, "x", 7);
	assert_string_equal(shown(v), "<p>\n7  b\n{ c\n7 7\n7</p>\n");
}

static void
hostile_templates_are_refused(void **state)
{
	static const struct { const char *source, *words; } bad[] = {
		{ "a\n{", "t.html:2: { without }" },
		{ "{x", "without }" },
		{ "{x\n}", "without } on its line" },
		{ "{x{y}}", "without }" },
		{ "{}", "is not a name" },
		{ "{ x }", "is not a name" },
		{ "{X}", "is not a name" },
		{ "{1x}", "is not a name" },
		{ "{имя}", "is not a name" },
		{ "{x-y}", "is not a name" },
		{ "{abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz}", "is not a name" },
		{ "a}", "written \\}" },
		{ "a { color: red; }", "is not a name" },
		{ "pattern=\"\\d\"", "backslash" },
		{ "a\\", "backslash" },
		{ "{{", "{{ without }}" },
		{ "{{#a}", "{{ without }}" },
		{ "{{a}}", "followed by none" },
		{ "{{}}", "followed by none" },
		{ "{{{x}}}", "followed by none" },
		{ "{{#a}}", "section a of line 1 is not closed" },
		{ "\n{{#a}}x{{/b}}", "section a of line 2 is not closed" },
		{ "{{#a}}{{#b}}{{/a}}{{/b}}", "section b of line 1" },
		{ "{{#a}}{if x}{{/a}}{end}", "{if} of line 1" },
		{ "{{/a}}", "nothing opened" },
		{ "{{#}}{{/}}", "is not a name" },
		{ "{{# a b}}{{/a b}}", "is not a name" },
		{ "{{^A}}{{/A}}", "is not a name" },
		{ "{if x}", "{if} of line 1 is not closed" },
		{ "{end}", "nothing opened" },
		{ "{else}", "nothing opened" },
		{ "{elif x}", "nothing opened" },
		{ "{if x}{else}{else}{end}", "wants {end}" },
		{ "{if x}{else}{elif x}{end}", "wants {end}" },
		{ "{if x}{end x}", "stand alone" },
		{ "{if}{end}", "empty" },
		{ "{if !}{end}", "is not a name" },
		{ "{if !(x)}{end}", "is not a name" },
		{ "{if X > 1}{end}", "other letters" },
		{ "{if x y}{end}", "operator is missing" },
		{ "{if x &&}{end}", "operand is missing" },
		{ "{if && x}{end}", "operand is missing" },
		{ "{if x & y}{end}", "operator is missing" },
		{ "{if x = 1}{end}", "operator is missing" },
		{ "{if x != !y}{end}", "operand is missing" },
		{ "{if ()}{end}", "operand is missing" },
		{ "{if (x +)}{end}", "operand is missing" },
		{ "{if x * 2 && 1+}{end}", "operand is missing" },
		{ "{if (x == \"a\") y}{end}", "operator is missing" },
		{ "{if (x}{end}", "a ) is missing" },
		{ "{if -x}{end}", "1 to 15 digits" },
		{ "{if 1.}{end}", "1 to 15 digits" },
		{ "{if x == .5}{end}", "operand is missing" },
		{ "{if 1e5}{end}", "operator is missing" },
		{ "{if 0x10}{end}", "operator is missing" },
		{ "{if 9999999999999999}{end}", "1 to 15 digits" },
		{ "{= \"a\\\"}", "without }" },
		{ "{= 'a'}", "operand is missing" },
		{ "{= имя}", "operand is missing" },
		{ "{if x)}{end}", "a ) too many" },
		{ "{if x[1]}{end}", "operator is missing" },
		{ "{if x && y > 1}{end}", "put parentheses" },
		{ "{if x > 1 && y}{end}", "put parentheses" },
		{ "{if x && y || z}{end}", "put parentheses" },
		{ "{if 1 < x < 3}{end}", "put parentheses" },
		{ "{if ((x && y) > 1 && z)}{end}", "put parentheses" },
		{ "{= }", "empty" },
		{ "{= \"abc}", "without }" },
		{ "{= \"a\" * x}", "multiplied" },
		{ "{= a+b+c+d+e+f+g+h+i}", "too many names in one expression" },
		{ "{x:}", "no such modifier" },
		{ "{x:mony}", "no such modifier" },
		{ "{x:money|1}", "not the words" },
		{ "{x:plural|a|b}", "not the words" },
		{ "{x:plural|a||b}", "not the words" },
		{ "{x:plural|a|b|c|d}", "too many words" },
		{ "{x:upto}", "not the words" },
		{ "{x:upto|0}", "not the words" },
		{ "{x:upto|1e3}", "not the words" },
		{ "{X:money}", "is not a name" },
		{ "{{>nothing}}", "does not exist" },
		{ "{{>}}", "does not exist" },
		{ "{{>t}}", "includes itself" },
		{ "{{@no.css}}", "not in the manifest" },
		{ "{{title: a}}{{title: b}}", "second title" },
		{ "{{title: }}", "plain words" },
		{ "{{title: {x} }}", "plain words" },
		{ "{{title: a\nb}}", "plain words" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(bad[i].source, bad[i].words);
}

static void
templates_are_bounded(void **state)
{
	static char source[VIEW_MAX_TEMPLATE_BYTES + 2];
	char name[32];

	(void)state;
	memset(source, 'a', sizeof(source) - 1);
	assert_refused(source, "longer than");
	assert_refused("\xFF", "not UTF-8");
	for (size_t i = 0; i <= VIEW_MAX_DEPTH; i++)
		memcpy(source + 6 * i, "{{#a}}", 7);
	assert_refused(source, "nest deeper");
	memset(source, '(', 100);
	memcpy(source, "{= ", 3);
	source[100] = '}';
	source[101] = '\0';
	assert_refused(source, "too deep");
	view_unload();
	for (int i = 0; i <= VIEW_MAX_TEMPLATES; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		assert_int_equal(view_parse(name, "", 0, why), i < VIEW_MAX_TEMPLATES);
	}
	assert_non_null(strstr(why, "more than"));
	view_unload();
	assert_true(view_parse("t", "", 0, why));
	assert_false(view_parse("t", "", 0, why));
	assert_false(view_parse("u", "a\0b", 3, why));
	view_unload();
	for (int i = 0; i <= VIEW_MAX_SYMBOLS; i++) {
		snprintf(name, sizeof(name), "{s%d}", i);
		snprintf(source, sizeof(source), "t%d", i);
		if (i % VIEW_MAX_TEMPLATES == 0 && i > 0) {
			assert_int_equal(symbol_find("s0"), 0);
			assert_int_equal(symbol_find("nobody"), -1);
		}
		assert_int_equal(
		    symbol_intern(name + 1, strlen(name) - 2) >= 0, i < VIEW_MAX_SYMBOLS);
	}
}

static void
includes_are_linked(void **state)
{
	struct view *v;
	char name[16], body[32];

	(void)state;
	view_unload();
	assert_true(view_parse("t", "<{{>parts/a}}>", 14, why));
	assert_true(view_parse("parts/a", "{x}{{! c }}", 11, why));
	assert_true(view_link(why));
	v = view_make(arena, "t");
	view_int(v, "x", 7);
	assert_string_equal(shown(v), "<7>");

	view_unload();      /* round a corner */
	assert_true(view_parse("t", "{if x}{{>u}}{end}", 17, why));
	assert_true(view_parse("u", "{{#s}}{{>t}}{{/s}}", 18, why));
	assert_false(view_link(why));
	assert_non_null(strstr(why, "includes itself"));

	view_unload();
	for (int i = 0; i <= VIEW_MAX_INCLUDE_DEPTH; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		snprintf(body, sizeof(body), i < VIEW_MAX_INCLUDE_DEPTH ? "{{>t%d}}" : "", i + 1);
		assert_true(view_parse(name, body, strlen(body), why));
	}
	assert_false(view_link(why));
	assert_non_null(strstr(why, "deeper"));
}

static void
layouts_take_content_and_title(void **state)
{
	static const char layout[] = "<title>{title}</title>{{>content}}";
	struct view *v;

	(void)state;
	view_unload();
	assert_true(view_parse("t", layout, strlen(layout), why));
	assert_true(view_parse("page", "{{title: A & Б }}\n<p>{x}", 25, why));
	assert_true(view_parse("loop", "{{>content}}", 12, why));
	assert_true(view_link(why));
	assert_string_equal(view_title("page"), "A & Б");
	assert_string_equal(view_title("t"), "");
	v = view_make(arena, "page");
	assert_string_equal(view_template(v), "page");
	view_text(v, "x", "<");
	text_clear(&out);
	assert_true(view_render(v, "t", "page", &out));
	assert_string_equal(out.data, "<title>A &amp; Б</title><p>&lt;");
	assert_false(view_render(v, "t", NULL, &out));
	assert_false(view_render(v, "t", "loop", &out));
}

/* A page's symbols hide those of its layout inside the page, and nowhere else. */
static void
a_page_stands_in_its_layout(void **state)
{
	static const char layout[] = "<title>{title}</title>{{>content}}<b>{title}{y}</b>";
	struct view *frame, *page;

	(void)state;
	view_unload();
	assert_true(view_parse("t", layout, strlen(layout), why));
	assert_true(view_parse("page", "<h1>{title}</h1>{x}{y}", 22, why));
	assert_true(view_link(why));
	page = view_make(arena, "page");
	view_text(page, "x", "page's,");
	frame = view_make(arena, "t");
	view_inside(frame, page);
	view_text(frame, "title", "Рамка");
	view_text(frame, "y", "frame's");
	text_clear(&out);
	assert_true(view_render(frame, "t", "page", &out));
	assert_string_equal(out.data, "<title>Рамка</title><h1>Рамка</h1>page&#39;s,frame&#39;s<b>Рамкаframe&#39;s</b>");
	view_text(page, "title", "Книга");
	text_clear(&out);
	assert_true(view_render(frame, "t", "page", &out));
	assert_string_equal(out.data, "<title>Рамка</title><h1>Книга</h1>page&#39;s,frame&#39;s<b>Рамкаframe&#39;s</b>");
}

/* ---- values ---------------------------------------------------------------------------------- */

static void
values_are_escaped(void **state)
{
	struct view *v = template_of("{x}|{= x}|{= x + \"<i>\"}");

	(void)state;
	view_text(v, "x", "<script>\"'&\x01");
	assert_string_equal(shown(v),
	    "&lt;script&gt;&quot;&#39;&amp;\xEF\xBF\xBD|&lt;script&gt;&quot;&#39;&amp;\xEF\xBF\xBD|"
	    "&lt;script&gt;&quot;&#39;&amp;\xEF\xBF\xBD<i>");
	assert_text_shown("{x}", NULL, "");
	assert_int_shown("{x}", INT64_MIN, "-9223372036854775808");
	assert_int_shown("{x}", INT64_MAX, "9223372036854775807");
	assert_int_shown("{x}", 0, "0");
	v = template_of("{x}{= x}");
	view_html(v, "x", HTML_LITERAL("<b>1</b>"));
	assert_string_equal(shown(v), "<b>1</b><b>1</b>");
	view_text(v, "x", "<later one>");
	assert_string_equal(shown(v), "&lt;later one&gt;&lt;later one&gt;");
}

static void
unset_symbols_break_the_page(void **state)
{
	struct view *v = template_of("{x}{if y}{z}{end}");

	(void)state;
	assert_string_equal(shown(v), "(broken)");
	view_text(v, "x", "");
	assert_string_equal(shown(v), "(broken)");
	view_flag(v, "y", false);
	assert_string_equal(shown(v), "");
	view_flag(v, "y", true);
	assert_string_equal(shown(v), "(broken)");
	view_text(v, "unknown_to_the_template", "");
	assert_string_equal(shown(v), "(broken)");
	assert_string_equal(shown(template_of("{{#s}}{{/s}}")), "(broken)");
	assert_string_equal(shown(template_of("{{^s}}{{/s}}")), "(broken)");
	assert_string_equal(shown(template_of("{= s + 1}")), "(broken)");
	assert_string_equal(shown(template_of("{if s == 1}{end}")), "(broken)");
	v = template_of("{{#s}}{{/s}}");
	view_int(v, "s", 1);        /* a value is no section */
	assert_string_equal(shown(v), "(broken)");
}

static void
pages_are_bounded(void **state)
{
	struct view *v = template_of("{x}{x}");
	struct text small;

	(void)state;
	view_text(v, "x", "1234");
	text_init(&small, 8);
	assert_true(view_render(v, "t", NULL, &small));
	text_release(&small);
	text_init(&small, 7);
	assert_false(view_render(v, "t", NULL, &small));
	text_release(&small);
}

static void
modifiers_show_sums(void **state)
{
	(void)state;
	assert_int_shown("{x:money}", 123450,
	    "<data class=\"money\" value=\"123450\">1\u00A0234,50\u00A0₽</data>");
	assert_int_shown(
	    "{x:money}", -5, "<data class=\"money\" value=\"-5\">\u22120,05\u00A0₽</data>");
	assert_int_shown("{x:delta}", 100000,
	    "<data class=\"money\" value=\"100000\">+1\u00A0000,00\u00A0₽</data>");
	assert_int_shown("{x:balance}", 0,
	    "<data class=\"money\" id=\"balance\" value=\"0\">0,00\u00A0₽</data>");
	assert_int_shown("{x:sum}", 123450, "1234,50");
	assert_text_shown("{x:money}", "", "<span class=\"none\">нет данных</span>");
	assert_text_shown("{x:sum}", "", "");
	assert_text_shown("{x:money}", "123450",
	    "<data class=\"money\" value=\"123450\">1\u00A0234,50\u00A0₽</data>");
	assert_text_shown("{x:money}", "12a", "(broken)");
	assert_text_shown("{x:money}", "1.5", "(broken)");
	assert_text_shown("{x:sum}", "<", "(broken)");
}

static void
modifiers_show_numbers(void **state)
{
	(void)state;
	assert_int_shown("{x:number}", 0, "0");
	assert_int_shown("{x:number}", 999, "999");
	assert_int_shown("{x:number}", 1840, "1\u00A0840");
	assert_int_shown("{x:number}", -1234567, "\u22121\u00A0234\u00A0567");
	assert_text_shown("{x:number}", "", "");
	assert_text_shown("{x:number}", "1 000", "(broken)");
	assert_int_shown("{x} {x:plural|урок|урока|уроков}", 1, "1 урок");
	assert_int_shown("{x} {x:plural|урок|урока|уроков}", 3, "3 урока");
	assert_int_shown("{x} {x:plural|урок|урока|уроков}", 11, "11 уроков");
	assert_int_shown("{x:plural|<|>|&}", 1, "&lt;");
	assert_text_shown("{x:plural|a|b|c}", "много", "(broken)");
}

static void
modifiers_show_dates(void **state)
{
	(void)state;
	assert_text_shown("{x:date}", "2026-11-23", "23.11.2026");
	assert_text_shown("{x:date}", "2026-11-23 12:41:00.5", "23.11.2026");
	assert_text_shown("{x:long}", "2026-11-23", "23 ноября 2026 г.");
	assert_text_shown("{x:day}", "2026-11-23", "пн, 23 ноября");
	assert_text_shown("{x:month}", "2026-11", "ноябрь 2026");
	assert_text_shown("{x:month}", "2026-11-23", "ноябрь 2026");
	assert_text_shown("{x:iso}", "2026-11-23", "2026-11-23");
	assert_text_shown("{x:iso}", "2026-11-23 12:41:07.123", "2026-11-23T12:41:07");
	assert_text_shown("{x:moment}", "2026-11-23 12:41:07", "23.11.2026 12:41");
	assert_text_shown("{x:time}", "2026-11-23 12:41:07", "12:41");
	assert_text_shown("{x:as_of}", "2026-11-24 08:40:00",
	    "<time class=\"as-of\" datetime=\"2026-11-24T08:40:00\">данные на 24.11.2026 "
	    "08:40</time>");
	assert_text_shown(
	    "{x:date}{x:day}{x:month}{x:moment}{x:time}{x:iso}{x:as_of}{x:long}", "", "");
	assert_text_shown("{x:date}", "2026-02-30", "(broken)");
	assert_text_shown("{x:moment}", "2026-11-23", "(broken)");
	assert_text_shown("{x:time}", "<script>", "(broken)");
	assert_text_shown("{x:iso}", "\"onload=", "(broken)");
	assert_int_shown("{x:date}", 20261123, "(broken)");
}

static void
modifiers_show_texts(void **state)
{
	struct view *v;

	(void)state;
	assert_text_shown("{x:url}", "a b&\"<я", "a%20b%26%22%3C%D1%8F");
	assert_int_shown("{x:url}", -7, "-7");
	assert_text_shown("{x:upto|3}", "уро", "уро");
	assert_text_shown("{x:upto|3}", "урок", "уро…");
	assert_text_shown("{x:upto|3}", "<b>&", "&lt;b&gt;…");
	assert_text_shown("{x:upto|3}", "", "");
	assert_text_shown("{x:lines}", "a<\n\nb", "a&lt;<br>\n<br>\nb");
	assert_text_shown("{x:lines}", "\n", "<br>\n");
	assert_text_shown("{x:lines}", "", "");
	v = template_of("{x:url}");
	view_html(v, "x", HTML_LITERAL("<b>"));
	assert_string_equal(shown(v), "(broken)");
}

/* ---- conditions and expressions -------------------------------------------------------------- */

/* libctpl and our own short cut must agree on what is true. */
static void
truth_is_that_of_libctpl(void **state)
{
	static const struct { const char *text; bool is_true; } texts[] = {
		{ "", false }, { "0", true }, { "false", true }, { " ", true }, { "<", true },
	};
	static const char ours[] = "{if x}1{else}0{end}{if !x}0{else}1{end}";
	static const char engine[] = "{if (x)}1{else}0{end}{if (x && 1)}1{else}0{end}";

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_text_shown(ours, texts[i].text, texts[i].is_true ? "11" : "00");
		assert_text_shown(engine, texts[i].text, texts[i].is_true ? "11" : "00");
	}
	for (int64_t n = -1; n <= 1; n++) {
		assert_int_shown(ours, n, n != 0 ? "11" : "00");
		assert_int_shown(engine, n, n != 0 ? "11" : "00");
	}
}

static void
conditions_choose_a_branch(void **state)
{
	static const char source[] =
	    "{if x == 1}one{elif x == 2}two{elif (x > 2) && (x < 5)}few{else}many{end}";

	(void)state;
	assert_int_shown(source, 1, "one");
	assert_int_shown(source, 2, "two");
	assert_int_shown(source, 4, "few");
	assert_int_shown(source, 5, "many");
	assert_int_shown("{if x}a{end}", 0, "");
	assert_text_shown("{if x == \"top_up\"}+{else}-{end}", "top_up", "+");
	assert_text_shown("{if x == \"top_up\"}+{else}-{end}", "meal", "-");
	assert_text_shown("{if x == \"}\"}+{else}-{end}", "}", "+");
	assert_int_shown("{= x + 1}", 41, "42");
	assert_int_shown("{= (x * 2) - 1}", 41, "81");
	assert_int_shown("{= x / 0}", 41, "(broken)");
	assert_int_shown("{= x % 0}", 41, "(broken)");
	assert_int_shown("{= x % -1}", INT64_MIN, "(broken)");
	assert_text_shown("{= x * 2}", "aaaa", "(broken)");
	assert_text_shown("{= x - 2}", "aaaa", "(broken)");
}

static void
long_texts_do_not_reach_the_engine(void **state)
{
	static char text[EXPR_MAX_TEXT_BYTES + 2];
	struct view *v = template_of("{if x == \"a\"}1{else}0{end}");

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	view_text(v, "x", text);
	assert_string_equal(shown(v), "(broken)");
	view_text(v, "x", "a");
	assert_string_equal(shown(v), "1");
}

/* ---- sections -------------------------------------------------------------------------------- */

static const struct db_rows no_rows = { .column_count = 1, .names = { "x" } };

static const char *const lesson_cells[] = {
	/* day,      subject, mark, is_done, nobody */
	"2026-11-23", "А<",   "5",  "t", "",
	"2026-11-23", "Б",    NULL, "f", "",
	"2026-11-24", "В",    "0",  NULL, "",
	NULL,         "Г",    "-3", "t", "",
	"",           "Д",    "4",  "t", "",
};
static const struct db_rows lessons = {
	.row_count = 5, .column_count = 5,
	.names = { "day", "subject", "mark", "is_done", "nobody" },
	.kinds = { DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_INT, DB_KIND_BOOL, DB_KIND_TEXT },
	.cells = lesson_cells,
};

static void
rows_become_a_section(void **state)
{
	struct view *v =
	    template_of("{{#l}}[{subject} {mark}{if mark}!{end}{if is_done}+{else}-{end}"
			"{if (mark > 3) && is_done}*{end}]{{/l}}{{^l}}none{{/l}} {l}");

	(void)state;
	view_rows(v, "l", &lessons);
	assert_string_equal(shown(v), "[А&lt; 5!+*][Б -][В 0-][Г -3!+][Д 4!+*] 5");
	view_rows(v, "l", &no_rows);
	assert_string_equal(shown(v), "none 0");
	view_rows(v, "not_in_the_template", &lessons);
	assert_string_equal(shown(v), "none 0");
}

static void
rows_hide_outer_symbols(void **state)
{
	struct view *v =
	    template_of("{subject}{{#l}}{subject}{y}{{/l}}{subject}{{#l}}{subject}{{/l}}{subject}");

	(void)state;
	view_text(v, "subject", "0");
	view_text(v, "y", ",");
	view_rows(v, "l", &lessons);
	assert_string_equal(shown(v), "0А&lt;,Б,В,Г,Д,0А&lt;БВГД0");
}

static void
first_rows_become_values(void **state)
{
	struct view *v = template_of("{day:date} {subject} {mark} {if is_done}+{end}");

	(void)state;
	view_values(v, &lessons);
	assert_string_equal(shown(v), "23.11.2026 А&lt; 5 +");
	view_text(v, "subject", "later");
	assert_string_equal(shown(v), "23.11.2026 later 5 +");
}

static void
groups_are_runs(void **state)
{
	struct view *v = template_of("{day}{{#day}}({day:date} {subject}:{lesson}{{#lesson}} "
				     "{subject}{{/lesson}}){{/day}}{{^day}}none{{/day}}");

	(void)state;
	view_groups(v, "day", "lesson", &lessons, "day");
	assert_string_equal(
	    shown(v), "4(23.11.2026 А&lt;:2 А&lt; Б)(24.11.2026 В:1 В)( Г:1 Г)( Д:1 Д)");
	v = template_of("{{#day}}{{/day}}{{^day}}none{{/day}}");
	view_groups(v, "day", "lesson", &no_rows, "x");
	assert_string_equal(shown(v), "none");
}

static void
choices_mark_one_row(void **state)
{
	struct view *v = template_of(
	    "{{#lesson}}{if is_selected}[{subject}]{else}{subject}{end} {{/lesson}}"
	    "{{^lesson}}none{{/lesson}}");

	(void)state;
	view_choices(v, "lesson", &lessons, "subject", "Г");
	assert_string_equal(shown(v), "А&lt; Б В [Г] Д ");
	view_choices(v, "lesson", &lessons, "subject", "");
	assert_string_equal(shown(v), "А&lt; Б В Г Д ");
	view_choices(v, "lesson", &lessons, "subject", NULL);
	assert_string_equal(shown(v), "А&lt; Б В Г Д ");
	view_choices(v, "lesson", &no_rows, "subject", "Г");
	assert_string_equal(shown(v), "none");
}

static void
sections_nest_and_repeat(void **state)
{
	struct view *v = template_of(
	    "{{#a}}{n}<{{#b}}{n}{m}{{^c}}-{{/c}}{{#c}}{n}{{/c}}{{/b}}>{{/a}}{{#a}}{n}{{/a}}");
	struct view *a, *b;

	(void)state;
	view_text(v, "m", ".");
	view_none(v, "b");
	view_none(v, "c");
	a = view_add(v, "a");
	view_int(a, "n", 1);
	b = view_add(a, "b");
	view_int(b, "n", 11);
	b = view_add(a, "b");
	view_text(b, "m", "!");
	view_int(view_add(b, "c"), "n", 7);
	a = view_add(v, "a");
	view_int(a, "n", 2);
	assert_string_equal(shown(v), "1<11.-1!7>2<>12");
}

static void
a_row_leaves_nothing_behind(void **state)
{
	struct view *v = template_of("{{#a}}{x}{{/a}}");

	(void)state;
	view_int(view_add(v, "a"), "x", 1);
	view_add(v, "a");       /* without x: broken, not 1 again */
	assert_string_equal(shown(v), "(broken)");
	view_int(v, "x", 0);
	assert_string_equal(shown(v), "10");
}

static void
deep_undo_survives_growth(void **state)
{
	struct view *v = template_of(
	    "{{#a}}{{#l}}{{#a}}{{#l}}{{#a}}{{#l}}{subject}{{/l}}{{/a}}{{/l}}{{/a}}{{/l}}{{/a}}"
	    "{subject}{day}{mark}{is_done}{nobody}");

	(void)state;
	view_rows(v, "l", &lessons);
	for (int i = 0; i < 3; i++)
		for (int n = 0; n < 20; n++) {
			char *name = arena_printf(arena, "s%d", n);

			view_int(v, name, n);
		}
	view_text(view_add(v, "a"), "nobody", "2");
	view_text(v, "subject", "S");
	view_text(v, "day", "D");
	view_text(v, "mark", "M");
	view_flag(v, "is_done", true);
	view_text(v, "nobody", "N");
	assert_non_null(strstr(shown(v), "А&lt;БВГДА&lt;"));
	assert_string_equal(out.data + out.len - 5, "SDM1N");
}

/* ---- from disk ------------------------------------------------------------------------------- */

static void
write_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
templates_are_loaded(void **state)
{
	char folder[] = "/tmp/test-view-XXXXXX", path[256], manifest[256];
	struct view *v;

	(void)state;
	view_unload();
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/parts", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(manifest, sizeof(manifest), "%s/manifest", folder);
	write_file(folder, "manifest",
	    "kabinet.css /static/kabinet.3f2a1b9c.css\nkabinet.js /static/kabinet.1.js\n");
	write_file(folder, "t.html", "<link href=\"{{@kabinet.css}}\">{{>parts/p}}");
	write_file(folder, "parts/p.html", "{x}");
	write_file(folder, ".hidden.html", "{");
	write_file(folder, "README", "{");
	view_load(folder, manifest);
	v = view_make(arena, "t");
	view_text(v, "x", "&");
	assert_string_equal(shown(v), "<link href=\"/static/kabinet.3f2a1b9c.css\">&amp;");
	for (const char *const *f = (const char *const[]){ "manifest", "t.html", "parts/p.html",
		 ".hidden.html", "README", "parts", "", NULL };
	     *f != NULL; f++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *f);
		assert_int_equal(remove(path), 0);
	}
}

/* ---- for tests of templates ------------------------------------------------------------------ */

static void
note_symbol(void *context, const char *name, enum view_use use)
{
	text_printf(context, "%s:%d ", name, (int)use);
}

static void
symbols_are_listed(void **state)
{
	static const char source[] = "{a}{b:money}{c:date}{if d}{e:url}{elif f > "
				     "g}{else}{h}{end}{{#i}}{j}{{/i}}{{^k}}{= l}{{/k}}{{>u}}";

	(void)state;
	view_unload();
	assert_true(view_parse("t", source, strlen(source), why));
	assert_true(view_parse("u", "{m:iso}", 7, why));
	assert_true(view_link(why));
	text_clear(&out);
	view_symbols("t", note_symbol, &out);
	assert_string_equal(out.data, "a:0 b:1 c:2 d:3 e:0 f:4 g:4 h:0 i:5 j:0 k:5 l:4 m:2 ");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(plain_text_is_copied),
		TEST(marks_alone_on_a_line_take_it_away),
		TEST(blanks_that_begin_a_line_are_left_out),
		TEST(hostile_templates_are_refused),
		TEST(templates_are_bounded),
		TEST(includes_are_linked),
		TEST(layouts_take_content_and_title),
		TEST(a_page_stands_in_its_layout),
		TEST(values_are_escaped),
		TEST(unset_symbols_break_the_page),
		TEST(pages_are_bounded),
		TEST(modifiers_show_sums),
		TEST(modifiers_show_numbers),
		TEST(modifiers_show_dates),
		TEST(modifiers_show_texts),
		TEST(truth_is_that_of_libctpl),
		TEST(conditions_choose_a_branch),
		TEST(long_texts_do_not_reach_the_engine),
		TEST(rows_become_a_section),
		TEST(rows_hide_outer_symbols),
		TEST(first_rows_become_values),
		TEST(groups_are_runs),
		TEST(choices_mark_one_row),
		TEST(sections_nest_and_repeat),
		TEST(a_row_leaves_nothing_behind),
		TEST(deep_undo_survives_growth),
		TEST(templates_are_loaded),
		TEST(symbols_are_listed),
	};

	log_open("test-view");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
