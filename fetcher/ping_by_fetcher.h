/* SPDX-License-Identifier: Apache-2.0
 *
 * Pings on behalf of a program that may not open ICMP sockets: the file
 * vedette-fetcher has the capability, so the command line asks it.
 */
#ifndef FETCHER_PING_BY_FETCHER_H
#define FETCHER_PING_BY_FETCHER_H

#include "common/err.h"
#include "common/msg.h"
#include "common/str.h"

#define PING_BY_FETCHER_OPTION "--ping-once"

/*
 * Runs the vedette-fetcher beside this program; appends its job_result
 * records. -1: it cannot be run or may not ping either.
 */
int ping_by_fetcher(
    const struct msg_job *job, struct str *results, struct err *err_r);

/* `vedette-fetcher --ping-once`: a job on standard input, records on standard
 * output. The exit code. */
int ping_for_others(void);

#endif
