/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths to storage.
 */
#include "fetcher/sections/multipath.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

enum {
	P_PATHS,
	P_ALIAS
};

static const struct check_param params[] = {
    {"paths", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE,
	"how many active paths there must be; discovery remembers how many "
	"there were"},
    {"use_alias", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(0),
	"in discovery: name services by the alias instead of the UUID"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_multipath *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++) {
		const struct multipath_device *d = &s->devices[i];
		bool alias = c->params[P_ALIAS].number > 0 && d->alias.len > 0;

		if (d->paths > 0)
			check_found_add(found, alias ? d->alias : d->uuid,
			    json_pack("{s:I}", "paths", (json_int_t)d->active));
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_multipath *s = c->sections[0];
	const struct multipath_device *d = NULL;
	struct str text = {0};

	for (size_t i = 0; i < s->n && d == NULL; i++)
		if (slice_eq(s->devices[i].uuid, c->item) ||
		    slice_eq(s->devices[i].alias, c->item))
			d = &s->devices[i];
	if (d == NULL) {
		check_say(out, CHECK_CRIT, "The device is gone");
		return;
	}
	if (d->alias.len > 0 && !slice_eq(d->alias, c->item))
		str_addf(&text, "(%.*s) ", (int)d->alias.len, d->alias.s);
	str_addf(&text, "Paths active: %zu of %zu", d->active, d->paths);
	if (c->params[P_PATHS].set)
		str_addf(&text, ", expected: %.0f", c->params[P_PATHS].number);
	check_say_str(out,
	    d->active == 0 ||
		    (c->params[P_PATHS].set &&
			(double)d->active < c->params[P_PATHS].number)
		? CHECK_CRIT
		: CHECK_OK,
	    &text);
	str_clear(&text);
	for (size_t i = 0; i < d->n_broken && i < 100; i++)
		str_addf(&text, "%s%.*s",
		    i > 0 ? ", " : "Broken paths: ", (int)d->broken[i].len,
		    d->broken[i].s);
	if (text.len > 0)
		check_say_str(out, CHECK_OK, &text);
	str_free(&text);
}

const struct check check_multipath = {
    .name = "multipath",
    .title = "Multipath devices",
    .manual =
	"How many paths to a storage device are active. CRIT if there are "
	"fewer than when it was discovered, or than the rule says, or none.",
    .ruleset = "multipath",
    .description = "Multipath %s",
    .sections = (const struct section_type *const[]){&section_multipath, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
