/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes from the other event console: messages of the bus, one after the
 * other, to a master or to a fallback (the first byte says which). Whatever
 * they are, the store and the engine stay whole.
 */
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/replica/replica.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules[] =
    "[{\"id\":\"c\",\"when\":{\"application\":\"c\"},\"count\":"
    "{\"count\":3}},{\"id\":\"e\",\"when\":{\"application\":\"e\"},"
    "\"expect\":{\"interval\":\"1h\",\"count\":9}},{\"id\":\"r\"}]";

static struct engine *engine;
static struct store *store;
static uv_loop_t loop;
static int64_t clock_us;
static bool over;

static struct replica_now
now(void *arg)
{
	(void)arg;
	return (struct replica_now){clock_us, clock_us};
}

static int
say_it(const struct msg *m, void *arg)
{
	(void)m;
	(void)arg;
	return 0;
}

static void
end(const char *why, void *arg)
{
	(void)why;
	(void)arg;
	over = true;
}

static void
working(bool works, void *arg)
{
	(void)works;
	(void)arg;
}

static size_t
under_way(void *arg)
{
	(void)arg;
	return 0;
}

static void
filter_notices(
    bool (*keep)(const char *id, void *keep_arg), void *keep_arg, void *arg)
{
	(void)arg;
	keep("id", keep_arg);
}

static void
our_rules(struct slice *rules_r, struct slice *actions_r, void *arg)
{
	(void)arg;
	*rules_r = slice_of(rules);
	*actions_r = SLICE("{}");
}

static int
take_rules(
    struct slice theirs, struct slice actions, struct err *err_r, void *arg)
{
	(void)theirs;
	(void)actions;
	(void)arg;
	err_set(err_r, "not here");
	return -1;
}

static void
changed(struct event *ev, void *arg)
{
	(void)arg;
	ec_store_changed(store, ev);
}

static void
gone(const struct event *ev, void *arg)
{
	(void)arg;
	ec_store_gone(store, ev);
}

static void
history(const char *what, const char *who, const char *addinfo,
    const struct event *ev, int64_t now_us, void *arg)
{
	(void)arg;
	ec_store_history(store, what, who, addinfo, ev, now_us);
}

static void
action(struct event *ev, const char *name, bool recovery, void *arg)
{
	(void)ev;
	(void)name;
	(void)recovery;
	(void)arg;
}

static void
notice(struct slice id, struct slice body, void *arg)
{
	(void)id;
	(void)body;
	(void)arg;
}

static void
notice_gone(struct slice id, void *arg)
{
	(void)id;
	(void)arg;
}

static void
save_notices(void *arg)
{
	(void)arg;
}

static void
pressure(bool full, void *arg)
{
	(void)full;
	(void)arg;
}

static const struct engine_effects effects = {
    .changed = changed, .gone = gone, .history = history, .action = action};
static const struct engine_world world = {.match.site = "demo"};

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static struct engine *
make_engine(void)
{
	struct str mistakes = {0};
	json_t *doc = json_loads(rules, 0, NULL);
	struct engine *e =
	    ec_engine_new(ruleset_compile(doc, NULL, &mistakes, NULL),
		eventd_options_read(NULL, &mistakes), &world, &effects, 7);

	json_decref(doc);
	str_free(&mistakes);
	return e;
}

static void
feed(struct replica *r, struct slice bytes)
{
	struct wire w = wire_of(bytes);
	const char *why;
	struct msg m;

	while (!over && msg_get(&w, &m, &why) == 1) {
		replica_message(r, &m);
		clock_us += 100000;
		replica_tick(r);
		uv_run(&loop, UV_RUN_NOWAIT);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct store_handlers handlers = {
	    notice, notice_gone, save_notices, pressure, NULL, NULL};
	const struct replica_ops ops = {now, say_it, end, working, under_way,
	    filter_notices, our_rules, take_rules, NULL};
	struct replica_options o = {.automatic = true,
	    .interval_us = 1000000,
	    .takeover_us = 30000000,
	    .fallback_us = 60000000,
	    .wait_us = 5000000};
	char folder[] = "/tmp/fuzz_replica_XXXXXX";
	struct replica *r;
	struct err err;

	if (size == 0)
		return 0;
	log_set_sink(quiet, NULL);
	clock_us = 1000000000;
	over = false;
	o.role = data[0] & 1 ? REPLICA_MASTER : REPLICA_SLAVE;
	must(uv_loop_init(&loop) == 0);
	must(mkdtemp(folder) != NULL);
	engine = make_engine();
	replica_set_ids(engine, &o);
	store = ec_store_open(&loop, folder, engine, &handlers, &err);
	must(store != NULL);
	r = replica_new(engine, store, &o, &ops);
	replica_begin(r);
	replica_up(r, "other");
	feed(r, (struct slice){(const char *)data + 1, size - 1});
	/* Then it goes, and this one works. */
	replica_down(r, "over");
	for (int i = 0; i < 3; i++) {
		clock_us += 40000000;
		replica_tick(r);
	}
	replica_free(&r);
	ec_store_close(&store);
	ec_engine_free(&engine);
	uv_run(&loop, UV_RUN_DEFAULT);
	must(uv_loop_close(&loop) == 0);
	must(file_remove_tree(folder, &err) == 0);
	return 0;
}
