/* SPDX-License-Identifier: Apache-2.0
 *
 * A configuration opened to be looked at or played, not activated: what
 * `simulate` and `event replay` work by. Three ways to it: a mapping inside of
 * a document, a document of its own, a site's folder as its files stand.
 */
#ifndef SITE_OPENED_H
#define SITE_OPENED_H

#include "common/config/mistakes.h"
#include "common/config/schema.h"
#include "common/config/snapshot.h"
#include "common/settings.h"

struct opened { /* {0} is empty */
	struct snapshot *snap;
	struct settings *settings;
	json_t *config; /* of opened_path(): what the file says; or NULL */
};

/*
 * `config` has the keys of conf.d's files, and `site` with those of
 * site.yaml. `doc` and `way` say where it stands. -1: mistakes were added.
 */
int opened_value(struct opened *o, json_t *config, const struct yaml_doc *doc,
    const struct schema_way *way, uint64_t generation, struct mistakes *m);
/*
 * A file is such a document; a folder is a site's, or like a site's
 * etc/vedette, or like conf.d.
 */
int opened_path(struct opened *o, const char *path, uint64_t generation,
    struct mistakes *m);
void opened_close(struct opened *o);

#endif
