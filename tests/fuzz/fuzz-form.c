/*
 * fuzz-form.c -- libFuzzer: a query or a body from anywhere is refused, or its fields keep every
 * promise of form.h. Good fields, written anew by text_url(), read back the same.
 */
#include "arena.h"
#include "form.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static void
check_field(const struct form_field *f)
{
	must(f->name != NULL && f->value != NULL);
	must(strlen(f->value) == f->len);
	must(strlen(f->name) <= FORM_MAX_NAME_BYTES);
	must(text_is_utf8(f->name, strlen(f->name)) && text_is_utf8(f->value, f->len));
	must(!f->is_secret);
}

static void
check_round_trip(struct arena *a, const struct form_fields *fields)
{
	struct form_fields back;
	struct text out;

	text_init(&out, 4 * FORM_MAX_BODY_BYTES);
	for (int i = 0; i < fields->count; i++) {
		const struct form_field *f = &fields->field[i];
		size_t start;

		text_puts(&out, i > 0 ? "&" : "");
		start = out.len;
		text_url(&out, f->name, strlen(f->name));
		/* The limit is on the name as it was sent, and encoding may have lengthened it. */
		if (out.len - start > FORM_MAX_NAME_BYTES)
			out.broken = true;
		text_puts(&out, "=");
		text_url(&out, f->value, f->len);
	}
	if (!out.broken) {
		must(form_parse_urlencoded(a, out.data, out.len, &back));
		must(back.count == fields->count);
		for (int i = 0; i < back.count; i++) {
			must(strcmp(back.field[i].name, fields->field[i].name) == 0);
			must(strcmp(back.field[i].value, fields->field[i].value) == 0);
		}
	}
	text_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct form_fields fields;
	struct arena *a;

	if (size > FORM_MAX_BODY_BYTES)
		return 0;
	a = arena_new((size_t)4 << 20);
	if (form_parse_urlencoded(a, (const char *)data, size, &fields)) {
		must(fields.count >= 0 && fields.count <= FORM_MAX_FIELDS);
		must(size == 0 || memchr(data, '\0', size) == NULL);
		for (int i = 0; i < fields.count; i++)
			check_field(&fields.field[i]);
		check_round_trip(a, &fields);
	}
	arena_free(a);
	return 0;
}
