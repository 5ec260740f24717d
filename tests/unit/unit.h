/*
 * unit.h -- what the unit tests share beside cmocka.
 */
#ifndef KABINET_UNIT_H
#define KABINET_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/*
 * Runs act(context) in a child that is expected to die of it: by abort(), or, under
 * AddressSanitizer, by a report. Fails the test when act returns.
 */
static inline void
expect_death(void (*act)(void *), void *context)
{
	static const struct rlimit no_core;
	int status, null;
	pid_t child;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		null = open("/dev/null", O_WRONLY);
		if (null < 0 || dup2(null, STDERR_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
			_exit(0);
		setrlimit(RLIMIT_CORE, &no_core);
		act(context);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
#ifdef __SANITIZE_ADDRESS__
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
#else
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
#endif
}

/* A small generator with a fixed seed: a failure repeats (xorshift64*, Vigna 2016). */
static inline uint64_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

#endif
