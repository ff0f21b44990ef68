/* SPDX-License-Identifier: Apache-2.0
 *
 * Clients of an OpenVPN server, from its status file.
 */
#include "fetcher/checks/store.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct check_metric metrics[] = {
    {"in", "B/s", "received from the client"},
    {"out", "B/s", "sent to the client"}, {0}};

static const struct section_type section = SECTION_LINES("openvpn_clients");

enum {
	NAME,
	ADDRESS,
	RECEIVED,
	SENT,
	SINCE,
	CELLS
};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[CELLS];

	for (size_t i = 0; i < s->n; i++)
		if (line_cells(&s->lines[i], cells, CELLS) > SENT &&
		    cells[NAME].len > 0)
			check_found_add(found, cells[NAME], NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const struct value_row in = {"In", "in", render_byte_rate, 0, 0,
					  false},
				      to = {"Out", "out", render_byte_rate, 0,
					  0, false};
	const struct section_lines *s = c->sections[0];
	struct slice cells[CELLS];

	for (size_t i = 0; i < s->n; i++) {
		if (line_cells(&s->lines[i], cells, CELLS) <= SENT ||
		    !slice_eq(cells[NAME], c->item))
			continue;
		check_say(out, CHECK_OK, "Channel is up");
		value_say_rate(c, out, &in, "in", text_number(cells[RECEIVED]));
		value_say_rate(c, out, &to, "out", text_number(cells[SENT]));
		check_tell(out, CHECK_OK, "Address: %.*s",
		    value_cut(cells[ADDRESS], 100), cells[ADDRESS].s);
		return;
	}
	check_say(out, CHECK_UNKNOWN, "Client connection not found");
}

const struct check check_openvpn_clients = {
    .name = "openvpn_clients",
    .title = "OpenVPN: clients",
    .manual =
	"Is the client connected, and how much does it send and receive? "
	"UNKNOWN if it is not; ignore services of clients that come and go.",
    .description = "OpenVPN Client %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
