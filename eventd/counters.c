/* SPDX-License-Identifier: Apache-2.0
 *
 * The event console about itself: the row of the table `status`, and the
 * counters of the bus.
 */
#include "eventd/counters.h"
#include "common/clock.h"
#include "eventd/eventd.h"
#include "eventd/status/status.def"

#include <stdio.h>
#include <unistd.h>

static int64_t
virtual_memory(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%ld", &pages) != 1)
		pages = 0;
	fclose(f);
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void
active_groups(const struct group_table *t, struct strings *to)
{
	for (size_t i = 0; i < t->n_buckets; i++) {
		for (const struct event_group *g = t->buckets[i]; g != NULL;
		     g = g->next) {
			if (g->active_limit > 0 && g->key[0] != '\0')
				strings_add(to, slice_of(g->key));
		}
	}
}

static void
rate_values(struct eventd *ed, struct cell *v)
{
	static const enum status_column rates[RATES] = {STATUS_message_rate,
	    STATUS_rule_trie_rate, STATUS_rule_hit_rate, STATUS_drop_rate,
	    STATUS_overflow_rate, STATUS_event_rate, STATUS_connect_rate};
	static const enum status_column averages[RATES] = {
	    STATUS_average_message_rate, STATUS_average_rule_trie_rate,
	    STATUS_average_rule_hit_rate, STATUS_average_drop_rate,
	    STATUS_average_overflow_rate, STATUS_average_event_rate,
	    STATUS_average_connect_rate};

	for (int i = 0; i < RATES; i++) {
		v[rates[i]].f = ed->rates.rate[i];
		v[averages[i]].f = ed->rates.average[i];
	}
	v[STATUS_average_processing_time].f = ed->rates.processing_s;
	v[STATUS_average_request_time].f = ed->rates.request_s;
	v[STATUS_average_sync_time].f = ec_store_sync_time(ed->store);
}

static void
engine_values(const struct engine *e, struct cell *v)
{
	const struct engine_counters *c = &e->counters;

	v[STATUS_num_open_events].i = (int64_t)e->index.n;
	v[STATUS_messages].i = (int64_t)c->messages;
	v[STATUS_rule_tries].i = (int64_t)c->rule_tries;
	v[STATUS_rule_hits].i = (int64_t)c->rule_hits;
	v[STATUS_drops].i = (int64_t)c->drops;
	v[STATUS_overflows].i = (int64_t)c->overflows;
	v[STATUS_events].i = (int64_t)c->events;
	v[STATUS_messages_unparsed].i = (int64_t)c->unparsed;
	v[STATUS_decode_fallback].i = (int64_t)c->decode_fallback;
	v[STATUS_messages_udp].i = (int64_t)c->by_input[INPUT_UDP];
	v[STATUS_messages_tcp].i = (int64_t)c->by_input[INPUT_TCP];
	v[STATUS_messages_tls].i = (int64_t)c->by_input[INPUT_TLS];
	v[STATUS_messages_trap].i = (int64_t)c->by_input[INPUT_TRAP];
	v[STATUS_messages_socket].i = (int64_t)c->by_input[INPUT_SOCKET];
	v[STATUS_messages_pipe].i = (int64_t)c->by_input[INPUT_PIPE];
	v[STATUS_messages_spool].i = (int64_t)c->by_input[INPUT_SPOOL];
	v[STATUS_messages_command].i = (int64_t)c->by_input[INPUT_COMMAND];
	v[STATUS_event_limit_host].i = e->options->by_host.limit;
	v[STATUS_event_limit_rule].i = e->options->by_rule.limit;
	v[STATUS_event_limit_overall].i = e->options->overall.limit;
	v[STATUS_event_limit_active_overall].i = e->overall_active > 0;
	for (size_t i = 0; i < e->rules->n; i++)
		v[STATUS_match_limit_hits].i +=
		    (int64_t)e->rules->rules[i]->match_limit_hits;
}

static void
input_values(const struct receive_counters *c, struct cell *v)
{
	v[STATUS_frames_bad].i = (int64_t)c->frames.bad;
	v[STATUS_messages_truncated].i = (int64_t)c->frames.truncated;
	v[STATUS_kernel_drops].i = (int64_t)c->kernel_drops;
	v[STATUS_queue_drops].i = (int64_t)c->queue_drops;
	v[STATUS_clients].i = (int64_t)c->clients;
	v[STATUS_clients_refused].i = (int64_t)c->clients_refused;
	v[STATUS_tls_failed].i = (int64_t)c->tls_failed;
	v[STATUS_not_allowed].i = (int64_t)c->not_allowed;
	v[STATUS_udp_bytes].i = (int64_t)c->udp_bytes;
	v[STATUS_udp_queued].i = (int64_t)c->udp_queued;
	v[STATUS_kernel_queued].i = (int64_t)c->kernel_queued;
	v[STATUS_receive_buffer].i = (int64_t)c->receive_buffer;
	v[STATUS_bytes_udp].i = (int64_t)c->bytes[INPUT_UDP];
	v[STATUS_bytes_tcp].i = (int64_t)c->bytes[INPUT_TCP];
	v[STATUS_bytes_tls].i = (int64_t)c->bytes[INPUT_TLS];
	v[STATUS_bytes_trap].i = (int64_t)c->bytes[INPUT_TRAP];
	v[STATUS_bytes_socket].i = (int64_t)c->bytes[INPUT_SOCKET];
	v[STATUS_bytes_pipe].i = (int64_t)c->bytes[INPUT_PIPE];
	v[STATUS_bytes_command].i = (int64_t)c->bytes[INPUT_COMMAND];
	v[STATUS_bytes_spool].i = (int64_t)c->bytes[INPUT_SPOOL];
}

static void
forward_values(const struct forwarders *f, struct cell *v)
{
	struct forward_state s;

	for (size_t i = 0; forwarders_state(f, i, &s); i++) {
		v[STATUS_forward_queue].i += (int64_t)s.queued;
		v[STATUS_forward_sent].i += (int64_t)s.sent;
		v[STATUS_forward_drops].i += (int64_t)s.lost;
	}
}

static void
trap_values(const struct trap_counters *c, struct cell *v)
{
	static const enum status_column columns[TRAP_REFUSED_COUNT] = {
#define TRAP_COLUMN(name, help) STATUS_traps_refused_##name,
	    TRAP_REFUSALS(TRAP_COLUMN)};

	for (int i = 0; i < TRAP_REFUSED_COUNT; i++) {
		v[columns[i]].i = (int64_t)c->refused[i];
		v[STATUS_traps_refused].i += (int64_t)c->refused[i];
	}
	v[STATUS_traps].i = (int64_t)c->traps;
	v[STATUS_informs].i = (int64_t)c->informs;
	v[STATUS_informs_repeated].i = (int64_t)c->repeated;
	v[STATUS_informs_unanswered].i = (int64_t)c->unanswered;
	v[STATUS_trap_engines_learned].i = (int64_t)c->learned;
	v[STATUS_trap_kernel_drops].i = (int64_t)c->kernel_drops;
	v[STATUS_trap_queue_drops].i = (int64_t)c->queue_drops;
	/* The sums are of everything that came by UDP. */
	v[STATUS_kernel_drops].i += (int64_t)c->kernel_drops;
	v[STATUS_queue_drops].i += (int64_t)c->queue_drops;
}

/* The words live until the next call. */
static void
replica_values(struct eventd *ed, struct cell *v)
{
	static struct replica_status s;

	replica_status(fallback_replica(ed->fallback), &s);
	v[STATUS_replication_slavemode].s = slice_of(s.slave_mode);
	v[STATUS_replication_last_sync].i = s.last_sync_us;
	v[STATUS_replication_success].i = s.success;
	v[STATUS_replication_role].s = slice_of(s.role);
	v[STATUS_replication_state].s = slice_of(s.words);
	v[STATUS_replication_key].s = slice_of(fallback_key(ed->fallback));
	v[STATUS_replication_held].i = (int64_t)s.held;
	v[STATUS_replication_held_lost].i = (int64_t)s.held_lost;
	v[STATUS_replication_behind].i = (int64_t)s.behind;
	v[STATUS_replication_missing].i = (int64_t)s.missing;
}

void
eventd_status_values(struct eventd *ed, struct cell *v, struct strings *hosts,
    struct strings *rules)
{
	engine_values(ed->engine, v);
	udp_look(ed->udp);
	forward_values(ed->intake.forward, v);
	input_values(&ed->received, v);
	v[STATUS_rate_drops].i = (int64_t)sources_limited(ed->intake.sources);
	v[STATUS_sources].i = (int64_t)sources_count(ed->intake.sources);
	v[STATUS_messages_not_logged].i =
	    (int64_t)message_log_lost(ed->intake.log);
	trap_values(ec_traps_counters(ed->traps), v);
	rate_values(ed, v);
	active_groups(&ed->engine->index.hosts, hosts);
	active_groups(&ed->engine->index.rules, rules);
	v[STATUS_event_limit_active_hosts].list = hosts;
	v[STATUS_event_limit_active_rules].list = rules;
	v[STATUS_config_load_time].i = ed->config_loaded_us;
	v[STATUS_virtual_memory_size].i = virtual_memory();
	v[STATUS_connects].i = (int64_t)status_connects(ed->status);
	replica_values(ed, v);
	v[STATUS_journal_bytes].i = (int64_t)ec_store_journal_bytes(ed->store);
	v[STATUS_history_queue].i =
	    (int64_t)archive_queued(ec_store_archive(ed->store));
	v[STATUS_history_unindexed].i =
	    (int64_t)archive_unindexed(ec_store_archive(ed->store));
	v[STATUS_action_queue].i = (int64_t)action_queued(ed->runner);
	v[STATUS_actions_refused].i = (int64_t)action_refused(ed->runner);
	v[STATUS_notifications_on].i = world_notifications(ed->world);
	v[STATUS_services_watched].i = (int64_t)service_push_count(ed->push);
	v[STATUS_service_states_told].i =
	    (int64_t)service_push_counters(ed->push)->told;
	v[STATUS_service_states_refused].i =
	    (int64_t)service_push_counters(ed->push)->refused;
	v[STATUS_notices_waiting].i = (int64_t)ec_outbox_waiting(ed->outbox);
}

void
eventd_sample(struct eventd *ed)
{
	const struct engine_counters *c = &ed->engine->counters;
	uint64_t now[RATES] = {c->messages, c->rule_tries, c->rule_hits,
	    c->drops, c->overflows, c->events, status_connects(ed->status)};

	rates_sample(&ed->rates, now, eventd_now());
}

void
eventd_counters(struct daemon *d, struct str *list)
{
	struct eventd *ed = d->state;
	struct cell values[STATUS_COLUMNS] = {0};
	struct strings hosts = {0}, rules = {0};
	const struct column *col = query_columns(QUERY_STATUS);

	eventd_status_values(ed, values, &hosts, &rules);
	for (size_t i = 0; col[i].name != NULL; i++) {
		struct msg_counter c = {
		    .name = slice_of(col[i].name + strlen("status_"))};

		if (col[i].type == CELL_INT)
			c.value = (double)values[i].i;
		else if (col[i].type == CELL_FLOAT)
			c.value = values[i].f;
		else
			continue;
		msg_counter_put(list, &c);
	}
	strings_free(&hosts);
	strings_free(&rules);
}
