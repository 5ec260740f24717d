/*
 * fuzz-statement.c -- libFuzzer: any bytes as a statement and as a file of seals. The corpus has
 * whole statements; the control of a changed one is made anew, so that the checks behind it are
 * reached too.
 */
#include "statement.h"

#include "arena.h"
#include "crypto.h"
#include "text.h"

#define ARENA_MAX_BYTES (64 << 20)
#define CONTROL_CHARS   ((sizeof("# Контроль: ") - 1) + 64 + 2)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static void
verify(struct arena *arena, const char *bytes, size_t size, const struct seals *seals)
{
	const char *words = NULL, *again = NULL;
	enum statement_verdict verdict = statement_verify(arena, bytes, size, seals, &words);

	must(words != NULL && *words != '\0' && text_is_utf8(words, strlen(words)));
	/* It has no memory. */
	must(statement_verify(arena, bytes, size, seals, &again) == verdict &&
	    strcmp(words, again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(ARENA_MAX_BYTES);
	const char *bytes = (const char *)data, *words = NULL;
	struct seals none = { 0 }, seals;
	uint8_t hash[CRYPTO_HASH_BYTES];
	char *copy;

	if (!seals_read(arena, bytes, size, &seals, &words))
		must(words != NULL && text_is_utf8(words, strlen(words)));
	verify(arena, bytes, size, &none);
	if (size > CONTROL_CHARS) {
		copy = arena_copy(arena, bytes, size);
		crypto_sha256(copy, size - CONTROL_CHARS, hash);
		crypto_hex(hash, sizeof hash, copy + size - 2 - 64);
		memcpy(copy + size - 2, "\r\n", 2);
		verify(arena, copy, size, &none);
	}
	arena_free(arena);
	return 0;
}
