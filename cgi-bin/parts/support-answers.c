/*
 * support-answers.c -- answers that are there before the question: templates for the desk, and
 * public ones, which families read before they write.
 */
#include "support.h"

#define TITLE_CHARS    80      /* appeal.template.title */
#define TEMPLATE_CHARS 3000    /* appeal.template.body, appeal.faq.answer */
#define QUESTION_CHARS 300     /* appeal.faq.question */

/* ---- templates ------------------------------------------------------------------------------- */

/* GET /staff/appeals/templates */
enum reply
support_show_templates(struct request *rq)
{
	struct db_rows *templates = db_ask(rq, Q_TEMPLATES, DB_NULL);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "support-templates");
	view_rows(page, "template", templates);
	return view_send(rq, page);
}

/* GET /staff/appeals/template[?id=] -- and the form that was refused. */
enum reply
support_show_template(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *categories = db_ask(rq, Q_CATEGORIES);
	struct db_rows *template = id > 0 ? db_ask(rq, Q_TEMPLATE, DB_INT(id)) : NULL;
	const char *category = form_text(rq, "category", 20, "");
	bool is_first = template != NULL && !form_failed(rq);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "support-template");
	view_text(page, "template_id", url_id(rq, id));
	form_show_row(rq, page, template, 0, "title", "body", NULL);
	if (is_first)
		category = db_text(template, 0, "category");
	view_flag(page, "is_retired",
	    is_first ? db_bool(template, 0, "is_retired") : form_flag(rq, "retired"));
	view_choices(page, "category", categories, "code", category);
	return view_send(rq, page);
}

/* POST /staff/appeals/template: id, key, category, title, body, retired */
enum reply
support_save_template(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	const char *key = form_key(rq), *category = form_text(rq, "category", 20, NULL);
	const char *title = form_need_text(rq, "title", TITLE_CHARS,
	    "Назовите шаблон, чтобы его найти.");
	const char *body = form_need_lines(rq, "body", TEMPLATE_CHARS, "Напишите текст ответа.");

	if (form_failed(rq))
		return form_again(rq, support_show_template);
	db_ask(rq, Q_TEMPLATE_SAVE, DB_TEXT(key), DB_ID(id), DB_TEXT(category), DB_TEXT(title),
	    DB_TEXT(body), DB_BOOL(form_flag(rq, "retired")));
	return form_done(rq, support_show_template, "/staff/appeals/templates", "done",
	    "appeal-template", NULL);
}

/* ---- public answers -------------------------------------------------------------------------- */

/* GET /staff/appeals/faq */
enum reply
support_show_faq(struct request *rq)
{
	struct db_rows *answers = db_ask(rq, Q_FAQ);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "support-faq");
	view_rows(page, "answer", answers);
	return view_send(rq, page);
}

/* GET /staff/appeals/publish?id= -- the last answer, to be written anew without anybody's data. */
enum reply
support_show_publish(struct request *rq)
{
	struct db_rows *draft = db_ask(rq, Q_DRAFT, DB_INT(form_id(rq, "id")));
	bool is_first = !form_failed(rq);
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "support-publish");
	view_values(page, draft);
	form_show(rq, page, "question", "answer", NULL);
	if (is_first) {
		view_text(page, "value_question", db_text(draft, 0, "subject"));
		view_text(page, "value_answer", db_text(draft, 0, "answer"));
	}
	return view_send(rq, page);
}

/* POST /staff/appeals/publish: id, key, question, answer */
enum reply
support_publish(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	const char *key = form_key(rq);
	const char *question = form_need_text(rq, "question", QUESTION_CHARS,
	    "Напишите вопрос так, как его задал бы любой родитель.");
	const char *answer = form_need_lines(rq, "answer", TEMPLATE_CHARS, "Напишите ответ.");

	if (id == 0)
		return REPLY_BAD_INPUT;
	if (form_failed(rq))
		return form_again(rq, support_show_publish);
	db_ask(rq, Q_PUBLISH, DB_TEXT(key), DB_INT(id), DB_TEXT(question), DB_TEXT(answer));
	return form_done(rq, support_show_publish, "/staff/appeals/faq", "done", "faq-publish",
	    NULL);
}

/* POST /staff/appeals/withdraw: id */
enum reply
support_withdraw(struct request *rq)
{
	db_ask(rq, Q_WITHDRAW, DB_INT(form_id(rq, "id")));
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/staff/appeals/faq", "done", "faq-withdraw", NULL);
}
