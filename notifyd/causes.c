/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of causes; see causes.h.
 */
#include "notifyd/causes.h"

#include "common/str.h"

static bool
has_line(const char *list, struct slice line)
{
	struct slice rest = slice_of(list), word;

	while (slice_next(&rest, '\n', &word)) {
		if (slice_eq(word, line))
			return true;
	}
	return false;
}

char *
causes_common(const char *a, const char *b)
{
	struct slice rest = slice_of(a), line;
	struct str common = {0};

	while (slice_next(&rest, '\n', &line)) {
		if (line.len == 0 || !has_line(b, line))
			continue;
		if (common.len > 0)
			str_addc(&common, '\n');
		str_addslice(&common, line);
	}
	return common.len == 0 ? NULL : str_steal(&common);
}
