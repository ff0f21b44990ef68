/* SPDX-License-Identifier: Apache-2.0
 *
 * Podman: how many containers are in which state.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/json.h"

#include <strings.h>

enum {
	N_TOTAL,
	N_RUNNING,
	N_CREATED,
	N_PAUSED,
	N_STOPPED,
	N_RESTARTING,
	N_REMOVING,
	N_DEAD,
	N_EXITED,
	N_FAILED,
	COUNTS
};

static const struct check_param params[] = {
    {"total", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on all containers"},
    {"running_lower", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE,
	"on running containers, that they are too few"},
    {"exited_as_non_zero", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(1, 1),
	"on containers that ended with an error"},
    {"dead", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(1, 1),
	"on containers that could not be removed"},
    {0}};

#define METRIC(name) "podman_containers_" name "_number"
static const struct check_metric metrics[] = {
    {METRIC("total"), "", "containers"},
    {METRIC("running"), "", "containers that run"},
    {METRIC("created"), "", "containers that were never started"},
    {METRIC("paused"), "", "containers that pause"},
    {METRIC("stopped"), "", "containers that were stopped"},
    {METRIC("restarting"), "", "containers that start again"},
    {METRIC("removing"), "", "containers that are being removed"},
    {METRIC("dead"), "", "containers that could not be removed"},
    {METRIC("exited"), "", "containers that ended"},
    {METRIC("exited_as_non_zero"), "", "containers that ended with an error"},
    {0}};

static const struct value_row rows[COUNTS] = {
    {"Total", METRIC("total"), render_count, VALUE_PARAM(0), 0, false},
    {"Running", METRIC("running"), render_count, 0, VALUE_PARAM(1), false},
    {"Created", METRIC("created"), render_count, 0, 0, false},
    {"Paused", METRIC("paused"), render_count, 0, 0, false},
    {"Stopped", METRIC("stopped"), render_count, 0, 0, false},
    {"Restarting", METRIC("restarting"), render_count, 0, 0, true},
    {"Removing", METRIC("removing"), render_count, 0, 0, true},
    {"Dead", METRIC("dead"), render_count, VALUE_PARAM(3), 0, true},
    {"Exited", METRIC("exited"), render_count, 0, 0, false},
    {"Exited as non zero", METRIC("exited_as_non_zero"), render_count,
	VALUE_PARAM(2), 0, true}};

struct section_containers {
	double counts[COUNTS];
};

/* [{"Names": ["web"], "State": "running", "ExitCode": 0, ...}, ...] */
static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_containers *s = section;
	struct slice line;

	(void)arena;
	while (split_line(in, &line)) {
		json_error_t why;
		json_t *list = json_loadb(line.s, line.len, 0, &why);
		if (!json_is_array(list)) {
			json_decref(list);
			return section_bad(
			    in, err_r, "expected a list, as JSON");
		}
		for (size_t i = 0; i < json_array_size(list); i++) {
			const json_t *one = json_array_get(list, i);
			const char *state =
			    json_string_value(json_object_get(one, "State"));
			s->counts[N_TOTAL]++;
			for (size_t k = N_RUNNING; k < N_FAILED; k++)
				s->counts[k] += state != NULL &&
				    strcasecmp(state, rows[k].label) == 0;
			s->counts[N_FAILED] +=
			    section_json_number(one, "ExitCode", 0) != 0;
		}
		json_decref(list);
	}
	return 0;
}

static const struct section_type section = {
    .names = {"podman_containers", NULL},
    .size = sizeof(struct section_containers),
    .parse = parse,
};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_containers *s = c->sections[0];

	if (s->counts[N_TOTAL] == 0)
		check_say(out, CHECK_OK, "No containers found");
	for (size_t k = 0; k < COUNTS && s->counts[N_TOTAL] > 0; k++)
		value_say(c, out, &rows[k], s->counts[k], 0);
}

const struct check check_podman_containers = {
    .name = "podman_containers",
    .title = "Podman: number of containers",
    .manual = "How many containers of a Podman engine are in which state. CRIT "
	      "if one ended with an error or could not be removed.",
    .ruleset = "podman_containers",
    .description = "Podman containers",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
