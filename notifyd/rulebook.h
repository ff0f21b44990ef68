/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules compiled from a snapshot and the settings: the bridge between the
 * configuration and the pure rule engine.
 */
#ifndef NOTIFYD_RULEBOOK_H
#define NOTIFYD_RULEBOOK_H

#include "common/config/snapshot.h"
#include "common/settings.h"
#include "notifyd/additions.h"
#include "notifyd/rules/rules.h"

struct rulebook;

/*
 * `snap` must outlive it; `root` is borrowed. Warnings are appended, LF
 * between them. NULL with a reason.
 */
struct rulebook *rulebook_new(const struct snapshot *snap,
    const struct settings *settings, const char *root, struct str *warnings,
    struct err *err_r);
void rulebook_free(struct rulebook **book);
const struct rules *rulebook_rules(const struct rulebook *book);
/* notifications.methods of the settings. */
const json_t *rulebook_methods(const struct rulebook *book);
const struct snapshot *rulebook_snapshot(const struct rulebook *book);
/* The words of the last time that was asked for. */
struct additions_times *rulebook_times(struct rulebook *book);
/*
 * As JSON, sorted by key; the book's until the next call. `value` must not
 * change any more. What is asked for again and again is kept.
 */
const char *rulebook_who(struct rulebook *book, json_t *who);
/* What the site and a rule say of a method's parameters. */
const char *rulebook_parameters(
    struct rulebook *book, const char *method, json_t *of_rule);

#endif
