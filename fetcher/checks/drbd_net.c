/* SPDX-License-Identifier: Apache-2.0
 *
 * DRBD: what goes over the network.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/drbd.h"

static const struct check_metric metrics[] = {
    {"in", "kB/s", "received, in units of 1024 bytes"},
    {"out", "kB/s", "sent, in units of 1024 bytes"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_drbd *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (s->devices[i].has[DRBD_NS] && s->devices[i].has[DRBD_NR] &&
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
	static const struct value_row in = {"In", "in", render_kb, 0, 0, false},
				      to = {
					  "Out", "out", render_kb, 0, 0, false};
	const struct drbd_device *d =
	    section_drbd_find(c->sections[0], c->item);

	if (d == NULL || !d->has[DRBD_NS] || !d->has[DRBD_NR]) {
		value_lost(out);
		return;
	}
	bool any = value_say_rate(c, out, &in, "in", d->counters[DRBD_NR]);
	any = value_say_rate(c, out, &to, "out", d->counters[DRBD_NS]) || any;
	out->none = !any;
}

const struct check check_drbd_net = {
    .name = "drbd_net",
    .title = "DRBD devices: network",
    .manual = "What a device of /proc/drbd sends to and receives from the "
	      "other side. Nothing is judged; the first check has no rates and "
	      "gives no result.",
    .description = "DRBD %s net",
    .sections = (const struct section_type *const[]){&section_drbd, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
