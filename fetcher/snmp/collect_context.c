/* SPDX-License-Identifier: Apache-2.0
 *
 * Contexts of version 3: a device may have several of the same tables, one a
 * context, such as a switch its VLANs. Each section is read in all contexts
 * that the host's settings name for it, one after the other, and what they
 * have is put together.
 */
#include "fetcher/snmp/collect_parts.h"

const json_t *
collect_contexts(const struct collect *c, const struct section_type *type)
{
	const json_t *own =
	    json_object_get(json_object_get(c->set.options, "section_contexts"),
		type->names[0]);
	const json_t *of_host = json_object_get(c->set.options, "contexts");

	if (json_array_size(own) > 0)
		return own;
	return json_array_size(of_host) > 0 ? of_host : NULL;
}

const char *
collect_context_scan(const struct collect *c)
{
	return json_string_value(
	    json_array_get(json_object_get(c->set.options, "contexts"), 0));
}

const char *
collect_context_of(const struct column *k)
{
	return json_string_value(json_array_get(k->contexts, k->context));
}

bool
collect_context_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Nothing of another context would add to it. */
static bool
is_complete(const struct collect *c, const struct column *k)
{
	return (k->scalar && k->walked.n > 0) || c->over_limit ||
	    (k->first > 0 && k->walked.n >= k->first);
}

static bool
is_skipped(const struct collect *c, const char *context)
{
	for (size_t i = 0; i < c->n_skipped; i++)
		if (collect_context_same(c->skipped[i], context))
			return true;
	return false;
}

bool
collect_open(const struct collect *c, struct column *k)
{
	while (k->done && k->context + 1 < json_array_size(k->contexts) &&
	    !is_complete(c, k)) {
		k->context++;
		k->done = is_skipped(c, collect_context_of(k));
		k->at = NULL;
		k->n_at = 0;
	}
	return !k->done;
}

bool
collect_context_may_skip(const struct collect *c)
{
	const json_t *word = json_object_get(c->set.options, "context_timeout");

	return c->phase >= PHASE_SCALARS &&
	    c->columns[c->asked[0]].contexts != NULL && json_is_string(word) &&
	    strcmp(json_string_value(word), "continue") == 0;
}

bool
collect_context_skip(struct collect *c)
{
	bool open = false;

	if (c->n_skipped < COLLECT_MAX_SKIPPED)
		c->skipped[c->n_skipped++] = c->context;
	for (size_t i = 0; i < c->n_columns; i++) {
		struct column *k = &c->columns[i];

		if (collect_context_same(collect_context_of(k), c->context))
			k->done = true;
		open = collect_open(c, k) || open;
	}
	return open || c->n_values > 0;
}
