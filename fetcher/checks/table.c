/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of checks, expanded from checks.def.
 */
#include "common/mem.h"
#include "fetcher/checks/check.h"
#include "fetcher/checks/checks.def"

#define DECLARE(name) extern const struct check check_##name;
CHECKS(DECLARE)
#define ENTRY(name) &check_##name,
static const struct check *const table[] = {CHECKS(ENTRY)};

const struct check *
check_at(size_t i)
{
	return i < ARRAY_LEN(table) ? table[i] : NULL;
}

static int
compare(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n > 0 ? memcmp(a.s, b.s, n) : 0;
	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

const struct check *
check_find(struct slice name)
{
	size_t low = 0, high = ARRAY_LEN(table);
	while (low < high) {
		size_t at = (low + high) / 2;
		struct slice have = slice_of(table[at]->name);
		int order = compare(name, have);
		if (order == 0)
			return table[at];
		if (order < 0)
			high = at;
		else
			low = at + 1;
	}
	return NULL;
}

bool
check_has_items(const struct check *check)
{
	return strstr(check->description, "%s") != NULL;
}

void
check_describe(const struct check *check, struct slice item, struct str *out)
{
	const char *at = strstr(check->description, "%s");
	if (at == NULL) {
		str_add(out, check->description);
		return;
	}
	str_addn(out, check->description, (size_t)(at - check->description));
	str_addslice(out, item);
	str_add(out, at + 2);
}
