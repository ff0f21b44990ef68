/* SPDX-License-Identifier: Apache-2.0
 *
 * Two targets: what the first has not acknowledged goes to the second when the
 * first is lost, in order; the first is used again when it is back.
 */
#include "notifyd/forward.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/notifyd/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static uv_loop_t loop;
static char folder[] = "/tmp/test-forward-XXXXXX";
static struct spool *spool;
static struct peers *peers;
static struct forwarder *forwarder;
static struct settings *settings;
static struct bus *bus;
static struct bus_curve own;

static struct target {
	const char *name;
	struct bus *bus;
	struct bus_link *link;
	struct bus_curve key;
	char *endpoint;
	bool answers, broken; /* broken: a gap in the positions */
	uint64_t position;
	struct str got; /* ids */
} targets[] = {{.name = "first"}, {.name = "second"}};

/* --- the targets -----------------------------------------------------------
 */

static bool
allow(const char *key, void *arg)
{
	(void)arg;
	return strcmp(key, own.public_key) == 0;
}

static void
target_up(struct bus_peer *peer, void *arg)
{
	(void)peer;
	(void)arg;
}

static void
target_down(struct bus_peer *peer, const char *why, void *arg)
{
	(void)peer;
	(void)why;
	(void)arg;
}

static void
target_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct target *t = arg;
	struct msg answer = {
	    .id = MSG_FORWARD_STORED, .forward_stored = {m->forward.number}};

	assert_int_equal(m->id, MSG_FORWARD);
	if (m->forward.position == 1)
		t->position = 0;
	t->broken = t->broken || m->forward.position != ++t->position;
	str_addslice(&t->got, m->forward.id);
	str_addc(&t->got, ' ');
	if (t->answers)
		bus_send(peer, &answer);
}

static const struct bus_handlers target_handlers = {
    target_up, target_down, target_message};

static void
open_target(struct target *t)
{
	struct bus_curve curve = t->key;
	struct bus_options options = {.curve = &curve};
	struct err err;

	curve.allow = allow;
	t->link = bus_listen(
	    t->bus, t->endpoint, &options, &target_handlers, t, &err);
	if (t->link == NULL)
		fail_msg("%s", err.text);
}

static void
assert_got(struct target *t, const char *want)
{
	for (int i = 0; i < 2000 && strcmp(str_get(&t->got), want) != 0; i++)
		uv_run(&loop, UV_RUN_ONCE);
	assert_string_equal(str_get(&t->got), want);
	assert_false(t->broken);
	str_clear(&t->got);
}

/* --- the origin ------------------------------------------------------------
 */

static void
on_up(struct bus_peer *peer, void *arg)
{
	(void)arg;
	peers_up(peers_find(peers, peer), peer);
	forwarder_changed(forwarder);
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct peer *p = peers_find(peers, peer);

	(void)arg;
	if (p == NULL)
		return;
	peers_down(p, peer, why);
	if (forwarder != NULL)
		forwarder_changed(forwarder);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	(void)arg;
	assert_int_equal(m->id, MSG_FORWARD_STORED);
	forwarder_answer(
	    forwarder, peers_find(peers, peer), m->forward_stored.number);
}

static const struct bus_handlers handlers = {on_up, on_down, on_message};

static void
on_added(const struct spool_batch *b, bool duplicate, bool committed, void *arg)
{
	(void)arg;
	if (committed && !duplicate)
		forwarder_added(forwarder, spool_forward_bytes(b));
}

static void
add(const char *id)
{
	struct spool_batch *b = xnew(struct spool_batch);

	b->notice = (struct spool_notice){.id = xstrdup(id),
	    .site = xstrdup("far"),
	    .what = xstrdup("PROBLEM"),
	    .host = xstrdup("web01"),
	    .service = xstrdup(""),
	    .forward = SPOOL_FORWARD_WAITS};
	b->object = xstrdup("far/web01");
	spool_add(spool, b, 1000, on_added, NULL);
}

static void
until_waiting(size_t n)
{
	for (int i = 0; i < 2000 && forwarder_waiting(forwarder) != n; i++)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(forwarder_waiting(forwarder), n);
}

static void
fail_over(void **state)
{
	struct target *first = &targets[0], *second = &targets[1];

	(void)state;
	first->answers = second->answers = true;
	add("a");
	add("b");
	assert_got(first, "a b ");
	until_waiting(0);
	/* it has these, and is lost before it could say so */
	first->answers = false;
	add("c");
	add("d");
	assert_got(first, "c d ");
	assert_int_equal(peers_named(peers, "first")->pending, 2);
	bus_close(&first->link);
	assert_got(second, "c d ");
	until_waiting(0);
	assert_int_equal(forwarder_counters(forwarder)->again, 2);
	add("e");
	assert_got(second, "e ");
	/* the preferred one again */
	first->answers = true;
	open_target(first);
	for (int i = 0;
	     i < 2000 && peer_line(peers_named(peers, "first")) == NULL; i++)
		uv_run(&loop, UV_RUN_ONCE);
	until_waiting(0);
	add("f");
	assert_got(first, "f ");
	until_waiting(0);
	assert_int_equal(forwarder_counters(forwarder)->taken, 6);
}

/* --- set up ----------------------------------------------------------------
 */

static void
on_tick(uv_timer_t *timer)
{
	(void)timer; /* so that UV_RUN_ONCE comes back */
}

static uv_timer_t tick;

static int
set_up(void **state)
{
	struct bus_self self = {"notifyd", "notifyd", "far", "1"};
	struct str yaml = {0}, mistakes = {0};
	char *path, *etc;
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	uv_loop_init(&loop);
	uv_timer_init(&loop, &tick);
	uv_timer_start(&tick, on_tick, 10, 10);
	bus_keypair(own.public_key, own.secret_key);
	str_add(&yaml,
	    "notifications:\n  mode: forward\n"
	    "  forward_to: [first, second]\n  peers:\n");
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct target *t = &targets[i];
		struct bus_self it = {"notifyd", "notifyd", t->name, "1"};

		bus_keypair(t->key.public_key, t->key.secret_key);
		t->endpoint = xasprintf("tcp://127.0.0.1:%d", free_port());
		t->bus = bus_new(&loop, &it);
		open_target(t);
		str_addf(&yaml,
		    "    %s: {key: '%s', connect: '%s', heartbeat: 1s, "
		    "timeout: 1s, cooldown: 300ms}\n",
		    t->name, t->key.public_key, t->endpoint);
	}
	etc = xasprintf("%s/etc/vedette", folder);
	assert_int_equal(file_mkdirs(etc, 0755, &err), 0);
	path = xasprintf("%s/site.yaml", etc);
	assert_int_equal(file_write(path, str_slice(&yaml), 0644, &err), 0);
	settings = settings_load(folder, &mistakes);
	if (settings == NULL)
		fail_msg("%s", str_get(&mistakes));
	free(path);
	path = xasprintf("%s/spool.sqlite", folder);
	spool = spool_open(&loop, path, &err);
	assert_non_null(spool);
	assert_int_equal(peers_check(settings, &err), 0);
	bus = bus_new(&loop, &self);
	peers = peers_new(&loop, bus, &own, &handlers, NULL);
	forwarder = forwarder_new(&loop, spool, peers);
	assert_int_equal(peers_configure(peers, settings, &err), 0);
	forwarder_configure(forwarder, settings);
	free(path);
	free(etc);
	str_free(&yaml);
	return 0;
}

static int
tear_down(void **state)
{
	struct err err;

	(void)state;
	forwarder_stop(forwarder);
	peers_free(&peers);
	spool_close(&spool);
	forwarder_free(&forwarder);
	bus_free(&bus);
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		bus_free(&targets[i].bus);
		free(targets[i].endpoint);
		str_free(&targets[i].got);
	}
	settings_free(&settings);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	file_remove_tree(folder, &err);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fail_over),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
