/* SPDX-License-Identifier: Apache-2.0
 *
 * Passphrases that stand in files of their own, so that no configuration, no
 * log and no list of processes ever shows them.
 */
#ifndef COMMON_AGENT_SECRET_H
#define COMMON_AGENT_SECRET_H

#include "common/err.h"
#include "common/str.h"

#define AGENT_SECRET_BYTES 1024

/*
 * Appends the first line of `file`, which is absolute or relative to `root`. A
 * file that others than its owner may read, an empty one and one over
 * AGENT_SECRET_BYTES are refused. 0, or -1 with a reason.
 */
int agent_secret_read(const char *root, const char *file,
    struct str *passphrase_r, struct err *err_r);

#endif
