/* SPDX-License-Identifier: Apache-2.0
 *
 * Varnish: clients.
 */
#include "fetcher/checks/varnish_rates.h"
#include "fetcher/discover.h"

enum {
	P_DROP,
	P_REQ,
	P_CONN,
	P_DROP_LATE
};

static const struct check_param params[] = {
    {"drop", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on connections dropped"},
    {"req", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE, "on requests of clients"},
    {"conn", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on connections of clients"},
    {"drop_late", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on connections dropped late"},
    {0}};

static const struct check_metric metrics[] = {
    {"varnish_client_drop_rate", "1/s", "connections dropped"},
    {"varnish_client_req_rate", "1/s", "requests of clients"},
    {"varnish_client_conn_rate", "1/s", "connections of clients"},
    {"varnish_client_drop_late_rate", "1/s", "connections dropped late"}, {0}};

static const struct varnish_rate rates[] = {
    {"client_drop",
	{"Connections dropped", "varnish_client_drop_rate", value_per_second,
	    VALUE_PARAM(P_DROP), 0, false}},
    {"client_req",
	{"Client requests received", "varnish_client_req_rate",
	    value_per_second, VALUE_PARAM(P_REQ), 0, false}},
    {"client_conn",
	{"Client connections accepted", "varnish_client_conn_rate",
	    value_per_second, VALUE_PARAM(P_CONN), 0, false}},
    {"client_drop_late",
	{"Connections dropped late", "varnish_client_drop_late_rate",
	    value_per_second, VALUE_PARAM(P_DROP_LATE), 0, false}},
};

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (isfinite(varnish_counter(c->sections[0], "client_req")))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	varnish_say_rates(c, rates, sizeof(rates) / sizeof(rates[0]), out);
}

const struct check check_varnish_client = {
    .name = "varnish_client",
    .title = "Varnish: clients",
    .manual =
	"Connections and requests of a Varnish cache. Nothing is judged "
	"without levels; the first check has no rates and gives no result.",
    .ruleset = "varnish_client",
    .description = "Varnish Client",
    .sections = (const struct section_type *const[]){&section_varnish, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
