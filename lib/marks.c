/*
 * marks.c -- averages and what is needed for them, by whole numbers alone.
 */
#include <assert.h>
#include <stdio.h>

#include "marks.h"

#define EM_DASH "\xe2\x80\x94"

static bool
is_sum(struct marks_sum sum)
{
	return sum.weight >= 0 && sum.weight <= MARKS_MAX_SUM &&
	    sum.points >= sum.weight * MARKS_MIN_VALUE &&
	    sum.points <= sum.weight * MARKS_MAX_VALUE;
}

static bool
is_mark(int value, int weight)
{
	return value >= MARKS_MIN_VALUE && value <= MARKS_MAX_VALUE && weight >= MARKS_MIN_WEIGHT &&
	    weight <= MARKS_MAX_WEIGHT;
}

struct marks_sum
marks_add(struct marks_sum sum, int value, int weight, int64_t count)
{
	assert(is_mark(value, weight) && count >= 0 && count <= MARKS_MAX_SUM / MARKS_MAX_WEIGHT);
	sum.points += count * value * weight;
	sum.weight += count * weight;
	assert(is_sum(sum));
	return sum;
}

int
marks_hundredths(struct marks_sum sum)
{
	assert(is_sum(sum) && sum.weight > 0);
	return (int)((200 * sum.points + sum.weight) / (2 * sum.weight));
}

int
marks_compare(struct marks_sum a, struct marks_sum b)
{
	int64_t left, right;

	assert(is_sum(a) && is_sum(b) && a.weight > 0 && b.weight > 0);
	left = a.points * b.weight;
	right = b.points * a.weight;
	return (left > right) - (left < right);
}

char *
marks_show_hundredths(char buf[MARKS_BUF], int hundredths)
{
	assert(hundredths >= 0 && hundredths <= 100 * MARKS_MAX_VALUE);
	snprintf(buf, MARKS_BUF, "%d,%02d", hundredths / 100, hundredths % 100);
	return buf;
}

char *
marks_show(char buf[MARKS_BUF], struct marks_sum sum)
{
	if (sum.weight > 0)
		return marks_show_hundredths(buf, marks_hundredths(sum));
	snprintf(buf, MARKS_BUF, "%s", EM_DASH);
	return buf;
}

bool
marks_parse_goal(const char *s, int *hundredths)
{
	int goal;

	if (*s < '0' + MARKS_MIN_VALUE || *s > '0' + MARKS_MAX_VALUE)
		return false;
	goal = (*s++ - '0') * 100;
	if (*s == ',' || *s == '.') {
		s++;
		for (int unit = 10; unit >= 1; unit /= 10) {
			if (*s == '\0' && unit == 1)
				break;
			if (*s < '0' || *s > '9')
				return false;
			goal += (*s++ - '0') * unit;
		}
	}
	if (*s != '\0' || goal <= 100 * MARKS_MIN_VALUE || goal > 100 * MARKS_MAX_VALUE)
		return false;
	*hundredths = goal;
	return true;
}

int
marks_needed(struct marks_sum sum, int goal_hundredths, int value, int weight)
{
	int64_t lacking, gain, count;

	assert(is_sum(sum) && is_mark(value, weight));
	assert(goal_hundredths > 0 && goal_hundredths <= 100 * MARKS_MAX_VALUE);
	/* 100 (points + count·value·weight) >= goal (weights + count·weight), solved for count. */
	lacking = goal_hundredths * sum.weight - 100 * sum.points;
	if (sum.weight > 0 && lacking <= 0)
		return 0;
	gain = (int64_t)weight * (100 * value - goal_hundredths);
	if (sum.weight == 0)
		return gain >= 0 ? 1 : MARKS_NEVER;     /* the first mark is the average */
	if (gain <= 0)
		return MARKS_NEVER;
	count = (lacking + gain - 1) / gain;
	return count > MARKS_MOST_NEEDED ? MARKS_NEVER : (int)count;
}

struct marks_attestation
marks_attest(int64_t marks, int64_t held, int64_t missed, int64_t ahead)
{
	struct marks_attestation a = { 0 };
	int64_t most;

	assert(marks >= 0 && missed >= 0 && held >= missed && ahead >= 0 &&
	    held + ahead <= MARKS_MAX_SUM);
	a.marks_lacking = marks < MARKS_FOR_ATTESTATION ? MARKS_FOR_ATTESTATION - marks : 0;
	a.missed_too_much = held > 0 && 100 * missed >= MARKS_MISSED_LIMIT_PERCENT * held;
	a.missed_percent = held > 0 ? (int)((200 * missed + held) / (2 * held)) : 0;
	/* The largest number of missed lessons that is below the share of all of them. */
	most = (MARKS_MISSED_LIMIT_PERCENT * (held + ahead) + 99) / 100 - 1;
	a.may_miss = most > missed ? most - missed : 0;
	if (a.may_miss > ahead)
		a.may_miss = ahead;
	return a;
}
