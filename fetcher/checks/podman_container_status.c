/* SPDX-License-Identifier: Apache-2.0
 *
 * Podman: the state of a container.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/json.h"

enum {
	P_CREATED,
	P_RUNNING,
	P_PAUSED,
	P_RESTARTING,
	P_REMOVING,
	P_EXITED_ZERO,
	P_EXITED_ELSE,
	P_DEAD,
	STATES
};

#define STATE(name, state, what)                                               \
	{                                                                      \
		name, CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(state),          \
		    "state if it " what                                        \
	}
static const struct check_param params[] = {
    STATE("created", CHECK_CRIT, "was never started"),
    STATE("running", CHECK_OK, "runs"), STATE("paused", CHECK_CRIT, "pauses"),
    STATE("restarting", CHECK_CRIT, "is being started again"),
    STATE("removing", CHECK_CRIT, "is being removed"),
    STATE("exited_with_zero", CHECK_OK, "ended by itself"),
    STATE("exited_with_non_zero", CHECK_CRIT, "ended with an error"),
    STATE("dead", CHECK_CRIT, "could not be removed"), {0}};

static const char *const words[STATES] = {"Created", "Running", "Paused",
    "Restarting", "Removing", "Exited with zero", "Exited with non zero",
    "Dead"};

struct section_inspect {
	struct slice status, pod;
	double exit_code, restarts;
};

/* What `podman inspect` says: {"State": {"Status": "running", ...}, ...} */
static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_inspect *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		json_t *doc = section_json(in, line, err_r);
		if (doc == NULL)
			return -1;
		const json_t *state = json_object_get(doc, "State");
		s->status =
		    section_json_text(arena, json_object_get(state, "Status"));
		s->exit_code = section_json_number(state, "ExitCode", 0);
		s->restarts = section_json_number(doc, "RestartCount", NAN);
		s->pod = section_json_text(arena, json_object_get(doc, "Pod"));
		json_decref(doc);
	}
	if (s->status.len == 0)
		return section_bad(in, err_r, "expected a State with a Status");
	return 0;
}

static const struct section_type section = {
    .names = {"podman_container_inspect", NULL},
    .size = sizeof(struct section_inspect),
    .parse = parse,
};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static size_t
param_of(const struct section_inspect *s)
{
	if (slice_eqs(s->status, "exited"))
		return s->exit_code == 0 ? P_EXITED_ZERO : P_EXITED_ELSE;
	for (size_t i = 0; i < STATES; i++)
		if (slice_eqs(s->status, params[i].name))
			return i;
	return STATES;
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_inspect *s = c->sections[0];
	size_t i = param_of(s);

	if (i < STATES)
		check_say(out, (uint32_t)c->params[i].number, "%s", words[i]);
	else
		check_say(out, CHECK_UNKNOWN, "%.*s", value_cut(s->status, 60),
		    s->status.s);
	if (i == P_EXITED_ELSE)
		check_say(out, CHECK_OK, "Exit code: %.0f", s->exit_code);
	if (s->pod.len > 0)
		check_say(out, CHECK_OK, "Pod: %.*s", value_cut(s->pod, 100),
		    s->pod.s);
	if (s->restarts > 0)
		check_tell(out, CHECK_OK, "Restarts: %.0f", s->restarts);
}

const struct check check_podman_container_status = {
    .name = "podman_container_status",
    .title = "Podman: state of a container",
    .manual = "Does a container of Podman run? CRIT if not, unless it ended "
	      "without an error.",
    .ruleset = "podman_container_status",
    .description = "Status",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
