/* SPDX-License-Identifier: Apache-2.0
 *
 * Expansion of set.*; see template.h.
 */
#include "eventd/rule/template.h"

#define LONG_TEXT        "$MATCH_GROUPS_MESSAGE_"
#define LONG_APPLICATION "$MATCH_GROUPS_SYSLOG_APPLICATION_"

struct reference {
	bool application;
	unsigned number; /* 0: the whole field */
	size_t len;      /* of its text in the template */
};

static bool
long_reference(const char *s, const char *prefix, struct reference *ref)
{
	size_t n = strlen(prefix);
	unsigned number = 0;

	if (strncmp(s, prefix, n) != 0)
		return false;
	for (size_t i = 0; i < 3 && s[n] >= '0' && s[n] <= '9'; i++)
		number = number * 10 + (unsigned)(s[n++] - '0');
	if (s[n] != '$' || number == 0)
		return false;
	ref->number = number;
	ref->len = n + 1;
	return true;
}

/* Is there a reference at `s`? */
static bool
reference_at(const char *s, struct reference *ref)
{
	*ref = (struct reference){0};
	if (s[0] == '\\' && s[1] >= '0' && s[1] <= '9') {
		ref->number = (unsigned)(s[1] - '0');
		ref->len = 2;
		return true;
	}
	if (s[0] != '$')
		return false;
	if (long_reference(s, LONG_TEXT, ref))
		return true;
	ref->application = long_reference(s, LONG_APPLICATION, ref);
	return ref->application;
}

int
template_check(const char *tmpl, uint32_t text_groups,
    uint32_t application_groups, struct err *err_r)
{
	struct reference ref;

	while (*tmpl != '\0') {
		uint32_t have;

		if (!reference_at(tmpl, &ref)) {
			tmpl++;
			continue;
		}
		have = ref.application ? application_groups : text_groups;
		if (ref.number > have) {
			err_set(err_r,
			    "refers to group %u, but the pattern of the %s "
			    "has %u",
			    ref.number,
			    ref.application ? "application" : "text", have);
			return -1;
		}
		tmpl += ref.len;
	}
	return 0;
}

void
template_expand(struct str *out, const char *tmpl, struct slice whole,
    const struct groups *text, const struct groups *application)
{
	struct reference ref;

	while (*tmpl != '\0') {
		const struct groups *g;

		if (!reference_at(tmpl, &ref)) {
			str_addc(out, *tmpl++);
			continue;
		}
		g = ref.application ? application : text;
		if (ref.number == 0)
			str_addslice(out, whole);
		else if (ref.number <= g->n)
			str_addslice(out, g->group[ref.number - 1]);
		tmpl += ref.len;
	}
}
