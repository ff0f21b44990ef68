/* SPDX-License-Identifier: Apache-2.0
 *
 * Property tests: random scenarios, each played in a process of its own
 * because the invariants of the engine end it. A failing one is made smaller
 * as long as it fails in the same way, and printed as a file for `vedette
 * simulate`.
 *
 * VEDETTE_PROPERTY_RUNS and VEDETTE_PROPERTY_SEED: how many, from which on.
 */
#include "tests/unit/site/properties.h"

#include "common/log.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define RUNS       100
#define PATIENCE   20 /* s for one play, in a process of its own */
#define MOST_TRIES 500

enum outcome {
	HOLDS,
	CANNOT_PLAY,
	FAILS
};

static struct err *told; /* shared with the children */

static void
in_child(const struct timeline *t)
{
	int rc;

	alarm(PATIENCE);
	rc = properties_hold(t, told);
	_exit(rc == 0 ? HOLDS : rc == 1 ? CANNOT_PLAY : FAILS);
}

/* What the process says when it ends by an assertion. */
static void
note_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	err_set(told, "%s", line);
}

static enum outcome
try(const struct timeline *t)
{
	int status;
	pid_t pid;

	err_set(told, "it ended without a word, or took too long");
	fflush(NULL);
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0)
		in_child(t);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) <= CANNOT_PLAY)
		return (enum outcome)WEXITSTATUS(status);
	return FAILS;
}

/* The same failure: its first words are the same. */
static bool
same(const char *a, const char *b)
{
	return strncmp(a, b, 24) == 0;
}

/* Leaves out whatever the failure does not need. */
static void
shrink(struct timeline *t, const char *why)
{
	unsigned tries = 0;

	for (uint32_t size = t->n / 2; size > 0; size /= 2)
		for (uint32_t from = 0; from < t->n && tries < MOST_TRIES;
		     from += size, tries++) {
			uint32_t n = 0, end = from + size;
			bool was[4096];

			end = end > t->n ? t->n : end;
			for (uint32_t i = from; i < end; i++) {
				was[i - from] = t->pieces[i].gone;
				if (t->pieces[i].part == PART_HEAD ||
				    t->pieces[i].gone)
					continue;
				t->pieces[i].gone = true;
				n++;
			}
			if (n > 0 && try(t) == FAILS && same(told->text, why))
				continue;
			for (uint32_t i = from; i < end; i++)
				t->pieces[i].gone = was[i - from];
		}
}

static void
report(struct timeline *t)
{
	struct str text = {0};
	char why[sizeof(told->text)];

	snprintf(why, sizeof(why), "%s", told->text);
	shrink(t, why);
	try(t);
	timeline_text(t, "", &text);
	fprintf(stderr, "seed %" PRIu64 ": %s\n%s", t->seed, told->text,
	    str_get(&text));
	str_free(&text);
	fail_msg("seed %" PRIu64 ": %s", t->seed, told->text);
}

static uint64_t
number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void
random_timelines_keep_the_invariants(void **state)
{
	uint64_t runs = number("VEDETTE_PROPERTY_RUNS", RUNS);
	uint64_t seed = number("VEDETTE_PROPERTY_SEED", 1), refused = 0;

	(void)state;
	for (uint64_t i = 0; i < runs; i++) {
		static struct timeline t; /* kept where it fails */
		enum outcome outcome;

		timeline_make(&t, seed + i);
		outcome = try(&t);
		refused += outcome == CANNOT_PLAY;
		if (outcome == FAILS)
			report(&t);
		timeline_free(&t);
	}
	/* Else the generator writes what nobody may play. */
	assert_true(refused * 4 <= runs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_timelines_keep_the_invariants),
	};

	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		return 1;
	log_set_sink(note_line, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
