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
	[Q_LOSE]       = { "staff.librarian_lose($1, $2::uuid, $3::bigint, $4::bigint, $5::bigint, $6::boolean)" },
	[Q_MARK]       = { "staff.librarian_mark($1, $2::uuid, $3::bigint, $4::bigint, $5, $6)" },
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

	[Q_CAT_TITLES] = { "staff.catalogue_titles($1, $2, $3, $4::bigint, $5::int)" },
	[Q_CAT_TITLE]  = { "staff.catalogue_title($1, $2::bigint)" },
	[Q_CAT_COPIES] = { "staff.catalogue_copies($1, $2::bigint, $3::bigint, $4::int)" },
	[Q_CAT_SAVE]   = { "staff.catalogue_save($1, $2::uuid, $3::bigint, $4, $5, $6, $7, $8::int, $9, $10, $11, "
	                   "$12::int, $13::int, $14, $15::bigint)" },
	[Q_CAT_ADD]    = { "staff.catalogue_add_copies($1, $2::uuid, $3::bigint, $4::int, $5::text[], $6::bigint, $7)" },
	[Q_CAT_EXPORT] = { "staff.catalogue_export($1, $2::int)" },
	[Q_IMPORTS]    = { "staff.catalogue_imports($1, $2::int)" },
	[Q_IMPORT]     = { "staff.catalogue_import($1, $2::bigint)" },
	[Q_IMPORT_ROWS] = { "staff.catalogue_import_rows($1, $2::bigint, $3::boolean, $4::int)" },
	[Q_STAGE]      = { "staff.catalogue_stage($1, $2, $3, $4, $5::int, $6)" },
	[Q_IMPORT_DO]  = { "staff.catalogue_import_do($1, $2::bigint, $3::boolean)" },
	[Q_INVENTORIES] = { "staff.catalogue_inventories($1, $2::bigint, $3::int)" },
	[Q_INVENTORY]  = { "staff.catalogue_inventory($1, $2::bigint)" },
	[Q_INVENTORY_BEGIN] = { "staff.catalogue_inventory_begin($1, $2)" },
	[Q_INVENTORY_SCAN] = { "staff.catalogue_inventory_scan($1, $2::bigint, $3)" },
	[Q_SEEN]       = { "staff.catalogue_inventory_seen($1, $2::bigint, $3::int)" },
	[Q_MISSING]    = { "staff.catalogue_missing($1, $2::bigint, $3::int, $4::int)" },
	[Q_INVENTORY_END] = { "staff.catalogue_inventory_end($1, $2::bigint, $3::boolean)" },
	[Q_OVERDUE]    = { "staff.catalogue_overdue($1, $2::bigint, $3::int, $4::int)" },
	[Q_OVERDUE_CLASSES] = { "staff.catalogue_overdue_classes($1)" },
	[Q_POPULAR]    = { "staff.catalogue_popular($1, $2::int)" },
	[Q_MONTHS]     = { "staff.catalogue_months($1)" },
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

	{ "GET",  "/staff/library/catalogue", librarian_show_catalogue, ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/catalogue.csv", librarian_export,     ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/title",     librarian_show_title,     ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/title/edit", librarian_edit_title,    ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/title/edit", librarian_save_title,    ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/title/copies", librarian_add_copies,  ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/import",    librarian_show_import,    ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/import",    librarian_stage,          ACCESS_LIBRARIAN, FORM_MAX_UPLOAD_BYTES },
	{ "POST", "/staff/library/import/take", librarian_take_import,  ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/inventory", librarian_show_inventories, ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/inventory", librarian_begin_inventory, ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/inventory/count", librarian_show_inventory, ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/inventory/count", librarian_count,    ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/inventory/missing", librarian_show_missing, ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/inventory/missing.csv", librarian_send_missing, ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/inventory/end", librarian_show_end,   ACCESS_LIBRARIAN },
	{ "POST", "/staff/library/inventory/end", librarian_end_inventory, ACCESS_LIBRARIAN },
	{ "GET",  "/staff/library/overdue",   librarian_show_overdue,   ACCESS_LIBRARIAN,
	    .view = { "library-overdue", "class" } },
	{ "GET",  "/staff/library/overdue.csv", librarian_send_overdue, ACCESS_LIBRARIAN,
	    .view = { "library-overdue", "class" } },
	{ "GET",  "/staff/library/popular",   librarian_show_popular,   ACCESS_LIBRARIAN },
};

APP_MAIN("librarian", .audience = AUDIENCE_STAFF)
