/* SPDX-License-Identifier: Apache-2.0
 *
 * Many notifications in one message: what stays in it, its subject, the text
 * for methods that tell one, and the standard input of scripts
 * (notifications.md section 9). Pure.
 */
#ifndef NOTIFYD_BULK_H
#define NOTIFYD_BULK_H

#include "notifyd/context.h"
#include "notifyd/rules/rules.h"

struct bulk_entry {
	struct context ctx; /* with everything of the delivery */
	uint64_t object;    /* bulk.c's */
	bool over;          /* left out: the problem ended meanwhile */
};

struct bulk {
	int64_t id;
	enum plan_gather_kind kind;
	char *causes; /* what all have in common, one a line; may be "" */
	json_t *how;  /* as in struct plan_gather */
	struct bulk_entry *entries; /* oldest first */
	size_t n;
};
void bulk_free(struct bulk **bulk);

/* Is it the first of a problem? Who knows of one from before must hear of its
 * end. */
bool bulk_begins(const struct context *ctx);
/* With drop_resolved: problems that began and ended in it are over. Returns
 * how many entries stay. */
size_t bulk_drop_resolved(struct bulk *bulk);
/*
 * The entry with this place in the message (newest first if wanted), NULL at
 * the end. Those that are over are left out.
 */
const struct context *bulk_at(const struct bulk *bulk, size_t i);

/* One line: "12 problems behind switch1", or as the rule says. */
void bulk_subject(const struct bulk *bulk, struct str *to);
/* "2026-03-02 08:00:00 web01/HTTP is CRITICAL: no answer". */
void bulk_line(const struct context *ctx, struct str *to);
/*
 * A context for methods that tell one: the subject as output, a line each as
 * long output, the worst state, of one object if all are of one. COUNT_*,
 * BULK_* and what all have in common are in it.
 */
void bulk_summary(const struct bulk *bulk, struct context *to);
/*
 * What a script reads: a block of PARAMETER_* and a block for each, KEY=VALUE
 * lines, an empty line between blocks, 0x01 for LF, no CR.
 */
void bulk_stdin(const struct bulk *bulk, struct str *to);

#endif
