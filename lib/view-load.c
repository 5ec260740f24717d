/*
 * view-load.c -- the one place where templates come from: a folder of *.html files, and the
 * manifest of static files.
 *
 * Everything happens once, before the workers are forked; whatever is wrong ends the program with
 * words for the administrator. Files are read here and parsed from memory, never through the
 * engine's own file access.
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "view-private.h"

#define LOAD_MAX_PATH_BYTES     1024
#define LOAD_MAX_FOLDER_DEPTH   4
#define LOAD_MAX_MANIFEST_LINE  512

static const char suffix[] = ".html";

static void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void
fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void
load_manifest(const char *path)
{
	char line[LOAD_MAX_MANIFEST_LINE];
	FILE *f = fopen(path, "re");

	if (f == NULL)
		fail("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f) != NULL) {
		char *end = strchr(line, '\n');
		char *blank = strchr(line, ' ');

		if (end == NULL || blank == NULL || blank == line || blank[1] != '/' ||
		    strchr(blank + 1, ' ') != NULL)
			fail("%s: not `NAME /ADDRESS`: %s", path, line);
		*end = *blank = '\0';
		view_asset(line, blank + 1);
	}
	if (ferror(f))
		fail("%s: %s", path, strerror(errno));
	fclose(f);
}

/* One file; `name` is its path inside the folder, with the suffix. */
static void
load_template(const char *path, const char *name)
{
	static char source[VIEW_MAX_TEMPLATE_BYTES + 1];    /* one more: to see what is too long */
	char bare[LOAD_MAX_PATH_BYTES], why[VIEW_WHY_BYTES];
	FILE *f = fopen(path, "re");
	size_t len;

	if (f == NULL)
		fail("%s: %s", path, strerror(errno));
	len = fread(source, 1, sizeof(source), f);
	if (ferror(f))
		fail("%s: %s", path, strerror(errno));
	fclose(f);
	snprintf(bare, sizeof(bare), "%.*s", (int)(strlen(name) - (sizeof(suffix) - 1)), name);
	if (!view_parse(bare, source, len, why))
		fail("%s", why);
}

static bool
is_template(const char *name)
{
	size_t len = strlen(name);

	return len > sizeof(suffix) - 1 && strcmp(name + len - (sizeof(suffix) - 1), suffix) == 0;
}

/* `path` is a folder; names of templates begin after root_len bytes of it. */
static void
load_folder(const char *path, size_t root_len, int depth)
{
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL)
		fail("%s: %s", path, strerror(errno));
	if (depth > LOAD_MAX_FOLDER_DEPTH)
		fail("%s: folders nest deeper than %d", path, LOAD_MAX_FOLDER_DEPTH);
	while ((entry = readdir(dir)) != NULL) {
		char inner[LOAD_MAX_PATH_BYTES];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) >=
		    (int)sizeof(inner))
			fail("%s/%s: the path is too long", path, entry->d_name);
		if (stat(inner, &st) != 0)
			fail("%s: %s", inner, strerror(errno));
		if (S_ISDIR(st.st_mode))
			load_folder(inner, root_len, depth + 1);
		else if (S_ISREG(st.st_mode) && is_template(entry->d_name))
			load_template(inner, inner + root_len + 1);
	}
	closedir(dir);
}

void
view_load(const char *templates_folder, const char *static_manifest)
{
	char why[VIEW_WHY_BYTES];

	load_manifest(static_manifest);     /* first: parsing puts the addresses in */
	load_folder(templates_folder, strlen(templates_folder), 0);
	if (template_first() == NULL)
		fail("%s: no templates", templates_folder);
	if (!view_link(why))
		fail("%s", why);
}
