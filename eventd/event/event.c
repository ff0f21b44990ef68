/* SPDX-License-Identifier: Apache-2.0
 *
 * Fields of events and their codec; see event.h.
 */
#include "eventd/event/event.h"

#include "common/mem.h"

#include <stdlib.h>

#define COLUMN(name, type, member, help)                                       \
	{                                                                      \
		"event_" name, FIELD_##type, offsetof(struct event, member),   \
		    help                                                       \
	}
#define INTERNAL(type, member)                                                 \
	{                                                                      \
		NULL, FIELD_##type, offsetof(struct event, member), ""         \
	}

/* The order is that of the history, and of the journal: append only. */
const struct event_field event_fields[] = {
    COLUMN("id", U64, id, "number, never used twice"),
    COLUMN("count", U64, count, "messages merged into it"),
    COLUMN("text", STR, text, "text of the last message"),
    COLUMN("first", TIME, first_us, "time of the first message"),
    COLUMN("last", TIME, last_us, "time of the last message"),
    COLUMN("comment", STR, comment, "from the rule or an operator"),
    COLUMN("sl", I32, sl, "service level"),
    COLUMN("host", STR, host, "host name"),
    COLUMN("contact", STR, contact, "from message, rule or operator"),
    COLUMN("application", STR, application, "tag of the message"),
    COLUMN("pid", U32, pid, "process id"),
    COLUMN("priority", U8, priority, "0 emerg to 7 debug"),
    COLUMN("facility", U8, facility, "0 to 31"),
    COLUMN("rule_id", NULLSTR, rule_id, "null: an overflow event"),
    COLUMN("state", U8, state, "0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN"),
    COLUMN("phase", PHASE, phase, "open, ack, counting, delayed, closed"),
    COLUMN("owner", STR, owner, "who changed it last"),
    COLUMN("match_groups", STRINGS, groups, "groups of the text pattern"),
    COLUMN("contact_groups", CONTACT_GROUPS, contact_groups,
	"from the rule, or null"),
    COLUMN("ipaddress", STR, ipaddress, "address of the sender"),
    COLUMN("orig_host", STR, orig_host, "host before a rule rewrote it"),
    COLUMN("contact_groups_precedence", PRECEDENCE, groups_rule_first,
	"host or rule"),
    COLUMN("core_host", STR, core_host, "monitored host that is meant"),
    COLUMN("host_in_downtime", BOOL, in_downtime, "when it was created"),
    COLUMN("match_groups_syslog_application", STRINGS, application_groups,
	"groups of the application pattern"),
    INTERNAL(BOOL, has_contact_groups), INTERNAL(BOOL, groups_notify),
    INTERNAL(TIME, started_us), INTERNAL(TIME, token_us),
    INTERNAL(TIME, delay_until_us), INTERNAL(TIME, life_until_us),
    INTERNAL(U32, life_phases), INTERNAL(U32, notifications),
    INTERNAL(BOOL, acted), INTERNAL(BOOL, overflow), INTERNAL(U8, input),
    INTERNAL(TIME, remind_us), INTERNAL(TIME, behind_us),
    INTERNAL(U32, notices)};
const size_t event_fields_n = ARRAY_LEN(event_fields);

static void *
member(struct event *ev, const struct event_field *f)
{
	return (char *)ev + f->offset;
}

struct event *
event_new(void)
{
	struct event *ev = xnew(struct event);

	for (size_t i = 0; i < event_fields_n; i++) {
		if (event_fields[i].type == FIELD_STR)
			*(char **)member(ev, &event_fields[i]) = xstrdup("");
	}
	ev->count = 1;
	ev->facility = 1;
	ev->priority = 5;
	return ev;
}

void
event_free(struct event **evp)
{
	struct event *ev = *evp;

	if (ev == NULL)
		return;
	for (size_t i = 0; i < event_fields_n; i++) {
		void *at = member(ev, &event_fields[i]);

		if (event_fields[i].type == FIELD_STR ||
		    event_fields[i].type == FIELD_NULLSTR)
			free(*(char **)at);
		else if (event_fields[i].type == FIELD_STRINGS ||
		    event_fields[i].type == FIELD_CONTACT_GROUPS)
			strings_free(at);
	}
	free(ev);
	*evp = NULL;
}

void
event_set(char **field, struct slice value)
{
	char *s = slice_dup(value.s == NULL ? SLICE("") : value);

	free(*field);
	*field = s;
}

static void
put_field(struct str *out, const struct event_field *f, void *at)
{
	const struct strings *list = at;
	const char *s;

	switch (f->type) {
	case FIELD_U64:
		wire_put_u64(out, *(uint64_t *)at);
		break;
	case FIELD_TIME:
		wire_put_i64(out, *(int64_t *)at);
		break;
	case FIELD_I32:
		wire_put_i64(out, *(int32_t *)at);
		break;
	case FIELD_U32:
		wire_put_u32(out, *(uint32_t *)at);
		break;
	case FIELD_U8:
	case FIELD_PHASE:
		wire_put_u32(out, *(uint8_t *)at);
		break;
	case FIELD_BOOL:
	case FIELD_PRECEDENCE:
		wire_put_bool(out, *(bool *)at);
		break;
	case FIELD_STR:
		wire_put_str(out, slice_of(*(char **)at));
		break;
	case FIELD_NULLSTR:
		s = *(char **)at;
		wire_put_array(out, s == NULL ? 0 : 1);
		if (s != NULL)
			wire_put_str(out, slice_of(s));
		break;
	case FIELD_STRINGS:
	case FIELD_CONTACT_GROUPS:
		wire_put_array(out, (uint32_t)list->n);
		for (size_t i = 0; i < list->n; i++)
			wire_put_str(out, slice_of(list->v[i]));
		break;
	}
}

static void
get_field(struct wire *w, const struct event_field *f, void *at)
{
	uint32_t n;

	switch (f->type) {
	case FIELD_U64:
		*(uint64_t *)at = wire_get_u64(w);
		break;
	case FIELD_TIME:
		*(int64_t *)at = wire_get_i64(w);
		break;
	case FIELD_I32:
		*(int32_t *)at = (int32_t)wire_get_i64(w);
		break;
	case FIELD_U32:
		*(uint32_t *)at = wire_get_u32(w);
		break;
	case FIELD_U8:
	case FIELD_PHASE:
		*(uint8_t *)at = (uint8_t)wire_get_u32(w);
		break;
	case FIELD_BOOL:
	case FIELD_PRECEDENCE:
		*(bool *)at = wire_get_bool(w);
		break;
	case FIELD_STR:
		event_set(at, wire_get_str(w));
		break;
	case FIELD_NULLSTR:
		n = wire_get_array(w);
		if (n > 1)
			wire_fail(w, "more than one value");
		if (n == 1)
			event_set(at, wire_get_str(w));
		break;
	case FIELD_STRINGS:
	case FIELD_CONTACT_GROUPS:
		n = wire_get_array(w);
		for (uint32_t i = 0; i < n && w->why == NULL; i++)
			strings_add(at, wire_get_str(w));
		break;
	}
}

void
event_put(struct str *out, const struct event *ev)
{
	wire_put_array(out, (uint32_t)event_fields_n);
	for (size_t i = 0; i < event_fields_n; i++)
		put_field(out, &event_fields[i],
		    member((struct event *)ev, &event_fields[i]));
}

struct event *
event_get(struct wire *w)
{
	struct event *ev = event_new();
	uint32_t n = wire_get_array(w);

	for (uint32_t i = 0; i < n && w->why == NULL; i++) {
		if (i < event_fields_n)
			get_field(
			    w, &event_fields[i], member(ev, &event_fields[i]));
		else
			wire_skip(w);
	}
	if (ev->phase >= PHASE_COUNT || ev->state > 3 || ev->priority > 7 ||
	    ev->facility > 31)
		wire_fail(w, "an event out of range");
	if (w->why != NULL)
		event_free(&ev);
	return ev;
}

struct event *
event_copy(const struct event *ev)
{
	struct str bytes = {0};
	struct wire w;
	struct event *copy;

	event_put(&bytes, ev);
	w = wire_of(str_slice(&bytes));
	copy = event_get(&w);
	str_free(&bytes);
	return copy;
}

static const char *const phases[] = {
    "open", "ack", "counting", "delayed", "closed"};

const char *
phase_name(uint8_t phase)
{
	return phases[phase % PHASE_COUNT];
}

bool
phase_of(struct slice name, uint8_t *phase_r)
{
	for (uint8_t i = 0; i < PHASE_COUNT; i++) {
		if (slice_eqs(name, phases[i])) {
			*phase_r = i;
			return true;
		}
	}
	return false;
}

const char *
state_name(uint8_t state)
{
	static const char *const names[] = {
	    "OK", "WARNING", "CRITICAL", "UNKNOWN"};

	return names[state & 3];
}
