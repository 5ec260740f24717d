/*
 * view-render.c -- how long a page takes to render: a diary week of 42 lessons with 8 cells each
 * inside a frame, 17 KB.
 *
 * Prints one line for tests/bench/run: the size of the page, and the median and the best of many
 * rounds. Filling the dictionary and resetting the arena are part of it; PostgreSQL is not: rows
 * are answered from memory.
 */
#include "../unit/fake-rows.h"
#include "log.h"
#include "view-private.h"

#define LESSONS  42
#define CELLS    8
#define ROUNDS   400
#define PER_ROUND 25

static const char page_source[] =
    "{{title: Дневник}}\n"
    "<div class=\"head\"><h1>Дневник</h1><span class=\"small soft\">{week_title}</span></div>\n"
    "{{#day}}\n"
    "<section class=\"card\"><header><h2>{day:day}</h2><span class=\"small\">{lesson} "
    "{lesson:plural|урок|урока|уроков}</span></header><table class=\"cards-on-phone\">\n"
    "{{#lesson}}\n"
    "<tr><td class=\"num soft\">{number}<td class=\"num\">{begins}–{ends}<td "
    "class=\"wide\">{subject}"
    "<td class=\"soft small\">{room}<td class=\"wide\">{homework}<td>{if mark}<b "
    "class=\"mark\">{mark}</b>{end}"
    "<td class=\"soft\">{if is_absent}н{end}</tr>\n"
    "{{/lesson}}\n"
    "</table></section>\n"
    "{{/day}}\n"
    "{{^day}}<p>На этой неделе уроков нет.</p>{{/day}}\n";

static const char frame_source[] =
    "<!doctype html><html lang=\"ru\"><head><meta charset=\"utf-8\"><title>{title} — Личный "
    "кабинет</title>"
    "<link rel=\"stylesheet\" href=\"/static/kabinet.css\"></head><body>\n"
    "<header class=\"top\"><p class=\"who\">Добрый день, кабинет ученика "
    "<b>{idn}</b><br>{class_name} · {school_name}"
    "{if is_parent}<span class=\"mode\">Режим «Родитель»</span>{else}<span class=\"mode\">Режим "
    "«Ученик»</span>{end}"
    "<form method=\"post\" action=\"/logout\"><input type=\"hidden\" name=\"csrf\" "
    "value=\"{csrf}\">"
    "<button>Выход</button></form></header>\n"
    "<nav class=\"side\" aria-label=\"Разделы\"><ul>{{#section}}<li><a href=\"{url}\"{if "
    "is_current} "
    "aria-current=\"page\"{end}>{name}</a></li>{{/section}}</ul></nav>\n"
    "<main id=\"main\" data-page=\"diary\">{{>content}}</main></body></html>\n";

static const char *cells[LESSONS * CELLS];

static struct db_rows rows = {
	.row_count = LESSONS,
	.column_count = CELLS,
	.names = { "day", "number", "begins", "ends", "subject", "room", "homework", "mark" },
	.kinds = { DB_KIND_TEXT, DB_KIND_INT, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_TEXT,
	    DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_INT },
	.cells = cells,
};

static void
make_rows(void)
{
	static const char *const days[] = { "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26",
		"2026-11-27", "2026-11-28" };
	static const char *const numbers[] = { "1", "2", "3", "4", "5", "6", "7" };
	static const char *const subjects[] = { "Алгебра", "Русский язык", "Физика",
		"Английский язык", "История" };
	static const char *const marks[] = { "5", NULL, "4", NULL, NULL };

	for (int i = 0; i < LESSONS; i++) {
		const char **c = &cells[i * CELLS];

		c[0] = days[i / 7];
		c[1] = numbers[i % 7];
		c[2] = "08:30";
		c[3] = "09:15";
		c[4] = subjects[i % 5];
		c[5] = "каб. 214";
		c[6] = "§ 14, № 231–238 (чётные), повторить правило, принести тетрадь для "
		       "контрольных работ & линейку "
		       "и задание на карточке «Сила трения»";
		c[7] = marks[i % 5];
	}
}

static void
render(struct arena *a, struct text *out)
{
	static const char *const sections[] = { "Главная", "Дневник", "Расписание", "Посещаемость",
		"Питание", "Библиотека", "Подписка", "Безопасность", "Финансы" };
	struct view *v = view_make(a, "diary");

	text_clear(out);
	view_text(v, "idn", "I44F2EUE5W");
	view_text(v, "class_name", "7 «Б»");
	view_text(v, "school_name", "школа № 39");
	view_text(v, "csrf", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG");
	view_flag(v, "is_parent", true);
	view_flag(v, "is_absent", false);
	view_text(v, "week_title", "23–28 ноября");
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		struct view *section = view_add(v, "section");

		view_text(section, "url", "/diary");
		view_text(section, "name", sections[i]);
		view_flag(section, "is_current", i == 1);
	}
	view_groups(v, "day", "lesson", &rows, "day");
	if (!view_render(v, "layout", "diary", out))
		abort();
	arena_reset(a);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(void)
{
	static double us[ROUNDS];
	char why[VIEW_WHY_BYTES];
	struct arena *a = arena_new(16 << 20);
	struct text out;

	log_open("view-render");
	if (!view_parse("layout", frame_source, sizeof(frame_source) - 1, why) ||
	    !view_parse("diary", page_source, sizeof(page_source) - 1, why) || !view_link(why)) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	make_rows();
	text_init(&out, 1 << 20);
	for (int round = 0; round < ROUNDS; round++) {
		struct timespec from, to;

		clock_gettime(CLOCK_MONOTONIC, &from);
		for (int i = 0; i < PER_ROUND; i++)
			render(a, &out);
		clock_gettime(CLOCK_MONOTONIC, &to);
		us[round] = ((double)(to.tv_sec - from.tv_sec) * 1e6 +
				(double)(to.tv_nsec - from.tv_nsec) / 1e3) /
			    PER_ROUND;
	}
	qsort(us, ROUNDS, sizeof(us[0]), compare);
	printf("view-render page_bytes=%zu rows=%d cells=%d median_us=%.1f best_us=%.1f\n", out.len,
	    LESSONS, LESSONS * CELLS, us[ROUNDS / 2], us[0]);
	text_release(&out);
	arena_free(a);
	view_unload();
	return 0;
}
