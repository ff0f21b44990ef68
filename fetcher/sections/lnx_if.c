/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lnx_if: `ip address` between [start_iplink] and [end_iplink], then
 * lines of /proc/net/dev and a block [NAME] of ethtool's words per interface.
 */
#include "fetcher/sections/lnx_if.h"

#include "common/num.h"

#define MAX_INTERFACES 4096 /* they are looked up one by one */

static struct lnx_if_entry *
entry_of(struct section_lnx_if *s, struct arena *arena, struct slice name)
{
	for (size_t i = s->n; i-- > 0;)
		if (slice_eq(s->entries[i].name, name))
			return &s->entries[i];
	if (s->n == MAX_INTERFACES)
		return NULL;
	ARENA_GROW(arena, s->entries, s->n, s->cap);
	struct lnx_if_entry *e = &s->entries[s->n++];
	*e = (struct lnx_if_entry){.name = name,
	    .type = slice_eqs(name, "lo") ? 24 : 6,
	    .link = -1,
	    .flags = -1};
	return e;
}

static bool
has_flag(struct slice flags, const char *flag)
{
	struct slice one;
	while (slice_next(&flags, ',', &one))
		if (slice_eqs(one, flag))
			return true;
	return false;
}

/* "2: eth0@if3: <BROADCAST,UP,LOWER_UP> mtu ..."; others are addresses. */
static void
read_iplink(struct section_lnx_if *s, struct arena *arena, struct slice line)
{
	struct slice number, full, name, flags;
	uint64_t index;
	if (!slice_next(&line, ':', &number) || !num_u64(number, &index) ||
	    !slice_next(&line, ':', &full))
		return;
	full = slice_trim(full);
	if (!slice_next(&full, '@', &name))
		return;
	const char *open = memchr(line.s, '<', line.len);
	const char *close = memchr(line.s, '>', line.len);
	if (open == NULL || close == NULL || close < open || name.len == 0)
		return;
	flags = (struct slice){open + 1, (size_t)(close - open) - 1};
	struct lnx_if_entry *e = entry_of(s, arena, name);
	if (e != NULL)
		e->flags = has_flag(flags, "UP") && has_flag(flags, "LOWER_UP");
}

/* "1000Mb/s"; "Unknown!" and 65535Mb/s mean that nobody knows. */
static double
read_speed(struct slice value)
{
	double number;
	size_t n = 0;
	while (n < value.len && value.s[n] >= '0' && value.s[n] <= '9')
		n++;
	struct slice unit = {value.s + n, value.len - n};
	if (!num_double((struct slice){value.s, n}, &number))
		return 0;
	if (slice_eqs(unit, "Mb/s"))
		return number == 65535 ? 0 : number * 1e6;
	if (slice_eqs(unit, "Kb/s"))
		return number * 1e3;
	return slice_eqs(unit, "Gb/s") ? number * 1e9 : 0;
}

static void
read_detail(struct lnx_if_entry *e, struct slice key, struct slice value)
{
	if (slice_eqs(key, "Speed"))
		e->speed = read_speed(value);
	else if (slice_eqs(key, "Link detected"))
		e->link = slice_eqs(value, "yes");
	else if (slice_eqs(key, "Address"))
		e->mac = value;
}

/* The 16 columns of /proc/net/dev; false if it is no such line. */
static bool
read_counters(struct lnx_if_entry *e, struct slice value)
{
	uint64_t number;
	double counters[LNX_IF_LINE];
	for (size_t i = 0; i < LNX_IF_LINE; i++) {
		if (!section_u64(&value, &number))
			return false;
		counters[i] = (double)number;
	}
	memcpy(e->counters, counters, sizeof(counters));
	e->has_counters = true;
	return true;
}

static bool
is_counters(struct slice value)
{
	uint64_t number;
	return section_u64(&value, &number) && section_u64(&value, &number);
}

static void
settle_status(struct lnx_if_entry *e)
{
	if (e->link >= 0)
		e->status = e->link ? LNX_IF_UP : LNX_IF_DOWN;
	else if (e->flags >= 0)
		e->status = e->flags ? LNX_IF_UP : LNX_IF_DOWN;
	else
		e->status = e->counters[LNX_IF_IN_OCTETS] > 0 ? LNX_IF_UP
							      : LNX_IF_UNKNOWN;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_lnx_if *s = section;
	struct lnx_if_entry *block = NULL;
	bool iplink = false;
	struct slice line, key;

	while (split_line(in, &line)) {
		if (slice_eqs(line, "[start_iplink]") ||
		    slice_eqs(line, "[end_iplink]")) {
			iplink = line.s[1] == 's';
			continue;
		}
		if (iplink) {
			read_iplink(s, arena, line);
			continue;
		}
		if (line.s[0] == '[' && line.s[line.len - 1] == ']') {
			struct slice name = {line.s + 1, line.len - 2};
			block = entry_of(s, arena, name);
			if (block != NULL && block->index == 0)
				block->index = ++s->last_index;
			continue;
		}
		slice_next(&line, ':', &key);
		struct slice value = slice_trim(line);
		key = slice_trim(key);
		if (is_counters(value)) {
			struct lnx_if_entry *e = entry_of(s, arena, key);
			if (e != NULL && !read_counters(e, value))
				return section_bad(
				    in, err_r, "expected 16 counters");
		} else if (block != NULL) {
			read_detail(block, key, value);
		}
	}
	for (size_t i = 0; i < s->n; i++)
		settle_status(&s->entries[i]);
	return 0;
}

const struct section_type section_lnx_if = {
    .names = {"lnx_if", NULL},
    .size = sizeof(struct section_lnx_if),
    .parse = parse,
    .fallback = &section_if64,
};
