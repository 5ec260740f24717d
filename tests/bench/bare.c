/*
 * bare.c -- the limit that a section is measured against: a FastCGI program without any of our
 * library, that runs the same prepared statements in one raw libpq pipeline and sends the same
 * bytes.
 *
 * usage: bare STATEMENTS PAGE WORKERS < listening-socket STATEMENTS: one statement per line, its
 * parameters behind tabs (\N is NULL). PAGE: the bytes to send. KABINET_DB and PGUSER say where to;
 * the connection's settings are those of lib/db.c.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcgiapp.h>
#include <libpq-fe.h>

#define MAX_STATEMENTS 16
#define MAX_PARAMS     16

static struct statement { char *sql, *param[MAX_PARAMS]; int count; } statements[MAX_STATEMENTS];
static int statement_count;
static char *page;
static size_t page_len;

static void
die(const char *words)
{
	fprintf(stderr, "bare: %s\n", words);
	exit(1);
}

static char *
read_file(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	char *bytes = NULL;

	*len = 0;
	if (file == NULL)
		die(path);
	bytes = malloc(1 << 20);
	*len = fread(bytes, 1, (1 << 20) - 1, file);
	bytes[*len] = '\0';
	fclose(file);
	return bytes;
}

static void
read_statements(const char *path)
{
	size_t len;
	char *rest = read_file(path, &len), *line, *part;

	while ((line = strsep(&rest, "\n")) != NULL && statement_count < MAX_STATEMENTS) {
		struct statement *s = &statements[statement_count];

		if (*line == '\0')
			continue;
		s->sql = strsep(&line, "\t");
		while ((part = strsep(&line, "\t")) != NULL && s->count < MAX_PARAMS)
			s->param[s->count++] = strcmp(part, "\\N") == 0 ? NULL : part;
		statement_count++;
	}
}

static PGconn *
connect_and_prepare(void)
{
	/* Not read-only: a page of a desk also writes down that it was looked at. */
	static const char
	    settings[] = "-c statement_timeout=5000"
			 " -c lock_timeout=3000 -c search_path= -c datestyle=ISO -c jit=off";
	const char *keys[] = { "dbname", "client_encoding", "options", NULL };
	const char *values[] = { getenv("KABINET_DB"), "UTF8", settings, NULL };
	PGconn *conn = PQconnectdbParams(keys, values, 1);

	if (PQstatus(conn) != CONNECTION_OK)
		die(PQerrorMessage(conn));
	for (int i = 0; i < statement_count; i++) {
		char name[16];
		PGresult *result;

		snprintf(name, sizeof name, "s%d", i);
		result = PQprepare(conn, name, statements[i].sql, 0, NULL);
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			die(PQerrorMessage(conn));
		PQclear(result);
	}
	if (PQenterPipelineMode(conn) != 1)
		die("pipeline");
	return conn;
}

static void
ask(PGconn *conn)
{
	PGresult *result;

	for (int i = 0; i < statement_count; i++) {
		char name[16];

		snprintf(name, sizeof name, "s%d", i);
		PQsendQueryPrepared(conn, name, statements[i].count,
		    (const char *const *)statements[i].param, NULL, NULL, 0);
	}
	PQpipelineSync(conn);
	for (int i = 0; i < statement_count; i++) {
		result = PQgetResult(conn);
		if (PQresultStatus(result) != PGRES_TUPLES_OK)
			die(PQerrorMessage(conn));
		PQclear(result);
		PQclear(PQgetResult(conn));
	}
	PQclear(PQgetResult(conn));
}

static void
work(void)
{
	static const char
	    head[] = "Status: 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
	PGconn *conn = statement_count > 0 ? connect_and_prepare() : NULL;
	FCGX_Request request;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	FCGX_Init();
	FCGX_InitRequest(&request, 0, 0);
	while (FCGX_Accept_r(&request) == 0) {
		if (conn != NULL)
			ask(conn);
		FCGX_PutStr(head, sizeof head - 1, request.out);
		FCGX_PutStr(page, (int)page_len, request.out);
		FCGX_Finish_r(&request);
	}
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		die("usage: bare STATEMENTS PAGE WORKERS");
	read_statements(argv[1]);
	page = read_file(argv[2], &page_len);
	for (long i = strtol(argv[3], NULL, 10); i > 0; i--) {
		if (fork() == 0) {
			work();
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		continue;
	return 0;
}
