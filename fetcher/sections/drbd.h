/* SPDX-License-Identifier: Apache-2.0
 *
 * Section drbd: /proc/drbd.
 */
#ifndef FETCHER_SECTIONS_DRBD_H
#define FETCHER_SECTIONS_DRBD_H

#include "fetcher/sections/section.h"

#define DRBD_MAX 1000

/* In the order of drbd_counter_names of drbd.c. */
enum drbd_counter {
	DRBD_NS,  /* sent, KiB */
	DRBD_NR,  /* received, KiB */
	DRBD_DW,  /* written to disk, KiB */
	DRBD_DR,  /* read from disk, KiB */
	DRBD_AL,  /* updates of the activity log */
	DRBD_BM,  /* updates of the bit map */
	DRBD_LO,  /* open requests of the local disk */
	DRBD_PE,  /* requests that the other side has to answer */
	DRBD_UA,  /* requests of the other side not answered yet */
	DRBD_AP,  /* requests of programs under way */
	DRBD_EP,  /* epoch objects */
	DRBD_OOS, /* out of sync, KiB */
	DRBD_COUNTERS
};

struct drbd_device {
	struct slice name;              /* "0" */
	struct slice connection, roles; /* "Connected", "Primary/Secondary" */
	struct slice disks;             /* "UpToDate/UpToDate" */
	bool has[DRBD_COUNTERS];
	double counters[DRBD_COUNTERS];
};

struct section_drbd {
	struct drbd_device *devices;
	size_t n, cap;
};

extern const struct section_type section_drbd;

/* NULL if there is none of that name, or it is not configured. */
const struct drbd_device *section_drbd_find(
    const struct section_drbd *s, struct slice name);

#endif
