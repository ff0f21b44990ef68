/* SPDX-License-Identifier: Apache-2.0
 *
 * A notice of the engine becomes an alert; see tell.h.
 */
#include "core/effects/tell.h"

#include "common/notice.h"
#include "core/state/override.h"

/* Contacts that get nothing now, because a command said so. */
static void
add_silent(struct tell *c, const struct engine *e, bool service, int64_t now)
{
	const struct snapshot *snap = e->snap;

	str_clear(&c->contacts);
	for (uint32_t i = 0; i < snap->n_contacts; i++) {
		const struct contact_state *k = &e->contacts[i];
		uint32_t modified =
		    service ? k->modified_service : k->modified_host;
		uint32_t period = service ? k->service_period : k->host_period;
		bool on = service ? k->service_on : k->host_on;

		if (modified & CONTACT_MODIFIED_PERIOD)
			on = on && period_is_in(e->periods, period, now);
		if (on)
			continue;
		if (c->contacts.len > 0)
			str_addc(&c->contacts, ',');
		str_add(&c->contacts, snap_s(snap, snap->contacts[i].name));
	}
}

static struct slice
variables(struct tell *c, const struct checkable *o)
{
	if (o->over == NULL)
		return SLICE("");
	str_clear(&c->variables);
	for (uint32_t i = 0; i < o->over->vars.n; i++) {
		struct msg_pair p = {slice_of(o->over->vars.items[i].name),
		    slice_of(o->over->vars.items[i].value)};

		msg_pair_put(&c->variables, &p);
	}
	return str_slice(&c->variables);
}

static void
add_object(
    struct tell *c, const struct checkable *o, uint32_t number, bool recovered)
{
	struct msg_alert_object a = {.state = o->state,
	    .last_state = o->last_state,
	    .previous_hard = o->previous_hard,
	    .attempt = o->attempt,
	    .max_attempts = o->max_attempts,
	    .number = number,
	    .downtime_depth = o->downtime_depth,
	    /* A recovery belongs to the problem that it ends. */
	    .problem_id = recovered && o->problem_id == 0 ? o->last_problem_id
							  : o->problem_id,
	    .last_change = o->last_change,
	    .last_good = o->last_time[0],
	    .output = checkable_output(o),
	    .long_output = checkable_long_output(o),
	    .perfdata = checkable_perfdata(o),
	    .variables = variables(c, o)};

	for (const struct comment *k = o->comments;
	     k != NULL && o->ack != ACK_NONE && !a.acknowledged; k = k->next) {
		if (k->type != COMMENT_ACK)
			continue;
		a.acknowledged = true;
		a.ack_author = slice_of(k->author);
		a.ack_comment = slice_of(k->text);
	}
	msg_alert_object_put(&c->objects, &a);
}

void
tell_notice(struct tell *c, struct msg_alert *a_r, const struct engine *e,
    const struct notice *n, int64_t created_us)
{
	const struct snapshot *snap = e->snap;
	const struct snap_object *o = &snap->objects[n->object];
	const struct checkable *host = &e->objects[o->host];
	bool recovered = strcmp(n->what, "RECOVERY") == 0;

	str_clear(&c->objects);
	add_object(c, host, o->is_service ? host->number : n->number,
	    recovered && !o->is_service);
	if (o->is_service)
		add_object(c, &e->objects[n->object], n->number, recovered);
	add_silent(c, e, o->is_service != 0, created_us / 1000000);
	*a_r = (struct msg_alert){.created_us = created_us,
	    .what = slice_of(n->what),
	    .host = slice_of(snap_s(snap, snap->objects[o->host].name)),
	    .service =
		o->is_service ? slice_of(snap_s(snap, o->name)) : SLICE(""),
	    .author = n->author,
	    .comment = n->comment,
	    .handler = n->handler,
	    .handler_output = n->output,
	    .failed = n->failed,
	    .contacts_off = str_slice(&c->contacts),
	    .objects = str_slice(&c->objects)};
}

void
tell_quiet(struct tell *c, struct msg_alert *a_r, const struct engine *e,
    uint32_t object, const char *what, int64_t created_us)
{
	const struct snapshot *snap = e->snap;
	const struct snap_object *o = &snap->objects[object];

	str_clear(&c->objects);
	str_add(&c->objects, NOTICE_QUIET);
	str_add(&c->objects, what);
	*a_r = (struct msg_alert){.created_us = created_us,
	    .what = str_slice(&c->objects),
	    .host = slice_of(snap_s(snap, snap->objects[o->host].name)),
	    .service =
		o->is_service ? slice_of(snap_s(snap, o->name)) : SLICE("")};
}

void
tell_free(struct tell *c)
{
	str_free(&c->objects);
	str_free(&c->variables);
	str_free(&c->contacts);
}
