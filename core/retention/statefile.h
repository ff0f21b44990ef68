/* SPDX-License-Identifier: Apache-2.0
 *
 * A state file: payloads with checksums, written beside and put in the place
 * of the old file as a whole; the old one stays as PATH.old.
 *
 * File: 8 bytes magic "VDTSTA1\n", then payloads of u32 length, u32 CRC-32C of
 * the payload, payload; little-endian.
 */
#ifndef CORE_RETENTION_STATEFILE_H
#define CORE_RETENTION_STATEFILE_H

#include "common/err.h"
#include "common/str.h"

struct statefile;

typedef void statefile_fn(struct slice payload, void *arg);
/* Calls `fn` for each payload; -1 with a reason at the first damage. */
int statefile_read(
    const char *path, statefile_fn *fn, void *arg, struct err *err_r);

/* NULL with a reason. */
struct statefile *statefile_new(const char *path, struct err *err_r);
int statefile_write(
    struct statefile *f, struct slice payload, struct err *err_r);
/* Syncs and replaces. Frees on success. */
int statefile_commit(struct statefile **f, struct err *err_r);
/* NULL is fine. */
void statefile_abort(struct statefile **f);

#endif
