/*
 * db-array.c -- PostgreSQL's array literals, as parameters of questions: what a form with a row for
 * each pupil sends.
 */
#include "app.h"
#include "text.h"

#define ARRAY_MAX_BYTES (64 * 1024)

struct db_array { struct text *text; };

struct db_array *
db_array(struct request *rq)
{
	struct db_array *array = arena_alloc(rq->arena, sizeof *array);

	array->text = arena_text(rq->arena, ARRAY_MAX_BYTES);
	text_puts(array->text, "{");
	return array;
}

/* A comma before each item but the first. */
static void
next_item(struct db_array *array)
{
	if (array->text->len > 1)
		text_puts(array->text, ",");
}

void
db_array_text(struct db_array *array, const char *s)
{
	next_item(array);
	text_puts(array->text, "\"");
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			text_puts(array->text, "\\");
		text_put(array->text, s, 1);
	}
	text_puts(array->text, "\"");
}

void
db_array_int(struct db_array *array, int64_t n)
{
	next_item(array);
	text_printf(array->text, "%lld", (long long)n);
}

void
db_array_null(struct db_array *array)
{
	next_item(array);
	text_puts(array->text, "NULL");
}

struct db_param
db_array_end(struct request *rq, struct db_array *array)
{
	text_puts(array->text, "}");
	if (array->text->broken)
		rq->bad_input = true;
	return DB_TEXT(array->text->data);
}

struct db_param
db_ticked(struct request *rq, const char *prefix, int *count)
{
	const struct form_fields *fields = app_is_post(rq) ? &rq->body : &rq->query;
	struct db_array *ids = db_array(rq);

	*count = 0;
	for (int i = 0; i < fields->count; i++) {
		int64_t id = form_name_id(rq, &fields->field[i], prefix);

		if (id == 0)
			continue;
		db_array_int(ids, id);
		++*count;
	}
	return db_array_end(rq, ids);
}
