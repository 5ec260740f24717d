/*
 * marks.h -- the arithmetic of marks: averages, what is still needed for a wanted one, attestation.
 *
 * An average is kept as two integers, the sum of points × weight and the sum of weights, and is
 * compared as the fraction that it is; only what is shown is rounded, half up, to hundredths.
 */
#ifndef KABINET_MARKS_H
#define KABINET_MARKS_H

#include <stdbool.h>
#include <stdint.h>

/* What a mark and its weight may be, and how large the sums of a pupil may grow. */
#define MARKS_MIN_VALUE  1
#define MARKS_MAX_VALUE  5
#define MARKS_MIN_WEIGHT 1
#define MARKS_MAX_WEIGHT 10
#define MARKS_MAX_SUM    INT64_C(1000000000)

/*
 * When a pupil is attested for a term: at least so many marks with points in the subject, and less
 * than this share of its held lessons missed. A school that has it otherwise changes it here, the
 * sentences on the page follow.
 */
#define MARKS_FOR_ATTESTATION       3
#define MARKS_MISSED_LIMIT_PERCENT 50

/* Σ value × weight over Σ weight; plain averages have weights of 1. {0, 0} is no mark at all. */
struct marks_sum { int64_t points, weight; };

struct marks_sum marks_add(struct marks_sum sum, int value, int weight, int64_t count);
/* Hundredths of the average, half up: 13/3 is 433, 9/8 is 113. There must be a mark (asserted). */
int marks_hundredths(struct marks_sum sum);
/* The exact order of two averages: below 0, 0, above 0. Both must have a mark. */
int marks_compare(struct marks_sum a, struct marks_sum b);

#define MARKS_BUF 16
/* `4,33`; «—» when there is no mark. Returns buf. */
char *marks_show(char buf[MARKS_BUF], struct marks_sum sum);
/* Hundredths as `4,33`. */
char *marks_show_hundredths(char buf[MARKS_BUF], int hundredths);

/* A wanted average as people type it: `4`, `4,5`, `4.50`; from 1,01 to 5,00. */
bool marks_parse_goal(const char *s, int *hundredths) __attribute__((warn_unused_result));

#define MARKS_NEVER (-1)
/* More marks than that are not worth hoping for: the answer is MARKS_NEVER. */
#define MARKS_MOST_NEEDED 99
/*
 * The least number of further marks of that value and weight after which the average is not below
 * the goal: 0 when it is there already, MARKS_NEVER when no number helps.
 */
int marks_needed(struct marks_sum sum, int goal_hundredths, int value, int weight);

/* Will there be a mark for the term? */
struct marks_attestation {
	int64_t marks_lacking;      /* 0: there are enough */
	bool    missed_too_much;    /* of the lessons held until now */
	int64_t may_miss;           /* of the lessons ahead, without passing the limit at the end of the term */
	int     missed_percent;     /* rounded half up; 0 without lessons */
};
struct marks_attestation marks_attest(int64_t marks, int64_t held, int64_t missed, int64_t ahead);

#endif
