/* SPDX-License-Identifier: Apache-2.0
 *
 * Opens a compiled configuration and finds things in it. What is checked, and
 * why readers need no checks, is said in snapshot.h; the checks themselves
 * are in snapshot_check.c.
 */
#include "common/config/snapshot.h"
#include "common/config/snapshot_check.h"
#include "common/config/snapshot_file.h"
#include "common/journal.h"
#include "common/mem.h"
#include "common/num.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct snapshot_private {
	const char *bytes;
	void *map;  /* the mapped file, or NULL */
	void *copy; /* the copied bytes, or NULL */
	size_t length;
};

static bool
block_ok(const struct snap_file_block *block, size_t size, size_t length)
{
	return block->size == size && block->offset % 8 == 0 &&
	    block->offset >= sizeof(struct snap_file_head) &&
	    block->offset <= length &&
	    block->n <= (length - block->offset) / size;
}

/* The head, the checksum and the place of each block. */
static int
check_head(const char *bytes, size_t length, struct err *err_r)
{
	const struct snap_file_head *head = (const void *)bytes;
	bool ok = true;

	if (length < sizeof(*head) ||
	    memcmp(head->magic, SNAP_MAGIC, sizeof(head->magic)) != 0) {
		err_set(err_r, "not a snapshot");
		return -1;
	}
	if (head->version != SNAP_VERSION) {
		err_set(err_r, "snapshot of version %u, not %u", head->version,
		    SNAP_VERSION);
		return -1;
	}
	if (head->length != length) {
		err_set(err_r, "cut short: %zu of %" PRIu64 " bytes", length,
		    head->length);
		return -1;
	}
	if (crc32c(bytes + SNAP_CRC_FROM, length - SNAP_CRC_FROM) !=
	    head->crc) {
		err_set(err_r, "damaged: the checksum differs");
		return -1;
	}
#define CHECK_BLOCK(name, type)                                                \
	ok = ok &&                                                             \
	    block_ok(&head->blocks[SNAP_BLOCK_##name], sizeof(type), length);
	SNAP_BLOCKS(CHECK_BLOCK)
#undef CHECK_BLOCK
	if (!ok || head->n_hosts > head->blocks[SNAP_BLOCK_objects].n) {
		err_set(err_r, "damaged: a table lies outside the file");
		return -1;
	}
	return 0;
}

static void
take_head(struct snapshot *snap, const char *bytes)
{
	const struct snap_file_head *head = (const void *)bytes;

	snap->generation = head->generation;
	snap->created = head->created;
	snap->n_hosts = head->n_hosts;
	snap->notification_rules = head->notification_rules;
	snap->event_rules = head->event_rules;
	snap->event_actions = head->event_actions;
	snap->roles = head->roles;
	snap->sites = head->sites;
	snap->renames = head->renames;
	snap->aggregations = head->aggregations;
#define TAKE_BLOCK(name, type)                                                 \
	snap->name =                                                           \
	    (const void *)(bytes + head->blocks[SNAP_BLOCK_##name].offset);
	SNAP_BLOCKS(TAKE_BLOCK)
#undef TAKE_BLOCK
	snap->n_objects = head->blocks[SNAP_BLOCK_objects].n;
	snap->n_contacts = head->blocks[SNAP_BLOCK_contacts].n;
	snap->n_contact_groups = head->blocks[SNAP_BLOCK_contact_groups].n;
	snap->n_host_groups = head->blocks[SNAP_BLOCK_host_groups].n;
	snap->n_service_groups = head->blocks[SNAP_BLOCK_service_groups].n;
	snap->n_periods = head->blocks[SNAP_BLOCK_periods].n;
	snap->n_commands = head->blocks[SNAP_BLOCK_commands].n;
	snap->n_numbers = head->blocks[SNAP_BLOCK_numbers].n;
	snap->n_string_bytes = head->blocks[SNAP_BLOCK_strings].n;
}

/* Takes over `priv` and what it owns, also on failure. */
static struct snapshot *
open_bytes(struct snapshot_private *priv, struct err *err_r)
{
	struct snapshot *snap = xnew(struct snapshot);

	snap->priv = priv;
	if (check_head(priv->bytes, priv->length, err_r) == 0) {
		take_head(snap, priv->bytes);
		if (snapshot_check(snap, err_r) == 0)
			return snap;
	}
	snapshot_close(&snap);
	return NULL;
}

struct snapshot *
snapshot_borrow(struct slice bytes, struct err *err_r)
{
	struct snapshot_private *priv = xnew(struct snapshot_private);

	priv->bytes = bytes.s;
	priv->length = bytes.len;
	return open_bytes(priv, err_r);
}

struct snapshot *
snapshot_from_memory(struct slice bytes, struct err *err_r)
{
	struct snapshot_private *priv = xnew(struct snapshot_private);

	priv->copy = xmalloc(bytes.len == 0 ? 1 : bytes.len);
	if (bytes.len > 0)
		memcpy(priv->copy, bytes.s, bytes.len);
	priv->bytes = priv->copy;
	priv->length = bytes.len;
	return open_bytes(priv, err_r);
}

struct snapshot *
snapshot_open(const char *path, struct err *err_r)
{
	struct snapshot_private *priv;
	struct snapshot *snap;
	struct stat st;
	void *map;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		err_set(err_r, "%s: not a snapshot", path);
		close(fd);
		return NULL;
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		err_set(err_r, "%s: mmap: %s", path, strerror(errno));
	close(fd);
	if (map == MAP_FAILED)
		return NULL;
	priv = xnew(struct snapshot_private);
	priv->map = map;
	priv->bytes = map;
	priv->length = (size_t)st.st_size;
	snap = open_bytes(priv, err_r);
	if (snap == NULL)
		err_prefix(err_r, "%s", path);
	return snap;
}

uint64_t
snapshot_number(const char *name)
{
	const char *slash = strrchr(name, '/');
	struct slice s = slice_of(slash == NULL ? name : slash + 1);
	uint64_t n = 0;

	if (s.len < 6 || memcmp(s.s + s.len - 5, ".snap", 5) != 0)
		return 0;
	s.len -= 5;
	return num_u64(s, &n) ? n : 0;
}

uint64_t
snapshot_current(const char *root)
{
	char *path = xasprintf("%s/var/vedette/snapshots/current", root);
	char target[64];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	free(path);
	if (n < 0)
		return 0;
	target[n] = '\0';
	return snapshot_number(target);
}

struct snapshot *
snapshot_open_site(const char *root, uint64_t generation, struct err *err_r)
{
	struct snapshot *snap;
	char *path;

	if (generation == 0)
		path = xasprintf("%s/var/vedette/snapshots/current", root);
	else
		path = xasprintf("%s/var/vedette/snapshots/%" PRIu64 ".snap",
		    root, generation);
	snap = snapshot_open(path, err_r);
	if (snap != NULL && generation != 0 && snap->generation != generation) {
		err_set(err_r, "%s: holds generation %" PRIu64, path,
		    snap->generation);
		snapshot_close(&snap);
	}
	free(path);
	return snap;
}

void
snapshot_close(struct snapshot **snap)
{
	struct snapshot *s = *snap;

	*snap = NULL;
	if (s == NULL)
		return;
	if (s->priv->map != NULL)
		munmap(s->priv->map, s->priv->length);
	free(s->priv->copy);
	free(s->priv);
	free(s);
}

/* --- find ----------------------------------------------------------------- */

static int
compare(const char *name, struct slice wanted)
{
	for (size_t i = 0; i < wanted.len; i++) {
		if (name[i] == '\0')
			return -1;
		if (name[i] != wanted.s[i])
			return (uint8_t)name[i] < (uint8_t)wanted.s[i] ? -1 : 1;
	}
	return name[wanted.len] != '\0';
}

/*
 * Elements of `size` bytes from number `from` up to `to`, in order of the
 * name at `name_at` within each.
 */
static uint32_t
find(const struct snapshot *snap, const void *table, size_t size,
    size_t name_at, uint32_t from, uint32_t to, struct slice wanted)
{
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		const char *element = (const char *)table + size * middle;
		snap_str name;
		int c;

		memcpy(&name, element + name_at, sizeof(name));
		c = compare(snap_s(snap, name), wanted);
		if (c == 0)
			return middle;
		if (c < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return SNAP_NONE;
}

uint32_t
snap_find_host(const struct snapshot *snap, struct slice name)
{
	return find(snap, snap->objects, sizeof(struct snap_object),
	    offsetof(struct snap_object, name), 0, snap->n_hosts, name);
}

uint32_t
snap_find_service(
    const struct snapshot *snap, uint32_t host, struct slice description)
{
	struct snap_list range = snap->objects[host].services;

	return find(snap, snap->objects, sizeof(struct snap_object),
	    offsetof(struct snap_object, name), range.off, range.off + range.n,
	    description);
}

uint32_t
snap_find_contact(const struct snapshot *snap, struct slice name)
{
	return find(snap, snap->contacts, sizeof(struct snap_contact),
	    offsetof(struct snap_contact, name), 0, snap->n_contacts, name);
}

uint32_t
snap_find_period(const struct snapshot *snap, struct slice name)
{
	return find(snap, snap->periods, sizeof(struct snap_period),
	    offsetof(struct snap_period, name), 0, snap->n_periods, name);
}

uint32_t
snap_find_command(const struct snapshot *snap, struct slice name)
{
	return find(snap, snap->commands, sizeof(struct snap_command),
	    offsetof(struct snap_command, name), 0, snap->n_commands, name);
}

static uint32_t
find_group(const struct snapshot *snap, const struct snap_group *groups,
    uint32_t n, struct slice name)
{
	return find(snap, groups, sizeof(*groups),
	    offsetof(struct snap_group, name), 0, n, name);
}

uint32_t
snap_find_contact_group(const struct snapshot *snap, struct slice name)
{
	return find_group(
	    snap, snap->contact_groups, snap->n_contact_groups, name);
}

uint32_t
snap_find_host_group(const struct snapshot *snap, struct slice name)
{
	return find_group(snap, snap->host_groups, snap->n_host_groups, name);
}

uint32_t
snap_find_service_group(const struct snapshot *snap, struct slice name)
{
	return find_group(
	    snap, snap->service_groups, snap->n_service_groups, name);
}

static bool
in_list(const struct snapshot *snap, struct snap_list list, uint32_t number)
{
	uint32_t from = 0, to = list.n;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		uint32_t value = snap_at(snap, list, middle);

		if (value == number)
			return true;
		if (value < number)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

bool
snap_is_contact(const struct snapshot *snap, uint32_t object, uint32_t contact)
{
	const struct snap_object *o = &snap->objects[object];

	return in_list(snap, o->contacts, contact) ||
	    (o->is_service != 0 &&
		in_list(snap, snap->objects[o->host].contacts, contact));
}
