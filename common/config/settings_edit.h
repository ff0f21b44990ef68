/* SPDX-License-Identifier: Apache-2.0
 *
 * `vedette config get|set|show`: site.yaml by dotted path.
 */
#ifndef COMMON_CONFIG_SETTINGS_EDIT_H
#define COMMON_CONFIG_SETTINGS_EDIT_H

#include "common/err.h"
#include "common/settings.h"
#include "common/str.h"

/* One key, for people. Everything but `path` is constant text. */
struct settings_info {
	char path[64]; /* "listen.http.port" */
	const char
	    *type;    /* "text", "true or false", ...; see settings_info() */
	char def[64]; /* as YAML, the site's port offset not added */
	const char *help;
};

/* Number i of all keys in the order of the file; false beyond the last. */
bool settings_info(size_t i, struct settings_info *info_r);

/*
 * The effective value at a path, also of a whole mapping ("listen.http");
 * borrowed. NULL with a reason and the nearest key.
 */
json_t *settings_get(
    const struct settings *s, const char *path, struct err *err_r);

/*
 * Sets the path in ROOT/etc/vedette/site.yaml to the YAML text `value` and
 * replaces the file as a whole; comments and order stay wherever the change
 * is one of a line. A document that is wrong afterwards is not written: -1
 * with its mistakes (one a line) in `mistakes`, or what else went wrong.
 */
int settings_set(const char *root, const char *path, const char *value,
    struct str *mistakes);

/* Pure: the text with the path set, or -1 with mistakes; for settings_set(). */
int settings_edit(const char *file, struct slice text, const char *path,
    const char *value, struct str *to, struct str *mistakes);

#endif
