/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about contacts.
 */
#include "core/command/internal.h"
#include "core/state/override.h"

#include "common/num.h"

static void
set_switch(struct engine *e, uint32_t contact, bool service, bool on)
{
	struct contact_state *s = &e->contacts[contact];

	if (service) {
		s->service_on = on;
		s->modified_service |= CONTACT_MODIFIED_NOTIFY;
	} else {
		s->host_on = on;
		s->modified_host |= CONTACT_MODIFIED_NOTIFY;
	}
	engine_touch_contact(e, contact);
}

/* ..._CONTACT_*_NOTIFICATIONS, ..._CONTACTGROUP_*: param 1: of services */
int
run_contact_switch(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	struct snap_list members;

	(void)err_r;
	if (c->command->args[0] == 'C') {
		set_switch(e, c->args[0].index, c->command->param == 1,
		    c->command->on);
		return 0;
	}
	members = e->snap->contact_groups[c->args[0].index].members;
	for (uint32_t i = 0; i < members.n; i++)
		set_switch(e, snap_at(e->snap, members, i),
		    c->command->param == 1, c->command->on);
	return 0;
}

/* CHANGE_CONTACT_*_NOTIFICATION_TIMEPERIOD: param 1: of services */
int
run_contact_period(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	struct contact_state *s = &e->contacts[c->args[0].index];

	(void)err_r;
	if (c->command->param == 1) {
		s->service_period = c->rest[0].index;
		s->modified_service |= CONTACT_MODIFIED_PERIOD;
	} else {
		s->host_period = c->rest[0].index;
		s->modified_host |= CONTACT_MODIFIED_PERIOD;
	}
	engine_touch_contact(e, c->args[0].index);
	return 0;
}

/* CHANGE_CONTACT_MODATTR, _MODHATTR, _MODSATTR: param 0, 1, 2 */
int
run_contact_modified(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	struct contact_state *s = &e->contacts[c->args[0].index];
	uint32_t *masks[] = {
	    &s->modified, &s->modified_host, &s->modified_service};

	if (c->rest[0].number > UINT32_MAX) {
		err_set(err_r, "the mask is too large");
		return -1;
	}
	*masks[c->command->param] = (uint32_t)c->rest[0].number;
	contact_configure(e, c->args[0].index);
	engine_touch_contact(e, c->args[0].index);
	return 0;
}

/* CHANGE_CUSTOM_CONTACT_VAR: name; value */
int
run_contact_variable(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	struct contact_state *s = &e->contacts[c->args[0].index];
	struct str text = {0};
	bool ok;

	if (c->rest[1].text.len > OVERRIDE_TEXT_MAX) {
		err_set(err_r, "the value is too long");
		return -1;
	}
	ok = override_set_var(
	    &s->vars, c->rest[0].text, command_text(&text, c->rest[1].text));
	str_free(&text);
	if (!ok) {
		err_set(err_r, "the contact has too many custom variables");
		return -1;
	}
	s->modified |= MODIFIED_VARIABLE;
	engine_touch_contact(e, c->args[0].index);
	return 0;
}
