/* SPDX-License-Identifier: Apache-2.0
 *
 * What the compiler asks about checks: whether one exists and whether
 * parameters are right. The only file here that knows the fetcher's table.
 */
#include "fetcher/checks/check.h"
#include "fetcher/sections/section.h"
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
checks_describe(const char *check, const char *item, struct str *to)
{
	const struct check *c = check_find(slice_of(check));

	if (c != NULL)
		check_describe(c, slice_of(item), to);
}

void
checks_nearest(struct nearest *near)
{
	for (size_t i = 0; check_at(i) != NULL; i++)
		nearest_try(near, check_at(i)->name);
}

bool
checks_read_section(const char *name, struct nearest *near)
{
	for (size_t i = 0; check_at(i) != NULL; i++) {
		const struct section_type *const *s = check_at(i)->sections;

		for (; *s != NULL; s++) {
			const struct section_type *t = *s;

			for (; t != NULL; t = t->fallback) {
				if (t->snmp == NULL)
					continue;
				if (strcmp(t->names[0], name) == 0)
					return true;
				nearest_try(near, t->names[0]);
			}
		}
	}
	return false;
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

static json_t *
level(const struct check_levels *l, double value)
{
	struct str text = {0};
	json_t *level;

	if (l->kind != CHECK_LEVELS_PERCENT)
		return json_real(value);
	str_addf(&text, "%.15g%%", value);
	level = json_string(str_get(&text));
	str_free(&text);
	return level;
}

static json_t *
default_of(const struct check_param *p)
{
	const struct check_value *v = &p->def;

	if (!v->set)
		return json_null();
	if (p->type == CHECK_PARAM_UPPER || p->type == CHECK_PARAM_LOWER)
		return json_pack("[o, o]", level(&v->levels, v->levels.warn),
		    level(&v->levels, v->levels.crit));
	if (p->type == CHECK_PARAM_BOOL)
		return json_boolean(v->number != 0);
	if (p->type == CHECK_PARAM_STRING)
		return json_stringn(v->text.s, v->text.len);
	if (p->type == CHECK_PARAM_NUMBER || p->type == CHECK_PARAM_DURATION ||
	    p->type == CHECK_PARAM_STATE)
		return json_real(v->number);
	return v->json == NULL ? json_null() : json_deep_copy(v->json);
}

json_t *
checks_defaults(const char *check)
{
	const struct check *c = check_find(slice_of(check));
	json_t *all = json_object();

	for (size_t i = 0;
	     c != NULL && c->params != NULL && c->params[i].name != NULL; i++)
		json_object_set_new(
		    all, c->params[i].name, default_of(&c->params[i]));
	return all;
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
