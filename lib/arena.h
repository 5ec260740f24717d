/*
 * arena.h -- memory that lives as long as one request.
 *
 * A worker makes one arena at start and resets it after every request; nothing allocated here is
 * freed one by one. Foreign resources (a PGresult, a file descriptor, a GError) join the arena by
 * arena_defer(), and are released in reverse order at the reset, so that a handler may simply
 * return.
 *
 * Failure: there is none to handle. Running out of memory, or of the arena's own limit, aborts the
 * worker (GLib, which stands behind the templates, does the same); the master starts another. Every
 * input is bounded before it reaches an arena, so no visitor can bring that about.
 *
 * Under AddressSanitizer the free tail is poisoned and each chunk is followed by a red zone.
 */
#ifndef KABINET_ARENA_H
#define KABINET_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* An empty arena that will hold at most max_bytes; pair with arena_free(). */
struct arena *arena_new(size_t max_bytes) __attribute__((returns_nonnull, warn_unused_result));

/*
 * Runs the deferred calls, newest first, and forgets every chunk; pointers from this arena die
 * here.
 */
void arena_reset(struct arena *a);

/* Resets and releases the arena itself. */
void arena_free(struct arena *a);

/* Zeroed memory for any type, aligned to max_align_t; size 0 gives a valid unique pointer. */
void *arena_alloc(struct arena *a, size_t size_bytes)
    __attribute__((returns_nonnull, warn_unused_result, malloc, alloc_size(2)));

/* A NUL-terminated copy of len bytes. */
char *arena_copy(struct arena *a, const char *bytes, size_t len)
    __attribute__((returns_nonnull, warn_unused_result));

/* A formatted string. */
char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((returns_nonnull, warn_unused_result, format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list args)
    __attribute__((returns_nonnull, warn_unused_result, format(printf, 2, 0)));

/* Calls release(resource) at the reset, before the memory goes. */
void arena_defer(struct arena *a, void (*release)(void *resource), void *resource);

/* Bytes handed out since the last reset. */
size_t arena_used_bytes(const struct arena *a);

/* An array of count objects of the given type. */
#define arena_array(a, type, count) ((type *)arena_calloc((a), (count), sizeof(type)))
void *arena_calloc(struct arena *a, size_t count, size_t size_bytes)
    __attribute__((returns_nonnull, warn_unused_result));

#endif
