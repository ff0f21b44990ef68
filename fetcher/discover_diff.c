/* SPDX-License-Identifier: Apache-2.0
 *
 * Found beside monitored; see discover_diff.h.
 */
#include "fetcher/discover_diff.h"

#include "common/mem.h"
#include "fetcher/sections/names.h"

#include <stdlib.h>

struct work {
	struct discover_diff *diff;
	const struct discover_known *known;
	const struct discover_plan *plan;
	struct arena arena;
	struct names names; /* "check\titem" -> index of known */
	bool *seen;
};

/* In the arena. */
static struct slice
key_of(struct work *w, struct slice check, struct slice item)
{
	char *key = arena_alloc(&w->arena, check.len + item.len + 1, 1);

	if (check.len > 0)
		memcpy(key, check.s, check.len);
	key[check.len] = '\t';
	if (item.len > 0)
		memcpy(key + check.len + 1, item.s, item.len);
	return (struct slice){key, check.len + item.len + 1};
}

static void
add(struct work *w, enum discover_state state, const struct discovered *found,
    size_t known)
{
	struct discover_diff *d = w->diff;

	ARRAY_GROW(d->rows, d->n, d->cap);
	d->rows[d->n++] = (struct discover_row){state, found, known};
	d->counts[state]++;
}

static bool
is_by_hand(const struct discover_plan *plan, const char *description)
{
	return json_object_get(plan->by_hand, description) != NULL;
}

static void
compare_one(struct work *w, const struct discovered *found)
{
	size_t known = names_get(&w->names,
	    key_of(w, slice_of(found->check->name), slice_of(found->item)));
	enum discover_state state = DISCOVER_UNDECIDED;

	if (known != NAMES_NONE)
		w->seen[known] = true;
	if (is_by_hand(w->plan, found->description) ||
	    (known == NAMES_NONE &&
		json_object_get(w->plan->elsewhere, found->description) !=
		    NULL))
		return;
	if (discover_plan_ignores(
		w->plan, found->check->name, found->description))
		state = DISCOVER_IGNORED;
	else if (known != NAMES_NONE)
		state = w->known[known].sum == discover_sum(found->params)
		    ? DISCOVER_MONITORED
		    : DISCOVER_CHANGED;
	add(w, state, found, known == NAMES_NONE ? SIZE_MAX : known);
}

static void
compare_labels(struct discover_diff *d, const json_t *found, const json_t *old)
{
	const char *name;
	json_t *value;

	d->new_labels = json_object();
	json_object_foreach((json_t *)(uintptr_t)found, name, value)
	{
		if (!json_equal(value, json_object_get(old, name)))
			json_object_set(d->new_labels, name, value);
	}
	json_object_foreach((json_t *)(uintptr_t)old, name, value)
	{
		d->n_gone_labels += json_object_get(found, name) == NULL;
	}
}

void
discover_diff(struct discover_diff *diff, const struct discovery *found,
    const struct discover_known *known, size_t n_known,
    const struct discover_plan *plan)
{
	struct work w = {.diff = diff, .known = known, .plan = plan};

	w.seen = xcalloc(n_known + 1, sizeof(w.seen[0]));
	for (size_t i = 0; i < n_known; i++)
		names_put(&w.names, &w.arena,
		    key_of(&w, known[i].check, known[i].item), i);
	for (size_t i = 0; i < found->n; i++)
		compare_one(&w, &found->services[i]);
	for (size_t i = 0; i < n_known; i++)
		if (!w.seen[i])
			add(&w, DISCOVER_VANISHED, NULL, i);
	compare_labels(diff, found->host_labels, plan->labels);
	free(w.seen);
	arena_free(&w.arena);
}

void
discover_diff_free(struct discover_diff *diff)
{
	json_decref(diff->new_labels);
	free(diff->rows);
	*diff = (struct discover_diff){0};
}
