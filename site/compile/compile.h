/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration compiler: etc/vedette/conf.d/ and var/vedette/discovered/
 * in, one snapshot out, or every mistake at once. It keeps no state between
 * calls and starts nothing.
 */
#ifndef SITE_COMPILE_COMPILE_H
#define SITE_COMPILE_COMPILE_H

#include "common/config/mistakes.h"
#include "common/config/schema.h"
#include "common/config/snapshot.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

struct compile_report { /* {0} to start with */
	struct mistakes
	    mistakes; /* and warnings; print with mistakes_print() */
	uint32_t files, hosts, services, contacts, rules;
};

void compile_report_free(struct compile_report *report);

/*
 * Compiles the site's files into the file `out_path`, also checking site.yaml.
 * 0; or -1, when either the report has mistakes or, if it has none, *err_r
 * says what could not be written. Nothing is written then.
 */
int compile_site(const char *root, uint64_t generation, const char *out_path,
    struct compile_report *report, struct err *err_r);
/* The same, opened from memory: the files as written, activated or not. */
struct snapshot *compile_open(
    const char *root, struct compile_report *report, struct err *err_r);
/* The same of a folder of files like conf.d, which belongs to no site. */
struct snapshot *compile_open_folder(
    const char *conf, struct compile_report *report, struct err *err_r);
/*
 * Compiles a configuration that is part of a document (of `simulate`, `event
 * replay`): `config` is a mapping with the keys of conf.d's files, in one
 * folder "/". `doc` and `way` (NULL: the root) say where it stands, for
 * places in messages; doc may be NULL. Keys named in `also` (NULL-ended, may
 * be NULL) are the caller's own and are left alone.
 */
struct snapshot *compile_open_config(json_t *config, const struct yaml_doc *doc,
    const struct schema_way *way, const char *const *also, uint64_t generation,
    struct compile_report *report, struct err *err_r);

/*
 * Where the values of a host, or of one of its services, come from: an array
 * of {attribute, value, source, where, overridden}. `source` is host, service,
 * folder, rule, its host, discovered or default; `where` FILE:LINE or null;
 * `overridden` lists what was written farther away. NULL with mistakes in the
 * report or, if it has none, a reason.
 */
json_t *compile_explain(const char *root, const char *host, const char *service,
    struct compile_report *report, struct err *err_r);

/* JSON Schema of a file: "conf.d", "_folder" or "site"; new. NULL: none. */
json_t *compile_schema(const char *file);
/* A commented file for a start; static. */
const char *compile_example(void);

/* What rules say of services that were found: ignored_services,
 * ignored_checks, clustered_services. */
enum found_fate {
	FOUND_KEPT,
	FOUND_IGNORED,
	FOUND_CLUSTERED
};

struct compile_found;

/* The site's files as they stand; NULL as compile_explain(). The report must
 * live as long. */
struct compile_found *compile_found_open(
    const char *root, struct compile_report *report, struct err *err_r);
void compile_found_close(struct compile_found **f);
/*
 * `check` is {check, item, ...} as in var/vedette/discovered, `labels` may be
 * NULL; the description must live as long as `f`. FOUND_CLUSTERED: *cluster_r
 * is the cluster's name. Hosts that are not there: FOUND_KEPT.
 */
enum found_fate compile_found_fate(struct compile_found *f, const char *host,
    const char *description, const json_t *check, const json_t *labels,
    const char **cluster_r);

/* The same for every service of the host: an object by description. */
json_t *compile_explain_services(const char *root, const char *host,
    struct compile_report *report, struct err *err_r);

/* --- generations: var/vedette/snapshots/N.snap and the link `current` ------
 */

/* Beyond the last two they are kept as long as they take less room than this;
 * what they were made from stays (site/generations.h). */
#define COMPILE_KEEP_GENERATIONS 50
#define COMPILE_KEEP_BYTES       (256ull << 20)

/* Compiles into a new generation, not yet in use. 0 or -1 as compile_site. */
int compile_prepare(const char *root, uint64_t *generation_r,
    struct compile_report *report, struct err *err_r);
/* The number that the next generation will have. */
uint64_t compile_next(const char *root);
/* Puts the link on it and removes the oldest. 0 or -1. */
int compile_commit(const char *root, uint64_t generation, struct err *err_r);
/* Removes a generation that is not in use. */
void compile_abort(const char *root, uint64_t generation);

/* Every ruleset with type, evaluation and help, as Markdown. */
void compile_document_rulesets(struct str *to);
/* Every key of conf.d's files, as Markdown. */
void compile_document_keys(struct str *to);

#endif
