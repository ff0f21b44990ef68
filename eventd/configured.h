/* SPDX-License-Identifier: Apache-2.0
 *
 * What a configuration gives the event console: options, rules, actions, read
 * from a snapshot and the key `eventd` of site.yaml. Pure.
 */
#ifndef EVENTD_CONFIGURED_H
#define EVENTD_CONFIGURED_H

#include "common/config/snapshot.h"
#include "eventd/action.h"
#include "eventd/options.h"

struct event_rules { /* a part that was taken over is NULL */
	struct eventd_options *options;
	struct ruleset *rules;
	struct action_table *actions;
};

/*
 * NULL with one line a mistake. `eventd`: may be NULL. `warnings` gets those
 * that do not block.
 */
struct event_rules *event_rules_read(const struct snapshot *snap,
    const json_t *eventd, struct str *mistakes, struct str *warnings);
/* The same with other rules and actions than the snapshot's, as JSON. */
struct event_rules *event_rules_read_texts(const struct snapshot *snap,
    const char *rules, const char *actions, const json_t *eventd,
    struct str *mistakes, struct str *warnings);
void event_rules_free(struct event_rules **r);

#endif
