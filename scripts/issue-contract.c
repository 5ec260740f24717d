/*
 * issue-contract.c -- issues contracts and prints their slips: what scripts/contract runs.
 *
 * PIN, ИДН and authorization code are made and hashed here; the database gets salts and hashes, in
 * one transaction with the contract. The slip is the only place where the secrets are ever written.
 *
 * --batch reads orders from standard input, a line each, its words separated by tabs, and answers
 * each with a line of JSON:
 *   issue    SCHOOL CLASS CHILD PAYER        a contract
 *   secrets  NAME                            new PIN and code for a contract that has none, or lost them
 *   activate NAME PASSWORD                   the same, and the code is used at once: the cabinet is open
 *   join     NAME LOGIN PASSWORD             the same, and the child joins the login of that name and password
 *   adult    NAME ADULT PASSWORD             one more adult of the child, without the right to see money; open at once
 *   pupil    LOGIN PASSWORD PUPIL-PASSWORD   the pupil's own login of the child LOGIN names, open at once
 * What opens a cabinet goes through the functions that the programs call, with everything they
 * check.
 */
#include <getopt.h>
#include <unistd.h>

#include "office.h"

#define IDN_CHARS        10
#define IDN_TRIES        5
#define LINE_MAX_BYTES   2048
#define SLIP_COLUMN      22      /* where values begin, in characters */

/* The same 31 characters as in auth.c's codes: nothing that reads as something else. */
static const char idn_alphabet[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/* What a slip says that exists nowhere else; "" for what this order did not make. */
struct secrets {
	char pin[AUTH_PIN_CHARS + 1];
	char code[AUTH_CODE_CHARS + 1];
};

struct order {
	const char *school, *class_name, *child, *payer, *number;
	const char *again, *adult, *new_pin;     /* login names */
	bool        has_no_finance, is_json, is_batch;
};

/* ---- the database ---------------------------------------------------------------------------- */

static struct db_rows *
slip_of(int64_t access)
{
	return ask(
	    "select s.name, s.idn, s.account, s.class_name, s.school_name, s.number, s.signed_on, s.payer, s.child,"
	    " s.adult, s.expires from people.slip($1) s",
	    DB_INT(access));
}

/* ---- making ---------------------------------------------------------------------------------- */

/* An ИДН that is taken already is drawn again: of 31^9, so more than one try is a wonder. */
static int64_t
issue(const struct order *order, struct secrets *made)
{
	struct auth_secret pin, code;

	auth_new_pin(made->pin);
	auth_new_code(made->code);
	auth_make_secret(&pin, made->pin);
	auth_make_secret(&code, made->code);
	for (int i = 0; i < IDN_TRIES; i++) {
		char idn[IDN_CHARS + 1] = "I";
		struct db_rows *rows;

		crypto_pick(idn + 1, IDN_CHARS - 1, idn_alphabet);
		rows = db_run(link_,
		    "select people.contract_issue($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as access",
		    DB_TEXT(order->school), DB_TEXT(order->class_name), DB_TEXT(idn),
		    DB_TEXT(order->child), DB_TEXT(order->payer), DB_TEXT(order->number),
		    SALT_OF(pin), HASH_OF(pin), SALT_OF(code), HASH_OF(code),
		    DB_INT(AUTH_COST_LOG2));
		if (rows != NULL || strcmp(db_link_error(link_)->sqlstate, "23505") != 0)
			return number_of(must(rows), "access");
	}
	fail("%s", db_link_error(link_)->message);
}

static int64_t
new_code(const char *name, struct secrets *made)
{
	struct auth_secret code;

	auth_new_code(made->code);
	auth_make_secret(&code, made->code);
	return number_of(ask("select people.code_again($1, $2, $3, $4) as access", DB_TEXT(name),
	    SALT_OF(code), HASH_OF(code), DB_INT(AUTH_COST_LOG2)), "access");
}

static int64_t
new_pin(const char *name, struct secrets *made)
{
	struct auth_secret pin;

	auth_new_pin(made->pin);
	auth_make_secret(&pin, made->pin);
	return number_of(ask("select people.pin_again($1, $2, $3, $4) as access", DB_TEXT(name),
	    SALT_OF(pin), HASH_OF(pin), DB_INT(AUTH_COST_LOG2)), "access");
}

static int64_t
add_adult(const char *name, const char *adult, bool may_finance, struct secrets *made)
{
	struct auth_secret code;

	auth_new_code(made->code);
	auth_make_secret(&code, made->code);
	return number_of(ask("select people.adult_add($1, $2, $3::boolean, $4, $5, $6) as access",
			     DB_TEXT(name), DB_TEXT(adult), DB_TEXT(may_finance ? "true" : "false"),
			     SALT_OF(code), HASH_OF(code), DB_INT(AUTH_COST_LOG2)),
	    "access");
}

/* ---- the slip -------------------------------------------------------------------------------- */

static void
slip_line(const char *label, const char *value)
{
	size_t chars = text_chars(label, strlen(label));

	if (*value != '\0')
		printf("  %s%*s%s\n", label, (int)(chars < SLIP_COLUMN ? SLIP_COLUMN - chars : 1),
		    "", value);
}

static void
slip_rule(void)
{
	for (int i = 0; i < 62; i++)
		fputs("─", stdout);
	putchar('\n');
}

/* YYYY-MM-DD... as DD.MM.YYYY; the database has checked it. */
static void
day_of(char text[11], const char *iso)
{
	snprintf(text, 11, "%.2s.%.2s.%.4s", iso + 8, iso + 5, iso);
}

static void
print_slip(const struct db_rows *slip, const struct secrets *made)
{
	char code[AUTH_CODE_CHARS + 2] = "", until[11] = "", signed_on[11];
	const char *adult = db_text(slip, 0, "adult"), *payer = db_text(slip, 0, "payer");

	day_of(signed_on, db_text(slip, 0, "signed_on"));
	slip_rule();
	printf("  Договор № %s от %s\n", db_text(slip, 0, "number"), signed_on);
	slip_rule();
	slip_line("Школа, класс", db_text(slip, 0, "school_name"));
	slip_line("", db_text(slip, 0, "class_name"));
	slip_line("Ребёнок", db_text(slip, 0, "child"));
	slip_line("Плательщик", payer);
	if (strcmp(adult, payer) != 0)
		slip_line("Кому выдано", adult);
	putchar('\n');
	slip_line("Лицевой счёт", db_text(slip, 0, "account"));
	slip_line("ИДН", db_text(slip, 0, "idn"));
	slip_line("ПИН", made->pin);
	if (made->code[0] != '\0') {
		snprintf(code, sizeof code, "%.5s-%.5s", made->code, made->code + 5);
		day_of(until, db_text(slip, 0, "expires"));
		slip_line("Имя входа", db_text(slip, 0, "name"));
		slip_line("Код авторизации", code);
		slip_line("Код действует до", until);
		puts("\n  Первый вход: откройте личный кабинет, «Первый вход», введите\n"
		    "  имя входа и код, придумайте пароль. Код сработает один раз.");
	}
	if (made->pin[0] != '\0')
		puts("\n  ПИН — для платёжного терминала в школе и для устройств,\n"
		    "  которые вы подтвердите сами. Никому его не сообщайте.");
	puts("\n  Этот листок печатается один раз: ни школа, ни оператор\n"
	    "  не знают ни кода, ни ПИН. Потеряете — выдадут новые.");
	slip_rule();
	crypto_wipe(code, sizeof code);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* One line about a cabinet; a spent code is null. */
static void
print_json(const struct db_rows *slip, const struct secrets *made, const char *password)
{
	struct text out;

	text_init(&out, ANSWER_MAX_BYTES);
	text_puts(&out, "{");
	json_text(&out, "login", db_text(slip, 0, "name"));
	json_text(&out, "idn", db_text(slip, 0, "idn"));
	json_text(&out, "account", db_text(slip, 0, "account"));
	json_text(&out, "pin", made->pin);
	json_text(&out, "code", password == NULL ? made->code : NULL);
	json_text(&out, "password", password);
	json_text(&out, "class", db_text(slip, 0, "class_name"));
	json_text(&out, "school", db_text(slip, 0, "school_name"));
	json_end(&out);
}

static void
report(int64_t access, struct secrets *made, const char *password, bool is_json)
{
	struct db_rows *slip = slip_of(access);

	if (is_json)
		print_json(slip, made, password);
	else
		print_slip(slip, made);
	db_rows_free(slip);
	crypto_wipe(made, sizeof *made);
}

/* ---- opening cabinets, the way their owners do ----------------------------------------------- */

static struct db_rows *
begin_attempt(const char *name, const char *kind, const char *secret,
    uint8_t hash[CRYPTO_HASH_BYTES])
{
	struct db_rows *rows = ask("select b.attempt, b.salt, b.cost_log2, b.wait_s"
	    " from cabinet.login_begin($1, $2, '', '127.0.0.1') b", DB_TEXT(name), DB_TEXT(kind));
	struct auth_attempt attempt = { .cost_log2 = (int)db_int(rows, 0, "cost_log2") };

	if (db_int(rows, 0, "wait_s") > 0 ||
	    !db_bytes(rows, 0, "salt", attempt.salt, sizeof attempt.salt))
		fail("%s: too many attempts, wait %s s", name, db_text(rows, 0, "wait_s"));
	auth_hash(&attempt, secret, hash);
	return rows;
}

static void
must_be_ok(struct db_rows *rows, const char *name)
{
	if (strcmp(db_text(rows, 0, "outcome"), "ok") != 0)
		fail("%s: name, password or code is wrong", name);
	db_rows_free(rows);
}

static void
log_out(const char *token)
{
	db_rows_free(ask("select cabinet.logout($1)", DB_TEXT(token)));
}

static void
open_by_code(const char *name, const char *code, const char *password)
{
	char token[CRYPTO_TOKEN_CHARS + 1];
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct db_rows *attempt = begin_attempt(name, "code", code, hash);
	struct auth_secret made;

	auth_make_secret(&made, password);
	crypto_token(token);
	must_be_ok(
	    ask("select f.outcome from cabinet.login_first($1::uuid, $2, $3, $4, $5, $6, null, 'issue-contract') f",
		DB_TEXT(db_text(attempt, 0, "attempt")), DB_BYTES(hash, sizeof hash), SALT_OF(made),
		DB_INT(AUTH_COST_LOG2), HASH_OF(made), DB_TEXT(token)),
	    name);
	db_rows_free(attempt);
	log_out(token);
}

static void
log_in(const char *name, const char *password, char token[CRYPTO_TOKEN_CHARS + 1])
{
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct db_rows *attempt = begin_attempt(name, "password", password, hash);

	crypto_token(token);
	must_be_ok(
	    ask("select f.outcome from cabinet.login_finish($1::uuid, $2, $3, null, 'issue-contract') f",
		DB_TEXT(db_text(attempt, 0, "attempt")), DB_BYTES(hash, sizeof hash),
		DB_TEXT(token)),
	    name);
	db_rows_free(attempt);
}

static void
join_child(const char *name, const char *code, const char *login, const char *password)
{
	char token[CRYPTO_TOKEN_CHARS + 1];
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct db_rows *attempt;

	log_in(login, password, token);
	attempt = begin_attempt(name, "code", code, hash);
	must_be_ok(ask("select f.outcome from cabinet.child_add($1, $2::uuid, $3) f",
		       DB_TEXT(token), DB_TEXT(db_text(attempt, 0, "attempt")),
		       DB_BYTES(hash, sizeof hash)),
	    name);
	db_rows_free(attempt);
	log_out(token);
}

/*
 * Its line has the login and the password alone: PIN and account are those of the child's cabinet.
 */
static void
open_pupil(const char *login, const char *password, const char *pupil_password)
{
	char token[CRYPTO_TOKEN_CHARS + 1], code[AUTH_CODE_CHARS + 1];
	struct auth_secret made;
	struct db_rows *rows;
	struct text out;

	log_in(login, password, token);
	auth_new_code(code);
	auth_make_secret(&made, code);
	rows = ask("select n.name from cabinet.pupil_access_begin($1) b,"
	    " cabinet.pupil_access_new($1, b.attempt, $2, $3, $4) n", DB_TEXT(token), SALT_OF(made),
	    DB_INT(AUTH_COST_LOG2), HASH_OF(made));
	open_by_code(db_text(rows, 0, "name"), code, pupil_password);
	text_init(&out, ANSWER_MAX_BYTES);
	text_puts(&out, "{");
	json_text(&out, "login", db_text(rows, 0, "name"));
	json_text(&out, "password", pupil_password);
	json_end(&out);
	db_rows_free(rows);
	log_out(token);
	crypto_wipe(code, sizeof code);
}

/* ---- orders ---------------------------------------------------------------------------------- */

enum verb { ISSUE, SECRETS, ACTIVATE, JOIN, ADULT, PUPIL, VERB__COUNT };
static const struct { const char *name; int words; } verbs[VERB__COUNT] = {
	[ISSUE]    = { "issue", 4 },
	[SECRETS]  = { "secrets", 1 },
	[ACTIVATE] = { "activate", 2 },
	[JOIN]     = { "join", 3 },
	[ADULT]    = { "adult", 3 },
	[PUPIL]    = { "pupil", 3 },
};

static void
carry_out(enum verb verb, const char **w)
{
	struct order order = { 0 };
	struct secrets made = { 0 };
	const char *password = NULL;
	int64_t access;

	if (verb == PUPIL) {
		open_pupil(w[0], w[1], w[2]);
		return;
	}
	if (verb == ISSUE) {
		order.school = w[0];
		order.class_name = w[1];
		order.child = w[2];
		order.payer = w[3];
		access = issue(&order, &made);
	} else if (verb == ADULT) {
		struct db_rows *slip;

		access = add_adult(w[0], w[1], false, &made);
		slip = slip_of(access);
		open_by_code(db_text(slip, 0, "name"), made.code, w[2]);
		db_rows_free(slip);
		password = w[2];
	} else {
		new_pin(w[0], &made);
		access = new_code(w[0], &made);
		if (verb == ACTIVATE)
			open_by_code(w[0], made.code, password = w[1]);
		if (verb == JOIN)
			join_child(w[0], made.code, w[1], password = w[2]);
	}
	report(access, &made, password, true);
}

static void
run_batch(void)
{
	char line[LINE_MAX_BYTES];

	for (long number = 1; fgets(line, sizeof line, stdin) != NULL; number++) {
		const char *word[5];
		size_t verb_chars = strcspn(line, "\t\n");
		enum verb verb;

		if (strchr(line, '\n') == NULL)
			fail("line %ld: longer than %d bytes, or cut short", number,
			    LINE_MAX_BYTES - 2);
		line[strcspn(line, "\n")] = '\0';
		for (verb = 0; verb < VERB__COUNT; verb++)
			if (strlen(verbs[verb].name) == verb_chars &&
			    strncmp(line, verbs[verb].name, verb_chars) == 0)
				break;
		if (verb == VERB__COUNT)
			fail("line %ld: what is to be done?", number);
		split(line, number, word, verbs[verb].words + 1);
		carry_out(verb, word + 1);
	}
}

/* What was not given as an option is asked for, when a person sits there. */
static const char *
wanted(const char *given, const char *question, const char *option)
{
	static char answers[4][256];
	static int count;
	char *answer = answers[count];

	if (given != NULL)
		return given;
	if (!isatty(STDIN_FILENO))
		fail("--%s is missing", option);
	printf("%s: ", question);
	fflush(stdout);
	if (fgets(answer, sizeof answers[0], stdin) == NULL)
		fail("--%s is missing", option);
	answer[strcspn(answer, "\n")] = '\0';
	count++;
	return answer;
}

static void
run_order(struct order *order)
{
	struct secrets made = { 0 };
	int64_t access;

	if (order->again != NULL) {
		access = new_code(order->again, &made);
	} else if (order->new_pin != NULL) {
		access = new_pin(order->new_pin, &made);
	} else if (order->adult != NULL) {
		order->payer = wanted(order->payer, "Взрослый: фамилия, имя, отчество", "payer");
		access = add_adult(order->adult, order->payer, !order->has_no_finance, &made);
	} else {
		order->school = wanted(order->school, "Школа (регион и номер, 027039)", "school");
		order->class_name = wanted(order->class_name, "Класс (7Б)", "class");
		order->payer = wanted(order->payer, "Плательщик: фамилия, имя, отчество", "payer");
		order->child = wanted(order->child, "Ребёнок: фамилия, имя, отчество", "child");
		access = issue(order, &made);
	}
	report(access, &made, NULL, order->is_json);
}

static void __attribute__((noreturn))
usage(void)
{
	fputs(
	    "usage: contract [--school NNNNNN] [--class 7Б] [--payer NAME] [--child NAME] [--number N]\n"
	    "       contract --again LOGIN      a new code instead of a lost one\n"
	    "       contract --new-pin LOGIN    a new PIN instead of a lost one\n"
	    "       contract --adult LOGIN [--payer NAME] [--no-finance]\n"
	    "                                   one more adult of the child\n"
	    "       contract --batch            orders from standard input, see issue-contract.c\n"
	    "options: --db CONNINFO (KABINET_DB), --pepper FILE (KABINET_PEPPER), --json\n",
	    stderr);
	exit(2);
}

int
main(int argc, char **argv)
{
	enum {
		DB = 256,
		PEPPER,
		SCHOOL,
		CLASS,
		PAYER,
		CHILD,
		NUMBER,
		AGAIN,
		ADULT_OF,
		NEW_PIN,
		NO_FINANCE,
		JSON,
		BATCH
	};
	static const struct option options[] = {
		{ "db", required_argument, NULL, DB }, { "pepper", required_argument, NULL, PEPPER },
		{ "school", required_argument, NULL, SCHOOL }, { "class", required_argument, NULL, CLASS },
		{ "payer", required_argument, NULL, PAYER }, { "child", required_argument, NULL, CHILD },
		{ "number", required_argument, NULL, NUMBER }, { "again", required_argument, NULL, AGAIN },
		{ "adult", required_argument, NULL, ADULT_OF }, { "new-pin", required_argument, NULL, NEW_PIN },
		{ "no-finance", no_argument, NULL, NO_FINANCE }, { "json", no_argument, NULL, JSON },
		{ "batch", no_argument, NULL, BATCH }, { NULL, 0, NULL, 0 },
	};
	const char *db = getenv("KABINET_DB"), *pepper = getenv("KABINET_PEPPER");
	struct order order = { 0 };
	int option;

	log_open(office_program = "issue-contract");
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case DB: db = optarg; break;
		case PEPPER: pepper = optarg; break;
		case SCHOOL: order.school = optarg; break;
		case CLASS: order.class_name = optarg; break;
		case PAYER: order.payer = optarg; break;
		case CHILD: order.child = optarg; break;
		case NUMBER: order.number = optarg; break;
		case AGAIN: order.again = optarg; break;
		case ADULT_OF: order.adult = optarg; break;
		case NEW_PIN: order.new_pin = optarg; break;
		case NO_FINANCE: order.has_no_finance = true; break;
		case JSON: order.is_json = true; break;
		case BATCH: order.is_batch = true; break;
		default: usage();
		}
	}
	if (optind < argc || db == NULL || pepper == NULL)
		usage();
	if (!crypto_load_pepper(pepper))
		return 1;
	link_ = db_link_new(db);
	if (link_ == NULL)
		return 1;
	if (order.is_batch)
		run_batch();
	else
		run_order(&order);
	db_link_free(link_);
	return 0;
}
