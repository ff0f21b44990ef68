/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes a snapshot: the compiler fills one, and so do unit tests of daemons.
 *
 *	struct snapb *b = snapb_new(1, 0);
 *	uint32_t web = snapb_host(b, "web01");
 *	snapb_object(b, web)->check = SNAP_CHECK_PING;
 *	uint32_t http = snapb_service(b, web, "HTTP");
 *	struct snapshot *snap = snapb_open(b, &err);
 *
 * Things must be added in the order that snapshot.h promises (all hosts, in
 * byte order of name, before the first service; services by host and
 * description; the other tables in byte order of name); snapb_open() and
 * snapb_write() refuse what is not.
 */
#ifndef COMMON_CONFIG_SNAPSHOT_BUILD_H
#define COMMON_CONFIG_SNAPSHOT_BUILD_H

#include "common/config/snapshot.h"

enum snapb_groups {
	SNAPB_CONTACT_GROUPS,
	SNAPB_HOST_GROUPS,
	SNAPB_SERVICE_GROUPS,
	SNAPB_GROUP_KINDS
};

struct snapb;

struct snapb *snapb_new(uint64_t generation, int64_t created);
void snapb_free(struct snapb **b);

/* Equal strings are kept once. NULL is "". */
snap_str snapb_str(struct snapb *b, const char *s);
snap_str snapb_slice(struct snapb *b, struct slice s);
/* The string behind an offset; valid until the next addition. */
const char *snapb_get(const struct snapb *b, snap_str off);
/* A list of indexes or strings; equal lists are kept once. */
struct snap_list snapb_list(struct snapb *b, const uint32_t *numbers, size_t n);

/* What a list holds; valid until the next list is added. */
const uint32_t *snapb_numbers(const struct snapb *b, struct snap_list list);

/*
 * Each returns the index of a new element with the name set and everything
 * else at its default: a passive object, attempts 1, intervals 60 s, all
 * switches on (active checks off), flapping 3, 5 and 0.1, staleness 1.5,
 * periods SNAP_NONE, every event notified, role "user".
 */
uint32_t snapb_host(struct snapb *b, const char *name);
uint32_t snapb_service(struct snapb *b, uint32_t host, const char *description);
uint32_t snapb_contact(struct snapb *b, const char *name);
uint32_t snapb_group(
    struct snapb *b, enum snapb_groups which, const char *name);
/* `json` is the period's entry as in the configuration. */
uint32_t snapb_period(
    struct snapb *b, const char *name, const char *alias, const char *json);
uint32_t snapb_command(struct snapb *b, const char *name, const char *line);

/* Makes room for so many objects in all. */
void snapb_reserve(struct snapb *b, uint32_t objects);

/* To fill in; valid until the next element of that table is added. */
struct snap_object *snapb_object(struct snapb *b, uint32_t index);
struct snap_contact *snapb_contact_at(struct snapb *b, uint32_t index);
struct snap_group *snapb_group_at(
    struct snapb *b, enum snapb_groups which, uint32_t index);
uint32_t snapb_n_objects(const struct snapb *b);

/* JSON documents, or NULL for absent (rules_str: interned already). */
void snapb_rules(struct snapb *b, const char *notification_rules,
    const char *event_rules, const char *event_actions);

void snapb_rules_str(struct snapb *b, snap_str notification_rules,
    snap_str event_rules, snap_str event_actions);
void snapb_roles_sites(struct snapb *b, snap_str roles, snap_str sites);

/* A JSON document, interned. */
void snapb_aggregations(struct snapb *b, snap_str aggregations);

/* Lines as in renames.h, or NULL. */
void snapb_renames(struct snapb *b, const char *renames);

/* The whole file's bytes, appended. */
void snapb_bytes(struct snapb *b, struct str *to);
/* Opens what was built, from memory. NULL with a reason. */
struct snapshot *snapb_open(struct snapb *b, struct err *err_r);
/* Writes the file as a whole (see file_write()), readable by its owner and
 * group. 0 or -1; what does not pass snapshot_open() is not written. */
int snapb_write(struct snapb *b, const char *path, struct err *err_r);

#endif
