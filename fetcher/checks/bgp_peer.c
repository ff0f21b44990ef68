/* SPDX-License-Identifier: Apache-2.0
 *
 * BGP peers by the BGP4-MIB.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_ADDRESS,
	C_STATE,
	C_ADMIN,
	C_AS,
	C_ERROR,
	C_TIME
};
enum {
	P_PEER,
	P_ADMIN
};

#define STOPPED 1

static const struct check_param params[] = {
    {"peer_states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"state of the service by the peer's: idle, connect, active, opensent, "
	"openconfirm, established"},
    {"admin_states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"state of the service by what was configured: running, halted"},
    {0}};

static const struct check_metric metrics[] = {
    {"established_time", "s", "since the session was established"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.15.3.1",
	{SNMP_INDEX, {"7", 0}, {"2", 0}, {"3", 0}, {"9", 0}, {"14", SNMP_BYTES},
	    {"16", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.15.3.1.2.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("bgp_peer", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_ADMIN, 0) != STOPPED;
}

static const struct status_word peers[] = {{"idle", CHECK_CRIT, 1},
    {"connect", CHECK_CRIT, 2}, {"active", CHECK_CRIT, 3},
    {"opensent", CHECK_CRIT, 4}, {"openconfirm", CHECK_CRIT, 5},
    {"established", CHECK_OK, 6}, {0}};
static const struct status_word admins[] = {
    {"halted", CHECK_WARN, STOPPED}, {"running", CHECK_OK, 2}, {0}};

/* bgpPeerLastError: a code and a subcode (RFC 4271 4.5), 0: none. */
static void
say_error(const struct row_cells *row, struct check_out *out)
{
	static const char *const codes[] = {"", "message header error",
	    "OPEN message error", "UPDATE message error", "hold timer expired",
	    "finite state machine error", "cease"};
	struct slice hex = row->cell[C_ERROR];
	unsigned code;

	if (hex.len != 4 || hex.s[0] != '0' || hex.s[1] < '0' ||
	    hex.s[1] > '9' || (code = (unsigned)(hex.s[1] - '0')) == 0)
		return;
	check_tell(out, CHECK_OK, "Last error: %s (code %u, subcode 0x%.2s)",
	    code < sizeof(codes) / sizeof(codes[0]) ? codes[code] : "unknown",
	    code, hex.s + 2);
}

static const struct row_items items = {0, C_ADDRESS, C_INDEX, wanted, NULL};

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&items, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(&items, c, out);

	if (row == NULL)
		return;
	const struct status_word *admin =
	    status_find(admins, row->cell[C_ADMIN]);
	const struct status_word *peer = status_find(peers, row->cell[C_STATE]);
	uint32_t as_admin = admin == NULL ? CHECK_UNKNOWN : admin->state;
	uint32_t as_peer = peer == NULL ? CHECK_UNKNOWN : peer->state;
	double seconds = rows_number(row, C_TIME, -1);

	if (admin != NULL) /* one that is off cannot be established */
		check_params_state(&c->params[P_ADMIN], admin->word, &as_admin);
	if (admin != NULL && admin->number == STOPPED && peer != NULL)
		as_peer = CHECK_OK;
	if (peer != NULL)
		check_params_state(&c->params[P_PEER], peer->word, &as_peer);
	check_say(out, as_admin, "Admin state: %s",
	    admin == NULL ? "not given" : admin->word);
	check_say(out, as_peer, "Peer state: %s",
	    peer == NULL ? "not given" : peer->word);
	if (row->cell[C_AS].len > 0)
		check_say(out, CHECK_OK, "Remote AS: %.*s",
		    (int)row->cell[C_AS].len, row->cell[C_AS].s);
	if (peer != NULL && peer->state == CHECK_OK && seconds >= 0) {
		struct measure m = {"Established for", "established_time",
		    render_timespan, seconds, 0, NAN, NULL, NULL, false};
		measure_say(out, &m);
	}
	say_error(row, out);
}

const struct check check_bgp_peer = {
    .name = "bgp_peer",
    .title = "BGP peers",
    .manual = "The session with a BGP peer (BGP4-MIB). A peer that is "
	      "switched on and not established is CRIT, one that was switched "
	      "off WARN, unless `peer_states` and `admin_states` say "
	      "otherwise. Peers that are switched on are discovered.",
    .ruleset = "bgp_peer",
    .description = "BGP Peer %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
