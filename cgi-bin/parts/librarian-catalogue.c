/*
 * librarian-catalogue.c -- the catalogue: search, titles and their copies, the table of all.
 */
#include "app.h"
#include "catalogue.h"
#include "librarian.h"
#include "money.h"
#include "text.h"

#define TITLES_PAGE      30
#define COPIES_PAGE      60
#define COPIES_MAX       500
#define WORDS_MAX        120
#define EXPORT_TITLES    200000
#define EXPORT_MAX_BYTES ((size_t)96 << 20)

static const char *const kinds[] = { "book", "textbook", "periodical", "reference", NULL };

/* GET /staff/library/catalogue[?q=][&kind=][&before=] */
enum reply
librarian_show_catalogue(struct request *rq)
{
	const char *words = form_text(rq, "q", WORDS_MAX, "");
	const char *kind = form_choice(rq, "kind", kinds, NULL);
	struct db_rows *titles = db_ask(rq, Q_CAT_TITLES, DB_TEXT(words), DB_TEXT(kind),
	    DB_ID(form_id(rq, "before")), DB_INT(TITLES_PAGE + 1));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-catalogue");
	view_text(page, "words", words);
	view_text(page, "kind", kind);
	view_text(page, "mended", db_row_count(titles) > 0 ? db_text(titles, 0, "mended") : "");
	view_pager(rq, page, "/staff/library/catalogue", titles, TITLES_PAGE, "title_id");
	view_rows(page, "title_row", titles);
	return view_send(rq, page);
}

/* GET /staff/library/title?id=[&before=] -- and the page that refused copies come back to. */
enum reply
librarian_show_title(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *title = db_ask(rq, Q_CAT_TITLE, DB_INT(id));
	struct db_rows *copies = db_ask(rq, Q_CAT_COPIES, DB_INT(id), DB_ID(form_id(rq, "before")),
	    DB_INT(COPIES_PAGE + 1));
	struct view *page;

	if (!db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-title");
	view_values(page, title);
	/* `title` is the page's own symbol. */
	view_text(page, "name", db_text(title, 0, "title"));
	view_pager(rq, page, "/staff/library/title", copies, COPIES_PAGE, "copy_id");
	view_rows(page, "copy", copies);
	form_show(rq, page, "count", "barcodes", "price", "condition", NULL);
	return view_send(rq, page);
}

/* The columns of other names and shape: «» for no price. */
static void
show_stored(struct request *rq, struct view *page, const struct db_rows *title)
{
	int64_t price_kop = db_int(title, 0, "price_kop");
	char price[MONEY_BUF];

	view_text(page, "value_name", db_text(title, 0, "title"));
	view_text(page, "value_price", price_kop == 0 ? "" :
	    arena_printf(rq->arena, "%s", money_plain(price, price_kop, ',')));
}

/* GET /staff/library/title/edit[?id=] -- a new one without id. */
enum reply
librarian_edit_title(struct request *rq)
{
	int64_t id = form_id(rq, "id");
	struct db_rows *title = id > 0 ? db_ask(rq, Q_CAT_TITLE, DB_INT(id)) : NULL;
	struct view *page;

	if (id > 0 && !db_answer(rq))
		return rq->db_reply;
	page = view_new(rq, "librarian-edit");
	view_text(page, "title_id", url_id(rq, id));
	form_show(rq, page, "name", "price", NULL);
	form_show_row(rq, page, title, 0, "kind", "authors", "publisher", "year", "isbn", "shelf",
	    "subject", "grade", "pages", "annotation", NULL);
	if (title != NULL && !form_has(rq, "name"))
		show_stored(rq, page, title);
	return view_send(rq, page);
}

/* "" when it was left out; words at the field when it is none. */
static const char *
typed_isbn(struct request *rq)
{
	const char *typed = form_text(rq, "isbn", 40, ""), *isbn;
	bool is_wrong;

	if (*typed == '\0')
		return "";
	isbn = catalogue_isbn(rq->arena, typed, &is_wrong);
	if (isbn == NULL || is_wrong)
		form_error(rq, "isbn",
		    "Проверьте ISBN: в нём 10 или 13 цифр, и последняя — контрольная.");
	return isbn != NULL ? isbn : "";
}

/* POST /staff/library/title/edit key= [id=] kind= name= ... */
enum reply
librarian_save_title(struct request *rq)
{
	const char *key = form_key(rq), *kind = form_choice(rq, "kind", kinds, NULL);
	const char *name = form_need_text(rq, "name", 300, "Впишите название.");
	const char *isbn = typed_isbn(rq);
	int64_t id = form_id(rq, "id"), year = form_typed_int(rq, "year", 1500, 2200, 0);
	int64_t grade = form_typed_int(rq, "grade", 1, 11, 0);
	int64_t pages = form_typed_int(rq, "pages", 1, 32767, 0);
	int64_t price = form_typed_money(rq, "price", 1, 10000000, 0);
	const char *authors = form_text(rq, "authors", 300, "");
	const char *publisher = form_text(rq, "publisher", 200, "");
	const char *shelf = form_text(rq, "shelf", 60, "");
	const char *subject = form_text(rq, "subject", 100, "");
	const char *annotation = form_lines(rq, "annotation", 2000, "");
	struct db_rows *saved;

	if (kind == NULL)
		return REPLY_BAD_INPUT;
	if (strcmp(kind, "textbook") == 0 && grade == 0)
		form_error(rq, "grade", "У учебника укажите класс: от 1 до 11.");
	if (form_failed(rq))
		return form_again(rq, librarian_edit_title);
	saved = db_ask(rq, Q_CAT_SAVE, DB_TEXT(key), DB_ID(id), DB_TEXT(kind), DB_TEXT(name),
	    DB_TEXT(authors), DB_TEXT(publisher), DB_ID(year), DB_TEXT(isbn), DB_TEXT(shelf),
	    DB_TEXT(subject), DB_ID(grade), DB_ID(pages), DB_TEXT(annotation), DB_ID(price));
	if (!db_answer(rq))
		return form_refused(rq, librarian_edit_title);
	return app_redirect(rq, "/staff/library/title", "id", db_text(saved, 0, "catalogue_save"),
	    "done", "title-saved", NULL);
}

/* POST /staff/library/title/copies key= id= count= barcodes= price= condition= */
enum reply
librarian_add_copies(struct request *rq)
{
	const char *key = form_key(rq), *typed = form_lines(rq, "barcodes", 12000, "");
	int64_t id = form_id(rq, "id"), count = form_typed_int(rq, "count", 0, COPIES_MAX, 0);
	int64_t price = form_typed_money(rq, "price", 1, 10000000, 0);
	const char *condition = form_text(rq, "condition", 100, "");
	struct db_array *barcodes = db_array(rq);
	int named = 0;

	for (typed += strspn(typed, " ,;\n"); *typed != '\0'; typed += strspn(typed, " ,;\n")) {
		size_t len = strcspn(typed, " ,;\n");

		db_array_text(barcodes, arena_copy(rq->arena, typed, len));
		typed += len;
		named++;
	}
	if (id == 0)
		return REPLY_BAD_INPUT;
	if (named > COPIES_MAX)
		form_error(rq, "barcodes", "Сразу можно добавить не больше 500 экземпляров.");
	else if (count == 0 && named == 0)
		form_error(rq, "count", "Укажите, сколько экземпляров, или их штрихкоды.");
	if (form_failed(rq))
		return form_again(rq, librarian_show_title);
	db_ask(rq, Q_CAT_ADD, DB_TEXT(key), DB_INT(id), DB_INT(count), db_array_end(rq, barcodes),
	    DB_ID(price), DB_TEXT(condition));
	return form_done(rq, librarian_show_title, "/staff/library/title", "id", url_id(rq, id),
	    "done", "copies-added", NULL);
}

/* GET /staff/library/catalogue.csv -- what an import reads again. */
enum reply
librarian_export(struct request *rq)
{
	static const char *const first[] = { "kind", "title", "authors", "publisher", "year",
		"isbn", "shelf", "subject", "grade", "pages", "annotation" };
	static const char *const last[] = { "copies", "barcodes" };
	struct db_rows *titles = db_ask(rq, Q_CAT_EXPORT, DB_INT(EXPORT_TITLES));
	char price[MONEY_BUF];
	struct text *csv;

	if (!db_answer(rq))
		return rq->db_reply;
	csv = app_csv(rq, EXPORT_MAX_BYTES,
	    "Вид;Название;Авторы;Издательство;Год;ISBN;Место;Раздел;Класс;Страниц;Аннотация;Цена;"
	    "Экземпляров;Штрихкод");
	for (int i = 0; i < db_row_count(titles); i++) {
		int64_t kop = db_int(titles, i, "price_kop");

		for (size_t k = 0; k < sizeof first / sizeof first[0]; k++)
			app_csv_cell(csv, db_text(titles, i, first[k]), ";");
		app_csv_cell(csv, kop > 0 ? money_plain(price, kop, ',') : "", ";");
		app_csv_row(csv, titles, i, last, 2);
	}
	return app_send_csv(rq, csv, "Каталог библиотеки.csv");
}
