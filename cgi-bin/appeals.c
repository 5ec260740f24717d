/*
 * appeals.c -- Обращения: the family's side of the journal of appeals. The desk's is support.c.
 *
 * A page is asked for reading only, so that an answer is marked as read by the button that opens
 * it. A form says up to which message its writer has read (`seen`); when an answer came meanwhile,
 * the database refuses it in words and the form comes back with the text, below the new answer.
 */
#include "app.h"
#include "text.h"

#define APPEALS_ON_PAGE   10
#define FAQ_ON_PAGE       10
#define MESSAGES_ON_PAGE  20
#define MESSAGES_IN_PRINT 400    /* a family writes 200 at most */
#define SUBJECT_MAX_CHARS 120    /* appeal.appeal.subject */
#define BODY_MAX_CHARS    5000   /* appeal.message.body */
#define WORDS_MAX_CHARS   500    /* appeal.appeal.rating_words */
#define FIND_MAX_CHARS    80
#define CODE_MAX_CHARS    20     /* appeal.category.code */

enum question {
	Q_FRAME, Q_LIST, Q_CATEGORIES, Q_HINTS, Q_SEND, Q_APPEAL, Q_MESSAGES, Q_FILES, Q_STEPS,
	Q_FILE, Q_ADD, Q_CLOSE, Q_WITHDRAW, Q_READ, Q_FAQ, Q_HELPED, Q__COUNT
};
static const struct db_question questions[Q__COUNT] = {
	[Q_FRAME]      = { "cabinet.appeals_frame($1)" },
	[Q_LIST]       = { "cabinet.appeals_list($1, $2::bool, $3, $4::int, $5::bigint)" },
	[Q_CATEGORIES] = { "cabinet.appeals_categories($1)" },
	[Q_HINTS]      = { "cabinet.appeals_hints($1, $2)" },
	[Q_SEND]       = { "cabinet.appeals_send($1, $2::uuid, $3, $4, $5, $6, $7, $8::bytea, "
	    "$9, $10, $11::bytea, $12, $13, $14::bytea)" },
	[Q_APPEAL]     = { "cabinet.appeals_appeal($1, $2::bigint)" },
	[Q_MESSAGES]   = { "cabinet.appeals_messages($1, $2::bigint, $3::int, $4::bigint)" },
	[Q_FILES]      = { "cabinet.appeals_files($1, $2::bigint)" },
	[Q_STEPS]      = { "cabinet.appeals_steps($1, $2::bigint)" },
	[Q_FILE]       = { "cabinet.appeals_file($1, $2::uuid)" },
	[Q_ADD]        = { "cabinet.appeals_add($1, $2::uuid, $3::bigint, $4::bigint, $5, "
	    "$6, $7, $8::bytea, $9, $10, $11::bytea, $12, $13, $14::bytea)" },
	[Q_CLOSE]      = { "cabinet.appeals_close($1, $2::bigint, $3::bigint, $4::int, $5)" },
	[Q_WITHDRAW]   = { "cabinet.appeals_withdraw($1, $2::bigint, $3::bigint)" },
	[Q_READ]       = { "cabinet.appeals_read($1, $2::bigint)" },
	[Q_FAQ]        = { "cabinet.appeals_faq($1, $2, $3, $4::int, $5::bigint)" },
	[Q_HELPED]     = { "cabinet.appeals_helped($1, $2::bigint)" },
};

/* ---- the list -------------------------------------------------------------------------------- */

/* GET /appeals[?all=1][&find=][&before=] -- the open ones; with words to find, all of them. */
static enum reply
show_list(struct request *rq)
{
	const char *find = form_text(rq, "find", FIND_MAX_CHARS, "");
	bool is_all = form_flag(rq, "all") || *find != '\0';
	int64_t before = form_id(rq, "before");
	struct db_rows *frame = db_ask(rq, Q_FRAME);
	struct db_rows *list = db_ask(rq, Q_LIST, DB_BOOL(!is_all), DB_TEXT(find),
	    DB_INT(APPEALS_ON_PAGE + 1), DB_ID(before));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "appeals");
	view_values(page, frame);
	view_flag(page, "is_all", is_all);
	view_text(page, "find", find);
	view_pager(rq, page, "/appeals", list, APPEALS_ON_PAGE, "appeal_id");
	view_rows(page, "appeal", list);
	return view_send(rq, page);
}

/* ---- writing one ----------------------------------------------------------------------------- */

/* The category that was chosen, as symbols of the page; false when there is none such. */
static bool
add_category(struct view *page, const struct db_rows *categories, const char *code)
{
	for (int i = 0; i < db_row_count(categories); i++)
		if (strcmp(db_text(categories, i, "code"), code) == 0) {
			view_row(page, categories, i);
			return true;
		}
	return false;
}

/*
 * GET /appeals/new[?category=] -- what it is about, then answers that are there already and the
 * form.
 */
static enum reply
show_new(struct request *rq)
{
	const char *category = form_text(rq, "category", CODE_MAX_CHARS, NULL);
	struct db_rows *frame = db_ask(rq, Q_FRAME);
	struct db_rows *categories = db_ask(rq, Q_CATEGORIES);
	struct db_rows *hints = db_ask(rq, Q_HINTS, DB_TEXT(category));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, category != NULL ? "appeals-new" : "appeals-category");
	view_values(page, frame);
	if (category == NULL) {
		view_rows(page, "category", categories);
		return view_send(rq, page);
	}
	if (!add_category(page, categories, category))
		return REPLY_NOT_FOUND;
	view_rows(page, "hint", hints);
	view_flag(page, "is_back", form_failed(rq));
	view_text(page, "from", "new");
	form_show(rq, page, "subject", "body", "files", NULL);
	return view_send(rq, page);
}

/* POST /appeals/new, multipart: key, category, subject, body, files. */
static enum reply
send_appeal(struct request *rq)
{
	const char *key = form_key(rq);
	const char *category = form_text(rq, "category", CODE_MAX_CHARS, NULL);
	const char *subject = form_need_text(rq, "subject", SUBJECT_MAX_CHARS,
	    "Назовите тему в нескольких словах.");
	const char *body = form_need_lines(rq, "body", BODY_MAX_CHARS, "Напишите, что случилось.");
	struct form_upload file[FORM_MAX_FILES];
	struct db_rows *sent;

	if (category == NULL)
		return REPLY_BAD_INPUT;
	form_uploads(rq, "files", file, FORM_MAX_FILES);
	if (form_failed(rq))
		return form_again(rq, show_new);
	sent = db_ask(rq, Q_SEND, DB_TEXT(key), DB_TEXT(category), DB_TEXT(subject), DB_TEXT(body),
	    FORM_UPLOADS(file));
	if (!db_answer(rq))
		return form_refused(rq, show_new);
	return app_redirect(rq, "/appeals/appeal", "id", db_text(sent, 0, "appeal_id"), "done",
	    "appeal-sent", NULL);
}

/* ---- one appeal ------------------------------------------------------------------------------ */

/*
 * The thread, oldest first. It was asked with one message more than a page holds, which says that
 * there are older ones and is not shown. The files are of all messages, in the order of these, so
 * that both are gone through once.
 */
static void
add_messages(struct request *rq, struct view *page, const char *id, const struct db_rows *messages,
    const struct db_rows *files, int limit)
{
	int count = db_row_count(messages), first = count > limit ? 1 : 0, file = 0;

	view_none(page, "message");
	for (int i = first; i < count; i++) {
		struct view *message = view_add(page, "message");
		int64_t message_id = db_int(messages, i, "message_id");

		view_row(message, messages, i);
		view_none(message, "file");
		for (; file < db_row_count(files) &&
		    db_int(files, file, "message_id") <= message_id; file++)
			if (db_int(files, file, "message_id") == message_id)
				view_row(view_add(message, "file"), files, file);
	}
	view_text(page, "older_url", first == 0 ? "" : url_path(rq, "/appeals/appeal", "id", id,
	    "before", db_text(messages, first, "message_id"), NULL));
	view_text(page, "newer_url",
	    form_has(rq, "before") ? url_path(rq, "/appeals/appeal", "id", id, NULL) : "");
}

/* GET /appeals/appeal?id=[&before=][&print=1] */
static enum reply
show_appeal(struct request *rq)
{
	int64_t id = form_id(rq, "id"), before = form_id(rq, "before");
	bool is_print = form_flag(rq, "print");
	int limit = is_print ? MESSAGES_IN_PRINT : MESSAGES_ON_PAGE;
	struct db_rows *appeal = db_ask(rq, Q_APPEAL, DB_INT(id));
	struct db_rows *messages = db_ask(rq, Q_MESSAGES, DB_INT(id), DB_INT(limit + 1),
	    DB_ID(before));
	struct db_rows *files = db_ask(rq, Q_FILES, DB_INT(id));
	struct db_rows *steps = db_ask(rq, Q_STEPS, DB_INT(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "appeals-appeal");
	view_values(page, appeal);
	view_flag(page, "is_print", is_print);
	view_flag(page, "is_back", form_failed(rq));
	view_text(page, "print_url",
	    url_path(rq, "/appeals/appeal", "id", url_id(rq, id), "print", "1", NULL));
	view_text(page, "back_url", url_path(rq, "/appeals/appeal", "id", url_id(rq, id), NULL));
	add_messages(rq, page, url_id(rq, id), messages, files, limit);
	view_rows(page, "step", steps);
	form_show(rq, page, "body", "files", "rating", "words", NULL);
	return view_send(rq, page);
}

static enum reply
to_appeal(struct request *rq, int64_t id, const char *done)
{
	return app_redirect(rq, "/appeals/appeal", "id", url_id(rq, id), "done", done, NULL);
}

/* POST /appeals/add, multipart: key, id, seen, body, files. */
static enum reply
add_message(struct request *rq)
{
	const char *key = form_key(rq);
	const char *body = form_need_lines(rq, "body", BODY_MAX_CHARS, "Напишите сообщение.");
	int64_t id = form_id(rq, "id"), seen = form_id(rq, "seen");
	struct form_upload file[FORM_MAX_FILES];
	struct db_rows *added;

	if (id == 0 || seen == 0)
		return REPLY_BAD_INPUT;
	form_uploads(rq, "files", file, FORM_MAX_FILES);
	if (form_failed(rq))
		return form_again(rq, show_appeal);
	added = db_ask(rq, Q_ADD, DB_TEXT(key), DB_INT(id), DB_INT(seen), DB_TEXT(body),
	    FORM_UPLOADS(file));
	if (!db_answer(rq))
		return form_refused(rq, show_appeal);
	return to_appeal(rq, id,
	    db_bool(added, 0, "is_reopened") ? "appeal-again" : "appeal-added");
}

/* POST /appeals/close: id, seen, rating, words. */
static enum reply
close_appeal(struct request *rq)
{
	int64_t id = form_id(rq, "id"), seen = form_id(rq, "seen");
	int64_t rating = form_int(rq, "rating", 1, 5, 0);
	const char *words = form_lines(rq, "words", WORDS_MAX_CHARS, "");

	if (id == 0 || seen == 0)
		return REPLY_BAD_INPUT;
	if (form_failed(rq))
		return form_again(rq, show_appeal);
	db_ask(rq, Q_CLOSE, DB_INT(id), DB_INT(seen), DB_ID(rating), DB_TEXT(words));
	if (!db_answer(rq))
		return form_refused(rq, show_appeal);
	return to_appeal(rq, id, rating > 0 ? "appeal-closed" : "appeal-close");
}

/* POST /appeals/withdraw: id, seen. */
static enum reply
withdraw_appeal(struct request *rq)
{
	int64_t id = form_id(rq, "id"), seen = form_id(rq, "seen");

	if (id == 0 || seen == 0)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_WITHDRAW, DB_INT(id), DB_INT(seen));
	return db_answer(rq) ? to_appeal(rq, id, "appeal-withdrawn")
			     : form_refused(rq, show_appeal);
}

/* POST /appeals/read: id -- opens what is unread. */
static enum reply
read_appeal(struct request *rq)
{
	int64_t id = form_id(rq, "id");

	if (id == 0)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_READ, DB_INT(id));
	return db_answer(rq)
	    ? app_redirect(rq, "/appeals/appeal", "id", url_id(rq, id), "#", "thread", NULL)
	    : rq->db_reply;
}

/* GET /appeals/file?id= -- always as an attachment, of the type that its first bytes had. */
static enum reply
send_file(struct request *rq)
{
	const char *id = form_uuid(rq, "id");
	struct db_rows *file = db_ask(rq, Q_FILE, DB_TEXT(id));

	return db_answer(rq) ? app_send_file(rq, file) : rq->db_reply;
}

/* ---- answers for everyone -------------------------------------------------------------------- */

/* GET /appeals/faq[?category=][&find=][&before=] */
static enum reply
show_faq(struct request *rq)
{
	const char *category = form_text(rq, "category", CODE_MAX_CHARS, NULL);
	const char *find = form_text(rq, "find", FIND_MAX_CHARS, "");
	int64_t before = form_id(rq, "before");
	struct db_rows *categories = db_ask(rq, Q_CATEGORIES);
	struct db_rows *answers = db_ask(rq, Q_FAQ, DB_TEXT(category), DB_TEXT(find),
	    DB_INT(FAQ_ON_PAGE + 1), DB_ID(before));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "appeals-faq");
	view_text(page, "find", find);
	view_text(page, "chosen", category);
	view_choices(page, "category", categories, "code", category);
	view_pager(rq, page, "/appeals/faq", answers, FAQ_ON_PAGE, "faq_id");
	view_rows(page, "hint", answers);
	view_text(page, "from", "faq");
	return view_send(rq, page);
}

/* POST /appeals/helped: id, from, category -- a public answer helped; back to where it was read. */
static enum reply
say_helped(struct request *rq)
{
	static const char *const pages[] = { "new", "faq", NULL };
	int64_t id = form_id(rq, "id");
	const char *from = form_choice(rq, "from", pages, "faq");

	if (id == 0)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_HELPED, DB_INT(id));
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, strcmp(from, "new") == 0 ? "/appeals" : "/appeals/faq", "done",
	    "appeal-helped", NULL);
}

static const struct route routes[] = {
	{ "GET",  "/appeals",          show_list,       ACCESS_PARENT },
	{ "GET",  "/appeals/new",      show_new,        ACCESS_PARENT },
	{ "POST", "/appeals/new",      send_appeal,     ACCESS_PARENT, FORM_MAX_UPLOAD_BYTES },
	{ "GET",  "/appeals/appeal",   show_appeal,     ACCESS_PARENT },
	{ "POST", "/appeals/add",      add_message,     ACCESS_PARENT, FORM_MAX_UPLOAD_BYTES },
	{ "POST", "/appeals/close",    close_appeal,    ACCESS_PARENT },
	{ "POST", "/appeals/withdraw", withdraw_appeal, ACCESS_PARENT },
	{ "POST", "/appeals/read",     read_appeal,     ACCESS_PARENT },
	{ "GET",  "/appeals/file",     send_file,       ACCESS_PARENT },
	{ "GET",  "/appeals/faq",      show_faq,        ACCESS_PARENT },
	{ "POST", "/appeals/helped",   say_helped,      ACCESS_PARENT },
};

APP_MAIN("appeals")
