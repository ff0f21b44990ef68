/* SPDX-License-Identifier: Apache-2.0
 *
 * Puts values of several places together; see merge.h.
 */
#include "site/compile/merge.h"

json_t *
merge_lists(struct model *m, json_t *near, json_t *far)
{
	json_t *all = model_keep(m, json_copy(near));

	json_array_extend(all, far);
	return all;
}

json_t *
merge_keys(struct model *m, json_t *near, json_t *far)
{
	const char *key;
	json_t *value, *all;

	json_object_foreach(far, key, value)
	{
		if (json_object_get(near, key) != NULL)
			continue;
		all = model_keep(m, json_copy(far));
		json_object_update(all, near);
		return all;
	}
	return near;
}

json_t *
merge_values(
    struct model *m, enum attr attr, json_t *near, json_t *far, bool all)
{
	bool keys = keys_attrs[attr].eval == EVAL_KEYS || attr == ATTR_tags;

	if (near == NULL || far == NULL || near == far)
		return near == NULL ? far : near;
	if (keys && json_is_object(near) && json_is_object(far))
		return merge_keys(m, near, far);
	if (all && json_is_array(near) && json_is_array(far))
		return json_array_size(far) == 0 ? near
						 : merge_lists(m, near, far);
	return near;
}
