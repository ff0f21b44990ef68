/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps the history's indexes up to date, in the pool's threads: sees what core
 * has written, and indexes it little by little.
 */
#ifndef LIVESTATUSD_SERVER_KEEPER_H
#define LIVESTATUSD_SERVER_KEEPER_H

#include "livestatusd/livestatusd.h"

struct keeper *keeper_new(struct livestatusd *l);
/* After pool_free(). */
void keeper_free(struct keeper **k);
/* Looks for new lines, unless that is under way. */
void keeper_look(struct keeper *k);
/* As they were when it looked last. */
uint64_t keeper_lines(const struct keeper *k);
uint64_t keeper_unwritten(const struct keeper *k);

#endif
