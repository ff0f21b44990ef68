/* SPDX-License-Identifier: Apache-2.0
 *
 * What commands have changed in objects and contacts.
 */
#include "livestatusd/mirror/mirror.h"

#include "common/mem.h"
#include "common/utf8.h"

#include <stdlib.h>
#include <string.h>

static char *
clean(struct slice text)
{
	struct str out = {0};

	utf8_clean(&out, text);
	return str_steal(&out);
}

/* What the structure names; not itself. */
static void
drop(struct mirror *m, const struct mirror_override *o)
{
	mirror_retire(m, o->check_command, 0);
	mirror_retire(m, o->event_handler, 0);
	for (uint32_t i = 0; i < 2 * o->n; i++)
		mirror_retire(m, o->variables[i], 0);
	mirror_retire(m, o->variables, 0);
}

static void
put_variables(struct mirror_override *o, struct slice list)
{
	struct msg_pair p;

	while (msg_pair_next(&list, &p)) {
		o->variables = xreallocarray(
		    o->variables, 2 * o->n + 2, sizeof(*o->variables));
		o->variables[2 * o->n] = clean(p.key);
		o->variables[2 * o->n + 1] = clean(p.value);
		o->n++;
	}
}

void
mirror_put_override(struct mirror *m, const struct mirror_override **at,
    const struct msg_checkable *c)
{
	struct mirror_override *o;

	if (*at != NULL) {
		drop(m, *at);
		mirror_retire(m, (void *)(uintptr_t)*at, sizeof(**at));
		*at = NULL;
	}
	if (c->check_command.len == 0 && c->event_handler.len == 0 &&
	    c->variables.len == 0)
		return;
	o = xnew(struct mirror_override);
	if (c->check_command.len > 0)
		o->check_command = clean(c->check_command);
	if (c->event_handler.len > 0)
		o->event_handler = slice_eqs(c->event_handler, "-")
		    ? xstrdup("")
		    : clean(c->event_handler);
	put_variables(o, c->variables);
	*at = o;
}

void
mirror_start_contacts(struct mirror *m)
{
	m->contacts = xcalloc(m->snap->n_contacts + 1, sizeof(*m->contacts));
	for (uint32_t i = 0; i < m->snap->n_contacts; i++)
		m->contacts[i] = (struct mirror_contact){
		    .host_notifications = true,
		    .service_notifications = true,
		    .host_period = m->snap->contacts[i].notification_period,
		    .service_period = m->snap->contacts[i].notification_period};
}

static uint32_t
period_of(const struct mirror *m, uint32_t period)
{
	return period < m->snap->n_periods ? period : SNAP_NONE;
}

void
mirror_put_contact(struct mirror *m, const struct msg_contact_state *c)
{
	struct mirror_contact *k;

	if (c->contact >= m->snap->n_contacts) {
		m->ignored++;
		return;
	}
	mirror_own(m, MIRROR_CONTACTS);
	k = &m->contacts[c->contact];
	drop(m, &k->over);
	*k =
	    (struct mirror_contact){.host_notifications = c->host_notifications,
		.service_notifications = c->service_notifications,
		.host_period = period_of(m, c->host_period),
		.service_period = period_of(m, c->service_period),
		.modified = c->modified,
		.modified_host = c->modified_host,
		.modified_service = c->modified_service};
	put_variables(&k->over, c->variables);
}

void
mirror_drop_overrides(struct mirror *m)
{
	for (uint32_t i = 0; i < m->snap->n_objects; i++) {
		const struct mirror_override *o = mirror_get(m, i, over);

		if (o == NULL)
			continue;
		drop(m, o);
		mirror_retire(m, (void *)(uintptr_t)o, sizeof(*o));
	}
	for (uint32_t i = 0; i < m->snap->n_contacts; i++)
		drop(m, &m->contacts[i].over);
	free(m->contacts);
}

const char *
mirror_variable(const struct mirror_override *o, const char *name)
{
	for (uint32_t i = 0; o != NULL && i < o->n; i++)
		if (strcmp(o->variables[2 * i], name) == 0)
			return o->variables[2 * i + 1];
	return NULL;
}
