/*
 * money.c -- kopecks in and out of text, by integers alone.
 */
#include <assert.h>

#include "money.h"

#define NO_BREAK_SPACE "\xc2\xa0"
#define MINUS_SIGN     "\xe2\x88\x92"
#define ROUBLE_SIGN    "\xe2\x82\xbd"

#define TYPED_MAX_CHARS 32      /* of a sum without its blanks */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
money_parse(const char *s, size_t len, char point, bool may_be_negative, int64_t *sum_kop)
{
	const char *end = s + len;
	bool is_negative = false;
	int64_t sum = 0;
	int places;

	if (may_be_negative && s < end && *s == '-') {
		is_negative = true;
		s++;
	}
	if (s == end || !is_digit(*s))
		return false;
	for (; s < end && is_digit(*s); s++) {
		sum = sum * 10 + (*s - '0');
		if (sum > MONEY_MAX_KOP / 100)
			return false;
	}
	places = 0;
	if (s < end) {
		if (*s++ != point)
			return false;
		for (; s < end && is_digit(*s) && places < 2; s++, places++)
			sum = sum * 10 + (*s - '0');
		if (s < end || places == 0)
			return false;
	}
	for (; places < 2; places++)
		sum *= 10;
	*sum_kop = is_negative ? -sum : sum;
	return true;
}

/*
 * Bytes of the blank that s begins with, 0 if it does not: space, tab, U+00A0, U+2009 (thin),
 * U+202F (narrow no-break).
 */
static size_t
blank_bytes(const char *s)
{
	static const char *const blanks[] = {
		" ", "\t", NO_BREAK_SPACE, "\xe2\x80\x89", "\xe2\x80\xaf",
	};
	size_t n;

	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		n = strlen(blanks[i]);
		if (strncmp(s, blanks[i], n) == 0)
			return n;
	}
	return 0;
}

static const char *
skip_blanks(const char *s)
{
	size_t n;

	while ((n = blank_bytes(s)) > 0)
		s += n;
	return s;
}

bool
money_parse_typed(const char *s, int64_t *sum_kop)
{
	char sum[TYPED_MAX_CHARS];
	bool in_fraction = false;
	size_t len = 0;
	const char *next;

	for (s = skip_blanks(s); *s != '\0'; s = next) {
		if (len == sizeof(sum))
			return false;
		if (*s == ',' || *s == '.') {
			sum[len++] = ',';
			in_fraction = true;
		} else {
			sum[len++] = *s;
		}
		next = skip_blanks(s + 1);
		/* Blanks group the digits of roubles, or stand at the end. */
		if (next != s + 1 && *next != '\0' &&
		    (in_fraction || !is_digit(*s) || !is_digit(*next)))
			return false;
	}
	return money_parse(sum, len, ',', false, sum_kop);
}

/* Groups of three from the right, each gap filled with `gap`; then the point and two places. */
static char *
write_sum(char *out, uint64_t kop, const char *gap, char point)
{
	char digits[24];
	int count = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)(kop / 100));
	size_t gap_len = strlen(gap);

	for (int i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0) {
			memcpy(out, gap, gap_len);
			out += gap_len;
		}
		*out++ = digits[i];
	}
	*out++ = point;
	*out++ = (char)('0' + kop % 100 / 10);
	*out++ = (char)('0' + kop % 10);
	return out;
}

/* INT64_MIN has no positive twin, hence the unsigned. */
static uint64_t
magnitude(int64_t kop)
{
	return kop < 0 ? -(uint64_t)kop : (uint64_t)kop;
}

static char *
show(char buf[MONEY_BUF], int64_t sum_kop, const char *plus)
{
	static const char tail[] = NO_BREAK_SPACE ROUBLE_SIGN;
	const char *sign = sum_kop < 0 ? MINUS_SIGN : sum_kop > 0 ? plus : "";
	size_t sign_len = strlen(sign);
	char *out;

	memcpy(buf, sign, sign_len);
	out = write_sum(buf + sign_len, magnitude(sum_kop), NO_BREAK_SPACE, ',');
	memcpy(out, tail, sizeof(tail));
	assert(out + sizeof(tail) <= buf + MONEY_BUF);
	return buf;
}

char *
money_show(char buf[MONEY_BUF], int64_t sum_kop)
{
	return show(buf, sum_kop, "");
}

char *
money_show_signed(char buf[MONEY_BUF], int64_t sum_kop)
{
	return show(buf, sum_kop, "+");
}

char *
money_plain(char buf[MONEY_BUF], int64_t sum_kop, char point)
{
	char *out = buf;

	if (sum_kop < 0)
		*out++ = '-';
	out = write_sum(out, magnitude(sum_kop), "", point);
	*out = '\0';
	return buf;
}
