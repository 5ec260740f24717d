/*
 * diary.h -- what the files of Дневник share: its questions, a mark in its page, and the handlers
 * that diary.c routes to.
 */
#ifndef KABINET_DIARY_H
#define KABINET_DIARY_H

#include "app.h"

enum question {
	Q_PAGE, Q_DAYS, Q_LESSONS, Q_MARKS, Q_FILES, Q_SIGN,
	Q_HOMEWORK, Q_DONE, Q_TASK, Q_TASK_FILES, Q_ANSWERS, Q_ANSWER, Q_FILE,
	Q_TERMS, Q_SUBJECTS, Q_TERM_MARKS, Q_CHANGES, Q_WEEKS, Q_SUBJECT, Q_TOPICS, Q_KINDS,
	Q_YEARS, Q_YEAR_TERMS, Q_FINALS,
	Q_LESSON, Q_MESSAGES, Q_ASK,
	Q__COUNT
};

/*
 * diary.c: one mark of a row, with the symbols of parts/diary-mark; is_full: with its words, as on
 * the page of a day.
 */
void diary_add_mark(struct view *parent, const struct db_rows *marks, int row, bool is_full);

/* diary-marks.c */
enum reply diary_show_marks(struct request *rq);
enum reply diary_show_subject(struct request *rq);
enum reply diary_show_finals(struct request *rq);

#endif
