/* SPDX-License-Identifier: Apache-2.0
 *
 * Logical disks of an LSI MegaRAID, as MegaCli lists them.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_STATES
};

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by the controller's word; by default Optimal is OK, Partially "
	"Degraded, Offline and Recovery WARN, all others CRIT"},
    {0}};

static const struct section_type section = SECTION_LINES("megaraid_ldisks");

struct disk {
	char item[64]; /* "/c0/v0" */
	struct slice state, current, wanted;
};
typedef void disk_fn(const struct disk *disk, void *arg);

/* "Adapter 0 -- Virtual Drive Information:", "Virtual Drive: 0 (Target ..." */
static void
each_disk(const struct section_lines *s, disk_fn *fn, void *arg)
{
	const struct slice none = {"", 0};
	struct disk d = {.state = none};
	double adapter = 0;

	for (size_t i = 0; i <= s->n; i++) {
		struct slice line =
		    i < s->n ? s->lines[i].text : SLICE("Virtual Drive: 0");
		struct slice value = line, key;
		slice_next(&value, ':', &key);
		key = slice_trim(key);
		value = slice_trim(value);
		if (slice_starts(line, "Adapter ")) {
			double number = text_number(
			    (struct slice){line.s + 8, line.len - 8});
			if (d.state.len > 0)
				fn(&d, arg);
			d = (struct disk){.state = none};
			adapter = isfinite(number) ? number : 0;
		} else if (slice_eqs(key, "Virtual Drive") ||
		    slice_eqs(key, "Virtual Disk") ||
		    slice_eqs(key, "CacheCade Virtual Drive")) {
			double number = text_number(value);
			if (d.state.len > 0)
				fn(&d, arg);
			d = (struct disk){
			    .state = none, .current = none, .wanted = none};
			snprintf(d.item, sizeof(d.item), "/c%.0f/v%.0f",
			    adapter, isfinite(number) ? number : 0);
		} else if (slice_eqs(key, "State") && d.item[0] != '\0') {
			d.state = value;
		} else if (slice_eqs(key, "Default Cache Policy")) {
			d.wanted = value;
		} else if (slice_eqs(key, "Current Cache Policy")) {
			d.current = value;
		}
	}
}

static void
found_disk(const struct disk *disk, void *arg)
{
	check_found_add(arg, slice_of(disk->item), NULL);
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	each_disk(c->sections[0], found_disk, found);
}

struct wanted {
	const struct check_context *c;
	struct check_out *out;
	bool any;
};

static void
judge_disk(const struct disk *d, void *arg)
{
	struct wanted *w = arg;
	uint32_t state = slice_eqs(d->state, "Optimal") ? CHECK_OK
	    : slice_eqs(d->state, "Partially Degraded") ||
		slice_eqs(d->state, "Offline") ||
		slice_eqs(d->state, "Recovery")
	    ? CHECK_WARN
	    : CHECK_CRIT;
	char word[64];

	if (w->any || !slice_eq(slice_of(d->item), w->c->item))
		return;
	w->any = true;
	snprintf(
	    word, sizeof(word), "%.*s", value_cut(d->state, 60), d->state.s);
	check_params_state(&w->c->params[P_STATES], word, &state);
	check_say(w->out, state, "%s", word);
	if (d->wanted.len > 0 && d->current.len > 0) {
		check_tell(w->out, CHECK_OK, "Default cache policy: %.*s",
		    value_cut(d->wanted, 200), d->wanted.s);
		check_tell(w->out, CHECK_OK, "Current cache policy: %.*s",
		    value_cut(d->current, 200), d->current.s);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	struct wanted w = {c, out, false};

	each_disk(c->sections[0], judge_disk, &w);
	if (!w.any)
		check_say(out, CHECK_CRIT, "The logical disk is gone");
}

const struct check check_megaraid_ldisks = {
    .name = "megaraid_ldisks",
    .title = "MegaRAID: logical disks (MegaCli)",
    .manual =
	"A logical disk of an LSI MegaRAID controller, by the state that "
	"MegaCli tells. CRIT if it is degraded, failed or gone. The item is "
	"controller and drive.",
    .ruleset = "megaraid_ldisks",
    .description = "RAID logical disk %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
