/*
 * journal-grid.c -- a class and a subject over a term: pupils × lessons, and the final marks.
 */
#include "app.h"
#include "text.h"
#include "journal.h"

#define COLUMNS_OF_GRID 16

struct scope { int64_t class, subject, subgroup, term; };

static struct scope
read_scope(struct request *rq)
{
	return (struct scope){
		.class = form_id(rq, "class"), .subject = form_id(rq, "subject"),
		.subgroup = form_id(rq, "subgroup"), .term = form_id(rq, "term"),
	};
}

static const char *
scope_url(struct request *rq, const char *path, struct scope scope, const char *skip)
{
	return url_path(rq, path, "class", url_id(rq, scope.class), "subject",
	    url_id(rq, scope.subject), "subgroup", url_id(rq, scope.subgroup), "term",
	    url_id(rq, scope.term), "skip", skip, NULL);
}

static void
add_terms(struct request *rq, struct view *page, const struct db_rows *terms, struct scope scope,
    const char *path)
{
	int64_t shown = scope.term;

	view_none(page, "term_choice");
	for (int i = 0; i < db_row_count(terms); i++) {
		struct view *row = view_add(page, "term_choice");

		scope.term = db_int(terms, i, "term_id");
		view_text(row, "url", scope_url(rq, path, scope, ""));
		view_text(row, "title", db_text(terms, i, "title"));
		view_flag(row, "is_selected", scope.term == shown);
	}
}

/*
 * GET /staff/journal/class?class=&subject=[&subgroup=][&term=][&skip=] -- skip: that many latest
 * lessons are left out.
 */
enum reply
journal_show_class(struct request *rq)
{
	struct scope scope = read_scope(rq);
	int64_t skip = form_int(rq, "skip", 0, 1000, 0);
	struct db_rows *class = db_ask(rq, Q_CLASS, DB_INT(scope.class), DB_INT(scope.subject),
	    DB_ID(scope.subgroup), DB_ID(scope.term));
	struct db_rows *terms = db_ask(rq, Q_TERMS, DB_INT(scope.class));
	struct db_rows *days = db_ask(rq, Q_GRID_DAYS, DB_INT(scope.class), DB_INT(scope.subject),
	    DB_ID(scope.subgroup), DB_ID(scope.term), DB_INT(skip));
	struct db_rows *grid = db_ask(rq, Q_GRID, DB_INT(scope.class), DB_INT(scope.subject),
	    DB_ID(scope.subgroup), DB_ID(scope.term), DB_INT(skip));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal-class");
	view_values(page, class);
	scope.term = db_int(class, 0, "term_id");
	add_terms(rq, page, terms, scope, "/staff/journal/class");
	view_rows(page, "column", days);
	view_groups(page, "pupil", "cell", grid, "pupil_id");
	view_text(page, "finals_url", scope_url(rq, "/staff/journal/finals", scope, ""));
	view_text(page, "older_url",
	    db_int(class, 0, "lesson_count") <= skip + COLUMNS_OF_GRID
		? ""
		: scope_url(rq, "/staff/journal/class", scope, url_id(rq, skip + COLUMNS_OF_GRID)));
	view_text(page, "newer_url", skip == 0 ? "" : scope_url(rq, "/staff/journal/class", scope,
	    url_id(rq, skip - COLUMNS_OF_GRID)));
	return view_send(rq, page);
}

/* GET /staff/journal/finals?class=&subject=[&subgroup=][&term=] */
enum reply
journal_show_finals(struct request *rq)
{
	struct scope scope = read_scope(rq);
	struct db_rows *class = db_ask(rq, Q_CLASS, DB_INT(scope.class), DB_INT(scope.subject),
	    DB_ID(scope.subgroup), DB_ID(scope.term));
	struct db_rows *terms = db_ask(rq, Q_TERMS, DB_INT(scope.class));
	/* No lesson is so far back: one row for each pupil. */
	struct db_rows *pupils = db_ask(rq, Q_GRID, DB_INT(scope.class), DB_INT(scope.subject),
	    DB_ID(scope.subgroup), DB_ID(scope.term), DB_INT(INT32_MAX));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal-finals");
	view_values(page, class);
	scope.term = db_int(class, 0, "term_id");
	view_flag(page, "is_open",
	    db_bool(class, 0, "may_write") && *db_text(class, 0, "closed") == '\0');
	add_terms(rq, page, terms, scope, "/staff/journal/finals");
	view_text(page, "class_url", scope_url(rq, "/staff/journal/class", scope, ""));
	form_show(rq, page, "reason", NULL);
	view_none(page, "pupil");
	for (int i = 0; i < db_row_count(pupils); i++) {
		const char *field = journal_field(rq, "mark_", db_int(pupils, i, "pupil_id"));
		struct view *row = view_add(page, "pupil");

		view_text(row, "pupil_id", db_text(pupils, i, "pupil_id"));
		view_text(row, "name", db_text(pupils, i, "name"));
		view_int(row, "n", db_int(pupils, i, "n"));
		view_text(row, "average_100", db_text(pupils, i, "average_100"));
		view_text(row, "weighted_100", db_text(pupils, i, "weighted_100"));
		view_text(row, "early_reason", db_text(pupils, i, "early_reason"));
		view_text(row, "typed",
		    app_is_post(rq) ? form_text(rq, field, 20, "")
					: db_text(pupils, i, "final"));
	}
	return view_send(rq, page);
}

/* POST /staff/journal/finals class= subject= [subgroup=] term= key= seen= [reason=] mark_ID= … */
enum reply
journal_save_finals(struct request *rq)
{
	struct scope scope = read_scope(rq);
	struct db_array *pupils = db_array(rq), *values = db_array(rq);

	journal_read_marks(rq, pupils, values);
	db_ask(rq, Q_SAVE_FINALS, DB_TEXT(form_key(rq)), DB_INT(scope.class), DB_INT(scope.subject),
	    DB_ID(scope.subgroup), DB_ID(scope.term), db_array_end(rq, pupils),
	    db_array_end(rq, values), DB_TEXT(form_text(rq, "seen", 4000, "")),
	    DB_TEXT(form_text(rq, "reason", 200, "")));
	return form_done(rq, journal_show_finals, "/staff/journal/finals", "class",
	    url_id(rq, scope.class), "subject", url_id(rq, scope.subject), "subgroup",
	    url_id(rq, scope.subgroup), "term", url_id(rq, scope.term), "done", "journal-finals",
	    NULL);
}
