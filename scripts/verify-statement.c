/*
 * verify-statement.c -- checks an exported statement against the published seals, without the
 * database.
 *
 *     verify-statement [--seals FILE] STATEMENT
 *
 * Says in Russian what it found: families and accountants run it. Exit status: 0 genuine, 1 not
 * (the words name the line), 2 it could not be told: unreadable, cut, filtered, or the seals are
 * missing.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "log.h"
#include "statement.h"

#define ARENA_MAX_BYTES (256 * 1024 * 1024)

enum { EXIT_GENUINE, EXIT_FALSE, EXIT_UNREADABLE };

static void __attribute__((noreturn))
leave(const char *what, const char *why)
{
	fprintf(stderr, "verify-statement: %s: %s\n", what, why);
	exit(EXIT_UNREADABLE);
}

/* The whole of a regular file; ends the program when that cannot be. */
static const char *
read_file(struct arena *a, const char *path, size_t max_bytes, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char *bytes;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0)
		leave(path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		leave(path, "это не файл");
	if (st.st_size > (off_t)max_bytes)
		leave(path, "файл слишком велик");
	bytes = arena_alloc(a, (size_t)st.st_size + 1);
	for (*len = 0; *len < (size_t)st.st_size; *len += (size_t)n) {
		n = read(fd, bytes + *len, (size_t)st.st_size - *len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			leave(path, n < 0 ? strerror(errno) : "файл изменился, пока его читали");
	}
	close(fd);
	return bytes;
}

static const char *
seals_path(struct arena *a)
{
	const char *path = getenv("KABINET_SEALS"), *home = getenv("KABINET_HOME");

	if (path != NULL && *path != '\0')
		return path;
	return arena_printf(a, "%s/seals/seals.txt",
	    home != NULL && *home != '\0' ? home : "build/demo");
}

int
main(int argc, char **argv)
{
	struct arena *arena = arena_new(ARENA_MAX_BYTES);
	const char *path = NULL, *file = NULL, *bytes, *words = "";
	enum statement_verdict verdict;
	struct seals seals;
	size_t len;

	log_open("verify-statement");
	if (argc == 2) {
		file = argv[1];
	} else if (argc == 4 && strcmp(argv[1], "--seals") == 0) {
		path = argv[2];
		file = argv[3];
	}
	if (file == NULL || (file[0] == '-' && file[1] == '-'))
		leave("usage", "verify-statement [--seals FILE] STATEMENT");
	if (path == NULL)
		path = seals_path(arena);
	bytes = read_file(arena, path, SEALS_MAX_BYTES, &len);
	if (!seals_read(arena, bytes, len, &seals, &words))
		leave(path, words);
	bytes = read_file(arena, file, STATEMENT_MAX_BYTES, &len);
	verdict = statement_verify(arena, bytes, len, &seals, &words);
	fprintf(verdict == STATEMENT_GENUINE ? stdout : stderr, "%s\n", words);
	arena_free(arena);
	return verdict == STATEMENT_GENUINE ? EXIT_GENUINE
	    : verdict == STATEMENT_FALSE    ? EXIT_FALSE
					    : EXIT_UNREADABLE;
}
