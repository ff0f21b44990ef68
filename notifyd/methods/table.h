/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in methods and their parameters, as a table. Pure: the command
 * checks configurations by it and prints it.
 */
#ifndef NOTIFYD_METHODS_TABLE_H
#define NOTIFYD_METHODS_TABLE_H

#include "common/config/schema.h"

#include <jansson.h>

struct http_method; /* notifyd/methods/http_method.h */

enum method_kind {
	METHOD_MAIL,
	METHOD_HTTP,
	METHOD_SMS,
	METHOD_TRAP,
	METHOD_SCRIPT /* not in the table: whatever is not built in */
};

struct method_def {
	const char *name, *help;
	enum method_kind kind;
	const struct schema *parameters; /* a SCHEMA_TABLE */
	unsigned concurrency;            /* default of calls at once */
	/* One call tells several contacts, unless the parameter each_contact
	 * is true: always, or if the parameter `target` is given. */
	bool combines;
	const char *target;
	const struct http_method *http; /* of METHOD_HTTP */
};

/* In order of their names; NULL at the end. */
const struct method_def *method_def_at(size_t i);
/* Can one call tell many notifications? Not where each is an incident. */
bool method_def_bulks(const struct method_def *def);
/* NULL: not built in. */
const struct method_def *method_def_find(const char *name);

/*
 * What is configured for one delivery, new: for the site (methods:
 * notifications.methods), for the host, for the service, in the rule (each a
 * mapping or NULL); the later one wins per key, null takes a key away.
 */
json_t *method_parameters(const char *method, const json_t *methods,
    const json_t *of_host, const json_t *of_service, const json_t *of_rule);
/* The method's own defaults, where nothing is configured. */
void method_add_defaults(const char *method, json_t *parameters);
/* Does one call tell several contacts? */
bool method_combines(const char *method, const json_t *parameters);
/* The parameter's text, "" if it is none. */
const char *method_text(const json_t *parameters, const char *key);

#endif
