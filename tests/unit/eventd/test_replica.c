/* SPDX-License-Identifier: Apache-2.0
 *
 * Two event consoles, each with its store, on a virtual clock: what the master
 * has the slave has, the slave takes over and hands back, nothing is lost,
 * nobody is told twice.
 */
#include "tests/unit/eventd/two_sides.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of its archive, sorted. */
static void
assert_lines(struct side *s, const char *want)
{
	struct slice rest = slice_of(lines(s)), what, id;
	char *list[64];
	size_t n = 0;
	struct str got = {0};

	while (slice_word(&rest, &what) && slice_word(&rest, &id)) {
		assert_true(n < ARRAY_LEN(list));
		list[n++] = xasprintf(
		    "%.*s %.*s ", (int)what.len, what.s, (int)id.len, id.s);
	}
	qsort(list, n, sizeof(*list), compare);
	for (size_t i = 0; i < n; i++) {
		str_add(&got, list[i]);
		free(list[i]);
	}
	assert_string_equal(str_get(&got), want);
	str_free(&got);
}

static size_t
count_lines(struct side *s)
{
	struct slice rest, line;
	size_t n = 0;

	ask_lines(s);
	rest = str_slice(&s->answer);
	slice_next(&rest, '\n', &line);
	while (rest.len > 0 && slice_next(&rest, '\n', &line))
		n++;
	return n;
}

static void
what_one_has_the_other_has(void **state)
{
	struct pair *p = *state;
	struct side *m = &p->master, *s = &p->slave;
	struct replica_status status;
	const char *why;

	/* Before anybody comes the master waits, then works alone. */
	assert_false(m->works);
	tick_both(m, 4.9);
	assert_false(m->works);
	tick_both(m, 5);
	assert_true(m->works);
	hear_it(m, 5, "x", "one");
	hear_it(m, 6, "x", "two");
	follow(p);
	assert_int_equal(s->h->e->index.n, 2);
	hear_both(m, 7, "c", "counts");
	hear_both(m, 8, "c", "counts");
	hear_both(m, 8, "e", "is expected");
	settle(m);
	assert_null(command(m->h, 9, "UPDATE;1;bob;1;seen;"));
	assert_null(command(m->h, 9, "DELETE;2;bob"));
	settle(m);
	assert_int_equal(s->h->e->index.n, 2);
	assert_int_equal(event(s->h, 1)->phase, PHASE_ACK);
	assert_string_equal(event(s->h, 1)->comment, "seen");
	assert_int_equal(event(s->h, 3)->count, 2);
	assert_int_equal(s->h->e->n_watches, 1);
	assert_int_equal(
	    s->h->e->watches[0].from_us, m->h->e->watches[0].from_us);
	assert_int_equal(s->h->e->other_next, 4);
	assert_int_equal(s->h->e->next_id, FIRST);
	/* Its archive also has what was before it came. */
	wait_for_lines(s);
	assert_lines(s, "DELETE 2 NEW 1 NEW 2 NEW 3 UPDATE 1 ");
	/* The fallback takes no orders, and tells nobody. */
	why = command(s->h, 10, "DELETE;1;bob");
	assert_non_null(strstr(why, "follows its master"));
	assert_non_null(command(s->h, 10, "FLUSH"));
	deliver(m);
	deliver(s);
	settle(m);
	assert_string_equal(str_get(&told), "m1 m2 ");
	assert_int_equal(s->notices.n, 0);
	/* All three that came to both are handled by the master. */
	replica_status(s->r, &status);
	assert_int_equal(status.held, 0);
	assert_string_equal(status.slave_mode, "sync");
	assert_true(status.success);
	assert_null(command(m->h, 11, "FLUSH"));
	ec_store_flush_all(m->store);
	settle(m);
	assert_int_equal(s->h->e->index.n, 0);
	assert_int_equal(s->h->e->other_next, 1);
	assert_lines(s, "");
	/* Away for a while: what ended meanwhile is gone. */
	hear_both(m, 12, "x", "three");
	settle(m);
	assert_int_equal(s->h->e->index.n, 1);
	cut(m);
	assert_null(command(m->h, 13, "DELETE;1;bob"));
	hear_it(m, 13, "x", "four");
	follow(p);
	assert_int_equal(s->h->e->index.n, 1);
	assert_string_equal(event(s->h, 2)->text, "four");
	wait_for_lines(s);
	assert_lines(s, "DELETE 1 NEW 1 NEW 2 ");
}

/* What the tests of a takeover begin with. */
static void
take_over(struct pair *p)
{
	struct side *m = &p->master, *s = &p->slave;

	follow(p);
	hear_both(m, 1, "x", "one");
	hear_both(m, 2, "d", "delayed");
	hear_both(m, 3, "x", "three");
	settle(m);
	deliver(m);
	settle(m);
	tick_both(m, 4); /* the slave asks */
	assert_string_equal(str_get(&told), "m1 m3 ");
	stop(m);
	/* Between the death and the takeover. */
	hear_it(s, 5, "x", "between");
	tick_both(s, 33.9);
	assert_false(s->works);
	tick_both(s, 34);
	assert_true(s->works);
	deliver(s);
	/* The delay was over at 12; nobody was told of that before. */
	/* Of the master's event the name is the master's. */
	assert_string_equal(str_get(&told), "m1 m3 s1000000000001 m2 ");
	assert_int_equal(s->h->e->index.n, 4);
	assert_string_equal(event(s->h, FIRST)->text, "between");
	assert_int_equal(event(s->h, 2)->phase, PHASE_OPEN);
	assert_null(command(s->h, 35, "DELETE;1;bob"));
	assert_null(command(s->h, 35, "UPDATE;3;bob;1;mine;"));
	hear_it(s, 36, "x", "short");
	assert_null(command(s->h, 37, "DELETE;1000000000002;bob"));
	deliver(s);
	settle(s);
	str_clear(&told);
}

static void
check_return(struct pair *p)
{
	struct side *m = &p->master, *s = &p->slave;

	assert_true(m->works);
	assert_false(s->works);
	for (int i = 0; i < 2; i++, m = &p->slave) {
		assert_int_equal(m->h->e->index.n, 3);
		assert_int_equal(event(m->h, 3)->phase, PHASE_ACK);
		assert_string_equal(event(m->h, 3)->comment, "mine");
		assert_int_equal(event(m->h, 2)->phase, PHASE_OPEN);
		assert_string_equal(event(m->h, FIRST)->text, "between");
	}
	m = &p->master;
	assert_string_equal(lines(m),
	    "NEW 1 NEW 2 NEW 3 NEW -1 DELAYOVER 2 DELETE 1 UPDATE 3 NEW -2 "
	    "DELETE -2 ");
	deliver(m);
	deliver(s);
	/* A notice of the takeover that nobody had taken yet, no other. */
	assert_string_equal(str_get(&told), "");
	hear_both(m, clock_s, "x", "after");
	settle(m);
	assert_string_equal(event(m->h, 4)->text, "after");
	assert_string_equal(event(s->h, 4)->text, "after");
	deliver(m);
	assert_string_equal(str_get(&told), "m4 ");
	/* What the slave did itself does not come back to it. */
	wait_for_lines(s);
	assert_lines(s,
	    "DELAYOVER 2 DELETE -2 DELETE 1 NEW -1 NEW -2 NEW 1 NEW 2 NEW 3 "
	    "NEW 4 UPDATE 3 ");
}

static void
takes_over_and_hands_back(void **state)
{
	struct pair *p = *state;

	take_over(p);
	clock_s = 100;
	start(&p->master);
	assert_false(p->master.works);
	connect_both(&p->master);
	wait_for(&p->slave, "follows m");
	check_return(p);
}

/* The fallback is killed in its takeover; it knows what it owes. */
static void
a_takeover_survives(void **state)
{
	struct pair *p = *state;

	take_over(p);
	clock_s = 50;
	stop(&p->slave);
	start(&p->slave);
	assert_true(p->slave.works);
	ec_store_tick(p->slave.store, at(50), 0);
	/* It knows whose the events are. */
	assert_null(command(p->slave.h, 51, "ACTION;3;bob;@NOTIFY"));
	deliver(&p->slave);
	assert_string_equal(str_get(&told), "m3 ");
	str_clear(&told);
	clock_s = 100;
	start(&p->master);
	connect_both(&p->master);
	wait_for(&p->slave, "follows m");
	check_return(p);
}

/* Wherever the wire is cut, the return goes on, and nothing comes twice. */
static void
a_return_that_breaks_off(void **state)
{
	struct pair *p = *state;

	take_over(p);
	clock_s = 100;
	start(&p->master);
	for (unsigned i = 1; i < 5; i++) {
		p->slave.cut_after = i;
		connect_both(&p->master);
		for (int k = 0; k < 50 && p->slave.connected; k++) {
			settle(&p->master);
			usleep(1000);
		}
		p->slave.cut_after = 0;
		cut(&p->master);
		p->master.cut_after = i;
		connect_both(&p->master);
		for (int k = 0; k < 50 && p->slave.connected; k++) {
			settle(&p->master);
			usleep(1000);
		}
		p->master.cut_after = 0;
		cut(&p->master);
	}
	connect_both(&p->master);
	wait_for(&p->slave, "follows m");
	check_return(p);
}

static void
by_command(void **state)
{
	struct pair *p = *state;
	struct side *m = &p->master, *s = &p->slave;
	struct err err;

	follow(p);
	hear_both(m, 1, "x", "one");
	settle(m);
	assert_int_equal(replica_switch(s->r, "takeover", &err), 0);
	settle(m);
	assert_true(m->works && s->works);
	assert_non_null(strstr(state_of(m), "both work"));
	assert_null(command(m->h, 2, "UPDATE;1;ann;1;of the master;"));
	hear_it(m, 3, "x", "two");
	hear_it(s, 3, "x", "two");
	settle(m);
	assert_int_equal(replica_switch(s->r, "sync", &err), 0);
	wait_for(s, "follows m");
	/* What the fallback did not touch is the master's. */
	assert_string_equal(event(m->h, 1)->comment, "of the master");
	assert_string_equal(event(s->h, 1)->comment, "of the master");
	assert_int_equal(m->h->e->index.n, 3);
	assert_int_equal(s->h->e->index.n, 3);
	assert_int_equal(replica_switch(m->r, "takeover", &err), -1);
}

/* More than one batch, while new ones come; the slave is killed meanwhile. */
static void
lines_that_were_missed(void **state)
{
	struct pair *p = *state;
	struct side *m = &p->master, *s = &p->slave;
	const int n = 2500;
	struct replica_status status;

	follow(p);
	cut(m);
	for (int i = 0; i < n; i++) {
		char line[40];

		hear_it(m, 10 + i * 0.001, "x", "missed");
		snprintf(line, sizeof(line), "DELETE;%d;ann", i + 1);
		assert_null(command(m->h, 10 + i * 0.001, line));
	}
	settle(m);
	follow(p);
	replica_status(s->r, &status);
	assert_int_equal(status.missing, 2 * n);
	for (int i = 0; status.missing == 2 * (uint64_t)n; i++) {
		assert_true(i < 20000);
		replica_tick(s->r);
		settle(s);
		usleep(1000);
		replica_status(s->r, &status);
	}
	cut(m);
	stop(s);
	start(s);
	follow(p);
	hear_both(m, 20, "x", "new");
	wait_for_lines(s);
	assert_int_equal(count_lines(s), 2 * n + 1);
	assert_int_equal(count_lines(m), 2 * n + 1);
}

static bool answered;

static void
on_replicated(void *arg)
{
	(void)arg;
	answered = true;
}

/* An answered command is at the fallback, too. */
static void
a_command_waits_for_the_fallback(void **state)
{
	struct pair *p = *state;
	struct side *m = &p->master;

	follow(p);
	hear_both(m, 1, "x", "one");
	m->synced = answered = false;
	ec_store_sync(m->store, on_synced, m);
	while (!m->synced)
		uv_run(&m->loop, UV_RUN_ONCE);
	replica_sync(m->r, on_replicated, NULL);
	assert_false(answered);
	settle(m);
	assert_true(answered);
	hear_both(m, 2, "x", "two");
	m->synced = answered = false;
	ec_store_sync(m->store, on_synced, m);
	while (!m->synced)
		uv_run(&m->loop, UV_RUN_ONCE);
	replica_sync(m->r, on_replicated, NULL);
	assert_false(answered);
	cut(m);
	assert_true(answered);
	/* One that is there and hangs is not waited for without end. */
	follow(p);
	hear_both(m, 20, "x", "three");
	m->synced = answered = false;
	ec_store_sync(m->store, on_synced, m);
	while (!m->synced)
		uv_run(&m->loop, UV_RUN_ONCE);
	replica_sync(m->r, on_replicated, NULL);
	clock_s = 29.9;
	replica_tick(m->r);
	assert_false(answered);
	clock_s = 30;
	replica_tick(m->r);
	assert_true(answered);
	assert_true(m->connected);
}

/* From the other side, but not of its kind. */
static void
what_is_not_understood(void **state)
{
	struct pair *p = *state;
	struct side *s = &p->slave;
	struct str list = {0};
	struct msg_replica_record r = {SLICE("nonsense")};
	struct msg m = {.id = MSG_REPLICA};

	follow(p);
	msg_replica_record_put(&list, &r);
	m.replica.records = str_slice(&list);
	m.replica.flags = MSG_REPLICA_END;
	replica_message(s->r, &m);
	assert_false(s->connected);
	assert_non_null(strstr(state_of(s), "damaged record"));
	follow(p);
	/* A slave that sends what nobody asked for changes nothing. */
	replica_message(p->master.r, &m);
	assert_true(p->master.connected);
	str_free(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		what_one_has_the_other_has, make, unmake),
	    cmocka_unit_test_setup_teardown(
		takes_over_and_hands_back, make, unmake),
	    cmocka_unit_test_setup_teardown(a_takeover_survives, make, unmake),
	    cmocka_unit_test_setup_teardown(
		a_return_that_breaks_off, make, unmake),
	    cmocka_unit_test_setup_teardown(by_command, make, unmake),
	    cmocka_unit_test_setup_teardown(
		lines_that_were_missed, make, unmake),
	    cmocka_unit_test_setup_teardown(
		a_command_waits_for_the_fallback, make, unmake),
	    cmocka_unit_test_setup_teardown(
		what_is_not_understood, make, unmake)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
