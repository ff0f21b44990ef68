/* SPDX-License-Identifier: Apache-2.0
 *
 * One conversation with a device, waited for: for the command line.
 */
#ifndef FETCHER_SNMP_ONCE_H
#define FETCHER_SNMP_ONCE_H

#include "common/msg.h"
#include "fetcher/snmp/session.h"

/*
 * Speaks with the device of a job that has the key snmp, as the host's options
 * say; `begin` is given them and says what is asked. Credentials come from the
 * site's files below `root`. Returns when all is asked: 0, or -1 with words.
 */
typedef void snmp_once_begin_fn(
    const struct snmp_options *options, struct snmp_talk *talk_r, void *arg);
int snmp_once(const struct msg_job *job, const char *root,
    snmp_once_begin_fn *begin, void *arg, struct err *err_r);

#endif
