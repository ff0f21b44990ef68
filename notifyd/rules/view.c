/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rules ask of a notice again and again, taken out of its context
 * once: its event code, its number, who and where.
 */
#include "notifyd/rules/rule.h"

#include "common/num.h"

static char
state_letter(const char *state, bool service)
{
	switch (state[0]) {
	case 'O':
		return 'r';
	case 'U':
		if (strcmp(state, "UP") == 0)
			return 'r';
		return 'u';
	case 'W':
		return service ? 'w' : '?';
	case 'C':
		return service ? 'c' : '?';
	case 'D':
		return service ? '?' : 'd';
	default:
		return '?';
	}
}

static void
view_code(struct view *v)
{
	const char *type = context_text(v->ctx, "NOTIFICATIONTYPE");

	v->recovery = strcmp(type, "RECOVERY") == 0;
	if (strcmp(type, "ACKNOWLEDGEMENT") == 0) {
		v->code[0] = 'x';
	} else if (strncmp(type, "FLAPPING", 8) == 0) {
		v->code[0] = 'f';
	} else if (strncmp(type, "DOWNTIME", 8) == 0) {
		v->code[0] = 's';
	} else if (strncmp(type, "ALERTHANDLER", 12) == 0) {
		const char *state = context_text(v->ctx, "ALERTHANDLERSTATE");

		v->handler = true;
		v->code[0] = 'a';
		v->code[1] = strcmp(state, "OK") == 0 ? 's' : 'f';
	} else {
		v->code[0] =
		    state_letter(context_text(v->ctx,
				     v->service ? "PREVIOUSSERVICEHARDSTATE"
						: "PREVIOUSHOSTHARDSTATE"),
			v->service);
		v->code[1] =
		    state_letter(context_text(v->ctx,
				     v->service ? "SERVICESTATE" : "HOSTSTATE"),
			v->service);
	}
}

void
view_make(struct view *v, const struct rules *rules,
    const struct rules_notice *notice, int64_t at)
{
	*v = (struct view){.rules = rules,
	    .notice = notice,
	    .ctx = notice->ctx,
	    .at = at,
	    .number = 1};
	v->service = context_is_service(v->ctx);
	v->event = context_get(v->ctx, "EC_ID") != NULL;
	v->folder = context_text(v->ctx, "HOSTFOLDER");
	v->host_groups = context_text(v->ctx, "HOSTGROUPNAMES");
	v->service_groups = context_text(v->ctx, "SERVICEGROUPNAMES");
	v->contacts = context_text(v->ctx, "CONTACTS");
	v->contact_groups = context_of_object(v->ctx, "", "CONTACTGROUPNAMES");
	if (v->contact_groups[0] == '\0')
		v->contact_groups =
		    context_text(v->ctx, "HOSTCONTACTGROUPNAMES");
	v->host = context_text(v->ctx, "HOSTNAME");
	v->description = context_text(v->ctx, "SERVICEDESC");
	v->output = context_text(v->ctx, "SERVICEOUTPUT");
	v->check = context_text(v->ctx, "SERVICECHECKCOMMAND");
	view_code(v);
	num_i64(slice_of(context_of_object(v->ctx, "", "NOTIFICATIONNUMBER")),
	    &v->number);
	if (v->number < 1)
		v->number = 1;
}
