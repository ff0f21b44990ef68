/* SPDX-License-Identifier: Apache-2.0
 *
 * What ports are called; see if_names.h.
 */
#include "fetcher/checks/if_names.h"

#include "common/num.h"
#include "fetcher/checks/pattern.h"

#include <stdio.h>

static unsigned
width_of(unsigned n)
{
	return n < 10 ? 1 : 1 + width_of(n / 10);
}

static struct slice
alias_or_name(const struct lnx_if_entry *e)
{
	return e->alias.len > 0 ? e->alias : e->name;
}

/*
 * On Linux names are unique; where ports share one, the index is behind it.
 */
void
if_item(const struct section_lnx_if *s, const struct lnx_if_entry *e,
    struct slice how, struct str *to)
{
	bool alias = slice_eqs(how, "alias");
	struct slice name = alias ? alias_or_name(e) : e->name;
	size_t same = 0;

	if (slice_eqs(how, "index")) {
		str_addf(to, "%0*u", (int)width_of(s->last_index), e->index);
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		same += slice_eq(name,
		    alias ? alias_or_name(&s->entries[i]) : s->entries[i].name);
	str_addslice(to, name);
	if (same > 1 || name.len == 0)
		str_addf(to, "%s%u", name.len > 0 ? " " : "", e->index);
}

/* "uplink 12": a name that several ports have, and the index. */
static const struct lnx_if_entry *
find_doubled(const struct section_lnx_if *s, struct slice item)
{
	for (size_t i = 0; i < s->n; i++) {
		char end[16];
		size_t n = (size_t)snprintf(
		    end, sizeof(end), " %u", s->entries[i].index);
		struct slice name = {item.s, item.len - n};

		if (item.len > n &&
		    memcmp(item.s + item.len - n, end, n) == 0 &&
		    (slice_eq(name, s->entries[i].name) ||
			slice_eq(name, s->entries[i].alias)))
			return &s->entries[i];
	}
	return NULL;
}

/* By index, padded or not, by name or by alias. */
const struct lnx_if_entry *
if_find(const struct section_lnx_if *s, struct slice item)
{
	int64_t index = 0;

	if (!num_range(item, 1, UINT32_MAX, &index))
		index = 0;
	for (size_t i = 0; i < s->n; i++)
		if ((index > 0 && s->entries[i].index == index) ||
		    slice_eq(s->entries[i].name, item) ||
		    (item.len > 0 && slice_eq(s->entries[i].alias, item)))
			return &s->entries[i];
	return find_doubled(s, item);
}

bool
if_in_group(const json_t *patterns, const struct lnx_if_entry *e)
{
	return names_match(patterns, e->name) ||
	    (e->alias.len > 0 && names_match(patterns, e->alias));
}

void
if_say_name(
    const struct lnx_if_entry *e, struct slice item, struct check_out *out)
{
	bool alias = e->alias.len > 0 && !slice_eq(e->alias, e->name) &&
	    !slice_eq(e->alias, item);
	bool name = e->name.len > 0 && (!alias || !slice_eq(e->name, item));

	if (alias && name)
		check_say(out, CHECK_OK, "[%.*s, %.*s]", (int)e->alias.len,
		    e->alias.s, (int)e->name.len, e->name.s);
	else if (alias || name)
		check_say(out, CHECK_OK, "[%.*s]",
		    (int)(alias ? e->alias.len : e->name.len),
		    alias ? e->alias.s : e->name.s);
}
