/* SPDX-License-Identifier: Apache-2.0
 *
 * The compiler's stages in order; see compile.h and model.h.
 */
#include "site/compile/compile.h"
#include "common/clock.h"
#include "common/config/settings_load.h"
#include "common/mem.h"
#include "site/compile/daemons.h"
#include "site/compile/explain.h"
#include "site/compile/found.h"
#include "site/compile/later.h"
#include "site/compile/rules.h"
#include "site/renamed.h"

#include <malloc.h>
#include <stdlib.h>

static void
model_init(struct model *m, const char *root, uint64_t generation,
    struct compile_report *report)
{
	*m = (struct model){.root = root,
	    .report = report,
	    .m = &report->mistakes,
	    .keep = json_array(),
	    .snap = snapb_new(generation, clock_wall() / NS_PER_S)};
	folder_get(m, "/");
}

/* Everything but the snapshot: with a million services that is most of it,
 * and the file is as large again. */
static void
model_free_documents(struct model *m)
{
	rulesets_free(m);
	tags_free(m);
	services_free(m);
	hosts_free(m);
	people_free(m);
	folders_free(m);
	named_free(m);
	sources_free(m);
	json_decref(m->keep);
	*m = (struct model){.report = m->report, .m = m->m, .snap = m->snap};
	malloc_trim(0);
}

static void
model_free(struct model *m)
{
	model_free_documents(m);
	snapb_free(&m->snap);
}

/* Who there is, and what holds for hosts. */
static void
resolve(struct model *m)
{
	named_collect(m);
	tags_check_groups(m);
	people_collect(m);
	folders_resolve(m);
	hosts_list(m);
	rulesets_collect(m);
	hosts_resolve(m);
	services_collect(m);
}

/* From documents to a filled builder. -1: there are mistakes. */
static int
build(struct model *m)
{
	json_t *notification_rules, *event_rules, *event_actions;
	json_t *roles, *sites, *aggregations;
	snap_str n, r, a;

	resolve(m);
	addresses_resolve(m);
	snapb_reserve(m->snap, m->n_monitored + m->n_services);
	objects_hosts(m);
	objects_services(m);
	objects_groups(m);
	notify_resolve(m);
	people_add(m);
	periods_add(m);
	commands_add(m);
	notification_rules = notify_gather(m);
	event_rules = events_gather(m);
	event_actions = events_actions(m);
	if (m->m->n_mistakes == 0) {
		daemons_check_notify(m);
		objects_warn(m);
		rulesets_warn(m);
	}
	daemons_check_events(m);
	model_warn_rest(m);
	roles = roles_gather(m);
	sites = sites_gather(m);
	aggregations = aggregations_gather(m);
	snapb_roles_sites(m->snap, model_json(m, roles), model_json(m, sites));
	snapb_aggregations(m->snap, model_json(m, aggregations));
	n = model_json(m, notification_rules);
	r = model_json(m, event_rules);
	a = model_json(m, event_actions);
	snapb_rules_str(m->snap, n, r, a);
	return m->m->n_mistakes == 0 ? 0 : -1;
}

/* `ask`: hosts' names are resolved, else taken from the cache. */
static int
build_site(struct model *m, bool ask, struct err *err_r)
{
	struct settings *settings = settings_load_mistakes(m->root, m->m);

	if (settings != NULL)
		m->dns = (struct dns_settings){.ask = ask,
		    .timeout_ms = (int64_t)settings->dns_timeout,
		    .servers =
			model_keep(m, json_incref(settings->dns_servers))};
	settings_free(&settings);
	if (m->m->n_mistakes == 0)
		daemons_check_settings(m);
	later_warn_settings(m);
	if (sources_read_site(m, err_r) != 0)
		return -1;
	return build(m);
}

static void
add_renames(struct model *m)
{
	struct str text = {0};

	renamed_read(m->root, &text);
	snapb_renames(m->snap, str_get(&text));
	str_free(&text);
}

int
compile_site(const char *root, uint64_t generation, const char *out_path,
    struct compile_report *report, struct err *err_r)
{
	struct model m;
	int rc;

	model_init(&m, root, generation, report);
	rc = build_site(&m, true, err_r);
	add_renames(&m);
	model_free_documents(&m);
	if (rc == 0)
		rc = snapb_write(m.snap, out_path, err_r);
	model_free(&m);
	return rc;
}

struct snapshot *
compile_open(const char *root, struct compile_report *report, struct err *err_r)
{
	struct snapshot *snap = NULL;
	struct model m;

	model_init(&m, root, 0, report);
	if (build_site(&m, false, err_r) == 0) {
		add_renames(&m);
		snap = snapb_open(m.snap, err_r);
	}
	model_free(&m);
	return snap;
}

struct snapshot *
compile_open_folder(
    const char *conf, struct compile_report *report, struct err *err_r)
{
	struct snapshot *snap = NULL;
	struct model m;

	model_init(&m, NULL, 0, report);
	if (sources_read_folder(&m, conf, err_r) == 0 && build(&m) == 0)
		snap = snapb_open(m.snap, err_r);
	model_free(&m);
	return snap;
}

struct snapshot *
compile_open_config(json_t *config, const struct yaml_doc *doc,
    const struct schema_way *way, const char *const *also, uint64_t generation,
    struct compile_report *report, struct err *err_r)
{
	struct snapshot *snap = NULL;
	struct model m;

	model_init(&m, NULL, generation, report);
	m.also = also;
	sources_add_config(&m, config, doc, way);
	if (build(&m) == 0)
		snap = snapb_open(m.snap, err_r);
	model_free(&m);
	return snap;
}

json_t *
compile_explain(const char *root, const char *host, const char *service,
    struct compile_report *report, struct err *err_r)
{
	json_t *rows = NULL;
	struct model m;

	model_init(&m, root, 0, report);
	if (sources_read_site(&m, err_r) == 0) {
		resolve(&m);
		if (report->mistakes.n_mistakes == 0)
			rows = explain_object(&m, host, service, err_r);
	}
	model_free(&m);
	return rows;
}

struct compile_found {
	struct model m;
};

struct compile_found *
compile_found_open(
    const char *root, struct compile_report *report, struct err *err_r)
{
	struct compile_found *f = xnew(struct compile_found);

	model_init(&f->m, root, 0, report);
	if (sources_read_site(&f->m, err_r) == 0) {
		resolve(&f->m);
		if (report->mistakes.n_mistakes == 0)
			return f;
		err_set(err_r, "the configuration has mistakes");
	}
	compile_found_close(&f);
	return NULL;
}

void
compile_found_close(struct compile_found **f)
{
	if (*f == NULL)
		return;
	model_free(&(*f)->m);
	free(*f);
	*f = NULL;
}

enum found_fate
compile_found_fate(struct compile_found *f, const char *host,
    const char *description, const json_t *check, const json_t *labels,
    const char **cluster_r)
{
	uint32_t index = named_find(&f->m, TABLE_HOSTS, host);
	uint32_t cluster = NONE;
	enum found_fate fate = FOUND_KEPT;

	if (index != NONE)
		fate = found_fate(
		    &f->m, index, description, check, labels, &cluster);
	if (fate == FOUND_CLUSTERED)
		*cluster_r = f->m.hosts[cluster].name;
	return fate;
}

/* Each service of the host; NULL with a reason: there is no such host. */
static json_t *
explain_services(struct model *m, const char *host, struct err *err_r)
{
	uint32_t h = named_find(m, TABLE_HOSTS, host);
	json_t *all = json_object();

	if (h == NONE)
		err_set(err_r, "there is no host %s", host);
	for (uint32_t i = 0; h != NONE && i < m->hosts[h].n_services; i++) {
		const char *name =
		    m->services[m->hosts[h].first_service + i].description;
		json_t *rows = explain_object(m, host, name, err_r);

		if (rows != NULL)
			json_object_set_new(all, name, rows);
	}
	if (h != NONE)
		return all;
	json_decref(all);
	return NULL;
}

json_t *
compile_explain_services(const char *root, const char *host,
    struct compile_report *report, struct err *err_r)
{
	json_t *all = NULL;
	struct model m;

	model_init(&m, root, 0, report);
	if (sources_read_site(&m, err_r) == 0) {
		resolve(&m);
		if (report->mistakes.n_mistakes == 0)
			all = explain_services(&m, host, err_r);
	}
	model_free(&m);
	return all;
}

void
compile_report_free(struct compile_report *report)
{
	mistakes_free(&report->mistakes);
	*report = (struct compile_report){0};
}
