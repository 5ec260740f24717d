/*
 * librarian.h -- what the files of the library's desk share: its questions and the handlers that
 * librarian.c routes to.
 */
#ifndef KABINET_LIBRARIAN_H
#define KABINET_LIBRARIAN_H

#include "app.h"

enum question {
	Q_SCAN, Q_SCANNED, Q_SCANS, Q_UNDO, Q_SPOIL, Q_NAMED, Q_READER, Q_LOANS, Q_HOLDS, Q_TODAY,
	Q_HISTORY, Q_CLASSES, Q_READERS, Q_KEPT, Q_QUEUES, Q_TITLE, Q_QUEUE, Q_DROP,
	Q_COPY, Q_EVENTS, Q_LOSE, Q_MARK, Q_LABELS, Q_CARDS,
	Q_SETS, Q_TEXTBOOKS, Q_PLAN, Q_CHOSEN, Q_ISSUE,
	Q_SET, Q_SET_TITLES, Q_SET_PUPILS, Q_SET_BACK,
	Q__COUNT
};

#define LIBRARIAN_FIND_MAX 40   /* characters of what is typed or scanned */

/* The section once per row; none where nothing was asked (NULL). */
void librarian_section(struct view *page, const char *section, const struct db_rows *rows);

/* librarian-desk.c */
enum reply librarian_show_desk(struct request *rq);
enum reply librarian_scan(struct request *rq);
enum reply librarian_undo(struct request *rq);
enum reply librarian_spoil(struct request *rq);

/* librarian-readers.c */
enum reply librarian_show_readers(struct request *rq);
enum reply librarian_show_reader(struct request *rq);
enum reply librarian_show_discharge(struct request *rq);
enum reply librarian_show_kept(struct request *rq);
enum reply librarian_show_queue(struct request *rq);
enum reply librarian_drop(struct request *rq);

/* librarian-copies.c */
enum reply librarian_show_copy(struct request *rq);
enum reply librarian_show_act(struct request *rq);
enum reply librarian_act(struct request *rq);
enum reply librarian_show_labels(struct request *rq);
enum reply librarian_show_cards(struct request *rq);

/* librarian-sets.c */
enum reply librarian_show_sets(struct request *rq);
enum reply librarian_show_plan(struct request *rq);
enum reply librarian_issue(struct request *rq);
enum reply librarian_show_set(struct request *rq);
enum reply librarian_take_back(struct request *rq);

#endif
