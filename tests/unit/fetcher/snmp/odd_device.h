/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests: a device that does everything wrong, and readings of it.
 */
#ifndef TESTS_ODD_DEVICE_H
#define TESTS_ODD_DEVICE_H

#include "common/mem.h"
#include "fetcher/snmp/collect_memory.h"
#include "fetcher/snmp/collect_parts.h"
#include "fetcher/snmp/stored.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Three ports, of which the second has no 64-bit counters and no alias. */
static const char device[] =
    ".1.3.6.1.2.1.1.1.0 Odd Switch\n"
    ".1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.9.1.1\n"
    ".1.3.6.1.2.1.1.3.0 360000\n"
    ".1.3.6.1.2.1.2.2.1.1.1 1\n.1.3.6.1.2.1.2.2.1.1.2 2\n"
    ".1.3.6.1.2.1.2.2.1.1.10 10\n"
    ".1.3.6.1.2.1.2.2.1.2.1 \"Gi0/1\"\n.1.3.6.1.2.1.2.2.1.2.2 \"Gi0/2\"\n"
    ".1.3.6.1.2.1.2.2.1.2.10 \"Gi0/10\"\n"
    ".1.3.6.1.2.1.2.2.1.6.1 \"00 1B 21 0A 0B 0C \"\n"
    ".1.3.6.1.2.1.2.2.1.8.1 1\n.1.3.6.1.2.1.2.2.1.8.2 2\n"
    ".1.3.6.1.2.1.2.2.1.8.10 1\n"
    ".1.3.6.1.2.1.25.1.1.0 4200\n"
    ".1.3.6.1.2.1.25.2.3.1.2.1 .1.3.6.1.2.1.25.2.1.4\n"
    ".1.3.6.1.2.1.25.2.3.1.3.1 /\n.1.3.6.1.2.1.25.2.3.1.4.1 4096\n"
    ".1.3.6.1.2.1.25.2.3.1.5.1 1000\n.1.3.6.1.2.1.25.2.3.1.6.1 100\n"
    ".1.3.6.1.2.1.31.1.1.1.6.1 5000000000\n"
    ".1.3.6.1.2.1.31.1.1.1.6.10 7\n"
    ".1.3.6.1.2.1.31.1.1.1.18.1 \"uplink\"\n"
    ".1.3.6.1.2.1.31.1.1.1.18.10 \"b\xfcro\"\n";
static const char rows[] =
    "1\tGi0/1\t\t\t1\t5000000000\t\t\t\t\t\t\t\t\t\t\t\t\tuplink\t"
    "001b210a0b0c\t\n"
    "2\tGi0/2\t\t\t2\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\n"
    "10\tGi0/10\t\t\t1\t7\t\t\t\t\t\t\t\t\t\t\t\t\tb\xc3\xbcro\t\t\n";

struct odd {
	size_t most;      /* variables of an answer; beyond it tooBig */
	size_t cut;       /* so many are answered, the rest is not */
	unsigned bulk;    /* error of every GetBulk */
	size_t silent;    /* requests with more variables are not answered */
	bool same;        /* GetNext says the same for ever */
	bool v1;          /* noSuchName in place of no value */
	bool backwards;   /* the rows of a GetBulk come last first */
	const char *more; /* another context's device */
	const char *gone; /* a context that is not answered, but so: */
	unsigned gone_error;
};

struct reading {
	struct str output;
	struct err why;
	int rc;
	size_t requests, asked_scan;
	size_t asked_values; /* by GetBulk */
	size_t asked_gone;
	bool has_news;
	bool again; /* what the reading before has left was used */
};

/* Readings of the section if64 alone go through it while there is one. */
static struct collect_memory *memory;

static inline struct collect *
begin_reading(const struct collect_settings *set, struct reading *r)
{
	const struct section_type *wanted[COLLECT_MAX_SECTIONS];
	size_t n = collect_wanted(SLICE(""), true, wanted), i = 0;
	struct collect *c;

	if (memory == NULL)
		return collect_new(set, wanted, n);
	while (strcmp(wanted[i]->names[0], "if64") != 0)
		assert_true(++i < n);
	c = collect_memory_take(
	    memory, set, wanted + i, set->bulk == 7 ? 2 : 1);
	r->again = c->kept.s != NULL; /* it has rested */
	return c;
}

static inline void
distort(
    const struct odd *o, const struct snmp_request *q, struct snmp_answer *a)
{
	bool bulk = q->op == SNMP_BULK_OP;

	if (o->silent > 0 && (bulk || q->n > o->silent))
		*a = (struct snmp_answer){.error = SNMP_SILENCE};
	else if (bulk && o->bulk != 0)
		*a = (struct snmp_answer){.error = o->bulk};
	else if (o->most > 0 && a->n > o->most)
		*a = (struct snmp_answer){.error = SNMP_TOO_BIG};
	else if (o->cut > 0 && a->n > o->cut)
		a->n = o->cut;
	for (size_t i = 0; o->v1 && i < a->n; i++)
		if (a->vars[i].kind == SNMP_NONE) {
			*a = (struct snmp_answer){.error = SNMP_NO_SUCH_NAME,
			    .error_index = (unsigned)i + 1};
			return;
		}
	if (o->same && !bulk && q->op == SNMP_NEXT_OP && a->n > 0 &&
	    q->oids[0].n > 10 && a->vars[0].kind != SNMP_NONE)
		a->vars[0].oid = q->oids[0];
	for (size_t i = 0; o->backwards && bulk && i < a->n / 2; i++) {
		struct snmp_var v = a->vars[i];

		a->vars[i] = a->vars[a->n - 1 - i];
		a->vars[a->n - 1 - i] = v;
	}
}

static inline struct reading
read_with(const struct odd *o, struct collect_settings set)
{
	struct stored *s = stored_read(SLICE(device), NULL), *more = NULL;
	struct reading r = {.why = {""}};
	const struct snmp_request *q;
	struct snmp_answer a;

	if (o->more != NULL)
		more = stored_read(slice_of(o->more), NULL);
	struct collect *c = begin_reading(&set, &r);
	while (r.rc == 0 && collect_next(c, &q)) {
		bool other = q->context != NULL && q->context[0] != '\0';

		assert_true(++r.requests < 2000);
		/* By GetBulk, only the scan asks for what comes next. */
		r.asked_scan += q->op == SNMP_NEXT_OP;
		if (q->op == SNMP_BULK_OP)
			r.asked_values += q->n * q->repetitions;
		stored_answer(other ? more : s, q, &a);
		distort(o, q, &a);
		if (o->gone != NULL && q->context != NULL &&
		    strcmp(q->context, o->gone) == 0) {
			r.asked_gone++;
			a = (struct snmp_answer){.error = o->gone_error};
		}
		r.rc = collect_answer(c, &a, &r.why);
	}
	if (r.rc == 0)
		collect_output(c, &r.output);
	r.has_news = collect_has_news(c);
	if (memory != NULL)
		collect_memory_give(memory, set.host, &c);
	collect_free(&c);
	stored_free(&s);
	stored_free(&more);
	return r;
}

static inline struct reading
try_options(const char *text, const struct odd *o)
{
	json_t *options = json_loads(text, 0, NULL);
	struct reading r;

	assert_non_null(options);
	r = read_with(o, (struct collect_settings){.options = options});
	json_decref(options);
	return r;
}

static inline struct reading
read_options(const char *text, const struct odd *o)
{
	struct reading r = try_options(text, o);

	assert_int_equal(r.rc, 0);
	return r;
}

static inline bool
has(const struct reading *r, const char *text)
{
	return strstr(str_get(&r->output), text) != NULL;
}

#endif
