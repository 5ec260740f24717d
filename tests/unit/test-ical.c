/*
 * test-ical.c -- what lib/ical writes keeps the rules of RFC 5545 about lines, whatever the texts
 * are, and unfolding and unescaping gives the texts back.
 */
#include "unit.h"

#include <string.h>

#include "ical.h"

#define MAX_BYTES (1 << 20)

static const struct ical_event LESSON = {
	.uid = "lesson-7",
	.starts = "2026-11-24 01:30:00",
	.ends = "2026-11-24 02:15:00",
	.changed_at = "2026-11-20 10:00:00.123456",
	.title = "Алгебра",
	.place = "каб. 214",
	.note = "",
	.category = "Урок",
	.url = "",
	.revision = 3,
};

/*
 * The rules of 3.1: CR LF at the end of each line, at most 75 octets, whole characters, no other
 * control.
 */
static void
assert_lines(const struct text *out)
{
	const char *line = out->data, *end;

	assert_false(out->broken);
	assert_true(text_is_utf8(out->data, out->len));
	assert_true(out->len > 2 && memcmp(out->data + out->len - 2, "\r\n", 2) == 0);
	for (; *line != '\0'; line = end + 2) {
		end = strstr(line, "\r\n");
		assert_non_null(end);
		assert_true(end > line);
		assert_true(end - line <= ICAL_LINE_OCTETS);
		assert_true(text_is_utf8(line, (size_t)(end - line)));
		for (const char *s = line; s < end; s++)
			assert_true((unsigned char)*s >= 0x20 && *s != 0x7f);
	}
}

/* Takes the folds away, in place. */
static void
unfold(struct text *out)
{
	char *to = out->data;

	for (const char *s = out->data; *s != '\0'; s++) {
		if (strncmp(s, "\r\n ", 3) == 0)
			s += 2;
		else
			*to++ = *s;
	}
	*to = '\0';
}

/* The value of the first line with that name, as a reader understands a TEXT. */
static const char *
value_of(const struct text *out, const char *name, char *value, size_t size)
{
	const char *line = strstr(out->data, name), *s;
	size_t n = 0;

	assert_non_null(line);
	for (s = line + strlen(name); *s != '\r'; s++) {
		assert_true(n + 1 < size);
		if (*s == '\\') {
			s++;
			assert_true(*s == 'n' || *s == '\\' || *s == ';' || *s == ',');
			value[n++] = *s == 'n' ? '\n' : *s;
		} else {
			assert_true(*s != ';' && *s != ',');
			value[n++] = *s;
		}
	}
	value[n] = '\0';
	return value;
}

static void
a_lesson(void **state)
{
	struct ical c;
	struct text out;

	(void)state;
	text_init(&out, MAX_BYTES);
	ical_begin(&c, &out, "Уроки", 4);
	assert_true(ical_event(&c, &LESSON));
	ical_end(&c);
	assert_lines(&out);
	assert_string_equal(out.data,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kabinet//Kabinet//RU\r\nCALSCALE:GREGORIAN\r\n"
	    "METHOD:PUBLISH\r\nNAME:Уроки\r\nX-WR-CALNAME:Уроки\r\nREFRESH-INTERVAL;VALUE=DURATION:PT4H\r\n"
	    "X-PUBLISHED-TTL:PT4H\r\n"
	    "BEGIN:VEVENT\r\nUID:lesson-7@kabinet\r\nDTSTAMP:20261120T100000Z\r\nLAST-MODIFIED:20261120T100000Z\r\n"
	    "SEQUENCE:3\r\nDTSTART:20261124T013000Z\r\nDTEND:20261124T021500Z\r\nSUMMARY:Алгебра\r\n"
	    "LOCATION:каб. 214\r\nCATEGORIES:Урок\r\nSTATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\n"
	    "END:VCALENDAR\r\n");
	text_release(&out);
}

static void
days_cancellations_and_reminders(void **state)
{
	struct ical_event e = LESSON;
	struct ical c;
	struct text out;

	(void)state;
	text_init(&out, MAX_BYTES);
	ical_begin(&c, &out, "x", 4);
	e.is_all_day = true;
	e.ends = "2026-11-25 00:00:00";
	e.remind_min = 360;
	assert_true(ical_event(&c, &e));
	assert_non_null(
	    strstr(out.data, "\r\nDTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261125\r\n"));
	assert_non_null(strstr(out.data,
	    "\r\nTRANSP:TRANSPARENT\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n"
	    "DESCRIPTION:Алгебра\r\nTRIGGER:-PT360M\r\nEND:VALARM\r\nEND:VEVENT\r\n"));
	text_clear(&out);
	e.is_cancelled = true;
	assert_true(ical_event(&c, &e));
	assert_non_null(strstr(out.data, "\r\nSTATUS:CANCELLED\r\n"));
	assert_null(strstr(out.data, "VALARM"));
	text_release(&out);
}

static void
nothing_that_is_no_moment(void **state)
{
	static const struct { const char *starts, *ends, *changed_at; } bad[] = {
		{ "", "2026-11-24 02:15:00", "2026-11-24 02:15:00" },
		{ "2026-11-24 01:30:00", "", "2026-11-24 02:15:00" },
		{ "2026-11-24 01:30:00", "2026-11-24 02:15:00", "" },
		{ "2026-02-29 01:30:00", "2026-11-24 02:15:00", "2026-11-24 02:15:00" },
		{ "2026-11-24 01:30:00", "2026-11-24 01:30:00", "2026-11-24 02:15:00" },
		{ "2026-11-24 01:30:00", "2026-11-23 02:30:00", "2026-11-24 02:15:00" },
	};
	struct ical c;
	struct text out;

	(void)state;
	text_init(&out, MAX_BYTES);
	ical_begin(&c, &out, "x", 4);
	text_clear(&out);
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct ical_event e = LESSON;

		e.starts = bad[i].starts;
		e.ends = bad[i].ends;
		e.changed_at = bad[i].changed_at;
		assert_false(ical_event(&c, &e));
		assert_int_equal(out.len, 0);
	}
	/* Without events there is still a component, as 3.6 demands. */
	ical_end(&c);
	assert_lines(&out);
	assert_non_null(strstr(out.data, "BEGIN:VTIMEZONE\r\n"));
	text_release(&out);
}

static void
addresses(void **state)
{
	struct ical_event e = LESSON;
	struct ical c;
	struct text out;

	(void)state;
	text_init(&out, MAX_BYTES);
	ical_begin(&c, &out, "x", 4);
	e.url = "https://video.example/урок?a=1,2;b=\"3\"\\\r\nX:1";
	assert_true(ical_event(&c, &e));
	assert_lines(&out);
	unfold(&out);
	assert_non_null(strstr(out.data,
	    "\r\nURL:https://video.example/%D1%83%D1%80%D0%BE%D0%BA?a=1,2;b=%223%22%5C%0D%0AX:1\r\n"));
	text_release(&out);
}

/*
 * Texts of all lengths around the fold, of characters of one to four octets and of what must be
 * escaped.
 */
static void
any_text_comes_back(void **state)
{
	static const char *const pieces[] = { "a", "ё", "₽", "😀", ",", ";", "\\", "\n", ":", "\"",
		" ", "n" };
	uint64_t random = 20261124;

	(void)state;
	for (int length = 0; length < 400; length++) {
		struct ical_event e = LESSON;
		struct ical c;
		struct text title, out;
		char back[2000];

		text_init(&title, MAX_BYTES);
		text_init(&out, MAX_BYTES);
		text_puts(&title, "=");
		for (int i = 0; i < length; i++)
			text_puts(&title, pieces[next_random(&random) % COUNT(pieces)]);
		e.title = title.data;
		ical_begin(&c, &out, "x", 4);
		assert_true(ical_event(&c, &e));
		ical_end(&c);
		assert_lines(&out);
		unfold(&out);
		assert_string_equal(value_of(&out, "\r\nSUMMARY:", back, sizeof back), title.data);
		text_release(&out);
		text_release(&title);
	}
}

static void
control_characters_and_too_much(void **state)
{
	struct ical_event e = LESSON;
	struct ical c;
	struct text out;

	(void)state;
	text_init(&out, MAX_BYTES);
	ical_begin(&c, &out, "x", 4);
	e.title = "a\r\nEND:VEVENT\r\n\001b\tc\177";
	assert_true(ical_event(&c, &e));
	assert_lines(&out);
	assert_non_null(strstr(out.data, "\r\nSUMMARY:a\\nEND:VEVENT\\nb c\r\n"));
	text_release(&out);

	text_init(&out, 300);
	ical_begin(&c, &out, "x", 4);
	assert_true(ical_event(&c, &LESSON));
	assert_true(out.broken);
	text_release(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lesson),
		cmocka_unit_test(days_cancellations_and_reminders),
		cmocka_unit_test(nothing_that_is_no_moment),
		cmocka_unit_test(addresses),
		cmocka_unit_test(any_text_comes_back),
		cmocka_unit_test(control_characters_and_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
