/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking through the history: what the index finds is what looking at every
 * line finds, also while files grow, days come and go, and indexes are damaged
 * or cut at any byte.
 */
#include "common/mem.h"
#include "livestatusd/history/past.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAYS  3
#define FIRST 1700000000
#define DAY_S 86400

struct files { /* of a day */
	struct str log, idx;
};
struct fixture {
	struct files days[DAYS];
	struct past *past;
	uint64_t random;
	unsigned reads; /* of the index */
};

static const char *const names[DAYS] = {
    "2023-11-14", "2023-11-15", "2023-11-16"};

static uint32_t
pick(struct fixture *f, uint32_t below)
{
	f->random = f->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(f->random >> 33) % below;
}

static struct str *
file_of(struct fixture *f, const char *day, bool index)
{
	for (int i = 0; i < DAYS; i++)
		if (strcmp(names[i], day) == 0)
			return index ? &f->days[i].idx : &f->days[i].log;
	fail_msg("no such day: %s", day);
	return NULL;
}

static ssize_t
read_day(
    void *arg, const char *day, bool index, uint64_t at, void *buf, size_t n)
{
	struct fixture *f = arg;
	const struct str *file = file_of(f, day, index);

	f->reads += index;
	if (at >= file->len)
		return 0;
	n = n < file->len - at ? n : file->len - at;
	memcpy(buf, file->s + at, n);
	return (ssize_t)n;
}

static bool
put_index(void *arg, const char *day, uint64_t at, struct slice bytes)
{
	struct str *file = file_of(arg, day, true);

	assert_true(at <= file->len);
	file->len = at;
	str_addslice(file, bytes);
	return true;
}

static void
open_past(struct fixture *f)
{
	struct past_store store = {
	    .arg = f, .read = read_day, .put = put_index};

	past_free(&f->past);
	f->past = past_new(&store);
	for (int i = 0; i < DAYS; i++)
		past_day(f->past, names[i], f->days[i].log.len);
}

/* Lines as a site writes them, and some that are none. */
static void
add_line(struct fixture *f, int day, uint32_t second)
{
	struct str *log = &f->days[day].log;
	uint32_t kind = pick(f, 40);

	if (kind >= 38) {
		str_add(log, kind == 38 ? "no line of a history\n" : "\n");
		return;
	}
	str_addf(log, "[%u] ", FIRST + (uint32_t)day * DAY_S + second);
	uint32_t x = pick(f, 50), y = pick(f, 4);

	switch (kind < 30 ? kind % 4 : kind % 6) {
	case 0:
		str_addf(log,
		    "SERVICE ALERT: host%u;service%u;CRITICAL;HARD;3;none", x,
		    y);
		break;
	case 1:
		str_addf(log, "HOST ALERT: host%u;DOWN;SOFT;%u;none", x, y);
		break;
	case 2:
		str_addf(log,
		    "SERVICE NOTIFICATION: ann;host%u;service%u;OK;mail;fine",
		    x, y);
		break;
	case 3:
		str_addf(log,
		    "CURRENT SERVICE STATE: host%u;service%u;OK;HARD;1;fine", x,
		    y);
		break;
	case 4:
		str_addf(log, "EXTERNAL COMMAND: DO_IT;host%u;%u", x, y);
		break;
	default:
		str_addf(log, "TIMEPERIOD TRANSITION: p%u;0;%u", x, y);
	}
	str_addc(log, '\n');
}

static void
make_lines(struct fixture *f, int day, uint32_t from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		add_line(f, day, from + i / 2);
}

static bool
wanted(const struct past_want *w, const struct line *l)
{
	if (l->time < w->from || l->time >= w->until)
		return false;
	if (LINE_BIT(l->kind) & w->always)
		return true;
	if (!(LINE_BIT(l->kind) & w->named))
		return false;
	for (size_t i = 0; i < w->n_names; i++)
		if ((w->names[i].any_host ||
			slice_eq(w->names[i].host, l->host)) &&
		    (w->names[i].any_service ||
			slice_eq(w->names[i].service, l->service)) &&
		    l->host.len > 0)
			return true;
	return w->n_names == 0;
}

/* Every line, the slow way: "day lineno" of those that fit. */
static void
slowly(struct fixture *f, const struct past_want *w, struct str *out)
{
	struct str one = {0};

	for (int d = 0; d < DAYS; d++) {
		struct slice rest = str_slice(&f->days[d].log), text;
		uint32_t lineno = 0;
		struct line l;

		while (rest.len > 0 && slice_next(&rest, '\n', &text)) {
			lineno++;
			if (!line_parse(text, lineno, &l) || !wanted(w, &l))
				continue;
			str_clear(&one);
			str_addf(
			    &one, "%u %.*s\n", lineno, (int)text.len, text.s);
			if (!w->newest_first) {
				str_addslice(out, str_slice(&one));
				continue;
			}
			str_reserve(out, one.len);
			memmove(out->s + one.len, out->s, out->len);
			memcpy(out->s, one.s, one.len);
			out->len += one.len;
		}
	}
	str_free(&one);
}

static void
quickly(
    struct fixture *f, const struct past_want *w, size_t slice, struct str *out)
{
	struct past_cursor *c = past_open(f->past, w);
	struct past_batch b = {0};
	enum past_next next;

	while ((next = past_next(c, &b, 100, slice)) != PAST_END) {
		assert_true((b.n > 0) == (next == PAST_LINES));
		for (size_t i = 0; i < b.n; i++)
			str_addf(out, "%u %.*s\n", b.lines[i].lineno,
			    (int)b.lines[i].message.len, b.lines[i].message.s);
	}
	past_batch_free(&b);
	past_close(&c);
}

static void
assert_same(struct fixture *f, const struct past_want *w, size_t slice)
{
	struct str a = {0}, b = {0};

	slowly(f, w, &a);
	quickly(f, w, slice, &b);
	if (!slice_eq(str_slice(&a), str_slice(&b)))
		fail_msg("found %zu bytes, there are %zu", b.len, a.len);
	str_free(&a);
	str_free(&b);
}

static void
assert_random_wants(struct fixture *f, unsigned n)
{
	char host[2][16], service[16];

	for (unsigned i = 0; i < n; i++) {
		struct past_name ask[2] = {
		    {.any_service = pick(f, 2)}, {.any_host = pick(f, 2)}};
		struct past_want w = {.from = INT64_MIN,
		    .until = INT64_MAX,
		    .named = LINE_ALL,
		    .names = ask,
		    .n_names = pick(f, 3)};

		for (int k = 0; k < 2; k++) {
			snprintf(
			    host[k], sizeof(host[k]), "host%u", pick(f, 52));
			ask[k].host = slice_of(host[k]);
		}
		snprintf(service, sizeof(service), "service%u", pick(f, 4));
		ask[0].service = ask[1].service = slice_of(service);
		if (pick(f, 2))
			w.from = FIRST + (int64_t)pick(f, DAYS * DAY_S);
		if (pick(f, 2))
			w.until = FIRST + (int64_t)pick(f, DAYS * DAY_S);
		if (pick(f, 2))
			w.named = LINE_BIT(LINE_HOST_ALERT) |
			    LINE_BIT(LINE_SERVICE_NOTIFICATION);
		if (pick(f, 4) == 0)
			w.always = LINE_BIT(LINE_PERIOD);
		/* The slow way turns round by moving: small answers only. */
		w.newest_first = w.n_names == 1 && !ask[0].any_host;
		assert_same(f, &w, pick(f, 2) ? SIZE_MAX : 100000);
	}
}

static int
setup(void **state)
{
	struct fixture *f = xnew(struct fixture);

	f->random = 4711;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	past_free(&f->past);
	for (int i = 0; i < DAYS; i++) {
		str_free(&f->days[i].log);
		str_free(&f->days[i].idx);
	}
	free(f);
	return 0;
}

static void
test_like_looking_at_every_line(void **state)
{
	struct fixture *f = *state;

	make_lines(f, 0, 0, 80000); /* two segments */
	make_lines(f, 1, 0, 500);
	make_lines(f, 2, 0, 70000); /* one, and a tail */
	open_past(f);
	assert_random_wants(f, 6);
	assert_int_equal(past_lines(f->past), 150500);
	open_past(f); /* from the index */
	assert_random_wants(f, 6);
}

static void
test_growing(void **state)
{
	struct fixture *f = *state;

	make_lines(f, 0, 0, 300);
	make_lines(f, 1, 0, 100);
	open_past(f);
	for (uint32_t i = 0; i < 20; i++) {
		make_lines(f, 2, i * 2000, 4000);
		str_add(&f->days[2].log, "[17"); /* half a line */
		past_day(f->past, names[2], f->days[2].log.len);
		f->days[2].log.len -= 3;
		if (i % 5 == 0)
			assert_random_wants(f, 2);
		past_day(f->past, names[2], f->days[2].log.len + 3);
		f->days[2].log.len += 3;
		str_addf(&f->days[2].log, "00000000] EXTERNAL COMMAND: X\n");
		past_day(f->past, names[2], f->days[2].log.len);
	}
	assert_random_wants(f, 4);
	past_drop(f->past, names[0]);
	str_clear(&f->days[0].log);
	assert_random_wants(f, 4);
}

/* Whatever stands in the index, the answers are right. */
static void
test_damaged_index(void **state)
{
	struct fixture *f = *state;
	struct str *idx = &f->days[0].idx;

	make_lines(f, 0, 0, 66000);
	make_lines(f, 1, 0, 10);
	make_lines(f, 2, 0, 10);
	open_past(f);
	while (past_index(f->past, SIZE_MAX))
		;
	for (int i = 0; i < 20; i++) {
		size_t at =
		    i < 12 ? (size_t)i * 16 : pick(f, (uint32_t)idx->len);

		idx->s[at] ^= (char)(1 + pick(f, 255));
		open_past(f);
		assert_random_wants(f, 1);
	}
	for (int i = 0; i < 10; i++) {
		idx->len = pick(f, (uint32_t)idx->len);
		open_past(f);
		assert_random_wants(f, 1);
	}
	/* of another file */
	str_clear(&f->days[0].log);
	make_lines(f, 0, 0, 20000);
	open_past(f);
	assert_random_wants(f, 2);
}

/* A day's alerts of one host do not read the rest. */
static void
test_reads_little(void **state)
{
	struct fixture *f = *state;
	struct past_name name = {.host = SLICE("host7"), .any_service = true};
	struct past_want w = {.from = FIRST,
	    .until = FIRST + DAY_S,
	    .named = LINE_BIT(LINE_HOST_ALERT),
	    .names = &name,
	    .n_names = 1,
	    .newest_first = true};
	struct str out = {0};

	for (int d = 0; d < DAYS; d++)
		make_lines(f, d, 0, 80000);
	open_past(f);
	while (past_index(f->past, SIZE_MAX))
		;
	f->reads = 0;
	quickly(f, &w, SIZE_MAX, &out);
	assert_true(out.len > 0);
	assert_in_range(f->reads, 1, 3); /* the three segments of the day */
	str_free(&out);
}

static void
test_long_lines(void **state)
{
	struct fixture *f = *state;
	struct str *log = &f->days[0].log;
	struct past_want w = {
	    .from = INT64_MIN, .until = INT64_MAX, .named = LINE_ALL};
	struct str out = {0};

	str_add(log, "[1700000000] HOST ALERT: a;UP;HARD;1;one\n[1700000001] ");
	for (int i = 0; i < 700000; i++)
		str_addc(log, 'x');
	str_add(log, "\n[1700000002] HOST ALERT: a;UP;HARD;1;three\n");
	open_past(f);
	quickly(f, &w, 1000, &out);
	assert_string_equal(str_get(&out),
	    "1 [1700000000] HOST ALERT: a;UP;HARD;1;one\n"
	    "3 [1700000002] HOST ALERT: a;UP;HARD;1;three\n");
	str_free(&out);
}

static void
test_renamed(void **state)
{
	struct fixture *f = *state;
	struct past_name name = {.host = SLICE("c"), .any_service = true};
	struct past_want w = {.from = INT64_MIN,
	    .until = INT64_MAX,
	    .named = LINE_BIT(LINE_HOST_ALERT),
	    .names = &name,
	    .n_names = 1};
	struct past_cursor *c;
	struct past_batch b = {0};

	str_add(&f->days[0].log,
	    "[1700000000] HOST ALERT: a;UP;HARD;1;1\n"
	    "[1700000001] HOST RENAMED: a;b\n"
	    "[1700000002] HOST ALERT: b;UP;HARD;1;2\n"
	    "[1700000003] HOST ALERT: a;UP;HARD;1;another host\n");
	str_add(&f->days[1].log,
	    "[1700090000] HOST RENAMED: b;c\n"
	    "[1700090001] HOST ALERT: c;UP;HARD;1;3\n");
	for (int twice = 0; twice < 2; twice++) {
		open_past(f);
		c = past_open(f->past, &w);
		unsigned found = 0;

		while (past_next(c, &b, 100, SIZE_MAX) == PAST_LINES)
			for (size_t i = 0; i < b.n; i++)
				found += slice_eqs(b.lines[i].host, "c");
		assert_int_equal(found, 3);
		past_close(&c);
	}
	past_batch_free(&b);
}

static void
test_fields(void **state)
{
	struct line l;

	(void)state;
	assert_true(line_parse(SLICE("[1] HOST NOTIFICATION RESULT: "
				     "ann;web1;CRITICAL;mail;no;whole"),
	    1, &l));
	assert_int_equal(l.state, 2);
	assert_true(slice_eqs(l.command, "mail"));
	/* LG-3: old files have them the other way round */
	assert_true(line_parse(SLICE("[1] SERVICE NOTIFICATION RESULT: "
				     "ann;web1;CPU;mail;WARNING;no"),
	    1, &l));
	assert_int_equal(l.state, 1);
	assert_true(slice_eqs(l.command, "mail"));
	assert_true(
	    line_parse(SLICE("[1] HOST ALERT: a;UNREACH;HARD;1;x;y;z"), 1, &l));
	assert_int_equal(l.state, 2);
	assert_true(slice_eqs(l.long_output, "y;z"));
	assert_true(line_parse(
	    SLICE("[1] HOST NOTIFICATION: a;b;ACKNOWLEDGEMENT (DOWN);c;d"), 1,
	    &l));
	assert_int_equal(l.state, 1);
	assert_true(line_parse(SLICE("[1] : "), 1, &l));
	assert_int_equal(l.class, 0);
	assert_true(
	    line_parse(SLICE("[1] logging intermediate states"), 1, &l));
	assert_int_equal(l.class, 2);
	assert_false(line_parse(SLICE("[] x"), 1, &l));
	assert_false(line_parse(SLICE("x"), 1, &l));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_fields),
	    TEST(test_long_lines),
	    TEST(test_renamed),
	    TEST(test_like_looking_at_every_line),
	    TEST(test_growing),
	    TEST(test_damaged_index),
	    TEST(test_reads_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
