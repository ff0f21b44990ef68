/* SPDX-License-Identifier: Apache-2.0
 *
 * The present state of what was held; see held.h.
 */
#include "notifyd/held.h"

static bool
is_type(const struct context *ctx, const char *type)
{
	return strcmp(context_text(ctx, "NOTIFICATIONTYPE"), type) == 0;
}

/* All was well before: nobody waits for an all-clear. */
static bool
was_well(const struct context *first)
{
	return is_type(first, "PROBLEM") && bulk_begins(first);
}

static const char *
why_none(const struct bulk *b, const struct held_judge *judge,
    const char *contact, const char *method)
{
	const struct context *first = &b->entries[0].ctx;
	const struct context *last = &b->entries[b->n - 1].ctx;

	if (is_type(last, "RECOVERY"))
		return was_well(first) ? "it was over before the period began"
				       : NULL;
	if (b->kind == PLAN_HOLD_OVER)
		return "it was over before the period began";
	if (judge->tells != NULL &&
	    !judge->tells(last, contact, method, judge->arg))
		return "no rule tells of it any more";
	return NULL;
}

size_t
held_settle(struct bulk *b, const struct held_judge *judge, const char *contact,
    const char *method, const char **why_r)
{
	*why_r = why_none(b, judge, contact, method);
	for (size_t i = 0; i < b->n; i++)
		b->entries[i].over = i + 1 < b->n || *why_r != NULL;
	return *why_r == NULL;
}
