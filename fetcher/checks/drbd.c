/* SPDX-License-Identifier: Apache-2.0
 *
 * DRBD: storage mirrored over the network.
 */
#include "fetcher/sections/drbd.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

enum {
	P_ROLES
};

static const struct check_param params[] = {
    {"roles", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"the roles that are expected, such as Primary/Secondary; discovery "
	"remembers those that it finds; null: any"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_drbd *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++) {
		const struct drbd_device *d = &s->devices[i];

		if (!slice_eqs(d->connection, "Unconfigured"))
			check_found_add(found, d->name,
			    d->roles.len == 0
				? NULL
				: json_pack("{s:o}", "roles",
				      json_stringn(d->roles.s, d->roles.len)));
	}
}

static bool
is_one_of(struct slice word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_eqs(word, *words))
			return true;
	return false;
}

static uint32_t
connection_state(struct slice word)
{
	static const char *const passing[] = {"SyncSource", "SyncTarget",
	    "PausedSyncS", "PausedSyncT", "StartingSyncS", "StartingSyncT",
	    "WFBitMapS", "WFBitMapT", "WFSyncUUID", "WFReportParams", "VerifyS",
	    "VerifyT", "Ahead", "Behind", NULL};

	if (slice_eqs(word, "Connected"))
		return CHECK_OK;
	return is_one_of(word, passing) ? CHECK_WARN : CHECK_CRIT;
}

/* Of both sides the worse. */
static uint32_t
disk_state(struct slice disks)
{
	static const char *const passing[] = {
	    "Attaching", "Negotiating", "Consistent", NULL};
	uint32_t worst = CHECK_OK;
	struct slice word;

	while (slice_next(&disks, '/', &word)) {
		if (slice_eqs(word, "UpToDate") || slice_eqs(word, "Diskless"))
			continue;
		worst = check_worst(
		    worst, is_one_of(word, passing) ? CHECK_WARN : CHECK_CRIT);
	}
	return worst;
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_drbd *s = c->sections[0];
	const struct check_value *wanted = &c->params[P_ROLES];
	const struct drbd_device *d = section_drbd_find(s, c->item);

	if (d == NULL) {
		check_say(out, CHECK_CRIT, "The device is not configured");
		return;
	}
	check_say(out, connection_state(d->connection),
	    "Connection state: %.*s", (int)d->connection.len, d->connection.s);
	if (d->roles.len > 0 && wanted->set &&
	    !slice_eq(wanted->text, d->roles))
		check_say(out, CHECK_CRIT, "Roles: %.*s (expected %.*s)",
		    (int)d->roles.len, d->roles.s, (int)wanted->text.len,
		    wanted->text.s);
	else if (d->roles.len > 0)
		check_say(out, CHECK_OK, "Roles: %.*s", (int)d->roles.len,
		    d->roles.s);
	if (d->disks.len > 0)
		check_say(out, disk_state(d->disks), "Disk states: %.*s",
		    (int)d->disks.len, d->disks.s);
}

const struct check check_drbd = {
    .name = "drbd",
    .title = "DRBD devices",
    .manual =
	"A device of /proc/drbd. WARN while it is brought in step, CRIT if it "
	"is not connected, if a disk is not up to date, or if the roles are "
	"others than when it was discovered.",
    .ruleset = "drbd",
    .description = "DRBD %s",
    .sections = (const struct section_type *const[]){&section_drbd, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
