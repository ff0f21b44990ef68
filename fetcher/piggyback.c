/* SPDX-License-Identifier: Apache-2.0
 *
 * Piggyback in a job; see piggyback.h.
 */
#include "fetcher/piggyback.h"

#include "common/mem.h"
#include "common/num.h"
#include "fetcher/checks/pattern.h"
#include "fetcher/persist.h"
#include "fetcher/sections/piggyback.h"
#include "fetcher/sections/split.h"

#include <ctype.h>
#include <stdlib.h>

#define MAX_AGE_S 3600

/* --- names -----------------------------------------------------------------
 */

static void
change_case(struct str *name, const char *to)
{
	if (to == NULL)
		return;
	for (size_t i = 0; i < name->len; i++)
		name->s[i] = strcmp(to, "upper") == 0
		    ? (char)toupper((unsigned char)name->s[i])
		    : (char)tolower((unsigned char)name->s[i]);
}

/* An address stays whole. */
static void
drop_domain(struct str *name)
{
	char *dot = name->len == 0 ? NULL : memchr(name->s, '.', name->len);

	if (dot == NULL || dot == name->s ||
	    strspn(str_get(name), "0123456789.") == name->len)
		return;
	name->len = (size_t)(dot - name->s);
	*dot = '\0';
}

/* "\1" is the first group. */
static void
add_replaced(
    struct str *out, const char *replacement, const struct pattern *pattern)
{
	for (const char *p = replacement; *p != '\0'; p++) {
		if (*p == '\\' && p[1] >= '1' && p[1] <= '9')
			str_addslice(out,
			    pattern_group(pattern, (unsigned)(*++p - '0')));
		else
			str_addc(out, *p);
	}
}

/* False: it does not fit the whole name, or is broken. */
static bool
replace(struct str *name, const json_t *pair)
{
	const char *regex = json_string_value(json_array_get(pair, 0));
	const char *to = json_string_value(json_array_get(pair, 1));
	struct str text = {0}, result = {0};
	struct pattern *pattern = NULL;
	struct err why;
	bool fits = false;

	if (regex != NULL && to != NULL) {
		str_addf(&text, "(?:%s)$", regex);
		pattern = pattern_new(str_slice(&text), &why);
	}
	if (pattern != NULL && pattern_starts(pattern, str_slice(name))) {
		fits = true;
		add_replaced(&result, to, pattern);
		str_clear(name);
		str_addslice(name, str_slice(&result));
	}
	pattern_free(pattern);
	str_free(&text);
	str_free(&result);
	return fits;
}

void
piggyback_target(const json_t *translate, struct slice written, struct str *out)
{
	const json_t *list = json_object_get(translate, "regex");
	const char *mapped;
	struct str name = {0};

	str_addslice(&name, slice_trim(written));
	if (json_is_true(json_object_get(translate, "drop_domain")))
		drop_domain(&name);
	change_case(
	    &name, json_string_value(json_object_get(translate, "case")));
	for (size_t i = 0; i < json_array_size(list); i++)
		if (replace(&name, json_array_get(list, i)))
			break;
	mapped = json_string_value(
	    json_object_get(json_object_get(translate, "map"), str_get(&name)));
	if (mapped != NULL) {
		str_clear(&name);
		str_add(&name, mapped);
	}
	piggyback_name(str_slice(&name), out);
	str_free(&name);
}

/* --- blocks of an output ---------------------------------------------------
 */

static json_t *
settings_of(const struct msg_job *job)
{
	return job->piggyback.len == 0
	    ? NULL
	    : json_loadb(job->piggyback.s, job->piggyback.len, 0, NULL);
}

struct named {           /* a block under the name that it is kept by */
	struct str name; /* empty: of no use */
	size_t index;    /* in the split */
};

static int
by_name(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;
	int c = strcmp(str_get(&a->name), str_get(&b->name));

	return c != 0 ? c : (a->index > b->index) - (a->index < b->index);
}

static struct named *
name_blocks(const struct msg_job *job, const struct split *split)
{
	struct named *names = xcalloc(split->n_piggyback + 1, sizeof(*names));
	json_t *settings = settings_of(job);
	const json_t *translate = json_object_get(settings, "translate");

	for (size_t i = 0; i < split->n_piggyback; i++) {
		struct str *name = &names[i].name;

		names[i].index = i;
		piggyback_target(translate, split->piggyback[i].host, name);
		if (slice_eq(str_slice(name), job->host))
			str_clear(name);
	}
	json_decref(settings);
	qsort(names, split->n_piggyback, sizeof(*names), by_name);
	return names;
}

struct slice
piggyback_persisted(const struct msg_job *job)
{
	struct slice list = job->sources;
	struct msg_piggyback_kept kept;

	while (msg_piggyback_kept_next(&list, &kept))
		if (slice_eq(kept.source, job->host))
			return kept.output;
	return SLICE("");
}

static void
persisted_block(const struct msg_job *job, struct slice output, int64_t now,
    struct str *blocks)
{
	struct str kept = {0};
	struct msg_piggyback_block b = {.target = job->host};

	persist_keep(output, job->host, piggyback_persisted(job), now, &kept);
	b.output = str_slice(&kept);
	if (kept.len > 0)
		msg_piggyback_block_put(blocks, &b);
	str_free(&kept);
}

/* Several blocks for one target are one. */
void
piggyback_blocks(const struct msg_job *job, struct slice output, int64_t now,
    struct str *blocks)
{
	struct split split = {0};
	struct str body = {0};
	struct named *names;

	persisted_block(job, output, now, blocks);
	if (output.len == 0 || memmem(output.s, output.len, "<<<<", 4) == NULL)
		return;
	split_output(output, job->host, now, &split);
	names = name_blocks(job, &split);
	for (size_t i = 0; i < split.n_piggyback; i++) {
		struct msg_piggyback_block b = {
		    .target = str_slice(&names[i].name)};

		if (b.target.len == 0)
			continue;
		piggyback_store(split.piggyback[names[i].index].body, now,
		    job->interval_ms / 1000, &body);
		if (i + 1 < split.n_piggyback &&
		    slice_eq(b.target, str_slice(&names[i + 1].name)))
			continue;
		b.output = str_slice(&body);
		msg_piggyback_block_put(blocks, &b);
		str_clear(&body);
	}
	for (size_t i = 0; i < split.n_piggyback; i++)
		str_free(&names[i].name);
	free(names);
	str_free(&body);
	split_free(&split);
}

/* --- what others sent ------------------------------------------------------
 */

static void
read_seconds(const json_t *from, const char *key, int64_t *seconds)
{
	const char *text = json_string_value(json_object_get(from, key));
	int64_t ms;

	if (json_is_integer(json_object_get(from, key)))
		*seconds = json_integer_value(json_object_get(from, key));
	else if (text != NULL && num_duration_ms(slice_of(text), &ms))
		*seconds = ms / 1000;
}

static void
read_rules(struct piggyback_rules *rules, const json_t *from)
{
	const json_t *state = json_object_get(from, "validity_state");

	read_seconds(from, "max_age", &rules->max_age);
	read_seconds(from, "validity", &rules->validity);
	if (json_is_integer(state))
		rules->validity_state = (uint32_t)json_integer_value(state) & 3;
}

void
piggyback_sources_read(
    struct piggyback_sources *s, const struct msg_job *job, int64_t now)
{
	json_t *settings = settings_of(job);
	const char *use = json_string_value(json_object_get(settings, "use"));
	struct slice list = job->sources;
	struct msg_piggyback_kept kept;

	s->persisted = piggyback_persisted(job);
	while ((use == NULL || strcmp(use, "never") != 0) &&
	    msg_piggyback_kept_next(&list, &kept)) {
		if (slice_eq(kept.source, job->host))
			continue;
		struct piggyback_rules rules = {.max_age = MAX_AGE_S};
		struct piggyback_kept k = {
		    kept.source, kept.stored_at, kept.source_at};
		struct evaluate_source *out;
		struct str text = {0};
		char *name = slice_dup(kept.source);

		read_rules(&rules, settings);
		read_rules(&rules,
		    json_object_get(
			json_object_get(settings, "sources"), name));
		free(name);
		ARRAY_GROW(s->list, s->n, s->cap);
		out = &s->list[s->n++];
		*out = (struct evaluate_source){.output = SLICE("")};
		if (piggyback_judge(&k, &rules, now, &out->state, &text))
			out->output = kept.output;
		out->text.len = text.len;
		out->text.s = str_steal(&text);
	}
	json_decref(settings);
}

void
piggyback_sources_free(struct piggyback_sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		free((char *)s->list[i].text.s);
	free(s->list);
	*s = (struct piggyback_sources){0};
}
