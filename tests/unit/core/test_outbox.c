/* SPDX-License-Identifier: Apache-2.0
 *
 * Raw notifications on their way to a notifyd that this test plays: the
 * window, answers, what is sent again, and the pieces for the state file.
 */
#include "core/effects/outbox.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MANY (OUTBOX_WINDOW + 500)

struct fixture {
	uv_loop_t loop;
	char folder[64], endpoint[128];
	struct bus *core, *notifyd;
	struct outbox *outbox;
	struct bus_peer *peer; /* core, as notifyd sees it */
	uint64_t got, stored;
	bool answers, timed_out;
	struct str ids; /* that came, with blanks */
};

static void
on_up(struct bus_peer *peer, void *arg)
{
	struct fixture *f = arg;

	f->peer = peer;
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct fixture *f = arg;

	assert_int_equal(m->id, MSG_ALERT);
	f->got++;
	str_addslice(&f->ids, m->alert.id);
	str_addc(&f->ids, ' ');
	if (f->answers)
		bus_send(peer,
		    &(struct msg){.id = MSG_NOTICE_STORED,
			.notice_stored = {m->alert.id}});
}

static const struct bus_handlers notifyd = {.up = on_up, .message = on_message};

static void
on_stored(void *arg, struct slice id)
{
	struct fixture *f = arg;

	assert_true(id.len > 0);
	f->stored++;
}

static bool
on_line(void *arg, struct slice line)
{
	(void)arg;
	(void)line;
	return true;
}

static const struct outbox_ops ops = {.stored = on_stored, .line = on_line};

static int
set_up(void **state)
{
	static const struct bus_self a = {"core", "core", "t", "1"};
	static const struct bus_self b = {"notifyd", "notifyd", "t", "1"};
	struct fixture *f = xnew(struct fixture);
	struct err err;

	strcpy(f->folder, "/tmp/vtoutXXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->endpoint, sizeof(f->endpoint), "ipc://%s/s", f->folder);
	uv_loop_init(&f->loop);
	f->core = bus_new(&f->loop, &a);
	f->notifyd = bus_new(&f->loop, &b);
	f->outbox = outbox_new(&ops, f);
	assert_non_null(
	    bus_listen(f->notifyd, f->endpoint, NULL, &notifyd, f, &err));
	*state = f;
	return 0;
}

static int
clean_up(void **state)
{
	struct fixture *f = *state;
	char path[128];

	clock_use_system();
	bus_free(&f->core);
	bus_free(&f->notifyd);
	outbox_free(&f->outbox);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	snprintf(path, sizeof(path), "%s/s", f->folder);
	unlink(path);
	rmdir(f->folder);
	str_free(&f->ids);
	free(f);
	return 0;
}

static void
add(struct fixture *f, unsigned n, uint64_t number)
{
	struct str message = {0};
	char id[32];

	snprintf(id, sizeof(id), "t-core-1-%u", n);
	msg_put(&message,
	    &(struct msg){.id = MSG_ALERT,
		.alert = {.id = slice_of(id), .host = SLICE("h")}});
	assert_true(
	    outbox_add(f->outbox, slice_of(id), str_slice(&message), number));
	str_free(&message);
}

static void
on_timer(uv_timer_t *t)
{
	struct fixture *f = t->data;

	f->timed_out = true;
}

/* Runs the loop until `*n` is reached; at most `ms`. */
static bool
await(struct fixture *f, const uint64_t *n, uint64_t at_least, uint64_t ms)
{
	uv_timer_t t;

	f->timed_out = false;
	uv_timer_init(&f->loop, &t);
	t.data = f;
	uv_timer_start(&t, on_timer, ms, 0);
	while (*n < at_least && !f->timed_out)
		uv_run(&f->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&t, NULL);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	return *n >= at_least;
}

static double
counter(struct fixture *f, const char *name)
{
	struct str list = {0};
	struct slice rest;
	struct msg_counter c;
	double value = -1;

	outbox_counters(f->outbox, &list);
	rest = str_slice(&list);
	while (msg_counter_next(&rest, &c))
		if (slice_eqs(c.name, name))
			value = c.value;
	str_free(&list);
	return value;
}

static void
dial(struct fixture *f)
{
	struct err err;

	assert_int_equal(outbox_dial(f->outbox, f->core, f->endpoint, &err), 0);
}

/* NO-30: as much as the window holds; the rest after the first answers. */
static void
a_window(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < MANY; i++)
		add(f, i, 1);
	dial(f);
	outbox_send(f->outbox, 1);
	assert_true(await(f, &f->got, OUTBOX_WINDOW, 10000));
	assert_false(await(f, &f->got, OUTBOX_WINDOW + 1, 50));
	/* Also those that come in another order than they went. */
	f->answers = true;
	bus_send(f->peer,
	    &(struct msg){.id = MSG_NOTICE_STORED,
		.notice_stored = {SLICE("t-core-1-7")}});
	bus_send(f->peer,
	    &(struct msg){.id = MSG_NOTICE_STORED,
		.notice_stored = {SLICE("t-core-1-7")}}); /* twice */
	for (unsigned i = 0; i < OUTBOX_WINDOW; i++) {
		char id[32];

		snprintf(id, sizeof(id), "t-core-1-%u", i);
		bus_send(f->peer,
		    &(struct msg){.id = MSG_NOTICE_STORED,
			.notice_stored = {slice_of(id)}});
	}
	assert_true(await(f, &f->stored, MANY, 10000));
	assert_int_equal(f->got, MANY);
	assert_int_equal(counter(f, "notices_waiting"), 0);
	assert_int_equal(counter(f, "notices_stored"), MANY);
}

/* What the journal does not have yet stays here. */
static void
durable_first(void **state)
{
	struct fixture *f = *state;

	f->answers = true;
	add(f, 0, UINT64_MAX);
	add(f, 1, UINT64_MAX);
	outbox_numbered(f->outbox, 5);
	add(f, 2, UINT64_MAX);
	dial(f);
	outbox_send(f->outbox, 4);
	assert_false(await(f, &f->got, 1, 50));
	outbox_send(f->outbox, 5);
	assert_true(await(f, &f->stored, 2, 10000));
	assert_string_equal(str_get(&f->ids), "t-core-1-0 t-core-1-1 ");
	outbox_numbered(f->outbox, 6);
	outbox_send(f->outbox, 6);
	assert_true(await(f, &f->stored, 3, 10000));
}

/* A busy notifyd leaves notices with us without a word. */
static void
again_after_silence(void **state)
{
	struct fixture *f = *state;

	add(f, 0, 1);
	add(f, 1, 1);
	dial(f);
	outbox_send(f->outbox, 1);
	assert_true(await(f, &f->got, 2, 10000));
	outbox_tick(f->outbox);
	assert_int_equal(counter(f, "notices_sent_again"), 0);
	f->answers = true;
	clock_set(
	    clock_mono() + (OUTBOX_PATIENCE_S + 1) * NS_PER_S, clock_wall());
	outbox_tick(f->outbox);
	assert_int_equal(counter(f, "notices_sent_again"), 1);
	clock_use_system();
	assert_true(await(f, &f->stored, 2, 10000));
	outbox_tick(f->outbox);
	assert_int_equal(counter(f, "notices_sent_again"), 1);
}

/* Nobody could read it: it does not stand in the way for ever. */
static void
unreadable(void **state)
{
	struct fixture *f = *state;

	assert_true(outbox_add(f->outbox, SLICE("bad"), SLICE("\xc1"), 1));
	add(f, 1, 1);
	f->answers = true;
	dial(f);
	outbox_send(f->outbox, 1);
	assert_true(await(f, &f->got, 1, 10000));
	assert_true(await(f, &f->stored, 2, 10000)); /* both left the journal */
	assert_int_equal(counter(f, "notices_dropped"), 1);
	assert_int_equal(counter(f, "notices_waiting"), 0);
}

static void
note(void *arg, struct slice id, struct slice message)
{
	struct str *to = arg;

	assert_true(message.len > 0);
	str_addslice(to, id);
	str_addc(to, ' ');
}

/* RT-1: in pieces, while some go and some come. */
static void
saved_in_pieces(void **state)
{
	struct fixture *f = *state;
	struct str ids = {0};

	for (unsigned i = 0; i < 6; i++)
		add(f, i, 1);
	outbox_save_from_start(f->outbox);
	assert_false(outbox_save(f->outbox, 2, note, &ids));
	assert_true(outbox_forget(f->outbox, SLICE("t-core-1-0")));
	assert_true(outbox_forget(f->outbox, SLICE("t-core-1-2")));
	assert_false(outbox_forget(f->outbox, SLICE("t-core-1-2")));
	assert_false(outbox_save(f->outbox, 2, note, &ids));
	assert_true(outbox_forget(f->outbox, SLICE("t-core-1-5")));
	add(f, 6, 1);
	assert_true(outbox_save(f->outbox, 2, note, &ids));
	assert_string_equal(str_get(&ids),
	    "t-core-1-0 t-core-1-1 t-core-1-3 t-core-1-4 t-core-1-6 ");
	str_free(&ids);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_window, set_up, clean_up),
	    cmocka_unit_test_setup_teardown(durable_first, set_up, clean_up),
	    cmocka_unit_test_setup_teardown(
		again_after_silence, set_up, clean_up),
	    cmocka_unit_test_setup_teardown(unreadable, set_up, clean_up),
	    cmocka_unit_test_setup_teardown(saved_in_pieces, set_up, clean_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
