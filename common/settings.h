/* SPDX-License-Identifier: Apache-2.0
 *
 * etc/vedette/site.yaml: every key with type, default, range and help is a
 * line of settings.def; struct settings is made from the same lines. Daemons
 * read it at start and at reload; `vedette config` prints and edits it.
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include "common/err.h"
#include "common/settings.def"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct settings_listener {
	bool enabled;
	uint16_t port;    /* the site's offset is added if it is the default */
	char **addresses; /* n of them, each a number without brackets */
	size_t n_addresses;
	json_t *extra; /* other keys of the listener (tls, allow, ...); never
			  NULL */
};

#define SETTINGS_MEMBER_string(name)   char *name; /* NULL for null */
#define SETTINGS_MEMBER_bool(name)     bool name;
#define SETTINGS_MEMBER_int(name)      int64_t name;
#define SETTINGS_MEMBER_duration(name) int64_t name; /* milliseconds */
#define SETTINGS_MEMBER_json(name)     json_t *name; /* checked by its table */
#define SETTINGS_MEMBER(type, name, path, def, min, max, help)                 \
	SETTINGS_MEMBER_##type(name)
#define SETTINGS_LISTENER_MEMBER(name, enabled, port, open, help)              \
	struct settings_listener name;

struct settings {
	uint16_t port_offset; /* var/vedette/port_offset, written by create */
	SETTINGS_LISTENERS(SETTINGS_LISTENER_MEMBER)
	SETTINGS_TABLE(SETTINGS_MEMBER)
	json_t *doc; /* the whole document, defaults filled in */
};

/*
 * Reads ROOT/etc/vedette/site.yaml; a file that is not there means all
 * defaults. NULL with a reason of one line a mistake ("FILE:LINE:COLUMN: path:
 * text", LF between them).
 */
struct str;
struct settings *settings_load(const char *root, struct str *mistakes);
void settings_free(struct settings **s);

#endif
