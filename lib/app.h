/*
 * app.h -- a section's program: prefork, accept, route, answer. One worker answers one request at a
 * time.
 *
 * main() of a section is `return app_main(&app);`. The master checks its settings, loads templates,
 * forks the workers and restarts those that die; a worker connects to PostgreSQL as the section's
 * role and accepts on fd 0, a listening Unix socket (spawn-fcgi in the demo, systemd elsewhere).
 * SIGTERM: the request in hand is answered, then exit 0.
 *
 * Order of a request: limits → query, cookies → route (404, 405) → body (413) → CSRF for POST (403)
 * → handler → page in memory → sent at once → arena reset. A handler is *validate → ask → answer →
 * show*.
 *
 * Environment, the same for master and workers: KABINET_DB (conninfo; the role is the program's
 * own), KABINET_TEMPLATES, KABINET_STATIC_MANIFEST, KABINET_WORKERS (2), KABINET_PEPPER (only where
 * secrets are compared), KABINET_BASE_URL, KABINET_LOG_REQUESTS (1: a log line for each request).
 * `--routes` prints the route table and exits, `--questions` the SQL of the questions;
 * `--needs-pepper` exits with 0 when KABINET_PEPPER is needed, with 1 when it is not.
 */
#ifndef KABINET_APP_H
#define KABINET_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "db.h"
#include "form.h"
#include "view.h"

/* What a handler answers. Everything but REPLY_SENT is turned into a page by reply.c. */
enum reply {
	REPLY_SENT,        /* the handler made its answer: view_send, app_redirect, app_send */
	REPLY_BAD_INPUT,   /* 400 */
	REPLY_LOGIN,       /* no session, or it ended: 303 to /login?next=..., cookies cleared; devices: 401 */
	REPLY_FORBIDDEN,   /* 403 */
	REPLY_STALE_FORM,  /* 403: the form's CSRF token is missing, foreign or of an ended session */
	REPLY_NOT_FOUND,   /* 404 */
	REPLY_BAD_METHOD,  /* 405 */
	REPLY_CONFLICT,    /* 409 */
	REPLY_TOO_LARGE,   /* 413: the body is longer than the route allows */
	REPLY_REFUSED,     /* 422, with rq->db_refusal */
	REPLY_TOO_MANY,    /* 429 */
	REPLY_BROKEN,      /* 500 */
	REPLY_BUSY,        /* 503 + Retry-After */
	REPLY__COUNT
};

/*
 * For whom a program is. It decides which cookie holds the session, who is asked about the token
 * (cabinet.visitor, staff.visitor), which layout and menu stand around a page, and where a visitor
 * without a session is sent. Devices have no session, cookies or forms: their requests are signed,
 * the database checks that, and errors are answered in plain text.
 */
enum audience { AUDIENCE_CABINET, AUDIENCE_STAFF, AUDIENCE_DEVICE };

/*
 * Who may come. Without ACCESS_ANYONE a session is needed; the database functions decide again, on
 * their own. ACCESS_ANYONE together with others means: a stranger too, but who has a session is
 * shown the frame around the page. A route names modes of its program's audience.
 */
enum access_bit {
	ACCESS_BIT_ANYONE,
	/* of the cabinet */
	ACCESS_BIT_PARENT, ACCESS_BIT_PUPIL,
	/* at the desks; one person may have several */
	ACCESS_BIT_TEACHER, ACCESS_BIT_TUTOR, ACCESS_BIT_HEAD, ACCESS_BIT_GUARD,
	ACCESS_BIT_CANTEEN, ACCESS_BIT_ADMIN, ACCESS_BIT_LIBRARIAN, ACCESS_BIT_SUPPORT,
	ACCESS_BIT_DEVICE,
	ACCESS_BIT__COUNT
};
enum access {
	ACCESS_ANYONE    = 1 << ACCESS_BIT_ANYONE,
	ACCESS_PARENT    = 1 << ACCESS_BIT_PARENT,
	ACCESS_PUPIL     = 1 << ACCESS_BIT_PUPIL,
	ACCESS_TEACHER   = 1 << ACCESS_BIT_TEACHER,
	ACCESS_TUTOR     = 1 << ACCESS_BIT_TUTOR,
	ACCESS_HEAD      = 1 << ACCESS_BIT_HEAD,
	ACCESS_GUARD     = 1 << ACCESS_BIT_GUARD,
	ACCESS_CANTEEN   = 1 << ACCESS_BIT_CANTEEN,
	ACCESS_ADMIN     = 1 << ACCESS_BIT_ADMIN,
	ACCESS_LIBRARIAN = 1 << ACCESS_BIT_LIBRARIAN,
	ACCESS_SUPPORT   = 1 << ACCESS_BIT_SUPPORT,
	ACCESS_STAFF     = ACCESS_TEACHER | ACCESS_TUTOR | ACCESS_HEAD | ACCESS_GUARD |
	    ACCESS_CANTEEN | ACCESS_ADMIN | ACCESS_LIBRARIAN | ACCESS_SUPPORT,
	ACCESS_DEVICE    = 1 << ACCESS_BIT_DEVICE,
};

struct request;
struct text;
typedef enum reply app_handler(struct request *rq);

struct route {
	const char  *method;    /* "GET" (HEAD too) or "POST" */
	const char  *path;      /* exact */
	app_handler *handler;
	unsigned     access;    /* of enum access */
	/*
	 * 0: a urlencoded form of FORM_MAX_BODY_BYTES. More, up to FORM_MAX_UPLOAD_BYTES:
	 * multipart/form-data with files as well, which nginx must allow for this path too
	 * (snippets/upload.conf). Of devices: the limit of the plain body, rq->raw.
	 */
	size_t       max_body_bytes;
	/*
	 * A POST of the cabinet is about the child that was on show when its form was made: when a
	 * second tab shows another one by then, it is KB409 and changes nothing. true: this one is
	 * about the login (its password, its devices), whichever child is on show.
	 */
	bool         any_child;
	/*
	 * What a GET of a desk shows of children, and the parameter that says of whom: {
	 * "journal-lesson", "id" }. The purpose, of site.view_purpose, knows what that parameter is
	 * (a lesson, a class, a child …); NULL: the purpose has none. The view is written in the
	 * page's own round trip, in one transaction with its questions: a page is sent only when
	 * that was done (staff.note_view). Without a purpose no child is shown.
	 */
	struct { const char *purpose, *of; } view;
};

struct app {
	const char               *name;       /* "finance": the log's name, the role kabinet_finance */
	const struct route       *routes;
	int                       route_count;
	const struct db_question *questions;
	int                       question_count;
	bool                      needs_pepper;
	enum audience             audience;
};
#define APP_COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* The whole of main(). */
int app_main(int argc, char **argv, const struct app *app);

/*
 * main() of a section with the tables `routes` and `questions`; further members of struct app may
 * follow the name.
 */
#define APP_MAIN(...) \
	int \
	main(int argc, char **argv) \
	{ \
		static const struct app app = { \
			.routes = routes, .route_count = APP_COUNT(routes), \
			.questions = questions, .question_count = APP_COUNT(questions), \
			.name = __VA_ARGS__ \
		}; \
 \
		return app_main(argc, argv, &app); \
	}

/*
 * The visitor, from the database's answer to app.c's own question; unknown, with empty strings,
 * before db_answer().
 */
struct visitor {
	bool        is_known;
	unsigned    access;         /* of enum access: what this visitor is */
	bool        is_parent;      /* mode «Родитель», else «Ученик» */
	const char *idn;            /* of the child on show; "" at desks */
	const char *today;          /* the school's local date, YYYY-MM-DD */
};

struct request {
	struct arena   *arena;
	const char     *method;       /* "GET", "HEAD", "POST" */
	const char     *path;         /* no query */
	const char     *id;           /* nginx's request id, 32 hex digits */
	const char     *address;      /* of the client, by nginx */
	const char     *token;        /* session token as sent, "" without */
	const char     *device;       /* confirmed-device token as sent, "" without */
	struct form_fields query, body;
	const char     *raw;          /* body of a device's POST, NUL-terminated; NULL elsewhere */
	size_t          raw_len;
	bool            bad_input;    /* sticky, set by form.h */
	int             page_status;  /* of the page that view_send() sends; 0: 200, or 422 when the form has errors */
	enum reply      db_reply;     /* after db_answer() said false */
	const void     *left;         /* what a POST leaves for its form's page, form_again(), when words do not do */
	const char     *db_refusal;   /* KB422's message; form_refused() puts it on the form */
	struct visitor  visitor;
	const struct route *route;    /* NULL before routing */
	struct form_errors *errors;   /* form.c's */
	struct db_queue    *queue;    /* db.c's */
	struct app_state   *state;    /* app.c's */
};

/*
 * A page in the layout: its dictionary, with the frame's symbols set by view_send(). The template
 * must exist.
 */
struct view *view_new(struct request *rq, const char *template_name)
    __attribute__((returns_nonnull));
/*
 * Renders and sends, with rq->page_status; answers what is still asked first. REPLY_BROKEN when the
 * page is broken.
 */
enum reply view_send(struct request *rq, struct view *page) __attribute__((warn_unused_result));

/* A form was sent: what it says goes before what is stored. */
bool app_is_post(const struct request *rq);

/*
 * 303 to a path of this site; pairs of name, value end with NULL and are encoded, empty values are
 * left out: app_redirect(rq, "/finance", "from", day, NULL). The name "#", as the last one, is the
 * place in the page: the person stays where he was.
 */
enum reply app_redirect(struct request *rq, const char *path, ...) __attribute__((sentinel));
/*
 * The form's field `next`: a path of this site, perhaps with a query, in plain characters to go on
 * to; else the audience's first page.
 */
const char *app_next_path(struct request *rq) __attribute__((returns_nonnull));
/* An id as text, for addresses; "" for 0, which is none and leaves the parameter out. */
const char *url_id(struct request *rq, int64_t id) __attribute__((returns_nonnull));
/* A path with query as text for href="" in templates (`*_url` symbols). */
const char *url_path(struct request *rq, const char *path, ...)
    __attribute__((sentinel, returns_nonnull));
/*
 * Another path with the query of this page but for one parameter, which gets a new value, or goes
 * when that is ""; and but for `done`, which was said once.
 */
const char *url_query(struct request *rq, const char *path, const char *name, const char *value)
    __attribute__((returns_nonnull));
/*
 * A list in pages, newest first: cuts the rows, which were asked with limit + 1, to `limit`, and
 * sets `older_url` and `newer_url` ("" for none; newer leads to the first page) for
 * {{>parts/pager}}. They lead to `path`, the list's own GET, with this page's query; the next page
 * begins below `key_column` of the last row shown, in the parameter `before`. Call it before the
 * rows go into the page (asserted).
 */
void view_pager(struct request *rq, struct view *page, const char *path, struct db_rows *rows,
    int limit, const char *key_column);
/* The page of an error, with the request id. */
enum reply app_error(struct request *rq, enum reply reply);

/*
 * A whole other document: type is a full Content-Type; file_name (UTF-8, as people wrote it) makes
 * it an attachment, NULL shows it inline.
 */
enum reply app_send(struct request *rq, int status, const char *type, const char *file_name,
    const char *bytes, size_t len);

/*
 * The first row's file, columns `name`, `type` and `bytes`, as an attachment; no row:
 * REPLY_NOT_FOUND.
 */
enum reply app_send_file(struct request *rq, const struct db_rows *file);

/*
 * A table for programs of spreadsheets: UTF-8 with its mark, `;` between cells. The heads are
 * ready: `Дата;Урок`. The text is the request's. More than max_bytes is REPLY_BROKEN: a table that
 * is cut looks whole.
 */
struct text *app_csv(struct request *rq, size_t max_bytes, const char *heads)
    __attribute__((returns_nonnull));
/* One cell, escaped, and what follows it: ";", or "\r\n" after the last. */
void app_csv_cell(struct text *csv, const char *cell, const char *end);
/* The named columns of a row, and the end of the line. */
void app_csv_row(struct text *csv, const struct db_rows *rows, int row, const char *const *columns,
    int count);
enum reply app_send_csv(struct request *rq, const struct text *csv, const char *file_name);

/*
 * Cookies go out with the answer. `__Host-`, Secure, HttpOnly, SameSite=Lax, Path=/; max_age_s 0
 * ends with the browser, -1 deletes.
 */
void app_set_cookie(struct request *rq, const char *name, const char *value, int max_age_s);
const char *app_cookie(struct request *rq, const char *name);   /* "" when absent */

/*
 * A header of a device's request, by its name: X-Device, X-Sequence, X-Time, X-Signature; "" when
 * absent. nginx hands on these alone, and only to devices' programs (snippets/device.conf).
 */
const char *app_header(struct request *rq, const char *name);

#define APP_SESSION_COOKIE "__Host-session"
#define APP_STAFF_COOKIE   "__Host-staff"
#define APP_DEVICE_COOKIE  "__Host-device"
#define APP_VISIT_COOKIE   "__Host-visit"   /* anchors the CSRF token of visitors without a session */
#define APP_LOOK_COOKIE    "__Host-look"    /* theme, size, contrast */

/*
 * The look that a visitor may choose; the cookie holds the choices in this order with dots between.
 */
#define APP_LOOK_PARTS 3
struct app_look { const char *name; const char *const *choices; };   /* the first choice is the default */
extern const struct app_look app_look[APP_LOOK_PARTS];

/*
 * What the visitor came with, for «Мои устройства и сеансы»: «Chrome, Android». At most 64 bytes.
 */
const char *app_agent(const struct request *rq);

#endif
