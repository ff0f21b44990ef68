/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever an agent says first: it is plain, too short, or refused in words
 * of printable characters.
 */
#include "fetcher/agent_policy.h"

#include "common/log.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice begin = {(const char *)data, size};
	enum agent_marker marker = agent_marker_of(begin);
	struct agent_policy policy = {
	    .may = AGENT_MAY_ALL, .encryption = "auto"};
	struct err why = {""};

	if (marker == AGENT_MORE) {
		must(size < 2);
		return 0;
	}
	if (agent_policy_allows(
		&policy, SLICE("h"), marker, size % 2 == 0, begin, &why)) {
		must(marker == AGENT_PLAIN);
		return 0;
	}
	must(why.text[0] != '\0');
	for (const char *p = why.text; *p != '\0'; p++)
		must(*p >= ' ' && *p <= '~');
	return 0;
}
