/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps a mirror equal to core's state: the state stream, the snapshot of the
 * state where the stream has a gap, and the configuration's snapshot by which
 * objects are numbered. Until a new mirror is whole, the old one is shown.
 */
#ifndef LIVESTATUSD_FEED_FEED_H
#define LIVESTATUSD_FEED_FEED_H

#include "common/daemon.h"
#include "livestatusd/mirror/mirror.h"

#include <stdbool.h>
#include <stdint.h>

struct feed;

/* Called on the loop after changes, never from within a feed_ function. */
typedef void feed_changed_fn(void *arg);

/* Begins with a mirror of d->snapshot, everything pending. */
struct feed *feed_new(
    struct daemon *d, feed_changed_fn *changed, void *arg, struct err *err_r);
void feed_free(struct feed **f);

/* Valid until the loop goes on. */
const struct mirror *feed_mirror(const struct feed *f);
/* As it is now, for another thread: until mirror_release(). */
const struct mirror *feed_freeze(struct feed *f);
/* Number of the last frame of the stream that is in the mirror. */
uint64_t feed_seq(const struct feed *f);
bool feed_core_up(const struct feed *f);
/*
 * Does the mirror show core's state by the configuration of d->snapshot? False
 * after the start and for a moment after an activation.
 */
bool feed_is_current(const struct feed *f);
/* History lines came: wakes queries that wait for them. */
void feed_log_event(struct feed *f);

struct feed_counters {
	uint64_t frames, gaps, snapshots, refused;
};
const struct feed_counters *feed_counters(const struct feed *f);

#endif
