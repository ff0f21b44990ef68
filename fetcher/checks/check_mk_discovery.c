/* SPDX-License-Identifier: Apache-2.0
 *
 * The service Check_MK Discovery; see check_mk_discovery.h.
 */
#include "fetcher/checks/check_mk_discovery.h"

#include "common/journal.h"
#include "common/mem.h"
#include "fetcher/discover_diff.h"
#include "fetcher/sections/check_mk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_NAMED 100 /* services in the details */

/* --- when -----------------------------------------------------------------
 */

/* "TIME SUM": when it ran last, and by which plan. */
static bool
read_state(struct slice state, int64_t *at_r, uint32_t *sum_r)
{
	char text[64];

	if (state.len == 0 || state.len >= sizeof(text))
		return false;
	memcpy(text, state.s, state.len);
	text[state.len] = '\0';
	return sscanf(text, "%" SCNd64 " %" SCNx32, at_r, sum_r) == 2;
}

static uint32_t
sum_of(struct slice plan)
{
	return plan.len == 0 ? 0 : crc32c(plan.s, plan.len);
}

/* Without the whole plan: this is asked at each fetch. */
static uint32_t
interval_of(struct slice plan)
{
	static const char key[] = "\"interval\":";
	const char *at = memmem(plan.s, plan.len, key, sizeof(key) - 1);
	uint32_t n = 0;

	if (plan.len == 0 || at == NULL)
		return DISCOVER_INTERVAL_S;
	for (at += sizeof(key) - 1; at < plan.s + plan.len; at++) {
		if (*at < '0' || *at > '9' || n > 100000000)
			break;
		n = n * 10 + (uint32_t)(*at - '0');
	}
	return n;
}

bool
check_discovery_due(const struct check_discovery_run *run)
{
	int64_t at;
	uint32_t sum;

	if (!read_state(run->item->state, &at, &sum) ||
	    sum != sum_of(run->item->params) || at > run->now)
		return true;
	return run->now - at >= interval_of(run->item->params);
}

/* The first one's time lies back by a part of the interval that depends on
 * the host, so that hosts which began together do not go on together. */
static void
put_state(const struct check_discovery_run *run, struct str *state)
{
	uint32_t interval = interval_of(run->item->params);
	uint32_t back = 0, sum;
	int64_t at;

	if (!read_state(run->item->state, &at, &sum) && interval > 0)
		back = crc32c(run->job->host.s, run->job->host.len) % interval;
	str_addf(state, "%" PRId64 " %08" PRIx32, run->now - back,
	    sum_of(run->item->params));
}

/* --- what -----------------------------------------------------------------
 */

struct monitored {
	struct discover_known *list;
	struct str *names; /* descriptions, beside the list */
	size_t n, cap, names_cap;
};

static bool
is_by_hand(const struct discover_plan *plan, const struct str *name)
{
	return json_object_get(plan->by_hand, str_get(name)) != NULL;
}

/* The job's items are what is monitored. */
static void
gather(const struct check_discovery_run *run, const struct discover_plan *plan,
    struct monitored *m)
{
	struct slice list = run->job->items;
	struct msg_job_item item;

	while (msg_job_item_next(&list, &item)) {
		const struct check *check = check_find(item.check);
		struct str name = {0};

		if (check == NULL || check == &check_check_mk_discovery)
			continue;
		check_describe(check, item.item, &name);
		if (is_by_hand(plan, &name)) {
			str_free(&name);
			continue;
		}
		ARRAY_GROW(m->list, m->n, m->cap);
		if (m->names_cap < m->cap) {
			m->names_cap = m->cap;
			m->names = xreallocarray(
			    m->names, m->names_cap, sizeof(m->names[0]));
		}
		m->list[m->n] = (struct discover_known){item.check, item.item,
		    discover_plan_sum(plan, str_get(&name))};
		m->names[m->n++] = name;
	}
}

static void
free_monitored(struct monitored *m)
{
	for (size_t i = 0; i < m->n; i++)
		str_free(&m->names[i]);
	free(m->names);
	free(m->list);
}

/* --- in words -------------------------------------------------------------
 */

struct words {
	const struct discover_diff *diff;
	const struct monitored *m;
	const struct discover_plan *plan;
	struct check_out *out;
	bool any;
};

static struct slice
check_of(const struct words *w, const struct discover_row *r)
{
	return r->found != NULL ? slice_of(r->found->check->name)
				: w->m->list[r->known].check;
}

/* "filesystem: 2, uptime: 1", in the order in which they come. */
static void
add_counts(const struct words *w, enum discover_state state, struct str *text)
{
	const struct discover_diff *d = w->diff;
	const char *comma = "";

	for (size_t i = 0; i < d->n; i++) {
		struct slice check = check_of(w, &d->rows[i]);
		size_t n = 0;
		bool first = true;

		if (d->rows[i].state != state)
			continue;
		for (size_t k = 0; k < d->n; k++) {
			if (d->rows[k].state != state ||
			    !slice_eq(check_of(w, &d->rows[k]), check))
				continue;
			first = first && k >= i;
			n++;
		}
		if (!first)
			continue;
		str_addf(
		    text, "%s%.*s: %zu", comma, (int)check.len, check.s, n);
		comma = ", ";
	}
}

static void
say_state(struct words *w, enum discover_state state, const char *title)
{
	struct str text = {0};

	if (w->diff->counts[state] == 0)
		return;
	str_addf(&text, "%s%s: %zu (", w->any ? "" : "Services: ", title,
	    w->diff->counts[state]);
	add_counts(w, state, &text);
	str_addc(&text, ')');
	check_say_str(w->out, w->plan->severity[state], &text);
	str_free(&text);
	w->any = true;
}

static void
say_labels(const struct words *w)
{
	const char *name, *comma = "";
	size_t n = json_object_size(w->diff->new_labels);
	struct str text = {0};
	json_t *value;

	if (n == 0) {
		check_say(w->out, CHECK_OK, "no new host labels");
		return;
	}
	str_addf(&text, "new host labels: %zu (", n);
	json_object_foreach(w->diff->new_labels, name, value)
	{
		str_addf(&text, "%s%s", comma, name);
		comma = ", ";
	}
	str_addc(&text, ')');
	check_say_str(w->out, w->plan->label_severity, &text);
	str_free(&text);
}

static void
tell_services(const struct words *w)
{
	static const char *const titles[DISCOVER_STATES] = {
	    [DISCOVER_UNDECIDED] = "Unmonitored service",
	    [DISCOVER_CHANGED] = "Service with other parameters",
	    [DISCOVER_VANISHED] = "Vanished service",
	};
	const struct discover_diff *d = w->diff;
	size_t told = 0, more = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct discover_row *r = &d->rows[i];
		struct slice check = check_of(w, r);

		if (titles[r->state] == NULL)
			continue;
		if (told == MAX_NAMED) {
			more++;
			continue;
		}
		check_tell(w->out, CHECK_OK, "%s: %.*s: %s", titles[r->state],
		    (int)check.len, check.s,
		    r->found != NULL ? r->found->description
				     : str_get(&w->m->names[r->known]));
		told++;
	}
	if (more > 0)
		check_tell(w->out, CHECK_OK, "... and %zu more", more);
	if (d->counts[DISCOVER_IGNORED] > 0)
		check_tell(w->out, CHECK_OK, "Ignored services: %zu",
		    d->counts[DISCOVER_IGNORED]);
}

static void
say(struct words *w)
{
	say_state(w, DISCOVER_UNDECIDED, "unmonitored");
	say_state(w, DISCOVER_VANISHED, "vanished");
	say_state(w, DISCOVER_CHANGED, "changed");
	if (!w->any)
		check_say(w->out, CHECK_OK, "Services: all up-to-date");
	say_labels(w);
	tell_services(w);
}

void
check_discovery_judge(const struct check_discovery_run *run,
    struct check_out *out, struct str *state)
{
	struct discover_plan plan;
	struct discovery found = {0};
	struct discover_diff diff = {0};
	struct monitored m = {0};
	struct err err;

	check_out_clear(out);
	if (discover_plan_read(&plan, run->item->params, &err) == -1)
		check_say(out, CHECK_UNKNOWN, "%s", err.text);
	discover_parsed(run->parsed, plan.params, (double)run->now, &found);
	gather(run, &plan, &m);
	discover_diff(&diff, &found, m.list, m.n, &plan);
	struct words w = {.diff = &diff, .m = &m, .plan = &plan, .out = out};
	say(&w);
	/* It stays good until the next one. */
	out->cached_at = run->now;
	out->cached_interval = interval_of(run->item->params);
	put_state(run, state);
	discover_diff_free(&diff);
	free_monitored(&m);
	discovery_free(&found);
	discover_plan_free(&plan);
}

const struct check check_check_mk_discovery = {
    .name = "check_mk_discovery",
    .title = "Check_MK Discovery",
    .manual =
	"Every host with an agent has this service. Every two hours, or as "
	"the ruleset `periodic_discovery` says, and whenever another "
	"configuration was activated, what discovery finds in the agent's "
	"data is compared with what is monitored: services that nobody has "
	"decided about, that vanished, whose remembered parameters would be "
	"others, and new host labels; each WARN unless the ruleset says "
	"otherwise. Ignored services (`ignored_services`) do not count. "
	"`vedette discover` shows and changes what is monitored.",
    .ruleset = NULL,
    .description = "Check_MK Discovery",
    .sections = (const struct section_type *const[]){&section_check_mk, NULL},
};
