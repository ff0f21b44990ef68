/* SPDX-License-Identifier: Apache-2.0
 *
 * The first line of an SSH server: SSH-PROTOCOL-VERSION. Pure.
 */
#ifndef FETCHER_NET_SSH_BANNER_H
#define FETCHER_NET_SSH_BANNER_H

#include "common/str.h"

#include <stdbool.h>

#define SSH_BANNER_BYTES 255

struct ssh_banner { /* borrowed */
	struct slice protocol, version;
};

enum ssh_banner_result {
	SSH_BANNER_MORE, /* the line is not complete */
	SSH_BANNER_GOOD,
	SSH_BANNER_ODD
};

/* `is_all`: no more comes. */
enum ssh_banner_result ssh_banner_read(
    struct slice in, bool is_all, struct ssh_banner *banner_r);

#endif
