/* SPDX-License-Identifier: Apache-2.0
 *
 * The event console on a virtual clock; see replay.h. What the daemon does
 * for the engine (store, notifier, scripts) is a line of output here.
 */
#include "site/replay/replay.h"

#include "common/clock.h"
#include "common/period.h"
#include "eventd/configured.h"
#include "eventd/event/command.h"
#include "eventd/hosts.h"
#include "eventd/notify.h"
#include "eventd/trap/credentials.h"
#include "eventd/trap/mib_file.h"
#include "eventd/trap/text.h"
#include "site/replay/feed.h"
#include "site/replay/print.h"
#include "site/simulate/scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_BLOCK 65536

struct replay {
	const struct replay_options *options;
	const struct snapshot *snap;
	struct feed feed;
	struct periods *periods;
	struct host_names *names;
	struct event_rules *configured;
	struct engine_world world;
	struct engine_effects effects;
	struct engine *engine;
	struct syslog_parser parser;
	struct trap_reader *traps; /* NULL until the first trap */
	struct trap_text trap_text;
	struct mib *mib;     /* NULL: numbers stay numbers */
	const char *address; /* of the trap that is being read */
	struct str out;
	int64_t start_us, now_us; /* wall */
};

static void
begin(struct replay *r, const char *event)
{
	print_begin(&r->out, r->now_us - r->start_us, event);
}

static void
flush(struct replay *r, size_t above)
{
	struct slice rest = str_slice(&r->out);

	if (r->options->fd == -1 || rest.len <= above)
		return;
	while (rest.len > 0) {
		ssize_t n = write(r->options->fd, rest.s, rest.len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		rest.s += n;
		rest.len -= (size_t)n;
	}
	str_clear(&r->out);
}

static void
end(struct replay *r)
{
	print_end(&r->out);
	flush(r, OUTPUT_BLOCK);
}

/* --- what the engine asks -------------------------------------------------
 */

static const char *
core_host(const char *name, void *arg)
{
	const struct replay *r = arg;
	uint32_t host = host_names_find(r->names, name);

	return host == SNAP_NONE ? NULL
				 : snap_s(r->snap, r->snap->objects[host].name);
}

/* No downtimes without core. */
static bool
in_downtime(const char *host, void *arg)
{
	(void)host;
	(void)arg;
	return false;
}

static bool
host_limit(const char *host, struct limit *limit_r, void *arg)
{
	const struct replay *r = arg;

	return host_event_limit(
	    r->snap, snap_find_host(r->snap, slice_of(host)), limit_r);
}

static bool
period_active(const char *name, void *arg)
{
	const struct replay *r = arg;
	uint32_t index = snap_find_period(r->snap, slice_of(name));

	return index == SNAP_NONE ||
	    period_is_in(r->periods, index, r->now_us / US_PER_S);
}

static bool
has_action(const char *action, void *actions)
{
	return action_exists(actions, action);
}

/* --- what the engine tells ------------------------------------------------
 */

static void
on_changed(struct event *ev, void *arg)
{
	(void)ev;
	(void)arg;
}

static void
on_gone(const struct event *ev, void *arg)
{
	(void)ev;
	(void)arg;
}

static void
on_history(const char *what, const char *who, const char *addinfo,
    const struct event *ev, int64_t now_us, void *arg)
{
	struct replay *r = arg;

	(void)now_us;
	begin(r, "history");
	print_text(&r->out, "what", slice_of(what));
	print_text(&r->out, "who", slice_of(who));
	print_text(&r->out, "addinfo", slice_of(addinfo));
	print_number(&r->out, "id", (int64_t)ev->id);
	print_event(&r->out, ev);
	end(r);
}

static void
on_action(struct event *ev, const char *action, bool recovery, void *arg)
{
	struct replay *r = arg;
	const char *who = r->engine->who == NULL ? "" : r->engine->who;
	struct action_mail mail;
	struct str context = {0};

	begin(r, "action");
	print_text(&r->out, "id", slice_of(action));
	print_number(&r->out, "event_id", (int64_t)ev->id);
	end(r);
	if (action_mail(r->world.actions, action, ev, &mail)) {
		action_mail_addinfo(&mail, &context);
		on_history("EMAIL", who, str_get(&context), ev, r->now_us, r);
		action_mail_free(&mail);
		str_free(&context);
		return;
	}
	if (strcmp(action, ACTION_NOTIFY) != 0) {
		on_history("SCRIPT", who, action, ev, r->now_us, r);
		return;
	}
	ev->notifications++;
	notify_context(&context, r->snap, ev, recovery);
	begin(r, "notification");
	print_context(&r->out, str_slice(&context));
	end(r);
	str_free(&context);
}

static void
on_overflow(
    const char *scope, uint32_t limit, const struct event *ev, void *arg)
{
	struct replay *r = arg;

	begin(r, "overflow");
	print_text(&r->out, "scope", slice_of(scope));
	print_number(&r->out, "limit", limit);
	if (strcmp(scope, "host") == 0)
		print_text(&r->out, "host", slice_of(ev->host));
	if (strcmp(scope, "rule") == 0)
		print_text(&r->out, "rule", slice_of(ev->rule_id));
	end(r);
}

static void
on_watch(const char *rule_id, int64_t from_us, uint64_t count, void *arg)
{
	(void)rule_id;
	(void)from_us;
	(void)count;
	(void)arg;
}

static void
print_try(struct replay *r, const struct rule *rule, const char *failed)
{
	begin(r, "try");
	print_text(&r->out, "pack", slice_of(rule->pack->id));
	print_text(&r->out, "rule", slice_of(rule->id));
	print_bool(&r->out, "match", failed == NULL);
	if (failed == NULL)
		print_null(&r->out, "failed");
	else
		print_text(&r->out, "failed", slice_of(failed));
	end(r);
}

static void
on_try(const struct rule *rule, const char *failed, const struct match *match,
    void *arg)
{
	static const char *const outcomes[] = {[OUTCOME_EVENT] = "event",
	    [OUTCOME_DROP] = "drop",
	    [OUTCOME_SKIP_PACK] = "skip_pack"};
	struct replay *r = arg;

	if (r->options->explain)
		print_try(r, rule, failed);
	if (failed != NULL)
		return;
	begin(r, "match");
	print_text(&r->out, "pack", slice_of(rule->pack->id));
	print_text(&r->out, "rule", slice_of(rule->id));
	print_text(&r->out, "outcome", slice_of(outcomes[rule->outcome]));
	print_bool(&r->out, "cancelling", match->cancelling);
	print_groups(&r->out, "groups", &match->text);
	print_groups(&r->out, "groups_application", &match->application);
	end(r);
}

/* --- playing --------------------------------------------------------------
 */

/* What is due up to `to_us` happens at its own time. */
static void
advance(struct replay *r, int64_t to_us)
{
	int64_t due;

	while ((due = ec_engine_due(r->engine)) <= to_us) {
		if (due > r->now_us)
			r->now_us = due;
		ec_engine_tick(r->engine, r->now_us);
	}
	r->now_us = to_us;
}

static void
play_parsed(struct replay *r, struct message *m)
{
	begin(r, "message");
	print_one_message(&r->out, m);
	end(r);
	if (m->format == FORMAT_UNREADABLE) {
		begin(r, "unparsed");
		print_text(&r->out, "text", m->text);
		end(r);
	}
	ec_engine_message(r->engine, m, r->now_us);
}

static void
print_error(struct replay *r, const char *text)
{
	begin(r, "error");
	print_text(&r->out, "message", slice_of(text));
	end(r);
}

/* --- traps ---------------------------------------------------------------- */

static void
on_trap(const struct trap *trap, void *arg)
{
	struct replay *r = arg;
	struct message m;

	trap_message(&r->trap_text, trap->pdu, r->address,
	    &r->engine->options->traps, r->mib, r->now_us, &m);
	play_parsed(r, &m);
}

static void
on_refused(enum trap_refusal why, struct slice packet,
    const struct trap_peer *peer, const struct err *reason, void *arg)
{
	struct err text = {""};

	(void)why;
	(void)packet;
	(void)peer;
	err_set(&text, "the trap is refused: %s", reason->text);
	print_error(arg, text.text);
}

/* Nobody is answered here. */
static void
on_send(struct slice packet, const struct trap_peer *to, void *arg)
{
	(void)packet;
	(void)to;
	(void)arg;
}

static void
on_learned(const char *user, const struct engine_id *engine,
    const struct trap_peer *peer, void *arg)
{
	(void)user;
	(void)engine;
	(void)peer;
	(void)arg;
}

static void
play_trap(struct replay *r, const struct feed_item *item)
{
	static const struct trap_peer nobody = {.fd = -1};
	static const struct engine_id own = {{0x80, 0, 0, 0, 5, 0, 0, 0, 1}, 9};
	struct trap_handlers handlers = {.trap = on_trap,
	    .refused = on_refused,
	    .send = on_send,
	    .learned = on_learned,
	    .arg = r};
	struct err err = {""};

	if (r->traps == NULL) {
		r->traps = trap_reader_new(&own, 1, &handlers);
		if (trap_reader_set(
			r->traps, &r->engine->options->traps, &err) != 0)
			print_error(r, err.text);
		if (r->engine->options->traps.translate)
			r->mib = mib_of_site(r->options->root, &err);
	}
	r->address = item->address;
	trap_read(r->traps, item->text, &nobody);
}

static void
play_message(
    struct replay *r, struct slice raw, const char *address, enum input input)
{
	struct message m = {.input = input};

	syslog_parse(&r->parser, raw, address, r->now_us, &m);
	m.input = input;
	play_parsed(r, &m);
}

static void
play_command(struct replay *r, struct slice line)
{
	struct err err = {""};
	char *raw = NULL;

	if (slice_starts(line, "COMMAND "))
		line = slice_trim((struct slice){line.s + 8, line.len - 8});
	switch (ec_command_run(r->engine, line, r->now_us, &raw, &err)) {
	case COMMAND_DONE:
	case COMMAND_RESET:
	case COMMAND_FLUSH:
		break;
	case COMMAND_FAILED:
		print_error(r, err.text);
		break;
	case COMMAND_CREATE:
		play_message(r, slice_of(raw), "", INPUT_COMMAND);
		break;
	case COMMAND_RELOAD:
	case COMMAND_SHUTDOWN:
	case COMMAND_REOPENLOG:
	case COMMAND_SYNC:
	case COMMAND_SWITCH:
		print_error(r, "this command means the daemon, not its events");
		break;
	}
	free(raw);
}

static void
play(struct replay *r)
{
	for (size_t i = 0; i < r->feed.n; i++) {
		const struct feed_item *item = &r->feed.items[i];

		advance(r, r->start_us + item->at_us);
		switch (item->kind) {
		case FEED_MESSAGE:
			play_message(r, item->text, item->address, INPUT_UDP);
			break;
		case FEED_TRAP:
			play_trap(r, item);
			break;
		case FEED_COMMAND:
			play_command(r, item->text);
			break;
		case FEED_UNTIL:
			break;
		}
	}
	flush(r, 0);
}

/* --- the parts --------------------------------------------------------------
 */

static void
wrong(struct replay *r, struct mistakes *m, const char *path, const char *text)
{
	struct mistake_place place = {r->options->file, 1, 1, path};

	mistake_add(m, &place, "%s", text);
}

static void
set_clock(struct replay *r, struct mistakes *m)
{
	const char *zone =
	    r->feed.zone != NULL ? r->feed.zone : r->options->zone;
	int64_t start = r->options->start;

	if (zone != NULL && !sim_zone_exists(zone)) {
		wrong(r, m, "timezone", "there is no such time zone");
	} else if (zone != NULL) {
		setenv("TZ", zone, 1);
		tzset();
	}
	if (r->feed.start != NULL && !sim_local_time(r->feed.start, &start))
		wrong(
		    r, m, "start", "it is no local time (2026-03-02T08:00:00)");
	r->start_us = r->now_us = start * US_PER_S;
}

static void
read_rules(
    struct replay *r, const struct settings *settings, struct mistakes *m)
{
	struct str found = {0}, warnings = {0};
	struct slice rest, line;
	struct err err;

	r->configured =
	    event_rules_read(r->snap, settings->eventd, &found, &warnings);
	rest = str_slice(&found);
	while (slice_next(&rest, '\n', &line)) {
		if (line.len > 0)
			mistake_add(m, &(struct mistake_place){0}, "%.*s",
			    (int)line.len, line.s);
	}
	if (r->configured != NULL &&
	    trap_credentials_read(
		&r->configured->options->traps, r->options->root, &err) != 0)
		mistake_add(m, &(struct mistake_place){0}, "%s", err.text);
	r->periods = periods_compile(r->snap, &err);
	if (r->periods == NULL)
		mistake_add(m, &(struct mistake_place){0}, "%s", err.text);
	str_free(&found);
	str_free(&warnings);
}

static void
make_engine(struct replay *r)
{
	r->names = host_names_new(r->snap);
	r->world = (struct engine_world){.match = {.site = r->options->site,
					     .period_active = period_active,
					     .arg = r},
	    .core_host = core_host,
	    .in_downtime = in_downtime,
	    .host_limit = host_limit,
	    .has_action = has_action,
	    .actions = r->configured->actions,
	    .arg = r};
	r->effects = (struct engine_effects){.changed = on_changed,
	    .gone = on_gone,
	    .history = on_history,
	    .action = on_action,
	    .overflow = on_overflow,
	    .watch = on_watch,
	    .arg = r};
	r->engine = ec_engine_new(r->configured->rules, r->configured->options,
	    &r->world, &r->effects, 0);
	r->configured->rules = NULL;
	r->configured->options = NULL;
	r->engine->trace = on_try;
	r->engine->trace_arg = r;
	r->engine->try_every = r->options->explain;
	ec_engine_start(r->engine, r->now_us);
}

static void
free_all(struct replay *r)
{
	trap_reader_free(&r->traps);
	trap_text_free(&r->trap_text);
	mib_free(&r->mib);
	ec_engine_free(&r->engine);
	syslog_parser_free(&r->parser);
	event_rules_free(&r->configured);
	host_names_free(&r->names);
	periods_free(&r->periods);
	replay_feed_free(&r->feed);
	str_free(&r->out);
}

int
replay_run(struct slice text, const struct snapshot *snap,
    const struct settings *settings, const struct replay_options *options,
    struct str *out_r, struct mistakes *m)
{
	struct replay r = {.options = options, .snap = snap};
	int rc = -1;

	replay_feed_read(&r.feed, options->file, text, m);
	set_clock(&r, m);
	read_rules(&r, settings, m);
	if (m->n_mistakes == 0) {
		make_engine(&r);
		play(&r);
		if (options->fd == -1)
			str_addslice(out_r, str_slice(&r.out));
		rc = 0;
	}
	free_all(&r);
	return rc;
}
