/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a snapshot, with its length and checksum put right: whatever
 * opens can be read everywhere. A short input is a list of changes (offset,
 * byte) to a snapshot of today's layout.
 */
#include "common/config/snapshot_build.h"
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
		read_list(snap, o->nodes);
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

/* Puts the head right, so that what follows is looked at. */
static void
try_bytes(const uint8_t *data, size_t size)
{
	struct snap_file_head head;
	struct snapshot *snap;
	struct err err;
	char *copy;

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
}

/* A cluster, a node, a service of each, a contact in a group. */
static void
make_small(struct str *to)
{
	static const uint32_t first = 1;
	struct snapb *b = snapb_new(1, 0);
	uint32_t cluster = snapb_host(b, "cluster");
	uint32_t node = snapb_host(b, "node");

	snapb_object(b, cluster)->check = SNAP_CHECK_CLUSTER;
	snapb_object(b, cluster)->nodes = snapb_list(b, &first, 1);
	snapb_object(b, node)->parents = snapb_list(b, &cluster, 1);
	snapb_service(b, cluster, "CPU load");
	snapb_service(b, node, "Check_MK");
	snapb_contact(b, "eve");
	snapb_group(b, SNAPB_CONTACT_GROUPS, "admins");
	snapb_period(b, "24X7", "Always", "{}");
	snapb_bytes(b, to);
	snapb_free(&b);
}

static void
try_changes(const uint8_t *data, size_t size)
{
	struct str bytes = {0};

	make_small(&bytes);
	for (size_t i = 0; i + 3 <= size; i += 3) {
		size_t at = (size_t)data[i] | (size_t)data[i + 1] << 8;

		bytes.s[at % bytes.len] = (char)data[i + 2];
	}
	try_bytes((const uint8_t *)bytes.s, bytes.len);
	str_free(&bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < sizeof(struct snap_file_head))
		try_changes(data, size);
	else if (size <= 1 << 20)
		try_bytes(data, size);
	return 0;
}
