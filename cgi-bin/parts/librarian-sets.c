/*
 * librarian-sets.c -- sets of textbooks for a class: chosen, shown, issued; taken back, with who
 * has not brought what.
 *
 * A set may be issued as the plan says, or be made empty and filled by scanning at the desk.
 */
#include "app.h"
#include "librarian.h"

#define TITLES_MAX 15   /* of a set that is issued at once: the plan is a page of 30 KB */

/* GET /staff/library/sets[?class=] -- sets that classes have; textbooks of a class to choose. */
enum reply
librarian_show_sets(struct request *rq)
{
	int64_t class = form_id(rq, "class");
	struct db_rows *sets = db_ask(rq, Q_SETS);
	struct db_rows *classes = db_ask(rq, Q_CLASSES);
	struct db_rows *textbooks = db_ask(rq, Q_TEXTBOOKS, DB_ID(class));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-sets");
	view_text(page, "class_id", url_id(rq, class));
	view_rows(page, "set", sets);
	view_choices(page, "class", classes, "class_id", url_id(rq, class));
	view_rows(page, "textbook", textbooks);
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/*
 * GET /staff/library/sets/plan?class=&title_ID=1 … -- who would get what; issuing asks for it once.
 */
enum reply
librarian_show_plan(struct request *rq)
{
	int64_t class = form_id(rq, "class");
	int count;
	struct db_param titles = db_ticked(rq, "title_", &count);
	struct db_rows *classes, *chosen, *plan;
	struct view *page;
	int lent = 0, missing = 0;

	if (class == 0 || count > TITLES_MAX)
		return REPLY_BAD_INPUT;
	if (count == 0)
		return app_redirect(rq, "/staff/library/sets", "class", url_id(rq, class), "done",
		    "set-none", NULL);
	classes = db_ask(rq, Q_CLASSES);
	chosen = db_ask(rq, Q_CHOSEN, DB_INT(class), titles);
	plan = db_ask(rq, Q_PLAN, DB_INT(class), titles);
	if (!db_answer(rq))
		return rq->db_reply;
	for (int i = 0; i < db_row_count(plan); i++) {
		bool has_copy = *db_text(plan, i, "barcode") != '\0';

		lent += has_copy && !db_bool(plan, i, "has_it");
		missing += !has_copy;
	}
	page = view_new(rq, "librarian-plan");
	view_text(page, "class_id", url_id(rq, class));
	view_choices(page, "class", classes, "class_id", url_id(rq, class));
	view_rows(page, "chosen", chosen);
	view_groups(page, "pupil", "book", plan, "pupil_id");
	view_int(page, "lent", lent);
	view_int(page, "missing", missing);
	view_text(page, "stamp", db_row_count(plan) > 0 ? db_text(plan, 0, "stamp") : "");
	view_text(page, "due_day", db_row_count(plan) > 0 ? db_text(plan, 0, "due_day") : "");
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/*
 * POST /staff/library/sets/plan class= key= stamp= title_ID=1 … -- without textbooks: an empty set
 * to be filled at the desk.
 */
enum reply
librarian_issue(struct request *rq)
{
	const char *key = form_key(rq), *stamp = form_text(rq, "stamp", 40, "");
	int64_t class = form_id(rq, "class");
	int count;
	struct db_param titles = db_ticked(rq, "title_", &count);
	struct db_rows *set;

	if (class == 0 || count > TITLES_MAX || (count > 0 && *stamp == '\0'))
		return REPLY_BAD_INPUT;
	set = db_ask(rq, Q_ISSUE, DB_TEXT(key), DB_INT(class), titles, DB_TEXT(stamp));
	if (!db_answer(rq))
		return form_refused(rq, count > 0 ? librarian_show_plan : librarian_show_sets);
	if (count == 0)
		return app_redirect(rq, "/staff/library", "set", db_text(set, 0, "set_id"), NULL);
	return app_redirect(rq, "/staff/library/set", "id", db_text(set, 0, "set_id"), "done",
	    "set-issued", NULL);
}

/* GET /staff/library/set?id=[&returned=] -- how much of a set is back, and who has the rest. */
enum reply
librarian_show_set(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *set = db_ask(rq, Q_SET, DB_ID(id));
	struct db_rows *titles = db_ask(rq, Q_SET_TITLES, DB_ID(id));
	struct db_rows *pupils = db_ask(rq, Q_SET_PUPILS, DB_ID(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-set");
	view_values(page, set);
	view_rows(page, "chosen", titles);
	view_groups(page, "pupil", "book", pupils, "pupil_id");
	view_int(page, "returned", form_int(rq, "returned", 0, 10000, 0));
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/* POST /staff/library/set id= key= pupil_ID=1 … -- takes back all that those have of it. */
enum reply
librarian_take_back(struct request *rq)
{
	const char *key = form_key(rq);
	int64_t id = form_id(rq, "id");
	int count;
	struct db_param pupils = db_ticked(rq, "pupil_", &count);
	struct db_rows *done;

	if (id == 0)
		return REPLY_BAD_INPUT;
	if (count == 0)
		form_error(rq, "", "Отметьте, кто сдал учебники.");
	if (form_failed(rq))
		return form_again(rq, librarian_show_set);
	done = db_ask(rq, Q_SET_BACK, DB_TEXT(key), DB_INT(id), pupils);
	if (!db_answer(rq))
		return form_refused(rq, librarian_show_set);
	return app_redirect(rq, "/staff/library/set", "id", url_id(rq, id), "returned",
	    db_text(done, 0, "returned"), "done", "set-back", NULL);
}
