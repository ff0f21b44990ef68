/* SPDX-License-Identifier: Apache-2.0
 *
 * PCRE2 with its just-in-time compiler and a limit.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "notifyd/rules/pattern.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/str.h"

#include <pcre2.h>
#include <stdlib.h>

#define MATCH_LIMIT 200000

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	char *prefix; /* every match begins with it; "" if nothing is known */
	size_t prefix_len;
	bool plain;    /* no operators at all: `prefix` is the whole text */
	bool anchored; /* at the start */
};

/* The plain characters that an anchored expression begins with, or all of one
 * that has no operators. */
static char *
plain_prefix(const char *regex, bool anchored, bool *plain_r)
{
	size_t n;

	if (anchored && regex[0] == '^' && strchr(regex, '|') == NULL)
		regex++; /* it says the same again */
	n = strcspn(regex, "\\^$.[]()*+?{}|");
	*plain_r = regex[n] == '\0';
	if (*plain_r)
		return xstrdup(regex);
	if (!anchored || strchr(regex, '|') != NULL)
		return xstrdup("");
	if (n > 0 && strchr("*?{", regex[n]) != NULL)
		n--; /* the last one may be missing */
	while (n > 0 && ((unsigned char)regex[n] & 0xc0) == 0x80)
		n--; /* of several bytes: all of it */
	return slice_dup((struct slice){regex, n});
}

struct pattern *
nd_pattern_compile(const char *regex, bool anchored, struct err *err_r)
{
	uint32_t options = PCRE2_UTF | (anchored ? PCRE2_ANCHORED : 0);
	struct pattern *p;
	pcre2_code *code;
	PCRE2_SIZE at;
	int why;

	code = pcre2_compile(
	    (PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED, options, &why, &at, NULL);
	if (code == NULL) {
		PCRE2_UCHAR text[200];

		pcre2_get_error_message(why, text, sizeof(text));
		err_set(err_r, "\"%s\" is no regular expression: %s at %zu",
		    regex, (const char *)text, (size_t)at + 1);
		return NULL;
	}
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* slower without */
	p = xnew(struct pattern);
	p->code = code;
	p->anchored = anchored;
	p->prefix = plain_prefix(regex, anchored, &p->plain);
	p->prefix_len = strlen(p->prefix);
	p->data = pcre2_match_data_create(1, NULL);
	p->limits = pcre2_match_context_create(NULL);
	must(p->data != NULL && p->limits != NULL);
	pcre2_set_match_limit(p->limits, MATCH_LIMIT);
	return p;
}

void
nd_pattern_free(struct pattern **p)
{
	if (*p == NULL)
		return;
	pcre2_match_context_free((*p)->limits);
	pcre2_match_data_free((*p)->data);
	pcre2_code_free((*p)->code);
	free((*p)->prefix);
	free(*p);
	*p = NULL;
}

bool
nd_pattern_matches(const struct pattern *p, const char *text)
{
	if (p->plain && !p->anchored)
		return strstr(text, p->prefix) != NULL;
	if (strncmp(text, p->prefix, p->prefix_len) != 0)
		return false;
	return p->plain ||
	    pcre2_match(p->code, (PCRE2_SPTR)text, strlen(text), 0, 0, p->data,
		p->limits) >= 0;
}

struct slice
nd_pattern_prefix(const struct pattern *p)
{
	return (struct slice){p->prefix, p->anchored ? p->prefix_len : 0};
}
