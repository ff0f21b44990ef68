/* SPDX-License-Identifier: Apache-2.0
 *
 * Podman: memory of a container.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/podman_stats.h"

enum {
	P_LEVELS
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "B", CHECK_DEF_PERCENT(80, 90),
	"on the memory in use; percentages are of what the container may use"},
    {0}};

static const struct check_metric metrics[] = {
    {"mem_used", "B", "memory in use; maximum: what it may use"},
    {"mem_used_percent", "%", "the same of what it may use"}, {0}};

static const struct value_row used = {
    "Used", "mem_used", render_bytes, VALUE_PARAM(P_LEVELS), 0, false};
static const struct value_row share = {
    "Of its limit", "mem_used_percent", render_percent, 0, 0, false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_podman_stats *s = c->sections[0];

	if (isfinite(s->memory))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_podman_stats *s = c->sections[0];

	if (!isfinite(s->memory)) {
		value_lost(out);
		return;
	}
	value_say(c, out, &used, s->memory, s->limit > 0 ? s->limit : 0);
	if (s->limit > 0)
		value_say(c, out, &share, 100 * s->memory / s->limit, 0);
}

const struct check check_podman_container_memory = {
    .name = "podman_container_memory",
    .title = "Podman: memory of a container",
    .manual = "How much memory a container of Podman uses, of what it may use.",
    .ruleset = "podman_container_memory",
    .description = "Memory",
    .sections =
	(const struct section_type *const[]){&section_podman_stats, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
