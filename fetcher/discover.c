/* SPDX-License-Identifier: Apache-2.0
 *
 * Which services an agent's output gives: asks every check.
 */
#include "fetcher/discover.h"

#include "common/mem.h"
#include "fetcher/sections/check_mk.h"
#include "fetcher/sections/labels.h"
#include "fetcher/sections/parsed.h"
#include "fetcher/sections/snmp_info.h"

#include <stdlib.h>

#define MAX_SERVICES 10000 /* of one host */
#define MAX_SECTIONS 8

struct check_found {
	struct discovery *d;
	const struct check *check;
};

static bool
is_known(const struct discovery *d, const char *description)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->services[i].description, description) == 0)
			return true;
	return false;
}

void
check_found_add(struct check_found *found, struct slice item, json_t *params)
{
	struct discovery *d = found->d;
	struct str text = {0};

	check_describe(found->check, slice_trim(item), &text);
	char *description = str_steal(&text);
	if (d->n == MAX_SERVICES || is_known(d, description)) {
		if (d->n == MAX_SERVICES)
			str_addf(&d->problems,
			    "service %s: more than %d services, left out\n",
			    description, MAX_SERVICES);
		free(description);
		json_decref(params);
		return;
	}
	ARRAY_GROW(d->services, d->n, d->cap);
	d->services[d->n++] = (struct discovered){
	    .check = found->check,
	    .description = description,
	    .item = slice_dup(item),
	    .params = params,
	};
}

static void
ask(const struct check *check, struct parsed *parsed, const json_t *rules,
    double now, struct discovery *d)
{
	struct check_value values[CHECK_MAX_PARAMS];
	const void *data[MAX_SECTIONS] = {NULL};
	struct check_found found = {d, check};

	for (size_t i = 0; check->sections[i] != NULL; i++) {
		const struct parsed_section *s =
		    parsed_get(parsed, check->sections[i]);
		if (i == 0 && s->state != PARSED_GOOD)
			return;
		data[i] = s->data;
	}
	const json_t *params = json_object_get(rules, check->name);
	struct err err;
	if (check_params_read(check, params, values, &err) != 0)
		str_addf(&d->problems, "parameters of %s: %s\n", check->name,
		    err.text);
	struct check_context c = {
	    .sections = data, .params = values, .now = now};
	check->discover(&c, &found);
}

/* The agent says what system it is; plugins may add labels of their own. */
static void
take_labels(struct parsed *parsed, struct discovery *d)
{
	const struct section_check_mk *agent =
	    parsed_get(parsed, &section_check_mk)->data;
	const struct section_labels *labels =
	    parsed_get(parsed, &section_labels)->data;
	const struct section_snmp_info *info =
	    parsed_get(parsed, &section_snmp_info)->data;

	if (info != NULL && info->device_type != NULL) {
		if (d->host_labels == NULL)
			d->host_labels = json_object();
		json_object_set_new(d->host_labels, "cmk/device_type",
		    json_string(info->device_type));
	}
	for (size_t i = 0; agent != NULL && i < agent->n_labels; i++) {
		if (d->host_labels == NULL)
			d->host_labels = json_object();
		json_object_set_new(d->host_labels, agent->labels[i].name,
		    json_stringn(
			agent->labels[i].value.s, agent->labels[i].value.len));
	}
	for (size_t i = 0; labels != NULL && i < labels->n; i++) {
		if (d->host_labels == NULL)
			d->host_labels = json_object();
		char *name = slice_dup(labels->list[i].name);
		json_object_set_new(d->host_labels, name,
		    json_stringn(
			labels->list[i].value.s, labels->list[i].value.len));
		free(name);
	}
}

void
discover_parsed(struct parsed *parsed, const json_t *params, double now,
    struct discovery *d)
{
	const struct check *check;

	for (size_t i = 0; (check = check_at(i)) != NULL; i++)
		if (check->discover != NULL)
			ask(check, parsed, params, now, d);
	take_labels(parsed, d);
	for (size_t i = 0; i < parsed->n; i++)
		if (parsed->sections[i].state == PARSED_BAD)
			str_addf(&d->problems, "section %s: %s\n",
			    parsed->sections[i].type->names[0],
			    parsed->sections[i].why);
}

bool
discover_host(const struct discovery_input *in, struct discovery *d)
{
	struct parsed parsed;

	parsed_init(&parsed, in->output, in->host, (int64_t)in->now);
	if (parsed.split.n_parts > 0)
		parsed_add_persisted(
		    &parsed, in->persisted, in->host, (int64_t)in->now);
	for (size_t i = 0; i < in->n_piggyback; i++)
		parsed_add(
		    &parsed, in->piggyback[i], in->host, (int64_t)in->now);
	bool any = parsed.split.n_parts > 0;
	discover_parsed(&parsed, in->params, in->now, d);
	parsed_free(&parsed);
	return any;
}

bool
discover_agent(struct slice output, struct slice host, struct discovery *d)
{
	struct discovery_input in = {.output = output, .host = host};
	return discover_host(&in, d);
}

void
discovery_free(struct discovery *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->services[i].description);
		free(d->services[i].item);
		json_decref(d->services[i].params);
	}
	free(d->services);
	json_decref(d->host_labels);
	str_free(&d->problems);
	*d = (struct discovery){0};
}
