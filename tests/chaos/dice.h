/* dice.h -- random numbers that a printed seed repeats (splitmix64). */
#ifndef KABINET_DICE_H
#define KABINET_DICE_H

#include <stdint.h>

struct dice { uint64_t state; };

static inline uint64_t
dice_next(struct dice *d)
{
	uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

/* 0 to n - 1. The bias of the remainder is of no importance here. */
static inline int64_t
dice_below(struct dice *d, int64_t n)
{
	return (int64_t)(dice_next(d) % (uint64_t)n);
}

#endif
