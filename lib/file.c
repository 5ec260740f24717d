/*
 * file.c -- what a file is, by its first bytes. See file.h.
 *
 * Office documents are ZIP containers: the suffix says which, and the container has to agree - by
 * the name of the part that every such document has, or by the type that OpenDocument writes first
 * of all. Documents with macros have suffixes of their own, which are not in the table, and a part
 * that no honest document has.
 */
#include "file.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define ZIP_HEADER_BYTES 30   /* of a local file header, before the name */

static const struct { const char *suffix, *part, *type; } documents[] = {
	{ ".docx", "word/document.xml",    "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ ".xlsx", "xl/workbook.xml",      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ ".pptx", "ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ ".odt",  NULL,                   "application/vnd.oasis.opendocument.text" },
};

static bool
begins(const void *bytes, size_t len, const char *magic, size_t magic_len)
{
	return len >= magic_len && memcmp(bytes, magic, magic_len) == 0;
}
#define BEGINS(bytes, len, literal) begins((bytes), (len), "" literal, sizeof(literal) - 1)

static bool
ends_with(const char *name, const char *suffix)
{
	size_t name_len = strlen(name), len = strlen(suffix);

	return name_len > len && strcasecmp(name + name_len - len, suffix) == 0;
}

static bool
holds(const char *bytes, size_t len, const char *words)
{
	return memmem(bytes, len, words, strlen(words)) != NULL;
}

/* Names of parts stand in the container's directory as they are, never compressed. */
static bool
is_document(const char *bytes, size_t len, const char *part, const char *type)
{
	if (part != NULL)
		return holds(bytes, len, part) && holds(bytes, len, "[Content_Types].xml") &&
		    !holds(bytes, len, "vbaProject.bin");
	/* The first entry is `mimetype`, stored as it is. */
	return len > ZIP_HEADER_BYTES + 8 + strlen(type) &&
	    memcmp(bytes + ZIP_HEADER_BYTES, "mimetype", 8) == 0 &&
	    memcmp(bytes + ZIP_HEADER_BYTES + 8, type, strlen(type)) == 0;
}

const char *
file_type(const void *bytes, size_t len, const char *name)
{
	if (BEGINS(bytes, len, "\xff\xd8\xff"))
		return "image/jpeg";
	if (BEGINS(bytes, len, "\x89PNG\r\n\x1a\n"))
		return "image/png";
	if (BEGINS(bytes, len, "%PDF-"))
		return "application/pdf";
	if (!BEGINS(bytes, len, "PK\x03\x04"))
		return NULL;
	for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
		if (ends_with(name, documents[i].suffix) &&
		    is_document(bytes, len, documents[i].part, documents[i].type))
			return documents[i].type;
	return NULL;
}
