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
	Q_CAT_TITLES, Q_CAT_TITLE, Q_CAT_COPIES, Q_CAT_SAVE, Q_CAT_ADD, Q_CAT_EXPORT,
	Q_IMPORTS, Q_IMPORT, Q_IMPORT_ROWS, Q_STAGE, Q_IMPORT_DO,
	Q_INVENTORIES, Q_INVENTORY, Q_INVENTORY_BEGIN, Q_INVENTORY_SCAN, Q_SEEN, Q_MISSING, Q_INVENTORY_END,
	Q_OVERDUE, Q_OVERDUE_CLASSES, Q_POPULAR, Q_MONTHS,
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

/* librarian-catalogue.c */
enum reply librarian_show_catalogue(struct request *rq);
enum reply librarian_show_title(struct request *rq);
enum reply librarian_edit_title(struct request *rq);
enum reply librarian_save_title(struct request *rq);
enum reply librarian_add_copies(struct request *rq);
enum reply librarian_export(struct request *rq);

/* librarian-import.c */
enum reply librarian_show_import(struct request *rq);
enum reply librarian_stage(struct request *rq);
enum reply librarian_take_import(struct request *rq);

/* librarian-stock.c */
enum reply librarian_show_inventories(struct request *rq);
enum reply librarian_begin_inventory(struct request *rq);
enum reply librarian_show_inventory(struct request *rq);
enum reply librarian_count(struct request *rq);
enum reply librarian_show_missing(struct request *rq);
enum reply librarian_send_missing(struct request *rq);
enum reply librarian_show_end(struct request *rq);
enum reply librarian_end_inventory(struct request *rq);

/* librarian-reports.c */
enum reply librarian_show_overdue(struct request *rq);
enum reply librarian_send_overdue(struct request *rq);
enum reply librarian_show_popular(struct request *rq);

#endif
