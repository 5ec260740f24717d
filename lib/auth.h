/*
 * auth.h -- names and secrets as people type them, and the two steps in which a secret is tried.
 *
 * The database hands out salts and compares hashes, the program hashes with the pepper: neither
 * alone can test a guess, and no program ever sees a stored hash. auth_begin() runs one question
 * that answers `attempt, salt, cost_log2, wait_s` and charges the budgets of attempts before
 * anything is computed.
 */
#ifndef KABINET_AUTH_H
#define KABINET_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto.h"
#include "db.h"

struct request;

#define AUTH_COST_LOG2     15     /* of new hashes; old ones keep the cost stored with them */
#define AUTH_CODE_CHARS    10
#define AUTH_PIN_CHARS     4
#define AUTH_PASSWORD_CHARS_MIN 8

struct auth_attempt {
	const char *id;
	uint8_t     salt[CRYPTO_SALT_BYTES];
	int         cost_log2;
	int64_t     wait_s;      /* > 0: the budget is used up, try again after that */
};

/* A secret that is being set: what the database keeps. */
struct auth_secret { uint8_t salt[CRYPTO_SALT_BYTES], hash[CRYPTO_HASH_BYTES]; };

/*
 * The field as a login name: 32 characters at most, blanks inside removed; the database forgives
 * case and alphabet.
 */
const char *auth_form_name(struct request *rq, const char *field);
/*
 * The field as an authorization code: upper case, without blanks and dashes, Cyrillic look-alikes
 * as Latin letters.
 */
const char *auth_form_code(struct request *rq, const char *field);
/*
 * Two fields, `password` and `password2`, as a new password; what is wrong becomes form errors.
 * name: not to be equal to.
 */
const char *auth_form_new_password(struct request *rq, const char *name);

/*
 * Reads the answer of a begin question. false: the budget is used up; the form has the words for
 * it, and the page will have status 429.
 */
bool auth_read_attempt(struct request *rq, const struct db_rows *rows, struct auth_attempt *attempt)
    __attribute__((warn_unused_result));
/* The hash of a typed secret for this attempt. */
void auth_hash(const struct auth_attempt *attempt, const char *secret,
    uint8_t hash[CRYPTO_HASH_BYTES]);
/* Fresh salt and hash. */
void auth_make_secret(struct auth_secret *made, const char *secret);
/* A new authorization code: AUTH_CODE_CHARS of an alphabet without look-alikes, NUL-terminated. */
void auth_new_code(char code[AUTH_CODE_CHARS + 1]);
/* Four digits, never a guessable row. */
void auth_new_pin(char pin[AUTH_PIN_CHARS + 1]);
bool auth_is_pin(const char *secret);

#endif
