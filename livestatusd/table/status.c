/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of the one row of `status`, of `columns` and of `labels`.
 */
#include "common/mem.h"
#include "livestatusd/table/table.h"

#include <string.h>

enum {
	PROGRAM_START,
	PID,
	NUM_HOSTS,
	NUM_SERVICES,
	REQUESTS,
	CONNECTIONS,
	ACTIVE,
	RUNNING,
	LOG_LINES,
	GENERATION_TIME,
	HANDLERS,
	THREADS,
	QUEUED,
	COMMAND_SLOTS,
	COMMANDS_OPEN,
	COMMANDS_MOST
};

static int64_t
number(struct view *v, const struct column *c, uint32_t at)
{
	const struct lql_env *env = v->env;

	(void)at;
	switch (c->off) {
	case PROGRAM_START:
		return v->m->program_start;
	case PID:
		return env->pid;
	case NUM_HOSTS:
	case NUM_SERVICES: {
		uint32_t n = v->snap->n_hosts, i = 0, seen = 0;

		if (c->off == NUM_SERVICES) {
			i = n;
			n = v->snap->n_objects;
		}
		if (!v->restricted)
			return n - i;
		for (; i < n; i++)
			seen += view_sees(v, i);
		return seen;
	}
	case REQUESTS:
		return (int64_t)env->requests;
	case CONNECTIONS:
		return (int64_t)env->connections;
	case ACTIVE:
		return env->active_connections;
	case RUNNING:
		return !env->core_down;
	case LOG_LINES:
		return (int64_t)env->log_lines;
	case GENERATION_TIME:
		return v->snap->created;
	case HANDLERS:
		return env->handlers || v->m->handlers;
	case THREADS:
		return env->threads;
	case QUEUED:
		return env->queued;
	case COMMAND_SLOTS:
		return env->command_slots;
	case COMMANDS_OPEN:
		return env->commands_open;
	case COMMANDS_MOST:
		return env->commands_most;
	default:
		return 0;
	}
}

static int64_t
constant(struct view *v, const struct column *c, uint32_t at)
{
	(void)v;
	(void)at;
	return (int64_t)c->off;
}

/* What notifyd has still to do: deliveries, and notices for other sites. */
static int64_t
queued_notifications(struct view *v, const struct column *c, uint32_t at)
{
	static const char *const names[] = {"notifyd_deliveries_waiting",
	    "notifyd_deliveries_processing", "notifyd_forwards_waiting"};
	double sum = 0;

	(void)c;
	(void)at;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct mirror_counter *k = mirror_counter(v->m, names[i]);

		sum += k == NULL ? 0 : k->value;
	}
	return (int64_t)sum;
}

/* Whole numbers among core's counters: `off` is which. */
static int64_t
core_number(struct view *v, const struct column *c, uint32_t at)
{
	static const char *const names[] = {
	    "last_command", "history_begun", "notices_waiting", "state_saved"};
	const struct mirror_counter *k = mirror_counter(v->m, names[c->off]);

	(void)at;
	return k == NULL ? 0 : (int64_t)k->value;
}

static double
usage(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	(void)at;
	return v->env->usage;
}

static int64_t
program_switch(struct view *v, const struct column *c, uint32_t at)
{
	(void)at;
	return (v->m->switches & c->mask) != 0;
}

static struct slice
text(struct view *v, const struct column *c, uint32_t at)
{
	const char *version = v->env->version == NULL ? "" : v->env->version;

	(void)at;
	str_clear(&v->tmp);
	if (c->off == 0)
		str_addf(&v->tmp, "Vedette %s", version);
	else
		str_addf(&v->tmp, "%s-naemon", version);
	return str_slice(&v->tmp);
}

/* Columns whose counter has another name at core. */
static const struct {
	const char *column, *counter;
} others[] = {
    {"average_runnable_jobs_fetcher", "jobs_waiting"},
    {"average_latency_cmk", "average_latency_fetcher"},
    {"helper_usage_cmk", "helper_usage_fetcher"},
    {"metrics_count", "metrics_values"},
    {"rrdcached_bytes_sent", "metrics_sent_bytes"},
    {"rrdcached_overflows", "metrics_dropped"},
    {"rrdcached_queue_usage", "metrics_queue_usage"},
};

/* `mask` 1: the rate of the counter that the column is named after. */
static double
counter(struct view *v, const struct column *c, uint32_t at)
{
	const struct lql_env *env = v->env;
	const struct mirror_counter *k = NULL;
	struct slice name = slice_of(c->name);
	char plain[64];
	double up;

	(void)at;
	if (c->mask == 1 && name.len > 5)
		name.len -= 5; /* "_rate" */
	if (name.len >= sizeof(plain))
		return 0;
	memcpy(plain, name.s, name.len);
	plain[name.len] = '\0';
	up = v->now > env->started ? (double)(v->now - env->started) : 1;
	if (strcmp(plain, "requests") == 0)
		return (double)env->requests / up;
	if (strcmp(plain, "connections") == 0)
		return (double)env->connections / up;
	if (strcmp(plain, "livestatus_overflows") == 0)
		return (double)env->overflows / (c->mask == 1 ? up : 1);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (strcmp(plain, others[i].column) == 0)
			k = mirror_counter(v->m, others[i].counter);
	if (k == NULL)
		k = mirror_counter(v->m, plain);
	if (k == NULL)
		return 0;
	return c->mask == 1 ? k->rate : k->value;
}

/* What core counts beyond the columns that the protocol knows. */
static void
all_counters(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	(void)at;
	for (size_t i = 0; i < v->m->n_counters; i++) {
		items_string(&v->items, slice_of(v->m->counters[i].name));
		items_float(&v->items, v->m->counters[i].value);
	}
}

/* clang-format off */
#define SWITCH(nm, bit, h)                                                     \
	{.name = nm, .type = COLUMN_INT, .source = SOURCE_GET,                 \
	    .get.i = program_switch, .mask = bit, .help = h}
#define COUNTER(nm, h)                                                         \
	COL_FLOAT(nm, counter, 0, h),                                          \
	{.name = nm "_rate", .type = COLUMN_FLOAT, .source = SOURCE_GET,       \
	    .get.f = counter, .mask = 1, .help = h ", a second"}
#define RATE(nm, h)                                                            \
	{.name = nm "_rate", .type = COLUMN_FLOAT, .source = SOURCE_GET,       \
	    .get.f = counter, .mask = 1, .help = h ", a second"}

static const struct column status[] = {
	COL_TIMEFN("program_start", number, PROGRAM_START, "when core was started"),
	COL_INT("nagios_pid", number, PID, "process id of core"),
	COL_INT("core_pid", number, PID, "process id of core"),
	COL_STRING("program_version", text, 0, "version of the program"),
	COL_STRING("livestatus_version", text, 1, "version, and the dialect of Livestatus"),
	COL_EMPTY("edition", STRING, "always empty"),
	COL_INT("program_running", number, RUNNING, "1: core is up and this is its present state"),
	COL_TIMEFN("configuration_time", number, GENERATION_TIME, "when the configuration was activated"),
	COL_INT("num_hosts", number, NUM_HOSTS, "hosts"),
	COL_INT("num_services", number, NUM_SERVICES, "services"),
	COL_INT("max_long_output_size", constant, 2000, "characters of long output that are sure to be kept"),
	COL_INT("interval_length", constant, 60, "seconds of a unit of check_interval"),
	COL_TIMEFN("last_command_check", core_number, 0, "when core took its last command; 0: none since its start"),
	COL_TIMEFN("last_log_rotation", core_number, 1, "when the present history file was begun"),
	SWITCH("enable_notifications", MSG_SWITCH_NOTIFICATIONS, "notifications are on"),
	SWITCH("execute_service_checks", MSG_SWITCH_SVC_CHECKS, "active checks of services are on"),
	SWITCH("accept_passive_service_checks", MSG_SWITCH_SVC_PASSIVE, "passive results of services are taken"),
	SWITCH("execute_host_checks", MSG_SWITCH_HOST_CHECKS, "active checks of hosts are on"),
	SWITCH("accept_passive_host_checks", MSG_SWITCH_HOST_PASSIVE, "passive results of hosts are taken"),
	SWITCH("enable_event_handlers", MSG_SWITCH_HANDLERS, "event handlers are on"),
	COL_EMPTY("obsess_over_services", INT, "always 0"),
	COL_EMPTY("obsess_over_hosts", INT, "always 0"),
	SWITCH("check_service_freshness", MSG_SWITCH_SVC_FRESHNESS, "results of services are checked for freshness"),
	SWITCH("check_host_freshness", MSG_SWITCH_HOST_FRESHNESS, "results of hosts are checked for freshness"),
	SWITCH("enable_flap_detection", MSG_SWITCH_FLAPPING, "flapping is looked for"),
	SWITCH("process_performance_data", MSG_SWITCH_PERFDATA, "performance data is used"),
	COL_INT("check_external_commands", constant, 1, "commands are taken"),
	COL_INT("has_event_handlers", number, HANDLERS, "there are event handlers"),
	COL_INT("requests", number, REQUESTS, "Livestatus requests since start"),
	RATE("requests", "Livestatus requests"),
	COL_INT("connections", number, CONNECTIONS, "Livestatus connections since start"),
	RATE("connections", "Livestatus connections"),
	COUNTER("service_checks", "checks of services"),
	COUNTER("host_checks", "checks of hosts"),
	COUNTER("forks", "programs started"),
	COUNTER("log_messages", "history lines"),
	COUNTER("neb_callbacks", "always 0"),
	COUNTER("livechecks", "always 0"),
	COUNTER("livecheck_overflows", "always 0"),
	COUNTER("external_commands", "external commands"),
	COUNTER("perf_data_count", "results with performance data"),
	COUNTER("metrics_count", "values of metrics"),
	COUNTER("carbon_bytes_sent", "always 0"),
	COUNTER("carbon_overflows", "always 0"),
	COUNTER("carbon_queue_usage", "always 0"),
	COUNTER("influxdb_bytes_sent", "bytes"),
	COUNTER("influxdb_overflows", "values dropped"),
	COUNTER("influxdb_queue_usage", "0 to 1"),
	COUNTER("livestatus_overflows", "connections that were refused: too many"),
	COUNTER("rrdcached_bytes_sent", "bytes"),
	COUNTER("rrdcached_overflows", "values dropped"),
	COUNTER("rrdcached_queue_usage", "0 to 1"),
	COL_INT("external_command_buffer_slots", number, COMMAND_SLOTS, "commands that may wait for core's answer"),
	COL_INT("external_command_buffer_usage", number, COMMANDS_OPEN, "commands that wait for it"),
	COL_INT("external_command_buffer_max", number, COMMANDS_MOST, "most that waited at a time"),
	COL_INT("cached_log_messages", number, LOG_LINES, "history lines in memory"),
	COL_INT("livestatus_active_connections", number, ACTIVE, "Livestatus connections now"),
	COL_INT("livestatus_queued_connections", number, QUEUED, "connections whose query waits for a thread"),
	COL_INT("livestatus_threads", number, THREADS, "threads that carry out queries"),
	COL_FLOAT("livestatus_usage", usage, 0, "how busy these threads are: 0 to 1, averaged over some seconds"),
	COL_FLOAT("average_latency_generic", counter, 0, "seconds that plugin checks begin late"),
	COL_FLOAT("average_latency_fetcher", counter, 0, "seconds that fetches begin late"),
	COL_FLOAT("average_latency_checker", counter, 0, "always 0"),
	COL_FLOAT("average_latency_real_time", counter, 0, "always 0"),
	COL_FLOAT("average_latency_cmk", counter, 0, "as average_latency_fetcher"),
	COL_FLOAT("helper_usage_generic", counter, 0, "places for plugins that are taken: 0 to 1"),
	COL_FLOAT("helper_usage_fetcher", counter, 0, "places for fetches that are taken: 0 to 1"),
	COL_FLOAT("helper_usage_checker", counter, 0, "always 0: fetchers judge what they fetch"),
	COL_FLOAT("helper_usage_real_time", counter, 0, "always 0"),
	COL_FLOAT("helper_usage_cmk", counter, 0, "as helper_usage_fetcher"),
	COL_FLOAT("average_runnable_jobs_fetcher", counter, 0, "jobs that wait"),
	COL_FLOAT("average_runnable_jobs_checker", counter, 0, "always 0"),
	COL_INT("num_queued_notifications", queued_notifications, 0, "deliveries and notifications for other sites that wait"),
	COL_INT("num_queued_alerts", core_number, 2, "notifications of core that the notifier has not stored yet"),
	COL_EMPTY("mk_inventory_last", TIME, "last inventory; always 0"),
	COL_TIMEFN("state_file_created", core_number, 3, "when core saved all states last"),
	COL_EMPTY("license_usage_history", BLOB, "always empty"),
	COL_EMPTY("is_trial_expired", INT, "always 0"),
	{.name = "counters", .type = COLUMN_DICT, .source = SOURCE_GET, .get.l = all_counters,
	    .flags = COLUMN_NUMBERS, .help = "everything that core and notifyd count"},
	{0}
};

/* Number `at` of all columns of all tables. */
static struct slice
column_text(struct view *v, const struct column *c, uint32_t at)
{
	struct column_ref ref;
	size_t t = at >> 16;

	if (t >= table_count || !table_column(table_all[t], at & 0xffff, &ref))
		return (struct slice){"", 0};
	switch (c->off) {
	case 0:
		return slice_of(table_all[t]->name);
	case 1:
		str_clear(&v->tmp);
		str_add(&v->tmp, ref.join->prefix);
		str_add(&v->tmp, ref.column->name);
		return str_slice(&v->tmp);
	case 2:
		return slice_of(column_type_name(ref.column->type));
	default:
		return slice_of(ref.column->help);
	}
}

static const struct column columns[] = {
	COL_STRING("table", column_text, 0, "name of the table"),
	COL_STRING("name", column_text, 1, "name of the column"),
	COL_STRING("type", column_text, 2, "int, float, string, list, time, dict, blob"),
	COL_STRING("description", column_text, 3, "what the column tells"),
	{0}
};
/* clang-format on */

const struct column_set columns_status = {{status, NULL}};
const struct column_set columns_column = {{columns, NULL}};
