/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of the event console, compiled from the JSON of the configuration
 * (keys: event-console.md section 8). Every mistake is found here and every
 * key is known or refused; matching needs no checks. Pure.
 */
#ifndef EVENTD_RULE_RULE_H
#define EVENTD_RULE_RULE_H

#include "common/str.h"
#include "eventd/rule/pattern.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define LIMIT_DEFAULT_RULE 1000

/* A growing list of own strings; {0} is empty. */
struct strings {
	char **v;
	size_t n;
};
void strings_free(struct strings *s);
void strings_add(struct strings *s, struct slice value);
void strings_copy(struct strings *to, const struct strings *from);
bool strings_has(const struct strings *s, const char *value);

enum outcome {
	OUTCOME_EVENT,
	OUTCOME_DROP,
	OUTCOME_SKIP_PACK
};
enum state_kind {
	STATE_SYSLOG,
	STATE_FIXED,
	STATE_BY_TEXT
};
enum count_algorithm {
	COUNT_INTERVAL,
	COUNT_TOKENBUCKET,
	COUNT_DYNABUCKET
};
enum expect_merge {
	MERGE_OPEN,
	MERGE_ACKED,
	MERGE_NEVER
};
enum limit_action {
	LIMIT_STOP,
	LIMIT_STOP_OVERFLOW,
	LIMIT_STOP_OVERFLOW_NOTIFY,
	LIMIT_DELETE_OLDEST
};

struct limit {
	uint32_t limit;
	enum limit_action action;
};
struct range { /* both ends belong to it */
	bool set;
	int32_t from, to;
};
struct network {
	bool set;
	int family;
	unsigned bits;
	uint8_t addr[16];
};
/* A growing list of them; {0} is empty. */
struct networks {
	struct network *v;
	size_t n;
};
void networks_free(struct networks *n);
/* In one of them; none: everything is. */
bool networks_have(const struct networks *n, struct slice address);

struct conditions {
	struct pattern *text, *host, *application;
	struct network network;
	bool has_facility;
	uint8_t facility;
	struct range priority, service_level;
	char *time_period; /* NULL: always */
	struct strings sites;
	bool invert;
};
struct counting {
	bool set;
	uint32_t count;
	int64_t period_us;
	enum count_algorithm algorithm;
	int64_t for_us; /* 0: for ever */
	bool count_acked, by_host, by_application, by_groups;
};
struct expecting {
	bool set;
	int64_t interval_us, offset_us;
	uint32_t count;
	enum expect_merge merge;
	bool reset_ack;
};

/* Phases as bits, for lifetime. */
#define PHASE_BIT(phase) (1u << (phase))

struct rule {
	char *id, *description;
	const struct pack *pack;
	uint32_t number; /* in the order of evaluation */
	enum outcome outcome;
	struct conditions when;
	struct {
		struct pattern *text, *application;
		struct range priority;
		bool only_open; /* cancel.phases */
		struct strings actions;
		bool set;
	} cancel;
	enum state_kind state_kind;
	uint8_t state;              /* STATE_FIXED */
	struct pattern *by_text[3]; /* ok, warn, crit; each may be NULL */
	bool has_sl, sl_from_message;
	int32_t sl;
	bool has_contact_groups, groups_notify, groups_rule_first;
	struct strings contact_groups;
	char *set_text, *set_host, *set_application, *set_comment,
	    *set_contact; /* templates, NULL if absent */
	struct counting count;
	struct expecting expect;
	int64_t delay_us;
	int64_t lifetime_us;      /* 0: for ever */
	uint32_t lifetime_phases; /* PHASE_BITs */
	int64_t remind_us;        /* every so long, until acknowledged; 0: no */
	struct strings actions;
	bool actions_in_downtime, autodelete;
	bool has_limit;
	struct limit limit;
	/* Counted while matching; RESETCOUNTERS puts hits to 0. */
	uint64_t hits, match_limit_hits;
	uint64_t time_ns; /* of trying it for one message of RULE_SAMPLE */
	uint32_t events;  /* live ones of this rule */
};

#define RULE_SAMPLE 256

struct pack {
	char *id;
	uint32_t first_after; /* number of the first rule behind the pack */
};

struct rule_list {
	uint32_t *number;
	uint32_t n;
};
struct scan;

struct ruleset {
	struct rule **rules; /* without those that are disabled */
	size_t n;
	struct rule **by_id; /* the same, in order of id */
	struct pack **packs;
	size_t n_packs;
	/* Rules that can fit at all, ascending, by facility and priority. */
	struct rule_list index[32][8];
	/* With a scan: those of `index` that it does not cover. */
	struct scan *scan; /* own; NULL: none */
	struct rule_list open[32][8];
};

/* What the names in rules refer to; NULL: every name is good. */
struct rule_names {
	bool (*known)(const char *kind, const char *name, void *arg);
	void *arg; /* kinds: "time period", "contact group", "action" */
};

/*
 * `doc`: an array, or NULL for none. Mistakes are appended as one line each
 * ("event_rules[2].when.text: why"); with a mistake NULL is returned.
 * `warnings` (may be NULL) gets those that do not block.
 */
struct ruleset *ruleset_compile(const json_t *doc,
    const struct rule_names *names, struct str *mistakes, struct str *warnings);
void ruleset_free(struct ruleset **rs);
/* Takes the scan over, which was made of this ruleset's patterns. */
void ruleset_take_scan(struct ruleset *rs, struct scan *scan);
/* NULL: no such rule. */
struct rule *ruleset_find(const struct ruleset *rs, const char *id);

#endif
