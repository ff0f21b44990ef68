/* SPDX-License-Identifier: Apache-2.0
 *
 * The hooks of the daemon: runner and worker made, drained and ended.
 */
#ifndef FETCHER_PROCESS_H
#define FETCHER_PROCESS_H

#include "common/daemon.h"

int process_init(struct daemon *d, struct err *err_r);
void process_counters(struct daemon *d, struct str *list);
void process_stop(struct daemon *d);
void process_deinit(struct daemon *d);

/* To the hard limit. */
void process_raise_open_files(void);

#endif
