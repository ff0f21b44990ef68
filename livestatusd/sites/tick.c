/* SPDX-License-Identifier: Apache-2.0
 *
 * What time does to another site: status hosts, silence, heartbeats; and how
 * it looks from outside.
 */
#include "livestatusd/sites/site_parts.h"

#include "common/mem.h"
#include "common/num.h"

/* --- time ----------------------------------------------------------------- */

static void
set_gate(struct site *s, enum site_gate gate)
{
	static const struct {
		enum site_state state;
		const char *why;
	} gates[] = {
	    [GATE_DOWN] = {SITE_DOWN, "is DOWN"},
	    [GATE_UNREACH] = {SITE_UNREACH, "is UNREACHABLE"},
	    [GATE_PENDING] = {SITE_WAITING, "has not been checked yet"},
	    [GATE_UNKNOWN] = {SITE_UNKNOWN, "is not to be found"},
	};
	char why[160];

	if (gate == GATE_OPEN) {
		if (s->state >= SITE_DOWN)
			site_set_state(s, SITE_NEW, "has not been asked yet");
		return;
	}
	snprintf(why, sizeof(why), "its status host %s %s", s->conf.status_host,
	    gates[gate].why);
	if (s->state != gates[gate].state)
		site_die(s, gates[gate].state, why);
}

/* Something is asked, and not a byte has come for too long. */
static bool
is_silent(const struct site *s, int64_t now)
{
	for (size_t i = 0; i < SLOTS; i++) {
		const struct slot *slot = &s->slots[i];
		int64_t since = slot->since;

		if (slot->ch == NULL ||
		    (slot->up && slot->ask == NULL &&
			!(i == 0 && s->beat != BEAT_NONE)))
			continue;
		if (slot->up && s->last_bytes > since)
			since = s->last_bytes;
		if (now - since > s->conf.timeout_ns)
			return true;
	}
	return false;
}

static void
drop_late(struct site *s, int64_t now)
{
	struct site_ask *k;

	while ((k = s->first) != NULL && now - k->asked > s->conf.timeout_ns) {
		site_unqueue(k);
		site_finish(k, 0, NULL, "all connections to it are busy");
	}
	for (size_t i = 1; i < SLOTS; i++) {
		k = s->slots[i].ask;
		if (k == NULL || k->waits || now - k->asked < SITE_QUERY_NS)
			continue;
		k->slot = NULL;
		s->slots[i].ask = NULL;
		site_close_slot(&s->slots[i]);
		site_finish(k, 0, NULL, "it has not answered in two minutes");
	}
}

static void
tick_beat(struct site *s, int64_t now)
{
	struct slot *slot = &s->slots[0];

	if (s->state == SITE_DEAD && slot->ch == NULL && now < s->retry_at)
		return;
	if (slot->ch == NULL) {
		if (s->state == SITE_ONLINE && now < s->next_beat)
			return;
		s->attempt++;
		site_open_slot(s, slot);
	} else if (slot->up && s->beat == BEAT_NONE && now >= s->next_beat) {
		site_send_heartbeat(s);
	}
}

void
site_tick(struct site *s, enum site_gate gate)
{
	int64_t now = clock_mono();
	struct str why = {0};

	if (s->state == SITE_DISABLED)
		return;
	if (s->conf.own) {
		drop_late(s, now);
		return;
	}
	set_gate(s, gate);
	if (s->state >= SITE_DISABLED)
		return;
	if (is_silent(s, now)) {
		str_add(&why, "no answer within ");
		num_duration_add(&why, s->conf.timeout_ns / NS_PER_MS);
		site_die(s, SITE_DEAD, str_get(&why));
		str_free(&why);
		return;
	}
	drop_late(s, now);
	tick_beat(s, now);
}

/* --- what others see ------------------------------------------------------ */

void
site_say(const struct site *s, struct str *to)
{
	int64_t now = clock_wall() / NS_PER_S;

	str_addf(to, "%s for ", site_state_name(s->state));
	num_duration_add(
	    to, (now > s->row.since ? now - s->row.since : 0) * 1000);
	if (s->reason[0] != '\0')
		str_addf(to, " (%s)", s->reason);
	if (s->row.last_answer == 0) {
		str_add(to, ", it has never answered");
		return;
	}
	str_add(to, ", it answered last ");
	num_duration_add(to, (now - s->row.last_answer) * 1000);
	str_add(to, " ago");
}

void
site_row(const struct site *s, struct lql_site *row_r)
{
	const struct site_conf *c = &s->conf;

	*row_r = s->row;
	row_r->name = c->name;
	row_r->alias = c->alias;
	row_r->address = c->address;
	row_r->url_prefix = c->url_prefix;
	row_r->state = site_state_name(s->state);
	row_r->reason = s->reason;
	row_r->version = s->version == NULL ? "" : s->version;
	row_r->livestatus_version =
	    s->livestatus_version == NULL ? "" : s->livestatus_version;
	row_r->status_host = c->status_key == NULL ? "" : c->status_key;
	row_r->own = c->own;
	row_r->status = s->state == SITE_ONLINE                ? 0
	    : s->state == SITE_NEW || s->state == SITE_WAITING ? 4
							       : 2;
	row_r->waiting = s->n_waiting;
	for (size_t i = 0; i < SLOTS; i++)
		row_r->connections += s->slots[i].ch != NULL;
}

const struct site_conf *
site_conf(const struct site *s)
{
	return &s->conf;
}

enum site_state
site_state(const struct site *s)
{
	return s->state;
}

bool
site_is_vedette(const struct site *s)
{
	return s->vedette;
}
