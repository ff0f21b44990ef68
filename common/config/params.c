/* SPDX-License-Identifier: Apache-2.0
 *
 * Layers of parameters become one object; see params.h.
 */
#include "common/config/params.h"

#include <stdlib.h>

bool
params_is_timed(const json_t *value)
{
	return json_is_array(json_object_get(value, "periods"));
}

bool
params_depend(struct slice text)
{
	return text.len > 0 && text.s[0] == '[';
}

/* What a layer stands for now. */
static json_t *
layer_now(json_t *layer, params_active_fn active, void *arg)
{
	json_t *periods = json_object_get(layer, "periods");

	if (!json_is_array(periods))
		return layer;
	for (size_t i = 0; i < json_array_size(periods); i++) {
		json_t *one = json_array_get(periods, i);
		json_t *index = json_object_get(one, "period");

		if (json_is_integer(index) &&
		    active((uint32_t)json_integer_value(index), arg))
			return json_object_get(one, "value");
	}
	return json_object_get(layer, "default");
}

void
params_resolve(
    struct slice text, params_active_fn active, void *arg, struct str *to)
{
	json_t *layers =
	    params_depend(text) ? json_loadb(text.s, text.len, 0, NULL) : NULL;
	json_t *all;
	char *dump;

	if (layers == NULL) {
		str_addn(to, text.s, text.len);
		return;
	}
	all = json_object();
	for (size_t i = 0; i < json_array_size(layers); i++)
		json_object_update_missing(
		    all, layer_now(json_array_get(layers, i), active, arg));
	dump = json_dumps(
	    all, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
	str_add(to, dump == NULL ? "{}" : dump);
	free(dump);
	json_decref(all);
	json_decref(layers);
}
