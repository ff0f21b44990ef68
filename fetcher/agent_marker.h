/* SPDX-License-Identifier: Apache-2.0
 *
 * The first two bytes that an agent sends say how the rest is to be read. The
 * agent always speaks first. Pure.
 */
#ifndef FETCHER_AGENT_MARKER_H
#define FETCHER_AGENT_MARKER_H

#include "common/str.h"

enum agent_marker {
	AGENT_MORE,      /* not two bytes yet */
	AGENT_PLAIN,     /* "<<": they belong to the output */
	AGENT_TLS,       /* "16": a TLS handshake follows */
	AGENT_SYMMETRIC, /* "00" "02" to "05" "99": a shared password */
	AGENT_UNKNOWN
};

enum agent_marker agent_marker_of(struct slice begin);

#endif
