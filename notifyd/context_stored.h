/* SPDX-License-Identifier: Apache-2.0
 *
 * A context as bytes in the spool: the names that every notice has are one
 * byte each, which halves what a wave of notices costs the disk.
 */
#ifndef NOTIFYD_CONTEXT_STORED_H
#define NOTIFYD_CONTEXT_STORED_H

#include "notifyd/context.h"

void context_to_stored(const struct context *ctx, struct str *bytes);
/*
 * Also reads records msg_pair, as older spools have them. Damaged bytes end
 * the reading: -1.
 */
int context_from_stored(struct context *ctx, struct slice bytes);

#endif
