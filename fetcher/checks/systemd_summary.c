/* SPDX-License-Identifier: Apache-2.0
 *
 * All services of systemd in one.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/pattern.h"
#include "fetcher/discover.h"
#include "fetcher/sections/systemd_units.h"

enum {
	P_STATES,
	P_ELSE,
	P_ACTIVATING,
	P_DEACTIVATING,
	P_RELOADING,
	P_IGNORED
};

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by systemd's word; active and inactive are OK and failed CRIT "
	"by default"},
    {"states_default", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state for any other word"},
    {"activating_levels", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on how long a service has been starting"},
    {"deactivating_levels", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(30, 60),
	"on how long it has been stopping"},
    {"reloading_levels", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(30, 60),
	"on how long it has been reloading"},
    {"ignored", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"regular expressions, from the start of the name: these services are "
	"not looked at"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

enum group {
	INCLUDED,
	DISABLED,
	STATIC,
	GROUPS
};

static const char *const group_words[GROUPS] = {"", "disabled ", "static "};

static enum group
group_of(const struct systemd_unit *u)
{
	if (slice_eqs(u->file, "disabled") || slice_eqs(u->file, "indirect"))
		return DISABLED;
	return slice_eqs(u->file, "static") ? STATIC : INCLUDED;
}

/* Levels of states that pass by; SIZE_MAX for the others. */
static size_t
levels_of(struct slice active)
{
	if (slice_eqs(active, "activating"))
		return P_ACTIVATING;
	if (slice_eqs(active, "deactivating"))
		return P_DEACTIVATING;
	return slice_eqs(active, "reloading") ? P_RELOADING : SIZE_MAX;
}

static uint32_t
state_of(const struct check_context *c, struct slice active)
{
	uint32_t state = (uint32_t)c->params[P_ELSE].number;
	char word[32];

	if (slice_eqs(active, "active") || slice_eqs(active, "inactive"))
		state = CHECK_OK;
	else if (slice_eqs(active, "failed"))
		state = CHECK_CRIT;
	if (active.len < sizeof(word)) {
		memcpy(word, active.s, active.len);
		word[active.len] = '\0';
		check_params_state(&c->params[P_STATES], word, &state);
	}
	return state;
}

static void
say_passing(const struct check_context *c, const struct systemd_unit *u,
    size_t param, struct check_out *out)
{
	const struct check_levels *l =
	    c->params[param].set ? &c->params[param].levels : NULL;
	struct str text = {0};

	if (u->changing_for < 0)
		return;
	str_add(&text, "Service '");
	str_addslice(&text, u->name);
	str_add(&text, "' ");
	str_addslice(&text, u->active);
	str_add(&text, " for");
	check_value_say(out, true, str_get(&text), u->changing_for, l, NULL,
	    render_timespan);
	str_free(&text);
}

#define MAX_NAMED 20 /* services of one bad state */

/* "2 disabled services failed (a, b)", once for each word that is not OK. */
static void
say_bad(const struct check_context *c, const struct systemd_unit **bad,
    size_t n, enum group group, struct check_out *out)
{
	for (size_t i = 0; i < n; i++) {
		struct str list = {0};
		size_t count = 0;
		bool said = bad[i] == NULL || group_of(bad[i]) != group;
		if (said)
			continue;
		struct slice word = bad[i]->active;
		for (size_t k = i; k < n; k++) {
			if (bad[k] == NULL || group_of(bad[k]) != group ||
			    !slice_eq(bad[k]->active, word))
				continue;
			if (count < MAX_NAMED) {
				str_add(&list, count > 0 ? ", " : "");
				str_addslice(&list, bad[k]->name);
			} else if (count == MAX_NAMED) {
				str_add(&list, ", ...");
			}
			count++;
			bad[k] = NULL;
		}
		check_say(out, state_of(c, word), "%zu %sservice%s %.*s (%s)",
		    count, group_words[group], count == 1 ? "" : "s",
		    (int)word.len, word.s, str_get(&list));
		str_free(&list);
	}
}

#define MAX_BAD 1000

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_systemd_units *s = c->sections[0];
	const struct systemd_unit *bad[MAX_BAD];
	size_t total = 0, disabled = 0, failed = 0, n = 0;
	struct patterns ignored;
	struct err err = {0};

	patterns_read(&ignored, c->params[P_IGNORED].json, &err);
	for (size_t i = 0; i < s->n; i++) {
		const struct systemd_unit *u = &s->units[i];
		if (u->kind != SYSTEMD_SERVICE ||
		    (ignored.n > 0 && patterns_start(&ignored, u->name)))
			continue;
		total++;
		disabled += group_of(u) == DISABLED;
		failed += slice_eqs(u->active, "failed");
		if (levels_of(u->active) == SIZE_MAX &&
		    state_of(c, u->active) != CHECK_OK && n < MAX_BAD)
			bad[n++] = u;
	}
	check_say(out, CHECK_OK, "Total: %zu, Disabled: %zu, Failed: %zu",
	    total, disabled, failed);
	for (int group = 0; group < GROUPS; group++)
		say_bad(c, bad, n, (enum group)group, out);
	for (size_t i = 0; i < s->n; i++) {
		const struct systemd_unit *u = &s->units[i];
		size_t param = levels_of(u->active);
		if (u->kind == SYSTEMD_SERVICE && param != SIZE_MAX &&
		    (ignored.n == 0 || !patterns_start(&ignored, u->name)))
			say_passing(c, u, param, out);
	}
	if (err.text[0] != '\0')
		check_say(out, CHECK_UNKNOWN, "ignored: %s", err.text);
	patterns_free(&ignored);
}

const struct check check_systemd_summary = {
    .name = "systemd_summary",
    .title = "systemd: all services",
    .manual =
	"Counts the services of systemd and names those that failed. Services "
	"that are disabled or static are named apart. One that stays between "
	"two states for too long is told too.",
    .ruleset = "systemd_services_summary",
    .description = "Systemd Service Summary",
    .sections =
	(const struct section_type *const[]){&section_systemd_units, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
