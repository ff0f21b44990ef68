/* SPDX-License-Identifier: Apache-2.0
 *
 * Which methods there are, and whether their settings are good.
 */
#include "common/log.h"
#include "notifyd/additions.h"
#include "notifyd/context_stored.h"
#include "notifyd/deliver.h"
#include "notifyd/methods/options.h"
#include "notifyd/methods/parameters.h"
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

json_t *
deliver_context(const struct method_def *def, const char *console_url,
    const struct spool_delivery *sd, const struct spool_notice *notice,
    const char *id, struct context *ctx)
{
	json_t *who = json_loads(sd->who, 0, NULL);
	json_t *params = json_loads(sd->params, 0, NULL);

	if (context_from_stored(ctx, str_slice(&notice->context)) < 0)
		log_error("delivery %s: the stored context is damaged", id);
	if (!json_is_object(params)) {
		json_decref(params);
		params = json_object();
	}
	if (def != NULL)
		method_add_defaults(sd->method, params);
	/* These are ours alone to say, whoever sent the context. */
	context_drop(ctx, "PARAMETER_");
	context_drop(ctx, "DELIVERY_ID");
	if (def != NULL && json_object_get(params, "console_url") == NULL &&
	    console_url != NULL)
		json_object_set_new(
		    params, "console_url", json_string(console_url));
	additions_of_delivery(
	    ctx, sd->contact, who, params, sd->rule_number, sd->rule_text, id);
	json_decref(who);
	return params;
}
