/* SPDX-License-Identifier: Apache-2.0
 *
 * What waits, and with what: quiet hours first, then the rule's bulk, then
 * the group of one cause.
 */
#include "notifyd/rules/gather.h"

#include "common/mem.h"
#include "common/num.h"

#include <ctype.h>
#include <stdlib.h>

#define CAUSE_MAX_OUTPUT 200
/* Nothing is lost where a period never begins: it is told after this. */
#define NEVER_S (7 * 86400)

/* --- the key ---------------------------------------------------------------
 */

/* Fields of a key cannot run into each other. */
static void
add_field(struct str *key, const char *name, const char *value)
{
	str_addf(key, "%s%s=", key->len > 0 ? "\x1f" : "", name);
	for (; *value != '\0'; value++)
		str_addc(key, *value == '\x1f' ? ' ' : *value);
}

static const char *
service_level(const struct context *ctx)
{
	const char *text =
	    context_is_service(ctx) ? context_text(ctx, "SVC_SL") : "";

	return text[0] != '\0' ? text : context_text(ctx, "HOST_SL");
}

static const char *
value_of(const struct context *ctx, enum gather_by by)
{
	switch (by) {
	case GATHER_BY_HOST:
		return context_text(ctx, "HOSTNAME");
	case GATHER_BY_FOLDER:
		return context_text(ctx, "HOSTFOLDER");
	case GATHER_BY_SERVICE:
		return context_text(ctx, "SERVICEDESC");
	case GATHER_BY_SERVICE_LEVEL:
		return service_level(ctx);
	case GATHER_BY_CHECK_TYPE:
		return context_of_object(ctx, "", "CHECKCOMMAND");
	case GATHER_BY_STATE:
		return context_of_object(ctx, "", "STATE");
	case GATHER_BY_EVENT_CONTACT:
		return context_text(ctx, "EC_CONTACT");
	case GATHER_BY_EVENT_COMMENT:
		return context_text(ctx, "EC_COMMENT");
	case GATHER_BY_COUNT:
		break;
	}
	return "";
}

/* A custom variable: of the service, or else of its host. */
static const char *
macro_of(const struct context *ctx, const char *name)
{
	char *keys[] = {xasprintf("SERVICE_%s", name + strspn(name, "_")),
	    xasprintf("HOST_%s", name + strspn(name, "_"))};
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		for (char *p = keys[i]; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
		if (found == NULL && (i == 1 || context_is_service(ctx)))
			found = context_get(ctx, keys[i]);
	}
	free(keys[0]);
	free(keys[1]);
	return found == NULL ? "" : found;
}

static void
add_values(
    struct str *key, const struct gather_bulk *bulk, const struct context *ctx)
{
	char name[] = "0";

	for (size_t i = 0; i < GATHER_BY_COUNT; i++) {
		name[0] = (char)('0' + i);
		if (bulk->by[i])
			add_field(key, name, value_of(ctx, (enum gather_by)i));
	}
	for (size_t i = 0; i < bulk->macros.n; i++)
		add_field(
		    key, bulk->macros.v[i], macro_of(ctx, bulk->macros.v[i]));
}

/* --- bulks of rules --------------------------------------------------------
 */

static int64_t
period_ends(const struct rules_world *world, const char *period, int64_t at)
{
	return world->period_ends == NULL
	    ? INT64_MAX
	    : world->period_ends(period, at, world->arg);
}

static void
add_time(struct str *to, int64_t ms)
{
	num_duration_add(to, ms);
}

static void
decide_bulk(const struct gather_bulk *bulk, const struct rules_world *world,
    const struct context *ctx, int64_t at, struct plan_gather *g)
{
	struct str key = {0}, why = {0};
	const char *kind = "horizon";

	g->kind = PLAN_BULK;
	g->max = bulk->max;
	g->horizon_ms = bulk->horizon_ms;
	if (bulk->period != NULL &&
	    world->period_is_in(bulk->period, at, world->arg)) {
		kind = bulk->period;
		g->until = period_ends(world, bulk->period, at);
		str_addf(&why, "bulk: at the end of %s, or %u of them", kind,
		    g->max);
	} else if (bulk->period != NULL) {
		g->horizon_ms = bulk->outside_ms;
		g->max = bulk->outside_max;
		kind = "outside";
	}
	if (bulk->period != NULL && g->until == INT64_MAX) {
		g->kind = PLAN_AT_ONCE;
		str_clear(&why);
		str_addf(&why, "%s does not end: at once", bulk->period);
	} else if (bulk->period != NULL && g->until == 0 && !bulk->outside) {
		g->kind = PLAN_AT_ONCE;
		str_addf(&why, "outside of %s: at once", bulk->period);
	} else if (g->until == 0) {
		str_add(&why, "bulk: when the oldest is ");
		add_time(&why, g->horizon_ms);
		str_addf(&why, " old, or %u of them", g->max);
	}
	g->why = str_steal(&why);
	if (g->kind == PLAN_AT_ONCE)
		return;
	str_addf(&key, "bulk\x1f%s\x1f%lld\x1f%u", kind,
	    (long long)g->horizon_ms, g->max);
	add_values(&key, bulk, ctx);
	g->key = str_steal(&key);
	g->how = json_incref(bulk->how);
}

/* Asked last, because for a script it means a look at the disk. */
static bool
takes_many(const struct rules_world *world, const char *method)
{
	return world->method_bulks == NULL ||
	    world->method_bulks(method, world->arg);
}

/* --- quiet hours -----------------------------------------------------------
 */

/* 0 good, 1 warning, 2 unknown, 3 critical; -1: not known. */
static int
severity_of(const char *state)
{
	static const struct {
		const char *state;
		int severity;
	} states[] = {{"OK", 0}, {"UP", 0}, {"WARNING", 1}, {"UNKNOWN", 2},
	    {"UNREACHABLE", 2}, {"CRITICAL", 3}, {"DOWN", 3}};

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (strcmp(states[i].state, state) == 0)
			return states[i].severity;
	}
	return -1;
}

/* An all-clear comes through like the problem that it ends. */
static bool
comes_through(const struct gather_quiet *quiet, const struct context *ctx)
{
	const char *type = context_text(ctx, "NOTIFICATIONTYPE");
	int severity;

	if (strcmp(type, "CUSTOM") == 0)
		return quiet->through < 4; /* somebody wrote it */
	if (strcmp(type, "PROBLEM") == 0)
		severity = severity_of(context_of_object(ctx, "", "STATE"));
	else if (strcmp(type, "RECOVERY") == 0)
		severity = severity_of(
		    context_of_object(ctx, "PREVIOUS", "HARDSTATE"));
	else
		return false;
	return quiet->through < 4 &&
	    (severity < 0 || severity >= quiet->through);
}

static bool
is_for(const struct gather_quiet *quiet, const char *method)
{
	for (size_t i = 0; i < quiet->n_methods; i++) {
		if (strcmp(quiet->methods[i], method) == 0)
			return true;
	}
	return quiet->n_methods == 0;
}

/* True if the quiet hours decide. */
static bool
decide_quiet(const struct gather_rules *rules, const struct rules_world *world,
    const struct context *ctx, const char *method, int64_t at,
    struct plan_gather *g)
{
	const struct gather_quiet *quiet = rules->quiet;

	if (quiet == NULL || quiet->period == NULL || !is_for(quiet, method) ||
	    !world->period_is_in(quiet->period, at, world->arg))
		return false;
	if (rules->locked || comes_through(quiet, ctx)) {
		g->why =
		    xasprintf("through the quiet hours (%s): %s", quiet->period,
			rules->locked ? "the rule cannot be cancelled"
				      : "it is severe enough");
		return false;
	}
	g->together = takes_many(world, method);
	g->until = period_ends(world, quiet->period, at);
	if (g->until == INT64_MAX) {
		g->until = 0;
		return false;
	}
	g->kind = PLAN_QUIET;
	g->max = PLAN_GATHER_MAX;
	g->key = xasprintf("quiet\x1f%s", quiet->period);
	g->how = json_incref(quiet->how);
	g->why = xasprintf("quiet hours: %s at the end of %s",
	    g->together ? "in a digest" : "by itself", quiet->period);
	return true;
}

/* --- outside of a rule's period --------------------------------------------
 */

static void
decide_held(const struct gather_rules *rules, const struct rules_world *world,
    int64_t at, struct plan_gather *g)
{
	g->kind = PLAN_HOLD;
	g->together = false;
	g->until = world->period_starts == NULL
	    ? INT64_MAX
	    : world->period_starts(rules->period, at, world->arg);
	if (g->until == INT64_MAX) {
		g->until = at + NEVER_S;
		g->why = xasprintf(
		    "held for 7 days: %s never begins", rules->period);
	} else {
		g->why = xasprintf("held: the state then, once, when %s begins",
		    rules->period);
	}
	g->max = PLAN_GATHER_MAX;
	g->key = xstrdup(rules->period);
	g->how = json_object();
}

/* --- one cause -------------------------------------------------------------
 */

static void
add_cause(struct str *to, const char *what, struct slice name)
{
	if (name.len == 0)
		return;
	str_addf(to, "%s%s ", to->len > 0 ? "\n" : "", what);
	for (size_t i = 0; i < name.len; i++)
		str_addc(to, name.s[i] == '\n' ? ' ' : name.s[i]);
}

static struct slice
first_line(const char *text)
{
	struct slice line = {text, strcspn(text, "\n")};

	line = slice_trim(line);
	if (line.len > CAUSE_MAX_OUTPUT) {
		line.len = CAUSE_MAX_OUTPUT;
		while (line.len > 0 &&
		    ((unsigned char)line.s[line.len] & 0xc0) == 0x80)
			line.len--;
	}
	return line;
}

static void
decide_cause(const struct gather_group *group, const struct context *ctx,
    struct plan_gather *g)
{
	const char *type = context_text(ctx, "NOTIFICATIONTYPE");
	const char *host = context_text(ctx, "HOSTNAME");
	struct slice rest = slice_of(context_text(ctx, "HOSTPARENTS")), word;
	struct str causes = {0}, why = {0};

	if (strcmp(type, "PROBLEM") != 0 && strcmp(type, "RECOVERY") != 0)
		return;
	if (group->by[GATHER_CAUSE_HOST])
		add_cause(&causes, "host", slice_of(host));
	if (group->by[GATHER_CAUSE_PARENTS]) {
		add_cause(&causes, "behind", slice_of(host));
		while (slice_next(&rest, ',', &word))
			add_cause(&causes, "behind", slice_trim(word));
	}
	if (group->by[GATHER_CAUSE_OUTPUT])
		add_cause(&causes, "output",
		    first_line(context_of_object(ctx, "", "OUTPUT")));
	if (causes.len == 0)
		return;
	g->kind = PLAN_CAUSE;
	g->horizon_ms = group->window_ms;
	g->max = group->max;
	g->key = xasprintf("cause\x1f%s\x1f%lld\x1f%u", type,
	    (long long)group->window_ms, group->max);
	g->causes = str_steal(&causes);
	g->how = json_object();
	str_add(&why, "waits ");
	add_time(&why, group->window_ms);
	str_add(&why, " for others of the same cause");
	free(g->why);
	g->why = str_steal(&why);
}

void
gather_decide(const struct gather_rules *rules, const struct rules_world *world,
    const struct context *ctx, const char *method, int64_t at,
    struct plan_gather *g)
{
	*g = (struct plan_gather){.kind = PLAN_AT_ONCE};
	if (rules->period != NULL) {
		decide_held(rules, world, at, g);
		return;
	}
	if (decide_quiet(rules, world, ctx, method, at, g))
		return;
	if (rules->bulk != NULL && rules->bulk->given) {
		free(g->why);
		g->why = NULL;
		g->together = takes_many(world, method);
		if (g->together)
			decide_bulk(rules->bulk, world, ctx, at, g);
		else
			g->why = xasprintf(
			    "no bulk: %s tells one at a time (a script says "
			    "\"# Bulk: yes\" in its third line)",
			    method);
	} else if (rules->group != NULL && rules->group->wanted) {
		g->together = takes_many(world, method);
		if (g->together)
			decide_cause(rules->group, ctx, g);
	}
}

bool
plan_waits(const struct plan_entry *entry)
{
	return entry->gather.kind != PLAN_AT_ONCE && entry->gather.together;
}

char *
plan_method_name(const struct plan_entry *entry)
{
	return xasprintf(
	    "%s%s", plan_waits(entry) ? "bulk " : "", entry->method);
}
