/*
 * journal.h -- what the files of the journal share: its questions, how fields of pupils are read,
 * the handlers that journal.c routes to.
 */
#ifndef KABINET_JOURNAL_H
#define KABINET_JOURNAL_H

#include "app.h"

enum question {
	Q_DAYS, Q_DAY, Q_GAPS, Q_CLASSES, Q_LESSON, Q_ROLL, Q_CODES, Q_SAVE_ROLL, Q_SAVE_THEME, Q_WORKS, Q_WORK,
	Q_KINDS, Q_TASKS, Q_MARKS, Q_SAVE_MARKS, Q_DROP_WORK, Q_MARK, Q_HISTORY, Q_SAVE_MARK, Q_TARGETS,
	Q_HOMEWORK, Q_FILES, Q_TASK, Q_ANSWERS, Q_SAVE_HOMEWORK, Q_ADD_FILE, Q_FILE, Q_QUESTIONS, Q_REPLY, Q_UNDO,
	Q_TERMS, Q_CLASS, Q_GRID_DAYS, Q_GRID, Q_SAVE_FINALS, Q__COUNT
};

/* The name of a pupil's field: mark_12. */
const char *journal_field(struct request *rq, const char *prefix, int64_t pupil);
/* All fields mark_ID: ids and what was typed. */
void journal_read_marks(struct request *rq, struct db_array *pupils, struct db_array *values);
/* What the head of a lesson's pages needs (parts/journal-head.html). */
void journal_add_head(struct request *rq, struct view *page, const struct db_rows *lesson,
    const char *tab);

/* journal-marks.c */
enum reply journal_show_marks(struct request *rq);
enum reply journal_save_marks(struct request *rq);
enum reply journal_drop_work(struct request *rq);
enum reply journal_show_mark(struct request *rq);
enum reply journal_save_mark(struct request *rq);

/* journal-homework.c */
enum reply journal_show_homework(struct request *rq);
enum reply journal_save_homework(struct request *rq);
enum reply journal_send_file(struct request *rq);

/* journal-grid.c */
enum reply journal_show_class(struct request *rq);
enum reply journal_show_finals(struct request *rq);
enum reply journal_save_finals(struct request *rq);

#endif
