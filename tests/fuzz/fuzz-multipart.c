/*
 * fuzz-multipart.c -- libFuzzer: a form with files from anywhere is refused, or its fields and
 * files keep every promise of form.h. The first line of the input is the Content-Type, the rest the
 * body.
 */
#include "arena.h"
#include "file.h"
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
	must(strlen(f->name) <= FORM_MAX_NAME_BYTES && strlen(f->value) == f->len);
	must(text_is_utf8(f->name, strlen(f->name)) && text_is_utf8(f->value, f->len));
	must(!f->is_secret);
}

/* What the table site.file demands of a name, and where the bytes lie. */
static void
check_file(const struct form_file *f, const char *body, size_t len)
{
	size_t name_len = strlen(f->name);
	const char *bytes = f->bytes;

	must(strlen(f->field) <= FORM_MAX_NAME_BYTES);
	must(text_is_utf8(f->name, name_len) && name_len > 0 &&
	    text_chars(f->name, name_len) <= 120);
	must(strpbrk(f->name, "/\\\"\r\n\t\x7f") == NULL);
	for (size_t i = 0; i < name_len; i++)
		must((unsigned char)f->name[i] >= 0x20);
	must(bytes >= body && f->len <= len && bytes + f->len <= body + len);
	(void)file_type(f->bytes, f->len, f->name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *feed = memchr(data, '\n', size);
	struct form_fields fields;
	struct arena *a;
	const char *type;
	char *body;
	size_t len;

	if (feed == NULL || size > FORM_MAX_BODY_BYTES)
		return 0;
	a = arena_new((size_t)16 << 20);
	type = arena_copy(a, (const char *)data, (size_t)(feed - (const char *)data));
	len = size - (size_t)(feed + 1 - (const char *)data);
	/* Of its own and without a NUL behind it: a step too far is seen. */
	body = malloc(len > 0 ? len : 1);
	must(body != NULL);
	memcpy(body, feed + 1, len);
	if (form_parse_multipart(a, body, len, type, &fields)) {
		must(fields.count >= 0 && fields.count <= FORM_MAX_FIELDS);
		must(fields.file_count >= 0 && fields.file_count <= FORM_MAX_FILES &&
		    fields.left_out >= 0);
		for (int i = 0; i < fields.count; i++)
			check_field(&fields.field[i]);
		for (int i = 0; i < fields.file_count; i++)
			check_file(&fields.file[i], body, len);
	}
	free(body);
	arena_free(a);
	return 0;
}
