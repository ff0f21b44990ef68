/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: devices whose packets are cut, of no form, or answers to nothing
 * that was asked. Debian's snmpd stands behind a relay that spoils what it
 * says; all rows at the same time, because each is a time-out.
 */
#include "snmpd.h"

#include "fetcher/snmp/packet.h"

#include <poll.h>
#include <pthread.h>

enum spoil {
	GOOD,
	TEXT,      /* something else listens there */
	EMPTY,     /* a datagram of no bytes */
	CUT,       /* in the middle */
	ONE_LESS,  /* the last byte is missing */
	TOO_LONG,  /* the first length says more than there is */
	HUGE_PART, /* the community's length does */
	NUMBER,    /* of another request */
	OLDER,     /* version 1 in place of 2c */
	NEWER,     /* version 2c in place of 1 */
	THREE,     /* version 3 in place of 2c */
	COMMUNITY, /* another than it was asked with: devices do */
	TAIL,      /* bytes behind the packet */
	TWICE,     /* each packet two times */
	AFTER_TEXT /* garbage before each answer */
};

static const struct row {
	const char *what;
	enum spoil spoil;
	const char *snmp;
	const char *words; /* NULL: it is read */
} rows[] = {
#define V1 "'version': '1'"
#define V2 "'version': '2c'"
#define V3 "'version': '3', 'user': 'plain'"
    {"as it is", GOOD, V2, NULL},
    {"another community", COMMUNITY, V2, NULL},
    {"bytes behind it", TAIL, V2, NULL},
    {"twice", TWICE, V2, NULL},
    {"garbage first", AFTER_TEXT, V2, NULL},
    {"garbage first, 3", AFTER_TEXT, V3, NULL},
    {"text", TEXT, V2, "not well formed"},
    {"text, 1", TEXT, V1, "not well formed"},
    {"text, 3", TEXT, V3, "not well formed"},
    {"empty", EMPTY, V2, "not well formed"},
    {"cut", CUT, V2, "not well formed"},
    {"cut, 3", CUT, V3, "not well formed"},
    {"one byte less", ONE_LESS, V2, "not well formed"},
    {"a length beyond the end", TOO_LONG, V2, "not well formed"},
    {"a part beyond the end", HUGE_PART, V2, "not well formed"},
    {"another number", NUMBER, V2, "request numbers that were not sent"},
    {"another number, 1", NUMBER, V1, "request numbers that were not sent"},
    {"an older version", OLDER, V2, "another version of SNMP"},
    {"a newer version", NEWER, V1, "another version of SNMP"},
    {"one that calls itself 3", THREE, V2, "not well formed"},
};
#define ROWS ARRAY_LEN(rows)

static struct snmpd device;

static const char config[] =
    "rocommunity public 127.0.0.1\ncreateUser plain\nrouser plain noauth\n";

/* --- the relay ------------------------------------------------------------
 */

static struct relay {
	int fds[ROWS], backs[ROWS]; /* to us, to snmpd */
	int ports[ROWS];
	struct sockaddr_in from[ROWS];
	int stop[2];
	pthread_t thread;
} relay;

static int
udp(int *port)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t n = sizeof(in);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &n), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

/* Of the part that begins there: where its content begins. */
static size_t
content_at(const unsigned char *p, size_t at)
{
	return at + 2 + (p[at + 1] & 0x80 ? p[at + 1] & 0x7f : 0);
}

/* Changes a message of version 1 or 2c; returns its length. */
static size_t
spoiled(enum spoil how, unsigned char *p, size_t n)
{
	size_t version = content_at(p, 0), community = version + 3;
	size_t pdu = community + 2 + p[community + 1];

	switch ((int)how) {
	case CUT:
		return n / 2;
	case ONE_LESS:
		return n - 1;
	case TOO_LONG:
		p[0] = 0x30;
		p[1] = 0x84;
		memset(p + 2, 0xff, 4);
		break;
	case HUGE_PART:
		p[community + 1] = 0x84; /* the text is its length */
		break;
	case NUMBER:
		p[content_at(p, content_at(p, pdu))] ^= 0x40;
		break;
	case OLDER:
		p[version + 2] = 0;
		break;
	case NEWER:
		p[version + 2] = 1;
		break;
	case THREE:
		p[version + 2] = 3;
		break;
	case COMMUNITY:
		p[community + 2] ^= 1;
		break;
	case TAIL:
		memset(p + n, 0x30, 8);
		return n + 8;
	default:
		break;
	}
	return n;
}

static void
answer(size_t i, unsigned char *p, size_t n)
{
	enum spoil how = rows[i].spoil;
	const struct sockaddr *to = (struct sockaddr *)&relay.from[i];
	socklen_t size = sizeof(relay.from[i]);

	if (how == TEXT || how == AFTER_TEXT)
		sendto(relay.fds[i], "220 ready\r\n", 11, 0, to, size);
	if (how == TEXT)
		return;
	n = how == EMPTY ? 0 : spoiled(how, p, n);
	sendto(relay.fds[i], p, n, 0, to, size);
	if (how == TWICE)
		sendto(relay.fds[i], p, n, 0, to, size);
}

static void *
run_relay(void *arg)
{
	static unsigned char packet[65536];
	struct pollfd fds[2 * ROWS + 1];

	(void)arg;
	for (size_t i = 0; i < ROWS; i++) {
		fds[2 * i] = (struct pollfd){relay.fds[i], POLLIN, 0};
		fds[2 * i + 1] = (struct pollfd){relay.backs[i], POLLIN, 0};
	}
	fds[2 * ROWS] = (struct pollfd){relay.stop[0], POLLIN, 0};
	while (poll(fds, 2 * ROWS + 1, -1) > 0 && fds[2 * ROWS].revents == 0) {
		for (size_t i = 0; i < 2 * ROWS; i++) {
			socklen_t size = sizeof(relay.from[0]);

			if (!(fds[i].revents & POLLIN))
				continue;
			ssize_t n = recvfrom(fds[i].fd, packet,
			    sizeof(packet) - 16, 0,
			    i % 2 == 0 ? (struct sockaddr *)&relay.from[i / 2]
				       : NULL,
			    i % 2 == 0 ? &size : NULL);
			if (n > 0 && i % 2 == 0)
				send(relay.backs[i / 2], packet, (size_t)n, 0);
			else if (n > 0)
				answer(i / 2, packet, (size_t)n);
		}
	}
	return NULL;
}

static void
start_relay(void)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)device.port)};

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (size_t i = 0; i < ROWS; i++) {
		int unused;

		relay.fds[i] = udp(&relay.ports[i]);
		relay.backs[i] = udp(&unused);
		assert_int_equal(
		    connect(relay.backs[i], (struct sockaddr *)&to, sizeof(to)),
		    0);
	}
	assert_int_equal(pipe(relay.stop), 0);
	assert_int_equal(
	    pthread_create(&relay.thread, NULL, run_relay, NULL), 0);
}

static void
stop_relay(void)
{
	close(relay.stop[1]); /* it sees the end */
	pthread_join(relay.thread, NULL);
	close(relay.stop[0]);
	for (size_t i = 0; i < ROWS; i++) {
		close(relay.fds[i]);
		close(relay.backs[i]);
	}
}

/* --- the readings ---------------------------------------------------------
 */

static struct run runs[ROWS];

static size_t
left(void)
{
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++)
		n += (size_t)runs[i].left;
	return n;
}

static void
start_reading(struct runner *runner, size_t i)
{
	/* One time-out is the test's time; a good one needs none. */
	char *snmp = xasprintf("%s, 'timeout': %s", rows[i].snmp,
	    rows[i].words == NULL ? "20" : "4, 'retries': 0");
	char *host = xasprintf("h%zu", i);

	runs[i].left = 1;
	run_start(
	    runner, &runs[i], host, "127.0.0.1", snmp, relay.ports[i], 60000);
	free(snmp);
	free(host);
}

static void
test_spoiled(void **state)
{
	struct runner *runner;
	uv_loop_t loop;

	(void)state;
	if (device.pid == 0)
		skip();
	start_relay();
	uv_loop_init(&loop);
	runner = runner_new(&loop, "");
	for (size_t i = 0; i < ROWS; i++)
		start_reading(runner, i);
	while (left() > 0)
		uv_run(&loop, UV_RUN_ONCE);
	run_close(&loop, runner);
	stop_relay();
	for (size_t i = 0; i < ROWS; i++) {
		print_message("%s: %s\n", rows[i].what,
		    runs[i].failure.len > 0 ? str_get(&runs[i].failure)
					    : "read");
		if (rows[i].words != NULL) {
			assert_has(&runs[i].failure, rows[i].words);
			assert_has(&runs[i].failure, "127.0.0.1:");
		} else {
			assert_string_equal(str_get(&runs[i].failure), "");
			assert_has(&runs[i].output, "<<<snmp_uptime:");
		}
		run_free(&runs[i]);
	}
}

static int
start_daemon(void **state)
{
	(void)state;
	snmpd_start(&device, config);
	return 0;
}

static int
stop_daemon(void **state)
{
	(void)state;
	snmpd_remove(&device);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_spoiled),
	};

	return cmocka_run_group_tests(tests, start_daemon, stop_daemon);
}
