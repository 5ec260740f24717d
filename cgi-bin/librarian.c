/*
 * librarian.c -- the library's desk: lending and taking back by barcode, sets of textbooks, losses,
 * labels, the catalogue, stocktaking.
 *
 * This file: the questions and the routes; the handlers are in parts/librarian-….c.
 */
#include "app.h"
#include "parts/librarian.h"

static const struct db_question questions[Q__COUNT] = {
	[Q_SCAN]       = { "staff.librarian_scan($1, $2::uuid, $3, $4::bigint, $5, $6::bigint, $7::bigint)" },
	[Q_SCANNED]    = { "staff.librarian_scanned($1, $2::bigint)" },
	[Q_SCANS]      = { "staff.librarian_scans($1)" },
	[Q_UNDO]       = { "staff.librarian_undo($1, $2::bigint)" },
	[Q_SPOIL]      = { "staff.librarian_spoil($1, $2::bigint, $3, $4::boolean)" },
	[Q_NAMED]      = { "staff.librarian_named($1, $2, $3::int)" },
	[Q_READER]     = { "staff.librarian_reader($1, $2::bigint)" },
	[Q_LOANS]      = { "staff.librarian_loans($1, $2::bigint)" },
	[Q_HOLDS]      = { "staff.librarian_holds($1, $2::bigint)" },
	[Q_TODAY]      = { "staff.librarian_today($1)" },
	[Q_HISTORY]    = { "staff.librarian_history($1, $2::bigint, $3::bigint, $4::int)" },
	[Q_CLASSES]    = { "staff.librarian_classes($1)" },
	[Q_READERS]    = { "staff.librarian_readers($1, $2::bigint)" },
	[Q_KEPT]       = { "staff.librarian_kept($1)" },
	[Q_QUEUES]     = { "staff.librarian_queues($1)" },
	[Q_TITLE]      = { "staff.librarian_title($1, $2::bigint)" },
	[Q_QUEUE]      = { "staff.librarian_queue($1, $2::bigint)" },
	[Q_DROP]       = { "staff.librarian_drop($1, $2::bigint)" },
	[Q_COPY]       = { "staff.librarian_copy($1, $2::bigint)" },
	[Q_EVENTS]     = { "staff.librarian_events($1, $2::bigint)" },
	[Q_LOSE]       = { "staff.librarian_lose($1, $2::uuid, $3::bigint, $4::boolean)" },
	[Q_MARK]       = { "staff.librarian_mark($1, $2::uuid, $3::bigint, $4, $5)" },
	[Q_LABELS]     = { "staff.librarian_labels($1, $2::bigint, $3::bigint[], $4::date, $5, $6, $7::bigint, $8::int)" },
	[Q_CARDS]      = { "staff.librarian_cards($1, $2::bigint)" },
	[Q_SETS]       = { "staff.librarian_sets($1)" },
	[Q_TEXTBOOKS]  = { "staff.librarian_textbooks($1, $2::bigint)" },
	[Q_PLAN]       = { "staff.librarian_plan($1, $2::bigint, $3::bigint[])" },
	[Q_CHOSEN]     = { "staff.librarian_chosen($1, $2::bigint, $3::bigint[])" },
	[Q_ISSUE]      = { "staff.librarian_issue($1, $2::uuid, $3::bigint, $4::bigint[], $5)" },
	[Q_SET]        = { "staff.librarian_set($1, $2::bigint)" },
	[Q_SET_TITLES] = { "staff.librarian_set_titles($1, $2::bigint)" },
	[Q_SET_PUPILS] = { "staff.librarian_set_pupils($1, $2::bigint)" },
	[Q_SET_BACK]   = { "staff.librarian_set_back($1, $2::uuid, $3::bigint, $4::bigint[])" },
};

void
librarian_section(struct view *page, const char *section, const struct db_rows *rows)
{
	if (rows == NULL)
		view_none(page, section);
	else
		view_rows(page, section, rows);
}

static const struct route routes[] = {
	{ "GET",  "/staff/library",           librarian_show_desk,      ACCESS_LIBRARIAN,
	    .view = { "library-desk", "reader" } },
	{ "POST", "/staff/library/scan",      librarian_scan,           ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/undo",      librarian_undo,           ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/spoil",     librarian_spoil,          ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/readers",   librarian_show_readers,   ACCESS_LIBRARIAN,
	    .view = { "library-readers", "class" } },
	{ "GET",  "/staff/library/reader",    librarian_show_reader,    ACCESS_LIBRARIAN,
	    .view = { "library-reader", "id" } },
	{ "GET",  "/staff/library/discharge", librarian_show_discharge, ACCESS_LIBRARIAN,
	    .view = { "library-reader", "reader" } },
	{ "GET",  "/staff/library/kept",      librarian_show_kept,      ACCESS_LIBRARIAN,
	    .view = { "library-kept" } },
	{ "GET",  "/staff/library/queue",     librarian_show_queue,     ACCESS_LIBRARIAN,
	    .view = { "library-queue", "title" } },
	{ "POST", "/staff/library/drop",      librarian_drop,           ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/copy",      librarian_show_copy,      ACCESS_LIBRARIAN,
	    .view = { "library-copy", "id" } },
	{ "GET",  "/staff/library/act",       librarian_show_act,       ACCESS_LIBRARIAN,
	    .view = { "library-copy", "copy" } },
	{ "POST", "/staff/library/act",       librarian_act,            ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/labels",    librarian_show_labels,    ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/cards",     librarian_show_cards,     ACCESS_LIBRARIAN,
	    .view = { "library-cards", "class" } },
	{ "GET",  "/staff/library/sets",      librarian_show_sets,      ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/sets/plan", librarian_show_plan,      ACCESS_LIBRARIAN,
	    .view = { "library-plan", "class" } },
	{ "POST", "/staff/library/sets/plan", librarian_issue,          ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/set",       librarian_show_set,       ACCESS_LIBRARIAN,
	    .view = { "library-set", "id" } },
	{ "POST", "/staff/library/set",       librarian_take_back,      ACCESS_LIBRARIAN },
};

APP_MAIN("librarian", .audience = AUDIENCE_STAFF)
