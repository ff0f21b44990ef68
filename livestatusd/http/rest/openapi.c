/* SPDX-License-Identifier: Apache-2.0
 *
 * openapi.json, made of the table of routes.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"

#include <ctype.h>
#include <stdlib.h>

static json_t *
schema_of(const struct rest_field *f)
{
	json_t *schema = json_object(), *values;
	const char *type = NULL;

	switch (f->kind) {
	case REST_TEXT:
		type = "string";
		break;
	case REST_BOOL:
		type = "boolean";
		break;
	case REST_NUMBER:
		type = "integer";
		json_object_set_new(schema, "minimum", json_integer(0));
		break;
	case REST_TIME:
		type = "string";
		json_object_set_new(schema, "format", json_string("date-time"));
		break;
	case REST_TEXTS:
		type = "array";
		json_object_set_new(
		    schema, "items", json_pack("{s:s}", "type", "string"));
		break;
	case REST_QUERY:
	case REST_ANY:
		break;
	}
	if (type != NULL)
		json_object_set_new(schema, "type", json_string(type));
	if (f->values != NULL) {
		values = json_array();
		for (size_t i = 0; f->values[i] != NULL; i++)
			json_array_append_new(
			    values, json_string(f->values[i]));
		json_object_set_new(schema, "enum", values);
	}
	json_object_set_new(schema, "description", json_string(f->help));
	return schema;
}

static json_t *
parameters(const struct rest_route *route)
{
	const char *p = route->path;
	json_t *list = json_array();

	while ((p = strchr(p, '{')) != NULL) {
		size_t len = strcspn(++p, "}");

		json_array_append_new(list,
		    json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", p, len, "in",
			"path", "required", 1, "schema", "type", "string"));
	}
	if (strcmp(route->method, "GET") != 0)
		return list;
	for (const struct rest_field *f = route->fields;
	     f != NULL && f->name != NULL; f++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:b, s:o}", "name", f->name, "in",
			"query", "required", f->required && f->of == NULL,
			"schema", schema_of(f)));
	return list;
}

static json_t *
body_of(const struct rest_route *route)
{
	json_t *properties = json_object(), *required = json_array();

	for (const struct rest_field *f = route->fields; f->name != NULL; f++) {
		json_object_set_new(properties, f->name, schema_of(f));
		if (f->required && f->of == NULL)
			json_array_append_new(required, json_string(f->name));
	}
	if (json_array_size(required) == 0) {
		json_decref(required);
		required = NULL; /* OpenAPI wants no empty list */
	}
	return json_pack("{s:{s:{s:{s:s, s:b, s:o, s:o*}}}}", "content",
	    "application/json", "schema", "type", "object",
	    "additionalProperties", 0, "properties", properties, "required",
	    required);
}

static json_t *
answers(const struct rest_route *route)
{
	json_t *all = json_pack("{s:{s:s}, s:{s:s}, s:{s:s}}", "200",
	    "description", "what was asked for", "400", "description",
	    "bad request; `fields` says what", "401", "description",
	    "not logged in");

	if (route->permission != NULL) {
		json_object_set_new(all, "403",
		    json_pack("{s:s}", "description", "not permitted"));
		json_object_set_new(
		    all, "204", json_pack("{s:s}", "description", "done"));
		json_object_set_new(all, "422",
		    json_pack("{s:s}", "description",
			"nothing fits, or the core refused it"));
	}
	return all;
}

static json_t *
operation(const struct rest_route *route)
{
	struct str id = {0};
	json_t *doc;

	str_add(&id, route->method);
	for (const char *p = route->path; *p != '\0'; p++)
		str_addc(&id, isalnum((unsigned char)*p) ? *p : '_');
	doc = json_pack("{s:s, s:s, s:o, s:o}", "operationId", str_get(&id),
	    "summary", route->help, "parameters", parameters(route),
	    "responses", answers(route));
	str_free(&id);
	if (strcmp(route->method, "GET") != 0 && route->fields != NULL)
		json_object_set_new(doc, "requestBody", body_of(route));
	if (route->permission != NULL)
		json_object_set_new(
		    doc, "x-permission", json_string(route->permission));
	return doc;
}

static void
add_route(json_t *paths, const struct rest_route *route)
{
	char *path = xasprintf("/%s", route->path);
	char method[8] = "";
	json_t *one = json_object_get(paths, path);

	if (one == NULL) {
		one = json_object();
		json_object_set_new(paths, path, one);
	}
	for (size_t i = 0; route->method[i] != '\0' && i < 7; i++)
		method[i] = (char)tolower((unsigned char)route->method[i]);
	json_object_set_new(one, method, operation(route));
	free(path);
}

void
rest_openapi(struct http_request *r, const struct rest_call *call)
{
	json_t *paths = json_object();
	char *base = xasprintf("%s" REST_PATH, r->h->prefix);

	(void)call;
	base[strlen(base) - 1] = '\0';
	for (const struct rest_route *route = rest_routes;
	     route->method != NULL; route++)
		add_route(paths, route);
	http_json(r, MHD_HTTP_OK,
	    json_pack("{s:s, s:{s:s, s:s, s:s}, s:[{s:s}], s:o, "
		      "s:[{s:[]}, {s:[]}], "
		      "s:{s:{s:{s:s, s:s}, s:{s:s, s:s, s:s}}}}",
		"openapi", "3.0.3", "info", "title", "Vedette", "version",
		"1.0", "description",
		"Log in by \"Authorization: Bearer NAME SECRET\" or by Basic.",
		"servers", "url", base, "paths", paths, "security", "basic",
		"bearer", "components", "securitySchemes", "basic", "type",
		"http", "scheme", "basic", "bearer", "type", "apiKey", "in",
		"header", "name", "Authorization"));
	free(base);
}
