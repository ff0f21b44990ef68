/* SPDX-License-Identifier: Apache-2.0
 *
 * The layout of a snapshot's file, shared by its reader and its writer alone:
 * the head, then one block for each table, each starting at a multiple of 8.
 */
#ifndef COMMON_CONFIG_SNAPSHOT_FILE_H
#define COMMON_CONFIG_SNAPSHOT_FILE_H

#include "common/config/snapshot.h"

#define SNAP_MAGIC "VDTSNAP\n"

/* Blocks in the order of the file: name, type of an element. */
#define SNAP_BLOCKS(B)                                                         \
	B(objects, struct snap_object)                                         \
	B(contacts, struct snap_contact)                                       \
	B(contact_groups, struct snap_group)                                   \
	B(host_groups, struct snap_group)                                      \
	B(service_groups, struct snap_group)                                   \
	B(periods, struct snap_period)                                         \
	B(commands, struct snap_command)                                       \
	B(numbers, uint32_t)                                                   \
	B(strings, char)

enum snap_block {
#define SNAP_BLOCK_ENUM(name, type) SNAP_BLOCK_##name,
	SNAP_BLOCKS(SNAP_BLOCK_ENUM)
#undef SNAP_BLOCK_ENUM
	SNAP_BLOCK_COUNT
};

struct snap_file_block {
	uint64_t offset; /* from the start of the file */
	uint32_t n;      /* elements */
	uint32_t size;   /* of one element: another layout is another version */
};

struct snap_file_head {
	char magic[8];
	uint32_t version; /* SNAP_VERSION */
	uint32_t crc;     /* CRC-32C of everything after this field */
	uint64_t length;  /* of the whole file */
	uint64_t generation;
	int64_t created; /* wall seconds */
	uint32_t n_hosts;
	snap_str notification_rules, event_rules, event_actions, roles, sites;
	snap_str renames, aggregations;
	struct snap_file_block blocks[SNAP_BLOCK_COUNT];
};

/* As snapshot_from_memory() without the copy: the bytes, at an address that is
 * a multiple of 8, must outlive the snapshot. */
struct snapshot *snapshot_borrow(struct slice bytes, struct err *err_r);

/* Where the checksum begins. */
#define SNAP_CRC_FROM 16

#endif
