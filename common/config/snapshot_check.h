/* SPDX-License-Identifier: Apache-2.0
 *
 * The once-only check of everything that a snapshot's tables refer to.
 */
#ifndef COMMON_CONFIG_SNAPSHOT_CHECK_H
#define COMMON_CONFIG_SNAPSHOT_CHECK_H

#include "common/config/snapshot.h"

/*
 * Every string, list, index and enumeration lies within its table, tables are
 * in their order, lists of contacts and members ascend. The tables themselves
 * lie within the file already. 0, or -1 with what is wrong first.
 */
int snapshot_check(const struct snapshot *snap, struct err *err_r);

#endif
