/* SPDX-License-Identifier: Apache-2.0
 *
 * Configurations of a scenario: inline, from files, or the present one with
 * additions and without what a reload removes.
 */
#include "site/simulate/sim.h"

#include "common/mem.h"
#include "site/opened.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <unistd.h>

void
sim_config_free(struct sim_config *c)
{
	rulebook_free(&c->book);
	periods_free(&c->periods);
	snapshot_close(&c->snap);
	if (c->settings != NULL)
		settings_free(&c->settings);
	json_decref(c->config);
	*c = (struct sim_config){0};
}

static int
open_inline(struct sim *s, json_t *value, const struct yaml_doc *doc,
    const struct schema_way *way, struct sim_config *c, struct mistakes *m)
{
	struct opened o;

	if (opened_value(&o, value, doc, way, ++s->generation, m) == -1)
		return -1;
	c->snap = o.snap;
	c->settings = o.settings;
	c->config = json_deep_copy(value);
	return 0;
}

static int
open_path(struct sim *s, const char *name, const struct schema_way *way,
    struct sim_config *c, struct mistakes *m)
{
	char *copy = xstrdup(s->sc->file), *path;
	struct opened o;
	int rc;

	path = name[0] == '/' ? xstrdup(name)
			      : xasprintf("%s/%s", dirname(copy), name);
	if (access(path, R_OK) == -1) {
		schema_mistake(
		    m, s->sc->doc, way, "%s: %s", path, strerror(errno));
		rc = -1;
	} else {
		rc = opened_path(&o, path, ++s->generation, m);
	}
	if (rc == 0) {
		c->snap = o.snap;
		c->settings = o.settings;
		c->config = o.config;
	}
	free(path);
	free(copy);
	return rc;
}

int
sim_config_open(struct sim *s, json_t *value, const struct schema_way *way,
    struct sim_config *c, struct mistakes *m)
{
	const struct yaml_doc *doc = way == NULL ? NULL : s->sc->doc;
	struct err err = {""};
	int rc;

	*c = (struct sim_config){0};
	if (json_is_string(value))
		rc = open_path(s, json_string_value(value), way, c, m);
	else
		rc = open_inline(s, value, doc, way, c, m);
	if (rc == 0)
		c->periods = periods_compile(c->snap, &err);
	if (rc == 0 && c->periods != NULL)
		c->book = sim_rules_make(c->snap, c->settings, &err);
	if (rc == 0 && c->book == NULL) {
		schema_mistake(m, doc, way, "%s", err.text);
		rc = -1;
	}
	if (rc == -1)
		sim_config_free(c);
	return rc;
}

/* --- a reload that changes the present one ---------------------------------
 */

static void
merge(json_t *to, const json_t *add)
{
	const char *name;
	json_t *value, *mine, *element;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)add, name, value)
	{
		mine = json_object_get(to, name);
		if (json_is_object(value) && json_is_object(mine)) {
			json_object_update(mine, value);
		} else if (json_is_array(value) && json_is_array(mine)) {
			json_array_foreach(value, i, element)
			    json_array_append(mine, element);
		} else {
			json_object_set_new(to, name, json_deep_copy(value));
		}
	}
}

/* Takes the host off a service's `hosts`; how many are left. */
static size_t
take_host(json_t *service, const char *host, bool *found)
{
	json_t *hosts = json_object_get(service, "hosts");

	for (size_t i = json_array_size(hosts); i-- > 0;) {
		const char *name = json_string_value(json_array_get(hosts, i));

		if (name == NULL || strcmp(name, host) != 0)
			continue;
		json_array_remove(hosts, i);
		*found = true;
	}
	return json_array_size(hosts);
}

/* `description` NULL: every service of the host. */
static bool
remove_services(json_t *config, const char *host, const char *description)
{
	json_t *services = json_object_get(config, "services");
	bool found = false;

	for (size_t i = json_array_size(services); i-- > 0;) {
		json_t *service = json_array_get(services, i);
		const char *is =
		    json_string_value(json_object_get(service, "description"));

		if (description != NULL &&
		    (is == NULL || strcmp(is, description) != 0))
			continue;
		if (take_host(service, host, &found) == 0)
			json_array_remove(services, i);
	}
	return found;
}

json_t *
sim_config_change(const json_t *config, const json_t *reload, struct err *err_r)
{
	json_t *made = json_deep_copy(config);
	const json_t *removed = json_object_get(reload, "remove");
	json_t *hosts = json_object_get(removed, "hosts"), *value;
	json_t *services = json_object_get(removed, "services");
	size_t i;

	json_array_foreach(hosts, i, value)
	{
		const char *host = json_string_value(value);

		if (json_object_del(json_object_get(made, "hosts"), host) !=
		    0) {
			err_set(err_r, "there is no host %s to remove", host);
			goto fail;
		}
		remove_services(made, host, NULL);
	}
	json_array_foreach(services, i, value)
	{
		const char *host =
		    json_string_value(json_object_get(value, "host"));
		const char *description =
		    json_string_value(json_object_get(value, "description"));

		if (!remove_services(made, host, description)) {
			err_set(err_r, "there is no service %s;%s to remove",
			    host, description);
			goto fail;
		}
	}
	merge(made, json_object_get(reload, "add"));
	return made;
fail:
	json_decref(made);
	return NULL;
}
