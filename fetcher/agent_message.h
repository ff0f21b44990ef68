/* SPDX-License-Identifier: Apache-2.0
 *
 * What an agent's controller sends inside of TLS: two bytes of version, one of
 * compression, then the output, plain or as a zlib stream (agent-and-snmp.md
 * 1.3). Pure; takes the bytes in any pieces and gives the output on.
 *
 * The peer is known and not trusted: the receiver of the output bounds its
 * size, and a stream that grows more than 500 times past its first MiB is
 * refused.
 */
#ifndef FETCHER_AGENT_MESSAGE_H
#define FETCHER_AGENT_MESSAGE_H

#include "common/err.h"
#include "common/str.h"

struct agent_message;

/* Takes output; -1 with a reason ends the message. */
typedef int agent_message_sink(
    void *arg, const char *bytes, size_t n, struct err *err_r);

struct agent_message *agent_message_new(agent_message_sink *sink, void *arg);
void agent_message_free(struct agent_message **m);
/* 0, or -1 with a reason: nothing more can be taken. */
int agent_message_take(
    struct agent_message *m, struct slice bytes, struct err *err_r);
/* No byte follows. 0, or -1 with what is missing. */
int agent_message_end(const struct agent_message *m, struct err *err_r);

#endif
