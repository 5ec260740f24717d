/*
 * form-multipart.c -- bodies of multipart/form-data (RFC 7578), as browsers write them and no
 * wider.
 *
 * The body must begin with its boundary and end with it: there is no preamble, no epilogue and no
 * transfer encoding in forms. The boundary is searched for by memmem(), whose time is linear. Names
 * of files are made harmless here, once: no path, no control characters, nothing that turns the
 * direction of writing around, 120 characters.
 */
#include "form.h"

#include <strings.h>

#include "arena.h"
#include "text.h"

#define BOUNDARY_BYTES_MAX  70       /* RFC 2046 */
#define PARTS_MAX           (FORM_MAX_FIELDS + 16)
#define HEADERS_MAX         8        /* of a part */
#define HEADER_BYTES_MAX    2048
#define FILE_NAME_CHARS_MAX 120
#define SUFFIX_BYTES_MAX    16

/* What is left of the body, or of a header. */
struct cursor { const char *at, *end; };

/* A part's headers, as far as they matter. */
struct part { char *name, *file_name; };

static bool
skip(struct cursor *c, const char *s)
{
	size_t len = strlen(s);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, s, len) != 0)
		return false;
	c->at += len;
	return true;
}

/* Words of headers are compared without regard to case. */
static bool
skip_word(struct cursor *c, const char *s)
{
	size_t len = strlen(s);

	if ((size_t)(c->end - c->at) < len || strncasecmp(c->at, s, len) != 0)
		return false;
	c->at += len;
	return true;
}

static void
skip_blanks(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
		c->at++;
}

/* ---- boundary -------------------------------------------------------------------------------- */

static bool
is_boundary(const char *s, size_t len)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+_,-./:=? ";

	for (size_t i = 0; i < len; i++)
		if (s[i] == '\0' || strchr(allowed, s[i]) == NULL)
			return false;
	return len > 0 && len <= BOUNDARY_BYTES_MAX && s[len - 1] != ' ';
}

/*
 * The line feed before a delimiter belongs to it: `CRLF -- boundary`; NULL when the type has none.
 */
static const char *
delimiter_of(struct arena *a, const char *content_type)
{
	struct cursor c = { content_type, content_type + strlen(content_type) };
	const char *begin;
	size_t len;

	if (!skip_word(&c, "multipart/form-data"))
		return NULL;
	skip_blanks(&c);
	if (!skip(&c, ";"))
		return NULL;
	skip_blanks(&c);
	if (!skip_word(&c, "boundary="))
		return NULL;
	begin = c.at;
	if (*begin == '"') {
		begin++;
		len = strcspn(begin, "\"");
		if (begin[len] != '"' || begin[len + 1] != '\0')
			return NULL;
	} else {
		len = strlen(begin);
		if (memchr(begin, ' ', len) != NULL)
			return NULL;
	}
	return is_boundary(begin, len) ? arena_printf(a, "\r\n--%.*s", (int)len, begin) : NULL;
}

/* ---- headers of a part ----------------------------------------------------------------------- */

/* What browsers write for the three bytes that cannot stand in quotes; 0 for anything else. */
static char
escaped(struct cursor *c)
{
	if (skip(c, "%22") || skip(c, "\\\""))
		return '"';
	if (skip(c, "%0D") || skip(c, "%0d"))
		return '\r';
	return skip(c, "%0A") || skip(c, "%0a") ? '\n' : '\0';
}

/* A text in quotes; NULL when it does not end or is no UTF-8. */
static char *
quoted(struct arena *a, struct cursor *c)
{
	char *text = arena_alloc(a, (size_t)(c->end - c->at) + 1);
	size_t n = 0;

	if (!skip(c, "\""))
		return NULL;
	while (c->at < c->end && *c->at != '"') {
		char special = escaped(c);

		text[n++] = special != '\0' ? special : *c->at++;
	}
	return skip(c, "\"") && text_is_utf8(text, n) ? text : NULL;
}

/* form-data; name="..."[; filename="..."], in this order or the other. */
static bool
read_disposition(struct arena *a, struct cursor c, struct part *part)
{
	if (!skip_word(&c, "form-data") || part->name != NULL)
		return false;
	for (skip_blanks(&c); c.at < c.end; skip_blanks(&c)) {
		char **value;

		if (!skip(&c, ";"))
			return false;
		skip_blanks(&c);
		if (skip_word(&c, "name="))
			value = &part->name;
		else if (skip_word(&c, "filename="))
			value = &part->file_name;
		else
			return false;
		if (*value != NULL || (*value = quoted(a, &c)) == NULL)
			return false;
	}
	return part->name != NULL && strlen(part->name) <= FORM_MAX_NAME_BYTES;
}

/*
 * Up to the empty line, which is skipped too. A file's Content-Type is what its sender says: nobody
 * asks.
 */
static bool
read_headers(struct arena *a, struct cursor *c, struct part *part)
{
	*part = (struct part){ NULL, NULL };
	for (int i = 0; i <= HEADERS_MAX; i++) {
		const char *feed = memmem(c->at, (size_t)(c->end - c->at), "\r\n", 2);
		struct cursor line = { c->at, feed };

		if (feed == NULL || feed - c->at > HEADER_BYTES_MAX)
			return false;
		c->at = feed + 2;
		if (line.at == feed)
			return part->name != NULL;
		if (skip_word(&line, "Content-Disposition:")) {
			skip_blanks(&line);
			if (!read_disposition(a, line, part))
				return false;
		} else if (!skip_word(&line, "Content-Type:")) {
			return false;
		}
	}
	return false;
}

/* ---- names of files -------------------------------------------------------------------------- */

/*
 * Bytes at s that a file's name may not hold; 0: none. Controls of direction (U+061C, U+200E,
 * U+200F, U+202A to U+202E, U+2066 to U+2069) could show «txt.exe» the other way round; U+200B to
 * U+200D and U+FEFF are not seen, U+2028 and U+2029 end a line.
 */
static size_t
unwanted(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	if (u[0] < 0x20 || u[0] == 0x7f || u[0] == '"')
		return 1;
	if (u[0] == 0xc2 && u[1] < 0xa0)
		return 2;       /* C1 controls */
	if (u[0] == 0xd8 && u[1] == 0x9c)
		return 2;
	if (u[0] == 0xe2 && u[1] == 0x80)
		return (u[2] >= 0x8b && u[2] <= 0x8f) || (u[2] >= 0xa8 && u[2] <= 0xae) ? 3 : 0;
	if (u[0] == 0xe2 && u[1] == 0x81)
		return u[2] >= 0xa6 && u[2] <= 0xa9 ? 3 : 0;
	return u[0] == 0xef && u[1] == 0xbb && u[2] == 0xbf ? 3 : 0;
}

/* The first max_chars characters of s, as bytes. */
static size_t
upto(const char *s, size_t max_chars)
{
	size_t i = 0;

	for (size_t chars = 0; s[i] != '\0'; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80 && ++chars > max_chars)
			break;
	return i;
}

/* A long name loses its middle, not the suffix that says what it is. */
static const char *
shortened(struct arena *a, const char *name)
{
	size_t len = strlen(name);
	const char *suffix = strrchr(name, '.');

	if (text_chars(name, len) <= FILE_NAME_CHARS_MAX)
		return name;
	if (suffix == NULL || strlen(suffix) > SUFFIX_BYTES_MAX)
		suffix = "";
	return arena_printf(a, "%.*s%s", (int)upto(name, FILE_NAME_CHARS_MAX - SUFFIX_BYTES_MAX),
	    name, suffix);
}

static const char *
harmless_name(struct arena *a, const char *sent)
{
	char *name = arena_alloc(a, strlen(sent) + 1);
	size_t n = 0;

	for (const char *c = sent; *c != '\0'; c++)
		if (*c == '/' || *c == '\\')
			sent = c + 1;
	while (*sent != '\0') {
		size_t skipped = unwanted(sent);

		if (skipped == 0 && (n > 0 || (*sent != ' ' && *sent != '.')))
			name[n++] = *sent;
		sent += skipped > 0 ? skipped : 1;
	}
	while (n > 0 && (name[n - 1] == ' ' || name[n - 1] == '.'))
		n--;
	name[n] = '\0';
	return n > 0 ? shortened(a, name) : "file";
}

/* ---- the body -------------------------------------------------------------------------------- */

static bool
keep_text(struct arena *a, const struct part *part, const char *bytes, size_t len,
    struct form_fields *fields)
{
	if (fields->count == FORM_MAX_FIELDS || len > FORM_MAX_BODY_BYTES ||
	    !text_is_utf8(bytes, len))
		return false;
	fields->field[fields->count++] = (struct form_field){
		.name = part->name, .value = arena_copy(a, bytes, len), .len = len,
	};
	return true;
}

/* A field of files that was left empty comes as one without name and bytes. */
static void
keep_file(struct arena *a, const struct part *part, const char *bytes, size_t len,
    struct form_fields *fields)
{
	if (*part->file_name == '\0' && len == 0)
		return;
	if (fields->file_count == FORM_MAX_FILES) {
		fields->left_out++;
		return;
	}
	fields->file[fields->file_count++] = (struct form_file){
		.field = part->name,
		.name = harmless_name(a, part->file_name),
		.bytes = bytes,
		.len = len,
	};
}

bool
form_parse_multipart(struct arena *a, const char *bytes, size_t len, const char *content_type,
    struct form_fields *fields)
{
	const char *delimiter = delimiter_of(a, content_type);
	struct cursor c = { bytes, bytes + len };

	fields->count = fields->file_count = fields->left_out = 0;
	if (delimiter == NULL || !skip(&c, delimiter + 2))
		return false;
	for (int i = 0; i < PARTS_MAX; i++) {
		const char *content, *next;
		struct part part;

		if (skip(&c, "--"))
			return c.at == c.end || (skip(&c, "\r\n") && c.at == c.end);
		if (!skip(&c, "\r\n") || !read_headers(a, &c, &part))
			return false;
		content = c.at;
		next = memmem(content, (size_t)(c.end - content), delimiter, strlen(delimiter));
		if (next == NULL)
			return false;
		c.at = next + strlen(delimiter);
		if (part.file_name != NULL)
			keep_file(a, &part, content, (size_t)(next - content), fields);
		else if (!keep_text(a, &part, content, (size_t)(next - content), fields))
			return false;
	}
	return false;
}
