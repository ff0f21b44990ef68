/* SPDX-License-Identifier: Apache-2.0
 *
 * A host's name in the files of a configuration, changed in place: comments,
 * order and quotes stay. Pure, but for reading nothing: texts in, texts out.
 */
#ifndef SITE_RENAME_H
#define SITE_RENAME_H

#include "common/err.h"
#include "site/capture.h"

#include <jansson.h>

/*
 * Changes `files` in memory, the file of discovered services included. Adds
 * {file, line, column, path} of each place to `places`, and to `notes` lines
 * about what a person should look at: regular expressions that match the old
 * name and not the new one. 0; or -1: a place cannot be changed by a program
 * (a name written with escapes), or a file cannot be read as YAML.
 */
int rename_host(struct capture *files, const char *old, const char *new,
    json_t *places, json_t *notes, struct err *err_r);

#endif
