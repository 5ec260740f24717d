/*
 * ical.c -- calendars by RFC 5545. Every line goes through put_line(), which folds it: that is
 * where the rules about octets and line ends are kept.
 */
#include "ical.h"

#include <string.h>

#include "date.h"

/* Octets of the UTF-8 character that begins with this one. */
static size_t
char_len(unsigned char first)
{
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* One content line: the first piece takes 75 octets, each further one a blank and 74. */
static void
put_line(struct text *out, const char *line, size_t len)
{
	size_t room = ICAL_LINE_OCTETS;

	for (size_t i = 0, n; i < len; i += n, room -= n) {
		n = char_len((unsigned char)line[i]);
		if (n > len - i)
			n = len - i;
		if (n > room) {
			text_puts(out, "\r\n ");
			room = ICAL_LINE_OCTETS - 1;
		}
		text_put(out, line + i, n);
	}
	text_puts(out, "\r\n");
}

static void
put(struct ical *c, const char *line)
{
	put_line(c->out, line, strlen(line));
}

/* NAME:VALUE with a value of type TEXT; an empty one is left out. */
static void
put_text(struct ical *c, const char *name, const char *value)
{
	struct text line;

	if (*value == '\0')
		return;
	text_init(&line, c->out->max_bytes);
	text_puts(&line, name);
	text_puts(&line, ":");
	for (const char *s = value; *s != '\0'; s++) {
		if (*s == '\n')
			text_puts(&line, "\\n");
		else if (*s == '\\' || *s == ';' || *s == ',')
			text_printf(&line, "\\%c", *s);
		else if ((unsigned char)*s >= 0x20 && *s != 0x7f)
			text_put(&line, s, 1);
		else if (*s == '\t')
			text_puts(&line, " ");
	}
	put_line(c->out, line.data, line.len);
	text_release(&line);
}

/* A value of type URI: octets that cannot stand in one are percent-encoded. */
static void
put_url(struct ical *c, const char *url)
{
	struct text line;

	if (*url == '\0')
		return;
	text_init(&line, c->out->max_bytes);
	text_puts(&line, "URL:");
	for (const char *s = url; *s != '\0'; s++) {
		unsigned char octet = (unsigned char)*s;

		if (octet <= 0x20 || octet >= 0x7f || strchr("\"<>\\^`{|}", *s) != NULL)
			text_printf(&line, "%%%02X", octet);
		else
			text_put(&line, s, 1);
	}
	put_line(c->out, line.data, line.len);
	text_release(&line);
}

static void
put_number(struct ical *c, const char *before, int64_t n, const char *after)
{
	char line[80];

	snprintf(line, sizeof line, "%s%lld%s", before, (long long)n, after);
	put(c, line);
}

static void
put_moment(struct ical *c, const char *name, struct moment m)
{
	char line[80];

	snprintf(line, sizeof line, "%s:%04d%02d%02dT%02d%02d%02dZ", name, m.date.year,
	    m.date.month, m.date.day, m.hour, m.minute, m.second);
	put(c, line);
}

static void
put_day(struct ical *c, const char *name, struct date d)
{
	char line[80];

	snprintf(line, sizeof line, "%s;VALUE=DATE:%04d%02d%02d", name, d.year, d.month, d.day);
	put(c, line);
}

static void
put_reminder(struct ical *c, const struct ical_event *e)
{
	put(c, "BEGIN:VALARM");
	put(c, "ACTION:DISPLAY");
	put_text(c, "DESCRIPTION", e->title);
	put_number(c, "TRIGGER:-PT", e->remind_min, "M");
	put(c, "END:VALARM");
}

/* Days and seconds in one number, to compare moments. */
static int64_t
order(struct moment m)
{
	return (int64_t)date_to_days(m.date) * 86400 + m.hour * 3600 + m.minute * 60 + m.second;
}

void
ical_begin(struct ical *c, struct text *out, const char *name, int refresh_hours)
{
	*c = (struct ical){ .out = out };
	put(c, "BEGIN:VCALENDAR");
	put(c, "VERSION:2.0");
	put(c, "PRODID:-//Kabinet//Kabinet//RU");
	put(c, "CALSCALE:GREGORIAN");
	put(c, "METHOD:PUBLISH");
	/* RFC 7986 says NAME and REFRESH-INTERVAL; older programs know the other two. */
	put_text(c, "NAME", name);
	put_text(c, "X-WR-CALNAME", name);
	put_number(c, "REFRESH-INTERVAL;VALUE=DURATION:PT", refresh_hours, "H");
	put_number(c, "X-PUBLISHED-TTL:PT", refresh_hours, "H");
}

bool
ical_event(struct ical *c, const struct ical_event *e)
{
	struct moment starts, ends, changed;
	char uid[200];

	if (!moment_parse(e->starts, &starts) || !moment_parse(e->ends, &ends) ||
	    !moment_parse(e->changed_at, &changed) || order(ends) <= order(starts))
		return false;
	snprintf(uid, sizeof uid, "%s@kabinet", e->uid);
	put(c, "BEGIN:VEVENT");
	put_text(c, "UID", uid);
	put_moment(c, "DTSTAMP", changed);
	put_moment(c, "LAST-MODIFIED", changed);
	put_number(c, "SEQUENCE:", e->revision, "");
	if (e->is_all_day) {
		put_day(c, "DTSTART", starts.date);
		put_day(c, "DTEND", ends.date);
	} else {
		put_moment(c, "DTSTART", starts);
		put_moment(c, "DTEND", ends);
	}
	put_text(c, "SUMMARY", e->title);
	put_text(c, "LOCATION", e->place);
	put_text(c, "DESCRIPTION", e->note);
	put_text(c, "CATEGORIES", e->category);
	put_url(c, e->url);
	put(c, e->is_cancelled ? "STATUS:CANCELLED" : "STATUS:CONFIRMED");
	/* What lasts a day, or does not take place, leaves the time free. */
	put(c, e->is_all_day || e->is_cancelled ? "TRANSP:TRANSPARENT" : "TRANSP:OPAQUE");
	if (e->remind_min > 0 && !e->is_cancelled)
		put_reminder(c, e);
	put(c, "END:VEVENT");
	c->events++;
	return true;
}

void
ical_end(struct ical *c)
{
	/*
	 * A calendar must have some component (RFC 5545, 3.6); an empty one has the zone of its
	 * times.
	 */
	static const char *const zone[] = {
		"BEGIN:VTIMEZONE",
		"TZID:Etc/UTC",
		"BEGIN:STANDARD",
		"DTSTART:19700101T000000",
		"TZOFFSETFROM:+0000",
		"TZOFFSETTO:+0000",
		"TZNAME:UTC",
		"END:STANDARD",
		"END:VTIMEZONE",
	};

	if (c->events == 0)
		for (size_t i = 0; i < sizeof zone / sizeof zone[0]; i++)
			put(c, zone[i]);
	put(c, "END:VCALENDAR");
}
