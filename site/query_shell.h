/* SPDX-License-Identifier: Apache-2.0
 *
 * `vedette query` on a terminal: requests are typed with history, editing and
 * completion (libedit).
 */
#ifndef SITE_QUERY_SHELL_H
#define SITE_QUERY_SHELL_H

#include "common/err.h"
#include "common/str.h"

/* Asks the request and prints the answer; runs in a process of its own. */
typedef int query_shell_ask(void *arg, struct slice request);

/*
 * Until Ctrl-D. A request ends with an empty line; Ctrl-C leaves the request
 * that is typed or answered. `history` is the path of the file of former
 * lines, mode 0600; NULL: none is kept. 0, or -1 with a reason.
 */
int query_shell(const char *prompt, const char *history, query_shell_ask *ask,
    void *arg, struct err *err_r);

#endif
