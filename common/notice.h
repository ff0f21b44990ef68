/* SPDX-License-Identifier: Apache-2.0
 *
 * A raw notification in short (the message alert, core to notifyd) and its
 * context, the pairs of notifications.md section 3.1. Core tells states alone,
 * because a wave of problems costs it a journalled record each; what is
 * configured is added by who reads it. Pure.
 */
#ifndef COMMON_NOTICE_H
#define COMMON_NOTICE_H

#include "common/config/snapshot.h"
#include "common/msg.h"

/* A type that begins so is told to nobody: core says what becomes of a problem
 * that was told (NT-6). QUIET ACKNOWLEDGEMENT, RECOVERY, DOWNTIMESTART,
 * FLAPPINGSTART; GOOD and BAD while a RECOVERY waits for its time. */
#define NOTICE_QUIET "QUIET "

/* Takes one pair, whose bytes are gone when it returns. */
typedef void notice_put_fn(void *arg, struct slice key, struct slice value);
/*
 * Each pair; values are raw, real line breaks included. An object that `snap`
 * does not have (any more) gets what the alert says alone.
 */
void notice_tell(notice_put_fn *put, void *arg, const struct snapshot *snap,
    const struct msg_alert *a);
/* The same, appended as records msg_pair. */
void notice_context(
    struct str *pairs, const struct snapshot *snap, const struct msg_alert *a);
/* UP, DOWN, UNREACHABLE; OK, WARNING, CRITICAL, UNKNOWN. */
const char *notice_state_word(bool service, uint32_t state);

#endif
