/* SPDX-License-Identifier: Apache-2.0
 *
 * MIB files to the table of eventd/trap/mib.h, by net-snmp's parser in a
 * process of its own: what it cannot stand ends that process alone.
 */
#ifndef SITE_MIB_COMPILE_H
#define SITE_MIB_COMPILE_H

#include "common/err.h"
#include "common/str.h"

/* Folders that are searched for what a MIB imports, nearest first. */
struct mib_folders {
	const char *v[8];
	size_t n;
};

/*
 * Compiles every module of the files (paths, n) with what they import from
 * the folders and from the built-in modules. Appends the table, and one line
 * a mistake: FILE:LINE: text. 0; -1 with a reason if there is no table.
 */
int mib_compile(const char *const *files, size_t n,
    const struct mib_folders *folders, struct str *table_r,
    struct str *mistakes_r, struct err *err_r);

/* Names of the modules that a file defines, a line each. */
void mib_modules_of(struct slice text, struct str *names_r);
/* The file's ORGANIZATION, on one line; may be empty. */
void mib_organization_of(struct slice text, struct str *to);

#endif
