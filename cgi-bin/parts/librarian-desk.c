/*
 * librarian-desk.c -- the field that waits for a scan: readers are opened, copies lent and taken
 * back, the last mistake undone.
 *
 * A scan is POST → 303 → GET, one round trip each. The GET is shown by ids alone: no address has a
 * card's number in it. Who is served stays in the address (`reader`, `set`), so that two windows
 * may serve two readers.
 */
#include "app.h"
#include "librarian.h"

#define FOUND_MAX     20
#define CONDITION_MAX 100       /* of library.copy.condition */

static const char *const whys[] = { "unknown", "isbn", "blocked", "ended", "nobody", "many", NULL };
static const char *const acts[] = { "return", "swap", "renew", "pickup", "found", "mend", NULL };

/*
 * What may stand beside the field: a reader who is served, or the figures of the day; the set that
 * is being filled.
 */
struct beside { struct db_rows *reader, *loans, *holds, *today, *set, *pupils; };

static struct beside
ask_beside(struct request *rq, int64_t reader, int64_t set)
{
	struct beside beside = { 0 };

	if (reader != 0) {
		beside.reader = db_ask(rq, Q_READER, DB_INT(reader));
		beside.loans = db_ask(rq, Q_LOANS, DB_INT(reader));
		beside.holds = db_ask(rq, Q_HOLDS, DB_INT(reader));
	} else {
		beside.today = db_ask(rq, Q_TODAY);
	}
	if (set != 0) {
		beside.set = db_ask(rq, Q_SET, DB_INT(set));
		beside.pupils = db_ask(rq, Q_SET_PUPILS, DB_INT(set));
	}
	return beside;
}

static void
show_beside(struct view *page, const struct beside *beside)
{
	librarian_section(page, "reader", beside->reader);
	librarian_section(page, "loan", beside->loans);
	librarian_section(page, "hold", beside->holds);
	librarian_section(page, "day", beside->today);
	librarian_section(page, "set", beside->set);
	if (beside->pupils == NULL)
		view_none(page, "pupil");
	else
		view_groups(page, "pupil", "book", beside->pupils, "pupil_id");
}

/*
 * GET /staff/library[?reader=][&set=][&scan=|&why=[&find=]] -- the field, and what became of the
 * last scan.
 */
enum reply
librarian_show_desk(struct request *rq)
{
	int64_t reader = form_id(rq, "reader"), set = form_id(rq, "set"), scan = form_id(rq, "scan");
	const char *find = form_text(rq, "find", LIBRARIAN_FIND_MAX, "");
	const char *why = form_choice(rq, "why", whys, "");
	bool is_many = strcmp(why, "many") == 0 && *find != '\0';
	struct beside beside = ask_beside(rq, reader, set);
	struct db_rows *scanned = db_ask(rq, Q_SCANNED, DB_ID(scan));
	struct db_rows *scans = db_ask(rq, Q_SCANS);
	struct db_rows *found = db_ask(rq, Q_NAMED, DB_TEXT(is_many ? find : ""),
	    DB_INT(FOUND_MAX + 1));
	struct view *page;

	if (reader == 0 && set != 0)
		db_note_view(rq, "library-set", url_id(rq, set));
	else if (set != 0)
		db_also_view(rq, "library-set", url_id(rq, set));
	if (scan != 0)
		db_also_view(rq, "library-scan", url_id(rq, scan));
	if (is_many)
		db_also_view(rq, "library-desk", "");
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian");
	view_text(page, "reader_id", url_id(rq, reader));
	view_int(page, "served_id", reader);
	view_text(page, "set_id", url_id(rq, set));
	show_beside(page, &beside);
	view_int(page, "shown_id", scan);
	view_rows(page, "scanned", scanned);
	view_rows(page, "recent", scans);
	view_flag(page, "has_more", db_limit(found, FOUND_MAX));
	view_rows(page, "found", found);
	view_text(page, "why", why);
	view_text(page, "asked", find);
	form_show(rq, page, "condition", NULL);
	return view_send(rq, page);
}

/*
 * POST /staff/library/scan key= find= | copy= act= [reader=][&set=] -- an empty Enter is done with
 * the reader.
 */
enum reply
librarian_scan(struct request *rq)
{
	const char *key = form_key(rq), *find = form_text(rq, "find", LIBRARIAN_FIND_MAX, "");
	const char *act = form_choice(rq, "act", acts, ""), *outcome, *scan;
	int64_t copy = form_id(rq, "copy"), reader = form_id(rq, "reader"),
		set = form_id(rq, "set");
	struct db_rows *done;
	bool is_name, is_reader;

	if (copy == 0 && *find == '\0')
		return app_redirect(rq, "/staff/library", "set", url_id(rq, set), NULL);
	done = db_ask(rq, Q_SCAN, DB_TEXT(key), DB_TEXT(find), DB_ID(copy), DB_TEXT(act),
	    DB_ID(reader), DB_ID(set));
	if (!db_answer(rq))
		return rq->db_reply;
	outcome = db_text(done, 0, "outcome");
	scan = db_text(done, 0, "scan_id");
	is_reader = strcmp(outcome, "one") == 0;
	/* No number of a card or an account comes into an address. */
	is_name = strcmp(outcome, "many") == 0 || strcmp(outcome, "nobody") == 0 ||
	    strcmp(outcome, "isbn") == 0;
	return app_redirect(rq, "/staff/library", "reader", db_text(done, 0, "reader_id"), "set",
	    url_id(rq, set), "scan", scan, "why", *scan != '\0' || is_reader ? "" : outcome, "find",
	    is_name ? find : "", NULL);
}

/* POST /staff/library/undo scan= [reader=][&set=] */
enum reply
librarian_undo(struct request *rq)
{
	int64_t scan = form_id(rq, "scan");

	if (scan == 0)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_UNDO, DB_INT(scan));
	if (!db_answer(rq))
		return form_refused(rq, librarian_show_desk);
	return app_redirect(rq, "/staff/library", "reader", url_id(rq, form_id(rq, "reader")),
	    "set", url_id(rq, form_id(rq, "set")), "scan", url_id(rq, scan), NULL);
}

/* POST /staff/library/spoil scan= condition= [repair=1] [reader=][&set=] */
enum reply
librarian_spoil(struct request *rq)
{
	int64_t scan = form_id(rq, "scan");
	const char *condition = form_need_text(rq, "condition", CONDITION_MAX,
	    "Напишите, что с книгой: например «надорвана обложка».");

	if (scan == 0)
		return REPLY_BAD_INPUT;
	if (form_failed(rq))
		return form_again(rq, librarian_show_desk);
	db_ask(rq, Q_SPOIL, DB_INT(scan), DB_TEXT(condition), DB_BOOL(form_flag(rq, "repair")));
	if (!db_answer(rq))
		return form_refused(rq, librarian_show_desk);
	return app_redirect(rq, "/staff/library", "reader", url_id(rq, form_id(rq, "reader")),
	    "set", url_id(rq, form_id(rq, "set")), "done", "book-condition", NULL);
}
