/* SPDX-License-Identifier: Apache-2.0
 *
 * What the compiler asks about checks: whether one exists and whether
 * parameters are right. The only file here that knows the fetcher's table.
 */
#include "fetcher/checks/check.h"
#include "site/compile/model.h"

bool
checks_find(const char *check, const char **ruleset_r, bool *items_r)
{
	const struct check *c = check_find(slice_of(check));

	if (c == NULL)
		return false;
	*ruleset_r = c->ruleset;
	*items_r = check_has_items(c);
	return true;
}

void
checks_nearest(struct nearest *near)
{
	for (size_t i = 0; check_at(i) != NULL; i++)
		nearest_try(near, check_at(i)->name);
}

int
checks_verify(const char *check, const json_t *params, struct err *err_r)
{
	const struct check *c = check_find(slice_of(check));

	if (c == NULL) {
		err_set(err_r, "there is no check %s", check);
		return -1;
	}
	return check_params_verify(c, params, err_r);
}

void
checks_each(void (*fn)(const char *ruleset, const char *check,
		const char *title, void *arg),
    void *arg)
{
	for (size_t i = 0; check_at(i) != NULL; i++) {
		const struct check *c = check_at(i);

		if (c->ruleset != NULL)
			fn(c->ruleset, c->name, c->title, arg);
	}
}
