/*
 * issue-contract.c -- gives out what a contract promises: account, PIN, ИДН, authorization code. scripts/contract calls it.
 *
 * The secrets are made here, go into the database as keyed slow hashes and are printed once; nobody can print them again.
 * Names of the payer and the child are read from the command line or standard input by scripts/contract and stay in the
 * schema `people`.
 */
#include <getopt.h>
#include <stdbool.h>

#include "auth.h"
#include "db.h"
#include "log.h"

/* What of the secrets this run made; "" for none. */
struct secrets { char pin[AUTH_PIN_CHARS + 1], code[AUTH_CODE_CHARS + 1]; };

struct options {
	const char *db, *pepper;
	const char *school, *class, *payer, *child, *number;   /* a new contract */
	const char *again, *adult, *new_pin;                   /* or a name of a login that exists */
	const char *person;                                    /* the second adult's name */
	bool        no_finance, json;
};

static const char usage_words[] =
    "usage: contract --school RRRNNN --class 7Б --payer 'Фамилия Имя Отчество' --child 'Фамилия Имя Отчество' [--number N]\n"
    "       contract --again LOGIN                       a new authorization code instead of a lost one\n"
    "       contract --adult IDN --person 'Фамилия Имя Отчество' [--no-finance]   one more adult of a child\n"
    "       contract --new-pin IDN                       a new PIN of the account\n"
    "       with --db CONNINFO (KABINET_DB), --pepper FILE (KABINET_PEPPER), --json instead of a slip\n";

/* ---- issuing --------------------------------------------------------------------------------------------------------- */

static int64_t
failed(const struct db_link *link)
{
	const struct db_error *error = db_link_error(link);

	fprintf(stderr, "contract: %s\n", error->message);
	return -1;
}

/* The access that the statement answered, or -1 with the reason told. */
static int64_t
take_access(const struct db_link *link, struct db_rows *rows)
{
	int64_t access;

	if (rows == NULL)
		return failed(link);
	access = db_int(rows, 0, "access");
	db_rows_free(rows);
	return access;
}

/* ИДН: I and nine characters without look-alikes; a taken one (23505) is drawn again. */
static int64_t
issue_new(struct db_link *link, const struct options *o, struct secrets *made)
{
	struct auth_secret pin, code;
	char idn[AUTH_IDN_CHARS + 1];
	int64_t access = -1;

	auth_new_pin(made->pin);
	auth_new_code(made->code);
	auth_make_secret(&pin, made->pin);
	auth_make_secret(&code, made->code);
	for (int tries = 0; tries < 5 && access < 0; tries++) {
		struct db_rows *rows;

		auth_new_idn(idn);
		rows = db_run(link, "select people.contract_issue($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::int) as access",
		    DB_TEXT(o->school), DB_TEXT(o->class), DB_TEXT(idn), DB_TEXT(o->child), DB_TEXT(o->payer),
		    DB_TEXT(o->number), DB_BYTES(pin.salt, sizeof pin.salt), DB_BYTES(pin.hash, sizeof pin.hash),
		    DB_BYTES(code.salt, sizeof code.salt), DB_BYTES(code.hash, sizeof code.hash),
		    DB_INT(AUTH_COST_LOG2));
		if (rows == NULL && strcmp(db_link_error(link)->sqlstate, "23505") == 0)
			continue;
		access = take_access(link, rows);
		if (access < 0)
			return -1;
	}
	return access;
}

static int64_t
issue_code(struct db_link *link, const struct options *o, struct secrets *made)
{
	struct auth_secret code;

	auth_new_code(made->code);
	auth_make_secret(&code, made->code);
	if (o->again != NULL)
		return take_access(link, db_run(link, "select people.code_again($1, $2, $3, $4::int) as access",
		    DB_TEXT(o->again), DB_BYTES(code.salt, sizeof code.salt), DB_BYTES(code.hash, sizeof code.hash),
		    DB_INT(AUTH_COST_LOG2)));
	return take_access(link, db_run(link, "select people.adult_add($1, $2, $3::boolean, $4, $5, $6::int) as access",
	    DB_TEXT(o->adult), DB_TEXT(o->person), DB_TEXT(o->no_finance ? "f" : "t"),
	    DB_BYTES(code.salt, sizeof code.salt), DB_BYTES(code.hash, sizeof code.hash), DB_INT(AUTH_COST_LOG2)));
}

static int64_t
issue_pin(struct db_link *link, const struct options *o, struct secrets *made)
{
	struct auth_secret pin;

	auth_new_pin(made->pin);
	auth_make_secret(&pin, made->pin);
	return take_access(link, db_run(link, "select people.pin_again($1, $2, $3, $4::int) as access",
	    DB_TEXT(o->new_pin), DB_BYTES(pin.salt, sizeof pin.salt), DB_BYTES(pin.hash, sizeof pin.hash),
	    DB_INT(AUTH_COST_LOG2)));
}

/* ---- printing -------------------------------------------------------------------------------------------------------- */

/* printf pads bytes; Russian labels take two a letter. */
static void
print_line(const char *label, const char *value)
{
	int letters = 0;

	if (*value == '\0')
		return;
	for (const char *c = label; *c != '\0'; c++)
		letters += (*c & 0xc0) != 0x80;
	printf("  %s%*s%s\n", label, 26 - letters, "", value);
}

static void
print_slip(const struct db_rows *slip, const struct secrets *made)
{
	static const char rule[] = "----------------------------------------------------------------------";
	char code[AUTH_CODE_CHARS + 2] = "";

	if (*made->code != '\0')
		snprintf(code, sizeof code, "%.5s-%s", made->code, made->code + 5);
	printf("%s\n  ЛИЧНЫЙ КАБИНЕТ ШКОЛЬНИКА. Листок к договору № %s от %s\n%s\n", rule,
	    db_text(slip, 0, "number"), db_text(slip, 0, "signed_on"), rule);
	print_line("Школа, класс", db_text(slip, 0, "school_name"));
	print_line("", db_text(slip, 0, "class_name"));
	print_line("Плательщик", db_text(slip, 0, "payer"));
	print_line("Ученик", db_text(slip, 0, "child"));
	print_line("Кому доступ", db_text(slip, 0, "adult"));
	printf("\n");
	print_line("Логин (ИДН)", db_text(slip, 0, "name"));
	print_line("Лицевой счёт", db_text(slip, 0, "account"));
	print_line("Код авторизации", code);
	print_line("  действует до", *code != '\0' ? db_text(slip, 0, "expires") : "");
	print_line("ПИН для терминала", made->pin);
	printf("\n  Первый вход: откройте кабинет, «Первый вход по коду», введите логин, код и придумайте пароль.\n"
	    "  Код действует один раз. Сотрудники школы и банка никогда не спрашивают код, пароль и ПИН.\n"
	    "  Этот листок печатается один раз: повторить его нельзя, можно только выдать новые код и ПИН.\n%s\n", rule);
}

/* Names never come out in JSON; values are ours (digits, latin letters) but for the class. */
static void
print_json(const struct db_rows *slip, const struct secrets *made)
{
	bool has_code = *made->code != '\0', has_pin = *made->pin != '\0';

	printf("{\"login\": \"%s\", \"idn\": \"%s\", \"account\": \"%s\", \"class\": \"%s\", ", db_text(slip, 0, "name"),
	    db_text(slip, 0, "idn"), db_text(slip, 0, "account"), db_text(slip, 0, "class_name"));
	printf("\"pin\": %s%s%s, ", has_pin ? "\"" : "", has_pin ? made->pin : "null", has_pin ? "\"" : "");
	printf("\"code\": %s%s%s}\n", has_code ? "\"" : "", has_code ? made->code : "null", has_code ? "\"" : "");
}

/* ---- the program ----------------------------------------------------------------------------------------------------- */

static bool
read_options(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{ "school", required_argument, NULL, 's' },  { "class", required_argument, NULL, 'c' },
		{ "payer", required_argument, NULL, 'p' },   { "child", required_argument, NULL, 'k' },
		{ "number", required_argument, NULL, 'n' },  { "again", required_argument, NULL, 'a' },
		{ "adult", required_argument, NULL, 'A' },   { "person", required_argument, NULL, 'P' },
		{ "new-pin", required_argument, NULL, 'i' }, { "no-finance", no_argument, NULL, 'f' },
		{ "db", required_argument, NULL, 'd' },      { "pepper", required_argument, NULL, 'e' },
		{ "json", no_argument, NULL, 'j' },          { NULL, 0, NULL, 0 },
	};
	int c, modes;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 's': o->school = optarg; break;
		case 'c': o->class = optarg; break;
		case 'p': o->payer = optarg; break;
		case 'k': o->child = optarg; break;
		case 'n': o->number = optarg; break;
		case 'a': o->again = optarg; break;
		case 'A': o->adult = optarg; break;
		case 'P': o->person = optarg; break;
		case 'i': o->new_pin = optarg; break;
		case 'f': o->no_finance = true; break;
		case 'd': o->db = optarg; break;
		case 'e': o->pepper = optarg; break;
		case 'j': o->json = true; break;
		default: return false;
		}
	}
	modes = (o->school != NULL) + (o->again != NULL) + (o->adult != NULL) + (o->new_pin != NULL);
	return optind == argc && modes == 1 && o->db != NULL && o->pepper != NULL &&
	    (o->school == NULL || (o->class != NULL && o->payer != NULL && o->child != NULL)) &&
	    (o->adult == NULL) == (o->person == NULL);
}

static int64_t
issue(struct db_link *link, const struct options *o, struct secrets *made)
{
	if (o->school != NULL)
		return issue_new(link, o, made);
	return o->new_pin != NULL ? issue_pin(link, o, made) : issue_code(link, o, made);
}

int
main(int argc, char **argv)
{
	struct options options = { .db = getenv("KABINET_DB"), .pepper = getenv("KABINET_PEPPER") };
	struct secrets made = { "", "" };
	struct db_rows *slip = NULL;
	struct db_link *link;
	int64_t access = -1;

	log_open("contract");
	if (!read_options(argc, argv, &options)) {
		fputs(usage_words, stderr);
		return 2;
	}
	if (!crypto_load_pepper(options.pepper) || (link = db_link_new(options.db)) == NULL)
		return 2;
	access = issue(link, &options, &made);
	if (access >= 0) {
		slip = db_run(link, "select * from people.slip($1::bigint)", DB_INT(access));
		if (slip == NULL)
			failed(link);
		else if (options.json)
			print_json(slip, &made);
		else
			print_slip(slip, &made);
	}
	crypto_wipe(&made, sizeof made);
	db_rows_free(slip);
	db_link_free(link);
	return slip != NULL ? 0 : 1;
}
