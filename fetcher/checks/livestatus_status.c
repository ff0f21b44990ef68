/* SPDX-License-Identifier: Apache-2.0
 *
 * OMD sites: what their core does, by Livestatus.
 */
#include "fetcher/checks/store.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_SWITCHES,
	P_STOPPED
};

static const struct check_param params[] = {
    {"switches", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states if a switch of the core is off: enable_notifications (CRIT by "
	"default), check_external_commands (CRIT), execute_host_checks, "
	"execute_service_checks, accept_passive_host_checks, "
	"accept_passive_service_checks, process_performance_data (WARN), "
	"check_host_freshness, check_service_freshness, "
	"enable_event_handlers, enable_flap_detection (OK)"},
    {"site_stopped", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if the core does not answer"},
    {0}};

static const struct check_metric metrics[] = {
    {"host_checks", "1/s", "checks of hosts"},
    {"service_checks", "1/s", "checks of services"},
    {"forks", "1/s", "processes started"},
    {"connects", "1/s", "connections of Livestatus"},
    {"requests", "1/s", "queries of Livestatus"},
    {"log_messages", "1/s", "lines of history"},
    {"monitored_hosts", "", "hosts"}, {"monitored_services", "", "services"},
    {0}};

static const struct section_type section = SECTION_LINES("livestatus_status");

static const struct {
	const char *column;
	struct value_row row;
} rates[] = {{"host_checks",
		 {"Host checks", "host_checks", value_per_second, 0, 0, false}},
    {"service_checks",
	{"Service checks", "service_checks", value_per_second, 0, 0, false}},
    {"forks", {"Process creations", "forks", value_per_second, 0, 0, true}},
    {"connections",
	{"Livestatus connects", "connects", value_per_second, 0, 0, true}},
    {"requests",
	{"Livestatus requests", "requests", value_per_second, 0, 0, true}},
    {"log_messages",
	{"Log messages", "log_messages", value_per_second, 0, 0, true}}};

static const struct {
	const char *column, *words;
	uint32_t state;
} switches[] = {{"execute_host_checks", "Active host checks", CHECK_WARN},
    {"execute_service_checks", "Active service checks", CHECK_WARN},
    {"accept_passive_host_checks", "Passive host checks", CHECK_WARN},
    {"accept_passive_service_checks", "Passive service checks", CHECK_WARN},
    {"check_host_freshness", "Host freshness checking", CHECK_OK},
    {"check_service_freshness", "Service freshness checking", CHECK_OK},
    {"enable_event_handlers", "Alert handlers", CHECK_OK},
    {"enable_flap_detection", "Flap detection", CHECK_OK},
    {"enable_notifications", "Notifications", CHECK_CRIT},
    {"process_performance_data", "Performance data", CHECK_WARN},
    {"check_external_commands", "External commands", CHECK_CRIT}};

/* The site's two lines: names of columns and values. */
static bool
find_lines(const struct section_lines *s, struct slice site,
    const struct text_line **head_r, const struct text_line **values_r)
{
	*head_r = *values_r = NULL;
	for (size_t i = 0; i < s->n && *values_r == NULL; i++) {
		if (!slice_eq(s->lines[i].block, site))
			continue;
		if (*head_r == NULL)
			*head_r = &s->lines[i];
		else
			*values_r = &s->lines[i];
	}
	return *values_r != NULL;
}

static bool
get(const struct text_line *head, const struct text_line *values,
    const char *column, struct slice *text_r)
{
	char sep = head->sep == SPLIT_WHITE ? ';' : (char)head->sep;
	struct slice names = head->text, rest = values->text, name;

	while (slice_next(&names, sep, &name) && slice_next(&rest, sep, text_r))
		if (slice_eqs(slice_trim(name), column))
			return true;
	return false;
}

static double
number(const struct text_line *head, const struct text_line *values,
    const char *column)
{
	struct slice text;

	return get(head, values, column, &text) ? text_number(text) : NAN;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];

	for (size_t i = 0; i < s->n_blocks; i++)
		check_found_add(found, s->blocks[i], NULL);
}

static void
say_switches(const struct check_context *c, const struct text_line *head,
    const struct text_line *values, struct check_out *out)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		uint32_t state = switches[i].state;
		double on = number(head, values, switches[i].column);
		check_params_state(
		    &c->params[P_SWITCHES], switches[i].column, &state);
		if (isfinite(on) && on < 0.5 && state != CHECK_OK)
			check_say(
			    out, state, "%s are disabled", switches[i].words);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const struct value_row hosts = {
	    "Monitored hosts", "monitored_hosts", render_count, 0, 0, false};
	static const struct value_row services = {"Monitored services",
	    "monitored_services", render_count, 0, 0, false};
	const struct section_lines *s = c->sections[0];
	const struct text_line *head, *values;
	struct slice text;

	if (!lines_has_block(s, c->item)) {
		value_lost(out);
		return;
	}
	if (!find_lines(s, c->item, &head, &values)) {
		check_say(out, (uint32_t)c->params[P_STOPPED].number,
		    "Site is currently not running");
		return;
	}
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		value_say_rate(c, out, &rates[i].row, rates[i].column,
		    number(head, values, rates[i].column));
	value_say(c, out, &hosts, number(head, values, "num_hosts"), 0);
	value_say(c, out, &services, number(head, values, "num_services"), 0);
	if (get(head, values, "program_version", &text))
		check_say(out, CHECK_OK, "Core version: %.*s",
		    value_cut(text, 100), text.s);
	if (get(head, values, "livestatus_version", &text))
		check_say(out, CHECK_OK, "Livestatus version: %.*s",
		    value_cut(text, 100), text.s);
	say_switches(c, head, values, out);
}

const struct check check_livestatus_status = {
    .name = "livestatus_status",
    .title = "OMD sites: performance",
    .manual =
	"What the core of an OMD or Checkmk site on this host does in a "
	"second. CRIT if it does not answer or does not notify; other switches "
	"that are off are told by the parameter `switches`.",
    .ruleset = "livestatus_status",
    .description = "OMD %s performance",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
