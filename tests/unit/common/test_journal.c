/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: what is reported durable is there after a crash, wherever the
 * crash cut the file; rotation loses and doubles nothing.
 */
#include "common/file.h"
#include "common/journal.h"
#include "common/log.h"
#include "common/mem.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
	uv_loop_t loop;
	char folder[64], path[96];
	struct str seen; /* replayed records, each with a comma */
	uint64_t upto;
	int failures;
};

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static void
on_record(struct slice record, void *arg)
{
	struct fixture *f = arg;

	str_addslice(&f->seen, record);
	str_addc(&f->seen, ',');
}

static void
on_durable(uint64_t upto, const struct err *failed, void *arg)
{
	struct fixture *f = arg;

	f->upto = upto;
	f->failures += failed != NULL;
}

static struct journal *
open_journal(struct fixture *f)
{
	struct err err = {""};
	struct journal *j;

	str_clear(&f->seen);
	f->upto = 0;
	j = journal_open(&f->loop, f->path, 0, on_record, on_durable, f, &err);
	if (j == NULL)
		fprintf(stderr, "%s\n", err.text);
	assert_non_null(j);
	return j;
}

static void
await(struct fixture *f, uint64_t upto)
{
	for (int i = 0; i < 10000 && f->upto < upto; i++) {
		uv_run(&f->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_true(f->upto >= upto);
}

static int
set_up(void **state)
{
	struct fixture *f = xnew(struct fixture);

	strcpy(f->folder, "/tmp/vtjrnXXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/j", f->folder);
	uv_loop_init(&f->loop);
	log_set_sink(quiet, NULL);
	*state = f;
	return 0;
}

static int
clean_up(void **state)
{
	struct fixture *f = *state;

	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	file_remove_tree(f->folder, NULL);
	str_free(&f->seen);
	free(f);
	log_set_sink(NULL, NULL);
	return 0;
}

static void
test_round(void **state)
{
	struct fixture *f = *state;
	struct journal *j = open_journal(f);

	assert_int_equal(journal_append(j, SLICE("one")), 1);
	assert_int_equal(journal_append(j, SLICE("")), 2);
	await(f, 2);
	assert_int_equal(journal_durable(j), 2);
	journal_append(j, SLICE("three"));
	journal_close(&j);
	j = open_journal(f);
	assert_string_equal(str_get(&f->seen), "one,,three,");
	journal_close(&j);
}

/* A crash may cut the file anywhere: whole records stay, nothing else. */
static void
test_every_cut(void **state)
{
	struct fixture *f = *state;
	struct journal *j = open_journal(f);
	struct str whole = {0};
	struct err err;

	journal_append(j, SLICE("aaaa"));
	journal_append(j, SLICE("bbbb"));
	journal_close(&j);
	assert_int_equal(file_read(f->path, 1 << 20, &whole, &err), 0);
	for (size_t n = 0; n <= whole.len; n++) {
		const char *expected = n >= whole.len ? "aaaa,bbbb,c,"
		    : n >= whole.len - 12             ? "aaaa,c,"
						      : "c,";

		assert_int_equal(
		    file_write(f->path, (struct slice){whole.s, n}, 0600, &err),
		    0);
		j = open_journal(f);
		journal_append(j, SLICE("c"));
		journal_close(&j);
		j = open_journal(f);
		assert_string_equal(str_get(&f->seen), expected);
		journal_close(&j);
	}
	str_free(&whole);
}

static void
test_flipped_bit(void **state)
{
	struct fixture *f = *state;
	struct journal *j = open_journal(f);
	struct str whole = {0};
	struct err err;

	journal_append(j, SLICE("aaaa"));
	journal_append(j, SLICE("bbbb"));
	journal_close(&j);
	assert_int_equal(file_read(f->path, 1 << 20, &whole, &err), 0);
	whole.s[whole.len - 1] ^= 1;
	assert_int_equal(file_write(f->path, str_slice(&whole), 0600, &err), 0);
	j = open_journal(f);
	assert_string_equal(str_get(&f->seen), "aaaa,");
	journal_close(&j);
	str_free(&whole);
}

static void
test_rotate(void **state)
{
	struct fixture *f = *state;
	struct journal *j = open_journal(f);

	journal_append(j, SLICE("a"));
	assert_int_equal(journal_rotate(j), 1);
	journal_append(j, SLICE("b"));
	await(f, 2);
	/* Not dropped: a second rotation adds to the old file. */
	assert_int_equal(journal_rotate(j), 2);
	journal_append(j, SLICE("c"));
	await(f, 3);
	journal_close(&j);
	j = open_journal(f);
	assert_string_equal(str_get(&f->seen), "a,b,c,");
	journal_append(j, SLICE("d"));
	assert_int_equal(journal_rotate(j), 1);
	journal_append(j, SLICE("e"));
	await(f, 2);
	journal_drop_old(j);
	journal_close(&j);
	j = open_journal(f);
	assert_string_equal(str_get(&f->seen), "e,");
	journal_close(&j);
}

/* A crash between the two renames leaves records in both files. */
static void
test_no_doubles(void **state)
{
	struct fixture *f = *state;
	struct journal *j = open_journal(f);
	struct str first = {0}, both = {0};
	char old[128];
	struct err err;

	snprintf(old, sizeof(old), "%s.old", f->path);
	journal_append(j, SLICE("a"));
	journal_close(&j);
	assert_int_equal(file_read(f->path, 1 << 20, &first, &err), 0);
	j = open_journal(f);
	journal_append(j, SLICE("b"));
	journal_close(&j);
	assert_int_equal(file_read(f->path, 1 << 20, &both, &err), 0);
	assert_int_equal(file_write(old, str_slice(&both), 0600, &err), 0);
	j = open_journal(f);
	assert_string_equal(str_get(&f->seen), "a,b,");
	journal_append(j, SLICE("c"));
	journal_rotate(j);
	journal_append(j, SLICE("d"));
	await(f, 2);
	journal_close(&j);
	j = open_journal(f);
	assert_string_equal(str_get(&f->seen), "a,b,c,d,");
	journal_close(&j);
	str_free(&first);
	str_free(&both);
}

static void
test_locked(void **state)
{
	struct fixture *f = *state;
	struct journal *j = open_journal(f);
	struct err err;

	assert_null(
	    journal_open(&f->loop, f->path, 0, on_record, on_durable, f, &err));
	assert_non_null(strstr(err.text, "in use"));
	journal_close(&j);
}

static void
test_bound(void **state)
{
	struct fixture *f = *state;
	struct err err;
	struct journal *j =
	    journal_open(&f->loop, f->path, 4, on_record, on_durable, f, &err);

	assert_int_equal(journal_append(j, SLICE("x")), 0);
	journal_close(&j);
}

/* The disk is full for a while: told, tried again, nothing lost. */
static void
test_full_disk(void **state)
{
	struct fixture *f = *state;
	struct rlimit small = {64, RLIM_INFINITY}, before;
	struct journal *j = open_journal(f);
	char big[200];

	memset(big, 'x', sizeof(big));
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	setrlimit(RLIMIT_FSIZE, &small);
	journal_append(j, (struct slice){big, sizeof(big)});
	for (int i = 0; i < 5000 && f->failures == 0; i++) {
		uv_run(&f->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_true(f->failures > 0);
	assert_int_equal(f->upto, 0);
	setrlimit(RLIMIT_FSIZE, &before);
	await(f, 1);
	journal_close(&j);
	j = open_journal(f);
	assert_int_equal(f->seen.len, sizeof(big) + 1);
	journal_close(&j);
}

static void
test_crc(void **state)
{
	(void)state;
	/* RFC 3720 B.4 */
	assert_int_equal(crc32c("123456789", 9), 0xe3069283);
	assert_int_equal(crc32c("", 0), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, clean_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_round),
	    TEST(test_every_cut),
	    TEST(test_flipped_bit),
	    TEST(test_rotate),
	    TEST(test_no_doubles),
	    TEST(test_locked),
	    TEST(test_bound),
	    TEST(test_full_disk),
	    cmocka_unit_test(test_crc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
