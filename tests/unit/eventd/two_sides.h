/* SPDX-License-Identifier: Apache-2.0
 *
 * Two event consoles, master and slave, each with its store, on a virtual
 * clock. What one says to the other waits in frames until it is taken.
 */
#ifndef TESTS_UNIT_EVENTD_TWO_SIDES_H
#define TESTS_UNIT_EVENTD_TWO_SIDES_H

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
	const char *origin = ec_store_origin(s->store, ev->id);
	char id[64];

	(void)name;
	snprintf(id, sizeof(id), "%s%llu%s",
	    origin[0] == '\0' ? s->name : origin, (unsigned long long)ev->id,
	    recovery ? "r" : "");
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

/* Until the slave's archive has what it missed. */
static void
wait_for_lines(struct side *s)
{
	struct replica_status status;

	for (int i = 0;; i++) {
		replica_status(s->r, &status);
		if (status.missing == 0)
			break;
		if (i > 20000)
			fail_msg("%s: lines are missing", s->name);
		replica_tick(s->r);
		settle(s);
		usleep(1000);
	}
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

/* What the archive has: s->answer. */
static void
ask_lines(struct side *s)
{
	struct err err;
	struct query *q =
	    query_parse(SLICE("GET history\nColumns: history_what event_id\n"
			      "OutputFormat: plain"),
		&err);

	s->synced = false;
	archive_query(ec_store_archive(s->store), q, on_answer, s);
	while (!s->synced)
		uv_run(&s->loop, UV_RUN_ONCE);
}

/* "NEW 1 NEW 2": the archive, the oldest first. */
static const char *
lines(struct side *s)
{
	static struct str out;
	struct slice rest, line, what;
	const char *all[64];
	size_t n = 0;

	ask_lines(s);
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

#endif
