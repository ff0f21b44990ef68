/* SPDX-License-Identifier: Apache-2.0
 *
 * DRBD: what goes to the disk.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/drbd.h"

static const struct check_metric metrics[] = {
    {"read", "kB/s", "read, in units of 1024 bytes"},
    {"write", "kB/s", "written, in units of 1024 bytes"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_drbd *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (s->devices[i].has[DRBD_DW] && s->devices[i].has[DRBD_DR] &&
		    section_drbd_find(s, s->devices[i].name) != NULL)
			check_found_add(found, s->devices[i].name, NULL);
}

static void
render_kb(struct str *out, double value)
{
	render_byte_rate(out, value * 1024);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const struct value_row in = {"Read", "read", render_kb, 0, 0,
					  false},
				      to = {"Write", "write", render_kb, 0, 0,
					  false};
	const struct drbd_device *d =
	    section_drbd_find(c->sections[0], c->item);

	if (d == NULL || !d->has[DRBD_DW] || !d->has[DRBD_DR]) {
		value_lost(out);
		return;
	}
	bool any = value_say_rate(c, out, &in, "read", d->counters[DRBD_DR]);
	any = value_say_rate(c, out, &to, "write", d->counters[DRBD_DW]) || any;
	out->none = !any;
}

const struct check check_drbd_disk = {
    .name = "drbd_disk",
    .title = "DRBD devices: disk",
    .manual = "What a device of /proc/drbd reads from and writes to its "
	      "disk. Nothing is judged; the first check has no rates and "
	      "gives no result.",
    .description = "DRBD %s disk",
    .sections = (const struct section_type *const[]){&section_drbd, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
