/* SPDX-License-Identifier: Apache-2.0
 *
 * Section df (df_v2 on the wire since 2.4): mounted filesystems.
 */
#ifndef FETCHER_SECTIONS_DF_H
#define FETCHER_SECTIONS_DF_H

#include "fetcher/sections/section.h"

struct df_entry {
	struct slice device, type, mount; /* type may be empty */
	double size_kb, used_kb, available_kb;
	bool has_inodes;
	double inodes, inodes_free;
};

/* Of zfsget: what is known so far of one dataset. */
struct df_zfs {
	struct slice name, mount;
	bool is_filesystem;
	double used, available, quota; /* bytes */
};

struct section_df {
	struct df_entry *entries; /* in the order of the output */
	size_t n, cap;
	struct df_zfs *zfs;
	size_t n_zfs, cap_zfs;
};

extern const struct section_type section_df;
/* By SNMP: HOST-RESOURCES-MIB, UCD-SNMP-MIB. */
extern const struct section_type section_hr_fs, section_ucd_disk;

#endif
