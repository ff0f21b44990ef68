/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the CISCO-ENVMON-MIB; see cisco_names.h.
 */
#include "fetcher/checks/cisco_names.h"

#include <stddef.h>
#include <strings.h>

static bool
is_state(struct slice word)
{
	static const char *const states[] = {"green", "yellow", "red", "normal",
	    "warning", "critical", "notexist", "failed", "fault", "faulty",
	    "good", "bad", "ok", "off", "on"};

	while (word.len > 0 && word.s[word.len - 1] == ',')
		word.len--;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strlen(states[i]) == word.len &&
		    strncasecmp(states[i], word.s, word.len) == 0)
			return true;
	return false;
}

struct slice
cisco_name(struct slice name)
{
	struct slice rest = name, word;

	while (slice_word(&rest, &word)) {
		if (word.s == name.s || !is_state(word))
			continue;
		name.len = (size_t)(word.s - name.s);
		while (name.len > 0 &&
		    (name.s[name.len - 1] == ' ' ||
			name.s[name.len - 1] == ','))
			name.len--;
		break;
	}
	return name;
}
