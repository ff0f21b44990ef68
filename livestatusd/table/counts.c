/* SPDX-License-Identifier: Apache-2.0
 *
 * How many of a host's or a group's members are in which state, counted as the
 * user may see them. One byte of each tells all of it, and a host's services
 * are neighbours, so counting is faster than keeping counters up to date.
 */
#include "livestatusd/table/table.h"

/* What is worse: OK < WARN < UNKNOWN < CRIT, UP < UNREACH < DOWN. */
static const uint8_t service_rank[] = {0, 1, 3, 2};
static const uint8_t host_rank[] = {0, 2, 1, 1};

static void
add_summary(uint32_t sum, uint32_t n, const uint8_t *rank, struct counts *c)
{
	uint32_t state = sum & MIRROR_SUM_STATE;
	uint32_t hard = (sum & MIRROR_SUM_HARD) >> 2;

	c->n += n;
	if (!(sum & MIRROR_SUM_CHECKED)) {
		c->pending += n;
		return;
	}
	c->state[state] += n;
	c->hard[hard] += n;
	if (state != 0 && (sum & MIRROR_SUM_HANDLED))
		c->handled += n;
	else if (state != 0)
		c->unhandled += n;
	if (rank[state] > rank[c->worst])
		c->worst = state;
	if (rank[hard] > rank[c->worst_hard])
		c->worst_hard = hard;
}

/* ST-3: what a host's own state makes of its services' problems. */
static uint8_t
handled_by_host(const struct mirror *m, uint32_t host)
{
	return mirror_get(m, host, state) != 0 ||
		mirror_get(m, host, downtime_depth) > 0
	    ? MIRROR_SUM_HANDLED
	    : 0;
}

static void
count_host(const struct mirror *m, uint32_t i, struct counts *c)
{
	add_summary(mirror_get(m, i, summary), 1, host_rank, c);
}

static void
count_service(const struct mirror *m, uint32_t i, struct counts *c)
{
	add_summary(mirror_get(m, i, summary) |
		handled_by_host(m, m->snap->objects[i].host),
	    1, service_rank, c);
}

/*
 * Neighbours, of one host: runs of equals are counted at once, for most are
 * alike.
 */
static void
count_range(const struct mirror *m, uint32_t from, uint32_t to, uint8_t handled,
    struct counts *c)
{
	while (from < to) {
		uint8_t sum = mirror_get(m, from, summary);
		uint32_t first = from++;

		while (from < to && mirror_get(m, from, summary) == sum)
			from++;
		add_summary(sum | handled, from - first, service_rank, c);
	}
}

void
view_count_services_of(struct view *v, uint32_t host, struct counts *c)
{
	const struct snap_list s = v->snap->objects[host].services;

	if (!v->restricted) {
		count_range(
		    v->m, s.off, s.off + s.n, handled_by_host(v->m, host), c);
		return;
	}
	for (uint32_t i = s.off; i < s.off + s.n; i++)
		if (view_sees(v, i))
			count_service(v->m, i, c);
}

void
view_count_hosts(struct view *v, const struct snap_group *g, struct counts *c)
{
	for (uint32_t i = 0; i < g->members.n; i++) {
		uint32_t at = snap_at(v->snap, g->members, i);

		if (view_sees(v, at))
			count_host(v->m, at, c);
	}
}

void
view_count_group_services(
    struct view *v, const struct snap_group *g, bool of_hosts, struct counts *c)
{
	for (uint32_t i = 0; i < g->members.n; i++) {
		uint32_t at = snap_at(v->snap, g->members, i);

		if (of_hosts && view_sees(v, at))
			view_count_services_of(v, at, c);
		else if (!of_hosts && view_sees(v, at))
			count_service(v->m, at, c);
	}
}

bool
view_sees_group(struct view *v, uint32_t group, bool of_services)
{
	const struct snap_group *g = of_services
	    ? &v->snap->service_groups[group]
	    : &v->snap->host_groups[group];
	bool loose;

	if (!v->restricted)
		return true;
	loose = v->env->loose_groups;
	for (uint32_t i = 0; i < g->members.n; i++)
		if (view_sees(v, snap_at(v->snap, g->members, i)) == loose)
			return loose;
	return !loose && g->members.n > 0;
}
