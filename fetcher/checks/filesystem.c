/* SPDX-License-Identifier: Apache-2.0
 *
 * Filesystems: used space, inodes, growth.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/pattern.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"
#include "fetcher/sections/df.h"

enum {
	P_LEVELS,
	P_MAGIC,
	P_NORMSIZE,
	P_LOW,
	P_INODES,
	P_RANGE,
	P_TREND,
	P_HOURSLEFT,
	P_RESERVED,
	P_SUBTRACT,
	P_STEPS,
	P_GROUPS
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "MiB", CHECK_DEF_PERCENT(80, 90),
	"on the used space; below zero: on the free space"},
    {"magic", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE,
	"between 0 and 1: big filesystems get higher levels, small ones lower "
	"ones; 0.8 is a good value"},
    {"magic_normsize", CHECK_PARAM_NUMBER, "GB", CHECK_DEF_NUMBER(20),
	"with magic: filesystems of this size keep the levels as they are"},
    {"levels_low", CHECK_PARAM_UPPER, "%", CHECK_DEF_PERCENT(50, 60),
	"with magic: levels do not get lower than this"},
    {"inodes_levels", CHECK_PARAM_LOWER, "inodes", CHECK_DEF_PERCENT(10, 5),
	"on the free inodes"},
    {"trend_range", CHECK_PARAM_DURATION, "s", CHECK_DEF_NUMBER(86400),
	"growth is averaged over this time; null: no trend"},
    {"trend_levels", CHECK_PARAM_UPPER, "MiB", CHECK_DEF_NONE,
	"on the averaged growth within trend_range"},
    {"hours_left", CHECK_PARAM_LOWER, "h", CHECK_DEF_NONE,
	"on the hours until a growing filesystem is full; gives "
	"trend_hoursleft"},
    {"show_reserved", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(0),
	"give the free and the reserved space too"},
    {"subtract_reserved", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(0),
	"take the space reserved for root off the size instead of counting it "
	"as used"},
    {"levels_by_size", CHECK_PARAM_STEPS, "GB", CHECK_DEF_NONE,
	"instead of `levels`: [size, warn, crit] hold for filesystems larger "
	"than this size, the largest such size wins; smaller filesystems are "
	"CRIT when they are full"},
    {"groups", CHECK_PARAM_GROUPS, "", CHECK_DEF_NONE,
	"name: patterns of mount points, with * for any text; those "
	"filesystems are one service, with their sums, and are not discovered "
	"by themselves"},
    {0}};

static const struct check_metric metrics[] = {
    {"fs_used", "MiB", "used space, with what is reserved for root"},
    {"fs_size", "MiB", "size"}, {"fs_used_percent", "%", "used share"},
    {"fs_free", "MiB", "free space (show_reserved)"},
    {"reserved", "MiB", "reserved for root (show_reserved)"},
    {"growth", "MiB/day", "growth since the last check"},
    {"trend", "MiB/day", "growth, averaged over trend_range"},
    {"trend_hoursleft", "h", "until it is full (hours_left)"},
    {"inodes_used", "", "used inodes"}, {0}};

struct space { /* MiB */
	double size, used, free, reserved;
};

static bool
is_in_a_group(const json_t *groups, struct slice mount)
{
	void *at = json_object_iter((json_t *)groups);
	for (; at != NULL; at = json_object_iter_next((json_t *)groups, at))
		if (names_match(json_object_iter_value(at), mount))
			return true;
	return false;
}

static void
discover_groups(const struct check_context *c, struct check_found *found)
{
	const struct section_df *df = c->sections[0];
	json_t *groups = (json_t *)c->params[P_GROUPS].json;
	void *at = json_object_iter(groups);

	for (; at != NULL; at = json_object_iter_next(groups, at)) {
		json_t *patterns = json_object_iter_value(at);
		const char *name = json_object_iter_key(at);
		bool any = false;
		for (size_t i = 0; i < df->n && !any; i++)
			any = names_match(patterns, df->entries[i].mount);
		if (any)
			check_found_add(found, slice_of(name),
			    json_pack("{s:{s:O}}", "groups", name, patterns));
	}
}

static bool
is_one_of(struct slice s, const char *const *names)
{
	for (; *names != NULL; names++)
		if (slice_eqs(s, *names))
			return true;
	return false;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	static const char *const types[] = {"tmpfs", "nfs", "nfs4", "smbfs",
	    "cifs", "iso9660", "devtmpfs", "squashfs", NULL};
	static const char *const mounts[] = {
	    "/etc/resolv.conf", "/etc/hostname", "/etc/hosts", "/dev", NULL};
	const struct section_df *df = c->sections[0];

	discover_groups(c, found);
	for (size_t i = 0; i < df->n; i++) {
		const struct df_entry *e = &df->entries[i];
		if (is_in_a_group(c->params[P_GROUPS].json, e->mount))
			continue;
		if (is_one_of(e->type, types) || is_one_of(e->mount, mounts) ||
		    slice_starts(e->mount, "/var/lib/docker/") ||
		    e->size_kb <= 0)
			continue;
		if (!slice_eqs(e->type, "btrfs")) {
			check_found_add(found, e->mount, NULL);
			continue;
		}
		struct str item = {0};
		str_add(&item, "btrfs ");
		str_addslice(&item, e->device);
		check_found_add(found, str_slice(&item), NULL);
		str_free(&item);
	}
}

static const struct df_entry *
find(const struct section_df *df, struct slice item)
{
	struct slice device = {NULL, 0};
	if (slice_starts(item, "btrfs "))
		device = (struct slice){item.s + 6, item.len - 6};
	for (size_t i = 0; i < df->n; i++) {
		const struct df_entry *e = &df->entries[i];
		if (slice_eq(e->mount, item) ||
		    (device.len > 0 && slice_eqs(e->type, "btrfs") &&
			slice_eq(e->device, device)))
			return e;
	}
	return NULL;
}

/* The sum of a group's members, or of none. */
static bool
sum_group(const struct check_context *c, struct df_entry *sum)
{
	const struct section_df *df = c->sections[0];
	char name[1024];
	size_t n = 0;

	*sum = (struct df_entry){.mount = c->item};
	if (c->item.len >= sizeof(name) || c->params[P_GROUPS].json == NULL)
		return false;
	memcpy(name, c->item.s, c->item.len);
	name[c->item.len] = '\0';
	const json_t *patterns =
	    json_object_get(c->params[P_GROUPS].json, name);
	for (size_t i = 0; i < df->n; i++) {
		const struct df_entry *e = &df->entries[i];
		if (!names_match(patterns, e->mount))
			continue;
		n++;
		sum->size_kb += e->size_kb;
		sum->used_kb += e->used_kb;
		sum->available_kb += e->available_kb;
		sum->has_inodes = sum->has_inodes || e->has_inodes;
		sum->inodes += e->inodes;
		sum->inodes_free += e->inodes_free;
	}
	return n > 0;
}

/* A percentage moved towards 100 on big filesystems, away on small ones. */
static double
with_magic(const struct check_context *c, double percent, double size,
    double floor_percent)
{
	double size_gb = size / 1024, norm = c->params[P_NORMSIZE].number;
	double ratio = size_gb / (norm > 0 ? norm : 20);
	double scale = pow(ratio, c->params[P_MAGIC].number) / ratio;
	double level = 100 - (100 - percent) * scale;
	return level > floor_percent ? level : floor_percent;
}

/* As they were given: by the size, or for all sizes. */
static struct check_levels
given_levels(const struct check_context *c, double size)
{
	const json_t *steps = c->params[P_STEPS].json;
	struct check_levels none = {0}, l;
	struct check_levels best = {CHECK_LEVELS_PERCENT, 100, 100};
	double from, largest = -1;

	if (json_array_size(steps) == 0)
		return c->params[P_LEVELS].set ? c->params[P_LEVELS].levels
					       : none;
	for (size_t i = 0; i < json_array_size(steps); i++)
		if (check_params_step(steps, i, &from, &l) == 0 &&
		    size / 1024 > from && from > largest) {
			largest = from;
			best = l;
		}
	return best;
}

/* Levels on the used space, MiB. */
static struct check_levels
used_levels(const struct check_context *c, const struct space *s)
{
	struct check_levels l = given_levels(c, s->size);
	struct check_levels low = c->params[P_LOW].levels;

	if (l.kind == CHECK_LEVELS_NONE)
		return l;
	if (l.warn < 0 && l.kind == CHECK_LEVELS_PERCENT) {
		l.warn += 100;
		l.crit += 100;
	}
	if (c->params[P_MAGIC].set && l.kind == CHECK_LEVELS_PERCENT) {
		bool floors =
		    c->params[P_LOW].set && low.kind == CHECK_LEVELS_PERCENT;
		l.warn = with_magic(c, l.warn, s->size, floors ? low.warn : 0);
		l.crit = with_magic(c, l.crit, s->size, floors ? low.crit : 0);
	}
	if (l.warn < 0) {
		l.warn += s->size;
		l.crit += s->size;
	}
	return check_levels_of(&l, s->size);
}

static void
say_used(
    const struct check_context *c, const struct space *s, struct check_out *out)
{
	struct check_levels levels = used_levels(c, s);
	uint32_t state = check_judge(s->used, &levels, NULL);
	bool percent = given_levels(c, s->size).kind == CHECK_LEVELS_PERCENT;
	struct str *text = &out->summary;

	str_add(text, "Used: ");
	render_percent(text, 100 * s->used / s->size);
	str_add(text, " - ");
	render_mebibytes(text, s->used);
	str_add(text, " of ");
	render_mebibytes(text, s->size);
	if (state != CHECK_OK ||
	    (c->params[P_MAGIC].set && levels.kind != CHECK_LEVELS_NONE)) {
		str_add(text, " (warn/crit at ");
		if (percent) {
			render_percent(text, 100 * levels.warn / s->size);
			str_addc(text, '/');
			render_percent(text, 100 * levels.crit / s->size);
		} else {
			render_mebibytes(text, levels.warn);
			str_addc(text, '/');
			render_mebibytes(text, levels.crit);
		}
		str_add(text, " used)");
		str_add(text,
		    state == CHECK_OK         ? ""
			: state == CHECK_WARN ? "(!)"
					      : "(!!)");
	}
	out->state = check_worst(out->state, state);
	check_metric(out, "fs_used", s->used, &levels, 0, s->size);
	check_metric(out, "fs_size", s->size, NULL, 0, NAN);
	struct check_levels share = levels;
	share.warn *= 100 / s->size;
	share.crit *= 100 / s->size;
	check_metric(
	    out, "fs_used_percent", 100 * s->used / s->size, &share, 0, 100);
}

static void
say_inodes(const struct check_context *c, const struct df_entry *e,
    struct check_out *out)
{
	struct check_levels lower, upper;
	struct str text = {0};
	uint32_t state;

	if (!e->has_inodes)
		return;
	lower = check_levels_of(&c->params[P_INODES].levels, e->inodes);
	if (!c->params[P_INODES].set)
		lower.kind = CHECK_LEVELS_NONE;
	state = check_judge(e->inodes_free, NULL, &lower);
	str_add(&text, "Inodes available: ");
	render_count(&text, e->inodes_free);
	str_add(&text, " (");
	render_percent(&text, 100 * e->inodes_free / e->inodes);
	str_addc(&text, ')');
	if (c->params[P_INODES].levels.kind == CHECK_LEVELS_PERCENT &&
	    state != CHECK_OK)
		str_addf(&text, " (warn/crit below %.2f%%/%.2f%%)",
		    c->params[P_INODES].levels.warn,
		    c->params[P_INODES].levels.crit);
	else
		check_levels_text(
		    &text, e->inodes_free, NULL, &lower, render_count);
	check_tell_str(out, state, &text);
	str_free(&text);
	upper = (struct check_levels){
	    lower.kind, e->inodes - lower.warn, e->inodes - lower.crit};
	check_metric(out, "inodes_used", e->inodes - e->inodes_free, &upper, 0,
	    e->inodes);
}

static void
say_trend(
    const struct check_context *c, const struct space *s, struct check_out *out)
{
	double per_second, range = c->params[P_RANGE].number;
	struct str label = {0};

	if (!c->params[P_RANGE].set || range <= 0)
		return;
	if (!check_store_rate(
		c->store, "used", c->now, s->used, false, &per_second))
		return;
	double trend = check_store_average(
	    c->store, "trend", c->now, per_second, range / 60);
	check_metric(out, "growth", per_second * 86400, NULL, NAN, NAN);
	check_metric(out, "trend", trend * 86400, NULL, NAN, NAN);
	str_add(&label, "Trend per ");
	render_timespan(&label, range);
	struct check_levels levels =
	    check_levels_of(&c->params[P_TREND].levels, s->size);
	check_value_say(out, true, str_get(&label), trend * range,
	    c->params[P_TREND].set ? &levels : NULL, NULL, render_mebibytes);
	str_free(&label);
	if (!c->params[P_HOURSLEFT].set || trend <= 0)
		return;
	double hours = (s->size - s->used) / trend / 3600;
	check_value_say(out, true, "Hours until full", hours, NULL,
	    &c->params[P_HOURSLEFT].levels, render_count);
	check_metric(out, "trend_hoursleft", hours, NULL, NAN, NAN);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct df_entry *e = find(c->sections[0], c->item);
	struct df_entry sum;

	if (e == NULL && sum_group(c, &sum))
		e = &sum;
	if (e == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	if (e->size_kb <= 0) {
		check_say(out, CHECK_WARN, "Size of filesystem is 0 B");
		return;
	}
	struct space s = {
	    .size = e->size_kb / 1024,
	    .used = (e->size_kb - e->available_kb) / 1024,
	    .free = e->available_kb / 1024,
	    .reserved = (e->size_kb - e->available_kb - e->used_kb) / 1024,
	};
	if (s.reserved < 0)
		s.reserved = 0;
	if (c->params[P_SUBTRACT].number > 0 && s.size > s.reserved) {
		s.size -= s.reserved;
		s.used -= s.reserved;
	}
	say_used(c, &s, out);
	if (c->params[P_RESERVED].number > 0) {
		check_metric(out, "fs_free", s.free, NULL, 0, NAN);
		check_metric(out, "reserved", s.reserved, NULL, NAN, NAN);
		struct str text = {0};
		str_add(&text, "Reserved for root: ");
		render_mebibytes(&text, s.reserved);
		check_tell_str(out, CHECK_OK, &text);
		str_free(&text);
	}
	say_inodes(c, e, out);
	say_trend(c, &s, out);
}

const struct check check_filesystem = {
    .name = "filesystem",
    .title = "Filesystems",
    .manual =
	"Used space and free inodes of a mounted filesystem, and how fast it "
	"grows. What is reserved for root counts as used unless "
	"`subtract_reserved` is set. Several may be one service: `groups`.",
    .ruleset = "filesystem_levels",
    .description = "Filesystem %s",
    .sections = (const struct section_type *const[]){&section_df, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
