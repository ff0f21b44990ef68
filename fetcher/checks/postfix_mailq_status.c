/* SPDX-License-Identifier: Apache-2.0
 *
 * Does Postfix run?
 */
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mail.h"

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_postfix_mailq_status *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		check_found_add(found, s->instances[i].name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_postfix_mailq_status *s = c->sections[0];
	const struct postfix_status *p = NULL;

	for (size_t i = 0; i < s->n && p == NULL; i++)
		if (slice_eq(s->instances[i].name, c->item))
			p = &s->instances[i];
	if (p == NULL) {
		check_say(out, CHECK_CRIT, "The instance is gone");
		return;
	}
	check_say(out, p->pid.len > 0 ? CHECK_OK : CHECK_CRIT, "Status: %.*s",
	    (int)(p->text.len < 200 ? p->text.len : 200), p->text.s);
	if (p->pid.len > 0)
		check_say(
		    out, CHECK_OK, "PID: %.*s", (int)p->pid.len, p->pid.s);
}

const struct check check_postfix_mailq_status = {
    .name = "postfix_mailq_status",
    .title = "Postfix: does it run?",
    .manual = "Does the mail system of a Postfix instance run? CRIT if not.",
    .ruleset = NULL,
    .description = "Postfix status %s",
    .sections =
	(const struct section_type *const[]){
	    &section_postfix_mailq_status, NULL},
    .discover = discover,
    .judge = judge,
};
