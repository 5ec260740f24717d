/*
 * form-typed.c -- what people type as numbers, times and sums, with words at the field when it is
 * none. See form.h.
 */
#include "form.h"

#include <string.h>

#include "app.h"
#include "money.h"
#include "text.h"

/* Longer is no number, time or sum in whatever spelling. */
#define TYPED_CHARS_MAX 20

int64_t
form_typed_int(struct request *rq, const char *name, int64_t min, int64_t max, int64_t fallback)
{
	const char *s = form_text(rq, name, TYPED_CHARS_MAX, "");
	int64_t n = fallback;

	if (*s != '\0' && !int_parse(s, min, max, &n))
		form_error(rq, name,
		    arena_printf(rq->arena, "Целое число от %lld до %lld.", (long long)min,
			(long long)max));
	return n;
}

const char *
form_typed_time(struct request *rq, const char *name)
{
	const char *s = form_text(rq, name, TYPED_CHARS_MAX, "");
	size_t colon = strcspn(s, ":.");
	const char *hours = arena_copy(rq->arena, s, colon),
		   *minutes = s[colon] != '\0' ? s + colon + 1 : "";
	int64_t hour, minute;

	if (*s == '\0')
		return NULL;
	if (strchr(s, '-') == NULL && colon <= 2 && int_parse(hours, 0, 23, &hour) &&
	    strlen(minutes) == 2 && int_parse(minutes, 0, 59, &minute))
		return arena_printf(rq->arena, "%02d:%02d", (int)hour, (int)minute);
	form_error(rq, name, "Время — это часы и минуты, например 8:30.");
	return NULL;
}

int64_t
form_typed_money(struct request *rq, const char *name, int64_t min_kop, int64_t max_kop,
    int64_t fallback_kop)
{
	const char *s = form_text(rq, name, TYPED_CHARS_MAX, "");
	char from[MONEY_BUF], to[MONEY_BUF];
	int64_t kop = fallback_kop;

	if (*s == '\0')
		return fallback_kop;
	if (money_parse_typed(s, &kop) && kop >= min_kop && kop <= max_kop)
		return kop;
	money_plain(from, min_kop, ',');
	money_plain(to, max_kop, ',');
	form_error(rq, name,
	    arena_printf(rq->arena,
		"Сумма — это рубли и копейки, например 1500 или 1500,50: от %s до %s.", from, to));
	return fallback_kop;
}

const char *
form_typed_link(struct request *rq, const char *name, size_t max_chars, const char *fallback)
{
	const char *s = form_text(rq, name, max_chars, fallback);

	if (s == fallback)
		return fallback;
	if (strncmp(s, "https://", 8) == 0 && strlen(s) > 11 && strpbrk(s, " \t\"<>") == NULL)
		return s;
	form_error(rq, name, "Ссылка начинается с https:// и не содержит пробелов.");
	return fallback;
}
