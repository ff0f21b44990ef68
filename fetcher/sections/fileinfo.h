/* SPDX-License-Identifier: Apache-2.0
 *
 * Section fileinfo: files that the agent was told to look at.
 */
#ifndef FETCHER_SECTIONS_FILEINFO_H
#define FETCHER_SECTIONS_FILEINFO_H

#include "fetcher/sections/section.h"

#define FILEINFO_MAX 100000

struct fileinfo_file {
	struct slice path;
	struct slice status; /* "ok", "missing", "stat failed: ..." */
	bool has_data;       /* size and mtime are good */
	double size;         /* bytes */
	double mtime;        /* seconds since 1970 */
};

struct section_fileinfo {
	double now; /* the host's clock; 0: not told */
	struct fileinfo_file *files;
	size_t n, cap;
};

extern const struct section_type section_fileinfo;

#endif
