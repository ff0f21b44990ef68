/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration of the SSH daemon.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#include <strings.h>

enum {
	P_OPTIONS
};

static const struct check_param params[] = {
    {"options", CHECK_PARAM_GROUPS, "", CHECK_DEF_NONE,
	"option: values that are fine, as {PermitRootLogin: [\"no\"]}; others, "
	"and an option that is not set, are CRIT. Case does not count"},
    {0}};

/* Said without being asked for. */
static const char *const shown[] = {"Port", "PermitRootLogin",
    "PasswordAuthentication", "PermitEmptyPasswords",
    "KbdInteractiveAuthentication", "ChallengeResponseAuthentication",
    "X11Forwarding", "UsePAM"};

static const struct section_type section = SECTION_LINES("sshd_config");

static bool
same(struct slice text, const char *word)
{
	return strlen(word) == text.len &&
	    strncasecmp(text.s, word, text.len) == 0;
}

/* Appends the option's value, or values if it stands there several times. */
static void
value_of(const struct section_lines *s, const char *option, struct str *to)
{
	for (size_t i = 0; i < s->n; i++) {
		struct slice rest = s->lines[i].text, name;

		if (!slice_word(&rest, &name) || !same(name, option) ||
		    to->len > 500)
			continue;
		if (to->len > 0)
			str_addc(to, ' ');
		str_addslice(to, slice_trim(rest));
	}
}

static bool
is_fine(const json_t *values, struct slice text)
{
	for (size_t i = 0; i < json_array_size(values); i++) {
		const char *one = json_string_value(json_array_get(values, i));
		if (one != NULL && same(text, one))
			return true;
	}
	return false;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
say_wanted(const struct section_lines *s, const char *option,
    const json_t *values, struct check_out *out)
{
	struct str value = {0}, text = {0};

	value_of(s, option, &value);
	bool fine = is_fine(values, str_slice(&value));
	str_addf(&text, "%s: %s", option,
	    value.len > 0 ? str_get(&value) : "not set");
	for (size_t i = 0; !fine && i < json_array_size(values); i++)
		str_addf(&text, "%s%s", i == 0 ? " (expected " : " or ",
		    json_string_value(json_array_get(values, i)));
	if (!fine && json_array_size(values) > 0)
		str_addc(&text, ')');
	check_say_str(out, fine ? CHECK_OK : CHECK_CRIT, &text);
	str_free(&text);
	str_free(&value);
}

/* Is it among the options that the rule names? */
static bool
is_wanted(const json_t *wanted, const char *option)
{
	const char *name;
	json_t *values;

	json_object_foreach((json_t *)wanted, name,
	    values) if (strcasecmp(name, option) == 0) return true;
	return false;
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	const json_t *wanted = c->params[P_OPTIONS].json;
	const char *option;
	json_t *values;

	json_object_foreach((json_t *)wanted, option, values)
	    say_wanted(s, option, values, out);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		struct str value = {0};
		if (!is_wanted(wanted, shown[i]))
			value_of(s, shown[i], &value);
		if (value.len > 0)
			check_say(
			    out, CHECK_OK, "%s: %s", shown[i], str_get(&value));
		str_free(&value);
	}
	if (out->summary.len == 0)
		check_say(out, CHECK_OK, "Everything is at its default");
}

const struct check check_sshd_config = {
    .name = "sshd_config",
    .title = "SSH daemon: configuration",
    .manual = "How the SSH daemon is configured. Nothing is judged unless "
	      "`options` says which values are fine.",
    .ruleset = "sshd_config",
    .description = "SSH daemon configuration",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
