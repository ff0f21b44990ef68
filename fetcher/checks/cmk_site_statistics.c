/* SPDX-License-Identifier: Apache-2.0
 *
 * OMD sites: how many hosts and services are in which state.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#define HOSTS    4
#define SERVICES 6

static const struct check_metric metrics[] = {
    {"cmk_hosts_up", "", "hosts that are UP"},
    {"cmk_hosts_down", "", "hosts that are DOWN"},
    {"cmk_hosts_unreachable", "", "hosts that cannot be reached"},
    {"cmk_hosts_in_downtime", "", "hosts in downtime"},
    {"cmk_services_ok", "", "services that are OK"},
    {"cmk_services_in_downtime", "", "services in downtime"},
    {"cmk_services_on_down_hosts", "", "services of hosts that are DOWN"},
    {"cmk_services_warning", "", "services that are WARN"},
    {"cmk_services_unknown", "", "services that are UNKNOWN"},
    {"cmk_services_critical", "", "services that are CRIT"}, {0}};

/* In the order of the metrics; the first of each kind are no problems. */
static const char *const labels[HOSTS + SERVICES] = {"Hosts in state UP",
    "Hosts in state DOWN", "Unreachable hosts", "Hosts in downtime",
    "Services in state OK", "Services in downtime", "Services of down hosts",
    "Services in state WARNING", "Services in state UNKNOWN",
    "Services in state CRITICAL"};

static const struct section_type section = SECTION_LINES("cmk_site_statistics");

/* A line of so many numbers. */
static bool
read_numbers(const struct text_line *line, double *to, size_t n)
{
	struct slice cells[SERVICES];

	if (line_cells(line, cells, n) < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		to[i] = text_number(cells[i]);
		if (!isfinite(to[i]))
			return false;
	}
	return true;
}

/* "1;0;0;0" of the hosts, then "32;0;0;2;0;1" of the services. */
static bool
read_site(const struct section_lines *s, struct slice site, double *to)
{
	for (size_t i = 0; i + 1 < s->n; i++)
		if (slice_eq(s->lines[i].block, site))
			return slice_eq(s->lines[i + 1].block, site) &&
			    read_numbers(&s->lines[i], to, HOSTS) &&
			    read_numbers(
				&s->lines[i + 1], to + HOSTS, SERVICES);
	return false;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	double values[HOSTS + SERVICES];

	for (size_t i = 0; i < s->n_blocks; i++)
		if (read_site(s, s->blocks[i], values))
			check_found_add(found, s->blocks[i], NULL);
}

static void
say(struct check_out *out, const char *what, const double *values, size_t from,
    size_t n)
{
	double all = 0;

	for (size_t i = 0; i < n; i++)
		all += values[from + i];
	check_say(out, CHECK_OK, "Total %s: %.0f", what, all);
	check_say(out, CHECK_OK, "Problem %s: %.0f", what, all - values[from]);
	for (size_t i = from; i < from + n; i++) {
		check_tell(out, CHECK_OK, "%s: %.0f", labels[i], values[i]);
		check_metric(out, metrics[i].name, values[i], NULL, 0, NAN);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	double values[HOSTS + SERVICES];

	if (!lines_has_block(s, c->item)) {
		value_lost(out);
	} else if (!read_site(s, c->item, values)) {
		check_say(out, CHECK_UNKNOWN,
		    "The site's core gives no statistics, does it run?");
	} else {
		say(out, "hosts", values, 0, HOSTS);
		say(out, "services", values, HOSTS, SERVICES);
	}
}

const struct check check_cmk_site_statistics = {
    .name = "cmk_site_statistics",
    .title = "OMD sites: hosts and services by state",
    .manual =
	"How many hosts and services of an OMD or Checkmk site on this host "
	"are in which state. Those in downtime count as problems. OK as long "
	"as the site's core answers, else UNKNOWN.",
    .description = "Site %s statistics",
    .sections = (const struct section_type *const[]){&section, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
