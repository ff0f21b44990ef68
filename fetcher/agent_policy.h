/* SPDX-License-Identifier: Apache-2.0
 *
 * How a host's agent may send its output: the settings of the host, whether
 * it is registered, and the first two bytes decide together
 * (agent-and-snmp.md 1.4). Pure.
 */
#ifndef FETCHER_AGENT_POLICY_H
#define FETCHER_AGENT_POLICY_H

#include "fetcher/agent_marker.h"

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Name in the configuration, what is accepted, meaning. */
#define AGENT_ENCRYPTIONS(E)                                                   \
	E(AUTO, "auto", AGENT_MAY_ALL,                                         \
	    "TLS, a passphrase's encryption or plain; TLS alone once the "     \
	    "host is registered")                                              \
	E(TLS, "tls", AGENT_MAY_TLS, "TLS alone")                              \
	E(ENCRYPTED, "encrypted", AGENT_MAY_TLS | AGENT_MAY_SYMMETRIC,         \
	    "TLS or a passphrase's encryption")                                \
	E(LEGACY, "legacy", AGENT_MAY_SYMMETRIC,                               \
	    "a passphrase's encryption alone")                                 \
	E(PLAIN, "plain", AGENT_MAY_PLAIN, "plain alone")

#define AGENT_MAY_PLAIN     1u
#define AGENT_MAY_SYMMETRIC 2u
#define AGENT_MAY_TLS       4u
#define AGENT_MAY_ALL       7u

struct agent_policy {
	unsigned may;           /* AGENT_MAY_* */
	const char *encryption; /* as configured, for words */
	char uuid[37];          /* of the host's registration; "": none */
	char *passphrase_file;  /* NULL: none */
	uint32_t connect_ms;    /* 0: the default */
};

/*
 * Reads a job's options ("" or a JSON object; unknown keys are passed over)
 * and UUID. 0, or -1 with a reason. Free in both cases.
 */
int agent_policy_read(struct slice options, struct slice uuid,
    struct agent_policy *p_r, struct err *err_r);
void agent_policy_free(struct agent_policy *p);

/*
 * May output that begins like this be read? `inside`: it came through TLS.
 * Otherwise why not, and what to do, in words; `host` for these.
 */
bool agent_policy_allows(const struct agent_policy *p, struct slice host,
    enum agent_marker marker, bool inside, struct slice begin,
    struct err *err_r);

#endif
