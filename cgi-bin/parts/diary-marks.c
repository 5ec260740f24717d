/*
 * diary-marks.c -- marks of a term by subject and by date, one subject whole, averages and what is
 * needed for better ones, final marks.
 *
 * The arithmetic is lib/marks; what of the class may be shown is the database's.
 */
#include <stdlib.h>

#include "date.h"
#include "diary.h"
#include "marks.h"
#include "text.h"

/* ---- averages as they are shown -------------------------------------------------------------- */

static struct marks_sum
sum_of(const struct db_rows *rows, int row, const char *points, const char *weight)
{
	return (struct marks_sum){ db_int(rows, row, points), db_int(rows, row, weight) };
}

static void
view_average(struct request *rq, struct view *v, const char *name, struct marks_sum sum)
{
	view_text(v, name, marks_show(arena_alloc(rq->arena, MARKS_BUF), sum));
}

/*
 * The averages of a row of sums: `average` plain, `weighted_average`, `major_average` of important
 * works, `class_average`; «—» where there is none.
 */
static void
view_averages(struct request *rq, struct view *v, const struct db_rows *rows, int row)
{
	view_average(rq, v, "average", sum_of(rows, row, "points", "n"));
	view_average(rq, v, "weighted_average", sum_of(rows, row, "weighted", "weight"));
	view_average(rq, v, "major_average", sum_of(rows, row, "major_points", "major_n"));
	view_average(rq, v, "class_average", sum_of(rows, row, "class_weighted", "class_weight"));
}

/*
 * Which way the weighted average went, and by how much: `trend` '', 'up', 'down' or 'same',
 * `trend_by`.
 */
static void
view_trend(struct request *rq, struct view *v, struct marks_sum before, struct marks_sum now)
{
	int by = 0;

	if (before.weight == 0 || now.weight == 0) {
		view_text(v, "trend", "");
		view_text(v, "trend_by", "");
		return;
	}
	by = marks_hundredths(now) - marks_hundredths(before);
	view_text(v, "trend", by > 0 ? "up" : by < 0 ? "down" : "same");
	view_text(v, "trend_by", marks_show_hundredths(arena_alloc(rq->arena, MARKS_BUF), abs(by)));
}

/* ---- the chart of averages ------------------------------------------------------------------- */

/* The picture: 400 × 190 units, marks 2 to 5 upwards, weeks to the right. */
#define CHART_LEFT    34
#define CHART_RIGHT  384
#define CHART_TOP     18
#define CHART_BOTTOM 150
#define CHART_LOW    200     /* hundredths at the bottom */
#define CHART_HIGH   500

static int
chart_y(int hundredths)
{
	if (hundredths < CHART_LOW)
		hundredths = CHART_LOW;
	return CHART_TOP +
	    (CHART_HIGH - hundredths) * (CHART_BOTTOM - CHART_TOP) / (CHART_HIGH - CHART_LOW);
}

static int
days_of(const char *iso)
{
	struct date d;

	return date_parse(iso, &d) ? date_to_days(d) : 0;
}

/* `2.11` below the chart. */
static const char *
short_day(struct request *rq, const char *iso)
{
	struct date d = { 2000, 1, 1 };

	(void)!date_parse(iso, &d);
	return arena_printf(rq->arena, "%d.%02d", d.day, d.month);
}

/*
 * How the weighted average grew by weeks, as a line and as a table; the symbols of
 * parts/diary-chart. A single week is a point without a line.
 */
static void
add_chart(struct request *rq, struct view *page, const struct db_rows *weeks)
{
	int count = db_row_count(weeks), x = CHART_LEFT, y = CHART_BOTTOM, first, width;
	struct text line;

	view_none(page, "chart_point");
	view_none(page, "chart_week");
	view_int(page, "chart_weeks", count);
	if (count == 0)
		return;
	first = days_of(db_text(weeks, 0, "monday"));
	width = days_of(db_text(weeks, count - 1, "monday")) - first;
	text_init(&line, 4096);
	for (int i = 0; i < count; i++) {
		struct marks_sum sum = sum_of(weeks, i, "weighted", "weight");
		const char *monday = db_text(weeks, i, "monday");
		struct view *point = view_add(page, "chart_point"),
			    *week = view_add(page, "chart_week");

		x = width > 0
		    ? CHART_LEFT + (days_of(monday) - first) * (CHART_RIGHT - CHART_LEFT) / width
		    : (CHART_LEFT + CHART_RIGHT) / 2;
		y = chart_y(marks_hundredths(sum));
		text_printf(&line, "%s%d %d", i == 0 ? "M" : "L", x, y);
		view_int(point, "x", x);
		view_int(point, "y", y);
		view_text(point, "words",
		    i == 0 || i == count - 1 || (count > 6 && i == count / 2)
			? short_day(rq, monday)
			: "");
		view_row(week, weeks, i);
		view_average(rq, week, "average", sum);
	}
	view_text(page, "chart_line", arena_copy(rq->arena, line.data, line.len));
	view_text(page, "chart_area", arena_printf(rq->arena, "%sV%dH%dZ", line.data, CHART_BOTTOM,
	    count > 1 ? CHART_LEFT : x));
	text_release(&line);
	view_int(page, "chart_last_x", x);
	view_int(page, "chart_last_y", y - 10);
	view_average(rq, page, "chart_from", sum_of(weeks, 0, "weighted", "weight"));
	view_average(rq, page, "chart_to", sum_of(weeks, count - 1, "weighted", "weight"));
}

/* ---- marks of a term ------------------------------------------------------------------------- */

#define MARKS_IN_ROW   12     /* of a subject in the table; its own page has them all */
#define MAJORS_SHOWN   10
#define DAYS_SHOWN     14     /* of the list by date */

/* The chips of the year's terms; the one on show is answered, -1 when the pupil has none. */
static int
add_terms(struct request *rq, struct view *page, const struct db_rows *terms, const char *path,
    const char *subject)
{
	int shown = -1;

	view_none(page, "term");
	for (int i = 0; i < db_row_count(terms); i++) {
		struct view *row = view_add(page, "term");

		view_text(row, "url",
		    url_path(rq, path, "id", subject, "term", db_text(terms, i, "term_id"), NULL));
		view_text(row, "title", db_text(terms, i, "title"));
		view_flag(row, "is_selected", db_bool(terms, i, "is_selected"));
		if (db_bool(terms, i, "is_selected"))
			shown = i;
	}
	view_text(page, "year_title", shown >= 0 ? db_text(terms, shown, "year_title") : "");
	view_text(page, "term_id", shown >= 0 ? db_text(terms, shown, "term_id") : "");
	view_text(page, "term_title", shown >= 0 ? db_text(terms, shown, "title") : "");
	view_text(page, "as_of", shown >= 0 ? db_text(terms, shown, "as_of") : "");
	return shown;
}

/* The last marks of a subject, old to new; `more` counts those that did not fit. */
static void
add_subject_marks(struct view *subject, const struct db_rows *marks, const char *subject_id)
{
	int last[MARKS_IN_ROW], count = 0, all = 0;

	view_none(subject, "mark");
	for (int i = 0; i < db_row_count(marks); i++) {
		if (strcmp(db_text(marks, i, "subject_id"), subject_id) != 0)
			continue;
		if (count < MARKS_IN_ROW)
			last[count++] = i;
		all++;
	}
	while (count > 0)
		diary_add_mark(subject, marks, last[--count], false);
	view_int(subject, "more", all > MARKS_IN_ROW ? all - MARKS_IN_ROW : 0);
}

/*
 * A small scale from 2 to 5, 100 units long: the pupil's average as a bar, the class's as a line.
 */
static int
scale_x(struct marks_sum sum)
{
	int x = sum.weight > 0 ? (marks_hundredths(sum) - CHART_LOW) / 3 : 0;

	return x < 0 ? 0 : x;
}

static void
add_subjects(struct request *rq, struct view *page, const struct db_rows *subjects,
    const struct db_rows *marks)
{
	struct marks_sum plain = { 0, 0 }, weighted = plain, major = plain, before = plain;

	view_none(page, "subject_row");
	for (int i = 0; i < db_row_count(subjects); i++) {
		struct view *row = view_add(page, "subject_row");
		struct marks_sum mine = sum_of(subjects, i, "weighted", "weight");
		struct marks_sum mine_before = sum_of(subjects, i, "before_weighted",
		    "before_weight");

		view_row(row, subjects, i);
		view_averages(rq, row, subjects, i);
		view_trend(rq, row, mine_before, mine);
		view_int(row, "mine_x", scale_x(mine));
		view_int(row, "class_x",
		    scale_x(sum_of(subjects, i, "class_weighted", "class_weight")));
		add_subject_marks(row, marks, db_text(subjects, i, "subject_id"));
		plain.points += db_int(subjects, i, "points");
		plain.weight += db_int(subjects, i, "n");
		major.points += db_int(subjects, i, "major_points");
		major.weight += db_int(subjects, i, "major_n");
		weighted.points += mine.points;
		weighted.weight += mine.weight;
		before.points += mine_before.points;
		before.weight += mine_before.weight;
	}
	view_average(rq, page, "all_average", plain);
	view_average(rq, page, "all_weighted", weighted);
	view_average(rq, page, "all_major", major);
	view_trend(rq, page, before, weighted);
	view_int(page, "all_marks", plain.weight);
}

/* How many of each mark. */
static void
add_counts(struct view *page, const struct db_rows *subjects)
{
	static const char *const columns[] = { "n5", "n4", "n3", "n2", "n1" };

	for (int i = 0; i < APP_COUNT(columns); i++) {
		int64_t sum = 0;

		for (int row = 0; row < db_row_count(subjects); row++)
			sum += db_int(subjects, row, columns[i]);
		view_int(page, columns[i], sum);
	}
}

/*
 * A second mark for the work of the row before - for the language after the content - without words
 * of its own.
 */
static bool
is_same_work(const struct db_rows *marks, int row)
{
	return row > 0 &&
	    strcmp(db_text(marks, row, "work_id"), db_text(marks, row - 1, "work_id")) == 0 &&
	    *db_text(marks, row, "comment") == '\0' && *db_text(marks, row, "point_till") == '\0';
}

/* The important works apart, the last first. */
static void
add_majors(struct view *page, const struct db_rows *marks)
{
	struct view *row = NULL;
	int count = 0;

	view_none(page, "major");
	for (int i = 0; i < db_row_count(marks) && count < MAJORS_SHOWN; i++) {
		if (!db_bool(marks, i, "is_major") && !db_bool(marks, i, "is_exam"))
			continue;
		if (row != NULL && is_same_work(marks, i)) {
			diary_add_mark(row, marks, i, false);
			continue;
		}
		row = view_add(page, "major");
		view_row(row, marks, i);
		view_none(row, "mark");
		diary_add_mark(row, marks, i, false);
		count++;
	}
}

static const char *const sorts[] = { "school", "title", "average", "class", "last", NULL };
static const char *const sort_words[] = {
	"как в школе",
	"по алфавиту",
	"по среднему баллу",
	"по отличию от класса",
	"по последней отметке",
};

static void
add_sorts(struct view *page, const char *sort)
{
	for (int i = 0; sorts[i] != NULL; i++) {
		struct view *row = view_add(page, "sort");

		view_text(row, "sort", sorts[i]);
		view_text(row, "title", sort_words[i]);
		view_flag(row, "is_selected", strcmp(sorts[i], sort) == 0);
	}
}

/* GET /diary/marks[?term=&sort=] -- the subjects of a term with their averages. */
static enum reply
show_subjects(struct request *rq)
{
	int64_t term = form_id(rq, "term");
	const char *sort = form_choice(rq, "sort", sorts, sorts[0]);
	struct db_rows *terms = db_ask(rq, Q_TERMS, DB_ID(term));
	struct db_rows *subjects = db_ask(rq, Q_SUBJECTS, DB_ID(term), DB_TEXT(sort));
	struct db_rows *marks = db_ask(rq, Q_TERM_MARKS, DB_ID(term), DB_NULL, DB_NULL, DB_NULL);
	struct db_rows *changes = db_ask(rq, Q_CHANGES, DB_ID(term), DB_NULL);
	struct db_rows *weeks = db_ask(rq, Q_WEEKS, DB_ID(term), DB_NULL);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "diary-marks");
	view_text(page, "tab", "marks");
	add_terms(rq, page, terms, "/diary/marks", NULL);
	add_subjects(rq, page, subjects, marks);
	add_counts(page, subjects);
	add_majors(page, marks);
	add_sorts(page, sort);
	view_rows(page, "change", changes);
	add_chart(rq, page, weeks);
	view_text(page, "by_date_url",
	    url_path(rq, "/diary/marks", "by", "date", "term", url_id(rq, term), NULL));
	return view_send(rq, page);
}

/* Links to the days before and after those on show, within the term. */
static void
view_days_links(struct request *rq, struct view *page, const struct db_rows *terms, int shown,
    const char *until)
{
	char *buf = arena_alloc(rq->arena, DATE_BUF), *later = arena_alloc(rq->arena, DATE_BUF);
	int first = days_of(db_text(terms, shown, "first_day")),
	    last = days_of(db_text(terms, shown, "last_day"));
	int today = days_of(db_text(terms, shown, "today")),
	    end = until != NULL ? days_of(until) : last;

	last = last < today ? last : today;
	end = end < last ? end : last;
	date_iso(buf, date_from_days(end - DAYS_SHOWN));
	date_iso(later, date_from_days(end + DAYS_SHOWN));
	view_text(page, "older_url",
	    end - DAYS_SHOWN >= first ? url_query(rq, "/diary/marks", "until", buf) : "");
	view_text(page, "newer_url",
	    end >= last ? "" : url_query(rq, "/diary/marks", "until", later));
	view_text(page, "last_shown",
	    date_iso(arena_alloc(rq->arena, DATE_BUF), date_from_days(end)));
	view_text(page, "first_shown", date_iso(arena_alloc(rq->arena, DATE_BUF),
	    date_from_days(end - DAYS_SHOWN + 1 > first ? end - DAYS_SHOWN + 1 : first)));
}

/* GET /diary/marks?by=date[&term=&subject=&until=] -- marks by date, two weeks at a time. */
static enum reply
show_by_date(struct request *rq)
{
	int64_t term = form_id(rq, "term"), subject = form_id(rq, "subject");
	const char *until = form_date(rq, "until", NULL);
	struct db_rows *terms = db_ask(rq, Q_TERMS, DB_ID(term));
	struct db_rows *subjects = db_ask(rq, Q_SUBJECTS, DB_ID(term), DB_TEXT("title"));
	struct db_rows *marks = db_ask(rq, Q_TERM_MARKS, DB_ID(term), DB_ID(subject),
	    DB_TEXT(until), DB_INT(DAYS_SHOWN));
	struct view *page, *day = NULL;
	int shown;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "diary-marks-by-date");
	view_text(page, "tab", "marks");
	shown = add_terms(rq, page, terms, "/diary/marks", NULL);
	if (shown < 0)
		return app_redirect(rq, "/diary/marks", NULL);
	view_choices(page, "choice", subjects, "subject_id", url_id(rq, subject));
	view_days_links(rq, page, terms, shown, until);
	view_none(page, "day");
	for (int i = 0; i < db_row_count(marks); i++) {
		struct view *row;

		if (i == 0 || strcmp(db_text(marks, i, "day"), db_text(marks, i - 1, "day")) != 0) {
			day = view_add(page, "day");
			view_text(day, "day", db_text(marks, i, "day"));
		}
		row = view_add(day, "row");
		view_row(row, marks, i);
		view_none(row, "mark");
		diary_add_mark(row, marks, i, true);
	}
	view_text(page, "by_subject_url",
	    url_path(rq, "/diary/marks", "term", db_text(terms, shown, "term_id"), NULL));
	return view_send(rq, page);
}

/* GET /diary/marks -- by subject, or with by=date (or a subject) by date. */
enum reply
diary_show_marks(struct request *rq)
{
	static const char *const orders[] = { "subject", "date", NULL };
	const char *by = form_choice(rq, "by", orders,
	    form_has(rq, "subject") ? "date" : "subject");

	return strcmp(by, "date") == 0 ? show_by_date(rq) : show_subjects(rq);
}

/* ---- one subject ----------------------------------------------------------------------------- */

#define IMAGINED       4      /* marks of «что если» */
#define TOPICS_SHOWN  15
#define TOPICS_ALL   200

/*
 * The wanted average where nobody named one: the next half above the present one, as school marks
 * are rounded.
 */
static int
usual_goal(struct marks_sum sum)
{
	int now = sum.weight > 0 ? marks_hundredths(sum) : 0;

	return now < 250 ? 250 : now < 350 ? 350 : now < 450 ? 450 : 500;
}

/* What the two forms of the page say: a wanted average, «что если» marks with weights (0: none). */
struct wish {
	const char *goal;      /* as typed; NULL when nobody asked */
	int         weight;    /* of the works to reach it by; 0: any */
	int         mark[IMAGINED], mark_weight[IMAGINED];
};

static struct wish
read_wish(struct request *rq)
{
	struct wish wish = {
		.goal = form_text(rq, "goal", 10, NULL),
		.weight = (int)form_int(rq, "weight", MARKS_MIN_WEIGHT, MARKS_MAX_WEIGHT, 0),
	};

	for (int i = 0; i < IMAGINED; i++) {
		const char *mark = arena_printf(rq->arena, "m%d", i + 1);
		const char *weight = arena_printf(rq->arena, "w%d", i + 1);

		wish.mark[i] = (int)form_int(rq, mark, 0, MARKS_MAX_VALUE, 0);
		wish.mark_weight[i] = (int)form_int(rq, weight, MARKS_MIN_WEIGHT, MARKS_MAX_WEIGHT,
		    1);
	}
	return wish;
}

/*
 * «Сколько пятёрок надо»: for each weight that works have, how many fives, fours and threes would
 * do.
 */
static void
add_target(struct request *rq, struct view *page, const struct wish *wish, struct marks_sum sum,
    const struct db_rows *kinds)
{
	int goal = usual_goal(sum);
	char *words = arena_alloc(rq->arena, MARKS_BUF);
	bool is_good = wish->goal == NULL || marks_parse_goal(wish->goal, &goal);

	if (!is_good)
		form_error(rq, "goal", "Средний балл — число от 1,01 до 5, например 4,5.");
	form_show(rq, page, "goal", NULL);
	marks_show_hundredths(words, goal);
	view_text(page, "goal", words);
	if (wish->goal == NULL)
		view_text(page, "value_goal", words);
	view_none(page, "path");
	view_flag(page, "is_reached",
	    is_good && sum.weight > 0 && marks_needed(sum, goal, MARKS_MAX_VALUE, 1) == 0);
	view_flag(page, "is_goal_good", is_good);
	view_flag(page, "fours_help", goal < 400);
	view_flag(page, "threes_help", goal < 300);
	for (int i = 0; is_good && i < db_row_count(kinds); i++) {
		int w = (int)db_int(kinds, i, "weight");
		struct view *path;

		if (wish->weight != 0 && w != wish->weight)
			continue;
		path = view_add(page, "path");
		view_row(path, kinds, i);
		view_int(path, "fives", marks_needed(sum, goal, 5, w));
		view_int(path, "fours", marks_needed(sum, goal, 4, w));
		view_int(path, "threes", marks_needed(sum, goal, 3, w));
	}
	view_choices(page, "target_weight", kinds, "weight", url_id(rq, wish->weight));
}

/* «Что если»: imagined marks m1 … m4 with weights w1 … w4. */
static void
add_imagined(struct request *rq, struct view *page, const struct wish *wish, struct marks_sum sum)
{
	struct marks_sum imagined = sum;
	bool is_any = false;

	view_none(page, "imagined");
	for (int i = 0; i < IMAGINED; i++) {
		struct view *row = view_add(page, "imagined");

		view_int(row, "ordinal", i + 1);
		view_int(row, "imagined_mark", wish->mark[i]);
		view_int(row, "imagined_weight", wish->mark_weight[i]);
		if (wish->mark[i] == 0)
			continue;
		imagined = marks_add(imagined, wish->mark[i], wish->mark_weight[i], 1);
		is_any = true;
	}
	view_flag(page, "is_imagined", is_any);
	view_average(rq, page, "imagined_average", imagined);
	view_trend(rq, page, sum, imagined);
}

/* Will there be a mark for the term? The numbers are lib/marks.h's. */
static void
view_forecast(struct view *page, const struct db_rows *subject)
{
	struct marks_attestation a = marks_attest(db_int(subject, 0, "n"),
	    db_int(subject, 0, "held"), db_int(subject, 0, "missed"), db_int(subject, 0, "ahead"));

	view_int(page, "marks_wanted", MARKS_FOR_ATTESTATION);
	view_int(page, "missed_limit", MARKS_MISSED_LIMIT_PERCENT);
	view_int(page, "marks_lacking", a.marks_lacking);
	view_flag(page, "missed_too_much", a.missed_too_much);
	view_int(page, "missed_percent", a.missed_percent);
	view_int(page, "may_miss", a.may_miss);
	view_flag(page, "is_safe", a.marks_lacking == 0 && !a.missed_too_much);
}

/*
 * What the class got for the same work: bars of `width` from `x`, 120 units for all, and the words
 * beside.
 */
static void
add_distribution(struct request *rq, struct view *row, const struct db_rows *marks, int i)
{
	static const char *const columns[] = { "class5", "class4", "class3", "class2", "class1" };
	int64_t all = 0, x = 0;
	const char *words = "";

	view_none(row, "bar");
	for (int c = 0; c < APP_COUNT(columns); c++)
		all += db_int(marks, i, columns[c]);
	for (int c = 0; c < APP_COUNT(columns); c++) {
		int64_t count = db_int(marks, i, columns[c]);
		struct view *bar;

		if (count == 0)
			continue;
		bar = view_add(row, "bar");
		view_int(bar, "x", x);
		view_int(bar, "width", count * 120 / all);
		view_int(bar, "points", MARKS_MAX_VALUE - c);
		x += count * 120 / all;
		words = arena_printf(rq->arena, "%s%s«%d» — %lld", words,
		    *words != '\0' ? ", " : "", MARKS_MAX_VALUE - c, (long long)count);
	}
	view_text(row, "class_words", words);
}

static void
add_work_marks(struct request *rq, struct view *page, const struct db_rows *marks)
{
	struct view *row = NULL;

	view_none(page, "work");
	for (int i = 0; i < db_row_count(marks); i++) {
		if (row != NULL && is_same_work(marks, i)) {
			diary_add_mark(row, marks, i, true);
			continue;
		}
		row = view_add(page, "work");
		view_row(row, marks, i);
		view_none(row, "mark");
		diary_add_mark(row, marks, i, true);
		add_distribution(rq, row, marks, i);
	}
}

/*
 * GET /diary/subject?id=[&term=][&goal=&weight=][&m1=&w1=…][&topics=all] -- one subject: marks,
 * averages, what is needed, what would be, attestation, topics.
 */
enum reply
diary_show_subject(struct request *rq)
{
	int64_t id = form_id(rq, "id"), term = form_id(rq, "term");
	bool is_all = form_has(rq, "topics");
	struct wish wish = read_wish(rq);
	struct db_rows *subject = db_ask(rq, Q_SUBJECT, DB_INT(id), DB_ID(term));
	struct db_rows *terms = db_ask(rq, Q_TERMS, DB_ID(term));
	struct db_rows *marks = db_ask(rq, Q_TERM_MARKS, DB_ID(term), DB_INT(id), DB_NULL, DB_NULL);
	struct db_rows *topics = db_ask(rq, Q_TOPICS, DB_INT(id), DB_ID(term),
	    DB_INT(is_all ? TOPICS_ALL : TOPICS_SHOWN + 1));
	struct db_rows *changes = db_ask(rq, Q_CHANGES, DB_ID(term), DB_INT(id));
	struct db_rows *weeks = db_ask(rq, Q_WEEKS, DB_ID(term), DB_INT(id));
	struct db_rows *kinds = db_ask(rq, Q_KINDS);
	struct marks_sum sum;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, is_all ? "diary-topics" : "diary-subject");
	view_text(page, "tab", "marks");
	add_terms(rq, page, terms, "/diary/subject", url_id(rq, id));
	view_values(page, subject);
	view_averages(rq, page, subject, 0);
	view_forecast(page, subject);
	sum = sum_of(subject, 0, "weighted", "weight");
	add_target(rq, page, &wish, sum, kinds);
	add_imagined(rq, page, &wish, sum);
	add_work_marks(rq, page, marks);
	add_chart(rq, page, weeks);
	view_flag(page, "has_more_topics", !is_all && db_limit(topics, TOPICS_SHOWN));
	view_rows(page, "lesson_topic", topics);
	view_rows(page, "change", changes);
	return view_send(rq, page);
}

/* ---- final marks ----------------------------------------------------------------------------- */

/* The columns of the table: the terms of the year, then these. */
static const char *const final_periods[] = { "year", "exam", "final" };

/*
 * Finds the row of a subject's cell among rows [first, end): NULL term for the year's columns; -1
 * for none.
 */
static int
find_final(const struct db_rows *finals, int first, int end, const char *period,
    const char *term_id)
{
	for (int i = first; i < end; i++) {
		const char *is = db_text(finals, i, "period");

		if (term_id != NULL ? strcmp(db_text(finals, i, "term_id"), term_id) == 0
				    : strcmp(is, period) == 0)
			return i;
	}
	return -1;
}

static void
add_final(struct request *rq, struct view *subject, const struct db_rows *finals, int row,
    const char *title)
{
	struct view *cell = view_add(subject, "cell");
	bool is_average = row >= 0 && strcmp(db_text(finals, row, "period"), "average") == 0;

	view_text(cell, "title", title);
	view_text(cell, "value", row >= 0 ? db_text(finals, row, "value") : "");
	view_text(cell, "early_reason", row >= 0 ? db_text(finals, row, "early_reason") : "");
	view_text(cell, "set_on", row >= 0 ? db_text(finals, row, "set_on") : "");
	view_average(rq, cell, "average", is_average ? sum_of(finals, row, "weighted", "weight") :
	    (struct marks_sum){ 0, 0 });
	view_flag(cell, "is_average", is_average);
}

static void
add_finals(struct request *rq, struct view *page, const struct db_rows *terms,
    const struct db_rows *finals)
{
	int end, early = 0;

	view_none(page, "subject_row");
	for (int row = 0; row < db_row_count(finals); row = end) {
		struct view *subject = view_add(page, "subject_row");

		for (end = row + 1; end < db_row_count(finals) &&
		     strcmp(db_text(finals, end, "subject_id"),
			 db_text(finals, row, "subject_id")) == 0;
		     end++)
			continue;
		view_text(subject, "subject_id", db_text(finals, row, "subject_id"));
		view_text(subject, "subject", db_text(finals, row, "subject"));
		for (int t = 0; t < db_row_count(terms); t++)
			add_final(rq, subject, finals,
			    find_final(finals, row, end, "term", db_text(terms, t, "term_id")),
			    db_text(terms, t, "title"));
		add_final(rq, subject, finals, find_final(finals, row, end, final_periods[0], NULL),
		    "Год");
		add_final(rq, subject, finals, find_final(finals, row, end, final_periods[1], NULL),
		    "Экзамен");
		add_final(rq, subject, finals, find_final(finals, row, end, final_periods[2], NULL),
		    "Итоговая");
		for (int i = row; i < end; i++)
			early += *db_text(finals, i, "early_reason") != '\0';
	}
	view_int(page, "early_count", early);
}

/* GET /diary/finals[?year=] */
enum reply
diary_show_finals(struct request *rq)
{
	int64_t year = form_id(rq, "year");
	struct db_rows *years = db_ask(rq, Q_YEARS, DB_ID(year));
	struct db_rows *terms = db_ask(rq, Q_YEAR_TERMS, DB_ID(year));
	struct db_rows *finals = db_ask(rq, Q_FINALS, DB_ID(year));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "diary-finals");
	view_text(page, "tab", "finals");
	view_rows(page, "year_row", years);
	view_rows(page, "term", terms);
	view_text(page, "as_of", db_row_count(years) > 0 ? db_text(years, 0, "as_of") : "");
	add_finals(rq, page, terms, finals);
	return view_send(rq, page);
}
