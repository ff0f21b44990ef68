/* SPDX-License-Identifier: Apache-2.0
 *
 * The agent's first two bytes; see agent_marker.h.
 */
#include "fetcher/agent_marker.h"

#include "common/log.h"

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

/* The first bytes for people: printable ones as they are, others as dots. */
static void
show(struct slice begin, char buf[41])
{
	size_t n = 0;

	while (n < begin.len && n < 40 && begin.s[n] != '\n' &&
	    begin.s[n] != '\r') {
		buf[n] =
		    begin.s[n] >= ' ' && begin.s[n] <= '~' ? begin.s[n] : '.';
		n++;
	}
	buf[n] = '\0';
}

void
agent_marker_refuse(
    enum agent_marker marker, struct slice begin, struct err *err_r)
{
	char text[41];

	switch (marker) {
	case AGENT_TLS:
		err_set(err_r,
		    "The agent answers with TLS, but no registration with this "
		    "site is known for the host (remove the agent's "
		    "registration, or set its controller to plain output)");
		return;
	case AGENT_SYMMETRIC:
		err_set(err_r,
		    "The agent's output is encrypted (marker %.2s), but no "
		    "password is configured for the host (switch encryption "
		    "off in the agent's configuration)",
		    begin.s);
		return;
	case AGENT_UNKNOWN:
		show(begin, text);
		err_set(err_r,
		    "This is not an agent: the answer begins with \"%s\" in "
		    "place of \"<<<\" (is the port right?)",
		    text);
		return;
	case AGENT_MORE:
	case AGENT_PLAIN:
		break;
	}
	panic("nothing to refuse in an agent's marker");
}
