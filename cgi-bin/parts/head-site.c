/*
 * head-site.c -- what a school tells its families: announcements, whom to call, where official
 * appeals go, whether pupils are compared.
 */
#include "head.h"

#define ON_PAGE 20
#define TITLE_CHARS  200     /* site.announcement.title */
#define BODY_CHARS   10000   /* site.announcement.body */

/* ---- announcements --------------------------------------------------------------------------- */

/*
 * GET /staff/head/announcements[?announcement=][&before=] -- the list, and a form for a new one or
 * that one.
 */
enum reply
head_show_announcements(struct request *rq)
{
	int64_t id = form_id(rq, "announcement");
	struct db_rows *news = db_ask(rq, Q_ANNOUNCEMENTS, DB_INT(ON_PAGE + 1),
	    DB_ID(form_id(rq, "before")));
	struct db_rows *classes = db_ask(rq, Q_CLASSES);
	struct db_rows *old = id > 0 ? db_ask(rq, Q_ANNOUNCEMENT, DB_INT(id)) : NULL;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "head-announcements");
	view_pager(rq, page, "/staff/head/announcements", news, ON_PAGE, "announcement_id");
	view_rows(page, "announcement", news);
	view_choices(page, "class", classes, "id", head_chosen(rq, "class", old, "class_id"));
	form_show_row(rq, page, old, 0, "title", "body", "first_day", "last_day", NULL);
	if (old == NULL)
		form_default(rq, page, "first_day", rq->visitor.today);
	view_flag(page, "is_pinned", app_is_post(rq) || old == NULL
		? form_flag(rq, "pinned") : db_bool(old, 0, "is_pinned"));
	view_text(page, "announcement_id", url_id(rq, id));
	return view_send(rq, page);
}

/*
 * POST /staff/head/announcement key= [announcement=] [class=] title= [body=] first_day= [last_day=]
 * [pinned=1]
 */
enum reply
head_save_announcement(struct request *rq)
{
	const char *key = form_key(rq);
	const char *title = form_need_text(rq, "title", TITLE_CHARS, "Напишите, о чём объявление.");
	const char *body = form_lines(rq, "body", BODY_CHARS, "");
	const char *first = head_day(rq, "first_day"), *last = form_date(rq, "last_day", NULL);

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (form_failed(rq))
		return form_again(rq, head_show_announcements);
	db_ask(rq, Q_ANNOUNCEMENT_SAVE, DB_TEXT(key), DB_ID(form_id(rq, "announcement")),
	    DB_ID(form_id(rq, "class")), DB_TEXT(first), DB_TEXT(last),
	    DB_BOOL(form_flag(rq, "pinned")), DB_TEXT(title), DB_TEXT(body));
	return form_done(rq, head_show_announcements, "/staff/head/announcements", "done",
	    "head-announcement", NULL);
}

/* POST /staff/head/announcement/end announcement= */
enum reply
head_end_announcement(struct request *rq)
{
	db_ask(rq, Q_ANNOUNCEMENT_END, DB_INT(form_id(rq, "announcement")));
	return form_done(rq, head_show_announcements, "/staff/head/announcements", "done",
	    "head-announce-end", NULL);
}

/* ---- the school itself ----------------------------------------------------------------------- */

/* GET /staff/head/school[?contact=] -- its words, and a form for a new contact or that one. */
enum reply
head_show_school(struct request *rq)
{
	int64_t id = form_id(rq, "contact");
	struct db_rows *school = db_ask(rq, Q_SCHOOL);
	struct db_rows *contacts = db_ask(rq, Q_CONTACTS);
	struct db_rows *old = id > 0 ? db_ask(rq, Q_CONTACT, DB_INT(id)) : NULL;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "head-school");
	view_rows(page, "contact", contacts);
	form_show_row(rq, page, school, 0, "reception", "reception_url", "presence_floor", NULL);
	form_show_row(rq, page, old, 0, "subject", "phone", "email", "hours", NULL);
	/* One page, two forms: a contact that comes back says nothing of the school. */
	view_flag(page, "has_ranks", form_has(rq, "presence_floor")
		? form_flag(rq, "ranks") : db_bool(school, 0, "has_ranks"));
	view_text(page, "contact_id", url_id(rq, id));
	return view_send(rq, page);
}

/* POST /staff/head/school [reception=] [reception_url=] presence_floor= [ranks=1] */
enum reply
head_save_school(struct request *rq)
{
	const char *reception = form_text(rq, "reception", 300, "");
	const char *link = form_typed_link(rq, "reception_url", 200, "");
	int64_t floor = form_typed_int(rq, "presence_floor", 0, 100, -1);

	if (floor < 0)
		form_error(rq, "presence_floor", "Доля — число от 0 до 100.");
	if (form_failed(rq))
		return form_again(rq, head_show_school);
	db_ask(rq, Q_SCHOOL_SAVE, DB_TEXT(reception), DB_TEXT(link), DB_INT(floor),
	    DB_BOOL(form_flag(rq, "ranks")));
	return form_done(rq, head_show_school, "/staff/head/school", "done", "head-school", NULL);
}

/* POST /staff/head/contact key= [contact=] subject= [phone=] [email=] [hours=] */
enum reply
head_save_contact(struct request *rq)
{
	const char *key = form_key(rq);
	const char *subject = form_need_text(rq, "subject", 100, "По какому вопросу?");
	const char *phone = form_text(rq, "phone", 40, ""), *email = form_text(rq, "email", 100, "");
	const char *hours = form_text(rq, "hours", 100, "");

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (*phone == '\0' && *email == '\0')
		form_error(rq, "phone", "Напишите телефон или адрес почты.");
	if (form_failed(rq))
		return form_again(rq, head_show_school);
	db_ask(rq, Q_CONTACT_SAVE, DB_TEXT(key), DB_ID(form_id(rq, "contact")), DB_TEXT(subject),
	    DB_TEXT(phone), DB_TEXT(email), DB_TEXT(hours));
	return form_done(rq, head_show_school, "/staff/head/school", "done", "head-contact", NULL);
}

/* POST /staff/head/contact/drop contact= */
enum reply
head_drop_contact(struct request *rq)
{
	db_ask(rq, Q_CONTACT_DROP, DB_INT(form_id(rq, "contact")));
	return form_done(rq, head_show_school, "/staff/head/school", "done", "head-contact-drop",
	    NULL);
}
