/*
 * librarian.c -- the library's desk: lending and taking back by barcode, sets of textbooks, losses,
 * labels, the catalogue, stocktaking.
 *
 * This file: the questions and the routes; the handlers are in parts/librarian-….c.
 */
#include "app.h"
#include "parts/librarian.h"

static const struct db_question questions[Q__COUNT] = {
	[Q_SCAN]    = { "staff.librarian_scan($1, $2::uuid, $3, $4::bigint, $5, $6::bigint, $7::bigint)" },
	[Q_SCANNED] = { "staff.librarian_scanned($1, $2::bigint)" },
	[Q_SCANS]   = { "staff.librarian_scans($1)" },
	[Q_UNDO]    = { "staff.librarian_undo($1, $2::bigint)" },
	[Q_SPOIL]   = { "staff.librarian_spoil($1, $2::bigint, $3, $4::boolean)" },
	[Q_NAMED]   = { "staff.librarian_named($1, $2, $3::int)" },
	[Q_READER]  = { "staff.librarian_reader($1, $2::bigint)" },
	[Q_LOANS]   = { "staff.librarian_loans($1, $2::bigint)" },
	[Q_HOLDS]   = { "staff.librarian_holds($1, $2::bigint)" },
	[Q_TODAY]   = { "staff.librarian_today($1)" },
};

static const struct route routes[] = {
	{ "GET",  "/staff/library",       librarian_show_desk, ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/scan",  librarian_scan,      ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/undo",  librarian_undo,      ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/spoil", librarian_spoil,     ACCESS_LIBRARIAN },
};

APP_MAIN("librarian", .audience = AUDIENCE_STAFF)
