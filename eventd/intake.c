/* SPDX-License-Identifier: Apache-2.0
 *
 * The way of a message from its receiver to the engine; see intake.h.
 */
#include "eventd/intake.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/eventd.h"
#include "eventd/rule/compile.h"

#include <stdlib.h>

/* Looking at the clock is dear: one message of 16 is measured; 0: not this. */
static int64_t
start_of(const struct eventd *ed)
{
	return ed->engine->counters.messages % 16 == 0 ? clock_mono() : 0;
}

/* A fallback keeps it until its master has handled it. */
static void
handle(struct eventd *ed, struct message *m, int64_t received_us)
{
	if (!replica_keeps(fallback_replica(ed->fallback), m))
		ec_engine_message(ed->engine, m, received_us);
}

void
eventd_message(struct slice raw, const char *address, enum input input,
    int64_t received_us, void *arg)
{
	struct eventd *ed = arg;
	struct message m = {.input = input};
	int64_t start = start_of(ed);

	if (address[0] != '\0') {
		switch (sources_take(
		    ed->intake.sources, input, address, raw.len, received_us)) {
		case SOURCE_TAKEN:
			break;
		case SOURCE_REFUSED:
			ed->received.not_allowed++;
			return;
		case SOURCE_LIMITED:
			return;
		}
	}
	ed->received.bytes[input] += raw.len;
	syslog_parse(&ed->parser, raw, address, received_us, &m);
	handle(ed, &m, received_us);
	if (start != 0)
		rates_processing(&ed->rates,
		    (double)(clock_mono() - start) / (double)NS_PER_S);
	eventd_arm(ed);
}

bool
eventd_trap_admit(
    const char *address, size_t bytes, int64_t received_us, void *arg)
{
	struct eventd *ed = arg;
	enum source_verdict verdict = sources_take(
	    ed->intake.sources, INPUT_TRAP, address, bytes, received_us);

	ed->received.not_allowed += verdict == SOURCE_REFUSED;
	if (verdict == SOURCE_TAKEN)
		ed->received.bytes[INPUT_TRAP] += bytes;
	return verdict == SOURCE_TAKEN;
}

void
eventd_trap_message(struct message *m, void *arg)
{
	struct eventd *ed = arg;
	int64_t start = start_of(ed);

	handle(ed, m, m->received_us);
	if (start != 0)
		rates_processing(&ed->rates,
		    (double)(clock_mono() - start) / (double)NS_PER_S);
	eventd_arm(ed);
}

void
eventd_heard(const struct message *m, bool made, void *arg)
{
	struct eventd *ed = arg;

	if (made)
		replica_heard(fallback_replica(ed->fallback));
	forwarders_add(ed->intake.forward, m, made);
	if (ed->engine->options->log_messages)
		message_log_add(ed->intake.log, m);
}

void
eventd_unmatched(const struct message *m, int64_t now_us, void *arg)
{
	ec_patterns_add(((struct eventd *)arg)->intake.patterns, m, now_us);
}

static bool
admit(enum input input, const char *address, void *arg)
{
	struct eventd *ed = arg;

	if (sources_admit(ed->intake.sources, input, address, eventd_now()))
		return true;
	ed->received.not_allowed++;
	log_warn("%s: %s is not allowed (see listen.syslog_%s.allow)",
	    input_name(input), address, input_name(input));
	return false;
}

static void
sync_spool(spool_done_fn *done, void *done_arg, void *arg)
{
	ec_store_sync(((struct eventd *)arg)->store, done, done_arg);
}

void
eventd_intake_make(struct eventd *ed, uint64_t seed)
{
	char *folder = daemon_path(ed->d, "var/vedette/eventd/messages");

	char *queues = daemon_path(ed->d, "var/vedette/eventd/forward");

	ed->intake.sources = sources_new(seed);
	ed->intake.forward = forwarders_new(ed->d->loop, ed->d->root, queues);
	free(queues);
	ed->intake.log = message_log_new(ed->d->loop, folder);
	ed->intake.patterns = ec_patterns_new();
	ec_stream_set_admit(ed->streams, admit);
	free(folder);
}

int
eventd_intake_start(struct eventd *ed, struct err *err_r)
{
	char *folder = daemon_path(ed->d, "var/vedette/eventd/spool");

	ed->intake.spool = spool_new(ed->d->loop, folder, &ed->received,
	    eventd_message, sync_spool, ed, err_r);
	free(folder);
	if (ed->intake.spool == NULL)
		return -1;
	spool_set_max_message(
	    ed->intake.spool, ed->engine->options->max_message);
	return 0;
}

void
eventd_intake_free(struct eventd *ed)
{
	spool_free(&ed->intake.spool);
	message_log_free(&ed->intake.log);
	forwarders_free(&ed->intake.forward);
	ec_sources_free(&ed->intake.sources);
	ec_patterns_free(&ed->intake.patterns);
}

void
eventd_intake_apply(struct eventd *ed)
{
	const struct eventd_options *o = ed->engine->options;

	sources_set_rate(ed->intake.sources, o->rate, o->rate_interval_us);
	forwarders_set(ed->intake.forward, &o->forward);
	if (ed->intake.spool != NULL)
		spool_set_max_message(ed->intake.spool, o->max_message);
}

void
eventd_intake_gate(struct eventd *ed)
{
	const struct replica *r = fallback_replica(ed->fallback);
	bool paused = ed->full || r == NULL || replica_joins(r);

	udp_pause(ed->udp, paused);
	ec_traps_pause(ed->traps, paused);
	ec_stream_pause(ed->streams, paused);
	/* A fallback leaves files alone while its master works. */
	if (ed->intake.spool != NULL)
		spool_pause(ed->intake.spool, paused || !replica_works(r));
}

/* --- losses --------------------------------------------------------------- */

static void
tell_limited(struct eventd *ed, struct source *src, int64_t now_us)
{
	const struct eventd_options *o = ed->engine->options;
	struct str text = {0};

	if (src->limited == src->told)
		return;
	str_addf(&text,
	    "%s sends more than %u messages in %lld s: %llu were dropped "
	    "(eventd.rate_limit)",
	    src->address, o->rate, (long long)(o->rate_interval_us / US_PER_S),
	    (unsigned long long)src->limited);
	ec_engine_tell(
	    ed->engine, "rate", src->address, str_slice(&text), now_us);
	src->told = src->limited;
	str_free(&text);
}

static uint64_t
forward_lost(const struct intake *in)
{
	struct forward_state s;
	uint64_t lost = 0;

	for (size_t i = 0; forwarders_state(in->forward, i, &s); i++)
		lost += s.lost;
	return lost;
}

static void
tell_drops(struct eventd *ed, const char *subject, const char *what,
    uint64_t drops, uint64_t *told, int64_t now_us)
{
	struct str text = {0};

	if (drops <= *told)
		return;
	str_addf(&text, "%llu %s since the event console started",
	    (unsigned long long)drops, what);
	ec_engine_tell(ed->engine, subject, "", str_slice(&text), now_us);
	*told = drops;
	str_free(&text);
}

void
eventd_intake_look(struct eventd *ed)
{
	const struct trap_counters *traps = ec_traps_counters(ed->traps);
	struct intake *in = &ed->intake;
	int64_t now_us = eventd_now();

	udp_look(ed->udp);
	for (struct source *src = sources_newest(in->sources);
	     src != NULL && src->last_us >= in->looked_us; src = src->older)
		tell_limited(ed, src, now_us);
	in->looked_us = now_us;
	tell_drops(ed, "kernel_drops",
	    "datagrams were dropped by the kernel (net.core.rmem_max bounds "
	    "its buffer)",
	    ed->received.kernel_drops + traps->kernel_drops,
	    &in->told_kernel_drops, now_us);
	tell_drops(ed, "queue_drops",
	    "datagrams were dropped, faster than they could be looked at,",
	    ed->received.queue_drops + traps->queue_drops,
	    &in->told_queue_drops, now_us);
	tell_drops(ed, "forward_drops",
	    "messages were not forwarded, for the queue was full,",
	    forward_lost(in), &in->told_forward_lost, now_us);
	eventd_arm(ed);
}

/* --- configuration -------------------------------------------------------- */

static void
read_list(
    const json_t *list, const char *name, struct networks *to, struct err *all)
{
	struct err one;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		struct network net;

		if (s == NULL || !network_parse(s, &net)) {
			err_set(&one,
			    "listen.%s.allow: a network like 192.0.2.0/24 is "
			    "expected",
			    name);
			err_also(all, &one);
			continue;
		}
		to->v = xreallocarray(to->v, to->n + 1, sizeof(*to->v));
		to->v[to->n++] = net;
	}
}

int
eventd_read_allow(const struct settings *settings, struct source_rules *rules,
    struct err *err_r)
{
	const struct {
		const char *name;
		const struct settings_listener *l;
		enum input input;
	} inputs[] = {{"syslog_udp", &settings->syslog_udp, INPUT_UDP},
	    {"syslog_tcp", &settings->syslog_tcp, INPUT_TCP},
	    {"syslog_tls", &settings->syslog_tls, INPUT_TLS},
	    {"traps", &settings->traps, INPUT_TRAP}};
	struct err all = {""};

	*rules = (struct source_rules){0};
	for (size_t i = 0; i < ARRAY_LEN(inputs); i++)
		read_list(json_object_get(inputs[i].l->extra, "allow"),
		    inputs[i].name, &rules->allow[inputs[i].input], &all);
	if (all.text[0] == '\0')
		return 0;
	source_rules_free(rules);
	err_set(err_r, "%s", all.text);
	return -1;
}
