/* SPDX-License-Identifier: Apache-2.0
 *
 * What a new configuration changes: two snapshots compared object by object,
 * in one pass over both. Pure.
 */
#ifndef SITE_DIFF_H
#define SITE_DIFF_H

#include "common/config/snapshot.h"

#include <jansson.h>

#define DIFF_NAMES    100 /* of a kind that are listed; more are counted */
#define DIFF_SETTINGS 100 /* different changes of settings that are listed */
#define DIFF_EXAMPLES 5   /* objects named for each of them */

/*
 * `old` may be NULL: everything is new. The answer:
 *	{since: generation or null, changes: BOOL,
 *	 hosts, services: {added, removed, changed: numbers},
 *	 renamed: [{old, new}], added, removed: [NAME or NAME;SERVICE],
 *	 changed: [{setting, old, new, hosts, services, objects: [...]}],
 *	 more: changes of settings beyond those listed,
 *	 others: [{what, name, change: added|removed|changed}], more_others}
 * Services of hosts that come or go are counted, not listed. What may be a
 * secret is said to differ, without values (old and new are null).
 */
json_t *diff_snapshots(const struct snapshot *old, const struct snapshot *new);

/*
 * Adds {key, old, new} of site.yaml as `settings`; texts may be NULL for a
 * file that is not there.
 */
void diff_settings(json_t *diff, const char *old_yaml, const char *new_yaml);

bool diff_is_empty(const json_t *diff);
/* For people. */
void diff_print(const json_t *diff);

#endif
