/* SPDX-License-Identifier: Apache-2.0
 *
 * Mails in the queues of Postfix.
 */
#include "fetcher/sections/postfix_mailq.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

enum {
	P_DEFERRED,
	P_ACTIVE
};

static const struct check_param params[] = {
    {"deferred", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(10, 20),
	"on mails that could not be delivered yet"},
    {"active", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(200, 300),
	"on mails that are being delivered"},
    {0}};

static const struct check_metric metrics[] = {
    {"mail_queue_deferred_length", "", "mails that wait"},
    {"mail_queue_deferred_size", "B", "their size"},
    {"mail_queue_active_length", "", "mails being delivered"},
    {"mail_queue_active_size", "B", "their size"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_postfix_mailq *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		check_found_add(found, s->instances[i].name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const labels[] = {
	    "Deferred queue length", "Active queue length"};
	const struct section_postfix_mailq *s = c->sections[0];
	const struct postfix_instance *e = NULL;

	for (size_t i = 0; i < s->n && e == NULL; i++)
		if (slice_eq(s->instances[i].name, c->item))
			e = &s->instances[i];
	if (e == NULL ||
	    (!e->has[POSTFIX_DEFERRED] && !e->has[POSTFIX_ACTIVE])) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	for (size_t q = 0; q < POSTFIX_QUEUES; q++) {
		const struct check_value *p =
		    &c->params[q == POSTFIX_ACTIVE ? P_ACTIVE : P_DEFERRED];
		const struct check_levels *l = p->set ? &p->levels : NULL;
		if (!e->has[q])
			continue;
		check_value_say(
		    out, false, labels[q], e->mails[q], l, NULL, render_count);
		check_metric(out, metrics[2 * q].name, e->mails[q], l, 0, NAN);
		check_metric(
		    out, metrics[2 * q + 1].name, e->bytes[q], NULL, 0, NAN);
	}
}

const struct check check_postfix_mailq = {
    .name = "postfix_mailq",
    .title = "Postfix queues",
    .manual =
	"How many mails a Postfix instance holds back (deferred) and is just "
	"delivering (active).",
    .ruleset = "postfix_mailq",
    .description = "Postfix Queue %s",
    .sections =
	(const struct section_type *const[]){&section_postfix_mailq, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
