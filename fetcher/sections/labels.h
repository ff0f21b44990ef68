/* SPDX-License-Identifier: Apache-2.0
 *
 * Section labels: labels of the host, by a plugin.
 */
#ifndef FETCHER_SECTIONS_LABELS_H
#define FETCHER_SECTIONS_LABELS_H

#include "fetcher/sections/section.h"

#define LABELS_MAX 200

struct host_label {
	struct slice name, value; /* no colon in a name */
};

struct section_labels {
	struct host_label *list;
	size_t n, cap;
};

extern const struct section_type section_labels;

#endif
