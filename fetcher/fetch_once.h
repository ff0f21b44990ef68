/* SPDX-License-Identifier: Apache-2.0
 *
 * One job, waited for: for the command line. Each call has a loop of its own.
 */
#ifndef FETCHER_FETCH_ONCE_H
#define FETCHER_FETCH_ONCE_H

#include "common/err.h"
#include "common/msg.h"
#include "common/str.h"

/*
 * The site's directory, borrowed for ever: plugins and programs are looked
 * for below it. Without it in the system's folders alone.
 */
void fetch_once_root(const char *root);
/* Are standard network checks done without a process? They are unless said. */
void fetch_once_inprocess(bool on);

/*
 * Kinds AGENT, PROGRAM and SNMP: appends the agent's output. 0, or -1 with the
 * sentence that the service Check_MK would show.
 */
int fetch_once(
    const struct msg_job *job, struct str *output, struct err *err_r);

/*
 * Any kind: appends the job_result records as a worker would send them, those
 * of a failure included. A ping that no program here may send is a result of
 * state 3, of a host too, because nothing is known of it.
 */
void fetch_results_once(const struct msg_job *job, struct str *results);

/*
 * Kind PING, by this very process: through liboping, because one host is
 * asked, and through our own sockets where liboping may not open one. -1 with
 * the cure: the process may open neither.
 */
int fetch_ping_once(
    const struct msg_job *job, struct str *results, struct err *err_r);

#endif
