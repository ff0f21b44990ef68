/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions of rules: folder, tags, labels, hosts, services, items; all that
 * are given must hold. Empty lists match nothing.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "site/compile/rule_when.h"
#include "common/mem.h"

#include <pcre2.h>
#include <stdlib.h>

struct texts {
	struct text {
		const char *name;    /* the whole name, or NULL */
		const char *literal; /* what the subject must begin with */
		size_t n_literal;
		bool caseless;
		pcre2_code *re; /* anchored at the start, or NULL */
	} * items;
	size_t n;
	pcre2_match_data *scratch;
};

/* --- lists of patterns ---------------------------------------------------- */

static pcre2_code *
compile(const char *pattern, uint32_t options)
{
	PCRE2_SIZE offset;
	int code;
	pcre2_code *re =
	    pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		PCRE2_UTF | PCRE2_ANCHORED | options, &code, &offset, NULL);

	if (re != NULL)
		pcre2_jit_compile(re, PCRE2_JIT_COMPLETE);
	return re;
}

/*
 * How many characters at the start of a pattern stand for themselves: what
 * does not begin with them need not be asked. None if there are alternatives.
 */
static size_t
literal_start(const char *pattern)
{
	size_t n = strcspn(pattern, "\\^$.[]|()?*+{}#");

	if (strchr(pattern, '|') != NULL || strchr(pattern, '\\') != NULL)
		return 0;
	if (n > 0 && pattern[n] != '\0' && strchr("?*{", pattern[n]) != NULL)
		n--;
	while (n > 0 && (pattern[n] & 0xc0) == 0x80)
		n--; /* not within a character */
	return n;
}

static void
set_pattern(struct text *t, const char *pattern, bool caseless)
{
	t->re = compile(pattern, caseless ? PCRE2_CASELESS : 0);
	t->caseless = caseless;
	t->literal = pattern;
	t->n_literal = literal_start(pattern);
}

/* NULL if the condition is not there. `hosts`: names, or ~regex. */
static struct texts *
read_texts(const json_t *list, bool hosts)
{
	struct texts *t;

	if (!json_is_array(list))
		return NULL;
	t = xnew(struct texts);
	t->items = xcalloc(json_array_size(list) + 1, sizeof(t->items[0]));
	t->scratch = pcre2_match_data_create(1, NULL);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s == NULL)
			continue;
		if (hosts && s[0] != '~')
			t->items[t->n].name = s;
		else
			set_pattern(&t->items[t->n], s + hosts, hosts);
		t->n++;
	}
	return t;
}

static void
free_texts(struct texts *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++)
		pcre2_code_free(t->items[i].re);
	pcre2_match_data_free(t->scratch);
	free(t->items);
	free(t);
}

static int
folded(char c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* May the subject begin so? Beyond ASCII the expression itself is asked. */
static bool
may_begin(const struct text *x, const char *subject)
{
	if (!x->caseless)
		return strncmp(subject, x->literal, x->n_literal) == 0;
	for (size_t i = 0; i < x->n_literal; i++) {
		if (((x->literal[i] | subject[i]) & 0x80) != 0)
			return true;
		if (folded(x->literal[i]) != folded(subject[i]))
			return false;
	}
	return true;
}

static bool
any_matches(const struct texts *t, const char *subject)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct text *x = &t->items[i];

		if (x->name != NULL && strcmp(x->name, subject) == 0)
			return true;
		if (x->re != NULL && may_begin(x, subject) &&
		    pcre2_match(x->re, (PCRE2_SPTR)subject,
			PCRE2_ZERO_TERMINATED, 0, 0, t->scratch, NULL) >= 0)
			return true;
	}
	return false;
}

/* --- tags and labels ------------------------------------------------------ */

static bool
picked(const json_t *pick, const char *value)
{
	const json_t *negated = json_object_get(pick, "not");

	if (negated != NULL)
		return !picked(negated, value);
	if (json_is_string(pick))
		return value != NULL &&
		    strcmp(json_string_value(pick), value) == 0;
	for (size_t i = 0; i < json_array_size(pick); i++) {
		const char *s = json_string_value(json_array_get(pick, i));

		if (value != NULL && s != NULL && strcmp(s, value) == 0)
			return true;
	}
	return false;
}

static bool
picks_match(const json_t *picks, const json_t *have)
{
	const char *key;
	json_t *pick;

	json_object_foreach((json_t *)(uintptr_t)picks, key, pick)
	{
		if (!picked(
			pick, json_string_value(json_object_get(have, key))))
			return false;
	}
	return true;
}

/* --- label groups --------------------------------------------------------- */

static bool term_holds(const json_t *term, const json_t *labels);

/* "name:value" */
static bool
has_label(const json_t *labels, const char *text)
{
	const char *colon = strchr(text, ':');
	const char *value;

	if (colon == NULL)
		return false;
	value = json_string_value(
	    json_object_getn(labels, text, (size_t)(colon - text)));
	return value != NULL && strcmp(value, colon + 1) == 0;
}

/* A label, or a group of terms. */
static bool
operand_holds(const json_t *x, const json_t *labels)
{
	if (json_is_string(x))
		return has_label(labels, json_string_value(x));
	return rule_terms_hold(x, labels);
}

static bool
term_holds(const json_t *term, const json_t *labels)
{
	const json_t *not = json_object_get(term, "not");
	const json_t * or = json_object_get(term, "or");

	if (not != NULL)
		return !operand_holds(not, labels);
	if (or != NULL)
		return operand_holds(or, labels);
	return operand_holds(
	    json_is_object(term) ? json_object_get(term, "and") : term, labels);
}

/* An "or" begins another run of terms that must all hold. */
bool
rule_terms_hold(const json_t *terms, const json_t *labels)
{
	bool run = true;

	for (size_t i = 0; i < json_array_size(terms); i++) {
		const json_t *term = json_array_get(terms, i);

		if (i > 0 && json_object_get(term, "or") != NULL) {
			if (run)
				return true;
			run = true;
		}
		run = run && term_holds(term, labels);
	}
	return run && json_array_size(terms) > 0;
}

/* --- the whole ------------------------------------------------------------ */

static const json_t *
of_kind(const json_t *value, json_type type)
{
	return value != NULL && json_typeof(value) == type ? value : NULL;
}

/* Each key stands in one of them (checked). */
static const json_t *
either(const json_t *when, const json_t *common, const char *key)
{
	const json_t *value = json_object_get(when, key);

	return value != NULL ? value : json_object_get(common, key);
}

static bool
all_names(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s == NULL || s[0] == '~')
			return false;
	}
	return true;
}

void
rule_when_read(struct rule_when *w, const json_t *when, const json_t *common)
{
	const json_t *hosts =
	    of_kind(either(when, common, "hosts"), JSON_ARRAY);

	*w = (struct rule_when){
	    .folder = json_string_value(either(when, common, "folder")),
	    .tags = of_kind(either(when, common, "tags"), JSON_OBJECT),
	    .labels = of_kind(either(when, common, "labels"), JSON_OBJECT),
	    .service_labels =
		of_kind(either(when, common, "service_labels"), JSON_OBJECT),
	    .label_groups =
		of_kind(either(when, common, "label_groups"), JSON_ARRAY),
	    .service_label_groups = of_kind(
		either(when, common, "service_label_groups"), JSON_ARRAY),
	    .hosts = read_texts(hosts, true),
	    .host_names = hosts != NULL && all_names(hosts) ? hosts : NULL,
	    .exclude_hosts =
		read_texts(either(when, common, "exclude_hosts"), true),
	    .services = read_texts(either(when, common, "services"), false),
	    .exclude_services =
		read_texts(either(when, common, "exclude_services"), false),
	    .items = read_texts(either(when, common, "items"), false),
	    .exclude_items =
		read_texts(either(when, common, "exclude_items"), false),
	};
}

void
rule_when_clear(struct rule_when *w)
{
	free_texts(w->hosts);
	free_texts(w->exclude_hosts);
	free_texts(w->services);
	free_texts(w->exclude_services);
	free_texts(w->items);
	free_texts(w->exclude_items);
	free(w->by_description);
	*w = (struct rule_when){0};
}

bool
rule_when_any_host(const struct rule_when *w)
{
	return w->folder == NULL && w->tags == NULL && w->labels == NULL &&
	    w->label_groups == NULL && w->hosts == NULL &&
	    w->exclude_hosts == NULL;
}

bool
rule_when_always(const struct rule_when *w)
{
	return rule_when_any_host(w) && w->services == NULL &&
	    w->exclude_services == NULL && w->items == NULL &&
	    w->exclude_items == NULL && w->service_labels == NULL &&
	    w->service_label_groups == NULL;
}

bool
rule_when_host(const struct model *m, const struct rule_when *w, uint32_t index)
{
	const struct host *h = &m->hosts[index];

	if (w->folder != NULL && !folder_is_in(m, h->folder, w->folder))
		return false;
	if (w->hosts != NULL && !any_matches(w->hosts, h->name))
		return false;
	if (w->exclude_hosts != NULL && any_matches(w->exclude_hosts, h->name))
		return false;
	if (w->tags != NULL && !picks_match(w->tags, h->values[ATTR_tags]))
		return false;
	if (w->labels != NULL &&
	    !picks_match(w->labels, h->values[ATTR_labels]))
		return false;
	return w->label_groups == NULL ||
	    rule_terms_hold(w->label_groups, h->values[ATTR_labels]);
}

static bool
description_fits(const struct rule_when *w, const char *description)
{
	if (w->services != NULL && !any_matches(w->services, description))
		return false;
	return w->exclude_services == NULL ||
	    !any_matches(w->exclude_services, description);
}

static bool
description_matches(struct rule_when *w, const struct rules_target *t)
{
	uint32_t id = t->description_id;

	if (w->services == NULL && w->exclude_services == NULL)
		return true;
	if (id >= w->n_by_description) {
		size_t n = (size_t)id * 2 + 64;

		w->by_description = xreallocarray(w->by_description, n, 1);
		memset(w->by_description + w->n_by_description, 0,
		    n - w->n_by_description);
		w->n_by_description = n;
	}
	if (w->by_description[id] == 0)
		w->by_description[id] =
		    description_fits(w, t->description) ? 1 : 2;
	return w->by_description[id] == 1;
}

bool
rule_when_service(struct rule_when *w, const struct rules_target *t)
{
	if (!description_matches(w, t))
		return false;
	if (w->items != NULL &&
	    (t->item == NULL || !any_matches(w->items, t->item)))
		return false;
	if (w->exclude_items != NULL && t->item != NULL &&
	    any_matches(w->exclude_items, t->item))
		return false;
	if (w->service_labels != NULL &&
	    !picks_match(w->service_labels, t->labels))
		return false;
	return w->service_label_groups == NULL ||
	    rule_terms_hold(w->service_label_groups, t->labels);
}
