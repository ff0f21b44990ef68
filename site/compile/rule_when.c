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
		const char *name; /* the whole name, or NULL */
		pcre2_code *re;   /* anchored at the start, or NULL */
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
		else if (hosts)
			t->items[t->n].re = compile(s + 1, PCRE2_CASELESS);
		else
			t->items[t->n].re = compile(s, 0);
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

static bool
any_matches(const struct texts *t, const char *subject)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct text *x = &t->items[i];

		if (x->name != NULL && strcmp(x->name, subject) == 0)
			return true;
		if (x->re != NULL &&
		    pcre2_match(x->re, (PCRE2_SPTR)subject, strlen(subject), 0,
			0, t->scratch, NULL) >= 0)
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

/* --- the whole ------------------------------------------------------------ */

static const json_t *
mapping(const json_t *when, const char *key)
{
	const json_t *value = json_object_get(when, key);

	return json_is_object(value) ? value : NULL;
}

void
rule_when_read(struct rule_when *w, const json_t *when)
{
	*w = (struct rule_when){
	    .folder = json_string_value(json_object_get(when, "folder")),
	    .tags = mapping(when, "tags"),
	    .labels = mapping(when, "labels"),
	    .service_labels = mapping(when, "service_labels"),
	    .hosts = read_texts(json_object_get(when, "hosts"), true),
	    .exclude_hosts =
		read_texts(json_object_get(when, "exclude_hosts"), true),
	    .services = read_texts(json_object_get(when, "services"), false),
	    .exclude_services =
		read_texts(json_object_get(when, "exclude_services"), false),
	    .items = read_texts(json_object_get(when, "items"), false),
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
	free(w->by_host);
	free(w->by_description);
	*w = (struct rule_when){0};
}

static bool
host_fits(const struct model *m, const struct rule_when *w, uint32_t index)
{
	const struct host *h = &m->hosts[index];

	if (w->folder != NULL && !folder_is_in(m, h->folder, w->folder))
		return false;
	if (w->hosts != NULL && !any_matches(w->hosts, h->name))
		return false;
	if (w->exclude_hosts != NULL && any_matches(w->exclude_hosts, h->name))
		return false;
	return (w->tags == NULL ||
		   picks_match(w->tags, h->values[ATTR_tags])) &&
	    (w->labels == NULL ||
		picks_match(w->labels, h->values[ATTR_labels]));
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
host_matches(const struct model *m, struct rule_when *w, uint32_t host)
{
	if (w->by_host == NULL)
		w->by_host = xcalloc((size_t)m->tables[TABLE_HOSTS].n + 1, 1);
	if (w->by_host[host] == 0)
		w->by_host[host] = host_fits(m, w, host) ? 1 : 2;
	return w->by_host[host] == 1;
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
rule_when_matches(
    struct model *m, struct rule_when *w, const struct rules_target *t)
{
	if (!host_matches(m, w, t->host))
		return false;
	if (t->description == NULL)
		return true;
	if (!description_matches(w, t))
		return false;
	if (w->items != NULL &&
	    (t->item == NULL || !any_matches(w->items, t->item)))
		return false;
	return w->service_labels == NULL ||
	    picks_match(w->service_labels, t->labels);
}
