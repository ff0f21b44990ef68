/* SPDX-License-Identifier: Apache-2.0
 *
 * Pacemaker: the cluster as a whole.
 */
#include "fetcher/sections/heartbeat_crm.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"

enum {
	P_MAX_AGE,
	P_DC,
	P_NODES,
	P_RESOURCES,
	P_FAILED,
	P_NAILDOWN
};

static const struct check_param params[] = {
    {"max_age", CHECK_PARAM_DURATION, "s", CHECK_DEF_NUMBER(60),
	"data older than this are not believed"},
    {"dc", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"the node that must be the designated coordinator; null: any"},
    {"num_nodes", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE,
	"how many nodes there must be; discovery remembers how many there "
	"were"},
    {"num_resources", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE,
	"how many resources there must be; discovery remembers too"},
    {"show_failed_actions", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(0),
	"WARN for each failed action that the cluster lists"},
    {"naildown_dc", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(0),
	"in discovery: remember the coordinator too"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_heartbeat_crm *s = c->sections[0];
	json_t *seen = json_object();

	if (s->nodes >= 0)
		json_object_set_new(seen, "num_nodes", json_real(s->nodes));
	if (s->resources >= 0)
		json_object_set_new(
		    seen, "num_resources", json_real(s->resources));
	if (c->params[P_NAILDOWN].number > 0 && s->dc.len > 0)
		json_object_set_new(
		    seen, "dc", json_stringn(s->dc.s, s->dc.len));
	check_found_add(found, SLICE(""), seen);
}

static void
say_number(const struct check_context *c, const char *label, double number,
    size_t param, struct check_out *out)
{
	const struct check_value *wanted = &c->params[param];

	if (number < 0)
		return;
	if (!wanted->set || fabs(number - wanted->number) < 0.5)
		check_say(out, CHECK_OK, "%s: %.0f", label, number);
	else
		check_say(out, CHECK_CRIT, "%s: %.0f (Expected: %.0f)", label,
		    number, wanted->number);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_heartbeat_crm *s = c->sections[0];
	const struct check_value *dc = &c->params[P_DC];
	double age = c->now - value_local_time(s->updated);

	if (s->error.len > 0) {
		check_say(out, CHECK_CRIT, "%.*s", value_cut(s->error, 200),
		    s->error.s);
		return;
	}
	if (s->updated > 0 && c->params[P_MAX_AGE].set &&
	    age > c->params[P_MAX_AGE].number) {
		struct str text = {0};
		str_add(
		    &text, "Ignoring reported data (status output too old: ");
		render_timespan(&text, age);
		str_addc(&text, ')');
		check_say_str(out, CHECK_CRIT, &text);
		str_free(&text);
		return;
	}
	if (s->dc.len > 0 && (!dc->set || slice_eq(dc->text, s->dc)))
		check_say(
		    out, CHECK_OK, "DC: %.*s", value_cut(s->dc, 100), s->dc.s);
	else if (s->dc.len > 0)
		check_say(out, CHECK_CRIT, "DC: %.*s (Expected: %.*s)",
		    value_cut(s->dc, 100), s->dc.s, (int)dc->text.len,
		    dc->text.s);
	say_number(c, "Nodes", s->nodes, P_NODES, out);
	say_number(c, "Resources", s->resources, P_RESOURCES, out);
	for (size_t i = 0;
	     i < s->n_failed && i < 20 && c->params[P_FAILED].number > 0; i++)
		check_say(out, CHECK_WARN, "Failed: %.*s",
		    value_cut(s->failed[i], 200), s->failed[i].s);
}

const struct check check_heartbeat_crm = {
    .name = "heartbeat_crm",
    .title = "Pacemaker: the cluster",
    .manual =
	"What `crm_mon` says of a Pacemaker cluster. CRIT if its data are too "
	"old, if there are other numbers of nodes or resources than when the "
	"service was discovered, or if another node than `dc` coordinates.",
    .ruleset = "heartbeat_crm",
    .description = "Heartbeat CRM General",
    .sections =
	(const struct section_type *const[]){&section_heartbeat_crm, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
