/* SPDX-License-Identifier: Apache-2.0
 *
 * Section logwatch: new lines of log files, classified on the host.
 */
#ifndef FETCHER_SECTIONS_LOGWATCH_H
#define FETCHER_SECTIONS_LOGWATCH_H

#include "fetcher/sections/section.h"

struct logwatch_line {
	char level;        /* C W O I u . */
	struct slice text; /* without the level */
};

struct logwatch_file {
	struct slice name;
	struct slice trouble; /* "missing", "cannotopen"; empty: none */
	struct logwatch_line *lines;
	size_t n, cap;
};

struct section_logwatch {
	struct logwatch_file *files;
	size_t n, cap;
};

extern const struct section_type section_logwatch;

#endif
