/* SPDX-License-Identifier: Apache-2.0
 *
 * Patterns on PCRE2 with JIT; see pattern.h. The only file of eventd's rules
 * that includes pcre2.h.
 */
#include "eventd/rule/pattern.h"

#include "common/log.h"
#include "common/mem.h"
#include "eventd/parse/text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <strings.h>

#define MATCH_LIMIT 200000
#define JIT_STACK   (256 * 1024)
#define PATTERN_MAX 16384

struct pattern {
	char *plain; /* NULL: a regular expression */
	size_t plain_len;
	char *source; /* the regular expression, NULL: plain */
	bool whole;
	pcre2_code *code;
	uint32_t n_groups;
};

struct pattern_scratch {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

bool
ec_pattern_is_empty(const char *text)
{
	return slice_trim(slice_of(text)).len == 0;
}

static bool
is_regex(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (strchr(".?*+^$|[](){}\\", s.s[i]) != NULL)
			return true;
	}
	return false;
}

/* A leading ".*" costs much and changes nothing where matches float. */
static struct slice
without_leading_any(struct slice s)
{
	if (slice_starts(s, ".*") && s.len > 2 &&
	    strchr("?+{*|", s.s[2]) == NULL)
		return (struct slice){s.s + 2, s.len - 2};
	return s;
}

static int
compile(struct pattern *p, struct slice text, struct err *err_r)
{
	uint32_t options = PCRE2_CASELESS | PCRE2_UTF | PCRE2_DOLLAR_ENDONLY;
	PCRE2_UCHAR why[256];
	PCRE2_SIZE at;
	int code;

	if (p->whole)
		options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	p->code = pcre2_compile(
	    (PCRE2_SPTR)text.s, text.len, options, &code, &at, NULL);
	if (p->code == NULL) {
		pcre2_get_error_message(code, why, sizeof(why));
		err_set(err_r, "%s at offset %zu of \"%.*s\"",
		    (const char *)why, (size_t)at, (int)text.len, text.s);
		return -1;
	}
	pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &p->n_groups);
	if (p->n_groups > GROUPS_MAX) {
		err_set(err_r, "%u groups, at most %d are allowed", p->n_groups,
		    GROUPS_MAX);
		return -1;
	}
	/* Where there is no JIT the interpreter does it. */
	pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	return 0;
}

struct pattern *
ec_pattern_new(const char *text, enum pattern_kind kind, struct err *err_r)
{
	struct slice s = slice_trim(slice_of(text));
	struct pattern *p = xnew(struct pattern);

	if (s.len == 0 || s.len > PATTERN_MAX) {
		err_set(err_r,
		    s.len == 0 ? "an empty pattern"
			       : "a pattern of over 16 KiB");
		ec_pattern_free(&p);
		return NULL;
	}
	p->whole = kind == PATTERN_WHOLE;
	if (!is_regex(s) && text_is_ascii(s)) {
		p->whole |= kind == PATTERN_HOST;
		p->plain = slice_dup(s);
		p->plain_len = s.len;
		return p;
	}
	if (!is_regex(s) && kind == PATTERN_HOST)
		p->whole = true;
	if (kind == PATTERN_SEARCH)
		s = without_leading_any(s);
	p->source = slice_dup(s);
	if (compile(p, s, err_r) != 0)
		ec_pattern_free(&p);
	return p;
}

void
ec_pattern_free(struct pattern **p)
{
	if (*p == NULL)
		return;
	free((*p)->plain);
	free((*p)->source);
	pcre2_code_free((*p)->code);
	free(*p);
	*p = NULL;
}

uint32_t
ec_pattern_groups(const struct pattern *p)
{
	return p == NULL ? 0 : p->n_groups;
}

char *
ec_pattern_expression(const struct pattern *p)
{
	struct str e = {0};

	if (p->whole)
		str_add(&e, "^(?:");
	for (size_t i = 0; p->plain != NULL && i < p->plain_len; i++)
		str_addf(&e, "\\x%02x", (unsigned char)p->plain[i]);
	if (p->plain == NULL)
		str_add(&e, p->source);
	if (p->whole)
		str_add(&e, ")$");
	return str_steal(&e);
}

struct pattern_scratch *
ec_pattern_scratch_new(void)
{
	struct pattern_scratch *s = xnew(struct pattern_scratch);

	s->data = pcre2_match_data_create(GROUPS_MAX + 1, NULL);
	s->context = pcre2_match_context_create(NULL);
	s->stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK, NULL);
	must(s->data != NULL && s->context != NULL);
	pcre2_set_match_limit(s->context, MATCH_LIMIT);
	if (s->stack != NULL)
		pcre2_jit_stack_assign(s->context, NULL, s->stack);
	return s;
}

void
ec_pattern_scratch_free(struct pattern_scratch **s)
{
	if (*s == NULL)
		return;
	pcre2_match_data_free((*s)->data);
	pcre2_match_context_free((*s)->context);
	pcre2_jit_stack_free((*s)->stack);
	free(*s);
	*s = NULL;
}

/* ASCII needle, case ignored. */
static bool
find_plain(const struct pattern *p, struct slice subject)
{
	unsigned char low = (unsigned char)p->plain[0] | 0x20;

	if (p->whole)
		return subject.len == p->plain_len &&
		    strncasecmp(subject.s, p->plain, p->plain_len) == 0;
	for (size_t i = 0; i + p->plain_len <= subject.len; i++) {
		if (((unsigned char)subject.s[i] | 0x20) == low &&
		    strncasecmp(subject.s + i, p->plain, p->plain_len) == 0)
			return true;
	}
	return false;
}

static void
take_groups(const struct pattern *p, struct slice subject, int rc,
    pcre2_match_data *data, struct groups *g)
{
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(data);

	g->n = p->n_groups;
	for (uint32_t i = 0; i < g->n; i++) {
		PCRE2_SIZE from = v[2 * (i + 1)], to = v[2 * (i + 1) + 1];

		/* A group that took no part is empty. */
		if ((int)i + 1 >= rc || from == PCRE2_UNSET || to < from)
			g->group[i] = (struct slice){"", 0};
		else
			g->group[i] =
			    (struct slice){subject.s + from, to - from};
	}
}

bool
ec_pattern_match(const struct pattern *p, struct slice subject,
    struct pattern_scratch *s, struct groups *groups_r, uint64_t *limit_r)
{
	int rc;

	if (groups_r != NULL)
		groups_r->n = 0;
	if (p->plain != NULL)
		return find_plain(p, subject);
	rc = pcre2_match(p->code,
	    (PCRE2_SPTR)(subject.s == NULL ? "" : subject.s), subject.len, 0,
	    PCRE2_NO_UTF_CHECK, s->data, s->context);
	if (rc == PCRE2_ERROR_NOMATCH)
		return false;
	if (rc < 0) {
		(*limit_r)++;
		return false;
	}
	if (groups_r != NULL)
		take_groups(p, subject, rc, s->data, groups_r);
	return true;
}
