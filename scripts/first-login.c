/*
 * first-login.c -- the first login of a cabinet from the shell: spends an authorization code and sets a password, by the same
 * two questions as the page /login/first. scripts/demo-contracts makes the demo's active cabinets with it.
 *
 * usage: first-login LOGIN < (code, line feed, password, line feed)
 */
#include "auth.h"
#include "db.h"
#include "log.h"

#define LINE_BYTES 256

static bool
read_line(char line[LINE_BYTES])
{
	if (fgets(line, LINE_BYTES, stdin) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	return *line != '\0';
}

/* Two steps, as lib/auth.h describes them; false with the reason told. */
static bool
log_in(struct db_link *link, const char *login, const char *code, const char *password)
{
	struct auth_attempt attempt = { .id = NULL };
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct auth_secret made;
	char token[CRYPTO_TOKEN_CHARS + 1];
	struct db_rows *begun, *done = NULL;
	bool is_in = false;

	begun = db_run(link, "select * from cabinet.login_begin($1, 'code', '', '127.0.0.1')", DB_TEXT(login));
	if (begun != NULL && db_bytes(begun, 0, "salt", attempt.salt, sizeof attempt.salt)) {
		attempt.cost_log2 = (int)db_int(begun, 0, "cost_log2");
		auth_hash(&attempt, code, hash);
		auth_make_secret(&made, password);
		crypto_token(token);
		done = db_run(link, "select * from cabinet.login_first($1::uuid, $2, $3, $4::int, $5, $6, null, 'first-login')",
		    DB_TEXT(db_text(begun, 0, "attempt")), DB_BYTES(hash, sizeof hash),
		    DB_BYTES(made.salt, sizeof made.salt), DB_INT(AUTH_COST_LOG2),
		    DB_BYTES(made.hash, sizeof made.hash), DB_TEXT(token));
		is_in = done != NULL && strcmp(db_text(done, 0, "outcome"), "ok") == 0;
	}
	if (!is_in)
		fprintf(stderr, "first-login: %s: %s\n", login, done != NULL ? "wrong code" : db_link_error(link)->message);
	db_rows_free(begun);
	db_rows_free(done);
	return is_in;
}

int
main(int argc, char **argv)
{
	const char *pepper = getenv("KABINET_PEPPER"), *conninfo = getenv("KABINET_DB");
	char code[LINE_BYTES], password[LINE_BYTES];
	struct db_link *link;
	bool is_in;

	log_open("first-login");
	if (argc != 2 || pepper == NULL || conninfo == NULL || !read_line(code) || !read_line(password)) {
		fputs("usage: first-login LOGIN < code and password, a line each; KABINET_DB and KABINET_PEPPER are set\n", stderr);
		return 2;
	}
	if (!crypto_load_pepper(pepper) || (link = db_link_new(conninfo)) == NULL)
		return 2;
	is_in = log_in(link, argv[1], code, password);
	crypto_wipe(code, sizeof code);
	crypto_wipe(password, sizeof password);
	db_link_free(link);
	return is_in ? 0 : 1;
}
