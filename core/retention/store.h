/* SPDX-License-Identifier: Apache-2.0
 *
 * The run-time state on disk: a state file, saved every STORE_SAVE_S and at
 * the end, and the journal of what changed since (RT-1).
 *
 * Saving does not stop the daemon and forks nothing: slices of about half a
 * millisecond are encoded on the loop and written by a thread. The journal is
 * begun anew before the first slice, so whatever changes while a save runs is
 * in the new journal, which is replayed over the file.
 */
#ifndef CORE_RETENTION_STORE_H
#define CORE_RETENTION_STORE_H

#include "core/retention/record.h"

#include <uv.h>

#define STORE_SAVE_S 600
#define STORE_JOURNAL_BYTES                                                    \
	(64u << 20) /* a journal this long is saved away                       \
		     */

struct store;

struct store_ops {
	/* While opening: what record_reader tells. */
	void (*notice)(void *arg, struct slice id, struct slice message);
	void (*notice_gone)(void *arg, struct slice id);
	void (*stranger)(void *arg, struct slice host, struct slice service,
	    struct slice record);
	/* journal.h: journal_durable_fn */
	void (*durable)(void *arg, uint64_t upto, const struct err *failed);
	/* Appends a piece of what belongs to the state beside objects, from
	 * the start if told so; true at the end. A piece takes microseconds. */
	bool (*save)(void *arg, bool from_start, struct str *out);
};

/*
 * Reads DIR/state and the journal into the engine (borrowed). A damaged state
 * file is kept aside and the one before it is used. NULL with a reason if the
 * folder cannot be used.
 */
struct store *store_open(uv_loop_t *loop, const char *dir,
    struct engine *engine, const struct store_ops *ops, void *arg,
    struct err *err_r);
/* Saves (blocking) and closes. */
void store_close(struct store **store);
/* After a reload; a save that runs starts anew. */
void store_adopt(struct store *store, struct engine *engine);

/* See journal_append(); 0: full. */
uint64_t store_append(struct store *store, struct slice payload);
/* What the last record read was written under; 0: there was none. */
uint64_t store_generation(const struct store *store);
uint64_t store_durable(const struct store *store);
/* Starts a save if one is due, or at once; does nothing while one runs. */
void store_save(struct store *store, bool at_once);
void store_counters(const struct store *store, struct str *list);

#endif
