/*
 * sender.h -- how the drills' clients send: one client is one process, and this is its connections.
 *
 * A part of the requests is not sent once: some twice after one another (an answer that got lost, a
 * form sent again), some on two connections at once (a double click), some over a connection that
 * is closed before the answer. A lost server leaves a request unknown; it is sent again with its
 * key until there is an answer. Two answers to one key that differ end the client.
 */
#ifndef KABINET_SENDER_H
#define KABINET_SENDER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "../dice.h"

#define ANSWER_MAX 512

struct sent {
	const char *name;
	char key[40], parameters[512], dishes[32];
};
struct answer {
	bool is_lost;
	char sqlstate[6], hint[16], text[ANSWER_MAX];
};

struct sender {
	const char *conninfo;
	char        who[24];
	bool        is_unsafe;  /* the control: synchronous_commit = off, and nothing sent again */
	int         receipts;   /* the file's descriptor */
	struct dice dice;
	uint64_t    seed;
	PGconn     *line[2];
	int64_t     operation, repeats, cuts, losses, deadlocks;
	volatile sig_atomic_t is_over;  /* SIGTERM came */
};
extern struct sender sender;

/* CONNINFO, the name in receipts, their file, SEED | unsafe | NULL; connects. False: bad words. */
bool sender_init(const char *conninfo, const char *who, const char *receipts, const char *seed);
void sender_release(void);
/* Says what was wrong and ends the client with 1. */
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
int  below(int n);          /* 0 to n - 1 */
bool one_in(int n);
/* The key of the operation at work. */
void sender_key(struct sent *sent);
/* One statement on line 0 or 1, until there is an answer: its first cell, or why not. */
struct answer insist(int line, const char *sql, int count, const char *const *parameters);
/* drill.act(), once and surely. */
struct answer send_once(const struct sent *sent);
/* drill.act(), in one of the ways that the dice choose. */
struct answer deliver(const struct sent *sent);
void keep_receipt(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
