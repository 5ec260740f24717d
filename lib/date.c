/*
 * date.c -- the proleptic Gregorian calendar by arithmetic on days, without libc's clock, locale or
 * time zone.
 */
#include <assert.h>

#include "date.h"

#define FIRST_YEAR 1900
#define LAST_YEAR  2199
#define MOST_DAYS  1000000      /* more than any date plus any distance: nothing overflows */

static const char *const month_names[12] = {
	"январь", "февраль", "март", "апрель", "май", "июнь",
	"июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
};
static const char *const month_names_of[12] = {
	"января", "февраля", "марта", "апреля", "мая", "июня",
	"июля", "августа", "сентября", "октября", "ноября", "декабря",
};
static const char *const weekday_names[7] = { "пн", "вт", "ср", "чт", "пт", "сб", "вс" };

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool
date_exists(int year, int month, int day)
{
	static const int lengths[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1)
		return false;
	return day <= lengths[month - 1] + (month == 2 && is_leap(year));
}

/* Exactly count digits at *s, which moves past them; -1 for anything else. */
static int
read_digits(const char **s, int count)
{
	int n = 0;

	for (; count > 0; count--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		n = n * 10 + (**s - '0');
	}
	return n;
}

static bool
skip_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* YYYY-MM-DD at *s, which moves past it. */
static bool
read_date(const char **s, struct date *d)
{
	return (d->year = read_digits(s, 4)) >= 0 && skip_char(s, '-') &&
	    (d->month = read_digits(s, 2)) >= 0 && skip_char(s, '-') &&
	    (d->day = read_digits(s, 2)) >= 0 && date_exists(d->year, d->month, d->day);
}

bool
date_parse(const char *s, struct date *d)
{
	struct date read;

	if (!read_date(&s, &read) || *s != '\0')
		return false;
	*d = read;
	return true;
}

bool
date_parse_month(const char *s, struct date *d)
{
	struct date read = { .day = 1 };

	read.year = read_digits(&s, 4);
	if (read.year < 0 || !skip_char(&s, '-'))
		return false;
	read.month = read_digits(&s, 2);
	if (*s != '\0' || !date_exists(read.year, read.month, read.day))
		return false;
	*d = read;
	return true;
}

/* Nothing, `Z`, or `+HH`, `-HH:MM` as PostgreSQL and RFC 3339 write them. */
static bool
skip_zone(const char **s)
{
	int hour, minute;

	if (skip_char(s, 'Z'))
		return true;
	if (!skip_char(s, '+') && !skip_char(s, '-'))
		return true;
	hour = read_digits(s, 2);
	minute = skip_char(s, ':') ? read_digits(s, 2) : 0;
	return hour >= 0 && hour <= 15 && minute >= 0 && minute <= 59;
}

/* Nothing, or a point and one to nine digits. */
static bool
skip_fraction(const char **s)
{
	int count = 0;

	if (!skip_char(s, '.'))
		return true;
	for (; **s >= '0' && **s <= '9'; (*s)++)
		count++;
	return count >= 1 && count <= 9;
}

bool
moment_parse(const char *s, struct moment *m)
{
	struct moment read;

	if (!read_date(&s, &read.date) || (!skip_char(&s, ' ') && !skip_char(&s, 'T')))
		return false;
	if ((read.hour = read_digits(&s, 2)) < 0 || !skip_char(&s, ':') ||
	    (read.minute = read_digits(&s, 2)) < 0 || !skip_char(&s, ':') ||
	    (read.second = read_digits(&s, 2)) < 0)
		return false;
	if (read.hour > 23 || read.minute > 59 || read.second > 59)
		return false;
	if (!skip_fraction(&s) || !skip_zone(&s) || *s != '\0')
		return false;
	*m = read;
	return true;
}

/*
 * Years that begin on 1 March put the leap day last, so that the days before each month follow one
 * linear rule; 400 years (146097 days) repeat exactly. 719468 days lie between 0000-03-01 and
 * 1970-01-01.
 */
int
date_to_days(struct date d)
{
	int year = d.month > 2 ? d.year : d.year - 1;
	int era = (year >= 0 ? year : year - 399) / 400;
	int year_of_era = year - era * 400;
	int day_of_year = (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

struct date
date_from_days(int days)
{
	int since, era, day_of_era, year_of_era, day_of_year, month_from_march;
	struct date d;

	assert(days > -MOST_DAYS && days < MOST_DAYS);
	since = days + 719468;
	era = (since >= 0 ? since : since - 146096) / 146097;
	day_of_era = since - era * 146097;
	year_of_era =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month_from_march = (5 * day_of_year + 2) / 153;

	d.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	d.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	d.year = year_of_era + era * 400 + (d.month <= 2);
	return d;
}

int
date_weekday(struct date d)
{
	/* 1970-01-01 was a Thursday. */
	int weekday = (date_to_days(d) + 3) % 7;

	return weekday < 0 ? weekday + 7 : weekday;
}

struct date
date_monday(struct date d)
{
	return date_from_days(date_to_days(d) - date_weekday(d));
}

char *
date_iso(char buf[DATE_BUF], struct date d)
{
	snprintf(buf, DATE_BUF, "%04d-%02d-%02d", d.year, d.month, d.day);
	return buf;
}

char *
date_short(char buf[DATE_BUF], struct date d)
{
	snprintf(buf, DATE_BUF, "%02d.%02d.%04d", d.day, d.month, d.year);
	return buf;
}

char *
date_long(char buf[DATE_BUF], struct date d)
{
	assert(d.month >= 1 && d.month <= 12);
	snprintf(buf, DATE_BUF, "%d %s %d г.", d.day, month_names_of[d.month - 1], d.year);
	return buf;
}

char *
date_weekday_long(char buf[DATE_BUF], struct date d)
{
	assert(d.month >= 1 && d.month <= 12);
	snprintf(buf, DATE_BUF, "%s, %d %s", weekday_names[date_weekday(d)], d.day,
	    month_names_of[d.month - 1]);
	return buf;
}

char *
date_month(char buf[DATE_BUF], struct date d)
{
	assert(d.month >= 1 && d.month <= 12);
	snprintf(buf, DATE_BUF, "%s %d", month_names[d.month - 1], d.year);
	return buf;
}

char *
moment_short(char buf[DATE_BUF], struct moment m)
{
	snprintf(buf, DATE_BUF, "%02d.%02d.%04d %02d:%02d", m.date.day, m.date.month, m.date.year,
	    m.hour, m.minute);
	return buf;
}
