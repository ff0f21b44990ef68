/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections smart and smart_posix_all: what disks say of their health, as text
 * or as the JSON of `smartctl`.
 */
#ifndef FETCHER_SECTIONS_SMART_H
#define FETCHER_SECTIONS_SMART_H

#include "fetcher/sections/section.h"

#define SMART_MAX 1000 /* disks */

enum smart_value {
	SMART_HOURS,
	SMART_CYCLES,
	SMART_REALLOCATED_SECTORS,
	SMART_REALLOCATED_EVENTS,
	SMART_SPIN_RETRIES,
	SMART_PENDING_SECTORS,
	SMART_COMMAND_TIMEOUTS,
	SMART_END_TO_END,
	SMART_UNCORRECTABLE,
	SMART_UDMA_CRC,
	SMART_CRC,
	SMART_CRITICAL_WARNING, /* NVMe, from here on */
	SMART_SPARE,            /* % */
	SMART_USED,             /* % */
	SMART_MEDIA_ERRORS,
	SMART_LOG_ENTRIES,
	SMART_VALUES
};

struct smart_disk {
	struct slice item;  /* "sda" */
	struct slice model; /* may be empty */
	bool has[SMART_VALUES], has_temperature, has_spare_least;
	double values[SMART_VALUES];
	double temperature; /* degrees Celsius */
	double spare_least; /* %; less spare than this is too little */
	/* Of the reallocated events, as the disk rates them. */
	bool has_normalized;
	double normalized, threshold;
};

struct section_smart {
	struct smart_disk *disks;
	size_t n, cap;
};

extern const struct section_type section_smart;

/* By "sda" or "/dev/sda"; NULL: there is none. */
const struct smart_disk *section_smart_find(
    const struct section_smart *s, struct slice item);

#endif
