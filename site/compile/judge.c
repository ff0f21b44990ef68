/* SPDX-License-Identifier: Apache-2.0
 *
 * Which check judges the data of a service, and by which parameters: found by
 * discovery, under those of rules, under those written by hand.
 */
#include "site/compile/objects.h"
#include "site/compile/rules.h"

/* The rules' layers between what is nearer and what is farther. */
static snap_str
timed_params(
    struct model *m, const struct service *s, json_t *params, json_t *rules)
{
	json_t *layers = model_keep(m, json_array());

	if (s->origin != SERVICE_FOUND && params != NULL)
		json_array_append(layers, params);
	json_array_extend(layers, rules);
	if (s->origin == SERVICE_FOUND && params != NULL)
		json_array_append(layers, params);
	return model_json(m, layers);
}

/* Parameters: found by discovery, under rules, under those written by hand. */
static snap_str
params_of(struct model *m, const struct service *s, const char *check)
{
	const json_t *own = json_object_get(s->own, "check");
	json_t *params = json_object_get(own, "params");
	struct ruleset *set = rules_of_check(m, check);
	struct rules_target target = {
	    .host = s->host,
	    .description = s->description,
	    .description_id = s->description_id,
	    .item = s->item,
	};
	json_t *near = NULL, *layers = NULL, *all;
	snap_str off;

	if (set != NULL)
		layers = rules_layers(m, set, &target);
	if (layers != NULL)
		return timed_params(m, s, params, layers);
	if (set != NULL)
		near = rules_apply(m, set, &target, NULL);
	if (near == NULL || params == NULL)
		return model_json(m, near == NULL ? params : near);
	all = json_copy(s->origin == SERVICE_FOUND ? params : near);
	json_object_update(all, s->origin == SERVICE_FOUND ? near : params);
	off = model_json(m, all);
	json_decref(all);
	return off;
}

static void
check_params(struct model *m, const struct service *s, const char *check)
{
	const json_t *params =
	    json_object_get(json_object_get(s->own, "check"), "params");
	struct place at = service_place(s, "check");
	struct nearest near = {.word = check};
	struct str hint = {0};
	const char *unused;
	struct err err;
	bool items;

	if (!checks_find(check, &unused, &items)) {
		checks_nearest(&near);
		nearest_hint(&near, &hint);
		model_mistake(m, place_key(at, "check"),
		    "there is no check %s%s", check, str_get(&hint));
	} else if (s->origin == SERVICE_WRITTEN && params != NULL &&
	    checks_verify(check, params, &err) != 0) {
		model_mistake(m, place_key(at, "params"), "%s", err.text);
	}
	str_free(&hint);
}

/* What judges the data of a service. */
void
judge_set(struct model *m, struct snap_object *o, const struct service *s,
    const char *check)
{
	const json_t *own = json_object_get(s->own, "check");
	struct str text = {0};

	if (check == NULL)
		return;
	check_params(m, s, check);
	o->check_name = snapb_str(m->snap, check);
	o->item =
	    snapb_str(m->snap, json_string_value(json_object_get(own, "item")));
	o->params = params_of(m, s, check);
	str_addf(&text, "check_mk-%s", check);
	o->check_command = snapb_str(m->snap, str_get(&text));
	str_free(&text);
}
