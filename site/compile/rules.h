/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules that set attributes and parameters. A ruleset is one attribute of
 * hosts (host_NAME) or services (service_NAME), or one check's parameters.
 * Rules with a deeper when.folder come first, then the order of the files and
 * of the lines in them.
 *
 * What rules say of hosts is worked out once a ruleset, from the hosts that the
 * narrowest condition of each rule leaves, and kept as bits; what a rule says
 * of a service's description once a text. Hosts times rules is never asked.
 */
#ifndef SITE_COMPILE_RULES_H
#define SITE_COMPILE_RULES_H

#include "site/compile/model.h"

struct ruleset;

/* Reads every rule; adds mistakes. Hosts must be known (m->hosts). */
void rulesets_collect(struct model *m);
void rulesets_free(struct model *m);
/* Once each: every host's folder and tags are resolved, then its labels. Rules
 * that set labels may be asked between the two, all others after both. */
void rulesets_know_tags(struct model *m);
void rulesets_know_labels(struct model *m);

/* Check -> parameters that rules give the host, whatever the service: new, or
 * NULL if there are none. */
json_t *rules_for_discovery(struct model *m, uint32_t host);
/* NULL if no rule sets it. */
struct ruleset *rules_of_attr(
    const struct model *m, enum attr attr, bool service);
struct ruleset *rules_of_extra(const struct model *m, enum extra extra);
/* By a check's name. */
struct ruleset *rules_of_check(const struct model *m, const char *check);

/* Warns of rules that no host fits and of those behind one that always holds.
 * Labels must be known. */
void rulesets_warn(struct model *m);

struct rules_target {
	uint32_t host;
	const char *description; /* NULL: the host itself */
	uint32_t description_id; /* from rules_text_id() */
	const char *item;        /* NULL: none */
	const json_t *labels;    /* the service's; may be NULL */
};

/* A number for each distinct text. */
uint32_t rules_text_id(struct model *m, const char *text);

/*
 * The rules' value for the target joined to `own` (NULL: none) by the
 * ruleset's evaluation: own values win, keys merge, lists add up.
 */
json_t *rules_apply(struct model *m, struct ruleset *set,
    const struct rules_target *target, json_t *own);

/* A check's parameters where they depend on time periods: the values of all
 * rules that hold, in order, as common/config/params.h has them. NULL: none of
 * them does. */
json_t *rules_layers(
    struct model *m, struct ruleset *set, const struct rules_target *target);

/* One rule that holds for a target, for people. */
struct rules_hit {
	json_t *value;
	const json_t *rule; /* the whole entry */
	struct place at;
};
/* The next from *from on (0 to start with), in order; false: no more. */
bool rules_next(const struct model *m, struct ruleset *set,
    const struct rules_target *target, size_t *from, struct rules_hit *hit_r);

#endif
