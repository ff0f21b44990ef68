/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of each table in their order, a block at a time.
 */
#ifdef __GNUC__
#ifndef __clang__
#pragma GCC optimize("O3") /* filling blocks in vector loops */
#endif
#endif
#include "livestatusd/bi/bi.h"
#include "livestatusd/table/table.h"

#include <string.h>

void
table_scan_init(struct scan *s, const struct table *t, struct view *v)
{
	const struct snapshot *snap = v->snap;

	*s = (struct scan){.table = t, .view = v};
	if (t->kind == TABLE_SERVICES)
		s->all = (struct range){snap->n_hosts, snap->n_objects};
	else
		s->all = (struct range){0, snap->n_hosts};
}

void
table_scan_deinit(struct scan *s)
{
	past_close(&s->cursor);
	replay_free(&s->replay);
}

void
table_keep_row(const struct table *t, struct view *v, struct row *row)
{
	uint32_t *at = &row->at[ENTITY_SELF];

	if (*at == SNAP_NONE || (*at & VIEW_KEPT))
		return;
	if (t->kind == TABLE_LOG)
		*at = view_keep_line(v, *at);
	else if (t->kind == TABLE_STATEHIST)
		*at = view_keep_span(v, *at);
}

static bool
wants(const struct scan *s, enum entity e)
{
	return (s->want & 1u << e) != 0;
}

void
block_fill_now(struct block *b)
{
	uint32_t *at = b->at[b->lazy_entity];

	b->lazy = false;
	for (uint32_t i = 0; i < b->n; i++)
		at[i] = b->first + i;
	if (b->hosts != NULL)
		memcpy(b->at[ENTITY_HOST], b->hosts + b->first,
		    b->n * sizeof(*at));
}

/* All rows of the block are neighbours, which is most often so. */
static bool
fill_dense(struct scan *s, const struct range *r, enum entity e, bool hosts,
    struct block *b)
{
	uint32_t from = r->from + (uint32_t)s->b, n = r->to - from;
	/* Up to the end of a page, so that the next block begins with one. */
	uint32_t whole = BLOCK_ROWS - (from & (MIRROR_PAGE - 1));

	if (n < BLOCK_ROWS / 2)
		return false;
	n = n > whole ? whole : n;
	b->dense = b->lazy = true;
	b->lazy_entity = e;
	b->first = from;
	b->hosts = hosts ? s->view->m->host_of : NULL;
	b->n = n;
	s->b += n;
	if (from + n == r->to) {
		s->a++;
		s->b = 0;
	}
	return true;
}

/* Hosts or services: s->a is the range, s->b the object in it. */
static void
fill_objects(struct scan *s, struct block *b)
{
	const struct range *ranges = s->ranges == NULL ? &s->all : s->ranges;
	size_t n_ranges = s->ranges == NULL ? 1 : s->n_ranges;
	enum entity e =
	    s->table->kind == TABLE_SERVICES ? ENTITY_SERVICE : ENTITY_HOST;
	bool hosts = e == ENTITY_SERVICE && wants(s, ENTITY_HOST);
	uint32_t *at = b->at[e];

	if (s->a < n_ranges && fill_dense(s, &ranges[s->a], e, hosts, b))
		return;
	b->dense = true;
	while (b->n < BLOCK_ROWS && s->a < n_ranges) {
		const struct range *r = &ranges[s->a];
		uint32_t from = r->from + (uint32_t)s->b;
		uint32_t n = r->to - from;

		if (n > BLOCK_ROWS - b->n)
			n = BLOCK_ROWS - b->n;
		if (b->n > 0 && n > 0 && at[b->n - 1] + 1 != from)
			b->dense = false;
		for (uint32_t i = 0; i < n; i++)
			at[b->n + i] = from + i;
		b->n += n;
		s->b += n;
		if (from + n == r->to) {
			s->a++;
			s->b = 0;
		}
	}
	b->first = at[0];
	for (uint32_t i = 0; hosts && i < b->n; i++)
		b->at[ENTITY_HOST][i] = s->view->m->host_of[at[i]];
}

/* 0, 1, 2, ... below `total` as one entity. */
static void
fill_count(struct scan *s, struct block *b, enum entity e, size_t total)
{
	while (b->n < BLOCK_ROWS && s->a < total)
		b->at[e][b->n++] = (uint32_t)s->a++;
}

/* Groups and their members: s->a is the group, s->b the member. */
static void
fill_members(struct scan *s, struct block *b)
{
	const struct snapshot *snap = s->view->snap;
	bool services = s->table->kind == TABLE_SERVICESBYGROUP;
	const struct snap_group *all =
	    services ? snap->service_groups : snap->host_groups;
	uint32_t n = services ? snap->n_service_groups : snap->n_host_groups;

	while (b->n < BLOCK_ROWS && s->a < n) {
		const struct snap_group *g = &all[s->a];
		uint32_t object;

		if (s->b == g->members.n) {
			s->a++;
			s->b = 0;
			continue;
		}
		object = snap_at(snap, g->members, (uint32_t)s->b++);
		b->at[ENTITY_GROUP][b->n] = (uint32_t)s->a;
		b->at[ENTITY_HOST][b->n] = snap->objects[object].host;
		b->at[ENTITY_SERVICE][b->n] = services ? object : SNAP_NONE;
		b->n++;
	}
}

/* Host groups, their hosts, these hosts' services: b is host << 32 | service */
static void
fill_member_services(struct scan *s, struct block *b)
{
	const struct snapshot *snap = s->view->snap;

	while (b->n < BLOCK_ROWS && s->a < snap->n_host_groups) {
		const struct snap_group *g = &snap->host_groups[s->a];
		uint32_t k = (uint32_t)(s->b >> 32), i = (uint32_t)s->b, host;
		struct snap_list list;

		if (k == g->members.n) {
			s->a++;
			s->b = 0;
			continue;
		}
		host = snap_at(snap, g->members, k);
		list = snap->objects[host].services;
		if (i == list.n) {
			s->b = (uint64_t)(k + 1) << 32;
			continue;
		}
		s->b++;
		b->at[ENTITY_GROUP][b->n] = (uint32_t)s->a;
		b->at[ENTITY_HOST][b->n] = host;
		b->at[ENTITY_SERVICE][b->n] = list.off + i;
		b->n++;
	}
}

static void
fill_notes(struct scan *s, struct block *b)
{
	const struct mirror *m = s->view->m;
	const struct mirror_all_notes *all =
	    s->table->kind == TABLE_COMMENTS ? &m->comments : &m->downtimes;

	while (b->n < BLOCK_ROWS && s->a < all->n) {
		uint32_t object = all->v[s->a]->object;
		bool is_host = object < s->view->snap->n_hosts;

		b->at[ENTITY_SELF][b->n] = (uint32_t)s->a++;
		b->at[ENTITY_HOST][b->n] = m->host_of[object];
		b->at[ENTITY_SERVICE][b->n] = is_host ? SNAP_NONE : object;
		b->n++;
	}
}

/* All columns of all tables: s->a is the table, s->b the column. */
static void
fill_columns(struct scan *s, struct block *b)
{
	struct column_ref ref;

	while (b->n < BLOCK_ROWS && s->a < table_count) {
		if (!table_column(table_all[s->a], s->b, &ref)) {
			s->a++;
			s->b = 0;
			continue;
		}
		b->at[ENTITY_SELF][b->n++] =
		    (uint32_t)s->a << 16 | (uint32_t)s->b++;
	}
}

static size_t
slice_of_scan(const struct scan *s)
{
	return s->slice == 0 ? SIZE_MAX : s->slice;
}

static void
put_row(struct block *b, const struct row *row)
{
	for (int e = 0; e < ENTITIES; e++)
		b->at[e][b->n] = row->at[e];
	b->n++;
}

static enum scan_next
fill_log(struct scan *s, struct block *b)
{
	struct view *v = s->view;
	enum past_next next;
	struct row row;

	if (s->cursor == NULL)
		return SCAN_END;
	next = past_next(s->cursor, &v->lines, BLOCK_ROWS, slice_of_scan(s));
	for (size_t i = 0; i < v->lines.n; i++) {
		table_log_row(v, s->want, (uint32_t)i, &row);
		put_row(b, &row);
	}
	return next == PAST_LINES ? SCAN_ROWS
	    : next == PAST_AGAIN  ? SCAN_AGAIN
				  : SCAN_END;
}

/* Replays further lines; s->b: the replay has come to its end. */
static enum scan_next
replay_more(struct scan *s)
{
	struct view *v = s->view;
	enum past_next next = PAST_END;

	replay_clear(s->replay);
	s->a = 0;
	if (s->cursor != NULL)
		next = past_next(
		    s->cursor, &v->lines, BLOCK_ROWS, slice_of_scan(s));
	for (size_t i = 0; i < v->lines.n; i++)
		replay_line(s->replay, &v->lines.lines[i]);
	if (next == PAST_AGAIN)
		return SCAN_AGAIN;
	if (next == PAST_END && s->b == 1)
		return SCAN_END;
	if (next == PAST_END) {
		v->lines.n = 0;
		replay_end(s->replay);
		s->b = 1;
	}
	return SCAN_ROWS;
}

/* s->a spans of the replay are told. */
static enum scan_next
fill_statehist(struct scan *s, struct block *b)
{
	enum scan_next next = SCAN_ROWS;
	struct row row;
	size_t n;

	if (s->replay == NULL)
		return SCAN_END;
	s->view->spans = replay_spans(s->replay, &n);
	if (s->a == n) {
		next = replay_more(s);
		s->view->spans = replay_spans(s->replay, &n);
	}
	s->view->spans += s->a;
	for (uint32_t i = 0; b->n < BLOCK_ROWS && s->a < n; i++, s->a++) {
		table_statehist_row(s->view, s->want, i, &row);
		put_row(b, &row);
	}
	/* Lines that ended no span are no reason to stop. */
	return b->n > 0 ? SCAN_ROWS : next == SCAN_ROWS ? SCAN_AGAIN : next;
}

/* Those with something below (BI-1). */
static void
fill_aggregations(struct scan *s, struct block *b)
{
	const struct bi *bi = s->view->m->bi;

	for (; b->n < BLOCK_ROWS && s->a < bi_count(bi); s->a++)
		if (bi_result(bi, (uint32_t)s->a).state != BI_NONE)
			b->at[ENTITY_SELF][b->n++] = (uint32_t)s->a;
}

/* Rows of eventd's answer: s->a of them are told. */
static void
fill_events(struct scan *s, struct block *b)
{
	struct events *e = s->view->events;

	if (e == NULL)
		return;
	if (s->a == events_count(e))
		events_read(e, BLOCK_ROWS);
	for (; b->n < BLOCK_ROWS && s->a < events_count(e); s->a++) {
		uint32_t at = (uint32_t)s->a, host = SNAP_NONE;

		b->at[ENTITY_SELF][b->n] = at;
		if (wants(s, ENTITY_HOST) || wants(s, ENTITY_SERVICE))
			host = table_event_host(s->view, at);
		if (wants(s, ENTITY_HOST))
			b->at[ENTITY_HOST][b->n] = host;
		if (wants(s, ENTITY_SERVICE))
			b->at[ENTITY_SERVICE][b->n] =
			    table_notice_service(s->view, at, host);
		b->n++;
	}
}

static void
fill(struct scan *s, struct block *b)
{
	const struct snapshot *snap = s->view->snap;

	switch (s->table->kind) {
	case TABLE_HOSTS:
	case TABLE_SERVICES:
		fill_objects(s, b);
		break;
	case TABLE_HOSTGROUPS:
		fill_count(s, b, ENTITY_GROUP, snap->n_host_groups);
		break;
	case TABLE_SERVICEGROUPS:
		fill_count(s, b, ENTITY_GROUP, snap->n_service_groups);
		break;
	case TABLE_HOSTSBYGROUP:
	case TABLE_SERVICESBYGROUP:
		fill_members(s, b);
		break;
	case TABLE_SERVICESBYHOSTGROUP:
		fill_member_services(s, b);
		break;
	case TABLE_CONTACTS:
		fill_count(s, b, ENTITY_CONTACT, snap->n_contacts);
		break;
	case TABLE_CONTACTGROUPS:
		fill_count(s, b, ENTITY_SELF, snap->n_contact_groups);
		break;
	case TABLE_COMMANDS:
		fill_count(s, b, ENTITY_COMMAND, snap->n_commands);
		break;
	case TABLE_TIMEPERIODS:
		fill_count(s, b, ENTITY_SELF, snap->n_periods);
		break;
	case TABLE_DOWNTIMES:
	case TABLE_COMMENTS:
		fill_notes(s, b);
		break;
	case TABLE_LOG:
	case TABLE_STATEHIST:
		break; /* see table_scan_next() */
	case TABLE_STATUS:
		fill_count(s, b, ENTITY_SELF, 1);
		break;
	case TABLE_COLUMNS:
		fill_columns(s, b);
		break;
	case TABLE_AGGREGATIONS:
		fill_aggregations(s, b);
		break;
	case TABLE_EVENTS:
	case TABLE_EVENT_HISTORY:
	case TABLE_EVENT_RULES:
	case TABLE_EVENT_STATUS:
	case TABLE_NOTIFICATIONS:
	case TABLE_NOTICE_RULES:
	case TABLE_EXPLAIN:
		fill_events(s, b);
		break;
	case TABLE_EVENT_REPLICATION:
		fill_count(s, b, ENTITY_SELF, 1);
		break;
	case TABLE_LABELS:
		fill_count(s, b, ENTITY_SELF, s->view->n_labels);
		break;
	case TABLE_SITES:
		fill_count(s, b, ENTITY_SELF, (uint32_t)s->view->env->n_sites);
		break;
	case TABLE_CRASHREPORTS:
		break;
	}
}

enum scan_next
table_scan_next(struct scan *s, struct block *b)
{
	b->n = 0;
	b->dense = b->lazy = false;
	if (s->table->kind == TABLE_LOG)
		return fill_log(s, b);
	if (s->table->kind == TABLE_STATEHIST)
		return fill_statehist(s, b);
	fill(s, b);
	return b->n > 0 ? SCAN_ROWS : SCAN_END;
}
