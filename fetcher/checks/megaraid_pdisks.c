/* SPDX-License-Identifier: Apache-2.0
 *
 * Physical disks of an LSI MegaRAID, as MegaCli lists them.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#include <ctype.h>

enum {
	P_STATES,
	P_PREDICTED
};

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states by the controller's word; by default Online, Optimal, JBOD, "
	"spare and good disks are OK, Rebuild, Copyback and Unconfigured Bad "
	"WARN, all others CRIT"},
    {"predicted_failure_state", CHECK_PARAM_STATE, "",
	CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the disk itself expects to fail"},
    {0}};

static const struct section_type section = SECTION_LINES("megaraid_pdisks");

struct disk {
	char item[64];  /* "/c0/e32/s0" */
	char state[64]; /* "Online, Spun Up" */
	struct slice name;
	double predicted;
};

/*
 * "Key: value" lines; a disk is told from "Enclosure Device ID" to its last
 * line. Calls back for each that has a slot and a state.
 */
typedef void disk_fn(const struct disk *disk, void *arg);

static void
each_disk(const struct section_lines *s, disk_fn *fn, void *arg)
{
	struct disk d = {.name = {"", 0}};
	double adapter = 0, enclosure = -1, slot = -1;

	for (size_t i = 0; i <= s->n; i++) {
		struct slice line =
		    i < s->n ? s->lines[i].text : SLICE("Enclosure Device ID:");
		struct slice key, value;
		if (slice_starts(line, "Adapter #"))
			adapter = text_number(
			    (struct slice){line.s + 9, line.len - 9});
		value = line;
		slice_next(&value, ':', &key);
		key = slice_trim(key);
		value = slice_trim(value);
		if (slice_eqs(key, "Enclosure Device ID") ||
		    slice_starts(line, "Adapter #")) {
			if (slot >= 0 && d.state[0] != '\0')
				fn(&d, arg);
			d = (struct disk){.name = {"", 0}};
			slot = -1;
			enclosure = text_number(value);
		} else if (slice_eqs(key, "Slot Number")) {
			slot = text_number(value);
			snprintf(d.item, sizeof(d.item), "/c%.0f/e%.0f/s%.0f",
			    isfinite(adapter) ? adapter : 0,
			    isfinite(enclosure) ? enclosure : 0,
			    isfinite(slot) ? slot : 0);
		} else if (slice_eqs(key, "Firmware state")) {
			snprintf(d.state, sizeof(d.state), "%.*s",
			    value_cut(value, 60), value.s);
		} else if (slice_eqs(key, "Inquiry Data")) {
			d.name = value;
		} else if (slice_eqs(key, "Predictive Failure Count")) {
			d.predicted = text_number(value);
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

/* "Unconfigured(good), Spun Up" by its first part. */
static uint32_t
state_of(const struct check_context *c, const char *text)
{
	static const struct {
		const char *word;
		uint32_t state;
	} known[] = {{"Online", CHECK_OK}, {"Optimal", CHECK_OK},
	    {"JBOD", CHECK_OK}, {"Hotspare", CHECK_OK},
	    {"Dedicated Hot Spare", CHECK_OK}, {"Global Hot Spare", CHECK_OK},
	    {"Commissioned Hot Spare", CHECK_OK},
	    {"Emergency Hot Spare", CHECK_OK}, {"Unconfigured Good", CHECK_OK},
	    {"Unconfigured Bad", CHECK_WARN}, {"Rebuild", CHECK_WARN},
	    {"Copyback", CHECK_WARN}};
	char word[64];
	size_t n = 0;
	uint32_t state = CHECK_CRIT;

	for (const char *p = text; *p != '\0' && *p != ',' && n < 60; p++) {
		if (*p == '(') { /* "Unconfigured(good)" */
			word[n++] = ' ';
			if (p[1] != '\0')
				word[n++] = (char)toupper((unsigned char)*++p);
		} else if (*p != ')') {
			word[n++] = *p;
		}
	}
	word[n] = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(word, known[i].word) == 0)
			state = known[i].state;
	check_params_state(&c->params[P_STATES], word, &state);
	return state;
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

	if (w->any || !slice_eq(slice_of(d->item), w->c->item))
		return;
	w->any = true;
	check_say(w->out, state_of(w->c, d->state), "%s", d->state);
	if (d->name.len > 0)
		check_say(w->out, CHECK_OK, "Name: %.*s",
		    value_cut(d->name, 100), d->name.s);
	if (d->predicted > 0)
		check_say(w->out, (uint32_t)w->c->params[P_PREDICTED].number,
		    "Predictive fail count: %.0f", d->predicted);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	struct wanted w = {c, out, false};

	each_disk(c->sections[0], judge_disk, &w);
	if (!w.any)
		check_say(out, CHECK_CRIT, "The disk is gone");
}

const struct check check_megaraid_pdisks = {
    .name = "megaraid_pdisks",
    .title = "MegaRAID: physical disks (MegaCli)",
    .manual =
	"A disk behind an LSI MegaRAID controller, by the state that MegaCli "
	"tells, and whether the disk expects to fail. CRIT if it failed, is "
	"offline or gone. The item is controller, enclosure and slot.",
    .ruleset = "megaraid_pdisks",
    .description = "RAID physical disk %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
