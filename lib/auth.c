/* auth.c -- names and secrets as people type them. See auth.h. */
#include "auth.h"

#include <assert.h>
#include <ctype.h>

#include "app.h"
#include "text.h"

/* No 0 O 1 I L, no letters that read as another in the other alphabet's handwriting. */
static const char code_alphabet[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/* Every Cyrillic capital that looks like a Latin one, in UTF-8. */
static const struct { const char *cyrillic; char latin; } look_alikes[] = {
	{ "А", 'A' }, { "В", 'B' }, { "Е", 'E' }, { "К", 'K' }, { "М", 'M' }, { "Н", 'H' },
	{ "О", 'O' }, { "Р", 'P' }, { "С", 'C' }, { "Т", 'T' }, { "У", 'Y' }, { "Х", 'X' },
	{ "а", 'A' }, { "в", 'B' }, { "е", 'E' }, { "к", 'K' }, { "м", 'M' }, { "н", 'H' },
	{ "о", 'O' }, { "р", 'P' }, { "с", 'C' }, { "т", 'T' }, { "у", 'Y' }, { "х", 'X' },
};

/* ---- what was typed -------------------------------------------------------------------------- */

const char *
auth_form_name(struct request *rq, const char *field)
{
	const char *typed = form_text(rq, field, 32, "");
	char *name = arena_alloc(rq->arena, strlen(typed) + 1);
	size_t n = 0;

	for (; *typed != '\0'; typed++)
		if (*typed != ' ')
			name[n++] = *typed;
	return name;
}

static char
latin_of(const char *two_bytes)
{
	for (int i = 0; i < APP_COUNT(look_alikes); i++)
		if (strncmp(two_bytes, look_alikes[i].cyrillic, 2) == 0)
			return look_alikes[i].latin;
	return '\0';
}

const char *
auth_form_code(struct request *rq, const char *field)
{
	const char *typed = form_secret(rq, field);
	char *code = arena_alloc(rq->arena, strlen(typed) + 1);
	size_t n = 0;

	for (; *typed != '\0'; typed++) {
		char latin = latin_of(typed);

		if (latin != '\0') {
			code[n++] = latin;
			typed++;
		} else if (*typed != ' ' && *typed != '-') {
			code[n++] = (char)toupper((unsigned char)*typed);
		}
	}
	return code;
}

/* The same character again and again, or a row of neighbours: 11111111, 12345678, abcdefgh. */
static bool
is_plain_row(const char *s)
{
	size_t same = 0, next = 0, len = strlen(s);

	for (size_t i = 1; i < len; i++) {
		same += s[i] == s[i - 1];
		next += s[i] == s[i - 1] + 1 || s[i] == s[i - 1] - 1;
	}
	return same + next + 2 >= len;
}

/* The head of every list of leaked passwords, from 8 characters on. */
static bool
is_common(const char *s)
{
	static const char *const common[] = {
		"password",
		"password1",
		"qwertyui",
		"qwertyuiop",
		"qwerty123",
		"qwerty12345",
		"1q2w3e4r",
		"1q2w3e4r5t",
		"1qaz2wsx",
		"iloveyou",
		"sunshine",
		"princess",
		"football",
		"superman",
		"пароль123",
		"йцукенгш",
		"йцукен123",
		"любовь123",
		"qazwsxedc",
		"zxcvbnm1",
		"asdfghjk",
		"asdfghjkl",
		"12341234",
		"123123123",
		"11223344",
		"88888888",
		"school123",
		"moscow2026",
	};

	for (int i = 0; i < APP_COUNT(common); i++)
		if (strcasecmp(s, common[i]) == 0)
			return true;
	return is_plain_row(s);
}

const char *
auth_form_new_password(struct request *rq, const char *name)
{
	const char *password = form_secret(rq, "password");
	const char *again = form_secret(rq, "password2");

	if (*password == '\0')
		form_error(rq, "password", "Придумайте пароль.");
	else if (text_chars(password, strlen(password)) < AUTH_PASSWORD_CHARS_MIN)
		form_error(rq, "password", "Пароль короче 8 знаков.");
	else if (is_common(password) || strcasecmp(password, name) == 0)
		form_error(rq, "password", "Такой пароль угадают первым. Придумайте другой.");
	else if (strcmp(password, again) != 0)
		form_error(rq, "password2", "Пароли не совпадают.");
	return password;
}

/* ---- trying ---------------------------------------------------------------------------------- */

static const char *
wait_words(struct request *rq, int64_t wait_s)
{
	int64_t minutes = (wait_s + 59) / 60;

	if (wait_s < 60)
		return arena_printf(rq->arena, "Слишком много попыток. Повторите через %ld %s.",
		    (long)wait_s, plural_ru(wait_s, "секунду", "секунды", "секунд"));
	return arena_printf(rq->arena, "Слишком много попыток. Повторите через %ld %s.",
	    (long)minutes, plural_ru(minutes, "минуту", "минуты", "минут"));
}

bool
auth_read_attempt(struct request *rq, const struct db_rows *rows, struct auth_attempt *attempt)
{
	*attempt = (struct auth_attempt){
		.id = db_text(rows, 0, "attempt"),
		.cost_log2 = (int)db_int(rows, 0, "cost_log2"),
		.wait_s = db_int(rows, 0, "wait_s"),
	};
	if (attempt->wait_s > 0) {
		rq->page_status = 429;
		form_error(rq, "", wait_words(rq, attempt->wait_s));
		return false;
	}
	if (!db_bytes(rows, 0, "salt", attempt->salt, sizeof attempt->salt))
		abort();   /* the function promises one */
	return true;
}

void
auth_hash(const struct auth_attempt *attempt, const char *secret, uint8_t hash[CRYPTO_HASH_BYTES])
{
	crypto_password_hash(secret, attempt->salt, attempt->cost_log2, hash);
}

void
auth_make_secret(struct auth_secret *made, const char *secret)
{
	crypto_random(made->salt, sizeof made->salt);
	crypto_password_hash(secret, made->salt, AUTH_COST_LOG2, made->hash);
}

void
auth_new_code(char code[AUTH_CODE_CHARS + 1])
{
	crypto_pick(code, AUTH_CODE_CHARS, code_alphabet);
}

bool
auth_is_pin(const char *secret)
{
	return strlen(secret) == AUTH_PIN_CHARS && strspn(secret, "0123456789") == AUTH_PIN_CHARS;
}

/* Rows, repetitions, pairs (1212, 1122) and years are what people would try first. */
static bool
is_weak_pin(const char *pin)
{
	bool is_year = strncmp(pin, "19", 2) == 0 || strncmp(pin, "20", 2) == 0;
	bool is_pair = strncmp(pin, pin + 2, 2) == 0 || (pin[0] == pin[1] && pin[2] == pin[3]);

	return is_year || is_pair || is_plain_row(pin);
}

void
auth_new_pin(char pin[AUTH_PIN_CHARS + 1])
{
	do
		crypto_pick(pin, AUTH_PIN_CHARS, "0123456789");
	while (is_weak_pin(pin));
}
