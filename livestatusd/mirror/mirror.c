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

static uint32_t
start_flags(const struct snap_object *o)
{
	static const struct {
		uint32_t snap, flag;
	} map[] = {
	    {SNAP_ACTIVE, MSG_CHECKABLE_ACTIVE},
	    {SNAP_PASSIVE, MSG_CHECKABLE_PASSIVE},
	    {SNAP_NOTIFICATIONS, MSG_CHECKABLE_NOTIFICATIONS},
	    {SNAP_FLAP_DETECTION, MSG_CHECKABLE_FLAP_DETECTION},
	    {SNAP_EVENT_HANDLER, MSG_CHECKABLE_EVENT_HANDLER},
	};
	uint32_t flags = MSG_CHECKABLE_IN_CHECK_PERIOD |
	    MSG_CHECKABLE_IN_NOTIFY_PERIOD | MSG_CHECKABLE_IN_SERVICE_PERIOD;

	for (size_t i = 0; i < ARRAY_LEN(map); i++)
		if (o->flags & map[i].snap)
			flags |= map[i].flag;
	return flags;
}

static void
start_values(struct mirror *m)
{
	for (uint32_t i = 0; i < m->snap->n_objects; i++) {
		const struct snap_object *o = &m->snap->objects[i];
		struct mirror_page *p = m->pages[i >> MIRROR_SHIFT];
		uint32_t at = i & (MIRROR_PAGE - 1);
		struct slice name;

		m->host_of[i] = o->host;
		name = slice_of(snap_s(m->snap, o->name));
		m->names[i] = (struct mirror_name){.at = o->name,
		    .len = (uint32_t)name.len & INT32_MAX,
		    .plain = mirror_is_plain(name)};
		p->state_type[at] = 1;
		p->attempt[at] = 1;
		p->max_attempts[at] = o->max_check_attempts;
		p->check_interval_ms[at] = o->check_interval_ms;
		p->retry_interval_ms[at] = o->retry_interval_ms;
		p->check_period[at] = o->check_period;
		p->notification_period[at] = o->notification_period;
		p->feed_period[at] = SNAP_NONE;
		m->handlers =
		    m->handlers || snap_s(m->snap, o->event_handler)[0] != '\0';
		p->flags[at] = start_flags(o);
		p->plain[at] = UINT8_MAX;
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
	struct times *times = times_new(snap, err_r);
	struct mirror *m;
	size_t n = snap->n_objects, pages = (n >> MIRROR_SHIFT) + 1;

	if (times == NULL)
		return NULL;
	m = xnew(struct mirror);
	m->snap = snap;
	m->times = times;
	mirror_open_private(m, pages);
	m->host_of = xcalloc_huge(n + 1, sizeof(*m->host_of));
	m->names = xcalloc_huge(n + 1, sizeof(*m->names));
	mirror_start_contacts(m);
	m->switches = ~0u;
	start_values(m);
	find_children(m);
	m->bi = bi_new(snap);
	return m;
}

void
mirror_free_values(struct mirror *m)
{
	size_t pages = (m->snap->n_objects >> MIRROR_SHIFT) + 1;

	bi_free(&m->bi);
	mirror_drop_notes(m);
	mirror_drop_overrides(m);
	for (size_t i = 0; i < pages; i++)
		for (size_t k = 0; k < MIRROR_PAGE; k++)
			free(m->pages[i]->text[k].buf);
	mirror_free_pages(m, pages);
	free(m->host_of);
	free(m->names);
	free(m->child_from);
	free(m->children);
	free(m->downtimes.v);
	free(m->comments.v);
	for (size_t i = 0; i < m->n_counters; i++)
		free(m->counters[i].name);
	free(m->counters);
	str_free(&m->scratch);
	times_free(&m->times);
}

bool
mirror_is_plain(struct slice text)
{
	uint8_t odd = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];

		odd |= c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
	}
	return !odd;
}

static uint8_t
plain_texts(const struct mirror *m, uint32_t i)
{
	unsigned bits = 0;

	for (int k = MIRROR_OUTPUT; k <= MIRROR_POSTPONEMENT; k++)
		if (mirror_is_plain(mirror_text(m, i, (enum mirror_texts)k)))
			bits |= 1u << k;
	return (uint8_t)bits;
}

/*
 * Most results bring the text of the last one: keep it without copying. Where a
 * frozen copy may look at it, a new one takes its place. True: it is another.
 */
static bool
put_text(struct mirror *m, struct mirror_text *t, const struct msg_checkable *c)
{
	struct str *s = &m->scratch;
	struct mirror_text was = *t;
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
	t->output = (uint32_t)a;
	t->long_output = (uint32_t)(b - a);
	t->perfdata = (uint32_t)(d - b);
	t->postponement = (uint32_t)(s->len - d);
	if (memcmp(&was, t, sizeof(was)) == 0 &&
	    (old == 0 || memcmp(t->buf, s->s, old) == 0))
		return false;
	if (s->len != old || mirror_frozen(m) > 0) {
		mirror_retire(m, t->buf, old);
		t->buf = s->len == 0 ? NULL : xmalloc(s->len);
	}
	if (s->len > 0)
		memcpy(t->buf, s->s, s->len);
	return true;
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
	struct bi_leaf leaf = {.state = mirror_get(m, i, checked)
		? (int8_t)mirror_get(m, i, state)
		: -1,
	    .hard_state = (int8_t)mirror_get(m, i, hard_state),
	    .in_downtime = mirror_get(m, i, downtime_depth) > 0 ||
		mirror_get(m, host, downtime_depth) > 0,
	    .acknowledged = mirror_get(m, i, acknowledged) != 0,
	    .out_of_service = (mirror_get(m, i, flags) &
				  MSG_CHECKABLE_IN_SERVICE_PERIOD) == 0};

	bi_update(m->bi, i, &leaf);
	if (i >= m->snap->n_hosts || bi_count(m->bi) == 0)
		return;
	for (uint32_t s = services.off; s < services.off + services.n; s++)
		if (bi_has(m->bi, s))
			put_leaf(m, s);
}

static void
put_values(struct mirror *m, struct mirror_page *p, uint32_t at,
    const struct msg_checkable *c)
{
#define ASSIGN(type, name) p->name[at] = (type)c->name;
	MIRROR_NUMBERS(ASSIGN)
	p->state[at] = at_most(c->state, 3);
	p->hard_state[at] = at_most(c->hard_state, 3);
	p->last_state[at] = at_most(c->last_state, 3);
	p->previous_hard[at] = at_most(c->previous_hard, 3);
	p->notified[at] = at_most(c->notified, 3);
	p->check_period[at] = period_of(m, c->check_period);
	p->notification_period[at] = period_of(m, c->notification_period);
	p->feed_period[at] = period_of(m, c->feed_period);
	p->state_type[at] = at_most(c->state_type, 1);
	p->acknowledgement[at] = at_most(c->acknowledgement, 2);
	p->acknowledged[at] = c->acknowledgement != 0;
	p->checked[at] = (c->flags & MSG_CHECKABLE_CHECKED) != 0;
	p->summary[at] = (uint8_t)(p->state[at] | p->hard_state[at] << 2 |
	    (p->checked[at] ? MIRROR_SUM_CHECKED : 0) |
	    (p->acknowledged[at] || p->downtime_depth[at] > 0
		    ? MIRROR_SUM_HANDLED
		    : 0));
	p->updated_us[at] = m->now_us;
}

static void
put_checkable(struct mirror *m, const struct msg_checkable *c)
{
	uint32_t i = c->object, at = i & (MIRROR_PAGE - 1);
	struct mirror_page *p;

	if (i >= m->snap->n_objects) {
		m->ignored++;
		return;
	}
	p = mirror_page(m, i);
	if (c->last_check != p->last_check[at])
		m->events[MIRROR_CHECK]++;
	if (c->state != p->state[at] || c->state_type != p->state_type[at])
		m->events[MIRROR_STATE]++;
	put_values(m, p, at, c);
	if (c->event_handler.len > 0)
		m->handlers = true;
	if (p->over[at] != NULL || c->check_command.len > 0 ||
	    c->event_handler.len > 0 || c->variables.len > 0)
		mirror_put_override(m, &p->over[at], c);
	if (put_text(m, &p->text[at], c))
		p->plain[at] = plain_texts(m, i);
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
	size_t at = c == NULL ? 0 : (size_t)(c - m->counters);

	mirror_own(m, MIRROR_COUNTERS);
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
	c = &m->counters[at]; /* the array may be another now */
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
	const struct mirror_counter *c = mirror_counter(m, "external_commands");

	if (c != NULL)
		commands = c->value;
	if (m->status_at_ns != 0)
		seconds = (double)(now_ns - m->status_at_ns) / (double)NS_PER_S;
	if (s->switches != m->switches || s->program_start != m->program_start)
		m->events[MIRROR_PROGRAM]++;
	mirror_own(m, MIRROR_COUNTERS);
	m->switches = s->switches;
	m->program_start = s->program_start;
	while (msg_counter_next(&list, &r))
		put_counter(m, &r, seconds);
	m->status_at_ns = now_ns;
	c = mirror_counter(m, "external_commands");
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
