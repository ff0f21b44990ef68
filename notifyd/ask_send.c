/* SPDX-License-Identifier: Apache-2.0
 *
 * Notifications that a person starts: the same ones again, and tests.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "notifyd/ask.h"
#include "notifyd/context_stored.h"

#include <stdio.h>

static void
on_stored(const char *id, bool duplicate, bool committed, void *arg)
{
	struct ask *a = arg;

	(void)duplicate;
	if (committed)
		json_array_append_new(a->result, json_string(id));
	if (--a->due == 0)
		ask_answer_json(a, a->result);
}

void
ask_send(struct ask *a, struct context *ctx, const char *mark, const char *site,
    const char *method)
{
	struct notifyd *n = a->n;
	struct str pairs = {0};
	char id[200];
	struct msg_notice m;

	snprintf(id, sizeof(id), "%s-notifyd-%016llx-%llu", n->d->site,
	    (unsigned long long)n->boot, (unsigned long long)++n->next_own);
	context_sets(ctx, "NOTIFICATIONMARK", mark);
	context_to_pairs(ctx, &pairs);
	m = (struct msg_notice){.id = slice_of(id),
	    .created_us = clock_wall() / NS_PER_US,
	    .site = slice_of(site),
	    .what = slice_of(context_text(ctx, "NOTIFICATIONTYPE")),
	    .host = slice_of(context_text(ctx, "HOSTNAME")),
	    .service = slice_of(context_text(ctx, "SERVICEDESC")),
	    .context = str_slice(&pairs)};
	process_notice(n, &m, method, NULL, on_stored, a);
	str_free(&pairs);
}

static void
on_found_resend(const struct spool_notice *list, size_t n, void *arg)
{
	struct ask *a = arg;

	if (n == 0) {
		ask_refuse(a, "there is no such notification (any more)");
		return;
	}
	a->result = json_array();
	a->due = n;
	for (size_t i = n; i-- > 0;) { /* oldest first */
		struct context ctx = {0};

		context_from_stored(&ctx, str_slice(&list[i].context));
		ask_send(a, &ctx, "resend", list[i].site, NULL);
		context_free(&ctx);
	}
}

void
asks_resend(struct ask *a)
{
	struct spool_filter filter = ask_filter(a);

	spool_find(a->n->spool, &filter, on_found_resend, a);
}
