/*
 * support.h -- what the files of the desk of appeals share: their questions, and the handlers that
 * support.c routes to.
 */
#ifndef KABINET_SUPPORT_H
#define KABINET_SUPPORT_H

#include "app.h"

enum question {
	Q_SUMMARY, Q_QUEUES, Q_CATEGORIES, Q_LIST, Q_EXPORT, Q_APPEAL, Q_MESSAGES, Q_STEPS,
	Q_OTHERS, Q_COLLEAGUES, Q_FILE, Q_STEP, Q_ASSIGN, Q_PRIORITY, Q_SEND_ON, Q_ANSWER, Q_NOTE,
	Q_TEMPLATES, Q_FILLED, Q_TEMPLATE, Q_TEMPLATE_SAVE, Q_FAQ, Q_DRAFT, Q_PUBLISH, Q_WITHDRAW,
	Q_PERIOD, Q_BY_CATEGORY, Q_BY_PERSON, Q__COUNT
};

/* support.c: who answers; ends with NULL. */
extern const char *const support_desks[];

#define SUPPORT_BODY_CHARS 5000    /* appeal.message.body */

/* support-appeal.c */
enum reply support_show_appeal(struct request *rq);
enum reply support_send_file(struct request *rq);
enum reply support_step(struct request *rq);
enum reply support_assign(struct request *rq);
enum reply support_set_priority(struct request *rq);
enum reply support_send_on(struct request *rq);
enum reply support_answer(struct request *rq);
enum reply support_note(struct request *rq);

/* support-answers.c */
enum reply support_show_templates(struct request *rq);
enum reply support_show_template(struct request *rq);
enum reply support_save_template(struct request *rq);
enum reply support_show_faq(struct request *rq);
enum reply support_show_publish(struct request *rq);
enum reply support_publish(struct request *rq);
enum reply support_withdraw(struct request *rq);

/* support-figures.c */
enum reply support_show_figures(struct request *rq);

#endif
