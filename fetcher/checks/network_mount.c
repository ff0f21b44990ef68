/* SPDX-License-Identifier: Apache-2.0
 *
 * Mounted network shares.
 */
#include "fetcher/checks/network_mount.h"

#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/checks/usage.h"
#include "fetcher/discover.h"

enum {
	P_LEVELS,
	P_RANGE
};

const struct check_param network_mount_params[] = {
    {"levels", CHECK_PARAM_UPPER, "MiB", CHECK_DEF_PERCENT(80, 90),
	"on the used space"},
    {"trend_range", CHECK_PARAM_DURATION, "s", CHECK_DEF_NUMBER(86400),
	"growth is averaged over this time; null: no trend"},
    {0}};

const struct check_metric network_mount_metrics[] = {
    {"fs_used", "MiB", "used space"}, {"fs_size", "MiB", "size"},
    {"fs_used_percent", "%", "used share"},
    {"growth", "MiB/day", "growth since the last check"},
    {"trend", "MiB/day", "growth, averaged over trend_range"}, {0}};

void
network_mount_discover(const struct check_context *c, struct check_found *found)
{
	const struct section_network_mounts *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		check_found_add(found, s->entries[i].dir, NULL);
}

static void
say_usage(const struct check_context *c, const struct network_mount *e,
    struct check_out *out)
{
	double size = e->size / 1048576, used = e->used / 1048576, growth;
	double range = c->params[P_RANGE].number;
	usage_say(out, used, size, &c->params[P_LEVELS]);
	if (!c->params[P_RANGE].set || range <= 0 ||
	    !check_store_rate(c->store, "used", c->now, used, false, &growth))
		return;
	check_metric(out, "growth", growth * 86400, NULL, NAN, NAN);
	check_metric(out, "trend",
	    86400 *
		check_store_average(
		    c->store, "trend", c->now, growth, range / 60),
	    NULL, NAN, NAN);
}

void
network_mount_judge(const struct check_context *c, struct check_out *out)
{
	const struct section_network_mounts *s = c->sections[0];
	const struct network_mount *e = NULL;

	for (size_t i = 0; i < s->n && e == NULL; i++)
		if (slice_eq(s->entries[i].dir, c->item))
			e = &s->entries[i];
	if (e == NULL) {
		check_say(out, CHECK_CRIT, "Not mounted");
		return;
	}
	if (slice_eqs(e->state, "hanging"))
		check_say(out, CHECK_CRIT, "Server not responding");
	else if (!slice_eqs(e->state, "ok"))
		check_say(out, CHECK_CRIT, "%.*s",
		    (int)(e->state.len < 200 ? e->state.len : 200), e->state.s);
	else if (e->has_usage)
		say_usage(c, e, out);
	else
		check_say(out, CHECK_OK, "Mount seems OK");
	if (e->source.len > 0)
		check_tell(out, CHECK_OK, "Source: %.*s",
		    (int)(e->source.len < 200 ? e->source.len : 200),
		    e->source.s);
}
