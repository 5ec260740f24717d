/*
 * fuzz-reader.c -- libFuzzer: whatever a reader sends, the lines are read as POSIX's regular
 * expressions read them, and only what was checked gets into the arrays.
 */
#include "reader-lines.h"

#include <regex.h>

#include "arena.h"
#include "date.h"
#include "text.h"

#define ARENA_MAX_BYTES (8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

/* The grammar once more, as one expression; the calendar is date.h's. */
static bool
is_line(const char *line)
{
	static regex_t shape;
	static bool is_ready;
	struct date day;
	char text[11];
	int64_t n;
	char *copy, *semicolon;
	const char *at;

	if (!is_ready) {
		must(
		    regcomp(&shape,
			"^n=[1-9][0-9]{0,18};uid=([0-9A-Fa-f]{2}){4,10};at=[0-9]{4}-[0-9]{2}-[0-9]{2}T"
			"([01][0-9]|2[0-3]):([0-5][0-9]:[0-5][0-9]|59:60)(\\.[0-9]{1,9})?"
			"(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9]);direction=(in|out)$",
			REG_EXTENDED | REG_NOSUB) == 0);
		is_ready = true;
	}
	if (strlen(line) > READER_MAX_LINE_BYTES || regexec(&shape, line, 0, NULL, 0) != 0)
		return false;
	copy = strdup(line + 2);
	must(copy != NULL);
	semicolon = strchr(copy, ';');
	*semicolon = '\0';
	if (!int_parse(copy, 1, INT64_MAX, &n)) {
		free(copy);
		return false;
	}
	free(copy);
	at = strstr(line, ";at=") + 4;
	memcpy(text, at, 10);
	text[10] = '\0';
	return date_parse(text, &day);
}

/* `{a,b,c}` of so many items, without anything that means something to PostgreSQL. */
static void
check_array(const char *array, int count)
{
	size_t len = strlen(array);
	int items = len > 2;

	must(len >= 2 && array[0] == '{' && array[len - 1] == '}');
	for (size_t i = 1; i < len - 1; i++) {
		must(strchr("{}\"\\ \n", array[i]) == NULL);
		items += array[i] == ',';
	}
	must(items == count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct reader_lines lines;
	struct arena *arena = arena_new(ARENA_MAX_BYTES);
	bool is_good = reader_lines_parse(arena, at, size, &lines);
	int bad_line = 0, count = 0;

	while (at < end && bad_line == 0) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((lf != NULL ? lf : end) - at);
		char *line = arena_copy(arena, at, len);

		if (count == READER_MAX_LINES || strlen(line) != len || !is_line(line))
			bad_line = count + 1;
		else
			count++;
		at = lf != NULL ? lf + 1 : end;
	}
	must(is_good == (bad_line == 0) && lines.bad_line == bad_line && lines.count == count);
	must(is_good == (lines.bad_words == NULL));
	if (is_good) {
		check_array(lines.numbers, count);
		check_array(lines.uids, count);
		check_array(lines.moments, count);
		check_array(lines.directions, count);
	}
	arena_free(arena);
	return 0;
}
