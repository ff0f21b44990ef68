/* SPDX-License-Identifier: Apache-2.0
 *
 * Disks: what they say of their health.
 */
#include "fetcher/checks/store.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/smart.h"

#define SEEN "seen at discovery; a higher one is CRIT"

enum {
	P_REALLOCATED,
	P_SPIN,
	P_PENDING,
	P_END_TO_END,
	P_UNCORRECTABLE,
	P_UDMA_CRC,
	P_CRC,
	P_WARNING,
	P_MEDIA,
	P_TIMEOUTS
};

static const struct check_param params[] = {
    {"reallocated_sectors", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE, SEEN},
    {"spin_retries", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE, SEEN},
    {"pending_sectors", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE, SEEN},
    {"end_to_end_errors", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE, SEEN},
    {"uncorrectable_errors", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE, SEEN},
    {"udma_crc_errors", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE, SEEN},
    {"crc_errors", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE, SEEN},
    {"critical_warning", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE, SEEN},
    {"media_errors", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE, SEEN},
    {"cmd_timeouts", CHECK_PARAM_UPPER, "1/h", CHECK_DEF_LEVELS(100, 100),
	"on command timeouts per hour"},
    {0}};

/* In the order of enum smart_value. */
static const struct check_metric metrics[] = {
    {"uptime", "s", "time under power"},
    {"harddrive_power_cycles", "", "times that it was switched on"},
    {"harddrive_reallocated_sectors", "", "sectors replaced by spare ones"},
    {"harddrive_reallocated_events", "", "attempts to do so"},
    {"harddrive_spin_retries", "", "attempts to spin up"},
    {"harddrive_pending_sectors", "", "sectors that wait to be replaced"},
    {"harddrive_cmd_timeouts", "", "commands that took too long"},
    {"harddrive_end_to_end_errors", "", "errors between host and medium"},
    {"harddrive_uncorrectable_errors", "", "errors beyond correction"},
    {"harddrive_udma_crc_errors", "", "errors of transfer"},
    {"harddrive_crc_errors", "", "errors of transfer"},
    {"nvme_critical_warning", "", "bits of NVMe's warnings"},
    {"nvme_available_spare", "%", "spare space of an NVMe disk"},
    {"nvme_spare_percentage_used", "%", "of its life, as its maker thinks"},
    {"nvme_media_and_data_integrity_errors", "", "errors of the medium"},
    {"nvme_error_information_log_entries", "", "entries of its log"}, {0}};

static const struct {
	const char *label;
	int param; /* -1: not compared */
} values[SMART_VALUES] = {[SMART_HOURS] = {"Powered on", -1},
    [SMART_CYCLES] = {"Power cycles", -1},
    [SMART_REALLOCATED_SECTORS] = {"Reallocated sectors", P_REALLOCATED},
    [SMART_REALLOCATED_EVENTS] = {"Reallocated events", -1},
    [SMART_SPIN_RETRIES] = {"Spin retries", P_SPIN},
    [SMART_PENDING_SECTORS] = {"Pending sectors", P_PENDING},
    [SMART_COMMAND_TIMEOUTS] = {"Command timeout counter", -1},
    [SMART_END_TO_END] = {"End-to-End errors", P_END_TO_END},
    [SMART_UNCORRECTABLE] = {"Uncorrectable errors", P_UNCORRECTABLE},
    [SMART_UDMA_CRC] = {"UDMA CRC errors", P_UDMA_CRC},
    [SMART_CRC] = {"CRC errors", P_CRC},
    [SMART_CRITICAL_WARNING] = {"Critical warning", P_WARNING},
    [SMART_SPARE] = {"Available spare", -1},
    [SMART_USED] = {"Percentage used", -1},
    [SMART_MEDIA_ERRORS] = {"Media and data integrity errors", P_MEDIA},
    [SMART_LOG_ENTRIES] = {"Error information log entries", -1}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_smart *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++) {
		const struct smart_disk *d = &s->disks[i];
		json_t *seen = json_object();
		bool any = false;
		for (size_t v = 0; v < SMART_VALUES; v++) {
			any = any || d->has[v];
			if (d->has[v] && values[v].param >= 0)
				json_object_set_new(seen,
				    params[values[v].param].name,
				    json_real(d->values[v]));
		}
		if (any)
			check_found_add(found, d->item, seen);
		else
			json_decref(seen);
	}
}

/* Many a healthy disk counts some; a flood of them is a fault. */
static void
say_timeouts(const struct check_context *c, double count, struct check_out *out)
{
	const struct check_levels *l = value_levels(c, P_TIMEOUTS);
	double rate = 0;

	check_store_rate(c->store, "timeouts", c->now, count, true, &rate);
	if (check_judge(rate * 3600, l, NULL) == CHECK_OK)
		check_say(out, CHECK_OK, "%s: %.0f",
		    values[SMART_COMMAND_TIMEOUTS].label, count);
	else
		check_say(out, check_judge(rate * 3600, l, NULL),
		    "%s: %.0f (counter increased by more than %.0f / h)",
		    values[SMART_COMMAND_TIMEOUTS].label, count, l->warn);
}

static void
say_value(const struct check_context *c, const struct smart_disk *d, size_t v,
    struct check_out *out)
{
	const struct check_value *seen =
	    values[v].param < 0 ? NULL : &c->params[values[v].param];
	double value = d->values[v];

	if (v == SMART_HOURS)
		check_value_say(out, false, values[v].label, value * 3600, NULL,
		    NULL, render_timespan);
	else if (v == SMART_COMMAND_TIMEOUTS)
		say_timeouts(c, value, out);
	else if (v == SMART_SPARE)
		check_say(out,
		    d->has_spare_least && value < d->spare_least ? CHECK_CRIT
								 : CHECK_OK,
		    "%s: %.0f%%", values[v].label, value);
	else if (v == SMART_USED)
		check_say(out, CHECK_OK, "%s: %.0f%%", values[v].label, value);
	else if (v == SMART_REALLOCATED_EVENTS && d->has_normalized)
		check_say(out,
		    d->threshold > 0 && d->normalized <= d->threshold
			? CHECK_CRIT
			: CHECK_OK,
		    "%s: %.0f (normalized value: %.0f)", values[v].label, value,
		    d->normalized);
	else if (seen != NULL && seen->set && value > seen->number)
		check_say(out, CHECK_CRIT, "%s: %.0f (during discovery: %.0f)",
		    values[v].label, value, seen->number);
	else
		check_say(out, CHECK_OK, "%s: %.0f", values[v].label, value);
	check_metric(out, metrics[v].name,
	    v == SMART_HOURS ? value * 3600 : value, NULL, NAN, NAN);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct smart_disk *d =
	    section_smart_find(c->sections[0], c->item);

	if (d == NULL) {
		value_lost(out);
		return;
	}
	for (size_t v = 0; v < SMART_VALUES; v++)
		if (d->has[v])
			say_value(c, d, v, out);
	if (d->model.len > 0)
		check_tell(out, CHECK_OK, "Model: %.*s",
		    value_cut(d->model, 100), d->model.s);
}

const struct check check_smart_stats = {
    .name = "smart_stats",
    .title = "Disks: health by S.M.A.R.T.",
    .manual =
	"Counters of errors that a disk keeps itself, read by `smartctl` in "
	"the agent's plugin. What a disk has counted when it is discovered is "
	"remembered; CRIT if one of the counters grows. Discover the service "
	"anew to accept it.",
    .ruleset = "smart",
    .description = "SMART %s Stats",
    .sections = (const struct section_type *const[]){&section_smart, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
