/* test-crypto.c -- published vectors, refusals of the pepper, and a random generator that fails. */
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/stat.h>

#include "crypto.h"

static char folder[] = "/tmp/kabinet-crypto-XXXXXX";
static char path[64];

/* ---- the generator, made to fail on demand ---- */

static bool random_fails;

int RAND_bytes(unsigned char *bytes, int len);

/* Stands before libcrypto's own, which it asks unless told to fail. */
int
RAND_bytes(unsigned char *bytes, int len)
{
	static int (*real)(unsigned char *, int);

	if (random_fails)
		return 0;
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "RAND_bytes");
	return real(bytes, len);
}

static void
take_random(void *context)
{
	uint8_t bytes[16];

	(void)context;
	random_fails = true;
	crypto_random(bytes, sizeof(bytes));
}

static void
take_token(void *context)
{
	char text[CRYPTO_TOKEN_CHARS + 1];

	(void)context;
	random_fails = true;
	crypto_token(text);
}

static void
take_pick(void *context)
{
	char text[8];

	(void)context;
	random_fails = true;
	crypto_pick(text, 7, "ab");
}

static void
no_randomness_no_secret(void **state)
{
	expect_death(take_random, *state);
	expect_death(take_token, *state);
	expect_death(take_pick, *state);
}

static void
random_bytes_fill_the_whole(void **state)
{
	enum { LEN = 300 };
	uint8_t bytes[LEN + 2], seen[LEN];

	(void)state;
	memset(seen, 0, sizeof(seen));
	for (int round = 0; round < 100; round++) {
		memset(bytes, 0, sizeof(bytes));
		crypto_random(bytes + 1, LEN);
		assert_int_equal(bytes[0], 0);
		assert_int_equal(bytes[LEN + 1], 0);
		for (size_t i = 0; i < LEN; i++)
			seen[i] |= bytes[i + 1];
	}
	for (size_t i = 0; i < LEN; i++)
		assert_int_equal(seen[i], 0xff);
	crypto_random(bytes, 0);
}

static void
tokens_are_base64url_and_differ(void **state)
{
	enum { TOKENS = 2000 };
	static char tokens[TOKENS][CRYPTO_TOKEN_CHARS + 1];
	bool has_dash = false, has_underscore = false;

	(void)state;
	for (int i = 0; i < TOKENS; i++) {
		memset(tokens[i], '!', sizeof(tokens[i]));
		crypto_token(tokens[i]);
		assert_int_equal(strlen(tokens[i]), CRYPTO_TOKEN_CHARS);
		assert_int_equal(strspn(tokens[i],
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		    "0123456789-_"), CRYPTO_TOKEN_CHARS);
		has_dash |= strchr(tokens[i], '-') != NULL;
		has_underscore |= strchr(tokens[i], '_') != NULL;
		for (int other = 0; other < i; other++)
			assert_string_not_equal(tokens[i], tokens[other]);
	}
	assert_true(has_dash && has_underscore);
}

/* Workers are forks of one master: none may repeat another's tokens. */
static void
forks_do_not_repeat_tokens(void **state)
{
	char token[CRYPTO_TOKEN_CHARS + 1], from_child[CRYPTO_TOKEN_CHARS + 1];
	int ends[2], status;
	pid_t child;

	(void)state;
	crypto_token(token);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		crypto_token(token);
		_exit(write(ends[1], token, sizeof(token)) != (ssize_t)sizeof(token));
	}
	crypto_token(token);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(read(ends[0], from_child, sizeof(from_child)), sizeof(from_child));
	assert_string_not_equal(token, from_child);
	close(ends[0]);
	close(ends[1]);
}

/*
 * Each character as often as the others, within six standard deviations. With alphabets that do not
 * divide 256 a plain remainder would favour the first characters by far more: for 200 of them,
 * twofold.
 */
static void
pick_is_uniform(void **state)
{
	enum { PICKS = 200000 };
	static const size_t sizes[] = { 1, 2, 10, 31, 32, 200, 255 };
	static char text[PICKS + 1];
	char alphabet[256];
	long counts[256];

	(void)state;
	for (size_t s = 0; s < COUNT(sizes); s++) {
		double expected = (double)PICKS / (double)sizes[s];

		for (size_t i = 0; i < sizes[s]; i++)
			alphabet[i] = (char)(i + 1);
		alphabet[sizes[s]] = '\0';
		crypto_pick(text, PICKS, alphabet);
		assert_int_equal(strlen(text), PICKS);
		memset(counts, 0, sizeof(counts));
		for (size_t i = 0; i < PICKS; i++)
			counts[(unsigned char)text[i] - 1]++;
		for (size_t i = 0; i < sizes[s]; i++) {
			double off = (double)counts[i] - expected;

			assert_true(off * off <= 36.0 * expected);
		}
	}
	crypto_pick(text, 0, "ab");
	assert_string_equal(text, "");
}

static void
pick_from_nothing(void *context)
{
	char text[4];

	(void)context;
	crypto_pick(text, 3, "");
}

static void
pick_needs_an_alphabet(void **state)
{
	expect_death(pick_from_nothing, *state);
}

/* ---- hashes ---- */

static void
assert_hex(const uint8_t hash[CRYPTO_HASH_BYTES], const char *expected)
{
	char hex[2 * CRYPTO_HASH_BYTES + 1];

	crypto_hex(hash, CRYPTO_HASH_BYTES, hex);
	assert_string_equal(hex, expected);
}

/* FIPS 180-2, appendix B. */
static void
sha256_vectors(void **state)
{
	static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct crypto_digest *d;

	(void)state;
	crypto_sha256("", 0, hash);
	assert_hex(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	crypto_sha256("abc", 3, hash);
	assert_hex(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	crypto_sha256(two_blocks, strlen(two_blocks), hash);
	assert_hex(hash, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");

	d = crypto_digest_new();
	for (int i = 0; i < 1000000; i += 8)
		crypto_digest_add(d, "aaaaaaaa", 8);
	crypto_digest_end(d, hash);
	assert_hex(hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	crypto_digest_end(crypto_digest_new(), hash);
	assert_hex(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 4231, cases 1, 2, 3 and 6: keys shorter and longer than a block. */
static void
hmac_vectors(void **state)
{
	static const char long_text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t key[131], bytes[50], mac[CRYPTO_HASH_BYTES];

	(void)state;
	memset(key, 0x0b, 20);
	crypto_hmac(key, 20, "Hi There", 8, mac);
	assert_hex(mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	crypto_hmac("Jefe", 4, "what do ya want for nothing?", 28, mac);
	assert_hex(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	memset(bytes, 0xdd, sizeof(bytes));
	crypto_hmac(key, 20, bytes, sizeof(bytes), mac);
	assert_hex(mac, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	crypto_hmac(key, sizeof(key), long_text, strlen(long_text), mac);
	assert_hex(mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void
equal_looks_at_every_byte(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	assert_true(crypto_equal(a, b, sizeof(a)));
	assert_true(crypto_equal(a, b, 0));
	for (size_t i = 0; i < sizeof(a); i++) {
		for (int bit = 0; bit < 8; bit++) {
			b[i] = (uint8_t)(1 << bit);
			assert_false(crypto_equal(a, b, sizeof(a)));
			assert_true(crypto_equal(a, b, i));
		}
		b[i] = 0;
	}
}

static void
wipe_wipes(void **state)
{
	char secret[] = "пароль", zero[sizeof(secret)] = "";

	(void)state;
	crypto_wipe(secret, sizeof(secret));
	assert_memory_equal(secret, zero, sizeof(secret));
}

static void
hex_there_and_back(void **state)
{
	static const char *const bad[] = { "", "0", "000", "00000", "0g00", "00 0", "+000", "-000",
		"0x00", "00\n0", "zzzz", "00000000" };
	uint8_t bytes[2] = { 0x5a, 0xa5 }, back[2], all[256], all_back[256];
	char text[513];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (crypto_unhex(bad[i], bytes, sizeof(bytes)))
			fail_msg("read as two bytes: %s", bad[i]);
	}
	assert_int_equal(bytes[0], 0x5a);
	assert_int_equal(bytes[1], 0xa5);
	crypto_hex(bytes, 2, text);
	assert_string_equal(text, "5aa5");
	assert_true(crypto_unhex("5aA5", back, 2));
	assert_memory_equal(back, bytes, 2);
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	crypto_hex(all, sizeof(all), text);
	assert_int_equal(strlen(text), 512);
	assert_true(crypto_unhex(text, all_back, sizeof(all_back)));
	assert_memory_equal(all, all_back, sizeof(all));
	assert_true(crypto_unhex("", all_back, 0));
}

/* ---- pepper and passwords, in this order: the first test needs a process without a pepper ---- */

static const uint8_t salt[CRYPTO_SALT_BYTES] = {
	0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e,
	0x1f,
};

static void
hash_at_cost(void *cost_log2)
{
	uint8_t hash[CRYPTO_HASH_BYTES];

	crypto_password_hash("4711", salt, *(int *)cost_log2, hash);
}

static void
no_pepper_no_hash(void **state)
{
	int cost = 10;

	(void)state;
	expect_death(hash_at_cost, &cost);
}

/* The expected refusals are logged; they would only confuse the reader of the tests' own output. */
static bool
load_quietly(const char *file)
{
	int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
	bool ok;

	dup2(null, STDERR_FILENO);
	ok = crypto_load_pepper(file);
	dup2(saved, STDERR_FILENO);
	close(null);
	close(saved);
	return ok;
}

static void
write_pepper(const uint8_t *bytes, size_t len, mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
bad_peppers_are_refused(void **state)
{
	static const mode_t open_modes[] = { 0604, 0602, 0601, 0644, 0666, 0777, 0004 };
	uint8_t bytes[1025];
	int cost = 10;

	(void)state;
	memset(bytes, 'p', sizeof(bytes));
	unlink(path);
	assert_false(load_quietly(path));
	assert_false(load_quietly(folder));
	assert_false(load_quietly("/dev/zero"));
	assert_false(load_quietly(""));
	for (size_t i = 0; i < COUNT(open_modes); i++) {
		write_pepper(bytes, 32, open_modes[i]);
		assert_false(load_quietly(path));
	}
	for (size_t len = 0; len < 32; len++) {
		write_pepper(bytes, len, 0600);
		assert_false(load_quietly(path));
	}
	write_pepper(bytes, 1025, 0600);
	assert_false(load_quietly(path));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(load_quietly(path));
	expect_death(hash_at_cost, &cost);
}

/* Expected values by another implementation: Python's hashlib.scrypt and hmac. */
static void
password_hashes(void **state)
{
	static const struct {
		const char *secret;
		int         cost_log2;
		const char *short_pepper, *long_pepper;
	} cases[] = {
		{ "", 10, "6a756a0a5582880cbec64d87d617f6d10e1d1dd10b35fe655bf16e84b2ae03ce",
		    "5def1c7e6db4b78dc963e48975bd95b115fe5408b34d3252a0ee89be179f8992" },
		{ "пароль", 10, "bf89a63ea96c23ae0a691b4e6bfe727ab91ca088e18a14e80282b58326540bc5",
		    "faafe3c523ed402dc6652ce1f98efe7a988eb364186198c29cf40fcd33f5e531" },
		{ "4711", 14, "1f52f4965bb24d0c242784402b1d7c58e9f504ca777b39dac8b7ceceb51b8fed",
		    "a47e4dc617dbbb2c6a31b189097b9c19210b1ca744643fe4e66ccd5bb2a0f239" },
		{ "correct horse", 15,
		    "c05554a2d65c1b0cd134b316762ea7f697da39569466cce69250064d7521a743",
		    "586b93b8b44c5ec4696e40b3c4c63fb485de9f3ea45c5c0cec7e0ccc7bbcd2c1" },
	};
	uint8_t bytes[1024], hash[CRYPTO_HASH_BYTES];

	(void)state;
	for (size_t i = 0; i < 32; i++)
		bytes[i] = (uint8_t)i;
	write_pepper(bytes, 32, 0600);
	assert_true(crypto_load_pepper(path));
	for (size_t i = 0; i < COUNT(cases); i++) {
		crypto_password_hash(cases[i].secret, salt, cases[i].cost_log2, hash);
		assert_hex(hash, cases[i].short_pepper);
	}
	/* A refused pepper leaves the one in use alone. */
	assert_false(load_quietly(folder));
	crypto_password_hash("", salt, 10, hash);
	assert_hex(hash, cases[0].short_pepper);

	memset(bytes, 'p', sizeof(bytes));
	write_pepper(bytes, sizeof(bytes), 0440);
	assert_true(crypto_load_pepper(path));
	for (size_t i = 0; i < COUNT(cases); i++) {
		crypto_password_hash(cases[i].secret, salt, cases[i].cost_log2, hash);
		assert_hex(hash, cases[i].long_pepper);
	}
}

/*
 * The largest cost needs 128 MiB, more than OpenSSL's own default allows: our limit must follow the
 * cost.
 */
static void
costs_from_10_to_17(void **state)
{
	static int bad[] = { -1, 0, 9, 18, 31, 63 };
	uint8_t hash[CRYPTO_HASH_BYTES], salt_2[CRYPTO_SALT_BYTES], hash_2[CRYPTO_HASH_BYTES];

	(void)state;
	crypto_password_hash("4711", salt, 17, hash);
	for (size_t i = 0; i < COUNT(bad); i++)
		expect_death(hash_at_cost, &bad[i]);
	memcpy(salt_2, salt, sizeof(salt_2));
	salt_2[15] ^= 1;
	crypto_password_hash("4711", salt, 10, hash);
	crypto_password_hash("4711", salt_2, 10, hash_2);
	assert_memory_not_equal(hash, hash_2, sizeof(hash));
}

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/pepper", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_randomness_no_secret),
		cmocka_unit_test(random_bytes_fill_the_whole),
		cmocka_unit_test(tokens_are_base64url_and_differ),
		cmocka_unit_test(forks_do_not_repeat_tokens),
		cmocka_unit_test(pick_is_uniform),
		cmocka_unit_test(pick_needs_an_alphabet),
		cmocka_unit_test(sha256_vectors),
		cmocka_unit_test(hmac_vectors),
		cmocka_unit_test(equal_looks_at_every_byte),
		cmocka_unit_test(wipe_wipes),
		cmocka_unit_test(hex_there_and_back),
		cmocka_unit_test(no_pepper_no_hash),
		cmocka_unit_test(bad_peppers_are_refused),
		cmocka_unit_test(password_hashes),
		cmocka_unit_test(costs_from_10_to_17),
	};

	return cmocka_run_group_tests_name("crypto", tests, make_folder, remove_folder);
}
