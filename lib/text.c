/*
 * text.c -- the growable buffer, the escapers, and small rules of text: UTF-8, Russian plurals,
 * strict integers.
 *
 * Every escaper works the same way: runs of bytes that need nothing are copied whole, and only the
 * byte that ends a run is looked at. text_html() is the hottest loop of a page.
 */
#include <assert.h>
#include <stdarg.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "arena.h"
#include "log.h"
#include "text.h"

#define TEXT_FIRST_BYTES 256

static void __attribute__((noreturn))
out_of_memory(size_t wanted_bytes)
{
	log_error("out-of-memory", "wanted_bytes=%zu", wanted_bytes);
	abort();
}

void
text_init(struct text *t, size_t max_bytes)
{
	assert(max_bytes < SIZE_MAX / 2);
	t->max_bytes = max_bytes;
	t->cap = max_bytes + 1 < TEXT_FIRST_BYTES ? max_bytes + 1 : TEXT_FIRST_BYTES;
	t->data = malloc(t->cap);
	if (t->data == NULL)
		out_of_memory(t->cap);
	text_clear(t);
}

void
text_clear(struct text *t)
{
	t->len = 0;
	t->data[0] = '\0';
	t->broken = false;
}

void
text_release(struct text *t)
{
	free(t->data);
	*t = (struct text){ .data = NULL };
}

static void
release_text(void *text)
{
	text_release(text);
}

struct text *
arena_text(struct arena *a, size_t max_bytes)
{
	struct text *t = arena_alloc(a, sizeof *t);

	text_init(t, max_bytes);
	arena_defer(a, release_text, t);
	return t;
}

/*
 * Room for more_bytes and the NUL; false, and broken, when that would pass the maximum or the text
 * is broken already.
 */
static bool
make_room(struct text *t, size_t more_bytes)
{
	size_t cap;
	char *data;

	if (t->broken || more_bytes > t->max_bytes - t->len) {
		t->broken = true;
		return false;
	}
	if (more_bytes < t->cap - t->len)
		return true;
	cap = 2 * t->cap;
	if (cap < t->len + more_bytes + 1)
		cap = t->len + more_bytes + 1;
	if (cap > t->max_bytes + 1)
		cap = t->max_bytes + 1;
	data = realloc(t->data, cap);
	if (data == NULL)
		out_of_memory(cap);
	t->data = data;
	t->cap = cap;
	return true;
}

void
text_put(struct text *t, const char *bytes, size_t len)
{
	if (!make_room(t, len))
		return;
	if (len > 0)
		memcpy(t->data + t->len, bytes, len);
	t->len += len;
	t->data[t->len] = '\0';
}

void
text_puts(struct text *t, const char *s)
{
	text_put(t, s, strlen(s));
}

void
text_printf(struct text *t, const char *format, ...)
{
	va_list args;
	size_t room;
	int len;

	if (t->broken)
		return;
	room = t->cap - t->len;
	va_start(args, format);
	len = vsnprintf(t->data + t->len, room, format, args);
	va_end(args);
	assert(len >= 0);
	if ((size_t)len >= room) {
		t->data[t->len] = '\0';
		if (!make_room(t, (size_t)len))
			return;
		va_start(args, format);
		vsnprintf(t->data + t->len, (size_t)len + 1, format, args);
		va_end(args);
	}
	t->len += (size_t)len;
}

/* An escaper writes piece by piece; when one piece did not fit, the pieces before it go too. */
static void
keep_whole(struct text *t, size_t len_before)
{
	if (t->broken && t->len != len_before) {
		t->len = len_before;
		t->data[len_before] = '\0';
	}
}

enum html_class { HTML_PLAIN, HTML_AMP, HTML_LT, HTML_GT, HTML_QUOT, HTML_APOS, HTML_CONTROL };

static const unsigned char html_class[256] = {
	[0x00 ... 0x08] = HTML_CONTROL,
	[0x0b ... 0x0c] = HTML_CONTROL,
	[0x0e ... 0x1f] = HTML_CONTROL,
	[0x7f] = HTML_CONTROL,
	['&'] = HTML_AMP,
	['<'] = HTML_LT,
	['>'] = HTML_GT,
	['"'] = HTML_QUOT,
	['\''] = HTML_APOS,
};

#define HTML_ENTITY(s) { s, sizeof(s) - 1 }
static const struct { const char *bytes; size_t len; } html_entity[] = {
	[HTML_PLAIN]   = HTML_ENTITY(""),
	[HTML_AMP]     = HTML_ENTITY("&amp;"),
	[HTML_LT]      = HTML_ENTITY("&lt;"),
	[HTML_GT]      = HTML_ENTITY("&gt;"),
	[HTML_QUOT]    = HTML_ENTITY("&quot;"),
	[HTML_APOS]    = HTML_ENTITY("&#39;"),
	[HTML_CONTROL] = HTML_ENTITY("\xef\xbf\xbd"),
};

/* The first byte of [p, end) that is not plain, or end. */
static const unsigned char *
skip_plain(const unsigned char *p, const unsigned char *end)
{
#ifdef __SSE2__
	/*
	 * Sixteen bytes at a time: & and ' differ in one bit, so do < and >, and min() picks out
	 * the controls. A tab or a line feed stops this loop too; the table below lets it pass.
	 */
	for (; end - p >= 16; p += 16) {
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i amp = _mm_or_si128(b, _mm_set1_epi8(1));
		__m128i angle = _mm_or_si128(b, _mm_set1_epi8(2));
		__m128i hit = _mm_cmpeq_epi8(_mm_min_epu8(b, _mm_set1_epi8(0x1f)), b);

		hit = _mm_or_si128(hit, _mm_cmpeq_epi8(amp, _mm_set1_epi8('\'')));
		hit = _mm_or_si128(hit, _mm_cmpeq_epi8(angle, _mm_set1_epi8('>')));
		hit = _mm_or_si128(hit, _mm_cmpeq_epi8(b, _mm_set1_epi8('"')));
		hit = _mm_or_si128(hit, _mm_cmpeq_epi8(b, _mm_set1_epi8(0x7f)));
		if (_mm_movemask_epi8(hit) != 0) {
			p += __builtin_ctz((unsigned)_mm_movemask_epi8(hit));
			break;
		}
	}
#endif
	while (p < end && html_class[*p] == HTML_PLAIN)
		p++;
	return p;
}

void
text_html(struct text *t, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	const unsigned char *end = p + len, *run;
	size_t len_before = t->len;
	unsigned char class;

	while (p < end && !t->broken) {
		run = p;
		p = skip_plain(p, end);
		text_put(t, (const char *)run, (size_t)(p - run));
		if (p < end) {
			class = html_class[*p++];
			text_put(t, html_entity[class].bytes, html_entity[class].len);
		}
	}
	keep_whole(t, len_before);
}

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '-' || c == '.' || c == '_' || c == '~';
}

void
text_url(struct text *t, const char *s, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *end = s + len, *run;
	size_t len_before = t->len;
	char escaped[3] = "%";

	while (s < end && !t->broken) {
		for (run = s; s < end && is_unreserved(*s); s++)
			;
		text_put(t, run, (size_t)(s - run));
		if (s < end) {
			escaped[1] = digits[(unsigned char)*s >> 4];
			escaped[2] = digits[(unsigned char)*s & 15];
			text_put(t, escaped, sizeof(escaped));
			s++;
		}
	}
	keep_whole(t, len_before);
}

static bool
contains_any(const char *s, size_t len, const char *bytes)
{
	for (; *bytes != '\0'; bytes++) {
		if (memchr(s, *bytes, len) != NULL)
			return true;
	}
	return false;
}

void
text_csv(struct text *t, const char *s, size_t len)
{
	size_t len_before = t->len;
	const char *end = s + len, *quote;
	bool is_formula, is_quoted;

	if (len == 0)
		return;
	is_formula = memchr("=+-@\t\r", *s, 6) != NULL;
	is_quoted = contains_any(s, len, ";\"\r\n\t");
	if (is_quoted)
		text_put(t, "\"", 1);
	if (is_formula)
		text_put(t, "'", 1);
	while ((quote = memchr(s, '"', (size_t)(end - s))) != NULL) {
		text_put(t, s, (size_t)(quote + 1 - s));
		text_put(t, "\"", 1);
		s = quote + 1;
	}
	text_put(t, s, (size_t)(end - s));
	if (is_quoted)
		text_put(t, "\"", 1);
	keep_whole(t, len_before);
}

/*
 * Bytes of the character at s, 0 when it is malformed. RFC 3629 §4: the second byte is narrowed
 * after E0 and F0 (overlong forms), ED (surrogates) and F4 (above U+10FFFF).
 */
static size_t
utf8_char(const unsigned char *s, size_t len)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return s[0] != '\0';
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (n > len)
		return 0;
	switch (s[0]) {
	case 0xe0: low = 0xa0; break;
	case 0xed: high = 0x9f; break;
	case 0xf0: low = 0x90; break;
	case 0xf4: high = 0x8f; break;
	default: break;
	}
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

bool
text_is_utf8(const char *s, size_t len)
{
	size_t at = 0, n;

	while (at < len) {
		n = utf8_char((const unsigned char *)s + at, len - at);
		if (n == 0)
			return false;
		at += n;
	}
	return true;
}

size_t
text_chars(const char *s, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

const char *
plural_ru(int64_t n, const char *one, const char *few, const char *many)
{
	uint64_t magnitude = n < 0 ? -(uint64_t)n : (uint64_t)n;
	unsigned tens = (unsigned)(magnitude % 100), units = tens % 10;

	if (tens >= 11 && tens <= 14)
		return many;
	if (units == 1)
		return one;
	return units >= 2 && units <= 4 ? few : many;
}

bool
int_parse(const char *s, int64_t min, int64_t max, int64_t *n)
{
	bool is_negative = *s == '-';
	int64_t value = 0;
	int digit;

	if (is_negative)
		s++;
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		digit = is_negative ? -(*s - '0') : *s - '0';
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	if (value < min || value > max)
		return false;
	*n = value;
	return true;
}
