/* SPDX-License-Identifier: Apache-2.0
 *
 * What each generation was compiled from, so that any of them can come back:
 * var/vedette/generations/N.json says who made generation N, when and why,
 * and names its files; their contents are in packs (packs.h) beside it. A
 * state of the files that was never activated can be kept too ("saved"); it
 * has a number from the same row.
 *
 * N.json is written as a whole after the contents it needs, so one that is
 * there can be restored.
 */
#ifndef SITE_GENERATIONS_H
#define SITE_GENERATIONS_H

#include "site/capture.h"

#include <jansson.h>

#define GENERATIONS_KEEP 50 /* activated ones, and as many saved ones */

struct generation { /* {0} is empty */
	uint64_t number;
	json_t *about; /* {generation, kind, time, who, from, message, hosts,
			  services, files} */
	struct capture files;
};

/* The highest number ever given here; 0: none. */
uint64_t generations_newest(const char *root);
/*
 * Keeps the files as `number`; `kind` is "activated" or "saved". `counts` has
 * hosts and services, or {rename: {old, new}} of a restore that renames a
 * host, or is NULL; borrowed. 0 or -1.
 */
int generations_save(const char *root, uint64_t number, const char *kind,
    const char *message, const struct capture *files, const json_t *counts,
    struct err *err_r);
/* What there is, newest first: an array of `about`. */
json_t *generations_list(const char *root);
/* With the files' hashes, and their contents if so wanted. 0 or -1. */
int generations_load(const char *root, uint64_t number, bool contents,
    struct generation *g_r, struct err *err_r);
/* Appends one file's content as it was in that generation. 0 or -1. */
int generations_file(const char *root, uint64_t number, const char *path,
    struct str *to, struct err *err_r);
void generation_free(struct generation *g);
void generations_forget(const char *root, uint64_t number);
/*
 * Removes what was begun and never activated (numbers above `current` that
 * are not saved ones), what is older than the last GENERATIONS_KEEP, and
 * contents that nothing names any more.
 */
void generations_sweep(const char *root, uint64_t current);

/*
 * The number under which the files as they are now can be brought back: the
 * one in use if they are what it was made from, else a new saved one
 * (*saved_r), with that message. 0 with a reason.
 */
uint64_t generations_keep(const char *root, uint64_t current, uint64_t next,
    const char *message, bool *saved_r, struct err *err_r);

/* Removes FOLDER's files NAME.tmp, which a writer that was killed left. */
void generations_remove_halves(const char *folder);

/*
 * Makes the site's files those of generation `number`: what differs is
 * written, what it does not know is removed; files that are no part of a
 * configuration stay. Hosts that were renamed since have their old names again
 * with the next activation. A restore that is cut short is finished by the next
 * generations_finish(). 0 or -1; `changed_r` counts files.
 */
int generations_restore(
    const char *root, uint64_t number, size_t *changed_r, struct err *err_r);
/* 1: one was finished, 0: there was none, -1 with a reason. */
int generations_finish(const char *root, uint64_t *number_r, struct err *err_r);

#endif
