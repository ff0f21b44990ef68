/* SPDX-License-Identifier: Apache-2.0
 *
 * Opens configurations; see opened.h.
 */
#include "site/opened.h"

#include "common/config/settings_load.h"
#include "common/config/settings_table.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/compile/compile.h"

#include <stdlib.h>
#include <sys/stat.h>

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

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int
done(struct opened *o, struct compile_report *report, struct mistakes *m)
{
	if (report->mistakes.n_mistakes > 0)
		mistakes_move(m, &report->mistakes);
	compile_report_free(report);
	if (m->n_mistakes == 0)
		return 0;
	opened_close(o);
	return -1;
}

int
opened_value(struct opened *o, json_t *config, const struct yaml_doc *doc,
    const struct schema_way *way, uint64_t generation, struct mistakes *m)
{
	static const char *const also[] = {"site", NULL};
	struct compile_report report = {0};
	struct err err = {""};

	*o = (struct opened){0};
	if (!json_is_object(config)) {
		schema_mistake(m, doc, way, "a mapping or a path was expected");
		return -1;
	}
	o->settings = settings_of(config, doc, way, m);
	o->snap = compile_open_config(
	    config, doc, way, also, generation, &report, &err);
	if (o->snap == NULL && report.mistakes.n_mistakes == 0)
		schema_mistake(m, doc, way, "%s", err.text);
	return done(o, &report, m);
}

/* `path` is like etc/vedette if it has a conf.d or a site.yaml, else like
 * conf.d. */
static int
opened_folder(struct opened *o, const char *path, struct mistakes *m)
{
	char *conf = xasprintf("%s/conf.d", path);
	char *site = xasprintf("%s/site.yaml", path);
	bool whole = is_folder(conf) || file_exists(site);
	struct compile_report report = {0};
	struct mistake_place place = {.file = path};
	struct err err = {""};
	struct yaml_doc *doc;

	*o = (struct opened){0};
	doc = file_exists(site) ? yaml_read(site, m)
				: yaml_parse(site, SLICE(""), m);
	settings_check(doc, m);
	if (m->n_mistakes == 0)
		o->settings = settings_from_doc(doc, 0, m);
	o->snap = compile_open_folder(whole ? conf : path, &report, &err);
	if (o->snap == NULL && report.mistakes.n_mistakes == 0)
		mistake_add(m, &place, "%s", err.text);
	yaml_doc_free(&doc);
	free(conf);
	free(site);
	return done(o, &report, m);
}

static int
opened_site(struct opened *o, const char *root, struct mistakes *m)
{
	struct compile_report report = {0};
	struct mistake_place place = {.file = root};
	struct err err = {""};

	*o = (struct opened){0};
	o->settings = settings_load_mistakes(root, m);
	if (m->n_mistakes == 0)
		o->snap = compile_open(root, &report, &err);
	if (o->snap == NULL && m->n_mistakes == 0 &&
	    report.mistakes.n_mistakes == 0)
		mistake_add(m, &place, "%s", err.text);
	return done(o, &report, m);
}

int
opened_path(
    struct opened *o, const char *path, uint64_t generation, struct mistakes *m)
{
	struct yaml_doc *doc;
	char *inside;
	int rc = -1;

	*o = (struct opened){0};
	if (is_folder(path)) {
		inside = xasprintf("%s/etc/vedette", path);
		rc = is_folder(inside) ? opened_site(o, path, m)
				       : opened_folder(o, path, m);
		free(inside);
		return rc;
	}
	doc = yaml_read(path, m);
	if (m->n_mistakes == 0)
		rc = opened_value(o, yaml_root(doc), doc, NULL, generation, m);
	if (rc == 0)
		o->config = json_deep_copy(yaml_root(doc));
	yaml_doc_free(&doc);
	return rc;
}

void
opened_close(struct opened *o)
{
	snapshot_close(&o->snap);
	if (o->settings != NULL)
		settings_free(&o->settings);
	json_decref(o->config);
	*o = (struct opened){0};
}
