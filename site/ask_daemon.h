/* SPDX-License-Identifier: Apache-2.0
 *
 * One message to a daemon's own socket, one answer.
 */
#ifndef SITE_ASK_DAEMON_H
#define SITE_ASK_DAEMON_H

#include "common/msg.h"
#include "site/site.h"

/*
 * Appends the answer's text. 1: done; 0: refused, and the text says why; -1:
 * nobody answers, with a reason.
 */
int ask_daemon(const struct site *site, const char *daemon, const struct msg *m,
    int timeout_ms, struct str *text, struct err *err_r);

#endif
