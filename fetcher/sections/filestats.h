/* SPDX-License-Identifier: Apache-2.0
 *
 * Section filestats: what the plugin mk_filestats says of groups of files.
 */
#ifndef FETCHER_SECTIONS_FILESTATS_H
#define FETCHER_SECTIONS_FILESTATS_H

#include "fetcher/sections/section.h"

struct filestats_file {
	struct slice path, status; /* status: empty if nobody looked */
	double size, age;          /* bytes, seconds; NAN: not known */
};

struct filestats_group {
	struct slice name;
	bool single; /* one file, a service of its own */
	bool has_count;
	double count; /* files of the group, those not listed included */
	struct filestats_file *files;
	size_t n, cap;
};

struct section_filestats {
	struct filestats_group *groups;
	size_t n, cap;
};

extern const struct section_type section_filestats;

/* NULL: there is none. */
const struct filestats_group *section_filestats_find(
    const struct section_filestats *s, bool single, struct slice name);

#endif
