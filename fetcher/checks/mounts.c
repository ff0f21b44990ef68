/* SPDX-License-Identifier: Apache-2.0
 *
 * Mount options: are they as they were found at discovery?
 */
#include "fetcher/sections/mounts.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

enum {
	P_OPTIONS
};

static const struct check_param params[] = {
    {"options", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"what is expected; discovery remembers what it finds"},
    {0}};

/* Options that change by themselves. */
static bool
is_ignored(struct slice option)
{
	return slice_starts(option, "commit=") ||
	    slice_starts(option, "localalloc=") ||
	    slice_starts(option, "subvol=") ||
	    slice_starts(option, "subvolid=");
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_mounts *mounts = c->sections[0];

	for (size_t i = 0; i < mounts->n; i++) {
		const struct mount_entry *e = &mounts->entries[i];
		struct slice rest = e->options, option;
		if (slice_eqs(e->type, "tmpfs") || e->stale)
			continue;
		json_t *options = json_array();
		while (slice_next(&rest, ',', &option))
			if (!is_ignored(option))
				json_array_append_new(options,
				    json_stringn(option.s, option.len));
		check_found_add(
		    found, e->dir, json_pack("{s:o}", "options", options));
	}
}

static bool
is_expected(const json_t *expected, struct slice option)
{
	for (size_t i = 0; i < json_array_size(expected); i++)
		if (slice_eqs(
			option, json_string_value(json_array_get(expected, i))))
			return true;
	return false;
}

static bool
is_there(struct slice options, const char *wanted)
{
	struct slice option;
	while (slice_next(&options, ',', &option))
		if (slice_eqs(option, wanted))
			return true;
	return false;
}

static void
compare(const json_t *expected, struct slice options, struct check_out *out)
{
	struct str missing = {0}, more = {0};
	struct slice rest = options, option;
	bool read_only = false;

	for (size_t i = 0; i < json_array_size(expected); i++) {
		const char *wanted =
		    json_string_value(json_array_get(expected, i));
		if (!is_ignored(slice_of(wanted)) && !is_there(options, wanted))
			str_addf(&missing, "%s%s", missing.len > 0 ? "," : "",
			    wanted);
	}
	while (slice_next(&rest, ',', &option)) {
		if (is_ignored(option) || is_expected(expected, option))
			continue;
		read_only = read_only || slice_eqs(option, "ro");
		if (more.len > 0)
			str_addc(&more, ',');
		str_addslice(&more, option);
	}
	if (missing.len > 0)
		check_say(out, CHECK_WARN, "Missing: %s", str_get(&missing));
	if (more.len > 0)
		check_say(out, CHECK_WARN, "Exceeding: %s", str_get(&more));
	if (read_only)
		check_say(out, CHECK_CRIT,
		    "Filesystem has switched to read-only and is probably "
		    "corrupted");
	if (missing.len == 0 && more.len == 0)
		check_say(out, CHECK_OK, "Mount options exactly as expected");
	str_free(&missing);
	str_free(&more);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_mounts *mounts = c->sections[0];
	const struct mount_entry *e = NULL;

	for (size_t i = 0; i < mounts->n && e == NULL; i++)
		if (slice_eq(mounts->entries[i].dir, c->item))
			e = &mounts->entries[i];
	if (e == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	if (e->stale)
		check_say(out, CHECK_WARN, "Mount point detected as stale");
	else if (c->params[P_OPTIONS].json == NULL)
		check_say(out, CHECK_OK, "Mounted, no options expected");
	else
		compare(c->params[P_OPTIONS].json, e->options, out);
}

const struct check check_mounts = {
    .name = "mounts",
    .title = "Mount options",
    .manual =
	"Compares the options of a mounted filesystem with those found at "
	"discovery. WARN if one is missing or new, CRIT if `ro` appeared: the "
	"kernel does that to a filesystem that it found damaged.",
    .ruleset = "fs_mount_options",
    .description = "Mount options of %s",
    .sections = (const struct section_type *const[]){&section_mounts, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
