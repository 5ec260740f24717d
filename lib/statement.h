/*
 * statement.h -- the exported statement of an account: its file format, and checking it against the
 * published seals without the database. docs/money.md («Sealed days») has every byte of it.
 *
 * Lines are a hash chain; an evening's state of the account is a leaf of a tree whose root the
 * day's seal holds. So a file is genuine when its lines lead from the proven state before the
 * period to the proven state of its last sealed day. Lines after that day are only checked for
 * agreeing with each other.
 */
#ifndef KABINET_STATEMENT_H
#define KABINET_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct text;

#define STATEMENT_MAX_BYTES  (8 * 1024 * 1024)
#define STATEMENT_MAX_LINES  20000
#define STATEMENT_HEADS      "Дата и время;Операция;Откуда;Сумма;Остаток;№;Номер операции;День;Проверка"
#define STATEMENT_HASH_BYTES 32
#define SEALS_MAX_BYTES      (8 * 1024 * 1024)
#define SEALS_MAX_DAYS       36525

/* ---- writing --------------------------------------------------------------------------------- */

/* An account in some evening; link is 64 hex digits. */
struct statement_state { int64_t version, balance_kop; const char *link; };

/*
 * What follows the lines. Days are ISO; "" where there is none, and then the fields that belong to
 * it do not count.
 */
struct statement_end {
	const char *account, *from, *to;
	bool is_partial;                            /* not all lines of the period: cannot be checked, only this is said */
	struct statement_state opening, sealed, closing;
	const char *opening_day, *opening_proof;    /* the evening before the period; proof "" when it is not sealed */
	const char *sealed_day, *sealed_proof;      /* its last sealed evening */
	const char *open_from;                      /* from here on nothing is sealed */
};

/* The cell that a line's link is shown as: `1a2b-3c4d`. */
#define STATEMENT_CHECK_BUF 10
char *statement_check(char buf[STATEMENT_CHECK_BUF], const char *link);
/* Ends a file that begins with the mark of UTF-8 and the heads, and holds its lines. */
void statement_end(struct text *csv, const struct statement_end *end);

/* ---- checking -------------------------------------------------------------------------------- */

struct seal { int day; uint8_t accounts_hash[STATEMENT_HASH_BYTES]; };   /* days as date_to_days() counts */
struct seals { struct seal *seal; int count; };                         /* day after day, without a gap */

/*
 * Reads the published seals, scripts/seals, and checks their own chain. false: *words, Russian,
 * says where it breaks. Both live in the arena.
 */
bool seals_read(struct arena *a, const char *bytes, size_t len, struct seals *seals,
    const char **words) __attribute__((warn_unused_result));

enum statement_verdict { STATEMENT_GENUINE, STATEMENT_FALSE, STATEMENT_UNREADABLE };
/*
 * *words, Russian sentences in the arena, says what was found: which line was changed, dropped or
 * moved, which proof fails, what is not sealed yet.
 */
enum statement_verdict statement_verify(struct arena *a, const char *bytes, size_t len,
    const struct seals *seals, const char **words) __attribute__((warn_unused_result));

#endif
