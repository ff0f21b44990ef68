/* SPDX-License-Identifier: Apache-2.0
 *
 * Core's history files, var/history/DAY.log, as they grow, and their indexes
 * beside them, DAY.idx: the store of a struct past. Indexes are written here,
 * in slices, and made anew where they are missing or damaged.
 */
#ifndef LIVESTATUSD_SERVER_LOGFILES_H
#define LIVESTATUSD_SERVER_LOGFILES_H

#include "livestatusd/history/past.h"

struct logfiles;

/* Looks at nothing yet: the first logfiles_refresh() does. */
struct logfiles *logfiles_new(const char *dir);
void logfiles_free(struct logfiles **l);
/*
 * All of it, what logfiles_past() gives included, is used by one thread at a
 * time: the one that holds the lock.
 */
void logfiles_lock(struct logfiles *l);
void logfiles_unlock(struct logfiles *l);
/* Sees what was written since; true if there was something. */
bool logfiles_refresh(struct logfiles *l);
/* How often there was something. */
uint64_t logfiles_changes(const struct logfiles *l);
/* Indexes for about a millisecond; true: more is left. */
bool logfiles_index(struct logfiles *l);
struct past *logfiles_past(struct logfiles *l);
/* Days whose index could not be written. */
uint64_t logfiles_unwritten(const struct logfiles *l);

#endif
