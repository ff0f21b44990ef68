/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing a state file: payloads framed as in the journal (journal_read()
 * reads both), in a file beside that replaces the old one as a whole; the old
 * one stays as PATH.old.
 */
#ifndef CORE_RETENTION_STATEFILE_H
#define CORE_RETENTION_STATEFILE_H

#include "common/err.h"
#include "common/str.h"

struct statefile;

/* NULL with a reason. */
struct statefile *statefile_new(const char *path, struct err *err_r);
int statefile_write(
    struct statefile *f, struct slice payload, struct err *err_r);
/* Syncs and replaces. Frees on success. */
int statefile_commit(struct statefile **f, struct err *err_r);
/* NULL is fine. */
void statefile_abort(struct statefile **f);

#endif
