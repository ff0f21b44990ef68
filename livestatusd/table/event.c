/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of the tables that other daemons are asked for: the event console's,
 * and the notifier's. Their index is the row of the answer; `off` is the
 * column's number there.
 */
#include "common/mem.h"
#include "livestatusd/table/table.h"

#include <math.h>
#include <string.h>

enum { /* those that are needed beside what is asked for */
	EVENT_HOST,
	EVENT_CORE_HOST,
	EVENT_CONTACT_GROUPS,
	EVENT_PRECEDENCE,
	EVENT_OTHERS, /* the first of the others */
	HISTORY = EVENT_OTHERS + 21,
	RULE = HISTORY + 5,
	STATUS = RULE + 2,
	NOTICE = STATUS + 43, /* notifyd's, as it names them */
	NOTICE_HOST = NOTICE,
	NOTICE_SERVICE,
	NOTICE_OTHERS,
	NOTICE_RULE = NOTICE_OTHERS + 15,
	EXPLAIN = NOTICE_RULE + 12,
	EXPLAIN_HOST = EXPLAIN,
	EXPLAIN_SERVICE,
	EXPLAIN_TIME,
	EXPLAIN_STATE,
	EXPLAIN_OTHERS,
	LAST = EXPLAIN_OTHERS + 9
};
/* `off` of a column that is ours to tell */
#define NOT_ASKED SIZE_MAX
_Static_assert(LAST <= EVENTS_COLUMNS, "EVENTS_COLUMNS is too small");

static const struct event_cell *
cell(const struct view *v, const struct column *c, uint32_t at)
{
	return events_cell(v->events, at, c->off);
}

static int64_t
number(struct view *v, const struct column *c, uint32_t at)
{
	const struct event_cell *x = cell(v, c, at);

	if (x != NULL && x->kind == EVENT_INT)
		return x->i;
	/* Times have a fraction there. */
	if (x != NULL && x->kind == EVENT_FLOAT && fabs(x->f) < 9e18)
		return (int64_t)floor(x->f);
	return 0;
}

static double
real(struct view *v, const struct column *c, uint32_t at)
{
	const struct event_cell *x = cell(v, c, at);

	if (x == NULL)
		return 0;
	return x->kind == EVENT_FLOAT ? x->f
	    : x->kind == EVENT_INT    ? (double)x->i
				      : 0;
}

static struct slice
text_of(const struct view *v, uint32_t at, size_t column)
{
	const struct event_cell *x = events_cell(v->events, at, column);

	if (x == NULL || x->kind != EVENT_STRING)
		return (struct slice){"", 0};
	return (struct slice){x->s, x->len};
}

static struct slice
text(struct view *v, const struct column *c, uint32_t at)
{
	return text_of(v, at, c->off);
}

static void
strings(struct view *v, const struct column *c, uint32_t at)
{
	const struct event_cell *x = cell(v, c, at);

	if (x == NULL || x->kind != EVENT_LIST)
		return;
	for (uint32_t i = 0; i < x->len; i++)
		items_string(&v->items, events_item(v->events, x, i));
}

/* Of the table that has one value in all; empty: nobody was asked. */
static struct slice
whole(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	(void)at;
	return v->events == NULL ? SLICE("") : events_whole(v->events);
}

/* --- rows ----------------------------------------------------------------- */

static const struct {
	enum table_kind kind;
	const char *name; /* eventd's */
	size_t any;       /* a column that costs little */
} sources[] = {
    {TABLE_EVENTS, "events", EVENT_OTHERS},
    {TABLE_EVENT_HISTORY, "history", HISTORY},
    {TABLE_EVENT_RULES, "rules", RULE},
    {TABLE_EVENT_STATUS, "status", STATUS},
    {TABLE_NOTIFICATIONS, "notifications", NOTICE},
    {TABLE_NOTICE_RULES, "rules", NOTICE_RULE},
    {TABLE_EXPLAIN, "explain", EXPLAIN},
};

const char *
table_event_source(const struct table *t)
{
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (sources[i].kind == t->kind)
			return sources[i].name;
	return NULL;
}

static bool
is_about_events(const struct table *t)
{
	return t->kind == TABLE_EVENTS || t->kind == TABLE_EVENT_HISTORY;
}

bool
table_event_column(const struct column_ref *ref)
{
	const struct column_set *set = ref->join->set;

	return (set == &columns_event || set == &columns_event_history ||
		   set == &columns_event_rule || set == &columns_event_status ||
		   set == &columns_notice || set == &columns_notice_rule ||
		   set == &columns_explain) &&
	    ref->column->source == SOURCE_GET && ref->column->off != NOT_ASKED;
}

void
table_event_want(
    const struct table *t, bool host, bool sees, struct events_want *w)
{
	if (is_about_events(t) && (host || sees)) {
		events_want(w, EVENT_HOST);
		events_want(w, EVENT_CORE_HOST);
	}
	if (is_about_events(t) && sees) {
		events_want(w, EVENT_CONTACT_GROUPS);
		events_want(w, EVENT_PRECEDENCE);
	}
	if (t->kind == TABLE_NOTIFICATIONS && (host || sees)) {
		events_want(w, NOTICE_HOST);
		events_want(w, NOTICE_SERVICE);
	}
	for (size_t i = EXPLAIN; t->kind == TABLE_EXPLAIN && i < EXPLAIN_OTHERS;
	     i++)
		events_want(w, i);
	for (size_t i = 0; w->n == 0; i++) /* rows are counted */
		if (sources[i].kind == t->kind)
			events_want(w, sources[i].any);
}

uint32_t
table_event_host(const struct view *v, uint32_t at)
{
	struct slice name = text_of(v, at, EVENT_CORE_HOST);

	if (name.len == 0)
		name = text_of(v, at, NOTICE_HOST);
	if (name.len == 0)
		name = text_of(v, at, EXPLAIN_HOST);
	/* The host may have been added after the event came. */
	if (name.len == 0)
		name = text_of(v, at, EVENT_HOST);
	return name.len == 0 ? SNAP_NONE : snap_find_host(v->snap, name);
}

static struct slice
notice_service(const struct view *v, uint32_t at)
{
	struct slice name = text_of(v, at, NOTICE_SERVICE);

	return name.len > 0 ? name : text_of(v, at, EXPLAIN_SERVICE);
}

uint32_t
table_notice_service(const struct view *v, uint32_t at, uint32_t host)
{
	struct slice name = notice_service(v, at);

	return host == SNAP_NONE || name.len == 0
	    ? SNAP_NONE
	    : snap_find_service(v->snap, host, name);
}

bool
table_notice_is_seen(
    const struct view *v, uint32_t at, uint32_t host, uint32_t service)
{
	if (notice_service(v, at).len > 0)
		return service != SNAP_NONE && view_sees(v, service);
	return host != SNAP_NONE && view_sees(v, host);
}

static bool
is_in_groups(const struct view *v, const struct event_cell *groups)
{
	for (uint32_t i = 0; i < groups->len; i++) {
		uint32_t g = snap_find_contact_group(
		    v->snap, events_item(v->events, groups, i));
		struct snap_list of = {0, 0};

		for (uint32_t k = 0; g != SNAP_NONE && k < v->n_groups; k++)
			if (v->groups[k] == g)
				return true;
		if (g != SNAP_NONE)
			of = v->snap->contact_groups[g].members;
		for (uint32_t k = 0; k < of.n; k++)
			if (snap_at(v->snap, of, k) == v->user)
				return true;
	}
	return false;
}

bool
table_event_is_seen(const struct view *v, uint32_t at, uint32_t host)
{
	const struct event_cell *groups =
	    events_cell(v->events, at, EVENT_CONTACT_GROUPS);
	bool rule_first = slice_eqs(text_of(v, at, EVENT_PRECEDENCE), "rule");

	if (v->user == SNAP_NONE && v->n_groups == 0)
		return false;
	if (groups != NULL && groups->kind != EVENT_LIST)
		groups = NULL;
	if (groups != NULL && (rule_first || host == SNAP_NONE))
		return is_in_groups(v, groups);
	return host == SNAP_NONE || view_sees(v, host);
}

/* --- columns -------------------------------------------------------------- */

/* clang-format off */
#define E(n) (EVENT_OTHERS + (n))
static const struct column event[] = {
	COL_INT("event_id", number, E(0), "number of the event, never used twice"),
	COL_INT("event_count", number, E(1), "messages that were merged into it"),
	COL_STRING("event_text", text, E(2), "text of the last message"),
	COL_TIMEFN("event_first", number, E(3), "time of the first message"),
	COL_TIMEFN("event_last", number, E(4), "time of the last message"),
	COL_STRING("event_comment", text, E(5), "from the rule or a person"),
	COL_INT("event_sl", number, E(6), "service level"),
	COL_STRING("event_host", text, EVENT_HOST, "host name of the message, after translation"),
	COL_STRING("event_contact", text, E(7), "from the message, the rule or a person"),
	COL_STRING("event_application", text, E(8), "tag of the message: the program"),
	COL_INT("event_pid", number, E(9), "process id in the message"),
	COL_INT("event_priority", number, E(10), "of syslog: 0 emerg to 7 debug"),
	COL_INT("event_facility", number, E(11), "of syslog"),
	COL_STRING("event_rule_id", text, E(12), "rule that made the event"),
	COL_INT("event_state", number, E(13), "0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN"),
	COL_STRING("event_phase", text, E(14), "open, ack, closed, delayed or counting"),
	COL_STRING("event_owner", text, E(15), "who changed it last"),
	COL_LIST("event_match_groups", strings, E(16), "groups of the rule's text pattern"),
	COL_LIST("event_match_groups_syslog_application", strings, E(17), "groups of the rule's application pattern"),
	COL_LIST("event_contact_groups", strings, EVENT_CONTACT_GROUPS, "contact groups of the rule"),
	COL_STRING("event_contact_groups_precedence", text, EVENT_PRECEDENCE, "whose contacts see it: host or rule"),
	COL_STRING("event_ipaddress", text, E(18), "address of the sender"),
	COL_STRING("event_orig_host", text, E(19), "host name before a rule rewrote it"),
	COL_STRING("event_core_host", text, EVENT_CORE_HOST, "monitored host that is meant"),
	COL_INT("event_host_in_downtime", number, E(20), "the host was in downtime when the event came"),
	{0}
};

static const struct column history[] = {
	COL_INT("history_line", number, HISTORY, "number of the line"),
	COL_TIMEFN("history_time", number, HISTORY + 1, "when it happened"),
	COL_STRING("history_what", text, HISTORY + 2, "NEW, UPDATE, CHANGESTATE, DELETE, EXPIRED, ..."),
	COL_STRING("history_who", text, HISTORY + 3, "the person; empty: nobody"),
	COL_STRING("history_addinfo", text, HISTORY + 4, "more about it"),
	{0}
};

static const struct column rule[] = {
	COL_STRING("rule_id", text, RULE, "id of the rule"),
	COL_INT("rule_hits", number, RULE + 1, "messages that it fitted"),
	{0}
};

#define N(n) (NOTICE_OTHERS + (n))
static const struct column notice[] = {
	COL_STRING("id", text, N(0), "of the notification; vedette notify show ID"),
	COL_TIMEFN("time", number, N(1), "when it was decided, by the clock of its site"),
	COL_STRING("type", text, N(2), "PROBLEM, RECOVERY, ACKNOWLEDGEMENT, ..."),
	COL_STRING("host_name", text, NOTICE_HOST, "name of the host, which may be gone"),
	COL_STRING("service_description", text, NOTICE_SERVICE, "empty: about the host"),
	COL_STRING("site", text, N(3), "where the object lives"),
	COL_STRING("from_site", text, N(4), "who forwarded it; empty: nobody"),
	COL_STRING("forward_to", text, N(5), "the site that took it; empty: none"),
	COL_STRING("contact", text, N(6), "who is told; several with commas in one call; empty: nobody here"),
	COL_STRING("method", text, N(7), "by which method"),
	COL_STRING("rule", text, N(8), "id of the rule that decided; default, fallback"),
	COL_STRING("state", text, N(9), "waiting, processing, deferred, done, failed; without a contact: nobody, forwarding, forwarded, dropped"),
	COL_INT("tries", number, N(10), "calls of the method so far"),
	COL_INT("code", number, N(11), "of the last one: 0 done, 1 again later, 2 for good; -1: none ended yet"),
	COL_STRING("output", text, N(12), "what the method said last"),
	COL_TIMEFN("next_try", number, N(13), "0: there is none"),
	COL_INT("bulk", number, N(14), "number of the bulk that it waits in or left with; 0: by itself"),
	{0}
};

#define R(n) (NOTICE_RULE + (n))
static const struct column notice_rule[] = {
	COL_INT("number", number, R(0), "place in its list, from 1"),
	COL_STRING("id", text, R(1), "id of the rule"),
	COL_STRING("user", text, R(2), "whose own rule it is; empty: of the site"),
	COL_STRING("description", text, R(3), "what it is for"),
	COL_STRING("comment", text, R(4), "more about it"),
	COL_STRING("method", text, R(5), "by which method it tells; *: of one that cancels, all"),
	COL_STRING("action", text, R(6), "add, cancel or escalate"),
	COL_INT("disabled", number, R(7), "1: it is not looked at"),
	COL_INT("locked", number, R(8), "1: people's own rules cannot cancel what it adds"),
	COL_STRING("when", text, R(9), "its conditions as JSON; empty: none"),
	COL_STRING("to", text, R(10), "whom it means, as JSON"),
	COL_STRING("definition", text, R(11), "all of it as JSON"),
	{0}
};

static void
held_by(struct view *v, const struct column *c, uint32_t at)
{
	uint32_t object = table_event_host(v, at);
	const struct event_cell *state = events_cell(v->events, at,
	    EXPLAIN_STATE), *when = events_cell(v->events, at, EXPLAIN_TIME);

	(void)c;
	if (notice_service(v, at).len > 0)
		object = table_notice_service(v, at, object);
	if (object != SNAP_NONE && state != NULL && when != NULL)
		table_held_by(v, object, (uint32_t)state->i, when->i);
}

#define X(n) (EXPLAIN_OTHERS + (n))
static const struct column explain[] = {
	COL_STRING("host_name", text, EXPLAIN_HOST, "which host; it must be given: Filter: host_name = NAME"),
	COL_STRING("service_description", text, EXPLAIN_SERVICE, "the same of a service; empty: about the host"),
	COL_TIMEFN("time", number, EXPLAIN_TIME, "when; another moment than now: Filter: time = T"),
	COL_INT("state", number, EXPLAIN_STATE, "of a problem: the present one, or CRIT and DOWN of what is good; another: Filter: state = N"),
	COL_STRING("type", text, X(0), "PROBLEM, RECOVERY, ...; another: Filter: type = TYPE"),
	COL_INT("number", number, X(1), "of the notification; another: Filter: number = N"),
	COL_INT("position", number, X(2), "of the row, from 1: rules in their order, then who is told, then who is not"),
	COL_STRING("what", text, X(3), "rule, told, not told; nobody: no row says told"),
	COL_STRING("rule", text, X(4), "id of the rule; USER:ID of people's own; default, fallback"),
	COL_INT("match", number, X(5), "1: the rule matches"),
	COL_STRING("contact", text, X(6), "who is told, or not"),
	COL_STRING("method", text, X(7), "by which method"),
	COL_STRING("reason", text, X(8), "the first condition that failed, what the rule did, what a delivery waits for, why somebody is not told"),
	COL_LIST("suppressed_by", held_by, NOT_ASKED, "everything for which core would hold the notification back"),
	{0}
};

#define S(n) (STATUS + (n))
static const struct column status[] = {
	COL_INT("status_config_load_time", number, S(0), "when the rules were read"),
	COL_INT("status_num_open_events", number, S(1), "live events of every phase"),
	COL_INT("status_virtual_memory_size", number, S(2), "of the process, bytes"),
	COL_INT("status_messages", number, S(3), "messages since start"),
	COL_INT("status_connects", number, S(4), "connections to the status port"),
	COL_INT("status_rule_tries", number, S(5), "rules that were tried"),
	COL_INT("status_rule_hits", number, S(6), "rules that fitted"),
	COL_INT("status_drops", number, S(7), "messages that a rule dropped"),
	COL_INT("status_overflows", number, S(8), "events dropped at a limit"),
	COL_INT("status_events", number, S(9), "events that were made"),
	COL_FLOAT("status_message_rate", real, S(10), "messages a second"),
	COL_FLOAT("status_average_message_rate", real, S(11), "smoothed"),
	COL_FLOAT("status_connect_rate", real, S(12), "connections a second"),
	COL_FLOAT("status_average_connect_rate", real, S(13), "smoothed"),
	COL_FLOAT("status_rule_trie_rate", real, S(14), "rules tried a second"),
	COL_FLOAT("status_average_rule_trie_rate", real, S(15), "smoothed"),
	COL_FLOAT("status_drop_rate", real, S(16), "messages dropped a second"),
	COL_FLOAT("status_average_drop_rate", real, S(17), "smoothed"),
	COL_FLOAT("status_overflow_rate", real, S(18), "events dropped a second"),
	COL_FLOAT("status_average_overflow_rate", real, S(19), "smoothed"),
	COL_FLOAT("status_event_rate", real, S(20), "events a second"),
	COL_FLOAT("status_average_event_rate", real, S(21), "smoothed"),
	COL_FLOAT("status_rule_hit_rate", real, S(22), "rules that fitted a second"),
	COL_FLOAT("status_average_rule_hit_rate", real, S(23), "smoothed"),
	COL_FLOAT("status_average_processing_time", real, S(24), "seconds a message"),
	COL_FLOAT("status_average_request_time", real, S(25), "seconds a query"),
	COL_FLOAT("status_average_sync_time", real, S(26), "seconds until a change is durable"),
	COL_STRING("status_replication_slavemode", text, S(27), "empty: no fallback; else sync or takeover"),
	COL_TIMEFN("status_replication_last_sync", number, S(28), "0: never"),
	COL_INT("status_replication_success", number, S(29), "of the last synchronisation"),
	COL_INT("status_event_limit_host", number, S(30), "limit of events of one host"),
	COL_INT("status_event_limit_rule", number, S(31), "limit of events of one rule"),
	COL_INT("status_event_limit_overall", number, S(32), "limit of all events"),
	COL_LIST("status_event_limit_active_hosts", strings, S(33), "hosts at their limit"),
	COL_LIST("status_event_limit_active_rules", strings, S(34), "rules at their limit"),
	COL_INT("status_event_limit_active_overall", number, S(35), "the limit of all events is reached"),
	COL_STRING("status_replication_role", text, S(36), "disabled, master or slave"),
	COL_STRING("status_replication_state", text, S(37), "of two event consoles, in words"),
	COL_STRING("status_replication_key", text, S(38), "its public key for the other"),
	COL_INT("status_replication_held", number, S(39), "slave: messages kept until the master has handled them"),
	COL_INT("status_replication_held_lost", number, S(40), "slave: messages that it had no room to keep"),
	COL_INT("status_replication_behind", number, S(41), "master: wholes that the slave does not have yet"),
	COL_INT("status_replication_missing", number, S(42), "slave: lines of the master's archive that are still to come"),
	{0}
};

static const struct column replication[] = {
	{.name = "value", .type = COLUMN_BLOB, .source = SOURCE_GET, .get.s = whole, .flags = COLUMN_DYNAMIC,
	    .help = "the whole state of the event console, as REPLICATE gives it; as value:TITLE:SINCE"},
	{0}
};
/* clang-format on */

const struct column_set columns_event = {{event, NULL}};
const struct column_set columns_event_history = {{history, event}};
const struct column_set columns_event_rule = {{rule, NULL}};
const struct column_set columns_event_status = {{status, NULL}};
const struct column_set columns_notice = {{notice, NULL}};
const struct column_set columns_notice_rule = {{notice_rule, NULL}};
const struct column_set columns_explain = {{explain, NULL}};
const struct column_set columns_event_replication = {{replication, NULL}};

static const char *
name_in(const struct column_set *set, size_t number)
{
	for (int p = 0; p < 2; p++) {
		const struct column *c = set->parts[p];

		for (; c != NULL && c->name != NULL; c++)
			if (c->off == number)
				return c->name;
	}
	return NULL;
}

const char *
table_event_name(const struct table *t, size_t number)
{
	return name_in(t->joins[0].set, number);
}
