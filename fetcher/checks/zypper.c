/* SPDX-License-Identifier: Apache-2.0
 *
 * Zypper (SUSE): patches that are needed, and locks of packages.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_SECURITY,
	P_RECOMMENDED,
	P_OTHER,
	P_LOCKS
};

static const struct check_param params[] = {
    {"security", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if security patches are needed"},
    {"recommended", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if recommended patches are needed"},
    {"other", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_OK),
	"state if other patches are needed"},
    {"locks", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if packages are locked"},
    {0}};

static const struct check_metric metrics[] = {
    {"updates", "", "patches that are needed"}, {0}};

static const struct section_type section = {
    .names = {"zypper", NULL},
    .size = sizeof(struct section_lines),
    .may_be_empty = true,
    .parse = lines_parse,
};

static const char *const kinds[] = {"security", "recommended", "optional",
    "feature", "document", "yast", "other"};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct counts {
	size_t patches[KINDS], all, locks;
	struct slice error;
};

/*
 * "REPOSITORY | NAME | CATEGORY | ... | needed | ...": what stands between
 * differs among versions. "1 | NAME | package | (any)" is a lock.
 */
static void
count_line(const struct text_line *line, struct counts *n)
{
	struct slice cells[9];
	size_t count = line_cells(line, cells, 9), kind = KINDS - 1;
	bool needed = false;

	if (slice_starts(line->text, "ERROR:") && n->error.len == 0)
		n->error = slice_trim(line->text);
	if (count < 3)
		return;
	for (size_t i = 0; i < count; i++)
		needed = needed || slice_eqs(cells[i], "needed") ||
		    slice_eqs(cells[i], "Needed");
	if (!needed) {
		n->locks += slice_eqs(cells[2], "package") &&
		    isfinite(text_number(cells[0]));
		return;
	}
	for (size_t i = count; i-- > 1;)
		for (size_t k = 0; k < KINDS; k++)
			if (slice_eqs(cells[i], kinds[k]))
				kind = k;
	n->patches[kind]++;
	n->all++;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct counts n = {.error = {"", 0}};

	for (size_t i = 0; i < s->n; i++)
		count_line(&s->lines[i], &n);
	if (n.error.len > 0) {
		check_say(out, CHECK_UNKNOWN, "%.*s", value_cut(n.error, 400),
		    n.error.s);
		return;
	}
	check_say(out, CHECK_OK, "%zu updates", n.all);
	for (size_t k = 0; k < KINDS; k++) {
		size_t param = k < P_OTHER ? k : P_OTHER;
		if (n.patches[k] > 0)
			check_say(out, (uint32_t)c->params[param].number,
			    "%s: %zu", kinds[k], n.patches[k]);
	}
	if (n.locks > 0)
		check_say(out, (uint32_t)c->params[P_LOCKS].number, "%zu locks",
		    n.locks);
	check_metric(out, "updates", (double)n.all, NULL, 0, NAN);
}

const struct check check_zypper = {
    .name = "zypper",
    .title = "Zypper (SUSE): patches",
    .manual = "How many patches a host with SUSE Linux needs, by their "
	      "category, and how many packages are locked. UNKNOWN if zypper "
	      "ends with an error.",
    .ruleset = "zypper",
    .description = "Zypper Updates",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
