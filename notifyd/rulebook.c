/* SPDX-License-Identifier: Apache-2.0
 *
 * From the snapshot's tables to what rules_compile() takes.
 */
#include "notifyd/rulebook.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/period.h"
#include "notifyd/deliver.h"
#include "notifyd/methods/table.h"

#include <stdlib.h>

/* Texts of documents; a power of two. */
#define KEPT 256

struct kept {
	json_t *of; /* held, so that its address stays its own */
	char *method, *text;
};

struct rulebook {
	struct rules *rules;
	struct periods *periods;
	const struct snapshot *snap;
	const char *root;
	json_t *methods; /* notifications.methods */
	struct kept who[KEPT], parameters[KEPT];
	struct additions_times times;
};

static bool
period_exists(const char *name, void *arg)
{
	const struct rulebook *book = arg;

	return strcmp(name, "24X7") == 0 ||
	    snap_find_period(book->snap, slice_of(name)) != SNAP_NONE;
}

static bool
period_is_in_now(const char *name, int64_t at, void *arg)
{
	const struct rulebook *book = arg;
	uint32_t index = snap_find_period(book->snap, slice_of(name));

	return period_is_in(book->periods, index, at);
}

static int64_t
period_ends(const char *name, int64_t at, void *arg)
{
	const struct rulebook *book = arg;
	uint32_t index = snap_find_period(book->snap, slice_of(name));

	return period_next_change(book->periods, index, at);
}

static int64_t
period_starts(const char *name, int64_t at, void *arg)
{
	const struct rulebook *book = arg;
	uint32_t index = snap_find_period(book->snap, slice_of(name));

	return period_next_in(book->periods, index, at);
}

static bool
method_bulks(const char *name, void *arg)
{
	return deliverer_bulks(((struct rulebook *)arg)->root, name);
}

static bool
method_exists(const char *name, void *arg)
{
	return deliverer_has_method(((struct rulebook *)arg)->root, name);
}

static const char *
service_group_alias(const char *name, void *arg)
{
	const struct rulebook *book = arg;
	uint32_t i = snap_find_service_group(book->snap, slice_of(name));

	return i == SNAP_NONE
	    ? NULL
	    : snap_s(book->snap, book->snap->service_groups[i].alias);
}

/* The entries as configured, with all groups of each contact. */
static json_t *
contacts_of(const struct snapshot *snap)
{
	json_t *contacts = json_object();

	for (uint32_t i = 0; i < snap->n_contacts; i++) {
		const struct snap_contact *c = &snap->contacts[i];
		json_t *entry = json_loads(snap_s(snap, c->json), 0, NULL);
		json_t *groups = json_array();

		if (!json_is_object(entry)) {
			json_decref(entry);
			entry = json_object();
		}
		for (uint32_t k = 0; k < c->groups.n; k++) {
			uint32_t at = snap_at(snap, c->groups, k);

			json_array_append_new(groups,
			    json_string(
				snap_s(snap, snap->contact_groups[at].name)));
		}
		json_object_set_new(entry, "contact_groups", groups);
		json_object_set_new(
		    entry, "alias", json_string(snap_s(snap, c->alias)));
		json_object_set_new(
		    entry, "email", json_string(snap_s(snap, c->email)));
		json_object_set_new(
		    entry, "pager", json_string(snap_s(snap, c->pager)));
		json_object_set_new(contacts, snap_s(snap, c->name), entry);
	}
	return contacts;
}

struct rulebook *
rulebook_new(const struct snapshot *snap, const struct settings *settings,
    const char *root, struct str *warnings, struct err *err_r)
{
	const char *text = snap_s(snap, snap->notification_rules);
	struct rulebook *book = xnew(struct rulebook);
	json_t *contacts = contacts_of(snap), *rules = NULL;
	struct rules_config config = {.contacts = contacts,
	    .fallback = settings->notify_fallback,
	    .group = settings->notify_group,
	    .world = {.period_exists = period_exists,
		.period_is_in = period_is_in_now,
		.period_ends = period_ends,
		.period_starts = period_starts,
		.method_bulks = method_bulks,
		.method_exists = method_exists,
		.service_group_alias = service_group_alias,
		.arg = book}};
	json_error_t why;

	book->snap = snap;
	book->root = root;
	book->methods = json_incref(settings->notify_methods);
	book->periods = periods_compile(snap, err_r);
	if (book->periods == NULL)
		goto fail;
	if (text[0] != '\0') {
		rules = json_loads(text, 0, &why);
		if (rules == NULL) {
			err_set(err_r, "notification_rules: %s", why.text);
			goto fail;
		}
	}
	config.rules = rules;
	book->rules = rules_compile(&config, warnings, err_r);
	if (book->rules == NULL)
		goto fail;
	json_decref(rules);
	json_decref(contacts);
	return book;
fail:
	json_decref(rules);
	json_decref(contacts);
	rulebook_free(&book);
	return NULL;
}

/* --- texts that are asked for again and again ------------------------------
 */

static void
kept_clear(struct kept *k)
{
	json_decref(k->of);
	free(k->method);
	free(k->text);
	*k = (struct kept){0};
}

/* Where the document has its place; it may be another's. */
static struct kept *
kept_at(struct kept *table, const json_t *of)
{
	return &table[((uintptr_t)of >> 5 ^ (uintptr_t)of >> 13) & (KEPT - 1)];
}

static const char *
keep(struct kept *k, json_t *of, const char *method, char *text)
{
	must(text != NULL);
	kept_clear(k);
	*k = (struct kept){json_incref(of), xstrdup(method), text};
	return text;
}

const char *
rulebook_who(struct rulebook *book, json_t *who)
{
	struct kept *k = kept_at(book->who, who);

	if (k->of == who)
		return k->text;
	return keep(k, who, "", json_dumps(who, JSON_COMPACT | JSON_SORT_KEYS));
}

const char *
rulebook_parameters(struct rulebook *book, const char *method, json_t *of_rule)
{
	struct kept *k = kept_at(book->parameters, of_rule);
	json_t *all;
	char *text;

	if (k->of == of_rule && strcmp(k->method, method) == 0)
		return k->text;
	all = method_parameters(method, book->methods, NULL, NULL, of_rule);
	text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(all);
	return keep(k, of_rule, method, text);
}

struct additions_times *
rulebook_times(struct rulebook *book)
{
	return &book->times;
}

void
rulebook_free(struct rulebook **book)
{
	if (*book == NULL)
		return;
	nd_rules_free(&(*book)->rules);
	periods_free(&(*book)->periods);
	json_decref((*book)->methods);
	for (size_t i = 0; i < KEPT; i++) {
		kept_clear(&(*book)->who[i]);
		kept_clear(&(*book)->parameters[i]);
	}
	free(*book);
	*book = NULL;
}

const struct rules *
rulebook_rules(const struct rulebook *book)
{
	return book->rules;
}

const struct snapshot *
rulebook_snapshot(const struct rulebook *book)
{
	return book->snap;
}

const json_t *
rulebook_methods(const struct rulebook *book)
{
	return book->methods;
}
