/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings of the event console; see options.h.
 */
#include "eventd/options.h"

#include "common/mem.h"
#include "eventd/parse/stamp.h"

#include <stdlib.h>

#define MAX_MESSAGE_DEFAULT (64 * 1024)

static void
read_limits(struct reader *parent, struct eventd_options *o)
{
	struct reader r;

	o->by_host = o->by_rule =
	    (struct limit){1000, LIMIT_STOP_OVERFLOW_NOTIFY};
	o->overall = (struct limit){10000, LIMIT_STOP_OVERFLOW_NOTIFY};
	reader_sub(&r, parent, "limits");
	reader_limit(&r, "host", &o->by_host);
	reader_limit(&r, "rule", &o->by_rule);
	reader_limit(&r, "overall", &o->overall);
	reader_end(&r);
}

static void
read_status_tcp(struct reader *parent, struct eventd_options *o)
{
	struct reader r;

	reader_sub(&r, parent, "status_tcp");
	o->tcp_commands = reader_bool(&r, "commands", false);
	reader_networks(&r, "allow", &o->tcp_allow);
	reader_end(&r);
}

static void
read_rate(struct reader *parent, struct eventd_options *o)
{
	struct reader r;

	reader_sub(&r, parent, "rate_limit");
	o->rate = (uint32_t)reader_int(
	    &r, "messages", 1, 1000000000, r.object == NULL ? 0 : 10000);
	o->rate_interval_us =
	    reader_duration(&r, "interval", US_PER_S, 5 * US_PER_S);
	reader_end(&r);
}

struct eventd_options *
eventd_options_read(const json_t *doc, struct str *mistakes)
{
	struct eventd_options *o = xnew(struct eventd_options);
	size_t before = mistakes->len;
	struct reader r, sub;

	reader_init(&r, doc, mistakes, "eventd");
	hostname_read(&o->hostname, &r, "hostname_translation");
	o->archive_orphans = reader_bool(&r, "archive_orphans", false);
	o->max_message = (size_t)reader_size(
	    &r, "max_message", 480, 1024 * 1024, MAX_MESSAGE_DEFAULT);
	o->max_clients =
	    (unsigned)reader_int(&r, "max_clients", 1, 100000, 1000);
	read_limits(&r, o);
	reader_sub(&sub, &r, "history");
	o->history_us = reader_duration(&sub, "lifetime", 3600 * US_PER_S, 0);
	reader_end(&sub);
	read_status_tcp(&r, o);
	o->action_timeout_us =
	    reader_duration(&r, "action_timeout", US_PER_S, 60 * US_PER_S);
	o->log_messages = reader_bool(&r, "log_messages", false);
	read_rate(&r, o);
	forward_targets_read(&r, "forward", &o->forward);
	trap_options_read(&o->traps, &r);
	replica_options_read(&o->replica, &r);
	reader_end(&r);
	if (mistakes->len > before)
		eventd_options_free(&o);
	return o;
}

void
eventd_options_free(struct eventd_options **o)
{
	if (*o == NULL)
		return;
	hostname_free(&(*o)->hostname);
	networks_free(&(*o)->tcp_allow);
	forward_targets_free(&(*o)->forward);
	trap_options_free(&(*o)->traps);
	replica_options_free(&(*o)->replica);
	free(*o);
	*o = NULL;
}
