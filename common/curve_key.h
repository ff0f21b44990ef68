/* SPDX-License-Identifier: Apache-2.0
 *
 * The key pair by which a daemon of this site is known to other sites: a file
 * of two lines, "public KEY" and "secret KEY", readable by its owner alone.
 */
#ifndef COMMON_CURVE_KEY_H
#define COMMON_CURVE_KEY_H

#include "common/bus.h"

/* Reads the pair, or makes one. 0, or -1 with what to do. */
int curve_key_load(
    const char *path, struct bus_curve *curve_r, struct err *err_r);

#endif
