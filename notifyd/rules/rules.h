/* SPDX-License-Identifier: Apache-2.0
 *
 * Notification rules: from one raw notification to the plan of deliveries
 * (notifications.md sections 5 to 8). Pure: rules, contacts, the notice and
 * the time go in, plan entries with reasons come out. No I/O, no clock, no
 * globals; the zone of local times is the process's.
 */
#ifndef NOTIFYD_RULES_RULES_H
#define NOTIFYD_RULES_RULES_H

#include "common/err.h"
#include "common/str.h"
#include "notifyd/context.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct rules; /* compiled, with the contacts */
struct rule;

/* What the configuration offers beside the documents. `arg` goes along. */
struct rules_world {
	bool (*period_exists)(const char *name, void *arg);
	bool (*period_is_in)(const char *name, int64_t at, void *arg);
	/*
	 * The first second after `at` that is outside; INT64_MAX: it never
	 * ends. NULL: no period ends.
	 */
	int64_t (*period_ends)(const char *name, int64_t at, void *arg);
	/*
	 * The first second from `at` on that is inside; INT64_MAX: there is
	 * none. NULL: no period begins.
	 */
	int64_t (*period_starts)(const char *name, int64_t at, void *arg);
	/* NULL: every method exists. */
	bool (*method_exists)(const char *name, void *arg);
	/* Can the method take many at once? NULL: every one can. */
	bool (*method_bulks)(const char *name, void *arg);
	/* Alias of a service group, NULL if unknown. May be NULL. */
	const char *(*service_group_alias)(const char *name, void *arg);
	void *arg;
};

struct rules_config {
	/*
	 * The array `notification_rules`. NULL: the key is absent, and every
	 * contact of the object gets mail.
	 */
	const json_t *rules;
	/* Object: name -> entry as in conf.d, contact_groups complete. */
	const json_t *contacts;
	/* {emails: [..], method: NAME}, or NULL. */
	const json_t *fallback;
	/* notifications.group: of rules that say nothing of it. May be NULL. */
	const json_t *group;
	struct rules_world world; /* must outlive the rules */
};

/*
 * NULL with a reason that begins with the path of the mistake. Warnings (an
 * unknown method) are appended, LF between them.
 */
struct rules *rules_compile(
    const struct rules_config *config, struct str *warnings, struct err *err_r);
void nd_rules_free(struct rules **rules);

struct rules_notice {
	const struct context *ctx; /* with the notifier's additions */
	const char *site;          /* where the object lives */
	/*
	 * Did the contact get a delivery by this method during the incident
	 * that a RECOVERY ends? NULL: nobody did. (NT-5)
	 */
	bool (*was_told)(const char *contact, const char *method, void *arg);
	/* Does the rule's escalation run for the object? NULL: no. (NT-6) */
	bool (*escalates)(const char *rule, void *arg);
	void *arg;
	/* One step of that rule's escalation, and no other rule; NULL: the
	 * event itself. */
	const char *step_rule;
	size_t step;
};

/* When whom an escalation tells: `rounds` times all steps. */
#define RULES_STEPS_MAX 20
struct rules_escalation {
	size_t steps;
	unsigned rounds;
	int64_t after_ms[RULES_STEPS_MAX]; /* of each step, from the round's */
	int64_t every_ms;                  /* beginning on; of each round */
	int64_t ack_ms; /* begins anew so long after it was acknowledged */
};
/* Of the rule with this id; false: there is none (any more). */
bool rules_escalation(
    const struct rules *rules, const char *rule, struct rules_escalation *e_r);

/* Entries of a message: at most, and where nothing is said. */
#define PLAN_GATHER_MAX     10000
#define PLAN_GATHER_DEFAULT 1000

enum plan_gather_kind {
	PLAN_AT_ONCE,
	PLAN_BULK,  /* a rule's */
	PLAN_QUIET, /* a contact's quiet hours: a digest at their end */
	PLAN_CAUSE, /* problems that seem to have one cause */
	/*
	 * Until the rule's period begins: then the present state, once. The
	 * key, contact and method are those of one object.
	 */
	PLAN_HOLD,
	PLAN_HOLD_OVER /* in the spool: the object recovered since */
};

/* Whether and how long an entry waits for others. */
struct plan_gather {
	enum plan_gather_kind kind;
	int64_t horizon_ms; /* sent when the oldest is so old; 0: */
	int64_t until;      /* sent in this second of the wall clock */
	unsigned max;       /* sent when so many are there; never 0 */
	/* What must be equal, beside contact, method and parameters. */
	char *key;
	char *causes;  /* one of them in common is needed; LF between, or "" */
	bool together; /* false: the method tells one at a time */
	json_t *how;   /* object: subject, drop_resolved, newest_first */
	char *why;     /* in words; NULL: nothing to say */
};

struct plan_entry {
	char *contact; /* name, or mailto:ADDRESS */
	char *method;
	json_t *who;          /* {alias, email, pager, attributes} */
	json_t *params;       /* object of the deciding rule, never NULL */
	char *rule;           /* its id; "default", "fallback" */
	char *rule_text;      /* its description, may be "" */
	unsigned rule_number; /* from 1; 0: no rule */
	bool locked;
	bool held;             /* outside of the rule's period (NT-16) */
	const struct rule *by; /* the engine's; NULL: no rule */
	struct plan_gather gather;
};
/* Why somebody who was meant gets nothing. */
struct plan_skip {
	char *contact, *method, *reason;
};
struct plan_verdict {
	char *rule, *user; /* user: whose own rule it is, or NULL */
	bool match;
	char *reason; /* first failing condition; what it did if it matched */
};

struct plan {
	struct plan_entry *entries; /* in order of (method, contact) */
	size_t n_entries, cap_entries;
	struct plan_skip *skips;
	size_t n_skips, cap_skips;
	struct plan_verdict *verdicts; /* one a rule, if asked for */
	size_t n_verdicts, cap_verdicts;
	bool fallback;      /* no rule matched */
	char **escalations; /* ids of rules: theirs begin now */
	size_t n_escalations, cap_escalations;
};

/* `at` is wall time in seconds. */
void plan_make(const struct rules *rules, const struct rules_notice *notice,
    int64_t at, bool explain, struct plan *plan_r);
/* Does it wait and leave with others? */
bool plan_waits(const struct plan_entry *entry);
/* As the history has it, "bulk mail" for one that waits; freed by the caller.
 */
char *plan_method_name(const struct plan_entry *entry);
void plan_free(struct plan *plan); /* ready for use again */

/*
 * For a test by one chosen method: what remains are the entries of `method`.
 */
void plan_keep_method(struct plan *plan, const char *method);
/* No rules: one mail to those addresses, by an action of the event console. */
void plan_mail(struct plan *plan_r, const char *addresses);

#endif
