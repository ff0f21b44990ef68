/* SPDX-License-Identifier: Apache-2.0
 *
 * The spool folder: files whose lines are messages (event-console.md 2.1). Who
 * leaves one there writes it under a name that begins with a dot and renames
 * it. The oldest comes first; a file is deleted once everything that came of it
 * is durable (EC-3), so that after a crash it is read again from its start.
 */
#ifndef EVENTD_RECEIVE_SPOOL_H
#define EVENTD_RECEIVE_SPOOL_H

#include "eventd/receive/receive.h"

struct spool;

typedef void spool_done_fn(const char *why, void *done_arg);
/* Calls `done` once what was given so far is durable; `why`: it is not. */
typedef void spool_sync_fn(spool_done_fn *done, void *done_arg, void *arg);

/* Makes the folder, mode 0770. NULL with a reason. */
struct spool *spool_new(uv_loop_t *loop, const char *path,
    struct receive_counters *counters, receive_fn *fn, spool_sync_fn *sync,
    void *arg, struct err *err_r);
void spool_free(struct spool **s);
void spool_set_max_message(struct spool *s, size_t max_message);
/* Paused, nothing is read. */
void spool_pause(struct spool *s, bool paused);

#endif
