/*
 * head.h -- what the files of the head's desk share: its questions, two readers of fields, the
 * handlers of head-site.c that head.c routes to.
 */
#ifndef KABINET_HEAD_H
#define KABINET_HEAD_H

#include "app.h"

enum question {
	Q_TODAY, Q_CLASSES, Q_TEACHERS, Q_SUBJECTS, Q_SUBGROUPS, Q_SLOTS, Q_SLOT, Q_SLOT_SAVE, Q_SLOT_END,
	Q_LESSONS, Q_LESSON, Q_SUBSTITUTES, Q_SUBSTITUTE, Q_TERMS, Q_TERM_SAVE, Q_DAYS, Q_DAY_OFF, Q_BELLS, Q_BELL_SAVE, Q_BELL_DAY,
	Q_EVENTS, Q_EVENT, Q_EVENT_SAVE, Q_COMPLETION,
	Q_ANNOUNCEMENTS, Q_ANNOUNCEMENT, Q_ANNOUNCEMENT_SAVE, Q_ANNOUNCEMENT_END, Q_SCHOOL, Q_SCHOOL_SAVE,
	Q_CONTACTS, Q_CONTACT, Q_CONTACT_SAVE, Q_CONTACT_DROP, Q__COUNT
};

/* A required day: what is missing is for the person to see. */
const char *head_day(struct request *rq, const char *name);
/* The id that was chosen in the form that comes back, or else what the row has; NULL is no row. */
const char *head_chosen(struct request *rq, const char *name, const struct db_rows *row,
    const char *column);

/* head-site.c */
enum reply head_show_announcements(struct request *rq);
enum reply head_save_announcement(struct request *rq);
enum reply head_end_announcement(struct request *rq);
enum reply head_show_school(struct request *rq);
enum reply head_save_school(struct request *rq);
enum reply head_save_contact(struct request *rq);
enum reply head_drop_contact(struct request *rq);

#endif
