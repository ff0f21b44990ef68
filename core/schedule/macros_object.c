/* SPDX-License-Identifier: Apache-2.0
 *
 * Macros about a host or a service (MC-4).
 */
#include "core/schedule/macros_internal.h"

#include "common/mem.h"
#include "core/state/override.h"

#include <inttypes.h>

static const struct snap_object *
conf_of(const struct place *p)
{
	return &p->scope->e->snap->objects[p->object];
}

static const struct checkable *
run_of(const struct place *p)
{
	return &p->scope->e->objects[p->object];
}

static const char *
text_of(const struct place *p, snap_str off)
{
	return snap_s(p->scope->e->snap, off);
}

static void
add_number(struct str *out, int64_t n)
{
	str_addf(out, "%" PRId64, n);
}

/* --- names ---------------------------------------------------------------- */

static void
add_name(struct str *out, const struct place *p)
{
	str_add(out, text_of(p, conf_of(p)->name));
}

static void
add_alias(struct str *out, const struct place *p)
{
	snap_str alias = conf_of(p)->alias;

	str_add(out, text_of(p, alias == 0 ? conf_of(p)->name : alias));
}

static void
add_display(struct str *out, const struct place *p)
{
	snap_str shown = conf_of(p)->display_name;

	str_add(out, text_of(p, shown == 0 ? conf_of(p)->name : shown));
}

static void
add_address(struct str *out, const struct place *p)
{
	snap_str address = conf_of(p)->address;

	str_add(out, text_of(p, address == 0 ? conf_of(p)->name : address));
}

static void
add_hosts(
    struct str *out, const struct place *p, const uint32_t *hosts, uint32_t n)
{
	const struct snapshot *snap = p->scope->e->snap;

	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			str_addc(out, ',');
		str_add(out, snap_s(snap, snap->objects[hosts[i]].name));
	}
}

static void
add_parents(struct str *out, const struct place *p)
{
	struct snap_list list = conf_of(p)->parents;

	add_hosts(out, p, p->scope->e->snap->numbers + list.off, list.n);
}

static void
add_children(struct str *out, const struct place *p)
{
	const struct engine *e = p->scope->e;
	uint32_t from = e->children_of[p->object];

	add_hosts(
	    out, p, e->children + from, e->children_of[p->object + 1] - from);
}

static void
add_groups(struct str *out, const struct place *p, uint32_t most)
{
	const struct snapshot *snap = p->scope->e->snap;
	const struct snap_object *c = conf_of(p);
	const struct snap_group *groups =
	    c->is_service ? snap->service_groups : snap->host_groups;

	for (uint32_t i = 0; i < c->groups.n && i < most; i++) {
		if (i > 0)
			str_addc(out, ',');
		str_add(out,
		    snap_s(snap, groups[snap_at(snap, c->groups, i)].name));
	}
}

static void
add_group(struct str *out, const struct place *p)
{
	add_groups(out, p, 1);
}

static void
add_all_groups(struct str *out, const struct place *p)
{
	add_groups(out, p, UINT32_MAX);
}

static void
add_notes(struct str *out, const struct place *p)
{
	struct str text = {0};

	macros_add_text(&text, p, text_of(p, conf_of(p)->notes), false);
	macros_add_clean(out, str_slice(&text));
	str_free(&text);
}

static void
add_notes_url(struct str *out, const struct place *p)
{
	macros_add_text(out, p, text_of(p, conf_of(p)->notes_url), true);
}

static void
add_action_url(struct str *out, const struct place *p)
{
	macros_add_text(out, p, text_of(p, conf_of(p)->action_url), true);
}

static void
add_check_command(struct str *out, const struct place *p)
{
	macros_add_clean(
	    out, slice_of(engine_check_command(p->scope->e, p->object)));
}

static void
add_volatile(struct str *out, const struct place *p)
{
	str_addc(out, conf_of(p)->flags & SNAP_VOLATILE ? '1' : '0');
}

/* --- states --------------------------------------------------------------- */

static void
add_word(struct str *out, const struct place *p, uint8_t state)
{
	str_add(out, engine_state_word(p->scope->e, p->object, state));
}

static void
add_state(struct str *out, const struct place *p)
{
	add_word(out, p, run_of(p)->state);
}

static void
add_state_id(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->state);
}

static void
add_last_state(struct str *out, const struct place *p)
{
	add_word(out, p, run_of(p)->last_state);
}

static void
add_last_state_id(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->last_state);
}

static const struct handler *
event_of(const struct place *p)
{
	const struct handler *h = p->scope->event;

	return h != NULL && h->object == p->object ? h : NULL;
}

static void
add_state_type(struct str *out, const struct place *p)
{
	const struct handler *h = event_of(p);
	bool hard =
	    h != NULL ? h->hard : (run_of(p)->flags & CHECKABLE_HARD) != 0;

	str_add(out, hard ? "HARD" : "SOFT");
}

static void
add_attempt(struct str *out, const struct place *p)
{
	const struct handler *h = event_of(p);

	add_number(out, h != NULL ? h->attempt : run_of(p)->attempt);
}

static void
add_max_attempts(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->max_attempts);
}

static void
add_output(struct str *out, const struct place *p)
{
	macros_add_clean(out, checkable_output(run_of(p)));
}

static void
add_long_output(struct str *out, const struct place *p)
{
	macros_add_clean(out, checkable_long_output(run_of(p)));
}

static void
add_perfdata(struct str *out, const struct place *p)
{
	macros_add_clean(out, checkable_perfdata(run_of(p)));
}

static void
add_last_check(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->last_check);
}

static void
add_last_change(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->last_change);
}

static void
add_last_0(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->last_time[0]);
}

static void
add_last_1(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->last_time[1]);
}

static void
add_last_2(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->last_time[2]);
}

static void
add_last_3(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->last_time[3]);
}

static int64_t
duration_of(const struct place *p)
{
	const struct checkable *o = run_of(p);
	int64_t from = o->last_change == 0 ? o->created : o->last_change;

	return p->scope->now > from ? p->scope->now - from : 0;
}

static void
add_duration_s(struct str *out, const struct place *p)
{
	add_number(out, duration_of(p));
}

static void
add_duration(struct str *out, const struct place *p)
{
	int64_t s = duration_of(p);

	str_addf(out, "%" PRId64 "d %" PRId64 "h %" PRId64 "m %" PRId64 "s",
	    s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
}

static void
add_latency(struct str *out, const struct place *p)
{
	str_addf(out, "%.3f", run_of(p)->latency_us / 1e6);
}

static void
add_execution(struct str *out, const struct place *p)
{
	str_addf(out, "%.3f", run_of(p)->execution_us / 1e6);
}

static void
add_percent(struct str *out, const struct place *p)
{
	const struct macro_scope *s = p->scope;

	str_addf(out, "%.2f",
	    engine_flap_percent(engine_flap_level(s->e, p->object, s->now)));
}

static void
add_downtime(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->downtime_depth);
}

static void
add_number_of_notices(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->number);
}

static void
add_event_id(struct str *out, const struct place *p)
{
	add_number(out, (int64_t)run_of(p)->event_id);
}

static void
add_last_event_id(struct str *out, const struct place *p)
{
	add_number(out, (int64_t)run_of(p)->last_event_id);
}

static void
add_problem_id(struct str *out, const struct place *p)
{
	add_number(out, (int64_t)run_of(p)->problem_id);
}

static void
add_last_problem_id(struct str *out, const struct place *p)
{
	add_number(out, (int64_t)run_of(p)->last_problem_id);
}

static void
add_problem_start(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->problem_start);
}

static void
add_problem_end(struct str *out, const struct place *p)
{
	add_number(out, run_of(p)->problem_end);
}

/* --- acknowledgement ------------------------------------------------------ */

static const struct comment *
ack_of(const struct place *p)
{
	const struct comment *c = run_of(p)->comments;

	if (run_of(p)->ack == ACK_NONE)
		return NULL;
	while (c != NULL && c->type != COMMENT_ACK)
		c = c->next;
	return c;
}

static void
add_ack_author(struct str *out, const struct place *p)
{
	const struct comment *c = ack_of(p);

	if (c != NULL)
		macros_add_clean(out, slice_of(c->author));
}

static void
add_ack_comment(struct str *out, const struct place *p)
{
	const struct comment *c = ack_of(p);

	if (c != NULL)
		macros_add_clean(out, slice_of(c->text));
}

static void
add_ack_contact(struct str *out, const struct place *p, bool alias)
{
	const struct snapshot *snap = p->scope->e->snap;
	const struct comment *c = ack_of(p);
	uint32_t contact = c == NULL
	    ? SNAP_NONE
	    : snap_find_contact(snap, slice_of(c->author));

	if (contact != SNAP_NONE)
		str_add(out,
		    snap_s(snap,
			alias ? snap->contacts[contact].alias
			      : snap->contacts[contact].name));
}

static void
add_ack_name(struct str *out, const struct place *p)
{
	add_ack_contact(out, p, false);
}

static void
add_ack_alias(struct str *out, const struct place *p)
{
	add_ack_contact(out, p, true);
}

/* --- a host's services ---------------------------------------------------- */

static void
add_services(struct str *out, const struct place *p, int state)
{
	const struct snap_object *c = conf_of(p);
	const struct checkable *of = p->scope->e->objects + c->services.off;
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->services.n; i++)
		n += state < 0 || of[i].state == state;
	add_number(out, n);
}

static void
add_all_services(struct str *out, const struct place *p)
{
	add_services(out, p, -1);
}

static void
add_ok_services(struct str *out, const struct place *p)
{
	add_services(out, p, SERVICE_OK);
}

static void
add_warn_services(struct str *out, const struct place *p)
{
	add_services(out, p, SERVICE_WARN);
}

static void
add_crit_services(struct str *out, const struct place *p)
{
	add_services(out, p, SERVICE_CRIT);
}

static void
add_unknown_services(struct str *out, const struct place *p)
{
	add_services(out, p, SERVICE_UNKNOWN);
}

/* clang-format off */
#define BOTH    MACRO_BOTH
#define HOST    MACRO_HOST
#define SERVICE MACRO_SERVICE
const struct macro macros_object[] = {
    {"", "NAME", HOST, add_name, "name of the host"},
    {"", "DESC", SERVICE, add_name, "description of the service"},
    {"", "ALIAS", HOST, add_alias, "title, else the name"},
    {"", "DISPLAYNAME", BOTH, add_display, "name shown in views"},
    {"", "ADDRESS", HOST, add_address, "address, else the name"},
    {"", "STATE", BOTH, add_state, "UP DOWN UNREACHABLE, OK WARNING CRITICAL UNKNOWN"},
    {"", "STATEID", BOTH, add_state_id, "the state as a number"},
    {"LAST", "STATE", BOTH, add_last_state, "state before the last change"},
    {"LAST", "STATEID", BOTH, add_last_state_id, "the same as a number"},
    {"", "STATETYPE", BOTH, add_state_type, "SOFT or HARD"},
    {"", "ATTEMPT", BOTH, add_attempt, "number of the attempt"},
    {"", "CHECKATTEMPT", BOTH, add_attempt, "the same"},
    {"MAX", "ATTEMPTS", BOTH, add_max_attempts, "attempts until HARD"},
    {"", "ISVOLATILE", SERVICE, add_volatile, "1: volatile"},
    {"", "EVENTID", BOTH, add_event_id, "number of the last change of state"},
    {"LAST", "EVENTID", BOTH, add_last_event_id, "of the change before"},
    {"", "PROBLEMID", BOTH, add_problem_id, "number of the problem; 0: none"},
    {"LAST", "PROBLEMID", BOTH, add_last_problem_id, "of the problem before"},
    {"", "PROBLEMSTART", BOTH, add_problem_start, "when the problem began"},
    {"", "PROBLEMEND", BOTH, add_problem_end, "when the last problem ended"},
    {"", "LATENCY", BOTH, add_latency, "seconds that the last check began late"},
    {"", "EXECUTIONTIME", BOTH, add_execution, "seconds that the last check took"},
    {"", "DURATION", BOTH, add_duration, "time in the state: 1d 2h 3m 4s"},
    {"", "DURATIONSEC", BOTH, add_duration_s, "the same in seconds"},
    {"", "PERCENTCHANGE", BOTH, add_percent, "flapping in percent"},
    {"", "DOWNTIME", BOTH, add_downtime, "downtimes in effect"},
    {"LAST", "CHECK", BOTH, add_last_check, "time of the last result"},
    {"LAST", "STATECHANGE", BOTH, add_last_change, "time of the last change"},
    {"LAST", "UP", HOST, add_last_0, "last time UP"},
    {"LAST", "DOWN", HOST, add_last_1, "last time DOWN"},
    {"LAST", "UNREACHABLE", HOST, add_last_2, "last time UNREACH"},
    {"LAST", "OK", SERVICE, add_last_0, "last time OK"},
    {"LAST", "WARNING", SERVICE, add_last_1, "last time WARN"},
    {"LAST", "CRITICAL", SERVICE, add_last_2, "last time CRIT"},
    {"LAST", "UNKNOWN", SERVICE, add_last_3, "last time UNKNOWN"},
    {"", "OUTPUT", BOTH, add_output, "first line of the last result, cleaned"},
    {"LONG", "OUTPUT", BOTH, add_long_output, "the other lines, cleaned"},
    {"", "PERFDATA", BOTH, add_perfdata, "performance data, cleaned"},
    {"", "CHECKCOMMAND", BOTH, add_check_command, "NAME!args, cleaned"},
    {"", "NOTIFICATIONNUMBER", BOTH, add_number_of_notices, "notifications of the problem"},
    {"", "ACKAUTHOR", BOTH, add_ack_author, "who acknowledged, cleaned"},
    {"", "ACKAUTHORNAME", BOTH, add_ack_name, "the contact of that name"},
    {"", "ACKAUTHORALIAS", BOTH, add_ack_alias, "its full name"},
    {"", "ACKCOMMENT", BOTH, add_ack_comment, "text of the acknowledgement, cleaned"},
    {"", "GROUPNAME", BOTH, add_group, "first group"},
    {"", "GROUPNAMES", BOTH, add_all_groups, "all groups, with commas"},
    {"", "PARENTS", HOST, add_parents, "parents, with commas"},
    {"", "CHILDREN", HOST, add_children, "children, with commas"},
    {"", "NOTES", BOTH, add_notes, "notes, macros expanded, cleaned"},
    {"", "NOTESURL", BOTH, add_notes_url, "notes_url, values encoded"},
    {"", "ACTIONURL", BOTH, add_action_url, "action_url, values encoded"},
    {"TOTAL", "SERVICES", HOST, add_all_services, "services of the host"},
    {"TOTAL", "SERVICESOK", HOST, add_ok_services, "those that are OK"},
    {"TOTAL", "SERVICESWARNING", HOST, add_warn_services, "those in WARN"},
    {"TOTAL", "SERVICESCRITICAL", HOST, add_crit_services, "those in CRIT"},
    {"TOTAL", "SERVICESUNKNOWN", HOST, add_unknown_services, "those in UNKNOWN"},
};
/* clang-format on */
const size_t macros_n_object = ARRAY_LEN(macros_object);
