/*
 * staff-account.c -- accounts of the people who work at a school: what scripts/staff runs.
 *
 * Passwords are drawn and hashed here; the database gets salt and hash. A password is printed once,
 * as the last line, and exists nowhere else. --batch reads accounts from standard input, a line
 * each, its words separated by tabs: LOGIN SCHOOL NAME ROLES PASSWORD. Who is there already gets
 * the password and the roles. Each is answered with a line of JSON: login, password, role (the
 * first word of ROLES). ROLES are words with commas between: teacher, head, guard, canteen, admin,
 * librarian, support; «tutor» is a teacher whom a class names.
 */
#include <getopt.h>
#include <unistd.h>

#include "office.h"

#define PASSWORD_GROUPS      3
#define PASSWORD_GROUP_CHARS 4
#define LINE_MAX_BYTES       2048
#define ROLES_MAX_BYTES      128

/* What is read aloud without asking back: no look-alikes, no capitals. 58 bits. */
static const char password_alphabet[] = "23456789abcdefghjkmnpqrstuvwxyz";

struct account { const char *login, *school, *name, *roles; };

static void
draw_password(char password[PASSWORD_GROUPS * (PASSWORD_GROUP_CHARS + 1)])
{
	for (int i = 0; i < PASSWORD_GROUPS; i++) {
		char *group = password + i * (PASSWORD_GROUP_CHARS + 1);

		crypto_pick(group, PASSWORD_GROUP_CHARS, password_alphabet);
		group[PASSWORD_GROUP_CHARS] = i + 1 < PASSWORD_GROUPS ? '-' : '\0';
	}
}

/* `teacher,head` as PostgreSQL writes an array; `tutor` is no role of its own. */
static void
roles_array(char array[ROLES_MAX_BYTES], const char *roles)
{
	char copy[ROLES_MAX_BYTES - 2];
	size_t n = 1;

	if (strlen(roles) >= sizeof copy ||
	    roles[strspn(roles, "abcdefghijklmnopqrstuvwxyz,")] != '\0')
		fail(
		    "roles are words of teacher, head, guard, canteen, admin, librarian, support with commas between");
	snprintf(copy, sizeof copy, "%s", roles);
	array[0] = '{';
	for (char *rest = copy, *word; (word = strsep(&rest, ",")) != NULL; ) {
		n += (size_t)snprintf(array + n, ROLES_MAX_BYTES - n, "%s%s", n > 1 ? "," : "",
		    strcmp(word, "tutor") == 0 ? "teacher" : word);
		if (n + 1 >= ROLES_MAX_BYTES)
			fail("too many roles");
	}
	array[n] = '}';
	array[n + 1] = '\0';
}

/* ---- the orders ------------------------------------------------------------------------------ */

static void
hire(const struct account *account, const char *password)
{
	char roles[ROLES_MAX_BYTES];
	struct auth_secret made;

	roles_array(roles, account->roles);
	auth_make_secret(&made, password);
	db_rows_free(ask(
	    "select people.hire($1, $2, $3, $4::text[], ($5::bytea, $6::int, $7::bytea)::people.secret) as id",
	    DB_TEXT(account->school), DB_TEXT(account->login), DB_TEXT(account->name),
	    DB_TEXT(roles), SALT_OF(made), DB_INT(AUTH_COST_LOG2), HASH_OF(made)));
}

static void
set_password(const char *login, const char *password)
{
	struct auth_secret made;

	auth_make_secret(&made, password);
	db_rows_free(ask(
	    "select people.set_staff_secret($1, ($2::bytea, $3::int, $4::bytea)::people.secret)",
	    DB_TEXT(login), SALT_OF(made), DB_INT(AUTH_COST_LOG2), HASH_OF(made)));
}

static void
set_roles(const char *login, const char *wanted)
{
	char roles[ROLES_MAX_BYTES];

	roles_array(roles, wanted);
	db_rows_free(
	    ask("select people.set_staff_roles($1, $2::text[])", DB_TEXT(login), DB_TEXT(roles)));
}

static bool
is_there(const char *login)
{
	return number_of(
		   ask("select count(*) as n from people.staff_list(null) l where l.login = $1",
		       DB_TEXT(login)),
		   "n") > 0;
}

static void
list(const char *school)
{
	struct db_rows *rows = db_run(link_,
	    "select l.login, l.school, l.name, l.roles, l.state from people.staff_list($1) l",
	    DB_TEXT(school));

	if (rows == NULL)
		fail("%s", db_link_error(link_)->message);
	for (int i = 0; i < db_row_count(rows); i++)
		printf("%s\t%s\t%s\t%s\t%s\n", db_text(rows, i, "login"),
		    db_text(rows, i, "school"), db_text(rows, i, "name"), db_text(rows, i, "roles"),
		    db_text(rows, i, "state"));
	db_rows_free(rows);
}

static void
run_batch(void)
{
	char line[LINE_MAX_BYTES];

	for (long number = 1; fgets(line, sizeof line, stdin) != NULL; number++) {
		const char *word[5];
		struct account account;
		struct text out;

		if (strchr(line, '\n') == NULL)
			fail("line %ld: longer than %d bytes, or cut short", number,
			    LINE_MAX_BYTES - 2);
		line[strcspn(line, "\n")] = '\0';
		split(line, number, word, 5);
		account = (struct account){ word[0], word[1], word[2], word[3] };
		if (is_there(account.login)) {
			set_roles(account.login, account.roles);
			set_password(account.login, word[4]);
		} else {
			hire(&account, word[4]);
		}
		text_init(&out, ANSWER_MAX_BYTES);
		text_puts(&out, "{");
		json_text(&out, "login", account.login);
		json_text(&out, "password", word[4]);
		/* split() cut the line, so there is room to cut the roles. */
		line[(size_t)(account.roles - line) + strcspn(account.roles, ",")] = '\0';
		json_text(&out, "role", account.roles);
		json_end(&out);
	}
	crypto_wipe(line, sizeof line);
}

static void __attribute__((noreturn))
usage(void)
{
	fputs(
	    "usage: staff add LOGIN --school NNNNNN --name 'Фамилия Имя Отчество' --roles teacher,head,…\n"
	    "       staff passwd LOGIN            a new password; whoever was in by the old one is out\n"
	    "       staff roles LOGIN --roles R   other roles\n"
	    "       staff leave LOGIN             cannot log in any more\n"
	    "       staff list [--school NNNNNN]\n"
	    "       staff --batch                 accounts from standard input, see staff-account.c\n"
	    "options: --db CONNINFO (KABINET_DB), --pepper FILE (KABINET_PEPPER)\n",
	    stderr);
	exit(2);
}

static void
run(const char *verb, struct account *account)
{
	char password[PASSWORD_GROUPS * (PASSWORD_GROUP_CHARS + 1)];
	bool is_add = strcmp(verb, "add") == 0;

	if (strcmp(verb, "list") == 0 && account->login == NULL) {
		list(account->school);
	} else if (account->login == NULL) {
		usage();
	} else if (strcmp(verb, "leave") == 0) {
		db_rows_free(ask("select people.staff_leave($1)", DB_TEXT(account->login)));
	} else if (strcmp(verb, "roles") == 0 && account->roles != NULL) {
		set_roles(account->login, account->roles);
	} else if (is_add || strcmp(verb, "passwd") == 0) {
		draw_password(password);
		if (!is_add)
			set_password(account->login, password);
		else if (account->school == NULL || account->name == NULL || account->roles == NULL)
			usage();
		else
			hire(account, password);
		printf("Имя входа: %s\nПароль (показан один раз):\n%s\n", account->login, password);
		crypto_wipe(password, sizeof password);
	} else {
		usage();
	}
}

int
main(int argc, char **argv)
{
	enum { DB = 256, PEPPER, SCHOOL, NAME, ROLES, BATCH };
	static const struct option options[] = {
		{ "db", required_argument, NULL, DB }, { "pepper", required_argument, NULL, PEPPER },
		{ "school", required_argument, NULL, SCHOOL }, { "name", required_argument, NULL, NAME },
		{ "roles", required_argument, NULL, ROLES }, { "batch", no_argument, NULL, BATCH },
		{ NULL, 0, NULL, 0 },
	};
	const char *db = getenv("KABINET_DB"), *pepper = getenv("KABINET_PEPPER");
	struct account account = { NULL, NULL, NULL, NULL };
	bool is_batch = false;
	int option;

	log_open(office_program = "staff-account");
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case DB: db = optarg; break;
		case PEPPER: pepper = optarg; break;
		case SCHOOL: account.school = optarg; break;
		case NAME: account.name = optarg; break;
		case ROLES: account.roles = optarg; break;
		case BATCH: is_batch = true; break;
		default: usage();
		}
	}
	if (db == NULL || pepper == NULL || argc - optind > 2 || is_batch != (argc == optind))
		usage();
	if (!crypto_load_pepper(pepper))
		return 1;
	link_ = db_link_new(db);
	if (link_ == NULL)
		return 1;
	if (optind + 1 < argc)
		account.login = argv[optind + 1];
	if (is_batch)
		run_batch();
	else
		run(argv[optind], &account);
	db_link_free(link_);
	return 0;
}
