/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rule does a message meet first? (event-console.md sections 9 and 11.)
 * Pure: what changes with time is asked through struct match_world.
 */
#ifndef EVENTD_RULE_MATCH_H
#define EVENTD_RULE_MATCH_H

#include "eventd/parse/syslog.h"
#include "eventd/rule/rule.h"

struct match_world {
	const char *site;
	/* NULL: every time period is active. */
	bool (*period_active)(const char *name, void *arg);
	void *arg;
};

struct match {
	struct rule *rule;
	bool cancelling;
	struct groups text, application; /* borrow the message */
};

/*
 * Sees each rule that was tried, with the first condition that failed; NULL: it
 * fits, and `match` says how.
 */
typedef void match_trace_fn(const struct rule *rule, const char *failed,
    const struct match *match, void *arg);

struct match_walk {
	const struct match_world *world;
	struct pattern_scratch *scratch;
	match_trace_fn *trace; /* may be NULL */
	bool every; /* tries the rules that the index leaves out, too */
	void *trace_arg;
	uint64_t tries, hits; /* counted up */
	/* Nanoseconds; adds to the rules' time. NULL: nothing is measured. */
	int64_t (*clock)(void);
	const struct rule *limited; /* met the match limit for the first time */
};

/*
 * The walk over packs and rules: the first rule with outcome event or drop
 * that fits, rules that skip their pack followed. False: none. Hits of rules
 * are counted.
 */
bool ruleset_match(struct ruleset *rs, const struct message *m,
    struct match_walk *walk, struct match *match_r);
/*
 * One rule alone: NULL if it fits (what it caught is in *match_r), else the
 * condition that failed first.
 */
const char *ec_rule_match(struct rule *rule, const struct message *m,
    struct match_walk *walk, struct match *match_r);
/* Section 10: from the priority, fixed, or by the text. */
uint8_t rule_state(
    struct rule *rule, const struct message *m, struct pattern_scratch *s);

#endif
