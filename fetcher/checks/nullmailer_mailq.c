/* SPDX-License-Identifier: Apache-2.0
 *
 * Mails in Nullmailer's queues.
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mail.h"

enum {
	P_DEFERRED,
	P_FAILED
};

static const struct check_param params[] = {
    {"deferred", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(10, 20),
	"on mails that could not be delivered yet"},
    {"failed", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(1, 1),
	"on mails that could not be delivered at all"},
    {0}};

static const struct check_metric metrics[] = {
    {"mail_queue_deferred_length", "", "mails that wait"},
    {"mail_queue_deferred_size", "B", "their size"},
    {"mail_queue_failed_length", "", "mails that failed"},
    {"mail_queue_failed_size", "B", "their size"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_nullmailer_mailq *s = c->sections[0];
	if (s->n > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const names[] = {"deferred", "failed"};
	static const char *const labels[] = {"Deferred mails", "Failed mails"};
	const struct section_nullmailer_mailq *s = c->sections[0];

	for (size_t k = 0; k < 2; k++) {
		const struct check_levels *l =
		    c->params[k].set ? &c->params[k].levels : NULL;
		const struct nullmailer_queue *q = NULL;
		for (size_t i = 0; i < s->n && q == NULL; i++)
			if (slice_eqs(s->queues[i].name, names[k]))
				q = &s->queues[i];
		if (q == NULL)
			continue;
		check_value_say(
		    out, false, labels[k], q->mails, l, NULL, render_count);
		check_metric(out, metrics[2 * k].name, q->mails, l, 0, NAN);
		check_metric(
		    out, metrics[2 * k + 1].name, q->kb * 1024, NULL, 0, NAN);
	}
}

const struct check check_nullmailer_mailq = {
    .name = "nullmailer_mailq",
    .title = "Nullmailer queue",
    .manual = "How many mails Nullmailer holds back (deferred) or gave up "
	      "(failed).",
    .ruleset = "nullmailer_mailq",
    .description = "Nullmailer Queue",
    .sections =
	(const struct section_type *const[]){&section_nullmailer_mailq, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
