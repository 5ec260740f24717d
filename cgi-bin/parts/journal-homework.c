/*
 * journal-homework.c -- what is given at a lesson, with files, and what was handed in for it.
 */
#include "app.h"
#include "text.h"
#include "journal.h"

/*
 * GET /staff/journal/homework?id=[&target=] -- what is given at this lesson, and what was handed in
 * for it.
 */
enum reply
journal_show_homework(struct request *rq)
{
	int64_t id = form_id(rq, "id"), target = form_id(rq, "target");
	struct db_rows *lesson = db_ask(rq, Q_LESSON, DB_INT(id));
	struct db_rows *targets = db_ask(rq, Q_TARGETS, DB_INT(id));
	struct db_rows *given = db_ask(rq, Q_HOMEWORK, DB_INT(id), DB_ID(target));
	struct db_rows *files = db_ask(rq, Q_FILES, DB_INT(id), DB_ID(target));
	struct db_rows *was = db_ask(rq, Q_TASK, DB_INT(id));
	struct db_rows *answers = db_ask(rq, Q_ANSWERS, DB_INT(id));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "journal-homework");
	journal_add_head(rq, page, lesson, "homework");
	view_values(page, given);
	form_show(rq, page, "files", NULL);
	form_show_row(rq, page, given, 0, "task", "minutes", "link", NULL);
	if (app_is_post(rq))
		view_flag(page, "wants_answer", form_flag(rq, "wants_answer"));
	view_choices(page, "target", targets, "target_id", db_text(given, 0, "target_id"));
	view_rows(page, "file", files);
	view_rows(page, "was", was);
	view_groups(page, "answer", "answer_file", answers, "answer_id");
	return view_send(rq, page);
}

/* What a person can type wrong. */
static void
check_homework(struct request *rq, const char *minutes, const char *link, int64_t *n)
{
	if (*minutes != '\0' && !int_parse(minutes, 1, 600, n))
		form_error(rq, "minutes", "Время — это минуты, число от 1 до 600.");
	if (*link != '\0' && strncmp(link, "https://", 8) != 0 && strncmp(link, "http://", 7) != 0)
		form_error(rq, "link", "Ссылка начинается с https://");
	else if (strpbrk(link, " \t") != NULL)
		form_error(rq, "link", "В ссылке нет пробелов.");
	else if (*link != '\0' && strlen(link) < 12)
		form_error(rq, "link", "Ссылка слишком коротка.");
}

/*
 * POST /staff/journal/homework (multipart) id= key= target= seen= task= [minutes=] [link=]
 * [wants_answer=] [drop_UUID=] files
 */
enum reply
journal_save_homework(struct request *rq)
{
	const char *key = form_key(rq), *minutes = form_text(rq, "minutes", 10, ""),
		   *link = form_text(rq, "link", 500, "");
	int64_t id = form_id(rq, "id"), target = form_id(rq, "target"), n = 0;
	struct form_upload uploads[FORM_MAX_FILES];
	int count = form_uploads(rq, "files", uploads, FORM_MAX_FILES);
	struct db_array *drop = db_array(rq);

	check_homework(rq, minutes, link, &n);
	if (form_failed(rq))
		return form_again(rq, journal_show_homework);
	for (int i = 0; i < rq->body.count; i++)
		if (strncmp(rq->body.field[i].name, "drop_", 5) == 0)
			db_array_text(drop, form_uuid(rq, rq->body.field[i].name));
	db_ask(rq, Q_SAVE_HOMEWORK, DB_TEXT(key), DB_INT(id), DB_ID(target),
	    DB_TEXT(form_lines(rq, "task", 4000, "")), DB_ID(n), DB_TEXT(link),
	    DB_BOOL(form_flag(rq, "wants_answer")), DB_TEXT(form_lines(rq, "seen", 4000, "")),
	    db_array_end(rq, drop));
	for (int i = 0; i < count; i++)
		db_ask(rq, Q_ADD_FILE, DB_TEXT(key), DB_INT(i + 1), DB_INT(id), DB_ID(target),
		    FORM_UPLOAD(uploads[i]));
	return form_done(rq, journal_show_homework, "/staff/journal/homework", "id", url_id(rq, id),
	    "target", url_id(rq, target), "done", "journal-homework", NULL);
}

/* GET /staff/journal/file?id=UUID */
enum reply
journal_send_file(struct request *rq)
{
	struct db_rows *file = db_ask(rq, Q_FILE, DB_TEXT(form_uuid(rq, "id")));

	return db_answer(rq) ? app_send_file(rq, file) : rq->db_reply;
}
