/*
 * registry-import.c -- loads bank registries into the database: registry-import FILE...
 *
 * One file is one transaction: import_begin() makes a staging table, the rows that lib/registry
 * delivers stream into it by COPY, import_finish() posts them all, COMMIT. Memory does not depend
 * on the file. Whatever ends the process in between, the file is in wholly or not at all, and
 * loading it again is harmless: the same bytes are "already loaded".
 *
 * Environment: KABINET_DB (conninfo; the work is done as role kabinet_import), KABINET_REGISTRY_XSD
 * (path of registry.xsd). Prints a line per file (docs/interfaces.md); what is for the accountant's
 * eyes, and why a file could not be loaded, goes to standard error. Exit status: 0 all posted or
 * already loaded, 1 a file was refused or could not be loaded (the others were tried all the same),
 * 2 usage, or the database is out of reach. People and cron start scripts/import-registries.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "banned.h"
#include "crypto.h"
#include "db.h"
#include "log.h"
#include "money.h"
#include "registry.h"
#include "text.h"

#define COPY_CHUNK_BYTES   (64 * 1024)
/* A chunk, and the longest row: of an XML element, written anew and escaped. */
#define COPY_BUFFER_BYTES  (COPY_CHUNK_BYTES + 32 * REGISTRY_MAX_LINE_BYTES)
#define HASH_CHUNK_BYTES   (64 * 1024)
#define NAME_MAX_BYTES     255
#define TRIES_MAX          3       /* of a file whose transaction met another one */
#define PROGRESS_ROWS      20000

enum outcome {                     /* of a file; the worst is last */
	OUTCOME_LOADED,
	OUTCOME_REFUSED,
	OUTCOME_FAILED,            /* this file alone: nothing of it was kept */
	OUTCOME_UNREACHABLE,       /* the database: no use in trying others */
};
static const int exit_status[] = {
	[OUTCOME_LOADED] = 0,
	[OUTCOME_REFUSED] = 1,
	[OUTCOME_FAILED] = 1,
	[OUTCOME_UNREACHABLE] = 2,
};

struct import {
	struct db_link *link;
	const char     *path;          /* as given: begins the line about the file */
	const char     *name;          /* its last component */
	FILE           *file;
	struct stat     before;        /* the file as it was when it was hashed */
	uint8_t         sha256[CRYPTO_HASH_BYTES];
	char            account20[21]; /* in the name, or "" */
	char            dialect[64];   /* wanted by the contract, or "" */
	struct text     rows;          /* on their way to COPY */
	int64_t         row_count;
	bool            is_broken;     /* COPY failed: the error is the link's */
	bool            may_retry;     /* another transaction was in the way */
};

static bool is_terminal;

/* ---- what is printed ----------------------------------------------------------------------- */

static void
show_progress(const struct import *im)
{
	if (is_terminal)
		fprintf(stderr, "\r%s: %" PRId64 " %s", im->path, im->row_count,
		    plural_ru(im->row_count, "строка", "строки", "строк"));
}

static void
end_progress(void)
{
	if (is_terminal)
		fputs("\r\033[K", stderr);
}

/* Words of several lines: the reason, then what it is about, each on its own line below. */
static enum outcome
refuse(const struct import *im, const char *words)
{
	end_progress();
	printf("%s: refused: ", im->path);
	for (; *words != '\0'; words++) {
		putchar(*words);
		if (*words == '\n')
			fputs("  ", stdout);
	}
	putchar('\n');
	return OUTCOME_REFUSED;
}

static enum outcome
refuse_problems(const struct import *im, const struct registry_result *result)
{
	int shown = result->problem_count < REGISTRY_MAX_PROBLEMS ? result->problem_count
								  : REGISTRY_MAX_PROBLEMS;
	const struct registry_problem *problem = result->problem, *end = problem + shown;

	end_progress();
	if (problem->line == 0 || result->problem_count == 1)
		printf("%s: refused: %s\n", im->path, problem->words);
	else
		printf("%s: refused: %d %s\n", im->path, result->problem_count,
		    plural_ru(result->problem_count, "ошибка", "ошибки", "ошибок"));
	if (problem->line == 0)
		problem++;
	for (; problem < end; problem++) {
		if (problem->line == 0)
			printf("  %s\n", problem->words);
		else
			printf("  строка %ld: %s\n", problem->line, problem->words);
	}
	if (result->problem_count > shown)
		printf("  … и ещё %d\n", result->problem_count - shown);
	return OUTCOME_REFUSED;
}

static enum outcome
report(const struct import *im, const struct db_rows *done)
{
	const char *warnings = db_text(done, 0, "warnings");
	int64_t reversal = db_int(done, 0, "reversal"), unreversed = db_int(done, 0, "unreversed");
	char sum[MONEY_BUF];

	end_progress();
	printf("%s: posted=%" PRId64 " amount=%s confirmed=%" PRId64 " duplicate=%" PRId64
	       " unidentified=%" PRId64 "\n",
	    im->path, db_int(done, 0, "posted"),
	    money_plain(sum, db_int(done, 0, "amount_kop"), ','), db_int(done, 0, "confirmed"),
	    db_int(done, 0, "duplicate"), db_int(done, 0, "unidentified"));
	fflush(stdout);
	if (reversal > 0)
		fprintf(stderr, "%s: отменено операций: %" PRId64 "\n", im->path, reversal);
	if (unreversed > 0)
		fprintf(stderr, "%s: не отменено, ждут в bank.unreversed: %" PRId64 "\n", im->path,
		    unreversed);
	if (*warnings != '\0')
		fprintf(stderr, "%s: внимание:\n%s\n", im->path, warnings);
	return OUTCOME_LOADED;
}

/* The connection, not what was sent over it. */
static bool
is_lost(const char *sqlstate)
{
	return *sqlstate == '\0' || strncmp(sqlstate, "08", 2) == 0 ||
	       strncmp(sqlstate, "57P", 3) == 0;
}

/* What the database said: a refusal in words, or a failure of its own. */
static enum outcome
blame_database(struct import *im)
{
	const struct db_error *error = db_link_error(im->link);

	/* Two transactions got into each other's way: nothing was kept. */
	im->may_retry =
	    strcmp(error->sqlstate, "40001") == 0 || strcmp(error->sqlstate, "40P01") == 0;
	if (strcmp(error->sqlstate, "KB422") == 0)
		return refuse(im, error->message);
	end_progress();
	log_error("import-failed", "file=%s sqlstate=%s reason=%s", im->name, error->sqlstate,
	    error->message);
	return is_lost(error->sqlstate) ? OUTCOME_UNREACHABLE : OUTCOME_FAILED;
}

/* ---- rows on their way --------------------------------------------------------------------- */

/* A cell of COPY's text format. */
static void
put_cell(struct text *out, const char *cell)
{
	const char *from = cell, *special;

	while ((special = strpbrk(from, "\\\t\n\r")) != NULL) {
		char escape[2] = { '\\', *special };

		if (*special == '\t')
			escape[1] = 't';
		else if (*special == '\n')
			escape[1] = 'n';
		else if (*special == '\r')
			escape[1] = 'r';
		text_put(out, from, (size_t)(special - from));
		text_put(out, escape, sizeof escape);
		from = special + 1;
	}
	text_puts(out, from);
}

static bool
send_rows(struct import *im)
{
	if (im->rows.broken || !db_copy_put(im->link, im->rows.data, im->rows.len))
		im->is_broken = true;
	text_clear(&im->rows);
	return !im->is_broken;
}

static bool
take_row(void *context, const struct registry_row *row)
{
	struct import *im = context;
	struct text *out = &im->rows;

	im->row_count++;
	text_printf(out, "%" PRId64 "\t%ld\t", im->row_count, row->line);
	put_cell(out, row->operation);
	text_puts(out, "\t");
	put_cell(out, row->account);
	text_printf(out,
	    "\t%04d-%02d-%02d %02d:%02d:%02d\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%d\t",
	    row->at.date.year, row->at.date.month, row->at.date.day, row->at.hour, row->at.minute,
	    row->at.second, row->amount_kop, row->transfer_kop, row->commission_kop, row->channel);
	put_cell(out, row->raw);
	text_puts(out, "\n");
	if (im->row_count % PROGRESS_ROWS == 0)
		show_progress(im);
	return out->len < COPY_CHUNK_BYTES || send_rows(im);
}

/* ---- one file ------------------------------------------------------------------------------ */

static bool
hash_file(struct import *im)
{
	struct crypto_digest *digest = crypto_digest_new();
	char chunk[HASH_CHUNK_BYTES];
	size_t len;

	while ((len = fread(chunk, 1, sizeof chunk, im->file)) > 0)
		crypto_digest_add(digest, chunk, len);
	crypto_digest_end(digest, im->sha256);
	if (ferror(im->file))
		return false;
	rewind(im->file);
	return true;
}

static bool
is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/*
 * The bytes that were hashed are those that were read, unless somebody was still writing. A writer
 * can set the time of the contents back, but not that of the inode.
 */
static bool
was_changed(const struct import *im)
{
	struct stat now;

	return fstat(fileno(im->file), &now) != 0 || now.st_size != im->before.st_size ||
	       !is_same_time(now.st_mtim, im->before.st_mtim) ||
	       !is_same_time(now.st_ctim, im->before.st_ctim);
}

static bool
run(struct import *im, const char *sql)
{
	struct db_rows *rows = db_run(im->link, sql);

	db_rows_free(rows);
	return rows != NULL;
}

static enum outcome
roll_back(struct import *im, enum outcome outcome)
{
	return run(im, "rollback") ? outcome : OUTCOME_UNREACHABLE;
}

/* Streams the file into staging. True when it is good and all of it is there. */
static bool
stage_rows(struct import *im, struct registry_result *result)
{
	bool is_good;

	if (!db_copy_begin(im->link, "copy pg_temp.registry_staging from stdin")) {
		im->is_broken = true;
		return false;
	}
	is_good = registry_read(
	    im->file, *im->dialect != '\0' ? im->dialect : NULL, take_row, im, result);
	if (is_good && send_rows(im) && db_copy_end(im->link))
		return true;
	if (is_good || im->is_broken)
		im->is_broken = true;
	else
		db_copy_cancel(im->link);
	return false;
}

static enum outcome
post_rows(struct import *im, const struct registry_result *result)
{
	const struct registry_totals *totals = &result->totals;
	char order_date[DATE_BUF] = "";
	struct db_rows *done;
	enum outcome outcome;

	if (totals->has_totals && totals->order_date.year != 0)
		date_iso(order_date, totals->order_date);
	done = db_run(im->link,
	    "select posted, amount_kop, confirmed, duplicate, unidentified, reversal, unreversed,"
	    " warnings from bank_api.import_finish($1, $2, $3, $4, $5, $6, $7::bigint,"
	    " $8::bigint, $9::bigint, $10::bigint, $11, $12::date)",
	    DB_TEXT(im->name), DB_BYTES(im->sha256, sizeof im->sha256), DB_TEXT(im->account20),
	    DB_TEXT(result->payee_account), DB_TEXT(result->dialect), DB_TEXT(result->sender),
	    DB_INT(result->rows), DB_INT(result->amount_kop), DB_INT(result->transfer_kop),
	    DB_INT(result->commission_kop), DB_TEXT(totals->order),
	    DB_TEXT(*order_date != '\0' ? order_date : NULL));
	if (done == NULL)
		return roll_back(im, blame_database(im));
	if (was_changed(im)) {
		db_rows_free(done);
		return roll_back(im, refuse(im, "файл менялся, пока его читали"));
	}
	/* A connection lost here leaves it unknown; the next run finds out by the file's hash. */
	outcome = run(im, "commit") ? report(im, done) : blame_database(im);
	db_rows_free(done);
	return outcome;
}

static enum outcome
load(struct import *im)
{
	struct registry_result result = { 0 };
	struct db_rows *begun;
	bool is_loaded;

	if (!run(im, "begin"))
		return blame_database(im);
	begun = db_run(im->link, "select is_loaded, dialect from bank_api.import_begin($1, $2, $3)",
	    DB_TEXT(im->name), DB_BYTES(im->sha256, sizeof im->sha256), DB_TEXT(im->account20));
	if (begun == NULL)
		return roll_back(im, blame_database(im));
	is_loaded = db_bool(begun, 0, "is_loaded");
	snprintf(im->dialect, sizeof im->dialect, "%s", db_text(begun, 0, "dialect"));
	db_rows_free(begun);
	if (is_loaded) {
		printf("%s: already loaded\n", im->path);
		return roll_back(im, OUTCOME_LOADED);
	}
	if (!stage_rows(im, &result))
		return roll_back(
		    im, im->is_broken ? blame_database(im) : refuse_problems(im, &result));
	return post_rows(im, &result);
}

static enum outcome
load_open_file(struct import *im)
{
	enum outcome outcome = OUTCOME_FAILED;

	if (strlen(im->name) > NAME_MAX_BYTES)
		return refuse(im, "имя файла слишком длинное");
	if (!registry_account_in_name(im->name, im->account20))
		return refuse(im, "в имени файла несколько разных номеров счёта");
	if (im->before.st_size > REGISTRY_MAX_FILE_BYTES)
		return refuse(im, "файл слишком велик");
	if (!hash_file(im)) {
		log_error("import-unreadable", "file=%s reason=%s", im->name, strerror(errno));
		return OUTCOME_FAILED;
	}
	for (int i = 0; i < TRIES_MAX; i++) {
		im->row_count = 0;
		im->is_broken = im->may_retry = false;
		text_clear(&im->rows);
		rewind(im->file);
		outcome = load(im);
		if (outcome != OUTCOME_FAILED || !im->may_retry)
			break;
	}
	return outcome;
}

/*
 * Not through a symbolic link, and a regular file alone; opening a FIFO does not wait for its
 * writer. NULL: said why.
 */
static FILE *
open_file(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	FILE *file = NULL;

	if (fd >= 0 && fstat(fd, st) == 0 && !S_ISREG(st->st_mode))
		fprintf(stderr, "registry-import: %s: not a regular file\n", path);
	else if (fd < 0 || (file = fdopen(fd, "rb")) == NULL)
		fprintf(stderr, "registry-import: %s: %s\n", path, strerror(errno));
	if (fd >= 0 && file == NULL)
		close(fd);
	return file;
}

/* Whoever reads our lines, a terminal or a script, gets no control characters from a name. */
static bool
is_printable(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)path[i], next = (unsigned char)path[i + 1];

		if (c < ' ' || c == 0x7F || (c == 0xC2 && next >= 0x80 && next < 0xA0))
			return false;
	}
	return text_is_utf8(path, len);
}

static enum outcome
refuse_name(const char *path)
{
	fputs("registry-import: name with control characters or not in UTF-8: ", stderr);
	for (; *path != '\0'; path++) {
		unsigned char c = (unsigned char)*path;

		if (c >= ' ' && c < 0x7F && c != '\\')
			putc(c, stderr);
		else
			fprintf(stderr, "\\x%02X", c);
	}
	putc('\n', stderr);
	return OUTCOME_FAILED;
}

static enum outcome
import_file(struct db_link *link, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct import im = { .link = link, .path = path, .name = slash != NULL ? slash + 1 : path };
	enum outcome outcome;

	if (!is_printable(path))
		return refuse_name(path);
	im.file = open_file(path, &im.before);
	if (im.file == NULL)
		return OUTCOME_FAILED;
	text_init(&im.rows, COPY_BUFFER_BYTES);
	outcome = load_open_file(&im);
	text_release(&im.rows);
	fclose(im.file);
	fflush(stdout);
	return outcome;
}

int
main(int argc, char **argv)
{
	const char *conninfo = getenv("KABINET_DB"), *xsd = getenv("KABINET_REGISTRY_XSD");
	enum outcome worst = OUTCOME_LOADED;
	struct db_link *link;
	struct db_rows *rows;

	if (argc < 2 || conninfo == NULL) {
		fputs("usage: KABINET_DB=conninfo registry-import FILE...\n", stderr);
		return 2;
	}
	log_open("registry-import");
	is_terminal = isatty(STDERR_FILENO) == 1;
	registry_open(xsd != NULL ? xsd : "lib/registry.xsd");
	link = db_link_new(conninfo);
	if (link == NULL)
		return 2;
	rows = db_run(link, "set role kabinet_import");
	if (rows == NULL) {
		log_error("import-role", "reason=%s", db_link_error(link)->message);
		db_link_free(link);
		return 2;
	}
	db_rows_free(rows);
	for (int i = 1; i < argc && worst != OUTCOME_UNREACHABLE; i++) {
		enum outcome outcome = import_file(link, argv[i]);

		if (outcome > worst)
			worst = outcome;
	}
	db_link_free(link);
	return exit_status[worst];
}
