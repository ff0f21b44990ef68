/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions of filters: PCRE2 with JIT. The work of one match is
 * bounded, because patterns come from users.
 */
#include "livestatusd/lql/query.h"

#include "common/log.h"
#include "common/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#define PATTERN_MAX   16384u /* bytes */
#define MATCH_LIMIT   200000u
#define JIT_STACK_MAX (512u * 1024)

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	bool jit;
};

struct pattern *
lql_pattern_new(struct slice text, bool nocase, bool literal, struct err *err_r)
{
	uint32_t options = PCRE2_UTF;
	struct pattern *p;
	PCRE2_UCHAR reason[160];
	int code;
	size_t at;

	if (text.len > PATTERN_MAX) {
		err_set(
		    err_r, "the pattern is longer than %u bytes", PATTERN_MAX);
		return NULL;
	}
	if (nocase)
		options |= PCRE2_CASELESS;
	if (literal)
		options |= PCRE2_LITERAL | PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	else
		options |= PCRE2_NEVER_BACKSLASH_C;
	p = xnew(struct pattern);
	p->code = pcre2_compile((PCRE2_SPTR)(text.len == 0 ? "" : text.s),
	    text.len, options, &code, &at, NULL);
	if (p->code == NULL) {
		pcre2_get_error_message(code, reason, sizeof(reason));
		err_set(err_r, "invalid regular expression: %s (at byte %zu)",
		    (const char *)reason, at);
		lql_pattern_free(&p);
		return NULL;
	}
	p->jit = pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0;
	p->data = pcre2_match_data_create(1, NULL);
	p->context = pcre2_match_context_create(NULL);
	must(p->data != NULL && p->context != NULL);
	pcre2_set_match_limit(p->context, MATCH_LIMIT);
	pcre2_set_heap_limit(p->context, 4096);
	return p;
}

/* Most patterns need 32 KiB of the thread's own stack at most. */
static int
match_jit(struct pattern *p, PCRE2_SPTR s, size_t len)
{
	int rc = pcre2_jit_match(p->code, s, len, 0, 0, p->data, p->context);

	if (rc != PCRE2_ERROR_JIT_STACKLIMIT || p->stack != NULL)
		return rc;
	p->stack = pcre2_jit_stack_create(65536, JIT_STACK_MAX, NULL);
	if (p->stack == NULL)
		return rc;
	pcre2_jit_stack_assign(p->context, NULL, p->stack);
	return pcre2_jit_match(p->code, s, len, 0, 0, p->data, p->context);
}

void
lql_pattern_free(struct pattern **pp)
{
	struct pattern *p = *pp;

	if (p == NULL)
		return;
	*pp = NULL;
	pcre2_match_data_free(p->data);
	pcre2_match_context_free(p->context);
	pcre2_jit_stack_free(p->stack);
	pcre2_code_free(p->code);
	free(p);
}

bool
lql_pattern_matches(struct pattern *p, struct slice text, bool *expensive_r)
{
	PCRE2_SPTR s = (PCRE2_SPTR)(text.len == 0 ? "" : text.s);
	int rc;

	if (p->jit)
		rc = match_jit(p, s, text.len);
	else
		rc = pcre2_match(p->code, s, text.len, 0, PCRE2_NO_UTF_CHECK,
		    p->data, p->context);
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		*expensive_r = true;
	return rc >= 0;
}
