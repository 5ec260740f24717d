/*
 * money.h -- sums of money: integer kopecks, read strictly and shown the Russian way. No float
 * comes near them.
 */
#ifndef KABINET_MONEY_H
#define KABINET_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest sum that is read anywhere: 9 999 999 999,99 roubles. */
#define MONEY_MAX_KOP INT64_C(999999999999)

/*
 * Reads the whole of s (len bytes): digits, then optionally `point` and one or two digits; a
 * leading minus is allowed only when may_be_negative. `1234`, `1234,5` and `1234,50` are sums; ``,
 * `,5`, `1 234`, `1e3` and `1,234` are not. False leaves *sum_kop alone.
 */
bool money_parse(const char *s, size_t len, char point, bool may_be_negative, int64_t *sum_kop)
    __attribute__((warn_unused_result));

/* What a parent types: comma or point, spaces between digits and around allowed, never negative. */
bool money_parse_typed(const char *s, int64_t *sum_kop) __attribute__((warn_unused_result));

#define MONEY_BUF 48
/* `1 234,50 ₽` with no-break spaces and U+2212 for minus; returns buf. */
char *money_show(char buf[MONEY_BUF], int64_t sum_kop);
/* The same with an explicit plus: `+1 000,00 ₽`. */
char *money_show_signed(char buf[MONEY_BUF], int64_t sum_kop);
/* `1234,50` for tables that programs read (point = ',' or '.'). */
char *money_plain(char buf[MONEY_BUF], int64_t sum_kop, char point);

#endif
