/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette complete: names for the shell that completes a command line.
 */
#include "common/config/settings_edit.h"
#include "common/config/snapshot.h"
#include "site/cmd.h"

#include <stdio.h>
#include <string.h>

#define MOST 1000 /* names that anyone reads */

static int
hosts(const struct cmd_call *call, const char *prefix)
{
	struct snapshot *snap = snapshot_open_site(call->site->root, 0, NULL);
	size_t n = strlen(prefix), found = 0;

	if (snap == NULL)
		return 0;
	for (uint32_t h = 0; h < snap->n_hosts && found < MOST; h++) {
		const char *name = snap_s(snap, snap->objects[h].name);

		if (strncmp(name, prefix, n) == 0) {
			puts(name);
			found++;
		}
	}
	snapshot_close(&snap);
	return 0;
}

static int
settings(const char *prefix)
{
	struct settings_info info;

	for (size_t i = 0; settings_info(i, &info); i++)
		if (strncmp(info.path, prefix, strlen(prefix)) == 0)
			puts(info.path);
	return 0;
}

static int
run(const struct cmd_call *call)
{
	const char *what = call->argv[0];
	const char *prefix = call->argc > 1 ? call->argv[1] : "";

	if (strcmp(what, "hosts") == 0)
		return hosts(call, prefix);
	if (strcmp(what, "settings") == 0)
		return settings(prefix);
	return cmd_fail("complete", "%s: say \"hosts\" or \"settings\"", what);
}

const struct cmd cmd_complete = {
    .name = "complete",
    .args = "hosts|settings [PREFIX]",
    .summary = "print names that begin so, for the shell's completion",
    .details = "Hosts are those of the last activation; at most 1000 are\n"
	       "printed, one a line. The site need not run.",
    .scope = CMD_SITE_OPTION,
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
