/* SPDX-License-Identifier: Apache-2.0
 *
 * Listening sockets, non-blocking and close-on-exec. A failure is one line
 * that says what to do: which setting of site.yaml the port comes from.
 */
#ifndef COMMON_LISTEN_H
#define COMMON_LISTEN_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * `type` is SOCK_STREAM or SOCK_DGRAM; `setting` is the listener's path
 * ("listen.http"). The descriptor, or -1. IPv6 sockets take IPv6 alone.
 */
int listen_open(const char *address, uint16_t port, int type,
    const char *setting, struct err *err_r);
/*
 * True after a failure that only means "this machine has no such address"
 * (a container without IPv6, and ::1 is a default).
 */
bool listen_missing_address(void);

#endif
