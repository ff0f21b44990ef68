/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a snapshot, with its length and checksum put right: whatever
 * opens can be read everywhere.
 */
#include "common/config/snapshot_file.h"
#include "common/journal.h"
#include "common/mem.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t sink;

static void
read_list(const struct snapshot *snap, struct snap_list list)
{
	for (uint32_t i = 0; i < list.n; i++)
		sink += snap_at(snap, list, i);
}

static void
read_all(const struct snapshot *snap)
{
	for (uint32_t i = 0; i < snap->n_objects; i++) {
		const struct snap_object *o = &snap->objects[i];

		sink += strlen(snap_s(snap, o->name));
		sink += strlen(snap_s(snap, o->icon_image));
		read_list(snap, o->contacts);
		read_list(snap, o->labels);
		read_list(snap, o->parents);
		if (!o->is_service)
			sink += snap_find_service(snap, i, SLICE("x"));
		sink += snap_is_contact(snap, i, 0);
		if (o->collector != SNAP_NONE)
			sink += snap->objects[o->collector].name;
		if (o->check_period != SNAP_NONE)
			sink += snap->periods[o->check_period].name;
	}
	sink += snap_find_host(snap, SLICE("web01"));
	sink += snap_find_contact(snap, SLICE("web01"));
	sink += snap_find_period(snap, SLICE("24X7"));
	for (uint32_t i = 0; i < snap->n_host_groups; i++)
		read_list(snap, snap->host_groups[i].members);
	sink += strlen(snap_s(snap, snap->event_rules));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snap_file_head head;
	struct snapshot *snap;
	struct err err;
	char *copy;

	if (size < sizeof(head) || size > 1 << 20)
		return 0;
	copy = xmalloc(size);
	memcpy(copy, data, size);
	memcpy(&head, data, sizeof(head));
	memcpy(head.magic, SNAP_MAGIC, sizeof(head.magic));
	head.version = SNAP_VERSION;
	head.length = size;
	memcpy(copy, &head, sizeof(head));
	head.crc = crc32c(copy + SNAP_CRC_FROM, size - SNAP_CRC_FROM);
	memcpy(copy, &head, sizeof(head));
	snap = snapshot_from_memory((struct slice){copy, size}, &err);
	if (snap != NULL)
		read_all(snap);
	snapshot_close(&snap);
	free(copy);
	return 0;
}
