/*
 * librarian-readers.c -- readers by class and by name, one reader whole, his обходной лист; kept
 * copies and queues.
 */
#include "app.h"
#include "librarian.h"

#define FOUND_MAX     40
#define HISTORY_PAGE  20

/* GET /staff/library/readers[?class=|&find=] */
enum reply
librarian_show_readers(struct request *rq)
{
	int64_t class = form_id(rq, "class");
	const char *find = form_text(rq, "find", LIBRARIAN_FIND_MAX, "");
	struct db_rows *classes = db_ask(rq, Q_CLASSES);
	struct db_rows *readers = db_ask(rq, Q_READERS, DB_ID(class));
	struct db_rows *found = db_ask(rq, Q_NAMED, DB_TEXT(find), DB_INT(FOUND_MAX + 1));
	struct view *page;

	if (*find != '\0')
		db_also_view(rq, "library-readers", "");
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-readers");
	view_text(page, "class_id", url_id(rq, class));
	view_choices(page, "class", classes, "class_id", url_id(rq, class));
	view_rows(page, "pupil", readers);
	view_flag(page, "has_more", db_limit(found, FOUND_MAX));
	view_rows(page, "found", found);
	form_show(rq, page, "find", NULL);
	return view_send(rq, page);
}

/* GET /staff/library/reader?id=[&before=] */
enum reply
librarian_show_reader(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *reader = db_ask(rq, Q_READER, DB_ID(id));
	struct db_rows *loans = db_ask(rq, Q_LOANS, DB_ID(id));
	struct db_rows *holds = db_ask(rq, Q_HOLDS, DB_ID(id));
	struct db_rows *history = db_ask(rq, Q_HISTORY, DB_ID(id), DB_ID(form_id(rq, "before")),
	    DB_INT(HISTORY_PAGE + 1));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-person");
	view_values(page, reader);
	view_text(page, "set_id", "");
	view_rows(page, "loan", loans);
	view_rows(page, "hold", holds);
	view_pager(rq, page, "/staff/library/reader", history, HISTORY_PAGE, "loan_id");
	view_rows(page, "read", history);
	return view_send(rq, page);
}

/* GET /staff/library/discharge?reader= -- обходной лист, to be printed and signed. */
enum reply
librarian_show_discharge(struct request *rq)
{
	int64_t id = form_id(rq, "reader");
	struct db_rows *reader = db_ask(rq, Q_READER, DB_ID(id));
	struct db_rows *loans = db_ask(rq, Q_LOANS, DB_ID(id));
	struct view *page;
	int open = 0;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-discharge");
	view_values(page, reader);
	view_text(page, "today", rq->visitor.today);
	view_none(page, "loan");
	for (int i = 0; i < db_row_count(loans); i++) {
		/* What was lost and paid is settled. */
		if (db_bool(loans, i, "is_charged"))
			continue;
		view_row(view_add(page, "loan"), loans, i);
		open++;
	}
	view_flag(page, "is_clear", open == 0);
	return view_send(rq, page);
}

/* GET /staff/library/kept -- the shelf of kept copies, and every queue. */
enum reply
librarian_show_kept(struct request *rq)
{
	struct db_rows *kept = db_ask(rq, Q_KEPT);
	struct db_rows *queues = db_ask(rq, Q_QUEUES);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-kept");
	view_rows(page, "kept", kept);
	view_rows(page, "queue", queues);
	return view_send(rq, page);
}

/* GET /staff/library/queue?title=[&hold=] -- who waits for a title; hold: that one may go. */
enum reply
librarian_show_queue(struct request *rq)
{
	int64_t title = form_id(rq, "title");
	struct db_rows *head = db_ask(rq, Q_TITLE, DB_ID(title));
	struct db_rows *queue = db_ask(rq, Q_QUEUE, DB_ID(title));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-queue");
	view_values(page, head);
	view_choices(page, "place", queue, "hold_id", url_id(rq, form_id(rq, "hold")));
	return view_send(rq, page);
}

/* POST /staff/library/drop hold= */
enum reply
librarian_drop(struct request *rq)
{
	int64_t hold = form_id(rq, "hold");
	struct db_rows *dropped = db_ask(rq, Q_DROP, DB_ID(hold));

	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/staff/library/queue", "title", db_text(dropped, 0, "title_id"),
	    "done", "book-drop", NULL);
}
