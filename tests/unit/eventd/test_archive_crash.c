/* SPDX-License-Identifier: Apache-2.0
 *
 * SIGKILL at each call that makes something of journal or archive durable or
 * removes a file: lines in two weeks' files, FLUSH, files that have lived
 * their time. What was promised is there, what is erased stays away, and no
 * number of a line or an event is given again. Every fifth call is tried;
 * VEDETTE_FAULTS=all tries each, VEDETTE_FAULTS=N the one of that number.
 */
#include "tests/unit/eventd/stored_site.h"

#include "common/file.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEXT_WEEK 90000 /* seconds; the harness begins on a Sunday */
#define LATER     700000

static struct shared {
	atomic_uint calls;
	unsigned at;   /* the call that kills; 0: none is counted */
	unsigned done; /* steps that were promised */
} * shared;

/* --- the calls ----------------------------------------------------------- */

int fsync(int fd);
int fdatasync(int fd);
int rename(const char *from, const char *to);
int unlink(const char *path);

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

static void
strike(void)
{
	if (shared != NULL && shared->at != 0 &&
	    atomic_fetch_add(&shared->calls, 1) + 1 == shared->at)
		raise(SIGKILL);
}

int
fsync(int fd)
{
	strike();
	return REAL(fsync)(fd);
}

int
fdatasync(int fd)
{
	strike();
	return REAL(fdatasync)(fd);
}

int
rename(const char *from, const char *to)
{
	strike();
	return REAL(rename)(from, to);
}

int
unlink(const char *path)
{
	strike();
	return REAL(unlink)(path);
}

/* --- the site ------------------------------------------------------------ */

static void
synced(const char *why, void *arg)
{
	assert_null(why);
	((struct site *)arg)->answered = true;
}

static void
got_lines(const struct str *rows, const char *why, void *arg)
{
	struct site *s = arg;
	struct slice rest, line;

	assert_null(why);
	rest = str_slice(rows);
	slice_next(&rest, '\n', &line);
	str_clear(&s->lines);
	while (slice_next(&rest, '\n', &line)) {
		str_addslice(&s->lines, line);
		str_addc(&s->lines, ' ');
	}
	s->answered = true;
}

/* "2 1 ": the archive, and all of it is committed. */
static const char *
lines(struct site *s)
{
	struct err err;
	struct query *q = query_parse(
	    SLICE("GET history\nColumns: history_line\nOutputFormat: plain\n"
		  "Filter: event_text ~~ word"),
	    &err);

	assert_non_null(q);
	s->answered = false;
	archive_query(ec_store_archive(s->store), q, got_lines, s);
	while (!s->answered)
		uv_run(&s->loop, UV_RUN_ONCE);
	return str_get(&s->lines);
}

/* The step is promised; then the archive has it, too. */
static void
promised(struct site *s)
{
	s->answered = false;
	ec_store_sync(s->store, synced, s);
	while (!s->answered)
		uv_run(&s->loop, UV_RUN_ONCE);
	shared->done++;
	lines(s);
	shared->done++;
}

static void
say_word(struct site *s, double when)
{
	hear(s->h, when, "err", "gw2", "x", "a word");
}

/* Lines 1 to 6. */
static void
live(struct site *s)
{
	say_word(s, 0);
	say_word(s, NEXT_WEEK);
	say_word(s, 1);
	promised(s);
	assert_null(command(s->h, 2, "FLUSH"));
	ec_store_flush_all(s->store);
	say_word(s, 3);
	promised(s);
	say_word(s, NEXT_WEEK + 1);
	promised(s);
	archive_expire(ec_store_archive(s->store), at(LATER));
	say_word(s, LATER);
	promised(s);
}

/* What may be there after so many promises; "": an end of each list. */
static const char *const allowed[][16] = {
    {"", "1 ", "2 1 ", "2 3 1 "},
    {"2 3 1 ", "3 1 ", "2 ", "", "4 "},
    {"2 3 1 ", "3 1 ", "2 ", "", "4 "},
    {"4 ", "5 4 "},
    {"4 ", "5 4 "},
    {"5 4 ", "5 ", "4 ", "", "6 5 4 ", "6 5 ", "6 4 ", "6 "},
    {"5 4 ", "5 ", "4 ", "", "6 5 4 ", "6 5 ", "6 4 ", "6 "},
    {"6 5 4 ", "6 5 ", "6 4 ", "6 "},
    {"6 "},
};
/* The greatest number of a line that was promised, of an event since FLUSH. */
static const unsigned last_line[] = {0, 3, 3, 4, 4, 5, 5, 6, 6};
static const unsigned last_event[] = {0, 0, 0, 1, 1, 2, 2, 3, 3};

static bool
is_allowed(const char *there)
{
	const char *const *list = allowed[shared->done];

	for (size_t i = 0; i < ARRAY_LEN(allowed[0]) && list[i] != NULL; i++) {
		if (strcmp(list[i], there) == 0)
			return true;
	}
	return false;
}

/* How many calls there were. */
static unsigned
one(unsigned kill_at)
{
	char folder[] = "/tmp/test_archive_crash_XXXXXX";
	struct site s;
	struct err err;
	pid_t pid;
	int status;

	assert_non_null(mkdtemp(folder));
	*shared = (struct shared){.at = kill_at};
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		start(&s, folder);
		live(&s);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	shared->at = 0;
	for (int again = 0; again < 2; again++) {
		start(&s, folder);
		if (!is_allowed(lines(&s)))
			fail_msg("killed at call %u, %u promises: lines %s",
			    kill_at, shared->done, lines(&s));
		if (s.h->e->next_id <= last_event[shared->done])
			fail_msg("killed at call %u: event %u comes again",
			    kill_at, (unsigned)s.h->e->next_id);
		if (again == 0)
			stop(&s);
	}
	/* A new line is a new one. */
	say_word(&s, LATER + 1);
	if (strtoul(lines(&s), NULL, 10) <= last_line[shared->done])
		fail_msg("killed at call %u: line %s comes again", kill_at,
		    lines(&s));
	stop(&s);
	assert_int_equal(file_remove_tree(folder, &err), 0);
	return atomic_load(&shared->calls);
}

static void
killed_anywhere(void **state)
{
	const char *how = getenv("VEDETTE_FAULTS");
	bool all = how != NULL && strcmp(how, "all") == 0;
	unsigned calls;

	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	if (how != NULL && sscanf(how, "%u", &calls) == 1) {
		one(calls);
		return;
	}
	calls = one(UINT_MAX);
	assert_int_equal(shared->done, ARRAY_LEN(allowed) - 1);
	assert_true(calls > 20);
	for (unsigned nth = 1; nth <= calls; nth += all ? 1 : 5)
		one(nth);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(killed_anywhere)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
