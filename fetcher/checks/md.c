/* SPDX-License-Identifier: Apache-2.0
 *
 * Software RAID of the Linux kernel.
 */
#include "fetcher/sections/md.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

enum {
	P_SYNCING
};

static const struct check_param params[] = {
    {"syncing_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state while the array is resynced, recovered or reshaped"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_md *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++) {
		/* raid0 and linear cannot degrade. */
		const struct md_entry *e = &s->entries[i];
		if (!slice_eqs(e->level, "raid0") &&
		    !slice_eqs(e->level, "linear"))
			check_found_add(found, e->name, NULL);
	}
}

static void
say_action(const struct check_context *c, const struct md_entry *e,
    struct check_out *out)
{
	bool harmless =
	    slice_eqs(e->action, "check") || slice_eqs(e->action, "repair");
	struct str text = {0};

	if (e->action.len == 0)
		return;
	str_addc(&text, (char)(e->action.s[0] - 'a' + 'A'));
	str_addn(&text, e->action.s + 1, e->action.len - 1);
	if (e->progress.len > 0) {
		str_add(&text, ": ");
		str_addslice(&text, e->progress);
	}
	if (e->finish.len > 0) {
		str_add(&text, ", finish: ");
		str_addslice(&text, e->finish);
	}
	if (e->speed.len > 0) {
		str_add(&text, ", speed: ");
		str_addslice(&text, e->speed);
	}
	check_say_str(out,
	    harmless ? CHECK_OK : (uint32_t)c->params[P_SYNCING].number, &text);
	str_free(&text);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_md *s = c->sections[0];
	const struct md_entry *e = NULL;

	for (size_t i = 0; i < s->n && e == NULL; i++)
		if (slice_eq(s->entries[i].name, c->item))
			e = &s->entries[i];
	if (e == NULL) {
		check_say(out, CHECK_CRIT, "The array is gone");
		return;
	}
	bool active = slice_eqs(e->status, "active");
	bool degraded = e->has_count && e->working < e->wanted;
	check_say(out, active ? CHECK_OK : CHECK_CRIT, "Status: %.*s",
	    (int)e->status.len, e->status.s);
	check_say(out, CHECK_OK, "Spare: %u", e->spare);
	check_say(out, e->failed > 0 ? CHECK_CRIT : CHECK_OK, "Failed: %u",
	    e->failed);
	if (!e->has_count)
		check_say(out, CHECK_OK, "Active: %u", e->disks);
	else
		check_say(out,
		    degraded && e->action.len == 0 ? CHECK_CRIT : CHECK_OK,
		    "Active: %u of %u [%.*s]", e->working, e->wanted,
		    (int)e->map.len, e->map.s);
	say_action(c, e, out);
}

const struct check check_md = {
    .name = "md",
    .title = "Linux software RAID",
    .manual =
	"The state of an array of /proc/mdstat. CRIT if it is inactive, gone, "
	"has a failed disk or fewer disks than it should; WARN while it is "
	"brought back in order. A running check or repair is fine. Arrays that "
	"cannot degrade (raid0, linear) are not discovered.",
    .ruleset = "md",
    .description = "MD Softraid %s",
    .sections = (const struct section_type *const[]){&section_md, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
