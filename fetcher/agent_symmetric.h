/* SPDX-License-Identifier: Apache-2.0
 *
 * An agent's output that is encrypted with a shared passphrase: the forms 00
 * and 02 to 05 (agent-and-snmp.md 2), "99" being 00. Pure, and slow: 03 takes
 * 9 ms and 05 half a second of CPU for the key alone, so it belongs into a
 * thread.
 */
#ifndef FETCHER_AGENT_SYMMETRIC_H
#define FETCHER_AGENT_SYMMETRIC_H

#include "common/err.h"
#include "common/str.h"

/*
 * Appends what `bytes`, which begin with the two digits of the form, say. 0,
 * or -1 with a reason; nothing of an output whose check sum is wrong is
 * decrypted.
 */
int agent_symmetric_open(struct slice bytes, struct slice passphrase,
    struct str *output, struct err *err_r);

#endif
