/*
 * fuzz-text.c -- libFuzzer: what an escaper writes is harmless where it goes, whatever went in.
 *
 * Each escaper is undone by a reader written here, so that nothing harmless is lost either.
 */
#include "text.h"

#define OUT_MAX_BYTES (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static bool
is_control(unsigned char c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

/* The five entities and U+FFFD stand for what the source has in that place; all else is itself. */
static void
check_html(const char *s, size_t len, struct text *out)
{
	static const struct { const char *entity; char c; } table[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
		{ "&quot;", '"' }, { "&#39;", '\'' },
	};
	const char *o;

	text_clear(out);
	text_html(out, s, len);
	must(!out->broken && out->data[out->len] == '\0' && out->len >= len);
	o = out->data;
	for (size_t i = 0; i < len; i++) {
		size_t step = 1, known = sizeof(table) / sizeof(table[0]), k;

		for (k = 0; k < known && table[k].c != s[i]; k++)
			;
		if (k < known) {
			step = strlen(table[k].entity);
			must(strncmp(o, table[k].entity, step) == 0);
		} else if (is_control((unsigned char)s[i])) {
			step = 3;
			must(strncmp(o, "\xef\xbf\xbd", 3) == 0);
		} else {
			must(*o == s[i]);
		}
		o += step;
	}
	must(o == out->data + out->len);
	if (text_is_utf8(s, len))
		must(text_is_utf8(out->data, out->len));
}

static int
hex_value(char c)
{
	must((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'));
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

static void
check_url(const char *s, size_t len, struct text *out)
{
	const char *o;
	int byte;

	text_clear(out);
	text_url(out, s, len);
	must(!out->broken);
	o = out->data;
	for (size_t i = 0; i < len; i++) {
		byte = (unsigned char)*o++;
		must(byte > ' ' && byte < 0x7f && strchr("&=?#/+\"'<>;", byte) == NULL);
		if (byte == '%') {
			byte = hex_value(o[0]) << 4 | hex_value(o[1]);
			o += 2;
		}
		must(byte == (unsigned char)s[i]);
	}
	must(o == out->data + out->len);
}

/*
 * Read as a spreadsheet reads a field: one field, no formula, the text itself but for the
 * apostrophe.
 */
static void
check_csv(const char *s, size_t len, struct text *out)
{
	const char *o, *end;
	bool is_quoted;
	size_t i = 0;

	text_clear(out);
	text_csv(out, s, len);
	must(!out->broken);
	o = out->data;
	end = o + out->len;
	is_quoted = o < end && *o == '"';
	if (is_quoted) {
		o++;
		must(end > o && end[-1] == '"');
		end--;
	}
	must(o == end || memchr("=+-@\t\r", *o, 6) == NULL);
	if (len > 0 && memchr("=+-@\t\r", s[0], 6) != NULL)
		must(*o++ == '\'');
	for (; o < end; o++, i++) {
		must(i < len && *o == s[i]);
		if (is_quoted)
			must(*o != '"' || *++o == '"');
		else
			must(memchr(";\"\r\n", *o, 4) == NULL);
	}
	must(i == len);
}

/* A slow decoder by arithmetic, to compare verdict and count. */
static void
check_utf8(const unsigned char *s, size_t len)
{
	static const uint32_t least[] = { 0, 1, 0x80, 0x800, 0x10000 };
	size_t chars = 0, i = 0, n;
	bool is_good = true;
	uint32_t c;

	while (is_good && i < len) {
		n = s[i] < 0x80 ? 1 : s[i] >> 5 == 6 ? 2 : s[i] >> 4 == 14 ? 3 :
		    s[i] >> 3 == 30 ? 4 : 0;
		is_good = n != 0 && n <= len - i;
		if (!is_good)
			break;
		c = n == 1 ? s[i] : s[i] & (0x7fU >> n);
		for (size_t k = 1; k < n; k++) {
			is_good = is_good && s[i + k] >> 6 == 2;
			c = c << 6 | (s[i + k] & 63);
		}
		is_good = is_good && c >= least[n] && c <= 0x10ffff && c >> 11 != 0xd800 >> 11;
		i += n;
		chars++;
	}
	must(text_is_utf8((const char *)s, len) == is_good);
	if (is_good)
		must(text_chars((const char *)s, len) == chars);
}

/* In a buffer too small for all of it an escaper writes nothing at all. */
static void
check_whole_or_nothing(const char *s, size_t len, size_t whole_len)
{
	struct text small;

	if (whole_len == 0)
		return;
	text_init(&small, whole_len - 1);
	text_html(&small, s, len);
	must(small.broken && small.len == 0 && small.data[0] == '\0');
	text_release(&small);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	struct text out;

	if (size > OUT_MAX_BYTES / 8)
		return 0;
	text_init(&out, OUT_MAX_BYTES);
	check_url(s, size, &out);
	check_csv(s, size, &out);
	check_html(s, size, &out);
	check_whole_or_nothing(s, size, out.len);
	check_utf8(data, size);
	text_release(&out);
	return 0;
}
