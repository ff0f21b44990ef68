/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules that set attributes and parameters. A ruleset is one attribute of
 * hosts (host_NAME) or services (service_NAME), or one check's parameters.
 * Rules with a deeper when.folder come first, then the order of the files and
 * of the lines in them.
 *
 * What a rule says of a host is worked out once a host, what it says of a
 * service's description or item once a text: not hosts times rules times
 * services.
 */
#ifndef SITE_COMPILE_RULES_H
#define SITE_COMPILE_RULES_H

#include "site/compile/model.h"

struct ruleset;

/* Reads every rule; adds mistakes. Hosts must be known (m->hosts). */
void rulesets_collect(struct model *m);
void rulesets_free(struct model *m);

/* NULL if no rule sets it. */
const struct ruleset *rules_of_attr(
    const struct model *m, enum attr attr, bool service);
/* By a check's name. */
const struct ruleset *rules_of_check(const struct model *m, const char *check);

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
json_t *rules_apply(struct model *m, const struct ruleset *set,
    const struct rules_target *target, json_t *own);

#endif
