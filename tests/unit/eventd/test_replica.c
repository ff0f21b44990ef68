/* SPDX-License-Identifier: Apache-2.0
 *
 * Two event consoles, each with its store, on a virtual clock: what the master
 * has the slave has, the slave takes over and hands back, nothing is lost,
 * nobody is told twice.
 */
#include "tests/unit/eventd/harness.h"

#include "common/file.h"
#include "eventd/replica/replica.h"
#include "eventd/store/archive.h"

#include <unistd.h>

#define FIRST (EVENT_FALLBACK_IDS + 1)

struct frame {
	struct frame *next;
	struct str bytes;
};

struct side {
	const char *name, *folder;
	struct replica_options o;
	uv_loop_t loop;
	struct harness *h;
	struct store *store;
	struct replica *r;
	struct side *other;
	struct frame *first, **last; /* on the way to it */
	struct strings notices;      /* that wait */
	bool works, synced, connected;
	unsigned cut_after; /* messages; 0: never */
	struct str answer;
};

static double clock_s;
static struct str told;

/* --- the daemon's part ---------------------------------------------------- */

static struct replica_now
now(void *arg)
{
	(void)arg;
	return (struct replica_now){(int64_t)(clock_s * 1e6), at(clock_s)};
}

static void
cut(struct side *s)
{
	struct frame *f;

	for (int i = 0; i < 2; i++, s = s->other) {
		while ((f = s->first) != NULL) {
			s->first = f->next;
			str_free(&f->bytes);
			free(f);
		}
		s->last = &s->first;
		if (s->connected && s->r != NULL) {
			s->connected = false;
			replica_down(s->r, "the wire was cut");
		}
		s->connected = false;
	}
}

static int
say_it(const struct msg *m, void *arg)
{
	struct side *s = arg, *to = s->other;
	struct frame *f;

	if (!s->connected)
		return 0;
	if (s->cut_after > 0 && --s->cut_after == 0) {
		cut(s);
		return 0;
	}
	f = xnew(struct frame);
	msg_put(&f->bytes, m);
	*to->last = f;
	to->last = &f->next;
	return 0;
}

static void
end(const char *why, void *arg)
{
	struct side *s = arg;

	if (!s->connected)
		return;
	s->connected = false;
	replica_down(s->r, why);
	cut(s);
}

static void
working(bool works, void *arg)
{
	((struct side *)arg)->works = works;
}

static size_t
under_way(void *arg)
{
	(void)arg;
	return 0;
}

static void
notice(struct slice id, struct slice body, void *arg)
{
	struct side *s = arg;
	char *copy = slice_dup(id);

	(void)body;
	if (!strings_has(&s->notices, copy))
		strings_add(&s->notices, id);
	free(copy);
}

static void
notice_gone(struct slice id, void *arg)
{
	struct side *s = arg;
	struct strings left = {0};

	for (size_t i = 0; i < s->notices.n; i++) {
		if (!slice_eqs(id, s->notices.v[i]))
			strings_add(&left, slice_of(s->notices.v[i]));
	}
	strings_free(&s->notices);
	s->notices = left;
}

static void
filter_notices(
    bool (*keep)(const char *id, void *keep_arg), void *keep_arg, void *arg)
{
	struct side *s = arg;

	for (size_t i = s->notices.n; i-- > 0;) {
		char *id = xstrdup(s->notices.v[i]);

		if (!keep(id, keep_arg)) {
			ec_store_notice_gone(s->store, slice_of(id));
			notice_gone(slice_of(id), s);
		}
		free(id);
	}
}

static void
rules(struct slice *rules_r, struct slice *actions_r, void *arg)
{
	(void)arg;
	*rules_r = SLICE("[]");
	*actions_r = SLICE("{}");
}

static int
take_rules(
    struct slice rules_text, struct slice actions, struct err *err_r, void *arg)
{
	(void)err_r;
	(void)arg;
	assert_true(slice_eqs(rules_text, "[]"));
	assert_true(slice_eqs(actions, "{}"));
	return 0;
}

static void
save_notices(void *arg)
{
	struct side *s = arg;

	for (size_t i = 0; i < s->notices.n; i++)
		ec_store_notice(
		    s->store, slice_of(s->notices.v[i]), SLICE("body"));
}

static void
pressure(bool full, void *arg)
{
	(void)full;
	(void)arg;
}

static void
changed(struct event *ev, void *arg)
{
	ec_store_changed(((struct side *)arg)->store, ev);
}

static void
gone(const struct event *ev, void *arg)
{
	ec_store_gone(((struct side *)arg)->store, ev);
}

static void
history(const char *what, const char *who, const char *addinfo,
    const struct event *ev, int64_t now_us, void *arg)
{
	ec_store_history(
	    ((struct side *)arg)->store, what, who, addinfo, ev, now_us);
}

static void
action(struct event *ev, const char *name, bool recovery, void *arg)
{
	struct side *s = arg;
	char id[64];

	(void)name;
	snprintf(id, sizeof(id), "%s%llu%s", s->name,
	    (unsigned long long)ev->id, recovery ? "r" : "");
	ev->notifications++;
	ec_store_notice(s->store, slice_of(id), SLICE("body"));
	notice(slice_of(id), SLICE("body"), s);
}

static void
heard(const struct message *m, bool made, void *arg)
{
	(void)m;
	if (made)
		replica_heard(((struct side *)arg)->r);
}

/* The notifier takes what waits. */
static void
deliver(struct side *s)
{
	while (s->works && s->notices.n > 0) {
		char *id = xstrdup(s->notices.v[0]);

		str_addf(&told, "%s ", id);
		ec_store_notice_gone(s->store, slice_of(id));
		notice_gone(slice_of(id), s);
		free(id);
	}
}

/* --- two sides ------------------------------------------------------------ */

static void
start(struct side *s)
{
	static const char text[] =
	    "[{\"id\":\"c\",\"when\":{\"application\":\"c\"},\"count\":"
	    "{\"count\":3},\"actions\":[\"@NOTIFY\"]},"
	    "{\"id\":\"e\",\"when\":{\"application\":\"e\"},\"expect\":"
	    "{\"interval\":\"1h\",\"count\":9}},"
	    "{\"id\":\"d\",\"when\":{\"application\":\"d\"},\"delay\":\"10s\","
	    "\"actions\":[\"@NOTIFY\"]},"
	    "{\"id\":\"r\",\"actions\":[\"@NOTIFY\"]}]";
	struct store_handlers handlers = {
	    notice, notice_gone, save_notices, pressure, s, NULL};
	const struct replica_ops ops = {now, say_it, end, working, under_way,
	    filter_notices, rules, take_rules, s};
	struct err err;

	uv_loop_init(&s->loop);
	s->last = &s->first;
	s->h = xnew(struct harness);
	s->h->effects = (struct engine_effects){.changed = changed,
	    .gone = gone,
	    .history = history,
	    .action = action,
	    .heard = heard,
	    .arg = s};
	s->h->world.match.site = s->name;
	s->h->e = ec_engine_new(harness_rules(text), harness_options(NULL),
	    &s->h->world, &s->h->effects, 7);
	replica_set_ids(s->h->e, &s->o);
	s->store = ec_store_open(&s->loop, s->folder, s->h->e, &handlers, &err);
	if (s->store == NULL)
		fail_msg("%s", err.text);
	s->r = replica_new(s->h->e, s->store, &s->o, &ops);
	replica_begin(s->r);
}

static void
stop(struct side *s)
{
	cut(s);
	replica_free(&s->r);
	ec_store_close(&s->store);
	harness_free(s->h);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	strings_free(&s->notices);
	str_free(&s->answer);
	s->works = false;
}

static void
take_frames(struct side *s)
{
	struct frame *f;

	while ((f = s->first) != NULL) {
		struct wire w = wire_of(str_slice(&f->bytes));
		const char *why;
		struct msg m;

		s->first = f->next;
		if (s->first == NULL)
			s->last = &s->first;
		assert_int_equal(msg_get(&w, &m, &why), 1);
		replica_message(s->r, &m);
		str_free(&f->bytes);
		free(f);
	}
}

/* Until neither has anything to say or to write. */
static void
on_synced(const char *why, void *arg)
{
	assert_null(why);
	((struct side *)arg)->synced = true;
}

static void
settle_one(struct side *s)
{
	if (s->store == NULL)
		return;
	s->synced = false;
	ec_store_sync(s->store, on_synced, s);
	while (!s->synced)
		uv_run(&s->loop, UV_RUN_ONCE);
	uv_run(&s->loop, UV_RUN_NOWAIT);
	take_frames(s);
}

static void
settle(struct side *s)
{
	for (int i = 0; i < 20; i++) {
		settle_one(s);
		settle_one(s->other);
	}
}

static const char *
state_of(const struct side *s)
{
	static struct replica_status status;

	replica_status(s->r, &status);
	return status.words;
}

/* Until replication says so; the archive answers when it likes. */
static void
wait_for(struct side *s, const char *words)
{
	for (int i = 0; strstr(state_of(s), words) == NULL; i++) {
		if (i > 20000)
			fail_msg("%s: %s", s->name, state_of(s));
		settle(s);
		replica_tick(s->r);
		usleep(1000);
	}
	settle(s);
}

static void
tick_both(struct side *s, double when)
{
	clock_s = when;
	for (int i = 0; i < 2; i++, s = s->other) {
		if (s->store == NULL)
			continue;
		replica_tick(s->r);
		if (s->works)
			tick(s->h, when);
	}
	settle(s);
}

static void
connect_both(struct side *s)
{
	s->connected = s->other->connected = true;
	replica_up(s->r, s->other->name);
	replica_up(s->other->r, s->name);
	settle(s);
}

/* A message that comes to this one. */
static void
hear_it(struct side *s, double when, const char *app, const char *text)
{
	char line[200];
	struct message m = {.input = INPUT_UDP};

	clock_s = when;
	snprintf(
	    line, sizeof(line), "<27>Mar  5 13:59:58 gw2 %s: %s", app, text);
	syslog_parse(&s->h->parser, slice_of(line), "192.0.2.7", at(when), &m);
	if (!replica_keeps(s->r, &m))
		ec_engine_message(s->h->e, &m, at(when));
}

static void
hear_both(struct side *s, double when, const char *app, const char *text)
{
	hear_it(s, when, app, text);
	hear_it(s->other, when, app, text);
}

static void
on_answer(const struct str *answer, const char *why, void *arg)
{
	struct side *s = arg;

	assert_null(why);
	str_clear(&s->answer);
	str_add(&s->answer, str_get(answer));
	s->synced = true;
}

/* "NEW 1 NEW 2": the archive, the oldest first. */
static const char *
lines(struct side *s)
{
	static struct str out;
	struct err err;
	struct slice rest, line, what;
	struct query *q =
	    query_parse(SLICE("GET history\nColumns: history_what event_id\n"
			      "OutputFormat: plain"),
		&err);
	const char *all[64];
	size_t n = 0;

	s->synced = false;
	archive_query(ec_store_archive(s->store), q, on_answer, s);
	while (!s->synced)
		uv_run(&s->loop, UV_RUN_ONCE);
	rest = str_slice(&s->answer);
	slice_next(&rest, '\n', &line);
	while (rest.len > 0 && slice_next(&rest, '\n', &line))
		all[n++] = line.s;
	str_clear(&out);
	while (n-- > 0) {
		line = slice_of(all[n]);
		slice_next(&line, '\t', &what);
		str_addslice(&out, what);
		slice_next(&line, '\n', &what);
		str_addf(&out, " %lld ",
		    atoll(what.s) < (long long)FIRST
			? atoll(what.s)
			: (long long)FIRST - 1 - atoll(what.s));
	}
	return str_get(&out);
}

struct pair {
	char master_folder[40], slave_folder[40];
	struct side master, slave;
};

static int
make(void **state)
{
	struct pair *p = xnew(struct pair);

	strcpy(p->master_folder, "/tmp/test_replica_XXXXXX");
	strcpy(p->slave_folder, "/tmp/test_replica_XXXXXX");
	assert_non_null(mkdtemp(p->master_folder));
	assert_non_null(mkdtemp(p->slave_folder));
	p->master = (struct side){.name = "m",
	    .folder = p->master_folder,
	    .other = &p->slave,
	    .o = {.role = REPLICA_MASTER, .wait_us = 5000000}};
	p->slave = (struct side){.name = "s",
	    .folder = p->slave_folder,
	    .other = &p->master,
	    .o = {.role = REPLICA_SLAVE,
		.automatic = true,
		.interval_us = 1000000,
		.takeover_us = 30000000,
		.fallback_us = INT64_C(3600000000)}};
	clock_s = 0;
	str_clear(&told);
	start(&p->master);
	start(&p->slave);
	*state = p;
	return 0;
}

static int
unmake(void **state)
{
	struct pair *p = *state;
	char *command;

	if (p->master.store != NULL)
		stop(&p->master);
	stop(&p->slave);
	command = xasprintf("rm -rf %s %s", p->master_folder, p->slave_folder);
	assert_int_equal(system(command), 0);
	free(command);
	free(p);
	str_free(&told);
	return 0;
}

static void
follow(struct pair *p)
{
	connect_both(&p->master);
	wait_for(&p->slave, "follows m");
	assert_true(p->master.works);
	assert_false(p->slave.works);
	assert_string_equal(state_of(&p->master), "the fallback s follows");
}

/* --- tests ---------------------------------------------------------------- */

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
	assert_string_equal(lines(s), "NEW 3 UPDATE 1 DELETE 2 ");
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
	assert_string_equal(lines(s), "");
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
	assert_string_equal(str_get(&told), "m1 m3 s1000000000001 s2 ");
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
		a_command_waits_for_the_fallback, make, unmake),
	    cmocka_unit_test_setup_teardown(
		what_is_not_understood, make, unmake)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
