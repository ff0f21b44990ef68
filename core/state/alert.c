/* SPDX-License-Identifier: Apache-2.0
 *
 * Alert handlers; see alert.h.
 */
#include "core/state/alert.h"

#include "core/history/lines.h"
#include "core/state/internal.h"

static uint32_t
object_of(const struct engine *e, const struct alert_run *run)
{
	uint32_t host = snap_find_host(e->snap, run->host);

	if (host == SNAP_NONE || run->service.len == 0)
		return host;
	return snap_find_service(e->snap, host, run->service);
}

static void
add_line(
    struct engine *e, uint32_t object, const struct alert_run *run, int64_t now)
{
	struct str line = {0};

	str_addf(&line, "%s ALERT HANDLER %s: ",
	    engine_is_service(e, object) ? "SERVICE" : "HOST",
	    run->ended ? "STOPPED" : "STARTED");
	history_add_object(&line, e, object);
	str_addc(&line, ';');
	history_add_text(&line, run->command);
	if (run->ended) {
		str_addf(&line, ";%u;", run->exit_code);
		history_add_text(&line, run->output);
	}
	e->ops->line(e->arg, now, str_slice(&line));
	str_free(&line);
}

void
alert_tell(struct engine *e, const struct alert_run *run, int64_t now)
{
	uint32_t object = object_of(e, run);
	struct str line = {0};
	struct notice n;

	if (object == SNAP_NONE)
		return;
	add_line(e, object, run, now);
	if (!run->ended)
		return;
	n = (struct notice){.what = "ALERTHANDLER",
	    .object = object,
	    .state = e->objects[object].state,
	    .handler = run->command,
	    .output = run->output,
	    .failed = run->exit_code != 0};
	for (size_t i = 0; i < n.handler.len; i++)
		if (n.handler.s[i] == '!')
			n.handler.len = i;
	history_notice_line(&line, e, &n);
	e->ops->line(e->arg, now, str_slice(&line));
	e->ops->notice(e->arg, now, &n);
	str_free(&line);
}
