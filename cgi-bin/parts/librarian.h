/*
 * librarian.h -- what the files of the library's desk share: its questions and the handlers that
 * librarian.c routes to.
 */
#ifndef KABINET_LIBRARIAN_H
#define KABINET_LIBRARIAN_H

#include "app.h"

enum question {
	Q_SCAN, Q_SCANNED, Q_SCANS, Q_UNDO, Q_SPOIL, Q_NAMED, Q_READER, Q_LOANS, Q_HOLDS, Q_TODAY,
	Q__COUNT
};

/* librarian-desk.c */
enum reply librarian_show_desk(struct request *rq);
enum reply librarian_scan(struct request *rq);
enum reply librarian_undo(struct request *rq);
enum reply librarian_spoil(struct request *rq);

#endif
