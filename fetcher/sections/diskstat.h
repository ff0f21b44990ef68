/* SPDX-License-Identifier: Apache-2.0
 *
 * Section diskstat: counters of disks.
 */
#ifndef FETCHER_SECTIONS_DISKSTAT_H
#define FETCHER_SECTIONS_DISKSTAT_H

#include "fetcher/sections/section.h"

enum diskstat_counter {
	DISKSTAT_READS,
	DISKSTAT_READS_MERGED,
	DISKSTAT_READ_SECTORS,
	DISKSTAT_READ_MS,
	DISKSTAT_WRITES,
	DISKSTAT_WRITES_MERGED,
	DISKSTAT_WRITE_SECTORS,
	DISKSTAT_WRITE_MS,
	DISKSTAT_IN_FLIGHT,
	DISKSTAT_BUSY_MS,
	DISKSTAT_WEIGHTED_MS,
	DISKSTAT_COUNTERS
};

enum diskstat_kind {
	DISKSTAT_PHYSICAL,
	DISKSTAT_LVM,
	DISKSTAT_DM
};

struct diskstat_entry {
	struct slice device; /* "sda" */
	/* "sda", "LVM vg0-root", "DM crypt"; empty: dmsetup told none, then it
	 * counts only where the section multipath names it. */
	struct slice name;
	struct slice number; /* "253:0" as dmsetup writes it */
	enum diskstat_kind kind;
	double counters[DISKSTAT_COUNTERS];
};

struct section_diskstat {
	double time;  /* of the host, seconds */
	bool partial; /* of a container: operations and bytes alone */
	/* Without partitions of disks that are there. */
	struct diskstat_entry *entries;
	size_t n, cap;
};

extern const struct section_type section_diskstat;

#endif
