/* SPDX-License-Identifier: Apache-2.0
 *
 * The mirror's life and its objects' state; see mirror.h.
 */
#include "livestatusd/mirror/mirror.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/utf8.h"
#include "livestatusd/bi/bi.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Time in which a rate forgets, in seconds. */
#define RATE_MEMORY 60.0

static void
start_values(struct mirror *m)
{
	for (uint32_t i = 0; i < m->snap->n_objects; i++) {
		const struct snap_object *o = &m->snap->objects[i];

		m->host_of[i] = o->host;
		m->name[i] = o->name;
		m->name_len[i] = (uint32_t)strlen(snap_s(m->snap, o->name));
		m->state_type[i] = 1;
		m->attempt[i] = 1;
		m->max_attempts[i] = o->max_check_attempts;
		m->check_interval_ms[i] = o->check_interval_ms;
		m->retry_interval_ms[i] = o->retry_interval_ms;
		m->check_period[i] = o->check_period;
		m->notification_period[i] = o->notification_period;
		m->feed_period[i] = SNAP_NONE;
		m->flags[i] = MSG_CHECKABLE_IN_CHECK_PERIOD |
		    MSG_CHECKABLE_IN_NOTIFY_PERIOD |
		    MSG_CHECKABLE_IN_SERVICE_PERIOD;
		if (o->flags & SNAP_ACTIVE)
			m->flags[i] |= MSG_CHECKABLE_ACTIVE;
		if (o->flags & SNAP_PASSIVE)
			m->flags[i] |= MSG_CHECKABLE_PASSIVE;
		if (o->flags & SNAP_NOTIFICATIONS)
			m->flags[i] |= MSG_CHECKABLE_NOTIFICATIONS;
		if (o->flags & SNAP_FLAP_DETECTION)
			m->flags[i] |= MSG_CHECKABLE_FLAP_DETECTION;
		if (o->flags & SNAP_EVENT_HANDLER)
			m->flags[i] |= MSG_CHECKABLE_EVENT_HANDLER;
	}
}

/* Parents name hosts; turn the relation round, children ascending. */
static void
find_children(struct mirror *m)
{
	const struct snapshot *s = m->snap;
	uint32_t *next = xcalloc(s->n_hosts + 1, sizeof(*next)), total = 0;

	m->child_from = xcalloc(s->n_hosts + 2, sizeof(*m->child_from));
	for (uint32_t h = 0; h < s->n_hosts; h++)
		for (uint32_t i = 0; i < s->objects[h].parents.n; i++)
			m->child_from[snap_at(s, s->objects[h].parents, i) +
			    1]++;
	for (uint32_t h = 0; h < s->n_hosts; h++) {
		m->child_from[h + 1] += m->child_from[h];
		next[h] = m->child_from[h];
	}
	total = m->child_from[s->n_hosts];
	m->children = xcalloc(total + 1, sizeof(*m->children));
	for (uint32_t h = 0; h < s->n_hosts; h++)
		for (uint32_t i = 0; i < s->objects[h].parents.n; i++)
			m->children[next[snap_at(
			    s, s->objects[h].parents, i)]++] = h;
	free(next);
}

struct mirror *
mirror_new(const struct snapshot *snap, struct err *err_r)
{
	struct periods *periods = periods_compile(snap, err_r);
	struct mirror *m;
	size_t n = snap->n_objects;

	if (periods == NULL)
		return NULL;
	m = xnew(struct mirror);
	m->snap = snap;
	m->periods = periods;
#define ALLOCATE(type, name) m->name = xcalloc(n + 1, sizeof(type));
	MIRROR_NUMBERS(ALLOCATE)
	MIRROR_STATES(ALLOCATE)
	m->text = xcalloc(n + 1, sizeof(*m->text));
	m->over = xcalloc(n + 1, sizeof(*m->over));
	mirror_start_contacts(m);
	m->downtimes_of = xcalloc(n + 1, sizeof(*m->downtimes_of));
	m->comments_of = xcalloc(n + 1, sizeof(*m->comments_of));
	m->switches = ~0u;
	start_values(m);
	find_children(m);
	m->bi = bi_new(snap);
	return m;
}

void
mirror_free(struct mirror **mp)
{
	struct mirror *m = *mp;

	if (m == NULL)
		return;
	*mp = NULL;
	bi_free(&m->bi);
	mirror_drop_notes(m);
	mirror_drop_overrides(m);
	for (uint32_t i = 0; i < m->snap->n_objects; i++)
		free(m->text[i].buf);
#define RELEASE(type, name) free(m->name);
	MIRROR_NUMBERS(RELEASE)
	MIRROR_STATES(RELEASE)
	free(m->child_from);
	free(m->children);
	free(m->text);
	free(m->downtimes_of);
	free(m->comments_of);
	free(m->downtimes);
	free(m->comments);
	for (size_t i = 0; i < m->n_counters; i++)
		free(m->counters[i].name);
	free(m->counters);
	str_free(&m->scratch);
	periods_free(&m->periods);
	free(m);
}

/* Most results bring the text of the last one: keep it without copying. */
static void
put_text(struct mirror *m, uint32_t i, const struct msg_checkable *c)
{
	struct mirror_text *t = &m->text[i];
	struct str *s = &m->scratch;
	uint32_t old =
	    t->output + t->long_output + t->perfdata + t->postponement;
	size_t a, b, d;

	str_clear(s);
	utf8_clean(s, c->output);
	a = s->len;
	utf8_clean(s, c->long_output);
	b = s->len;
	utf8_clean(s, c->perfdata);
	d = s->len;
	utf8_clean(s, c->postponement);
	must(s->len < UINT32_MAX);
	if (s->len != old || (old > 0 && memcmp(t->buf, s->s, old) != 0)) {
		if (s->len != old) {
			free(t->buf);
			t->buf = s->len == 0 ? NULL : xmalloc(s->len);
		}
		if (s->len > 0)
			memcpy(t->buf, s->s, s->len);
	}
	t->output = (uint32_t)a;
	t->long_output = (uint32_t)(b - a);
	t->perfdata = (uint32_t)(d - b);
	t->postponement = (uint32_t)(s->len - d);
}

static uint8_t
at_most(uint32_t v, uint8_t max)
{
	return v > max ? max : (uint8_t)v;
}

static uint32_t
period_of(const struct mirror *m, uint32_t period)
{
	return period < m->snap->n_periods ? period : SNAP_NONE;
}

/* What the aggregations know of it; a host's downtime is its services' too. */
static void
put_leaf(struct mirror *m, uint32_t i)
{
	struct snap_list services = m->snap->objects[i].services;
	uint32_t host = m->host_of[i];
	struct bi_leaf leaf = {
	    .state = m->checked[i] ? (int8_t)m->state[i] : -1,
	    .hard_state = (int8_t)m->hard_state[i],
	    .in_downtime =
		m->downtime_depth[i] > 0 || m->downtime_depth[host] > 0,
	    .acknowledged = m->acknowledged[i] != 0,
	    .out_of_service =
		(m->flags[i] & MSG_CHECKABLE_IN_SERVICE_PERIOD) == 0};

	bi_update(m->bi, i, &leaf);
	if (i >= m->snap->n_hosts || bi_count(m->bi) == 0)
		return;
	for (uint32_t s = services.off; s < services.off + services.n; s++)
		if (bi_has(m->bi, s))
			put_leaf(m, s);
}

static void
put_checkable(struct mirror *m, const struct msg_checkable *c)
{
	uint32_t i = c->object;

	if (i >= m->snap->n_objects) {
		m->ignored++;
		return;
	}
	if (c->last_check != m->last_check[i])
		m->events[MIRROR_CHECK]++;
	if (c->state != m->state[i] || c->state_type != m->state_type[i])
		m->events[MIRROR_STATE]++;
#define ASSIGN(type, name) m->name[i] = (type)c->name;
	MIRROR_NUMBERS(ASSIGN)
	m->state[i] = at_most(c->state, 3);
	m->hard_state[i] = at_most(c->hard_state, 3);
	m->last_state[i] = at_most(c->last_state, 3);
	m->previous_hard[i] = at_most(c->previous_hard, 3);
	m->notified[i] = at_most(c->notified, 3);
	m->check_period[i] = period_of(m, c->check_period);
	m->notification_period[i] = period_of(m, c->notification_period);
	m->feed_period[i] = period_of(m, c->feed_period);
	if (m->over[i] != NULL || c->check_command.len > 0 ||
	    c->event_handler.len > 0 || c->variables.len > 0)
		mirror_put_override(m, c);
	m->state_type[i] = at_most(c->state_type, 1);
	m->acknowledgement[i] = at_most(c->acknowledgement, 2);
	m->acknowledged[i] = c->acknowledgement != 0;
	m->checked[i] = (c->flags & MSG_CHECKABLE_CHECKED) != 0;
	m->updated_us[i] = m->now_us;
	put_text(m, i, c);
	put_leaf(m, i);
}

static struct mirror_counter *
find_counter(const struct mirror *m, struct slice name)
{
	for (size_t i = 0; i < m->n_counters; i++)
		if (slice_eqs(name, m->counters[i].name))
			return &m->counters[i];
	return NULL;
}

const struct mirror_counter *
mirror_counter(const struct mirror *m, const char *name)
{
	return find_counter(m, slice_of(name));
}

static void
put_counter(struct mirror *m, const struct msg_counter *r, double seconds)
{
	struct mirror_counter *c = find_counter(m, r->name);
	double keep;

	if (c == NULL) {
		if (m->n_counters >= 1024) {
			m->ignored++;
			return;
		}
		ARRAY_GROW(m->counters, m->n_counters, m->cap_counters);
		c = &m->counters[m->n_counters++];
		*c = (struct mirror_counter){slice_dup(r->name), r->value, 0};
		return;
	}
	if (seconds > 0 && r->value >= c->value) {
		keep = exp(-seconds / RATE_MEMORY);
		c->rate = c->rate * keep +
		    (r->value - c->value) / seconds * (1 - keep);
	}
	c->value = r->value;
}

static void
put_status(struct mirror *m, const struct msg_core_status *s, int64_t now_ns)
{
	struct slice list = s->counters;
	struct msg_counter r;
	double commands = 0, seconds = 0;
	const struct mirror_counter *c = mirror_counter(m, "commands");

	if (c != NULL)
		commands = c->value;
	if (m->status_at_ns != 0)
		seconds = (double)(now_ns - m->status_at_ns) / (double)NS_PER_S;
	if (s->switches != m->switches || s->program_start != m->program_start)
		m->events[MIRROR_PROGRAM]++;
	m->switches = s->switches;
	m->program_start = s->program_start;
	while (msg_counter_next(&list, &r))
		put_counter(m, &r, seconds);
	m->status_at_ns = now_ns;
	c = mirror_counter(m, "commands");
	if (c != NULL && c->value > commands)
		m->events[MIRROR_COMMAND]++;
}

void
mirror_apply(struct mirror *m, const struct msg *msg, int64_t now_ns)
{
	m->now_us = now_ns / NS_PER_US;
	if (msg->id == MSG_CHECKABLE)
		put_checkable(m, &msg->checkable);
	else if (msg->id == MSG_CONTACT_STATE)
		mirror_put_contact(m, &msg->contact_state);
	else if (msg->id == MSG_DOWNTIME)
		mirror_put_downtime(m, &msg->downtime);
	else if (msg->id == MSG_DOWNTIME_GONE)
		mirror_drop_downtime(m, msg->downtime_gone.id);
	else if (msg->id == MSG_COMMENT)
		mirror_put_comment(m, &msg->comment);
	else if (msg->id == MSG_COMMENT_GONE)
		mirror_drop_comment(m, msg->comment_gone.id);
	else if (msg->id == MSG_CORE_STATUS)
		put_status(m, &msg->core_status, now_ns);
}

void
mirror_event(struct mirror *m, enum mirror_event event)
{
	m->events[event]++;
}
