/* SPDX-License-Identifier: Apache-2.0
 *
 * Which sections a device has: the conditions of their declarations against
 * the OIDs that were asked; see collect.h.
 */
#include "fetcher/snmp/collect_parts.h"

#include "common/log.h"
#include "common/mem.h"
#include "fetcher/checks/check.h"
#include "fetcher/checks/pattern.h"

#include <stdlib.h>
#include <strings.h>

#define MAX_OIDS 512 /* that conditions name */

struct known *
collect_scan_need(struct collect *c, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < c->n_known; i++)
		if (strcmp(c->known[i].name, name) == 0)
			return &c->known[i];
	if (c->n_known == MAX_OIDS)
		return NULL;
	ARRAY_GROW(c->known, c->n_known, c->cap_known);
	struct known *k = &c->known[c->n_known++];
	*k = (struct known){.name = name};
	k->prefix = n > 2 && strcmp(name + n - 2, ".*") == 0;
	return k;
}

static const struct known *
known_of(const struct collect *c, const char *name)
{
	for (size_t i = 0; i < c->n_known; i++)
		if (strcmp(c->known[i].name, name) == 0)
			return &c->known[i];
	return NULL;
}

/* --- conditions -----------------------------------------------------------
 */

static bool
contains(struct slice text, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= text.len; i++)
		if (strncasecmp(text.s + i, part, n) == 0)
			return true;
	return false;
}

/* The whole text, without case, "." for any character. */
static bool
matches(struct slice text, const char *regex)
{
	char *whole = xasprintf("(?is)(?:%s)\\z", regex);
	struct err why;
	struct pattern *p = pattern_new(slice_of(whole), &why);
	bool fits;

	must(p != NULL); /* it is the program's own */
	fits = pattern_starts(p, text);
	pattern_free(p);
	free(whole);
	return fits;
}

static bool
atom_fits(const struct collect *c, const struct snmp_atom *a)
{
	const struct known *k = known_of(c, a->oid);
	bool is_system = strcmp(a->oid, SNMP_SYS_DESCR) == 0 ||
	    strcmp(a->oid, SNMP_SYS_OBJECT) == 0;
	bool exists = k != NULL && (k->exists || (is_system && c->set.bare));
	/* an empty value may be no memory at all */
	struct slice value =
	    exists && k->value.len > 0 ? k->value : (struct slice){"", 0};
	size_t n = a->text == NULL ? 0 : strlen(a->text);

	if (a->test == SNMP_EXISTS)
		return exists != a->not ;
	if (!exists)
		return false;
	switch (a->test) {
	case SNMP_CONTAINS:
		return contains(value, a->text) != a->not ;
	case SNMP_STARTS:
		return (value.len >= n &&
			   strncasecmp(value.s, a->text, n) == 0) != a->not ;
	case SNMP_ENDS:
		return (value.len >= n &&
			   strncasecmp(value.s + value.len - n, a->text, n) ==
			       0) != a->not ;
	case SNMP_EQUALS:
		return (value.len == n &&
			   strncasecmp(value.s, a->text, n) == 0) != a->not ;
	case SNMP_MATCHES:
		return matches(value, a->text) != a->not ;
	case SNMP_EXISTS:
		break;
	}
	return false;
}

/* A list of words of the host's settings. */
static bool
is_listed(const json_t *words, const char *word)
{
	size_t i;
	const json_t *one;

	json_array_foreach(words, i, one)
	{
		if (json_is_string(one) &&
		    strcmp(json_string_value(one), word) == 0)
			return true;
	}
	return false;
}

static bool
fits(const struct collect *c, const struct section_type *type)
{
	const struct snmp_source *source = type->snmp;
	bool all = true;

	if (is_listed(
		json_object_get(c->set.options, "exclude"), type->names[0]))
		return false;

	for (const struct snmp_atom *a = source->detect; a->oid != NULL; a++) {
		if (a->or &&all)
			return true;
		all = (a->or || all) && atom_fits(c, a);
	}
	return all;
}

static bool
agent_has(const struct collect *c, const char *name)
{
	struct slice text = c->set.agent_output, line;
	size_t n = strlen(name);

	while (slice_next(&text, '\n', &line))
		if (slice_starts(line, "<<<") && line.len > 3 + n &&
		    strncmp(line.s + 3, name, n) == 0 &&
		    (line.s[3 + n] == '>' || line.s[3 + n] == ':'))
			return true;
	return false;
}

/* The section that says the same better; NULL. */
static const char *
better(const struct collect *c, const struct snmp_source *source)
{
	const char *const *by = source->superseded_by;

	for (; by != NULL && *by != NULL; by++) {
		if (agent_has(c, *by))
			return *by;
		for (size_t i = 0; i < c->n_sections; i++)
			if (c->sections[i].fits &&
			    strcmp(c->sections[i].type->names[0], *by) == 0)
				return *by;
	}
	return NULL;
}

void
collect_scan_judge(struct collect *c)
{
	for (size_t i = 0; i < c->n_sections; i++)
		c->sections[i].fits = fits(c, c->sections[i].type);
	for (size_t i = 0; i < c->n_sections; i++) {
		struct chosen *s = &c->sections[i];

		s->better = s->fits ? better(c, s->type->snmp) : NULL;
	}
	for (size_t i = 0; i < c->n_sections; i++)
		if (c->sections[i].better != NULL)
			c->sections[i].fits = false;
}

/* --- for people -----------------------------------------------------------
 */

static const char *
words_of(enum snmp_test test, bool not )
{
	static const char *const words[][2] = {
	    [SNMP_EXISTS] = {"exists", "does not exist"},
	    [SNMP_CONTAINS] = {"contains", "does not contain"},
	    [SNMP_STARTS] = {"starts with", "does not start with"},
	    [SNMP_ENDS] = {"ends with", "does not end with"},
	    [SNMP_EQUALS] = {"is", "is not"},
	    [SNMP_MATCHES] = {"matches", "does not match"}};

	return words[test][not ];
}

static json_t *
explain_atom(const struct collect *c, const struct snmp_atom *a)
{
	const struct known *k = known_of(c, a->oid);
	bool exists = k != NULL && k->exists, is_true = atom_fits(c, a);
	json_t *value = exists ? json_stringn(k->value.s, k->value.len) : NULL;
	/* What is the case, which is the condition or its opposite. */
	const char *found = !exists && a->test != SNMP_EXISTS
	    ? words_of(SNMP_EXISTS, true)
	    : words_of(a->test, a->not != !is_true);

	if (exists && value == NULL)
		value = json_string("(bytes)");
	return json_pack("{s:s, s:s, s:s*, s:b, s:b, s:s, s:o}", "oid", a->oid,
	    "test", words_of(a->test, a->not ), "text", a->text, "or", a->or,
	    "true", is_true, "found", found, "value",
	    value != NULL ? value : json_null());
}

static json_t *
checks_of(const struct section_type *type)
{
	json_t *names = json_array();

	for (size_t i = 0; check_at(i) != NULL; i++) {
		const struct section_type *const *s = check_at(i)->sections;
		const struct section_type *t = NULL;

		for (; *s != NULL && t != type; s++)
			for (t = *s; t != NULL && t != type;)
				t = t->fallback;
		if (t == type)
			json_array_append_new(
			    names, json_string(check_at(i)->name));
	}
	return names;
}

void
collect_explain(const struct collect *c, json_t *rows)
{
	for (size_t i = 0; i < c->n_sections; i++) {
		const struct chosen *s = &c->sections[i];
		json_t *atoms = json_array();
		const struct snmp_atom *a = s->type->snmp->detect;

		for (; a->oid != NULL; a++)
			json_array_append_new(atoms, explain_atom(c, a));
		json_array_append_new(rows,
		    json_pack("{s:s, s:b, s:s?, s:i, s:O?, s:o, s:o}",
			"section", s->type->names[0], "read", s->fits,
			"superseded_by", s->better, "interval",
			(int)collect_interval(c, s->type), "contexts",
			collect_contexts(c, s->type), "checks",
			checks_of(s->type), "conditions", atoms));
	}
}
