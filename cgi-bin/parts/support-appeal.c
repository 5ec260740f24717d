/*
 * support-appeal.c -- one appeal: its thread, its term, whose it is, and what a desk does with it.
 *
 * Forms that answer or move carry the revision that their page showed. When something came
 * meanwhile the database refuses, and the page comes back with what came, marked, and what was
 * typed.
 */
#include "support.h"

#define WORDS_CHARS 300    /* appeal.event.words */
#define MAX_REVISION INT32_MAX

/* GET /staff/appeals/appeal?id=[&template=] -- and each form of it that was refused. */
enum reply
support_show_appeal(struct request *rq)
{
	int64_t id = form_id(rq, "id"), seen = form_id(rq, "seen");
	int64_t template = form_id(rq, "template");
	struct db_rows *appeal = db_ask(rq, Q_APPEAL, DB_INT(id));
	struct db_rows *messages = db_ask(rq, Q_MESSAGES, DB_INT(id), DB_ID(seen));
	struct db_rows *steps = db_ask(rq, Q_STEPS, DB_INT(id));
	struct db_rows *others = db_ask(rq, Q_OTHERS, DB_INT(id));
	struct db_rows *colleagues = db_ask(rq, Q_COLLEAGUES, DB_INT(id));
	struct db_rows *templates = db_ask(rq, Q_TEMPLATES, DB_INT(id));
	struct db_rows *filled = template > 0
	    ? db_ask(rq, Q_FILLED, DB_INT(id), DB_INT(template)) : NULL;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "support-appeal");
	view_values(page, appeal);
	view_groups(page, "message", "file", messages, "message_id");
	view_rows(page, "step", steps);
	view_rows(page, "other", others);
	view_rows(page, "colleague", colleagues);
	view_choices(page, "template", templates, "template_id", url_id(rq, template));
	form_show(rq, page, "body", "files", "note", "words", "why", "desk", NULL);
	view_flag(page, "is_back", form_failed(rq));
	if (filled != NULL)   /* a ready answer was picked */
		view_text(page, "value_body", db_text(filled, 0, "body"));
	return view_send(rq, page);
}

/* GET /staff/appeals/file?id= */
enum reply
support_send_file(struct request *rq)
{
	struct db_rows *file = db_ask(rq, Q_FILE, DB_TEXT(form_uuid(rq, "id")));

	return db_answer(rq) ? app_send_file(rq, file) : rq->db_reply;
}

/* After what a form of the page did: the page again, or the form with the refusal. */
static enum reply
finish(struct request *rq, int64_t id, const char *done)
{
	return form_done(rq, support_show_appeal, "/staff/appeals/appeal", "id", url_id(rq, id),
	    "done", done, NULL);
}

static struct db_param
revision_of(struct request *rq)
{
	return DB_INT(form_int(rq, "revision", 0, MAX_REVISION, MAX_REVISION));
}

/* POST /staff/appeals/step: id, revision, step */
enum reply
support_step(struct request *rq)
{
	static const char *const steps[] = { "register", "take", "give-back", "close", NULL };
	static const char *const done[] = {
		"appeal-register", "appeal-take", "appeal-give-back", "appeal-close"
	};
	int64_t id = form_id(rq, "id");
	const char *step = form_choice(rq, "step", steps, NULL);
	int which = 0;

	if (id == 0 || step == NULL)
		return REPLY_BAD_INPUT;
	while (steps[which] != step)
		which++;
	db_ask(rq, Q_STEP, DB_INT(id), revision_of(rq), DB_TEXT(step));
	return finish(rq, id, done[which]);
}

/* POST /staff/appeals/assign: id, revision, staff, words */
enum reply
support_assign(struct request *rq)
{
	int64_t id = form_id(rq, "id"), staff = form_id(rq, "staff");
	const char *words = form_lines(rq, "words", WORDS_CHARS, "");

	if (id == 0 || staff == 0)
		return REPLY_BAD_INPUT;
	if (form_failed(rq))
		return form_again(rq, support_show_appeal);
	db_ask(rq, Q_ASSIGN, DB_INT(id), revision_of(rq), DB_INT(staff), DB_TEXT(words));
	return finish(rq, id, "appeal-assign");
}

/* POST /staff/appeals/priority: id, priority */
enum reply
support_set_priority(struct request *rq)
{
	int64_t id = form_id(rq, "id"), priority = form_int(rq, "priority", 1, 3, 0);

	if (id == 0 || priority == 0)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_PRIORITY, DB_INT(id), DB_INT(priority));
	return finish(rq, id, "appeal-priority");
}

/* POST /staff/appeals/send-on: id, revision, desk, why */
enum reply
support_send_on(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	const char *desk = form_choice(rq, "desk", support_desks, NULL);
	const char *why = form_need_lines(rq, "why", WORDS_CHARS,
	    "Напишите, почему передаёте: это прочтут и коллеги, и семья.");
	struct db_rows *sent;

	if (id == 0)
		return REPLY_BAD_INPUT;
	if (desk == NULL)
		form_error(rq, "desk", "Выберите, куда передать.");
	if (form_failed(rq))
		return form_again(rq, support_show_appeal);
	sent = db_ask(rq, Q_SEND_ON, DB_INT(id), revision_of(rq), DB_TEXT(desk), DB_TEXT(why));
	if (!db_answer(rq))
		return form_refused(rq, support_show_appeal);
	if (!db_bool(sent, 0, db_column_name(sent, 0)))
		return app_redirect(rq, "/staff/appeals", "done", "appeal-send-on", NULL);
	return app_redirect(rq, "/staff/appeals/appeal", "id", url_id(rq, id),
	    "done", "appeal-send-on", NULL);
}

/*
 * POST /staff/appeals/answer: id, revision, seen, key, body, files; ask: a question, no answer yet
 */
enum reply
support_answer(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	const char *key = form_key(rq);
	const char *body = form_need_lines(rq, "body", SUPPORT_BODY_CHARS, "Напишите ответ.");
	struct form_upload file[FORM_MAX_FILES];
	bool is_question = form_flag(rq, "ask");

	form_uploads(rq, "files", file, FORM_MAX_FILES);
	if (id == 0)
		return REPLY_BAD_INPUT;
	if (form_failed(rq))
		return form_again(rq, support_show_appeal);
	db_ask(rq, Q_ANSWER, DB_TEXT(key), DB_INT(id), revision_of(rq), DB_BOOL(is_question),
	    DB_TEXT(body), FORM_UPLOADS(file));
	return finish(rq, id, is_question ? "appeal-ask" : "appeal-answer");
}

/* POST /staff/appeals/note: id, key, note */
enum reply
support_note(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	const char *key = form_key(rq);
	const char *note = form_need_lines(rq, "note", SUPPORT_BODY_CHARS, "Напишите заметку.");

	if (id == 0)
		return REPLY_BAD_INPUT;
	if (form_failed(rq))
		return form_again(rq, support_show_appeal);
	db_ask(rq, Q_NOTE, DB_TEXT(key), DB_INT(id), DB_TEXT(note));
	return finish(rq, id, "appeal-note");
}
