/*
 * librarian.h -- what the files of the library's desk share: its questions and the handlers that
 * librarian.c routes to.
 */
#ifndef KABINET_LIBRARIAN_H
#define KABINET_LIBRARIAN_H

#include "app.h"

enum question {
	Q_TODAY,
	Q__COUNT
};

#endif
