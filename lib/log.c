/*
 * log.c -- formats an event into one buffer on the stack and writes it with one write(2), so that
 * the lines of workers that share a pipe or a file never mix. Nothing here takes memory: the line
 * about its lack must get out.
 *
 * The formatter is our own because printf(3) cannot make an argument of %s safe. It knows %s, %d,
 * %u, %x with the lengths l, ll and z, and %%; anything else is a mistake of the caller and is
 * asserted.
 */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "log.h"
#include "text.h"

#define LOG_LINE_BYTES 1024     /* with its line feed; a write this short to a pipe is atomic */

static const char *log_program = "kabinet";
static const char *log_request_id;

static const char *const level_names[LOG_EVENT__COUNT] = {
	[LOG_EVENT_INFO]    = "info",
	[LOG_EVENT_WARNING] = "warning",
	[LOG_EVENT_ERROR]   = "error",
};

struct line {
	char   bytes[LOG_LINE_BYTES];
	size_t len;
	bool   is_cut;
};

void
log_open(const char *program)
{
	log_program = program;
}

void
log_request(const char *request_id)
{
	log_request_id = request_id;
}

/*
 * All of the bytes or none, with room left for the line feed: a cut falls between two pieces, never
 * inside one, and nothing follows it.
 */
static void
line_put(struct line *l, const char *bytes, size_t len)
{
	if (l->is_cut || len >= LOG_LINE_BYTES - l->len) {
		l->is_cut = true;
		return;
	}
	memcpy(l->bytes + l->len, bytes, len);
	l->len += len;
}

static void
line_puts(struct line *l, const char *s)
{
	line_put(l, s, strlen(s));
}

/*
 * A value from anywhere. ASCII that could end a word, a quotation or the line is escaped; so are
 * the C1 controls, which steer terminals just as ESC does, and every high byte of what is not
 * UTF-8.
 */
static void
line_put_value(struct line *l, const char *value)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *s = (const unsigned char *)(value == NULL ? "(null)" : value);
	bool is_utf8 = text_is_utf8((const char *)s, strlen((const char *)s));
	bool is_unsafe;
	char escaped[4] = "\\x";
	size_t n;

	for (; *s != '\0'; s += n) {
		n = 1;
		if (*s < 0x80) {
			is_unsafe = *s <= ' ' || *s == 0x7f || strchr("\"'\\", *s) != NULL;
		} else if (is_utf8) {
			n = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
			is_unsafe = s[0] == 0xc2 && s[1] < 0xa0;
		} else {
			is_unsafe = true;
		}
		if (!is_unsafe) {
			line_put(l, (const char *)s, n);
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			escaped[2] = digits[s[i] >> 4];
			escaped[3] = digits[s[i] & 15];
			line_put(l, escaped, sizeof(escaped));
		}
	}
}

static void
line_put_number(struct line *l, uint64_t n, unsigned base, bool is_negative)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n > 0);
	if (is_negative)
		digits[--at] = '-';
	line_put(l, digits + at, sizeof(digits) - at);
}

enum length { LENGTH_INT, LENGTH_LONG, LENGTH_LONG_LONG, LENGTH_SIZE };

/* Reads the length at *p and leaves *p on the conversion. */
static enum length
read_length(const char **p)
{
	if ((*p)[0] == 'l' && (*p)[1] == 'l') {
		*p += 2;
		return LENGTH_LONG_LONG;
	}
	if (**p == 'l') {
		*p += 1;
		return LENGTH_LONG;
	}
	if (**p == 'z') {
		*p += 1;
		return LENGTH_SIZE;
	}
	return LENGTH_INT;
}

/* va_arg in a function of its own would leave the caller's list undefined: hence the two macros. */
#define SIGNED_ARG(args, length)                                                                  \
	((length) == LENGTH_INT    ? (int64_t)va_arg(args, int)                                   \
	 : (length) == LENGTH_LONG ? (int64_t)va_arg(args, long)                                  \
	 : (length) == LENGTH_SIZE ? (int64_t)va_arg(args, ssize_t)                               \
				   : (int64_t)va_arg(args, long long))
#define UNSIGNED_ARG(args, length)                                                                \
	((length) == LENGTH_INT    ? (uint64_t)va_arg(args, unsigned)                             \
	 : (length) == LENGTH_LONG ? (uint64_t)va_arg(args, unsigned long)                        \
	 : (length) == LENGTH_SIZE ? (uint64_t)va_arg(args, size_t)                               \
				   : (uint64_t)va_arg(args, unsigned long long))

static void __attribute__((format(printf, 2, 0)))
line_vprintf(struct line *l, const char *format, va_list args)
{
	enum length length;
	const char *p, *mark;
	int64_t n;

	for (p = format; (mark = strchr(p, '%')) != NULL; p = mark + 1) {
		line_put(l, p, (size_t)(mark - p));
		mark++;
		length = read_length(&mark);
		switch (*mark) {
		case 's':
			assert(length == LENGTH_INT);
			line_put_value(l, va_arg(args, const char *));
			break;
		case 'd':
			n = SIGNED_ARG(args, length);
			line_put_number(l, n < 0 ? -(uint64_t)n : (uint64_t)n, 10, n < 0);
			break;
		case 'u':
			line_put_number(l, UNSIGNED_ARG(args, length), 10, false);
			break;
		case 'x':
			line_put_number(l, UNSIGNED_ARG(args, length), 16, false);
			break;
		case '%':
			line_put(l, "%", 1);
			break;
		default:
			assert(!"log_event: a conversion it does not know");
		}
	}
	line_puts(l, p);
}

/* 2026-11-23T12:41:07.123Z; the log speaks UTC, whatever the schools' time zones are. */
static void
line_put_time(struct line *l)
{
	char text[sizeof("2026-11-23T12:41:07")], fraction[8];
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	line_put(l, text, strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm));
	snprintf(fraction, sizeof(fraction), ".%03uZ", (unsigned)(now.tv_nsec / 1000000) % 1000);
	line_puts(l, fraction);
}

void
log_event(enum log_level level, const char *event, const char *format, ...)
{
	int saved_errno = errno;
	struct line l = { .len = 0 };
	ssize_t written;
	va_list args;

	line_put_time(&l);
	line_put(&l, " ", 1);
	line_puts(&l, log_program);
	line_put(&l, "[", 1);
	line_put_number(&l, (uint64_t)getpid(), 10, false);
	line_put(&l, "] ", 2);
	line_puts(&l, level_names[level]);
	line_put(&l, " ", 1);
	line_puts(&l, event);
	if (log_request_id != NULL) {
		line_puts(&l, " request=");
		line_put_value(&l, log_request_id);
	}
	if (format != NULL) {
		line_put(&l, " ", 1);
		va_start(args, format);
		line_vprintf(&l, format, args);
		va_end(args);
	}
	l.bytes[l.len++] = '\n';

	do {
		written = write(STDERR_FILENO, l.bytes, l.len);
	} while (written < 0 && errno == EINTR);
	errno = saved_errno;
}
