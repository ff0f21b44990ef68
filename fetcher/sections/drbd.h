/* SPDX-License-Identifier: Apache-2.0
 *
 * Section drbd: /proc/drbd.
 */
#ifndef FETCHER_SECTIONS_DRBD_H
#define FETCHER_SECTIONS_DRBD_H

#include "fetcher/sections/section.h"

#define DRBD_MAX 1000

struct drbd_device {
	struct slice name;              /* "0" */
	struct slice connection, roles; /* "Connected", "Primary/Secondary" */
	struct slice disks;             /* "UpToDate/UpToDate" */
};

struct section_drbd {
	struct drbd_device *devices;
	size_t n, cap;
};

extern const struct section_type section_drbd;

#endif
