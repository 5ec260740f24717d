/*
 * crypto.c -- OpenSSL 3 behind a few verbs.
 *
 * Algorithms are fetched once, at first use, and kept: a fetch by name costs more than the hash of
 * a token. A worker is single-threaded, so plain statics do. OpenSSL's generator notices a fork by
 * itself and reseeds.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "crypto.h"
#include "log.h"

#define PEPPER_MIN_BYTES 32
#define PEPPER_MAX_BYTES 1024
#define SCRYPT_R         8
#define SCRYPT_P         1
#define SCRYPT_COST_MIN  10     /* log2 of N */
#define SCRYPT_COST_MAX  17
#define PICK_POOL_BYTES  64

static uint8_t pepper[PEPPER_MAX_BYTES];
static size_t pepper_len;

struct crypto_digest {
	EVP_MD_CTX *ctx;
};

/* A primitive failed. Going on would mean an unsafe secret, so there is no going on. */
static void __attribute__((noreturn))
give_up(const char *call)
{
	unsigned long code;
	const char *reason;

	while ((code = ERR_get_error()) != 0) {
		reason = ERR_reason_error_string(code);
		log_error("crypto-reason", "call=%s reason=%s", call, reason);
	}
	log_error("crypto-failed", "call=%s", call);
	abort();
}

static void
must(bool ok, const char *call)
{
	if (!ok)
		give_up(call);
}

static const EVP_MD *
sha256(void)
{
	static EVP_MD *md;

	if (md == NULL) {
		md = EVP_MD_fetch(NULL, "SHA2-256", NULL);
		must(md != NULL, "EVP_MD_fetch");
	}
	return md;
}

static EVP_MAC *
hmac(void)
{
	static EVP_MAC *mac;

	if (mac == NULL) {
		mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
		must(mac != NULL, "EVP_MAC_fetch");
	}
	return mac;
}

static EVP_KDF *
scrypt(void)
{
	static EVP_KDF *kdf;

	if (kdf == NULL) {
		kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
		must(kdf != NULL, "EVP_KDF_fetch");
	}
	return kdf;
}

/* Fills bytes[len] until the end of the file; -1 with errno. */
static ssize_t
read_whole(int fd, uint8_t *bytes, size_t len)
{
	size_t got = 0;
	ssize_t n;

	while (got < len) {
		n = read(fd, bytes + got, len - got);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

bool
crypto_load_pepper(const char *path)
{
	uint8_t bytes[PEPPER_MAX_BYTES + 1];
	const char *reason = NULL;
	struct stat st;
	ssize_t len = 0;
	int fd;

	/* Without O_NONBLOCK a FIFO in the file's place would hold the start for ever. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0)
		reason = strerrordesc_np(errno);
	else if (!S_ISREG(st.st_mode))
		reason = "not a regular file";
	else if ((st.st_mode & S_IRWXO) != 0)
		reason = "open to others: chmod o= it";
	else if ((len = read_whole(fd, bytes, sizeof(bytes))) < 0)
		reason = strerrordesc_np(errno);
	else if (len < PEPPER_MIN_BYTES || len > PEPPER_MAX_BYTES)
		reason = "not 32 to 1024 bytes long";

	if (reason == NULL) {
		memcpy(pepper, bytes, (size_t)len);
		pepper_len = (size_t)len;
	} else {
		log_error("pepper-refused", "file=%s reason=%s", path, reason);
	}
	crypto_wipe(bytes, sizeof(bytes));
	if (fd >= 0)
		close(fd);
	return reason == NULL;
}

void
crypto_random(void *bytes, size_t len)
{
	assert(len <= INT32_MAX);
	must(RAND_bytes(bytes, (int)len) == 1, "RAND_bytes");
}

void
crypto_token(char text[CRYPTO_TOKEN_CHARS + 1])
{
	unsigned char base64[(CRYPTO_TOKEN_BYTES + 2) / 3 * 4 + 1];
	uint8_t bytes[CRYPTO_TOKEN_BYTES];

	crypto_random(bytes, sizeof(bytes));
	must(EVP_EncodeBlock(base64, bytes, sizeof(bytes)) == CRYPTO_TOKEN_CHARS + 1,
	    "EVP_EncodeBlock");
	for (size_t i = 0; i < CRYPTO_TOKEN_CHARS; i++)
		text[i] = (char)(base64[i] == '+' ? '-' : base64[i] == '/' ? '_' : base64[i]);
	text[CRYPTO_TOKEN_CHARS] = '\0';
	crypto_wipe(base64, sizeof(base64));
	crypto_wipe(bytes, sizeof(bytes));
}

void
crypto_pick(char *text, size_t count, const char *alphabet)
{
	size_t size = strlen(alphabet), done = 0;
	uint8_t pool[PICK_POOL_BYTES];
	unsigned fair;

	assert(size >= 1 && size <= 256);
	/* Bytes from `fair` up would favour the beginning of the alphabet. */
	fair = 256 - 256 % (unsigned)size;
	while (done < count) {
		crypto_random(pool, sizeof(pool));
		for (size_t i = 0; i < sizeof(pool) && done < count; i++) {
			if (pool[i] < fair)
				text[done++] = alphabet[pool[i] % size];
		}
	}
	text[count] = '\0';
	crypto_wipe(pool, sizeof(pool));
}

void
crypto_sha256(const void *bytes, size_t len, uint8_t hash[CRYPTO_HASH_BYTES])
{
	must(EVP_Digest(bytes, len, hash, NULL, sha256(), NULL) == 1, "EVP_Digest");
}

void
crypto_hmac(const void *key, size_t key_len, const void *bytes, size_t len,
    uint8_t mac[CRYPTO_HASH_BYTES])
{
	char digest[] = OSSL_DIGEST_NAME_SHA2_256;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(hmac());
	size_t mac_len = 0;

	must(ctx != NULL, "EVP_MAC_CTX_new");
	must(EVP_MAC_init(ctx, key, key_len, params) == 1, "EVP_MAC_init");
	must(EVP_MAC_update(ctx, bytes, len) == 1, "EVP_MAC_update");
	must(EVP_MAC_final(ctx, mac, &mac_len, CRYPTO_HASH_BYTES) == 1 &&
	    mac_len == CRYPTO_HASH_BYTES, "EVP_MAC_final");
	EVP_MAC_CTX_free(ctx);
}

bool
crypto_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void
crypto_wipe(void *bytes, size_t len)
{
	OPENSSL_cleanse(bytes, len);
}

void
crypto_password_hash(const char *secret, const uint8_t salt[CRYPTO_SALT_BYTES], int cost_log2,
    uint8_t hash[CRYPTO_HASH_BYTES])
{
	uint64_t n = UINT64_C(1) << cost_log2;
	uint32_t r = SCRYPT_R, p = SCRYPT_P;
	/* scrypt's own need is 128 r (N + p + 2); OpenSSL's default allowance is no limit. */
	uint64_t max_bytes = UINT64_C(128) * SCRYPT_R * (n + SCRYPT_P + 2);
	OSSL_PARAM params[7];
	uint8_t key[CRYPTO_HASH_BYTES];
	EVP_KDF_CTX *ctx;

	assert(pepper_len >= PEPPER_MIN_BYTES);
	assert(cost_log2 >= SCRYPT_COST_MIN && cost_log2 <= SCRYPT_COST_MAX);

	/* OSSL_PARAM holds plain pointers for both directions; a KDF only reads its input. */
	params[0] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD,
	    (void *)(uintptr_t)secret, strlen(secret));
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
	    (void *)(uintptr_t)salt, CRYPTO_SALT_BYTES);
	params[2] = OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n);
	params[3] = OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r);
	params[4] = OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p);
	params[5] = OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &max_bytes);
	params[6] = OSSL_PARAM_construct_end();

	ctx = EVP_KDF_CTX_new(scrypt());
	must(ctx != NULL, "EVP_KDF_CTX_new");
	must(EVP_KDF_derive(ctx, key, sizeof(key), params) == 1, "EVP_KDF_derive");
	EVP_KDF_CTX_free(ctx);
	/* Its 32 MiB would stay with the worker, who has no other use for them. */
	malloc_trim(0);
	crypto_hmac(pepper, pepper_len, key, sizeof(key), hash);
	crypto_wipe(key, sizeof(key));
}

void
crypto_hex(const void *bytes, size_t len, char *text)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = bytes;

	for (size_t i = 0; i < len; i++) {
		*text++ = digits[b[i] >> 4];
		*text++ = digits[b[i] & 15];
	}
	*text = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
crypto_unhex(const char *text, void *bytes, size_t len)
{
	uint8_t *b = bytes;

	if (strlen(text) != 2 * len)
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		if (hex_value(*c) < 0)
			return false;
	}
	for (size_t i = 0; i < len; i++)
		b[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	return true;
}

struct crypto_digest *
crypto_digest_new(void)
{
	struct crypto_digest *d = OPENSSL_malloc(sizeof(*d));

	must(d != NULL, "OPENSSL_malloc");
	d->ctx = EVP_MD_CTX_new();
	must(d->ctx != NULL, "EVP_MD_CTX_new");
	must(EVP_DigestInit_ex2(d->ctx, sha256(), NULL) == 1, "EVP_DigestInit_ex2");
	return d;
}

void
crypto_digest_add(struct crypto_digest *d, const void *bytes, size_t len)
{
	must(EVP_DigestUpdate(d->ctx, bytes, len) == 1, "EVP_DigestUpdate");
}

void
crypto_digest_end(struct crypto_digest *d, uint8_t hash[CRYPTO_HASH_BYTES])
{
	must(EVP_DigestFinal_ex(d->ctx, hash, NULL) == 1, "EVP_DigestFinal_ex");
	EVP_MD_CTX_free(d->ctx);
	OPENSSL_free(d);
}
