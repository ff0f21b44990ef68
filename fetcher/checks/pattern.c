/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions, by PCRE2.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "fetcher/checks/pattern.h"

#include "common/mem.h"

#include <fnmatch.h>
#include <pcre2.h>
#include <stdlib.h>

#define MATCH_LIMIT 20000 /* steps of one match */

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
	struct slice text; /* of the last hit */
	int groups;        /* of the last hit */
};

struct pattern *
pattern_new(struct slice text, struct err *err_r)
{
	int code;
	PCRE2_SIZE at;
	PCRE2_UCHAR why[128];
	pcre2_code *compiled =
	    pcre2_compile((PCRE2_SPTR)(text.len > 0 ? text.s : ""), text.len,
		PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &at, NULL);

	if (compiled == NULL) {
		pcre2_get_error_message(code, why, sizeof(why));
		err_set(err_r, "pattern %.*s: %s at character %zu",
		    (int)(text.len < 100 ? text.len : 100), text.s,
		    (const char *)why, (size_t)at + 1);
		return NULL;
	}
	struct pattern *p = xnew(struct pattern);
	p->code = compiled;
	p->data = pcre2_match_data_create(PATTERN_MAX_GROUPS, NULL);
	p->context = pcre2_match_context_create(NULL);
	if (p->data == NULL || p->context == NULL)
		abort();
	pcre2_set_match_limit(p->context, MATCH_LIMIT);
	return p;
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_match_context_free(p->context);
	pcre2_match_data_free(p->data);
	pcre2_code_free(p->code);
	free(p);
}

static bool
match(struct pattern *p, struct slice text, uint32_t options)
{
	int n = pcre2_match(p->code, (PCRE2_SPTR)(text.len > 0 ? text.s : ""),
	    text.len, 0, options, p->data, p->context);
	p->text = text;
	p->groups = n == 0 ? PATTERN_MAX_GROUPS : n;
	return n >= 0;
}

bool
pattern_starts(struct pattern *p, struct slice text)
{
	return match(p, text, PCRE2_ANCHORED);
}

bool
pattern_finds(struct pattern *p, struct slice text)
{
	return match(p, text, 0);
}

struct slice
pattern_group(const struct pattern *p, unsigned group)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(p->data);
	if ((int)group >= p->groups || ends[2 * group] == PCRE2_UNSET ||
	    ends[2 * group] > ends[2 * group + 1])
		return (struct slice){"", 0};
	return (struct slice){
	    p->text.s + ends[2 * group], ends[2 * group + 1] - ends[2 * group]};
}

void
patterns_read(struct patterns *p, const json_t *texts, struct err *err_r)
{
	size_t n = json_array_size(texts);

	*p = (struct patterns){0};
	if (n == 0)
		return;
	p->list = xcalloc(n, sizeof(struct pattern *));
	for (size_t i = 0; i < n; i++) {
		const json_t *text = json_array_get(texts, i);
		struct slice s = {
		    json_string_value(text), json_string_length(text)};
		struct pattern *one = pattern_new(s, err_r);
		if (one != NULL)
			p->list[p->n++] = one;
	}
}

void
patterns_free(struct patterns *p)
{
	for (size_t i = 0; i < p->n; i++)
		pattern_free(p->list[i]);
	free(p->list);
	*p = (struct patterns){0};
}

bool
patterns_start(const struct patterns *p, struct slice text)
{
	for (size_t i = 0; i < p->n; i++)
		if (pattern_starts(p->list[i], text))
			return true;
	return false;
}

bool
patterns_find(const struct patterns *p, struct slice text)
{
	for (size_t i = 0; i < p->n; i++)
		if (pattern_finds(p->list[i], text))
			return true;
	return false;
}

bool
names_match(const json_t *names, struct slice text)
{
	char name[4096];

	if (text.len >= sizeof(name))
		return false;
	memcpy(name, text.s, text.len);
	name[text.len] = '\0';
	for (size_t i = 0; i < json_array_size(names); i++)
		if (fnmatch(json_string_value(json_array_get(names, i)), name,
			FNM_NOESCAPE) == 0)
			return true;
	return false;
}
