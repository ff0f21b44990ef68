/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: many devices on a few sockets, one packet at a time and many at
 * once; packets that nobody asked for.
 */
#include "common/mem.h"
#include "fetcher/snmp/packet.h"
#include "fetcher/snmp/sockets.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LINKS 40

static uv_loop_t loop;
static struct snmp_sockets *sockets;
static struct device {
	struct snmp_link *link;
	unsigned answers, unasked, garbage;
} devices[LINKS];
static int peer; /* is all devices at once */
static union address at;
static uint32_t number;

static void
arrived(void *arg, enum snmp_arrival what)
{
	struct device *d = arg;

	if (what == SNMP_ANSWER) {
		assert_true(snmp_link_packet(d->link).len > 20);
		d->answers++;
	} else if (what == SNMP_UNASKED) {
		d->unasked++;
	} else {
		d->garbage++;
	}
}

static void
begin(void)
{
	socklen_t n = sizeof(at);
	struct err why;

	memset(devices, 0, sizeof(devices));
	memset(&at, 0, sizeof(at));
	at.in4.sin_family = AF_INET;
	at.in4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(peer, &at.sa, sizeof(at.in4)), 0);
	assert_int_equal(getsockname(peer, &at.sa, &n), 0);
	uv_loop_init(&loop);
	sockets = snmp_sockets_new(&loop);
	for (size_t i = 0; i < LINKS; i++) {
		devices[i].link =
		    snmp_link_open(sockets, &at, arrived, &devices[i], &why);
		assert_non_null(devices[i].link);
	}
}

static void
end(void)
{
	for (size_t i = 0; i < LINKS; i++)
		snmp_link_close(&devices[i].link);
	snmp_sockets_free(&sockets);
	while (uv_loop_close(&loop) != 0)
		uv_run(&loop, UV_RUN_ONCE);
	close(peer);
}

/* Asks; the answer is the same packet once more. */
static void
ask(struct device *d)
{
	struct snmp_request q = {.op = SNMP_GET_OP, .n = 1};
	unsigned char bytes[2000];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	struct str packet = {0};

	assert_true(oid_parse(SLICE(".1.3.6.1.2.1.1.3.0"), &q.oids[0]));
	snmp_packet_request(2, "public", ++number, &q, &packet);
	assert_int_equal(
	    snmp_link_send(d->link, number, packet.s, packet.len), 0);
	ssize_t n = recvfrom(
	    peer, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &size);
	assert_int_equal(n, packet.len);
	assert_int_equal(
	    sendto(peer, bytes, (size_t)n, 0, (struct sockaddr *)&from, size),
	    n);
	str_free(&packet);
}

static unsigned
answers(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < LINKS; i++)
		n += devices[i].answers;
	return n;
}

/* The handles of sockets do not hold the loop: something else has to. */
static void
tick(uv_timer_t *timer)
{
	(void)timer;
}

static void
run_until(unsigned n)
{
	uv_timer_t timer;

	uv_timer_init(&loop, &timer);
	uv_timer_start(&timer, tick, 1, 1);
	while (answers() < n)
		uv_run(&loop, UV_RUN_ONCE);
	/* long enough for whatever a crowd has begun to end */
	for (int i = 0; i < 20; i++)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(answers(), n);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
}

/* Crowds are read in beats, single ones when they come; each is read. */
static void
test_crowds(void **state)
{
	unsigned asked = 0;

	(void)state;
	begin();
	for (int round = 0; round < 6; round++) {
		for (size_t i = 0; i < LINKS; i++)
			ask(&devices[i]);
		asked += LINKS;
		if (round % 2 == 1)
			run_until(asked);
		ask(&devices[round]);
		asked++;
		run_until(asked);
	}
	for (size_t i = 0; i < LINKS; i++)
		assert_int_equal(devices[i].answers, 6 + (i < 6));
	end();
}

/* What nobody asked for is told to those who talk to that address. */
static void
test_strange(void **state)
{
	static const char garbage[] = "220 ready\r\n";
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	unsigned char bytes[2000];
	struct snmp_request q = {.op = SNMP_GET_OP, .n = 1};
	struct str packet = {0};

	(void)state;
	begin();
	assert_true(oid_parse(SLICE(".1.3"), &q.oids[0]));
	snmp_packet_request(2, "public", ++number, &q, &packet);
	assert_int_equal(
	    snmp_link_send(devices[0].link, number, packet.s, packet.len), 0);
	ssize_t n = recvfrom(
	    peer, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &size);
	assert_true(n > 0);
	snmp_packet_request(2, "public", number + 1000, &q, &packet);
	sendto(peer, garbage, 11, 0, (struct sockaddr *)&from, size);
	sendto(peer, garbage, 0, 0, (struct sockaddr *)&from, size);
	sendto(peer, packet.s, packet.len, 0, (struct sockaddr *)&from, size);
	sendto(peer, bytes, (size_t)n, 0, (struct sockaddr *)&from, size);
	run_until(1);
	assert_int_equal(devices[0].answers, 1);
	assert_int_equal(devices[0].unasked, 1);
	assert_int_equal(devices[0].garbage, 2);
	for (size_t i = 1; i < LINKS; i++) /* they have asked nothing */
		assert_int_equal(devices[i].unasked + devices[i].garbage, 0);
	str_free(&packet);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_crowds),
	    cmocka_unit_test(test_strange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
