/* SPDX-License-Identifier: Apache-2.0
 *
 * SNMP traps and informs by net-snmp, in a thread, one after the other: its
 * library keeps users and engines for the whole process. What is sent is
 * nHostNotify or nSvcNotify of NAGIOS-NOTIFY-MIB.
 */
#ifndef NOTIFYD_METHODS_TRAP_H
#define NOTIFYD_METHODS_TRAP_H

#include "notifyd/methods/method.h"

#include <uv.h>

struct traps;

/* `root` is borrowed for ever. */
struct traps *traps_new(uv_loop_t *loop, const char *root);
/* What a thread does now ends in its own time, without a callback. */
void traps_free(struct traps **traps);
void trap_start(struct traps *traps, struct delivery *d);

#endif
