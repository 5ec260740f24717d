/*
 * reader.c -- POST /device/gate: the messages of card readers (docs/readers.md).
 *
 * The lines are read here, everything else is the database's: whether the reader is known, whether
 * the signature is its own (no program ever sees a key), what of the message is new. Who may not
 * speak is told nothing but that; a reader that may is told exactly what it did wrong.
 */
#include "app.h"
#include "crypto.h"
#include "log.h"
#include "reader-lines.h"
#include "text.h"

#define DEVICE_MIN_CHARS  3
#define DEVICE_MAX_CHARS  40

enum question { Q_MESSAGE, Q__COUNT };
static const struct db_question questions[Q__COUNT] = {
	[Q_MESSAGE] = { "device.gate_message($1, $2::bigint, $3, $4::timestamptz, $5, $6, $7::bigint[], $8::text[], "
	    "$9::timestamptz[], $10::text[], $11::int)", .no_token = true },
};

/* What the headers say. */
struct sender {
	const char *device, *time;
	int64_t     sequence;
	uint8_t     signature[CRYPTO_HASH_BYTES];
};

static enum reply
say(struct request *rq, int status, const char *words)
{
	return app_send(rq, status, "text/plain; charset=utf-8", NULL, words, strlen(words));
}

/* Whatever the reason, the answer is the same; the log knows more. */
static enum reply
refuse_sender(struct request *rq, const char *device, const char *reason)
{
	log_warning("reader-refused", "device=%s reason=%s address=%s", device, reason,
	    rq->address);
	return REPLY_LOGIN;   /* 401, to a device */
}

static bool
is_device_id(const char *s)
{
	size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return s[len] == '\0' && len >= DEVICE_MIN_CHARS && len <= DEVICE_MAX_CHARS;
}

/* NULL, or which header is not what a reader sends. */
static const char *
read_headers(struct request *rq, struct sender *sender)
{
	const char *sequence = app_header(rq, "X-Sequence"),
		   *signature = app_header(rq, "X-Signature");

	sender->device = app_header(rq, "X-Device");
	sender->time = app_header(rq, "X-Time");
	if (rq->bad_input || !is_device_id(sender->device))
		return "device";
	/* The number's own text was signed: it has one form alone. */
	if (*sequence == '0' || !int_parse(sequence, 1, INT64_MAX, &sender->sequence))
		return "sequence-header";
	if (!reader_moment(sender->time, strlen(sender->time)))
		return "time-header";
	if (strlen(signature) != 2 * CRYPTO_HASH_BYTES ||
	    !crypto_unhex(signature, sender->signature, sizeof sender->signature))
		return "signature-header";
	return NULL;
}

static enum reply
answer_new(struct request *rq, const struct sender *sender, const struct db_rows *said)
{
	long missed = (long)db_int(said, 0, "missed"),
	     differing = (long)db_int(said, 0, "differing");

	if (missed > 0)
		log_warning("reader-gap", "device=%s sequence=%ld missed=%ld", sender->device,
		    (long)sender->sequence, missed);
	if (differing > 0)
		log_warning("reader-renumbered", "device=%s sequence=%ld events=%ld",
		    sender->device, (long)sender->sequence, differing);
	return say(rq, 200, arena_printf(rq->arena, "accepted=%ld duplicate=%ld unknown=%ld",
	    (long)db_int(said, 0, "accepted"), (long)db_int(said, 0, "duplicate"),
	    (long)db_int(said, 0, "unknown")));
}

static enum reply
answer_refused(struct request *rq, const struct sender *sender, const struct reader_lines *lines,
    const struct db_rows *said)
{
	const char *outcome = db_text(said, 0, "outcome");
	long sequence = (long)sender->sequence;

	if (strcmp(outcome, "line") != 0 && strcmp(outcome, "other") != 0 &&
	    strcmp(outcome, "old") != 0)
		return refuse_sender(rq, sender->device, outcome);
	log_warning("reader-refused", "device=%s reason=%s sequence=%ld line=%d", sender->device,
	    outcome, sequence, lines->bad_line);
	if (strcmp(outcome, "line") == 0)
		return say(rq, 400, arena_printf(rq->arena, "error: line %d: %s\n", lines->bad_line,
		    lines->bad_words));
	if (strcmp(outcome, "other") == 0)
		return say(rq, 409,
		    arena_printf(rq->arena, "error: sequence %ld came before with another body\n",
			sequence));
	return say(rq, 409,
	    arena_printf(rq->arena, "error: sequence %ld is below the last one, %ld\n", sequence,
		(long)db_int(said, 0, "last_sequence")));
}

static enum reply
take_message(struct request *rq)
{
	struct sender sender;
	struct reader_lines lines;
	const char *bad_header = read_headers(rq, &sender), *outcome;
	struct db_rows *said;
	bool is_good;

	if (rq->bad_input)
		return REPLY_BAD_INPUT;
	if (bad_header != NULL)
		return refuse_sender(rq, sender.device, bad_header);
	is_good = reader_lines_parse(rq->arena, rq->raw, rq->raw_len, &lines);
	said = db_ask(rq, Q_MESSAGE, DB_TEXT(sender.device), DB_INT(sender.sequence),
	    DB_TEXT(sender.time), DB_TEXT(sender.time),
	    DB_BYTES(sender.signature, sizeof sender.signature), DB_BYTES(rq->raw, rq->raw_len),
	    DB_TEXT(lines.numbers), DB_TEXT(lines.uids), DB_TEXT(lines.moments),
	    DB_TEXT(lines.directions), is_good ? DB_NULL : DB_INT(lines.bad_line));
	if (!db_answer(rq))
		return rq->db_reply;
	outcome = db_text(said, 0, "outcome");
	if (strcmp(outcome, "ok") == 0 || strcmp(outcome, "again") == 0)
		return answer_new(rq, &sender, said);
	return answer_refused(rq, &sender, &lines, said);
}

static const struct route routes[] = {
	{ "POST", "/device/gate", take_message, ACCESS_DEVICE, READER_MAX_BODY_BYTES },
};

APP_MAIN("reader", .audience = AUDIENCE_DEVICE)
