/* SPDX-License-Identifier: Apache-2.0
 *
 * The writer of snapshots; see snapshot_build.h. Strings and lists go into
 * pools where equal ones are kept once: hosts by the thousand share contacts,
 * commands and parameters.
 */
#include "common/config/snapshot_build.h"
#include "common/config/snapshot_file.h"
#include "common/file.h"
#include "common/journal.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

struct slot { /* of a hash table of what a pool holds; n SNAP_NONE: empty */
	uint32_t off, n;
};

struct pool_index {
	struct slot *slots; /* a power of two of them, at most half full */
	size_t used, cap;
};

#define SNAPB_TABLE(type)                                                      \
	struct {                                                               \
		struct type *items;                                            \
		uint32_t n, cap;                                               \
	}

struct snapb {
	uint64_t generation;
	int64_t created;
	struct str strings;
	uint32_t *numbers;
	uint32_t n_numbers, numbers_cap;
	struct pool_index string_index, list_index;
	SNAPB_TABLE(snap_object) objects;
	SNAPB_TABLE(snap_contact) contacts;
	SNAPB_TABLE(snap_group) groups[SNAPB_GROUP_KINDS];
	SNAPB_TABLE(snap_period) periods;
	SNAPB_TABLE(snap_command) commands;
	uint32_t n_hosts;
	snap_str notification_rules, event_rules, event_actions, roles, sites,
	    renames, aggregations;
};

/* --- pools ---------------------------------------------------------------- */

static uint64_t
hash_bytes(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ len;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h ^ (h >> 29);
}

static const void *
pool_at(const struct snapb *b, bool strings, uint32_t off)
{
	return strings ? (const void *)(b->strings.s + off)
		       : (const void *)(b->numbers + off);
}

static void
index_grow(struct snapb *b, struct pool_index *index, bool strings)
{
	struct pool_index old = *index;
	size_t unit = strings ? 1 : sizeof(uint32_t);

	index->cap = old.cap == 0 ? 1024 : old.cap * 2;
	index->slots = xreallocarray(NULL, index->cap, sizeof(struct slot));
	for (size_t i = 0; i < index->cap; i++)
		index->slots[i].n = SNAP_NONE;
	for (size_t i = 0; i < old.cap; i++) {
		size_t at;

		if (old.slots[i].n == SNAP_NONE)
			continue;
		at = hash_bytes(pool_at(b, strings, old.slots[i].off),
			 old.slots[i].n * unit) &
		    (index->cap - 1);
		while (index->slots[at].n != SNAP_NONE)
			at = (at + 1) & (index->cap - 1);
		index->slots[at] = old.slots[i];
	}
	free(old.slots);
}

/* The slot that holds these bytes, or the empty one for them. */
static struct slot *
index_find(struct snapb *b, struct pool_index *index, bool strings,
    const void *data, size_t n)
{
	size_t unit = strings ? 1 : sizeof(uint32_t);
	size_t at;

	if (index->used * 2 >= index->cap)
		index_grow(b, index, strings);
	at = hash_bytes(data, n * unit) & (index->cap - 1);
	while (index->slots[at].n != SNAP_NONE) {
		struct slot *slot = &index->slots[at];

		if (slot->n == n &&
		    memcmp(pool_at(b, strings, slot->off), data, n * unit) == 0)
			return slot;
		at = (at + 1) & (index->cap - 1);
	}
	return &index->slots[at];
}

snap_str
snapb_slice(struct snapb *b, struct slice s)
{
	struct slot *slot;

	if (s.len == 0)
		return 0;
	slot = index_find(b, &b->string_index, true, s.s, s.len);
	if (slot->n == SNAP_NONE) {
		must(b->strings.len + s.len + 1 < UINT32_MAX);
		*slot =
		    (struct slot){(uint32_t)b->strings.len, (uint32_t)s.len};
		b->string_index.used++;
		str_addn(&b->strings, s.s, s.len);
		str_addc(&b->strings, '\0');
	}
	return slot->off;
}

snap_str
snapb_str(struct snapb *b, const char *s)
{
	return snapb_slice(b, slice_of(s));
}

const char *
snapb_get(const struct snapb *b, snap_str off)
{
	must(off < b->strings.len);
	return b->strings.s + off;
}

struct snap_list
snapb_list(struct snapb *b, const uint32_t *numbers, size_t n)
{
	struct slot *slot;

	if (n == 0)
		return (struct snap_list){0, 0};
	slot = index_find(b, &b->list_index, false, numbers, n);
	if (slot->n == SNAP_NONE) {
		must(b->n_numbers + n < UINT32_MAX);
		*slot = (struct slot){b->n_numbers, (uint32_t)n};
		b->list_index.used++;
		for (size_t i = 0; i < n; i++) {
			ARRAY_GROW(b->numbers, b->n_numbers, b->numbers_cap);
			b->numbers[b->n_numbers++] = numbers[i];
		}
	}
	return (struct snap_list){slot->off, slot->n};
}

const uint32_t *
snapb_numbers(const struct snapb *b, struct snap_list list)
{
	must(list.off <= b->n_numbers && list.n <= b->n_numbers - list.off);
	return b->numbers + list.off;
}

/* --- life ----------------------------------------------------------------- */

struct snapb *
snapb_new(uint64_t generation, int64_t created)
{
	struct snapb *b = xnew(struct snapb);

	b->generation = generation;
	b->created = created;
	str_addc(&b->strings, '\0');
	return b;
}

void
snapb_free(struct snapb **b_r)
{
	struct snapb *b = *b_r;

	*b_r = NULL;
	if (b == NULL)
		return;
	str_free(&b->strings);
	free(b->numbers);
	free(b->string_index.slots);
	free(b->list_index.slots);
	free(b->objects.items);
	free(b->contacts.items);
	for (size_t i = 0; i < SNAPB_GROUP_KINDS; i++)
		free(b->groups[i].items);
	free(b->periods.items);
	free(b->commands.items);
	free(b);
}

/* --- elements ------------------------------------------------------------- */

#define GROW(table) ARRAY_GROW((table)->items, (table)->n, (table)->cap)

static uint32_t
add_object(struct snapb *b, const char *name, bool service)
{
	struct snap_object *o;

	GROW(&b->objects);
	o = &b->objects.items[b->objects.n];
	*o = (struct snap_object){
	    .is_service = service,
	    .collector = SNAP_NONE,
	    .check_interval_ms = 60000,
	    .retry_interval_ms = 60000,
	    .max_check_attempts = 1,
	    .timeout_ms = 60000,
	    .check_period = SNAP_NONE,
	    .notification_period = SNAP_NONE,
	    .service_period = SNAP_NONE,
	    .passive_period = SNAP_NONE,
	    .flags = SNAP_PASSIVE | SNAP_NOTIFICATIONS | SNAP_FLAP_DETECTION |
		SNAP_EVENT_HANDLER,
	    .flap_low = 3,
	    .flap_high = 5,
	    .flap_decay = 0.1,
	    .staleness = 1.5,
	};
	o->notify_on = SNAP_ON_RECOVERY | SNAP_ON_FLAPPING | SNAP_ON_DOWNTIME |
	    (service ? SNAP_ON_WARN | SNAP_ON_CRIT | SNAP_ON_UNKNOWN
		     : SNAP_ON_DOWN | SNAP_ON_UNREACH);
	o->name = o->alias = o->display_name = snapb_str(b, name);
	o->check_command = snapb_str(b, "passive");
	return b->objects.n++;
}

uint32_t
snapb_host(struct snapb *b, const char *name)
{
	uint32_t i = add_object(b, name, false);

	must(i == b->n_hosts); /* hosts come before services */
	b->objects.items[i].host = i;
	b->objects.items[i].address = b->objects.items[i].name;
	b->objects.items[i].folder = snapb_str(b, "/");
	b->n_hosts++;
	return i;
}

uint32_t
snapb_service(struct snapb *b, uint32_t host, const char *description)
{
	uint32_t i = add_object(b, description, true);

	must(host < b->n_hosts);
	b->objects.items[i].host = host;
	return i;
}

uint32_t
snapb_contact(struct snapb *b, const char *name)
{
	struct snap_contact *c;

	GROW(&b->contacts);
	c = &b->contacts.items[b->contacts.n];
	*c = (struct snap_contact){.notification_period = SNAP_NONE};
	c->name = c->alias = snapb_str(b, name);
	c->role = snapb_str(b, "user");
	c->json = snapb_str(b, "{}");
	return b->contacts.n++;
}

uint32_t
snapb_group(struct snapb *b, enum snapb_groups which, const char *name)
{
	struct snap_group *g;

	GROW(&b->groups[which]);
	g = &b->groups[which].items[b->groups[which].n];
	*g = (struct snap_group){0};
	g->name = g->alias = snapb_str(b, name);
	return b->groups[which].n++;
}

uint32_t
snapb_period(
    struct snapb *b, const char *name, const char *alias, const char *json)
{
	struct snap_period *p;

	GROW(&b->periods);
	p = &b->periods.items[b->periods.n];
	p->name = snapb_str(b, name);
	p->alias = snapb_str(b, alias);
	p->json = snapb_str(b, json);
	return b->periods.n++;
}

uint32_t
snapb_command(struct snapb *b, const char *name, const char *line)
{
	struct snap_command *c;

	GROW(&b->commands);
	c = &b->commands.items[b->commands.n];
	c->name = snapb_str(b, name);
	c->line = snapb_str(b, line);
	return b->commands.n++;
}

void
snapb_reserve(struct snapb *b, uint32_t objects)
{
	if (objects <= b->objects.cap)
		return;
	b->objects.items = xreallocarray(
	    b->objects.items, objects, sizeof(b->objects.items[0]));
	b->objects.cap = objects;
}

struct snap_object *
snapb_object(struct snapb *b, uint32_t index)
{
	must(index < b->objects.n);
	return &b->objects.items[index];
}

struct snap_contact *
snapb_contact_at(struct snapb *b, uint32_t index)
{
	must(index < b->contacts.n);
	return &b->contacts.items[index];
}

struct snap_group *
snapb_group_at(struct snapb *b, enum snapb_groups which, uint32_t index)
{
	must(index < b->groups[which].n);
	return &b->groups[which].items[index];
}

uint32_t
snapb_n_objects(const struct snapb *b)
{
	return b->objects.n;
}

void
snapb_rules(struct snapb *b, const char *notification_rules,
    const char *event_rules, const char *event_actions)
{
	b->notification_rules = snapb_str(b, notification_rules);
	b->event_rules = snapb_str(b, event_rules);
	b->event_actions = snapb_str(b, event_actions);
}

void
snapb_rules_str(struct snapb *b, snap_str notification_rules,
    snap_str event_rules, snap_str event_actions)
{
	b->notification_rules = notification_rules;
	b->event_rules = event_rules;
	b->event_actions = event_actions;
}

void
snapb_roles_sites(struct snapb *b, snap_str roles, snap_str sites)
{
	b->roles = roles;
	b->sites = sites;
}

void
snapb_aggregations(struct snapb *b, snap_str aggregations)
{
	b->aggregations = aggregations;
}

void
snapb_renames(struct snapb *b, const char *renames)
{
	b->renames = snapb_str(b, renames);
}

/* --- the file ------------------------------------------------------------- */

static void
set_ranges(struct snapb *b)
{
	uint32_t at = b->n_hosts;

	for (uint32_t h = 0; h < b->n_hosts; h++) {
		struct snap_list *range = &b->objects.items[h].services;

		range->off = at;
		while (at < b->objects.n && b->objects.items[at].host == h)
			at++;
		range->n = at - range->off;
	}
}

static void
add_block(struct str *to, size_t start, struct snap_file_block *block,
    const void *items, uint32_t n, size_t size)
{
	while ((to->len - start) % 8 != 0)
		str_addc(to, '\0');
	block->offset = to->len - start;
	block->n = n;
	block->size = (uint32_t)size;
	if (n > 0)
		str_addn(to, items, n * size);
}

void
snapb_bytes(struct snapb *b, struct str *to)
{
	struct snap_file_head head = {
	    .version = SNAP_VERSION,
	    .generation = b->generation,
	    .created = b->created,
	    .n_hosts = b->n_hosts,
	    .notification_rules = b->notification_rules,
	    .event_rules = b->event_rules,
	    .event_actions = b->event_actions,
	    .roles = b->roles,
	    .sites = b->sites,
	    .renames = b->renames,
	    .aggregations = b->aggregations,
	};
	size_t start = to->len;

	set_ranges(b);
	memcpy(head.magic, SNAP_MAGIC, sizeof(head.magic));
	str_reserve(to,
	    sizeof(head) + 128 + b->objects.n * sizeof(struct snap_object) +
		b->n_numbers * sizeof(uint32_t) + b->strings.len);
	str_addn(to, (const char *)&head, sizeof(head));
#define ADD(name, table)                                                       \
	add_block(to, start, &head.blocks[SNAP_BLOCK_##name], (table)->items,  \
	    (table)->n, sizeof((table)->items[0]))
	ADD(objects, &b->objects);
	ADD(contacts, &b->contacts);
	ADD(contact_groups, &b->groups[SNAPB_CONTACT_GROUPS]);
	ADD(host_groups, &b->groups[SNAPB_HOST_GROUPS]);
	ADD(service_groups, &b->groups[SNAPB_SERVICE_GROUPS]);
	ADD(periods, &b->periods);
	ADD(commands, &b->commands);
#undef ADD
	add_block(to, start, &head.blocks[SNAP_BLOCK_numbers], b->numbers,
	    b->n_numbers, sizeof(uint32_t));
	add_block(to, start, &head.blocks[SNAP_BLOCK_strings], b->strings.s,
	    (uint32_t)b->strings.len, 1);
	head.length = to->len - start;
	memcpy(to->s + start, &head, sizeof(head));
	head.crc =
	    crc32c(to->s + start + SNAP_CRC_FROM, head.length - SNAP_CRC_FROM);
	memcpy(to->s + start, &head, sizeof(head));
}

struct snapshot *
snapb_open(struct snapb *b, struct err *err_r)
{
	struct str bytes = {0};
	struct snapshot *snap;

	snapb_bytes(b, &bytes);
	snap = snapshot_from_memory(str_slice(&bytes), err_r);
	str_free(&bytes);
	return snap;
}

int
snapb_write(struct snapb *b, const char *path, struct err *err_r)
{
	struct str bytes = {0};
	struct snapshot *snap;
	int rc = -1;

	snapb_bytes(b, &bytes);
	snap = snapshot_borrow(str_slice(&bytes), err_r);
	if (snap != NULL)
		rc = file_write(path, str_slice(&bytes), 0640, err_r);
	snapshot_close(&snap);
	str_free(&bytes);
	return rc;
}
