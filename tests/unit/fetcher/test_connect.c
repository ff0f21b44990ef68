/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses and connections: the first address that accepts is taken, the
 * first one's refusal is told.
 */
#include "fetcher/connect.h"
#include "tests/unit/fetcher/runner_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *
both_texts(const char *text, uint32_t family)
{
	static char buf[256];
	char plain[ADDRESS_TEXT], port[ADDRESS_TEXT];
	union address a;

	if (!address_parse(text, family, &a))
		return "no";
	address_set_port(&a, 6556);
	snprintf(buf, sizeof(buf), "%s %s", address_text(&a, plain),
	    address_port_text(&a, port));
	return buf;
}

static void
address_texts(void **state)
{
	union address a, b;

	(void)state;
	assert_string_equal(
	    both_texts("192.0.2.1", 0), "192.0.2.1 192.0.2.1:6556");
	assert_string_equal(
	    both_texts("2001:DB8::1", 6), "2001:db8::1 [2001:db8::1]:6556");
	assert_string_equal(
	    both_texts("fe80::1%lo", 0), "fe80::1%lo [fe80::1%lo]:6556");
	assert_string_equal(both_texts("192.0.2.1", 6), "no");
	assert_string_equal(both_texts("::1", 4), "no");
	assert_string_equal(both_texts("web01", 0), "no");
	assert_string_equal(both_texts("192.0.2.256", 0), "no");
	assert_string_equal(both_texts("fe80::1%nosuch", 0), "no");
	assert_true(address_parse("127.0.0.1", 0, &a));
	assert_true(address_parse("127.0.0.1", 0, &b));
	address_set_port(&b, 1);
	assert_true(address_same(&a, &b));
	assert_true(address_parse("127.0.0.2", 0, &b));
	assert_false(address_same(&a, &b));
	assert_true(address_parse("::1", 0, &b));
	assert_false(address_same(&a, &b));
}

struct outcome {
	bool is_done, has_tcp;
	char peer[ADDRESS_TEXT], why[1024];
};

static void
done(uv_tcp_t *tcp, const union address *peer, const char *why, void *arg)
{
	struct outcome *o = arg;

	o->is_done = true;
	o->has_tcp = tcp != NULL;
	address_port_text(peer, o->peer);
	snprintf(o->why, sizeof(o->why), "%s", why);
	if (tcp != NULL)
		connect_close_tcp(tcp);
}

static struct outcome
connect_to(const char *const *texts, size_t n, uint16_t port)
{
	union address addresses[4];
	struct outcome o = {0};
	uv_loop_t loop;

	for (size_t i = 0; i < n; i++) {
		must(address_parse(texts[i], 0, &addresses[i]));
		address_set_port(&addresses[i], port);
	}
	must(uv_loop_init(&loop) == 0);
	connect_start(&loop, addresses, n, " (hint)", done, &o);
	must(!o.is_done);
	uv_run(&loop, UV_RUN_DEFAULT);
	must(uv_loop_close(&loop) == 0);
	must(o.is_done);
	return o;
}

static void
next_address(void **state)
{
	static const char *const both[] = {"127.0.0.1", "::1"};
	static const char *const none[] = {"127.0.0.1", "127.0.0.2"};
	char want[64];
	struct peer p;
	struct outcome o;

	(void)state;
	peer_open(&p, AF_INET6, NULL);
	o = connect_to(both, 2, p.port);
	assert_true(o.has_tcp);
	snprintf(want, sizeof(want), "[::1]:%u", p.port);
	assert_string_equal(o.peer, want);
	o = connect_to(none, 2, p.port);
	assert_false(o.has_tcp);
	snprintf(
	    want, sizeof(want), "Cannot connect to 127.0.0.1:%u: ", p.port);
	assert_non_null(strstr(o.why, want));
	assert_non_null(strstr(o.why, "connection refused (hint)"));
	peer_close(&p);
}

static void
refused_on_the_spot(void **state)
{
	/* the kernel does not connect to a broadcast address */
	static const char *const broadcast[] = {"255.255.255.255"};
	struct outcome o;

	(void)state;
	o = connect_to(broadcast, 1, 1);
	assert_false(o.has_tcp);
	assert_non_null(strstr(o.why, "Cannot connect to 255.255.255.255:1: "));
}

static void
stopped(void **state)
{
	union address a;
	struct outcome o = {0};
	struct connect *c;
	struct peer p;
	uv_loop_t loop;

	(void)state;
	peer_open(&p, AF_INET, NULL);
	must(address_parse("127.0.0.1", 0, &a));
	address_set_port(&a, p.port);
	must(uv_loop_init(&loop) == 0);
	c = connect_start(&loop, &a, 1, "", done, &o);
	connect_stop(&c);
	assert_null(c);
	connect_stop(&c);
	uv_run(&loop, UV_RUN_DEFAULT);
	must(uv_loop_close(&loop) == 0);
	assert_false(o.is_done);
	peer_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(address_texts),
	    cmocka_unit_test(next_address),
	    cmocka_unit_test(refused_on_the_spot),
	    cmocka_unit_test(stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
