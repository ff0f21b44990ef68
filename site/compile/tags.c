/* SPDX-License-Identifier: Apache-2.0
 *
 * Tags of hosts: of each group one, the first where nothing is said, and the
 * auxiliary tags that they bring, which are their own groups ({snmp: snmp}).
 * The built-in groups agent, snmp_ds and address_family follow what the host
 * and its folders say of agent, snmp and family.
 */
#include "common/mem.h"
#include "site/compile/model.h"

#include <stdlib.h>

static const struct {
	const char *group, *title, *id, *tag_title, *aux[2];
} builtin[] = {
    {"address_family", "IP address family", "ip-v4-only", "IPv4 only",
	{"ip-v4"}},
    {"address_family", NULL, "ip-v6-only", "IPv6 only", {"ip-v6"}},
    {"address_family", NULL, "ip-v4v6", "IPv4 and IPv6", {"ip-v4", "ip-v6"}},
    {"address_family", NULL, "no-ip", "No IP", {NULL}},
    {"agent", "Monitoring agents", "cmk-agent", "Agent",
	{"tcp", "checkmk-agent"}},
    {"agent", NULL, "all-agents", "Agent and programs",
	{"tcp", "checkmk-agent"}},
    {"agent", NULL, "special-agents", "Programs", {"tcp"}},
    {"agent", NULL, "no-agent", "None", {NULL}},
    {"criticality", "Criticality", "prod", "Productive", {NULL}},
    {"criticality", NULL, "critical", "Business critical", {NULL}},
    {"criticality", NULL, "test", "Test", {NULL}},
    {"criticality", NULL, "offline", "Not monitored", {NULL}},
    {"networking", "Networking segment", "lan", "Local network", {NULL}},
    {"networking", NULL, "wan", "Wide area network", {NULL}},
    {"networking", NULL, "dmz", "Demilitarised zone", {NULL}},
    {"piggyback", "Piggyback", "auto-piggyback", "If there are data", {NULL}},
    {"piggyback", NULL, "piggyback", "Always", {NULL}},
    {"piggyback", NULL, "no-piggyback", "Never", {NULL}},
    {"snmp_ds", "SNMP", "no-snmp", "None", {NULL}},
    {"snmp_ds", NULL, "snmp-v2", "Version 2c or 3", {"snmp"}},
    {"snmp_ds", NULL, "snmp-v1", "Version 1", {"snmp"}},
};
static const char *const builtin_aux[] = {
    "ip-v4", "ip-v6", "snmp", "tcp", "ping", "checkmk-agent"};

void
tags_add_builtin(struct model *m)
{
	json_t *tags = NULL;

	for (size_t i = 0; i < ARRAY_LEN(builtin); i++) {
		json_t *aux = json_array();

		if (builtin[i].title != NULL) {
			json_t *group = model_keep(m,
			    json_pack("{s:s, s:[]}", "title", builtin[i].title,
				"tags"));

			tags = json_object_get(group, "tags");
			table_add(&m->tables[TABLE_TAG_GROUPS],
			    builtin[i].group, group, NULL);
		}
		for (size_t k = 0; k < 2 && builtin[i].aux[k] != NULL; k++)
			json_array_append_new(
			    aux, json_string(builtin[i].aux[k]));
		json_array_append_new(tags,
		    json_pack("{s:s, s:s, s:o}", "id", builtin[i].id, "title",
			builtin[i].tag_title, "aux", aux));
	}
	for (size_t i = 0; i < ARRAY_LEN(builtin_aux); i++)
		table_add(
		    &m->tables[TABLE_AUX_TAGS], builtin_aux[i], NULL, NULL);
}

/* Auxiliary tags that nobody declared: perhaps misspelt. */
void
tags_check_groups(struct model *m)
{
	const struct table *t = &m->tables[TABLE_TAG_GROUPS];

	for (uint32_t g = 0; g < t->n; g++) {
		const struct entry *e = &t->items[g];
		const json_t *tags = json_object_get(e->value, "tags");
		struct place at = place_key(
		    place_key(place_of(e->src, t->key), e->name), "tags");
		struct indexes unused = {0};

		for (size_t i = 0; e->src != NULL && i < json_array_size(tags);
		     i++)
			named_need_list(m, TABLE_AUX_TAGS,
			    json_object_get(json_array_get(tags, i), "aux"),
			    place_key(place_index(at, i), "aux"), &unused);
		indexes_free(&unused);
	}
}

/* --- of a host ------------------------------------------------------------ */

static const char *
word_of(const struct host *h, enum attr a, const char *key)
{
	const json_t *value = h->values[a];

	return json_string_value(
	    key == NULL ? value : json_object_get(value, key));
}

static const char *
derived(const struct host *h, const char *group)
{
	const char *word;

	if (strcmp(group, "agent") == 0) {
		word = host_agent_kind(h);
		return strcmp(word, "none") == 0   ? "no-agent"
		    : strcmp(word, "program") == 0 ? "special-agents"
						   : "cmk-agent";
	}
	if (strcmp(group, "snmp_ds") == 0) {
		word = word_of(h, ATTR_snmp, "version");
		return word == NULL          ? "no-snmp"
		    : strcmp(word, "1") == 0 ? "snmp-v1"
					     : "snmp-v2";
	}
	if (strcmp(group, "address_family") == 0) {
		word = word_of(h, ATTR_family, NULL);
		if (word != NULL && strcmp(word, "6") == 0)
			return "ip-v6-only";
	}
	return NULL;
}

static json_t *
find_tag(const json_t *tags, const char *id)
{
	for (size_t i = 0; i < json_array_size(tags); i++) {
		json_t *tag = json_array_get(tags, i);
		const char *have =
		    json_string_value(json_object_get(tag, "id"));

		if (have != NULL && strcmp(have, id) == 0)
			return tag;
	}
	return NULL;
}

json_t *
tags_default(struct model *m, const struct host *h, const char *group)
{
	uint32_t g = named_find(m, TABLE_TAG_GROUPS, group);
	const json_t *tags;
	const char *id;
	json_t *tag = NULL;

	if (g == NONE)
		return NULL;
	tags =
	    json_object_get(m->tables[TABLE_TAG_GROUPS].items[g].value, "tags");
	id = derived(h, group);
	if (id != NULL)
		tag = find_tag(tags, id);
	if (tag == NULL)
		tag = json_array_get(tags, 0);
	return json_object_get(tag, "id");
}

static void
add_aux(json_t *all, const json_t *tag)
{
	const json_t *aux = json_object_get(tag, "aux");

	for (size_t i = 0; i < json_array_size(aux); i++) {
		json_t *name = json_array_get(aux, i);

		if (json_is_string(name) &&
		    json_object_get(all, json_string_value(name)) == NULL)
			json_object_set(all, json_string_value(name), name);
	}
}

static bool
has_tag(const json_t *all, const char *group, const char *id)
{
	const char *have = json_string_value(json_object_get(all, group));

	return have != NULL && strcmp(have, id) == 0;
}

static json_t *
make_set(struct model *m, const struct host *h)
{
	const struct table *t = &m->tables[TABLE_TAG_GROUPS];
	const json_t *own = h->values[ATTR_tags];
	json_t *all = json_is_object(own) ? json_copy((json_t *)(uintptr_t)own)
					  : json_object();

	for (uint32_t g = 0; g < t->n; g++) {
		const char *group = t->items[g].name;

		if (json_object_get(all, group) == NULL)
			json_object_set(all, group, tags_default(m, h, group));
	}
	for (uint32_t g = 0; g < t->n; g++) {
		const char *id =
		    json_string_value(json_object_get(all, t->items[g].name));

		if (id != NULL)
			add_aux(all,
			    find_tag(json_object_get(t->items[g].value, "tags"),
				id));
	}
	if (has_tag(all, "agent", "no-agent") &&
	    has_tag(all, "snmp_ds", "no-snmp") &&
	    json_object_get(all, "ping") == NULL)
		json_object_set_new(all, "ping", json_string("ping"));
	return all;
}

/* Whatever the set depends on, as text. */
static char *
text_of_set(const struct host *h)
{
	const json_t *own = h->values[ATTR_tags];
	char *tags = json_is_object(own)
	    ? json_dumps(own, JSON_COMPACT | JSON_SORT_KEYS)
	    : NULL;
	const char *six = derived(h, "address_family");
	char *text =
	    xasprintf("%s %s %s %s", derived(h, "agent"), derived(h, "snmp_ds"),
		six == NULL ? "" : six, tags == NULL ? "" : tags);

	free(tags);
	return text;
}

void
tags_of_host(struct model *m, struct host *h)
{
	char *text = text_of_set(h);
	const json_t *known = json_object_get(m->tag_sets_by_text, text);

	if (m->tag_sets_by_text == NULL)
		m->tag_sets_by_text = model_keep(m, json_object());
	if (known != NULL) {
		h->tags_set = (uint32_t)json_integer_value(known);
	} else {
		ARRAY_GROW(m->tag_sets, m->n_tag_sets, m->tag_sets_cap);
		m->tag_sets[m->n_tag_sets] =
		    (struct tag_set){.tags = model_keep(m, make_set(m, h))};
		h->tags_set = m->n_tag_sets++;
		json_object_set_new(m->tag_sets_by_text, text,
		    json_integer((json_int_t)h->tags_set));
	}
	h->values[ATTR_tags] = m->tag_sets[h->tags_set].tags;
	free(text);
}

bool
tags_leave_out(const struct model *m, const struct host *h)
{
	const char *site = word_of(h, ATTR_site, NULL);
	const char *own = m->root == NULL ? NULL : strrchr(m->root, '/');

	if (has_tag(h->values[ATTR_tags], "criticality", "offline"))
		return true;
	return site != NULL && own != NULL && strcmp(site, own + 1) != 0;
}

struct snap_list
tags_list(struct model *m, const struct host *h)
{
	struct tag_set *set = &m->tag_sets[h->tags_set];
	struct indexes x = {0};
	const char *key;
	json_t *value;

	if (set->listed)
		return set->list;
	json_object_foreach(set->tags, key, value)
	{
		indexes_add(&x, snapb_str(m->snap, key));
		indexes_add(&x, snapb_str(m->snap, json_string_value(value)));
	}
	set->list = snapb_list(m->snap, x.items, x.n);
	set->listed = true;
	indexes_free(&x);
	return set->list;
}

void
tags_free(struct model *m)
{
	free(m->tag_sets);
}
