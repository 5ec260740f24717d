/*
 * fuzz-cookie.c -- libFuzzer: a Cookie header from anywhere gives a value of cookie octets that
 * stands in it, or none; and a second cookie of the same name, wherever it is planted, takes the
 * first one's away.
 */
#include "arena.h"
#include "form.h"
#include "text.h"

#define NAME "__Host-session"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static void
check_value(struct arena *a, const char *header, const char *value)
{
	for (const char *c = value; *c != '\0'; c++)
		must(*c > ' ' && *c < 0x7f && strchr("\",;\\", *c) == NULL);
	must(strstr(header, arena_printf(a, NAME "=%s", value)) != NULL);
	must(form_parse_cookie(a, arena_printf(a, NAME "=planted; %s", header), NAME) == NULL);
	must(form_parse_cookie(a, arena_printf(a, "%s; " NAME "=planted", header), NAME) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *header, *value;
	struct arena *a = arena_new((size_t)1 << 20);

	header = arena_copy(a, (const char *)data, size < 2 * FORM_MAX_COOKIE_BYTES ? size : 0);
	value = form_parse_cookie(a, header, NAME);
	if (value != NULL) {
		must(strlen(header) <= FORM_MAX_COOKIE_BYTES);
		check_value(a, header, value);
	}
	arena_free(a);
	return 0;
}
