/* catalogue-private.h -- what the readers of catalogue files share. */
#ifndef KABINET_CATALOGUE_PRIVATE_H
#define KABINET_CATALOGUE_PRIVATE_H

#include "arena.h"
#include "catalogue.h"
#include "text.h"

struct catalogue_reader {
	struct arena     *a;
	struct catalogue *c;
	int               capacity;   /* of c->record */
};

/* Words go to the arena; beyond the first ones problems are only counted. */
void catalogue_problem(struct catalogue_reader *r, long number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Takes a record as it was written, NULL for what it has not: valid UTF-8, checked and cut here.
 * false: reading on makes no sense (there are too many).
 */
bool catalogue_take(struct catalogue_reader *r, long number,
    const char *const raw[CATALOGUE_FIELD__COUNT]) __attribute__((warn_unused_result));

/* Adds a text of windows-1251 in UTF-8; false when a byte is no letter of it. */
bool catalogue_put_1251(struct text *to, const char *bytes, size_t len)
    __attribute__((warn_unused_result));

bool catalogue_looks_like_marc(const char *bytes, size_t len);
void catalogue_read_marc(struct catalogue_reader *r, const char *bytes, size_t len);
void catalogue_read_table(struct catalogue_reader *r, const char *bytes, size_t len);

#endif
