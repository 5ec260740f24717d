/*
 * date.h -- calendar dates and local moments, as text of ISO 8601 and as Russian people write them.
 *
 * PostgreSQL keeps the clock and the time zones: what reaches C is already the school's local time,
 * as `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS[.ffffff]`. Years 1900 to 2199.
 */
#ifndef KABINET_DATE_H
#define KABINET_DATE_H

#include <stdbool.h>
#include <stddef.h>

struct date { int year, month, day; };          /* month 1-12, day 1-31 */
struct moment { struct date date; int hour, minute, second; };

/*
 * The whole of s must be `YYYY-MM-DD` (or `YYYY-MM`, day = 1) and exist in the calendar; false
 * leaves *d alone.
 */
bool date_parse(const char *s, struct date *d) __attribute__((warn_unused_result));
bool date_parse_month(const char *s, struct date *d) __attribute__((warn_unused_result));
/* `YYYY-MM-DD[ T]HH:MM:SS` with an ignored fraction and zone. */
bool moment_parse(const char *s, struct moment *m) __attribute__((warn_unused_result));
/* Is there such a day (and time)? */
bool date_exists(int year, int month, int day);

/* Days since 1970-01-01 and back; the way to add days. */
int date_to_days(struct date d);
struct date date_from_days(int days);
/* 0 = Monday … 6 = Sunday. */
int date_weekday(struct date d);
/* The Monday of the day's week. */
struct date date_monday(struct date d);

#define DATE_BUF 64
char *date_iso(char buf[DATE_BUF], struct date d);           /* 2026-11-23 */
char *date_short(char buf[DATE_BUF], struct date d);         /* 23.11.2026 */
char *date_long(char buf[DATE_BUF], struct date d);          /* 23 ноября 2026 г. */
char *date_weekday_long(char buf[DATE_BUF], struct date d);  /* пн, 23 ноября */
char *date_month(char buf[DATE_BUF], struct date d);         /* ноябрь 2026 */
char *moment_short(char buf[DATE_BUF], struct moment m);     /* 23.11.2026 12:41 */

#endif
