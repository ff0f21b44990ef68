/* SPDX-License-Identifier: Apache-2.0
 *
 * Updates that wait to be installed by APT.
 */
#include "fetcher/sections/apt.h"
#include "fetcher/checks/out.h"
#include "fetcher/checks/pattern.h"
#include "fetcher/discover.h"

enum {
	P_NORMAL,
	P_REMOVALS,
	P_SECURITY,
	P_IGNORED
};

static const struct check_param params[] = {
    {"normal", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if there are updates that are not about security"},
    {"removals", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if packages would be removed"},
    {"security", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if there are security updates"},
    {"ignored", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"regular expressions, from the start of the name: packages that do "
	"not count"},
    {0}};

static const struct check_metric metrics[] = {
    {"normal_updates", "", "updates that are not about security"},
    {"removals", "", "packages that would be removed"},
    {"security_updates", "", "security updates"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

#define MAX_NAMED 20

/* "3 security updates (a, b, c)" */
static void
say(const struct check_context *c, const struct patterns *ignored,
    enum apt_kind kind, const char *what, const char *metric, uint32_t state,
    struct check_out *out)
{
	const struct section_apt *s = c->sections[0];
	struct str names = {0};
	size_t n = 0;

	for (size_t i = 0; i < s->n && s->counts[kind] > 0; i++) {
		const struct apt_package *p = &s->packages[i];
		if (p->kind != kind || patterns_start(ignored, p->name))
			continue;
		if (n < MAX_NAMED) {
			str_add(&names, n > 0 ? ", " : "");
			str_addslice(&names, p->name);
		} else if (n == MAX_NAMED) {
			str_add(&names, ", ...");
		}
		n++;
	}
	if (n == 0)
		check_tell(out, CHECK_OK, "0 %s", what);
	else if (kind == APT_NORMAL)
		check_say(out, state, "%zu %s", n, what);
	else
		check_say(out, state, "%zu %s (%s)", n, what, str_get(&names));
	check_metric(out, metric, (double)n, NULL, 0, NAN);
	str_free(&names);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_apt *s = c->sections[0];
	struct patterns ignored;
	struct err err = {0};

	patterns_read(&ignored, c->params[P_IGNORED].json, &err);
	say(c, &ignored, APT_NORMAL, "normal updates", "normal_updates",
	    (uint32_t)c->params[P_NORMAL].number, out);
	say(c, &ignored, APT_REMOVAL, "auto removals", "removals",
	    (uint32_t)c->params[P_REMOVALS].number, out);
	say(c, &ignored, APT_SECURITY, "security updates", "security_updates",
	    (uint32_t)c->params[P_SECURITY].number, out);
	if (out->summary.len == 0)
		check_say(out, CHECK_OK, "No updates pending for installation");
	if (s->esm_warning)
		check_tell(out, CHECK_OK,
		    "More updates are for subscribers of the vendor (ESM)");
	if (err.text[0] != '\0')
		check_say(out, CHECK_UNKNOWN, "ignored: %s", err.text);
	patterns_free(&ignored);
}

const struct check check_apt = {
    .name = "apt",
    .title = "APT updates",
    .manual =
	"Packages that APT would update or remove, as the agent's plugin "
	"mk_apt reports them. WARN for normal updates and removals, CRIT for "
	"security updates.",
    .ruleset = "apt",
    .description = "APT Updates",
    .sections = (const struct section_type *const[]){&section_apt, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
