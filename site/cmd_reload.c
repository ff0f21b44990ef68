/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette reload: settings and log files anew, states kept.
 */
#include "site/cmd.h"
#include "site/supervise.h"
#include "site/verbs.h"

/* Daemons open their logs again. */
static int
hang_up(const struct site *site, const char *daemon, size_t *found_r)
{
	struct supervise_list list;
	struct supervise_state st;
	struct err err;
	int code = 0;

	supervise_present(site, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct supervise_service *s = &list.items[i];

		if (!supervise_matches(s, daemon) || s->own)
			continue;
		++*found_r;
		if (supervise_state(site, s->name, &st) == 0 && st.ready &&
		    supervise_control(site, s->name, "-h", &err) == -1)
			code = cmd_fail("reload", "%s", err.text);
	}
	supervise_list_free(&list);
	return code;
}

static int
run(const struct cmd_call *call)
{
	const char *daemon = call->argc > 0 ? call->argv[0] : NULL;
	size_t found = 0;
	int code;

	if (!supervise_is_running(call->site))
		return cmd_fail("reload",
		    "%s is not started (\"vedette"
		    " start\")",
		    call->site->name);
	code = hang_up(call->site, daemon, &found);
	if (daemon != NULL && found == 0) {
		cmd_fail("reload",
		    "%s: there is no daemon of that name"
		    " (\"vedette status\" lists them)",
		    daemon);
		return CMD_NO_SUCH_DAEMON;
	}
	if (code != 0 || daemon != NULL)
		return code;
	return activate_site(call->site, &(struct activate_how){.quiet = true});
}

const struct cmd cmd_reload = {
    .name = "reload",
    .args = "[DAEMON]",
    .summary = "read the settings and open the log files anew",
    .details =
	"All daemons go on running and keep every state: they open their log\n"
	"files again, then the configuration files are activated as by\n"
	"\"vedette activate\". With DAEMON only that one opens its log again.",
    .scope = CMD_SITE_FIRST,
    .max_args = 1,
    .run = run,
};
