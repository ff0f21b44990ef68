/* SPDX-License-Identifier: Apache-2.0
 *
 * External commands on their way to a daemon, core or eventd, each until its
 * answer.
 */
#ifndef LIVESTATUSD_FEED_COMMANDS_H
#define LIVESTATUSD_FEED_COMMANDS_H

#include "common/daemon.h"

struct commands;

/*
 * The command is durable, or `refused` says why it is not. Its
 * effect is in the state stream up to `seq`. Called exactly once, unless
 * forgotten; maybe before commands_send() returns.
 */
typedef void command_done_fn(void *arg, const char *refused, uint64_t seq);

/* `daemon` is borrowed for ever. */
struct commands *commands_new(
    struct daemon *d, const char *daemon, struct err *err_r);
/* Calls what is open: refused. */
void commands_free(struct commands **c);

/* `line`: "[time] NAME;arguments" or without the time; `who` may be empty. */
void commands_send(struct commands *c, struct slice who, struct slice line,
    command_done_fn *done, void *arg);
/*
 * There is one connection to a daemon, which others may ask on, too: answers
 * whose id is COMMANDS_OTHER_ID or above, and the connection's end, are told to
 * them. `handlers` is borrowed for ever.
 */
#define COMMANDS_OTHER_ID (UINT64_C(1) << 63)
void commands_share(
    struct commands *c, const struct bus_handlers *handlers, void *arg);
/* Room for commands, those without an answer yet, the most ever. */
void commands_load(const struct commands *c, uint32_t *slots_r,
    uint32_t *open_r, uint32_t *most_r);
/* NULL: the daemon is not there. */
struct bus_peer *commands_peer(const struct commands *c);
/* "[1234] EC_NAME;..." is the event console's. */
bool commands_is_event(struct slice line);
/* No calls for `arg` any more. */
void commands_forget(struct commands *c, const void *arg);

#endif
