/* SPDX-License-Identifier: Apache-2.0
 *
 * Varnish: connections to the servers behind.
 */
#include "fetcher/checks/varnish_rates.h"
#include "fetcher/discover.h"

enum {
	P_BUSY,
	P_UNHEALTHY,
	P_REQ,
	P_RECYCLE,
	P_RETRY,
	P_FAIL,
	P_TOOLATE,
	P_CONN,
	P_REUSE
};

static const struct check_param params[] = {
    {"busy", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on connections beyond the limit"},
    {"unhealthy", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on connections not tried"},
    {"req", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE, "on requests"},
    {"recycle", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on connections kept for later"},
    {"retry", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on connections tried again"},
    {"fail", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on connections that failed"},
    {"toolate", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on connections that were closed"},
    {"conn", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE, "on connections"},
    {"reuse", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on connections used again"},
    {0}};

static const struct check_metric metrics[] = {
    {"varnish_backend_busy_rate", "1/s", "connections beyond the limit"},
    {"varnish_backend_unhealthy_rate", "1/s", "connections not tried"},
    {"varnish_backend_req_rate", "1/s", "requests"},
    {"varnish_backend_recycle_rate", "1/s", "connections kept for later"},
    {"varnish_backend_retry_rate", "1/s", "connections tried again"},
    {"varnish_backend_fail_rate", "1/s", "connections that failed"},
    {"varnish_backend_toolate_rate", "1/s", "connections that were closed"},
    {"varnish_backend_conn_rate", "1/s", "connections"},
    {"varnish_backend_reuse_rate", "1/s", "connections used again"}, {0}};

static const struct varnish_rate rates[] = {
    {"backend_busy",
	{"Backend connections too many", "varnish_backend_busy_rate",
	    value_per_second, VALUE_PARAM(P_BUSY), 0, false}},
    {"backend_unhealthy",
	{"Backend connections not attempted", "varnish_backend_unhealthy_rate",
	    value_per_second, VALUE_PARAM(P_UNHEALTHY), 0, false}},
    {"backend_req",
	{"Backend requests made", "varnish_backend_req_rate", value_per_second,
	    VALUE_PARAM(P_REQ), 0, false}},
    {"backend_recycle",
	{"Backend connections recycles", "varnish_backend_recycle_rate",
	    value_per_second, VALUE_PARAM(P_RECYCLE), 0, false}},
    {"backend_retry",
	{"Backend connections retry", "varnish_backend_retry_rate",
	    value_per_second, VALUE_PARAM(P_RETRY), 0, false}},
    {"backend_fail",
	{"Backend connections failures", "varnish_backend_fail_rate",
	    value_per_second, VALUE_PARAM(P_FAIL), 0, false}},
    {"backend_toolate",
	{"Backend connections was closed", "varnish_backend_toolate_rate",
	    value_per_second, VALUE_PARAM(P_TOOLATE), 0, false}},
    {"backend_conn",
	{"Backend connections success", "varnish_backend_conn_rate",
	    value_per_second, VALUE_PARAM(P_CONN), 0, false}},
    {"backend_reuse",
	{"Backend connections reuses", "varnish_backend_reuse_rate",
	    value_per_second, VALUE_PARAM(P_REUSE), 0, false}},
};

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (isfinite(varnish_counter(c->sections[0], "backend_fail")) &&
	    isfinite(varnish_counter(c->sections[0], "backend_unhealthy")) &&
	    isfinite(varnish_counter(c->sections[0], "backend_busy")))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	varnish_say_rates(c, rates, sizeof(rates) / sizeof(rates[0]), out);
}

const struct check check_varnish_backend = {
    .name = "varnish_backend",
    .title = "Varnish: connections to the servers behind",
    .manual = "Connections of a Varnish cache to the servers behind it. "
	      "Nothing is judged without levels; the first check has no rates "
	      "and gives no result.",
    .ruleset = "varnish_backend",
    .description = "Varnish Backend",
    .sections = (const struct section_type *const[]){&section_varnish, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
