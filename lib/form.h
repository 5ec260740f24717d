/*
 * form.h -- what the visitor sent: query, form body and cookies, read strictly and bounded.
 *
 * app.c parses query and body before a handler runs, into the request's arena; afterwards these
 * calls only look up. A value that a well-behaved page could not have produced (broken UTF-8, a
 * control character, a date that does not exist, more than the limit, a doubled field) sets
 * rq->bad_input and the call returns the default: the handler tests bad_input once and returns
 * REPLY_BAD_INPUT. What a person may simply have typed wrong is for form_error(): the page is shown
 * again with the words next to the field (`{error_NAME}`, `{value_NAME}` in templates).
 *
 * Returned strings are valid UTF-8, have outer blanks trimmed (secrets excepted) and live as long
 * as the request.
 */
#ifndef KABINET_FORM_H
#define KABINET_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "date.h"

struct arena;
struct db_rows;
struct request;
struct view;

#define FORM_MAX_FIELDS       256          /* in a query or a body; more is bad input */
#define FORM_MAX_QUERY_BYTES  2048
#define FORM_MAX_BODY_BYTES   (64 * 1024)  /* application/x-www-form-urlencoded */
#define FORM_MAX_UPLOAD_BYTES (16 * 1024 * 1024)   /* multipart/form-data */
#define FORM_MAX_FILES        3                    /* of a body; further ones are counted and dropped */
#define FORM_MAX_FILE_BYTES   (5 * 1024 * 1024)    /* of one; form_uploads() has words for a longer one */
#define FORM_MAX_NAME_BYTES   64
#define FORM_MAX_COOKIE_BYTES 4096

struct form_field { const char *name; char *value; size_t len; bool is_secret; };
/* A file as it was sent. `name` has no path and no control characters, 120 characters at most. */
struct form_file { const char *field, *name; const void *bytes; size_t len; };
struct form_fields {
	struct form_field field[FORM_MAX_FIELDS];
	int               count;
	struct form_file  file[FORM_MAX_FILES];   /* of multipart bodies; fields left empty are not among them */
	int               file_count;
	int               left_out;               /* files that came beyond FORM_MAX_FILES */
};

/*
 * The parsers, apart from requests so that they can be fuzzed. Decoded text goes to the arena.
 * false: malformed (a broken percent escape, NUL, invalid UTF-8, too many fields or a name too
 * long).
 */
bool form_parse_urlencoded(struct arena *a, const char *bytes, size_t len,
    struct form_fields *fields) __attribute__((warn_unused_result));
/*
 * RFC 7578. Texts are copied, files point into `bytes`, which must live as long. false: malformed,
 * cut short, a boundary of more than 70 characters, more fields than fit, a header that no form
 * has.
 */
bool form_parse_multipart(struct arena *a, const char *bytes, size_t len, const char *content_type,
    struct form_fields *fields) __attribute__((warn_unused_result));
/*
 * The value of one cookie of a Cookie header, or NULL; `__Host-` names that stand there twice count
 * as absent.
 */
const char *form_parse_cookie(struct arena *a, const char *header, const char *name);

/*
 * Text of at most max_chars characters in one line; `fallback` when absent or empty. A longer one
 * in a POST is words at the field, for a person may have written too much: a handler that asks
 * form_failed() shows them; to one that does not, db_answer() says REPLY_BAD_INPUT.
 */
const char *form_text(struct request *rq, const char *name, size_t max_chars, const char *fallback);
/* The same with line feeds allowed; CRLF becomes LF. */
const char *form_lines(struct request *rq, const char *name, size_t max_chars,
    const char *fallback);
/* The same two of what must be there: "" and those words at the field when it is not. */
const char *form_need_text(struct request *rq, const char *name, size_t max_chars,
    const char *words) __attribute__((returns_nonnull));
const char *form_need_lines(struct request *rq, const char *name, size_t max_chars,
    const char *words) __attribute__((returns_nonnull));
/*
 * A password, PIN or code: not trimmed, at most 200 bytes, "" when absent. Wiped when the request
 * ends.
 */
const char *form_secret(struct request *rq, const char *name);
/* A day as YYYY-MM-DD, typed so or as DD.MM.YYYY; an absent or empty one is `fallback`. */
const char *form_date(struct request *rq, const char *name, const char *fallback);
/* YYYY-MM; answers the first day of that month as YYYY-MM-DD. */
const char *form_month(struct request *rq, const char *name, const char *fallback);
/* A UUID in its text form; an absent one is bad input. */
const char *form_uuid(struct request *rq, const char *name);
/* A number that a page of ours filled in: one out of bounds is bad input. */
int64_t form_int(struct request *rq, const char *name, int64_t min, int64_t max, int64_t fallback);
/*
 * What a person types: a number, a time as H:MM or H.MM (answered as HH:MM, NULL when empty), a sum
 * in roubles (money_parse_typed). What is none, or out of bounds, is words at the field, and the
 * fallback.
 */
int64_t form_typed_int(struct request *rq, const char *name, int64_t min, int64_t max,
    int64_t fallback);
const char *form_typed_time(struct request *rq, const char *name);
int64_t form_typed_money(struct request *rq, const char *name, int64_t min_kop, int64_t max_kop,
    int64_t fallback_kop);
/* A link as a person pastes it, https alone, of at most max_chars; `fallback` when empty or wrong. */
const char *form_typed_link(struct request *rq, const char *name, size_t max_chars,
    const char *fallback);
/* An id: ids begin with 1, and 0 is none, sent or absent. */
int64_t form_id(struct request *rq, const char *name);
/* One of a NULL-terminated list; the returned pointer is the list's own. */
const char *form_choice(struct request *rq, const char *name, const char *const *choices,
    const char *fallback);
/* A ticked box. */
bool form_flag(struct request *rq, const char *name);
bool form_has(struct request *rq, const char *name);
/*
 * The id in the name of a field, 12 of `how_12` for the prefix `how_`: what a form with a row for
 * each pupil sends. 0 when the name begins otherwise.
 */
int64_t form_name_id(struct request *rq, const struct form_field *field, const char *prefix);
/*
 * The form's key, a UUID that {{>parts/key}} put there: what may not happen twice hands it to the
 * database (site.once). An absent one is bad input.
 */
const char *form_key(struct request *rq);
/*
 * The fields `from` and `to`; NULL for absent ones, words at `to` when they are in the wrong order.
 */
struct form_period { const char *from, *to; };
struct form_period form_period(struct request *rq);
/*
 * The files sent in that field, at most `max` of up to FORM_MAX_FILES. `type` is by the first bytes
 * and must be of file.h's table. More files, an empty one, one that is too long or of another type:
 * words at the field. Returns how many are good; 0 is no error. Those of `max` that were not sent
 * are zero, and FORM_UPLOAD(u), the name, type and bytes of one as three parameters of a question,
 * is three NULLs then.
 */
struct form_upload { const char *name, *type; const void *bytes; size_t len; };
int form_uploads(struct request *rq, const char *name, struct form_upload *uploads, int max);
/*
 * The one file sent in that field, of any type (NULL): for what has a strict reader of its own. No
 * file, an empty or too long one, more than one: words at the field and false.
 */
bool form_file(struct request *rq, const char *name, struct form_upload *upload)
    __attribute__((warn_unused_result));
#define FORM_UPLOAD(u) \
	DB_TEXT((u).name), DB_TEXT((u).type), \
	    ((u).name != NULL ? DB_BYTES((u).bytes, (int64_t)(u).len) : DB_NULL)
/* All FORM_MAX_FILES of an array. */
#define FORM_UPLOADS(u) FORM_UPLOAD((u)[0]), FORM_UPLOAD((u)[1]), FORM_UPLOAD((u)[2])
_Static_assert(FORM_MAX_FILES == 3, "FORM_UPLOADS() gives all of them");

/*
 * Records words for the person next to a field ("" for the whole form); the first one per field
 * stays.
 */
void form_error(struct request *rq, const char *name, const char *words);
/*
 * Was there one? Who asks goes on to show them, so that a text that was too long is no bad input
 * any more: the question changes the request.
 */
bool form_failed(struct request *rq);
/*
 * What a handler returns when there are words at its fields: the page of the form once more, by
 * `show`, the handler of that page's GET, which must ask anew what it shows. That somebody looked
 * is noted as the GET would; view_send() asserts that a POST's form comes back in no other way.
 *
 * It is the same request: in a POST every form_…() reads the body alone, in `show` too, and nothing
 * of the address. So a form has in hidden fields what its page was asked with (its id, its day).
 */
enum reply form_again(struct request *rq, enum reply (*show)(struct request *rq));
/*
 * What a POST returns after db_answer() said false: a refusal (KB422) shows the form again with the
 * database's words, what was typed kept; anything else is its own page. `show` is as in
 * form_again().
 */
enum reply form_refused(struct request *rq, enum reply (*show)(struct request *rq));
/*
 * What a POST ends with when nothing of the answer is needed: asks what is queued, then
 * app_redirect(), or form_refused() with `show`. The pairs are computed before the answer is there.
 */
enum reply form_done(struct request *rq, enum reply (*show)(struct request *rq), const char *path,
    ...) __attribute__((sentinel));
/*
 * Sets `value_NAME` and `error_NAME` of each field named (NULL ends the list) and `error_form`.
 * Values are what the visitor sent, "" for secrets; a GET page shows the query's values.
 */
void form_show(struct request *rq, struct view *page, ...) __attribute__((sentinel));
/*
 * The same for a form that changes what there is: a field that was not sent has the value of row
 * `i` in the column of its name. Rows that are NULL are of something new, and it is "".
 */
void form_show_row(struct request *rq, struct view *page, const struct db_rows *rows, int i, ...)
    __attribute__((sentinel));
/*
 * Sets `value_NAME`, after form_show(), to what the field begins with: until the form was sent, and
 * unless the query has another value.
 */
void form_default(struct request *rq, struct view *page, const char *name, const char *value);

#endif
