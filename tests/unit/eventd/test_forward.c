/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames for other syslog servers, and the queue on disk that they wait in.
 */
#include "tests/unit/eventd/harness.h"

#include "common/file.h"
#include "eventd/forward/format.h"
#include "eventd/forward/queue.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define T1 (INT64_C(1772719198) * US_PER_S) /* 2026-03-05 13:59:58 UTC */

static const struct message plain = {.facility = 3,
    .priority = 6,
    .host = {"gw2", 3},
    .application = {"dhcpd", 5},
    .pid = 512,
    .text = {"pool 3 empty", 12},
    .time_us = T1 + 250000};

static void
check(struct message m, enum forward_format format,
    enum forward_framing framing, const char *want)
{
	struct str out = {0};

	forward_frame(&out, &m, format, framing);
	assert_string_equal(str_get(&out), want);
	str_free(&out);
}

static void
frames(void **state)
{
	struct message m = plain;

	(void)state;
	check(m, FORWARD_5424, FORWARD_LINES,
	    "<30>1 2026-03-05T13:59:58.250000Z gw2 dhcpd 512 - - pool 3 "
	    "empty\n");
	check(m, FORWARD_5424, FORWARD_COUNTED,
	    "64 <30>1 2026-03-05T13:59:58.250000Z gw2 dhcpd 512 - - pool 3 "
	    "empty");
	check(m, FORWARD_3164, FORWARD_LINES,
	    "<30>Mar  5 13:59:58 gw2 dhcpd[512]: pool 3 empty\n");
	m.facility = 31;
	m.pid = 0;
	m.sl = 30;
	m.host = SLICE("gw 2");
	m.application = SLICE("door \"ctl]");
	m.text = SLICE("na\xc3\xafve");
	check(m, FORWARD_5424, FORWARD_LINES,
	    "<134>1 2026-03-05T13:59:58.250000Z - - - - [Checkmk@18662 "
	    "host=\"gw 2\" application=\"door \\\"ctl\\]\" sl=\"30\"] "
	    "\xef\xbb\xbfna\xc3\xafve\n");
	check(m, FORWARD_3164, FORWARD_LINES,
	    "<134>Mar  5 13:59:58 gw_2 door \"ctl]: na\xc3\xafve\n");
	m.text = m.application = m.host = (struct slice){0};
	m.sl = 0;
	check(m, FORWARD_5424, FORWARD_COUNTED,
	    "44 <134>1 2026-03-05T13:59:58.250000Z - - - - -");
}

/* What one Vedette sends the other reads as it was. */
static void
there_and_back(void **state)
{
	struct syslog_parser p = {0};
	struct message m = plain, got = {0};
	struct str out = {0};

	(void)state;
	m.host = SLICE("gw 2");
	m.application = SLICE("door ctl");
	m.sl = 7;
	forward_frame(&out, &m, FORWARD_5424, FORWARD_LINES);
	out.len--;
	syslog_parse(&p, str_slice(&out), "192.0.2.7", at(0), &got);
	assert_true(slice_eq(got.host, m.host));
	assert_true(slice_eq(got.application, m.application));
	assert_true(slice_eq(got.text, m.text));
	assert_int_equal(got.pid, m.pid);
	assert_int_equal(got.sl, m.sl);
	assert_int_equal(got.time_us, m.time_us);
	str_free(&out);
	syslog_parser_free(&p);
}

/* --- the queue ------------------------------------------------------------ */

static struct forward_queue *
open_queue(const char *folder, uint64_t max)
{
	struct err err;
	struct forward_queue *q = forward_queue_open(folder, max, &err);

	if (q == NULL)
		fail_msg("%s", err.text);
	return q;
}

static void
put(struct forward_queue *q, unsigned from, unsigned to)
{
	struct err err;
	char text[32];

	for (unsigned i = from; i < to; i++) {
		snprintf(text, sizeof(text), "%u ", i);
		assert_true(forward_queue_put(q, slice_of(text)));
	}
	assert_int_equal(forward_queue_flush(q, &err), 0);
}

/* Takes everything: the numbers from `from` to before `to`. */
static struct forward_place
take(struct forward_queue *q, unsigned from, unsigned to)
{
	struct forward_place place = {0};
	struct str out = {0}, want = {0};

	while (forward_queue_take(q, &out, 1000, &place) > 0)
		;
	for (unsigned i = from; i < to; i++)
		str_addf(&want, "%u ", i);
	assert_string_equal(str_get(&out), str_get(&want));
	str_free(&out);
	str_free(&want);
	return place;
}

static void
what_was_not_sent_stays(void **state)
{
	char folder[] = "/tmp/test_forward.XXXXXX";
	struct forward_place place;
	struct forward_queue *q;
	struct str out = {0};
	struct err err;
	char *path;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	q = open_queue(folder, 1 << 20);
	assert_int_equal(forward_queue_take(q, &out, 10, &place), 0);
	put(q, 0, 100);
	/* At least one, and as few as are asked for. */
	assert_int_equal(forward_queue_take(q, &out, 1, &place), 1);
	forward_queue_commit(q, &place);
	take(q, 1, 100);
	forward_queue_rewind(q);
	place = take(q, 1, 100);
	put(q, 100, 200);
	forward_queue_commit(q, &place);
	assert_int_equal(forward_queue_bytes(q), 100 * 8);
	take(q, 100, 200);
	/* Taken, not committed: after a kill it is there again. */
	forward_queue_close(&q);
	path = xasprintf("%s/%016x", folder, 1);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "\x09\0\0\0cut", 7), 7);
	close(fd);
	free(path);
	q = open_queue(folder, 1 << 20);
	put(q, 200, 300);
	place = take(q, 100, 300);
	forward_queue_commit(q, &place);
	assert_int_equal(forward_queue_bytes(q), 0);
	forward_queue_close(&q);
	q = open_queue(folder, 1 << 20);
	take(q, 0, 0);
	forward_queue_close(&q);
	str_free(&out);
	file_remove_tree(folder, &err);
}

static void
many_segments_and_a_bound(void **state)
{
	char folder[] = "/tmp/test_forward.XXXXXX";
	struct str big = {0}, out = {0};
	struct forward_place place;
	struct forward_queue *q;
	struct err err;
	size_t n = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	q = open_queue(folder, 20 << 20);
	for (int i = 0; i < 100000; i++)
		str_addc(&big, 'x');
	for (int i = 0; i < 300; i++) {
		if (!forward_queue_put(q, str_slice(&big)))
			break;
		assert_int_equal(forward_queue_flush(q, &err), 0);
		n++;
	}
	assert_int_equal(n, (20 << 20) / 100004);
	assert_int_equal(forward_queue_lost(q), 1);
	for (size_t got = 0; got < n;) {
		str_clear(&out);
		got += forward_queue_take(q, &out, 65536, &place);
		forward_queue_commit(q, &place);
	}
	assert_int_equal(forward_queue_take(q, &out, 1, &place), 0);
	assert_true(forward_queue_put(q, str_slice(&big)));
	assert_int_equal(forward_queue_flush(q, &err), 0);
	str_clear(&out);
	assert_int_equal(forward_queue_take(q, &out, 1, &place), 1);
	assert_int_equal(out.len, big.len);
	forward_queue_commit(q, &place);
	assert_int_equal(forward_queue_bytes(q), 0);
	forward_queue_close(&q);
	str_free(&big);
	str_free(&out);
	file_remove_tree(folder, &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(frames),
	    cmocka_unit_test(there_and_back),
	    cmocka_unit_test(what_was_not_sent_stays),
	    cmocka_unit_test(many_segments_and_a_bound)};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
