/*
 * crypto.h -- secrets: random tokens, slow hashes of passwords, keyed hashes. The only file that
 * knows OpenSSL.
 *
 * Failure of the random generator or of a primitive is never papered over: it is logged and the
 * process aborts.
 */
#ifndef KABINET_CRYPTO_H
#define KABINET_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRYPTO_HASH_BYTES   32   /* SHA-256, HMAC-SHA256, a derived key */
#define CRYPTO_SALT_BYTES   16
#define CRYPTO_TOKEN_BYTES  32
#define CRYPTO_TOKEN_CHARS  43   /* base64url of a token, without padding */

/*
 * Reads the pepper (32 to 1024 bytes, mode without access for others) once at start; false with the
 * reason logged.
 */
bool crypto_load_pepper(const char *path) __attribute__((warn_unused_result));

void crypto_random(void *bytes, size_t len);
/* An unguessable token as base64url text: 256 bits, NUL-terminated. */
void crypto_token(char text[CRYPTO_TOKEN_CHARS + 1]);
/* count characters of the alphabet, uniformly (rejection sampling); text gets a NUL. */
void crypto_pick(char *text, size_t count, const char *alphabet);

void crypto_sha256(const void *bytes, size_t len, uint8_t hash[CRYPTO_HASH_BYTES]);
void crypto_hmac(const void *key, size_t key_len, const void *bytes, size_t len,
    uint8_t mac[CRYPTO_HASH_BYTES]);
/* Equal length only; time does not depend on the content. */
bool crypto_equal(const void *a, const void *b, size_t len);
void crypto_wipe(void *bytes, size_t len);

/*
 * HMAC(pepper, scrypt(secret, salt, N, r = 8, p = 1)). cost_log2 is 10 to 17; 15 takes 32 MiB and
 * about 0.13 s here. Asserts that the pepper was loaded.
 */
void crypto_password_hash(const char *secret, const uint8_t salt[CRYPTO_SALT_BYTES], int cost_log2,
    uint8_t hash[CRYPTO_HASH_BYTES]);

/* Lower-case hex; text holds 2 * len + 1. */
void crypto_hex(const void *bytes, size_t len, char *text);
bool crypto_unhex(const char *text, void *bytes, size_t len) __attribute__((warn_unused_result));

/* The incremental SHA-256 of a file that does not fit in memory; new/free pair. */
struct crypto_digest;
struct crypto_digest *crypto_digest_new(void) __attribute__((returns_nonnull, warn_unused_result));
void crypto_digest_add(struct crypto_digest *d, const void *bytes, size_t len);
void crypto_digest_end(struct crypto_digest *d, uint8_t hash[CRYPTO_HASH_BYTES]); /* also frees d */

#endif
