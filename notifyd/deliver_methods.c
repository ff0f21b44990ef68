/* SPDX-License-Identifier: Apache-2.0
 *
 * Which methods there are, and whether their settings are good.
 */
#include "notifyd/deliver.h"
#include "notifyd/methods/options.h"
#include "notifyd/methods/script.h"
#include "notifyd/methods/table.h"

#include <stdlib.h>

bool
deliverer_has_method(const char *root, const char *method)
{
	char *path;
	bool there;

	if (method_def_find(method) != NULL)
		return true;
	path = script_path(root, method);
	there = path != NULL;
	free(path);
	return there;
}

bool
deliverer_bulks(const char *root, const char *method)
{
	char *path = script_path(root, method);
	const struct method_def *def =
	    script_is_local(root, method) ? NULL : method_def_find(method);
	bool bulks = def == NULL ? path == NULL || script_bulks(path)
				 : method_def_bulks(def);

	free(path);
	return bulks;
}

int
deliverer_check(const json_t *methods, struct err *err_r)
{
	struct method_options options;
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)methods, name, value)
	{
		if (method_options_read(methods, name, &options, err_r) < 0)
			return -1;
	}
	return 0;
}
