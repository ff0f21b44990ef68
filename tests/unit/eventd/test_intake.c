/* SPDX-License-Identifier: Apache-2.0
 *
 * Who sends and how much, the spool folder, the archive of messages, what the
 * event console says of itself, and UDP with one host in a storm.
 */
#include "tests/unit/eventd/harness.h"

#include "common/file.h"
#include "eventd/receive/receive.h"
#include "eventd/receive/sources.h"
#include "eventd/receive/spool.h"
#include "eventd/rule/compile.h"
#include "eventd/store/message_log.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void
sources_are_counted_and_limited(void **state)
{
	struct sources *s = sources_new(1);
	struct source_rules rules = {0};
	struct source *src;
	struct network net;

	(void)state;
	assert_int_equal(
	    sources_take(s, INPUT_UDP, "192.0.2.7", 10, at(0)), SOURCE_TAKEN);
	sources_set_rate(s, 3, 5 * US_PER_S);
	for (int i = 0; i < 5; i++)
		assert_int_equal(
		    sources_take(s, INPUT_UDP, "192.0.2.8", 7, at(1)),
		    i < 3 ? SOURCE_TAKEN : SOURCE_LIMITED);
	/* Others are not held up; a new interval begins anew. */
	assert_int_equal(
	    sources_take(s, INPUT_TCP, "192.0.2.7", 10, at(2)), SOURCE_TAKEN);
	assert_int_equal(
	    sources_take(s, INPUT_UDP, "192.0.2.8", 7, at(6)), SOURCE_TAKEN);
	src = sources_newest(s);
	assert_string_equal(src->address, "192.0.2.8");
	assert_int_equal(src->messages, 6);
	assert_int_equal(src->bytes, 42);
	assert_int_equal(src->limited, 2);
	assert_int_equal(sources_limited(s), 2);
	assert_string_equal(src->older->address, "192.0.2.7");
	assert_true(network_parse("2001:db8::/32", &net));
	rules.allow[INPUT_UDP].v = xcalloc(1, sizeof(net));
	rules.allow[INPUT_UDP].v[0] = net;
	rules.allow[INPUT_UDP].n = 1;
	sources_set_rules(s, &rules);
	assert_int_equal(
	    sources_take(s, INPUT_UDP, "192.0.2.7", 1, at(9)), SOURCE_REFUSED);
	assert_int_equal(
	    sources_take(s, INPUT_UDP, "2001:db8::1", 1, at(9)), SOURCE_TAKEN);
	assert_true(sources_admit(s, INPUT_TCP, "192.0.2.7", at(9)));
	assert_false(sources_admit(s, INPUT_UDP, "192.0.2.7", at(9)));
	assert_int_equal(sources_newest(s)->refused, 2);
	ec_sources_free(&s);
}

static void
sources_are_bounded(void **state)
{
	struct sources *s = sources_new(7);
	char address[32];

	(void)state;
	for (int i = 0; i < SOURCES_MAX + 500; i++) {
		snprintf(address, sizeof(address), "10.%d.%d.%d", i >> 16,
		    i >> 8 & 255, i & 255);
		sources_take(s, INPUT_UDP, address, 1, at(i));
		/* One that goes on sending stays. */
		sources_take(s, INPUT_UDP, "192.0.2.1", 1, at(i));
	}
	assert_int_equal(sources_count(s), SOURCES_MAX);
	assert_int_equal(sources_newest(s)->messages, SOURCES_MAX + 500);
	ec_sources_free(&s);
}

/* --- the spool folder ----------------------------------------------------- */

struct reader_of_spool {
	uv_loop_t loop;
	struct str got;
	const char *why; /* it is not durable */
	unsigned syncs;
};

static void
take(struct slice raw, const char *address, enum input input,
    int64_t received_us, void *arg)
{
	struct reader_of_spool *r = arg;

	(void)received_us;
	assert_string_equal(address, "");
	assert_int_equal(input, INPUT_SPOOL);
	str_addslice(&r->got, raw);
	str_addc(&r->got, '|');
}

static void
sync_now(spool_done_fn *done, void *done_arg, void *arg)
{
	struct reader_of_spool *r = arg;

	r->syncs++;
	done(r->why, done_arg);
}

static void
put(const char *folder, const char *name, const char *content, int age)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct timespec times[2] = {{START - age, 0}, {START - age, 0}};
	struct err err;

	assert_int_equal(file_write(path, slice_of(content), 0600, &err), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	free(path);
}

static bool
is_there(const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);
	bool there = file_exists(path);

	free(path);
	return there;
}

static void
spool_files_are_messages(void **state)
{
	char folder[] = "/tmp/test_intake.XXXXXX";
	struct receive_counters counters = {0};
	struct reader_of_spool r = {.why = "not yet"};
	struct spool *spool;
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	put(folder, "young", "y1\r\n\n17 <13>y2\ny3", 10);
	put(folder, "old", "o1\no2\n", 20);
	put(folder, ".hidden", "h\n", 30);
	uv_loop_init(&r.loop);
	spool = spool_new(&r.loop, folder, &counters, take, sync_now, &r, &err);
	assert_non_null(spool);
	/* Not durable: nothing is deleted. */
	while (r.syncs == 0)
		uv_run(&r.loop, UV_RUN_NOWAIT);
	assert_string_equal(str_get(&r.got), "o1|o2|");
	assert_true(is_there(folder, "old"));
	str_clear(&r.got);
	r.why = NULL;
	spool_pause(spool, false);
	while (is_there(folder, "young"))
		uv_run(&r.loop, UV_RUN_NOWAIT);
	assert_string_equal(str_get(&r.got), "o1|o2|y1|17 <13>y2|y3|");
	assert_false(is_there(folder, "old"));
	assert_true(is_there(folder, ".hidden"));
	spool_free(&spool);
	uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&r.loop), 0);
	str_free(&r.got);
	file_remove_tree(folder, &err);
}

static void
backlog_is_no_burst(void **state)
{
	struct harness *h =
	    harness_new("[{\"id\":\"c\",\"count\":{\"count\":3,\"period\":30},"
			"\"actions\":[\"@NOTIFY\"]}]",
		NULL);
	static const int seconds[] = {0, 20, 40, 50, 55};

	(void)state;
	/* All are received at 10000, they say that they were made before. */
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		struct message m = {.input = INPUT_SPOOL,
		    .host = SLICE("gw2"),
		    .application = SLICE("a"),
		    .text = SLICE("t"),
		    .time_us = at(seconds[i])};

		tick(h, 10000);
		ec_engine_message(h->e, &m, at(10000));
	}
	/* 0 and 20 are too few; 40, 50, 55 are enough. */
	expect(h, "NEW 1 COUNTFAILED 1 NEW 2 COUNTREACHED 2 @NOTIFY 2");
	harness_free(h);
	h = harness_new(
	    "[{\"id\":\"c\",\"count\":{\"count\":3,\"period\":30}}]", NULL);
	for (int i = 0; i < 2; i++) {
		struct message m = {.input = INPUT_SPOOL,
		    .host = SLICE("gw2"),
		    .time_us = at(i)};

		ec_engine_message(h->e, &m, at(10000));
	}
	/* Its window ends as long after the last file as it would have. */
	tick(h, 10028.9);
	expect(h, "NEW 1");
	tick(h, 10029.1);
	expect(h, "COUNTFAILED 1");
	harness_free(h);
}

/* --- what the console says of itself -------------------------------------- */

static void
own_events_are_one_a_subject(void **state)
{
	struct harness *h = harness_new("[{\"id\":\"r\"}]",
	    "{\"limits\":{\"overall\":"
	    "{\"limit\":1}}}");

	(void)state;
	ec_engine_tell(h->e, "rate", "192.0.2.7", SLICE("10 dropped"), at(1));
	ec_engine_tell(h->e, "rate", "192.0.2.7", SLICE("20 dropped"), at(2));
	ec_engine_tell(h->e, "kernel", "192.0.2.7", SLICE("x"), at(3));
	ec_engine_tell(h->e, "rate", "192.0.2.8", SLICE("x"), at(3));
	expect(h, "NEW 1 NEW 2 NEW 3");
	assert_string_equal(event(h, 1)->text, "20 dropped");
	assert_int_equal(event(h, 1)->count, 2);
	assert_int_equal(event(h, 1)->state, 1);
	/* They use up no place. */
	hear(h, 4, "err", "gw2", "a", "b");
	expect(h, "NEW 4 NEW 5 @NOTIFY 5");
	assert_null(command(h, 5, "DELETE;1;harri"));
	expect(h, "DELETE 1");
	ec_engine_tell(h->e, "rate", "192.0.2.7", SLICE("30 dropped"), at(6));
	expect(h, "NEW 6");
	harness_free(h);
}

/* Both limits are 1000, as they are by default: one event tells of it. */
static void
storm_has_one_overflow_event(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"c\",\"when\":{\"text\":\"(\\\\d+)\"},\"count\":"
	    "{\"count\":2,\"period\":\"1h\"}}]",
	    NULL);
	unsigned overflows = 0;
	char text[16];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		hear(h, 1, "err", "loud", "a", text);
	}
	for (const struct event *ev = h->e->index.first; ev != NULL;
	     ev = ev->all.next)
		overflows += ev->overflow;
	assert_int_equal(overflows, 1);
	assert_int_equal(h->e->index.n_real, 1000);
	assert_int_equal(h->e->counters.overflows, 4000);
	/* Nor another after a change of rules. */
	ec_engine_reload(h->e,
	    harness_rules("[{\"id\":\"c\",\"when\":{\"text\":\"(\\\\d+)\"},"
			  "\"count\":{\"count\":2,\"period\":\"1h\"}}]"),
	    harness_options(NULL), at(1));
	str_clear(&h->out);
	hear(h, 1, "err", "loud", "a", "9999");
	expect(h, "");
	h->e->counters.overflows--;
	/* The rule's own limit tells when it stops another host's event. */
	str_clear(&h->out);
	hear(h, 2, "err", "quiet", "a", "7");
	expect(h, "NEW 1002 @NOTIFY 1002");
	assert_int_equal(h->e->counters.overflows, 4001);
	harness_free(h);
}

/* --- the archive of messages ---------------------------------------------- */

static void
message_archive(void **state)
{
	char folder[] = "/tmp/test_intake.XXXXXX";
	struct message m = {.host = SLICE("gw2"),
	    .application = SLICE("dhcpd"),
	    .pid = 512,
	    .text = SLICE("pool 3 empty"),
	    .time_us = INT64_C(1772719198) * US_PER_S,
	    .received_us = INT64_C(1772719200) * US_PER_S};
	struct message_log *l;
	struct stamp_text stamp = {0};
	struct str got = {0};
	char *inner, *path;
	uv_loop_t loop;
	struct err err;

	(void)state;
	message_log_line(&got, &m, &stamp);
	assert_string_equal(
	    str_get(&got), "Mar  5 13:59:58 gw2 dhcpd[512]: pool 3 empty\n");
	/* The same second, the next one, one of another month. */
	for (int i = 0; i < 3; i++) {
		static const int64_t seconds[] = {
		    1772719198, 1772719199, 1765000000};

		str_clear(&got);
		m.time_us = seconds[i] * US_PER_S;
		message_log_line(&got, &m, &stamp);
		assert_string_equal(str_get(&got),
		    i == 0       ? "Mar  5 13:59:58 gw2 dhcpd[512]: pool 3 "
				   "empty\n"
			: i == 1 ? "Mar  5 13:59:59 gw2 dhcpd[512]: pool 3 "
				   "empty\n"
				 : "Dec  6 05:46:40 gw2 dhcpd[512]: pool 3 "
				   "empty\n");
	}
	m.time_us = INT64_C(1772719198) * US_PER_S;
	str_clear(&got);
	assert_non_null(mkdtemp(folder));
	inner = xasprintf("%s/messages", folder);
	uv_loop_init(&loop);
	l = message_log_new(&loop, inner);
	message_log_add(l, &m);
	m.pid = 0;
	m.application = SLICE("");
	m.received_us += INT64_C(86400) * US_PER_S;
	message_log_add(l, &m);
	uv_run(&loop, UV_RUN_NOWAIT);
	path = xasprintf("%s/2026-03-05.log", inner);
	assert_int_equal(file_read(path, 1000, &got, &err), 0);
	assert_string_equal(
	    str_get(&got), "Mar  5 13:59:58 gw2 dhcpd[512]: pool 3 empty\n");
	message_log_expire(l, m.received_us);
	assert_false(file_exists(path));
	free(path);
	str_clear(&got);
	path = xasprintf("%s/2026-03-06.log", inner);
	message_log_free(&l);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(file_read(path, 1000, &got, &err), 0);
	assert_string_equal(
	    str_get(&got), "Mar  5 13:59:58 gw2 pool 3 empty\n");
	assert_int_equal(uv_loop_close(&loop), 0);
	free(path);
	free(inner);
	str_free(&got);
	file_remove_tree(folder, &err);
}

/* --- UDP -------------------------------------------------------------------
 */

struct heard {
	unsigned loud, quiet, loud_before_quiet;
	bool in_order;
};

static void
hear_udp(struct slice raw, const char *address, enum input input,
    int64_t received_us, void *arg)
{
	struct heard *h = arg;
	char text[32];

	(void)received_us;
	assert_int_equal(input, INPUT_UDP);
	if (strcmp(address, "127.0.0.1") == 0) {
		snprintf(text, sizeof(text), "%u", h->loud);
		h->in_order &= slice_eqs(raw, text);
		h->loud++;
	} else {
		assert_string_equal(address, "127.0.0.2");
		assert_true(slice_eqs(raw, "quiet"));
		h->loud_before_quiet = h->loud;
		h->quiet++;
	}
}

static void
on_alarm(uv_timer_t *timer)
{
	(void)timer;
	fail_msg("datagrams are missing");
}

static int
sender(const char *address)
{
	struct sockaddr_in from = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, address, &from.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	return fd;
}

/* A host in a storm delays nobody else and keeps its own order. */
static void
udp_is_fair(void **state)
{
	enum {
		LOUD = 20000
	};
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct receive_counters counters = {0};
	struct heard h = {.in_order = true};
	struct udp_receiver *u;
	socklen_t len = sizeof(to);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int loud = sender("127.0.0.1"), quiet = sender("127.0.0.2");
	uv_timer_t alarm;
	uv_loop_t loop;

	(void)state;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &len), 0);
	uv_loop_init(&loop);
	u = udp_new(&loop, INPUT_UDP, 1000, &counters, hear_udp, &h);
	udp_pause(u, true);
	udp_set_sockets(u, &fd, 1);
	for (unsigned i = 0; i < LOUD; i++) {
		char text[32];
		size_t n = (size_t)snprintf(text, sizeof(text), "%u", i);

		assert_int_equal(sendto(loud, text, n, 0,
				     (struct sockaddr *)&to, sizeof(to)),
		    n);
		/* The kernel's buffer is small: let the thread empty it. */
		do {
			udp_look(u);
		} while (counters.kernel_queued > 50000);
	}
	assert_int_equal(
	    sendto(quiet, "quiet", 5, 0, (struct sockaddr *)&to, sizeof(to)),
	    5);
	do {
		udp_look(u);
	} while (counters.kernel_queued > 0);
	assert_int_equal(counters.kernel_drops, 0);
	uv_timer_init(&loop, &alarm);
	uv_timer_start(&alarm, on_alarm, 60000, 0);
	udp_pause(u, false);
	while (h.loud < LOUD || h.quiet < 1)
		uv_run(&loop, UV_RUN_ONCE);
	assert_true(h.in_order);
	assert_int_equal(h.loud, LOUD);
	/* Last of all sent, it was looked at among the first. */
	assert_true(h.loud_before_quiet < 4096);
	udp_free(&u);
	uv_close((uv_handle_t *)&alarm, NULL);
	close(fd);
	close(loud);
	close(quiet);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void
remind_until_acknowledged(void **state)
{
	struct harness *h = harness_new(
	    "[{\"id\":\"r\",\"actions\":[\"@NOTIFY\"],\"remind\":{\"every\":"
	    "60},\"lifetime\":{\"after\":1000}}]",
	    NULL);

	(void)state;
	hear(h, 0, "err", "gw2", "a", "b");
	expect(h, "NEW 1 @NOTIFY 1");
	tick(h, 59);
	expect(h, "");
	tick(h, 121);
	expect(h, "@NOTIFY 1 @NOTIFY 1");
	h->downtime = "gw2";
	tick(h, 181);
	expect(h, "@NOTIFY 1"); /* actions_in_downtime is the default */
	h->downtime = NULL;
	assert_null(command(h, 190, "UPDATE;1;harri;1;;"));
	tick(h, 500);
	expect(h, "UPDATE 1");
	assert_null(command(h, 510, "UPDATE;1;harri;0;;"));
	tick(h, 571);
	expect(h, "UPDATE 1 @NOTIFY 1");
	tick(h, 1001);
	assert_non_null(strstr(str_get(&h->out), "EXPIRED 1"));
	assert_null(index_find(&h->e->index, 1));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sources_are_counted_and_limited),
	    cmocka_unit_test(sources_are_bounded),
	    cmocka_unit_test(spool_files_are_messages),
	    cmocka_unit_test(backlog_is_no_burst),
	    cmocka_unit_test(own_events_are_one_a_subject),
	    cmocka_unit_test(storm_has_one_overflow_event),
	    cmocka_unit_test(message_archive), cmocka_unit_test(udp_is_fair),
	    cmocka_unit_test(remind_until_acknowledged)};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
