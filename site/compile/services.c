/* SPDX-License-Identifier: Apache-2.0
 *
 * Which services there are: written by hand, discovered, and Check_MK of each
 * host with an agent. What is written by hand wins over what was discovered.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "common/mem.h"
#include "site/compile/attr_check.h"
#include "site/compile/discovery.h"
#include "site/compile/found.h"
#include "site/compile/rules.h"

#include <pcre2.h>
#include <stdlib.h>

#define COLLECTOR_NAME "Check_MK"

struct place
service_place(const struct service *s, const char *key)
{
	struct place at = {.src = s->src};

	if (s->src == NULL)
		return at;
	at = place_index(place_key(at, "services"), s->index);
	return key == NULL ? at : place_key(at, key);
}

static void
add(struct model *m, struct service s)
{
	const json_t *check = json_object_get(s.own, "check");

	s.check = json_string_value(json_object_get(check, "check"));
	s.item = json_string_value(json_object_get(check, "item"));
	s.description_id = rules_text_id(m, s.description);
	ARRAY_GROW(m->services, m->n_services, m->services_cap);
	m->services[m->n_services++] = s;
}

/* --- written by hand ------------------------------------------------------ */

static void
add_matching(
    struct model *m, struct service s, const char *pattern, struct place at)
{
	PCRE2_SIZE offset;
	pcre2_match_data *scratch;
	uint32_t found = 0;
	int code;
	pcre2_code *re = pcre2_compile((PCRE2_SPTR)pattern,
	    PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_ANCHORED | PCRE2_CASELESS,
	    &code, &offset, NULL);

	if (re == NULL) {
		model_mistake(m, at, "expected a regular expression after ~");
		return;
	}
	scratch = pcre2_match_data_create_from_pattern(re, NULL);
	for (uint32_t i = 0; i < m->tables[TABLE_HOSTS].n; i++) {
		const char *name = m->hosts[i].name;

		if (pcre2_match(re, (PCRE2_SPTR)name, strlen(name), 0, 0,
			scratch, NULL) < 0)
			continue;
		s.host = i;
		add(m, s);
		found++;
	}
	if (found == 0)
		model_warn(m, at, "no host fits %s", pattern);
	pcre2_match_data_free(scratch);
	pcre2_code_free(re);
}

/* Attributes are checked once an entry, not once a host. */
static void
check_entry(struct model *m, const struct service *s)
{
	const char *key;
	json_t *value;

	json_object_foreach(s->own, key, value)
	{
		enum attr attr = keys_attr(key);

		if (attr != ATTR_COUNT)
			attr_check(m, attr, true, value, service_place(s, key));
	}
}

static void
add_written(struct model *m, const struct source *src, size_t index)
{
	json_t *own =
	    json_array_get(json_object_get(src->root, "services"), index);
	const json_t *hosts = json_object_get(own, "hosts");
	struct service s = {.origin = SERVICE_WRITTEN,
	    .node = NONE,
	    .own = own,
	    .src = src,
	    .index = index,
	    .description =
		json_string_value(json_object_get(own, "description"))};

	if (s.description == NULL)
		return;
	check_entry(m, &s);
	for (size_t i = 0; i < json_array_size(hosts); i++) {
		const char *name = json_string_value(json_array_get(hosts, i));
		struct place at = place_index(service_place(&s, "hosts"), i);

		if (name == NULL)
			continue;
		if (name[0] == '~') {
			add_matching(m, s, name + 1, at);
			continue;
		}
		s.host = named_find(m, TABLE_HOSTS, name);
		if (s.host == NONE)
			named_need(m, TABLE_HOSTS, name, at);
		else
			add(m, s);
	}
}

/* --- discovered, automatic ------------------------------------------------ */

static bool
is_collected(const json_t *own)
{
	const char *by = json_string_value(
	    json_object_get(json_object_get(own, "check"), "collector"));

	return by != NULL && strcmp(by, COLLECTOR_NAME) == 0;
}

static void
add_found(struct model *m, const struct source *src)
{
	const json_t *list = json_object_get(src->root, "services");
	uint32_t host = named_find(m, TABLE_HOSTS, src->host);

	for (size_t i = 0; host != NONE && i < json_array_size(list); i++) {
		json_t *own = json_array_get(list, i);
		const char *description =
		    json_string_value(json_object_get(own, "description"));
		struct service s = {.origin = SERVICE_FOUND,
		    .host = host,
		    .node = NONE,
		    .description = description,
		    .own = own,
		    .src = src,
		    .index = i};
		uint32_t cluster = NONE;

		if (is_collected(own))
			m->hosts[host].is_collected = true;
		if (description == NULL)
			continue;
		switch (found_fate(m, host, description,
		    json_object_get(own, "check"),
		    json_object_get(own, "labels"), &cluster)) {
		case FOUND_IGNORED:
			continue;
		case FOUND_CLUSTERED:
			s.node = host;
			s.host = cluster;
			break;
		case FOUND_KEPT:
			break;
		}
		add(m, s);
	}
}

/*
 * A host without an agent of its own that others send data for: it says so, or
 * services of it were found in such data.
 */
static bool
lives_on_others(const struct model *m, uint32_t host)
{
	const json_t *piggyback = m->hosts[host].values[ATTR_piggyback];
	const char *use = json_string_value(json_object_get(piggyback, "use"));

	if (use != NULL && strcmp(use, "auto") != 0)
		return strcmp(use, "always") == 0;
	return m->hosts[host].is_collected;
}

static void
add_automatic(struct model *m)
{
	json_t *empty = model_keep(m, json_object());
	json_t *discovery = model_keep(m,
	    json_pack("{s:{s:s, s:s}}", "check", "collector", COLLECTOR_NAME,
		"check", "check_mk_discovery"));

	for (uint32_t i = 0; i < m->tables[TABLE_HOSTS].n; i++) {
		const char *kind = host_agent_kind(&m->hosts[i]);
		json_t *own = discovery_auto_service(m, i);

		if (own != NULL)
			add(m,
			    (struct service){.origin = SERVICE_AUTOMATIC,
				.host = i,
				.node = NONE,
				.description = DISCOVERY_AUTO,
				.own = model_keep(m, own)});

		if (strcmp(kind, "none") == 0 && !lives_on_others(m, i) &&
		    !json_is_object(m->hosts[i].values[ATTR_snmp]))
			continue;
		add(m,
		    (struct service){.origin = SERVICE_AUTOMATIC,
			.host = i,
			.node = NONE,
			.description = COLLECTOR_NAME,
			.own = empty});
		/* What is played is not fetched: no discovery there. */
		if (m->root != NULL && strcmp(kind, "push") != 0 &&
		    discovery_is_periodic(m, i))
			add(m,
			    (struct service){.origin = SERVICE_AUTOMATIC,
				.host = i,
				.node = NONE,
				.description = DISCOVERY_SERVICE,
				.own = discovery});
	}
}

/* --- in order ------------------------------------------------------------- */

static int
compare(const void *pa, const void *pb)
{
	const struct service *a = pa, *b = pb;
	int c;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	c = strcmp(a->description, b->description);
	if (c != 0)
		return c;
	if (a->origin != b->origin)
		return a->origin < b->origin ? -1 : 1;
	if (a->src != b->src) {
		c = strcmp(a->src->doc == NULL ? "" : yaml_file(a->src->doc),
		    b->src->doc == NULL ? "" : yaml_file(b->src->doc));
		if (c != 0)
			return c;
	}
	return (a->index > b->index) - (a->index < b->index);
}

static void
tell_doubled(
    struct model *m, const struct service *s, const struct service *first)
{
	model_mistake(m, service_place(s, NULL),
	    "the host %s has the service %s twice, also from services[%zu]%s%s",
	    m->hosts[s->host].name, s->description, first->index,
	    first->src == s->src ? "" : " of ",
	    first->src == s->src ? "" : yaml_file(first->src->doc));
}

/* What is written by hand wins; what several nodes have, their cluster has
 * once. */
static void
drop_doubled(struct model *m)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->n_services; i++) {
		struct service *s = &m->services[i];
		struct service *first =
		    kept == 0 ? NULL : &m->services[kept - 1];

		if (first == NULL || first->host != s->host ||
		    strcmp(first->description, s->description) != 0)
			m->services[kept++] = *s;
		else if (s->origin == SERVICE_WRITTEN)
			tell_doubled(m, s, first);
	}
	m->n_services = kept;
}

/* A found service whose check or collector went is no mistake of anybody. */
static bool
still_good(struct model *m, const struct service *s)
{
	const json_t *check = json_object_get(s->own, "check");
	const char *collector =
	    json_string_value(json_object_get(check, "collector"));
	const char *name = json_string_value(json_object_get(check, "check"));
	const char *unused;
	bool items;

	if (s->origin != SERVICE_FOUND)
		return true;
	if (collector != NULL && s->node == NONE &&
	    service_find(m, s->host, collector) == NONE) {
		model_warn(m, service_place(s, "check"),
		    "the host %s has no service %s now: %s is passed over",
		    m->hosts[s->host].name, collector, s->description);
		return false;
	}
	if (name != NULL && !checks_find(name, &unused, &items)) {
		model_warn(m, service_place(s, "check"),
		    "there is no check %s now: %s is passed over", name,
		    s->description);
		return false;
	}
	return true;
}

static void
set_ranges(struct model *m)
{
	uint32_t at = 0;

	for (uint32_t h = 0; h < m->tables[TABLE_HOSTS].n; h++) {
		m->hosts[h].first_service = at;
		while (at < m->n_services && m->services[at].host == h)
			at++;
		m->hosts[h].n_services = at - m->hosts[h].first_service;
	}
}

void
services_collect(struct model *m)
{
	uint32_t kept = 0;

	for (size_t i = 0; i < m->n_sources; i++) {
		const struct source *src = m->sources[i];
		size_t n;

		if (src->kind == SOURCE_DISCOVERED)
			add_found(m, src);
		if (src->kind != SOURCE_CONF)
			continue;
		n = json_array_size(json_object_get(src->root, "services"));
		for (size_t s = 0; s < n; s++)
			add_written(m, src, s);
	}
	add_automatic(m);
	if (m->n_services > 0)
		qsort(m->services, m->n_services, sizeof(m->services[0]),
		    compare);
	drop_doubled(m);
	set_ranges(m);
	for (uint32_t i = 0; i < m->n_services; i++)
		m->services[i].dropped = !still_good(m, &m->services[i]);
	for (uint32_t i = 0; i < m->n_services; i++) {
		if (!m->services[i].dropped &&
		    m->hosts[m->services[i].host].number != NONE)
			m->services[kept++] = m->services[i];
	}
	m->n_services = kept;
	set_ranges(m);
	m->report->services = kept;
}

void
services_free(struct model *m)
{
	free(m->services);
}

uint32_t
service_find(const struct model *m, uint32_t host, const char *description)
{
	uint32_t from = m->hosts[host].first_service;
	uint32_t to = from + m->hosts[host].n_services;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		int c = strcmp(m->services[middle].description, description);

		if (c == 0)
			return middle;
		if (c < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NONE;
}
