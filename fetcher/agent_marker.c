/* SPDX-License-Identifier: Apache-2.0
 *
 * The agent's first two bytes; see agent_marker.h.
 */
#include "fetcher/agent_marker.h"

enum agent_marker
agent_marker_of(struct slice begin)
{
	static const char *const symmetric[] = {
	    "00", "02", "03", "04", "05", "99"};

	if (begin.len < 2)
		return AGENT_MORE;
	if (slice_starts(begin, "<<"))
		return AGENT_PLAIN;
	if (slice_starts(begin, "16"))
		return AGENT_TLS;
	for (size_t i = 0; i < sizeof(symmetric) / sizeof(symmetric[0]); i++)
		if (slice_starts(begin, symmetric[i]))
			return AGENT_SYMMETRIC;
	return AGENT_UNKNOWN;
}
