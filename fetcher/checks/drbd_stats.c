/* SPDX-License-Identifier: Apache-2.0
 *
 * DRBD: requests under way and what is out of sync.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/drbd.h"

static const struct check_metric metrics[] = {
    {"activity_log_updates", "", "updates of the activity log"},
    {"bit_map_updates", "", "updates of the bit map"},
    {"local_count_requests", "", "open requests of the local disk"},
    {"pending_requests", "", "requests that the other side has to answer"},
    {"unacknowledged_requests", "", "requests of it not answered yet"},
    {"application_pending_requests", "", "requests of programs under way"},
    {"epoch_objects", "", "epoch objects"},
    {"kb_out_of_sync", "kB", "out of sync"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_drbd *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (s->devices[i].has[DRBD_OOS] &&
		    section_drbd_find(s, s->devices[i].name) != NULL)
			check_found_add(found, s->devices[i].name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const labels[] = {"activity log updates",
	    "bit map updates", "local count requests", "pending requests",
	    "unacknowledged requests", "application pending requests",
	    "epoch objects", "kb out of sync"};
	const struct drbd_device *d =
	    section_drbd_find(c->sections[0], c->item);

	if (d == NULL) {
		value_lost(out);
		return;
	}
	for (size_t i = DRBD_AL; i < DRBD_COUNTERS; i++) {
		const struct value_row row = {labels[i - DRBD_AL],
		    metrics[i - DRBD_AL].name, render_count, 0, 0, false};
		value_say(c, out, &row, d->counters[i], 0);
	}
}

const struct check check_drbd_stats = {
    .name = "drbd_stats",
    .title = "DRBD devices: requests",
    .manual = "Requests of a device of /proc/drbd that are under way, and how "
	      "much of it is out of sync. Nothing is judged.",
    .description = "DRBD %s stats",
    .sections = (const struct section_type *const[]){&section_drbd, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
