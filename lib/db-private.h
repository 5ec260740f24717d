/*
 * db-private.h -- what db.c and db-link.c share: the two files that know libpq.
 */
#ifndef KABINET_DB_PRIVATE_H
#define KABINET_DB_PRIVATE_H

#include <libpq-fe.h>

#include "db.h"

struct db_rows {
	PGresult *result;                      /* NULL until answered */
	int       limit;                       /* of rows to show; 0: all */
	int       question;
	int       param_count;
	const char *value[DB_MAX_PARAMS];
	int       length[DB_MAX_PARAMS];
	int       format[DB_MAX_PARAMS];       /* 1 = binary */
};

/*
 * A connection that works, or NULL with the reason logged. role is NULL when the conninfo says who
 * we are.
 */
PGconn *db_connect(const char *conninfo, const char *role, const char *settings);
/* Invariant I11, see db_check(). */
bool db_keeps_promises(PGconn *conn);

#endif
