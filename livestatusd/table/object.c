/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns that hosts and services share. Their index is the object's number.
 */
#include "livestatusd/table/rpn.h"
#include "livestatusd/table/table.h"

#include "common/clock.h"
#include "common/perfdata.h"

#include <math.h>

static const struct snap_object *
object(const struct view *v, uint32_t at)
{
	return &v->snap->objects[at];
}

static int64_t
hard_state(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	return mirror_get(v->m, at, state_type)
	    ? mirror_get(v->m, at, state)
	    : mirror_get(v->m, at, hard_state);
}

static double
minutes(struct view *v, const struct column *c, uint32_t at)
{
	uint32_t ms = c->off == 0 ? mirror_get(v->m, at, check_interval_ms)
				  : mirror_get(v->m, at, retry_interval_ms);

	return ms / 60000.0;
}

static double
conf_minutes(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_object *o = object(v, at);

	return (c->off == 0 ? o->notification_interval_ms
			    : o->first_notification_delay_ms) /
	    60000.0;
}

static double
seconds(struct view *v, const struct column *c, uint32_t at)
{
	uint32_t us = c->off == 0 ? mirror_get(v->m, at, latency_us)
				  : mirror_get(v->m, at, execution_us);

	return us / 1e6;
}

/* Without the digits that a float has not: 1.9, not 1.89999998. */
static double
rounded(float value)
{
	return round((double)value * 1e4) / 1e4;
}

static double
flap(struct view *v, const struct column *c, uint32_t at)
{
	switch (c->off) {
	case 0:
		return rounded(mirror_get(v->m, at, flap_percent));
	case 3:
		return rounded(mirror_get(v->m, at, flap_level));
	case 1:
		return object(v, at)->flap_low;
	default:
		return object(v, at)->flap_high;
	}
}

static double
staleness(struct view *v, const struct column *c, uint32_t at)
{
	const struct mirror *m = v->m;
	double unit = mirror_get(m, at, feed_interval_ms) / 1000.0;
	double now = (double)v->env->now_ns / (double)NS_PER_S;
	double age = now - (double)mirror_get(m, at, freshness_from);

	(void)c;
	if (unit <= 0 || mirror_get(m, at, freshness_from) <= 0 || age < 0)
		return 0;
	if (mirror_get(m, at, feed_period) != SNAP_NONE) /* FR-3 */
		age = (double)times_seconds_in(m->times,
		    mirror_get(m, at, feed_period),
		    mirror_get(m, at, freshness_from), (int64_t)now);
	if (mirror_get(m, at, cache_interval) > unit)
		unit = mirror_get(m, at, cache_interval);
	return age / unit;
}

static double
last_update(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	return (double)mirror_get(v->m, at, updated_us) / 1e6;
}

static int64_t
conf_number(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_object *o = object(v, at);

	switch (c->off) {
	case 0:
		return o->timeout_ms / 1000;
	case 1:
		return at;
	case 2:
		return (mirror_get(v->m, at, flags) & MSG_CHECKABLE_ACTIVE) !=
		    0 &&
		    o->check != SNAP_CHECK_PASSIVE &&
		    o->check != SNAP_CHECK_COLLECTED;
	default:
		return mirror_get(v->m, at, text).perfdata > 0;
	}
}

static int64_t
switches(struct view *v, const struct column *c, uint32_t at)
{
	(void)at;
	return (v->m->switches & c->mask) != 0;
}

static int64_t
pending_flexible(struct view *v, const struct column *c, uint32_t at)
{
	const struct mirror_notes *all = mirror_get(v->m, at, downtimes_of);
	int64_t n = 0;

	(void)c;
	for (uint32_t i = 0; all != NULL && i < all->n; i++)
		n += all->v[i]->d.pending && !all->v[i]->d.fixed;
	return n;
}

static struct slice
display_name(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_object *o = object(v, at);

	(void)c;
	return slice_of(
	    snap_s(v->snap, o->display_name ? o->display_name : o->name));
}

static struct slice
period_name(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_object *o = object(v, at);
	uint32_t p;

	switch (c->off) {
	case 0:
		p = mirror_get(v->m, at, check_period);
		break;
	case 1:
		p = mirror_get(v->m, at, notification_period);
		break;
	case 2:
		p = o->service_period;
		break;
	default:
		p = o->passive_period;
		break;
	}
	return slice_of(
	    p == SNAP_NONE ? "" : snap_s(v->snap, v->snap->periods[p].name));
}

static const char *
check_command_of(struct view *v, uint32_t at)
{
	const struct mirror_override *over = mirror_get(v->m, at, over);

	if (over != NULL && over->check_command != NULL)
		return over->check_command;
	return snap_s(v->snap, object(v, at)->check_command);
}

static struct slice
expanded(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_object *o = object(v, at);
	const snap_str which[] = {
	    o->notes, o->notes_url, o->action_url, o->icon_image};
	const char *text = c->off < 4 ? snap_s(v->snap, which[c->off])
				      : check_command_of(v, at);

	return column_expand_macros(v, at, slice_of(text));
}

static struct slice
command(struct view *v, const struct column *c, uint32_t at)
{
	const struct mirror_override *over = mirror_get(v->m, at, over);

	if (c->off == 0)
		return slice_of(check_command_of(v, at));
	if (over != NULL && over->event_handler != NULL)
		return slice_of(over->event_handler);
	return slice_of(snap_s(v->snap, object(v, at)->event_handler));
}

/* CO-3: -1 where there was none. */
static int64_t
previous_hard(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	return mirror_get(v->m, at, checked) &&
		mirror_get(v->m, at, last_hard_state_change) != 0
	    ? mirror_get(v->m, at, previous_hard)
	    : -1;
}

/* For sorting; PENDING, OK, WARN, UNKNOWN, CRIT and their like of hosts. */
static int64_t
severity(struct view *v, const struct column *c, uint32_t at)
{
	static const int64_t of_services[] = {1, 2, 4, 3};
	static const int64_t of_hosts[] = {1, 4, 3, 3};
	unsigned state = mirror_get(v->m, at, state) & 3;

	(void)c;
	if (!mirror_get(v->m, at, checked))
		return 0;
	return object(v, at)->is_service ? of_services[state] : of_hosts[state];
}

static int64_t
notified_on(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	return mirror_get(v->m, at, notified) == 0
	    ? 0
	    : 1 << mirror_get(v->m, at, notified);
}

static void
contacts(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_object *o = object(v, at);
	const struct snapshot *s = v->snap;

	if (c->off == 0) {
		for (uint32_t i = 0; i < o->contacts.n; i++)
			items_string(&v->items,
			    slice_of(snap_s(s,
				s->contacts[snap_at(s, o->contacts, i)].name)));
	} else {
		for (uint32_t i = 0; i < o->contact_groups.n; i++)
			items_string(&v->items,
			    slice_of(snap_s(s,
				s->contact_groups[snap_at(
						      s, o->contact_groups, i)]
				    .name)));
	}
}

static void
groups(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_object *o = object(v, at);
	const struct snapshot *s = v->snap;
	const struct snap_group *all =
	    o->is_service ? s->service_groups : s->host_groups;

	(void)c;
	for (uint32_t i = 0; i < o->groups.n; i++) {
		uint32_t g = snap_at(s, o->groups, i);

		if (view_sees_group(v, g, o->is_service))
			items_string(
			    &v->items, slice_of(snap_s(s, all[g].name)));
	}
}

/*
 * Pairs and triples of strings in the pool: `mask` is how many make one, `off`
 * which of them (0, 1, 2); 10 + the two of a dict.
 */
static void
strings(struct view *v, struct snap_list list, uint32_t width, size_t which)
{
	const struct snapshot *s = v->snap;

	for (uint32_t i = 0; i + width <= list.n; i += width) {
		if (which < 10) {
			items_string(&v->items,
			    slice_of(snap_s(
				s, snap_at(s, list, i + (uint32_t)which))));
			continue;
		}
		items_string(
		    &v->items, slice_of(snap_s(s, snap_at(s, list, i))));
		items_string(&v->items,
		    slice_of(
			snap_s(s, snap_at(s, list, i + (uint32_t)which - 10))));
	}
}

static void
variables(struct view *v, const struct column *c, uint32_t at)
{
	const struct mirror_override *over = mirror_get(v->m, at, over);

	if (over == NULL)
		strings(v, object(v, at)->custom_variables, 2, c->off);
	else
		column_variables(
		    v, over, object(v, at)->custom_variables, c->off);
}

static void
tags(struct view *v, const struct column *c, uint32_t at)
{
	strings(v, object(v, at)->tags, 2, c->off);
}

static void
labels(struct view *v, const struct column *c, uint32_t at)
{
	strings(v, object(v, at)->labels, 3, c->off);
}

static void
attributes(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	column_attributes_items(v, mirror_get(v->m, at, modified));
}

static void
metrics(struct view *v, const struct column *c, uint32_t at)
{
	struct slice rest = mirror_perfdata(v->m, at), name;
	double value;

	while (perfdata_next(&rest, &name, &value)) {
		items_string(&v->items, name);
		if (c->type == COLUMN_DICT)
			items_float(&v->items, value);
	}
}

struct fetch {
	struct view *v;
	uint32_t at;
};

static bool
fetch_metric(void *arg, struct slice metric, const char *function, int64_t from,
    int64_t until, struct rrd_series *s_r)
{
	const struct fetch *f = arg;
	const struct mirror *m = f->v->m;
	struct metric_source *src = f->v->env->metrics;
	bool of_host = f->at < m->snap->n_hosts;

	return src->fetch(src, mirror_name(m, m->host_of[f->at]),
	    of_host ? SLICE("") : mirror_name(m, f->at), metric, function, from,
	    until, s_r);
}

static void
rrddata(struct view *v, const struct column *c, uint32_t at)
{
	struct fetch f = {v, at};

	(void)c;
	if (v->call != NULL && v->env->metrics != NULL) {
		rpn_evaluate(v->call, v->now, fetch_metric, &f, &v->items);
		return;
	}
	for (int i = 0; i < 3; i++)
		items_int(&v->items, 0);
}

static void
downtimes(struct view *v, const struct column *c, uint32_t at)
{
	const struct mirror_notes *all = mirror_get(v->m, at, downtimes_of);
	struct items *it = &v->items;

	for (uint32_t i = 0; all != NULL && i < all->n; i++) {
		const struct msg_downtime *d = &all->v[i]->d;

		if (c->off == 0) {
			items_int(it, (int64_t)d->id);
			continue;
		}
		items_open(it);
		items_int(it, (int64_t)d->id);
		items_string(it, d->author);
		items_string(it, d->comment);
		if (c->off == 2) {
			items_int(it, d->origin != 0);
			items_int(it, d->entry_time);
			items_int(it, d->start_time);
			items_int(it, d->end_time);
			items_int(it, d->fixed);
			items_int(it, (int64_t)d->duration);
			items_int(it, d->recurring);
			items_int(it, d->pending);
		}
		items_close(it);
	}
}

static void
comments(struct view *v, const struct column *c, uint32_t at)
{
	const struct mirror_notes *all = mirror_get(v->m, at, comments_of);
	struct items *it = &v->items;

	for (uint32_t i = 0; all != NULL && i < all->n; i++) {
		const struct msg_comment *m = &all->v[i]->c;

		if (c->off == 0) {
			items_int(it, (int64_t)m->id);
			continue;
		}
		items_open(it);
		items_int(it, (int64_t)m->id);
		items_string(it, m->author);
		items_string(it, m->comment);
		if (c->off == 2) {
			items_int(it, m->entry_type);
			items_int(it, m->entry_time);
		}
		items_close(it);
	}
}

/* clang-format off */
const struct column columns_object[] = {
	COL_STRING("display_name", display_name, 0, "label for display; the object's name if not configured"),
	COL_STRING("check_command", command, 0, "configured check: name, then arguments after '!'"),
	COL_STRING("check_command_expanded", expanded, 4, "the same with macros expanded"),
	COL_STRING("event_handler", command, 1, "command of the event handler"),
	COL_STRING("notification_period", period_name, 1, "time period of notifications; empty: always"),
	COL_STRING("check_period", period_name, 0, "time period of active checks; empty: always"),
	COL_STRING("service_period", period_name, 2, "time period of the availability target; empty: always"),
	COL_CONFIG("notes", notes, "free text"),
	COL_STRING("notes_expanded", expanded, 0, "notes with macros expanded"),
	COL_CONFIG("notes_url", notes_url, "link to documentation"),
	COL_STRING("notes_url_expanded", expanded, 1, "notes_url with macros expanded"),
	COL_CONFIG("action_url", action_url, "link to an action"),
	COL_STRING("action_url_expanded", expanded, 2, "action_url with macros expanded"),
	COL_TEXT("plugin_output", MIRROR_OUTPUT, 0, "first line of the last result"),
	COL_TEXT("long_plugin_output", MIRROR_LONG_OUTPUT, COLUMN_LINES, "the other lines of the last result"),
	COL_TEXT("perf_data", MIRROR_PERFDATA, COLUMN_PERFDATA, "performance data of the last result; aggregated per metric"),
	{.name = "performance_data", .type = COLUMN_DICT, .source = SOURCE_GET, .get.l = metrics,
	    .flags = COLUMN_NUMBERS, .help = "metric: number"},
	COL_CONFIG("icon_image", icon_image, "name of an icon"),
	COL_STRING("icon_image_expanded", expanded, 3, "icon_image with macros expanded"),
	COL_EMPTY("icon_image_alt", STRING, "text in place of the icon; always empty"),
	COL_EMPTY("initial_state", INT, "state before the first check; always 0"),
	COL_U32("max_check_attempts", max_attempts, "attempts before a problem is hard"),
	COL_U32("current_attempt", attempt, "number of the present attempt"),
	COL_U8("state", state, "current state: 0 UP or OK, 1 DOWN or WARN, 2 UNREACH or CRIT, 3 UNKNOWN"),
	COL_U8("has_been_checked", checked, "0: pending, there was no result yet"),
	COL_U8("last_state", last_state, "state before the last result"),
	COL_U8("last_hard_state", hard_state, "latest hard state"),
	COL_INT("previous_hard_state", previous_hard, 0, "hard state before last_hard_state; -1: there was none"),
	COL_U8("state_type", state_type, "0 soft, 1 hard"),
	COL_FLAG("check_type", MSG_CHECKABLE_LAST_PASSIVE, "of the last result: 0 active, 1 passive"),
	COL_U8("acknowledged", acknowledged, "the problem is acknowledged"),
	COL_U8("acknowledgement_type", acknowledgement, "0 none, 1 normal, 2 sticky"),
	COL_FLAG("no_more_notifications", MSG_CHECKABLE_NO_MORE, "notifications about this problem have ended"),
	COL_U32("current_notification_number", notification_number, "notifications about the present problem"),
	COL_TIME("last_check", last_check, "when the last result was measured; 0: never"),
	COL_TIME("next_check", next_check, "next planned check; 0: none"),
	COL_TIME("last_notification", last_notification, "last notification; 0: none"),
	COL_TIME("next_notification", next_notification, "next notification; 0: none"),
	COL_TIME("last_state_change", last_state_change, "last change, soft or hard"),
	COL_TIME("last_hard_state_change", last_hard_state_change, "last hard change"),
	COL_FLOAT("last_update", last_update, 0, "last change of any column, with microseconds"),
	COL_FLAG("is_flapping", MSG_CHECKABLE_FLAPPING, "flaps now"),
	COL_FLOAT("percent_state_change", flap, 0, "flapping in percent"),
	COL_FLOAT("flappiness", flap, 3, "frequency of recent changes"),
	COL_FLOAT("low_flap_threshold", flap, 1, "flapping ends below"),
	COL_FLOAT("high_flap_threshold", flap, 2, "flapping begins above"),
	COL_FLAG("flap_detection_enabled", MSG_CHECKABLE_FLAP_DETECTION, "flapping is looked for"),
	COL_EMPTY("check_flapping_recovery_notification", INT, "internal; always 0"),
	COL_U32("scheduled_downtime_depth", downtime_depth, "downtimes in effect"),
	COL_INT("pending_flex_downtime", pending_flexible, 0, "flexible downtimes that wait for a problem"),
	COL_LIST("downtimes", downtimes, 0, "ids of all downtimes"),
	COL_LIST("downtimes_with_info", downtimes, 1, "id, author, comment of each downtime"),
	COL_LIST("downtimes_with_extra_info", downtimes, 2, "id, author, comment, origin, entry, start, end, fixed, duration, recurring, pending of each"),
	COL_LIST("comments", comments, 0, "ids of all comments"),
	COL_LIST("comments_with_info", comments, 1, "id, author, comment of each comment"),
	COL_LIST("comments_with_extra_info", comments, 2, "id, author, comment, entry type, entry time of each"),
	COL_FLAG("is_executing", MSG_CHECKABLE_EXECUTING, "a check is under way"),
	COL_FLAG("checks_enabled", MSG_CHECKABLE_ACTIVE, "as active_checks_enabled"),
	COL_FLAG("active_checks_enabled", MSG_CHECKABLE_ACTIVE, "active checks are on"),
	COL_FLAG("accept_passive_checks", MSG_CHECKABLE_PASSIVE, "passive results are taken"),
	COL_FLAG("event_handler_enabled", MSG_CHECKABLE_EVENT_HANDLER, "the event handler is on"),
	COL_FLAG("notifications_enabled", MSG_CHECKABLE_NOTIFICATIONS, "notifications are on"),
	{.name = "process_performance_data", .type = COLUMN_INT, .source = SOURCE_GET, .get.i = switches,
	    .mask = MSG_SWITCH_PERFDATA, .help = "performance data is used"},
	COL_FLAG("check_freshness", MSG_CHECKABLE_FRESHNESS, "a check is forced when results stay away"),
	COL_EMPTY("check_options", INT, "bits of the next check; always 0"),
	COL_U32("modified_attributes", modified, "bits of what commands have changed"),
	{.name = "modified_attributes_list", .type = COLUMN_LIST, .source = SOURCE_GET, .get.l = attributes,
	    .flags = COLUMN_ATTRS, .help = "names of what commands have changed"},
	COL_FLOAT("check_interval", minutes, 0, "minutes between checks"),
	COL_FLOAT("retry_interval", minutes, 1, "minutes between checks of a soft problem"),
	COL_FLOAT("notification_interval", conf_minutes, 0, "minutes between notifications of a problem; 0: one only"),
	COL_FLOAT("first_notification_delay", conf_minutes, 1, "minutes before the first notification"),
	COL_FLOAT("latency", seconds, 0, "seconds that the last check began late"),
	COL_FLOAT("execution_time", seconds, 1, "seconds that the last check took"),
	COL_FLOAT("staleness", staleness, 0, "age of the data in check intervals"),
	COL_FLAG("in_check_period", MSG_CHECKABLE_IN_CHECK_PERIOD, "within check_period now"),
	COL_FLAG("in_notification_period", MSG_CHECKABLE_IN_NOTIFY_PERIOD, "within notification_period now"),
	COL_FLAG("in_service_period", MSG_CHECKABLE_IN_SERVICE_PERIOD, "within service_period now"),
	COL_SHARED("contacts", LIST, contacts, 0, contacts, "names of all contacts, those of groups included"),
	COL_SHARED("contact_groups", LIST, contacts, 1, contact_groups, "names of the contact groups"),
	COL_LIST("groups", groups, 0, "names of the groups"),
	COL_LIST("custom_variable_names", variables, 0, "names of custom variables"),
	COL_LIST("custom_variable_values", variables, 1, "values of custom variables, in the same order"),
	COL_DICT("custom_variables", variables, 11, "name: value"),
	COL_SHARED("tag_names", LIST, tags, 0, tags, "tag groups"),
	COL_SHARED("tag_values", LIST, tags, 1, tags, "tags, in the same order"),
	COL_SHARED("tags", DICT, tags, 11, tags, "tag group: tag"),
	COL_SHARED("label_names", LIST, labels, 0, labels, "names of labels"),
	COL_SHARED("label_values", LIST, labels, 1, labels, "values of labels, in the same order"),
	COL_SHARED("labels", DICT, labels, 11, labels, "label: value"),
	COL_SHARED("label_source_names", LIST, labels, 0, labels, "names of labels"),
	COL_SHARED("label_source_values", LIST, labels, 2, labels, "where labels come from, in the same order"),
	COL_SHARED("label_sources", DICT, labels, 12, labels, "label: where it comes from"),
	COL_INT("hard_state", hard_state, 0, "effective hard state"),
	COL_INT("severity", severity, 0, "for sorting: 0 PENDING, 1 OK and UP, 2 WARN, 3 UNKNOWN and UNREACH, 4 CRIT and DOWN"),
	COL_INT("pnpgraph_present", conf_number, 3, "1: there are metrics"),
	COL_LIST("metrics", metrics, 0, "names of metrics"),
	{.name = "rrddata", .type = COLUMN_LIST, .source = SOURCE_GET, .get.l = rrddata,
	    .flags = COLUMN_DYNAMIC, .help = "history of metrics: start, end, step, values; as rrddata:TITLE:RPN:FROM:UNTIL:STEP[:MAXPOINTS]"},
	COL_TEXT("notification_postponement_reason", MIRROR_POSTPONEMENT, 0, "why a notification waits"),
	COL_INT("id", conf_number, 1, "number of the object until the next activation"),
	COL_INT("check_timeout", conf_number, 0, "seconds that a check may take"),
	COL_INT("notified_on", notified_on, 0, "bit of the state that was notified last"),
	COL_EMPTY("hourly_value", INT, "importance; always 0"),
	COL_EMPTY("check_source", STRING, "who executed the check; always empty"),
	COL_INT("should_be_scheduled", conf_number, 2, "checks are planned"),
	COL_EMPTY("obsess", INT, "always 0"),
	COL_EMPTY("depends_exec", LIST, "objects that checks depend on; always empty"),
	COL_EMPTY("depends_notify", LIST, "objects that notifications depend on; always empty"),
	COL_EMPTY("depends_exec_with_info", LIST, "the same with options; always empty"),
	COL_EMPTY("depends_notify_with_info", LIST, "the same with options; always empty"),
	{0}
};
/* clang-format on */
