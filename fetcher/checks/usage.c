/* SPDX-License-Identifier: Apache-2.0
 *
 * What checks of used space have in common; see usage.h.
 */
#include "fetcher/checks/usage.h"

void
usage_say(struct check_out *out, double used, double size,
    const struct check_value *levels)
{
	struct check_levels l = check_levels_of(&levels->levels, size);
	struct str text = {0};

	if (!levels->set || size <= 0)
		l.kind = CHECK_LEVELS_NONE;
	str_add(&text, "Used: ");
	if (size > 0) {
		render_percent(&text, 100 * used / size);
		str_add(&text, " - ");
	}
	render_mebibytes(&text, used);
	str_add(&text, " of ");
	render_mebibytes(&text, size);
	check_levels_text(&text, used, &l, NULL, render_mebibytes);
	check_say_str(out, check_judge(used, &l, NULL), &text);
	str_free(&text);
	check_metric(out, "fs_used", used, &l, 0, size);
	check_metric(out, "fs_size", size, NULL, 0, NAN);
	if (size <= 0)
		return;
	l.warn *= 100 / size;
	l.crit *= 100 / size;
	check_metric(out, "fs_used_percent", 100 * used / size, &l, 0, 100);
}
