/* SPDX-License-Identifier: Apache-2.0
 *
 * What pings mean; see ping_result.h. Words and performance data of a service
 * are check_icmp's.
 */
#include "fetcher/ping_result.h"
#include "fetcher/limits.h"

#include <jansson.h>

void
ping_answers_add(struct ping_answers *a, double rtt_ms)
{
	if (a->answered == 0 || rtt_ms < a->least_ms)
		a->least_ms = rtt_ms;
	if (rtt_ms > a->most_ms)
		a->most_ms = rtt_ms;
	a->sum_ms += rtt_ms;
	a->answered++;
}

static void
read_levels(const json_t *options, const char *key, double *warn, double *crit)
{
	const json_t *pair = json_object_get(options, key);

	if (json_array_size(pair) != 2)
		return;
	*warn = json_number_value(json_array_get(pair, 0));
	*crit = json_number_value(json_array_get(pair, 1));
}

struct ping_plan
ping_plan_read(struct slice options)
{
	struct ping_plan plan = {5, 200, 500, 80, 100};
	json_t *o = options.len == 0
	    ? NULL
	    : json_loadb(options.s, options.len, 0, NULL);
	json_int_t n = json_integer_value(json_object_get(o, "packets"));

	if (n >= 1)
		plan.packets =
		    n > LIMIT_PING_PACKETS ? LIMIT_PING_PACKETS : (uint32_t)n;
	read_levels(o, "rta", &plan.rta_warn, &plan.rta_crit);
	read_levels(o, "loss", &plan.loss_warn, &plan.loss_crit);
	json_decref(o);
	return plan;
}

uint32_t
ping_judge_host(
    const struct ping_answers *a, uint32_t window_ms, struct str *output)
{
	if (a->answered > 0) {
		str_addf(output, "OK - %s answers to ping: rta %.3fms",
		    a->address, a->sum_ms / a->answered);
		return 0;
	}
	if (a->why != NULL)
		str_addf(output, "CRITICAL - %s cannot be pinged: %s",
		    a->address, a->why);
	else
		str_addf(output,
		    "CRITICAL - %s: no answer to %u ping%s within %.3gs",
		    a->address, a->sent, a->sent == 1 ? "" : "s",
		    window_ms / 1000.0);
	return 2;
}

uint32_t
ping_judge_service(const struct ping_answers *a, const struct ping_plan *plan,
    struct str *output, struct str *perfdata)
{
	static const char *const words[] = {"OK", "WARNING", "CRITICAL"};
	double loss = 100.0 * (plan->packets - a->answered) / plan->packets;
	double rta = a->answered > 0 ? a->sum_ms / a->answered : 0;
	uint32_t state = 0;

	if (loss >= plan->loss_crit || rta >= plan->rta_crit)
		state = 2;
	else if (loss >= plan->loss_warn || rta >= plan->rta_warn)
		state = 1;
	str_addf(output, "%s - %s: rta ", words[state], a->address);
	if (a->answered > 0)
		str_addf(output, "%.3fms, lost %.0f%%", rta, loss);
	else
		str_addf(output, "nan, lost %.0f%%", loss);
	if (a->why != NULL)
		str_addf(output, " (%s)", a->why);
	str_addf(perfdata, "rta=%.3fms;%.3f;%.3f;0; ", rta, plan->rta_warn,
	    plan->rta_crit);
	str_addf(perfdata, "pl=%.0f%%;%.0f;%.0f;; ", loss, plan->loss_warn,
	    plan->loss_crit);
	str_addf(perfdata, "rtmax=%.3fms;;;; rtmin=%.3fms;;;;", a->most_ms,
	    a->least_ms);
	return state;
}
