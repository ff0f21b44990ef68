/* SPDX-License-Identifier: Apache-2.0
 *
 * MongoDB: clients that work and operations that wait for a lock,
 * "activeClients readers 0", "currentQueue total 32".
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct check_param params[] = {
    {"clients_readers_locks", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on clients that read"},
    {"clients_writers_locks", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on clients that write"},
    {"clients_total_locks", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on all that are connected and work"},
    {"queue_readers_locks", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on operations that wait for a lock to read"},
    {"queue_writers_locks", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on operations that wait for a lock to write"},
    {"queue_total_locks", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on all operations that wait for a lock"},
    {0}};

static const struct check_metric metrics[] = {
    {"clients_readers_locks", "", "clients that read"},
    {"clients_writers_locks", "", "clients that write"},
    {"clients_total_locks", "", "clients"},
    {"queue_readers_locks", "", "operations that wait to read"},
    {"queue_writers_locks", "", "operations that wait to write"},
    {"queue_total_locks", "", "operations that wait"}, {0}};

static const struct {
	const char *words, *label;
} values[] = {{"activeClients readers", "Clients readers"},
    {"activeClients writers", "Clients writers"},
    {"activeClients total", "Clients total"},
    {"currentQueue readers", "Queue readers"},
    {"currentQueue writers", "Queue writers"},
    {"currentQueue total", "Queue total"}};

static const struct section_type section = SECTION_LINES("mongodb_locks");

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];

	if (s->n > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct value_row row = {values[i].label, metrics[i].name,
		    render_count, VALUE_PARAM(i), 0, false};

		value_say(c, out, &row,
		    lines_number(s, SLICE(""), values[i].words), 0);
	}
	out->none = out->summary.len == 0; /* the service Instance says why */
}

const struct check check_mongodb_locks = {
    .name = "mongodb_locks",
    .title = "MongoDB: locks",
    .manual = "How many clients of a MongoDB server work, and how many "
	      "operations wait for a lock. Nothing is judged without levels.",
    .ruleset = "mongodb_locks",
    .description = "MongoDB Locks",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
