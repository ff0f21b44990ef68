/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules, contacts and a context from JSON: {"rules", "contacts", "context"}.
 * Whatever compiles is evaluated.
 */
#include "notifyd/rules/rules.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
period_exists(const char *name, void *arg)
{
	(void)arg;
	return name[0] != 'x';
}

static bool
period_is_in(const char *name, int64_t at, void *arg)
{
	(void)at;
	(void)arg;
	return name[0] == 'a';
}

static int64_t
period_ends(const char *name, int64_t at, void *arg)
{
	(void)arg;
	return name[1] == 'x' ? INT64_MAX : at + 100;
}

static bool
was_told(const char *contact, const char *method, void *arg)
{
	(void)arg;
	return contact[0] == method[0];
}

/* With every rule tested, and by the index. */
static void
must_be_same(const struct plan *all, const struct plan *quick)
{
	must(all->n_entries == quick->n_entries);
	must(all->n_skips == quick->n_skips);
	must(all->fallback == quick->fallback);
	for (size_t i = 0; i < all->n_entries; i++) {
		const struct plan_entry *a = &all->entries[i];
		const struct plan_entry *b = &quick->entries[i];

		must(strcmp(a->contact, b->contact) == 0);
		must(strcmp(a->method, b->method) == 0);
		must(strcmp(a->rule, b->rule) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *doc = json_loadb((const char *)data, size, 0, NULL);
	struct rules_config config = {.rules = json_object_get(doc, "rules"),
	    .contacts = json_object_get(doc, "contacts"),
	    .fallback = json_object_get(doc, "fallback"),
	    .group = json_object_get(doc, "group"),
	    .world = {.period_exists = period_exists,
		.period_is_in = period_is_in,
		.period_ends = period_ends}};
	struct str warnings = {0};
	struct context ctx = {0};
	struct rules_notice notice = {
	    .ctx = &ctx, .site = "here", .was_told = was_told};
	struct err err;
	struct rules *rules = rules_compile(&config, &warnings, &err);

	if (rules != NULL) {
		struct plan plan, quick;

		context_from_json(&ctx, json_object_get(doc, "context"));
		plan_make(rules, &notice, 1000000, true, &plan);
		plan_make(rules, &notice, 1000000, false, &quick);
		must_be_same(&plan, &quick);
		plan_free(&plan);
		plan_free(&quick);
	}
	nd_rules_free(&rules);
	context_free(&ctx);
	str_free(&warnings);
	json_decref(doc);
	return 0;
}
