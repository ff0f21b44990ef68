/* SPDX-License-Identifier: Apache-2.0
 *
 * An event: an open ticket with a phase (event-console.md sections 6 and 7).
 * One table of fields serves the codec of the journal and the archive and the
 * columns of the status port.
 */
#ifndef EVENTD_EVENT_EVENT_H
#define EVENTD_EVENT_EVENT_H

#include "common/str.h"
#include "common/wire.h"
#include "eventd/event/phase.h"
#include "eventd/rule/rule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct event_group; /* events of one host, or of one rule */
struct event_link {
	struct event *prev, *next;
};

struct event {
	uint64_t id, count;
	int64_t first_us, last_us; /* the messages' own time */
	/* Own memory, never NULL but rule_id. */
	char *text, *comment, *host, *contact, *application, *rule_id, *owner,
	    *ipaddress, *orig_host, *core_host;
	int32_t sl;
	uint32_t pid;
	uint8_t priority, facility, state, phase; /* enum phase */
	struct strings groups, application_groups, contact_groups;
	bool has_contact_groups, groups_rule_first, groups_notify;
	bool in_downtime;
	/* Not visible. Wall time of reception; 0: none. */
	int64_t started_us; /* windows of counting begin here */
	int64_t token_us;   /* when a bucket lost its last message */
	int64_t delay_until_us, life_until_us;
	int64_t remind_us;      /* the next reminder; 0: none */
	int64_t behind_us;      /* its counting runs so far behind the clock */
	uint32_t life_phases;   /* PHASE_BITs */
	uint32_t notifications; /* sent to the notifier */
	uint32_t notices;       /* ids given for these and mails (EC-26) */
	bool acted;             /* the opening actions ran */
	bool overflow;          /* tells of a limit; uses up no place */
	uint8_t input;
	/* Of the index and the store, not part of the codec. */
	int64_t due_us; /* next deadline; 0: none */
	size_t heap_at; /* place in the heap, from 1; 0: not there */
	uint64_t join_hash, cancel_hash;
	struct event *next_by_id, *next_by_join, *next_by_cancel;
	struct event_link all, by_host, by_rule;
	struct event_group *host_group, *rule_group;
	bool stored, dirty;
	bool touched; /* since this fallback took over */
};

enum field_type {
	FIELD_U64,
	FIELD_TIME,
	FIELD_STR,
	FIELD_NULLSTR,
	FIELD_I32,
	FIELD_U32,
	FIELD_U8,
	FIELD_BOOL,
	FIELD_PHASE,
	FIELD_STRINGS,
	FIELD_CONTACT_GROUPS,
	FIELD_PRECEDENCE
};

struct event_field {
	const char *column; /* "event_id"; NULL: internal */
	enum field_type type;
	size_t offset;
	const char *help;
};
extern const struct event_field event_fields[];
extern const size_t event_fields_n;

/* Every string "", one user.notice message. */
struct event *event_new(void);
void event_free(struct event **ev);
/* A copy that belongs to no index. */
struct event *event_copy(const struct event *ev);
void event_set(char **field, struct slice value);

void event_put(struct str *out, const struct event *ev);
/*
 * NULL if the bytes are damaged. Fields that the writer did not know keep
 * their defaults, those that the reader does not know are skipped.
 */
struct event *event_get(struct wire *w);

const char *phase_name(uint8_t phase);
bool phase_of(struct slice name, uint8_t *phase_r);
const char *state_name(uint8_t state);

#endif
