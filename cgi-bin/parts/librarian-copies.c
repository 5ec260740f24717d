/*
 * librarian-copies.c -- one copy: lost, found, mended, written off; labels with its barcode, and
 * readers' cards.
 */
#include "app.h"
#include "barcode.h"
#include "librarian.h"
#include "text.h"

#define NOTE_MAX     200
#define NOTE_MIN     3
#define SHEET        24         /* labels on a sheet of A4: 3 by 8 */
#define BARCODE_TEXT 20

static const char *const whats[] = { "lose", "missing", "found", "repair", "mend", "gone", NULL };

/* GET /staff/library/copy?id= -- a copy, where it is, what may be done with it. */
enum reply
librarian_show_copy(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *copy = db_ask(rq, Q_COPY, DB_ID(id));
	struct db_rows *events = db_ask(rq, Q_EVENTS, DB_ID(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-copy");
	view_values(page, copy);
	view_rows(page, "event", events);
	return view_send(rq, page);
}

/* GET /staff/library/act?copy=&what= -- what it will do, and the question whether to. */
enum reply
librarian_show_act(struct request *rq)
{
	const char *what = form_choice(rq, "what", whats, NULL);
	struct db_rows *copy = db_ask(rq, Q_COPY, DB_ID(form_id(rq, "copy")));
	struct view *page;

	if (what == NULL)
		return REPLY_BAD_INPUT;
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-act");
	view_values(page, copy);
	view_text(page, "what", what);
	form_show(rq, page, "note", NULL);
	return view_send(rq, page);
}

static enum reply
lose(struct request *rq, const char *key, int64_t copy, int64_t loan)
{
	struct db_rows *done = db_ask(rq, Q_LOSE, DB_TEXT(key), DB_INT(copy), DB_ID(loan),
	    DB_ID(form_id(rq, "price")), DB_BOOL(form_flag(rq, "charge")));
	const char *outcome;

	if (!db_answer(rq))
		return form_refused(rq, librarian_show_act);
	outcome = db_text(done, 0, "outcome");
	if (strcmp(outcome, "charged") == 0)
		return app_redirect(rq, "/staff/library/copy", "id", url_id(rq, copy), "done",
		    "book-charged", NULL);
	return app_redirect(rq, "/staff/library/copy", "id", url_id(rq, copy), "done",
	    *db_text(done, 0, "words") != '\0' ? "book-no-money" : "book-owed", NULL);
}

/*
 * POST /staff/library/act copy= loan= price= what= key= [note=][&charge=1] -- loan and price, in
 * kopecks, are those that the page had: what has changed meanwhile is asked anew.
 */
enum reply
librarian_act(struct request *rq)
{
	const char *what = form_choice(rq, "what", whats, NULL), *key = form_key(rq);
	const char *note = form_text(rq, "note", NOTE_MAX, "");
	int64_t copy = form_id(rq, "copy"), loan = form_id(rq, "loan");
	struct db_rows *done;
	bool wants_note;

	if (what == NULL || copy == 0)
		return REPLY_BAD_INPUT;
	if (strcmp(what, "lose") == 0)
		return lose(rq, key, copy, loan);
	wants_note = strcmp(what, "gone") == 0 || strcmp(what, "repair") == 0;
	if (wants_note && text_chars(note, strlen(note)) < NOTE_MIN)
		form_error(rq, "note", strcmp(what, "gone") == 0
		    ? "Напишите номер акта и причину: запись останется навсегда."
		    : "Напишите, что чинить.");
	if (form_failed(rq))
		return form_again(rq, librarian_show_act);
	done = db_ask(rq, Q_MARK, DB_TEXT(key), DB_INT(copy), DB_ID(loan), DB_TEXT(what),
	    DB_TEXT(note));
	if (!db_answer(rq))
		return form_refused(rq, librarian_show_act);
	return app_redirect(rq, "/staff/library/copy", "id", url_id(rq, copy), "done",
	    db_int(done, 0, "refunded_kop") > 0 ? "book-refunded"
	                                        : arena_printf(rq->arena, "book-%s", what),
	    NULL);
}

/* ---- to be printed --------------------------------------------------------------------------- */

/*
 * GET /staff/library/labels[?title=|since=|from=&to=|copy_ID=1 …][&after=] -- a sheet of labels;
 * without any of them, the question which.
 */
enum reply
librarian_show_labels(struct request *rq)
{
	int64_t title = form_id(rq, "title");
	const char *since = form_date(rq, "since", NULL);
	const char *from = form_text(rq, "from", BARCODE_TEXT, "");
	const char *to = form_text(rq, "to", BARCODE_TEXT, "");
	int ticked;
	struct db_param copies = db_ticked(rq, "copy_", &ticked);
	struct db_rows *labels = db_ask(rq, Q_LABELS, DB_ID(title), copies, DB_TEXT(since),
	    DB_TEXT(from), DB_TEXT(to), DB_ID(form_id(rq, "after")), DB_INT(SHEET + 1));
	struct view *page;
	bool has_more;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-labels");
	has_more = db_limit(labels, SHEET);
	view_none(page, "label");
	for (int i = 0; i < db_row_count(labels); i++) {
		struct view *row = view_add(page, "label");

		view_row(row, labels, i);
		view_html(row, "bars", barcode_code128(rq->arena, db_text(labels, i, "barcode")));
	}
	view_text(page, "next_url",
	    has_more ? url_query(rq, "/staff/library/labels", "after",
	                   db_text(labels, SHEET - 1, "copy_id"))
	             : "");
	view_flag(page, "is_asked", rq->query.count > 0);
	form_show(rq, page, "since", "from", "to", NULL);
	return view_send(rq, page);
}

/* GET /staff/library/cards?class= -- readers' cards of a class. */
enum reply
librarian_show_cards(struct request *rq)
{
	struct db_rows *readers = db_ask(rq, Q_CARDS, DB_ID(form_id(rq, "class")));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	if (db_row_count(readers) == 0)
		return REPLY_NOT_FOUND;
	page = view_new(rq, "librarian-cards");
	view_text(page, "class_name", db_text(readers, 0, "class_name"));
	view_none(page, "card");
	for (int i = 0; i < db_row_count(readers); i++) {
		struct view *row = view_add(page, "card");
		/* 20: for own use within a school, not a number of goods (gate.find_pupil). */
		const char *digits =
		    arena_printf(rq->arena, "20%s", db_text(readers, i, "account"));

		view_row(row, readers, i);
		view_html(row, "bars", barcode_ean13(rq->arena, digits));
		view_text(row, "digits", barcode_ean13_digits(rq->arena, digits));
	}
	return view_send(rq, page);
}
