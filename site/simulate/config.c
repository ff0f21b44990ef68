/* SPDX-License-Identifier: Apache-2.0
 *
 * Configurations of a scenario: inline, from files, or the present one with
 * additions and without what a reload removes.
 */
#include "site/simulate/sim.h"

#include "common/config/settings_load.h"
#include "common/config/settings_table.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/compile/compile.h"

#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FILE_MAX (512u << 20)

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

/* The mapping `site`, what site.yaml holds. NULL: mistakes. */
static struct settings *
settings_of(const json_t *config, const struct yaml_doc *doc,
    const struct schema_way *way, struct mistakes *m)
{
	json_t *site = json_object_get(config, "site"), *copy;
	struct schema_way here = {way, config, "site", 0};
	struct mistakes found = {0};
	struct settings *settings = NULL;
	struct yaml_doc *own;
	struct str text = {0};

	copy = site == NULL ? json_object() : json_deep_copy(site);
	own = yaml_from_json("site", copy);
	settings_check(own, &found);
	if (found.n_mistakes == 0)
		settings = settings_from_doc(own, 0, &found);
	if (found.n_mistakes > 0) {
		struct slice rest, line;

		mistakes_print(&found, &text);
		rest = str_slice(&text);
		while (slice_next(&rest, '\n', &line))
			schema_mistake(
			    m, doc, &here, "%.*s", (int)line.len, line.s);
		if (settings != NULL)
			settings_free(&settings);
	}
	mistakes_free(&found);
	str_free(&text);
	yaml_doc_free(&own);
	json_decref(copy);
	return settings;
}

static int
open_inline(struct sim *s, json_t *value, const struct yaml_doc *doc,
    const struct schema_way *way, struct sim_config *c, struct mistakes *m)
{
	static const char *const also[] = {"site", NULL};
	struct compile_report report = {0};
	struct err err = {""};

	if (!json_is_object(value)) {
		schema_mistake(m, doc, way, "a mapping or a path was expected");
		return -1;
	}
	c->config = json_deep_copy(value);
	c->settings = settings_of(value, doc, way, m);
	c->snap = compile_open_config(
	    value, doc, way, also, ++s->generation, &report, &err);
	if (c->snap == NULL && report.mistakes.n_mistakes == 0)
		schema_mistake(m, doc, way, "%s", err.text);
	if (report.mistakes.n_mistakes > 0)
		mistakes_move(m, &report.mistakes);
	compile_report_free(&report);
	return m->n_mistakes > 0 || c->snap == NULL ? -1 : 0;
}

/* A site's folder. */
static int
open_site(const char *path, const struct yaml_doc *doc,
    const struct schema_way *way, struct sim_config *c, struct mistakes *m)
{
	struct compile_report report = {0};
	struct err err = {""};

	c->settings = settings_load_mistakes(path, m);
	if (m->n_mistakes == 0)
		c->snap = compile_open(path, &report, &err);
	if (c->snap == NULL && m->n_mistakes == 0 &&
	    report.mistakes.n_mistakes == 0)
		schema_mistake(m, doc, way, "%s", err.text);
	if (report.mistakes.n_mistakes > 0)
		mistakes_move(m, &report.mistakes);
	compile_report_free(&report);
	return m->n_mistakes > 0 || c->snap == NULL ? -1 : 0;
}

static int
open_path(struct sim *s, const char *name, const struct yaml_doc *doc,
    const struct schema_way *way, struct sim_config *c, struct mistakes *m)
{
	char *copy = xstrdup(s->sc->file), *path;
	struct yaml_doc *own;
	struct stat st;
	int rc = -1;

	path = name[0] == '/' ? xstrdup(name)
			      : xasprintf("%s/%s", dirname(copy), name);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		rc = open_site(path, doc, way, c, m);
	} else {
		own = yaml_read(path, m);
		if (m->n_mistakes == 0)
			rc = open_inline(s, yaml_root(own), own, NULL, c, m);
		yaml_doc_free(&own);
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
		rc = open_path(s, json_string_value(value), doc, way, c, m);
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
