/* SPDX-License-Identifier: Apache-2.0
 *
 * Conversations over real sockets in one process: hello, order, restart,
 * refusal, bounds, keys, publishing.
 */
#include "common/bus.h"
#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MANY 50000

struct side {
	struct bus *bus;
	struct bus_link *link;
	struct bus_peer *peer;
	int ups, downs;
	uint64_t got, last;
	char why[256];
};

struct fixture {
	uv_loop_t loop;
	char folder[64], endpoint[128];
	struct side a, b; /* listener, dialler */
	bool timed_out;
};

static const struct bus_self self_a = {"core", "core", "t", "1"};
static const struct bus_self self_b = {"fetcher", "fetcher-1", "t", "1"};

static void
on_up(struct bus_peer *peer, void *arg)
{
	struct side *s = arg;

	s->ups++;
	s->peer = peer;
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct side *s = arg;

	(void)peer;
	s->downs++;
	s->peer = NULL;
	snprintf(s->why, sizeof(s->why), "%s", why);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct side *s = arg;

	(void)peer;
	s->got++;
	if (m->id == MSG_COUNTERS) {
		assert_true(m->counters.id > s->last);
		s->last = m->counters.id;
	}
}

static const struct bus_handlers handlers = {
    .up = on_up, .down = on_down, .message = on_message};

static int
set_up(void **state)
{
	struct fixture *f = xnew(struct fixture);

	strcpy(f->folder, "/tmp/vtbusXXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->endpoint, sizeof(f->endpoint), "ipc://%s/s", f->folder);
	uv_loop_init(&f->loop);
	f->a.bus = bus_new(&f->loop, &self_a);
	f->b.bus = bus_new(&f->loop, &self_b);
	*state = f;
	return 0;
}

static int
clean_up(void **state)
{
	struct fixture *f = *state;
	char path[128];

	bus_free(&f->a.bus);
	bus_free(&f->b.bus);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	snprintf(path, sizeof(path), "%s/s", f->folder);
	unlink(path);
	rmdir(f->folder);
	free(f);
	return 0;
}

static void
on_timer(uv_timer_t *t)
{
	struct fixture *f = t->data;

	f->timed_out = true;
}

/* Runs the loop until the number is reached; 10 s at most. */
static void
await_u64(struct fixture *f, const uint64_t *n, uint64_t at_least)
{
	uv_timer_t t;

	f->timed_out = false;
	uv_timer_init(&f->loop, &t);
	t.data = f;
	uv_timer_start(&t, on_timer, 10000, 0);
	while (*n < at_least && !f->timed_out)
		uv_run(&f->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&t, NULL);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_true(*n >= at_least);
}

static void
await_int(struct fixture *f, const int *n, int at_least)
{
	uv_timer_t t;

	f->timed_out = false;
	uv_timer_init(&f->loop, &t);
	t.data = f;
	uv_timer_start(&t, on_timer, 10000, 0);
	while (*n < at_least && !f->timed_out)
		uv_run(&f->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&t, NULL);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_true(*n >= at_least);
}

static void
connect_both(struct fixture *f, const struct bus_options *options)
{
	struct err err = {""};

	f->a.link =
	    bus_listen(f->a.bus, f->endpoint, options, &handlers, &f->a, &err);
	assert_non_null(f->a.link);
	f->b.link =
	    bus_dial(f->b.bus, f->endpoint, options, &handlers, &f->b, &err);
	assert_non_null(f->b.link);
	await_int(f, &f->a.ups, 1);
	await_int(f, &f->b.ups, 1);
}

static void
test_hello(void **state)
{
	struct fixture *f = *state;

	connect_both(f, NULL);
	assert_string_equal(bus_peer_role(f->a.peer), "fetcher");
	assert_string_equal(bus_peer_name(f->a.peer), "fetcher-1");
	assert_string_equal(bus_peer_name(f->b.peer), "core");
	assert_ptr_equal(bus_dialled(f->b.link), f->b.peer);
	assert_ptr_equal(bus_next_peer(f->a.link, NULL), f->a.peer);
}

/* Both directions at once, more than any high-water mark, all in order. */
static void
test_order(void **state)
{
	struct fixture *f = *state;

	connect_both(f, NULL);
	for (uint64_t i = 1; i <= MANY; i++) {
		struct msg m = {.id = MSG_COUNTERS, .counters = {i}};

		assert_int_equal(bus_send(f->a.peer, &m), 0);
		assert_int_equal(bus_send(f->b.peer, &m), 0);
	}
	await_u64(f, &f->a.last, MANY);
	await_u64(f, &f->b.last, MANY);
	assert_int_equal(f->a.got, MANY);
	assert_int_equal(f->b.got, MANY);
}

static void
test_bound(void **state)
{
	struct fixture *f = *state;
	struct msg m = {.id = MSG_COUNTERS, .counters = {1}};
	int sent = 0;

	connect_both(f, &(struct bus_options){.queue_bytes = 1000});
	while (bus_send(f->a.peer, &m) == 0)
		sent++;
	assert_in_range(sent, 100, 1000);
	assert_int_equal(bus_counters(f->a.bus)->refused_full, 1);
	bus_flush(f->a.peer);
	assert_int_equal(bus_peer_queued(f->a.peer), 0);
	assert_int_equal(bus_send(f->a.peer, &m), 0);
}

/* The listener comes back as another process: down, then up. */
static void
test_restart(void **state)
{
	struct fixture *f = *state;
	struct err err;

	connect_both(f, NULL);
	/* Without a word, as by SIGKILL. */
	f->a.link = NULL;
	bus_free(&f->a.bus);
	await_int(f, &f->b.downs, 1);
	assert_null(bus_dialled(f->b.link));
	f->a.bus = bus_new(&f->loop, &self_a);
	f->a.link =
	    bus_listen(f->a.bus, f->endpoint, NULL, &handlers, &f->a, &err);
	assert_non_null(f->a.link);
	await_int(f, &f->b.ups, 2);
	await_int(f, &f->a.ups, 2);
}

/* The dialler dies without a word and comes back under its name. */
static void
test_twin(void **state)
{
	struct fixture *f = *state;
	struct bus *other = bus_new(&f->loop, &self_b);
	struct side c = {0};
	struct err err;

	connect_both(f, NULL);
	assert_non_null(
	    bus_dial(other, f->endpoint, NULL, &handlers, &c, &err));
	await_int(f, &f->a.ups, 2);
	assert_int_equal(f->a.downs, 1);
	assert_string_equal(f->a.why, "connected anew");
	bus_free(&other);
}

static void
test_close_tells(void **state)
{
	struct fixture *f = *state;

	connect_both(f, NULL);
	bus_close(&f->b.link);
	await_int(f, &f->a.downs, 1);
	assert_string_equal(f->a.why, "ends");
}

static bool
allow_nobody(const char *key, void *arg)
{
	(void)key;
	++*(int *)arg;
	return false;
}

static bool
allow_all(const char *key, void *arg)
{
	assert_int_equal(strlen(key), BUS_KEY_LEN);
	++*(int *)arg;
	return true;
}

static void
test_curve(void **state)
{
	struct fixture *f = *state;
	struct bus_curve server = {.allow = allow_all}, client = {0};
	struct bus_options so = {.curve = &server}, co = {.curve = &client};
	int asked = 0;
	struct err err;

	bus_keypair(server.public_key, server.secret_key);
	bus_keypair(client.public_key, client.secret_key);
	memcpy(client.server_key, server.public_key, sizeof(server.public_key));
	server.allow_arg = &asked;
	f->a.link =
	    bus_listen(f->a.bus, f->endpoint, &so, &handlers, &f->a, &err);
	assert_non_null(f->a.link);
	f->b.link =
	    bus_dial(f->b.bus, f->endpoint, &co, &handlers, &f->b, &err);
	await_int(f, &f->b.ups, 1);
	assert_true(asked >= 1);
	assert_string_equal(bus_peer_key(f->a.peer), client.public_key);
}

static void
test_curve_stranger(void **state)
{
	struct fixture *f = *state;
	struct bus_curve server = {.allow = allow_nobody}, client = {0};
	struct bus_options so = {.curve = &server}, co = {.curve = &client};
	int asked = 0;
	struct err err;

	bus_keypair(server.public_key, server.secret_key);
	bus_keypair(client.public_key, client.secret_key);
	memcpy(client.server_key, server.public_key, sizeof(server.public_key));
	server.allow_arg = &asked;
	f->a.link =
	    bus_listen(f->a.bus, f->endpoint, &so, &handlers, &f->a, &err);
	f->b.link =
	    bus_dial(f->b.bus, f->endpoint, &co, &handlers, &f->b, &err);
	await_int(f, &asked, 1);
	await_u64(f, &bus_counters(f->a.bus)->strangers, 1);
	assert_int_equal(f->a.ups, 0);
	assert_int_equal(f->b.ups, 0);
}

static void
test_publish(void **state)
{
	struct fixture *f = *state;
	struct str frame = {0};
	struct err err;

	f->a.link = bus_publish(f->a.bus, f->endpoint, &err);
	assert_non_null(f->a.link);
	f->b.link =
	    bus_subscribe(f->b.bus, f->endpoint, &handlers, &f->b, &err);
	assert_non_null(f->b.link);
	msg_put(&frame, &(struct msg){.id = MSG_COUNTERS, .counters = {1}});
	msg_put(&frame, &(struct msg){.id = MSG_COUNTERS, .counters = {2}});
	/* A subscription takes effect at some time: publish until it does. */
	while (f->b.got == 0) {
		f->b.last = 0;
		bus_publish_frame(f->a.link, str_slice(&frame));
		usleep(1000);
		uv_run(&f->loop, UV_RUN_NOWAIT);
		f->b.last = 0;
	}
	assert_int_equal(f->b.got % 2, 0);
	str_free(&frame);
}

static void
got_answer(const struct msg *answer, void *arg)
{
	(void)answer;
	(void)arg;
}

static void
test_ask_nobody(void **state)
{
	struct fixture *f = *state;
	struct msg m = {.id = MSG_COUNTERS, .counters = {1}};
	struct err err;

	assert_int_equal(
	    bus_ask(f->endpoint, &self_b, &m, 1000, got_answer, NULL, &err),
	    -1);
	assert_non_null(strstr(err.text, "not running"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, clean_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_hello),
	    TEST(test_order),
	    TEST(test_bound),
	    TEST(test_restart),
	    TEST(test_twin),
	    TEST(test_close_tells),
	    TEST(test_curve),
	    TEST(test_curve_stranger),
	    TEST(test_publish),
	    TEST(test_ask_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
