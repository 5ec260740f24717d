/*
 * ical.h -- calendars by RFC 5545, as telephones subscribe to them.
 *
 *     ical_begin(&calendar, &out, "Уроки · ученик …F2EW", 4);
 *     ical_event(&calendar, &event);            once each
 *     ical_end(&calendar);
 *
 * What is written ends its lines with CR LF, has no line above 75 octets and no character cut in
 * two. Texts may be any valid UTF-8: commas, semicolons, backslashes and line feeds are escaped,
 * other control characters are left out. The text `out` says whether it all fitted (->broken).
 */
#ifndef KABINET_ICAL_H
#define KABINET_ICAL_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#define ICAL_LINE_OCTETS 75

struct ical {
	struct text *out;     /* borrowed */
	int          events;  /* written so far */
};

struct ical_event {
	const char *uid;          /* the same for ever; `@kabinet` is put behind it */
	const char *starts, *ends; /* UTC, `YYYY-MM-DD HH:MM:SS`; of a whole day their days count, ends is the day after */
	bool        is_all_day;
	const char *changed_at;   /* UTC, the same form */
	const char *title, *place, *note, *category;   /* "" for none */
	const char *url;          /* "" for none */
	int64_t     revision;     /* grows with each change, from 0 */
	bool        is_cancelled;
	int64_t     remind_min;   /* minutes before the beginning; 0: no reminder */
};

/*
 * The name is what a telephone calls the calendar; it is asked to come again every refresh_hours.
 */
void ical_begin(struct ical *c, struct text *out, const char *name, int refresh_hours);
/* false, and nothing written: a moment is none, or the end is not after the beginning. */
bool ical_event(struct ical *c, const struct ical_event *e) __attribute__((warn_unused_result));
void ical_end(struct ical *c);

#endif
