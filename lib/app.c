/*
 * app.c -- the process of a section: master and workers, the FastCGI loop, dispatch. See app.h for
 * the order of things.
 *
 * Shutdown without a lost request: SIGTERM stays blocked but for the wait in ppoll(), so it arrives
 * either there, between two requests, or after the one in hand. fd 0 is non-blocking, because
 * several workers wake for one connection and all but one find it taken.
 */
#include "app.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "app-private.h"
#include "crypto.h"
#include "log.h"

#define WORKERS_MAX           64
#define WORKER_MIN_LIFE_MS    1000   /* one that dies sooner is restarted after a pause of this length */
#define SHUTDOWN_PATIENCE_MS  10000
#define HANDLER_RUNS_MAX      3      /* serialization failures */
#define DEVICE_HEADER_BYTES   200
#define CHILD_CHARS_MAX       40
#define OBJECT_CHARS_MAX      40

static volatile sig_atomic_t stop_requested;
static FCGX_Request fcgi;

static void
on_stop(int sig)
{
	(void)sig;
	stop_requested = 1;
	FCGX_ShutdownPending();
}

static const char *
setting(const char *name, const char *fallback)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : fallback;
}

/* ---- one request ----------------------------------------------------------------------------- */

/*
 * A FastCGI parameter; "" when absent. It lives in libfcgi's memory until the request is finished,
 * as we do.
 */
static const char *
param(const char *name)
{
	const char *value = FCGX_GetParam(name, fcgi.envp);

	return value != NULL ? value : "";
}

void
app_write(struct request *rq, int status, const char *type, const char *extra_headers,
    const char *bytes, size_t len)
{
	struct text *cookies = &rq->state->set_cookies;
	char *head = arena_printf(rq->arena,
	    "Status: %d\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s%s\r\n", status, type, len,
	    extra_headers, cookies->data);

	rq->state->status = status;
	rq->state->sent_bytes = len;
	/* Who has gone meanwhile is nobody's trouble: the act is done, the page is not read. */
	if (FCGX_PutStr(head, (int)strlen(head), fcgi.out) >= 0 && strcmp(rq->method, "HEAD") != 0)
		FCGX_PutStr(bytes, (int)len, fcgi.out);
}

/* The announced length, or -1 when it is no number. */
static int64_t
content_length(void)
{
	const char *s = param("CONTENT_LENGTH");
	int64_t n = 0;

	if (*s == '\0')
		return 0;
	return int_parse(s, 0, INT64_MAX, &n) ? n : -1;
}

/* Is the body's Content-Type this one, whatever its parameters? */
static bool
is_type(const char *type)
{
	const char *s = param("CONTENT_TYPE");
	size_t len = strlen(type);

	return strncasecmp(s, type, len) == 0 && strchr("; ", s[len]) != NULL;
}

/* What a body is made into: the form's fields and files, or the plain text of a device. */
static enum reply
parse_body(struct request *rq, char *bytes, size_t len)
{
	if (rq->state->app->audience == AUDIENCE_DEVICE) {
		rq->raw = bytes;
		rq->raw_len = len;
		return is_type("text/plain") && text_is_utf8(bytes, len) ? REPLY_GO_ON
									 : REPLY_BAD_INPUT;
	}
	if (rq->route->max_body_bytes > 0 && is_type("multipart/form-data"))
		return form_parse_multipart(rq->arena, bytes, len, param("CONTENT_TYPE"), &rq->body)
		    ? REPLY_GO_ON
		    : REPLY_BAD_INPUT;
	if (len > FORM_MAX_BODY_BYTES)
		return REPLY_TOO_LARGE;
	if (len > 0 && !is_type("application/x-www-form-urlencoded"))
		return REPLY_BAD_INPUT;
	if (!form_parse_urlencoded(rq->arena, bytes, len, &rq->body))
		return REPLY_BAD_INPUT;
	crypto_wipe(bytes, len);
	return REPLY_GO_ON;
}

/* Fewer bytes than announced means that the client left, and that nothing may be done. */
static enum reply
read_body(struct request *rq)
{
	size_t limit = rq->route->max_body_bytes > 0 ? rq->route->max_body_bytes
						     : FORM_MAX_BODY_BYTES;
	int64_t len = content_length();
	char *bytes;

	if (len < 0)
		return REPLY_BAD_INPUT;
	if (len > (int64_t)limit)
		return REPLY_TOO_LARGE;
	bytes = arena_alloc(rq->arena, (size_t)len + 1);
	if (FCGX_GetStr(bytes, (int)len, fcgi.in) != (int)len)
		return REPLY_BAD_INPUT;
	return parse_body(rq, bytes, (size_t)len);
}

const char *
app_header(struct request *rq, const char *name)
{
	static const struct { const char *name, *variable; } headers[] = {
		{ "X-Device", "HTTP_X_DEVICE" }, { "X-Sequence", "HTTP_X_SEQUENCE" },
		{ "X-Time", "HTTP_X_TIME" }, { "X-Signature", "HTTP_X_SIGNATURE" },
	};

	for (int i = 0; i < APP_COUNT(headers); i++) {
		const char *value = param(headers[i].variable);
		size_t len = strnlen(value, DEVICE_HEADER_BYTES + 1);

		if (strcmp(headers[i].name, name) != 0)
			continue;
		if (len <= DEVICE_HEADER_BYTES && text_is_utf8(value, len))
			return value;
		rq->bad_input = true;
		return "";
	}
	log_error("bug-header", "name=%s", name);
	abort();
}

static enum reply
read_request(struct request *rq)
{
	const char *query = param("QUERY_STRING");
	const char *agent = param("HTTP_USER_AGENT");
	size_t agent_len = strnlen(agent, 200);

	rq->method = param("REQUEST_METHOD");
	rq->path = param("SCRIPT_NAME");
	rq->address = param("REMOTE_ADDR");
	rq->state->cookies = param("HTTP_COOKIE");
	rq->state->origin = param("HTTP_ORIGIN");
	rq->state->fetch_site = param("HTTP_SEC_FETCH_SITE");
	rq->state->agent = text_is_utf8(agent, agent_len) ? arena_copy(rq->arena, agent, agent_len)
							  : "";
	reply_read_cookies(rq);
	if (strlen(query) > FORM_MAX_QUERY_BYTES ||
	    !form_parse_urlencoded(rq->arena, query, strlen(query), &rq->query))
		return REPLY_BAD_INPUT;
	return REPLY_GO_ON;
}

/*
 * The route of method and path; 405 when only the method is wrong. HEAD is answered by GET's
 * handler.
 */
static enum reply
find_route(struct request *rq)
{
	const struct app *app = rq->state->app;
	const char *method = strcmp(rq->method, "HEAD") == 0 ? "GET" : rq->method;
	const char *other = NULL;

	for (int i = 0; i < app->route_count; i++) {
		if (strcmp(app->routes[i].path, rq->path) != 0)
			continue;
		other = app->routes[i].method;
		if (strcmp(other, method) == 0) {
			rq->route = &app->routes[i];
			return REPLY_GO_ON;
		}
	}
	rq->state->allowed_method = other;
	return other != NULL ? REPLY_BAD_METHOD : REPLY_NOT_FOUND;
}

void
app_note_view(struct request *rq, const struct route *route)
{
	if (route->view.purpose != NULL)
		db_note_view(rq, route->view.purpose,
		    route->view.of != NULL
			? form_text(rq, route->view.of, OBJECT_CHARS_MAX, "")
			: "");
}

/* Queues the question who the visitor is. A stranger on a page for anyone is no failure. */
static enum reply
meet_visitor(struct request *rq)
{
	unsigned access = rq->route != NULL ? rq->route->access : ACCESS_ANYONE | ACCESS_PARENT;

	if (rq->state->app->audience == AUDIENCE_DEVICE)
		return REPLY_GO_ON;
	if (*rq->token == '\0')
		return access & ACCESS_ANYONE ? REPLY_GO_ON : REPLY_LOGIN;
	if (access != ACCESS_ANYONE)
		rq->state->visitor = db_ask_visitor(rq);
	if (rq->route != NULL)
		app_note_view(rq, rq->route);
	/*
	 * What was written about one child must not be done to another that a second tab has chosen
	 * meanwhile.
	 */
	if (rq->state->app->audience == AUDIENCE_CABINET && access != ACCESS_ANYONE &&
	    rq->route != NULL && !rq->route->any_child && app_is_post(rq)) {
		const char *child = form_text(rq, "child", CHILD_CHARS_MAX, "");

		if (*child != '\0')
			db_expect_child(rq, child);
	}
	return REPLY_GO_ON;
}

/* Where anyone may come, an ended session makes the visitor a stranger. */
static void
become_stranger(struct request *rq)
{
	rq->token = "";
	rq->state->visitor = NULL;
	rq->state->needs_touch = false;
	rq->visitor = (struct visitor){ .idn = "", .today = "" };
}

static enum reply
run_handler(struct request *rq)
{
	enum reply reply = REPLY_BROKEN;

	for (int run = 0; run < HANDLER_RUNS_MAX; run++) {
		db_forget(rq);
		text_clear(&rq->state->set_cookies);
		rq->errors = NULL;
		rq->state->shows_again = false;
		rq->page_status = 0;
		reply = meet_visitor(rq);
		if (reply == REPLY_GO_ON)
			reply = rq->route->handler(rq);
		if (reply == REPLY_LOGIN && *rq->token != '\0' &&
		    (rq->route->access & ACCESS_ANYONE))
			become_stranger(rq);
		else if (reply == REPLY_SENT || !db_wants_rerun(rq))
			break;
	}
	return reply;
}

bool
app_is_post(const struct request *rq)
{
	return strcmp(rq->method, "POST") == 0;
}

static enum reply
answer(struct request *rq)
{
	enum reply reply = read_request(rq);
	bool is_post = app_is_post(rq);

	if (reply == REPLY_GO_ON)
		reply = find_route(rq);
	if (reply == REPLY_GO_ON && is_post)
		reply = read_body(rq);
	if (reply == REPLY_GO_ON && is_post && rq->state->app->audience != AUDIENCE_DEVICE &&
	    !csrf_is_good(rq))
		reply = REPLY_STALE_FORM;
	if (reply == REPLY_GO_ON)
		return run_handler(rq);
	/* «Не найдено» has the visitor's frame around it. */
	if (reply == REPLY_NOT_FOUND && meet_visitor(rq) == REPLY_GO_ON && db_is_pending(rq) &&
	    !db_answer(rq))
		become_stranger(rq);
	return reply;
}

/* Secrets of the form do not wait in memory for the next request. */
static void
wipe_secrets(struct request *rq)
{
	for (int i = 0; i < rq->body.count; i++)
		if (rq->body.field[i].is_secret)
			crypto_wipe(rq->body.field[i].value, rq->body.field[i].len);
}

static void
log_access(const struct request *rq, int64_t started_ms)
{
	log_info("request", "method=%s path=%s status=%d ms=%ld bytes=%zu round_trips=%d",
	    rq->method, rq->path, rq->state->status, (long)(now_ms() - started_ms),
	    rq->state->sent_bytes, db_round_trips(rq));
}

static void
serve(struct arena *arena, struct app_state *state, bool log_requests)
{
	struct request rq = {
		.arena = arena,
		.state = state,
		.db_reply = REPLY_BROKEN,
		.token = "",
		.device = "",
		/* Outlives libfcgi's own copy, which is gone when the session is touched. */
		.id = arena_printf(arena, "%.64s", param("REQUEST_ID")),
	};
	int64_t started_ms = now_ms();
	enum reply reply;

	state->status = 0;
	text_clear(&state->page);
	text_clear(&state->set_cookies);
	become_stranger(&rq);
	db_begin_request(&rq, strcmp(param("REQUEST_METHOD"), "POST") == 0);
	log_request(rq.id);
	reply = answer(&rq);
	if (reply != REPLY_SENT)
		app_error(&rq, reply);
	assert(state->status != 0);   /* a handler that said REPLY_SENT has sent something */
	if (log_requests)
		log_access(&rq, started_ms);
	FCGX_Finish_r(&fcgi);
	/* The page is out; a session in use may now be written down without anybody waiting. */
	if (rq.visitor.is_known && state->needs_touch)
		db_touch_session(&rq);
	wipe_secrets(&rq);
	log_request(NULL);
	arena_reset(arena);
}

/* ---- worker ---------------------------------------------------------------------------------- */

/* Waits for a connection with SIGTERM let in. false: it is time to go. */
static bool
wait_for_request(const sigset_t *wait_mask)
{
	struct pollfd fd = { .fd = 0, .events = POLLIN };

	while (!stop_requested) {
		if (ppoll(&fd, 1, NULL, wait_mask) > 0)
			return true;
		if (errno != EINTR && errno != EAGAIN)
			return false;
	}
	return false;
}

static int
work(const struct app *app)
{
	struct arena *arena = arena_new(APP_MAX_REQUEST_BYTES);
	struct app_state state = { .app = app };
	bool log_requests = *setting("KABINET_LOG_REQUESTS", "") != '\0';
	sigset_t wait_mask;

	text_init(&state.page, APP_MAX_PAGE_BYTES);
	text_init(&state.set_cookies, APP_MAX_HEADER_BYTES);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&fcgi, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
		log_error("fcgi-init", NULL);
		return 1;
	}
	sigprocmask(SIG_SETMASK, NULL, &wait_mask);
	sigdelset(&wait_mask, SIGTERM);
	sigdelset(&wait_mask, SIGINT);
	while (wait_for_request(&wait_mask)) {
		int error = FCGX_Accept_r(&fcgi);

		if (error == 0)
			serve(arena, &state, log_requests);
		else if (error != -EAGAIN && error != -EINTR)
			log_warning("accept", "error=%d", error);
	}
	FCGX_Free(&fcgi, 1);
	db_close();
	text_release(&state.page);
	text_release(&state.set_cookies);
	arena_free(arena);
	view_unload();
	return 0;
}

/* ---- master ---------------------------------------------------------------------------------- */

struct worker { pid_t pid; int64_t started_ms; };

static pid_t
start_worker(const struct app *app)
{
	pid_t pid = fork();

	if (pid == 0) {
		/*
		 * A master that dies takes its workers along: their socket would be served by
		 * nobody's children.
		 */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() == 1)
			raise(SIGTERM);
		exit(work(app));
	}
	if (pid < 0)
		log_error("fork", "errno=%d", errno);
	return pid;
}

static struct worker *
worker_of(struct worker *workers, int count, pid_t pid)
{
	for (int i = 0; i < count; i++)
		if (workers[i].pid == pid)
			return &workers[i];
	return NULL;
}

static void
pause_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* Asks the workers to go, waits, and in the end insists. Returns the exit status of the program. */
static int
stop_workers(struct worker *workers, int count)
{
	int64_t deadline_ms = now_ms() + SHUTDOWN_PATIENCE_MS;
	int status, failed = 0, left = 0;
	pid_t pid;

	for (int i = 0; i < count; i++)
		if (workers[i].pid > 0 && kill(workers[i].pid, SIGTERM) == 0)
			left++;
	while (left > 0) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0) {
			left--;
			failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
		} else if (pid < 0) {
			break;
		} else if (now_ms() > deadline_ms) {
			for (int i = 0; i < count; i++)
				kill(workers[i].pid, SIGKILL);
			deadline_ms = INT64_MAX;
		} else {
			pause_ms(10);
		}
	}
	return failed;
}

static int
supervise(const struct app *app, int count)
{
	struct worker workers[WORKERS_MAX] = { { 0 } };
	sigset_t none;
	int status;
	pid_t pid;

	for (int i = 0; i < count; i++)
		workers[i] = (struct worker){ start_worker(app), now_ms() };
	log_info("started", "workers=%d", count);
	sigemptyset(&none);
	while (!stop_requested) {
		struct worker *dead;

		/*
		 * SIGCHLD and SIGTERM are let in only here, so neither can slip between test and
		 * wait.
		 */
		sigsuspend(&none);
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			dead = worker_of(workers, count, pid);
			if (dead == NULL || stop_requested)
				continue;
			log_warning("worker-died", "pid=%d status=%d", (int)pid, status);
			if (now_ms() - dead->started_ms < WORKER_MIN_LIFE_MS)
				pause_ms(WORKER_MIN_LIFE_MS);
			*dead = (struct worker){ start_worker(app), now_ms() };
		}
	}
	status = stop_workers(workers, count);
	log_info("stopped", NULL);
	view_unload();
	return status;
}

static void
on_child(int sig)
{
	(void)sig;
}

static void
prepare_process(void)
{
	struct sigaction action = { .sa_handler = on_stop };
	struct rlimit no_core = { 0, 0 };
	sigset_t blocked;

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	action.sa_handler = on_child;
	sigaction(SIGCHLD, &action, NULL);
	/*
	 * libfcgi replaces default dispositions of these two with its own; ours must stand before.
	 */
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	setrlimit(RLIMIT_CORE, &no_core);   /* a core would hold tokens */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	umask(077);
	fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
	/*
	 * A worker never starts programs, but whatever would must not inherit the listening socket.
	 */
	fcntl(0, F_SETFD, FD_CLOEXEC);
}

static void
print_routes(const struct app *app)
{
	for (int bit = 0; bit < ACCESS_BIT__COUNT; bit++)
		assert(app_access[bit].word != NULL);   /* each bit of enum access has its row */
	for (int i = 0; i < app->route_count; i++) {
		printf("%-5s %-24s", app->routes[i].method, app->routes[i].path);
		for (int bit = 0; bit < ACCESS_BIT__COUNT; bit++)
			if (app->routes[i].access & 1U << bit)
				printf(" %s", app_access[bit].word);
		if (app->routes[i].view.purpose != NULL)
			printf(" view=%s", app->routes[i].view.purpose);
		putchar('\n');
	}
}

static bool
is_listening_socket(int fd)
{
	int is_listening = 0;
	socklen_t len = sizeof is_listening;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) == 0 && is_listening;
}

int
app_main(int argc, char **argv, const struct app *app)
{
	static char role[64];
	int64_t workers = 0;

	log_open(app->name);
	if (argc == 2 && strcmp(argv[1], "--routes") == 0) {
		print_routes(app);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--questions") == 0) {
		db_print_questions(app);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--needs-pepper") == 0)
		return app->needs_pepper ? 0 : 1;
	if (argc != 1 || !is_listening_socket(0)) {
		fprintf(stderr, "%s: a FastCGI program: fd 0 must be a listening socket\n"
		    "usage: %s [--routes | --questions | --needs-pepper]\n", app->name, app->name);
		return 2;
	}
	if (!int_parse(setting("KABINET_WORKERS", "2"), 1, WORKERS_MAX, &workers)) {
		log_error("setting", "name=KABINET_WORKERS limit=%d", WORKERS_MAX);
		return 1;
	}
	prepare_process();
	view_load(setting("KABINET_TEMPLATES", "templates"),
	    setting("KABINET_STATIC_MANIFEST", "build/release/static/manifest"));
	if (app->needs_pepper && !crypto_load_pepper(setting("KABINET_PEPPER", "pepper")))
		return 1;
	snprintf(role, sizeof role, "kabinet_%s", app->name);
	db_open(setting("KABINET_DB", ""), role, app);
	return supervise(app, (int)workers);
}
