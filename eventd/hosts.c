/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of monitored hosts; see hosts.h.
 */
#include "eventd/hosts.h"

#include "common/mem.h"
#include "common/num.h"

#include <stdlib.h>
#include <strings.h>

/* One of a host's names; better ones (lower rank) stand first. */
struct name {
	const char *text;
	uint32_t host;
	uint8_t rank; /* 0 name, 1 alias, 2 address */
};
struct host_names {
	struct name *v;
	size_t n;
};

static int
by_name(const void *pa, const void *pb)
{
	const struct name *a = pa, *b = pb;
	int diff = strcasecmp(a->text, b->text);

	return diff != 0 ? diff : (int)a->rank - (int)b->rank;
}

static void
add_name(
    struct name *list, size_t *n, const char *text, uint32_t host, uint8_t rank)
{
	if (text[0] != '\0')
		list[(*n)++] = (struct name){text, host, rank};
}

uint32_t
host_names_find(const struct host_names *h, const char *text)
{
	size_t from = 0, to = text[0] == '\0' ? 0 : h->n;

	while (from < to) {
		size_t mid = (from + to) / 2;

		if (strcasecmp(h->v[mid].text, text) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	if (from < h->n && strcasecmp(h->v[from].text, text) == 0)
		return h->v[from].host;
	return SNAP_NONE;
}

struct host_names *
host_names_new(const struct snapshot *snap)
{
	struct host_names *h = xnew(struct host_names);

	h->v = xcalloc((size_t)snap->n_hosts * 3 + 1, sizeof(*h->v));
	for (uint32_t i = 0; i < snap->n_hosts; i++) {
		const struct snap_object *o = &snap->objects[i];

		add_name(h->v, &h->n, snap_s(snap, o->name), i, 0);
		add_name(h->v, &h->n, snap_s(snap, o->alias), i, 1);
		add_name(h->v, &h->n, snap_s(snap, o->address), i, 2);
	}
	qsort(h->v, h->n, sizeof(*h->v), by_name);
	return h;
}

void
host_names_free(struct host_names **hp)
{
	struct host_names *h = *hp;

	if (h == NULL)
		return;
	free(h->v);
	free(h);
	*hp = NULL;
}

bool
host_event_limit(
    const struct snapshot *snap, uint32_t host, struct limit *limit_r)
{
	static const char *const words[] = {
	    "stop", "stop_overflow", "stop_overflow_notify", "delete_oldest"};
	struct snap_list vars;

	if (host == SNAP_NONE)
		return false;
	vars = snap->objects[host].custom_variables;
	for (uint32_t i = 0; i + 1 < vars.n; i += 2) {
		struct slice rest, n;
		int64_t value;

		if (strcmp(snap_s(snap, snap_at(snap, vars, i)),
			"EC_EVENT_LIMIT") != 0)
			continue;
		rest = slice_of(snap_s(snap, snap_at(snap, vars, i + 1)));
		if (!slice_next(&rest, ':', &n) ||
		    !num_range(n, 1, 10000000, &value))
			return false;
		limit_r->limit = (uint32_t)value;
		for (size_t k = 0; k < ARRAY_LEN(words); k++) {
			if (slice_eqs(rest, words[k]))
				limit_r->action = (enum limit_action)k;
		}
		return true;
	}
	return false;
}
