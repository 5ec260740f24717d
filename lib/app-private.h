/*
 * app-private.h -- between app.c (process, protocol, dispatch), frame.c, csrf.c, reply.c and db.c.
 * Nobody else's.
 */
#ifndef KABINET_APP_PRIVATE_H
#define KABINET_APP_PRIVATE_H

#include <stdarg.h>
#include <time.h>

#include "app.h"
#include "text.h"

#define APP_MAX_PAGE_BYTES    (4 * 1024 * 1024)
#define APP_MAX_REQUEST_BYTES (64 * 1024 * 1024)   /* of the arena */
#define APP_MAX_HEADER_BYTES  (16 * 1024)

/* Between the steps that lead to a handler: nothing to answer yet. No handler can say it. */
#define REPLY_GO_ON REPLY__COUNT

/* What app.c keeps for a request beyond what handlers see. */
struct app_state {
	const struct app *app;
	const char       *cookies;      /* the Cookie header, "" when absent */
	const char       *agent;        /* User-Agent, at most 200 characters of valid UTF-8 */
	const char       *origin;       /* Origin header, "" when absent */
	const char       *fetch_site;   /* Sec-Fetch-Site, "" when absent */
	const char       *allowed_method;   /* of the path, when the request's is not (405) */
	struct db_rows   *visitor;      /* of cabinet.visitor or staff.visitor, NULL when nobody asked */
	struct text       set_cookies;  /* `Set-Cookie: ...` lines */
	struct text       page;
	int               status;       /* 0: nothing was sent */
	size_t            sent_bytes;
	bool              shows_again;   /* form_again(): the page of a form that was not taken */
	bool              needs_touch;   /* the session's last use should be written down */
};

/*
 * app.c: status line, headers and body at once; extra headers end with CRLF each. HEAD sends no
 * body.
 */
void app_write(struct request *rq, int status, const char *type, const char *extra_headers,
    const char *bytes, size_t len);

/* Of a clock that nobody sets. */
static inline int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* frame.c: the way in for the visitors of an audience; devices have none. */
struct app_door {
	const char *cookie;      /* holds the session token */
	const char *home;        /* where to after logging in */
	const char *login;
	const char *expired;     /* ?done= when the session has ended */
	const char *layout;      /* the template around pages */
	const char *forbidden;   /* 403 in words */
};
const struct app_door *frame_door(const struct request *rq);

/* frame.c: the words of enum access; `column` of staff.visitor says who has it. */
struct app_access { const char *word, *column; };
extern const struct app_access app_access[ACCESS_BIT__COUNT];

/*
 * csrf.c: the token for the forms of this page (a stranger without an anchor gets the cookie); the
 * check of a POST.
 */
const char *csrf_token(struct request *rq);
bool csrf_is_good(struct request *rq);

/*
 * form.c: a text was too long and the handler goes on as if it had not been sent; for db.c, which
 * then asks nothing.
 */
bool form_is_unseen(const struct request *rq);

/* app.c: notes what a route of a desk shows of children, with the next questions. */
void app_note_view(struct request *rq, const struct route *route);

/* ---- db.c, for app.c and frame.c ------------------------------------------------------------- */

/* Remembers where, as whom and what the program asks; connects lazily. */
void db_open(const char *conninfo, const char *role, const struct app *app);
/* Closes the connection of this process. */
void db_close(void);
/* Forgets the questions of the previous request. `writable` for POST. */
void db_begin_request(struct request *rq, bool writable);
/* Forgets what the handler asked, before it runs again. */
void db_forget(struct request *rq);
/*
 * Queues `cabinet.visitor(token)` or `staff.visitor(token)`: who is it, and which children has the
 * login; at most once per request. Not for devices.
 */
struct db_rows *db_ask_visitor(struct request *rq) __attribute__((returns_nonnull));
/*
 * Queues `cabinet.expect_child(token, idn)`: REPLY_CONFLICT for all that is asked with it when
 * another child is on show.
 */
void db_expect_child(struct request *rq, const char *idn);
/* Is something queued that was not answered yet? */
bool db_is_pending(const struct request *rq);
/*
 * Says that the session is in use: the one allowed second round trip, after the page was sent.
 * Failure is only logged.
 */
void db_touch_session(struct request *rq);
/* Round trips of the current request. */
int db_round_trips(const struct request *rq);
/* Should the handler run again (40001, 40P01)? */
bool db_wants_rerun(const struct request *rq);
/* `select * from CALL`, one line per question, for the test that prepares them all. */
void db_print_questions(const struct app *app);

/* ---- reply.c, frame.c ------------------------------------------------------------------------ */

/* Reads rq->token, rq->device from the cookies; a token of the wrong form counts as none. */
void reply_read_cookies(struct request *rq);
/* app_redirect() for who has pairs in a list. */
void reply_redirect(struct request *rq, const char *path, va_list pairs);
/* A cookie that holds a token of ours, else "". */
const char *reply_token_cookie(struct request *rq, const char *name);

/*
 * frame.c; for db.c, when the answers are there: fills rq->visitor; false when the visitor's mode
 * may not come here.
 */
bool frame_know_visitor(struct request *rq);
/* frame.c: the page inside its layout, into rq->state->page; false when it is broken. */
bool frame_render(struct request *rq, struct view *page);

#endif
