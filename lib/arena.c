/*
 * arena.c -- a list of chunks, newest first, and a list of deferred calls that lives in them.
 *
 * The oldest chunk is taken once, with the arena, and survives every reset: a request that fits
 * into it costs no malloc at all. Later chunks double, so that a large page costs a handful.
 */
#include <assert.h>
#include <stdalign.h>
#include <stdint.h>

#include "arena.h"
#include "log.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define ARENA_RED_ZONE_BYTES 32
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ARENA_RED_ZONE_BYTES 0
#endif

#define ARENA_FIRST_CHUNK_BYTES   ((size_t)64 * 1024)
#define ARENA_LARGEST_CHUNK_BYTES ((size_t)4 * 1024 * 1024)   /* larger ones hold one block */
#define ARENA_ALIGN               alignof(max_align_t)
#define ARENA_PRINTF_BYTES        256                         /* formatted on the stack first */

struct chunk {
	struct chunk *older;
	size_t        size;             /* of data */
	size_t        used;
	alignas(max_align_t) unsigned char data[];
};

struct deferred {
	struct deferred *older;
	void           (*release)(void *resource);
	void            *resource;
};

struct arena {
	struct chunk    *newest;
	struct deferred *deferred;      /* newest first */
	size_t           used_bytes;
	size_t           max_bytes;
};

/*
 * There is no way on from here; the log line tells a limit that is too low from a machine that is
 * too small.
 */
static void __attribute__((noreturn))
give_up(const struct arena *a, const char *event, size_t wanted_bytes)
{
	log_error(event, "wanted_bytes=%zu used_bytes=%zu max_bytes=%zu", wanted_bytes,
	    a == NULL ? 0 : a->used_bytes, a == NULL ? 0 : a->max_bytes);
	abort();
}

static struct chunk *
chunk_new(const struct arena *a, struct chunk *older, size_t size)
{
	struct chunk *c = malloc(sizeof(*c) + size);

	if (c == NULL)
		give_up(a, "out-of-memory", size);
	c->older = older;
	c->size = size;
	c->used = 0;
	ASAN_POISON_MEMORY_REGION(c->data, size);
	return c;
}

static void
chunk_free(struct chunk *c)
{
	ASAN_UNPOISON_MEMORY_REGION(c->data, c->size);
	free(c);
}

struct arena *
arena_new(size_t max_bytes)
{
	struct arena *a = malloc(sizeof(*a));

	if (a == NULL)
		give_up(NULL, "out-of-memory", sizeof(*a));
	*a = (struct arena){ .max_bytes = max_bytes };
	a->newest = chunk_new(a, NULL, ARENA_FIRST_CHUNK_BYTES);
	return a;
}

void
arena_reset(struct arena *a)
{
	struct deferred *d;
	struct chunk *c;

	/* A released resource may defer another call; it runs too. */
	while ((d = a->deferred) != NULL) {
		a->deferred = d->older;
		d->release(d->resource);
	}
	while ((c = a->newest)->older != NULL) {
		a->newest = c->older;
		chunk_free(c);
	}
	c->used = 0;
	ASAN_POISON_MEMORY_REGION(c->data, c->size);
	a->used_bytes = 0;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	chunk_free(a->newest);
	free(a);
}

/* size_bytes of unspecified content: the door for callers that fill all of it at once. */
static void *__attribute__((returns_nonnull))
take(struct arena *a, size_t size_bytes)
{
	size_t wanted = size_bytes > 0 ? size_bytes : 1;
	struct chunk *c = a->newest;
	size_t step, room;
	void *p;

	if (wanted > a->max_bytes)
		give_up(a, "arena-limit", wanted);
	wanted = (wanted + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
	if (wanted > a->max_bytes - a->used_bytes)
		give_up(a, "arena-limit", wanted);

	step = wanted + ARENA_RED_ZONE_BYTES;
	if (step > c->size - c->used) {
		room = 2 * c->size;
		if (room > ARENA_LARGEST_CHUNK_BYTES)
			room = ARENA_LARGEST_CHUNK_BYTES;
		a->newest = c = chunk_new(a, c, step > room ? step : room);
	}
	p = c->data + c->used;
	c->used += step;
	a->used_bytes += wanted;
	ASAN_UNPOISON_MEMORY_REGION(p, size_bytes);
	return p;
}

void *
arena_alloc(struct arena *a, size_t size_bytes)
{
	return memset(take(a, size_bytes), 0, size_bytes);
}

void *
arena_calloc(struct arena *a, size_t count, size_t size_bytes)
{
	size_t total;

	if (__builtin_mul_overflow(count, size_bytes, &total))
		give_up(a, "arena-limit", SIZE_MAX);
	return arena_alloc(a, total);
}

char *
arena_copy(struct arena *a, const char *bytes, size_t len)
{
	char *copy;

	if (len == SIZE_MAX)
		give_up(a, "arena-limit", len);
	copy = take(a, len + 1);
	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

char *
arena_vprintf(struct arena *a, const char *format, va_list args)
{
	char small[ARENA_PRINTF_BYTES];
	va_list again;
	char *s;
	int len;

	va_copy(again, args);
	len = vsnprintf(small, sizeof(small), format, args);
	assert(len >= 0);
	if ((size_t)len < sizeof(small)) {
		s = arena_copy(a, small, (size_t)len);
	} else {
		s = take(a, (size_t)len + 1);
		vsnprintf(s, (size_t)len + 1, format, again);
	}
	va_end(again);
	return s;
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	s = arena_vprintf(a, format, args);
	va_end(args);
	return s;
}

void
arena_defer(struct arena *a, void (*release)(void *resource), void *resource)
{
	struct deferred *d = take(a, sizeof(*d));

	*d = (struct deferred){ .older = a->deferred, .release = release, .resource = resource };
	a->deferred = d;
}

size_t
arena_used_bytes(const struct arena *a)
{
	return a->used_bytes;
}
