/*
 * librarian-import.c -- a file of records for the catalogue: read, looked at, then taken whole.
 *
 * The file is read once, when it comes; what it says waits as rows of library.import_row until
 * somebody takes it, so that the page that shows them is one round trip.
 */
#include "app.h"
#include "catalogue.h"
#include "librarian.h"
#include "text.h"

#define FIRST_ROWS     20
#define NOTED_ROWS     30
#define LATEST_IMPORTS 10
#define ROWS_MAX_BYTES ((size_t)24 << 20)

/* The form for a file, with what was wrong with the one that has just come. */
static enum reply
show_upload(struct request *rq)
{
	struct db_rows *imports = db_ask(rq, Q_IMPORTS, DB_INT(LATEST_IMPORTS));
	const struct catalogue *refused = rq->left;
	int problems = refused != NULL ? refused->problem_count : 0;
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-import");
	view_rows(page, "latest", imports);
	form_show(rq, page, "file", NULL);
	view_none(page, "problem");
	view_int(page, "problems", problems);
	view_flag(page, "is_table", refused != NULL && refused->is_table);
	for (int i = 0; i < problems && i < CATALOGUE_MAX_PROBLEMS; i++) {
		struct view *row = view_add(page, "problem");

		view_int(row, "number", refused->problem[i].number);
		view_text(row, "words", refused->problem[i].words);
	}
	return view_send(rq, page);
}

/*
 * GET /staff/library/import[?id=] -- a form for a file; with id what a file would bring, or
 * brought.
 */
enum reply
librarian_show_import(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *import, *first, *noted;
	struct view *page;

	if (id == 0)
		return show_upload(rq);
	import = db_ask(rq, Q_IMPORT, DB_INT(id));
	first = db_ask(rq, Q_IMPORT_ROWS, DB_INT(id), DB_BOOL(false), DB_INT(FIRST_ROWS));
	noted = db_ask(rq, Q_IMPORT_ROWS, DB_INT(id), DB_BOOL(true), DB_INT(NOTED_ROWS + 1));
	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-preview");
	view_values(page, import);
	view_flag(page, "is_table", strcmp(db_text(import, 0, "format"), "CSV") == 0);
	view_flag(page, "has_more", db_limit(noted, NOTED_ROWS));
	view_rows(page, "first", first);
	view_rows(page, "noted_row", noted);
	form_show(rq, page, NULL);
	return view_send(rq, page);
}

/*
 * All records as one parameter: fields with U+001F between, records with U+001E. No text of a
 * record has a control character in it.
 */
static struct text *
rows_of(struct request *rq, const struct catalogue *c)
{
	struct text *rows = arena_text(rq->arena, ROWS_MAX_BYTES);

	for (int i = 0; i < c->count; i++) {
		const struct catalogue_record *record = &c->record[i];

		text_printf(rows, "%s%ld", i > 0 ? "\x1e" : "", record->number);
		for (int k = 0; k < CATALOGUE_FIELD__COUNT; k++) {
			text_puts(rows, "\x1f");
			text_puts(rows, record->field[k]);
		}
		text_puts(rows, "\x1f");
		text_puts(rows, record->note);
	}
	return rows;
}

/* POST /staff/library/import file= */
enum reply
librarian_stage(struct request *rq)
{
	struct form_upload file;
	struct catalogue c;
	struct db_rows *staged;
	struct text *rows;

	if (!form_file(rq, "file", &file))
		return form_again(rq, librarian_show_import);
	if (!catalogue_read(rq->arena, file.bytes, file.len, &c)) {
		form_error(rq, "file", "Файл не принят, в каталоге ничего не изменилось.");
		rq->left = &c;
		return form_again(rq, librarian_show_import);
	}
	rows = rows_of(rq, &c);
	if (rows->broken)
		return REPLY_TOO_LARGE;
	staged = db_ask(rq, Q_STAGE, DB_TEXT(file.name), DB_TEXT(c.format), DB_TEXT(c.encoding),
	    DB_INT(c.skipped), DB_TEXT(rows->data));
	if (!db_answer(rq))
		return rq->db_reply;
	return app_redirect(rq, "/staff/library/import", "id",
	    db_text(staged, 0, "catalogue_stage"), NULL);
}

/* POST /staff/library/import/take id= [one=1] */
enum reply
librarian_take_import(struct request *rq)
{
	int64_t id = form_id(rq, "id");

	if (id == 0)
		return REPLY_BAD_INPUT;
	db_ask(rq, Q_IMPORT_DO, DB_INT(id), DB_BOOL(form_flag(rq, "one")));
	return form_done(rq, librarian_show_import, "/staff/library/import", "id", url_id(rq, id),
	    "done", "catalogue-taken", NULL);
}
