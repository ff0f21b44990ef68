/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines before hosts; see host_lines.h.
 */
#include "fetcher/host_lines.h"

static struct fetch **
bucket_of(struct host_lines *l, struct slice host)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < host.len; i++)
		h = (h ^ (unsigned char)host.s[i]) * 16777619u;
	return &l->first[h % HOST_LINES_BUCKETS];
}

bool
host_lines_take(struct host_lines *l, struct fetch *f)
{
	struct fetch **bucket = bucket_of(l, f->job.host);

	for (struct fetch *o = *bucket; o != NULL; o = o->host_next) {
		if (!slice_eq(o->job.host, f->job.host))
			continue;
		while (o->waiting != NULL)
			o = o->waiting;
		o->waiting = f;
		return false;
	}
	f->host_next = *bucket;
	*bucket = f;
	return true;
}

struct fetch *
host_lines_leave(struct host_lines *l, struct fetch *f)
{
	struct fetch **link = bucket_of(l, f->job.host);
	struct fetch *next = f->waiting;

	while (*link != NULL && !slice_eq((*link)->job.host, f->job.host))
		link = &(*link)->host_next;
	if (*link == NULL)
		return NULL; /* all were cancelled while this one was ending */
	f->waiting = NULL;
	if (*link != f) {
		struct fetch *o = *link;

		while (o->waiting != f)
			o = o->waiting;
		o->waiting = next;
		return NULL;
	}
	if (next == NULL) {
		*link = f->host_next;
		return NULL;
	}
	*link = next;
	next->host_next = f->host_next;
	return next;
}
