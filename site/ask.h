/* SPDX-License-Identifier: Apache-2.0
 *
 * One question over a Unix socket: connect, write, half-close, read all.
 */
#ifndef SITE_ASK_H
#define SITE_ASK_H

#include "common/err.h"
#include "common/str.h"

/*
 * Appends the answer. 0, or -1 with a reason; the whole takes timeout_ms at
 * most (-1: as long as the other side needs).
 */
int ask_socket(const char *path, const char *question, int timeout_ms,
    struct str *answer, struct err *err_r);
/*
 * The same, but what comes is written to `fd` at once, except for the first
 * `n_head` bytes, which are appended to `head`. If these do not begin with a 2,
 * as a refusal by fixed16, all of it is.
 */
int ask_socket_to(const char *path, const char *question, size_t len, int fd,
    size_t n_head, struct str *head, struct err *err_r);

#endif
